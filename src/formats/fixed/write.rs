//! A tree to records.

use super::cut::{Cells, Trim};
use super::form::{self, Column, Form};
use super::read::told;
use super::tally::Tally;
use super::walk::Walk;
use super::{FixedLayout, auto, number};
use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Diagnostics, Place, Severity};
use crate::formats::advice::asked_of_us;
use crate::guide::records::{Auto, Field, Letters, Sign};
use crate::tree::{NodeId, PlaceId, Tree, View};
use std::ops::Range;

/// The records of one unit, those before the first unit of a file among them, those behind the last not.
pub(super) fn body(layout: &FixedLayout, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
    if view.tree.is_empty() {
        return;
    }
    let mut writer = Writer::new(layout, view, out, findings);
    let form = &layout.forms[PlaceId::ROOT.index()];
    writer.records(form, NodeId::ROOT, &mut Walk::new(view, Some(NodeId::ROOT), form.is_ascending));
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

/// Appends what stands in a field without a value, and says whether it does so without a finding.
pub(super) fn blank(layout: &FixedLayout, field: &Field, out: &mut Vec<u8>) -> bool {
    let (tree, mut findings) = (Tree::new(), Diagnostics::new());
    let mut writer = Writer::new(layout, View::new(&tree, ""), out, &mut findings);
    match (field.place, &field.constant) {
        (Some(place), Some(constant)) => writer.value(field, place, constant),
        (Some(place), None) => writer.nothing(field, place),
        (None, _) => layout.fill(field.width as usize, layout.cut.pad, out),
    }
    findings.is_empty()
}

struct Writer<'a> {
    layout: &'a FixedLayout,
    view: View<'a>,
    out: &'a mut Vec<u8>,
    findings: &'a mut Diagnostics,
    ordinal: u32,
    /// The records around the one at hand, the root first.
    above: Vec<NodeId>,
    /// The place of the record at hand.
    record: PlaceId,
    /// The field at hand, counted from 1.
    position: u16,
    /// The sum that was computed last: of a place inside a record.
    sum: Option<(NodeId, PlaceId, Decimal)>,
}

impl<'a> Writer<'a> {
    fn new(
        layout: &'a FixedLayout,
        view: View<'a>,
        out: &'a mut Vec<u8>,
        findings: &'a mut Diagnostics,
    ) -> Self {
        let (record, sum) = (PlaceId::ROOT, None);
        Writer { layout, view, out, findings, ordinal: 0, above: Vec::new(), record, position: 0, sum }
    }

    /// The records in `node`, in the order of the guide.
    fn records(&mut self, form: &'a Form, node: NodeId, walk: &mut Walk<'a>) {
        if form.records.is_empty() {
            return;
        }
        self.above.push(node);
        for &place in &form.records {
            let mut any = false;
            walk.begin();
            while let Some(child) = walk.next(place) {
                any = true;
                self.record(place, child);
            }
            if !any && self.layout.is_written_by_itself(place) {
                self.line(place, None, &mut Walk::new(self.view, None, true));
            }
        }
        self.above.pop();
    }

    /// A record and those in it.
    fn record(&mut self, place: PlaceId, node: NodeId) {
        let form = &self.layout.forms[place.index()];
        let mut walk = Walk::new(self.view, Some(node), form.is_ascending);
        self.line(place, Some(node), &mut walk);
        self.records(form, node, &mut walk);
    }

    /// A record without those in it.
    fn line(&mut self, place: PlaceId, node: Option<NodeId>, walk: &mut Walk<'a>) {
        let layout = self.layout;
        let Some(index) = layout.record_at(place) else { return };
        (self.ordinal, self.record) = (self.ordinal + 1, place);
        let (record, start) = (&layout.guide.records[index], self.out.len());
        if layout.cut.cells.is_none() {
            self.columns(&layout.forms[place.index()], &record.fields, node, walk);
            return layout.trim(start, self.out);
        }
        for (position, field) in record.fields.iter().enumerate() {
            self.position = position as u16 + 1;
            layout.delimit(position, self.out);
            match field.place {
                Some(place) => self.field(field, place, node, walk.text(place)),
                None => layout.fill(field.width as usize, layout.cut.pad, self.out),
            }
        }
        layout.finish_record(start, record, self.out);
    }

    /// A record of columns: its form, and values over it.
    fn columns(&mut self, form: &Form, fields: &[Field], node: Option<NodeId>, walk: &mut Walk<'a>) {
        let start = self.out.len();
        self.out.extend_from_slice(&form.blank);
        // How much longer the values so far are than in the form: characters may take several bytes.
        let mut longer = 0;
        for column in &form.columns {
            let given = walk.leaf(column.place);
            let value = given.and_then(|leaf| self.view.bytes(leaf)).unwrap_or_default();
            if value.is_empty() && column.is_silent {
                continue;
            }
            let at = (start + column.at).saturating_add_signed(longer);
            if !column.write(value, &mut self.out[at..at + column.len]) {
                let given = given.and_then(|leaf| self.view.text(leaf)).unwrap_or_default();
                longer += self.with_care((column, &fields[column.field]), node, given, at);
            }
        }
    }

    /// Writes a value at `at` that may be computed, wrong or not ASCII; gives by how much it is longer than its columns.
    #[inline(never)]
    fn with_care(
        &mut self,
        (column, field): (&Column, &Field),
        node: Option<NodeId>,
        given: &str,
        at: usize,
    ) -> isize {
        let computed = column.is_computed.then(|| self.computed(node, field));
        let text = computed.as_deref().unwrap_or(given);
        let check = &self.layout.checks[column.place.index()];
        if !text.is_empty()
            && form::is_plain(text.as_bytes())
            && check.check(text, true, false).is_none()
            && column.write_plain(text.as_bytes(), &mut self.out[at..at + column.len])
        {
            return 0;
        }
        let end = self.out.len();
        self.position = column.field as u16 + 1;
        match &field.constant {
            Some(constant) => self.constant(field, column.place, constant, given),
            None => self.value(field, column.place, text),
        }
        let longer = (self.out.len() - end) as isize - column.len as isize;
        self.put(at..at + column.len, end);
        longer
    }

    /// Moves what was written from `end` on to where it belongs.
    fn put(&mut self, columns: Range<usize>, end: usize) {
        if self.out.len() - end == columns.len() {
            self.out.copy_within(end.., columns.start);
            self.out.truncate(end);
        } else {
            let written = self.out.split_off(end);
            self.out.splice(columns, written);
        }
    }

    /// A field of a record of cells.
    fn field(&mut self, field: &Field, place: PlaceId, node: Option<NodeId>, given: &str) {
        match (&field.constant, &field.auto) {
            (Some(constant), _) => self.constant(field, place, constant, given),
            (None, Some(_)) => {
                let text = self.computed(node, field);
                self.value(field, place, &text);
            }
            (None, None) => self.value(field, place, given),
        }
    }

    fn constant(&mut self, field: &Field, place: PlaceId, constant: &str, given: &str) {
        if !given.is_empty() && given != constant.trim_end() && !auto::is_same(given, constant) {
            self.finding(Code::X228, field, given, constant);
        }
        self.value(field, place, constant);
    }

    /// The value of a computed field.
    fn computed(&mut self, node: Option<NodeId>, field: &Field) -> String {
        match field.auto.as_ref().expect("called for computed fields") {
            Auto::Sum(place) => self.sum(node, field, *place).to_string(),
            Auto::Hash(place) => {
                auto::hash(self.sum(node, field, *place), self.layout.scale_of(*place), field)
            }
            auto => auto::value(self.layout, self.view, &self.above, node, field, auto),
        }
    }

    /// The sum of a place in the record at hand or in the one around it.
    fn sum(&mut self, node: Option<NodeId>, field: &Field, place: PlaceId) -> Decimal {
        let around = auto::around(self.layout, &self.above, node, field, &[place]);
        let Some(parent) = around else { return Decimal::ZERO };
        match self.sum {
            Some((of, at, sum)) if (of, at) == (parent, place) => sum,
            _ => {
                let sum = auto::sum(self.view, parent, place);
                self.sum = Some((parent, place, sum));
                sum
            }
        }
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
        self.record = place;
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
        let record = &*self.layout.guide.shape.place(self.record).name;
        let finding = told(&self.layout.guide.name, code, record, field, value, expected);
        let severity = code.info().severity.min(Severity::Hold);
        self.findings.push(asked_of_us(finding).severity(severity).place(Place {
            segment: self.ordinal,
            tag: record.to_string(),
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
        match self.cut.trim {
            Trim::Both => self.trim(start, out),
            Trim::No | Trim::Read => self.end_line(out),
        }
    }

    /// Takes the blanks from the end of the record that began at `start`, and ends its line, where records are trimmed:
    /// elsewhere the end of the line is there.
    fn trim(&self, start: usize, out: &mut Vec<u8>) {
        if self.cut.trim == Trim::Both {
            while out.len() > start && out.last().is_some_and(|&byte| self.cut.is_blank(byte)) {
                out.pop();
            }
            self.end_line(out);
        }
    }
}
