//! Layers of a map: the base's lines, changed by each overlay. Identity is the target path; a miss is an error.

use crate::diagnostics::{Code, Diagnostic, Diagnostics, suggest};
use crate::language::syntax::{Block, MapDocument, Path, SelectorKind, Statement, StatementKind, StepName};

/// Applies the lines of `overlay` to `base`, whose header it takes over where it says nothing itself.
pub fn apply(base: &MapDocument, overlay: &MapDocument, findings: &mut Diagnostics) -> MapDocument {
    let mut map =
        MapDocument { name: overlay.name.clone(), extends: None, span: overlay.span, ..base.clone() };
    map.documentation.clone_from(&overlay.documentation);
    map.version.clone_from(&overlay.version);
    if overlay.from.is_some() {
        let alias = map.from.as_ref().and_then(|(_, alias)| alias.clone());
        map.from = overlay.from.clone().map(|(side, own)| (side, own.or(alias)));
    }
    if overlay.to.is_some() {
        map.to.clone_from(&overlay.to);
    }
    if overlay.unmapped.is_some() {
        map.unmapped.clone_from(&overlay.unmapped);
    }
    for parameter in &overlay.parameters {
        map.parameters.retain(|known| known.name.text != parameter.name.text);
        map.parameters.push(parameter.clone());
    }
    map.earlier.extend(overlay.earlier.iter().cloned());
    change(&mut map.statements, &overlay.statements, findings);
    map
}

fn change(statements: &mut Vec<Statement>, changes: &[Statement], findings: &mut Diagnostics) {
    for change_line in changes {
        match &change_line.kind {
            StatementKind::Set(new) => set(statements, new, findings),
            StatementKind::Replace(new) => set(statements, new, findings),
            StatementKind::Add(new) => add(statements, new, findings),
            StatementKind::Remove(path) => {
                if !remove(statements, &keys(path)) {
                    findings.push(miss("remove", path, statements));
                }
            }
            StatementKind::In { target, statements: inner } => match block_mut(statements, &keys(target)) {
                Some(block) => change(&mut block.statements, inner, findings),
                None => findings.push(miss("in", target, statements)),
            },
            // A line without `set` or `add` is only clear where the base has no such line.
            _ => add(statements, change_line, findings),
        }
    }
}

fn set(statements: &mut [Statement], new: &Statement, findings: &mut Diagnostics) {
    let Some(path) = target(new) else { return };
    let wanted = keys(path);
    match find_mut(statements, &wanted) {
        Some((found, rest)) => *found = relative(new, rest),
        None => findings.push(miss("set", path, statements)),
    }
}

fn add(statements: &mut Vec<Statement>, new: &Statement, findings: &mut Diagnostics) {
    let Some(path) = target(new) else {
        statements.push(new.clone());
        return;
    };
    let wanted = keys(path);
    let is_line = matches!(new.kind, StatementKind::Assign(_));
    if is_line && let Some((found, _)) = find_mut(statements, &wanted) {
        findings.push(
            Diagnostic::new(Code::M016)
                .with("target", wanted.join("."))
                .at(new.span, "added here")
                .at(found.span, "the base has it here"),
        );
        return;
    }
    // Into the innermost block of the base that the path goes through.
    for depth in (1..wanted.len()).rev() {
        if let Some(block) = block_mut(statements, &wanted[..depth]) {
            block.statements.push(relative(new, wanted.len() - depth));
            return;
        }
    }
    statements.push(new.clone());
}

/// The statement with only the last `rest` steps of its target: what it is called inside the block it goes to.
fn relative(new: &Statement, rest: usize) -> Statement {
    let mut new = new.clone();
    let path = match &mut new.kind {
        StatementKind::Assign(line) | StatementKind::Both(line) => &mut line.target,
        StatementKind::Section(block) | StatementKind::Each(block) => &mut block.target,
        _ => return new,
    };
    let skip = path.steps.len().saturating_sub(rest);
    path.steps.drain(..skip);
    new
}

fn remove(statements: &mut Vec<Statement>, wanted: &[String]) -> bool {
    if let Some(at) = statements.iter().position(|line| target(line).is_some_and(|path| keys(path) == wanted))
    {
        statements.remove(at);
        return true;
    }
    statements.iter_mut().any(|line| match block_with_prefix(line, wanted) {
        Some((block, rest)) => remove(&mut block.statements, &wanted[wanted.len() - rest..]),
        None => false,
    })
}

/// The line with this target, and how many of the steps are its own inside its block.
fn find_mut<'s>(statements: &'s mut [Statement], wanted: &[String]) -> Option<(&'s mut Statement, usize)> {
    let at = statements.iter().position(|line| target(line).is_some_and(|path| keys(path) == wanted));
    if let Some(at) = at {
        return Some((&mut statements[at], wanted.len()));
    }
    statements.iter_mut().find_map(|line| {
        let (block, rest) = block_with_prefix(line, wanted)?;
        find_mut(&mut block.statements, &wanted[wanted.len() - rest..])
    })
}

/// The block with this target.
pub(super) fn block_mut<'s>(statements: &'s mut [Statement], wanted: &[String]) -> Option<&'s mut Block> {
    statements.iter_mut().find_map(|line| {
        let (block, rest) = block_with_prefix(line, wanted)?;
        if rest == 0 { Some(block) } else { block_mut(&mut block.statements, &wanted[wanted.len() - rest..]) }
    })
}

/// The block if its target is how `wanted` begins, and how many steps are left.
fn block_with_prefix<'s>(line: &'s mut Statement, wanted: &[String]) -> Option<(&'s mut Block, usize)> {
    match &mut line.kind {
        StatementKind::Section(block) | StatementKind::Each(block) => {
            let own = keys(&block.target);
            wanted.starts_with(&own).then(|| (block, wanted.len() - own.len()))
        }
        _ => None,
    }
}

/// What a line or block builds.
pub(super) fn target(line: &Statement) -> Option<&Path> {
    match &line.kind {
        StatementKind::Assign(line) | StatementKind::Both(line) => Some(&line.target),
        StatementKind::Section(block) | StatementKind::Each(block) => Some(&block.target),
        _ => None,
    }
}

/// The steps of a target as text: `N9[BM]`, `02`, `lines`.
pub fn keys(path: &Path) -> Vec<String> {
    path.steps
        .iter()
        .map(|step| {
            let mut text = match &step.name {
                StepName::Name(name) => name.clone(),
                StepName::Position(position) => format!("{position:02}"),
            };
            for selector in &step.selectors {
                if let SelectorKind::Codes { negated, codes } = &selector.kind {
                    let codes: Vec<&str> = codes.iter().map(|code| code.text.as_str()).collect();
                    text += &format!("[{}{}]", if *negated { "not " } else { "" }, codes.join("|"));
                }
            }
            text
        })
        .collect()
}

fn all_targets(statements: &[Statement], prefix: &str, out: &mut Vec<String>) {
    for line in statements {
        let Some(path) = target(line) else { continue };
        let name = format!("{prefix}{}", keys(path).join("."));
        if let StatementKind::Section(block) | StatementKind::Each(block) = &line.kind {
            all_targets(&block.statements, &format!("{name}."), out);
        }
        out.push(name);
    }
}

fn miss(what: &str, path: &Path, statements: &[Statement]) -> Diagnostic {
    let wanted = keys(path).join(".");
    let mut known = Vec::new();
    all_targets(statements, "", &mut known);
    let finding = Diagnostic::new(Code::M017)
        .with("what", what)
        .with("target", &wanted)
        .at(path.span, "the base has no such line");
    match suggest::nearest(&wanted, known.iter().map(String::as_str)) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}
