//! Fields of `ext`: no shape declares them. A map that builds one makes it known, for that client and everybody else.

use crate::language::syntax::{Path, Statement, StatementKind, StepName};
use std::collections::BTreeSet;

/// The record whose fields are what maps build in it.
pub(super) const RECORD: &str = "ext";

/// Names of fields.
pub type Names = BTreeSet<String>;

/// Adds the fields of `ext` that these lines build: `ext.dept = …`, `lines.ext.dept = …`.
pub fn collect(statements: &[Statement], names: &mut Names) {
    for statement in statements {
        match &statement.kind {
            StatementKind::Assign(line) | StatementKind::Both(line) => target(&line.target, names),
            StatementKind::Fill { targets, .. } => targets.iter().for_each(|path| target(path, names)),
            StatementKind::Section(block) | StatementKind::Each(block) => {
                collect(&block.statements, names);
            }
            StatementKind::When { then, otherwise, .. } => {
                collect(then, names);
                collect(otherwise, names);
            }
            StatementKind::Set(line) | StatementKind::Add(line) | StatementKind::Replace(line) => {
                collect(std::slice::from_ref(line), names);
            }
            StatementKind::In { statements, .. } => collect(statements, names),
            _ => {}
        }
    }
}

fn target(path: &Path, names: &mut Names) {
    let mut steps = path.steps.iter().map(|step| match &step.name {
        StepName::Name(name) => name.as_str(),
        StepName::Position(_) => "",
    });
    if steps.any(|name| name == RECORD) {
        names.extend(steps.next().filter(|name| !name.is_empty()).map(str::to_string));
    }
}
