//! `via`: what a table has for a key.

use super::{Evaluator, Target};
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::mapping::coverage::whole;
use crate::mapping::plan::{Expr, PolicyKindPlan, ViaPlan};
use crate::mapping::trace::{Step as Traced, Tracing};
use crate::tree::Value;

impl<'r, T: Tracing> Evaluator<'r, T> {
    #[inline(never)]
    pub(super) fn via(&self, via: &'r ViaPlan, target: &Target<'_>) -> Value<'r> {
        let key = match via.keys.as_slice() {
            [Expr::Leaf(nodes)] if nodes.gives_text => self.first_text(nodes, target),
            [key] => match self.value(key, target) {
                Value::Absent => None,
                Value::Text(text) => Some(text),
                other => Some(&*self.memory.alloc_str(&other.show())),
            },
            _ => return self.via_several(via, target),
        };
        let Some(key) = key else { return Value::Absent };
        let found = match via.reversed {
            false => via.table.find(key, via.column),
            true => via.table.find_reversed(key, via.column),
        };
        match found {
            Some((value, row)) => {
                self.note(|| Traced::Row { row, key: key.into(), value: value.into() });
                self.row.set(Some((via, row, value)));
                if value.is_empty() { Value::Absent } else { Value::Text(value) }
            }
            None => self.unknown(via, &[key], target),
        }
    }

    /// In a table with several keys.
    fn via_several(&self, via: &'r ViaPlan, target: &Target<'_>) -> Value<'r> {
        let mut keys: bumpalo::collections::Vec<'r, &'r str> = bumpalo::collections::Vec::new_in(self.memory);
        for key in &via.keys {
            match self.value(key, target) {
                Value::Absent => return Value::Absent,
                Value::Text(text) => keys.push(text),
                other => keys.push(self.memory.alloc_str(&other.show())),
            }
        }
        let found = match via.reversed {
            false => via.table.find_several(&keys, via.column),
            true => via.table.find_reversed(keys[0], via.column),
        };
        match found {
            Some((value, row)) => {
                self.note(|| Traced::Row { row, key: keys.join(", "), value: value.into() });
                self.row.set(Some((via, row, value)));
                if value.is_empty() { Value::Absent } else { Value::Text(value) }
            }
            None => self.unknown(via, &keys, target),
        }
    }

    /// The table, and the row of its file, that the value of this expression comes from.
    #[cold]
    pub(in crate::mapping) fn looked_up_value(
        &self,
        expr: &Expr,
        value: &Value<'_>,
    ) -> Option<(&'r str, Option<Span>)> {
        let (via, row, found) = self.row.get()?;
        let mut is_its_own = false;
        whole::inside(expr, &mut |own| is_its_own |= std::ptr::eq(own, via));
        let is_it = is_its_own && !via.table.name.is_empty() && value.show() == found;
        is_it.then(|| (via.table.name.as_str(), row))
    }

    /// What a table has no row for.
    fn unknown(&self, via: &'r ViaPlan, keys: &[&'r str], target: &Target<'_>) -> Value<'r> {
        let shown = keys.join(", ");
        let is_inline = via.table.name.is_empty();
        let name = if is_inline { "of this line" } else { &via.table.name };
        self.note(|| Traced::NoRow {
            table: name.into(),
            file: via.table.file,
            key: shown.clone(),
            rule: via.rule,
        });
        let finding = |severity: Severity| {
            let text = match &via.unknown.text {
                Some(text) => self.words(text, target),
                None if is_inline => format!("`{shown}` is not among the codes of this line"),
                None => format!("`{shown}` has no row in the table `{name}`"),
            };
            let finding = Diagnostic::new(Code::B003)
                .severity(severity)
                .with("text", text)
                .with("value", &shown)
                .with("table", name);
            match is_inline {
                true => finding.help(format!(
                    "if `{shown}` means something, add it to the codes of this line and retry the message (a line of the house's stays: the client's map has it with `set` and the whole list); else the sender corrects it"
                )),
                false => finding,
            }
        };
        match &via.unknown.kind {
            PolicyKindPlan::Finding(severity) => {
                self.report(finding(*severity), via.rule);
                Value::Absent
            }
            kind => {
                if via.unknown.warn {
                    self.report(finding(Severity::Warn), via.rule);
                }
                match kind {
                    PolicyKindPlan::Constant(constant) => self.constant(constant),
                    _ => Value::Text(keys[0]),
                }
            }
        }
    }
}
