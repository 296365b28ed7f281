//! Which control numbers came already: all of them exactly, in little memory where they follow one another.

use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// Longest number that is counted instead of kept as text.
const DIGITS_MAX: usize = 18;

/// The control numbers of one group.
#[derive(Default)]
pub(super) struct NumbersSeen {
    /// Ranges of numbers: by count of digits and first number, the last one. They do not touch each other.
    ranges: BTreeMap<(usize, u64), u64>,
    /// The range that grew last, which is not among the others: mostly the next number goes on with it.
    run: Option<Run>,
    /// What is no number.
    texts: FxHashSet<Box<str>>,
}

/// A range of numbers that grows at its end.
struct Run {
    length: usize,
    first: u64,
    last: u64,
    /// It may grow up to here without touching the range behind it.
    limit: u64,
}

impl NumbersSeen {
    /// Adds a control number as written: `1` and `0001` are two. `false` if it came before.
    pub(super) fn insert(&mut self, number: &str) -> bool {
        match digits(number) {
            Some(value) => self.insert_value(number.len(), value),
            None => self.texts.insert(number.into()),
        }
    }

    fn insert_value(&mut self, length: usize, value: u64) -> bool {
        if let Some(run) = &mut self.run
            && (run.length, run.last + 1) == (length, value)
            && value <= run.limit
        {
            run.last = value;
            return true;
        }
        if let Some(Run { length, first, last, .. }) = self.run.take() {
            self.ranges.insert((length, first), last);
        }
        let before = self.ranges.range(..=(length, value)).next_back().map(|(&first, &last)| (first, last));
        let before = before.filter(|((of, _), _)| *of == length);
        if before.is_some_and(|(_, last)| value <= last) {
            return false;
        }
        let last = self.ranges.remove(&(length, value + 1)).unwrap_or(value);
        let first = match before {
            Some((key @ (_, first), end)) if end + 1 == value => {
                self.ranges.remove(&key);
                first
            }
            _ => value,
        };
        let behind = self.ranges.range((length, last)..).next().filter(|((of, _), _)| *of == length);
        // A number right before the range behind would join the two.
        let limit = behind.map_or(u64::MAX, |((_, first), _)| first - 2);
        self.run = Some(Run { length, first, last, limit });
        true
    }
}

/// The value of a text of digits and nothing else.
fn digits(text: &str) -> Option<u64> {
    let is_number = (1..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::NumbersSeen;

    #[test]
    fn a_number_that_came_before_is_known_whatever_came_between() {
        let mut seen = NumbersSeen::default();
        let numbers = [
            "1",
            "3",
            "2",
            "0001",
            "5",
            "4",
            "A1",
            "",
            "10",
            "9",
            "1000000000000000000000",
            "999999999999999999",
        ];
        for number in numbers {
            assert!(seen.insert(number), "{number} is new");
        }
        for number in numbers {
            assert!(!seen.insert(number), "{number} came before");
        }
        assert!(seen.insert("6") && seen.insert("01") && !seen.insert("6"));
    }

    #[test]
    fn numbers_in_a_row_take_one_range() {
        let mut seen = NumbersSeen::default();
        assert!((1000..9000).rev().chain(9000..9999).all(|number| seen.insert(&number.to_string())));
        assert_eq!((seen.ranges.len(), seen.run.is_some()), (0, true));
    }
}
