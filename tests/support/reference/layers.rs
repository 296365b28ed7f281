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
    apply(&mut map.statements, &own.statements);
    map
}

/// The lines of a layer over those of a block, or of the whole map.
fn apply(base: &mut Vec<Statement>, layer: &[Statement]) {
    for line in layer {
        match &line.kind {
            StatementKind::Set(new) | StatementKind::Replace(new) => {
                let old = match &new.kind {
                    StatementKind::Let { name, .. } => base.iter_mut().find(|line| {
                        matches!(&line.kind, StatementKind::Let { name: own, .. } if own.text == name.text)
                    }),
                    _ => find(base, &target(new).expect("it names a line or block")),
                };
                let old = old.expect("it finds its line or block");
                let mut new = (**new).clone();
                // The line stands where the old one stood, which says the blocks around it.
                if let (StatementKind::Assign(new), StatementKind::Assign(old)) = (&mut new.kind, &old.kind) {
                    new.target = old.target.clone();
                }
                *old = new;
            }
            // A name is known to all lines of the layer, those that stand in the place of the base's included.
            StatementKind::Add(new) if matches!(new.kind, StatementKind::Let { .. }) => {
                let is_let = |line: &Statement| matches!(line.kind, StatementKind::Let { .. });
                let behind = base.iter().rposition(is_let).map_or(0, |last| last + 1);
                base.insert(behind, (**new).clone());
            }
            StatementKind::Add(new) => base.push((**new).clone()),
            StatementKind::Remove(path) => {
                let wanted = steps(path);
                let before = base.len();
                base.retain(|line| target(line).as_ref() != Some(&wanted));
                assert_eq!(base.len() + 1, before, "`remove` finds its line");
            }
            StatementKind::In { target, statements } => {
                let name = target.head().expect("it names a block");
                apply(block(base, name).expect("it finds its block"), statements);
            }
            other => panic!("not used by the shipped maps: {other:?}"),
        }
    }
}

/// The lines inside a statement, if it is a block.
fn inside(line: &mut Statement) -> Option<&mut Vec<Statement>> {
    match &mut line.kind {
        StatementKind::Section(block) | StatementKind::Each(block) => Some(&mut block.statements),
        _ => None,
    }
}

/// The line with this target, in blocks that the first steps of it name.
fn find<'s>(statements: &'s mut [Statement], wanted: &[String]) -> Option<&'s mut Statement> {
    for line in statements {
        let Some(own) = target(line) else { continue };
        if own == wanted {
            return Some(line);
        }
        if let Some(rest) = wanted.strip_prefix(own.as_slice())
            && let Some(inner) = inside(line)
            && let Some(found) = find(inner, rest)
        {
            return Some(found);
        }
    }
    None
}

/// The lines of the block that has this name, wherever it stands.
fn block<'s>(statements: &'s mut [Statement], name: &str) -> Option<&'s mut Vec<Statement>> {
    for line in statements {
        let (StatementKind::Section(own) | StatementKind::Each(own)) = &line.kind else { continue };
        let is_it =
            own.alias.as_ref().is_some_and(|alias| alias.text == name) || own.target.head() == Some(name);
        let inner = inside(line).expect("it is a block");
        if is_it {
            return Some(inner);
        }
        if let Some(found) = block(inner, name) {
            return Some(found);
        }
    }
    None
}

fn target(line: &Statement) -> Option<Vec<String>> {
    match &line.kind {
        StatementKind::Assign(line) => Some(steps(&line.target)),
        StatementKind::Section(block) | StatementKind::Each(block) => Some(steps(&block.target)),
        _ => None,
    }
}

fn steps(path: &Path) -> Vec<String> {
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
    steps.collect()
}
