//! What a person can do about a file or a message that no guide fits.

use crate::cli::exit::{Exit, Stop};
use crate::formats;
use crate::formats::recognize::{Recognized, Syntax};
use crate::gateway::bundle::Bundle;
use crate::gateway::nearest;
use crate::guide::{Guide, shorten};

/// Why nothing can be said of a file that shows no format by itself.
pub fn file(bundle: &Bundle, recognized: &Recognized, (name, bytes): (&str, &[u8])) -> Stop {
    let what = recognized.syntax.name();
    let look = format!("crossdock inspect {name} tells what is in it");
    let (text, help) = match &recognized.syntax {
        Syntax::X12(_) | Syntax::Edifact(_) => (
            format!(
                "{name} is {what}, but does not begin with its interchange header, so nobody could be answered"
            ),
            format!("the sender sends whole interchanges; {look}"),
        ),
        Syntax::Delimited(_) | Syntax::Fixed(_) | Syntax::Prose => (
            format!("{name} is {what}, and no guide here fits it by itself"),
            match nearest::told(bundle.layouts.values().map(|layout| &**layout), bytes).as_str() {
                "" => {
                    let all = named(bundle, |guide| guide.setting("set").is_empty());
                    format!("name one with --guide: {all}; {look}")
                }
                near => format!("try one with --guide: nearest is {near}; {look}"),
            },
        ),
        _ => {
            let mut formats: Vec<String> =
                bundle.layouts.values().map(|layout| layout.guide().format.clone()).collect();
            formats.sort();
            formats.dedup();
            (
                format!("{name} is {what}, and no guide here is for such files"),
                format!("there are guides for {}; {look}", formats.join(", ")),
            )
        }
    };
    Stop { exit: Exit::Findings, text, help }
}

/// What helps where no guide is for a message: one of its type for another release, else the types there are.
pub fn message(bundle: &Bundle, format: &str, kind: &str) -> String {
    let standard = format!("{format}/");
    let is_standard = |guide: &Guide| guide.name.starts_with(&standard) && !guide.setting("set").is_empty();
    let same = named(bundle, |guide| is_standard(guide) && guide.setting("set") == kind);
    if !same.is_empty() {
        return format!(
            "only its envelope was checked; for another release of it there is {same}: try it with --guide"
        );
    }
    if let Some(standard) = formats::format(format).and_then(|format| format.standard()) {
        return format!("only its envelope was checked: {}", standard.unknown(kind));
    }
    let mut all = named(bundle, is_standard);
    if all.is_empty() {
        all = named(bundle, |guide| guide.format == format);
    }
    format!("only its envelope was checked; add a guide for it to the mappings folder, beside {all}")
}

/// The names of the guides that are wanted, a few of them.
fn named(bundle: &Bundle, is_wanted: impl Fn(&Guide) -> bool) -> String {
    let guides = bundle.layouts.values().map(|layout| layout.guide());
    let names: Vec<String> =
        guides.filter(|guide| is_wanted(guide)).map(|guide| guide.name.clone()).collect();
    shorten(&names)
}
