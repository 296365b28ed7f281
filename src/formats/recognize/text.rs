//! Characters and line ends.

use std::borrow::Cow;

/// Share of control characters from which bytes are no text, in percent.
const CONTROLS_MAX: usize = 5;

/// Which characters the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Characters {
    /// Only ASCII.
    Ascii,
    /// UTF-8 with characters beyond ASCII.
    Utf8,
    /// UTF-16, told by its byte order mark.
    Utf16,
    /// One byte each, beyond ASCII: ISO 8859 or Windows; which one the bytes do not say.
    EightBit,
    /// EBCDIC, told by where its letters, digits and blanks are.
    Ebcdic,
    /// None.
    NoText,
}

impl Characters {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Characters::Ascii => "ASCII",
            Characters::Utf8 => "UTF-8",
            Characters::Utf16 => "UTF-16",
            Characters::EightBit => "one byte each, beyond ASCII (windows-1252, iso-8859-1 or a relative)",
            Characters::Ebcdic => "EBCDIC (cp037 or a relative)",
            Characters::NoText => "no text",
        }
    }
}

/// How lines end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnds {
    /// There are none.
    None,
    /// LF
    Lf,
    /// CR LF
    CrLf,
    /// CR
    Cr,
    /// Several of them.
    Mixed,
}

impl LineEnds {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            LineEnds::None => "no line ends",
            LineEnds::Lf => "lines end with LF",
            LineEnds::CrLf => "lines end with CR LF",
            LineEnds::Cr => "lines end with CR",
            LineEnds::Mixed => "lines end now with LF, now with CR LF or CR",
        }
    }
}

/// Characters and line ends of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Which characters.
    pub characters: Characters,
    /// Whether a byte order mark stands at the start.
    pub has_mark: bool,
    /// How lines end.
    pub line_ends: LineEnds,
}

/// Tells the characters, and the bytes as text; `None` if they are none that can be read here.
pub(super) fn read(bytes: &[u8]) -> (Text, Option<Cow<'_, str>>) {
    let utf16 = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    let has_mark = utf16 || bytes.starts_with(b"\xEF\xBB\xBF");
    let characters = characters(bytes, utf16);
    let decoded = match characters {
        Characters::Ascii | Characters::Utf8 => {
            std::str::from_utf8(bytes).ok().map(|text| Cow::Borrowed(text.trim_start_matches('\u{feff}')))
        }
        Characters::Utf16 => Some(encoding_rs::UTF_16LE.decode(bytes).0),
        Characters::EightBit => Some(encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0),
        Characters::Ebcdic | Characters::NoText => None,
    };
    let line_ends = decoded.as_deref().map_or(LineEnds::None, line_ends);
    (Text { characters, has_mark, line_ends }, decoded)
}

fn characters(bytes: &[u8], utf16: bool) -> Characters {
    if utf16 {
        return Characters::Utf16;
    }
    let is_control =
        |byte: &&u8| **byte < 0x20 && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A | 0x1C..=0x1F);
    let controls = bytes.iter().filter(is_control).count();
    if bytes.is_ascii() && controls * 100 <= bytes.len() * CONTROLS_MAX {
        return Characters::Ascii;
    }
    let usual = bytes.iter().filter(|byte| matches!(**byte, 0x40 | 0x81..=0xA9 | 0xC1..=0xE9 | 0xF0..=0xF9));
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric() || **byte == b' ').count();
    if usual.count() * 100 > bytes.len() * 60 && letters * 100 < bytes.len() * 60 {
        return Characters::Ebcdic;
    }
    if controls * 100 > bytes.len() * CONTROLS_MAX {
        return Characters::NoText;
    }
    if std::str::from_utf8(bytes).is_ok() { Characters::Utf8 } else { Characters::EightBit }
}

fn line_ends(text: &str) -> LineEnds {
    let bytes = text.as_bytes();
    let both = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    let count = |wanted: u8| bytes.iter().filter(|byte| **byte == wanted).count() - both;
    match (both > 0, count(b'\n') > 0, count(b'\r') > 0) {
        (false, false, false) => LineEnds::None,
        (true, false, false) => LineEnds::CrLf,
        (false, true, false) => LineEnds::Lf,
        (false, false, true) => LineEnds::Cr,
        _ => LineEnds::Mixed,
    }
}
