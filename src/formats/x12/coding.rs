//! Characters of X12: the standard names no coding, so UTF-8 is written, and what is not UTF-8 is read as ISO 8859-1.

use crate::formats::segment;

/// The coding.
pub(super) struct Coding;

impl segment::Coding for Coding {
    fn name(&self) -> &str {
        "UTF-8"
    }

    fn decode(&self, bytes: &[u8], out: &mut String) -> bool {
        out.extend(bytes.iter().map(|&byte| char::from(byte)));
        true
    }

    fn has(&self, _character: char) -> bool {
        true
    }

    fn encode(&self, text: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(text.as_bytes());
    }
}
