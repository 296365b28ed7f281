//! Whether a document came before, and what that means: a pure verdict over facts. Where [`super::duplicates`] looks at
//! envelopes and bytes, this looks at what was understood: the business key, and what is said under it.

use crate::base::clock::Timestamp;
use crate::base::hash::Sha;
use serde::Deserialize;

/// What is done with a document that says the same under the same business key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnSame {
    /// It is processed like any other.
    Process,
    /// A person decides.
    Hold,
    /// It is set aside: it was processed once.
    Duplicate,
}

/// What is done with a document that says something else under the same business key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnOther {
    /// It is processed like any other.
    Process,
    /// A person decides, and is shown the difference.
    Hold,
}

/// What is done with repeats of one kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatPolicy {
    /// The same content again.
    pub same: OnSame,
    /// Other content under the same key.
    pub other: OnOther,
}

impl RepeatPolicy {
    /// For documents that are a state of things, such as items: the last one counts, and it does no harm twice.
    pub const STATE: RepeatPolicy = RepeatPolicy { same: OnSame::Process, other: OnOther::Process };
    /// For documents that move goods or money: twice is once too often.
    pub const ONCE: RepeatPolicy = RepeatPolicy { same: OnSame::Duplicate, other: OnOther::Hold };

    /// The policy for a document that says itself that it takes the place of an earlier one.
    pub fn for_change(self) -> RepeatPolicy {
        RepeatPolicy { other: OnOther::Process, ..self }
    }

    /// Whether nothing depends on what came before.
    pub fn is_blind(self) -> bool {
        self == RepeatPolicy::STATE
    }
}

/// What came in, or what stands under its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Hash of what it says, without where it came from.
    pub content: Sha,
    /// Hash of the bytes it was read from.
    pub source: Sha,
    /// When it came in.
    pub received_at: Timestamp,
}

/// What is to be done with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is processed.
    Process,
    /// It repeats the standing one: it is set aside.
    Duplicate,
    /// It repeats the standing one: a person decides.
    HoldSame,
    /// It says something else than the standing one: a person decides.
    HoldOther,
}

/// Judges a document against the newest that stands under its key. One that came in more than `window_ms` before does not
/// count.
///
/// The same bytes are the same document, whatever a map makes of them by now.
pub fn judge(document: Told, standing: Option<Told>, policy: RepeatPolicy, window_ms: i64) -> Verdict {
    let age = |earlier: &Told| document.received_at.unix_ms.saturating_sub(earlier.received_at.unix_ms);
    let Some(earlier) = standing.filter(|earlier| age(earlier) <= window_ms) else { return Verdict::Process };
    let is_same = earlier.content == document.content || earlier.source == document.source;
    match (is_same, policy.same, policy.other) {
        (true, OnSame::Process, _) | (false, _, OnOther::Process) => Verdict::Process,
        (true, OnSame::Hold, _) => Verdict::HoldSame,
        (true, OnSame::Duplicate, _) => Verdict::Duplicate,
        (false, _, OnOther::Hold) => Verdict::HoldOther,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(content: &str, source: &str, at: i64) -> Told {
        Told {
            content: Sha::of(content.as_bytes()),
            source: Sha::of(source.as_bytes()),
            received_at: Timestamp::from_unix_ms(at),
        }
    }

    #[test]
    fn what_counts_is_what_it_says_and_what_it_was_read_from() {
        let verdict = |standing, policy| judge(told("says", "bytes", 5000), standing, policy, 1000);
        let table = [
            (None, Verdict::Process, Verdict::Process),
            (Some(told("says", "bytes", 4000)), Verdict::Duplicate, Verdict::Duplicate),
            (Some(told("says", "other bytes", 4000)), Verdict::Duplicate, Verdict::Duplicate),
            (Some(told("says else", "bytes", 4000)), Verdict::Duplicate, Verdict::Duplicate),
            (Some(told("says else", "other bytes", 4000)), Verdict::HoldOther, Verdict::Process),
            (Some(told("says", "bytes", 3999)), Verdict::Process, Verdict::Process),
            // Judged again after a later one was processed.
            (Some(told("says else", "other bytes", 6000)), Verdict::HoldOther, Verdict::Process),
        ];
        for (standing, once, change) in table {
            assert_eq!(verdict(standing, RepeatPolicy::ONCE), once, "{standing:?}");
            assert_eq!(verdict(standing, RepeatPolicy::ONCE.for_change()), change, "{standing:?}");
            assert_eq!(verdict(standing, RepeatPolicy::STATE), Verdict::Process, "{standing:?}");
        }
        let hold = RepeatPolicy { same: OnSame::Hold, ..RepeatPolicy::ONCE };
        assert_eq!(verdict(Some(told("says", "bytes", 4000)), hold), Verdict::HoldSame);
    }
}
