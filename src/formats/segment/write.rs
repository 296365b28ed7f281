//! A tree to the segments of one message.

use super::binary::{self, Extent};
use super::dialect::Dialect;
use super::structure::{MomentPart, Structure, position_in};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
use crate::formats::advice::asked_of_us;
use crate::guide::{Guide, ValueClass};
use crate::tree::{NodeId, PlaceId, PlaceKind, Value, View};
use jiff::civil::{Date, Time};
use std::borrow::Cow;

/// Appends the segments of one message without the `frame`, its header and trailer. What the guide or the dialect does
/// not allow is a finding with severity `hold`: it is ours, never the sender's. Empty elements and components at the
/// end are not written.
pub(crate) fn write_body(
    (guide, structure): (&Guide, &Structure),
    view: View<'_>,
    dialect: &Dialect<'_>,
    frame: [&str; 2],
    out: &mut Vec<u8>,
    findings: &mut Diagnostics,
) {
    if view.tree.is_empty() {
        return;
    }
    let (ordinal, tag, values, numbers) = (1, "", Vec::new(), LevelNumbers::default());
    let mut writer =
        Writer { guide, structure, view, dialect, frame, out, findings, ordinal, tag, values, numbers };
    writer.children(NodeId::ROOT);
}

struct Writer<'a> {
    guide: &'a Guide,
    structure: &'a Structure,
    view: View<'a>,
    dialect: &'a Dialect<'a>,
    frame: [&'a str; 2],
    out: &'a mut Vec<u8>,
    findings: &'a mut Diagnostics,
    ordinal: u32,
    tag: &'a str,
    /// Memory for the values of a segment.
    values: Vec<Filled<'a>>,
    numbers: LevelNumbers,
}

/// The numbers of segments that name the one they belong to.
#[derive(Default)]
struct LevelNumbers {
    last: u32,
    /// Of those that the segment at hand stands in.
    around: Vec<u32>,
}

/// A value of the segment at hand.
struct Filled<'a> {
    /// Element, repetition and component, from 1.
    at: (u16, u16, u16),
    place: PlaceId,
    text: Cow<'a, str>,
}

/// Where the next value goes: what was written of the segment so far.
#[derive(Default)]
struct Written {
    element: u16,
    repetition: u16,
    component: u16,
}

impl<'a> Writer<'a> {
    fn children(&mut self, node: NodeId) {
        let view = self.view;
        for child in view.tree.children(node) {
            let place = self.guide.shape.place(view.tree.node(child).place);
            if place.position == 0 && place.kind == PlaceKind::Record {
                self.segment(child);
                self.children(child);
                if self.is_level(child) {
                    self.numbers.around.pop();
                }
            }
        }
    }

    /// Whether a segment names the one it belongs to.
    fn is_level(&self, node: NodeId) -> bool {
        let place = self.view.tree.node(node).place;
        self.structure.levels.as_ref().is_some_and(|levels| levels.hierarchy.is_about(place))
    }

    /// The number of such a segment, and of the one around it.
    fn number(&mut self, segment: PlaceId, node: NodeId, values: &mut Vec<Filled<'a>>) {
        let Some(levels) = self.structure.levels.as_ref().filter(|_| self.is_level(node)) else { return };
        let view = self.view;
        let has_inner = view.tree.children(node).any(|child| self.is_level(child));
        self.numbers.last += 1;
        let (own, around) = (self.numbers.last, self.numbers.around.last().copied());
        self.numbers.around.push(own);
        let hierarchy = &levels.hierarchy;
        let numbers = [
            (Some(hierarchy.id), Some(own)),
            (Some(hierarchy.parent), around),
            (hierarchy.children, Some(u32::from(has_inner))),
        ];
        for (position, number) in numbers {
            let Some(place) = position.and_then(|position| self.guide.shape.child_at(segment, position))
            else {
                continue;
            };
            values.retain(|value| value.place != place);
            if let Some(number) = number {
                let at = (self.guide.shape.place(place).position, 1, 1);
                values.push(Filled { at, place, text: number.to_string().into() });
            }
        }
    }

    fn segment(&mut self, node: NodeId) {
        let place = self.view.tree.node(node).place;
        self.tag = &self.guide.rules(place).element_id;
        if self.frame.contains(&self.tag) {
            return;
        }
        self.ordinal += 1;
        let start = self.out.len();
        self.out.extend_from_slice(self.tag.as_bytes());
        let mut values = std::mem::take(&mut self.values);
        self.collect(place, node, &mut values);
        // Nearly always in order already.
        if !values.is_sorted_by_key(|value| value.at) {
            values.sort_by_key(|value| value.at);
        }
        let mut written = Written::default();
        for value in &values {
            self.value(place, value, &mut written);
        }
        values.clear();
        self.values = values;
        self.out.push(self.dialect.delimiters.segment);
        self.length_of_data(place, start);
        self.out.extend_from_slice(self.dialect.delimiters.newline.as_bytes());
    }

    /// Who reads the segment that was written from `start` on finds the end of its data by their length alone.
    fn length_of_data(&mut self, segment: PlaceId, start: usize) {
        if !self.has_data() {
            return;
        }
        let ends = |end: usize| start + end + 1 == self.out.len();
        match binary::extent(&self.out[start..], &self.dialect.delimiters, true) {
            Extent::Data(_, end) if ends(end) => {}
            extent => {
                let found = if let Extent::Misfit(found) = extent { found } else { String::new() };
                let finding = self.about(Code::X407, segment, segment, "").with("found", found);
                self.findings.push(finding.severity(Severity::Hold));
            }
        }
    }

    /// Whether nothing separates in the last element of the segment at hand.
    fn has_data(&self) -> bool {
        self.dialect.delimiters.binary.iter().any(|binary| binary.tag == self.tag.as_bytes())
    }

    /// Data of any bytes, each of which is a character of the tree.
    fn data(&mut self, segment: PlaceId, place: PlaceId, text: &str) {
        let start = self.out.len();
        let bytes = text.chars().map(|character| u8::try_from(u32::from(character)));
        match bytes.collect::<Result<Vec<u8>, _>>() {
            Ok(bytes) => self.out.extend_from_slice(&bytes),
            Err(_) => return self.finding(Code::X234, segment, place, text),
        }
        let delimiters = self.dialect.delimiters;
        if !self.has_data() && self.out[start..].iter().any(|&byte| delimiters.separates(byte)) {
            self.finding(Code::X206, segment, place, text);
        }
    }

    /// The values of a segment with the places they are written at.
    fn collect(&mut self, segment: PlaceId, node: NodeId, values: &mut Vec<Filled<'a>>) {
        let (view, mut last) = (self.view, (0, 0));
        for child in view.tree.children(node) {
            let own = view.tree.node(child).place;
            let Some(mut element) = self.position(segment, own) else { continue };
            let composite = self.guide.shape.place(own).parent != segment;
            let mut repetition = if last.0 == element && !composite { last.1 + 1 } else { 1 };
            last = (element, repetition);
            if self.dialect.spreads {
                (element, repetition) = (element + repetition - 1, 1);
            }
            match view.text(child) {
                Some(text) => {
                    let component = if composite { self.guide.shape.place(own).position } else { 1 };
                    let at = (element, repetition, component);
                    values.push(Filled { at, place: own, text: text.into() });
                }
                None if self.guide.shape.place(own).kind == PlaceKind::Record => {
                    for component in view.tree.children(child) {
                        let own = view.tree.node(component).place;
                        let at = (element, repetition, self.guide.shape.place(own).position);
                        let Some(text) = view.text(component) else { continue };
                        values.push(Filled { at, place: own, text: text.into() });
                    }
                }
                None => {}
            }
        }
        for part in &self.structure.record(segment).moments {
            self.moment(part, node, values);
        }
        self.number(segment, node, values);
        self.required(segment, segment, values);
    }

    /// The text of a moment and the code of its form, if a map built one.
    fn moment(&mut self, part: &MomentPart, node: NodeId, values: &mut Vec<Filled<'a>>) {
        let Some(text) = self.view.child_text(node, part.moment.leaf).filter(|text| !text.is_empty()) else {
            return;
        };
        let moment = match Value::read(&part.leaf, text) {
            Ok(Value::Date(date)) => date.to_datetime(Time::midnight()),
            Ok(Value::Time(time)) => Date::constant(1970, 1, 1).to_datetime(time),
            Ok(Value::DateTime(moment)) => moment,
            _ => return,
        };
        let given = values.iter().find(|value| value.place == part.moment.format);
        let form = match given.map(|value| value.text.to_string()) {
            Some(code) => match part.moment.mask(&code) {
                Some(mask) => Some((code, mask)),
                None => {
                    // The moment would be missing without a word.
                    let segment = part.moment.segment;
                    return self.finding(Code::X237, segment, part.moment.format, &code);
                }
            },
            None => part.moment.to_write(moment).map(|(code, mask)| (code.to_string(), mask)),
        };
        let Some((code, mask)) = form else { return };
        let mut shown = String::new();
        mask.write(moment, &mut shown);
        values.retain(|value| value.place != part.moment.format && value.place != part.moment.value);
        let at = |(element, component): (u16, u16)| (element, 1, component.max(1));
        let (value, format) = (part.moment.value, part.moment.format);
        values.push(Filled { at: at(part.value), place: value, text: shown.into() });
        values.push(Filled { at: at(part.format), place: format, text: code.into() });
    }

    /// The first element that a child of a segment stands at; `None` for segments inside.
    fn position(&self, segment: PlaceId, place: PlaceId) -> Option<u16> {
        let spread = &self.structure.record(segment).spread;
        // A component may stand in the segment without its composite: the qualifier that a selector wrote.
        match position_in(self.guide, segment, place).0 {
            0 => None,
            position if !self.dialect.spreads || spread.is_empty() => Some(position),
            position => spread.iter().position(|at| at + 1 == position).map(|at| at as u16 + 1),
        }
    }

    fn value(&mut self, segment: PlaceId, value: &Filled<'a>, written: &mut Written) {
        let Filled { at: (element, repetition, component), place, ref text } = *value;
        if text.is_empty() {
            return;
        }
        let delimiters = self.dialect.delimiters;
        while written.element < element {
            self.out.push(delimiters.element);
            *written = Written { element: written.element + 1, repetition: 1, component: 1 };
        }
        while written.repetition < repetition {
            match delimiters.repetition {
                Some(separator) => self.out.push(separator),
                None => self.finding(Code::X218, segment, place, text),
            }
            written.component = 1;
            written.repetition += 1;
        }
        while written.component < component {
            self.out.push(delimiters.component);
            written.component += 1;
        }
        self.leaf(segment, place, text);
    }

    fn leaf(&mut self, segment: PlaceId, place: PlaceId, text: &str) {
        let Some(check) = self.structure.check(&self.guide.shape, place) else { return };
        if let Some(code) = check.check(text, false, false) {
            self.finding(code, segment, place, text);
        }
        if check.class == ValueClass::Bytes {
            return self.data(segment, place, text);
        }
        let (delimiters, coding) = (self.dialect.delimiters, self.dialect.coding);
        let is_plain = text.is_ascii() && !coding.is_narrow();
        if !is_plain && !text.chars().all(|character| coding.has(character)) {
            self.finding(Code::X234, segment, place, text);
        }
        let start = self.out.len();
        coding.encode(text, self.out);
        if check.class == ValueClass::Number && self.dialect.decimal_mark != b'.' {
            let mark = self.dialect.decimal_mark;
            self.out[start..].iter_mut().filter(|byte| **byte == b'.').for_each(|byte| *byte = mark);
        }
        if !self.out[start..].iter().any(|&byte| delimiters.separates(byte)) {
            return;
        }
        match delimiters.release {
            Some(release) => {
                let value = self.out.split_off(start);
                for byte in value {
                    if delimiters.separates(byte) {
                        self.out.push(release);
                    }
                    self.out.push(byte);
                }
            }
            None => self.finding(Code::X206, segment, place, text),
        }
    }

    /// What is required of a segment, and of the composites that are there.
    fn required(&mut self, segment: PlaceId, record: PlaceId, values: &[Filled<'a>]) {
        let shape = &self.guide.shape;
        for &child in shape.place(record).children.iter().filter(|&&child| shape.place(child).position > 0) {
            let own = shape.place(child);
            let is_there = values.iter().any(|value| {
                value.place == child
                    || (own.leaf_type().is_none() && shape.place(value.place).parent == child)
            });
            if !is_there && own.required {
                self.finding(Code::X201, segment, child, "");
            }
            if is_there && own.leaf_type().is_none() {
                self.required(segment, child, values);
            }
        }
    }

    #[cold]
    fn finding(&mut self, code: Code, segment: PlaceId, place: PlaceId, value: &str) {
        let finding = self.about(code, segment, place, value);
        self.findings.push(finding);
    }

    fn about(&self, code: Code, segment: PlaceId, place: PlaceId, value: &str) -> Diagnostic {
        let shape = &self.guide.shape;
        let (own, parent) = (shape.place(place), shape.place(place).parent);
        let (element, component) = match parent == segment {
            true => (own.position, 0),
            false => (shape.place(parent).position, own.position),
        };
        let shown = match component {
            0 => format!("{element:02}"),
            component => format!("{element:02}.{component}"),
        };
        asked_of_us(Diagnostic::new(code))
            .severity(code.info().severity.min(Severity::Hold))
            .with("tag", self.tag)
            .with("element", shown)
            .with("value", value)
            .with("guide", &self.guide.name)
            .with("expected", self.dialect.coding.name())
            .place(Place {
                segment: self.ordinal,
                tag: self.tag.to_string(),
                element,
                component,
                element_id: self.guide.rules(place).element_id.to_string(),
                ..Place::default()
            })
    }
}
