//! `instant`

use super::prepared::ZONE;
use super::{Call, CallError, Function};
use crate::tree::value::{Value, ValueKind};
use jiff::tz::AmbiguousOffset;

/// The moment that a date with time is in a zone. A time that a clock change skips or doubles takes the earlier offset.
pub static FUNCTION: Function = Function {
    name: "instant",
    summary: "The moment that a date with time is in a zone. A time that a clock change skips or doubles takes the earlier offset.",
    parameters: &[("local", ValueKind::DateTime), ("zone", ValueKind::Text)],
    required: 2,
    result: ValueKind::Instant,
    examples: &[],
    prepare: Some(ZONE),
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let Value::DateTime(local) = call.arguments[0] else {
        return Err(CallError::kind(0, "a date with time"));
    };
    let zone = call.zone(1)?;
    let ambiguous = zone.to_ambiguous_zoned_datetime(local);
    let what = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => None,
        AmbiguousOffset::Gap { .. } => Some("does not exist"),
        AmbiguousOffset::Fold { .. } => Some("comes twice"),
    };
    // Either way the offset that was in use before the change: a skipped 02:30 is half an hour after the change began.
    let zoned = ambiguous.compatible().map_err(|error| CallError::new(error.to_string()))?;
    if let Some(what) = what {
        let zone = call.string(1)?;
        let taken = zoned.timestamp().display_with_offset(zoned.offset());
        call.doubt.set(Some(format!("`{local}` {what} in {zone}, where clocks change: taken as {taken}")));
    }
    Ok(Value::Instant(zoned.timestamp(), zoned.offset()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bumpalo::Bump;
    use jiff::civil::datetime;
    use std::cell::Cell;

    #[test]
    fn a_skipped_or_doubled_time_takes_the_earlier_offset_and_says_so() {
        for (local, taken, doubt) in [
            (datetime(2027, 3, 14, 2, 30, 0, 0), "2027-03-14T10:30:00Z", true),
            (datetime(2026, 11, 1, 1, 30, 0, 0), "2026-11-01T08:30:00Z", true),
            (datetime(2026, 11, 1, 2, 30, 0, 0), "2026-11-01T10:30:00Z", false),
        ] {
            let memory = Bump::new();
            let arguments = [Value::DateTime(local), Value::Text("America/Los_Angeles")];
            let now = jiff::Timestamp::UNIX_EPOCH;
            let made = Call {
                arguments: &arguments,
                prepared: None,
                rounds: false,
                memory: &memory,
                now,
                doubt: Cell::new(None),
            };
            let Ok(Value::Instant(moment, _)) = call(&made) else { panic!("{local}") };
            assert_eq!((moment.to_string().as_str(), made.doubt.take().is_some()), (taken, doubt));
        }
    }
}
