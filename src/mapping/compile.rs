//! From a map's text to its plan.

mod blocks;
mod builder;
mod finish;
mod fitting;
mod lines;
mod names;
mod split;
mod statements;
mod texts;
mod values;
mod when;

pub(super) use builder::Builder;

use super::expression::Context;
use super::names::{Binding, Scope};
use super::plan::{Constant, Guard, Plan, SideName, SplitPlan};
use super::tables::Table;
use super::{constants, expression, layers, opened};
use crate::canonical::Shapes;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity, suggest};
use crate::guide::{Guide, unknown_document};
use crate::language::syntax::{FragmentDocument, MapDocument, Parameter, Side, Word};
use crate::tree::{PlaceId, Shape};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where maps find guides. A guide need not be held any longer than somebody uses it.
pub trait Guides {
    /// The guide with this name; `None` if there is none, or if it is not sound.
    fn guide(&self, name: &str) -> Option<Arc<Guide>>;
    /// The names of those that are there, for suggestions.
    fn names(&self) -> Vec<&str>;
}

/// What maps are compiled from.
pub struct MapSources<'a> {
    /// `map …` documents by name.
    pub maps: BTreeMap<&'a str, &'a MapDocument>,
    /// `fragment …` documents by name.
    pub fragments: BTreeMap<&'a str, &'a FragmentDocument>,
    /// Compiled guides by name.
    pub guides: &'a dyn Guides,
    /// Canonical documents by name.
    pub shapes: &'a BTreeMap<String, Arc<Shape>>,
    /// Tables by name.
    pub tables: &'a BTreeMap<String, Arc<Table>>,
}

/// The canonical shapes as the compiler shares them.
pub fn share(shapes: Shapes) -> BTreeMap<String, Arc<Shape>> {
    shapes.into_iter().map(|(name, shape)| (name, Arc::new(shape))).collect()
}

/// The document that `item` and `convert_qty` look up.
const ITEM: &str = "item";

const LAYERS_MAX: usize = 4;

/// Compiles the map `name` with everything it extends. `parameters` come from the partner file, the environment and
/// the flow, and stand over the map's own. `None` if something is wrong; the findings say what.
pub fn compile(
    name: &str,
    sources: &MapSources<'_>,
    parameters: &BTreeMap<String, Constant>,
    findings: &mut Diagnostics,
) -> Option<Plan> {
    let mut own = Diagnostics::new();
    let map = flatten(name, &sources.maps, &sources.fragments, &mut own);
    let plan = map.and_then(|map| plan(&map, sources, parameters, &mut own));
    let sound = !own.has_errors();
    findings.extend(own);
    plan.filter(|_| sound)
}

/// The parameters that the map `name` has, its bases' included, with the values they have of their own.
pub fn parameters(name: &str, sources: &MapSources<'_>) -> BTreeMap<String, Constant> {
    let mut ignored = Diagnostics::bounded(0);
    let map = flatten(name, &sources.maps, &sources.fragments, &mut ignored);
    map.iter().flat_map(|map| &map.parameters).map(own_parameter).collect()
}

fn own_parameter(line: &Parameter) -> (String, Constant) {
    (line.name.text.clone(), expression::constant(&line.value))
}

/// The map `name` with everything it extends, as one document that extends nothing. `None` if there is no such map, or
/// one of those it extends is not there.
pub fn flatten(
    name: &str,
    maps: &BTreeMap<&str, &MapDocument>,
    fragments: &BTreeMap<&str, &FragmentDocument>,
    findings: &mut Diagnostics,
) -> Option<MapDocument> {
    let mut chain = vec![*maps.get(name)?];
    while let Some(base) = &chain.last()?.extends {
        let Some(document) = maps.get(base.name.as_str()) else {
            findings.push(unknown_document("map", base, maps.keys().copied()));
            return None;
        };
        let is_again = chain.iter().any(|layer| layer.name.name == document.name.name);
        if is_again || chain.len() >= LAYERS_MAX {
            let label = if is_again { "extends again here" } else { "one layer too many" };
            findings.push(Diagnostic::new(Code::G004).with("name", name).at(base.span, label));
            return None;
        }
        let version = document.version.as_ref().map_or(1, |version| version.value);
        if base.version.is_some_and(|pinned| pinned != version) {
            findings.push(
                Diagnostic::new(Code::M018)
                    .with("name", &base.name)
                    .with("version", version.to_string())
                    .at(base.span, "another version"),
            );
        }
        chain.push(document);
    }
    let mut map = chain.pop()?.clone();
    for layer in chain.into_iter().rev() {
        opened::open(&mut map, layer, fragments);
        map = layers::apply(&map, layer, fragments, findings);
    }
    Some(map)
}

fn plan(
    map: &MapDocument,
    sources: &MapSources<'_>,
    given: &BTreeMap<String, Constant>,
    findings: &mut Diagnostics,
) -> Option<Plan> {
    let (from, alias) = map.from.as_ref().or_else(|| side_missing(map, "from", findings))?;
    let to = map.to.as_ref().or_else(|| side_missing(map, "to", findings))?;
    let (source, source_shape) = side(from, sources, findings)?;
    let (target, target_shape) = side(to, sources, findings)?;
    let own = map.parameters.iter().map(own_parameter);
    let mut parameters: BTreeMap<String, Constant> = own.collect();
    parameters.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
    let mut context = Context::new(&parameters, sources.tables, findings);
    if let SideName::Guide(name) = &source {
        let own = sources.maps.get(map.name.name.as_str()).map_or(map.span, |document| document.span);
        context.source_guide = sources.guides.guide(name).map(|guide| (guide, own));
    }
    context.item = sources.shapes.get(ITEM).cloned();
    context.source = Some(source_shape.clone());
    context.read = read_by_the_format(&source, &source_shape, sources);
    let slot = context.slot();
    let mut scope = whole_scope(slot, (&source_shape, alias.as_ref()), &target_shape);
    let mut compiler = Compiler {
        context,
        sources,
        shape: target_shape.clone(),
        target_guide: None,
        guard: None,
        open: Vec::new(),
        facts: Vec::new(),
        split: None,
    };
    if let SideName::Guide(name) = &target {
        compiler.target_guide = sources.guides.guide(name);
    }
    let earlier = compiler.earlier(map, &mut scope);
    let mut builder = Builder::new(PlaceId::ROOT);
    compiler.statements(&mut builder, &mut scope, &map.statements);
    compiler.check_required(&builder, map.name.span);
    let mut root = compiler.whole(builder);
    let cases = compiler.cases(&source, &scope);
    compiler.unread_parameters(map);
    compiler.unread_of_guide(map);
    let Context { slots, sequences, indexes, lookups, rules, read, .. } = compiler.context;
    Some(Plan {
        name: map.name.name.clone(),
        version: map.version.as_ref().map_or(1, |version| version.value),
        source,
        target,
        source_shape,
        target_shape,
        earlier,
        lookups,
        split: compiler.split,
        slots: slots.into_slots(),
        constants: constants::gather(&mut root),
        root,
        sequences,
        indexes,
        read,
        unmapped: unmapped(map),
        rules,
        cases,
    })
}

/// What the lines at the top of a map see.
fn whole_scope(slot: usize, source: (&Arc<Shape>, Option<&Word>), target: &Arc<Shape>) -> Scope {
    let (shape, alias) = source;
    let here = Binding::Record { slot, shape: shape.clone(), places: vec![PlaceId::ROOT] };
    let names = alias.into_iter().map(|alias| (alias.text.clone(), here.clone())).collect();
    Scope { names, here, this: (target.clone(), vec![PlaceId::ROOT]) }
}

/// What happens with values nobody reads.
fn unmapped(map: &MapDocument) -> Option<Severity> {
    match map.unmapped.as_ref()?.text.as_str() {
        "warn" => Some(Severity::Warn),
        "hold" => Some(Severity::Hold),
        _ => None,
    }
}

/// Places that are the format's own business, such as `ST` and `SE`: no line reads them.
fn read_by_the_format(source: &SideName, shape: &Shape, sources: &MapSources<'_>) -> Vec<bool> {
    let mut read = vec![false; shape.len()];
    let SideName::Guide(name) = source else { return read };
    let Some(guide) = sources.guides.guide(name) else { return read };
    for (place, own) in shape.places() {
        // A parent has a lower id than what is in it, variants included.
        read[place.index()] = guide.rules(place).auto || (place != PlaceId::ROOT && read[own.parent.index()]);
    }
    read
}

fn side_missing<T>(map: &MapDocument, what: &str, findings: &mut Diagnostics) -> Option<T> {
    findings.push(Diagnostic::new(Code::M023).with("what", what).at(map.name.span, "this map"));
    None
}

pub(super) fn side(
    side: &Side,
    sources: &MapSources<'_>,
    findings: &mut Diagnostics,
) -> Option<(SideName, Arc<Shape>)> {
    match side {
        Side::Guide(reference) => match sources.guides.guide(&reference.name) {
            Some(guide) => Some((SideName::Guide(guide.name.clone()), guide.shape.clone())),
            None => {
                findings.push(unknown_document("guide", reference, sources.guides.names().into_iter()));
                None
            }
        },
        Side::Canonical(word) => match sources.shapes.get(&word.text) {
            Some(shape) => Some((SideName::Canonical(word.text.clone()), shape.clone())),
            None => {
                let finding = Diagnostic::new(Code::G003)
                    .with("what", "canonical document")
                    .with("name", &word.text)
                    .at(word.span, "no shape has this name");
                let near = suggest::nearest(&word.text, sources.shapes.keys().map(String::as_str));
                findings.push(match near {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding,
                });
                None
            }
        },
        Side::Place(reference) => {
            findings.push(
                Diagnostic::new(Code::L001)
                    .with("found", "a place of a guide")
                    .with("expected", "`guide NAME` or `canonical NAME`")
                    .at(reference.span, ""),
            );
            None
        }
    }
}

pub(super) struct Compiler<'a> {
    pub(super) context: Context<'a>,
    pub(super) sources: &'a MapSources<'a>,
    shape: Arc<Shape>,
    target_guide: Option<Arc<Guide>>,
    /// What makes several documents of a message.
    split: Option<SplitPlan>,
    /// The branch of a `when` that the lines at hand stand in.
    guard: Option<Arc<Guard>>,
    /// The fragments whose lines are at hand, from the outermost.
    open: Vec<String>,
    /// What the conditions around the line at hand say.
    facts: Vec<expression::Fact>,
}
