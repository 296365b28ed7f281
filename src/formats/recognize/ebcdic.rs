//! Files in EBCDIC, read as the most usual of its code pages so that people see what is in them.

use crate::formats::charset::Charset;

/// Longest record that is looked for where no line ends are.
const RECORD_BYTES_MAX: usize = 4096;
/// Shortest record that is looked for.
const RECORD_BYTES_MIN: usize = 10;
/// Bytes that are compared.
const COMPARED_MAX: usize = 65_536;
/// Share of bytes that must stand under an equal one, in percent.
const EQUAL_MIN: usize = 40;

/// A file in EBCDIC as text.
pub(super) struct Ebcdic {
    /// Its lines, or its records with a line end behind each.
    pub(super) text: String,
    /// Bytes of a record, where records follow each other without line ends.
    pub(super) record: Option<usize>,
}

/// Reads bytes as `cp037`; letters, digits and blanks are the same in its relatives.
pub(super) fn read(bytes: &[u8]) -> Ebcdic {
    // NL (0x15) ends lines on the host, LF (0x25) is what some transfers leave.
    let has_lines = bytes.iter().any(|byte| matches!(byte, 0x15 | 0x25));
    let record = if has_lines { None } else { record_bytes(bytes) };
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 40);
    for piece in bytes.chunks(record.unwrap_or(bytes.len()).max(1)) {
        if let Some(page) = Charset::named("cp037") {
            // A byte that is no character shows as one that says so.
            let _ = page.decode(piece, &mut text);
        }
        if record.is_some() {
            text.push('\n');
        }
    }
    let text = if has_lines { text.replace('\u{85}', "\n") } else { text };
    Ebcdic { text, record }
}

/// The length by which bytes stand under equal ones, so that it is that of a record; the shortest of those that fit well.
fn record_bytes(bytes: &[u8]) -> Option<usize> {
    let lengths = (RECORD_BYTES_MIN..=RECORD_BYTES_MAX.min(bytes.len() / 2))
        .filter(|length| bytes.len().is_multiple_of(*length));
    let equal = |length: usize| {
        let compared = (bytes.len() - length).min(COMPARED_MAX);
        let equal = (0..compared).filter(|&at| bytes[at] == bytes[at + length]).count();
        equal * 100 / compared
    };
    let shares: Vec<(usize, usize)> = lengths.map(|length| (length, equal(length))).collect();
    let best = shares.iter().map(|(_, share)| *share).max()?;
    let fits = |share: usize| share >= EQUAL_MIN && share * 100 >= best * 95;
    shares.iter().find(|(_, share)| fits(*share)).map(|(length, _)| *length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        Charset::named("cp037").expect("a page").encode(text, &mut bytes).expect("characters of it");
        bytes
    }

    #[test]
    fn records_without_line_ends_are_cut_by_their_length() {
        let rows = [
            "0001LAMP SMALL          000012EA",
            "0002SHADE               000004CS",
            "0003LAMP LARGE          000100EA",
        ];
        let read = read(&encoded(&rows.concat()));
        assert_eq!(read.record, Some(32));
        assert_eq!(read.text.lines().collect::<Vec<_>>(), rows);
    }

    #[test]
    fn a_new_line_of_the_host_ends_a_line() {
        let mut bytes = encoded("FIRST LINE");
        bytes.push(0x15);
        bytes.extend(encoded("SECOND"));
        assert_eq!(read(&bytes).text, "FIRST LINE\nSECOND");
    }
}
