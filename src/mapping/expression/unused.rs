//! Paths that lead to what the guide says never comes: codes it does not list, and what is not used.

use super::Context;
use crate::diagnostics::{Code, Diagnostic, Severity, suggest};
use crate::guide::{Guide, ValueClass, shorten};
use crate::language::syntax::{Path, SelectorKind, Word};
use crate::mapping::names::Resolved;
use crate::tree::{PlaceId, Shape};
use std::sync::Arc;

impl Context<'_> {
    /// Tells of a path in a line of this map that can lead to nothing.
    pub(super) fn is_sent(&mut self, path: &Path, resolved: &Resolved) {
        let Some((guide, map)) = self.source_guide.clone() else { return };
        let is_own = map.file == path.span.file && map.start <= path.span.start && path.span.end <= map.end;
        if !Arc::ptr_eq(&guide.shape, &resolved.shape) {
            return;
        }
        for word in selecting(path) {
            let places = resolved.nodes.steps.iter().flat_map(|step| &step.places);
            let can_have =
                |codes: &[Box<str>]| codes.is_empty() || codes.iter().any(|code| **code == *word.text);
            let places = places.map(|&place| guide.shape.place(place)).filter(|place| can_have(&place.codes));
            let keys: Vec<PlaceId> = places.filter_map(|place| place.key).collect();
            self.is_listed(&guide, word, &keys, is_own);
        }
        if !is_own {
            return;
        }
        if let Some((pairs, code)) = &resolved.pair {
            let qualifiers: Vec<PlaceId> = pairs.iter().map(|(qualifier, _)| *qualifier).collect();
            let word = selecting(path).find(|word| *word.text == **code);
            word.into_iter().for_each(|word| self.is_listed(&guide, word, &qualifiers, true));
        }
        let places = &resolved.places;
        if !places.is_empty() && places.iter().all(|&place| is_not_used(&guide, place)) {
            let finding = Diagnostic::new(Code::M063)
                .with("name", guide.shape.path(places[0]))
                .with("guide", &guide.name);
            self.findings.push(finding.at(path.span, "nothing is there"));
        }
    }

    /// Tells of a code in brackets that none of the keys can have, if the line is one that is told of it.
    fn is_listed(&mut self, guide: &Guide, word: &Word, keys: &[PlaceId], is_told: bool) {
        if keys.is_empty() || keys.iter().any(|&key| permits(guide, key, &word.text)) {
            return;
        }
        self.never = Some(word.span);
        if is_told {
            // What is read there is never there: the line is good for nothing, and does no harm.
            self.findings.push(not_listed(guide, word, keys).severity(Severity::Warn));
        }
    }
}

/// The codes of `[ST]` and `[ST|BT]` in a path.
fn selecting(path: &Path) -> impl Iterator<Item = &Word> {
    let selectors = path.steps.iter().flat_map(|step| &step.selectors);
    selectors.flat_map(|selector| match &selector.kind {
        SelectorKind::Codes { negated: false, codes } => codes.as_slice(),
        _ => &[],
    })
}

/// Whether a place can have a code, as far as the guide lists codes or says how long they are.
pub fn permits(guide: &Guide, place: PlaceId, code: &str) -> bool {
    let rules = guide.rules(place);
    let length = code.chars().count() as u32;
    let is_fitting = rules.min_length <= length && (rules.max_length == 0 || length <= rules.max_length);
    match rules.codes.is_empty() {
        true => is_fitting || !matches!(rules.class, ValueClass::Any | ValueClass::Bytes),
        false => rules.codes.iter().any(|known| **known == *code),
    }
}

/// A code that none of the keys can have.
pub fn not_listed(guide: &Guide, word: &Word, keys: &[PlaceId]) -> Diagnostic {
    let mut codes: Vec<String> =
        keys.iter().flat_map(|&key| &guide.rules(key).codes).map(|code| code.to_string()).collect();
    codes.sort();
    codes.dedup();
    let name = keys.first().map_or(String::new(), |&key| guide.shape.path(segment_of(&guide.shape, key)));
    let name = name.strip_suffix(&format!("[{}]", word.text)).unwrap_or(&name);
    let finding = Diagnostic::new(Code::M062).with("code", &word.text).with("name", name).at(
        word.span,
        match (codes.is_empty(), keys.first()) {
            (true, Some(&key)) => lengths(guide, key),
            _ => format!("there are: {}", shorten(&codes)),
        },
    );
    match suggest::nearest(&word.text, codes.iter().map(String::as_str)) {
        Some(near) if word.text.len() > 2 => finding.help(format!("did you mean `{near}`?")),
        _ => finding,
    }
}

/// How long the codes are that the guide does not list.
fn lengths(guide: &Guide, key: PlaceId) -> String {
    let rules = guide.rules(key);
    match rules.min_length == rules.max_length {
        true => format!("they have {} characters", rules.max_length),
        false => format!("they have {} to {} characters", rules.min_length, rules.max_length),
    }
}

/// Whether a place, or a record around it, is not used.
fn is_not_used(guide: &Guide, place: PlaceId) -> bool {
    guide.rules(place).not_used
        || (place != PlaceId::ROOT && is_not_used(guide, guide.shape.place(place).parent))
}

/// The record that an element stands in, composites left out.
fn segment_of(shape: &Shape, place: PlaceId) -> PlaceId {
    let parent = shape.place(place).parent;
    if shape.place(parent).position > 0 { segment_of(shape, parent) } else { parent }
}
