//! Where output goes: results to stdout, findings and outcomes to stderr.

use crate::base::span::Sources;
use crate::diagnostics::render::terminal;
use crate::diagnostics::{Diagnostic, Severity};
use std::io::Write;

/// The two streams of a command. A stream nobody reads any more (a closed pipe) is no failure.
pub struct Console<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    /// Whether findings are coloured.
    pub color: bool,
    /// Whether output is JSON.
    pub json: bool,
    /// Whether results go to a terminal, where what is said next begins on a line of its own.
    pub is_terminal: bool,
}

impl<'a> Console<'a> {
    /// A console that writes text without colour.
    pub fn new(out: &'a mut dyn Write, err: &'a mut dyn Write) -> Self {
        Console { out, err, color: false, json: false, is_terminal: false }
    }

    /// Bytes of a result, as they are; at a terminal the last line of them ends.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let _ = self.out.write_all(bytes);
        if self.is_terminal && bytes.last().is_some_and(|&last| last != b'\n') {
            let _ = writeln!(self.out);
        }
    }

    /// A line of a result.
    pub fn line(&mut self, text: impl AsRef<str>) {
        let _ = writeln!(self.out, "{}", text.as_ref());
    }

    /// A line about what happened.
    pub fn note(&mut self, text: impl AsRef<str>) {
        let _ = writeln!(self.err, "{}", text.as_ref());
    }

    /// A finding with its source lines, followed by an empty line.
    pub fn finding(&mut self, finding: &Diagnostic, sources: &Sources, where_in_message: &str) {
        self.note(terminal::render(finding, sources, where_in_message, self.color));
    }
}

/// `3 errors, 1 warning`, or `no findings`.
pub fn tally(findings: &[Diagnostic]) -> String {
    let count = |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let parts: Vec<String> = [
        (Severity::Error, "error"),
        (Severity::Reject, "reject"),
        (Severity::Hold, "hold"),
        (Severity::Warn, "warning"),
        (Severity::Info, "note"),
    ]
    .into_iter()
    .filter_map(|(severity, word)| match count(severity) {
        0 => None,
        count => Some(plural(count, word)),
    })
    .collect();
    if parts.is_empty() { "no findings".into() } else { parts.join(", ") }
}

/// `1 guide`, `2 guides`.
pub fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_as_they_are_but_at_a_terminal_their_last_line_ends() {
        let shown = |is_terminal: bool, bytes: &[u8]| {
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let mut console = Console::new(&mut out, &mut err);
            console.is_terminal = is_terminal;
            console.bytes(bytes);
            out
        };
        assert_eq!(shown(false, b"IEA*1*1~"), b"IEA*1*1~");
        assert_eq!(shown(true, b"IEA*1*1~"), b"IEA*1*1~\n");
        assert_eq!(shown(true, b"a,b\r\n"), b"a,b\r\n");
        assert_eq!(shown(true, b""), b"");
    }
}
