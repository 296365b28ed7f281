//! How the segments of one interchange are written: what separates, how text is coded, what numbers look like.

use super::binary::Binary;
use crate::diagnostics::Severity;
use crate::guide::Guide;

/// The characters that separate, and where they do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiters {
    /// Between elements.
    pub element: u8,
    /// After each segment.
    pub segment: u8,
    /// Between components.
    pub component: u8,
    /// Between repetitions, where the syntax has them.
    pub repetition: Option<u8>,
    /// Takes the meaning from the character behind it, where the syntax has one.
    pub release: Option<u8>,
    /// What is written behind the end of each segment: nothing, or a line end. Reading takes either.
    pub newline: &'static str,
    /// Segments with data in which nothing separates.
    pub binary: &'static [Binary],
}

impl Delimiters {
    /// These delimiters with what the guide's `delimiters` line says over them; `none` for one that is not used.
    /// `newline` says whether segments stand on lines of their own. `None` if one of them is not a single byte, or no line end.
    pub fn with(self, guide: &Guide) -> Option<Delimiters> {
        let one = |name: &str, standard: u8| match guide.setting(name).as_bytes() {
            [] => Some(standard),
            [byte] => Some(*byte),
            _ => None,
        };
        let some = |name: &str, standard: Option<u8>| match guide.setting(name).as_bytes() {
            [] => Some(standard),
            b"none" => Some(None),
            [byte] => Some(Some(*byte)),
            _ => None,
        };
        let newline = match guide.setting("newline") {
            "" => self.newline,
            "none" => "",
            "lf" => "\n",
            "crlf" => "\r\n",
            _ => return None,
        };
        Some(Delimiters {
            newline,
            binary: self.binary,
            element: one("delimiter element", self.element)?,
            segment: one("delimiter segment", self.segment)?,
            component: one("delimiter component", self.component)?,
            repetition: some("delimiter repetition", self.repetition)?,
            release: some("delimiter release", self.release)?,
        })
    }

    /// What ends a segment: its character, and the line end behind it.
    pub fn terminator(&self) -> String {
        format!("{}{}", char::from(self.segment), self.newline)
    }

    /// Whether `byte` separates something, so that a value can hold it only behind a release character.
    pub fn separates(&self, byte: u8) -> bool {
        byte == self.element
            || byte == self.segment
            || byte == self.component
            || Some(byte) == self.repetition
            || Some(byte) == self.release
    }

    /// Appends `value` without its release characters. One with nothing behind it is dropped.
    pub fn unescape(&self, value: &[u8], out: &mut Vec<u8>) {
        let mut released = false;
        for &byte in value {
            released = !released && Some(byte) == self.release;
            if !released {
                out.push(byte);
            }
        }
    }
}

/// How characters are coded in a syntax.
pub trait Coding: Sync {
    /// The name people know it by, such as `UNOC`.
    fn name(&self) -> &str;
    /// Appends what `bytes` say. `false` if some of them say nothing that a text may hold.
    fn decode(&self, bytes: &[u8], out: &mut String) -> bool;
    /// Whether the character can be written.
    fn has(&self, character: char) -> bool;
    /// Whether characters of ASCII are among those that cannot be written.
    fn is_narrow(&self) -> bool {
        false
    }
    /// Appends `text`; something stands for each character that cannot be written.
    fn encode(&self, text: &str, out: &mut Vec<u8>);
}

/// How one interchange is written.
#[derive(Clone, Copy)]
pub struct Dialect<'a> {
    /// What separates.
    pub delimiters: Delimiters,
    /// Stands before the decimals of a number that is written. A point can always be read.
    pub decimal_mark: u8,
    /// Whether a comma can be read before decimals.
    pub reads_comma: bool,
    /// How a message is coded that is not UTF-8, and how one is written.
    pub coding: &'a dyn Coding,
    /// Whether every value is to be held against the repertoire of `coding`: some byte of the message is outside it.
    pub checks_repertoire: bool,
    /// Whether the repetitions of an element have no separator, but a position each.
    pub spreads: bool,
    /// What more elements, components or repetitions than the guide knows do to the message.
    pub excess: Severity,
}
