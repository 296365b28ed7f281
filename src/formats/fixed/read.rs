//! The second pass: one unit to a tree, checked against its guide.

use super::cut::{Next, Role, Trim};
use super::line::Line;
use super::value::{self, Buffers, Seen};
use super::{FixedLayout, auto, number};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::formats::records::{Spot, about_field, about_record};
use crate::formats::segment::{Matched, MatcherState};
use crate::formats::{MessageInput, Scratch};
use crate::guide::records::{Field, Record};
use crate::tree::arena::Origin;
use crate::tree::{NodeId, PlaceId, Tree, View};
use std::ops::Range;

/// Reads one unit.
pub(super) fn read(
    layout: &FixedLayout,
    input: &MessageInput<'_>,
    scratch: &mut Scratch,
    tree: &mut Tree,
    findings: &mut Diagnostics,
) {
    tree.clear();
    let has_source = layout.cut.charset.keeps_ascii() && std::str::from_utf8(input.bytes).is_ok();
    let mut reader = Reader {
        layout,
        bytes: input.head,
        offset: 0,
        is_head: true,
        has_source: false,
        findings,
        ordinal: 0,
        told_rest: false,
        has_all_numbers: true,
        buffers: Buffers::default(),
    };
    scratch.matcher.begin(&layout.structure, tree);
    let mut characters = Vec::new();
    reader.part(&mut scratch.matcher, &mut characters, tree);
    (reader.bytes, reader.offset, reader.is_head) = (input.bytes, input.offset, false);
    reader.has_source = has_source;
    reader.part(&mut scratch.matcher, &mut characters, tree);
    let end = Place {
        offset: input.offset + input.bytes.len() as u64,
        segment: reader.ordinal,
        ..Place::default()
    };
    let mut gaps = Vec::new();
    scratch.matcher.end(&layout.guide, &layout.structure, tree, &mut gaps);
    reader.missing(&gaps, end);
    if layout.has_autos {
        let source = if has_source { input.source() } else { "" };
        auto::verify(layout, View::new(tree, source), input.offset, reader.has_all_numbers, reader.findings);
    }
}

struct Reader<'a> {
    layout: &'a FixedLayout,
    /// The unit, or the records before the first.
    bytes: &'a [u8],
    /// Where they start in the file.
    offset: u64,
    /// Whether these are the records before the first unit.
    is_head: bool,
    /// Whether values may point into the bytes.
    has_source: bool,
    findings: &'a mut Diagnostics,
    ordinal: u32,
    /// Whether data behind the last field was told already.
    told_rest: bool,
    /// Whether every number could be read.
    has_all_numbers: bool,
    buffers: Buffers,
}

impl Reader<'_> {
    fn part(&mut self, matcher: &mut MatcherState, characters: &mut Vec<usize>, tree: &mut Tree) {
        let (layout, bytes) = (self.layout, self.bytes);
        let mut at = 0;
        while at < bytes.len() {
            let (range, next) = match layout.cut.next(bytes, at, true) {
                Next::Record(range, next) => (range, next),
                Next::Incomplete => return,
                Next::Unknown => {
                    self.ordinal += u32::from(!self.is_head);
                    let shown = self.shown(at..bytes.len());
                    self.record_finding(Code::X233, "", at..bytes.len(), &[("value", &shown)]);
                    return;
                }
            };
            if !range.is_empty() {
                self.ordinal += u32::from(!self.is_head);
                let is_last = layout.last.is_some() && self.is_last(next);
                let line = layout.line(bytes, range, characters);
                self.record(matcher, &line, is_last, tree);
            }
            at = next;
        }
    }

    /// Whether no record follows at `at`.
    fn is_last(&self, mut at: usize) -> bool {
        while at < self.bytes.len() {
            match self.layout.cut.next(self.bytes, at, true) {
                Next::Record(range, next) if range.is_empty() => at = next,
                _ => return false,
            }
        }
        true
    }

    fn record(&mut self, matcher: &mut MatcherState, line: &Line<'_>, is_last: bool, tree: &mut Tree) {
        let layout = self.layout;
        let range = line.start..line.end;
        let Some(kind) = layout.cut.kind(line, |tag| matcher.takes(&layout.structure, tag)) else {
            let shown = self.shown(line.range(0, 20));
            return self.record_finding(Code::X222, "", range, &[("value", &shown)]);
        };
        let origin = self.origin(&range);
        let mut gaps = Vec::new();
        if let Some((tag, slot)) = layout.last.filter(|(tag, _)| is_last && *tag == kind.tag) {
            debug_assert_eq!(tag, kind.tag);
            matcher.go_to(&layout.guide, &layout.structure, slot, tree, &mut gaps);
        }
        let matched = matcher.segment(
            &layout.guide,
            &layout.structure,
            kind.tag,
            |_, _| &b""[..],
            origin,
            tree,
            &mut gaps,
        );
        let offset = self.offset + line.start as u64;
        self.missing(&gaps, Place { offset, segment: self.ordinal, ..Place::default() });
        let name = layout.name(kind.record).to_string();
        match matched {
            Matched::Unknown | Matched::Misplaced => self.record_finding(Code::X223, &name, range, &[]),
            Matched::Here { place, node, too_many } => {
                let name = layout.guide.shape.place(place).name.to_string();
                if too_many {
                    let max = layout.guide.shape.place(place).max.to_string();
                    self.record_finding(Code::X225, &name, range, &[("max", &max)]);
                }
                if layout.guide.rules(place).not_used {
                    self.record_finding(Code::X106, &name, line.start..line.end, &[]);
                }
                if let Some(index) = layout.record_at(place) {
                    let record = &layout.guide.records[index];
                    self.lengths(record, &name, line);
                    self.fields(index, &name, line, tree);
                }
                matcher.segment_done(&layout.structure, place, node, tree);
            }
        }
    }

    fn lengths(&mut self, record: &Record, name: &str, line: &Line<'_>) {
        let cut = &self.layout.cut;
        let (found, expected) = (line.columns(), cut.expected(record));
        let arguments = [("found", &*found.to_string()), ("expected", &*expected.to_string())];
        if found < expected && cut.trim == Trim::No {
            self.record_finding(Code::X220, name, line.start..line.end, &arguments);
        }
        let is_blank =
            |range: Range<usize>| line.bytes[range].iter().all(|&byte| byte == 0 || cut.is_blank(byte));
        let behind = line.range(expected, found.saturating_sub(expected));
        if !is_blank(behind.clone()) {
            self.record_finding(Code::X221, name, behind, &arguments);
        }
        let rest = line.range(record.width, expected.saturating_sub(record.width));
        if !self.told_rest && !is_blank(rest.clone()) {
            self.told_rest = true;
            let columns = format!("{}-{expected}", record.width + 1);
            let shown = self.shown(rest.clone());
            self.record_finding(Code::X232, name, rest, &[("columns", &columns), ("value", &shown)]);
        }
    }

    fn fields(&mut self, index: usize, name: &str, line: &Line<'_>, tree: &mut Tree) {
        let layout = self.layout;
        let is_cut = layout.cut.trim == Trim::No;
        for (position, field) in layout.guide.records[index].fields.iter().enumerate() {
            let Some(place) = field.place else { continue };
            // What a record is too short for was told once.
            if is_cut && field.at + field.width > line.columns() {
                self.has_all_numbers = false;
                return;
            }
            let at = At { name, field, place, position };
            let range = line.range(field.at, field.width);
            if let Some(constant) = layout.constants[index][position].as_deref() {
                self.constant(&at, constant, range.clone());
            }
            self.value(&at, range, tree);
        }
    }

    fn constant(&mut self, at: &At<'_>, constant: &[u8], range: Range<usize>) {
        let found = &self.bytes[range.clone()];
        let is_trimmed = self.layout.cut.trim != Trim::No && constant.starts_with(found);
        if found != constant && !is_trimmed {
            let expected = at.field.constant.as_deref().unwrap_or("");
            let shown = self.shown(range.clone());
            self.field_finding(Code::X228, at, range, &shown, expected);
        }
    }

    fn value(&mut self, at: &At<'_>, range: Range<usize>, tree: &mut Tree) {
        let layout = self.layout;
        let bytes = &self.bytes[range.clone()];
        let mut buffers = std::mem::take(&mut self.buffers);
        let rules = layout.guide.rules(at.place);
        let seen = value::read(&layout.cut, at.field, Some(rules), bytes, &mut buffers);
        match seen {
            Seen::Nothing => {
                if layout.guide.shape.place(at.place).required {
                    self.field_finding(Code::X201, at, range, "", "");
                }
            }
            Seen::Value { text, is_own } => {
                if let Some(code) = layout.checks[at.place.index()].check(text, false, false) {
                    self.field_finding(code, at, range.clone(), text, "");
                }
                self.leaf(at.place, text, is_own, &range, bytes, tree);
            }
            Seen::NoNumber(text) => {
                self.has_all_numbers = false;
                let expected = at.field.number.as_ref().map(number::describe).unwrap_or_default();
                self.field_finding(Code::X227, at, range.clone(), text, &expected);
                self.leaf(at.place, text, false, &range, bytes, tree);
            }
            Seen::BadNibbles(text) => {
                self.has_all_numbers = false;
                self.field_finding(Code::X226, at, range.clone(), text, "");
                self.leaf(at.place, text, false, &range, bytes, tree);
            }
            Seen::NoCharacter(text) => {
                self.field_finding(Code::X230, at, range.clone(), text, layout.cut.charset.name());
                self.leaf(at.place, text, false, &range, bytes, tree);
            }
        }
        self.buffers = buffers;
    }

    #[inline]
    fn leaf(
        &self,
        place: PlaceId,
        text: &str,
        is_own: bool,
        range: &Range<usize>,
        bytes: &[u8],
        tree: &mut Tree,
    ) {
        let origin = self.origin(range);
        if is_own && self.has_source {
            let before = text.as_ptr() as usize - bytes.as_ptr() as usize;
            tree.leaf_from_source(place, (range.start + before) as u32, text.len() as u32, origin);
        } else {
            tree.leaf(place, text, origin);
        }
    }

    /// Where something came from. What stands before the first unit is not in the unit's bytes.
    fn origin(&self, range: &Range<usize>) -> Origin {
        if self.is_head {
            return Origin::default();
        }
        Origin { start: range.start as u32, len: range.len() as u32, ordinal: self.ordinal, rule: 0 }
    }

    #[cold]
    fn shown(&self, range: Range<usize>) -> String {
        let mut text = String::new();
        // What is no character is shown as U+FFFD.
        let _ = self.layout.cut.charset.decode(&self.bytes[range], &mut text);
        text.trim_end().to_string()
    }

    /// Records the guide requires that are not there. Those before and behind the units are the file's, not the unit's.
    fn missing(&mut self, gaps: &[PlaceId], at: Place) {
        for &place in gaps {
            if self.layout.role(place) == Role::Tail {
                continue;
            }
            let shape = &self.layout.guide.shape;
            let (name, path) = (shape.place(place).name.to_string(), shape.path(place));
            let finding = about_record(&self.layout.guide.name, Code::X224, &name, &[("path", &path)]);
            self.findings.push(finding.place(Place { tag: name, ..at.clone() }));
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
        let mut finding = about_record(&self.layout.guide.name, code, name, arguments);
        if self.layout.cut.cells.is_some() && matches!(code, Code::X220 | Code::X221) {
            finding = finding.help(
                "the sender writes every cell, also empty ones, and quotes what holds a delimiter; if the layout is \
                 another one, correct the record in the guide",
            );
        }
        let spot = Spot::new(self.offset, &range, self.ordinal, name);
        self.findings.push(finding.place(spot.place()));
    }

    #[cold]
    fn field_finding(&mut self, code: Code, at: &At<'_>, range: Range<usize>, value: &str, expected: &str) {
        let finding = told(&self.layout.guide.name, code, at.name, at.field, value, expected);
        let spot = Spot::new(self.offset, &range, self.ordinal, at.name);
        self.findings.push(finding.place(spot.of_field(at.position, &at.field.name)));
    }
}

/// A field of a record that is being read.
struct At<'a> {
    name: &'a str,
    field: &'a Field,
    place: PlaceId,
    position: usize,
}

/// A finding about a field, with its columns in its words.
pub(super) fn told(
    guide: &str,
    code: Code,
    record: &str,
    field: &Field,
    value: &str,
    expected: &str,
) -> Diagnostic {
    about_field(guide, code, record, &format!("{} ({})", field.name, field.columns()), (value, expected))
}

/// The node of a record's field, if it is in the tree.
pub(super) fn field_node(tree: &Tree, record: NodeId, place: PlaceId) -> Option<NodeId> {
    tree.children(record).find(|&child| tree.node(child).place == place)
}
