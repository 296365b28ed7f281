//! The values of one segment or record: which are there, the qualifier that leads to its place, and dates with the code of
//! their form.

use super::values::any_moment;
use super::{Draft, Generator};
use crossdock::guide::moment::Moment;
use crossdock::guide::{Relation, RelationKind};
use crossdock::tree::mask::Mask;
use crossdock::tree::value::ValueKind;
use crossdock::tree::{LeafType, PlaceId, PlaceKind, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What was settled about single leaves before: their text, or that they are not there.
type Settled = BTreeMap<PlaceId, Option<String>>;

impl Generator<'_> {
    /// Gives a segment or record its values, in the order of the guide.
    pub(super) fn elements(&mut self, record: &mut Draft) {
        let (guide, place) = (self.guide, record.place);
        let mut settled = Settled::new();
        self.key(place, &mut settled);
        self.data(place, &mut settled);
        let mut moments = Vec::new();
        for moment in guide.moments.iter().filter(|moment| moment.segment == place) {
            moments.extend(self.moment(moment, &mut settled));
        }
        let parts: Vec<PlaceId> = guide
            .shape
            .place(place)
            .children
            .iter()
            .copied()
            .filter(|&child| {
                let own = guide.shape.place(child);
                let is_field =
                    own.leaf_type().is_some() && !guide.moments.iter().any(|moment| moment.leaf == child);
                own.position > 0 || is_field
            })
            .collect();
        let present = self.present(place, &parts, &settled);
        for part in parts.into_iter().filter(|part| present.contains(part)) {
            for _ in 0..self.repetitions(part, &settled) {
                record.children.extend(self.part(part, &settled));
            }
        }
        record.children.extend(moments);
    }

    /// Data of any bytes in the last element of BIN and BDS, and how many they are in the one before.
    fn data(&mut self, segment: PlaceId, settled: &mut Settled) {
        let guide = self.guide;
        let position = match &*guide.rules(segment).element_id {
            "BIN" => 1,
            "BDS" => 2,
            _ => return,
        };
        let at = |position| guide.shape.child_at(segment, position);
        let (Some(length), Some(data)) = (at(position), at(position + 1)) else { return };
        let count = 1 + self.tape.pick(40);
        let text = (0..count).map(|_| char::from(self.tape.pick(256) as u8)).collect();
        settled.insert(length, Some(count.to_string()));
        settled.insert(data, Some(text));
    }

    /// The parts of a record that are there, so that its relations hold.
    fn present(&mut self, record: PlaceId, parts: &[PlaceId], settled: &Settled) -> BTreeSet<PlaceId> {
        let guide = self.guide;
        let has = |part: PlaceId, is_text: bool| {
            let mut leaves = [part].into_iter().chain(guide.shape.place(part).children.iter().copied());
            leaves.any(|leaf| settled.get(&leaf).is_some_and(|text| text.is_some() == is_text))
        };
        let may_be = |part: PlaceId| !guide.rules(part).not_used && !guide.rules(part).auto;
        let needed: BTreeSet<PlaceId> = parts
            .iter()
            .copied()
            .filter(|&part| {
                may_be(part)
                    && (guide.shape.place(part).required || has(part, true) || self.is_never_blank(part))
            })
            .collect();
        let is_ruled_out = |part: PlaceId| guide.shape.place(part).leaf_type().is_some() && has(part, false);
        let open: Vec<PlaceId> =
            parts.iter().copied().filter(|&part| may_be(part) && !is_ruled_out(part)).collect();
        let relations = &guide.rules(record).relations;
        let at = |position: &u16| guide.shape.child_at(record, *position).filter(|part| open.contains(part));
        for _ in 0..50 {
            let mut present = needed.clone();
            for &part in &open {
                if self.tape.one_in(self.rarity.clamp(2, 4)) {
                    present.insert(part);
                }
            }
            for _ in 0..3 {
                relations.iter().for_each(|relation| settle(relation, at, &needed, &mut present));
            }
            // Two relations may pull in different directions: then other elements are tried.
            if relations.iter().all(|relation| holds(relation, at, &present)) && needed.is_subset(&present) {
                return present;
            }
        }
        // A tape at its end asks for nothing, and a relation that wants one of several always tries the first.
        let holds_all = |present: &BTreeSet<PlaceId>| relations.iter().all(|one| holds(one, at, present));
        let with = |part: &PlaceId| needed.iter().copied().chain([*part]).collect();
        let found = open.iter().map(with).find(holds_all);
        found.unwrap_or_else(|| {
            panic!("{}: the relations of {} leave nothing", guide.name, guide.shape.path(record))
        })
    }

    fn repetitions(&mut self, part: PlaceId, settled: &Settled) -> u32 {
        let max = self.guide.shape.place(part).max;
        if max <= 1 || settled.contains_key(&part) {
            return 1;
        }
        [1, 1, 2, max.min(9)][self.tape.pick(4)].min(max)
    }

    /// A leaf or a composite; nothing if nothing of it is there.
    fn part(&mut self, part: PlaceId, settled: &Settled) -> Option<Draft> {
        let shape = &self.guide.shape;
        if shape.place(part).kind != PlaceKind::Record {
            return match settled.get(&part) {
                Some(text) => Some(Draft::leaf(part, text.clone()?)),
                None => Some(Draft::leaf(part, self.value(part))),
            };
        }
        let mut composite = Draft::record(part);
        let components: Vec<PlaceId> = shape
            .place(part)
            .children
            .iter()
            .copied()
            .filter(|&leaf| !self.guide.rules(leaf).not_used)
            .collect();
        for &leaf in &components {
            let is_there = shape.place(leaf).required || settled.contains_key(&leaf) || self.tape.one_in(3);
            composite.children.extend(is_there.then(|| self.part(leaf, settled)).flatten());
        }
        if composite.children.is_empty() {
            // A composite without components is no composite.
            let first = components.into_iter().find(|leaf| !settled.contains_key(leaf));
            composite.children.extend(first.and_then(|leaf| self.part(leaf, settled)));
        }
        (!composite.children.is_empty()).then_some(composite)
    }

    /// Codes of the variants beside a place.
    fn codes_beside(&self, place: PlaceId) -> Vec<&str> {
        let shape = &self.guide.shape;
        let own = shape.place(place);
        let beside = shape.place(own.parent).children.iter().filter(|&&other| other != place);
        let beside = beside
            .map(|&other| shape.place(other))
            .filter(|other| other.slot == own.slot && other.position == 0);
        beside.flat_map(|other| &other.codes).map(|code| &**code).collect()
    }

    /// The codes that the key of a place may have; `None` where it may have any but those of its variants.
    fn key_codes(&self, place: PlaceId) -> Option<Vec<String>> {
        let own = self.guide.shape.place(place);
        let allowed = &self.guide.rules(own.key?).codes;
        let beside = self.codes_beside(place);
        let texts = |codes: &[Box<str>]| codes.iter().map(|code| code.to_string()).collect::<Vec<_>>();
        let (mut own_codes, mut allowed) = (texts(&own.codes), texts(allowed));
        if own_codes.is_empty() {
            allowed.retain(|code| !beside.contains(&code.as_str()));
            return (!self.guide.rules(own.key?).codes.is_empty()).then_some(allowed);
        }
        own_codes.retain(|code| allowed.is_empty() || allowed.contains(code));
        Some(own_codes)
    }

    /// Whether some key leads to a place: variants may have taken all codes that the guide allows.
    pub(super) fn has_key(&self, place: PlaceId) -> bool {
        self.key_codes(place).is_none_or(|codes| !codes.is_empty())
    }

    /// Settles the key that leads to a place and not to one of its variants.
    fn key(&mut self, place: PlaceId, settled: &mut Settled) {
        let own = self.guide.shape.place(place);
        let Some(key) = own.key else { return };
        match self.key_codes(place) {
            Some(codes) => {
                let code = codes[self.tape.pick(codes.len())].clone();
                settled.insert(key, Some(code));
            }
            None => {
                let beside: Vec<String> = self.codes_beside(place).into_iter().map(str::to_string).collect();
                // The chance that a value is the code of a variant is small.
                let text = (0..20).map(|_| self.value(key)).find(|text| !beside.contains(text));
                let is_there = self.guide.shape.place(key).required || self.tape.one_in(2);
                settled.insert(key, text.filter(|_| is_there && !self.guide.rules(key).not_used));
            }
        }
    }

    /// A date or time as maps see it, if it is there. Its text and code are settled: they are there too if the message
    /// is to be as it is read, not as a map builds it.
    fn moment(&mut self, moment: &Moment, settled: &mut Settled) -> Option<Draft> {
        let is_needed =
            [moment.value, moment.format].iter().any(|&leaf| self.guide.shape.place(leaf).required);
        settled.insert(moment.value, None);
        settled.insert(moment.format, None);
        if self.guide.rules(moment.value).not_used || !(is_needed || self.tape.one_in(2)) {
            return None;
        }
        let leaf = self.guide.shape.place(moment.leaf).leaf_type()?.clone();
        let says = |mask: &Mask| (mask.has_date(), mask.has_time());
        let whole = match leaf.kind() {
            ValueKind::Date => (true, false),
            ValueKind::Time => (false, true),
            _ => (true, true),
        };
        let masks: Vec<&(Box<str>, Mask)> =
            moment.masks.iter().filter(|(_, mask)| self.has_forms || says(mask) == whole).collect();
        // A map cannot build what none of the forms says whole.
        let (code, mask) = *masks.get(self.tape.pick(masks.len().max(1)))?;
        let text = any_moment(mask, self.tape);
        let shown = shown(&leaf, mask, &text);
        if self.has_forms {
            settled.insert(moment.value, Some(text));
            settled.insert(moment.format, Some(code.to_string()));
        }
        Some(Draft::leaf(moment.leaf, shown))
    }
}

/// What stands in the leaf of a moment whose text is this.
fn shown(leaf: &LeafType, mask: &Mask, text: &str) -> String {
    let moment = mask.read(text).expect("written in this mask");
    let value = match leaf.kind() {
        ValueKind::Date => Value::Date(moment.date()),
        ValueKind::Time => Value::Time(moment.time()),
        _ => Value::DateTime(moment),
    };
    let mut shown = String::new();
    value.write(leaf, &mut shown).expect("of its kind");
    shown
}

/// Whether a relation holds between the elements that are there.
fn holds(relation: &Relation, at: impl Fn(&u16) -> Option<PlaceId>, present: &BTreeSet<PlaceId>) -> bool {
    let is_there = |position| at(position).is_some_and(|part| present.contains(&part));
    let there: Vec<bool> = relation.positions.iter().map(is_there).collect();
    let count = there.iter().filter(|is_there| **is_there).count();
    match relation.kind {
        RelationKind::Paired => count == 0 || count == there.len(),
        RelationKind::Required => count > 0,
        RelationKind::Exclusive => count <= 1,
        RelationKind::Conditional => !there[0] || count == there.len(),
        RelationKind::ListConditional => !there[0] || count > 1,
    }
}

/// Adds or takes away what a relation asks for.
fn settle(
    relation: &Relation,
    at: impl Fn(&u16) -> Option<PlaceId> + Copy,
    needed: &BTreeSet<PlaceId>,
    present: &mut BTreeSet<PlaceId>,
) {
    let all: Vec<PlaceId> = relation.positions.iter().filter_map(at).collect();
    // An element that the guide rules out takes those with it that need it.
    let is_whole = all.len() == relation.positions.len();
    let count = all.iter().filter(|part| present.contains(part)).count();
    let Some(&first) = all.first() else { return };
    let has_first = present.contains(&first);
    match relation.kind {
        RelationKind::Paired if count > 0 && is_whole => present.extend(all),
        RelationKind::Paired if count > 0 => present.retain(|part| !all.contains(part)),
        RelationKind::Required if count == 0 => drop(present.insert(first)),
        RelationKind::Exclusive if count > 1 => {
            let kept = all
                .iter()
                .find(|part| needed.contains(part))
                .or(all.iter().find(|part| present.contains(part)));
            let kept = *kept.expect("more than one is there");
            present.retain(|part| *part == kept || !all.contains(part));
        }
        RelationKind::Conditional if has_first && is_whole => present.extend(all),
        RelationKind::Conditional if has_first => drop(present.remove(&first)),
        RelationKind::ListConditional if has_first && count == 1 => match all.get(1) {
            Some(&second) => drop(present.insert(second)),
            None => drop(present.remove(&first)),
        },
        _ => {}
    }
}
