//! What outputs of a flow wait for, as the ledger keeps it.

use crate::base::clock::Timestamp;
use crate::ledger::Window;
use crate::mapping::flow;
use jiff::civil::Time;
use jiff::tz::TimeZone;

/// What the documents of a file that has a name wait for, or of one that is a line's alone. See [`of`].
pub(super) fn collected(
    collected: &flow::Collected,
    key: &[Option<String>],
    now: jiff::Timestamp,
    zone: &str,
) -> Window {
    let name = collected.name.as_ref().map_or_else(String::new, |word| word.text.clone());
    Window { name, ..of(&collected.window, key, now, zone) }
}

/// The window of a flow for documents that have `key` in common and came in at `now`, at a site in this zone. What is absent is no text,
/// so that it is like nothing else.
pub(super) fn of(window: &flow::Window, key: &[Option<String>], now: jiff::Timestamp, zone: &str) -> Window {
    let key = key.iter().map(|value| serde_json::Value::from(value.as_deref())).collect();
    Window {
        name: String::new(),
        key: serde_json::Value::Array(key).to_string(),
        every_ms: window.every_ms,
        max: window.max,
        size_max: window.size_max,
        closes_at: cut_off(&window.at, now, zone),
    }
}

/// The next of these minutes of the day after `now`. A time that a clock change skips is the moment of the change.
fn cut_off(minutes: &[u16], now: jiff::Timestamp, zone: &str) -> Option<Timestamp> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let mut day = zone.to_datetime(now).date();
    for _ in 0..3 {
        for &minute in minutes {
            let time = Time::new((minute / 60) as i8, (minute % 60) as i8, 0, 0).ok()?;
            let moment = zone.to_timestamp(day.to_datetime(time)).ok()?;
            if moment > now {
                return Some(Timestamp::from_unix_ms(moment.as_millisecond()));
            }
        }
        day = day.tomorrow().ok()?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_leaves_at_the_next_time_of_the_day() {
        let next = |now: &str| {
            let moment = cut_off(&[9 * 60 + 30, 17 * 60], now.parse().expect("a moment"), "Europe/Berlin");
            moment.map(Timestamp::to_rfc3339)
        };
        let at = |text: &str| {
            Some(
                Timestamp::from_unix_ms(text.parse::<jiff::Timestamp>().expect("a moment").as_millisecond())
                    .to_rfc3339(),
            )
        };
        assert_eq!(next("2026-11-20T08:00:00Z"), at("2026-11-20T08:30:00Z"));
        // What comes at the very time leaves with the next.
        assert_eq!(next("2026-11-20T08:30:00Z"), at("2026-11-20T16:00:00Z"));
        assert_eq!(next("2026-11-20T16:00:01Z"), at("2026-11-21T08:30:00Z"));
        // Clocks go forward in the night.
        assert_eq!(next("2027-03-27T20:00:00Z"), at("2027-03-28T07:30:00Z"));
        assert_eq!(cut_off(&[], jiff::Timestamp::UNIX_EPOCH, "UTC"), None);
    }
}
