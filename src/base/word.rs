//! Codes as words: what is short is compared at once.

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
