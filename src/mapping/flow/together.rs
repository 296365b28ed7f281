//! What leaves together: one message, all of one source, or all that comes within a time.

use super::Flow;
use crate::base::clock::parse_duration;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::language::syntax::{self, Counts, Expression, ExpressionKind, FlowWrite, Path, Together, Word};
use crate::mapping::evaluate::Target;
use crate::mapping::expression::Context;
use crate::mapping::mentions::in_expression;
use crate::mapping::names::{Binding, Found, Scope};
use crate::mapping::plan::Expr;
use crate::mapping::run::{Facts, evaluator};
use crate::mapping::slots::Slot;
use crate::mapping::trace::Untraced;
use crate::tree::arena::Origin;
use crate::tree::value::ValueKind;
use crate::tree::{NodeId, PlaceId, Tree, View};
use bumpalo::Bump;
use std::collections::BTreeMap;

/// Most documents that become one message: they are all in memory at once.
pub const GATHERED_MAX: u32 = 1000;

/// What `until` calls the documents gathered so far, the one that came among them.
const GATHERED: &str = "gathered";

/// What stands together in one file.
#[derive(Debug)]
pub enum Per {
    /// One message, one file.
    Message,
    /// One source, one file.
    Source,
    /// All documents of a window, one file.
    Collected(Collected),
    /// All documents of a window, one message.
    Gathered(Gather),
}

/// Which documents become one file.
#[derive(Debug)]
pub struct Collected {
    /// The name of the file if other lines may fill it too; else it is this one's alone.
    pub name: Option<Word>,
    /// What they wait for.
    pub window: Window,
}

/// Which documents a file waits for, and how long.
#[derive(Debug)]
pub struct Window {
    /// Values that are equal in all of them.
    pub(super) by: Vec<Expr>,
    /// How long after the first one the file leaves, in milliseconds.
    pub every_ms: i64,
    /// How many there may be; it leaves with the last one.
    pub max: u32,
    /// How many bytes there may be; one that does not fit opens another file.
    pub size_max: u64,
    /// The minutes of the day at which the file leaves, instead of after a time.
    pub at: Vec<u16>,
}

/// A window without a bound of bytes.
const UNBOUNDED: u64 = i64::MAX as u64;
/// How long a file that leaves at times of the day waits at most.
const DAY_MS: i64 = 24 * 3600 * 1000;

/// Which documents become one message.
#[derive(Debug)]
pub struct Gather {
    /// What they wait for.
    pub window: Window,
    /// The fields of its key, as written.
    pub by: Vec<String>,
    /// What makes a document the last one.
    pub(super) until: Option<Expr>,
    /// The slot of all that is gathered, if `until` asks about that and not only about the document that came.
    pub(super) gathered: Option<usize>,
    /// What counts of fields that differ.
    pub(super) counts: BTreeMap<PlaceId, Counts>,
}

/// What a `write` says about it. `None` if something is wrong, which is then in the findings.
pub(super) fn compile(write: &FlowWrite, scope: &Scope, context: &mut Context<'_>) -> Option<Per> {
    if let Some(gather) = &write.gather {
        return gathered(write, gather, scope, context).map(Per::Gathered);
    }
    if let Some(until) = &write.until {
        let finding =
            Diagnostic::new(Code::F011).with("word", "until").at(until.span, "nothing is gathered here");
        context.findings.push(finding.help("write `gather by …` before `to`, or leave it out"));
        return None;
    }
    let per = write.per.as_ref();
    match (per, &write.collected) {
        (Some(word), Some(collected)) => {
            let span = collected.together.span;
            two_answers(&format!("per {}", word.text), "collected", span, context.findings);
            None
        }
        (None, Some(collected)) => {
            let name = collected.name.clone();
            let window = window(write, ("collected", &collected.together), scope, context)?;
            Some(Per::Collected(Collected { name, window }))
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

fn gathered(
    write: &FlowWrite,
    gather: &syntax::Gather,
    scope: &Scope,
    context: &mut Context<'_>,
) -> Option<Gather> {
    let source = write.per.as_ref().filter(|word| word.text == "source");
    let other = source.map(|word| ("per source", word.span));
    if let Some((word, span)) =
        other.or(write.collected.as_ref().map(|other| ("collected", other.together.span)))
    {
        two_answers("gather", word, span, context.findings);
        return None;
    }
    let window = window(write, ("gather", &gather.together), scope, context);
    let (until, gathered) = match &write.until {
        Some(until) => until_holds(until, scope, context)?,
        None => (None, None),
    };
    let mut counts = BTreeMap::new();
    for (counting, paths) in &gather.counts {
        for path in paths {
            let places = places(*counting, path, scope, context)?;
            counts.extend(places.into_iter().map(|place| (place, *counting)));
        }
    }
    let window = window?;
    let named = |path: &Path| match context.resolve(scope, path)? {
        Found::Path(resolved) => resolved.places.first().map(|&place| resolved.shape.path(place)),
        Found::Value(..) => None,
    };
    let by = gather.together.by.iter().filter_map(named).collect();
    Some(Gather { window, by, until, gathered, counts })
}

/// `until`, and the slot of [`GATHERED`] if it says that.
fn until_holds(
    until: &Expression,
    scope: &Scope,
    context: &mut Context<'_>,
) -> Option<(Option<Expr>, Option<usize>)> {
    let (shape, slot) = (scope.this.0.clone(), context.slot());
    let mut scope = scope.clone();
    scope.names.push((GATHERED.to_string(), Binding::Documents { slot, shape }));
    let mut asks = false;
    in_expression(until, &mut |path| asks |= !path.starts_with_dot() && path.head() == Some(GATHERED));
    let condition = context.condition(&scope, until)?;
    Some((Some(condition), asks.then_some(slot)))
}

/// The places of a field that may differ. Only numbers can be added up.
fn places(counts: Counts, path: &Path, scope: &Scope, context: &mut Context<'_>) -> Option<Vec<PlaceId>> {
    let expression = Expression { kind: ExpressionKind::Path(path.clone()), span: path.span };
    let typed = context.value(scope, &expression)?;
    if counts == Counts::Sum && typed.kind != ValueKind::Number {
        let finding = Diagnostic::new(Code::M008)
            .with("found", typed.kind.word())
            .with("expected", ValueKind::Number.word())
            .at(path.span, format!("this is {}", typed.kind.word()));
        context.findings.push(finding);
        return None;
    }
    match context.resolve(scope, path)? {
        Found::Path(resolved) => Some(resolved.places),
        Found::Value(..) => Some(Vec::new()),
    }
}

fn window(
    write: &FlowWrite,
    (what, together): (&str, &Together),
    scope: &Scope,
    context: &mut Context<'_>,
) -> Option<Window> {
    let by = together.by.iter().map(|path| field(path, scope, context)).collect::<Option<_>>();
    let at = cut_offs(write, context.findings)?;
    let every_ms = match (at.is_empty(), &write.every) {
        (false, None) => Some(DAY_MS),
        (false, Some(word)) => {
            two_answers("at", "every", word.span, context.findings);
            None
        }
        (true, _) => every(write, (what, together.span), context.findings),
    };
    let size_max = size_max(write, context.findings);
    let at_most = if write.gather.is_some() { GATHERED_MAX } else { u32::MAX };
    let max = max(write, at_most, context.findings);
    Some(Window { by: by?, every_ms: every_ms?, max: max?, size_max: size_max?, at })
}

/// The times of the day at which files leave, in minutes, in their order.
fn cut_offs(write: &FlowWrite, findings: &mut Diagnostics) -> Option<Vec<u16>> {
    let mut minutes = Vec::new();
    for text in &write.at {
        let time = text.text.split_once(':').and_then(|(hour, minute)| {
            let is_two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            let (hour, minute) = Some((hour, minute)).filter(|(h, m)| is_two(h) && is_two(m))?;
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
            (hour < 24 && minute < 60).then_some(hour * 60 + minute)
        });
        let Some(time) = time else {
            let finding = Diagnostic::new(Code::F004)
                .with("value", &text.text)
                .with("expected", "a time of the day such as 09:30 or 17:00");
            findings.push(finding.at(text.span, "when the file leaves"));
            return None;
        };
        minutes.push(time);
    }
    minutes.sort_unstable();
    minutes.dedup();
    Some(minutes)
}

/// The bound of bytes. What is gathered is written only when it leaves.
fn size_max(write: &FlowWrite, findings: &mut Diagnostics) -> Option<u64> {
    match write.size {
        None => Some(UNBOUNDED),
        Some((_, span)) if write.gather.is_some() => {
            two_answers("gather", "a size", span, findings);
            None
        }
        Some((0, span)) => {
            let finding = Diagnostic::new(Code::F004).with("value", "0").with("expected", "a size from 1KB");
            findings.push(finding.at(span, "nothing would ever leave"));
            None
        }
        Some((size, _)) => Some(size.min(UNBOUNDED)),
    }
}

fn two_answers(first: &str, second: &str, span: Span, findings: &mut Diagnostics) {
    let finding = Diagnostic::new(Code::F009).with("first", first).with("second", second);
    findings.push(finding.at(span, format!("beside `{first}`")));
}

/// A field of the document that there is at most once.
fn field(path: &Path, scope: &Scope, context: &mut Context<'_>) -> Option<Expr> {
    let expression = Expression { kind: ExpressionKind::Path(path.clone()), span: path.span };
    context.value(scope, &expression).map(|typed| typed.expr)
}

/// How long to wait; that nobody says so is told.
fn every(write: &FlowWrite, (what, span): (&str, Span), findings: &mut Diagnostics) -> Option<i64> {
    let Some(word) = &write.every else {
        findings.push(Diagnostic::new(Code::F010).with("what", what).at(span, "until when?"));
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

fn max(write: &FlowWrite, at_most: u32, findings: &mut Diagnostics) -> Option<u32> {
    let Some((max, span)) = write.max else { return Some(at_most) };
    let why = match max {
        0 => "nothing would ever leave",
        max if max > at_most => "more than are put together at once",
        max => return Some(max),
    };
    let expected = match at_most {
        u32::MAX => "a number from 1".to_string(),
        at_most => format!("a number from 1 to {at_most}"),
    };
    let finding = Diagnostic::new(Code::F004).with("value", format!("max {max}")).with("expected", expected);
    findings.push(finding.at(span, why));
    None
}

/// Refuses words about a window where there is none.
fn without_window(write: &FlowWrite, findings: &mut Diagnostics) -> Option<()> {
    let every = write.every.as_ref().map(|word| ("every", word.span));
    let max = write.max.map(|(_, span)| ("max", span)).or(write.size.map(|(_, span)| ("max", span)));
    let at = write.at.first().map(|text| ("at", text.span));
    let Some((word, span)) = every.or(at).or(max) else { return Some(()) };
    findings.push(Diagnostic::new(Code::F011).with("word", word).at(span, "nothing waits here"));
    None
}

impl Window {
    /// What two lines say otherwise that fill one file; `None` if they agree.
    pub fn differs(&self, other: &Window) -> Option<&'static str> {
        let differing = [
            ("how long they wait", self.every_ms != other.every_ms || self.at != other.at),
            ("how many documents there may be", self.max != other.max),
            ("how large the file may be", self.size_max != other.size_max),
            ("how many fields keep documents apart", self.by.len() != other.by.len()),
        ];
        differing.into_iter().find(|(_, differs)| *differs).map(|(what, _)| what)
    }
}

impl Gather {
    /// Whether only all that is gathered tells if more is to come.
    pub fn asks_all(&self) -> bool {
        self.gathered.is_some()
    }
}

/// Documents one behind the other in a tree, and where each begins.
fn one_behind_the_other(documents: &[View<'_>]) -> (Tree, Vec<NodeId>) {
    let mut tree = Tree::new();
    let all = tree.open(PlaceId::ROOT, Origin::default());
    let ids = documents.iter().map(|document| copy(*document, NodeId::ROOT, &mut tree)).collect();
    tree.close(all);
    (tree, ids)
}

fn copy(view: View<'_>, from: NodeId, tree: &mut Tree) -> NodeId {
    let node = tree.open(
        if from == NodeId::ROOT { PlaceId::ROOT } else { view.tree.node(from).place },
        Origin::default(),
    );
    for child in view.tree.children(from) {
        match view.text(child) {
            Some(text) => _ = tree.leaf(view.tree.node(child).place, text, Origin::default()),
            None => _ = copy(view, child, tree),
        }
    }
    tree.close(node);
    node
}

impl Flow {
    /// Whether nothing more is to come after one of the documents that were gathered, in their order; of the first
    /// `known` it was asked before. For an `until` that [`Gather::asks_all`].
    pub fn is_complete(
        &self,
        gather: &Gather,
        documents: &[View<'_>],
        known: usize,
        memory: &mut Bump,
    ) -> bool {
        let (Some(slot), Some(until)) = (gather.gathered, &gather.until) else { return false };
        let (tree, ids) = one_behind_the_other(documents);
        (known..documents.len()).any(|last| {
            memory.reset();
            // That nothing could be decided is no finding of a message: its time decides then.
            let mut ignored = Diagnostics::bounded(0);
            let facts = Facts::default();
            let evaluator = evaluator(&self.frame, documents[last], &facts, memory, &mut ignored, &Untraced);
            evaluator.slots[slot].set(Slot::Group(View::new(&tree, ""), &ids[..=last]));
            evaluator.holds(until, &Target::nothing(&Tree::new()))
        })
    }

    /// Whether a document is the last one that is gathered, whatever the others are.
    pub fn is_last(
        &self,
        gather: &Gather,
        document: View<'_>,
        memory: &mut Bump,
        findings: &mut Diagnostics,
    ) -> bool {
        if gather.asks_all() {
            return false;
        }
        memory.reset();
        let evaluator = evaluator(&self.frame, document, &Facts::default(), memory, findings, &Untraced);
        let nothing = Tree::new();
        gather.until.as_ref().is_some_and(|until| evaluator.holds(until, &Target::nothing(&nothing)))
    }

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
