//! XML: segments inside each other. A segment belongs to the one it stands in, so nobody else may take it.

use super::{At, Reader};
use crate::diagnostics::{Code, Diagnostics};
use crate::formats::idoc::control::{self, Control};
use crate::formats::idoc::element::Elements;
use crate::formats::idoc::{IDOC, IdocLayout, field_of_key};
use crate::formats::nested::{Kind, Text};
use crate::formats::segment::MatcherState;
use crate::formats::{MessageInput, Scratch, xml};
use crate::guide::records::Record;
use crate::tree::Tree;
use std::ops::Range;

/// Reads one IDoc of a file in XML.
pub(super) fn read(
    layout: &IdocLayout,
    input: &MessageInput<'_>,
    scratch: &mut Scratch,
    tree: &mut Tree,
    findings: &mut Diagnostics,
) {
    let Scratch { matcher, text, tokens, .. } = scratch;
    matcher.begin(&layout.structure, tree);
    let source = xml::Source::of(input, text, findings);
    let broken = source.tokens(&layout.names_in_xml, input, tokens);
    let common = Reader::new(layout, (input.offset, true, source.is_own()), findings);
    let elements = Elements { tokens, text: source.text };
    let mut reader = MarkupReader { common, elements, source: &source };
    if !tokens.all.is_empty() {
        for segment in elements.inside(0) {
            reader.segment(segment, matcher, tree);
        }
        reader.stray(0, IDOC);
    }
    let mut gaps = Vec::new();
    matcher.end(&layout.guide, &layout.structure, tree, &mut gaps);
    // Of what was not read to its end nobody knows what is missing.
    if broken.is_none() {
        reader.common.missing(&gaps, input.offset + input.bytes.len() as u64);
    }
    if let Some(broken) = broken {
        findings.push(source.finding(&broken));
    }
}

struct MarkupReader<'a> {
    common: Reader<'a>,
    elements: Elements<'a>,
    source: &'a xml::Source<'a>,
}

impl MarkupReader<'_> {
    /// A segment with all that is inside.
    fn segment(&mut self, open: usize, matcher: &mut MatcherState, tree: &mut Tree) {
        let (layout, elements) = (self.common.layout, self.elements);
        let (name, range) = (elements.name(open), self.tag(open));
        if name == control::NAME {
            let control = Control::of_element(elements, open);
            self.common.identity(&control, &range);
        } else {
            self.common.ordinal += 1;
        }
        let Some(kind) = layout.kind(&name) else {
            self.common.unknown(&name, &range);
            return self.pass(open);
        };
        let any = &layout.guide.records[kind.record];
        let fields = self.fields(open, any);
        let key = |position: u16, _| {
            let field = field_of_key(any, position).and_then(|at| fields[at]);
            field.and_then(|at| elements.value(at)).map_or(&b""[..], |text| elements.text_of(text).as_bytes())
        };
        let Some((place, node)) = self.common.open(kind, key, &range, (matcher, tree)) else {
            return self.pass(open);
        };
        if let Some(record) = layout.record_at(place) {
            self.values(record, &fields, &range, tree);
        }
        self.stray(open, &layout.guide.shape.place(place).name);
        let depth = matcher.depth();
        matcher.segment_done(&layout.structure, place, node, tree);
        let may_hold = matcher.depth() > depth;
        for inner in elements.inside(open) {
            if !self.is_segment(inner) {
                continue;
            }
            match layout.kind(&elements.name(inner)) {
                Some(kind) if !may_hold => {
                    self.common.ordinal += 1;
                    self.common.misplaced(kind, &self.tag(inner), tree);
                    self.pass(inner);
                }
                _ => self.segment(inner, matcher, tree),
            }
        }
        let mut gaps = Vec::new();
        matcher.leave(depth, &layout.guide, &layout.structure, tree, &mut gaps);
        let close = elements.token(open).end as usize;
        if close < elements.tokens.cut {
            let at = self.source.original(elements.token(close).at);
            self.common.missing(&gaps, self.common.offset + u64::from(at));
        }
    }

    /// A segment that is not read: those inside are counted all the same.
    fn pass(&mut self, open: usize) {
        let elements = self.elements;
        for inner in elements.inside(open) {
            if self.is_segment(inner) {
                self.common.ordinal += 1;
                self.pass(inner);
            }
        }
    }

    fn is_segment(&self, open: usize) -> bool {
        self.elements.is_segment(open) || self.common.layout.kind(&self.elements.name(open)).is_some()
    }

    /// Where the start tag of an element is in the message.
    fn tag(&self, open: usize) -> Range<usize> {
        let token = self.elements.token(open);
        self.original(token.at, token.at + token.len)
    }

    fn original(&self, from: u32, to: u32) -> Range<usize> {
        self.source.original(from) as usize..self.source.original(to) as usize
    }

    // ------------------------------------------------------------------------------------------ fields

    /// The elements of a segment's fields, in the order of the guide.
    fn fields(&mut self, open: usize, record: &Record) -> Vec<Option<usize>> {
        let elements = self.elements;
        let mut fields = vec![None; record.fields.len()];
        let mut next = 0;
        for inner in elements.inside(open) {
            let name = elements.name(inner);
            let is_it = |at: &usize| *record.fields[*at].name == *name && record.fields[*at].place.is_some();
            match (next..fields.len()).chain(0..next).find(is_it) {
                Some(at) if fields[at].is_none() => {
                    fields[at] = Some(inner);
                    next = at + 1;
                }
                Some(_) => self.field_finding(Code::X253, record, &name, inner),
                None if self.is_segment(inner) => {}
                None => self.unknown_field(record, &name, inner),
            }
        }
        fields
    }

    /// A field that the guide does not have. What is empty says nothing.
    fn unknown_field(&mut self, record: &Record, name: &str, open: usize) {
        let segment = &self.common.layout.guide.shape.place(record.place).name;
        let is_empty = self.elements.value(open).is_none();
        if is_empty || self.common.is_told(&format!("{segment}/{name}")) {
            return;
        }
        self.field_finding(Code::X251, record, name, open);
    }

    #[cold]
    fn field_finding(&mut self, code: Code, record: &Record, name: &str, open: usize) {
        let segment = self.common.layout.guide.shape.place(record.place).name.to_string();
        let severity = match code {
            Code::X251 => self.common.severity_of_unknown(),
            _ => Some(code.info().severity),
        };
        let Some(severity) = severity else { return };
        let path = format!("{segment}.{name}");
        let arguments = [("element", name), ("max", "1"), ("path", path.as_str())];
        self.common.record_finding_of(severity, code, &segment, &self.tag(open), &arguments);
    }

    fn values(&mut self, record: &Record, fields: &[Option<usize>], segment: &Range<usize>, tree: &mut Tree) {
        let elements = self.elements;
        for (position, (field, element)) in record.fields.iter().zip(fields).enumerate() {
            let Some(place) = field.place else { continue };
            let token = element.and_then(|element| elements.value_token(element));
            let range = match (token, element) {
                (Some(token), _) => self.original(token.at, token.at + token.len),
                (None, Some(element)) => self.tag(*element),
                (None, None) => segment.clone(),
            };
            let at = At { segment: record.place, field, place, position, range };
            let text = token.map_or("", |token| elements.text_of(token.text));
            let is_here = token.is_some_and(|token| matches!(token.text, Text::Here { .. }));
            self.common.value(&at, text, is_here && self.common.has_source, tree);
        }
    }

    /// Text beside fields and segments has no name and so no meaning.
    fn stray(&mut self, open: usize, name: &str) {
        let elements = self.elements;
        let Some(token) = elements.value_token(open).filter(|token| token.kind == Kind::Text) else { return };
        let range = self.original(token.at, token.at + token.len);
        let value = elements.text_of(token.text);
        self.common.record_finding(Code::X254, name, &range, &[("value", value)]);
    }
}
