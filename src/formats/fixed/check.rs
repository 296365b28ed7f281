//! What a guide says about its files, and whether it can be.

use super::FixedLayout;
use super::cut::{Cut, Framing, Trim};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::formats::charset::{self, Charset};
use crate::formats::segment::{Structure, Tag};
use crate::guide::records::Sign;
use crate::guide::{Guide, Unit};
use crate::tree::{PlaceId, PlaceKind};

/// Longest record.
const RECORD_LENGTH_MAX: u32 = 65_535;

const SETTINGS: [&str; 5] = ["record", "newline", "charset", "pad", "trim"];

/// How files of a guide are cut; `None` if it says something that cannot be.
pub(super) fn cut(guide: &Guide, findings: &mut Diagnostics) -> Option<Cut> {
    let mut sound = true;
    let mut wrong = |found: String, expected: String| {
        sound = false;
        findings.push(
            Diagnostic::new(Code::L001).with("found", found).with("form", expected).at(guide.format_span, ""),
        );
    };
    if guide.records.is_empty() {
        wrong("a guide without records".into(), "record H … end record".into());
    }
    for name in guide.settings.keys().filter(|name| !SETTINGS.contains(&name.as_str())) {
        wrong(name.clone(), "syntax fixed record 80 newline crlf charset cp1252 pad \" \" trim read".into());
    }
    let charset = match guide.setting("charset") {
        "" => Some(Charset::Utf8),
        name => Charset::named(name),
    };
    if charset.is_none() {
        let known: Vec<&str> = charset::names().collect();
        wrong(format!("charset {}", guide.setting("charset")), format!("charset {}", known.join("|")));
    }
    let length = match guide.setting("record") {
        "" => None,
        text => {
            let length = text.parse::<u32>().ok().filter(|length| (1..=RECORD_LENGTH_MAX).contains(length));
            if length.is_none() {
                wrong(format!("record {text}"), "record 80".into());
            }
            length
        }
    };
    let charset = charset.unwrap_or(Charset::Utf8);
    let framing = match (guide.setting("newline"), length) {
        ("none", Some(length)) => Some(Framing::Length(length)),
        ("none", None) => Some(Framing::OwnLength),
        (word, _) => line_end(word, charset),
    };
    if framing.is_none() {
        wrong(format!("newline {}", guide.setting("newline")), "newline crlf|lf|nel|none".into());
    }
    let trim = match guide.setting("trim") {
        "" => Some(Trim::No),
        "read" => Some(Trim::Read),
        "both" => Some(Trim::Both),
        _ => None,
    };
    if trim.is_none() {
        wrong(format!("trim {}", guide.setting("trim")), "trim read|both".into());
    }
    let mut pad = guide.setting("pad").chars();
    let pad = match (pad.next(), pad.next()) {
        (None, _) => ' ',
        (Some(pad), None) => pad,
        _ => {
            wrong(format!("pad \"{}\"", guide.setting("pad")), "pad \" \"".into());
            ' '
        }
    };
    let (framing, trim) = (framing?, trim?);
    let kinds = Cut::kinds(guide, charset, pad);
    let cut = Cut { charset, framing, length, trim, pad, kinds };
    (fits(guide, &cut, findings) && sound).then_some(cut)
}

fn line_end(word: &str, charset: Charset) -> Option<Framing> {
    let byte = |character| match charset {
        Charset::Utf8 => None,
        Charset::Page(page) => page.byte(character),
    };
    let (end, returns) = match word {
        "" | "lf" => ('\n', false),
        "crlf" => ('\n', true),
        "nel" => ('\u{85}', false),
        _ => return None,
    };
    let end = match end {
        '\n' => byte(end).unwrap_or(b'\n'),
        end => byte(end)?,
    };
    Some(Framing::Lines { end, returns })
}

/// Whether records and values fit the files.
fn fits(guide: &Guide, cut: &Cut, findings: &mut Diagnostics) -> bool {
    let before = findings.as_slice().len();
    let has_lines = matches!(cut.framing, Framing::Lines { .. });
    if cut.charset == Charset::Utf8 && !has_lines {
        findings.push(
            Diagnostic::new(Code::G023)
                .with("field", "syntax")
                .with(
                    "what",
                    "records without line ends have one byte a character, and UTF-8 has not; name a charset",
                )
                .at(guide.format_span, ""),
        );
    }
    for record in &guide.records {
        let name = &guide.shape.place(record.place).name;
        let length = cut.length.unwrap_or(RECORD_LENGTH_MAX);
        if length < record.width {
            findings.push(
                Diagnostic::new(Code::G021)
                    .with("record", &**name)
                    .with("found", record.width.to_string())
                    .with("expected", length.to_string())
                    .at(record.span, ""),
            );
        }
        for field in &record.fields {
            let mut tell = |what: String| {
                findings.push(
                    Diagnostic::new(Code::G023)
                        .with("field", &*field.name)
                        .with("what", what)
                        .at(field.span, ""),
                );
            };
            if has_lines && field.number.is_some_and(|look| look.sign == Sign::Packed) {
                tell(
                    "a packed number may hold the bytes of a line end; its records need `newline none`"
                        .into(),
                );
            }
            let fill = field.fill.unwrap_or(cut.pad).to_string();
            for text in [field.constant.as_deref(), Some(&*fill)].into_iter().flatten() {
                if cut.charset.encode(text, &mut Vec::new()).is_err() {
                    tell(format!("`{text}` is not in the charset {}", cut.charset.name()));
                }
            }
        }
    }
    findings.as_slice().len() == before
}

/// The last record of a unit, if records before it have the same constants.
pub(super) fn last(guide: &Guide, structure: &Structure) -> Option<(Tag, usize)> {
    if matches!(guide.unit, Unit::Record(..)) {
        return None;
    }
    let slots = &structure.record(PlaceId::ROOT).slots;
    let (last, before) = slots.split_last()?;
    let is_single = guide.shape.place(last.plain).max == 1;
    (is_single && before.iter().any(|slot| slot.tag == last.tag)).then_some((last.tag, slots.len() - 1))
}

/// Tells of neighbours that look the same, of which nobody could say where the first kind ends.
pub(super) fn told_apart(layout: &FixedLayout, findings: &mut Diagnostics) -> bool {
    let guide = &layout.guide;
    let mut sound = true;
    for (parent, place) in guide.shape.places() {
        if place.kind != PlaceKind::Record {
            continue;
        }
        let slots = &layout.structure.record(parent).slots;
        for (i, slot) in slots.iter().enumerate() {
            let Some(other) =
                slots[i + 1..].iter().position(|other| other.tag == slot.tag).map(|at| i + 1 + at)
            else {
                continue;
            };
            let is_last = parent == PlaceId::ROOT && layout.last == Some((slot.tag, other));
            if guide.shape.place(slot.plain).is_many() && !is_last {
                sound = false;
                let name = |place: PlaceId| guide.shape.place(place).name.to_string();
                let record = layout.record_at(slots[other].plain).expect("slots are records");
                findings.push(
                    Diagnostic::new(Code::G022)
                        .with("record", name(slots[other].plain))
                        .with("other", name(slot.plain))
                        .at(guide.records[record].span, ""),
                );
            }
        }
    }
    sound
}
