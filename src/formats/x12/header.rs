//! The interchange header. ISA is the one segment of fixed width, so that the delimiters can be read from it.

use crate::formats::segment::{Binary, Delimiters};

/// The usual delimiters.
pub const DELIMITERS: Delimiters = Delimiters {
    element: b'*',
    segment: b'~',
    component: b'>',
    repetition: None,
    release: None,
    newline: "",
    binary: &BINARY,
};

/// BIN-01 and BDS-02 say how long the data behind them are.
const BINARY: [Binary; 2] = [Binary { tag: b"BIN", length: 1 }, Binary { tag: b"BDS", length: 2 }];

/// Widths of ISA01 to ISA16 (X12.5).
const WIDTHS: [usize; 16] = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1];
/// Longest element whose length is told: what is longer has lost its separator.
const WIDTH_SHOWN_MAX: usize = 30;
/// Length of an ISA segment with its terminator.
pub const ISA_BYTES: usize = 106;

/// What ISA says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header<'a> {
    /// The delimiters it defines.
    pub delimiters: Delimiters,
    /// ISA01 to ISA16, with their padding.
    pub elements: [&'a [u8]; 16],
}

impl<'a> Header<'a> {
    /// Reads the header at the start of `bytes`. `Err` says in words what is not as it must be.
    pub fn read(bytes: &'a [u8]) -> Result<Header<'a>, String> {
        if bytes.len() < ISA_BYTES {
            return Err(format!("the file ends after {} of its 106 characters", bytes.len()));
        }
        let (element, elements, segment) = fields(bytes).ok_or_else(|| misplaced(bytes))?;
        let component = elements[15][0];
        let repetition = match (elements[11] >= b"00402".as_slice(), elements[10][0]) {
            (true, byte) if !byte.is_ascii_alphanumeric() && byte != b' ' => Some(byte),
            _ => None,
        };
        let delimiters = Delimiters { element, segment, component, repetition, ..DELIMITERS };
        if component.is_ascii_alphanumeric() || component == b' ' {
            let shown = char::from(component);
            return Err(format!("ISA16 is `{shown}`, which cannot separate components"));
        }
        let used = [element, segment, component];
        if used.iter().any(u8::is_ascii_alphanumeric)
            || element == segment
            || element == component
            || segment == component
        {
            return Err("its delimiters are letters, digits or equal to each other".into());
        }
        Ok(Header { delimiters, elements })
    }

    /// An element, from 1, without the padding on its right.
    pub fn element(&self, position: usize) -> &'a str {
        std::str::from_utf8(self.elements[position - 1].trim_ascii_end()).unwrap_or("")
    }
}

type Fields<'a> = (u8, [&'a [u8]; 16], u8);

fn fields(bytes: &[u8]) -> Option<Fields<'_>> {
    let element = *bytes.strip_prefix(b"ISA")?.first()?;
    let (mut elements, mut at) = ([&b""[..]; 16], 3);
    for (field, width) in elements.iter_mut().zip(WIDTHS) {
        if bytes[at] != element {
            return None;
        }
        *field = bytes.get(at + 1..=at + width)?;
        at += width + 1;
    }
    Some((element, elements, *bytes.get(at)?))
}

/// The first element of another width than it must have.
fn misplaced(bytes: &[u8]) -> String {
    let separator = bytes[3];
    let elements = bytes[4..].split(|&byte| byte == separator);
    for ((i, width), element) in (1..).zip(WIDTHS).zip(elements) {
        // Behind the last one other segments follow, and behind one without a separator as well.
        if element.len() != width && i < WIDTHS.len() {
            let found = element.len();
            return match found {
                0..=WIDTH_SHOWN_MAX => format!("ISA{i:02} has {found} characters, and {width} is its width"),
                _ => format!("no separator follows the {width} characters of ISA{i:02}"),
            };
        }
    }
    "an element has another width than it must".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISA: &str = "ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261120*0815*U*00401*000000123*0*P*>~";

    #[test]
    fn delimiters_come_from_their_positions() {
        let header = Header::read(ISA.as_bytes()).expect("reads");
        assert_eq!(header.delimiters, DELIMITERS);
        assert_eq!((header.element(6), header.element(13)), ("BRIGHTWICK", "000000123"));
        let later = ISA.replace("*U*00401*", "*^*00501*");
        assert_eq!(Header::read(later.as_bytes()).expect("reads").delimiters.repetition, Some(b'^'));
    }

    #[test]
    fn a_header_of_another_width_is_refused_with_the_place() {
        let short = ISA.replace("HAVENPORT3PL   ", "HAVENPORT3PL  ") + "GS";
        assert_eq!(
            Header::read(short.as_bytes()),
            Err("ISA08 has 14 characters, and 15 is its width".into())
        );
        let long = ISA.replace("*00*          *ZZ", "*00*           *ZZ") + "GS";
        assert_eq!(Header::read(long.as_bytes()), Err("ISA04 has 11 characters, and 10 is its width".into()));
        for bad in ["A", "1", " "] {
            let why = format!("ISA16 is `{bad}`, which cannot separate components");
            assert_eq!(Header::read(ISA.replace("*>~", &format!("*{bad}~")).as_bytes()), Err(why));
        }
        assert!(Header::read(&ISA.as_bytes()[..80]).is_err());
    }
}
