//! Rows and values of a CSV file (RFC 4180, with any one-byte delimiter and quote; LF, CR LF or CR end a row).

use super::Dialect;

/// One value of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cell {
    /// First byte, after an opening quote.
    pub start: usize,
    /// One past the last, before a closing quote.
    pub end: usize,
    /// Whether doubled quotes are inside.
    pub has_quotes: bool,
}

impl Cell {
    /// The value with doubled quotes made single. `buffer` holds it if it differs from the bytes.
    pub(super) fn value<'a>(&self, bytes: &'a [u8], quote: u8, buffer: &'a mut Vec<u8>) -> &'a [u8] {
        let raw = &bytes[self.start..self.end];
        if !self.has_quotes {
            return raw;
        }
        buffer.clear();
        let mut skip = false;
        for &byte in raw {
            skip = byte == quote && !skip;
            if !skip {
                buffer.push(byte);
            }
        }
        buffer
    }
}

/// Where a row ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowEnd {
    /// The next row starts here.
    At(usize),
    /// The bytes end inside the row; at the end of a file that is its end.
    Incomplete {
        /// Whether a quote is still open.
        in_quotes: bool,
    },
}

/// Cuts the row at `at` into its values.
pub(super) fn row(bytes: &[u8], at: usize, dialect: &Dialect, cells: &mut Vec<Cell>) -> RowEnd {
    cells.clear();
    let mut position = at;
    loop {
        let (cell, next) = cell(bytes, position, dialect);
        let Some(next) = next else {
            cells.push(cell);
            return RowEnd::Incomplete { in_quotes: true };
        };
        cells.push(cell);
        match bytes.get(next) {
            Some(byte) if *byte == dialect.delimiter => position = next + 1,
            Some(b'\n') => return RowEnd::At(next + 1),
            Some(_) if bytes.get(next + 1) == Some(&b'\n') => return RowEnd::At(next + 2),
            Some(_) if next + 1 == bytes.len() => return RowEnd::Incomplete { in_quotes: false },
            Some(_) => return RowEnd::At(next + 1),
            None => return RowEnd::Incomplete { in_quotes: false },
        }
    }
}

/// The value at `start` and where it ends: at a delimiter, a line end or the end; `None` if its quote never closes.
fn cell(bytes: &[u8], start: usize, dialect: &Dialect) -> (Cell, Option<usize>) {
    let ends = |byte: &u8| *byte == dialect.delimiter || *byte == b'\n' || *byte == b'\r';
    if bytes.get(start) != Some(&dialect.quote) {
        let end = bytes[start..].iter().position(ends).map_or(bytes.len(), |length| start + length);
        return (Cell { start, end, has_quotes: false }, Some(end));
    }
    let mut at = start + 1;
    let mut has_quotes = false;
    loop {
        let Some(length) = memchr::memchr(dialect.quote, &bytes[at..]) else {
            return (Cell { start: start + 1, end: bytes.len(), has_quotes }, None);
        };
        at += length + 1;
        if bytes.get(at) == Some(&dialect.quote) {
            has_quotes = true;
            at += 1;
            continue;
        }
        let end = at - 1;
        // Anything between the closing quote and the delimiter belongs to nobody; it is left out of the value.
        let next = bytes[at..].iter().position(ends).map_or(bytes.len(), |length| at + length);
        return (Cell { start: start + 1, end, has_quotes }, Some(next));
    }
}

/// Whether a row is only a line end.
pub(super) fn is_blank(cells: &[Cell]) -> bool {
    matches!(cells, [cell] if cell.start == cell.end)
}

#[cfg(test)]
mod tests {
    use super::super::STANDARD;
    use super::*;

    fn values(text: &str) -> Vec<String> {
        let mut cells = Vec::new();
        row(text.as_bytes(), 0, &STANDARD, &mut cells);
        let value = |cell: &Cell| {
            let mut buffer = Vec::new();
            String::from_utf8(cell.value(text.as_bytes(), b'"', &mut buffer).to_vec()).expect("text")
        };
        cells.iter().map(value).collect()
    }

    #[test]
    fn quotes_hold_delimiters_line_ends_and_doubled_quotes() {
        assert_eq!(values("a,\"b, \"\"c\"\"\nd\",,e\r\nnext"), ["a", "b, \"c\"\nd", "", "e"]);
        assert_eq!(values("\"\"\"\",x"), ["\"", "x"]);
        let mut cells = Vec::new();
        assert_eq!(row(b"a,\"b", 0, &STANDARD, &mut cells), RowEnd::Incomplete { in_quotes: true });
        assert_eq!(row(b"a\r", 0, &STANDARD, &mut cells), RowEnd::Incomplete { in_quotes: false });
        assert_eq!(row(b"a\rb", 0, &STANDARD, &mut cells), RowEnd::At(2));
    }
}
