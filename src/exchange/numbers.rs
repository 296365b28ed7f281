//! Control numbers of what we send: which sequence a number comes from, and which number is next.

use crate::base::clock::Timestamp;
use std::fmt;

/// Largest control number of X12 (ISA13, GS06: nine digits).
pub const NUMBER_MAX: u64 = 999_999_999;
/// Number after the largest.
const AFTER_WRAP: u64 = 1;
/// From this share of a lane's numbers on, its end is announced.
const WARN_PERCENT: u64 = 90;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NumberKind {
    /// ISA13.
    Interchange,
    /// GS06.
    Group,
    /// ST02, where it does not start again in each group.
    Message,
}

impl NumberKind {
    /// The word in partner files and in names of lanes.
    pub const fn word(self) -> &'static str {
        match self {
            NumberKind::Interchange => "interchange",
            NumberKind::Group => "group",
            NumberKind::Message => "message",
        }
    }
}

/// One sequence of numbers: everything of one kind and syntax that we send under one id to one id, tests apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LaneKey {
    /// The syntax, such as `x12`: each counts for itself.
    pub syntax: String,
    /// Test, not production.
    pub is_test: bool,
    /// Our `qualifier:id`.
    pub ours: String,
    /// The partner's.
    pub theirs: String,
    /// What is counted.
    pub kind: NumberKind,
}

impl fmt::Display for LaneKey {
    /// The name under which the lane is kept: `x12/interchange/ZZ:HAVENPORT3PL/ZZ:BRIGHTWICK`, with `test/` before it for tests.
    /// A `/` or `%` inside an id
    /// is escaped, so that two lanes never share a name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |id: &str| id.replace('%', "%25").replace('/', "%2F");
        let standing = if self.is_test { "test/" } else { "" };
        let (ours, theirs) = (plain(&self.ours), plain(&self.theirs));
        write!(f, "{standing}{}/{}/{ours}/{theirs}", self.syntax, self.kind.word())
    }
}

/// The numbers of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneRange {
    first: u64,
    last: u64,
}

impl LaneRange {
    /// Numbers from `first`, where a new lane starts, to `last`, after which 1 follows. `None` unless
    /// `1 <= first <= last <=` [`NUMBER_MAX`].
    pub fn new(first: u64, last: u64) -> Option<Self> {
        (first >= AFTER_WRAP && first <= last && last <= NUMBER_MAX).then_some(LaneRange { first, last })
    }

    /// Where a new lane starts.
    pub fn first(self) -> u64 {
        self.first
    }

    /// The largest number.
    pub fn last(self) -> u64 {
        self.last
    }

    /// The number after `newest`; the first one of a lane that has given none.
    pub fn next(self, newest: Option<u64>) -> Next {
        let number = match newest {
            None => self.first,
            Some(newest) if newest >= self.last => AFTER_WRAP,
            Some(newest) => newest + 1,
        };
        Next {
            number,
            wrapped: newest.is_some_and(|newest| newest >= self.last),
            nears_end: self.nears_end(number),
        }
    }

    /// Whether it is to be said now that the lane nears its end: with the first number of which that is true, at each further
    /// hundredth, and with each of the last ten.
    pub fn announces(self, number: u64) -> bool {
        let hundredth = (self.last / 100).max(1);
        let is_first = number == self.first || !self.nears_end(number.saturating_sub(1));
        self.nears_end(number) && (is_first || number.is_multiple_of(hundredth) || self.last - number < 10)
    }

    /// Whether 90 % of the numbers up to the largest are behind `number`.
    pub fn nears_end(self, number: u64) -> bool {
        number >= self.last - self.last * (100 - WARN_PERCENT) / 100
    }
}

impl Default for LaneRange {
    fn default() -> Self {
        LaneRange { first: AFTER_WRAP, last: NUMBER_MAX }
    }
}

/// The next number of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The number.
    pub number: u64,
    /// The lane began again with it.
    pub wrapped: bool,
    /// The lane will begin again before long: the partner should know.
    pub nears_end: bool,
}

/// Whether a number may be given again: never sent, or at least `rest_ms` ago.
pub fn may_carry(last_sent: Option<Timestamp>, now: Timestamp, rest_ms: i64) -> bool {
    last_sent.is_none_or(|sent| now.unix_ms.saturating_sub(sent.unix_ms) >= rest_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_starts_where_it_is_told_and_wraps_to_one() {
        let lane = LaneRange::new(501, NUMBER_MAX).expect("a range");
        let next = |newest| lane.next(newest);
        assert_eq!(next(None), Next { number: 501, wrapped: false, nears_end: false });
        assert_eq!(next(Some(501)), Next { number: 502, wrapped: false, nears_end: false });
        assert_eq!(next(Some(NUMBER_MAX - 1)), Next { number: NUMBER_MAX, wrapped: false, nears_end: true });
        assert_eq!(next(Some(NUMBER_MAX)), Next { number: 1, wrapped: true, nears_end: false });
        assert_eq!(next(Some(1)).number, 2);
    }

    #[test]
    fn the_warning_comes_at_ninety_percent() {
        let lane = LaneRange::new(1, 1000).expect("a range");
        assert!(!lane.next(Some(898)).nears_end);
        assert!(lane.next(Some(899)).nears_end);
        assert!(!LaneRange::default().nears_end(899_999_999));
        assert!(LaneRange::default().nears_end(900_000_000));
    }

    #[test]
    fn the_end_is_announced_now_and_then() {
        let lane = LaneRange::new(1, 10_000).expect("a range");
        let announced: Vec<u64> = (1..=10_000).filter(|&number| lane.announces(number)).collect();
        let tens = (9000..=9990).step_by(100);
        let expected: Vec<u64> = tens.chain(9991..=10_000).collect();
        assert_eq!(announced, expected);
        let late = LaneRange::new(9950, 10_000).expect("a range");
        assert!(late.announces(9950) && !late.announces(9951));
    }

    #[test]
    fn a_whole_round_gives_each_number_once() {
        let lane = LaneRange::new(7, 20).expect("a range");
        let mut newest = None;
        let mut given = Vec::new();
        for _ in 0..40 {
            let next = lane.next(newest);
            assert!((1..=20).contains(&next.number));
            given.push(next.number);
            newest = Some(next.number);
        }
        let mut round = given[14..34].to_vec();
        round.sort_unstable();
        assert_eq!(round, (1..=20).collect::<Vec<u64>>());
    }

    #[test]
    fn ranges_that_no_number_fits_are_refused() {
        assert_eq!(LaneRange::new(0, 9), None);
        assert_eq!(LaneRange::new(10, 9), None);
        assert_eq!(LaneRange::new(1, NUMBER_MAX + 1), None);
    }

    #[test]
    fn a_number_rests_before_it_is_used_again() {
        let at = Timestamp::from_unix_ms;
        assert!(may_carry(None, at(0), 400));
        assert!(!may_carry(Some(at(100)), at(499), 400));
        assert!(may_carry(Some(at(100)), at(500), 400));
    }

    #[test]
    fn lanes_have_names_of_their_own() {
        let lane = |ours: &str, theirs: &str| LaneKey {
            syntax: "x12".into(),
            is_test: false,
            ours: ours.into(),
            theirs: theirs.into(),
            kind: NumberKind::Interchange,
        };
        assert_eq!(lane("ZZ:WE", "ZZ:THEM").to_string(), "x12/interchange/ZZ:WE/ZZ:THEM");
        assert_ne!(lane("ZZ:A/B", "ZZ:C").to_string(), lane("ZZ:A", "B/ZZ:C").to_string());
        let test = LaneKey { is_test: true, ..lane("ZZ:WE", "ZZ:THEM") };
        assert_eq!(test.to_string(), "test/x12/interchange/ZZ:WE/ZZ:THEM");
        let other = LaneKey { syntax: "edifact".into(), ..lane("ZZ:WE", "ZZ:THEM") };
        assert_ne!(other.to_string(), lane("ZZ:WE", "ZZ:THEM").to_string());
    }
}
