//! When a file is complete: a pure state machine over successive listings.
//!
//! A name is ready when its identity was the same in enough listings and for long enough by our own clock; the
//! modification time a partner's machine wrote is only compared with itself, never with ours. Where a trigger suffix
//! is configured the trigger must be there as well: it comes on top of stability, since a trigger written too early
//! costs one more listing this way instead of half a file.

use crate::base::clock::Monotonic;
use crate::transport::Candidate;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::time::Duration;

/// When a file counts as complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Listings that must show the same identity, at least 1.
    pub listings: u32,
    /// Time since the first of them.
    pub stable_for: Duration,
    /// Ending of the trigger file, such as `.done`: `a.edi` waits for `a.edi.done`.
    pub trigger_suffix: Option<String>,
}

impl Default for Rules {
    fn default() -> Self {
        Rules { listings: 2, stable_for: Duration::from_secs(5), trigger_suffix: None }
    }
}

/// A complete file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// The file.
    pub file: Candidate,
    /// The trigger that released it; to be removed after the file.
    pub trigger: Option<Candidate>,
    /// When its present identity was first listed.
    pub first_listed: Monotonic,
}

/// What a listing said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observation {
    /// Complete files, by first listing and then by name. A file is reported with every listing until it vanishes:
    /// the caller knows from its ledger what it took already, this memory is lost in a crash.
    pub ready: Vec<Ready>,
    /// Files without content that would be complete otherwise. They are held, never taken.
    pub empty: Vec<Candidate>,
    /// Trigger files without their file that have been so for as long as a file must be stable.
    pub lonely_triggers: Vec<Candidate>,
    /// Files that are not complete yet.
    pub waiting: usize,
    /// Names that were listed before and are not any more.
    pub vanished: Vec<OsString>,
    /// When a listing may find another file ready, if any waits for time alone.
    pub next_at: Option<Monotonic>,
}

#[derive(Debug)]
struct Sighting {
    file: Candidate,
    first_listed: Monotonic,
    listings: u32,
    round: u64,
}

/// The memory of one inbox.
#[derive(Debug)]
pub struct Readiness {
    rules: Rules,
    sightings: HashMap<OsString, Sighting>,
    round: u64,
}

impl Readiness {
    /// A memory of nothing yet.
    pub fn new(rules: Rules) -> Self {
        Readiness { rules, sightings: HashMap::new(), round: 0 }
    }

    /// Takes the next listing, made at `now`. A failed listing must not be given as an empty one.
    pub fn observe(&mut self, listing: &[Candidate], now: Monotonic) -> Observation {
        self.round += 1;
        for candidate in listing {
            self.sight(candidate, now);
        }
        let mut observation = Observation::default();
        let round = self.round;
        self.sightings.retain(|name, sighting| {
            let there = sighting.round == round;
            if !there {
                observation.vanished.push(name.clone());
            }
            there
        });
        for sighting in self.sightings.values() {
            self.judge(sighting, now, &mut observation);
        }
        observation.ready.sort_by(|a, b| (a.first_listed, &a.file.name).cmp(&(b.first_listed, &b.file.name)));
        observation.empty.sort_by(|a, b| a.name.cmp(&b.name));
        observation.lonely_triggers.sort_by(|a, b| a.name.cmp(&b.name));
        observation.vanished.sort();
        observation
    }

    fn sight(&mut self, candidate: &Candidate, now: Monotonic) {
        let fresh =
            || Sighting { file: candidate.clone(), first_listed: now, listings: 1, round: self.round };
        match self.sightings.get_mut(&candidate.name) {
            // A name listed twice in one listing counts once; two identities for it make it start over.
            Some(known) if known.file.identity == candidate.identity => {
                if known.round != self.round {
                    known.listings = known.listings.saturating_add(1);
                    known.round = self.round;
                }
            }
            Some(known) => *known = fresh(),
            None => {
                let sighting = fresh();
                self.sightings.insert(candidate.name.clone(), sighting);
            }
        }
    }

    fn judge(&self, sighting: &Sighting, now: Monotonic, observation: &mut Observation) {
        let data_name = self.data_name(&sighting.file.name);
        if data_name.is_some_and(|name| self.sightings.contains_key(name)) {
            return;
        }
        let age = now.since_start.saturating_sub(sighting.first_listed.since_start);
        let stable = sighting.listings >= self.rules.listings.max(1) && age >= self.rules.stable_for;
        if data_name.is_some() {
            if stable {
                observation.lonely_triggers.push(sighting.file.clone());
            }
            return;
        }
        let trigger = self.trigger_of(&sighting.file.name);
        let released = self.rules.trigger_suffix.is_none() || trigger.is_some();
        if !stable || !released {
            observation.waiting += 1;
            if released {
                let due = sighting.first_listed.since_start.saturating_add(self.rules.stable_for);
                let due = Monotonic { since_start: due.max(now.since_start) };
                observation.next_at = Some(observation.next_at.map_or(due, |next| next.min(due)));
            }
        } else if sighting.file.identity.size == 0 {
            observation.empty.push(sighting.file.clone());
        } else {
            observation.ready.push(Ready {
                file: sighting.file.clone(),
                trigger,
                first_listed: sighting.first_listed,
            });
        }
    }

    /// The name of the file a trigger belongs to; `None` if `name` is no trigger.
    fn data_name<'a>(&self, name: &'a OsStr) -> Option<&'a OsStr> {
        let suffix = self.rules.trigger_suffix.as_deref()?;
        let stem = name.as_bytes().strip_suffix(suffix.as_bytes())?;
        (!stem.is_empty() && !suffix.is_empty()).then(|| OsStr::from_bytes(stem))
    }

    fn trigger_of(&self, name: &OsStr) -> Option<Candidate> {
        let suffix = self.rules.trigger_suffix.as_deref()?;
        let mut bytes = name.as_bytes().to_vec();
        bytes.extend_from_slice(suffix.as_bytes());
        self.sightings.get(&OsString::from_vec(bytes)).map(|sighting| sighting.file.clone())
    }
}

#[cfg(test)]
#[path = "readiness_tests.rs"]
mod tests;
