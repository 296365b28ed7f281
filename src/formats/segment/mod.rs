//! What segment formats share: tokens of a segment, the structure matcher, and the check of one element.

pub mod delimiters;
mod element;
mod matcher;
mod structure;

pub use element::{Checked, advice, check_element, check_relations};
pub use matcher::{Matched, MatcherState};
pub use structure::{Slot, Structure, Tag};

/// A stretch of the message: an element, or the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Token {
    /// First byte in the message.
    pub start: u32,
    /// Length.
    pub len: u32,
}

impl Token {
    /// The bytes.
    pub fn of(self, message: &[u8]) -> &[u8] {
        &message[self.start as usize..(self.start + self.len) as usize]
    }
}
