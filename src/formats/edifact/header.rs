//! UNA and UNB: what separates, which character set, who sends what to whom (ISO 9735 §7 and annex A).

use super::charset::{Level, level};
use crate::diagnostics::Code;
use crate::formats::segment::{Delimiters, Fields};
use crate::formats::{Fault, InterchangeRow};

/// What UNA says where it is missing.
pub const DELIMITERS: Delimiters = Delimiters {
    element: b'+',
    segment: b'\'',
    component: b':',
    repetition: None,
    release: Some(b'?'),
    newline: "",
    binary: &[],
};
/// The separators of level B before syntax 4: IS3, IS4 and IS1 of ISO 646. There is no release character.
const LEVEL_B: Delimiters = Delimiters {
    element: 0x1d,
    segment: 0x1c,
    component: 0x1f,
    repetition: None,
    release: None,
    newline: "",
    binary: &[],
};
/// Separates repetitions in syntax 4 where UNA is missing.
pub const REPETITION: u8 = b'*';
/// Length of UNA.
const UNA_BYTES: usize = 9;
/// Longest UNA and UNB together; more than twice what its elements can hold.
const HEADER_BYTES_MAX: usize = 1200;

/// The head of an interchange.
#[derive(Debug)]
pub struct Header<'a> {
    pub delimiters: Delimiters,
    /// The declared character set; `None` if it is none of ISO 9735.
    pub level: Option<Level>,
    /// Where UNB starts.
    pub start: usize,
    /// Length in bytes with the terminator.
    pub length: usize,
    /// What is wrong with it, though it can be read.
    pub fault: Option<Fault>,
    fields: Fields<'a>,
}

/// What stands at the start of a file.
#[derive(Debug)]
pub enum Begun<'a> {
    /// A header.
    Whole(Box<Header<'a>>),
    /// The start of one.
    More,
    /// Something else, in words.
    Wrong(String),
}

/// Whether bytes start as a header does.
pub fn starts(bytes: &[u8]) -> bool {
    (bytes.starts_with(b"UNB") || bytes.starts_with(b"UNA"))
        && bytes.get(3).is_some_and(|byte| !byte.is_ascii_alphanumeric())
}

impl<'a> Header<'a> {
    /// Reads the header at the start of `bytes`. `is_end` says that nothing follows them.
    pub fn read(bytes: &'a [u8], is_end: bool) -> Begun<'a> {
        let more = |why: &str| match is_end {
            true => Begun::Wrong(why.into()),
            false => Begun::More,
        };
        if bytes.len() < 4 {
            return more("the file ends in it");
        }
        let (service, start) = if bytes.starts_with(b"UNA") {
            let Some(rest) = bytes.get(UNA_BYTES..) else { return more("the file ends in UNA") };
            let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            (Some(&bytes[3..UNA_BYTES]), UNA_BYTES + blanks)
        } else {
            (None, 0)
        };
        // What is further away says nothing about it, be it there already or not.
        let segment = &bytes[start..];
        let segment = &segment[..segment.len().min(HEADER_BYTES_MAX + 1)];
        if segment.len() < 4 && b"UNB".starts_with(&segment[..segment.len().min(3)]) {
            return more("the file ends before UNB");
        }
        if !segment.starts_with(b"UNB") {
            return Begun::Wrong("UNB does not follow the nine characters of UNA".into());
        }
        let (delimiters, odd) = match service {
            Some(service) => (of_una(service), None),
            None => match without_una(segment, is_end) {
                Guess::Usual(delimiters) => (delimiters, None),
                Guess::Odd(delimiters) => (delimiters, Some(delimiters)),
                Guess::More => return Begun::More,
                Guess::None => {
                    return Begun::Wrong("there is no UNA, and UNB does not use `+`, `:` and `'`".into());
                }
            },
        };
        if segment[3] != delimiters.element {
            let shown = char::from(segment[3]);
            return Begun::Wrong(format!(
                "`{shown}` follows UNB, UNA says `{}`",
                char::from(delimiters.element)
            ));
        }
        let Some(end) = segment.iter().position(|&byte| byte == delimiters.segment) else {
            return match segment.len() > HEADER_BYTES_MAX {
                true => Begun::Wrong("UNB has no end".into()),
                false => more("the file ends in UNB"),
            };
        };
        let fields = Fields::of(&segment[..end], delimiters);
        Begun::Whole(Box::new(Self::of(fields, delimiters, service, odd, start..start + end + 1)))
    }

    fn of(
        fields: Fields<'a>,
        mut delimiters: Delimiters,
        service: Option<&[u8]>,
        odd: Option<Delimiters>,
        range: std::ops::Range<usize>,
    ) -> Header<'a> {
        let (name, version) = (fields.component(1, 1), fields.component(1, 2));
        let level = level(&name);
        let version = version.parse().ok().filter(|version| (1..=4).contains(version)).unwrap_or(0);
        if version == 4 {
            delimiters.repetition = match service {
                Some(service) => Some(service[4]).filter(|&byte| byte != b' '),
                None => Some(REPETITION),
            };
        }
        let fault = match odd {
            Some(odd) => Some(Fault {
                code: Code::I110,
                standard_code: "22",
                found: shown(&odd),
                expected: shown(&DELIMITERS),
                offset: 0,
            }),
            None if level.is_none() || version == 0 => Some(Fault {
                code: Code::I104,
                standard_code: "2",
                found: format!("it declares the syntax `{}`, which is not one of ISO 9735", fields.whole(1)),
                expected: String::new(),
                offset: 0,
            }),
            None => None,
        };
        Header { delimiters, level, start: range.start, length: range.end, fault, fields }
    }

    /// The bytes that tell how to read the messages: delimiters that nobody could tell from UNB alone stand in a UNA.
    fn head(&self, bytes: &[u8]) -> Vec<u8> {
        let is_odd = self.fault.as_ref().is_some_and(|fault| fault.code == Code::I110);
        let una = [&b"UNA"[..], &service(&self.delimiters)].concat();
        [if is_odd { &una[..] } else { b"" }, bytes].concat()
    }

    /// What the header says, for the index pass.
    pub fn row(&self, bytes: &[u8]) -> InterchangeRow {
        let fields = &self.fields;
        let identity = |element| format!("{}:{}", fields.component(element, 2), fields.component(element, 1));
        InterchangeRow {
            head: self.head(&bytes[..self.length]),
            sender: identity(2),
            receiver: identity(3),
            sender_routing: fields.component(2, 3),
            receiver_routing: fields.component(3, 3),
            control_number: fields.text(5),
            made_at: format!("{}{}", fields.component(4, 1), fields.component(4, 2)),
            version: format!("{}:{}", fields.component(1, 1), fields.component(1, 2)),
            application: fields.text(7),
            is_test: fields.text(11) == "1",
            wants_acknowledgement: fields.text(9) == "1",
            ..InterchangeRow::default()
        }
    }
}

/// UNA: component, element, decimal mark, release, repetition (blank before syntax 4), segment.
fn of_una(service: &[u8]) -> Delimiters {
    Delimiters {
        component: service[0],
        element: service[1],
        segment: service[5],
        release: Some(service[3]).filter(|&byte| byte != b' '),
        repetition: None,
        newline: "",
        binary: &[],
    }
}

enum Guess {
    Usual(Delimiters),
    Odd(Delimiters),
    More,
    None,
}

/// Where the first separator of components stands in UNB: the name of the syntax has four characters.
const COMPONENT: usize = 8;

/// The delimiters of a UNB without UNA: the usual ones, or what stands where they should.
fn without_una(segment: &[u8], is_end: bool) -> Guess {
    let element = segment[3];
    if element == LEVEL_B.element {
        return Guess::Usual(LEVEL_B);
    }
    let end = segment.iter().position(|&byte| byte == DELIMITERS.segment);
    if segment.len() <= COMPONENT && end.is_none() && !is_end {
        return Guess::More;
    }
    let next = ["UNH", "UNG", "UNZ"]
        .into_iter()
        .filter_map(|tag| memchr::memmem::find(segment, &[tag.as_bytes(), &[element]].concat()))
        .min();
    // What stands behind the end of a UNB that is too short says nothing about it.
    let component = segment.get(COMPONENT).copied().filter(|_| end.is_none_or(|end| end > COMPONENT));
    let is_usual = element == DELIMITERS.element && component.is_none_or(|byte| byte == DELIMITERS.component);
    match (end, next) {
        (Some(end), next) if is_usual && next.is_none_or(|next| end < next) => Guess::Usual(DELIMITERS),
        (_, Some(next)) => {
            let before = segment[..next].iter().rev();
            let mut before = before.skip_while(|byte| matches!(byte, b'\r' | b'\n'));
            let (Some(&terminator), Some(component)) = (before.next(), component) else { return Guess::None };
            // The line end itself may be the terminator.
            let terminator = if terminator.is_ascii_alphanumeric() { segment[next - 1] } else { terminator };
            let all = [element, component, terminator];
            let distinct = all[0] != all[1] && all[1] != all[2] && all[0] != all[2];
            if !distinct || all.iter().any(u8::is_ascii_alphanumeric) {
                return Guess::None;
            }
            Guess::Odd(Delimiters { element, component, segment: terminator, ..DELIMITERS })
        }
        _ if is_end || segment.len() > HEADER_BYTES_MAX => Guess::None,
        _ => Guess::More,
    }
}

/// As they stand in UNA.
fn service(delimiters: &Delimiters) -> [u8; 6] {
    let release = delimiters.release.unwrap_or(b' ');
    [delimiters.component, delimiters.element, b'.', release, b' ', delimiters.segment]
}

fn shown(delimiters: &Delimiters) -> String {
    service(delimiters)
        .map(|byte| if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '\u{fffd}' })
        .iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Box<Header<'_>> {
        match Header::read(text.as_bytes(), true) {
            Begun::Whole(header) => header,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn una_says_what_separates() {
        let text = "UNA;*,! |\r\nUNB*UNOC;3*4012345000009;14;ROUTE*SELF*261120;0815*77**APP****1|";
        let header = whole(text);
        assert_eq!(header.length, text.len());
        let delimiters = header.delimiters;
        assert_eq!([delimiters.element, delimiters.component, delimiters.segment], *b"*;|");
        assert_eq!((delimiters.release, delimiters.repetition), (Some(b'!'), None));
        let row = header.row(text.as_bytes());
        assert_eq!((row.sender.as_str(), row.receiver.as_str()), ("14:4012345000009", ":SELF"));
        assert_eq!(
            (row.sender_routing.as_str(), row.application.as_str(), row.is_test),
            ("ROUTE", "APP", true)
        );
        assert_eq!((row.control_number.as_str(), row.made_at.as_str()), ("77", "2611200815"));
    }

    #[test]
    fn the_defaults_depend_on_the_syntax() {
        assert_eq!(whole("UNB+UNOA:3+A+B+261120:0815+1'").delimiters, DELIMITERS);
        let later = whole("UNB+UNOW:4+A+B+20261120:0815+1'").delimiters;
        assert_eq!(later.repetition, Some(b'*'));
        let blank = whole("UNA:+.? 'UNB+UNOW:4+A+B+20261120:0815+1'").delimiters;
        assert_eq!(blank.repetition, None);
        let old = whole("UNB\x1dUNOB\x1f1\x1dA\x1dB\x1d261120\x1f0815\x1d1\x1c");
        assert_eq!((old.delimiters, old.fault.is_none()), (LEVEL_B, true));
    }

    #[test]
    fn odd_delimiters_without_una_are_told() {
        for text in [
            "UNB*UNOA>3*A*B*261120>0815*1~\r\nUNH*1*ORDERS>D>96A>UN~",
            "UNB+UNOA:3+A+B+261120:0815+1\nUNH+1+ORDERS:D:96A:UN\n",
        ] {
            let header = whole(text);
            assert_eq!(header.fault.as_ref().map(|fault| fault.code), Some(Code::I110), "{text}");
            assert_eq!(header.row(text.as_bytes()).control_number, "1");
        }
        assert!(matches!(Header::read(b"UNBXUNOA", true), Begun::Wrong(_)));
        assert!(matches!(Header::read(b"UNA:+.?'UNB+UNOA:3+", true), Begun::Wrong(_)));
        assert!(matches!(Header::read(b"UNA:+.? 'UNB+UNOA:3+", false), Begun::More));
        assert_eq!(whole("UNB+UNOQ:3+A+B+261120:0815+1'").fault.map(|fault| fault.standard_code), Some("2"));
    }
}
