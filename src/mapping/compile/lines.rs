//! Lines: a target and where its value comes from.

use super::builder::{BuilderBlock, Owner};
use super::{Builder, Compiler};
use crate::base::decimal::RoundingMode;
use crate::diagnostics::{Code, Diagnostic};
use crate::language::syntax::{Assignment, ExpressionKind, Modifiers, Path, PathStep, Rounding};
use crate::mapping::expression::{Typed, permits};
use crate::mapping::layers;
use crate::mapping::names::{Found, Multiplicity, Scope, pair_step};
use crate::mapping::plan::{
    BlockKind, Constant, Expr, LeafPlan, Making, Message, MessagePartPlan, Round, Truncate,
};
use crate::tree::value::ValueKind;
use crate::tree::{LeafType, Place, PlaceId, Shape};

impl Compiler<'_> {
    pub(super) fn assign(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        line: &Assignment,
        steps: &[PathStep],
    ) {
        let Some((step, rest)) = steps.split_first() else { return };
        if let Some((pairs, code)) = pair_step(&self.shape, &[builder.place], step) {
            return self.assign_pair(builder, scope, line, &pairs, &code);
        }
        let Some(place) = self.target_place(builder.place, step, &line.target) else { return };
        if rest.is_empty() {
            return self.own_line(builder, scope, line, place);
        }
        let rule = self.context.rule(line.target.span);
        let at = match builder.implied(place) {
            Some(at) => at,
            None => {
                let mut inner = Builder::new(place);
                self.key_leaf(&mut inner, step);
                builder.imply(inner, rule)
            }
        };
        let block = &mut builder.blocks[at];
        self.assign(&mut block.builder, scope, line, rest);
    }

    pub(super) fn own_line(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        line: &Assignment,
        place: PlaceId,
    ) {
        let rule = self.context.rule(line.target.span);
        self.own(builder, place, rule, &line.target);
        if self.shape.place(place).leaf_type().is_none() {
            return self.copy(builder, scope, line, place, rule);
        }
        self.constants_fit(line, place);
        if self.shape.place(place).is_many() {
            return self.leaves(builder, scope, line, place, rule);
        }
        let Some(typed) = self.value_of(scope, line, place) else { return };
        self.leaf(builder, scope, line, place, typed, rule);
    }

    /// The value of a line that builds the leaf at a place.
    fn value_of(&mut self, scope: &Scope, line: &Assignment, place: PlaceId) -> Option<Typed> {
        let parent = |at: &PlaceId| (*at != PlaceId::ROOT).then(|| self.shape.place(*at).parent);
        let mut names: Vec<&str> =
            std::iter::successors(Some(place), parent).map(|at| &*self.shape.place(at).name).collect();
        names.reverse();
        self.context.building = Some(names.join("."));
        let typed = self.context.value(scope, &line.value);
        self.context.building = None;
        typed
    }

    pub(super) fn leaf(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        line: &Assignment,
        place: PlaceId,
        typed: Typed,
        rule: u32,
    ) {
        let leaf = self.leaf_plan(scope, line, place, typed, rule);
        builder.leaves.extend(leaf);
    }

    pub(super) fn leaf_plan(
        &mut self,
        scope: &Scope,
        line: &Assignment,
        place: PlaceId,
        typed: Typed,
        rule: u32,
    ) -> Option<LeafPlan> {
        let target = self.shape.place(place);
        let Some(leaf) = target.leaf_type().cloned() else {
            let name = self.shape.path(place);
            self.context
                .findings
                .push(Diagnostic::new(Code::M007).with("name", name).at(line.target.span, ""));
            return None;
        };
        let max_length = target.max_length;
        if !fits(typed.kind, leaf.kind()) {
            self.context.findings.push(
                Diagnostic::new(Code::M008)
                    .with("found", typed.kind.word())
                    .with("expected", leaf.kind().word())
                    .at(line.value.span, format!("this is {}", typed.kind.word()))
                    .at(line.target.span, format!("this takes {}", leaf.kind().word())),
            );
            return None;
        }
        let required = self.required(scope, &line.modifiers, &line.target);
        let round = line.modifiers.round.as_ref().and_then(|round| self.rounding(round));
        let making = Making::of(&typed.expr, &leaf, round);
        let is_copied = making == Making::Computed && round.is_none() && typed.expr.copies_number();
        Some(LeafPlan {
            place,
            making,
            max_length: longest(&leaf, self.shape.place(place)),
            digits: self.shape.place(place).digits,
            leaf,
            is_constant: matches!(typed.expr, Expr::Constant(_)),
            quick: if making.copies() || is_copied { typed.expr.copies() } else { None },
            value: typed.expr,
            required,
            truncate: line.modifiers.truncate.map(|(_, warn)| Truncate { length: max_length, warn }),
            round,
            beside: None,
            guard: self.guard.clone(),
            rule,
        })
    }

    /// What is said if there is nothing, of a line or block that needs something.
    pub(super) fn required(
        &mut self,
        scope: &Scope,
        modifiers: &Modifiers,
        target: &Path,
    ) -> Option<Message> {
        let (_, text) = modifiers.required.as_ref()?;
        match text {
            Some(text) => self.context.message(scope, text),
            None => Some(words(format!("{} is missing", layers::keys(target).join(".")))),
        }
    }

    pub(super) fn rounding(&mut self, round: &Rounding) -> Option<Round> {
        let Some((digits, mode)) = &round.digits else { return Some(Round::Exact) };
        let mode = match mode.text.as_str() {
            "half_up" => RoundingMode::HalfUp,
            "half_even" => RoundingMode::HalfEven,
            "down" => RoundingMode::Down,
            "up" => RoundingMode::Up,
            _ => {
                self.context.findings.push(
                    Diagnostic::new(Code::L001)
                        .with("found", format!("`{}`", mode.text))
                        .with("expected", "half_up, half_even, down or up")
                        .at(mode.span, ""),
                );
                return None;
            }
        };
        Some(Round::To((*digits).min(18) as u8, mode))
    }

    /// One owner line per target.
    pub(super) fn own(&mut self, builder: &mut Builder, place: PlaceId, rule: u32, target: &Path) {
        if let Some(first) = builder.owner(place, self.guard.as_deref()) {
            // A block has no line of its own among the rules yet; the place alone says enough then.
            let first = first.rule.checked_sub(1).map_or(target.span, |at| self.context.rules[at as usize]);
            self.context.findings.push(
                Diagnostic::new(Code::M015)
                    .with("target", layers::keys(target).join("."))
                    .at(target.span, "again here")
                    .at(first, "first here")
                    .help(self.one_of_two(builder.place)),
            );
        }
        builder.owners.push(Owner { place, rule, guard: self.guard.clone() });
    }

    /// What helps where two lines build one field of a record.
    fn one_of_two(&self, record: PlaceId) -> String {
        let place = self.shape.place(record);
        match (record == PlaceId::ROOT || place.position > 0, place.is_many()) {
            (true, _) => "keep one of the lines".into(),
            (false, true) => {
                format!("keep one of the lines, or write a `section {}` for each of them", place.name)
            }
            (false, false) => {
                format!("keep one of the lines: there is one `{}` at most (`max 1`)", self.shape.path(record))
            }
        }
    }

    pub(super) fn assign_pair(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        line: &Assignment,
        pairs: &[(PlaceId, PlaceId)],
        code: &str,
    ) {
        let is_free = |value: PlaceId| builder.owner(value, self.guard.as_deref()).is_none();
        let takes = |qualifier: PlaceId| {
            self.target_guide.as_ref().is_none_or(|guide| permits(guide, qualifier, code))
        };
        let free = pairs.iter().find(|(qualifier, value)| is_free(*value) && takes(*qualifier));
        let Some(&(qualifier, value)) = free else {
            self.context.findings.push(
                Diagnostic::new(Code::M026)
                    .with("target", layers::keys(&line.target).join("."))
                    .at(line.target.span, ""),
            );
            return;
        };
        let rule = self.context.rule(line.target.span);
        for place in [value, qualifier] {
            builder.owners.push(Owner { place, rule, guard: self.guard.clone() });
        }
        self.constants_fit(line, value);
        let Some(typed) = self.value_of(scope, line, value) else { return };
        let constant = constant_leaf(&self.shape, qualifier, code, rule);
        builder.leaves.push(LeafPlan { beside: Some(value), guard: self.guard.clone(), ..constant });
        self.leaf(builder, scope, line, value, typed, rule);
    }

    pub(super) fn copy(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        line: &Assignment,
        place: PlaceId,
        rule: u32,
    ) {
        let ExpressionKind::Path(path) = &line.value.kind else {
            let name = self.shape.path(place);
            let finding = Diagnostic::new(Code::M007).with("name", name).at(line.value.span, "not a record");
            self.context.findings.push(finding);
            return;
        };
        let Some(Found::Path(found)) = self.context.resolve(scope, path) else { return };
        if found.kind != ValueKind::Record {
            let name = self.shape.path(place);
            let finding = Diagnostic::new(Code::M007).with("name", name).at(line.value.span, "not a record");
            self.context.findings.push(finding);
            return;
        }
        if found.multiplicity == Multiplicity::Many && !self.shape.place(place).is_many() {
            let finding = Diagnostic::new(Code::M002);
            self.context.findings.push(finding.at(line.value.span, "may be there more than once"));
            return;
        }
        let mut pairs = Vec::new();
        for &source in &found.places {
            copy_pairs(&found.shape, source, &self.shape, place, &mut pairs);
        }
        let kind = BlockKind::Copy(found.nodes, pairs);
        builder.blocks.push(BuilderBlock::of(place, kind, self.guard.clone(), rule));
    }
}

/// A message without values.
fn words(text: String) -> Message {
    Message { parts: vec![MessagePartPlan::Text(text)] }
}

/// Whether a value of one kind can go to a target of another.
pub(super) fn fits(value: ValueKind, target: ValueKind) -> bool {
    match (value, target) {
        (ValueKind::Nothing, _) => true,
        (value, target) if value == target => true,
        // Text is read as the target wants it when it runs: a code table gives text.
        (ValueKind::Text, _) => true,
        (ValueKind::Number, ValueKind::Text) => true,
        _ => false,
    }
}

/// The longest text that fits without a look at it.
fn longest(leaf: &LeafType, target: &Place) -> u32 {
    match (leaf.kind(), target.digits) {
        (ValueKind::Text, _) => target.max_length,
        (_, Some((whole, fraction))) => u32::from(whole.min(fraction.max(1)).max(1)),
        _ => 0,
    }
}

pub(super) fn constant_leaf(shape: &Shape, place: PlaceId, code: &str, rule: u32) -> LeafPlan {
    let leaf = shape.place(place).leaf_type().cloned().unwrap_or(LeafType::Text);
    let value = Expr::Constant(Constant::Text(code.into()));
    LeafPlan {
        place,
        making: Making::of(&value, &leaf, None),
        max_length: longest(&leaf, shape.place(place)),
        digits: None,
        leaf,
        value,
        is_constant: true,
        required: None,
        truncate: None,
        round: None,
        beside: None,
        quick: None,
        guard: None,
        rule,
    }
}

/// Fields of the same name in both records, all the way down.
pub(super) fn copy_pairs(
    from: &Shape,
    source: PlaceId,
    to: &Shape,
    target: PlaceId,
    pairs: &mut Vec<(PlaceId, PlaceId)>,
) {
    for &child in &from.place(source).children {
        if let Some(twin) = to.children_named(target, &from.place(child).name).next() {
            pairs.push((child, twin));
            copy_pairs(from, child, to, twin, pairs);
        }
    }
}
