//! A tree to records.

use super::cut::{Cells, Framing, Role, Trim};
use super::read::told;
use super::tally::Tally;
use super::{FixedLayout, auto, number};
use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Diagnostics, Place, Severity};
use crate::guide::records::{Field, Letters, Sign};
use crate::tree::{NodeId, PlaceId, PlaceKind, Tree, View};

/// The records of one unit, those before the first unit of a file among them, those behind the last not.
pub(super) fn body(layout: &FixedLayout, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
    if view.tree.is_empty() {
        return;
    }
    let mut writer = Writer::new(layout, view, out, findings);
    writer.records(PlaceId::ROOT);
    for place in layout.tails() {
        writer.tail(place);
    }
}

/// The records behind the last unit, from what the bodies add up to. What they do not say is left blank.
pub(super) fn tails(layout: &FixedLayout, tally: &Tally, out: &mut Vec<u8>) {
    let mut tally = tally.clone();
    let records: Vec<usize> = layout
        .tails()
        .filter(|&place| layout.guide.shape.place(place).required)
        .filter_map(|place| layout.record_at(place))
        .collect();
    records.iter().for_each(|&record| tally.count(record));
    let (tree, mut findings) = (Tree::new(), Diagnostics::new());
    for index in records {
        let record = &layout.guide.records[index];
        let mut writer = Writer::new(layout, View::new(&tree, ""), out, &mut findings);
        let start = writer.out.len();
        for (position, field) in record.fields.iter().enumerate() {
            layout.delimit(position, writer.out);
            let text = match (&field.constant, &field.auto) {
                (Some(constant), _) => constant.to_string(),
                (None, Some(auto)) => tally.value(layout, field, auto),
                (None, None) => String::new(),
            };
            match field.place {
                Some(place) => writer.value(field, place, &text),
                None => layout.fill(field.width as usize, layout.cut.pad, writer.out),
            }
        }
        layout.finish_record(start, record, out);
    }
}

struct Writer<'a> {
    layout: &'a FixedLayout,
    view: View<'a>,
    out: &'a mut Vec<u8>,
    findings: &'a mut Diagnostics,
    ordinal: u32,
    /// The records around the one at hand, the root first.
    above: Vec<NodeId>,
    /// The name of the record at hand.
    record: String,
    /// The field at hand, counted from 1.
    position: u16,
    text: String,
}

impl<'a> Writer<'a> {
    fn new(
        layout: &'a FixedLayout,
        view: View<'a>,
        out: &'a mut Vec<u8>,
        findings: &'a mut Diagnostics,
    ) -> Self {
        Writer {
            layout,
            view,
            out,
            findings,
            ordinal: 0,
            above: vec![NodeId::ROOT],
            record: String::new(),
            position: 0,
            text: String::new(),
        }
    }

    /// The records in the innermost open one, in the order of the guide.
    fn records(&mut self, parent: PlaceId) {
        let (layout, view) = (self.layout, self.view);
        let node = *self.above.last().expect("begins with the root");
        for &place in &layout.guide.shape.place(parent).children {
            let shape = layout.guide.shape.place(place);
            if shape.kind != PlaceKind::Record || layout.role(place) == Role::Tail {
                continue;
            }
            let mut any = false;
            for child in view.tree.children(node).filter(|&child| view.tree.node(child).place == place) {
                any = true;
                self.record(place, Some(child));
                self.above.push(child);
                self.records(place);
                self.above.pop();
            }
            if !any && layout.is_written_by_itself(place) {
                self.record(place, None);
            }
        }
    }

    fn record(&mut self, place: PlaceId, node: Option<NodeId>) {
        let layout = self.layout;
        let Some(index) = layout.record_at(place) else { return };
        self.ordinal += 1;
        self.record.clear();
        self.record.push_str(&layout.guide.shape.place(place).name);
        let start = self.out.len();
        let mut next = node.map(|node| self.view.tree.children(node));
        for (position, field) in layout.guide.records[index].fields.iter().enumerate() {
            self.position = position as u16 + 1;
            layout.delimit(position, self.out);
            let given = match (node, next.as_mut(), field.place) {
                (Some(node), Some(next), Some(place)) => self.view.next_child_text(node, next, place),
                _ => None,
            };
            self.field(field, node, given.unwrap_or(""));
        }
        layout.finish_record(start, &layout.guide.records[index], self.out);
    }

    fn field(&mut self, field: &Field, node: Option<NodeId>, given: &str) {
        let (layout, view) = (self.layout, self.view);
        let Some(place) = field.place else {
            return layout.fill(field.width as usize, layout.cut.pad, self.out);
        };
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        match (&field.constant, &field.auto) {
            (Some(constant), _) => text.push_str(constant),
            (None, Some(auto)) => text.push_str(&auto::value(layout, view, &self.above, node, field, auto)),
            (None, None) => text.push_str(given),
        }
        if let Some(constant) = &field.constant
            && !given.is_empty()
            && given != constant.trim_end()
            && !auto::is_same(given, constant)
        {
            self.finding(Code::X228, field, given, constant);
        }
        self.value(field, place, &text);
        self.text = text;
    }

    fn value(&mut self, field: &Field, place: PlaceId, text: &str) {
        let layout = self.layout;
        if text.is_empty() {
            return self.nothing(field, place);
        }
        if field.constant.is_none()
            && let Some(code) = layout.checks[place.index()].check(text, false, false)
        {
            self.finding(code, field, text, "");
        }
        // Constants stand as written, also where numbers do.
        if field.number.is_some() && field.constant.is_none() {
            self.number(field, text);
        } else {
            self.characters(field, text);
        }
    }

    fn nothing(&mut self, field: &Field, place: PlaceId) {
        let layout = self.layout;
        if layout.guide.shape.place(place).required {
            self.finding(Code::X201, field, "", "");
        }
        let blank = layout.guide.rules(place).blank.as_deref().unwrap_or("");
        let is_packed = field.number.is_some_and(|look| look.sign == Sign::Packed);
        match (is_packed, blank) {
            // A packed number has no way to be blank.
            (true, "") => {
                self.finding(Code::X201, field, "", "");
                self.number(field, "0");
            }
            (true, blank) => self.number(field, blank),
            (false, "") => {
                let fill = match field.fill {
                    Some('0') | None => layout.cut.pad,
                    Some(_) if field.number.is_some() => ' ',
                    Some(fill) => fill,
                };
                layout.fill(field.width as usize, fill, self.out);
            }
            (false, blank) => self.characters(field, blank),
        }
    }

    fn number(&mut self, field: &Field, text: &str) {
        let layout = self.layout;
        let look = field.number.as_ref().expect("called for numbers");
        let width = if field.is_cell { number::FREE_WIDTH } else { field.width as usize };
        let columns = number::Columns {
            width,
            fill: if field.fill == Some('0') { b'0' } else { b' ' },
            is_right: field.is_right,
            is_ebcdic: !layout.cut.charset.keeps_ascii(),
        };
        let start = self.out.len();
        let Some(number) = Decimal::parse(text.as_bytes()) else {
            let expected = number::describe(look);
            self.finding(Code::X227, field, text, &expected);
            return layout.fill(field.width as usize, ' ', self.out);
        };
        if let Err(unfit) = number::write(look, number, columns, self.out) {
            let why = match unfit {
                number::Unfit::Negative => "there is no column for a sign".to_string(),
                number::Unfit::Scale => format!("it has {} digits behind the point", look.scale.unwrap_or(0)),
                number::Unfit::Digits => format!("it has {} digits", look.digits),
            };
            self.finding(Code::X229, field, text, &why);
            return layout.fill(field.width as usize, ' ', self.out);
        }
        if columns.is_ebcdic && look.sign != Sign::Packed {
            let characters = self.out.split_off(start);
            let written = std::str::from_utf8(&characters).expect("numbers are written in ASCII");
            // All characters of numbers are in every charset.
            let _ = layout.cut.charset.encode(written, self.out);
        }
    }

    fn characters(&mut self, field: &Field, text: &str) {
        let layout = self.layout;
        let text = match field.letters {
            Letters::AsTheyAre => std::borrow::Cow::Borrowed(text),
            Letters::Upper => text.to_uppercase().into(),
            Letters::Lower => text.to_lowercase().into(),
        };
        if let Some(cells) = layout.cut.cells {
            return self.cell(cells, field, &text);
        }
        let (width, count) = (field.width as usize, text.chars().count());
        let end = text.char_indices().nth(width).map_or(text.len(), |(at, _)| at);
        if count > width {
            self.finding(Code::X229, field, &text, &format!("it has {width} columns"));
        }
        let spare = width.saturating_sub(count);
        let fill = field.fill.unwrap_or(layout.cut.pad);
        if field.is_right {
            layout.fill(spare, fill, self.out);
        }
        if let Err(character) = layout.cut.charset.encode(&text[..end], self.out) {
            self.finding(Code::X234, field, &character.to_string(), layout.cut.charset.name());
        }
        if !field.is_right {
            layout.fill(spare, fill, self.out);
        }
    }

    /// A cell, in quotes where it would be taken for several.
    fn cell(&mut self, cells: Cells, field: &Field, text: &str) {
        let start = self.out.len();
        if let Err(character) = self.layout.cut.charset.encode(text, self.out) {
            self.finding(Code::X234, field, &character.to_string(), self.layout.cut.charset.name());
        }
        let written = &self.out[start..];
        let has = |byte: u8| written.contains(&byte);
        if !has(cells.delimiter)
            && !has(b'\n')
            && !has(b'\r')
            && cells.quote.is_none_or(|quote| written.first() != Some(&quote))
        {
            return;
        }
        match cells.quote {
            // A line end inside quotes would still end the record.
            Some(quote) if !has(b'\n') && !has(b'\r') => {
                let written = self.out.split_off(start);
                self.out.push(quote);
                for byte in written {
                    self.out.extend(std::iter::repeat_n(byte, if byte == quote { 2 } else { 1 }));
                }
                self.out.push(quote);
            }
            _ => {
                let shown = text.to_string();
                self.finding(Code::X229, field, &shown, "it holds the delimiter or a line end");
            }
        }
    }

    /// A record behind the last unit is written when the file ends, from what the bodies add up to.
    fn tail(&mut self, place: PlaceId) {
        let Some(index) = self.layout.record_at(place) else { return };
        self.record.clear();
        self.record.push_str(&self.layout.guide.shape.place(place).name);
        for (position, field) in self.layout.guide.records[index].fields.iter().enumerate() {
            let is_open = field.constant.is_none() && field.auto.is_none();
            if field.place.is_some_and(|place| is_open && self.layout.guide.shape.place(place).required) {
                self.position = position as u16 + 1;
                self.finding(Code::X201, field, "", "");
            }
        }
    }

    #[cold]
    fn finding(&mut self, code: Code, field: &Field, value: &str, expected: &str) {
        let finding = told(&self.layout.guide.name, code, &self.record, field, value, expected);
        let severity = code.info().severity.min(Severity::Hold);
        self.findings.push(finding.severity(severity).place(Place {
            segment: self.ordinal,
            tag: self.record.clone(),
            element: self.position,
            element_id: field.name.to_string(),
            ..Place::default()
        }));
    }
}

impl FixedLayout {
    /// Appends the delimiter before every cell but the first.
    fn delimit(&self, position: usize, out: &mut Vec<u8>) {
        out.extend(self.cut.cells.filter(|_| position > 0).map(|cells| cells.delimiter));
    }

    /// Appends `count` of a character: cells are not filled.
    pub(super) fn fill(&self, count: usize, fill: char, out: &mut Vec<u8>) {
        if self.cut.cells.is_some() {
            return;
        }
        let (mut buffer, mut bytes) = ([0u8; 4], Vec::new());
        let bytes = match u8::try_from(fill) {
            Ok(byte) if byte.is_ascii() && self.cut.charset.keeps_ascii() => {
                return out.resize(out.len() + count, byte);
            }
            _ => {
                // What fills is in the charset: the guide is refused otherwise.
                let _ = self.cut.charset.encode(fill.encode_utf8(&mut buffer), &mut bytes);
                bytes
            }
        };
        (0..count).for_each(|_| out.extend_from_slice(&bytes));
    }

    /// Pads or trims the record that began at `start`, and ends its line.
    pub(super) fn finish_record(
        &self,
        start: usize,
        record: &crate::guide::records::Record,
        out: &mut Vec<u8>,
    ) {
        let missing = self.cut.expected(record).saturating_sub(record.width);
        self.fill(missing as usize, self.cut.pad, out);
        if self.cut.trim == Trim::Both {
            while out.len() > start && out.last().is_some_and(|&byte| self.cut.is_blank(byte)) {
                out.pop();
            }
        }
        if let Framing::Lines { end, returns } = self.cut.framing {
            if returns {
                out.push(b'\r');
            }
            out.push(end);
        }
    }
}
