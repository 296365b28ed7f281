//! Findings as JSON, one object each.

use crate::base::span::Sources;
use crate::diagnostics::Diagnostic;
use serde_json::{Value, json};

/// The finding as an object: `code`, `severity`, `title`, `help`, `place` (or null), `labels` with path, line and
/// column (1-based), and the raw `arguments`.
pub fn render(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let labels: Vec<Value> = diagnostic
        .labels
        .iter()
        .map(|label| {
            let file = sources.file(label.span.file);
            let (line, column) = file.line_column(label.span.start);
            json!({"path": file.path, "line": line, "column": column, "text": label.text})
        })
        .collect();
    let arguments: serde_json::Map<String, Value> =
        diagnostic.arguments.iter().map(|(name, value)| (name.to_string(), json!(value))).collect();
    json!({
        "code": diagnostic.shown_code(),
        "severity": diagnostic.severity.word(),
        "title": diagnostic.title(),
        "help": diagnostic.action(),
        "place": diagnostic.place,
        "labels": labels,
        "arguments": arguments,
    })
}
