//! `<->`: one line for both directions, and what lines and blocks become the other way round.

use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::language::syntax::{
    Assignment, Block, CheckLine, Expression, ExpressionKind, FragmentDocument, Literal, LiteralKind,
    MessagePart, MessageText, Modifiers, Operator, Path, PathStep, Policy, PolicyKind, SelectorKind, Side,
    Statement, StatementKind, StepName, TableReference, Via, Word,
};
use std::collections::BTreeMap;

/// Why something goes one way only, and where that stands.
type OneWay = (String, Span);

/// What turning lines round needs to know.
pub(super) struct Turning<'a> {
    /// Names that stand for the record at hand.
    pub aliases: Vec<String>,
    /// Fragments by name.
    pub fragments: &'a BTreeMap<&'a str, &'a FragmentDocument>,
}

/// Whether something with these sides is used the other way round in a map that builds a guide, or a canonical document.
pub(super) fn is_turned(from: &Side, to: &Side, builds_guide: bool) -> bool {
    let is_canonical = |side: &Side| matches!(side, Side::Canonical(_));
    is_canonical(from) != is_canonical(to) && is_canonical(to) == builds_guide
}

/// Whether some line of these is for both directions.
pub(super) fn has_two_way(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| match &statement.kind {
        StatementKind::Both(_) => true,
        StatementKind::Section(block) | StatementKind::Each(block) => has_two_way(&block.statements),
        StatementKind::When { then, otherwise, .. } => has_two_way(then) || has_two_way(otherwise),
        _ => false,
    })
}

/// The finding for what goes one way only.
pub(super) fn one_way((why, span): OneWay) -> Diagnostic {
    Diagnostic::new(Code::M027).with("why", why).at(span, "goes one way only")
}

impl Turning<'_> {
    /// The lines the other way round: those with `<->`, and blocks that hold some. All others are for their own direction.
    pub fn statements(&mut self, statements: &[Statement], findings: &mut Diagnostics) -> Vec<Statement> {
        let mut turned = Vec::new();
        for statement in statements {
            let kind = match &statement.kind {
                StatementKind::Both(line) => self.line(line),
                StatementKind::Section(block) if self.is_two_way(&block.statements) => {
                    self.block(block, false, findings).map(StatementKind::Section)
                }
                StatementKind::Each(block) if self.is_two_way(&block.statements) => {
                    self.block(block, true, findings).map(StatementKind::Each)
                }
                StatementKind::When { condition, then, otherwise }
                    if self.is_two_way(then) || self.is_two_way(otherwise) =>
                {
                    Err(("the condition is about what is read".into(), condition.span))
                }
                StatementKind::Use { argument, .. } if self.is_two_way(std::slice::from_ref(statement)) => {
                    match &argument.kind {
                        ExpressionKind::Path(path) if self.is_here(path) => Ok(statement.kind.clone()),
                        _ => Err(("the fragment is not about the record at hand".into(), argument.span)),
                    }
                }
                _ => continue,
            };
            match kind {
                Ok(kind) => turned.push(Statement { kind, ..statement.clone() }),
                Err(why) => findings.push(one_way(why)),
            }
        }
        turned
    }

    fn is_two_way(&self, statements: &[Statement]) -> bool {
        has_two_way(statements)
            || statements.iter().any(|statement| match &statement.kind {
                StatementKind::Use { name, .. } => {
                    let fragment = self.fragments.get(name.text.as_str());
                    fragment.is_some_and(|fragment| has_two_way(&fragment.statements))
                }
                StatementKind::Section(block) | StatementKind::Each(block) => {
                    self.is_two_way(&block.statements)
                }
                _ => false,
            })
    }

    fn is_here(&self, path: &Path) -> bool {
        path.steps.len() == 1
            && path
                .head()
                .is_some_and(|head| head == "here" || self.aliases.iter().any(|alias| alias == head))
    }

    /// `section ship_to from N1[ST]` becomes `section N1[ST] from ship_to`.
    fn block(&mut self, block: &Block, is_each: bool, findings: &mut Diagnostics) -> Result<Block, OneWay> {
        let Some(Expression { kind: ExpressionKind::Path(source), span }) = &block.source else {
            let span = block.source.as_ref().map_or(block.target.span, |source| source.span);
            return Err(("the block is made from no record".into(), span));
        };
        let parts = [block.condition.as_ref(), block.group_by.first(), block.sort_by.first()];
        if let Some(part) = parts.into_iter().flatten().next() {
            return Err((
                "which records were left out, or stood together, does not come back".into(),
                part.span,
            ));
        }
        if let Some((around, _)) = block.inside.first() {
            return Err(("the record around is not written by this block".into(), around.span));
        }
        let target = self.target(source)?;
        if target.steps.len() != 1 || block.target.steps.len() != 1 {
            let why = "a block is turned round step by step: nest the blocks";
            return Err((why.into(), if target.steps.len() == 1 { block.target.span } else { *span }));
        }
        let known = self.aliases.len();
        self.aliases.extend(block.alias.iter().map(|alias| alias.text.clone()));
        let statements = self.statements(&block.statements, findings);
        self.aliases.truncate(known);
        let source = Some(source_of(&block.target));
        let always = if is_each { None } else { block.modifiers.always };
        let modifiers = Modifiers { always, ..Modifiers::default() };
        Ok(Block { target, source, statements, alias: None, modifiers, ..block.clone() })
    }

    /// `id <-> .04` becomes `.04 = id`.
    pub fn line(&self, line: &Assignment) -> Result<StatementKind, OneWay> {
        if let Some((span, _)) = line.modifiers.truncate {
            return Err(("what `truncate` cuts off does not come back".into(), span));
        }
        if let Some(round) = line.modifiers.round.as_ref().filter(|round| round.digits.is_some()) {
            return Err(("what `round` takes away does not come back".into(), round.span));
        }
        let value = source_of(&static_path(&line.target)?);
        let span = line.value.span;
        let (target, value) = match &line.value.kind {
            ExpressionKind::Path(path) => (self.target(path)?, value),
            ExpressionKind::Via(via) => {
                let ExpressionKind::Path(path) = &via.value.kind else {
                    return Err(("only a path can be looked up in both directions".into(), via.value.span));
                };
                let (table, unknown) = (table(&via.table)?, policy(via.unknown.as_ref())?);
                let kind = ExpressionKind::Via(Box::new(Via { value, table, unknown }));
                (self.target(path)?, Expression { kind, span })
            }
            ExpressionKind::Literal(_) | ExpressionKind::Parameter(_) => {
                return Ok(StatementKind::Check(agreed(value, &line.value)));
            }
            other => return Err((format!("{} cannot be undone", word(other)), span)),
        };
        Ok(StatementKind::Assign(Assignment { target, value, modifiers: line.modifiers.clone() }))
    }

    /// A path that was read, as one to write.
    fn target(&self, path: &Path) -> Result<Path, OneWay> {
        let path = static_path(path)?;
        let is_alias = path.head().is_some_and(|head| {
            !path.starts_with_dot() && (head == "here" || self.aliases.iter().any(|alias| alias == head))
        });
        let is_out = ["this", "out"].iter().any(|word| path.head() == Some(word)) && !path.starts_with_dot();
        if is_out || (is_alias && path.steps.len() == 1) {
            return Err(("it names no value of what is read".into(), path.span));
        }
        let steps = path.steps[usize::from(is_alias)..].to_vec();
        Ok(Path { steps, span: path.span })
    }
}

/// A path in which every selector says what to write.
fn static_path(path: &Path) -> Result<Path, OneWay> {
    if let Some(step) = path.steps.iter().find(|step| step.is_deep) {
        return Err(("`all` does not say where to write".into(), step.span));
    }
    for selector in path.steps.iter().flat_map(|step| &step.selectors) {
        let why = match &selector.kind {
            SelectorKind::Condition(_) => "a condition in brackets does not say what to write",
            SelectorKind::Codes { negated: true, .. } => "`not` does not say which code to write",
            SelectorKind::Codes { codes, .. } if codes.len() > 1 => {
                "several codes do not say which one to write"
            }
            SelectorKind::Codes { .. } => continue,
        };
        return Err((why.into(), selector.span));
    }
    Ok(path.clone())
}

/// A path that was written, as one to read: it starts at the record at hand, whatever names there are.
fn source_of(path: &Path) -> Expression {
    let span = path.steps.first().map_or(path.span, |step| step.span);
    let name = StepName::Name("here".into());
    let here = PathStep { name, selectors: Vec::new(), occurrence: None, is_deep: false, span };
    let steps = std::iter::once(here).chain(path.steps.iter().cloned()).collect();
    Expression { kind: ExpressionKind::Path(Path { steps, span: path.span }), span: path.span }
}

fn table(table: &TableReference) -> Result<TableReference, OneWay> {
    match table {
        TableReference::Named { name, column, reversed } => {
            Ok(TableReference::Named { name: name.clone(), column: column.clone(), reversed: !reversed })
        }
        TableReference::Inline(pairs, span) => {
            let mut turned: Vec<(Word, Literal)> = Vec::new();
            for (code, value) in pairs {
                let text = match &value.kind {
                    LiteralKind::Text(text) | LiteralKind::Number(text) => text.clone(),
                    LiteralKind::Bool(truth) => truth.to_string(),
                    LiteralKind::Absent => {
                        return Err(("nothing has no code to go back to".into(), value.span));
                    }
                };
                if turned.iter().any(|(known, _)| known.text == text) {
                    return Err((format!("several codes mean `{text}`"), value.span));
                }
                let back = Literal { kind: LiteralKind::Text(code.text.clone()), span: code.span };
                turned.push((Word { text, span: value.span }, back));
            }
            Ok(TableReference::Inline(turned, *span))
        }
    }
}

fn policy(policy: Option<&Policy>) -> Result<Option<Policy>, OneWay> {
    let Some(policy) = policy else { return Ok(None) };
    match policy.kind {
        PolicyKind::Constant(_) => {
            Err(("what stands in for an unknown code has no code to go back to".into(), policy.span))
        }
        // Its words name what the line reads in its own direction.
        _ => Ok(Some(Policy { text: None, ..policy.clone() })),
    }
}

/// A constant is written in one direction, and compared in the other.
fn agreed(value: Expression, constant: &Expression) -> CheckLine {
    let span = constant.span;
    let parts = vec![
        MessagePart::Value(value.clone()),
        MessagePart::Text(" stands where ".into()),
        MessagePart::Value(constant.clone()),
        MessagePart::Text(" is agreed".into()),
    ];
    let kind = ExpressionKind::Binary {
        operator: Operator::Equal,
        left: Box::new(value),
        right: Box::new(constant.clone()),
    };
    CheckLine {
        severity: Word { text: "reject".into(), span },
        code: Word { text: "AGREED".into(), span },
        text: MessageText { parts, span },
        condition: Expression { kind, span },
    }
}

fn word(kind: &ExpressionKind) -> String {
    match kind {
        ExpressionKind::Call { name, .. } => format!("`{}`", name.text),
        ExpressionKind::Else { .. } => "`else`".into(),
        ExpressionKind::If { .. } => "`if`".into(),
        _ => "a calculation".into(),
    }
}
