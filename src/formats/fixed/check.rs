//! What a guide says about its files, and whether it can be.

use super::FixedLayout;
use super::cut::{Cells, Cut, Framing, Trim};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::formats::charset::{self, Charset};
use crate::formats::segment::{Structure, Tag};
use crate::guide::records::Sign;
use crate::guide::{Guide, Unit};
use crate::tree::{PlaceId, PlaceKind};

/// Longest record.
const RECORD_LENGTH_MAX: u32 = 65_535;

const SETTINGS: [&str; 5] = ["record", "newline", "charset", "pad", "trim"];
/// Of guides whose fields are cells.
const CELL_SETTINGS: [&str; 4] = ["delimiter", "quote", "newline", "charset"];

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
    let (known, form) = match is_delimited(guide) {
        false => (&SETTINGS[..], "syntax fixed record 80 newline crlf charset cp1252 pad \" \" trim read"),
        true => (&CELL_SETTINGS[..], "syntax csv delimiter \"|\" quote none newline crlf charset cp1252"),
    };
    for name in guide.settings.keys().filter(|name| !known.contains(&name.as_str())) {
        wrong(name.clone(), form.into());
    }
    let cells = is_delimited(guide).then(|| cells(guide)).map(|cells| {
        if cells.is_none() {
            wrong("a delimiter or quote of several characters".into(), "one character".into());
        }
        cells.unwrap_or(Cells { delimiter: b',', quote: None })
    });
    let charset = match guide.setting("charset") {
        "" => Some(Charset::Utf8),
        name => Charset::named(name),
    };
    if charset.is_none() {
        let known: Vec<&str> = charset::names().collect();
        wrong(format!("charset {}", guide.setting("charset")), format!("charset {}", known.join("|")));
    }
    let length = length(guide);
    if length == Some(0) {
        wrong(format!("record {}", guide.setting("record")), "record 80".into());
    }
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
    let cut = Cut { charset, framing, length, trim, cells, pad, kinds };
    (fits(guide, &cut, findings) && sound).then_some(cut)
}

/// The length of every record, if the guide gives one; 0 if it is none.
fn length(guide: &Guide) -> Option<u32> {
    let text = Some(guide.setting("record")).filter(|text| !text.is_empty())?;
    Some(text.parse::<u32>().ok().filter(|length| *length <= RECORD_LENGTH_MAX).unwrap_or(0))
}

/// Whether the fields of a guide are cells between delimiters.
fn is_delimited(guide: &Guide) -> bool {
    guide.format == super::super::csv::ID
}

fn cells(guide: &Guide) -> Option<Cells> {
    let one = |text: &str| <[u8; 1]>::try_from(text.as_bytes()).ok().map(|[byte]| byte);
    let delimiter = match guide.setting("delimiter") {
        "" => b',',
        "tab" => b'\t',
        text => one(text)?,
    };
    let quote = match guide.setting("quote") {
        "" => Some(b'"'),
        "none" => None,
        text => Some(one(text)?),
    };
    Some(Cells { delimiter, quote })
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
    without_names(guide, findings);
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
            if field.is_cell != cut.cells.is_some() {
                tell(match field.is_cell {
                    true => {
                        "a field of a fixed-width record has its width behind its name: `order_no 22 text`"
                            .into()
                    }
                    false => "a field between delimiters has no width: `order_no text 22`".into(),
                });
            }
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

/// What means something only where records have names of their own.
fn without_names(guide: &Guide, findings: &mut Diagnostics) {
    let mut tell = |field: &str, what: &str, span| {
        findings.push(Diagnostic::new(Code::G023).with("field", field).with("what", what).at(span, ""));
    };
    for record in &guide.records {
        let place = guide.shape.place(record.place);
        if place.key.is_some() || !record.id.is_empty() || record.level.is_some() {
            let what = "records of flat files are known by constant fields: `key`, `id` and `level` mean nothing here";
            tell(&place.name, what, record.span);
        }
        for field in &record.fields {
            let is_auto = field.place.is_some_and(|place| guide.rules(place).auto);
            if is_auto && field.auto.is_none() && field.constant.is_none() {
                tell(&field.name, "`auto` says of what: `auto count L`, `auto sum L.qty`", field.span);
            }
            if field.alpha > 0 {
                tell(&field.name, "`alpha` is for identifiers of SAP: write `align right zero`", field.span);
            }
        }
    }
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
