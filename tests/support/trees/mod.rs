//! Trees that a guide allows, awkward ones on purpose: what is optional is often missing, what may come again does,
//! values are the longest, the shortest and the strangest there may be. They are made from the compiled guide alone.
#![allow(dead_code, missing_docs)]

mod elements;
mod repertoire;
mod standing;
mod values;

use crate::tape::Tape;
use crossdock::guide::elements::Part;
use crossdock::guide::{Guide, Unit};
use crossdock::tree::arena::Origin;
use crossdock::tree::{PlaceId, PlaceKind, Tree};
use repertoire::Repertoire;
use standing::Standing;

/// A node in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub place: PlaceId,
    /// The value of a leaf.
    pub text: Option<String>,
    pub children: Vec<Draft>,
}

impl Draft {
    fn record(place: PlaceId) -> Draft {
        Draft { place, text: None, children: Vec::new() }
    }

    fn leaf(place: PlaceId, text: String) -> Draft {
        Draft { place, text: Some(text), children: Vec::new() }
    }

    /// As the formats take it.
    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        self.add_to(&mut tree);
        tree
    }

    fn add_to(&self, tree: &mut Tree) {
        if let Some(text) = &self.text {
            tree.leaf(self.place, text, Origin::default());
            return;
        }
        let node = tree.open(self.place, Origin::default());
        self.children.iter().for_each(|child| child.add_to(tree));
        tree.close(node);
    }

    /// The places of all its nodes.
    pub fn places(&self) -> Vec<PlaceId> {
        let inner = self.children.iter().flat_map(Draft::places);
        [self.place].into_iter().chain(inner).collect()
    }

    fn text_of(&self, place: PlaceId) -> Option<&str> {
        self.children.iter().find(|child| child.place == place)?.text.as_deref()
    }
}

/// The messages of one file.
pub fn messages(guide: &Guide, tape: &mut Tape) -> Vec<Draft> {
    let count = 1 + tape.pick(3);
    let mut messages: Vec<Draft> = Vec::new();
    for _ in 0..count {
        let mut message = message(guide, tape);
        if let Some(before) = messages.last() {
            if tape.one_in(3) {
                confuse_keys(guide, before, &mut message);
            }
            if is_one_unit(guide, before, &message) {
                continue;
            }
            share_head(guide, before, &mut message);
        }
        messages.push(message);
    }
    messages
}

/// Gives a unit other keys than its neighbour's that look the same where they stand one behind the other.
fn confuse_keys(guide: &Guide, before: &Draft, message: &mut Draft) {
    let Unit::Group(keys) = &guide.unit else { return };
    let [first, second, ..] = keys.as_slice() else { return };
    let (Some(one), Some(two)) = (before.text_of(*first), before.text_of(*second)) else { return };
    let Some((one, moved)) = one.split_once(' ') else { return };
    let two = format!("{moved} {two}");
    let is_short = two.chars().count() <= guide.rules(*second).max_length as usize;
    if one.is_empty() || moved.is_empty() || !is_short {
        return;
    }
    for child in &mut message.children {
        if child.place == *first {
            child.text = Some(one.to_string());
        } else if child.place == *second {
            child.text = Some(two.clone());
        }
    }
}

/// Whether two neighbours would be read as one: rows with the same keys, or all that a file has.
fn is_one_unit(guide: &Guide, before: &Draft, message: &Draft) -> bool {
    match &guide.unit {
        _ if guide.elements.as_ref().is_some_and(|elements| elements.path.len() == 1) => true,
        Unit::File => true,
        Unit::Group(keys) => keys.iter().all(|&key| before.text_of(key) == message.text_of(key)),
        // Records without units of their own: the file is one.
        Unit::Transaction => has_unmarked_records(guide),
        Unit::Record(..) => false,
    }
}

/// Whether records are known by what stands in them: those of IDocs have names.
pub fn has_unmarked_records(guide: &Guide) -> bool {
    !guide.records.is_empty() && guide.format != "idoc"
}

/// Records before the first unit stand in a file once, and belong to all its units.
fn share_head(guide: &Guide, before: &Draft, message: &mut Draft) {
    let Unit::Record(unit, _) = guide.unit else { return };
    let slot = |draft: &Draft| guide.shape.place(draft.place).slot;
    let first = guide.shape.place(unit).slot;
    message.children.retain(|child| slot(child) >= first);
    let head = before.children.iter().filter(|child| slot(child) < first).cloned();
    message.children.splice(0..0, head);
}

/// Whether a record stands behind all units of a file.
pub fn is_behind_units(guide: &Guide, place: PlaceId) -> bool {
    let Unit::Record(unit, _) = guide.unit else { return false };
    let slot = |place: PlaceId| guide.shape.place(place).slot;
    guide.shape.place(place).parent == PlaceId::ROOT && slot(place) > slot(unit)
}

fn message(guide: &Guide, tape: &mut Tape) -> Draft {
    // How rare what is optional is: some messages are full, some have next to nothing.
    let rarity = [6, 2, 3, 12, 1][tape.pick(5)];
    let has_forms = tape.one_in(2);
    let repertoire = Repertoire::of(guide);
    let mut generator =
        Generator { guide, repertoire, tape, rarity, has_forms, standing: Standing::new(guide), depth: 0 };
    match guide.columns.is_empty() {
        true => generator.record(PlaceId::ROOT),
        false => generator.rows(),
    }
}

struct Generator<'a> {
    guide: &'a Guide,
    repertoire: Repertoire,
    tape: &'a mut Tape,
    /// One in so many optional things is there.
    rarity: usize,
    /// Whether dates whose form a code tells have code and text as messages do, not only the moment as maps do.
    has_forms: bool,
    standing: Standing<'a>,
    depth: u32,
}

impl Generator<'_> {
    /// A record with its own values and all that is inside it.
    fn record(&mut self, place: PlaceId) -> Draft {
        let mut record = Draft::record(place);
        self.elements(&mut record);
        self.depth += 1;
        for slot in self.slots(place) {
            for inner in self.wanted(&slot) {
                if self.standing.enter(place, inner) {
                    record.children.push(self.record(inner));
                } else {
                    // The syntax has no way to say it: the same tag here would be read as another's.
                    // A second one may be: the first has the tag inside of it.
                    let is_first = record.children.iter().all(|child| child.place != inner);
                    let is_missed = self.guide.shape.place(inner).required && slot.len() == 1 && is_first;
                    let path = self.guide.shape.path(inner);
                    assert!(!is_missed, "{}: nothing leads to the required {path}", self.guide.name);
                }
            }
        }
        self.depth -= 1;
        if self.guide.elements.is_some() {
            // Attributes stand before what is inside, and that in the order of the guide.
            let part = |child: &Draft| self.guide.rules(child.place).part == Part::Attribute;
            record.children.sort_by_key(|child| (!part(child), self.guide.shape.place(child.place).slot));
        }
        record
    }

    /// The segments, loops and records in a record; places of the same slot are variants of one tag.
    fn slots(&self, place: PlaceId) -> Vec<Vec<PlaceId>> {
        let shape = &self.guide.shape;
        let mut slots: Vec<Vec<PlaceId>> = Vec::new();
        for &child in &shape.place(place).children {
            let own = shape.place(child);
            if own.kind != PlaceKind::Record || own.position > 0 || self.is_of_the_file(child) {
                continue;
            }
            match slots.last_mut().filter(|slot| shape.place(slot[0]).slot == own.slot) {
                Some(slot) => slot.push(child),
                None => slots.push(vec![child]),
            }
        }
        slots
    }

    /// Whether the format writes it around messages: header and trailer, records behind the last unit.
    fn is_of_the_file(&self, place: PlaceId) -> bool {
        // What is in no level comes of defects only.
        if self.guide.hierarchy.as_ref().is_some_and(|hierarchy| hierarchy.plain == place) {
            return true;
        }
        let is_frame = self.guide.records.is_empty() && self.guide.rules(place).auto;
        is_frame || is_behind_units(self.guide, place)
    }

    /// What comes of one slot, in any order of its variants.
    fn wanted(&mut self, slot: &[PlaceId]) -> Vec<PlaceId> {
        let mut wanted: Vec<PlaceId> = Vec::new();
        for &place in slot {
            let own = self.guide.shape.place(place);
            // A variant does for the plain place.
            let is_needed = own.required && (!own.codes.is_empty() || wanted.is_empty());
            for _ in 0..self.times(place, is_needed) {
                let at = self.tape.pick(wanted.len() + 1);
                wanted.insert(wanted.len() - at, place);
            }
        }
        wanted
    }

    fn times(&mut self, place: PlaceId, is_needed: bool) -> u32 {
        let own = self.guide.shape.place(place);
        let is_there = is_needed || self.tape.one_in(self.rarity);
        if !is_there || self.guide.rules(place).not_used || !self.has_key(place) {
            return 0;
        }
        // What is deep inside comes often enough because what is around it does.
        let many = if self.depth < 3 { [1, 1, 1, 2, 3, own.max.min(12)] } else { [1, 1, 1, 1, 1, 2] };
        many[self.tape.pick(many.len())].clamp(1, own.max)
    }

    /// One unit of a file of rows: its own columns, then the rows.
    fn rows(&mut self) -> Draft {
        let (guide, mut root) = (self.guide, Draft::record(PlaceId::ROOT));
        let row = guide.shape.children_named(PlaceId::ROOT, "row").next().expect("a guide with columns");
        let of = |parent: PlaceId| {
            let is_in = move |place: &PlaceId| guide.shape.place(*place).parent == parent;
            guide.columns.iter().copied().filter(is_in)
        };
        for column in of(PlaceId::ROOT) {
            root.children.extend(self.leaf(column));
        }
        let count = if guide.unit == Unit::Transaction { 1 } else { 1 + self.tape.pick(4) };
        for _ in 0..count {
            let mut draft = Draft::record(row);
            for column in of(row) {
                draft.children.extend(self.leaf(column));
            }
            root.children.push(draft);
        }
        root
    }

    /// A leaf, if it is there.
    fn leaf(&mut self, place: PlaceId) -> Option<Draft> {
        let is_there = self.guide.shape.place(place).required || self.tape.one_in(self.rarity.min(4));
        if !is_there || self.guide.rules(place).not_used {
            return None;
        }
        Some(Draft::leaf(place, self.value(place)))
    }
}
