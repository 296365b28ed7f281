//! Flat files: records one behind the other, whose numbers say which segment belongs to which.

use super::{At, Reader};
use crate::diagnostics::{Code, Diagnostics, Severity};
use crate::formats::MessageInput;
use crate::formats::charset::Charset;
use crate::formats::fixed::line::Line;
use crate::formats::idoc::control::{self, Control};
use crate::formats::idoc::flat::{self, Framing, HEADER, HEADER_COLUMNS, Next};
use crate::formats::idoc::{IdocLayout, Kind, field_of_key};
use crate::formats::segment::MatcherState;
use crate::guide::records::{Field, Record};
use crate::tree::{PlaceId, Tree};
use std::ops::Range;

/// The charset of bytes that are no UTF-8, where the guide names none.
const FALLBACK: &str = "cp1252";

/// Reads one IDoc of a flat file.
pub(super) fn read(
    layout: &IdocLayout,
    input: &MessageInput<'_>,
    matcher: &mut MatcherState,
    tree: &mut Tree,
    findings: &mut Diagnostics,
) {
    matcher.begin(&layout.structure, tree);
    let mut reader = FlatReader::new(layout, input, findings);
    reader.records(matcher, tree);
    let end = input.offset + input.bytes.len() as u64;
    let mut gaps = Vec::new();
    matcher.end(&layout.guide, &layout.structure, tree, &mut gaps);
    reader.common.missing(&gaps, end);
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

struct FlatReader<'a> {
    common: Reader<'a>,
    bytes: &'a [u8],
    charset: Charset,
    /// The segments around the one at hand.
    open: Vec<Open>,
    /// The number of the segment before.
    number: u32,
    /// Whether wrong numbers were told already: all that follow may be moved.
    told_number: bool,
    text: String,
}

impl<'a> FlatReader<'a> {
    fn new(layout: &'a IdocLayout, input: &MessageInput<'a>, findings: &'a mut Diagnostics) -> Self {
        let is_utf8 = std::str::from_utf8(input.bytes).is_ok();
        let fallback = if is_utf8 { "utf-8" } else { FALLBACK };
        let charset = layout.declared.or_else(|| Charset::named(fallback)).unwrap_or(Charset::Utf8);
        let has_source = is_utf8 && (charset == Charset::Utf8 || input.bytes.is_ascii());
        FlatReader {
            common: Reader::new(layout, (input.offset, false, has_source), findings),
            bytes: input.bytes,
            charset,
            open: Vec::new(),
            number: 0,
            told_number: false,
            text: String::new(),
        }
    }

    fn records(&mut self, matcher: &mut MatcherState, tree: &mut Tree) {
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
                self.common.identity(&control, &range);
                if let Some(kind) = self.common.layout.kind(control::NAME) {
                    self.record(kind, &line, 0, Numbers::default(), (matcher, tree));
                }
                continue;
            }
            self.common.ordinal += 1;
            self.data(&line, &control, (matcher, tree));
        }
    }

    /// A data record.
    fn data(&mut self, line: &Line<'_>, control: &Control, into: (&mut MatcherState, &mut Tree)) {
        let layout = self.common.layout;
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
            None => self.common.unknown(name, &(line.start..line.end)),
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
        let layout = self.common.layout;
        let any = &layout.guide.records[kind.record];
        let columns = |field: &Field| line.range(header + field.at, field.width);
        let key = |position: u16, _| {
            let field = field_of_key(any, position).map(|at| &any.fields[at]);
            field.map_or(&b""[..], |field| line.bytes[columns(field)].trim_ascii_end())
        };
        let range = line.start..line.end;
        let Some((place, node)) = self.common.open(kind, key, &range, (matcher, tree)) else { return };
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
        let name = self.common.layout.guide.shape.place(record.place).name.to_string();
        if self.common.is_told(&name) {
            return;
        }
        let columns = format!("{}-{}", record.width + 1, line.columns() - header);
        let shown = self.shown(rest.clone());
        self.common.record_finding(
            Code::X232,
            &name,
            &rest,
            &[("columns", columns.as_str()), ("value", shown.as_str())],
        );
    }

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
        let shape = &self.common.layout.guide.shape;
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
        let range = line.start..line.end;
        self.common.record_finding_of(severity, Code::X231, name, &range, &arguments);
    }

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
        let at = At { segment: record.place, field, place, position, range };
        let mut decoded = std::mem::take(&mut self.text);
        let is_own = self.common.has_source || bytes.is_ascii();
        let text = match std::str::from_utf8(bytes) {
            Ok(text) if is_own => Some(text),
            _ => {
                decoded.clear();
                self.charset.decode(bytes, &mut decoded).is_ok().then_some(decoded.as_str())
            }
        };
        match text {
            Some(text) => self.common.value(&at, text, is_own && self.common.has_source, tree),
            None => {
                let shown = decoded.trim_end().to_string();
                self.common.field_finding(Code::X230, &at, &shown, self.charset.name());
                tree.leaf(place, &shown, self.common.origin(&at.range));
            }
        }
        self.text = decoded;
    }

    fn shown(&self, range: Range<usize>) -> String {
        let mut text = String::new();
        // What is no character is shown as U+FFFD.
        let _ = self.charset.decode(&self.bytes[range], &mut text);
        text.trim_end().to_string()
    }
}
