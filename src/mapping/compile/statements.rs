//! What each statement of a map becomes.

use super::builder::Owner;
use super::{Builder, Compiler};
use crate::diagnostics::{Code, Diagnostic, Severity, suggest};
use crate::guide::path::step_places;
use crate::language::syntax::{
    Assignment, Block, CheckLine, Expression, ExpressionKind, FragmentDocument, Statement, StatementKind,
    Word,
};
use crate::mapping::names::{Binding, Found, Scope};
use crate::mapping::plan::{CheckPlan, LetPlan, Message, MessagePartPlan, SideName};
use crate::mapping::two_way::{Turning, has_two_way, is_turned, one_way};
use crate::tree::{PlaceId, Shape};
use std::sync::Arc;

impl Compiler<'_> {
    pub(super) fn cases(&mut self, source: &SideName, scope: &Scope) -> Vec<CheckPlan> {
        let SideName::Guide(name) = source else { return Vec::new() };
        let Some(guide) = self.sources.guides.guide(name) else { return Vec::new() };
        let mut checks = Vec::new();
        for case in &guide.cases {
            let Some(condition) = self.context.condition(scope, &case.condition) else { continue };
            let severity = case.severity.as_ref().and_then(|word| Severity::from_word(&word.text));
            checks.push(CheckPlan {
                severity: severity.unwrap_or(Severity::Reject),
                code: case.code.text.clone(),
                text: Message { parts: vec![MessagePartPlan::Text(case.text.text.clone())] },
                guard: None,
                condition,
                rule: self.context.rule(case.span),
            });
        }
        checks
    }

    pub(super) fn statements(&mut self, builder: &mut Builder, scope: &mut Scope, statements: &[Statement]) {
        let known = scope.names.len();
        for statement in statements {
            self.statement(builder, scope, statement);
        }
        scope.names.truncate(known);
    }

    pub(super) fn statement(&mut self, builder: &mut Builder, scope: &mut Scope, statement: &Statement) {
        if let StatementKind::Assign(Assignment { value, .. }) | StatementKind::Let { value, .. } =
            &statement.kind
        {
            self.context.tell_foregone_in(scope, value, &self.facts);
        }
        match &statement.kind {
            StatementKind::Assign(line) => self.assign(builder, scope, line, &line.target.steps),
            StatementKind::Let { name, value } => self.bind(builder, scope, name, value),
            StatementKind::Section(block) => {
                self.own_block(builder, block);
                self.section(builder, scope, block, statement);
            }
            StatementKind::Each(block) => {
                self.own_block(builder, block);
                self.each(builder, scope, block, statement);
            }
            StatementKind::Use { name, argument } => self.fragment(builder, scope, name, argument),
            StatementKind::Check(check) => self.check(builder, scope, check, statement),
            StatementKind::Ignore { paths, .. } => {
                // What is not used may be ignored.
                let guide = self.context.source_guide.take();
                for path in paths {
                    // Making the path out marks its places as read; records are ignored with all that is in them.
                    if let Some(Found::Path(found)) = self.context.resolve(scope, path) {
                        self.ignore(&found.shape.clone(), &found.places);
                    }
                }
                self.context.source_guide = guide;
            }
            StatementKind::Set(_) | StatementKind::Add(_) | StatementKind::Remove(_) => {
                self.layer_line(statement)
            }
            StatementKind::Replace(_) | StatementKind::In { .. } => self.layer_line(statement),
            StatementKind::Both(line) => {
                self.check_two_way(line);
                self.assign(builder, scope, line, &line.target.steps);
            }
            StatementKind::When { condition, then, otherwise } => {
                self.when(builder, scope, condition, (then, otherwise), statement)
            }
            StatementKind::Fill { targets, value } => self.fill(builder, scope, targets, value, statement),
            StatementKind::Earlier(line) => self.earlier_here(builder, scope, line),
        }
    }

    /// A block that does not compile is still the owner of its target: one finding is enough.
    pub(super) fn own_block(&mut self, builder: &mut Builder, block: &Block) {
        let step = block.target.steps.first().filter(|_| block.target.steps.len() == 1);
        let found = step.and_then(|step| step_places(&self.shape, &[builder.place], step).ok());
        let guard = &self.guard;
        let owner = |place| Owner { place, rule: 0, guard: guard.clone() };
        builder.owners.extend(found.into_iter().flat_map(|found| found.places).map(owner));
    }

    pub(super) fn later(&mut self, what: &str, instead: &str, statement: &Statement) {
        self.context.unsupported::<()>(what, instead, statement.span);
    }

    pub(super) fn layer_line(&mut self, statement: &Statement) {
        self.context
            .findings
            .push(Diagnostic::new(Code::M025).at(statement.span, "no `extends` in this map"));
    }

    pub(super) fn ignore(&mut self, shape: &Arc<Shape>, places: &[PlaceId]) {
        if !self.context.is_source(shape) {
            return;
        }
        for &place in places {
            if let Some(read) = self.context.read.get_mut(place.index()) {
                *read = true;
            }
            let children = shape.place(place).children.clone();
            self.ignore(shape, &children);
        }
    }

    pub(super) fn check(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        check: &CheckLine,
        statement: &Statement,
    ) {
        let condition = self.context.condition(scope, &check.condition);
        let text = self.context.message(scope, &check.text);
        let severity = Severity::from_word(&check.severity.text).unwrap_or(Severity::Reject);
        let rule = self.context.rule(statement.span);
        if let (Some(condition), Some(text)) = (condition, text) {
            let (code, guard) = (check.code.text.clone(), self.guard.clone());
            builder.checks.push(CheckPlan { severity, code, text, guard, condition, rule });
        }
    }

    pub(super) fn fragment(
        &mut self,
        builder: &mut Builder,
        scope: &mut Scope,
        name: &Word,
        argument: &Expression,
    ) {
        let Some(fragment) = self.sources.fragments.get(name.text.as_str()).copied() else {
            let finding = Diagnostic::new(Code::G003)
                .with("what", "fragment")
                .with("name", &name.text)
                .at(name.span, "no fragment has this name");
            let near = suggest::nearest(&name.text, self.sources.fragments.keys().copied());
            self.context.findings.push(match near {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            });
            return;
        };
        let here = match &argument.kind {
            ExpressionKind::Path(path) if path.head() == Some("here") && path.steps.len() == 1 => {
                Some(scope.here.clone())
            }
            ExpressionKind::Path(path) => match self.context.resolve(scope, path) {
                Some(Found::Path(found)) => {
                    let slot = self.context.slot();
                    self.bind_let(builder, slot, LetPlan::Record(found.nodes));
                    Some(Binding::Record { slot, shape: found.shape, places: found.places })
                }
                _ => None,
            },
            _ => self.context.unsupported(
                "a fragment of something that is no record",
                "name a record",
                argument.span,
            ),
        };
        let Some(here) = here else { return };
        if self.open.contains(&name.text) {
            let finding = Diagnostic::new(Code::M041).with("name", &name.text);
            return self.context.findings.push(finding.at(name.span, "its lines are being read already"));
        }
        self.open.push(name.text.clone());
        self.fragment_of(builder, scope, (name, fragment), here);
        self.open.pop();
    }

    /// The lines of a fragment of `here`. What is known around them is not said in the fragment.
    fn fragment_of(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        (name, fragment): (&Word, &FragmentDocument),
        here: Binding,
    ) {
        let mut inner = Scope {
            names: vec![(fragment.source.text.clone(), here.clone())],
            here,
            this: scope.this.clone(),
        };
        let facts = std::mem::take(&mut self.facts);
        self.fragment_lines(builder, &mut inner, (name, fragment));
        self.facts = facts;
    }

    /// The lines of a fragment, or what they are the other way round.
    fn fragment_lines(
        &mut self,
        builder: &mut Builder,
        inner: &mut Scope,
        (name, fragment): (&Word, &FragmentDocument),
    ) {
        let builds_guide = self.target_guide.is_some();
        if !is_turned(&fragment.from, &fragment.to, builds_guide) {
            return self.statements(builder, inner, &fragment.statements);
        }
        if !has_two_way(&fragment.statements) {
            let why = format!("no line of the fragment `{}` has `<->`", name.text);
            return self.context.findings.push(one_way((why, name.span)));
        }
        let aliases = vec![fragment.source.text.clone()];
        let mut turning = Turning { aliases, fragments: &self.sources.fragments };
        let turned = turning.statements(&fragment.statements, self.context.findings);
        self.statements(builder, inner, &turned);
    }

    /// A line for both directions can be turned round, whether it is or not.
    fn check_two_way(&mut self, line: &Assignment) {
        let turning = Turning { aliases: Vec::new(), fragments: &self.sources.fragments };
        match turning.line(line) {
            Ok(StatementKind::Assign(turned)) => {
                if let ExpressionKind::Via(via) = &turned.value.kind {
                    self.context.table(&via.table);
                }
            }
            Ok(_) => {}
            Err(why) => self.context.findings.push(one_way(why)),
        }
    }
}
