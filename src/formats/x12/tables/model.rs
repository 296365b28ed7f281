//! What the tables say.

use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use std::collections::{BTreeMap, BTreeSet};

/// All tables together.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    pub sets: BTreeMap<String, Set>,
    /// Segments and composites.
    pub groups: BTreeMap<String, Group>,
    pub elements: BTreeMap<String, Element>,
}

/// A transaction set.
#[derive(Debug, Default)]
pub(super) struct Set {
    pub name: String,
    /// GS01.
    pub group: String,
    /// In the order of the table.
    pub rows: Vec<Standing>,
}

/// A segment where it stands in a set.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub tag: String,
    pub is_required: bool,
    pub max: u32,
    /// How many loops it stands in.
    pub level: u32,
    /// How often its loop comes, where the row says it.
    pub repeat: Option<u32>,
    pub loop_id: String,
    pub span: Span,
}

/// A segment or composite.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub name: String,
    pub is_composite: bool,
    /// By position.
    pub parts: BTreeMap<u32, Part>,
    /// `P0304`
    pub relations: Vec<(char, Vec<u32>)>,
}

/// A part of a segment or composite.
#[derive(Debug)]
pub(super) struct Part {
    /// Number of an element, or id of a composite.
    pub id: String,
    pub is_required: bool,
    pub max: u32,
    pub span: Span,
}

/// An element.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub name: String,
    /// `AN`; "" until its table said it.
    pub kind: String,
    pub min: u32,
    pub max: u32,
    pub codes: Vec<(String, String)>,
}

impl Dictionary {
    /// Whether all that a set is made of is described; what is not is told where it is used.
    pub fn describes(&self, set: &Set, findings: &mut Diagnostics) -> bool {
        let before = findings.as_slice().len();
        let mut told = BTreeSet::new();
        let mut missing = |name: &str, table: &str, span: Span| {
            if told.insert(name.to_string()) {
                let finding = Diagnostic::new(Code::L051).with("name", name).with("table", table);
                findings.push(finding.at(span, ""));
            }
        };
        let mut open: Vec<(&str, Span)> = set.rows.iter().map(|row| (row.tag.as_str(), row.span)).collect();
        let mut seen = BTreeSet::new();
        while let Some((id, span)) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let is_element = id.bytes().all(|byte| byte.is_ascii_digit());
            match self.groups.get(id).filter(|group| !group.parts.is_empty()) {
                _ if is_element => {
                    if self.elements.get(id).is_none_or(|element| element.kind.is_empty()) {
                        missing(id, "ELEDETL", span);
                    }
                }
                Some(group) => open.extend(group.parts.values().map(|part| (part.id.as_str(), part.span))),
                None if set.rows.iter().any(|row| row.tag == id) => missing(id, "SEGDETL", span),
                None => missing(id, "COMDETL", span),
            }
        }
        findings.as_slice().len() == before
    }

    /// What a set is made of: segments, composites and elements.
    pub fn used<'s>(&'s self, set: &'s Set) -> BTreeSet<&'s str> {
        let mut open: Vec<&str> = set.rows.iter().map(|row| row.tag.as_str()).collect();
        let mut used = BTreeSet::new();
        while let Some(id) = open.pop() {
            let is_new = used.insert(id);
            let group = self.groups.get(id).filter(|_| is_new);
            open.extend(
                group.into_iter().flat_map(|group| group.parts.values()).map(|part| part.id.as_str()),
            );
        }
        used
    }
}
