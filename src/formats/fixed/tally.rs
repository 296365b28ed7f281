//! What the records of a file add up to, for the computed fields of records behind the last unit.

use super::FixedLayout;
use super::auto;
use super::cut::{Next, Role};
use super::line::Line;
use super::value::{self, Buffers, Seen};
use crate::base::decimal::Decimal;
use crate::guide::records::{Auto, Field};
use crate::tree::PlaceId;

/// Counts, sums and last values of the records seen so far in one file.
#[derive(Debug, Clone)]
pub(crate) struct Tally {
    /// Per record of the guide.
    counts: Vec<u64>,
    /// The fields that computed fields behind the units need.
    sources: Vec<Source>,
}

/// A field and what it adds up to.
#[derive(Debug, Clone)]
struct Source {
    record: usize,
    place: PlaceId,
    sum: Decimal,
    last: String,
}

/// Where the first unit of a body starts; 0 if units do not begin with a record.
pub(super) fn first_unit(layout: &FixedLayout, body: &[u8]) -> usize {
    let (mut at, mut columns) = (0, Vec::new());
    while at < body.len() {
        let Next::Record(range, next) = layout.cut.next(body, at, true) else { break };
        let line = layout.line(body, range.clone(), &mut columns);
        if !range.is_empty() && layout.cut.kind(&line, |_| true).is_some_and(|kind| kind.role != Role::Head) {
            return at;
        }
        at = next;
    }
    0
}

/// The computed fields of records behind the units.
fn tail_fields(layout: &FixedLayout) -> impl Iterator<Item = (&Field, &Auto)> {
    let records = layout.tails().filter_map(|place| layout.record_at(place));
    records
        .flat_map(|record| &layout.guide.records[record].fields)
        .filter_map(|field| Some((field, field.auto.as_ref()?)))
}

impl Tally {
    /// Nothing seen yet.
    pub(super) fn new(layout: &FixedLayout) -> Self {
        let mut sources: Vec<Source> = Vec::new();
        for (_, auto) in tail_fields(layout) {
            if let Auto::Sum(place) | Auto::Hash(place) | Auto::Same(place) = auto
                && let Some(record) = layout.record_at(layout.guide.shape.place(*place).parent)
                && !sources.iter().any(|source| source.place == *place)
            {
                sources.push(Source { record, place: *place, sum: Decimal::ZERO, last: String::new() });
            }
        }
        Tally { counts: vec![0; layout.guide.records.len()], sources }
    }

    /// Takes a record into account.
    pub(super) fn take(
        &mut self,
        layout: &FixedLayout,
        record: usize,
        line: &Line<'_>,
        buffers: &mut Buffers,
    ) {
        self.counts[record] += 1;
        let fields = &layout.guide.records[record].fields;
        for source in self.sources.iter_mut().filter(|source| source.record == record) {
            let field =
                fields.iter().find(|field| field.place == Some(source.place)).expect("a field of its record");
            let bytes = &line.bytes[line.range(field.at, field.width)];
            let rules = layout.guide.rules(source.place);
            source.last.clear();
            if let Seen::Value { text, .. } = value::read(&layout.cut, field, Some(rules), bytes, buffers) {
                source.last.push_str(text);
                let number = Decimal::parse(text.as_bytes());
                source.sum = number.and_then(|number| source.sum.checked_add(number)).unwrap_or(source.sum);
            }
        }
    }

    /// Takes all records of a body into account.
    pub(super) fn take_all(&mut self, layout: &FixedLayout, body: &[u8]) {
        let (mut at, mut buffers, mut characters) = (0, Buffers::default(), Vec::new());
        while let Next::Record(range, next) = layout.cut.next(body, at, true) {
            let line = layout.line(body, range, &mut characters);
            if let Some(kind) = layout.cut.kind(&line, |_| true).filter(|_| line.start < line.end) {
                self.take(layout, kind.record, &line, &mut buffers);
            }
            if next >= body.len() {
                return;
            }
            at = next;
        }
    }

    /// Counts records that are about to be written.
    pub(super) fn count(&mut self, record: usize) {
        self.counts[record] += 1;
    }

    /// What a computed field should hold.
    pub(super) fn value(&self, layout: &FixedLayout, field: &Field, auto: &Auto) -> String {
        let source = |place: &PlaceId| {
            self.sources.iter().find(|source| source.place == *place).expect("a source of its field")
        };
        match auto {
            Auto::Count(places) => {
                let counts = places.iter().filter_map(|&place| Some(self.counts[layout.record_at(place)?]));
                counts.sum::<u64>().to_string()
            }
            Auto::Sum(place) => source(place).sum.to_string(),
            Auto::Hash(place) => auto::hash(source(place).sum, layout.scale_of(*place), field),
            Auto::Same(place) => source(place).last.clone(),
        }
    }
}
