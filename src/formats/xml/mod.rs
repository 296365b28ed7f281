//! XML: elements and attributes by namespace and name, in any order on reading and in the guide's on writing; UTF-8,
//! UTF-16 and one-byte charsets. No document type declaration is read, and no entity but the five of XML itself.

mod encoding;
mod index;
mod scan;
mod text;
mod tokens;
mod write;

use super::charset::Charset;
use super::nested::{self, LINE, Message, Nested};
use super::{Envelope, Format, Indexer, Layout, MessageInput, Scratch, Totals};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
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

    fn sniff(&self, head: &[u8]) -> bool {
        let (marked, mark) = Encoding::marked(head);
        let mut narrow = Vec::new();
        marked.unwrap_or(Encoding::Narrow(Charset::Utf8)).narrow(&head[mark..], &mut narrow);
        match narrow.trim_ascii_start() {
            [b'<', b'?' | b'!' | b'_', ..] => true,
            [b'<', next, ..] => next.is_ascii_alphabetic() || *next >= 0x80,
            _ => false,
        }
    }

    fn is_whole(&self, head: &[u8], tail: &[u8]) -> bool {
        index::is_whole(head, tail)
    }

    fn needs_guide(&self) -> bool {
        true
    }

    fn choose(&self, head: &[u8], layouts: &[&dyn Layout]) -> Option<usize> {
        let (namespace, local) = index::outermost(head)?;
        layouts.iter().position(|layout| {
            let guide = layout.guide();
            let first = guide.elements.as_ref().and_then(|elements| elements.path.first());
            first.is_some_and(|first| nested::expanded(guide, first, false) == (&*namespace, &*local))
        })
    }

    fn indexer<'a>(&self, layout: Option<&'a dyn Layout>) -> Box<dyn Indexer + 'a> {
        Box::new(index::XmlIndexer::new(layout.map(|layout| &**layout.guide())))
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
        let indent = match guide.setting("indent") {
            "no" => None,
            "" => Some(2),
            number => match number.parse().ok().filter(|blanks| *blanks <= 8) {
                Some(blanks) => Some(blanks),
                None => {
                    findings.push(wrong(format!("indent {number}"), "`indent no` or a number up to 8"));
                    return None;
                }
            },
        };
        Some(Box::new(XmlLayout { nested: Nested::new(guide), charset, indent }))
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
        let head = index::Head::of(input.head);
        let Scratch { text, tokens, .. } = scratch;
        text.clear();
        let source = match head.encoding {
            Encoding::Narrow(Charset::Utf8) => std::str::from_utf8(input.bytes).ok(),
            _ => None,
        };
        if source.is_none() && head.encoding.decode(input.bytes, text).is_err() {
            let place = Place { offset: input.offset, length: input.bytes.len() as u32, ..Place::default() };
            findings.push(Diagnostic::new(Code::X260).with("charset", head.encoding.name()).place(place));
        }
        let message = source.unwrap_or(text);
        let steps = source.is_none().then(|| Steps::of(head.encoding, message));
        let original = |at: u32| match &steps {
            None => at,
            Some(steps) => steps.bytes_before(at as usize).min(input.bytes.len()) as u32,
        };
        let broken = tokens::tokenize(&self.nested.names, head.tags, message, head.lines, tokens);
        let read = Message {
            tokens,
            text: message,
            // A message that is all ASCII stands in the file as it is, whatever the file says.
            is_source: source.is_some(),
            offset: input.offset,
            original: &original,
        };
        nested::read(&self.nested, &read, tree, findings);
        if let Some(broken) = broken {
            let at = original(broken.at as u32);
            findings.push(Diagnostic::new(broken.code).with("found", &broken.text).place(Place {
                offset: input.offset + u64::from(at),
                segment: broken.line,
                tag: LINE.into(),
                ..Place::default()
            }));
        }
    }

    fn write_body(&self, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
        write::body(self, view, out, findings);
    }

    fn begin_file(&self, _envelope: &Envelope, out: &mut Vec<u8>) {
        write::begin(self, out);
    }

    fn begin_body(&self, _envelope: &Envelope, _ordinal: u32, _out: &mut Vec<u8>) {}

    fn segments_in(&self, _piece: &[u8]) -> u64 {
        0
    }

    fn end_body(&self, _envelope: &Envelope, _ordinal: u32, _segments: u64, _out: &mut Vec<u8>) {}

    fn end_file(&self, _envelope: &Envelope, _totals: &Totals, out: &mut Vec<u8>) {
        write::end(self, out);
    }

    fn holds_one(&self) -> bool {
        self.nested.elements().path.len() == 1
    }
}

/// How many bytes of the file are before a place of a text that was decoded.
struct Steps<'a> {
    encoding: Encoding,
    text: &'a str,
    /// Every so many bytes, a place in the text and the bytes before it.
    steps: Vec<(usize, usize)>,
}

/// Bytes from one step to the next.
const STEP_BYTES: usize = 1024;

impl<'a> Steps<'a> {
    fn of(encoding: Encoding, text: &'a str) -> Self {
        let (mut steps, mut at, mut before) = (vec![(0, 0)], 0, 0);
        while at + STEP_BYTES < text.len() {
            let next = floor(text, at + STEP_BYTES);
            before += encoding.bytes_of(&text[at..next]);
            at = next;
            steps.push((at, before));
        }
        Steps { encoding, text, steps }
    }

    fn bytes_before(&self, at: usize) -> usize {
        let at = floor(self.text, at);
        let step = self.steps.partition_point(|(place, _)| *place <= at).saturating_sub(1);
        let (place, before) = self.steps[step];
        before + self.encoding.bytes_of(&self.text[place..at])
    }
}

/// The start of the character at a byte of a text, or the text's end.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}
