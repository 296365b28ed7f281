//! What a map makes of samples, both ways: what came in that nobody reads, and what no sample ever filled.

mod seen;
pub(super) mod whole;

use super::Plan;
use super::trace::{Step, Trace, Whence};
use crate::base::span::Span;
use crate::language::lexer::{Kind, Token, lex};
use crate::tree::{NodeId, PlaceId, Tree, View};
use rustc_hash::FxHashSet;
use seen::Seen;
use std::collections::{BTreeMap, BTreeSet};

/// Stands for all qualifiers of a name.
const ANY: &str = "";

/// Qualifiers that a map names: the name before the bracket and the code in it, or [`ANY`].
pub type Mentions = BTreeSet<(String, String)>;

/// A table, what was looked up in it, and for codes that stand in a line the number of the line and what was read.
type NoRowKey = (String, String, u32, String);

/// What the samples of one map showed so far.
pub struct Coverage<'p> {
    /// The map.
    pub plan: &'p Plan,
    /// How many messages there were.
    pub messages: usize,
    seen: Seen<'p>,
    filled: FxHashSet<(PlaceId, u32)>,
    rows: FxHashSet<Span>,
    inline_keys: BTreeSet<String>,
    no_rows: BTreeMap<NoRowKey, Occurrence>,
}

/// How often something was seen, and where first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Occurrence {
    /// In how many messages.
    pub messages: usize,
    /// A value of the first.
    pub example: String,
    /// Where that was, as the caller names messages.
    pub place: String,
    /// The last message it was counted in.
    last: usize,
}

impl Occurrence {
    fn count(&mut self, message: usize, example: &str, place: &str) {
        if self.messages == 0 {
            self.example = example.to_string();
            self.place = place.to_string();
        }
        self.messages += usize::from(self.last != message);
        self.last = message;
    }
}

/// Something the samples have and the map does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Nobody reads it.
    Unread {
        /// The path a line would name it by, such as `N9[IA]`.
        path: String,
        /// How often it came.
        seen: Occurrence,
    },
    /// A table has no row for it.
    NoRow {
        /// The table; empty if its rows stand in the map.
        table: String,
        /// What was looked up.
        key: String,
        /// The line that has the rows, if they stand in the map.
        line: Option<CodeLine>,
        /// How often it came.
        seen: Occurrence,
    },
}

/// A line of a map with codes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLine {
    /// What it fills; empty if it is a check or a `let`.
    pub target: String,
    /// The element that was looked up, as a path; empty if none was read.
    pub source: String,
    /// Where it stands.
    pub span: Span,
}

/// A line that no sample made anything of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfilled {
    /// What it would fill.
    pub path: String,
    /// The line.
    pub span: Span,
    /// Whether it says `required`.
    pub is_required: bool,
}

/// A table and which of its rows were looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableUse {
    /// Its name; empty if its rows stand in the map.
    pub name: String,
    /// The line of the map, for rows that stand there.
    pub line: Span,
    /// What that line fills; empty if it is a check or a `let`.
    pub target: String,
    /// How many rows it has.
    pub rows: usize,
    /// Keys of those that were never looked up, in order.
    pub never: Vec<String>,
}

/// Whether a code that is looked up in a table, without a row there, was accepted by a person.
pub type IsAccepted<'a> = &'a dyn Fn(&str, &str) -> bool;

impl<'p> Coverage<'p> {
    /// Nothing seen yet.
    pub fn new(plan: &'p Plan) -> Self {
        Coverage {
            plan,
            messages: 0,
            seen: Seen::new(plan),
            filled: FxHashSet::default(),
            rows: FxHashSet::default(),
            inline_keys: BTreeSet::new(),
            no_rows: BTreeMap::new(),
        }
    }

    /// A message with what a traced run of the map made of it. `place` names the message for people; what is looked up in
    /// a table and `is_accepted` is no question.
    pub fn take(
        &mut self,
        source: View<'_>,
        trace: &Trace,
        target: &Tree,
        (place, is_accepted): (&str, IsAccepted<'_>),
    ) {
        self.messages += 1;
        let mut read = FxHashSet::default();
        let mut lost: BTreeSet<NoRowKey> = BTreeSet::new();
        let mut last = None;
        trace.steps(&mut |step| match step {
            Step::Read(Whence::Source(node)) => {
                last = Some(*node);
                read.insert(*node);
            }
            Step::Row { row: Some(row), .. } => _ = self.rows.insert(*row),
            Step::Row { row: None, key, .. } => _ = self.inline_keys.insert(key.clone()),
            Step::NoRow { table, key, .. } if is_accepted(table, key) => {}
            Step::NoRow { table, key, rule, file: None } => {
                let path = last.map(|node| self.plan.source_shape.path(source.tree.node(node).place));
                lost.insert((table.clone(), key.clone(), *rule, path.unwrap_or_default()));
            }
            Step::NoRow { table, key, .. } => _ = lost.insert((table.clone(), key.clone(), 0, String::new())),
            _ => {}
        });
        for row in lost {
            let key = row.1.clone();
            self.no_rows.entry(row).or_default().count(self.messages, &key, place);
        }
        self.seen.take(source, &read, self.messages, place);
        for (at, node) in target.nodes().iter().enumerate().filter(|(_, node)| node.has_value()) {
            let rule = trace.leaf(NodeId(at as u32)).map_or(node.rule, |leaf| leaf.rule);
            self.filled.insert((node.place, rule));
        }
    }

    /// What to ask about, in the order of the messages, then codes without a row.
    pub fn questions(&self, mentions: &Mentions) -> Vec<Question> {
        let mut questions = self.seen.questions(mentions);
        questions.extend(self.no_rows.iter().map(|((table, key, rule, source), seen)| Question::NoRow {
            table: table.clone(),
            key: key.clone(),
            line: self.code_line(*rule, source),
            seen: seen.clone(),
        }));
        questions
    }

    fn code_line(&self, rule: u32, source: &str) -> Option<CodeLine> {
        let span = *self.plan.rules.get(rule.checked_sub(1)? as usize)?;
        Some(CodeLine { target: self.target_of(rule), source: source.to_string(), span })
    }

    /// What is filled by the line with this look-up.
    fn target_of(&self, rule: u32) -> String {
        let mut target = String::new();
        whole::leaves(&self.plan.root, &mut |leaf| {
            let mut has_it = false;
            whole::inside(&leaf.value, &mut |via| has_it |= via.rule == rule);
            if has_it && target.is_empty() {
                target = self.plan.target_shape.path(leaf.place);
            }
        });
        target
    }

    /// Lines that never gave a value, in the order of the target.
    pub fn unfilled(&self) -> Vec<Unfilled> {
        let mut found = Vec::new();
        whole::leaves(&self.plan.root, &mut |leaf| {
            let is_line = leaf.rule > 0 && !self.filled.contains(&(leaf.place, leaf.rule));
            if let (true, Some(span)) = (is_line, self.plan.rules.get(leaf.rule as usize - 1)) {
                let path = self.plan.target_shape.path(leaf.place);
                found.push(Unfilled { path, span: *span, is_required: leaf.required.is_some() });
            }
        });
        found
    }

    /// Fields of the target's own shape that no line of the map fills, in records that it builds.
    pub fn without_line(&self) -> Vec<String> {
        let shape = &self.plan.target_shape;
        let (mut built, mut filled) = (FxHashSet::from_iter([PlaceId::ROOT]), FxHashSet::default());
        whole::places(&self.plan.root, &mut |place, is_leaf| {
            if is_leaf {
                filled.insert(place)
            } else {
                built.insert(place)
            };
        });
        let is_open = |place: PlaceId| {
            shape.place(place).leaf_type().is_some() && !filled.contains(&place) || {
                shape.place(place).leaf_type().is_none() && !built.contains(&place)
            }
        };
        let of_built =
            shape.places().filter(|(id, place)| *id != PlaceId::ROOT && built.contains(&place.parent));
        of_built.filter(|(id, _)| is_open(*id)).map(|(id, _)| shape.path(id)).collect()
    }

    /// The tables that the map looks up in, each once.
    pub fn tables(&self) -> Vec<TableUse> {
        let mut found: Vec<TableUse> = Vec::new();
        whole::tables(&self.plan.root, &mut |via| {
            let table = &*via.table;
            let Some(line) = self.plan.rules.get((via.rule as usize).saturating_sub(1)) else { return };
            let is_known = |known: &TableUse| match table.name.as_str() {
                "" => known.line == *line,
                name => known.name == name,
            };
            if found.iter().any(is_known) {
                return;
            }
            let mut never: Vec<String> = Vec::new();
            for (key, row) in table.rows() {
                let is_seen = match row {
                    Some(row) => self.rows.contains(&row),
                    None => self.inline_keys.contains(&key),
                };
                if !is_seen {
                    never.push(key);
                }
            }
            never.sort();
            let rows = table.rows().count();
            let target = self.target_of(via.rule);
            found.push(TableUse { name: table.name.clone(), line: *line, target, rows, never });
        });
        found
    }
}

/// The qualifiers that a text of maps names, `[not …]` apart: a line about `N9[IA]` says what becomes of it.
pub fn mentions(text: &str) -> Mentions {
    let mut ignored = crate::diagnostics::Diagnostics::bounded(0);
    let lexed = lex(text, 0..text.len(), crate::base::span::FileId(0), &mut ignored);
    let mut found = ignored_whole(&lexed.tokens);
    for (at, open) in lexed.tokens.iter().enumerate().filter(|(at, token)| *at > 0 && token.is_sign("[")) {
        let name = &lexed.tokens[at - 1];
        let is_code = |kind| matches!(kind, Kind::Word | Kind::Number | Kind::Code | Kind::Text);
        if !open.glued || !matches!(name.kind, Kind::Word | Kind::Quoted | Kind::Number) {
            continue;
        }
        let inside = lexed.tokens[at + 1..].iter().take_while(|token| !token.is_sign("]"));
        let codes: Vec<_> = inside.filter(|token| !token.is_sign("|")).collect();
        if codes.iter().all(|code| is_code(code.kind) && !code.is_word("not")) {
            found.extend(codes.iter().map(|code| (name.text.to_string(), code.text.to_string())));
        }
    }
    found
}

/// The records that `ignore` lines name without a bracket, with all that is in them: what is said of them is said of all
/// their kinds.
fn ignored_whole(tokens: &[Token<'_>]) -> Mentions {
    let mut found = Mentions::new();
    for line in (0..tokens.len()).filter(|&at| tokens[at].is_word("ignore") && !tokens[at].glued) {
        let is_end = |at: &usize| matches!(tokens[*at].kind, Kind::Text) || tokens[*at].is_sign("=");
        let end = (line + 1..tokens.len()).find(is_end).unwrap_or(tokens.len());
        let ends_path = |at: usize| at + 1 == end || tokens[at + 1].is_sign(",");
        let names = (line + 1..end)
            .filter(|&at| ends_path(at) && matches!(tokens[at].kind, Kind::Word | Kind::Quoted));
        found.extend(names.map(|at| (tokens[at].text.to_string(), ANY.to_string())));
    }
    found
}
