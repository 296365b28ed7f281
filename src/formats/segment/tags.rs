//! Segment tags as words, and the tags of a guide with their numbers.

/// A segment tag of up to four characters in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Tag(pub u32);

impl Tag {
    /// The tag these bytes are; tags longer than four characters do not exist and become [`Tag::default`].
    pub fn of(bytes: &[u8]) -> Tag {
        match bytes.len() {
            0..=4 => Tag(bytes.iter().fold(0, |tag, &byte| tag << 8 | u32::from(byte))),
            _ => Tag::default(),
        }
    }

    /// The tag that so many bytes of a message are.
    #[inline]
    pub fn at(message: &[u8], start: usize, len: usize) -> Tag {
        // Four bytes are taken at once where there are so many, whether they are its own or not.
        match message.get(start..).and_then(<[u8]>::first_chunk) {
            Some(bytes) if len.wrapping_sub(1) < 4 => Tag(u32::from_be_bytes(*bytes) >> (32 - 8 * len)),
            _ => Tag::of(&message[start..start + len]),
        }
    }
}

/// The tags of a guide, numbered from 0: a hash table without removal, for one look per segment.
#[derive(Debug, Clone)]
pub struct TagNumbers {
    /// A power of two of cells, a quarter of them full at most; the empty ones have the default tag, which no segment has,
    /// and no number.
    cells: Vec<(Tag, u32)>,
    count: usize,
}

/// The number of an empty cell.
const NONE: u32 = u32::MAX;

impl TagNumbers {
    /// Numbers for these tags.
    pub fn of(mut tags: Vec<Tag>) -> TagNumbers {
        tags.sort();
        tags.dedup();
        tags.retain(|tag| *tag != Tag::default());
        let mut numbers = TagNumbers {
            cells: vec![(Tag::default(), NONE); (4 * tags.len()).next_power_of_two()],
            count: tags.len(),
        };
        for (number, tag) in (0..).zip(tags) {
            let cell = numbers.cell(tag);
            numbers.cells[cell] = (tag, number);
        }
        numbers
    }

    /// How many tags there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The cell with this tag, or the empty one where it would stand.
    #[inline]
    fn cell(&self, tag: Tag) -> usize {
        let last = self.cells.len() - 1;
        let mut cell = (tag.0.wrapping_mul(0x9e37_79b1) >> 16) as usize & last;
        while self.cells[cell].0 != tag && self.cells[cell].0 != Tag::default() {
            cell = (cell + 1) & last;
        }
        cell
    }

    /// The number of a tag; `None` if it is not one of them.
    #[inline]
    pub fn number(&self, tag: Tag) -> Option<u32> {
        let (_, number) = self.cells[self.cell(tag)];
        (number != NONE).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_the_same_wherever_it_stands() {
        let message = b"ABCDEFGH";
        for start in 0..message.len() {
            for len in 0..=(message.len() - start) {
                assert_eq!(Tag::at(message, start, len), Tag::of(&message[start..start + len]));
            }
        }
        assert_eq!((Tag::of(b"N1"), Tag::of(b"BGM00")), (Tag(0x4e31), Tag::default()));
    }
}
