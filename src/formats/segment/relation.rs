//! Relations between the elements of a segment.

use crate::diagnostics::Code;
use crate::guide::{Relation, RelationKind};

/// A relation over the positions of a segment as bits, position 1 in the lowest.
#[derive(Debug, Clone)]
pub struct RelationCheck {
    kind: RelationKind,
    first: u64,
    all: u64,
}

impl RelationCheck {
    /// The check of `relation`. No segment has more than 64 elements.
    pub fn of(relation: &Relation) -> RelationCheck {
        let bits = relation.positions.iter().map(|&position| bit(position));
        RelationCheck {
            kind: relation.kind,
            first: relation.positions.first().map_or(0, |&position| bit(position)),
            all: bits.fold(0, |all, bit| all | bit),
        }
    }

    /// Whether it is broken. `present` has a bit for each element that is there.
    #[inline]
    pub fn is_broken(&self, present: u64) -> bool {
        let there = self.all & present;
        if there == 0 {
            return self.kind == RelationKind::Required;
        }
        match self.kind {
            RelationKind::Paired => there != self.all,
            RelationKind::Required => false,
            RelationKind::Exclusive => there & there.wrapping_sub(1) != 0,
            RelationKind::Conditional => there & self.first != 0 && there != self.all,
            RelationKind::ListConditional => there == self.first,
        }
    }

    /// The element that breaks it, with the code of the breach.
    #[cold]
    pub fn breach(&self, present: u64) -> (u16, Code) {
        let there = self.all & present;
        match self.kind {
            RelationKind::Required => (lowest(self.first), Code::X202),
            RelationKind::Exclusive => (lowest(there & there.wrapping_sub(1)), Code::X210),
            RelationKind::Paired | RelationKind::Conditional | RelationKind::ListConditional => {
                (lowest(self.all & !present), Code::X202)
            }
        }
    }
}

/// The bit of a position.
#[inline]
pub fn bit(position: u16) -> u64 {
    1u64.checked_shl(u32::from(position).wrapping_sub(1)).unwrap_or(0)
}

fn lowest(bits: u64) -> u16 {
    bits.trailing_zeros() as u16 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_name_the_element_that_breaks_them() {
        let relation = |kind| RelationCheck::of(&Relation { kind, positions: vec![2, 4, 5] });
        let breach = |kind, present: &[u16]| {
            let present = present.iter().fold(0, |bits, &position| bits | bit(position));
            relation(kind).is_broken(present).then(|| relation(kind).breach(present))
        };
        assert_eq!(breach(RelationKind::Paired, &[4]), Some((2, Code::X202)));
        assert_eq!(breach(RelationKind::Paired, &[1]), None);
        assert_eq!(breach(RelationKind::Required, &[1]), Some((2, Code::X202)));
        assert_eq!(breach(RelationKind::Exclusive, &[2, 5]), Some((5, Code::X210)));
        assert_eq!(breach(RelationKind::Conditional, &[2, 4]), Some((5, Code::X202)));
        assert_eq!(breach(RelationKind::Conditional, &[4]), None);
        assert_eq!(breach(RelationKind::ListConditional, &[2]), Some((4, Code::X202)));
        assert_eq!(breach(RelationKind::ListConditional, &[2, 5]), None);
    }
}
