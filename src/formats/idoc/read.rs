//! The second pass: one IDoc to a tree, checked against its guide.

use super::control::{self, Control};
use super::flat::{self, Framing, HEADER, HEADER_COLUMNS, Next};
use super::value::{self, Seen};
use super::{IdocLayout, Kind};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
use crate::formats::MessageInput;
use crate::formats::charset::Charset;
use crate::formats::fixed::line::Line;
use crate::formats::fixed::number;
use crate::formats::segment::{Matched, MatcherState};
use crate::guide::ExtraColumns;
use crate::guide::records::{Field, Record};
use crate::tree::arena::Origin;
use crate::tree::{NodeId, PlaceId, Tree};
use std::ops::Range;

/// The charset of bytes that are no UTF-8, where the guide names none.
const FALLBACK: &str = "cp1252";

/// Reads one IDoc.
pub(super) fn read(
    layout: &IdocLayout,
    input: &MessageInput<'_>,
    matcher: &mut MatcherState,
    tree: &mut Tree,
    findings: &mut Diagnostics,
) {
    tree.clear();
    matcher.begin(&layout.structure, tree);
    let mut reader = Reader::new(layout, input, findings);
    reader.flat(matcher, tree);
    let end = input.offset + input.bytes.len() as u64;
    let mut gaps = Vec::new();
    matcher.end(&layout.guide, &layout.structure, tree, &mut gaps);
    reader.missing(&gaps, end);
}

/// A segment with those inside it that follow.
struct Open {
    place: PlaceId,
    /// Its number, if the sender numbers segments.
    number: Option<u32>,
    level: Option<u32>,
}

/// The numbers before the data of a segment. What is blank is not said.
#[derive(Debug, Clone, Copy, Default)]
struct Numbers {
    own: Option<u32>,
    above: Option<u32>,
    level: Option<u32>,
}

struct Reader<'a> {
    layout: &'a IdocLayout,
    bytes: &'a [u8],
    /// Where they start in the file.
    offset: u64,
    charset: Charset,
    /// Whether values may point into the bytes.
    has_source: bool,
    findings: &'a mut Diagnostics,
    /// The segment at hand, counted from 1; the control record is 0.
    ordinal: u32,
    /// The segments around the one at hand.
    open: Vec<Open>,
    /// The number of the segment before.
    number: u32,
    /// Whether wrong numbers were told already: all that follow may be moved.
    told_number: bool,
    /// Segments that nobody knows, and those with data behind their fields, that were told already.
    told: Vec<String>,
    text: String,
    memory: String,
}

impl<'a> Reader<'a> {
    fn new(layout: &'a IdocLayout, input: &MessageInput<'a>, findings: &'a mut Diagnostics) -> Reader<'a> {
        let is_utf8 = std::str::from_utf8(input.bytes).is_ok();
        let fallback = if is_utf8 { "utf-8" } else { FALLBACK };
        let charset = layout.declared.or_else(|| Charset::named(fallback)).unwrap_or(Charset::Utf8);
        Reader {
            layout,
            bytes: input.bytes,
            offset: input.offset,
            charset,
            has_source: is_utf8 && (charset == Charset::Utf8 || input.bytes.is_ascii()),
            findings,
            ordinal: 0,
            open: Vec::new(),
            number: 0,
            told_number: false,
            told: Vec::new(),
            text: String::new(),
            memory: String::new(),
        }
    }

    // ------------------------------------------------------------------------------------------ flat

    fn flat(&mut self, matcher: &mut MatcherState, tree: &mut Tree) {
        let bytes = self.bytes;
        let framing = Framing::of(bytes, true).unwrap_or(Framing::Lines);
        let (mut at, mut columns, mut control) = (0, Vec::new(), Control::default());
        while at < bytes.len() {
            let Next::Record(range, next) = framing.next(bytes, at, true) else { return };
            at = next;
            if range.is_empty() {
                continue;
            }
            let is_control = flat::is_control(&bytes[range.clone()]);
            let line = match self.charset {
                Charset::Utf8 => Line::utf8(bytes, range.clone(), &mut columns),
                Charset::Page(_) => Line::new(bytes, range.clone()),
            };
            if is_control {
                control = Control::of_record(self.shown(range.clone()).as_bytes());
                self.identity(&control, &range);
                if let Some(kind) = self.layout.kind(control::NAME) {
                    self.record(kind, &line, 0, Numbers::default(), (matcher, tree));
                }
                continue;
            }
            self.ordinal += 1;
            self.data(&line, &control, (matcher, tree));
        }
    }

    /// A data record.
    fn data(&mut self, line: &Line<'_>, control: &Control, into: (&mut MatcherState, &mut Tree)) {
        let layout = self.layout;
        let part = |at: usize| {
            let before: usize = HEADER[..at].iter().sum();
            let bytes = &line.bytes[line.range(before as u32, HEADER[at] as u32)];
            std::str::from_utf8(bytes).unwrap_or("").trim()
        };
        let number = |at: usize| part(at).parse::<u32>().ok();
        let name = part(0);
        let numbers = Numbers {
            own: number(3).filter(|&own| own > 0),
            above: number(4),
            level: number(5).filter(|&own| own > 0),
        };
        let document = part(2);
        if !document.is_empty() && document != control.get("DOCNUM") {
            self.wrong_number(name, "DOCNUM", document, control.get("DOCNUM"), line, Severity::Reject);
        }
        self.in_order(name, numbers, line);
        match layout.kind(name) {
            Some(kind) => self.record(kind, line, HEADER_COLUMNS as u32, numbers, into),
            None => self.unknown(name, line.start..line.end),
        }
    }

    /// A record of the guide, whose fields start behind `header` columns.
    fn record(
        &mut self,
        kind: &Kind,
        line: &Line<'_>,
        header: u32,
        numbers: Numbers,
        (matcher, tree): (&mut MatcherState, &mut Tree),
    ) {
        let layout = self.layout;
        let any = &layout.guide.records[kind.record];
        let columns = |field: &Field| line.range(header + field.at, field.width);
        let key = |position: u16, _| {
            let mut fields = any.fields.iter().filter(|field| field.place.is_some());
            let field = fields.nth(usize::from(position).saturating_sub(1));
            field.map_or(&b""[..], |field| line.bytes[columns(field)].trim_ascii_end())
        };
        let range = line.start..line.end;
        let Some((place, node)) = self.open(kind, key, range, (matcher, tree)) else { return };
        if header > 0 {
            self.belongs(place, numbers, line);
        }
        if let Some(record) = layout.record_at(place) {
            for (position, field) in record.fields.iter().enumerate() {
                self.field(record, field, position, columns(field), tree);
            }
            self.rest(record, line, header);
        }
        matcher.segment_done(&layout.structure, place, node, tree);
    }

    /// Data behind the last field: of a later version of the segment.
    fn rest(&mut self, record: &Record, line: &Line<'_>, header: u32) {
        let expected = header + record.width;
        let rest = line.range(expected, line.columns().saturating_sub(expected));
        if line.bytes[rest.clone()].iter().all(|byte| matches!(byte, b' ' | 0)) {
            return;
        }
        let name = self.layout.guide.shape.place(record.place).name.to_string();
        if self.is_told(&name) {
            return;
        }
        let columns = format!("{}-{}", record.width + 1, line.columns() - header);
        let shown = self.shown(rest.clone());
        self.record_finding(Code::X232, &name, rest, &[("columns", &columns), ("value", &shown)]);
    }

    // ------------------------------------------------------------------------------------------ segments

    /// Finds the place of a segment and opens its node.
    fn open<'k>(
        &mut self,
        kind: &Kind,
        key: impl Fn(u16, u16) -> &'k [u8],
        range: Range<usize>,
        (matcher, tree): (&mut MatcherState, &mut Tree),
    ) -> Option<(PlaceId, NodeId)> {
        let layout = self.layout;
        let (origin, mut gaps) = (self.origin(&range), Vec::new());
        let matched =
            matcher.segment(&layout.guide, &layout.structure, kind.tag, key, origin, tree, &mut gaps);
        self.missing(&gaps, self.offset + range.start as u64);
        let name = |place: PlaceId| layout.guide.shape.place(place).name.to_string();
        match matched {
            Matched::Unknown | Matched::Misplaced => {
                let name = name(layout.guide.records[kind.record].place);
                self.record_finding(Code::X223, &name, range, &[]);
                None
            }
            Matched::Here { place, node, too_many } => {
                if too_many {
                    let max = layout.guide.shape.place(place).max.to_string();
                    self.record_finding(Code::X225, &name(place), range.clone(), &[("max", &max)]);
                }
                if layout.guide.rules(place).not_used {
                    self.record_finding(Code::X106, &name(place), range, &[]);
                }
                Some((place, node))
            }
        }
    }

    /// A segment that the guide does not have: what follows is read all the same.
    fn unknown(&mut self, name: &str, range: Range<usize>) {
        let severity = match self.layout.guide.extra_columns {
            ExtraColumns::Ignore => return,
            ExtraColumns::Warn => Severity::Warn,
            ExtraColumns::Reject => Severity::Reject,
        };
        if self.is_told(name) {
            return;
        }
        self.record_finding_of(severity, Code::X240, name, range, &[]);
    }

    /// Whether something about segments of this name was told before.
    fn is_told(&mut self, name: &str) -> bool {
        let is_told = self.told.iter().any(|told| told == name);
        if !is_told {
            self.told.push(name.to_string());
        }
        is_told
    }

    /// What the guide says of the control record.
    fn identity(&mut self, control: &Control, range: &Range<usize>) {
        for (field, setting) in [("IDOCTYP", "type"), ("MESTYP", "set")] {
            let (found, expected) = (control.get(field), self.layout.guide.setting(setting));
            if found != expected && !expected.is_empty() {
                let arguments = [("element", field), ("value", found), ("expected", expected)];
                self.record_finding(Code::X228, control::NAME, range.clone(), &arguments);
            }
        }
    }

    // ------------------------------------------------------------------------------------------ numbers

    /// Segments are numbered one by one.
    fn in_order(&mut self, name: &str, numbers: Numbers, line: &Line<'_>) {
        let expected = self.number + 1;
        self.number = numbers.own.unwrap_or(expected);
        if self.number != expected && !self.told_number {
            self.told_number = true;
            let (found, expected) = (format!("{:06}", self.number), format!("{expected:06}"));
            self.wrong_number(name, "SEGNUM", &found, &expected, line, Severity::Reject);
        }
    }

    /// A segment says the number of the segment it belongs to, and is one level below it.
    fn belongs(&mut self, place: PlaceId, numbers: Numbers, line: &Line<'_>) {
        let shape = &self.layout.guide.shape;
        let (parent, name) = (shape.place(place).parent, &shape.place(place).name);
        while self.open.last().is_some_and(|open| open.place != parent) {
            self.open.pop();
        }
        let expected = self.open.last().map_or(Some(0), |above| above.number);
        let level = self.open.last().and_then(|above| above.level);
        // Who does not say it writes zeros.
        if let (Some(found), Some(expected)) = (numbers.above.filter(|&above| above > 0), expected)
            && found != expected
        {
            let (found, expected) = (format!("{found:06}"), format!("{expected:06}"));
            self.wrong_number(name, "PSGNUM", &found, &expected, line, Severity::Reject);
        }
        if let (Some(found), Some(above)) = (numbers.level, level)
            && found != above + 1
        {
            let (found, expected) = (format!("{found:02}"), format!("{:02}", above + 1));
            self.wrong_number(name, "HLEVEL", &found, &expected, line, Severity::Warn);
        }
        self.open.push(Open { place, number: numbers.own, level: numbers.level });
    }

    #[cold]
    fn wrong_number(
        &mut self,
        name: &str,
        field: &str,
        found: &str,
        expected: &str,
        line: &Line<'_>,
        severity: Severity,
    ) {
        let arguments = [("element", field), ("value", found), ("expected", expected)];
        self.record_finding_of(severity, Code::X231, name, line.start..line.end, &arguments);
    }

    // ------------------------------------------------------------------------------------------ fields

    /// A field whose text stands in `range`.
    fn field(
        &mut self,
        record: &Record,
        field: &Field,
        position: usize,
        range: Range<usize>,
        tree: &mut Tree,
    ) {
        let Some(place) = field.place else { return };
        let bytes = &self.bytes[range.clone()];
        let at = At { record, field, place, position, range };
        let mut decoded = std::mem::take(&mut self.text);
        let is_own = self.has_source || bytes.is_ascii();
        let text = match std::str::from_utf8(bytes) {
            Ok(text) if is_own => Some(text),
            _ => {
                decoded.clear();
                self.charset.decode(bytes, &mut decoded).is_ok().then_some(decoded.as_str())
            }
        };
        match text {
            Some(text) => self.value(&at, text, is_own && self.has_source, tree),
            None => {
                let shown = decoded.trim_end().to_string();
                self.field_finding(Code::X230, &at, &shown, self.charset.name());
                tree.leaf(place, &shown, self.origin(&at.range));
            }
        }
        self.text = decoded;
    }

    /// The value of a field in its text, which starts where the range does if it `is_own`.
    fn value(&mut self, at: &At<'_>, text: &str, is_own: bool, tree: &mut Tree) {
        let layout = self.layout;
        let mut memory = std::mem::take(&mut self.memory);
        let mut is_number = true;
        let (value, is_part) = match value::read(at.field, layout.guide.rules(at.place), text, &mut memory) {
            Seen::Nothing => {
                if layout.guide.shape.place(at.place).required {
                    self.field_finding(Code::X201, at, "", "");
                }
                self.memory = memory;
                return;
            }
            Seen::Own(value) => (value, true),
            Seen::Made(value) => (value, false),
            Seen::NoNumber(value) => {
                let expected = at.field.number.as_ref().map(number::describe).unwrap_or_default();
                self.field_finding(Code::X227, at, value, &expected);
                is_number = false;
                (value, false)
            }
        };
        match &at.field.constant {
            Some(constant) if **constant != *value => {
                self.field_finding(Code::X228, at, value, constant);
            }
            Some(_) => {}
            None if !is_number => {}
            None => {
                let checked = layout.checks[at.place.index()].check(value, false, false);
                if let Some(code) = checked {
                    self.field_finding(code, at, value, "");
                }
            }
        }
        let origin = self.origin(&at.range);
        if is_own && is_part {
            let before = value.as_ptr() as usize - text.as_ptr() as usize;
            let start = at.range.start + before;
            tree.leaf_from_source(at.place, start as u32, value.len() as u32, origin);
        } else {
            tree.leaf(at.place, value, origin);
        }
        self.memory = memory;
    }

    // ------------------------------------------------------------------------------------------ findings

    fn origin(&self, range: &Range<usize>) -> Origin {
        Origin { start: range.start as u32, len: range.len() as u32, ordinal: self.ordinal, rule: 0 }
    }

    fn shown(&self, range: Range<usize>) -> String {
        let mut text = String::new();
        // What is no character is shown as U+FFFD.
        let _ = self.charset.decode(&self.bytes[range], &mut text);
        text.trim_end().to_string()
    }

    /// Segments the guide requires that are not there.
    fn missing(&mut self, gaps: &[PlaceId], offset: u64) {
        for &place in gaps {
            let tag = self.layout.guide.shape.path(place);
            let finding =
                Diagnostic::new(Code::X224).with("tag", &tag).with("guide", &self.layout.guide.name);
            let segment = self.ordinal;
            self.findings.push(finding.place(Place { offset, segment, tag, ..Place::default() }));
        }
    }

    #[cold]
    fn record_finding(
        &mut self,
        code: Code,
        name: &str,
        range: Range<usize>,
        arguments: &[(&'static str, &str)],
    ) {
        self.record_finding_of(code.info().severity, code, name, range, arguments);
    }

    #[cold]
    fn record_finding_of(
        &mut self,
        severity: Severity,
        code: Code,
        name: &str,
        range: Range<usize>,
        arguments: &[(&'static str, &str)],
    ) {
        let mut finding =
            Diagnostic::new(code).severity(severity).with("tag", name).with("guide", &self.layout.guide.name);
        for (argument, value) in arguments {
            finding = finding.with(argument, *value);
        }
        self.findings.push(finding.place(Place {
            offset: self.offset + range.start as u64,
            length: range.len() as u32,
            segment: self.ordinal,
            tag: name.into(),
            ..Place::default()
        }));
    }

    #[cold]
    fn field_finding(&mut self, code: Code, at: &At<'_>, value: &str, expected: &str) {
        let (guide, record) = (&self.layout.guide, at.record.place);
        let name = &*guide.shape.place(record).name;
        let finding = told(&guide.name, code, name, at.field, value, expected);
        self.findings.push(finding.place(Place {
            offset: self.offset + at.range.start as u64,
            length: at.range.len() as u32,
            segment: self.ordinal,
            tag: name.into(),
            element: at.position as u16 + 1,
            element_id: at.field.name.to_string(),
            ..Place::default()
        }));
    }
}

/// A field of a segment that is being read.
struct At<'a> {
    record: &'a Record,
    field: &'a Field,
    place: PlaceId,
    position: usize,
    range: Range<usize>,
}

/// A finding about a field.
pub(super) fn told(
    guide: &str,
    code: Code,
    segment: &str,
    field: &Field,
    value: &str,
    expected: &str,
) -> Diagnostic {
    Diagnostic::new(code)
        .with("tag", segment)
        .with("element", &*field.name)
        .with("value", value)
        .with("expected", expected)
        .with("guide", guide)
}
