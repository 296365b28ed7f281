//! XML: elements and attributes by namespace and name, in any order on reading and in the guide's on writing; UTF-8,
//! UTF-16 and one-byte charsets. No document type declaration is read, and no entity but the five of XML itself.

mod encoding;
mod index;
mod sbdh;
mod scan;
mod source;
mod text;
mod tokens;
mod write;

pub(super) use index::{Head, OuterTag, Step, XmlIndexer, is_whole, outer_tags, outermost_inside};
pub use sbdh::Header;
pub(super) use sbdh::is_envelope;
pub(super) use scan::name;
pub(super) use source::Source;
pub(super) use text::{escape, is_character};
pub(super) use tokens::tokenize;
pub(super) use write::{declaration, has};

use super::charset::Charset;
use super::nested::{self, Message, Nested};
use super::{Envelope, Format, Indexer, Layout, MessageInput, Scratch, Totals};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::guide::Guide;
use crate::tree::{Tree, View};
use encoding::Encoding;
use std::sync::Arc;

/// The format.
pub struct Xml;

/// A guide of XML, ready.
pub(crate) struct XmlLayout {
    nested: Nested,
    /// How it is written.
    charset: Charset,
    /// Blanks before each line, by level; `None` to write all in one line.
    indent: Option<usize>,
}

impl Format for Xml {
    fn id(&self) -> &'static str {
        "xml"
    }

    fn name(&self) -> &'static str {
        "XML"
    }

    fn sniff(&self, head: &[u8]) -> bool {
        is_markup(head)
    }

    fn is_whole(&self, head: &[u8], tail: &[u8]) -> bool {
        is_whole(head, tail)
    }

    fn needs_guide(&self) -> bool {
        true
    }

    fn choose(&self, head: &[u8], layouts: &[&dyn Layout]) -> Option<usize> {
        let (namespace, local) = index::outermost_inside(head)?;
        layouts.iter().position(|layout| {
            let guide = layout.guide();
            let first = guide.elements.as_ref().and_then(|elements| elements.path.first());
            first.is_some_and(|first| nested::expanded(guide, first, false) == (&*namespace, &*local))
        })
    }

    fn indexer<'a>(&self, layout: Option<&'a dyn Layout>) -> Box<dyn Indexer + 'a> {
        Box::new(XmlIndexer::new(layout.map(|layout| &**layout.guide())))
    }

    fn layout(&self, guide: &Arc<Guide>, findings: &mut Diagnostics) -> Option<Box<dyn Layout>> {
        let wrong = |found: String, expected: &str| {
            Diagnostic::new(Code::L001)
                .with("found", found)
                .with("expected", expected)
                .with("form", "syntax xml charset \"iso-8859-1\" indent 2")
                .at(guide.format_span, format!("expected {expected}"))
        };
        if guide.elements.as_ref().is_none_or(|elements| elements.path.is_empty()) {
            findings.push(wrong("an xml guide without `element`".into(), "an `element` block"));
            return None;
        }
        let charset = match guide.setting("charset") {
            "" => Some(Charset::Utf8),
            name => Charset::named(name).filter(|charset| charset.keeps_ascii()),
        };
        let Some(charset) = charset else {
            findings
                .push(wrong(format!("charset {}", guide.setting("charset")), "utf-8, iso-8859-1, cp1252"));
            return None;
        };
        let Some(indent) = indent(guide) else {
            findings.push(wrong(
                format!("indent {}", guide.setting("indent")),
                "`indent no` or a number up to 8",
            ));
            return None;
        };
        Some(Box::new(XmlLayout { nested: Nested::new(guide), charset, indent }))
    }
}

/// Whether a file that starts with `head` is of elements.
pub(super) fn is_markup(head: &[u8]) -> bool {
    let (marked, mark) = Encoding::marked(head);
    let mut narrow = Vec::new();
    marked.unwrap_or(Encoding::Narrow(Charset::Utf8)).narrow(&head[mark..], &mut narrow);
    match narrow.trim_ascii_start() {
        [b'<', b'?' | b'!' | b'_', ..] => true,
        [b'<', next, ..] => next.is_ascii_alphabetic() || *next >= 0x80,
        _ => false,
    }
}

/// How many blanks a guide wants before each line, by level; inside `None` to write all in one line, and `None` if it
/// says something else.
pub(super) fn indent(guide: &Guide) -> Option<Option<usize>> {
    match guide.setting("indent") {
        "no" => Some(None),
        "" => Some(Some(2)),
        number => number.parse().ok().filter(|blanks| *blanks <= 8).map(Some),
    }
}

impl XmlLayout {
    fn indent(&self, depth: usize, out: &mut String) {
        if let Some(blanks) = self.indent {
            out.extend(std::iter::repeat_n(' ', depth * blanks));
        }
    }

    fn line_end(&self, out: &mut String) {
        if self.indent.is_some() {
            out.push('\n');
        }
    }

    /// Appends text whose values have only characters of the charset.
    fn encode(&self, text: &str, out: &mut Vec<u8>) {
        if self.charset == Charset::Utf8 || self.charset.encode(text, out).is_err() {
            out.extend_from_slice(text.as_bytes());
        }
    }
}

impl Layout for XmlLayout {
    fn guide(&self) -> &Arc<Guide> {
        &self.nested.guide
    }

    fn read(
        &self,
        input: &MessageInput<'_>,
        scratch: &mut Scratch,
        tree: &mut Tree,
        findings: &mut Diagnostics,
    ) {
        tree.clear();
        let Scratch { text, tokens, .. } = scratch;
        let source = Source::of(input, text, findings);
        let broken = source.tokens(&self.nested.names, input, tokens);
        let read = Message {
            tokens,
            text: source.text,
            is_source: source.is_own(),
            offset: input.offset,
            original: &|at| source.original(at),
        };
        nested::read(&self.nested, &read, tree, findings);
        if let Some(broken) = broken {
            findings.push(source.finding(&broken));
        }
    }

    fn write_body(&self, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
        write::body(self, view, out, findings);
    }

    fn begin_file(&self, _envelope: &Envelope, out: &mut Vec<u8>) {
        write::begin(self, out);
    }

    fn end_file(&self, _envelope: &Envelope, _totals: &Totals, out: &mut Vec<u8>) {
        write::end(self, out);
    }

    fn holds_one(&self) -> bool {
        self.nested.elements().path.len() == 1
    }
}
