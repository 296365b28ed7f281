//! Fragments of which a layer changes a line: their lines take the place of `use`, so that the change finds its line.

use super::layers::{block_mut, keys, target};
use super::mentions::paths_of;
use crate::language::syntax::{
    Expression, ExpressionKind, FragmentDocument, MapDocument, Path, PathStep, Statement, StatementKind,
    StepName,
};
use std::collections::BTreeMap;

/// Fragments by name.
pub type Fragments<'a> = BTreeMap<&'a str, &'a FragmentDocument>;

/// Opens the fragments of `map` that hold a line which `overlay` sets, replaces or removes.
pub fn open(map: &mut MapDocument, overlay: &MapDocument, fragments: &Fragments<'_>) {
    changes(&mut map.statements, &overlay.statements, fragments);
}

fn changes(statements: &mut Vec<Statement>, overlay: &[Statement], fragments: &Fragments<'_>) {
    for change in overlay {
        match &change.kind {
            StatementKind::Set(new) | StatementKind::Replace(new) => {
                target(new).into_iter().for_each(|path| open_for(statements, path, fragments));
            }
            StatementKind::Remove(path) => open_for(statements, path, fragments),
            StatementKind::In { target, statements: inner } => {
                if let Some(block) = block_mut(statements, &keys(target)) {
                    changes(&mut block.statements, inner, fragments);
                }
            }
            _ => {}
        }
    }
}

/// The block that the path goes into, with the name of the line in it; the fragment used there is opened if it has
/// that line and the block has not.
fn open_for(statements: &mut Vec<Statement>, path: &Path, fragments: &Fragments<'_>) {
    let wanted = keys(path);
    let inner = (1..wanted.len()).rev().find(|&depth| block_mut(statements, &wanted[..depth]).is_some());
    let (lines, rest) = match inner {
        Some(depth) => match block_mut(statements, &wanted[..depth]) {
            Some(block) => (&mut block.statements, &wanted[depth..]),
            None => return,
        },
        None => (statements, &wanted[..]),
    };
    let has =
        |lines: &[Statement]| lines.iter().any(|line| target(line).is_some_and(|path| keys(path) == rest));
    if has(lines) {
        return;
    }
    let used = |line: &Statement| used_here(line, fragments).filter(|fragment| has(&fragment.statements));
    if let Some((at, fragment)) = lines.iter().enumerate().find_map(|(at, line)| Some((at, used(line)?))) {
        let named = source_named(fragment);
        lines.splice(at..=at, named.into_iter().chain(fragment.statements.iter().cloned()));
    }
}

/// The name of what the fragment reads, if its lines use it.
fn source_named(fragment: &FragmentDocument) -> Option<Statement> {
    let (name, mut is_used) = (&fragment.source, false);
    for line in &fragment.statements {
        paths_of(line, &mut |path| {
            is_used |= !path.starts_with_dot() && path.head() == Some(&name.text);
        });
    }
    let step = PathStep {
        name: StepName::Name("here".into()),
        selectors: Vec::new(),
        occurrence: None,
        is_deep: false,
        span: name.span,
    };
    let here = Path { steps: vec![step], span: name.span };
    let value = Expression { kind: ExpressionKind::Path(here), span: name.span };
    let kind = StatementKind::Let { name: name.clone(), value };
    is_used.then(|| Statement { kind, documentation: String::new(), span: name.span })
}

/// The fragment of `use NAME(here)`: what stands in it means the same in its place.
fn used_here<'f>(line: &Statement, fragments: &Fragments<'f>) -> Option<&'f FragmentDocument> {
    let StatementKind::Use { name, argument } = &line.kind else { return None };
    let ExpressionKind::Path(path) = &argument.kind else { return None };
    let is_here = path.head() == Some("here") && path.steps.len() == 1;
    is_here.then(|| fragments.get(name.text.as_str()).copied()).flatten()
}
