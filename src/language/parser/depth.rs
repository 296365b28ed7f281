//! How deep an expression's tree is.

use super::super::syntax::{Expression, ExpressionKind, MessagePart, Path, Policy, SelectorKind};

/// Levels of the tree under `expression`, itself counted. Recursion is bounded, because the parser has bounded the
/// brackets and the links of every chain before.
pub fn of(expression: &Expression) -> usize {
    let inner = match &expression.kind {
        ExpressionKind::Literal(_) | ExpressionKind::Parameter(_) => 0,
        ExpressionKind::Path(path) => of_path(path),
        ExpressionKind::Call { arguments: list, .. } | ExpressionKind::List(list) => deepest(list),
        ExpressionKind::Binary { left, right, .. } => of(left).max(of(right)),
        ExpressionKind::Not(value) | ExpressionKind::Negate(value) => of(value),
        ExpressionKind::Within { value, path } => of(value).max(of_path(path)),
        ExpressionKind::Matches { value, .. } => of(value),
        ExpressionKind::In { value, list } => of(value).max(deepest(list)),
        ExpressionKind::Else { value, fallback } => of(value).max(of(fallback)),
        ExpressionKind::Via(via) => of(&via.value).max(via.unknown.as_ref().map_or(0, of_policy)),
        ExpressionKind::If { condition, then, otherwise } => of(condition).max(of(then)).max(of(otherwise)),
    };
    inner + 1
}

fn deepest(list: &[Expression]) -> usize {
    list.iter().map(of).max().unwrap_or(0)
}

fn of_path(path: &Path) -> usize {
    let selectors = path.steps.iter().flat_map(|step| &step.selectors);
    let conditions = selectors.filter_map(|selector| match &selector.kind {
        SelectorKind::Condition(condition) => Some(of(condition)),
        SelectorKind::Codes { .. } => None,
    });
    conditions.max().unwrap_or(0)
}

fn of_policy(policy: &Policy) -> usize {
    let parts = policy.text.iter().flat_map(|text| &text.parts);
    let values = parts.filter_map(|part| match part {
        MessagePart::Value(value) => Some(of(value)),
        MessagePart::Text(_) => None,
    });
    values.max().unwrap_or(0)
}
