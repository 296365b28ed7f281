//! Time as an argument: nothing below the faces asks the machine what time it is.

use std::time::Duration;

/// A moment in UTC, in milliseconds since 1970-01-01T00:00:00Z. Used for stamping, never for measuring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp {
    /// Milliseconds since the Unix epoch.
    pub unix_ms: i64,
}

impl Timestamp {
    /// The moment `unix_ms` milliseconds after the Unix epoch.
    pub const fn from_unix_ms(unix_ms: i64) -> Self {
        Timestamp { unix_ms }
    }

    /// RFC 3339 in UTC with milliseconds, such as `2026-11-20T08:15:00.000Z`.
    pub fn to_rfc3339(self) -> String {
        match jiff::Timestamp::from_millisecond(self.unix_ms) {
            Ok(stamp) => stamp.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            Err(_) => format!("{}ms", self.unix_ms),
        }
    }
}

/// A moment of a clock that never jumps, for stability windows, retries and leases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Monotonic {
    /// Time since the clock's own arbitrary start.
    pub since_start: Duration,
}

/// Where the time comes from. Tests move it by hand.
pub trait Clock: Send + Sync {
    /// Wall time, for stamping.
    fn now(&self) -> Timestamp;
    /// Time that only goes forward, for waiting.
    fn monotonic(&self) -> Monotonic;
    /// When it will be `moment`, if the wall clock does not jump; now, if it was.
    fn when(&self, moment: Timestamp) -> Monotonic {
        let left = moment.unix_ms.saturating_sub(self.now().unix_ms);
        let left = Duration::from_millis(u64::try_from(left).unwrap_or(0));
        Monotonic { since_start: self.monotonic().since_start.saturating_add(left) }
    }
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    start: std::time::Instant,
}

impl SystemClock {
    /// A clock whose monotonic time starts now.
    pub fn new() -> Self {
        SystemClock { start: std::time::Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(jiff::Timestamp::now().as_millisecond())
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic { since_start: self.start.elapsed() }
    }
}

/// A time as people write it: `500ms`, `30s`, `15m`, `24h`, `14d`. `None` if it is none.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.find(|character: char| !character.is_ascii_digit())?;
    let number: u64 = text[..digits].parse().ok()?;
    match &text[digits..] {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number.checked_mul(60)?)),
        "h" => Some(Duration::from_secs(number.checked_mul(3600)?)),
        "d" => Some(Duration::from_secs(number.checked_mul(86_400)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(parse_duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_duration("14d"), Some(Duration::from_secs(14 * 86_400)));
        assert_eq!((parse_duration("30"), parse_duration("s"), parse_duration("3w")), (None, None, None));
    }
}
