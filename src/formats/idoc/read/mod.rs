//! The second pass: one IDoc to a tree, checked against its guide. What is told of segments and fields is the same in both
//! forms.

mod flat;
mod markup;

use super::control::{self, Control};
use super::value::{self, Seen};
use super::{IdocLayout, Kind};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
use crate::formats::fixed::number;
use crate::formats::records::{Spot, about_field, about_record};
use crate::formats::segment::{Matched, MatcherState};
use crate::formats::{MessageInput, Scratch};
use crate::guide::ExtraColumns;
use crate::guide::records::Field;
use crate::tree::arena::Origin;
use crate::tree::{NodeId, PlaceId, Tree};
use std::ops::Range;

/// Reads one IDoc. What tells how to read XML stands in its head; flat files need nothing.
pub(super) fn read(
    layout: &IdocLayout,
    input: &MessageInput<'_>,
    scratch: &mut Scratch,
    tree: &mut Tree,
    findings: &mut Diagnostics,
) {
    tree.clear();
    match input.head.is_empty() {
        true => flat::read(layout, input, &mut scratch.matcher, tree, findings),
        false => markup::read(layout, input, scratch, tree, findings),
    }
}

/// What both forms have of an IDoc that is being read.
struct Reader<'a> {
    layout: &'a IdocLayout,
    /// Where it starts in the file.
    offset: u64,
    /// Whether segments stand inside each other, and not one behind the other.
    is_nested: bool,
    /// Whether values may point into the message.
    has_source: bool,
    findings: &'a mut Diagnostics,
    /// The segment at hand, counted from 1; the control record is 0.
    ordinal: u32,
    /// Segments and fields that nobody knows, and segments with data behind their fields, that were told already.
    told: Vec<String>,
    /// Required segments that were missed where something stood that belongs into them.
    missed: Vec<PlaceId>,
    memory: String,
}

impl<'a> Reader<'a> {
    fn new(
        layout: &'a IdocLayout,
        (offset, is_nested, has_source): (u64, bool, bool),
        findings: &'a mut Diagnostics,
    ) -> Reader<'a> {
        let (told, missed, memory) = (Vec::new(), Vec::new(), String::new());
        Reader { layout, offset, is_nested, has_source, findings, ordinal: 0, told, missed, memory }
    }

    // ------------------------------------------------------------------------------------------ segments

    /// Finds the place of a segment and opens its node.
    fn open<'k>(
        &mut self,
        kind: &Kind,
        key: impl Fn(u16, u16) -> &'k [u8],
        range: &Range<usize>,
        (matcher, tree): (&mut MatcherState, &mut Tree),
    ) -> Option<(PlaceId, NodeId)> {
        let (guide, structure) = (&self.layout.guide, &self.layout.structure);
        let (origin, mut gaps) = (self.origin(range), Vec::new());
        let matched = match self.is_nested {
            false => matcher.segment(guide, structure, kind.tag, key, origin, tree, &mut gaps),
            true => matcher.segment_inside(guide, structure, kind.tag, key, origin, tree, &mut gaps),
        };
        self.missing(&gaps, self.offset + range.start as u64);
        let name = |place: PlaceId| guide.shape.place(place).name.to_string();
        match matched {
            Matched::Unknown | Matched::Misplaced => {
                self.misplaced(kind, range, tree);
                None
            }
            Matched::Here { place, node, too_many } => {
                if too_many {
                    let max = guide.shape.place(place).max.to_string();
                    self.record_finding(Code::X225, &name(place), range, &[("max", &max)]);
                }
                if guide.rules(place).not_used {
                    self.record_finding(Code::X106, &name(place), range, &[]);
                }
                Some((place, node))
            }
        }
    }

    /// A segment that cannot stand where it does; where that is so because a required one around it is missing, that one
    /// is told, once for all that stands inside it.
    fn misplaced(&mut self, kind: &Kind, range: &Range<usize>, tree: &Tree) {
        let place = self.layout.guide.records[kind.record].place;
        if let Some(around) = self.missing_around(place, tree) {
            if !self.missed.contains(&around) {
                self.missing(&[around], self.offset + range.start as u64);
                self.missed.push(around);
            }
            return;
        }
        let name = self.layout.guide.shape.place(place).name.to_string();
        self.record_finding(Code::X223, &name, range, &[]);
    }

    /// The outermost segment around a place, if it is required and the message has not got it.
    fn missing_around(&self, place: PlaceId, tree: &Tree) -> Option<PlaceId> {
        let shape = &self.layout.guide.shape;
        let parent = |at: &PlaceId| Some(shape.place(*at).parent).filter(|&parent| parent != PlaceId::ROOT);
        let is_there = |at: PlaceId| {
            tree.nodes().iter().any(|node| shape.place(node.place).name == shape.place(at).name)
        };
        let around = std::iter::successors(parent(&place), parent).last()?;
        (shape.place(around).required && !is_there(around)).then_some(around)
    }

    /// A segment that the guide does not have: what follows is read all the same.
    fn unknown(&mut self, name: &str, range: &Range<usize>) {
        let Some(severity) = self.severity_of_unknown() else { return };
        if !self.is_told(name) {
            self.record_finding_of(severity, Code::X240, name, range, &[]);
        }
    }

    /// What the guide says of what it does not have; `None` if it is not told.
    fn severity_of_unknown(&self) -> Option<Severity> {
        match self.layout.guide.extra_columns {
            ExtraColumns::Ignore => None,
            ExtraColumns::Warn => Some(Severity::Warn),
            ExtraColumns::Reject => Some(Severity::Reject),
        }
    }

    /// Whether something of this name was told before.
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
                self.record_finding(Code::X228, control::NAME, range, &arguments);
            }
        }
    }

    // ------------------------------------------------------------------------------------------ fields

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

    /// Segments the guide requires that are not there. That an IDoc has no control record is told when it is found.
    fn missing(&mut self, gaps: &[PlaceId], offset: u64) {
        for &place in gaps {
            let tag = self.layout.guide.shape.path(place);
            if tag == control::NAME || self.missed.contains(&place) {
                continue;
            }
            let finding = about_record(&self.layout.guide.name, Code::X224, &tag, &[("path", &tag)]);
            let segment = self.ordinal;
            self.findings.push(finding.place(Place { offset, segment, tag, ..Place::default() }));
        }
    }

    #[cold]
    fn record_finding(
        &mut self,
        code: Code,
        name: &str,
        range: &Range<usize>,
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
        range: &Range<usize>,
        arguments: &[(&'static str, &str)],
    ) {
        let finding = about_record(&self.layout.guide.name, code, name, arguments).severity(severity);
        let spot = Spot::new(self.offset, range, self.ordinal, name);
        self.findings.push(finding.place(spot.place()));
    }

    #[cold]
    fn field_finding(&mut self, code: Code, at: &At<'_>, value: &str, expected: &str) {
        let guide = &self.layout.guide;
        let name = &*guide.shape.place(at.segment).name;
        let finding = told(&guide.name, code, name, at.field, value, expected);
        let spot = Spot::new(self.offset, &at.range, self.ordinal, name);
        self.findings.push(finding.place(spot.of_field(at.position, &at.field.name)));
    }
}

/// A field of a segment that is being read.
struct At<'a> {
    segment: PlaceId,
    field: &'a Field,
    place: PlaceId,
    /// From 0.
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
    about_field(guide, code, segment, &field.name, (value, expected))
}
