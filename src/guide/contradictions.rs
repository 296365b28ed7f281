//! Rules of a guide that no message can follow together.

use super::Guide;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::tree::PlaceId;

/// Tells of the places whose rules exclude each other.
pub fn tell(guide: &Guide, findings: &mut Diagnostics) {
    for (place, _) in guide.shape.places() {
        let Some(what) = contradiction(guide, place) else { continue };
        let finding = Diagnostic::new(Code::G014)
            .with("place", guide.shape.path(place))
            .with("what", what)
            .at(guide.rules(place).span.unwrap_or(guide.format_span), "");
        // Copies of a place share the line that is wrong.
        let is_told = |known: &Diagnostic| known.code == Code::G014 && known.labels == finding.labels;
        if !findings.as_slice().iter().any(is_told) {
            findings.push(finding);
        }
    }
}

fn contradiction(guide: &Guide, place: PlaceId) -> Option<String> {
    let (own, rules) = (guide.shape.place(place), guide.rules(place));
    if own.required && rules.not_used {
        return Some("required, and not used".into());
    }
    if rules.max_length > 0 && rules.min_length > rules.max_length {
        let (min, max) = (rules.min_length, rules.max_length);
        return Some(format!("at least {min} characters long, and at most {max}"));
    }
    // A kind that the base speaks of and a later layer leaves out is narrowed away, unless it must be there.
    let listed = &guide.rules(own.key?).codes;
    let is_left_out = !listed.is_empty() && own.codes.iter().all(|code| !listed.contains(code));
    let is_contradicted = own.required && !own.codes.is_empty() && is_left_out;
    is_contradicted.then(|| format!("required, and its codes may only be {}", listed.join(", ")))
}
