//! Files that several lines of a client's flows fill: whether these agree on what it is.

use super::Route;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::formats::Layout;
use crate::language::syntax::Word;
use crate::mapping::flow::{Collected, Per, Window, WritePlan};
use std::collections::BTreeMap;

/// What a line says of the file it fills.
struct Filling<'r> {
    name: &'r Word,
    endpoint: &'r str,
    window: &'r Window,
    layout: &'r dyn Layout,
}

/// Refuses files that two lines of the routes of a client have otherwise, and those whose format has one type of message.
pub(super) fn check(routes: &[Route], findings: &mut Diagnostics) {
    let mut files: BTreeMap<&str, Filling<'_>> = BTreeMap::new();
    for route in routes {
        for ((_, write), (_, layout)) in route.flow.writes.iter().zip(&route.writes) {
            let Some(filling) = filling(write, &**layout) else { continue };
            if filling.layout.file_head().is_empty() {
                let finding = Diagnostic::new(Code::F019).with("guide", &filling.layout.guide().name);
                findings.push(finding.with("name", &filling.name.text).at(filling.name.span, "named here"));
                continue;
            }
            match files.get(filling.name.text.as_str()) {
                None => _ = files.insert(&filling.name.text, filling),
                Some(first) => {
                    let Some(what) = differs(first, &filling) else { continue };
                    let finding = Diagnostic::new(Code::F018).with("name", &filling.name.text);
                    let finding = finding.with("what", what).at(filling.name.span, "");
                    findings.push(finding.at(first.name.span, "the first one"));
                }
            }
        }
    }
}

fn filling<'r>(write: &'r WritePlan, layout: &'r dyn Layout) -> Option<Filling<'r>> {
    match &write.per {
        Per::Collected(Collected { name: Some(name), window }) => {
            Some(Filling { name, endpoint: &write.endpoint, window, layout })
        }
        _ => None,
    }
}

fn differs(first: &Filling<'_>, other: &Filling<'_>) -> Option<&'static str> {
    if first.endpoint != other.endpoint {
        return Some("where it goes");
    }
    let of_window = first.window.differs(other.window);
    let is_alike = first.layout.guide().format == other.layout.guide().format
        && first.layout.file_head() == other.layout.file_head();
    of_window.or((!is_alike).then_some("the envelope (syntax, its version, separators or character set)"))
}
