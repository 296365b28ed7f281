//! Constants that their target cannot take: they are told before the first message comes.

use super::Compiler;
use super::lines::fits;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, suggest};
use crate::guide::shorten;
use crate::language::syntax::{Assignment, Expression, ExpressionKind, PolicyKind, TableReference, Via};
use crate::mapping::expression::constant;
use crate::mapping::layers;
use crate::mapping::plan::Constant;
use crate::tree::value::ValueKind;
use crate::tree::{LeafType, PlaceId, Value};
use std::collections::BTreeMap;

/// What a place takes.
struct Bounds {
    /// Shortest and longest text in characters.
    length: (u32, u32),
    codes: Vec<Box<str>>,
    /// How the line calls it.
    written: String,
}

impl Bounds {
    /// Whether a text is neither too short nor too long.
    fn takes(&self, text: &str) -> bool {
        let length = text.chars().count() as u32;
        self.length.0 <= length && length <= self.length.1
    }
}

/// A code of so many letters is a word: what is spelled nearly alike was meant to be it.
const WORD_LENGTH_MIN: usize = 4;

impl Compiler<'_> {
    /// Tells of the constants that a line can give and its target cannot take. What it looks up or computes is the
    /// message's business, the rows of its table are not.
    pub(super) fn constants_fit(&mut self, line: &Assignment, place: PlaceId) {
        // The whole path says more than the part of it that stands in a block, unless it calls something else.
        let (whole, own) = (self.shape.path(place), layers::keys(&line.target).join("."));
        let written = if line.target.starts_with_dot() || whole.ends_with(&own) { whole } else { own };
        let mut bounds = Bounds { written, ..self.bounds(place) };
        if line.modifiers.truncate.is_some() {
            bounds.length.1 = u32::MAX;
        }
        self.results_fit(&line.value, place, &bounds);
    }

    fn results_fit(&mut self, value: &Expression, place: PlaceId, bounds: &Bounds) {
        match &value.kind {
            ExpressionKind::Literal(literal) => {
                self.constant_fits(&constant(literal), literal.span, place, bounds)
            }
            ExpressionKind::Parameter(word) => {
                if let Some(given) = self.context.parameters.get(&word.text).cloned() {
                    self.constant_fits(&given, value.span, place, bounds);
                }
            }
            ExpressionKind::Else { value, fallback } => {
                self.results_fit(value, place, bounds);
                self.results_fit(fallback, place, bounds);
            }
            ExpressionKind::If { then, otherwise, .. } => {
                self.results_fit(then, place, bounds);
                self.results_fit(otherwise, place, bounds);
            }
            ExpressionKind::List(items) => {
                items.iter().for_each(|item| self.results_fit(item, place, bounds))
            }
            ExpressionKind::Via(via) => self.table_fits(via, place, bounds),
            _ => {}
        }
    }

    fn table_fits(&mut self, via: &Via, place: PlaceId, bounds: &Bounds) {
        if let Some(PolicyKind::Constant(literal)) = via.unknown.as_ref().map(|policy| &policy.kind) {
            self.constant_fits(&constant(literal), literal.span, place, bounds);
        }
        let (name, column, reversed) = match &via.table {
            TableReference::Inline(rows, _) => {
                for (_, literal) in rows {
                    self.constant_fits(&constant(literal), literal.span, place, bounds);
                }
                return;
            }
            TableReference::Named { name, column, reversed } => (name, column.as_ref(), *reversed),
        };
        // What is wrong with the table itself was told.
        let Some(table) = self.context.tables.get(&name.text) else { return };
        let at = column.map_or(Some(0), |word| table.columns.iter().position(|known| *known == word.text));
        let results = at.map(|at| table.results(at, reversed)).unwrap_or_default();
        let Some((value, row, why)) = self.misfit_of(&results, place, bounds) else { return };
        let finding = Diagnostic::new(Code::M061)
            .with("table", &name.text)
            .with("value", value)
            .with("target", &bounds.written)
            .with("why", why)
            .at(name.span, "looked up here");
        self.context.findings.push(match row {
            Some(row) => finding.at(row, "this row"),
            None => finding,
        });
    }

    /// A result that is a mistake. Tables serve several maps, so that a row whose code this target lacks is none, unless
    /// the code is nearly one of its codes or no row of the table has one. What is no number is nobody's number.
    fn misfit_of<'t>(
        &self,
        results: &BTreeMap<&'t str, Option<Span>>,
        place: PlaceId,
        bounds: &Bounds,
    ) -> Option<(&'t str, Option<Span>, String)> {
        let why = |value: &str| self.misfit(value, place, bounds);
        let results = || results.iter().filter(|(value, _)| !value.is_empty());
        let is_code = self.shape.place(place).leaf_type().is_some_and(|leaf| leaf.kind() == ValueKind::Text);
        let is_foreign = !is_code || results().all(|(value, _)| why(value).is_some());
        let is_mistake = |value: &str| {
            let is_allowed = bounds.takes(value);
            let near = suggest::nearest(value, bounds.codes.iter().map(|code| &**code));
            is_foreign || !is_allowed || near.is_some_and(|near| near.len() >= WORD_LENGTH_MIN)
        };
        results().find_map(|(&value, &row)| Some((value, row, why(value).filter(|_| is_mistake(value))?)))
    }

    fn constant_fits(&mut self, constant: &Constant, span: Span, place: PlaceId, bounds: &Bounds) {
        // A constant of the wrong kind is told as such.
        let kind = self.shape.place(place).leaf_type().map(LeafType::kind);
        if kind.is_none_or(|kind| !fits(constant.kind(), kind)) {
            return;
        }
        let text = match constant {
            Constant::Text(text) if text.is_empty() => return,
            Constant::Text(text) => text.to_string(),
            Constant::Number(number) => number.to_string(),
            Constant::Absent | Constant::Bool(_) => return,
        };
        let Some(why) = self.misfit(&text, place, bounds) else { return };
        self.context.findings.push(
            Diagnostic::new(Code::M060)
                .with("value", text)
                .with("target", &bounds.written)
                .with("why", why)
                .at(span, "does not fit"),
        );
    }

    /// Why a value cannot stand at a place; `None` if it can.
    fn misfit(&self, text: &str, place: PlaceId, bounds: &Bounds) -> Option<String> {
        let leaf = self.shape.place(place).leaf_type()?;
        if leaf.kind() != ValueKind::Text {
            return match (Value::read(leaf, text), self.shape.place(place).digits) {
                (Err(_), _) => Some(format!("it is not {}", leaf.kind().word())),
                (Ok(Value::Number(number)), Some((whole, fraction)))
                    if !number.has_digits(whole, fraction) =>
                {
                    Some(format!("{whole} digits fit before the point and {fraction} behind it"))
                }
                _ => None,
            };
        }
        let (length, (least, most)) = (text.chars().count() as u32, bounds.length);
        if bounds.takes(text) {
            let is_known = bounds.codes.is_empty() || bounds.codes.iter().any(|code| **code == *text);
            let codes: Vec<String> = bounds.codes.iter().map(|code| code.to_string()).collect();
            return (!is_known).then(|| format!("its codes are {}", shorten(&codes)));
        }
        if length > most {
            return Some(format!("it has {length} characters, and {most} fit"));
        }
        Some(format!("it has {length} characters, and there must be {least}"))
    }

    fn bounds(&self, place: PlaceId) -> Bounds {
        let own = self.shape.place(place);
        let Some(guide) = &self.target_guide else {
            return Bounds {
                length: (0, unbounded(own.max_length)),
                codes: own.values.clone(),
                written: String::new(),
            };
        };
        let rules = guide.rules(place);
        let most = unbounded(own.max_length).min(unbounded(rules.max_length));
        Bounds { length: (rules.min_length, most), codes: rules.codes.clone(), written: String::new() }
    }
}

/// A longest length, where 0 is none.
fn unbounded(length: u32) -> u32 {
    if length == 0 { u32::MAX } else { length }
}
