//! Which place a tag leads to, as the rule of the structure has it: the innermost open record that has the tag at or
//! behind where it stands, with room for one more.

use super::has_unmarked_records;
use crossdock::guide::{Guide, Unit};
use crossdock::tree::{PlaceId, PlaceKind};

/// An open record.
struct Frame {
    place: PlaceId,
    /// Slot of the last segment.
    slot: u32,
    /// The places of the segments so far.
    seen: Vec<PlaceId>,
}

/// Where the writing of one message stands.
pub struct Standing<'a> {
    guide: &'a Guide,
    frames: Vec<Frame>,
}

impl<'a> Standing<'a> {
    pub fn new(guide: &'a Guide) -> Standing<'a> {
        let root = Frame { place: PlaceId::ROOT, slot: 0, seen: Vec::new() };
        Standing { guide, frames: vec![root] }
    }

    /// Goes on to `place` in `parent`; `false`, and nothing is done, if its tag would lead elsewhere.
    pub fn enter(&mut self, parent: PlaceId, place: PlaceId) -> bool {
        if self.guide.elements.is_some() {
            // Elements end where they say so.
            return true;
        }
        let slot = self.guide.shape.place(place).slot;
        let is_level = self.guide.hierarchy.as_ref().is_some_and(|hierarchy| hierarchy.is_about(place));
        let depth = match self.is_known_by_its_end(place) {
            true => Some(0),
            // It names the one it is in.
            false if is_level => self.frames.iter().rposition(|frame| frame.place == parent),
            false => {
                self.found(&tag(self.guide, place)).filter(|(_, at)| *at == slot).map(|(depth, _)| depth)
            }
        };
        let Some(depth) = depth.filter(|&depth| self.frames[depth].place == parent) else { return false };
        self.frames.truncate(depth + 1);
        self.frames[depth].slot = slot;
        self.frames[depth].seen.push(place);
        self.frames.push(Frame { place, slot: 0, seen: Vec::new() });
        true
    }

    /// The depth and the slot that a tag leads to.
    fn found(&self, wanted: &str) -> Option<(usize, u32)> {
        let shape = &self.guide.shape;
        for (depth, frame) in self.frames.iter().enumerate().rev() {
            let children = shape.place(frame.place).children.iter().copied();
            let is_open = |&child: &PlaceId| {
                let own = shape.place(child);
                let count = frame.seen.iter().filter(|&&seen| seen == child).count() as u32;
                own.kind == PlaceKind::Record
                    && own.position == 0
                    && own.slot >= frame.slot
                    && count < own.max
            };
            let open = children.filter(is_open).find(|&child| tag(self.guide, child) == wanted);
            if let Some(open) = open {
                return Some((depth, shape.place(open).slot));
            }
        }
        None
    }

    /// The last record of a file whose records look all the same is known by being the last.
    fn is_known_by_its_end(&self, place: PlaceId) -> bool {
        let root = &self.guide.shape.place(PlaceId::ROOT).children;
        let is_last = root.last() == Some(&place) && !matches!(self.guide.unit, Unit::Record(..));
        has_unmarked_records(self.guide) && is_last
    }
}

/// What a segment or record is known by.
fn tag(guide: &Guide, place: PlaceId) -> String {
    match guide.records.iter().find(|record| record.place == place) {
        Some(record) if has_unmarked_records(guide) => {
            let constants =
                record.fields.iter().filter_map(|field| Some((field.at, field.constant.as_ref()?)));
            format!("{:?}", constants.collect::<Vec<_>>())
        }
        _ => guide.rules(place).element_id.to_string(),
    }
}
