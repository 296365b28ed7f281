//! How the characters of a file are coded: by its byte order mark, its first bytes and its declaration.

use crate::formats::charset::Charset;

/// A coding of XML files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, or one byte a character over ASCII.
    Narrow(Charset),
    /// UTF-16, low byte first.
    Utf16Low,
    /// UTF-16, high byte first.
    Utf16High,
}

impl Encoding {
    /// By its name in a declaration or a guide; UTF-16 without a mark is told by its first bytes.
    pub(super) fn named(name: &str) -> Option<Encoding> {
        let charset = Charset::named(name)?;
        charset.keeps_ascii().then_some(Encoding::Narrow(charset))
    }

    /// By the first bytes of a file; the second is how many of them are a byte order mark. `None` where only a
    /// declaration tells: until then it is read as UTF-8.
    pub(super) fn marked(start: &[u8]) -> (Option<Encoding>, usize) {
        match start {
            [0xEF, 0xBB, 0xBF, ..] => (Some(Encoding::Narrow(Charset::Utf8)), 3),
            [0xFF, 0xFE, ..] => (Some(Encoding::Utf16Low), 2),
            [0xFE, 0xFF, ..] => (Some(Encoding::Utf16High), 2),
            [first, 0, second, 0, ..] if *first != 0 && *second != 0 => (Some(Encoding::Utf16Low), 0),
            [0, first, 0, second, ..] if *first != 0 && *second != 0 => (Some(Encoding::Utf16High), 0),
            _ => (None, 0),
        }
    }

    /// Its name for heads and messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Encoding::Narrow(charset) => charset.name(),
            Encoding::Utf16Low => "utf-16le",
            Encoding::Utf16High => "utf-16be",
        }
    }

    /// What [`Encoding::name`] gave.
    pub(super) fn of_head(name: &str) -> Encoding {
        match name {
            "utf-16le" => Encoding::Utf16Low,
            "utf-16be" => Encoding::Utf16High,
            name => Encoding::named(name).unwrap_or(Encoding::Narrow(Charset::Utf8)),
        }
    }

    /// Bytes of a unit of it.
    pub(super) fn width(self) -> usize {
        match self {
            Encoding::Narrow(_) => 1,
            Encoding::Utf16Low | Encoding::Utf16High => 2,
        }
    }

    /// Bytes as one byte a unit: markup stays as it is, and what is not ASCII is no markup.
    pub(super) fn narrow(self, bytes: &[u8], out: &mut Vec<u8>) {
        let unit = |low: u8, high: u8| if high == 0 && low < 0x80 { low } else { 0x80 | low };
        match self {
            Encoding::Narrow(_) => out.extend_from_slice(bytes),
            Encoding::Utf16Low => out.extend(bytes.chunks_exact(2).map(|pair| unit(pair[0], pair[1]))),
            Encoding::Utf16High => out.extend(bytes.chunks_exact(2).map(|pair| unit(pair[1], pair[0]))),
        }
    }

    /// Appends bytes as text; `Err` if some are no characters, for which U+FFFD stands then.
    pub(super) fn decode(self, bytes: &[u8], out: &mut String) -> Result<(), ()> {
        let wide = match self {
            Encoding::Narrow(charset) => return charset.decode(bytes, out).map_err(|_| ()),
            Encoding::Utf16Low => encoding_rs::UTF_16LE,
            Encoding::Utf16High => encoding_rs::UTF_16BE,
        };
        let (text, is_wrong) = wide.decode_without_bom_handling(bytes);
        out.push_str(&text);
        if is_wrong { Err(()) } else { Ok(()) }
    }

    /// How many bytes a stretch of text takes in it.
    pub(super) fn bytes_of(self, text: &str) -> usize {
        match self {
            Encoding::Narrow(Charset::Utf8) => text.len(),
            Encoding::Narrow(_) => text.chars().count(),
            Encoding::Utf16Low | Encoding::Utf16High => 2 * text.encode_utf16().count(),
        }
    }
}

/// The encoding that an XML declaration names, and `None` if it names none.
pub(super) fn declared(declaration: &str) -> Option<&str> {
    let rest = &declaration[declaration.find("encoding")? + "encoding".len()..];
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let rest = &rest[1..];
    Some(&rest[..rest.find(quote)?])
}
