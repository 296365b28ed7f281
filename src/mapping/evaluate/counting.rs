//! What depends on the records before: numbers of records and running sums; and what is known of the message.

use super::{Evaluator, Target};
use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Diagnostic};
use crate::mapping::plan::{Meta, Position, RunningSum};
use crate::mapping::trace::Tracing;
use crate::tree::Value;
use jiff::tz::Offset;

impl<'r, T: Tracing> Evaluator<'r, T> {
    pub(super) fn sequence(
        &self,
        counter: usize,
        start: Decimal,
        step: Decimal,
        around: u32,
    ) -> Option<Decimal> {
        let (parent, given) = self.sequences[counter].get();
        let given = if parent == around { given } else { 0 };
        self.sequences[counter].set((around, given.saturating_add(1)));
        let whole = |number: Decimal| number.units_at(0).and_then(|units| i64::try_from(units).ok());
        if let (Some(start), Some(step)) = (whole(start), whole(step))
            && let Some(number) = step.checked_mul(given.into()).and_then(|steps| start.checked_add(steps))
        {
            return Some(Decimal::from_integer(number));
        }
        start.checked_add(step.checked_mul(Decimal::from_integer(i64::from(given)))?)
    }

    /// The sum of this number and all before it in the record around, by key. What is looked at a second time is not added
    /// again.
    pub(super) fn running_sum(&self, sum: &'r RunningSum, target: &Target<'_>) -> Option<Decimal> {
        let number = self.number(&sum.value, target)?;
        let key = match &sum.key {
            Some(key) => self.shown(key, target)?,
            None => "",
        };
        let around = target.at.around;
        let mut sums = self.sums.borrow_mut();
        let entry = sums.entry((sum.counter, key)).or_insert((around, Decimal::ZERO));
        if entry.0 != around {
            *entry = (around, Decimal::ZERO);
        }
        if self.muted.get() {
            return Some(entry.1);
        }
        let next = entry.1.checked_add(number);
        entry.1 = next.unwrap_or(entry.1);
        drop(sums);
        if next.is_none() {
            self.report(Diagnostic::new(Code::B004).with("text", "the number has too many digits"), 0);
        }
        next
    }

    /// Where the record in a slot stands in its list.
    pub(super) fn position(&self, position: Position, slot: usize) -> Value<'r> {
        let (number, is_last) = self.slots[slot].position();
        match position {
            Position::Index => Value::Number(Decimal::from_integer(number.into())),
            Position::First => Value::Bool(number == 1),
            Position::Last => Value::Bool(is_last),
        }
    }

    /// What is known of the message.
    pub(super) fn meta(&self, meta: Meta) -> Value<'r> {
        let field = |path: &str| {
            let known = self.about.iter().find(|(known, value)| *known == path && !value.is_empty());
            known.map(|(_, value)| value.as_str())
        };
        let file = field("provenance.source_file");
        let text = match meta {
            Meta::ReceivedAt => return Value::Instant(self.now, Offset::UTC),
            Meta::Sender => field("sender"),
            Meta::FileName => file,
            Meta::ControlNumber => field("provenance.message"),
            Meta::SourceRef => match (field("provenance.interchange"), field("provenance.message")) {
                (Some(interchange), Some(message)) => Some(self.both(interchange, message)),
                _ => file.map(|file| self.both(file, field("provenance.position").unwrap_or("1"))),
            },
        };
        text.map_or(Value::Absent, Value::Text)
    }

    fn both(&self, one: &str, other: &str) -> &'r str {
        self.memory.alloc_str(&format!("{one}/{other}"))
    }
}
