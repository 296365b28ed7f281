//! Types as guides write them: `AN 1 30`, `DT 8 8`, `N2 1 9`, `text 22`, `date "MM/dd/yyyy"`, `code CA EA`.

use super::{PlaceRules, ValueClass};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, suggest};
use crate::language::syntax::TypeExpression;
use crate::tree::LeafType;
use crate::tree::mask::Mask;

const NAMES: [&str; 19] = [
    "text", "int", "decimal", "date", "time", "datetime", "instant", "bool", "code", "AN", "ID", "R", "DT",
    "TM", "B", "N0", "a", "an", "n",
];

/// The leaf type and the rules that come with a written type. A type nobody knows is a finding and reads as text.
pub fn leaf_type(kind: &TypeExpression, findings: &mut Diagnostics) -> (LeafType, PlaceRules) {
    let mut rules = PlaceRules { span: Some(kind.span), ..PlaceRules::default() };
    rules.codes = kind.codes.iter().map(|code| code.text.as_str().into()).collect();
    rules.codes.sort();
    let numbers = kind.numbers.as_slice();
    if kind.name.text != "decimal" {
        (rules.min_length, rules.max_length) = match numbers {
            [] => (0, 0),
            [max] => (0, *max),
            [min, max, ..] => (*min, *max),
        };
    }
    let mut mask = |standard: &str| {
        let text = kind.mask.as_ref().map_or(standard, |mask| mask.text.as_str());
        Mask::compile(text).unwrap_or_else(|| {
            let span = kind.mask.as_ref().map_or(kind.span, |mask| mask.span);
            findings
                .push(Diagnostic::new(Code::G002).with("mask", text).at(span, "no date or time part in it"));
            Mask::compile("yyyy-MM-dd").expect("has parts")
        })
    };
    let leaf = match kind.name.text.as_str() {
        "text" | "AN" | "B" | "an" | "a" => LeafType::Text,
        "code" | "ID" => LeafType::Code,
        "int" => LeafType::Integer,
        "decimal" | "R" | "n" => LeafType::Decimal,
        "N" | "N0" => LeafType::Integer,
        "date" => LeafType::Date(mask("yyyy-MM-dd")),
        "DT" if rules.max_length == 6 => LeafType::Date(mask("yyMMdd")),
        "DT" => LeafType::Date(mask("yyyyMMdd")),
        "time" => LeafType::Time(mask("HH:mm:ss")),
        "TM" if rules.max_length == 4 => LeafType::Time(mask("HHmm")),
        "TM" => LeafType::Time(mask("HHmmss")),
        "datetime" => LeafType::DateTime(mask("yyyy-MM-ddTHH:mm:ss")),
        "instant" => LeafType::Instant,
        "bool" => LeafType::Bool,
        name => match name.strip_prefix('N').and_then(|digits| digits.parse::<u8>().ok()).filter(|n| *n < 10)
        {
            Some(digits) => LeafType::Implied(digits),
            None => {
                let mut finding = Diagnostic::new(Code::G001)
                    .with("name", name)
                    .at(kind.name.span, "no type has this name");
                if let Some(near) = suggest::nearest(name, NAMES) {
                    finding = finding.help(format!("did you mean `{near}`?"));
                }
                findings.push(finding);
                LeafType::Text
            }
        },
    };
    rules.class = match leaf {
        LeafType::Integer | LeafType::Decimal | LeafType::Implied(_) => ValueClass::Number,
        LeafType::Date(_) | LeafType::DateTime(_) | LeafType::Instant => ValueClass::Date,
        LeafType::Time(_) => ValueClass::Time,
        _ if kind.name.text == "B" => ValueClass::Bytes,
        _ => ValueClass::Any,
    };
    (leaf, rules)
}
