//! What a guide says about IDocs, and whether it can be.

use super::control;
use super::flat::DATA_COLUMNS_MAX;
use super::{FlatForm, Form, MarkupForm, control::FIELDS};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::formats::charset::{self, Charset};
use crate::formats::xml;
use crate::guide::records::{Field, Record, Sign};
use crate::guide::{Guide, Unit};

const SETTINGS: [&str; 9] =
    ["type", "extension", "set", "group", "form", "newline", "trim", "indent", "charset"];
const FORM: &str =
    "syntax idoc type \"DELVRY03\" set \"SHPCON\" form flat newline lf trim both charset utf-8";

/// How IDocs of a guide are written; `None` if it says something that cannot be.
pub(super) fn form(guide: &Guide, findings: &mut Diagnostics) -> Option<Form> {
    let mut sound = true;
    let mut wrong = |found: String, form: &str| {
        sound = false;
        let finding = Diagnostic::new(Code::L001).with("found", found).with("form", form);
        findings.push(finding.at(guide.format_span, ""));
    };
    for name in guide.settings.keys().filter(|name| !SETTINGS.contains(&name.as_str())) {
        wrong(name.clone(), FORM);
    }
    if guide.records.is_empty() {
        wrong("a guide without segments".into(), "record E1EDL20 … end record");
    }
    if guide.unit != Unit::Transaction {
        wrong("a unit".into(), "leave `unit` out: each IDoc is one");
    }
    let charset = match guide.setting("charset") {
        "" => Some(Charset::Utf8),
        name => Charset::named(name).filter(|charset| charset.keeps_ascii()),
    };
    if charset.is_none() {
        let known: Vec<&str> = charset::names().collect();
        wrong(format!("charset {}", guide.setting("charset")), &format!("charset {}", known.join("|")));
    }
    let line_end = match guide.setting("newline") {
        "" | "lf" => Some("\n"),
        "crlf" => Some("\r\n"),
        "none" => Some(""),
        other => {
            wrong(format!("newline {other}"), "newline crlf|lf|none");
            None
        }
    };
    let is_trimmed = match guide.setting("trim") {
        "" | "read" => false,
        "both" if line_end != Some("") => true,
        other => {
            wrong(format!("trim {other}"), "trim both, with line ends");
            false
        }
    };
    let indent = xml::indent(guide);
    if indent.is_none() {
        wrong(format!("indent {}", guide.setting("indent")), "indent no|2");
    }
    // What is said of the other form counts for guides over this one.
    let (charset, indent) = (charset?, indent?);
    let form = match guide.setting("form") {
        "" | "flat" => Form::Flat(FlatForm { line_end: line_end?, is_trimmed, charset }),
        "xml" => Form::Markup(MarkupForm { charset, indent }),
        other => {
            wrong(format!("form {other}"), "form flat|xml");
            return None;
        }
    };
    sound.then_some(form)
}

/// Whether the segments of a guide can be.
pub(super) fn records(guide: &Guide, findings: &mut Diagnostics) -> bool {
    let before = findings.as_slice().len();
    for (at, record) in guide.records.iter().enumerate() {
        let name = &guide.shape.place(record.place).name;
        let same = guide.records[..at].iter().find(|other| guide.shape.place(other.place).name == *name);
        let mut tell = |field: &str, what: &str, span| {
            findings.push(Diagnostic::new(Code::G023).with("field", field).with("what", what).at(span, ""));
        };
        if same.is_some_and(|other| !has_same_fields(other, record)) {
            tell(name, "a segment of this name stands before it with other fields", record.span);
        }
        if **name == *control::NAME && !is_control(record) {
            tell(name, "the control record has 36 fields, from TABNAM 10 to SERIAL 20", record.span);
        }
        for field in &record.fields {
            if let Some(what) = objection(guide, field) {
                tell(&field.name, what, field.span);
            }
        }
        if record.width as usize > DATA_COLUMNS_MAX {
            findings.push(
                Diagnostic::new(Code::G021)
                    .with("record", &**name)
                    .with("found", record.width.to_string())
                    .with("expected", DATA_COLUMNS_MAX.to_string())
                    .at(record.span, ""),
            );
        }
    }
    findings.as_slice().len() == before
}

fn has_same_fields(one: &Record, other: &Record) -> bool {
    let shape = |record: &Record| -> Vec<_> {
        record.fields.iter().map(|field| (field.name.clone(), field.at, field.width)).collect()
    };
    shape(one) == shape(other)
}

fn is_control(record: &Record) -> bool {
    let fields = record.fields.iter().map(|field| (&*field.name, field.width as usize));
    fields.eq(FIELDS)
}

/// What stands against a field.
fn objection(guide: &Guide, field: &Field) -> Option<&'static str> {
    let is_auto = field.place.is_some_and(|place| guide.rules(place).auto);
    let of_control = field.place.is_some_and(|place| {
        let record = guide.shape.place(place).parent;
        *guide.shape.place(record).name == *control::NAME
    });
    let in_digits =
        |sign: Sign| !matches!(sign, Sign::None | Sign::Leading | Sign::Trailing | Sign::Floating);
    if field.is_cell {
        return Some("a field has its width behind its name: `BELNR 35`");
    }
    if field.number.is_some_and(|look| look.is_implied || in_digits(look.sign)) {
        return Some(
            "numbers of IDocs have their point and their sign: `MENGE 15 decimal(13,3) sign trailing`",
        );
    }
    if field.fill.is_some() || field.is_right && field.number.is_none() {
        return Some("fields of IDocs are filled with blanks; `alpha` is for numbers with leading zeros");
    }
    if field.auto.is_some() || is_auto && field.constant.is_none() && !of_control {
        return Some("nothing but the control record is computed");
    }
    None
}
