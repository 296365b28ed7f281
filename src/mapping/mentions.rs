//! Where lines use a name, and `let` lines of a layer in front of the lines that use them: a layer's lines take the places
//! of the base's, which its own `let` came behind.

use crate::base::span::Span;
use crate::language::syntax::{
    Block, Expression, ExpressionKind, MessagePart, MessageText, Modifiers, Path, Policy, SelectorKind,
    Statement, StatementKind,
};

/// Moves the names that the layer at `layer` gives in front of its own lines that use them. Lines of the base knew no such
/// name, and mean a field if they have one like it.
pub fn names_first(statements: &mut Vec<Statement>, layer: Span) {
    for line in &mut *statements {
        lists_mut(line).into_iter().for_each(|list| names_first(list, layer));
    }
    // A name that is moved may use another one: that is moved in front of it in the next turn.
    for _ in 0..statements.len() {
        let moves = statements.iter().enumerate().find_map(|(at, line)| {
            let name = given_name(line).filter(|_| is_in(layer, line.span))?;
            let user = statements[..at].iter().position(|line| uses(line, name, layer))?;
            Some((at, user))
        });
        let Some((at, user)) = moves else { return };
        let line = statements.remove(at);
        statements.insert(user, line);
    }
}

fn given_name(line: &Statement) -> Option<&str> {
    match &line.kind {
        StatementKind::Let { name, .. } => Some(&name.text),
        StatementKind::Earlier(line) => Some(&line.alias.text),
        _ => None,
    }
}

fn is_in(layer: Span, span: Span) -> bool {
    layer.file == span.file && layer.start <= span.start && span.end <= layer.end
}

/// Whether a line, or one inside it, uses a name in words that stand in `layer`.
fn uses(line: &Statement, name: &str, layer: Span) -> bool {
    let mut is_used = false;
    paths_of(line, &mut |path| {
        let is_name = !path.starts_with_dot() && path.head() == Some(name);
        is_used |= is_name && is_in(layer, path.span);
    });
    is_used
}

/// The lines inside a line.
fn lists_mut(line: &mut Statement) -> Vec<&mut Vec<Statement>> {
    match &mut line.kind {
        StatementKind::Section(block) | StatementKind::Each(block) => vec![&mut block.statements],
        StatementKind::When { then, otherwise, .. } => vec![then, otherwise],
        _ => Vec::new(),
    }
}

/// Calls `each` for every path that a line, or one inside it, reads.
pub fn paths_of(line: &Statement, each: &mut dyn FnMut(&Path)) {
    match &line.kind {
        StatementKind::Assign(line) | StatementKind::Both(line) => {
            in_expression(&line.value, each);
            in_modifiers(&line.modifiers, each);
        }
        StatementKind::Let { value, .. } | StatementKind::Fill { value, .. } => in_expression(value, each),
        StatementKind::Use { argument, .. } => in_expression(argument, each),
        StatementKind::Section(block) | StatementKind::Each(block) => in_block(block, each),
        StatementKind::When { condition, then, otherwise } => {
            in_expression(condition, each);
            then.iter().chain(otherwise).for_each(|line| paths_of(line, each));
        }
        StatementKind::Check(check) => {
            in_expression(&check.condition, each);
            in_message(&check.text, each);
        }
        StatementKind::Ignore { paths, .. } => paths.iter().for_each(|path| in_path(path, each)),
        StatementKind::Earlier(line) => {
            line.keys.iter().for_each(|(_, value)| in_expression(value, each));
            line.unknown.iter().for_each(|policy| in_policy(policy, each));
        }
        StatementKind::Set(line) | StatementKind::Add(line) | StatementKind::Replace(line) => {
            paths_of(line, each)
        }
        StatementKind::Remove(_) => {}
        StatementKind::In { statements, .. } => statements.iter().for_each(|line| paths_of(line, each)),
    }
}

fn in_block(block: &Block, each: &mut dyn FnMut(&Path)) {
    let heads = block.source.iter().chain(&block.condition).chain(&block.group_by).chain(&block.sort_by);
    heads.for_each(|head| in_expression(head, each));
    in_modifiers(&block.modifiers, each);
    block.statements.iter().for_each(|line| paths_of(line, each));
}

fn in_modifiers(modifiers: &Modifiers, each: &mut dyn FnMut(&Path)) {
    let text = modifiers.required.as_ref().and_then(|(_, text)| text.as_ref());
    text.into_iter().for_each(|text| in_message(text, each));
}

fn in_message(text: &MessageText, each: &mut dyn FnMut(&Path)) {
    for part in &text.parts {
        if let MessagePart::Value(value) = part {
            in_expression(value, each);
        }
    }
}

fn in_policy(policy: &Policy, each: &mut dyn FnMut(&Path)) {
    policy.text.iter().for_each(|text| in_message(text, each));
}

fn in_path(path: &Path, each: &mut dyn FnMut(&Path)) {
    each(path);
    for selector in path.steps.iter().flat_map(|step| &step.selectors) {
        if let SelectorKind::Condition(condition) = &selector.kind {
            in_expression(condition, each);
        }
    }
}

/// Calls `each` for every path that an expression reads.
pub fn in_expression(expression: &Expression, each: &mut dyn FnMut(&Path)) {
    match &expression.kind {
        ExpressionKind::Literal(_) | ExpressionKind::Parameter(_) => {}
        ExpressionKind::Path(path) => in_path(path, each),
        ExpressionKind::Within { value, .. } => in_expression(value, each),
        ExpressionKind::Call { arguments: items, .. } | ExpressionKind::List(items) => {
            items.iter().for_each(|item| in_expression(item, each));
        }
        ExpressionKind::Binary { left: one, right: other, .. }
        | ExpressionKind::Else { value: one, fallback: other } => {
            in_expression(one, each);
            in_expression(other, each);
        }
        ExpressionKind::Not(inner) | ExpressionKind::Negate(inner) => in_expression(inner, each),
        ExpressionKind::In { value, list } => {
            in_expression(value, each);
            list.iter().for_each(|item| in_expression(item, each));
        }
        ExpressionKind::Matches { value, .. } => in_expression(value, each),
        ExpressionKind::Via(via) => {
            in_expression(&via.value, each);
            via.unknown.iter().for_each(|policy| in_policy(policy, each));
        }
        ExpressionKind::If { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().for_each(|part| in_expression(part, each));
        }
    }
}
