//! Names on the right of a line: aliases, the current record, `this` and `out`, and what they lead to.

use super::plan::{Nodes, Start, Step};
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, suggest};
use crate::guide::path::{StepError, composites_around, step_places};
use crate::guide::shorten;
use crate::language::syntax::{Expression, Occurrence, Path, PathStep, SelectorKind, StepName};
use crate::tree::value::ValueKind;
use crate::tree::{LeafType, PlaceId, PlaceKind, Shape};
use std::sync::Arc;

/// Places of qualifier and value that a code may stand in, and the code.
pub type PairChoice = (Vec<(PlaceId, PlaceId)>, Box<str>);

/// How often a path leads to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Multiplicity {
    /// At most once.
    Single,
    /// Any number of times.
    Many,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub enum Binding {
    /// A record: its shape and the places it can be at.
    Record { slot: usize, shape: Arc<Shape>, places: Vec<PlaceId> },
    /// A group of records: as [`Binding::Record`], with the columns it is grouped by and its own name in the source.
    Group { slot: usize, shape: Arc<Shape>, places: Vec<PlaceId>, by: Vec<PlaceId>, member: String },
    /// A record of the target that a condition in brackets is asked of.
    Chosen { shape: Arc<Shape>, places: Vec<PlaceId> },
    /// Documents of one shape, named as the list they are.
    Documents { slot: usize, shape: Arc<Shape> },
    /// A value.
    Value { slot: usize, kind: ValueKind },
}

/// The names that can be seen from a line.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Names of this map, innermost last.
    pub names: Vec<(String, Binding)>,
    /// What bare names are children of.
    pub here: Binding,
    /// The record being built, and its shape.
    pub this: (Arc<Shape>, Vec<PlaceId>),
}

/// A path made out.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The plan of it.
    pub nodes: Nodes,
    /// How often.
    pub multiplicity: Multiplicity,
    /// Kind of its value, `Record` for records.
    pub kind: ValueKind,
    /// The shape it is in and the places it ends at.
    pub shape: Arc<Shape>,
    /// Where it ends.
    pub places: Vec<PlaceId>,
    /// Qualified pair: pairs of the record and the code.
    pub pair: Option<PairChoice>,
}

/// Either a path to nodes, or the value of a `let`.
pub enum Found {
    /// Nodes.
    Path(Box<Resolved>),
    /// A value in a slot.
    Value(usize, ValueKind),
}

/// Compiles a condition in brackets: given the shape and places it is about.
pub type ConditionCompiler<'a> = &'a mut dyn FnMut(
    &crate::language::syntax::Expression,
    Binding,
) -> Option<(Arc<super::plan::Expr>, usize)>;

impl Scope {
    /// Makes out a path.
    pub fn resolve(&self, path: &Path, conditions: ConditionCompiler<'_>) -> Result<Found, Box<Diagnostic>> {
        if !path.starts_with_dot()
            && let Some(head) = path.head()
        {
            if head == "this" || head == "out" {
                let (start, places) = match head {
                    "this" => (Start::This, self.this.1.clone()),
                    _ => (Start::Out, vec![PlaceId::ROOT]),
                };
                return self.walk(path, 1, start, &self.this.0.clone(), places, conditions);
            }
            if head == "here" {
                return self.in_binding(path, 1, &self.here.clone(), conditions);
            }
            // Children of the current record stand over aliases of outer ones only if no alias has the name.
            if let Some((_, binding)) = self.names.iter().rev().find(|(name, _)| name == head) {
                return self.in_binding(path, 1, &binding.clone(), conditions);
            }
        }
        self.in_binding(path, 0, &self.here.clone(), conditions)
    }

    fn in_binding(
        &self,
        path: &Path,
        skip: usize,
        binding: &Binding,
        conditions: ConditionCompiler<'_>,
    ) -> Result<Found, Box<Diagnostic>> {
        match binding {
            Binding::Value { slot, kind } if path.steps.len() == skip => Ok(Found::Value(*slot, *kind)),
            Binding::Value { .. } => Err(self.unknown(path, &path.steps[skip], &[])),
            Binding::Record { slot, shape, places } => {
                self.walk(path, skip, Start::Slot(*slot), shape, places.clone(), conditions)
            }
            // Its name is the step that leads to each of them.
            Binding::Documents { slot, shape } => {
                self.in_group(path, skip - 1, *slot, shape, &[PlaceId::ROOT], conditions)
            }
            Binding::Chosen { shape, places } => {
                self.walk(path, skip, Start::Chosen, shape, places.clone(), conditions)
            }
            Binding::Group { slot, shape, places, by, member } => {
                let step =
                    path.steps.get(skip).ok_or_else(|| self.unknown(path, &path.steps[skip - 1], &[]))?;
                if step.name == StepName::Name(member.clone()) {
                    return self.in_group(path, skip, *slot, shape, places, conditions);
                }
                let found = self.walk(path, skip, Start::Slot(*slot), shape, places.clone(), conditions)?;
                if let Found::Path(resolved) = &found
                    && !resolved.places.iter().all(|place| by.contains(place))
                {
                    let name = path.steps.last().map_or(String::new(), step_text);
                    return Err(Box::new(
                        Diagnostic::new(Code::M005)
                            .with("name", &name)
                            .at(path.span, "not what the rows are grouped by")
                            .help(format!(
                                "write `same(….{member}.{name})` if all rows agree, or `first(…)`"
                            )),
                    ));
                }
                Ok(found)
            }
        }
    }

    /// A path that goes through the records of a group, all or those that a condition in brackets holds for.
    fn in_group(
        &self,
        path: &Path,
        skip: usize,
        slot: usize,
        shape: &Arc<Shape>,
        places: &[PlaceId],
        conditions: ConditionCompiler<'_>,
    ) -> Result<Found, Box<Diagnostic>> {
        let (step, start) = (&path.steps[skip], Start::Group(slot));
        let by_code =
            step.selectors.iter().any(|selector| matches!(selector.kind, SelectorKind::Codes { .. }));
        if by_code || step.occurrence.is_some() {
            return Err(Box::new(
                Diagnostic::new(Code::L002)
                    .with("what", "a code or `#n` behind the records of a group")
                    .with("instead", "write a condition: `[condition = \"OK\"]`")
                    .at(step.span, ""),
            ));
        }
        let condition = self.condition(step, start, shape, places, conditions)?;
        let mut found = self.walk(path, skip + 1, start, shape, places.to_vec(), conditions)?;
        if let (Found::Path(resolved), Some(condition)) = (&mut found, condition) {
            resolved.nodes.member = Some(Box::new(Step {
                places: places.to_vec(),
                test: None,
                keys: Vec::new(),
                condition: Some(condition),
                occurrence: None,
                is_single: false,
                is_tested: true,
                deep: None,
            }));
        }
        Ok(found)
    }

    /// Why a step leads nowhere; from a list of a document a condition picks, which no key does.
    fn no_step(
        &self,
        path: &Path,
        step: &PathStep,
        shape: &Shape,
        parents: &[PlaceId],
        error: StepError,
    ) -> Box<Diagnostic> {
        match by_condition(shape, parents, step, &error) {
            Some(finding) => Box::new(finding),
            None => self.no_places(path, step, error),
        }
    }

    /// The same of a step in a guide.
    fn no_places(&self, path: &Path, step: &PathStep, error: StepError) -> Box<Diagnostic> {
        match error {
            StepError::Unknown { known } => self.unknown(path, step, &known),
            StepError::NoKey => {
                let finding = Diagnostic::new(Code::G010).with("name", step_text(step));
                Box::new(finding.at(step.span, "no key is declared"))
            }
        }
    }

    fn walk(
        &self,
        path: &Path,
        skip: usize,
        start: Start,
        shape: &Arc<Shape>,
        mut places: Vec<PlaceId>,
        conditions: ConditionCompiler<'_>,
    ) -> Result<Found, Box<Diagnostic>> {
        let mut many = matches!(start, Start::Group(_));
        let mut steps = Vec::new();
        let mut pair = None;
        for (i, step) in path.steps.iter().enumerate().skip(skip) {
            let deep = step.is_deep.then(|| first_ways(shape, &places));
            if step.is_deep {
                (places, many) = (records_with(shape, &places, step), true);
            }
            if let Some(found) = pair_step(shape, &places, step) {
                if i + 1 < path.steps.len() {
                    return Err(self.unknown(path, &path.steps[i + 1], &[]));
                }
                pair = Some(found);
                break;
            }
            if let Some(composites) = composites_around(shape, &places, step) {
                many |= is_many(shape, &composites);
                steps.push(whole_step(shape, &composites));
                places = composites;
            }
            let found = step_places(shape, &places, step)
                .map_err(|error| self.no_step(path, step, shape, &places, error))?;
            let condition = self.condition(step, start, shape, &found.places, conditions)?;
            if found.places.is_empty() {
                return Err(self.unknown(path, step, &[]));
            }
            let occurrence = occurrence_of(step, found.is_position)?;
            let step_is_many = is_many(shape, &found.places);
            many |= occurrence.is_none() && step_is_many;
            let keys = found.places.iter().filter_map(|&place| shape.place(place).key).collect();
            places = found.places.clone();
            // Too many of a single segment are a finding where it was read; here the first one counts.
            let is_single = !step_is_many;
            steps.push(Step {
                places: found.places,
                is_tested: found.test.is_some() || condition.is_some(),
                test: found.test,
                keys,
                condition,
                occurrence,
                is_single: is_single && deep.is_none(),
                deep: deep.map(|ways| ways_to(shape, &ways, &places)),
            });
        }
        let kind = if pair.is_some() { ValueKind::Text } else { kind_at(shape, &places) };
        let leaves = places
            .iter()
            .filter_map(|&place| Some((place, shape.place(place).leaf_type()?.clone())))
            .collect();
        Ok(Found::Path(Box::new(Resolved {
            nodes: Nodes::new(start, steps, leaves, path.span),
            multiplicity: if many { Multiplicity::Many } else { Multiplicity::Single },
            kind,
            shape: shape.clone(),
            places,
            pair,
        })))
    }

    fn condition(
        &self,
        step: &PathStep,
        start: Start,
        shape: &Arc<Shape>,
        places: &[PlaceId],
        conditions: ConditionCompiler<'_>,
    ) -> Result<Option<(Arc<super::plan::Expr>, usize)>, Box<Diagnostic>> {
        let Some(condition) = condition_of(step) else { return Ok(None) };
        let (shape, places) = (shape.clone(), places.to_vec());
        let binding = match start {
            // Its tree still grows: no slot holds a record of it.
            Start::This | Start::Out | Start::Chosen => Binding::Chosen { shape, places },
            Start::Slot(_) | Start::Group(_) => Binding::Record { slot: 0, shape, places },
        };
        // What is wrong inside the brackets was reported where it was compiled.
        conditions(condition, binding).map(Some).ok_or_else(|| {
            Box::new(Diagnostic::new(Code::M006).at(step.span, "see the other findings of this line"))
        })
    }

    fn unknown(&self, path: &Path, step: &PathStep, known: &[String]) -> Box<Diagnostic> {
        let name = step_text(step);
        let aliases = self.names.iter().map(|(name, _)| name.as_str());
        let finding = Diagnostic::new(Code::M001).with("path", &name).at(
            Span { start: step.span.start, ..path.span },
            if known.is_empty() { String::new() } else { format!("there are: {}", shorten(known)) },
        );
        Box::new(match suggest::nearest(&name, known.iter().map(String::as_str).chain(aliases)) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None if is_beyond(path, step) => finding.help("no map builds a field of `ext` with this name"),
            None => finding,
        })
    }
}

/// Whether a step stands behind `ext`, whose fields are those that maps build.
fn is_beyond(path: &Path, step: &PathStep) -> bool {
    path.steps.windows(2).any(|pair| pair[1].span == step.span && step_text(&pair[0]) == "ext")
}

/// `#2` as it is counted at run time.
fn occurrence_of(step: &PathStep, is_position: bool) -> Result<Option<u32>, Box<Diagnostic>> {
    if step.is_deep && step.occurrence.is_some() {
        return Err(Box::new(
            Diagnostic::new(Code::L002)
                .with("what", "`#n` behind `all`")
                .with("instead", "write `first(…)` or `last(…)` around the path")
                .at(step.span, ""),
        ));
    }
    Ok(step.occurrence.filter(|_| !is_position).map(|occurrence| match occurrence {
        Occurrence::Number(number) => number,
        Occurrence::Last => u32::MAX,
    }))
}

/// The kind of the value at places.
fn kind_at(shape: &Shape, places: &[PlaceId]) -> ValueKind {
    let kinds = |place: &PlaceId| shape.place(*place).leaf_type().map_or(ValueKind::Record, LeafType::kind);
    places.first().map_or(ValueKind::Record, kinds)
}

/// The condition in brackets, if there is one.
fn condition_of(step: &PathStep) -> Option<&Expression> {
    step.selectors.iter().find_map(|selector| match &selector.kind {
        SelectorKind::Condition(condition) => Some(&**condition),
        SelectorKind::Codes { .. } => None,
    })
}

/// `.id[VN]`: the pairs of a declared name, and the code.
pub fn pair_step(shape: &Shape, places: &[PlaceId], step: &PathStep) -> Option<PairChoice> {
    let StepName::Name(name) = &step.name else { return None };
    let code = step.selectors.iter().find_map(|selector| match &selector.kind {
        SelectorKind::Codes { negated: false, codes } => codes.first(),
        _ => None,
    })?;
    let pairs: Vec<(PlaceId, PlaceId)> = places
        .iter()
        .flat_map(|&place| shape.place(place).pairs.iter().filter(|pairs| *pairs.name == **name))
        .flat_map(|pairs| pairs.pairs.iter().copied())
        .collect();
    (!pairs.is_empty()).then(|| (pairs, code.text.as_str().into()))
}

/// A step to all that is at some places.
fn whole_step(shape: &Shape, places: &[PlaceId]) -> Step {
    Step {
        places: places.to_vec(),
        test: None,
        keys: Vec::new(),
        condition: None,
        occurrence: None,
        is_single: !is_many(shape, places),
        is_tested: false,
        deep: None,
    }
}

/// What stands directly in records.
fn first_ways(shape: &Shape, places: &[PlaceId]) -> Vec<PlaceId> {
    places.iter().flat_map(|&place| shape.place(place).children.iter().copied()).collect()
}

/// Those of `ways` that places stand in, or are.
fn ways_to(shape: &Shape, ways: &[PlaceId], places: &[PlaceId]) -> Vec<PlaceId> {
    let around = |place: PlaceId| {
        std::iter::successors(Some(place), |&at| (at != PlaceId::ROOT).then(|| shape.place(at).parent))
    };
    let leads = |way: &PlaceId| places.iter().any(|&place| around(place).any(|at| at == *way));
    ways.iter().copied().filter(leads).collect()
}

/// The records in some records, and those themselves, that have what a step names; all of them if none has.
fn records_with(shape: &Shape, places: &[PlaceId], step: &PathStep) -> Vec<PlaceId> {
    let mut all = places.to_vec();
    let mut at = 0;
    while at < all.len() {
        let children = &shape.place(all[at]).children;
        let is_record = |&place: &PlaceId| shape.place(place).kind == PlaceKind::Record;
        all.extend(children.iter().copied().filter(is_record));
        at += 1;
    }
    let has = |&&place: &&PlaceId| match &step.name {
        StepName::Name(name) => shape.children_named(place, name).next().is_some(),
        StepName::Position(position) => shape.child_at(place, *position).is_some(),
    };
    let with: Vec<PlaceId> = all.iter().filter(has).copied().collect();
    if with.is_empty() { all } else { with }
}

/// Several places of one parent are variants: together they may come as often as there are of them.
fn is_many(shape: &Shape, places: &[PlaceId]) -> bool {
    let is_many = |place: &PlaceId| shape.place(*place).is_many();
    let siblings = places.iter().any(|place| {
        places.iter().any(|other| other != place && shape.place(*other).parent == shape.place(*place).parent)
    });
    siblings || places.iter().any(is_many)
}

/// A step as written.
pub fn step_text(step: &PathStep) -> String {
    match &step.name {
        StepName::Name(name) => name.clone(),
        StepName::Position(position) => format!(".{position:02}"),
    }
}

/// A list of a document has no key that codes could be compared with: a condition on a field picks from it.
fn by_condition(
    shape: &Shape,
    parents: &[PlaceId],
    step: &PathStep,
    error: &StepError,
) -> Option<Diagnostic> {
    // Guides have names of two parts, documents of one.
    if !matches!(error, StepError::NoKey) || shape.name.contains('/') {
        return None;
    }
    let StepName::Name(name) = &step.name else { return None };
    let list = parents.iter().find_map(|&parent| shape.children_named(parent, name).next())?;
    let fields: Vec<&str> =
        shape.places().filter(|(_, place)| place.parent == list).map(|(_, place)| &*place.name).collect();
    let field = fields.iter().find(|field| **field == "type").or(fields.first())?;
    let code = step.selectors.iter().find_map(|selector| match &selector.kind {
        SelectorKind::Codes { codes, .. } => codes.first(),
        SelectorKind::Condition(_) => None,
    });
    let code = code.map_or("…", |code| code.text.as_str());
    let help = format!("of a list of a document a condition picks: `{name}[{field} = \"{code}\"]`");
    let finding = Diagnostic::new(Code::G010).with("name", name);
    Some(finding.at(step.span, "a list of the document, which has no key").help(help))
}
