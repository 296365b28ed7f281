//! Whether control numbers come one after the other.

/// How a control number follows the largest one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is the next one, or the sender began again.
    Next,
    /// Some were left out.
    Gap {
        /// The first of them.
        first: u64,
        /// How many.
        count: u64,
    },
    /// It is one of those before.
    Late,
}

/// From this share of what a sender counted on, a smaller number is one that came late; below it, he began again.
const LATE_WITHIN: u64 = 1000;

/// Judges a number after `last`. A sender who comes to the end of his numbers, or sets up a new system, begins again with a
/// much smaller one, and nothing is missing.
pub fn step(last: u64, number: u64) -> Step {
    match number {
        _ if last.checked_add(1) == Some(number) => Step::Next,
        _ if number > last => Step::Gap { first: last + 1, count: number - last - 1 },
        _ if last - number <= LATE_WITHIN => Step::Late,
        _ => Step::Next,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_late_ones_are_told_apart_from_a_new_beginning() {
        let table = [
            (131, 132, Step::Next),
            (131, 135, Step::Gap { first: 132, count: 3 }),
            (135, 133, Step::Late),
            (135, 135, Step::Late),
            (999_999_999, 1, Step::Next),
            (5, 1, Step::Late),
            (u64::MAX, u64::MAX, Step::Late),
        ];
        for (last, number, expected) in table {
            assert_eq!(step(last, number), expected, "{last} {number}");
        }
    }
}
