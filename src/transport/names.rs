//! File names of partners: bytes, never trusted, never shown raw.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// Endings, besides a leading dot, that programs give to files they are still writing; `.!` begins the ending
/// of some browsers and download tools (`.!ut`, `.!qB`).
const TEMPORARY_ENDINGS: &[&str] = &[".tmp", ".part", ".filepart", ".writing", ".partial"];

/// Whether `name` is one that writers use before a file is complete: a leading dot, one of the usual endings in any
/// case, or an ending that begins with `!`. Such a file is never seen by an inbox.
pub fn is_temporary(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    if bytes.first() == Some(&b'.') {
        return true;
    }
    let ending = match bytes.iter().rposition(|byte| *byte == b'.') {
        Some(dot) => &bytes[dot..],
        None => return false,
    };
    ending.starts_with(b".!")
        || TEMPORARY_ENDINGS.iter().any(|temporary| ending.eq_ignore_ascii_case(temporary.as_bytes()))
}

/// Whether `name` is one component of a path that stays in its directory: not empty, not `.` or `..`, without `/`
/// and NUL, and at most 255 bytes long.
pub fn is_plain(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    !matches!(bytes, b"" | b"." | b"..")
        && bytes.len() <= 255
        && !bytes.iter().any(|byte| matches!(byte, b'/' | 0))
}

/// A name for people: control characters, `%` and bytes that are not UTF-8 as `%` and two hexadecimal digits.
pub fn shown(name: &OsStr) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.as_bytes().utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() || character == '%' {
                let mut encoded = [0u8; 4];
                for byte in character.encode_utf8(&mut encoded).bytes() {
                    text.push_str(&format!("%{byte:02X}"));
                }
            } else {
                text.push(character);
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_unfinished_files() {
        for name in [".x", "a.tmp", "a.PART", "a.edi.filepart", "a.Writing", "a.partial", "a.!ut", "a.!", "."]
        {
            assert!(is_temporary(OsStr::new(name)), "{name}");
        }
        for name in ["a", "a.edi", "part", "a.tmp.edi", "tmp", "a.parts", "a!b", "-a"] {
            assert!(!is_temporary(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn names_that_leave_the_directory() {
        for name in ["", ".", "..", "../a", "a/b", "/a", "a\0b"] {
            assert!(!is_plain(OsStr::new(name)), "{name:?}");
        }
        assert!(!is_plain(OsStr::new(&"x".repeat(256))));
        for name in ["a", "-rf", " ", "a\nb", "...", "x y"] {
            assert!(is_plain(OsStr::new(name)), "{name:?}");
        }
    }

    #[test]
    fn shown_names_are_one_harmless_line() {
        assert_eq!(shown(OsStr::from_bytes(b"a b\n\xff\x1b[31m%\xc3\xa9")), "a b%0A%FF%1B[31m%25\u{e9}");
    }
}
