//! Codes as words: what is short is compared at once.

/// A code of up to eight bytes in one word; `None` if it is longer. Codes have no NUL in them.
#[inline]
pub fn word(code: &[u8]) -> Option<u64> {
    if code.len() > 8 {
        return None;
    }
    Some(code.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)))
}
