//! Markup in bytes that arrive in pieces: tags one by one, and everything else passed over in little memory.

use quick_xml::parser::{ElementParser, Parser as _};

/// A tag longer than this is refused.
pub(super) const TAG_BYTES_MAX: usize = 1 << 20;

/// What was found at the start of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// So many bytes of text, or of comments and instructions that mean nothing. `is_text` if some are no blanks.
    Passed { len: usize, is_text: bool },
    /// A tag of so many bytes.
    Tag(usize),
    /// The XML declaration, of so many bytes.
    Declaration(usize),
    /// A document type declaration begins.
    Doctype,
    /// More bytes are needed.
    Incomplete,
    /// No tag ends within [`TAG_BYTES_MAX`].
    TooLong,
}

/// What is being passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Inside {
    #[default]
    Nothing,
    Comment,
    Cdata,
    Instruction,
}

impl Inside {
    fn end(self) -> &'static [u8] {
        match self {
            Inside::Nothing => b"",
            Inside::Comment => b"-->",
            Inside::Cdata => b"]]>",
            Inside::Instruction => b"?>",
        }
    }
}

/// Looks at the start of `bytes`, which are not empty. `is_end` says that no more will come.
pub(super) fn next(bytes: &[u8], inside: &mut Inside, is_end: bool) -> Found {
    if *inside != Inside::Nothing {
        return pass(bytes, inside, is_end);
    }
    if bytes[0] != b'<' {
        let len = memchr::memchr(b'<', bytes).unwrap_or(bytes.len());
        let is_text = !bytes[..len].iter().all(u8::is_ascii_whitespace);
        return Found::Passed { len, is_text };
    }
    let is_short = |start: &[u8]| bytes.len() < start.len() && start.starts_with(bytes) && !is_end;
    if [&b"<?xml "[..], b"<!--", b"<![CDATA["].into_iter().any(is_short) {
        return Found::Incomplete;
    }
    if bytes.starts_with(b"<?xml") && bytes.get(5).is_some_and(u8::is_ascii_whitespace) {
        return whole(bytes, memchr::memmem::find(bytes, b"?>").map(|at| at + 2), is_end, Found::Declaration);
    }
    for (start, kind) in
        [(&b"<?"[..], Inside::Instruction), (b"<!--", Inside::Comment), (b"<![CDATA[", Inside::Cdata)]
    {
        if bytes.starts_with(start) {
            *inside = kind;
            return Found::Passed { len: start.len(), is_text: kind == Inside::Cdata };
        }
    }
    if bytes.starts_with(b"<!") {
        return Found::Doctype;
    }
    whole(bytes, ElementParser::default().feed(bytes).map(|at| at + 1), is_end, Found::Tag)
}

fn whole(bytes: &[u8], len: Option<usize>, is_end: bool, found: fn(usize) -> Found) -> Found {
    match len {
        Some(len) if len <= TAG_BYTES_MAX => found(len),
        None if bytes.len() <= TAG_BYTES_MAX || is_end => Found::Incomplete,
        _ => Found::TooLong,
    }
}

/// Goes on to the end of what is being passed over, as far as it is there.
fn pass(bytes: &[u8], inside: &mut Inside, is_end: bool) -> Found {
    let end = inside.end();
    let is_text = *inside == Inside::Cdata;
    match memchr::memmem::find(bytes, end) {
        Some(at) => {
            *inside = Inside::Nothing;
            Found::Passed { len: at + end.len(), is_text }
        }
        // The end may have begun.
        None => match bytes.len().saturating_sub(end.len() - 1) {
            0 if !is_end => Found::Incomplete,
            0 => Found::Passed { len: bytes.len(), is_text },
            len => Found::Passed { len, is_text },
        },
    }
}

/// The name in a tag: `</cbc:ID >` and `<cbc:ID a="b"/>` have `cbc:ID`.
pub(in crate::formats) fn name(tag: &[u8]) -> &[u8] {
    let inner = tag.strip_prefix(b"</").or(tag.strip_prefix(b"<")).unwrap_or(tag);
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    &inner[..inner.iter().position(ends).unwrap_or(inner.len())]
}
