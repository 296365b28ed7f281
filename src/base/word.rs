//! Codes as words: what is short is compared at once.

use std::sync::Arc;

/// A code of up to eight bytes in one word, its own; `None` if it is longer or begins with NUL.
#[inline]
pub fn word(code: &[u8]) -> Option<u64> {
    // Most have two or three bytes.
    match *code {
        [0, ..] => None,
        [a] => Some(u64::from(a)),
        [a, b] => Some(u64::from(u16::from_be_bytes([a, b]))),
        [a, b, c] => Some(u64::from(u32::from_be_bytes([0, a, b, c]))),
        _ if code.len() > 8 => None,
        _ => Some(code.iter().fold(0, |word, &byte| word << 8 | u64::from(byte))),
    }
}

/// The same of so many bytes of a text from `start` on, one at least; they do not begin with NUL. `None` if they are more
/// than eight, or so near the end of the text that eight cannot be taken at once: then [`word`] knows.
#[inline]
pub fn word_at(text: &[u8], start: usize, len: usize) -> Option<u64> {
    let bytes = text.get(start..)?.first_chunk()?;
    (len.wrapping_sub(1) < 8).then(|| u64::from_be_bytes(*bytes) >> (64 - 8 * len))
}

/// A set of words: a hash table without removal, for a look per value. It is copied without its words.
#[derive(Debug, Clone)]
pub struct Words {
    /// A power of two of cells, half of them full at most. The empty ones have the word 0.
    cells: Arc<[u64]>,
    /// How far the upper bits of a hash are to be moved to be the number of a cell.
    shift: u32,
    /// Whether 0, the code without a character, is one of them.
    has_zero: bool,
}

impl Words {
    /// These words.
    pub fn of(words: &[u64]) -> Words {
        let count = (2 * words.len()).next_power_of_two().max(2);
        let shift = u64::BITS - count.trailing_zeros();
        let mut cells = vec![0; count];
        for &word in words {
            let cell = cell(&cells, shift, word);
            cells[cell] = word;
        }
        Words { cells: cells.into(), shift, has_zero: words.contains(&0) }
    }

    /// Whether a word is one of them.
    #[inline]
    pub fn contain(&self, word: u64) -> bool {
        let cell = home(&self.cells, self.shift, word);
        match self.cells[cell] {
            found if found == word => word != 0 || self.has_zero,
            0 => false,
            _ => self.contain_elsewhere(word),
        }
    }

    /// The same of a word that does not stand in its own cell.
    #[cold]
    #[inline(never)]
    fn contain_elsewhere(&self, word: u64) -> bool {
        match word {
            0 => self.has_zero,
            word => self.cells[cell(&self.cells, self.shift, word)] == word,
        }
    }
}

/// The cell with this word, or the empty one where it would stand.
fn cell(cells: &[u64], shift: u32, word: u64) -> usize {
    let mut cell = home(cells, shift, word);
    while cells[cell] != word && cells[cell] != 0 {
        cell = (cell + 1) & (cells.len() - 1);
    }
    cell
}

/// The cell where a word stands if no other one does.
#[inline]
fn home(cells: &[u64], shift: u32, word: u64) -> usize {
    (word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> shift) as usize & (cells.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_told_apart_from_those_of_other_lengths() {
        assert_eq!(
            ["", "A", "AB", "ABC", "ABCD"].map(|code| word(code.as_bytes())),
            [Some(0), Some(0x41), Some(0x4142), Some(0x41_4243), Some(0x4142_4344)]
        );
        assert_eq!((word(b"ABCDEFGH"), word(b"ABCDEFGHI")), (Some(0x4142_4344_4546_4748), None));
        let text = b"01234567890123456789";
        for start in 0..text.len() {
            for len in 0..=(text.len() - start).min(10) {
                let is_at_once = start + 8 <= text.len() && (1..=8).contains(&len);
                let found = is_at_once.then(|| word(&text[start..start + len])).flatten();
                assert_eq!(word_at(text, start, len), found, "{len} from {start}");
            }
        }
    }

    #[test]
    fn every_word_is_found_and_no_other() {
        let words = |from: u64| (from..from + 400).map(|number| number * number).collect::<Vec<_>>();
        for count in [0, 1, 2, 3, 5, 64, 400] {
            let some = Words::of(&words(1)[..count]);
            assert!(words(1)[..count].iter().all(|word| some.contain(*word)), "{count}");
            assert!(words(1).iter().all(|word| !some.contain(*word + 2) && !some.contain(0)), "{count}");
        }
        assert!(Words::of(&[0]).contain(0) && !Words::of(&[0]).contain(1));
    }
}
