//! Direct addressing. When a slot is given a record, one pass over the record notes the first node of each path that the
//! map asks for. A path is then one look, and what is not there is known at once; most of what maps ask for is not there.

use super::alike::Kinds;
use super::plan::{Field, Needs, Nodes, PairPlan, Start, Step, Way};
use crate::base::word::word;
use crate::guide::path::KeyTest;
use crate::tree::{PlaceId, Shape};
use std::num::NonZeroU64;

/// The paths that start from one slot, as a tree of their steps: paths that begin alike share what they have in common.
#[derive(Debug, Default)]
pub struct SlotFields {
    /// The first is of the slot's record, the others of what steps lead to. None if no path starts from the slot.
    pub branches: Vec<Branch>,
    /// How many fields there are.
    pub count: Field,
    /// The kinds of records that were there.
    pub kinds: Kinds,
}

/// Most steps of a branch: each has a bit.
const EDGES_MAX: usize = 64;

/// The ways on from a record.
#[derive(Debug, Default)]
pub struct Branch {
    /// What the children at a place are asked for, from the first such place on.
    of_place: Vec<AskedAt>,
    first_place: u32,
    /// What children are asked for, by number from 1.
    pub asked: Vec<Asked>,
    /// The place of the one thing asked for, if there is one only, and it is the first child there.
    pub only: Option<PlaceId>,
    /// Whether a step counts what there may be more of.
    is_counted: bool,
    edges: Vec<Edge>,
    pairs: Vec<Pairs>,
    beside: Vec<Beside>,
}

/// What the children of a record at one place are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedAt {
    /// Nothing: it is passed over with all that is in it.
    Nothing,
    /// Its first node stands in this field, and nothing in it is asked for: mostly the leaf that a path leads to.
    Field(Field),
    /// Its first node stands in this field, and what is asked for in it is known by place alone: it is gone into.
    Open(Field),
    /// The same, but only the first node counts: the others are passed over with all that is in them.
    First(Field),
    /// More than that: the number of the first of [`Branch::asked`], from 0.
    More(u16),
}

/// What a child of a record is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// The number of the next thing that children at the same place are asked for; 0 if there is none.
    pub next: u16,
    /// What it is.
    pub what: What,
    /// The field of the first node that is it.
    pub field: Field,
    /// The bit of the step within its branch, if only the first such child of a record counts; else 0.
    pub single: u64,
    /// The number of the branch with the steps behind it; 0 if there are none.
    pub inner: u16,
    /// The fields of that branch and of those behind it, if all of them are among the first ones; else none.
    pub wanted: u64,
}

/// The kinds of things that a child may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The node that a step leads to.
    Step,
    /// The same if its key is right: the number of the step, and the place of the key.
    Tested(u16, PlaceId),
    /// One of the qualifiers, by number.
    Qualifier(u16),
}

/// A step that paths have in common.
#[derive(Debug)]
struct Edge {
    places: Vec<PlaceId>,
    test: Option<Test>,
    /// Whether only the first such child counts.
    is_single: bool,
    /// Whether that is so because the path says so, and not because there is no other.
    is_counted: bool,
    field: Field,
    /// The branch with the steps behind it; 0 if there are none.
    inner: usize,
}

/// A test of a key.
#[derive(Debug, PartialEq)]
pub struct Test {
    /// The places of the keys, in the order of the step's places.
    keys: Vec<PlaceId>,
    test: KeyTest,
    /// Its codes as words; empty if some are too long.
    words: Vec<u64>,
}

impl Test {
    fn of(step: &Step) -> Option<Test> {
        let test = step.test.clone()?;
        let words = test.codes.iter().map(|code| word(code.as_bytes())).collect::<Option<_>>();
        Some(Test { keys: step.keys.clone(), words: words.unwrap_or_default(), test })
    }

    /// Whether something with this key is meant; no key is the empty one.
    pub fn selects(&self, key: &str) -> bool {
        match word(key.as_bytes()).filter(|_| !self.words.is_empty()) {
            Some(key) => self.words.contains(&key) != self.test.negated,
            None => self.test.selects(key),
        }
    }
}

/// A qualifier whose value stands behind it.
#[derive(Debug)]
pub struct Pairs {
    qualifier: PlaceId,
    /// The place of the value.
    pub value: PlaceId,
    /// The codes asked for, each as a word with the field of the value beside it.
    pub codes: Vec<(u64, Field)>,
}

/// The value beside a qualifier at any of several places.
#[derive(Debug)]
struct Beside {
    pairs: Vec<(PlaceId, PlaceId)>,
    code: u64,
    field: Field,
}

impl Branch {
    /// The test of a step.
    pub fn test(&self, step: u16) -> &Test {
        self.edges[usize::from(step)].test.as_ref().expect("asked for where a step has one")
    }

    /// A qualifier.
    pub fn qualifier(&self, number: u16) -> &Pairs {
        &self.pairs[usize::from(number)]
    }

    /// What a child at a place is asked for.
    #[inline(always)]
    pub fn asked_at(&self, place: PlaceId) -> AskedAt {
        let at = place.0.wrapping_sub(self.first_place) as usize;
        self.of_place.get(at).copied().unwrap_or(AskedAt::Nothing)
    }

    fn ask(&mut self, place: PlaceId, asked: Asked) {
        self.make_room(place.0);
        let at = (place.0 - self.first_place) as usize;
        let first = &mut self.of_place[at];
        let next = match *first {
            AskedAt::More(number) => number + 1,
            _ => 0,
        };
        *first = AskedAt::More(self.asked.len() as u16);
        self.asked.push(Asked { next, ..asked });
    }

    /// Notes which places are asked for one thing only, and nothing in it.
    fn simplify(&mut self) {
        for at in &mut self.of_place {
            let AskedAt::More(number) = *at else { continue };
            if let Asked { next: 0, what: What::Step, inner: 0, field, .. } = self.asked[usize::from(number)]
            {
                *at = AskedAt::Field(field);
            }
        }
    }

    /// Whether place alone tells what anything in the record is asked for.
    fn is_plain(&self) -> bool {
        self.of_place.iter().all(|at| !matches!(at, AskedAt::More(_)))
    }

    /// What is behind a step that needs no look at anything but places is asked for here: then one pass over the record
    /// finds it, wherever in it it stands. `inner` has the branches behind this one.
    fn flatten(&mut self, inner: &[Branch], number: usize) {
        for at in 0..self.of_place.len() {
            let AskedAt::More(asked) = self.of_place[at] else { continue };
            let Asked { next, what, field, single, inner: behind, .. } = self.asked[usize::from(asked)];
            let is_alone = next == 0 && what == What::Step && behind > 0;
            let Some(behind) = is_alone.then(|| &inner[usize::from(behind) - number - 1]) else { continue };
            let place = PlaceId(self.first_place + at as u32);
            let edge = self.edges.iter().find(|edge| edge.places.contains(&place));
            // Of several places, the first of all would have to be known.
            let is_one = edge.is_some_and(|edge| edge.places.len() == 1);
            let is_free = single > 0 || !behind.is_counted;
            if behind.is_plain() && (is_one || single == 0) && is_free {
                self.of_place[at] = if single > 0 { AskedAt::First(field) } else { AskedAt::Open(field) };
                self.take_over(behind, single > 0);
            }
        }
    }

    /// Takes over what is asked for in a record that is gone into. If there may be several such records, what comes once
    /// in each of them comes more often here.
    fn take_over(&mut self, behind: &Branch, is_once: bool) {
        self.is_counted |= behind.is_counted;
        let places = (behind.first_place..).zip(&behind.of_place);
        for (place, &asked) in places.filter(|(_, asked)| **asked != AskedAt::Nothing) {
            self.make_room(place);
            self.of_place[(place - self.first_place) as usize] = match asked {
                AskedAt::First(field) if !is_once => AskedAt::Open(field),
                asked => asked,
            };
        }
    }

    fn make_room(&mut self, place: u32) {
        if place < self.first_place {
            let before = (self.first_place - place) as usize;
            self.of_place.splice(..0, std::iter::repeat_n(AskedAt::Nothing, before));
            self.first_place = place;
        }
        let count = (place - self.first_place) as usize + 1;
        if self.of_place.len() < count {
            self.of_place.resize(count, AskedAt::Nothing);
        }
    }

    /// Puts down what children are asked for, per place, now that all steps and qualifiers are known.
    fn finish(&mut self, wanted: impl Fn(usize) -> u64) {
        let places = self.edges.iter().flat_map(|edge| &edge.places).map(|place| place.0);
        let places = places.chain(self.pairs.iter().map(|pairs| pairs.qualifier.0));
        self.first_place = places.min().unwrap_or(0);
        for number in 0..self.edges.len() {
            let edge = &self.edges[number];
            let asked = Asked {
                next: 0,
                what: What::Step,
                field: edge.field,
                single: if edge.is_single { 1 << number } else { 0 },
                inner: edge.inner as u16,
                wanted: wanted(edge.inner),
            };
            let keys = edge.test.as_ref().map(|test| test.keys.clone());
            for (i, place) in edge.places.clone().into_iter().enumerate() {
                let what = match &keys {
                    Some(keys) => What::Tested(number as u16, keys[i]),
                    None => What::Step,
                };
                self.ask(place, Asked { what, ..asked });
            }
        }
        for number in 0..self.pairs.len() {
            let what = What::Qualifier(number as u16);
            let asked = Asked { next: 0, what, field: 0, single: 0, inner: 0, wanted: 0 };
            self.ask(self.pairs[number].qualifier, asked);
        }
        self.simplify();
        self.is_counted = self.edges.iter().any(|edge| edge.is_counted);
        self.only = match (self.edges.as_slice(), self.pairs.as_slice()) {
            ([Edge { places, test: None, is_single: true, .. }], []) if places.len() == 1 => Some(places[0]),
            _ => None,
        };
    }
}

impl SlotFields {
    fn field(&mut self) -> Field {
        self.count += 1;
        self.count - 1
    }

    /// The field of the last of these steps, and of the first; `None` if there are too many paths.
    fn path(&mut self, steps: &[Step]) -> Option<(Field, Field)> {
        let mut fields = Vec::new();
        for (last, step) in steps.iter().enumerate() {
            let branch = self.branch(&steps[..last])?;
            let at = self.edge(branch, step, step.test.is_some(), step.is_only())?;
            fields.push(self.branches[branch].edges[at].field);
        }
        Some((*fields.last()?, *fields.first()?))
    }

    /// The field of the first node that a step leads to, before any test.
    fn first_of(&mut self, step: &Step) -> Option<Field> {
        let branch = self.branch(&[])?;
        let at = self.edge(branch, step, false, true)?;
        Some(self.branches[branch].edges[at].field)
    }

    /// The branch behind these steps.
    fn branch(&mut self, steps: &[Step]) -> Option<usize> {
        if self.branches.is_empty() {
            self.branches.push(Branch::default());
        }
        let mut branch = 0;
        for step in steps {
            let at = self.edge(branch, step, step.test.is_some(), step.is_only())?;
            if self.branches[branch].edges[at].inner == 0 {
                self.branches[branch].edges[at].inner = self.branches.len();
                self.branches.push(Branch::default());
            }
            branch = self.branches[branch].edges[at].inner;
        }
        Some(branch)
    }

    /// The number of a step within its branch; `None` if it has too many, or a test of places without a key each.
    fn edge(&mut self, branch: usize, step: &Step, is_tested: bool, is_single: bool) -> Option<usize> {
        let is_counted = is_single && !step.is_single;
        let test = Test::of(step).filter(|_| is_tested);
        let is_it =
            |edge: &Edge| edge.places == step.places && edge.test == test && edge.is_single == is_single;
        let edges = &mut self.branches[branch].edges;
        if let Some(known) = edges.iter().position(is_it) {
            edges[known].is_counted |= is_counted;
            return Some(known);
        }
        if edges.len() == EDGES_MAX || (test.is_some() && step.keys.len() != step.places.len()) {
            return None;
        }
        let field = self.field();
        let branch = &mut self.branches[branch];
        let number = branch.edges.len();
        branch.edges.push(Edge { places: step.places.clone(), test, is_single, is_counted, field, inner: 0 });
        Some(number)
    }

    /// The field of the value beside a qualifier at one of several places.
    fn beside(&mut self, branch: usize, pairs: &[(PlaceId, PlaceId)], code: u64) -> Field {
        let mut known = self.branches[branch].beside.iter();
        if let Some(same) = known.find(|beside| beside.pairs == pairs && beside.code == code) {
            return same.field;
        }
        let field = self.field();
        let branch = &mut self.branches[branch];
        branch.beside.push(Beside { pairs: pairs.to_vec(), code, field });
        for &(qualifier, value) in pairs {
            let is_it = |pairs: &Pairs| (pairs.qualifier, pairs.value) == (qualifier, value);
            let at = branch.pairs.iter().position(is_it).unwrap_or_else(|| {
                let number = branch.pairs.len();
                branch.pairs.push(Pairs { qualifier, value, codes: Vec::new() });
                number
            });
            branch.pairs[at].codes.push((code, field));
        }
        field
    }

    fn finished(mut self) -> SlotFields {
        let wanted: Vec<u64> =
            (0..self.branches.len()).map(|branch| self.wanted(branch).unwrap_or(0)).collect();
        let behind = |branch: usize| if branch > 0 { wanted[branch] } else { 0 };
        self.branches.iter_mut().for_each(|branch| branch.finish(behind));
        // What is behind a branch has a higher number.
        for number in (0..self.branches.len()).rev() {
            let (before, behind) = self.branches.split_at_mut(number + 1);
            before[number].flatten(behind, number);
            before[number].of_place.shrink_to_fit();
            before[number].edges.shrink_to_fit();
        }
        self
    }

    /// A bit for each field of a branch and of those behind it; `None` if one has none.
    fn wanted(&self, branch: usize) -> Option<u64> {
        let branch = &self.branches[branch];
        let edges = branch.edges.iter().map(|edge| edge.field);
        let own = edges.chain(branch.beside.iter().map(|beside| beside.field));
        let inner = branch.edges.iter().map(|edge| edge.inner).filter(|&inner| inner > 0);
        let own = own.map(bit);
        own.chain(inner.map(|inner| self.wanted(inner))).try_fold(0, |all, bits| Some(all | bits?))
    }
}

/// The bit of a field, if it is among the first.
#[inline(always)]
pub(super) fn bit(field: Field) -> Option<u64> {
    1u64.checked_shl(u32::from(field))
}

/// The slots given out by a compilation, with their fields.
#[derive(Debug, Default)]
pub struct Fields {
    slots: Vec<SlotFields>,
}

impl Fields {
    /// A new slot.
    pub fn slot(&mut self) -> usize {
        self.slots.push(SlotFields::default());
        self.slots.len() - 1
    }

    /// All slots.
    pub fn into_slots(self) -> Vec<SlotFields> {
        self.slots.into_iter().map(SlotFields::finished).collect()
    }

    /// Finds the quick way of a path.
    pub fn address(&mut self, nodes: &mut Nodes) {
        nodes.way = match (nodes.start, nodes.steps.as_slice()) {
            (_, []) | (Start::Group(_), _) => Way::Walk,
            (_, steps) if steps.iter().any(|step| step.deep.is_some()) => Way::Walk,
            (Start::Slot(slot), steps @ [first, ..]) => {
                let slot = &mut self.slots[slot];
                let direct = steps.iter().all(Step::is_direct).then(|| slot.path(steps)).flatten();
                match direct {
                    Some((field, first)) => Way::To { field, first },
                    None => slot.first_of(first).map_or(Way::Walk, Way::From),
                }
            }
            (Start::This | Start::Out, [only]) => match only.places.as_slice() {
                [place] if only.is_untested() && only.is_single && !nodes.leaves.is_empty() => {
                    Way::Made(*place)
                }
                _ => Way::Walk,
            },
            _ => Way::Walk,
        };
    }

    /// Finds the field of the value beside a qualifier, if it can have one.
    pub fn address_pairs(&mut self, pair: &mut PairPlan, shape: &Shape) {
        self.address(&mut pair.nodes);
        let (Start::Slot(slot), Some(code)) = (pair.nodes.start, word(pair.code.as_bytes())) else { return };
        let steps = &pair.nodes.steps;
        let is_direct = steps.iter().all(Step::is_direct) && pair.nodes.is_single;
        // The value stands after its qualifier, and before the next one: then each pair can be looked at by itself.
        let positions = pair.pairs.iter().flat_map(|(qualifier, value)| [*qualifier, *value]);
        let positions: Vec<_> = positions
            .map(|place| shape.place(place))
            .map(|place| (place.parent, place.position, place.is_many()))
            .collect();
        let is_in_turn = positions.windows(2).all(|two| two[0].0 != two[1].0 || two[0].1 < two[1].1);
        if is_direct && is_in_turn && positions.iter().all(|(_, _, is_many)| !is_many) {
            let Some(branch) = self.slots[slot].branch(steps) else { return };
            pair.field = Some(self.slots[slot].beside(branch, &pair.pairs, code));
        }
    }
}

impl Needs {
    /// That a field of a slot is set; `None` if it is not among those that can be asked for together.
    pub fn field(slot: usize, field: Field) -> Option<Needs> {
        Some(Needs { slot: slot as u32, mask: NonZeroU64::new(bit(field)?)? })
    }

    /// That one of two things is there; `None` if they are not of the same slot.
    pub fn or(self, other: Needs) -> Option<Needs> {
        (self.slot == other.slot).then_some(Needs { slot: self.slot, mask: self.mask | other.mask })
    }
}
