//! `--explain PATH`: the life of one value, from the bytes of the message through every line and table row that made
//! it; and for a value that is absent, why.

mod missing;
mod path;
mod place;
mod tell;

use super::Session;
use super::message::Translated;
use super::units::Unit;
use crate::base::span::{Sources, Span};
use crate::cli::exit::Stop;
use crate::mapping::Plan;
use crate::mapping::trace::Trace;
use crate::tree::{Tree, View};
use serde_json::{Value, json};

/// One sentence of an explanation, with the line it is about and what is behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The sentence.
    pub text: String,
    /// Path, line and text of the mapping file's line.
    pub at: Option<(String, u32, String)>,
    /// What is behind it.
    pub because: Vec<Told>,
}

impl Told {
    fn new(text: impl Into<String>) -> Self {
        Told { text: text.into(), ..Told::default() }
    }

    fn at(mut self, span: Option<Span>, sources: &Sources) -> Self {
        self.at = span.map(|span| {
            let (path, line) = sources.path_line(span);
            let text = sources.file(span.file).text.lines().nth(line as usize - 1).unwrap_or("");
            (path, line, text.trim().to_string())
        });
        self
    }

    fn because(mut self, reasons: Vec<Told>) -> Self {
        self.because = reasons;
        self
    }

    /// Lines for people, two blanks deeper for what is behind.
    pub fn lines(&self, depth: usize, out: &mut Vec<String>) {
        let indent = "  ".repeat(depth);
        out.push(format!("{indent}{}", self.text));
        if let Some((path, line, text)) = &self.at {
            out.push(format!("{indent}  {path}:{line}: {text}"));
        }
        self.because.iter().for_each(|told| told.lines(depth + 1, out));
    }

    /// The same for machines.
    pub fn json(&self) -> Value {
        let because: Vec<Value> = self.because.iter().map(Told::json).collect();
        let at =
            self.at.as_ref().map(|(path, line, text)| json!({ "path": path, "line": line, "text": text }));
        json!({ "text": self.text, "at": at, "because": because })
    }
}

/// One map at work: what it read and what it built.
struct Layer<'a> {
    plan: &'a Plan,
    source: View<'a>,
    target: &'a Tree,
    trace: &'a Trace,
}

impl<'a> Layer<'a> {
    fn target(&self) -> View<'a> {
        View::new(self.target, "")
    }
}

/// All that explanations of one message draw on. Layer 0 reads the message, layer 1 the canonical document.
struct Life<'a> {
    session: &'a Session<'a>,
    unit: &'a Unit,
    layers: Vec<Layer<'a>>,
}

impl Session<'_> {
    /// Explains the value at `path` of what was written, or else of the canonical document.
    ///
    /// # Errors
    /// If neither has such a place.
    pub(super) fn explain(&self, unit: &Unit, translated: &Translated<'_>, path: &str) -> Result<Told, Stop> {
        let source = std::str::from_utf8(self.message_bytes(unit)).unwrap_or("");
        let read = |document| Layer {
            plan: translated.way.read,
            source: View::new(&translated.message, source),
            target: document,
            trace: &translated.trace,
        };
        let document = &translated.document;
        for output in translated.outputs.iter().flatten() {
            if path::fits(&output.plan.target_shape, path) {
                let write = Layer {
                    plan: output.plan,
                    source: View::new(document, ""),
                    target: &output.tree,
                    trace: &output.trace,
                };
                return Life { session: self, unit, layers: vec![read(document), write] }.tell(1, path);
            }
        }
        Life { session: self, unit, layers: vec![read(document)] }.tell(0, path)
    }
}
