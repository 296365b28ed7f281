//! `hierarchy HL …`: segments that stand one behind the other and name the one they belong to. In the shape, and so in
//! paths, they stand inside each other.

use super::narrow::{copy_rules, key, place_in};
use super::{Guide, PlaceRules};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::language::syntax::{HierarchyLine, Word};
use crate::tree::{PlaceId, PlaceKind};
use std::collections::BTreeMap;

/// How the records of one tag stand inside each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Hierarchy {
    /// The tag.
    pub tag: Box<str>,
    /// Where a record stands whose level or parent cannot be made out: at the top, as the guide beneath has it.
    pub plain: PlaceId,
    /// Position of a record's own number.
    pub id: u16,
    /// Position of the number of the record it belongs to.
    pub parent: u16,
    /// Position of its level.
    pub level: u16,
    /// Position of what says whether there are records inside, if the tag has that.
    pub children: Option<u16>,
    /// The levels from the outermost; `true` for one that may be skipped.
    pub levels: Vec<(Box<str>, bool)>,
    /// By the record around, with the root for the outermost, the levels that may stand in it and their places.
    pub inside: BTreeMap<PlaceId, Vec<(Box<str>, PlaceId)>>,
}

impl Hierarchy {
    /// The place of a level in a record, if it may stand there.
    pub fn place(&self, around: PlaceId, level: &str) -> Option<PlaceId> {
        let levels = self.inside.get(&around)?;
        levels.iter().find(|(code, _)| **code == *level).map(|(_, place)| *place)
    }

    /// The level that stands at a place; `None` for the message itself.
    pub fn level_at(&self, place: PlaceId) -> Option<&str> {
        self.inside.values().flatten().find(|(_, level)| *level == place).map(|(code, _)| &**code)
    }

    /// All places of a level.
    pub fn places(&self, level: &str) -> Vec<PlaceId> {
        let all = self.inside.values().flatten().filter(|(code, _)| **code == *level);
        let mut places: Vec<PlaceId> = all.map(|(_, place)| *place).collect();
        places.sort();
        places
    }

    /// Whether it is about a place.
    pub fn is_about(&self, place: PlaceId) -> bool {
        place == self.plain || self.inside.values().flatten().any(|(_, level)| *level == place)
    }

    /// As in the guide: `S > O > T? > I`.
    pub fn shown(&self) -> String {
        let shown = |(level, may_be_skipped): &(Box<str>, bool)| match may_be_skipped {
            true => format!("{level}?"),
            false => level.to_string(),
        };
        self.levels.iter().map(shown).collect::<Vec<_>>().join(" > ")
    }

    /// The levels that may stand in a record of the level at `outer`; `None` for the message itself.
    fn may_follow(&self, outer: Option<usize>) -> std::ops::Range<usize> {
        let first = outer.map_or(0, |outer| outer + 1);
        let skipped = self.levels[first..].iter().take_while(|(_, may_be_skipped)| *may_be_skipped).count();
        first..(first + skipped + 1).min(self.levels.len())
    }
}

/// Puts the records of a tag inside each other.
pub(super) fn declare(guide: &mut Guide, line: &HierarchyLine, findings: &mut Diagnostics) {
    let twice =
        |word: &Word| Diagnostic::new(Code::G011).with("name", &word.text).at(word.span, "again here");
    if guide.hierarchy.is_some() {
        findings.push(twice(&line.tag));
        return;
    }
    for (at, (level, _)) in line.levels.iter().enumerate() {
        if line.levels[..at].iter().any(|(before, _)| before.text == level.text) {
            findings.push(twice(level));
            return;
        }
    }
    // A rule for one level that stands above the line has made a variant of its own already.
    let has_variant = |place| !guide.shape.place(place).codes.is_empty();
    if let Some(early) =
        guide.shape.children_named(PlaceId::ROOT, &line.tag.text).find(|&place| has_variant(place))
    {
        let name = guide.shape.path(early);
        findings.push(Diagnostic::new(Code::G011).with("name", name).at(line.span, "write this line first"));
        return;
    }
    let Some(mut hierarchy) = described(guide, line, findings) else { return };
    nest(guide, &mut hierarchy, PlaceId::ROOT, None);
    guide.hierarchy = Some(hierarchy);
}

/// What the line says about the tag, without the levels in the shape.
fn described(guide: &mut Guide, line: &HierarchyLine, findings: &mut Diagnostics) -> Option<Hierarchy> {
    let mut named = guide.shape.children_named(PlaceId::ROOT, &line.tag.text);
    let may_come_again = |place: &PlaceId| {
        let own = guide.shape.place(*place);
        own.kind == PlaceKind::Record && own.is_many() && own.codes.is_empty()
    };
    let Some(plain) = named.find(may_come_again) else {
        let finding = Diagnostic::new(Code::G027).with("tag", &line.tag.text);
        findings.push(finding.at(line.tag.span, "not among the loops of the guide"));
        return None;
    };
    drop(named);
    let mut positions = BTreeMap::new();
    for (what, path) in &line.places {
        let place = place_in(guide, plain, path, findings)?;
        let own = guide.shape.place(place);
        if own.parent != plain || own.leaf_type().is_none() || own.position == 0 {
            findings.push(unsaid(line, &what.text).at(path.span, "no element of the segment itself"));
            return None;
        }
        if what.text == "level" {
            key(guide, plain, path, findings);
        }
        positions.insert(what.text.as_str(), guide.shape.place(place).position);
    }
    let mut position = |what: &str| {
        let position = positions.get(what).copied();
        if position.is_none() {
            findings.push(unsaid(line, what).at(line.span, ""));
        }
        position
    };
    let (id, parent, level) = (position("id"), position("parent"), position("level"));
    let hierarchy = Hierarchy {
        tag: line.tag.text.as_str().into(),
        plain,
        id: id?,
        parent: parent?,
        level: level?,
        children: positions.get("children").copied(),
        levels: line.levels.iter().map(|(level, skip)| (level.text.as_str().into(), *skip)).collect(),
        inside: BTreeMap::new(),
    };
    for position in [Some(hierarchy.id), Some(hierarchy.parent), hierarchy.children].into_iter().flatten() {
        let leaf = guide.shape.child_at(plain, position);
        let rules: Option<&mut PlaceRules> = leaf.map(|leaf| &mut *guide.rules[leaf.index()]);
        rules.into_iter().for_each(|rules| rules.auto = true);
    }
    Some(hierarchy)
}

fn unsaid(line: &HierarchyLine, what: &str) -> Diagnostic {
    Diagnostic::new(Code::G026).with("tag", &line.tag.text).with("what", what)
}

/// The levels that may stand in a record, and in them those that may stand there.
fn nest(guide: &mut Guide, hierarchy: &mut Hierarchy, around: PlaceId, outer: Option<usize>) {
    let slot = match around {
        PlaceId::ROOT => guide.shape.place(hierarchy.plain).slot,
        _ => guide.shape.next_slot(around),
    };
    for number in hierarchy.may_follow(outer) {
        let code = hierarchy.levels[number].0.clone();
        let codes = vec![code.clone()];
        let (level, copied) = match around {
            PlaceId::ROOT => guide.shape_mut().add_variant(hierarchy.plain, codes),
            _ => guide.shape_mut().add_copy(hierarchy.plain, around, slot, codes),
        };
        copy_rules(guide, &copied);
        // Which levels must be there, a guide says line by line.
        guide.shape_mut().place_mut(level).required = false;
        hierarchy.inside.entry(around).or_default().push((code, level));
        nest(guide, hierarchy, level, Some(number));
    }
}
