//! One field: its type and attributes to columns and looks.

use super::{FILLER, Field, Letters, NumberLook, Sign};
use crate::base::shared::Shared;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::guide::{Guide, PlaceRules, narrow, types};
use crate::language::syntax::{Attribute, AttributeKind, RecordField, Setting};
use crate::tree::{LeafType, PlaceId, PlaceKind};

/// Most digits of a number.
const DIGITS_MAX: u32 = 36;

/// Declares a field of the record at `parent` behind `at` columns.
pub fn declare(
    guide: &mut Guide,
    parent: PlaceId,
    at: u32,
    declared: &RecordField,
    findings: &mut Diagnostics,
) -> Field {
    let column = &declared.column;
    let (leaf, mut rules) = types::leaf_type(&column.kind, findings);
    let mut looks = Looks::new(&declared.column.kind.numbers, &leaf);
    let mut told = Told { name: &column.name.text, findings };
    let is_cell = declared.width.is_none();
    let width = declared.width.unwrap_or(1);
    if is_cell {
        // A number between delimiters has the digits it has.
        (looks.is_cell, looks.scale) = (true, looks.scale.filter(|scale| *scale == 0));
    }
    for attribute in &column.attributes {
        looks.attribute(attribute, &mut told);
    }
    if width == 0 {
        told.tell("a field takes at least one column", column.span);
    }
    let number = looks.is_number.then(|| looks.number(width, column.span, &mut told));
    if let Some(expected) = looks.at.filter(|(expected, _)| *expected != at + 1) {
        told.findings.push(
            Diagnostic::new(Code::G020)
                .with("field", &column.name.text)
                .with("found", (at + 1).to_string())
                .with("expected", expected.0.to_string())
                .with("what", if expected.0 > at + 1 { "a gap" } else { "an overlap" })
                .at(expected.1, ""),
        );
    }
    looks.check_widths(&leaf, width, column.span, &mut told);
    if number.is_some() {
        (rules.min_length, rules.max_length) = (0, 0);
    } else if matches!(leaf, LeafType::Text | LeafType::Code) && !is_cell {
        rules.max_length = width;
    }
    let leaf = if matches!(leaf, LeafType::Implied(_)) { LeafType::Decimal } else { leaf };
    let place = (column.name.text != FILLER).then(|| {
        rules.element_id = column.name.text.as_str().into();
        add(guide, parent, &column.name.text, leaf, rules, &column.attributes)
    });
    Field {
        name: column.name.text.as_str().into(),
        place,
        at,
        width,
        is_cell,
        constant: looks.constant.map(Into::into),
        is_right: looks.is_right.unwrap_or(number.is_some()),
        fill: looks.fill,
        number,
        letters: looks.letters,
        alpha: looks.alpha(width, column.span, &mut told),
        auto: None,
        span: column.span,
    }
}

fn add(
    guide: &mut Guide,
    parent: PlaceId,
    name: &str,
    leaf: LeafType,
    rules: PlaceRules,
    attributes: &[Attribute],
) -> PlaceId {
    let place = guide.shape_mut().add(parent, name, PlaceKind::Leaf(leaf));
    guide.rules.push(Shared::new(rules));
    for attribute in attributes {
        match &attribute.kind {
            AttributeKind::Required => guide.shape_mut().place_mut(place).required = true,
            AttributeKind::Blank(text) => guide.rules[place.index()].blank = Some(text.text.as_str().into()),
            AttributeKind::Only(codes) => narrow::only(guide, place, codes),
            AttributeKind::Name(title) => {
                guide.shape_mut().place_mut(place).title = title.text.as_str().into()
            }
            AttributeKind::Const(_) | AttributeKind::Auto | AttributeKind::AutoOf(..) => {
                guide.rules[place.index()].auto = true
            }
            _ => {}
        }
    }
    place
}

/// Where findings about one field go.
struct Told<'a> {
    name: &'a str,
    findings: &'a mut Diagnostics,
}

impl Told<'_> {
    fn tell(&mut self, what: impl Into<String>, span: Span) {
        self.findings
            .push(Diagnostic::new(Code::G023).with("field", self.name).with("what", what).at(span, ""));
    }
}

/// What the attributes of a field say.
#[derive(Default)]
struct Looks<'a> {
    is_number: bool,
    is_cell: bool,
    precision: Option<u32>,
    scale: Option<u8>,
    is_implied: bool,
    fill: Option<char>,
    is_right: Option<bool>,
    letters: Letters,
    /// Digits an identifier is filled up to; 0 for all the field has.
    alpha: Option<u32>,
    constant: Option<&'a str>,
    at: Option<(u32, Span)>,
    sign_word: &'a str,
    sign_look: &'a str,
    mark: Option<u8>,
    plus: Option<u8>,
}

impl<'a> Looks<'a> {
    fn new(numbers: &[u32], leaf: &LeafType) -> Self {
        let mut looks = Looks::default();
        match leaf {
            LeafType::Integer => (looks.is_number, looks.scale) = (true, Some(0)),
            LeafType::Implied(digits) => {
                (looks.is_number, looks.is_implied, looks.scale) = (true, true, Some(*digits));
            }
            LeafType::Decimal => {
                looks.is_number = true;
                if let [precision, scale] = numbers {
                    (looks.precision, looks.scale) = (Some(*precision), u8::try_from(*scale).ok());
                }
            }
            _ => {}
        }
        looks
    }

    fn attribute(&mut self, attribute: &'a Attribute, told: &mut Told<'_>) {
        match &attribute.kind {
            AttributeKind::Const(text) => self.constant = Some(&text.text),
            AttributeKind::Flag(word) => match word.text.as_str() {
                "zero" => self.fill = Some('0'),
                "implied" => self.is_implied = true,
                "upper" => self.letters = Letters::Upper,
                "lower" => self.letters = Letters::Lower,
                "alpha" => self.alpha = Some(0),
                look @ ("overpunch" | "zoned" | "packed") => self.sign_look = look,
                other => told.tell(format!("`{other}` means nothing on a field"), attribute.span),
            },
            AttributeKind::Setting(setting) => self.setting(setting, told),
            AttributeKind::Max(_)
            | AttributeKind::Min(_)
            | AttributeKind::Key(_)
            | AttributeKind::Id(_)
            | AttributeKind::Length(_) => {
                told.tell(
                    "a field stands once and has its width; `max`, `key` and `length` mean nothing here",
                    attribute.span,
                );
            }
            AttributeKind::Required
            | AttributeKind::Optional
            | AttributeKind::Auto
            | AttributeKind::AutoOf(..)
            | AttributeKind::Name(_)
            | AttributeKind::Only(_)
            | AttributeKind::Blank(_)
            | AttributeKind::Severity(_) => {}
        }
    }

    fn setting(&mut self, setting: &'a Setting, told: &mut Told<'_>) {
        let (value, span) = (setting.value.text.as_str(), setting.value.span);
        let one = |value: &str| <[u8; 1]>::try_from(value.as_bytes()).ok().map(|[byte]| byte);
        match (setting.name.text.as_str(), value) {
            ("sign", "leading" | "trailing" | "floating") => self.sign_word = value,
            ("sign", look @ ("overpunch" | "zoned" | "packed")) => self.sign_look = look,
            ("align", "left" | "right") => self.is_right = Some(value == "right"),
            ("fill" | "pad", _) if value.chars().count() == 1 => self.fill = value.chars().next(),
            ("decimal_mark", _) if one(value).is_some() => self.mark = one(value),
            ("plus", _) if one(value).is_some() => self.plus = one(value),
            ("scale", _) if value.parse::<u8>().is_ok_and(|scale| scale <= 18) => {
                self.scale = value.parse().ok()
            }
            ("alpha", _) if value.parse::<u32>().is_ok_and(|digits| digits > 0) => {
                self.alpha = value.parse().ok();
            }
            ("at", _) if value.parse::<u32>().is_ok() => self.at = value.parse().ok().map(|at| (at, span)),
            (name, _) => told.tell(format!("`{name} {value}` means nothing on a field"), span),
        }
    }

    fn number(&mut self, width: u32, span: Span, told: &mut Told<'_>) -> NumberLook {
        let leading = self.sign_word == "leading";
        let sign = match (self.sign_look, self.sign_word) {
            ("overpunch", _) => Sign::Overpunch { leading },
            ("zoned", _) => Sign::Zoned { leading },
            ("packed", _) => Sign::Packed,
            (_, "leading") => Sign::Leading,
            (_, "trailing") => Sign::Trailing,
            (_, "floating") => Sign::Floating,
            _ if self.is_cell => Sign::Floating,
            _ => Sign::None,
        };
        let is_written = matches!(sign, Sign::Leading | Sign::Trailing | Sign::Floating);
        if self.is_cell && (!is_written || self.fill.is_some() || self.is_implied) {
            told.tell("numbers between delimiters are written as they are: no fill, no implied point, no sign in a digit", span);
        }
        if matches!(sign, Sign::Packed) {
            self.is_implied = true;
        }
        if self.is_implied && self.scale.is_none() {
            told.tell("an implied point needs its place: `decimal(11,3)` or `scale 3`", span);
        }
        let apart = u32::from(matches!(sign, Sign::Leading | Sign::Trailing | Sign::Floating));
        let has_mark = !self.is_implied && self.scale.is_some_and(|scale| scale > 0);
        let room = match sign {
            _ if self.is_cell => DIGITS_MAX,
            Sign::Packed => (2 * width).saturating_sub(1),
            _ => width.saturating_sub(apart + u32::from(has_mark)),
        };
        if let Some(precision) = self.precision.filter(|precision| *precision > room) {
            told.tell(format!("{precision} digits are declared, and its width has room for {room}"), span);
        }
        let digits = self.precision.unwrap_or(room);
        if room > DIGITS_MAX {
            told.tell(format!("a number has at most {DIGITS_MAX} digits"), span);
        }
        NumberLook {
            sign,
            scale: self.scale,
            is_implied: self.is_implied,
            mark: self.mark.unwrap_or(b'.'),
            plus: self.plus,
            digits,
        }
    }

    /// Digits of an identifier.
    fn alpha(&self, width: u32, span: Span, told: &mut Told<'_>) -> u32 {
        let Some(digits) = self.alpha else { return 0 };
        if self.is_number || self.is_cell || digits > width {
            told.tell("`alpha` fills the digits of a text up, as far as its width", span);
        }
        if digits == 0 { width } else { digits }
    }

    fn check_widths(&self, leaf: &LeafType, width: u32, span: Span, told: &mut Told<'_>) {
        let width = if self.is_cell { u32::MAX } else { width };
        if let Some(constant) = self.constant.filter(|constant| constant.chars().count() > width as usize) {
            told.tell(format!("`{constant}` is longer than its {width} columns"), span);
        }
        if let LeafType::Date(mask) | LeafType::Time(mask) | LeafType::DateTime(mask) = leaf
            && mask.width() > width
        {
            told.tell(format!("`{}` is longer than its {width} columns", mask.text()), span);
        }
        let has_look = !self.sign_look.is_empty() || !self.sign_word.is_empty() || self.is_implied;
        if has_look && !self.is_number {
            told.tell("signs and implied points are for `int` and `decimal`", span);
        }
        if self.fill == Some('0') && !self.is_number && self.is_right != Some(true) {
            told.tell("zeros fill numbers, and texts with `align right`", span);
        }
    }
}
