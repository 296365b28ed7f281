//! Path steps to places of a shape: the one resolution that guides and maps share.

use crate::language::syntax::{Occurrence, PathStep, Selector, SelectorKind, StepName};
use crate::tree::{PlaceId, Shape};

/// Numbers of data elements have three digits and more; shorter ones are positions.
const ELEMENT_NUMBER_MIN: usize = 3;

/// Where a step leads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StepPlaces {
    /// The places, ascending.
    pub places: Vec<PlaceId>,
    /// Codes left to test at run time on the key of the places that are not variants of exactly those codes.
    pub test: Option<KeyTest>,
    /// Whether `#n` chose among elements of one name by their position in the segment, so that nothing is left to count
    /// at run time.
    pub is_position: bool,
}

/// A test of the key's value.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyTest {
    /// Whether none of the codes may be there.
    pub negated: bool,
    /// The codes.
    pub codes: Vec<Box<str>>,
}

impl KeyTest {
    /// Whether something with this key is meant; no key is the empty one.
    pub fn selects(&self, key: &str) -> bool {
        self.codes.iter().any(|code| **code == *key) != self.negated
    }
}

/// Why a step leads nowhere.
#[derive(Debug, Clone, PartialEq)]
pub enum StepError {
    /// No child has the name.
    Unknown {
        /// Names that are there, for the message.
        known: Vec<String>,
    },
    /// A selector on something without key.
    NoKey,
}

/// The places that `step` leads to from any of `parents`. Conditions in brackets and `#n` are the caller's.
pub fn step_places(shape: &Shape, parents: &[PlaceId], step: &PathStep) -> Result<StepPlaces, StepError> {
    let mut named: Vec<PlaceId> = Vec::new();
    for &parent in parents {
        match &step.name {
            StepName::Name(name) => named.extend(shape.children_named(parent, name)),
            StepName::Position(position) => named.extend(shape.child_at(parent, *position)),
        }
    }
    if named.is_empty() {
        return Err(StepError::Unknown { known: known_names(shape, parents) });
    }
    let Some((negated, codes)) = step.selectors.iter().find_map(codes_of) else {
        named.sort();
        let (places, is_position) = at_position(shape, named, step);
        return Ok(StepPlaces { places, test: None, is_position });
    };
    if named.iter().any(|&place| shape.place(place).key.is_none()) {
        return Err(StepError::NoKey);
    }
    Ok(select(shape, &named, negated, codes))
}

/// `BGM.1004` where this directory has element 1004 inside of C106: the composites that an element named by its number
/// stands in, ascending. `None` if a parent has the element itself, or if one has it in no composite or in several. From one directory
/// to the next, elements move into composites and keep their number and meaning, so that one map reads both.
pub fn composites_around(shape: &Shape, parents: &[PlaceId], step: &PathStep) -> Option<Vec<PlaceId>> {
    let StepName::Name(name) = &step.name else { return None };
    let is_number = name.len() >= ELEMENT_NUMBER_MIN && name.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || parents.iter().any(|&parent| shape.children_named(parent, name).next().is_some()) {
        return None;
    }
    let composite_of = |&parent: &PlaceId| {
        let children = shape.place(parent).children.iter().copied();
        let mut around = children.filter(|&child| {
            shape.place(child).position > 0 && shape.children_named(child, name).next().is_some()
        });
        around.next().filter(|_| around.next().is_none())
    };
    let mut composites: Vec<PlaceId> = parents.iter().map(composite_of).collect::<Option<_>>()?;
    composites.sort();
    Some(composites)
}

/// `C504#2`: of several elements of one name, the one that stands second in its segment, whether the first is there or
/// not. Where one element is repeated, the repetitions are counted at run time.
fn at_position(shape: &Shape, places: Vec<PlaceId>, step: &PathStep) -> (Vec<PlaceId>, bool) {
    let Some(Occurrence::Number(number)) = step.occurrence else { return (places, false) };
    let shares = |one: PlaceId, other: PlaceId| {
        one != other && shape.place(one).parent == shape.place(other).parent && shape.place(one).position > 0
    };
    if !step.selectors.is_empty() || !places.iter().any(|&one| places.iter().any(|&other| shares(one, other)))
    {
        return (places, false);
    }
    let before =
        |place: PlaceId| places.iter().filter(|&&other| shares(place, other) && other < place).count();
    let chosen = places.iter().copied().filter(|&place| before(place) + 1 == number as usize).collect();
    (chosen, true)
}

fn codes_of(selector: &Selector) -> Option<(bool, Vec<Box<str>>)> {
    match &selector.kind {
        SelectorKind::Codes { negated, codes } => {
            Some((*negated, codes.iter().map(|code| code.text.as_str().into()).collect()))
        }
        SelectorKind::Condition(_) => None,
    }
}

/// Variants that hold only wanted codes need no test; variants that hold none are out; the rest is tested.
fn select(shape: &Shape, named: &[PlaceId], negated: bool, codes: Vec<Box<str>>) -> StepPlaces {
    let wanted = |code: &str| codes.iter().any(|known| **known == *code) != negated;
    let taken_by_variants: Vec<&Box<str>> =
        named.iter().flat_map(|&place| &shape.place(place).codes).collect();
    let mut needs_test = false;
    let mut places: Vec<PlaceId> = Vec::new();
    for &place in named {
        let own = &shape.place(place).codes;
        if own.is_empty() {
            // The plain place can hold what no variant takes.
            if negated || codes.iter().any(|code| !taken_by_variants.contains(&code)) {
                needs_test = true;
                places.push(place);
            }
        } else if own.iter().any(|code| wanted(code)) {
            needs_test |= !own.iter().all(|code| wanted(code));
            places.push(place);
        }
    }
    places.sort();
    StepPlaces { places, test: needs_test.then_some(KeyTest { negated, codes }), is_position: false }
}

fn known_names(shape: &Shape, parents: &[PlaceId]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for &parent in parents {
        for &child in &shape.place(parent).children {
            let place = shape.place(child);
            let name = match place.position {
                0 => place.name.to_string(),
                position => format!(".{position:02}"),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}
