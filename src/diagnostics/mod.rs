//! Findings: everything a person must act on, in one type.
//!
//! A [`Diagnostic`] is a code, a severity, a place and arguments; its words come from the code's templates in
//! [`codes`]. So the same finding can be a line in the terminal, a row in the ledger and the source of an
//! acknowledgement, and is worded when it is shown.

pub mod codes;
pub mod render;
pub mod suggest;

use crate::base::span::Span;
pub use codes::{Code, CodeInfo};
use serde::{Deserialize, Serialize};

/// What a finding does. `Info` to `Reject` are for messages, `Error` and `Warn` for files a person edits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing changes.
    Info,
    /// Delivered and flagged.
    Warn,
    /// Parked until someone or something releases it.
    Hold,
    /// The document is refused.
    Reject,
    /// The file is not used.
    Error,
}

impl Severity {
    /// The word shown to people.
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warn => "warn",
            Severity::Hold => "hold",
            Severity::Reject => "reject",
            Severity::Error => "error",
        }
    }

    /// Reads [`Severity::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Severity::Info, Severity::Warn, Severity::Hold, Severity::Reject, Severity::Error]
            .into_iter()
            .find(|severity| severity.word() == word)
    }
}

/// A place in a message, counted as the standards count: segments from 1 with the header segment (`ST`, `UNH`) as 1,
/// elements, repetitions and components from 1; 0 means "the whole of it".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// Byte offset in the file, from 0.
    pub offset: u64,
    /// Length in bytes of what is pointed at; 0 if it points at a gap.
    pub length: u32,
    /// Segment ordinal in the message, or row of a flat file (header row not counted).
    pub segment: u32,
    /// Segment tag or record name; empty if none.
    pub tag: String,
    /// Loop identifier the guide gives for acknowledgements, such as `0310`; empty outside loops.
    pub loop_id: String,
    /// Element position, or column position.
    pub element: u16,
    /// Repetition of the element.
    pub repetition: u16,
    /// Component position.
    pub component: u16,
    /// Data element number or column name the guide gives, such as `373`; empty if none.
    pub element_id: String,
}

/// A stretch of a file a person edits, with a few words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What about it; may be empty.
    pub text: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind; names the templates of its words.
    pub code: Code,
    /// What it does.
    pub severity: Severity,
    /// Values for the templates, by name. Partner data in them is raw; renderers escape it.
    pub arguments: Vec<(&'static str, String)>,
    /// Where in the message.
    pub place: Option<Place>,
    /// Where in the file to edit; the first is the one with the caret.
    pub labels: Vec<Label>,
    /// An action that replaces the code's general one.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding of `code` with that code's usual severity.
    pub fn new(code: Code) -> Self {
        Diagnostic {
            code,
            severity: code.info().severity,
            arguments: Vec::new(),
            place: None,
            labels: Vec::new(),
            help: None,
        }
    }

    /// Sets a template value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.arguments.push((name, value.into()));
        self
    }

    /// Sets the severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Points into a file to edit. The first call sets the caret.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Points into the message.
    #[must_use]
    pub fn place(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Gives an action that fits better than the code's general one.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Value of an argument; empty if it was never set.
    pub fn argument(&self, name: &str) -> &str {
        self.arguments.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.as_str())
    }

    /// The title: what is wrong, in one line, from the code's template.
    pub fn title(&self) -> String {
        self.fill(self.code.info().title)
    }

    /// The action that helps: the finding's own, else the code's.
    pub fn action(&self) -> String {
        self.help.clone().unwrap_or_else(|| self.fill(self.code.info().help))
    }

    /// The code as shown: a check written by a map author shows its own (argument `check`).
    pub fn shown_code(&self) -> &str {
        match self.argument("check") {
            "" => self.code.text(),
            own => own,
        }
    }

    fn fill(&self, template: &str) -> String {
        let mut text = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            let Some(close) = rest[open..].find('}') else { break };
            text.push_str(&rest[..open]);
            text.push_str(self.argument(&rest[open + 1..open + close]));
            rest = &rest[open + close + 1..];
        }
        text.push_str(rest);
        text
    }
}

/// Findings in the order they were made, bounded: past the bound they are counted, not kept.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    dropped: usize,
    limit: Option<usize>,
}

impl Diagnostics {
    /// A list without a bound, for files people edit.
    pub fn new() -> Self {
        Self::default()
    }

    /// A list that keeps at most `limit` findings.
    pub fn bounded(limit: usize) -> Self {
        Diagnostics { limit: Some(limit), ..Self::default() }
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.limit.is_some_and(|limit| self.kept.len() >= limit) {
            self.dropped += 1;
            // A refusal must never be lost to the bound: it takes the place of the last lesser finding.
            if let Some(at) = self.kept.iter().rposition(|kept| kept.severity < diagnostic.severity) {
                self.kept[at] = diagnostic;
            }
            return;
        }
        self.kept.push(diagnostic);
    }

    /// The findings kept.
    pub fn as_slice(&self) -> &[Diagnostic] {
        &self.kept
    }

    /// The findings kept, to be changed in place.
    pub fn as_mut_slice(&mut self) -> &mut [Diagnostic] {
        &mut self.kept
    }

    /// The findings, by value.
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.kept
    }

    /// How many were not kept.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The worst severity, if there is any finding.
    pub fn worst(&self) -> Option<Severity> {
        self.kept.iter().map(|kept| kept.severity).max()
    }

    /// Whether a file with these findings must not be used.
    pub fn has_errors(&self) -> bool {
        self.worst() == Some(Severity::Error)
    }

    /// Forgets all, keeping the memory.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.dropped = 0;
    }

    /// Keeps only the findings that `keep` says yes to.
    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.kept.retain(keep);
    }

    /// Appends another list.
    pub fn extend(&mut self, other: Diagnostics) {
        self.dropped += other.dropped;
        for diagnostic in other.kept {
            self.push(diagnostic);
        }
    }
}
