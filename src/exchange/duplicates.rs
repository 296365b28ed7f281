//! Whether an interchange came before, and what that means: a pure verdict over facts.

use crate::base::clock::Timestamp;
use crate::base::hash::Sha;

/// By what an interchange is recognised: who to whom, its number, test or production.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InterchangeKey {
    /// `qualifier:id`
    pub sender: String,
    /// `qualifier:id`
    pub receiver: String,
    /// Control number, without zeros before it.
    pub control_number: String,
    /// Test, not production.
    pub is_test: bool,
}

impl InterchangeKey {
    /// The key; the control number as written. `None` where there is no number to be recognised by: flat files are
    /// judged by the business keys of their documents.
    pub fn new(sender: &str, receiver: &str, control_number: &str, is_test: bool) -> Option<Self> {
        let number = control_number.trim();
        if number.is_empty() {
            return None;
        }
        let short = number.trim_start_matches('0');
        Some(InterchangeKey {
            sender: sender.to_owned(),
            receiver: receiver.to_owned(),
            control_number: if short.is_empty() { "0" } else { short }.to_owned(),
            is_test,
        })
    }
}

/// What became of an earlier interchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// At least one of its messages was accepted.
    Accepted,
    /// All of it was refused.
    Rejected,
    /// Some message has no verdict yet.
    Open,
    /// It waits for a person.
    Quarantined,
}

/// An earlier interchange with the same key. `Id` is how the caller names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier<Id> {
    /// Which.
    pub id: Id,
    /// Hash of its bytes; `None` if its end was never seen.
    pub sha: Option<Sha>,
    /// What became of it.
    pub outcome: Outcome,
    /// When it came in.
    pub received_at: Timestamp,
}

/// What is to be done with an interchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<Id> {
    /// Its number was not seen within the window: process it.
    New,
    /// Its number was seen, but nothing of that interchange was accepted: process it.
    Process {
        /// The refused one.
        rejected: Id,
    },
    /// It is a repeat: nothing of it is processed.
    Duplicate {
        /// The first one.
        of: Id,
        /// Whether the first one's acknowledgement goes out again, because it was made already.
        resend_acknowledgement: bool,
    },
    /// A person decides; nothing of it is processed or acknowledged.
    Quarantine {
        /// A stable code for the ledger.
        reason: &'static str,
        /// The one that has the number.
        of: Id,
    },
}

/// The number is another interchange's.
pub const CONTROL_NUMBER_REUSED: &str = "control_number_reused";

/// Judges an interchange with the bytes `sha`, received at `received_at`, against the `earlier` ones with its key,
/// in any order. Those that came in more than `window_ms` before it do not count; those that came in later do not
/// either, so that judging again gives the same verdict.
///
/// The same bytes are a repeat, unless everything in them was refused: then the sender may try again, and the guide or
/// map may have been corrected in between. Other bytes under a number that stands for something accepted, undecided or
/// quarantined are nothing a program may choose between.
pub fn judge<Id: Copy>(
    sha: Sha,
    received_at: Timestamp,
    earlier: &[Earlier<Id>],
    window_ms: i64,
) -> Verdict<Id> {
    let age = |earlier: &Earlier<Id>| received_at.unix_ms.saturating_sub(earlier.received_at.unix_ms);
    let counts = |earlier: &&Earlier<Id>| (0..=window_ms).contains(&age(earlier));
    let standing = || earlier.iter().filter(counts).filter(|earlier| earlier.outcome != Outcome::Rejected);
    // Other bytes weigh more than same bytes: once a number stands for two things, nothing about it is sure.
    if let Some(other) = standing().filter(|earlier| earlier.sha != Some(sha)).min_by_key(first) {
        return Verdict::Quarantine { reason: CONTROL_NUMBER_REUSED, of: other.id };
    }
    if let Some(same) = standing().min_by_key(first) {
        let resend_acknowledgement = same.outcome == Outcome::Accepted;
        return Verdict::Duplicate { of: same.id, resend_acknowledgement };
    }
    match earlier.iter().filter(counts).max_by_key(first) {
        Some(rejected) => Verdict::Process { rejected: rejected.id },
        None => Verdict::New,
    }
}

fn first<Id>(earlier: &&Earlier<Id>) -> Timestamp {
    earlier.received_at
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: i64 = 1000;
    const NOW: Timestamp = Timestamp::from_unix_ms(5000);

    fn one(id: u8, bytes: &[u8], outcome: Outcome, at: i64) -> Earlier<u8> {
        Earlier { id, sha: Some(Sha::of(bytes)), outcome, received_at: Timestamp::from_unix_ms(at) }
    }

    fn verdict(earlier: &[Earlier<u8>]) -> Verdict<u8> {
        judge(Sha::of(b"same"), NOW, earlier, WINDOW)
    }

    #[test]
    fn each_outcome_with_same_and_other_bytes() {
        use Outcome::*;
        let duplicate = |resend_acknowledgement| Verdict::Duplicate { of: 1, resend_acknowledgement };
        let quarantine = Verdict::Quarantine { reason: CONTROL_NUMBER_REUSED, of: 1 };
        let process = Verdict::Process { rejected: 1 };
        let table = [
            (Accepted, duplicate(true), quarantine),
            (Open, duplicate(false), quarantine),
            (Quarantined, duplicate(false), quarantine),
            (Rejected, process, process),
        ];
        for (outcome, same, other) in table {
            for (at, inside) in [(3999, false), (4000, true), (5000, true), (5001, false)] {
                let pick = |expected| if inside { expected } else { Verdict::New };
                assert_eq!(verdict(&[one(1, b"same", outcome, at)]), pick(same), "{outcome:?} {at}");
                assert_eq!(verdict(&[one(1, b"other", outcome, at)]), pick(other), "{outcome:?} {at}");
            }
        }
        assert_eq!(verdict(&[]), Verdict::New);
    }

    #[test]
    fn pairs_of_earlier_ones_are_judged_by_the_graver_and_the_order_does_not_matter() {
        let outcomes = [Outcome::Accepted, Outcome::Rejected, Outcome::Open, Outcome::Quarantined];
        for first in outcomes {
            for second in outcomes {
                for (one_bytes, other_bytes) in
                    [(b"same", b"same"), (b"same", b"diff"), (b"diff", b"same"), (b"diff", b"diff")]
                {
                    let pair = [one(1, one_bytes, first, 4500), one(2, other_bytes, second, 4600)];
                    let standing: Vec<_> =
                        pair.iter().filter(|earlier| earlier.outcome != Outcome::Rejected).collect();
                    let got = verdict(&pair);
                    let other = standing.iter().find(|earlier| earlier.sha != Some(Sha::of(b"same")));
                    let expected = match (other, standing.first()) {
                        (Some(other), _) => {
                            Verdict::Quarantine { reason: CONTROL_NUMBER_REUSED, of: other.id }
                        }
                        (None, Some(same)) => Verdict::Duplicate {
                            of: same.id,
                            resend_acknowledgement: same.outcome == Outcome::Accepted,
                        },
                        (None, None) => Verdict::Process { rejected: 2 },
                    };
                    assert_eq!(got, expected, "{pair:?}");
                    assert_eq!(verdict(&[pair[1], pair[0]]), expected, "{pair:?} turned round");
                }
            }
        }
    }

    #[test]
    fn an_interchange_whose_end_was_never_seen_is_other_bytes() {
        let cut = Earlier { sha: None, ..one(1, b"", Outcome::Quarantined, 4500) };
        assert_eq!(verdict(&[cut]), Verdict::Quarantine { reason: CONTROL_NUMBER_REUSED, of: 1 });
    }

    #[test]
    fn zeros_before_a_number_do_not_make_another_number() {
        let key = |number, is_test| InterchangeKey::new("ZZ:A", "ZZ:B", number, is_test);
        assert_eq!(key("000000131", false), key("131", false));
        assert_ne!(key("131", true), key("131", false));
        assert_eq!(key("000000000", false).map(|key| key.control_number), Some("0".into()));
        assert_eq!(key("", false), None);
    }
}
