//! How flat files fall into records: one a line, which may lack the blanks at its end, or one behind the other with a
//! fixed number of columns. Columns are characters, which in UTF-8 may be several bytes.

use super::control;
use std::ops::Range;

/// Columns of the control record.
pub(super) const CONTROL_COLUMNS: usize = 524;
/// Columns of a data record before its data.
pub(super) const HEADER_COLUMNS: usize = 63;
/// Most columns of the data of a segment.
pub(super) const DATA_COLUMNS_MAX: usize = 1000;
/// Columns of a data record.
pub(super) const RECORD_COLUMNS: usize = HEADER_COLUMNS + DATA_COLUMNS_MAX;
/// Name, client, number of the IDoc, own number, number of the segment above, level.
pub(super) const HEADER: [usize; 6] = [30, 3, 16, 6, 6, 2];

/// Most bytes of a character.
const CHARACTER_BYTES_MAX: usize = 4;
/// With so many bytes one can tell how the records of a file are set apart.
pub(super) const TELLING_BYTES: usize = CHARACTER_BYTES_MAX * CONTROL_COLUMNS + 2;
/// A line longer than this is no record.
pub(super) const LINE_BYTES_MAX: usize = 64 << 10;

/// How records are set apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// By line ends.
    Lines,
    /// By their columns.
    Columns {
        /// Those of the control record.
        control: usize,
    },
}

/// The next record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// A record without its line end, and where the next starts. Empty for a blank line.
    Record(Range<usize>, usize),
    /// There are not enough bytes yet.
    Incomplete,
}

impl Framing {
    /// How the records of a file, or of one IDoc, that starts with `bytes` are set apart; `None` if more bytes are
    /// needed to tell.
    pub(super) fn of(bytes: &[u8], is_end: bool) -> Option<Framing> {
        let start = &bytes[..bytes.len().min(TELLING_BYTES)];
        if let Some(end) = memchr::memchr(b'\n', start) {
            // Behind the control record in any case, and in a file without line ends at the very end only.
            let line = start[..end].strip_suffix(b"\r").unwrap_or(&start[..end]);
            if characters(line, 0, CONTROL_COLUMNS) == line.len() {
                return Some(Framing::Lines);
            }
        }
        if start.len() < TELLING_BYTES && !is_end {
            return None;
        }
        match start.get(end_of(start, 0, CONTROL_COLUMNS)) {
            Some(b' ') => Some(Framing::Columns { control: RECORD_COLUMNS }),
            Some(_) => Some(Framing::Columns { control: CONTROL_COLUMNS }),
            None => Some(Framing::Lines),
        }
    }

    /// The record that starts at `at`; `is_end` if `bytes` go to the end of the file or IDoc.
    pub(super) fn next(self, bytes: &[u8], at: usize, is_end: bool) -> Next {
        let columns = match self {
            Framing::Lines => return line(bytes, at, is_end),
            Framing::Columns { .. } if matches!(bytes[at], b'\r' | b'\n' | 0x1A) => {
                return Next::Record(at..at, at + 1);
            }
            Framing::Columns { control } if is_control(&bytes[at..]) => control,
            Framing::Columns { .. } => RECORD_COLUMNS,
        };
        // A character that is cut off would count as several.
        if bytes.len() - at < columns * CHARACTER_BYTES_MAX + HEADER[0] && !is_end {
            return Next::Incomplete;
        }
        let end = end_of(bytes, at, columns);
        Next::Record(at..end, end)
    }
}

fn line(bytes: &[u8], at: usize, is_end: bool) -> Next {
    let (stop, next) = match memchr::memchr(b'\n', &bytes[at..]) {
        Some(length) => (at + length, at + length + 1),
        None if is_end => (bytes.len(), bytes.len()),
        None if bytes.len() - at > LINE_BYTES_MAX => (bytes.len(), bytes.len()),
        None => return Next::Incomplete,
    };
    let record = bytes[at..stop].strip_suffix(b"\r").unwrap_or(&bytes[at..stop]);
    let is_blank =
        record.len() <= LINE_BYTES_MAX && record.iter().all(|byte| matches!(byte, b' ' | b'\r' | 0x1A | 0));
    Next::Record(at..at + if is_blank { 0 } else { record.len() }, next)
}

/// Whether a record that starts like this is a control record.
pub(super) fn is_control(record: &[u8]) -> bool {
    let name = &record[..record.len().min(HEADER[0])];
    name.strip_prefix(control::NAME.as_bytes())
        .is_some_and(|rest| rest.first().is_none_or(|&byte| byte == b' '))
}

/// Where a record of so many columns ends that starts at `at`. Bytes of a code page may look like UTF-8 by chance: what the
/// next record starts with tells.
fn end_of(bytes: &[u8], at: usize, columns: usize) -> usize {
    let (by_bytes, by_characters) = (bytes.len().min(at + columns), characters(bytes, at, columns));
    if by_bytes != by_characters && starts_record(&bytes[by_bytes..]) { by_bytes } else { by_characters }
}

/// Whether a record may start here: the name of a segment, filled with blanks, or nothing.
fn starts_record(bytes: &[u8]) -> bool {
    let name = &bytes[..bytes.len().min(HEADER[0])];
    let filled = name.trim_ascii_end();
    let is_name =
        |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'/');
    name.is_empty() || is_control(bytes) || !filled.is_empty() && filled.iter().all(is_name)
}

/// Where `count` characters end that start at `at`. Bytes that are no UTF-8 are a character each.
pub(super) fn characters(bytes: &[u8], at: usize, count: usize) -> usize {
    let limit = bytes.len().min(at + count);
    if bytes[at..limit].is_ascii() {
        return limit;
    }
    let mut end = at;
    for _ in 0..count {
        match bytes.get(end) {
            None => break,
            Some(_) => end += character(&bytes[end..]),
        }
    }
    end
}

/// How many bytes the first character has.
fn character(bytes: &[u8]) -> usize {
    let length = match bytes[0] {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return 1,
    };
    match bytes.get(..length).is_some_and(|bytes| std::str::from_utf8(bytes).is_ok()) {
        true => length,
        false => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_utf8_are_a_character_each() {
        assert_eq!(characters("Mühle".as_bytes(), 0, 2), 3);
        assert_eq!(characters(b"M\xfchle", 0, 2), 2);
        assert_eq!(characters("€€".as_bytes(), 0, 9), 6);
    }

    #[test]
    fn a_file_shows_how_its_records_are_set_apart() {
        let control = format!("{:524}", "EDI_DC40");
        let data = format!("{:1063}", "E2EDK01005");
        let framing = |text: String| Framing::of(text.as_bytes(), true);
        assert_eq!(framing(format!("{control}\r\n{data}\r\n")), Some(Framing::Lines));
        assert_eq!(framing(format!("{}\n{data}", control.trim_end())), Some(Framing::Lines));
        assert_eq!(framing(format!("{control}{data}\n")), Some(Framing::Columns { control: 524 }));
        assert_eq!(framing(format!("{:1063}{data}", "EDI_DC40")), Some(Framing::Columns { control: 1063 }));
        assert_eq!(Framing::of(control.as_bytes(), false), None);
    }
}
