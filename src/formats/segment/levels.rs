//! Segments that name the one they belong to, such as HL: each stands inside it, wherever it comes in the message.

use super::findings::{Findings, LevelMark};
use super::matcher::{Matched, MatcherState};
use super::read::token_of;
use super::structure::Structure;
use super::tags::Tag;
use super::tokenizer::Token;
use crate::diagnostics::Code;
use crate::guide::{Guide, Hierarchy};
use crate::tree::{NodeId, PlaceId, Tree};
use std::collections::HashMap;

/// The levels of a guide in the form reader and writer want.
#[derive(Debug, Clone)]
pub struct Levels {
    /// The tag that carries them.
    pub tag: Tag,
    /// What the guide says of them.
    pub hierarchy: Hierarchy,
    /// By the record around, the number of its slot for the tag.
    slots: HashMap<PlaceId, usize>,
}

impl Levels {
    /// Of a guide with a hierarchy; `slot` tells which slot of a record is for the tag.
    pub fn of(guide: &Guide, tag: Tag, slot: impl Fn(PlaceId) -> Option<usize>) -> Option<Levels> {
        let hierarchy = guide.hierarchy.clone()?;
        let slots = hierarchy.inside.keys().filter_map(|&around| Some((around, slot(around)?))).collect();
        Some(Levels { tag, hierarchy, slots })
    }

    /// The slot for the tag in a record.
    pub fn slot(&self, around: PlaceId) -> usize {
        self.slots.get(&around).copied().unwrap_or(0)
    }
}

/// A level that was read.
#[derive(Debug)]
struct Seen {
    place: PlaceId,
    node: NodeId,
    has_inner: bool,
    /// What it says about what is inside, and where.
    said: Option<(bool, LevelMark)>,
    mark: LevelMark,
}

/// The levels of the message at hand.
#[derive(Debug, Default)]
pub struct LevelsState {
    seen: Vec<Seen>,
    /// By its number, which of them it is.
    numbered: HashMap<Box<[u8]>, usize>,
    /// How many of a place are in a level; in the message itself for `None`.
    counts: HashMap<(Option<usize>, PlaceId), u32>,
    /// Records that came when the one they belong to was closed, with the one they belong to.
    moved: Vec<(NodeId, NodeId)>,
}

/// What a level is put into.
#[derive(Clone, Copy)]
enum Around {
    Message,
    Level(usize),
    /// Nobody knows: told already.
    Nowhere,
}

impl LevelsState {
    /// Begins a message.
    pub(super) fn begin(&mut self) {
        self.seen.clear();
        self.numbered.clear();
        self.counts.clear();
        self.moved.clear();
    }

    /// The next level, with the elements of its segment as `element` gives them.
    #[allow(clippy::too_many_arguments, reason = "what a segment is, where it goes, and whom to tell")]
    pub(super) fn level(
        &mut self,
        (guide, structure, levels): (&Guide, &Structure, &Levels),
        matcher: &mut MatcherState,
        tokens: &[Token],
        bytes: &[u8],
        tree: &mut Tree,
        findings: &mut Findings<'_, '_>,
        missing: &mut Vec<PlaceId>,
    ) -> Matched {
        let hierarchy = &levels.hierarchy;
        let element = |position: u16| {
            let token = token_of(tokens, position, 0).unwrap_or(Token::empty(Token::span(tokens).end()));
            (token, token.of(bytes))
        };
        let around = self.around(hierarchy, &element, findings);
        let place = self.place(hierarchy, around, &element, findings);
        let parent = match around {
            Around::Level(number) if place != hierarchy.plain => Some(number),
            _ => None,
        };
        if let Around::Level(number) = around {
            self.seen[number].has_inner = true;
        }
        let outer = parent.map(|number| &self.seen[number]);
        let slot = levels.slot(outer.map_or(PlaceId::ROOT, |outer| outer.place));
        let slots = (levels.slot(PlaceId::ROOT), slot);
        let outer = outer.map(|outer| outer.node);
        let origin = findings.source.origin(Token::span(tokens));
        let opened = matcher.level(guide, structure, (place, slots), outer, origin, tree, missing);
        let Some((node, is_inside)) = opened else { return Matched::Misplaced };
        if let Some(outer) = outer.filter(|_| !is_inside) {
            self.moved.push((node, outer));
        }
        self.note(hierarchy, (place, node), tokens, &element, findings);
        let count = self.counts.entry((parent, place)).or_default();
        *count += 1;
        Matched::Here { place, node, too_many: *count > guide.shape.place(place).max }
    }

    /// What the segment says that it belongs to.
    fn around<'t>(
        &self,
        hierarchy: &Hierarchy,
        element: &impl Fn(u16) -> (Token, &'t [u8]),
        findings: &mut Findings<'_, '_>,
    ) -> Around {
        let (token, parent) = element(hierarchy.parent);
        if parent.is_empty() {
            return Around::Message;
        }
        match self.numbered.get(parent) {
            Some(&number) => Around::Level(number),
            None => {
                findings.on_level(Code::X108, (hierarchy.plain, hierarchy.parent), token, "");
                Around::Nowhere
            }
        }
    }

    /// Where its level stands in what is around it.
    fn place<'t>(
        &self,
        hierarchy: &Hierarchy,
        around: Around,
        element: &impl Fn(u16) -> (Token, &'t [u8]),
        findings: &mut Findings<'_, '_>,
    ) -> PlaceId {
        let outer = match around {
            Around::Nowhere => return hierarchy.plain,
            Around::Message => PlaceId::ROOT,
            Around::Level(number) => self.seen[number].place,
        };
        // What is in a level that nobody could place stands beside it: one finding is enough.
        if outer == hierarchy.plain {
            return hierarchy.plain;
        }
        let (token, level) = element(hierarchy.level);
        let place = std::str::from_utf8(level).ok().and_then(|level| hierarchy.place(outer, level));
        if place.is_none() && !level.is_empty() {
            let around = match hierarchy.level_at(outer) {
                Some(level) => format!("in the level {level}"),
                None => "at the top".to_string(),
            };
            findings.on_level(Code::X110, (hierarchy.plain, hierarchy.level), token, &around);
        }
        place.unwrap_or(hierarchy.plain)
    }

    /// Keeps what later segments and the end of the message ask for.
    fn note<'t>(
        &mut self,
        hierarchy: &Hierarchy,
        (place, node): (PlaceId, NodeId),
        tokens: &'t [Token],
        element: &impl Fn(u16) -> (Token, &'t [u8]),
        findings: &mut Findings<'_, '_>,
    ) {
        let (token, number) = element(hierarchy.id);
        if self.numbered.contains_key(number) {
            findings.on_level(Code::X109, (hierarchy.plain, hierarchy.id), token, "");
        } else if !number.is_empty() {
            self.numbered.insert(number.into(), self.seen.len());
        }
        let said = hierarchy.children.and_then(|position| {
            let (token, said) = element(position);
            let mark = findings.mark(token);
            match said {
                b"0" => Some((false, mark)),
                b"1" => Some((true, mark)),
                _ => None,
            }
        });
        let mark = findings.mark(Token::span(tokens));
        self.seen.push(Seen { place, node, has_inner: false, said, mark });
    }

    /// The message is at its end: what is missing in which level, and what moves to where it belongs.
    pub(super) fn end(
        &mut self,
        (guide, levels): (&Guide, &Levels),
        tree: &mut Tree,
        findings: &mut Findings<'_, '_>,
        end: u32,
    ) {
        let hierarchy = &levels.hierarchy;
        let is_missed = |around: Option<usize>, place: PlaceId| {
            guide.shape.place(place).required && !self.counts.contains_key(&(around, place))
        };
        let top = hierarchy.inside.get(&PlaceId::ROOT).into_iter().flatten();
        for (_, place) in top.filter(|(_, place)| is_missed(None, *place)) {
            findings.missing(*place, end);
        }
        if self.seen.is_empty() && guide.shape.place(hierarchy.plain).required {
            findings.missing(hierarchy.plain, end);
        }
        for (number, seen) in self.seen.iter().enumerate() {
            let inside = hierarchy.inside.get(&seen.place).into_iter().flatten();
            for (_, place) in inside.filter(|(_, place)| is_missed(Some(number), *place)) {
                findings.missing_in(*place, seen.mark);
            }
            if let (Some(position), Some((said, mark))) = (hierarchy.children, seen.said)
                && said != seen.has_inner
                && seen.place != hierarchy.plain
            {
                findings.marked(Code::X111, (hierarchy.plain, position), mark, "");
            }
        }
        if !self.moved.is_empty() {
            tree.relink(&self.moved);
        }
    }
}
