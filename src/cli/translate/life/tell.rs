//! A value that is there: its line, and what the line read.

use super::path::{self, Goal};
use super::{Life, Told};
use crate::base::span::Span;
use crate::cli::exit::Stop;
use crate::diagnostics::render::terminal::{cut, sanitize};
use crate::mapping::SideName;
use crate::mapping::trace::{Step, Whence};
use crate::tree::NodeId;

/// Most sources of one value that are told.
const TOLD_MAX: usize = 20;

impl Life<'_> {
    /// Explains a path of what `layer` built.
    pub fn tell(&self, layer: usize, text: &str) -> Result<Told, Stop> {
        let own = &self.layers[layer];
        let goal = path::find(&own.plan.target_shape, own.target(), text)?;
        Ok(match goal {
            Goal::Value(node) => self.value(layer, node),
            Goal::Absent { there, .. } if there > 0 => {
                Told::new(format!("{text} is absent: there are only {there}"))
            }
            Goal::Absent { record, place, .. } => {
                let mut told = self.absent(layer, record, place);
                told.text = format!("{text} is absent");
                told
            }
        })
    }

    /// A value of what `layer` built.
    pub(super) fn value(&self, layer: usize, node: NodeId) -> Told {
        let own = &self.layers[layer];
        let path = path::shown(&own.plan.target_shape, own.target(), node, None);
        let value = own.target().text(node).unwrap_or("");
        let told = Told::new(format!("{path} is {}", quoted(value)));
        let Some(trace) = own.trace.leaf(node) else {
            let why = "filled by the gateway from the partner file and the envelope; no line of a map does";
            return told.because(vec![Told::new(why)]);
        };
        let reasons = match trace.steps.is_empty() {
            true => vec![Told::new("a constant, a parameter or a count: the line reads nothing for it")],
            false => self.steps(layer, &trace.steps),
        };
        told.at(self.rule(layer, trace.rule), self.session.sources).because(reasons)
    }

    /// The place of a line of the layer's map.
    pub(super) fn rule(&self, layer: usize, rule: u32) -> Option<Span> {
        self.layers[layer].plan.rules.get(rule.checked_sub(1)? as usize).copied()
    }

    /// What a line did.
    pub(super) fn steps(&self, layer: usize, steps: &[Step]) -> Vec<Told> {
        let mut told: Vec<Told> = Vec::new();
        for step in steps.iter().take(TOLD_MAX) {
            let next = self.step(layer, step);
            if !told.contains(&next) {
                told.push(next);
            }
        }
        if steps.len() > TOLD_MAX {
            told.push(Told::new(format!("and {} more", steps.len() - TOLD_MAX)));
        }
        told
    }

    fn step(&self, layer: usize, step: &Step) -> Told {
        let sources = self.session.sources;
        match step {
            Step::Read(Whence::Source(node)) if layer == 0 => self.bytes(*node),
            Step::Read(Whence::Source(node)) => self.value(layer - 1, *node),
            Step::Read(Whence::Target(node)) => self.value(layer, *node),
            Step::Read(Whence::Earlier(..) | Whence::LookedUp(..) | Whence::Nowhere) => {
                Told::new("read from a record that is not there")
            }
            Step::Document { rule, document, path, value } => {
                Told::new(format!("{path} of {} is {}", sanitize(document), quoted(value)))
                    .at(self.rule(layer, *rule), sources)
            }
            Step::NoDocument { rule, document, keys, count } => {
                let keys = sanitize(keys);
                Told::new(match count {
                    0 => format!("there is no {document} with {keys}"),
                    count => format!("there are {count} of {document} with {keys}, and only one would do"),
                })
                .at(self.rule(layer, *rule), sources)
            }
            Step::NoMatch { nodes, wanted } => {
                let list = quoted(sources.text(nodes.span));
                Told::new(format!("no record of {list} has {}, which is looked for", quoted(wanted)))
            }
            Step::Row { row: Some(row), key, value } => {
                Told::new(format!("the table has {} for {}", quoted(value), quoted(key)))
                    .at(Some(*row), sources)
            }
            Step::Row { row: None, key, value } => {
                Told::new(format!("the line itself has {} for {}", quoted(value), quoted(key)))
            }
            Step::NoRow { table, file, key, .. } => {
                let table = match file {
                    Some(file) => format!("`{table}` ({})", sources.file(*file).path),
                    None => table.clone(),
                };
                Told::new(format!("the table {table} has no row for {}", quoted(key)))
            }
            Step::Line { rule, steps } => Told::new("a line in it gave nothing")
                .at(self.rule(layer, *rule), sources)
                .because(self.steps(layer, steps)),
            Step::Condition { holds, steps } => {
                let text = if *holds { "the condition was true" } else { "the condition was false" };
                Told::new(text).because(self.steps(layer, steps))
            }
            Step::Missed { nodes, pair, from } => self.missed(layer, nodes, pair.as_deref(), *from),
        }
    }

    /// The guide of the message.
    pub(super) fn layout_guide(&self) -> &crate::guide::Guide {
        let plan = self.layers[0].plan;
        let way = self.session.ways.iter().find(|way| std::ptr::eq(&**way.read, plan));
        way.unwrap_or(self.session.ways.first()).layout.guide()
    }

    /// What the layer builds, in words.
    pub(super) fn target_name(&self, layer: usize) -> &str {
        match &self.layers[layer].plan.target {
            SideName::Guide(name) | SideName::Canonical(name) => name,
        }
    }
}

/// Partner data in backquotes, made safe and cut.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", sanitize(&cut(text)))
}
