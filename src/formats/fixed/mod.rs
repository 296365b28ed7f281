//! Fixed width: records known by constant fields, values by their columns; numbers with implied points and signs in
//! digits, zones and half bytes; single-byte charsets, EBCDIC among them, and UTF-8, whose columns are characters.

mod auto;
mod check;
mod cut;
mod form;
mod index;
pub(super) mod line;
pub(super) mod number;
mod read;
mod tally;
mod value;
mod walk;
mod write;

use super::charset::Charset;
use super::check::Check;
use super::segment::{Structure, Tag};
use super::{Envelope, Format, Indexer, Layout, MessageInput, Scratch, Totals};
use crate::diagnostics::Diagnostics;
use crate::guide::{Guide, Unit};
use crate::tree::{PlaceId, PlaceKind, Tree, View};
use cut::{Cut, Role};
use form::Form;
use line::Line;
use std::ops::Range;
use std::sync::Arc;
pub(crate) use tally::Tally;

/// The format.
pub struct Fixed;

impl Format for Fixed {
    fn id(&self) -> &'static str {
        "fixed"
    }

    fn name(&self) -> &'static str {
        "fixed width"
    }

    fn sniff(&self, _head: &[u8]) -> bool {
        false
    }

    fn indexer<'a>(&self, layout: Option<&'a dyn Layout>) -> Box<dyn Indexer + 'a> {
        indexer(layout.expect("units of a flat file are the guide's to cut").guide())
    }

    fn layout(&self, guide: &Arc<Guide>, findings: &mut Diagnostics) -> Option<Box<dyn Layout>> {
        layout(guide, findings)
    }
}

/// The index pass over files of a guide with records.
pub(super) fn indexer<'a>(guide: &Arc<Guide>) -> Box<dyn Indexer + 'a> {
    let layout = FixedLayout::new(guide, &mut Diagnostics::new()).expect("its layout was made before");
    Box::new(index::FixedIndexer::new(layout))
}

/// The layout of a guide with records.
pub(super) fn layout(guide: &Arc<Guide>, findings: &mut Diagnostics) -> Option<Box<dyn Layout>> {
    Some(Box::new(FixedLayout::new(guide, findings)?))
}

/// A guide with records, ready.
pub(crate) struct FixedLayout {
    guide: Arc<Guide>,
    structure: Structure,
    /// By place.
    checks: Vec<Check>,
    cut: Cut,
    /// Per place, the index of its record plus 1; 0 for other places.
    records: Vec<u32>,
    /// Per record and field, the bytes of its constant.
    constants: Vec<Vec<Option<Box<[u8]>>>>,
    /// Per place, where its record stands in the file.
    roles: Vec<Role>,
    /// By place, how the records there are written.
    forms: Vec<Form>,
    /// The last record of a unit, if only its being the last tells it from those before.
    last: Option<(Tag, usize)>,
    /// Whether columns may be longer than a byte.
    is_wide: bool,
    /// Whether units have computed fields.
    has_autos: bool,
}

impl FixedLayout {
    /// `None` if the guide says something that cannot be, which is then in `findings`.
    fn new(guide: &Arc<Guide>, findings: &mut Diagnostics) -> Option<FixedLayout> {
        let cut = check::cut(guide, findings)?;
        let mut records = vec![0; guide.shape.len()];
        let mut roles = vec![Role::Inside; guide.shape.len()];
        for (index, record) in guide.records.iter().enumerate() {
            records[record.place.index()] = index as u32 + 1;
            roles[record.place.index()] = cut::role(guide, record.place);
        }
        let tag = |place: PlaceId| match records[place.index()] {
            0 => Tag::default(),
            index => cut.tag(&guide.records[index as usize - 1]),
        };
        let structure = Structure::with_tags(guide, tag);
        let fields = |record: &crate::guide::records::Record| {
            record.fields.iter().map(|field| cut::constant(field, cut.charset, cut.pad)).collect()
        };
        let has_autos = guide
            .records
            .iter()
            .filter(|record| roles[record.place.index()] != Role::Tail)
            .any(|record| record.fields.iter().any(|field| field.auto.is_some()));
        let mut layout = FixedLayout {
            forms: Vec::new(),
            last: check::last(guide, &structure),
            is_wide: cut.charset == Charset::Utf8,
            constants: guide.records.iter().map(fields).collect(),
            guide: guide.clone(),
            checks: Check::all(guide),
            structure,
            cut,
            records,
            roles,
            has_autos,
        };
        layout.forms = Form::all(&layout);
        check::told_apart(&layout, findings).then_some(layout)
    }

    /// The record in `range`, by its columns or cells. `columns` is used as memory.
    fn line<'a>(&self, bytes: &'a [u8], range: Range<usize>, columns: &'a mut Vec<usize>) -> Line<'a> {
        match self.cut.cells {
            Some(cells) => Line::cells(bytes, range, cells, columns),
            None if self.is_wide => Line::utf8(bytes, range, columns),
            None => Line::new(bytes, range),
        }
    }

    /// The index of the record at a place.
    fn record_at(&self, place: PlaceId) -> Option<usize> {
        (self.records[place.index()] as usize).checked_sub(1)
    }

    /// The name of a record.
    fn name(&self, record: usize) -> &str {
        &self.guide.shape.place(self.guide.records[record].place).name
    }

    /// Where the record at a place stands in the file.
    fn role(&self, place: PlaceId) -> Role {
        self.roles[place.index()]
    }

    /// The records behind the last unit, in order.
    fn tails(&self) -> impl Iterator<Item = PlaceId> + '_ {
        let root = &self.guide.shape.place(PlaceId::ROOT).children;
        root.iter().copied().filter(|&place| self.role(place) == Role::Tail)
    }

    /// Whether a record is written when the tree has none: it must be there, and all that is in it is computed.
    fn is_written_by_itself(&self, place: PlaceId) -> bool {
        let shape = self.guide.shape.place(place);
        shape.kind == PlaceKind::Record && shape.required && self.guide.rules(place).auto
    }

    /// Digits after the point of a number's field.
    fn scale_of(&self, place: PlaceId) -> u8 {
        let record = self.record_at(self.guide.shape.place(place).parent);
        let fields = record.map_or(&[][..], |record| &self.guide.records[record].fields);
        let look = fields.iter().find(|field| field.place == Some(place)).and_then(|field| field.number);
        look.and_then(|look| look.scale).unwrap_or(0)
    }

    /// The fields whose values name a unit.
    fn key(&self) -> &[PlaceId] {
        match &self.guide.unit {
            Unit::Record(_, by) => by,
            Unit::Transaction | Unit::File | Unit::Group(_) => &[],
        }
    }
}

impl Layout for FixedLayout {
    fn guide(&self) -> &Arc<Guide> {
        &self.guide
    }

    fn read(
        &self,
        input: &MessageInput<'_>,
        scratch: &mut Scratch,
        tree: &mut Tree,
        findings: &mut Diagnostics,
    ) {
        read::read(self, input, scratch, tree, findings);
    }

    fn write_body(&self, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
        write::body(self, view, out, findings);
    }

    fn wrap_body(&self, _envelope: &Envelope, totals: &mut Totals, body: &[u8], out: &mut Vec<u8>) {
        totals.bodies += 1;
        // The records before the first unit stand once.
        let start = if totals.bodies > 1 { tally::first_unit(self, body) } else { 0 };
        out.extend_from_slice(&body[start..]);
        if self.tails().next().is_some() {
            totals.records.get_or_insert_with(|| Tally::new(self)).take_all(self, &body[start..]);
        }
    }

    fn end_file(&self, _envelope: &Envelope, totals: &Totals, out: &mut Vec<u8>) {
        if let Some(tally) = &totals.records {
            write::tails(self, tally, out);
        }
    }
}
