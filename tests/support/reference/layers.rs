//! Layers, flattened line by line: the base's lines with the client's over them.

use crossdock::language::syntax::{MapDocument, Path, SelectorKind, Statement, StatementKind, StepName};
use std::collections::BTreeMap;

/// The map with everything it extends.
pub fn flatten(name: &str, maps: &BTreeMap<String, MapDocument>) -> MapDocument {
    let own = &maps[name];
    let Some(base) = &own.extends else { return own.clone() };
    let mut map = flatten(&base.name, maps);
    map.name = own.name.clone();
    if let Some((side, alias)) = &own.from {
        let base_alias = map.from.as_ref().and_then(|(_, alias)| alias.clone());
        map.from = Some((side.clone(), alias.clone().or(base_alias)));
    }
    map.to = own.to.clone().or(map.to);
    for line in &own.statements {
        match &line.kind {
            StatementKind::Set(new) | StatementKind::Replace(new) => {
                let target = target(new).expect("it names a line or block");
                let old = find(&mut map.statements, &target).expect("it finds its line or block");
                *old = (**new).clone();
            }
            // A name is known to all lines of the layer, those that stand in the place of the base's included.
            StatementKind::Add(new) if matches!(new.kind, StatementKind::Let { .. }) => {
                let is_let = |line: &Statement| matches!(line.kind, StatementKind::Let { .. });
                let behind = map.statements.iter().rposition(is_let).map_or(0, |last| last + 1);
                map.statements.insert(behind, (**new).clone());
            }
            StatementKind::Add(new) => map.statements.push((**new).clone()),
            StatementKind::Remove(path) => {
                let wanted = text(path);
                let before = map.statements.len();
                map.statements.retain(|line| target(line).as_deref() != Some(&*wanted));
                assert_eq!(map.statements.len() + 1, before, "`remove` finds its line");
            }
            other => panic!("not used by the shipped maps: {other:?}"),
        }
    }
    map
}

/// The line with this target; the shipped maps change lines of the outermost level only.
fn find<'s>(statements: &'s mut [Statement], wanted: &str) -> Option<&'s mut Statement> {
    statements.iter_mut().find(|line| target(line).as_deref() == Some(wanted))
}

fn target(line: &Statement) -> Option<String> {
    match &line.kind {
        StatementKind::Assign(line) => Some(text(&line.target)),
        StatementKind::Section(block) | StatementKind::Each(block) => Some(text(&block.target)),
        _ => None,
    }
}

fn text(path: &Path) -> String {
    let steps = path.steps.iter().map(|step| {
        let name = match &step.name {
            StepName::Name(name) => name.clone(),
            StepName::Position(position) => format!("{position:02}"),
        };
        let codes = step.selectors.iter().flat_map(|selector| match &selector.kind {
            SelectorKind::Codes { codes, .. } => codes.iter().map(|code| code.text.clone()).collect(),
            SelectorKind::Condition(_) => Vec::new(),
        });
        format!("{name}{:?}", codes.collect::<Vec<_>>())
    });
    steps.collect::<Vec<_>>().join(".")
}
