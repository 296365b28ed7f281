//! Conditions whose outcome is known before the first message: by constants, by lists of codes, and by the conditions
//! around them.

use super::Context;
use crate::diagnostics::{Code, Diagnostic};
use crate::language::syntax::{
    Expression, ExpressionKind, Literal, LiteralKind, Occurrence, Operator, Path, PathStep, SelectorKind,
};
use crate::mapping::names::{Found, Scope, step_text};
use std::sync::Arc;

/// What the conditions around a line say of an expression, which is known by its text.
#[derive(Debug, Clone)]
pub struct Fact {
    subject: String,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    /// As a condition, it holds or it does not.
    Holds(bool),
    /// It is there, and one of these.
    OneOf(Vec<String>),
    /// It is none of these, or not there.
    NoneOf(Vec<String>),
    /// Whether it is there.
    Present(bool),
}

impl Fact {
    /// Whether it is still true where `this` is another record.
    pub fn outlives_this(&self) -> bool {
        !self.subject.contains("this")
    }
}

/// The values an expression can have.
struct Domain {
    /// `None` is any.
    allowed: Option<Vec<String>>,
    excluded: Vec<String>,
    is_present: Option<bool>,
}

impl Domain {
    fn can_be(&self, value: &str) -> bool {
        let is_allowed =
            self.allowed.as_ref().is_none_or(|allowed| allowed.iter().any(|known| known == value));
        self.is_present != Some(false) && is_allowed && !self.excluded.iter().any(|known| known == value)
    }

    /// Whether it is there and one of these, whatever the message.
    fn is_one_of(&self, values: &[String]) -> bool {
        let allowed = self.allowed.iter().flatten().filter(|value| !self.excluded.contains(value));
        self.is_present == Some(true)
            && self.allowed.is_some()
            && allowed.into_iter().all(|value| values.contains(value))
    }
}

impl Context<'_> {
    /// Tells of a condition whose outcome is known.
    pub fn tell_foregone(&mut self, scope: &Scope, condition: &Expression, facts: &[Fact]) {
        let Some(holds) = self.foregone(scope, condition, facts) else { return };
        let what = if holds { "always holds" } else { "can never hold" };
        let finding = Diagnostic::new(Code::M065).with("what", what).at(condition.span, what);
        self.findings.push(finding);
    }

    /// Tells of the conditions of `if` in an expression.
    pub fn tell_foregone_in(&mut self, scope: &Scope, expression: &Expression, facts: &[Fact]) {
        if let ExpressionKind::If { condition, then, otherwise } = &expression.kind {
            self.tell_foregone(scope, condition, facts);
            let with = |holds| [facts, &implied(condition, holds)].concat();
            self.tell_foregone_in(scope, then, &with(true));
            return self.tell_foregone_in(scope, otherwise, &with(false));
        }
        parts(expression).into_iter().for_each(|part| self.tell_foregone_in(scope, part, facts));
    }

    /// Whether a condition holds whatever the message, or never; `None` if the message decides.
    fn foregone(&self, scope: &Scope, condition: &Expression, facts: &[Fact]) -> Option<bool> {
        let known = key(condition).and_then(|key| {
            facts.iter().rev().find_map(|fact| match fact.what {
                What::Holds(holds) if fact.subject == key => Some(holds),
                _ => None,
            })
        });
        if known.is_some() {
            return known;
        }
        match &condition.kind {
            ExpressionKind::Literal(Literal { kind: LiteralKind::Bool(truth), .. }) => Some(*truth),
            ExpressionKind::Not(inner) => self.foregone(scope, inner, facts).map(|holds| !holds),
            ExpressionKind::Binary { operator: operator @ (Operator::And | Operator::Or), left, right } => {
                // The right side is asked only where the left one does not decide.
                let decides = *operator == Operator::Or;
                let behind = [facts, &implied(left, !decides)].concat();
                let (left, right) = (self.foregone(scope, left, facts), self.foregone(scope, right, &behind));
                match (left, right) {
                    (Some(left), _) if left == decides => Some(decides),
                    (_, Some(right)) if right == decides => Some(decides),
                    (Some(_), Some(_)) => Some(!decides),
                    _ => None,
                }
            }
            ExpressionKind::Binary { operator, left, right } => {
                let (subject, value) = compared(left, right)?;
                match operator {
                    Operator::Equal => self.is_among(scope, subject, &[value], facts),
                    Operator::NotEqual => {
                        let domain = self.domain(scope, subject, facts)?;
                        let is_it =
                            domain.allowed.as_ref().is_some_and(|allowed| *allowed == [value.clone()]);
                        match domain.is_present {
                            Some(false) => Some(false),
                            Some(true) if !domain.can_be(&value) => Some(true),
                            _ => is_it.then_some(false),
                        }
                    }
                    _ => None,
                }
            }
            ExpressionKind::In { value, list } => {
                let values: Option<Vec<String>> = list.iter().map(constant_text).collect();
                self.is_among(scope, value, &values?, facts)
            }
            ExpressionKind::Call { name, arguments } if arguments.len() == 1 => {
                let wants = match name.text.as_str() {
                    "present" => true,
                    "absent" => false,
                    _ => return None,
                };
                let is_present = self.domain(scope, &arguments[0], facts)?.is_present?;
                Some(is_present == wants)
            }
            _ => None,
        }
    }

    fn is_among(
        &self,
        scope: &Scope,
        subject: &Expression,
        values: &[String],
        facts: &[Fact],
    ) -> Option<bool> {
        let domain = self.domain(scope, subject, facts)?;
        match values.iter().any(|value| domain.can_be(value)) {
            false => Some(false),
            true => domain.is_one_of(values).then_some(true),
        }
    }

    fn domain(&self, scope: &Scope, subject: &Expression, facts: &[Fact]) -> Option<Domain> {
        if let Some(value) = constant_text(subject) {
            return Some(Domain { allowed: Some(vec![value]), excluded: Vec::new(), is_present: Some(true) });
        }
        let key = key(subject)?;
        let allowed = match &subject.kind {
            ExpressionKind::Path(path) => self.codes_at(scope, path),
            _ => None,
        };
        let mut domain = Domain { allowed, excluded: Vec::new(), is_present: None };
        for fact in facts.iter().filter(|fact| fact.subject == key) {
            match &fact.what {
                What::Holds(_) => {}
                What::Present(is_present) => domain.is_present = Some(*is_present),
                What::NoneOf(values) => domain.excluded.extend(values.iter().cloned()),
                What::OneOf(values) => {
                    domain.is_present = Some(true);
                    let known = domain.allowed.take();
                    let is_left = |value: &&String| known.as_ref().is_none_or(|known| known.contains(value));
                    domain.allowed = Some(values.iter().filter(is_left).cloned().collect());
                }
            }
        }
        Some(domain)
    }

    /// The codes that what a path leads to can have: of a canonical `code`, or those that the guide of this map lists.
    fn codes_at(&self, scope: &Scope, path: &Path) -> Option<Vec<String>> {
        let Found::Path(found) = scope.resolve(path, &mut |_, _| None).ok()? else { return None };
        let rules = self.source_guide.as_ref().filter(|(guide, map)| {
            let is_own =
                map.file == path.span.file && map.start <= path.span.start && path.span.end <= map.end;
            is_own && Arc::ptr_eq(&guide.shape, &found.shape)
        });
        let mut all = Vec::new();
        for &place in found.places.iter().filter(|_| found.pair.is_none()) {
            let codes = match rules {
                Some((guide, _)) => &guide.rules(place).codes,
                None => &found.shape.place(place).values,
            };
            if codes.is_empty() {
                return None;
            }
            all.extend(codes.iter().map(|code| code.to_string()));
        }
        (!all.is_empty()).then_some(all)
    }
}

/// What is known of expressions where a condition holds, or where it does not.
pub fn implied(condition: &Expression, holds: bool) -> Vec<Fact> {
    let mut facts = Vec::new();
    imply(condition, holds, &mut facts);
    facts
}

fn imply(condition: &Expression, holds: bool, facts: &mut Vec<Fact>) {
    let mut say = |of: &Expression, what: What| facts.extend(key(of).map(|subject| Fact { subject, what }));
    say(condition, What::Holds(holds));
    match (&condition.kind, holds) {
        (ExpressionKind::Not(inner), _) => imply(inner, !holds, facts),
        (ExpressionKind::Binary { operator: Operator::And, left, right }, true)
        | (ExpressionKind::Binary { operator: Operator::Or, left, right }, false) => {
            imply(left, holds, facts);
            imply(right, holds, facts);
        }
        (ExpressionKind::Binary { operator, left, right }, _) => match (compared(left, right), operator) {
            (Some((subject, value)), Operator::Equal) if holds => say(subject, What::OneOf(vec![value])),
            (Some((subject, value)), Operator::Equal) => say(subject, What::NoneOf(vec![value])),
            (Some((subject, value)), Operator::NotEqual) if holds => {
                say(subject, What::Present(true));
                say(subject, What::NoneOf(vec![value]));
            }
            _ => {}
        },
        (ExpressionKind::In { value, list }, _) => {
            if let Some(values) = list.iter().map(constant_text).collect() {
                say(value, if holds { What::OneOf(values) } else { What::NoneOf(values) });
            }
        }
        (ExpressionKind::Call { name, arguments }, _) if arguments.len() == 1 => match name.text.as_str() {
            "present" => say(&arguments[0], What::Present(holds)),
            "absent" => say(&arguments[0], What::Present(!holds)),
            _ => {}
        },
        _ => {}
    }
}

/// An expression that is compared with a constant, and the constant.
fn compared<'e>(left: &'e Expression, right: &'e Expression) -> Option<(&'e Expression, String)> {
    match (constant_text(right), constant_text(left)) {
        (Some(value), _) => Some((left, value)),
        (None, Some(value)) => Some((right, value)),
        (None, None) => None,
    }
}

fn constant_text(expression: &Expression) -> Option<String> {
    let ExpressionKind::Literal(literal) = &expression.kind else { return None };
    match &literal.kind {
        LiteralKind::Text(text) | LiteralKind::Number(text) => Some(text.clone()),
        LiteralKind::Bool(truth) => Some(truth.to_string()),
        LiteralKind::Absent => None,
    }
}

/// The text by which an expression is known: the same text in the same record has the same value.
fn key(expression: &Expression) -> Option<String> {
    let all = |items: &[Expression]| items.iter().map(key).collect::<Option<Vec<_>>>();
    match &expression.kind {
        ExpressionKind::Literal(_) => Some(format!("{:?}", constant_text(expression)?)),
        ExpressionKind::Path(path) => path_key(path),
        ExpressionKind::Parameter(word) => Some(format!("${}", word.text)),
        // Each call of these gives another number.
        ExpressionKind::Call { name, .. } if ["seq", "seq_all", "running_sum"].contains(&&*name.text) => None,
        ExpressionKind::Call { name, arguments } => {
            Some(format!("{}({})", name.text, all(arguments)?.join(", ")))
        }
        ExpressionKind::Binary { operator, left, right } => {
            Some(format!("({} {operator:?} {})", key(left)?, key(right)?))
        }
        ExpressionKind::Not(inner) => Some(format!("not {}", key(inner)?)),
        ExpressionKind::In { value, list } => Some(format!("{} in ({})", key(value)?, all(list)?.join(", "))),
        ExpressionKind::Matches { value, pattern } => {
            Some(format!("{} matches {:?}", key(value)?, pattern.text))
        }
        _ => None,
    }
}

fn path_key(path: &Path) -> Option<String> {
    let steps: Vec<String> = path.steps.iter().map(step_key).collect::<Option<_>>()?;
    Some(format!("{}{}", if path.starts_with_dot() { "." } else { "" }, steps.join(".")))
}

fn step_key(step: &PathStep) -> Option<String> {
    let mut text = step_text(step);
    for selector in &step.selectors {
        let SelectorKind::Codes { negated, codes } = &selector.kind else { return None };
        let codes: Vec<&str> = codes.iter().map(|code| code.text.as_str()).collect();
        text += &format!("[{negated} {}]", codes.join("|"));
    }
    match step.occurrence {
        None => {}
        Some(Occurrence::Number(number)) => text += &format!("#{number}"),
        Some(Occurrence::Last) => text += "#last",
    }
    Some(if step.is_deep { format!("all {text}") } else { text })
}

/// The expressions directly inside one that see the same record.
fn parts(expression: &Expression) -> Vec<&Expression> {
    match &expression.kind {
        ExpressionKind::Call { name, arguments } if !["any", "all", "lookup"].contains(&&*name.text) => {
            arguments.iter().collect()
        }
        ExpressionKind::List(items) => items.iter().collect(),
        ExpressionKind::Binary { left, right, .. } => vec![left, right],
        ExpressionKind::Not(inner) | ExpressionKind::Negate(inner) => vec![inner],
        ExpressionKind::Else { value, fallback } => vec![value, fallback],
        ExpressionKind::Via(via) => vec![&via.value],
        _ => Vec::new(),
    }
}
