//! Layers of a map: the base's lines, changed by each overlay. Identity is the target path; a miss is an error.

use super::mentions::names_first;
use super::overlap;
use super::two_way::{Turning, is_turned};
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, suggest};
use crate::language::syntax::{
    Block, CheckLine, ExpressionKind, FragmentDocument, MapDocument, Path, SelectorKind, Side, Statement,
    StatementKind, StepName, Word,
};
use std::collections::BTreeMap;

/// Applies the lines of `overlay` to `base`, whose header it takes over where it says nothing itself. An overlay that
/// goes the other way takes over the lines that are for both.
pub fn apply(
    base: &MapDocument,
    overlay: &MapDocument,
    fragments: &BTreeMap<&str, &FragmentDocument>,
    findings: &mut Diagnostics,
) -> MapDocument {
    let mut map =
        MapDocument { name: overlay.name.clone(), extends: None, span: overlay.span, ..base.clone() };
    map.documentation.clone_from(&overlay.documentation);
    map.version.clone_from(&overlay.version);
    if let (Some((from, _)), Some(to), Some((own, _)), Some(_)) =
        (&base.from, &base.to, &overlay.from, &overlay.to)
        && is_turned(from, to, matches!(own, Side::Canonical(_)))
    {
        turn(&mut map, fragments, findings);
    }
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
    names_first(&mut map.statements, overlay.span);
    map
}

/// What a map leaves of itself to one that goes the other way.
fn turn(map: &mut MapDocument, fragments: &BTreeMap<&str, &FragmentDocument>, findings: &mut Diagnostics) {
    let alias = map.from.take().and_then(|(_, alias)| alias);
    let aliases = alias.into_iter().map(|alias| alias.text).collect();
    map.statements = Turning { aliases, fragments }.statements(&map.statements, findings);
    map.earlier.clear();
    map.unmapped = None;
    // Those that a constant of a line for both directions names are kept; the others were for lines of the base.
    let statements = &map.statements;
    map.parameters.retain(|parameter| agrees(statements, &parameter.name.text));
}

/// Whether a parameter is compared with what is read.
fn agrees(statements: &[Statement], parameter: &str) -> bool {
    statements.iter().any(|line| match &line.kind {
        StatementKind::Check(CheckLine { condition, .. }) => match &condition.kind {
            ExpressionKind::Binary { right, .. } => {
                matches!(&right.kind, ExpressionKind::Parameter(word) if word.text == parameter)
            }
            _ => false,
        },
        _ => lists(line).into_iter().any(|(_, list)| agrees(list, parameter)),
    })
}

fn change(statements: &mut Vec<Statement>, changes: &[Statement], findings: &mut Diagnostics) {
    for change_line in changes {
        match &change_line.kind {
            StatementKind::Set(new) => set("set", statements, new, findings),
            StatementKind::Replace(new) => set("replace", statements, new, findings),
            StatementKind::Add(new) => add(statements, new, findings),
            StatementKind::Remove(path) => remove(statements, path, findings),
            StatementKind::In { target, statements: inner } => {
                match only("in", statements, blocks(statements, &keys(target)), target, findings) {
                    Some(hit) => change(inside_mut(statements, &hit), inner, findings),
                    None => continue,
                }
            }
            // A line without `set` or `add` is only clear where the base has no such line.
            _ => add(statements, change_line, findings),
        }
    }
}

fn set(what: &str, statements: &mut Vec<Statement>, new: &Statement, findings: &mut Diagnostics) {
    let Some(identity) = identity(new) else {
        return findings.push(
            Diagnostic::new(Code::M017)
                .with("what", what)
                .with("target", "such a line")
                .at(new.span, "it has no name to be found by; `add` one"),
        );
    };
    let mut hits = find(statements, &identity);
    // Of several blocks for one target, the label says which.
    if let (
        2..,
        StatementKind::Section(Block { alias: Some(label), .. })
        | StatementKind::Each(Block { alias: Some(label), .. }),
    ) = (hits.len(), &new.kind)
    {
        hits.retain(|hit| alias(at(statements, hit)).is_some_and(|own| own.text == label.text));
    }
    let span = target(new).map_or(new.span, |path| path.span);
    if let Some(hit) = only_of(what, statements, hits, &identity, span, findings) {
        let changed = relative(new, hit.rest);
        let (list, at) = place_mut(statements, &hit);
        list[at] = changed;
    }
}

fn add(statements: &mut Vec<Statement>, new: &Statement, findings: &mut Diagnostics) {
    let Some(identity) = identity(new) else { return statements.push(new.clone()) };
    // Several blocks may build one list, and a check says what another one says of other records.
    let known = match (&new.kind, &identity) {
        (StatementKind::Section(block) | StatementKind::Each(block), Identity::Target(keys)) => {
            if let Some(finding) = beside(statements, keys, block, new.span) {
                findings.push(finding);
            }
            None
        }
        (_, Identity::Fragment(_)) => None,
        (_, Identity::Target(_)) => find(statements, &identity).into_iter().next(),
        _ => find(statements, &identity).into_iter().find(|hit| hit.steps.len() == 1),
    };
    if let Some(known) = known {
        findings.push(
            Diagnostic::new(Code::M016)
                .with("target", identity.to_string())
                .at(new.span, "added here")
                .at(at(statements, &known).span, "the base has it here"),
        );
        return;
    }
    let (Identity::Target(wanted), Some(path)) = (&identity, target(new)) else {
        return statements.push(new.clone());
    };
    // Into the innermost block of the base that the path goes through.
    for depth in (1..wanted.len()).rev() {
        let around = blocks(statements, &wanted[..depth]);
        if around.is_empty() {
            continue;
        }
        if let Some(hit) = only("add", statements, around, path, findings) {
            inside_mut(statements, &hit).push(relative(new, wanted.len() - depth));
        }
        return;
    }
    statements.push(new.clone());
}

/// That a block reads what the base's block for the same target reads as well: both would fill it.
fn beside(statements: &[Statement], keys: &[String], new: &Block, span: Span) -> Option<Diagnostic> {
    let hit = blocks(statements, keys).into_iter().find(|hit| match &at(statements, hit).kind {
        StatementKind::Section(block) | StatementKind::Each(block) => overlap::is_shared(block, new),
        _ => false,
    })?;
    let target = keys.join(".");
    let finding = Diagnostic::new(Code::M047).with("target", target).at(span, "added here");
    Some(finding.at(at(statements, &hit).span, "the base reads the same here"))
}

/// A line that stands in several branches of a `when` is one line: all of them go.
fn remove(statements: &mut Vec<Statement>, path: &Path, findings: &mut Diagnostics) {
    let wanted = keys(path);
    let mut hits = find(statements, &Identity::Target(wanted.clone()));
    if let ([name], true) = (wanted.as_slice(), hits.is_empty()) {
        hits = named(statements, name);
    }
    let is_block =
        |hit: &Hit| matches!(at(statements, hit).kind, StatementKind::Section(_) | StatementKind::Each(_));
    if hits.is_empty() || (hits.len() > 1 && hits.iter().any(is_block)) {
        only("remove", statements, hits, path, findings);
        return;
    }
    // From behind, so that the others stay where they are.
    for hit in hits.iter().rev() {
        let (list, at) = place_mut(statements, hit);
        list.remove(at);
    }
}

// ---------------------------------------------------------------------------------------------- identity

/// What a line of a map is known by.
enum Identity {
    /// The steps of its target.
    Target(Vec<String>),
    /// The code of a check.
    Check(String),
    /// The name that `let` or `earlier` gives.
    Name(String),
    /// The fragment that is used.
    Fragment(String),
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Identity::Target(keys) => f.write_str(&keys.join(".")),
            Identity::Check(name) => write!(f, "check {name}"),
            Identity::Name(name) => f.write_str(name),
            Identity::Fragment(name) => write!(f, "use {name}"),
        }
    }
}

fn identity(line: &Statement) -> Option<Identity> {
    Some(match &line.kind {
        StatementKind::Check(check) => Identity::Check(check.code.text.clone()),
        StatementKind::Let { name, .. } => Identity::Name(name.text.clone()),
        StatementKind::Earlier(line) => Identity::Name(line.alias.text.clone()),
        StatementKind::Use { name, .. } => Identity::Fragment(name.text.clone()),
        _ => Identity::Target(keys(target(line)?)),
    })
}

/// What a line or block builds.
pub(super) fn target(line: &Statement) -> Option<&Path> {
    match &line.kind {
        StatementKind::Assign(line) | StatementKind::Both(line) => Some(&line.target),
        StatementKind::Section(block) | StatementKind::Each(block) => Some(&block.target),
        StatementKind::Fill { targets, .. } => targets.first(),
        _ => None,
    }
}

fn alias(line: &Statement) -> Option<&Word> {
    match &line.kind {
        StatementKind::Section(block) | StatementKind::Each(block) => block.alias.as_ref(),
        _ => None,
    }
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

// ---------------------------------------------------------------------------------------------- finding

/// A line of the base: the way to it through blocks and branches, each step with the list it is in.
struct Hit {
    steps: Vec<(usize, Branch)>,
    /// How many steps of the target are the line's own inside its block.
    rest: usize,
}

/// Which list of a statement a step goes into.
#[derive(Clone, Copy, PartialEq)]
enum Branch {
    Lines,
    Otherwise,
}

/// The lists of lines in a statement.
fn lists(line: &Statement) -> Vec<(Branch, &[Statement])> {
    match &line.kind {
        StatementKind::Section(block) | StatementKind::Each(block) => {
            vec![(Branch::Lines, &block.statements)]
        }
        StatementKind::When { then, otherwise, .. } => {
            vec![(Branch::Lines, then), (Branch::Otherwise, otherwise)]
        }
        _ => Vec::new(),
    }
}

/// What is done with a line, what is left of the wanted target at it, and the way to it.
type Visit<'v, 's> = &'v mut dyn FnMut(&'s Statement, Option<&[String]>, &[(usize, Branch)]);

/// Calls `each` for every line with the way to it and what is left of `wanted` there.
fn walk<'s>(
    statements: &'s [Statement],
    wanted: Option<&[String]>,
    way: &mut Vec<(usize, Branch)>,
    each: Visit<'_, 's>,
) {
    for (at, line) in statements.iter().enumerate() {
        way.push((at, Branch::Lines));
        each(line, wanted, way);
        let inside = match (&line.kind, wanted) {
            (StatementKind::Section(block) | StatementKind::Each(block), Some(wanted)) => {
                let own = keys(&block.target);
                wanted
                    .starts_with(&own)
                    .then(|| Some(&wanted[own.len()..]))
                    .filter(|rest| rest.is_some_and(|rest| !rest.is_empty()))
            }
            _ => Some(wanted),
        };
        if let Some(inside) = inside {
            for (branch, list) in lists(line) {
                way.last_mut().expect("just pushed").1 = branch;
                walk(list, inside, way, each);
            }
        }
        way.pop();
    }
}

fn find(statements: &[Statement], identity: &Identity) -> Vec<Hit> {
    let mut hits = Vec::new();
    let whole = match identity {
        Identity::Target(keys) => Some(keys.as_slice()),
        _ => None,
    };
    walk(statements, whole, &mut Vec::new(), &mut |line, wanted, way| {
        let is_it = match (&line.kind, identity) {
            (StatementKind::Fill { targets, .. }, Identity::Target(_)) => {
                targets.iter().any(|target| Some(keys(target).as_slice()) == wanted)
            }
            (_, Identity::Target(_)) => {
                target(line).is_some_and(|path| Some(keys(path).as_slice()) == wanted)
            }
            (StatementKind::Check(check), Identity::Check(code)) => check.code.text == *code,
            (StatementKind::Let { name, .. }, Identity::Name(wanted)) => name.text == *wanted,
            (StatementKind::Earlier(line), Identity::Name(wanted)) => line.alias.text == *wanted,
            (StatementKind::Use { name, .. }, Identity::Fragment(wanted)) => name.text == *wanted,
            _ => false,
        };
        if is_it {
            hits.push(Hit { steps: way.to_vec(), rest: wanted.map_or(0, <[String]>::len) });
        }
    });
    hits
}

/// Blocks with this target, or with this label.
fn blocks(statements: &[Statement], wanted: &[String]) -> Vec<Hit> {
    let is_block =
        |hit: &Hit| matches!(at(statements, hit).kind, StatementKind::Section(_) | StatementKind::Each(_));
    let mut hits = find(statements, &Identity::Target(wanted.to_vec()));
    hits.retain(is_block);
    if let ([name], true) = (wanted, hits.is_empty()) {
        hits = named(statements, name);
        hits.retain(is_block);
    }
    hits
}

/// The only block with this target or label.
pub(super) fn block_mut<'s>(statements: &'s mut Vec<Statement>, wanted: &[String]) -> Option<&'s mut Block> {
    let mut hits = blocks(statements, wanted);
    let hit = hits.pop().filter(|_| hits.is_empty())?;
    let (list, at) = place_mut(statements, &hit);
    match &mut list[at].kind {
        StatementKind::Section(block) | StatementKind::Each(block) => Some(block),
        _ => None,
    }
}

/// Lines by a name that is no target: a block's label, a check's code, what `let` or `earlier` gives, a fragment.
fn named(statements: &[Statement], wanted: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    walk(statements, None, &mut Vec::new(), &mut |line, _, way| {
        let own = match identity(line) {
            Some(Identity::Check(name) | Identity::Name(name) | Identity::Fragment(name)) => Some(name),
            _ => alias(line).map(|alias| alias.text.clone()),
        };
        if own.is_some_and(|own| own == wanted) {
            hits.push(Hit { steps: way.to_vec(), rest: 0 });
        }
    });
    hits
}

fn at<'s>(statements: &'s [Statement], hit: &Hit) -> &'s Statement {
    let (last, way) = hit.steps.split_last().expect("a way has a step");
    let mut list = statements;
    for (at, branch) in way {
        let inner = lists(&list[*at]).into_iter().find(|(own, _)| own == branch);
        list = inner.expect("the way went through it").1;
    }
    &list[last.0]
}

fn list_mut(line: &mut Statement, branch: Branch) -> &mut Vec<Statement> {
    match &mut line.kind {
        StatementKind::Section(block) | StatementKind::Each(block) => &mut block.statements,
        StatementKind::When { then, .. } if branch == Branch::Lines => then,
        StatementKind::When { otherwise, .. } => otherwise,
        _ => unreachable!("a way goes through blocks and branches only"),
    }
}

/// The list a line is in, and where.
fn place_mut<'s>(statements: &'s mut Vec<Statement>, hit: &Hit) -> (&'s mut Vec<Statement>, usize) {
    let (last, way) = hit.steps.split_last().expect("a way has a step");
    let list = way.iter().fold(statements, |list, (at, branch)| list_mut(&mut list[*at], *branch));
    (list, last.0)
}

/// The lines inside a block.
fn inside_mut<'s>(statements: &'s mut Vec<Statement>, hit: &Hit) -> &'s mut Vec<Statement> {
    let (list, at) = place_mut(statements, hit);
    list_mut(&mut list[at], Branch::Lines)
}

// ---------------------------------------------------------------------------------------------- findings

fn only(
    what: &str,
    statements: &[Statement],
    hits: Vec<Hit>,
    path: &Path,
    findings: &mut Diagnostics,
) -> Option<Hit> {
    only_of(what, statements, hits, &Identity::Target(keys(path)), path.span, findings)
}

/// The one line that is meant; that there is none, or that there are several, is a finding.
fn only_of(
    what: &str,
    statements: &[Statement],
    mut hits: Vec<Hit>,
    identity: &Identity,
    span: Span,
    findings: &mut Diagnostics,
) -> Option<Hit> {
    if hits.len() < 2 {
        if hits.is_empty() {
            findings.push(miss(what, identity, span, statements));
        }
        return hits.pop();
    }
    let mut finding = Diagnostic::new(Code::M028).with("what", what).with("target", identity.to_string());
    finding = finding.at(span, "which one?");
    for (number, hit) in hits.iter().enumerate() {
        let label =
            alias(at(statements, hit)).map_or(String::new(), |label| format!(", labelled `{}`", label.text));
        finding = finding.at(at(statements, hit).span, format!("number {}{label}", number + 1));
    }
    findings.push(finding);
    None
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

fn all_names(statements: &[Statement], prefix: &str, out: &mut Vec<String>) {
    for line in statements {
        let own = match identity(line) {
            Some(Identity::Target(keys)) => format!("{prefix}{}", keys.join(".")),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let inside = match &line.kind {
            StatementKind::When { .. } => prefix.to_string(),
            _ => format!("{own}."),
        };
        for (_, list) in lists(line) {
            all_names(list, &inside, out);
        }
        out.extend(Some(own).filter(|own| !own.is_empty()));
        out.extend(alias(line).map(|alias| alias.text.clone()));
    }
}

/// Names that are near, at most so many.
const NEAR_MAX: usize = 3;

fn miss(what: &str, identity: &Identity, span: Span, statements: &[Statement]) -> Diagnostic {
    let wanted = identity.to_string();
    let mut known = Vec::new();
    all_names(statements, "", &mut known);
    let finding = Diagnostic::new(Code::M017)
        .with("what", what)
        .with("target", &wanted)
        .at(span, "the base has no such line");
    // A field that stands inside a block is asked for by its own name only.
    let inside = format!(".{wanted}");
    let mut same: Vec<String> = known.iter().filter(|name| name.ends_with(&inside)).cloned().collect();
    same.dedup();
    same.truncate(NEAR_MAX);
    let near = suggest::nearest(&wanted, known.iter().map(String::as_str)).map(str::to_string);
    let near = if same.is_empty() { near.into_iter().collect() } else { same };
    match near.as_slice() {
        [] if what == "remove" => finding.help("correct the name, or take the line out"),
        [] => finding,
        near => {
            let near: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
            finding.help(format!("did you mean {}?", near.join(" or ")))
        }
    }
}
