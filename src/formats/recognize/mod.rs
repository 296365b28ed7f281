//! What a file is, told from its bytes alone: syntax, characters, envelopes, and for flat files a guess at their build with
//! how sure it is. For people who look into a file they have never seen; what is taken in and translated is never
//! decided by a guess.

mod columns;
mod delimited;
mod ebcdic;
mod envelope;
mod fixed;
mod json;
mod segments;
mod text;
mod xml;

pub use columns::{Column, Guess};
pub use delimited::Delimited;
pub use envelope::{Envelopes, Group, Interchange, Message};
pub use fixed::{Fixed, RecordKind};
pub use segments::{Delimiters, Segment, Segments};
pub use text::{Characters, LineEnds, Text};
pub use xml::{Inside, Xml};

use super::Format;
use super::idoc::Idoc;

/// How sure a guess must be, in percent, to be told.
const SURE_MIN: u8 = 50;
/// Characters of the first line that are shown where the file as it is cannot be read on a terminal.
const FIRST_CHARACTERS_MAX: usize = 64;

/// What a file is.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognized {
    /// Its syntax, with what can be said of it.
    pub syntax: Syntax,
    /// How sure that is, in percent: 100 where the file has a mark of its own.
    pub confidence: u8,
    /// Characters and line ends.
    pub text: Text,
    /// What is odd about it, in words.
    pub oddities: Vec<String>,
}

/// The syntaxes that are told apart.
#[derive(Debug, Clone, PartialEq)]
pub enum Syntax {
    /// No bytes at all.
    Empty,
    /// No text.
    Binary,
    /// ANSI X12.
    X12(Envelopes),
    /// UN/EDIFACT.
    Edifact(Envelopes),
    /// GS1 UK TRADACOMS.
    Tradacoms(Envelopes),
    /// XML of any kind.
    Xml(Xml),
    /// SAP IDocs.
    Idoc(Idocs),
    /// JSON.
    Json,
    /// Values with a delimiter between them.
    Delimited(Delimited),
    /// Values at fixed columns.
    Fixed(Fixed),
    /// Text of no form that is known here.
    Prose,
}

/// A file of SAP IDocs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idocs {
    /// Whether it is XML, not records.
    pub is_xml: bool,
    /// How many IDocs are in it.
    pub count: usize,
}

impl Syntax {
    /// The word for machines: the id of the format, where there is one.
    pub fn word(&self) -> &'static str {
        match self {
            Syntax::Empty => "empty",
            Syntax::Binary => "binary",
            Syntax::X12(_) => "x12",
            Syntax::Edifact(_) => "edifact",
            Syntax::Tradacoms(_) => "tradacoms",
            Syntax::Xml(_) => "xml",
            Syntax::Idoc(_) => "idoc",
            Syntax::Json => "json",
            Syntax::Delimited(_) => "csv",
            Syntax::Fixed(_) => "fixed",
            Syntax::Prose => "text",
        }
    }

    /// In words.
    pub fn name(&self) -> &'static str {
        match self {
            Syntax::Empty => "an empty file",
            Syntax::Binary => "no text",
            Syntax::X12(_) => "X12",
            Syntax::Edifact(_) => "EDIFACT",
            Syntax::Tradacoms(_) => "TRADACOMS",
            Syntax::Xml(_) => "XML",
            Syntax::Idoc(Idocs { is_xml: false, .. }) => "SAP IDocs, flat",
            Syntax::Idoc(Idocs { is_xml: true, .. }) => "SAP IDoc XML",
            Syntax::Json => "JSON",
            Syntax::Delimited(_) => "delimited values (CSV)",
            Syntax::Fixed(_) => "values at fixed columns",
            Syntax::Prose => "text of no form that is known here",
        }
    }

    /// The envelopes, of syntaxes that have them.
    pub fn envelopes(&self) -> Option<&Envelopes> {
        match self {
            Syntax::X12(envelopes) | Syntax::Edifact(envelopes) | Syntax::Tradacoms(envelopes) => {
                Some(envelopes)
            }
            _ => None,
        }
    }
}

/// Tells what `bytes`, the whole of a file, are. Takes time in proportion to their number.
pub fn recognize(bytes: &[u8]) -> Recognized {
    let (text, decoded) = text::read(bytes);
    let mut oddities = Vec::new();
    let (syntax, confidence) = match &decoded {
        _ if bytes.is_empty() => (Syntax::Empty, 100),
        None if text.characters == Characters::Ebcdic => {
            oddities.push("it is EBCDIC, read here as cp037: a guide for it names its charset".into());
            let read = ebcdic::read(bytes);
            match read.record {
                Some(record) => {
                    oddities.push(format!("there are no line ends; every {record} bytes look like a record"))
                }
                None if !read.text.contains('\n') => oddities.push("there are no line ends in it".into()),
                None => {}
            }
            let first: String =
                read.text.lines().next().unwrap_or("").chars().take(FIRST_CHARACTERS_MAX).collect();
            oddities.push(format!("it begins `{}`", first.trim_end()));
            of_flat(&read.text)
        }
        None => (Syntax::Binary, 100),
        // What is read here are bytes of ASCII characters.
        Some(decoded) if text.characters == Characters::Utf16 => {
            of_text(decoded.as_bytes(), decoded, &mut oddities)
        }
        Some(decoded) => of_text(bytes, decoded, &mut oddities),
    };
    Recognized { syntax, confidence, text, oddities }
}

fn of_text(bytes: &[u8], decoded: &str, oddities: &mut Vec<String>) -> (Syntax, u8) {
    let start = decoded.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if start.is_empty() {
        oddities.push("there are only blanks in it".into());
        return (Syntax::Prose, 100);
    }
    if let Some(marked) = envelope::marked(bytes, oddities) {
        return (marked, 100);
    }
    if start.starts_with('<') && Idoc.sniff(start.as_bytes()) {
        let begins = ["<IDOC ", "<IDOC>", ":IDOC ", ":IDOC>"].map(|tag| start.matches(tag).count());
        return (Syntax::Idoc(Idocs { is_xml: true, count: begins.iter().sum() }), 100);
    }
    if start.starts_with('<')
        && let Some(xml) = xml::read(start)
    {
        return (Syntax::Xml(xml), 100);
    }
    if start.starts_with("EDI_DC") {
        let count = decoded.lines().filter(|line| line.starts_with("EDI_DC")).count();
        return (Syntax::Idoc(Idocs { is_xml: false, count }), 100);
    }
    if let Some(sure) = json::sure(start, oddities) {
        return (Syntax::Json, sure);
    }
    if let Some(found) = envelope::without_mark(bytes, oddities) {
        return (found, 80);
    }
    of_flat(decoded)
}

/// Values with delimiters, at columns, or neither: what is less likely than not is no answer.
fn of_flat(decoded: &str) -> (Syntax, u8) {
    let delimited = delimited::guess(decoded).filter(|(_, sure)| *sure >= SURE_MIN);
    let fixed = fixed::guess(decoded).filter(|(_, sure)| *sure >= SURE_MIN);
    match (delimited, fixed) {
        (Some((values, sure)), Some((_, less))) if sure >= less => (Syntax::Delimited(values), sure),
        (_, Some((columns, sure))) => (Syntax::Fixed(columns), sure),
        (Some((values, sure)), None) => (Syntax::Delimited(values), sure),
        (None, None) => (Syntax::Prose, 50),
    }
}
