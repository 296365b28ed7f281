//! Whether a file is there to its end, from a glance at both ends.

use super::header::Header;

/// Whether the last segment of `tail` is a whole IEA. A file whose ISA cannot be read counts as whole: waiting would not
/// make it better, and the index pass says what is wrong with it.
pub(super) fn is_whole(head: &[u8], tail: &[u8]) -> bool {
    let Ok(header) = Header::read(head.trim_ascii_start()) else { return true };
    let (element, segment) = (header.delimiters.element, header.delimiters.segment);
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    let end = tail.iter().rposition(|byte| !blank(byte) || *byte == segment).map_or(0, |at| at + 1);
    // A terminator that is a line end may be missing after the last segment: IEA02 has its nine digits all the same.
    let (body, is_closed) = match tail[..end].split_last() {
        Some((last, body)) if *last == segment => (body, true),
        _ => (&tail[..end], segment.is_ascii_whitespace()),
    };
    let start = body.iter().rposition(|byte| *byte == segment).map_or(0, |at| at + 1);
    let mut elements = body[start..].trim_ascii().split(|byte| *byte == element);
    let is_trailer = elements.next() == Some(b"IEA");
    let number = elements.nth(1).unwrap_or_default();
    is_closed && is_trailer && number.len() >= 9
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISA: &[u8] = b"ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   \
        *261120*0815*U*00401*000000123*0*P*>";

    fn whole(terminator: u8, end: &[u8]) -> bool {
        let head = [ISA, &[terminator]].concat();
        is_whole(&head, &[&head, end].concat())
    }

    #[test]
    fn only_a_whole_trailer_ends_a_file() {
        for end in
            [&b"GE*1*1~IEA*1*000000123~"[..], b"GE*1*1~\r\nIEA*1*000000123~\r\n", b"IEA*1*000000123~\0\x1a\n"]
        {
            assert_eq!(whole(b'~', end), !end.contains(&0x1a), "{}", String::from_utf8_lossy(end));
        }
        for end in [&b""[..], b"GE*1*1~", b"GE*1*1~IEA*1*000000123", b"GE*1*1~IEA*1*0000", b"W01*1*EA"] {
            assert!(!whole(b'~', end), "{}", String::from_utf8_lossy(end));
        }
        assert!(whole(b'\n', b"GE*1*1\nIEA*1*000000123\n") && whole(b'\n', b"GE*1*1\nIEA*1*000000123"));
        assert!(whole(b'\r', b"GE*1*1\r\nIEA*1*000000123\r\n"));
        assert!(!whole(b'\n', b"GE*1*1\nIEA*1*00000"));
    }

    #[test]
    fn what_is_no_header_does_not_wait() {
        assert!(is_whole(b"ISA*00*", b"ISA*00*"));
    }
}
