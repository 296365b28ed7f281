//! Dates and times whose form a code beside them tells: EDIFACT's DTM by element 2379. In the tree each is one more leaf
//! of its segment, `DTM[137].value`, in one form whatever the message has; the formats read and write it.

use super::Guide;
use crate::tree::mask::Mask;
use crate::tree::{LeafType, PlaceId, PlaceKind};
use jiff::civil::DateTime;

/// One of them, at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// The segment.
    pub segment: PlaceId,
    /// The leaf with the moment as maps see it.
    pub leaf: PlaceId,
    /// The leaf with its text in the message.
    pub value: PlaceId,
    /// The leaf with the code of its form.
    pub format: PlaceId,
    /// Forms by code, in the order of the dictionary; those that the guide allows.
    pub masks: Vec<(Box<str>, Mask)>,
}

impl Moment {
    /// The form that a code means; without a code, the only one there is.
    pub fn mask(&self, code: &str) -> Option<&Mask> {
        match (code, self.masks.as_slice()) {
            ("", [(_, only)]) => Some(only),
            _ => self.masks.iter().find(|(known, _)| **known == *code).map(|(_, mask)| mask),
        }
    }

    /// The form to write a moment in where the map does not choose one: of those that say a day and a time if any does,
    /// the first that loses nothing of it; if all lose something, the first.
    pub fn to_write(&self, moment: DateTime) -> Option<&(Box<str>, Mask)> {
        let says = |mask: &Mask| (mask.has_date(), mask.has_time());
        let all = self.masks.iter().fold((false, false), |(date, time), (_, mask)| {
            let (has_date, has_time) = says(mask);
            (date | has_date, time | has_time)
        });
        let keeps = |mask: &Mask| {
            let mut text = String::new();
            mask.write(moment, &mut text);
            mask.read(&text) == Some(moment)
        };
        let mut whole = self.masks.iter().filter(|(_, mask)| says(mask) == all);
        whole.clone().find(|(_, mask)| keeps(mask)).or(whole.next()).or(self.masks.first())
    }
}

/// Settles what each moment is once all layers have said what they allow: a date if every form left is one, a time of
/// day likewise, else a date with its time.
pub(super) fn settle(guide: &mut Guide) {
    for mut moment in std::mem::take(&mut guide.moments) {
        let allowed = &guide.rules(moment.format).codes;
        moment.masks.retain(|(code, _)| allowed.is_empty() || allowed.contains(code));
        let says = |says: fn(&Mask) -> bool| moment.masks.iter().any(|(_, mask)| says(mask));
        let kind = match (says(Mask::has_date), says(Mask::has_time)) {
            (true, false) => LeafType::Date(iso("yyyy-MM-dd")),
            (false, true) => LeafType::Time(iso("HH:mm:ss")),
            _ => LeafType::DateTime(iso("yyyy-MM-ddTHH:mm:ss")),
        };
        guide.shape_mut().place_mut(moment.leaf).kind = PlaceKind::Leaf(kind);
        guide.moments.push(moment);
    }
}

fn iso(mask: &str) -> Mask {
    Mask::compile(mask).expect("has parts")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_form_to_write_is_the_first_that_keeps_all() {
        let forms =
            [("102", "yyyyMMdd"), ("201", "yyMMddHHmm"), ("203", "yyyyMMddHHmm"), ("204", "yyyyMMddHHmmss")];
        let masks = forms.map(|(code, mask)| (code.into(), iso(mask))).to_vec();
        let moment =
            Moment { segment: PlaceId(1), leaf: PlaceId(2), value: PlaceId(3), format: PlaceId(4), masks };
        let form =
            |year, second| moment.to_write(date(year, 11, 24).at(15, 42, second, 0)).map(|(code, _)| &**code);
        assert_eq!(form(2026, 0), Some("201"));
        assert_eq!(form(2126, 0), Some("203"));
        assert_eq!(form(2026, 30), Some("204"));
    }
}
