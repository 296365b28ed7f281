//! A value that is absent: the line or block that was to make it, and what it did not find.

use super::path::{self, key_text};
use super::place::{Kind, tag};
use super::tell::quoted;
use super::{Life, Told};
use crate::mapping::plan::{Nodes, Step};
use crate::mapping::trace::{LeafTrace, Whence, Why};
use crate::tree::{NodeId, PlaceId, Shape, View};

/// Where a path ended too soon.
struct Gap<'n> {
    /// The record that is there.
    record: NodeId,
    /// The step that leads nowhere from it.
    step: &'n Step,
}

impl Life<'_> {
    /// Why `record` of what `layer` built has no `place`.
    pub(super) fn absent(&self, layer: usize, record: NodeId, place: PlaceId) -> Told {
        let own = &self.layers[layer];
        let shape = &own.plan.target_shape;
        let told = Told::new(format!("{} is absent", path::shown(shape, own.target(), record, Some(place))));
        let leaves = own.target.children(record).filter(|&node| own.target.node(node).place == place);
        let traces: Vec<&LeafTrace> = leaves.filter_map(|node| own.trace.leaf(node)).collect();
        match traces.as_slice() {
            [] => {}
            [only] => {
                let told = told.at(self.rule(layer, only.rule), self.session.sources);
                return told.because(self.gave_nothing(layer, only));
            }
            // Branches of a `when` have lines for one place.
            several => {
                let line = |trace: &&LeafTrace| {
                    Told::new("this line gave nothing")
                        .at(self.rule(layer, trace.rule), self.session.sources)
                        .because(self.gave_nothing(layer, trace))
                };
                return told.because(several.iter().map(line).collect());
            }
        }
        let blocks: Vec<Told> = own
            .trace
            .blocks(record, place)
            .map(|block| {
                let why = match block.why {
                    Why::NoRecord => "the block made nothing: what it is made from is not there",
                    Why::Condition => "the block made nothing: its condition was false",
                    Why::Empty => "the block made nothing: no line in it had a value besides constants",
                };
                Told::new(why)
                    .at(self.rule(layer, block.rule), self.session.sources)
                    .because(self.steps(layer, &block.steps))
            })
            .collect();
        match blocks.is_empty() {
            false => told.because(blocks),
            true => {
                let name = &own.plan.name;
                let what = self.target_name(layer);
                let path = shape.path(place);
                told.because(vec![Told::new(format!("no line of {name} builds `{path}` of {what}"))])
            }
        }
    }

    fn gave_nothing(&self, layer: usize, trace: &LeafTrace) -> Vec<Told> {
        let reasons = self.steps(layer, &trace.steps);
        if reasons.is_empty() { vec![Told::new("the line gave nothing")] } else { reasons }
    }

    /// Why a path led to nothing.
    pub(super) fn missed(&self, layer: usize, nodes: &Nodes, pair: Option<&str>, from: Whence) -> Told {
        let own = &self.layers[layer];
        let written = self.session.sources.text(nodes.span);
        match from {
            Whence::Nowhere => {
                Told::new(format!("nothing at {}: the record it starts from was not found", quoted(written)))
            }
            Whence::Earlier(line, _) => {
                let document = &own.plan.earlier[line].document;
                Told::new(format!("nothing at {} of the earlier {document}", quoted(written)))
            }
            Whence::LookedUp(line, _) => {
                let document = &own.plan.lookups[line].document;
                Told::new(format!("nothing at {} of the {document} that was found", quoted(written)))
            }
            Whence::Source(node) if layer == 0 => {
                let why = self.not_in_message(nodes, pair, node);
                Told::new(format!("nothing at {}: {why}", quoted(written)))
            }
            Whence::Source(node) => match gap(own.source, nodes, node) {
                Some(gap) => self.absent(layer - 1, gap.record, gap.step.places[0]),
                None => Told::new(format!("nothing at {}", quoted(written))),
            },
            Whence::Target(node) => match gap(own.target(), nodes, node) {
                Some(gap) => self.absent(layer, gap.record, gap.step.places[0]),
                None => Told::new(format!("nothing at {}", quoted(written))),
            },
        }
    }

    /// What the message has instead, in words.
    fn not_in_message(&self, nodes: &Nodes, pair: Option<&str>, from: NodeId) -> String {
        let layer = &self.layers[0];
        let (shape, view) = (&layer.plan.source_shape, layer.source);
        if let Some(code) = pair {
            return self.no_pair(shape, view, from, code);
        }
        let Some(gap) = gap(view, nodes, from) else { return "it is empty there".into() };
        let place = shape.place(gap.step.places[0]);
        if place.position > 0 || place.leaf_type().is_some() {
            return self.no_value(gap.record, gap.step.places[0]);
        }
        self.no_segment(shape, view, &gap)
    }

    /// No segment of the name, or none with the qualifier: then those that are there.
    fn no_segment(&self, shape: &Shape, view: View<'_>, gap: &Gap<'_>) -> String {
        let place = shape.place(gap.step.places[0]);
        let kind = self.kind();
        let what = kind.noun();
        let inside = match self.record_shown(gap.record) {
            segment if kind == Kind::Segments && segment != "the message" => {
                format!("the group of {segment}")
            }
            record => record,
        };
        let there: Vec<String> = view
            .tree
            .children(gap.record)
            .filter(|&node| shape.place(view.tree.node(node).place).name == place.name)
            .map(|node| {
                let key = key_text(shape, view, node).unwrap_or("no qualifier");
                match view.tree.node(node).ordinal {
                    0 => format!("{} ({})", quoted(key), self.record_shown(node)),
                    ordinal => format!("{} ({what} {ordinal})", quoted(key)),
                }
            })
            .collect();
        let wanted: Vec<&str> = match &gap.step.test {
            Some(test) => test.codes.iter().map(|code| &**code).collect(),
            None => place.codes.iter().map(|code| &**code).collect(),
        };
        match (there.is_empty(), wanted.is_empty()) {
            (true, _) => format!("{inside} has no {what} {}", place.name),
            (false, true) => format!("{inside} has only {} {what} {}", there.len(), place.name),
            (false, false) => {
                let is_negated = gap.step.test.as_ref().is_some_and(|test| test.negated);
                let with = if is_negated { "without" } else { "with" };
                format!(
                    "no {} {with} the qualifier {} is in {inside}; there is {}",
                    place.name,
                    wanted.join(" or "),
                    there.join(", ")
                )
            }
        }
    }

    /// No pair with the qualifier: the qualifiers that are there.
    fn no_pair(&self, shape: &Shape, view: View<'_>, node: NodeId, code: &str) -> String {
        let own = view.tree.node(node);
        let pairs = shape.place(own.place).pairs.iter().flat_map(|pairs| &pairs.pairs);
        let there: Vec<String> =
            pairs.filter_map(|(qualifier, _)| view.child_text(node, *qualifier)).map(quoted).collect();
        let place = format!("segment {} ({})", own.ordinal, tag(shape, own.place));
        match there.is_empty() {
            true => format!("no qualifier {code} is in {place}"),
            false => format!("no qualifier {code} is in {place}; there is {}", there.join(", ")),
        }
    }
}

/// The first step of a path that leads nowhere; `None` if every step leads somewhere, to something empty.
fn gap<'n>(view: View<'_>, nodes: &'n Nodes, from: NodeId) -> Option<Gap<'n>> {
    let mut records = vec![from];
    for (i, step) in nodes.steps.iter().enumerate() {
        let is_last = i + 1 == nodes.steps.len();
        let next: Vec<NodeId> = records
            .iter()
            .flat_map(|&record| view.tree.children(record))
            .filter(|&node| step.places.contains(&view.tree.node(node).place) && passes(view, node, step))
            .filter(|&node| {
                !is_last || nodes.leaves.is_empty() || view.text(node).is_some_and(|text| !text.is_empty())
            })
            .collect();
        let next = match step.occurrence {
            Some(u32::MAX) => next.last().copied().into_iter().collect(),
            Some(wanted) => next.get(wanted as usize - 1).copied().into_iter().collect(),
            None => next,
        };
        if next.is_empty() {
            return Some(Gap { record: *records.first()?, step });
        }
        records = next;
    }
    None
}

/// Whether a node passes the step's test of its qualifier.
fn passes(view: View<'_>, node: NodeId, step: &Step) -> bool {
    let Some(test) = &step.test else { return true };
    let key = view.tree.children(node).find_map(|child| {
        if step.keys.contains(&view.tree.node(child).place) {
            return view.text(child);
        }
        step.keys.iter().find_map(|&key| view.child_text(child, key))
    });
    test.codes.iter().any(|code| **code == *key.unwrap_or("")) != test.negated
}
