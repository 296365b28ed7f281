//! Values that the rules of a leaf allow.

use super::Generator;
use crate::tape::Tape;
use crossdock::guide::PlaceRules;
use crossdock::guide::records::{Auto, Field, Letters, NumberLook, Sign};
use crossdock::tree::mask::Mask;
use crossdock::tree::{LeafType, PlaceId};
use jiff::civil::{DateTime, date};

/// Longest text where the guide has no limit.
const UNBOUNDED: usize = 60;
/// Most digits where the guide has no limit.
const DIGITS: usize = 18;

impl Generator<'_> {
    /// A value of a leaf.
    pub(super) fn value(&mut self, place: PlaceId) -> String {
        let guide = self.guide;
        let (rules, leaf) = (guide.rules(place), guide.shape.place(place).leaf_type().expect("a leaf"));
        let fields = guide.records.iter().flat_map(|record| &record.fields);
        let field = fields.into_iter().find(|field| field.place == Some(place));
        if !rules.codes.is_empty() {
            let fitting: Vec<&str> =
                rules.codes.iter().map(|code| &**code).filter(|code| fits(code, rules)).collect();
            assert!(
                !fitting.is_empty(),
                "{}: no code of {} has its length",
                guide.name,
                guide.shape.path(place)
            );
            return self.tape.choose(&fitting).to_string();
        }
        // Some values mean that there is none.
        let is_value = |text: &String| {
            !text.is_empty()
                && rules.blank.as_deref().is_none_or(|blank| !is_blank(blank, text))
                && keeps(field, text)
                && !(guide.format == "idoc" && text == "/")
        };
        let tries = (0..30).map(|_| match leaf {
            LeafType::Integer | LeafType::Decimal | LeafType::Implied(_) => match field
                .and_then(|field| field.number.as_ref())
            {
                Some(look) => self.number_of(look, field.expect("it has the look"), self.room_in_sums(place)),
                None => self.number(rules, matches!(leaf, LeafType::Decimal)),
            },
            LeafType::Date(mask) | LeafType::DateTime(mask) => any_moment(mask, self.tape),
            LeafType::Time(mask) => self.time(mask, rules),
            LeafType::Instant => self
                .tape
                .choose(&["2026-11-24T15:42:00-08:00", "1970-01-01T00:00:00Z", "2024-02-29T23:59:59+05:45"])
                .to_string(),
            LeafType::Bool => self.tape.choose(&["true", "false"]).to_string(),
            LeafType::Text | LeafType::Code => self.text(rules, field),
        });
        let found = tries.into_iter().find(is_value);
        found.unwrap_or_else(|| "X".repeat(rules.min_length.max(1) as usize))
    }

    /// Whether a field has no way to be without a value.
    pub(super) fn is_never_blank(&self, place: PlaceId) -> bool {
        let mut fields = self.guide.records.iter().flat_map(|record| &record.fields);
        let field = fields.find(|field| field.place == Some(place) && field.auto.is_none());
        let is_packed = field.and_then(|field| field.number).is_some_and(|look| look.sign == Sign::Packed);
        is_packed && self.guide.rules(place).blank.is_none()
    }

    fn text(&mut self, rules: &PlaceRules, field: Option<&Field>) -> String {
        let (min, max) = lengths(rules, UNBOUNDED);
        let length = match self.tape.pick(4) {
            0 => min,
            1 => max,
            _ => (min + self.tape.pick(12)).min(max),
        };
        let style = self.tape.pick(3);
        let mut random = Random(self.tape.pick(1 << 16) as u64);
        let mut text = String::new();
        for _ in 0..length {
            let character = match style {
                0 => char::from(b'A' + random.below(26) as u8),
                1 => self.repertoire.all[random.below(self.repertoire.all.len())],
                _ => self.repertoire.awkward[random.below(self.repertoire.awkward.len())],
            };
            let follows = text.chars().last();
            let is_kept = self.repertoire.all.contains(&character)
                && !(self.repertoire.takes_utf8 && follows.is_some_and(|before| is_utf8(before, character)));
            text.push(if is_kept { character } else { '0' });
        }
        match field.map(|field| field.letters) {
            Some(Letters::Upper) => {
                text.chars().map(|character| if character.is_lowercase() { 'X' } else { character }).collect()
            }
            Some(Letters::Lower) => {
                text.chars().map(|character| if character.is_uppercase() { 'x' } else { character }).collect()
            }
            _ => text,
        }
    }

    /// A number as it stands in messages whose numbers are text: with leading zeros and decimals that are none.
    fn number(&mut self, rules: &PlaceRules, has_point: bool) -> String {
        let (min, max) = lengths(rules, DIGITS);
        let count = [min, max, min + self.tape.pick(6)][self.tape.pick(3)].min(max);
        let mut digits = self.digits(count);
        if has_point && self.tape.one_in(2) {
            digits.insert(self.tape.pick(count + 1), '.');
        }
        if self.tape.one_in(3) {
            digits.insert(0, '-');
        }
        digits
    }

    /// A number that a field can show, as it is read: no zeros that say nothing.
    fn number_of(&mut self, look: &NumberLook, field: &Field, most: usize) -> String {
        let scale = usize::from(look.scale.unwrap_or(if field.is_cell { 3 } else { 2 }));
        let is_apart = matches!(look.sign, Sign::Leading | Sign::Trailing | Sign::Floating);
        let has_mark = !look.is_implied && scale > 0;
        let room = if field.is_cell || look.sign == Sign::Packed {
            look.digits as usize
        } else {
            field.width as usize - usize::from(is_apart) - usize::from(has_mark)
        };
        let whole = (look.digits as usize).min(room).saturating_sub(scale).min(most);
        let count = [1, whole, 1 + self.tape.pick(6)][self.tape.pick(3)].min(whole);
        let fraction = [0, scale, self.tape.pick(scale + 1)][self.tape.pick(3)];
        let (whole, fraction) = (self.digits(count), self.digits(fraction));
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let is_negative =
            look.sign != Sign::None && self.tape.one_in(3) && !(whole.is_empty() && fraction.is_empty());
        let mut text = String::from(if is_negative { "-" } else { "" });
        text.push_str(if whole.is_empty() { "0" } else { whole });
        if !fraction.is_empty() {
            text.push('.');
            text.push_str(fraction);
        }
        text
    }

    /// How many digits before the point a number may have, so that sums of it fit the fields that hold them.
    fn room_in_sums(&self, place: PlaceId) -> usize {
        let fields = self.guide.records.iter().flat_map(|record| &record.fields);
        let sums =
            fields.filter(|field| field.auto == Some(Auto::Sum(place))).filter_map(|field| field.number);
        // Two digits for how many there may be in a generated file, and as many decimals as a number here may have.
        let room =
            sums.map(|look| (look.digits as usize).saturating_sub(2 + usize::from(look.scale.unwrap_or(3))));
        room.min().unwrap_or(usize::MAX)
    }

    fn digits(&mut self, count: usize) -> String {
        let style = self.tape.pick(4);
        let mut random = Random(self.tape.pick(1 << 16) as u64);
        let digit = |_| match style {
            0 => '1',
            1 => '9',
            2 => '0',
            _ => char::from(b'0' + random.below(10) as u8),
        };
        (0..count).map(digit).collect()
    }

    /// A time may be shorter than its mask, or say tenths and hundredths of a second behind it.
    fn time(&mut self, mask: &Mask, rules: &PlaceRules) -> String {
        let mut text = any_moment(mask, self.tape);
        match self.tape.pick(3) {
            1 if rules.min_length > 0 => text.truncate(rules.min_length as usize),
            2 => {
                let most = (rules.max_length as usize).saturating_sub(text.len()).min(2);
                let count = self.tape.pick(most + 1);
                text.push_str(&self.digits(count));
            }
            _ => {}
        }
        text
    }
}

/// A moment in a mask: edges of the calendar, or any.
pub fn any_moment(mask: &Mask, tape: &mut Tape) -> String {
    let edges = [
        date(2026, 11, 23).at(8, 15, 0, 0),
        date(2024, 2, 29).at(23, 59, 59, 0),
        date(1969, 1, 1).at(0, 0, 0, 0),
        date(2068, 12, 31).at(12, 0, 1, 0),
        date(1, 1, 1).at(0, 0, 0, 0),
        date(9999, 12, 31).at(23, 59, 59, 0),
    ];
    let (kind, seconds) = (tape.pick(edges.len() + 3), tape.pick(1 << 16) as i64 * 31_013);
    let any: DateTime = date(2001, 1, 1).at(0, 0, 0, 0).saturating_add(jiff::Span::new().seconds(seconds));
    let chosen = edges.get(kind).copied().unwrap_or(any);
    // A year of two digits is one of a hundred years only.
    let in_mask = [chosen, any, edges[0]].into_iter().find_map(|moment| {
        let (mut text, mut again) = (String::new(), String::new());
        mask.write(moment, &mut text);
        mask.write(mask.read(&text)?, &mut again);
        (text == again).then_some(text)
    });
    in_mask.expect("this century is in every mask")
}

fn lengths(rules: &PlaceRules, unbounded: usize) -> (usize, usize) {
    let min = rules.min_length.max(1) as usize;
    let max = if rules.max_length == 0 { unbounded } else { rules.max_length as usize };
    (min, max.max(min))
}

fn fits(code: &str, rules: &PlaceRules) -> bool {
    let (min, max) = lengths(rules, usize::MAX);
    (min..=max).contains(&code.chars().count())
}

/// Whether a text says that there is no value; zeros are written with as many digits as the field has.
fn is_blank(blank: &str, text: &str) -> bool {
    let is_zero = |text: &str| text.trim_start_matches('0').is_empty();
    blank == text || (is_zero(blank) && is_zero(text))
}

/// Whether a text keeps all its characters in its field: what fills the field is not one of them at that end.
fn keeps(field: Option<&Field>, text: &str) -> bool {
    let Some(field) = field.filter(|field| field.number.is_none()) else { return true };
    // Zeros before a number that names something mean nothing.
    if field.alpha > 0 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let fill = field.fill.unwrap_or(' ');
    let is_filled = if field.is_right { text.starts_with(fill) } else { text.ends_with(fill) };
    !is_filled && !text.ends_with(' ')
}

/// Whether two characters of a page would be one of UTF-8.
fn is_utf8(before: char, character: char) -> bool {
    before >= '\u{c2}' && ('\u{80}'..'\u{c0}').contains(&character)
}

/// Numbers that follow from the first.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}
