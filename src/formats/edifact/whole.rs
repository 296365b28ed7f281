//! Whether a file is there to its end, from a glance at its end.

/// Whether the last segment of `tail` is a whole UNZ: a count, a reference, and the terminator that stands before it as
/// well.
pub(super) fn is_whole(tail: &[u8]) -> bool {
    let Some(at) = memchr::memmem::rfind(tail, b"UNZ") else { return false };
    let Some((&element, rest)) = tail[at + 3..].split_first() else { return false };
    let before = tail[..at].trim_ascii_end();
    let Some(&terminator) = before.last() else { return false };
    // Where line ends terminate, what is before them is text.
    let rest = match terminator.is_ascii_alphanumeric() {
        true => match rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
            Some(end) => &rest[..end],
            None => return false,
        },
        false => match rest.trim_ascii_end().split_last() {
            Some((last, rest)) if *last == terminator => rest,
            _ => return false,
        },
    };
    let mut elements = rest.split(|byte| *byte == element);
    let count = elements.next().unwrap_or_default();
    let is_number = !count.is_empty() && count.iter().all(u8::is_ascii_digit);
    is_number && elements.next().is_some_and(|reference| !reference.is_empty())
}

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn only_a_whole_trailer_ends_a_file() {
        for end in
            ["UNT+2+1'UNZ+1+77'", "UNT+2+1'\r\nUNZ+1+77'\r\n", "UNT*2*1~UNZ*1*77~", "UNT+2+1\nUNZ+1+77\n"]
        {
            assert!(is_whole(end.as_bytes()), "{end:?}");
            for cut in 1..end.trim_end().len() {
                assert!(!is_whole(&end.as_bytes()[..cut]), "{end:?} cut at {cut}");
            }
        }
        assert!(!is_whole(b""));
    }
}
