//! What the header of an interchange says about reading its messages.

use super::charset::Level;
use super::header::{Begun, Header};
use crate::formats::segment::Delimiters;

/// What the header at hand says: the messages of an interchange have the same, which is read once.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    head: Vec<u8>,
    said: Said,
}

/// What a header says; nothing if it is none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said {
    pub delimiters: Option<Delimiters>,
    pub level: Option<Level>,
}

impl Declared {
    /// What is said by this header.
    pub(super) fn by(&mut self, head: &[u8]) -> Said {
        if self.head != head {
            self.said = match Header::read(head, true) {
                Begun::Whole(header) => Said { delimiters: Some(header.delimiters), level: header.level },
                _ => Said::default(),
            };
            self.head.clear();
            self.head.extend_from_slice(head);
        }
        self.said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_header_says_something_else() {
        let mut declared = Declared::default();
        let mut said = |head: &str| {
            let said = declared.by(head.as_bytes());
            (said.delimiters.map(|delimiters| delimiters.element), said.level.map(|level| level.is_utf8()))
        };
        assert_eq!(said(""), (None, None));
        for _ in 0..2 {
            assert_eq!(said("UNB+UNOC:3+A+B+261120:0815+1'"), (Some(b'+'), Some(false)));
        }
        assert_eq!(said("UNA:*.? 'UNB*UNOW:4*A*B*20261120:0815*1'"), (Some(b'*'), Some(true)));
        assert_eq!(said("UNX"), (None, None));
        assert_eq!(said(""), (None, None));
    }
}
