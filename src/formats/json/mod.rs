//! JSON: objects by the names of their members, in any order on reading and in the guide's on writing; UTF-8. A list is an
//! element that may come again. Numbers keep their digits: no binary floating point is in between.

mod index;
mod tokens;
mod write;

use super::nested::{self, LINE, Message, Nested};
use super::{Envelope, Format, Indexer, Layout, MessageInput, Scratch, Totals};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::guide::Guide;
use crate::guide::elements::Part;
use crate::tree::{PlaceId, Tree, View};
use std::sync::Arc;

/// The format.
pub struct Json;

/// A guide of JSON, ready.
pub(crate) struct JsonLayout {
    nested: Nested,
    /// Blanks before each line, by level; `None` to write a message in one line.
    indent: Option<usize>,
}

impl Format for Json {
    fn id(&self) -> &'static str {
        "json"
    }

    fn name(&self) -> &'static str {
        "JSON"
    }

    fn sniff(&self, head: &[u8]) -> bool {
        let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
        match text.split_first() {
            Some((b'{', rest)) => matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')),
            // `[H1]` begins a record of a flat file.
            Some((b'[', rest)) => matches!(rest.trim_ascii_start().first(), Some(b'{' | b']')),
            _ => false,
        }
    }

    fn is_whole(&self, _head: &[u8], tail: &[u8]) -> bool {
        matches!(tail.trim_ascii_end().last(), Some(b'}' | b']'))
    }

    fn needs_guide(&self) -> bool {
        true
    }

    fn choose(&self, head: &[u8], layouts: &[&dyn Layout]) -> Option<usize> {
        let has = |name: &str| {
            let quoted = format!("\"{name}\"");
            memchr::memmem::find(head, quoted.as_bytes()).is_some()
        };
        let count = |layout: &dyn Layout| {
            let guide = layout.guide();
            let path = guide.elements.as_ref().map_or(&[][..], |elements| &elements.path);
            let Some((_, keys)) = path.split_last() else { return 0 };
            if !keys.iter().all(|key| has(key)) {
                return 0;
            }
            let names = guide.shape.place(PlaceId::ROOT).children.iter();
            names.filter(|child| has(&guide.shape.place(**child).name)).count()
        };
        let counts: Vec<usize> = layouts.iter().map(|layout| count(*layout)).collect();
        let most = *counts.iter().max().filter(|most| **most > 0)?;
        counts.iter().position(|count| *count == most)
    }

    fn indexer<'a>(&self, layout: Option<&'a dyn Layout>) -> Box<dyn Indexer + 'a> {
        Box::new(index::JsonIndexer::new(layout.map(|layout| &**layout.guide())))
    }

    fn layout(&self, guide: &Arc<Guide>, findings: &mut Diagnostics) -> Option<Box<dyn Layout>> {
        let wrong = |found: String, expected: &str| {
            Diagnostic::new(Code::L001)
                .with("found", found)
                .with("expected", expected)
                .with("form", "syntax json indent 2")
                .at(guide.format_span, format!("expected {expected}"))
        };
        let elements = guide.elements.as_ref().filter(|elements| !elements.path.is_empty());
        let Some(elements) = elements else {
            findings.push(wrong("a json guide without `element`".into(), "an `element` block"));
            return None;
        };
        if !elements.namespaces.is_empty() || guide.rules.iter().any(|rules| rules.part != Part::Element) {
            findings.push(wrong("a json guide with attributes or namespaces".into(), "elements only"));
            return None;
        }
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
        Some(Box::new(JsonLayout { nested: Nested::new(guide), indent }))
    }
}

impl JsonLayout {
    /// A line end and the blanks before what stands at a level.
    fn line(&self, depth: usize, out: &mut String) {
        if let Some(blanks) = self.indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', depth * blanks));
        }
    }

    /// How deep a message stands.
    fn depth(&self) -> usize {
        let path = &self.nested.elements().path;
        if path.len() > 1 { path.len() } else { 0 }
    }
}

impl Layout for JsonLayout {
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
        text.clear();
        let source = std::str::from_utf8(input.bytes).ok();
        if source.is_none() {
            text.push_str(&String::from_utf8_lossy(input.bytes));
            let place = Place { offset: input.offset, length: input.bytes.len() as u32, ..Place::default() };
            findings.push(Diagnostic::new(Code::X260).with("charset", "utf-8").place(place));
        }
        let message = source.unwrap_or(text);
        let broken = tokens::tokenize(&self.nested.names, message, tokens).err();
        let length = input.bytes.len() as u32;
        let read = Message {
            tokens,
            text: message,
            is_source: source.is_some(),
            offset: input.offset,
            original: &|at| at.min(length),
        };
        nested::read(&self.nested, &read, tree, findings);
        if let Some(broken) = broken {
            findings.push(Diagnostic::new(broken.code).with("found", &broken.text).place(Place {
                offset: input.offset + broken.at as u64,
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

    fn begin_body(&self, _envelope: &Envelope, ordinal: u32, out: &mut Vec<u8>) {
        let mut text = String::new();
        if self.depth() > 0 {
            if ordinal > 1 {
                text.push(',');
            }
            self.line(self.depth(), &mut text);
        }
        out.extend_from_slice(text.as_bytes());
    }

    fn end_file(&self, _envelope: &Envelope, _totals: &Totals, out: &mut Vec<u8>) {
        write::end(self, out);
    }

    fn holds_one(&self) -> bool {
        self.nested.elements().path.len() == 1
    }
}
