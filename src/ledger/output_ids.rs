//! The outputs of one delivery, in little memory however many leave together.

use super::OutputId;

/// Bits of a number that one byte carries; the eighth says that more bytes follow.
const BITS: u32 = 7;

/// Ids of outputs in an order of their own. What is kept of each is its distance from the one before, so that outputs
/// that were written one after the other take one byte each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutputIds {
    distances: Vec<u8>,
    last: i64,
    count: usize,
}

impl OutputIds {
    /// Adds an id behind the others.
    pub fn push(&mut self, id: OutputId) {
        let distance = id.0.wrapping_sub(self.last);
        // Small distances of both directions are small numbers.
        let mut rest = ((distance << 1) ^ (distance >> 63)).cast_unsigned();
        while rest >= 1 << BITS {
            self.distances.push(rest as u8 | 1 << BITS);
            rest >>= BITS;
        }
        self.distances.push(rest as u8);
        self.last = id.0;
        self.count += 1;
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The ids in their order.
    pub fn iter(&self) -> impl Iterator<Item = OutputId> {
        let mut bytes = self.distances.iter();
        let mut last = 0i64;
        std::iter::from_fn(move || {
            let (mut number, mut shift) = (0u64, 0);
            loop {
                let byte = *bytes.next()?;
                number |= u64::from(byte & !(1 << BITS)) << shift;
                shift += BITS;
                if byte < 1 << BITS {
                    break;
                }
            }
            last = last.wrapping_add((number >> 1).cast_signed() ^ -((number & 1).cast_signed()));
            Some(OutputId(last))
        })
    }
}

impl FromIterator<OutputId> for OutputIds {
    fn from_iter<I: IntoIterator<Item = OutputId>>(ids: I) -> Self {
        let mut all = OutputIds::default();
        ids.into_iter().for_each(|id| all.push(id));
        all
    }
}

impl From<Vec<OutputId>> for OutputIds {
    fn from(ids: Vec<OutputId>) -> Self {
        ids.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{OutputId, OutputIds};

    #[test]
    fn ids_come_out_as_they_went_in() {
        let ids = [7, 8, 9, 3, i64::MAX, i64::MIN, 0, -1, 200, 72, 1 << 40].map(OutputId);
        let all: OutputIds = ids.into_iter().collect();
        assert_eq!(all.iter().collect::<Vec<_>>(), ids);
        assert_eq!((all.len(), all.is_empty(), OutputIds::default().is_empty()), (11, false, true));
    }

    #[test]
    fn outputs_in_a_row_take_a_byte_each() {
        let all: OutputIds = (1..=500_000).map(OutputId).collect();
        assert_eq!(all.distances.len(), 500_000);
    }
}
