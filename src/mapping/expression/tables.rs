//! `via`, what happens with what is not found, and texts for people.

use super::literals::{constant, literal_text};
use super::{Context, Typed, single};
use crate::diagnostics::{Code, Diagnostic, Severity, suggest};
use crate::guide::shorten;
use crate::language::syntax::{
    ExpressionKind, MessagePart, MessageText, Policy, PolicyKind, TableReference, Via,
};
use crate::mapping::names::Scope;
use crate::mapping::plan::{Constant, Expr, Message, MessagePartPlan, PolicyKindPlan, PolicyPlan, ViaPlan};
use crate::mapping::tables::Table;
use crate::tree::value::ValueKind;
use std::sync::Arc;

impl Context<'_> {
    pub(super) fn via(&mut self, scope: &Scope, via: &Via) -> Option<Typed> {
        let keys = match &via.value.kind {
            ExpressionKind::List(items) => {
                items.iter().map(|item| Some(self.value(scope, item)?.expr)).collect()
            }
            _ => self.value(scope, &via.value).map(|typed| vec![typed.expr]),
        };
        let (table, column, reversed) = self.table(&via.table)?;
        let unknown = self.policy(scope, via.unknown.as_ref(), PolicyKindPlan::Finding(Severity::Reject))?;
        let rule = self.rule(via.value.span);
        let keys: Vec<Expr> = keys?;
        if !reversed && keys.len() != table.keys.len() {
            let finding = Diagnostic::new(Code::M011)
                .with("table", &table.name)
                .with("expected", table.keys.len().to_string())
                .with("found", keys.len().to_string())
                .at(via.value.span, "");
            self.findings.push(finding);
            return None;
        }
        let plan = ViaPlan { keys, table, column, reversed, unknown, rule };
        Some(single(Expr::Via(Box::new(plan)), ValueKind::Text))
    }

    pub(in crate::mapping) fn table(
        &mut self,
        reference: &TableReference,
    ) -> Option<(Arc<Table>, usize, bool)> {
        let (name, column, reversed) = match reference {
            TableReference::Inline(pairs, _) => {
                let pairs =
                    pairs.iter().map(|(key, value)| (key.text.clone(), literal_text(value))).collect();
                return Some((Arc::new(Table::inline(pairs)), 0, false));
            }
            TableReference::Named { name, column, reversed } => (name, column, *reversed),
        };
        let Some(table) = self.tables.get(&name.text).cloned() else {
            let finding = Diagnostic::new(Code::G003)
                .with("what", "table")
                .with("name", &name.text)
                .at(name.span, "no table has this name");
            let near = suggest::nearest(&name.text, self.tables.keys().map(String::as_str));
            self.findings.push(match near {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            });
            return None;
        };
        let at = match column {
            None => 0,
            Some(word) => match table.columns.iter().position(|column| *column == word.text) {
                Some(at) => at,
                None => {
                    let finding = Diagnostic::new(Code::M020)
                        .with("table", &name.text)
                        .with("column", &word.text)
                        .at(word.span, format!("there are: {}", shorten(&table.columns)));
                    self.findings.push(finding);
                    return None;
                }
            },
        };
        if reversed && let Some(value) = table.ambiguous(at) {
            let finding = Diagnostic::new(Code::M022)
                .with("table", &name.text)
                .with("value", value)
                .at(name.span, "reversed here");
            self.findings.push(finding);
            return None;
        }
        Some((table, at, reversed))
    }

    /// A policy; `standard` if none is written.
    pub fn policy(
        &mut self,
        scope: &Scope,
        policy: Option<&Policy>,
        standard: PolicyKindPlan,
    ) -> Option<PolicyPlan> {
        let Some(policy) = policy else {
            return Some(PolicyPlan { kind: standard, warn: false, text: None });
        };
        let kind = match &policy.kind {
            PolicyKind::Reject => PolicyKindPlan::Finding(Severity::Reject),
            PolicyKind::Hold => PolicyKindPlan::Finding(Severity::Hold),
            PolicyKind::Warn => PolicyKindPlan::Finding(Severity::Warn),
            PolicyKind::Keep => PolicyKindPlan::Keep,
            PolicyKind::Absent | PolicyKind::Ignore => PolicyKindPlan::Constant(Constant::Absent),
            PolicyKind::Constant(literal) => PolicyKindPlan::Constant(constant(literal)),
        };
        let text = match &policy.text {
            Some(text) => Some(self.message(scope, text)?),
            None => None,
        };
        Some(PolicyPlan { kind, warn: policy.warn, text })
    }

    /// A text for people with its values.
    pub fn message(&mut self, scope: &Scope, text: &MessageText) -> Option<Message> {
        let parts = text
            .parts
            .iter()
            .map(|part| match part {
                MessagePart::Text(words) => Some(MessagePartPlan::Text(words.clone())),
                MessagePart::Value(expression) => {
                    Some(MessagePartPlan::Value(Arc::new(self.value(scope, expression)?.expr)))
                }
            })
            .collect::<Option<_>>()?;
        Some(Message { parts })
    }
}
