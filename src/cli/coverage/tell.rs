//! What samples showed of a map, in words.

use super::samples::Run;
use crate::base::span::{Sources, Span};
use crate::cli::console::{Console, plural};
use crate::diagnostics::Diagnostics;
use crate::diagnostics::render::terminal::{cut, sanitize};
use crate::language::{self, syntax::Document};
use crate::mapping::SideName;
use crate::mapping::coverage::{Mentions, Question, TableUse, Unfilled, mentions};
use serde_json::{Value, json};

/// Keys of a table that are shown to people.
const KEYS_MAX: usize = 8;

/// A map and what the samples showed of it.
pub struct Told {
    map: String,
    messages: usize,
    /// What to ask.
    pub questions: Vec<Question>,
    /// Fields of a document that the map does not pass on.
    not_passed_on: Vec<Question>,
    unfilled: Vec<(Unfilled, String)>,
    without_line: Vec<String>,
    tables: Vec<(TableUse, String)>,
    places: Vec<(Span, String)>,
    file: String,
}

/// All maps that samples went through and that are asked for.
pub fn tell(run: &Run<'_>, sources: &Sources, is_asked: impl Fn(&str) -> bool) -> Vec<Told> {
    let texts = Texts::of(sources);
    let maps = run.maps.values().filter(|coverage| is_asked(&coverage.plan.name));
    maps.map(|coverage| {
        let (text, file) = texts.of_map(&coverage.plan.name);
        let found = coverage.questions(&text);
        // What a document has and this map does not pass on is for us to know, not for the client.
        let is_reading = matches!(coverage.plan.source, SideName::Guide(_));
        let (questions, not_passed_on): (Vec<Question>, Vec<Question>) =
            found.into_iter().partition(|question| is_reading || matches!(question, Question::NoRow { .. }));
        let place = |span: Span| {
            let (path, line) = sources.path_line(span);
            format!("{path}:{line}")
        };
        let lines = questions.iter().filter_map(|question| match question {
            Question::NoRow { line: Some(line), .. } => Some(line.span),
            _ => None,
        });
        let places = lines.map(|span| (span, place(span))).collect();
        Told {
            map: coverage.plan.name.clone(),
            messages: coverage.messages,
            questions,
            not_passed_on,
            unfilled: coverage.unfilled().into_iter().map(|line| (line.clone(), place(line.span))).collect(),
            without_line: coverage.without_line(),
            tables: coverage.tables().into_iter().map(|table| (table.clone(), place(table.line))).collect(),
            places,
            file,
        }
    })
    .collect()
}

/// The question in words; `place` says where a line is.
fn words(question: &Question, of: usize, place: impl Fn(Span) -> String) -> String {
    let many = |count: usize| format!("in {count} of {}", plural(of, "message"));
    match question {
        Question::Unread { path, seen } => format!(
            "{} {}, read by nobody (example \"{}\", {}): what does it mean?",
            sanitize(path),
            many(seen.messages),
            sanitize(&cut(&seen.example)),
            sanitize(&seen.place)
        ),
        Question::NoRow { key, seen, line: Some(line), .. } => {
            let source = if line.source.is_empty() { String::new() } else { format!("{} ", line.source) };
            format!(
                "{source}\"{}\" {}, not among the codes of {} ({}; first in {}): what does it mean?",
                sanitize(&cut(key)),
                many(seen.messages),
                filled(&line.target),
                sanitize(&place(line.span)),
                sanitize(&seen.place)
            )
        }
        Question::NoRow { table, key, seen, line: None } => format!(
            "\"{}\" {}, and table {table} has no row for it ({}): what does it mean?",
            sanitize(&cut(key)),
            many(seen.messages),
            sanitize(&seen.place)
        ),
    }
}

/// What a line fills, in words.
fn filled(target: &str) -> &str {
    if target.is_empty() { "a condition" } else { target }
}

impl Told {
    fn place(&self, span: Span) -> String {
        let known = self.places.iter().find(|(own, _)| *own == span);
        known.map(|(_, place)| place.clone()).unwrap_or_default()
    }

    fn words(&self, question: &Question) -> String {
        words(question, self.messages, |span| self.place(span))
    }

    /// For people.
    pub fn people(&self, console: &mut Console<'_>) {
        console.line(format!("{}: {}", self.map, plural(self.messages, "message")));
        if !self.questions.is_empty() {
            console.line("  questions");
            for question in &self.questions {
                console.line(format!("    {}", self.words(question)));
            }
            self.help(console);
        }
        if !self.not_passed_on.is_empty() {
            let paths = self.not_passed_on.iter().filter_map(|question| match question {
                Question::Unread { path, .. } => Some(path.as_str()),
                Question::NoRow { .. } => None,
            });
            console.line(format!("  not passed on: {}", paths.collect::<Vec<_>>().join(", ")));
        }
        if !self.unfilled.is_empty() {
            console.line("  never filled");
            let width = self.unfilled.iter().map(|(line, _)| line.path.chars().count()).max().unwrap_or(0);
            for (line, place) in &self.unfilled {
                let required = if line.is_required { ", which is required" } else { "" };
                console.line(format!("    {:width$}  {place}{required}", line.path));
            }
        }
        if !self.without_line.is_empty() {
            console.line(format!("  no line fills: {}", self.without_line.join(", ")));
        }
        for (table, place) in self.tables.iter().filter(|(table, _)| !table.never.is_empty()) {
            console.line(format!("  {}", never(table, place)));
        }
        console.line("");
    }

    fn help(&self, console: &mut Console<'_>) {
        let unread = self.questions.iter().find_map(|question| match question {
            Question::Unread { path, .. } => Some(path),
            Question::NoRow { .. } => None,
        });
        if let Some(path) = unread {
            console.line(format!(
                "  help: answer in {} with a line that reads it, or with ignore {path} \"what it is, who said so and when\"",
                self.file
            ));
        }
        if self.questions.iter().any(|question| matches!(question, Question::NoRow { line: None, .. })) {
            console
                .line("  help: answer with a row of the table, and a comment that says who said so and when");
        }
        let in_line = self.questions.iter().find_map(|question| match question {
            Question::NoRow { line: Some(line), .. } => Some(line),
            _ => None,
        });
        if let Some(line) = in_line {
            let target = if line.target.is_empty() { "the line" } else { line.target.as_str() };
            console.line(format!(
                "  help: set {target} in the client's map, with the whole list of codes, and a comment that says who said so and when"
            ));
        }
    }

    /// For machines.
    pub fn json(&self) -> Value {
        let question = |question: &Question| match question {
            Question::Unread { path, seen } => json!({
                "path": path, "messages": seen.messages, "example": seen.example, "place": seen.place,
                "text": self.words(question),
            }),
            Question::NoRow { table, key, seen, line } => json!({
                "table": if line.is_some() { "" } else { table.as_str() },
                "key": key, "messages": seen.messages, "place": seen.place,
                "line": line.as_ref().map(|line| self.place(line.span)),
                "target": line.as_ref().map(|line| line.target.clone()),
                "text": self.words(question),
            }),
        };
        let line = |(line, place): &(Unfilled, String)| json!({ "target": line.path, "line": place, "required": line.is_required });
        let table = |(table, place): &(TableUse, String)| json!({ "table": table.name, "line": place, "target": table.target, "rows": table.rows, "never": table.never });
        json!({
            "map": self.map, "file": self.file, "messages": self.messages,
            "questions": self.questions.iter().map(question).collect::<Vec<_>>(),
            "not_passed_on": self.not_passed_on.iter().map(question).collect::<Vec<_>>(),
            "never_filled": self.unfilled.iter().map(line).collect::<Vec<_>>(),
            "without_line": self.without_line,
            "tables": self.tables.iter().map(table).collect::<Vec<_>>(),
        })
    }
}

/// `table uom: 2 of 31 rows looked up; never CT, DZ and 27 more`
fn never(table: &TableUse, place: &str) -> String {
    let name = match table.name.as_str() {
        "" => format!("codes of {} ({place})", filled(&table.target)),
        name => format!("table {name}"),
    };
    let shown: Vec<&str> = table.never.iter().take(KEYS_MAX).map(String::as_str).collect();
    let more = match table.never.len().saturating_sub(KEYS_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let seen = table.rows - table.never.len();
    sanitize(&format!(
        "{name}: {seen} of {} looked up; never {}{more}",
        plural(table.rows, "row"),
        shown.join(", ")
    ))
}

/// The texts of maps.
struct Texts<'s> {
    sources: &'s Sources,
    documents: Vec<Document>,
}

impl<'s> Texts<'s> {
    fn of(sources: &'s Sources) -> Self {
        let mut ignored = Diagnostics::bounded(0);
        let mut documents = Vec::new();
        for (file, source) in sources.files().filter(|(_, source)| source.path.ends_with(".map")) {
            let _ = source;
            documents.extend(language::parse(sources, file, &mut ignored));
        }
        Texts { sources, documents }
    }

    /// The qualifiers that a map, its bases and their fragments name, and the file of the map.
    fn of_map(&self, name: &str) -> (Mentions, String) {
        let (mut found, mut file) = (Mentions::new(), String::new());
        let mut next = Some(name.to_string());
        while let Some(name) = next.take() {
            for document in &self.documents {
                let Document::Map(map) = document else { continue };
                if map.name.name != name {
                    continue;
                }
                if file.is_empty() {
                    file = self.sources.path_line(map.name.span).0;
                }
                let text = self.sources.text(map.span);
                found.append(&mut mentions(text));
                found.append(&mut self.of_fragments(text));
                next = map.extends.as_ref().map(|base| base.name.clone());
            }
        }
        (found, file)
    }

    fn of_fragments(&self, text: &str) -> Mentions {
        let fragments = self.documents.iter().filter_map(|document| match document {
            Document::Fragment(fragment) => Some(fragment),
            _ => None,
        });
        let used = fragments.filter(|fragment| text.contains(&format!("use {}", fragment.name.text)));
        used.flat_map(|fragment| mentions(self.sources.text(fragment.span))).collect()
    }
}
