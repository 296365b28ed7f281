//! What leaves together: one message, all of one source, or all that comes within a time.

use super::Flow;
use crate::base::clock::parse_duration;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::language::syntax::{Expression, ExpressionKind, FlowWrite, Path};
use crate::mapping::evaluate::Target;
use crate::mapping::expression::Context;
use crate::mapping::names::Scope;
use crate::mapping::plan::Expr;
use crate::mapping::run::{Facts, evaluator};
use crate::mapping::trace::Untraced;
use crate::tree::{Tree, View};
use bumpalo::Bump;

/// What stands together in one file.
#[derive(Debug)]
pub enum Per {
    /// One message, one file.
    Message,
    /// One source, one file.
    Source,
    /// All documents of a window, one file.
    Collected(Window),
}

/// Which documents a file waits for, and how long.
#[derive(Debug)]
pub struct Window {
    /// Values that are equal in all of them.
    by: Vec<Expr>,
    /// How long after the first one the file leaves, in milliseconds.
    pub every_ms: i64,
    /// How many there may be; it leaves with the last one.
    pub max: Option<u32>,
}

/// What a `write` says about it. `None` if something is wrong, which is then in the findings.
pub(super) fn compile(write: &FlowWrite, scope: &Scope, context: &mut Context<'_>) -> Option<Per> {
    if let Some(together) = &write.gather {
        return context.unsupported("`gather by …`", "write `collected by …`", together.span);
    }
    let per = write.per.as_ref();
    match (per, &write.collected) {
        (Some(word), Some(collected)) => {
            let finding = Diagnostic::new(Code::F009)
                .with("first", format!("per {}", word.text))
                .with("second", "collected")
                .at(collected.span, format!("beside `per {}`", word.text));
            context.findings.push(finding);
            None
        }
        (None, Some(collected)) => {
            let by = collected.by.iter().map(|path| field(path, scope, context)).collect::<Option<_>>();
            let every_ms = every(write, collected.span, context.findings);
            let max = max(write, context.findings);
            Some(Per::Collected(Window { by: by?, every_ms: every_ms?, max: max? }))
        }
        (_, None) => {
            without_window(write, context.findings)?;
            Some(match per {
                Some(word) if word.text == "source" => Per::Source,
                _ => Per::Message,
            })
        }
    }
}

/// A field of the document that there is at most once.
fn field(path: &Path, scope: &Scope, context: &mut Context<'_>) -> Option<Expr> {
    let expression = Expression { kind: ExpressionKind::Path(path.clone()), span: path.span };
    context.value(scope, &expression).map(|typed| typed.expr)
}

/// How long to wait; that nobody says so is told.
fn every(write: &FlowWrite, waits: Span, findings: &mut Diagnostics) -> Option<i64> {
    let Some(word) = &write.every else {
        findings.push(Diagnostic::new(Code::F010).with("what", "collected").at(waits, "until when?"));
        return None;
    };
    let time = parse_duration(&word.text).and_then(|time| i64::try_from(time.as_millis()).ok());
    let time = time.filter(|&time| time > 0);
    if time.is_none() {
        let finding = Diagnostic::new(Code::F004)
            .with("value", &word.text)
            .with("expected", "a time such as 30s, 15m or 24h");
        findings.push(finding.at(word.span, "how long after the first document"));
    }
    time
}

fn max(write: &FlowWrite, findings: &mut Diagnostics) -> Option<Option<u32>> {
    match write.max {
        Some((0, span)) => {
            let finding =
                Diagnostic::new(Code::F004).with("value", "max 0").with("expected", "a number from 1");
            findings.push(finding.at(span, "nothing would ever leave"));
            None
        }
        max => Some(max.map(|(max, _)| max)),
    }
}

/// Refuses words about a window where there is none.
fn without_window(write: &FlowWrite, findings: &mut Diagnostics) -> Option<()> {
    let every = write.every.as_ref().map(|word| ("every", word.span));
    let max = write.max.map(|(_, span)| ("max", span));
    let Some((word, span)) = every.or(max) else { return Some(()) };
    findings.push(Diagnostic::new(Code::F011).with("word", word).at(span, "nothing waits here"));
    None
}

impl Flow {
    /// What a document has in common with those of its window: two documents belong together exactly if it is the same.
    pub fn key(
        &self,
        window: &Window,
        document: View<'_>,
        memory: &mut Bump,
        findings: &mut Diagnostics,
    ) -> Vec<Option<String>> {
        memory.reset();
        let evaluator = evaluator(&self.frame, document, &Facts::default(), memory, findings, &Untraced);
        let nothing = Tree::new();
        let target = &Target::nothing(&nothing);
        let values = window.by.iter().map(|expr| match evaluator.value(expr, target) {
            value if value.is_absent() => None,
            value => Some(value.show()),
        });
        values.collect()
    }
}
