#![allow(clippy::unwrap_used)]

use super::*;
use crate::base::files::FileIdentity;
use proptest::prelude::*;

fn file(name: &str, size: u64, modified_s: i128) -> Candidate {
    Candidate {
        name: name.into(),
        identity: FileIdentity { size, modified_ns: modified_s * 1_000_000_000, device: 0, inode: 0 },
    }
}

fn at(seconds: u64) -> Monotonic {
    Monotonic { since_start: Duration::from_secs(seconds) }
}

fn rules(listings: u32, seconds: u64, trigger: Option<&str>) -> Readiness {
    Readiness::new(Rules {
        listings,
        stable_for: Duration::from_secs(seconds),
        trigger_suffix: trigger.map(str::to_string),
    })
}

fn names(ready: &[Ready]) -> Vec<&str> {
    ready.iter().map(|ready| ready.file.name.to_str().unwrap()).collect()
}

#[test]
fn a_file_is_ready_after_enough_listings_and_enough_time() {
    let mut readiness = rules(3, 10, None);
    let listing = [file("a", 5, 1)];
    assert_eq!(readiness.observe(&listing, at(100)).next_at, Some(at(110)));
    assert_eq!(readiness.observe(&listing, at(120)).waiting, 1, "long enough, too few listings");
    assert_eq!(names(&readiness.observe(&listing, at(120)).ready), ["a"]);
    assert_eq!(names(&readiness.observe(&listing, at(121)).ready), ["a"], "reported until it vanishes");
    let gone = readiness.observe(&[], at(122));
    assert_eq!((gone.vanished, gone.ready), (vec![OsString::from("a")], vec![]));
    assert_eq!(readiness.observe(&listing, at(200)).waiting, 1, "a name that comes back starts over");

    let mut readiness = rules(2, 10, None);
    readiness.observe(&listing, at(0));
    assert_eq!(readiness.observe(&listing, at(9)).waiting, 1, "enough listings, too little time");
}

#[test]
fn a_growing_file_starts_over_and_so_does_one_that_is_rewritten_at_the_same_size() {
    let mut readiness = rules(2, 10, None);
    readiness.observe(&[file("a", 5, 1)], at(0));
    assert!(readiness.observe(&[file("a", 6, 1)], at(10)).ready.is_empty());
    assert!(readiness.observe(&[file("a", 6, 2)], at(20)).ready.is_empty());
    assert_eq!(names(&readiness.observe(&[file("a", 6, 2)], at(30)).ready), ["a"]);
}

#[test]
fn a_modification_time_from_the_future_or_the_past_means_nothing() {
    let mut readiness = rules(2, 5, None);
    let listing = [file("future", 1, 9_999_999_999), file("past", 1, -5)];
    readiness.observe(&listing, at(0));
    assert_eq!(names(&readiness.observe(&listing, at(5)).ready), ["future", "past"]);
}

#[test]
fn with_a_trigger_suffix_a_file_waits_for_its_trigger() {
    let mut readiness = rules(2, 5, Some(".done"));
    let data = file("a.edi", 5, 1);
    readiness.observe(std::slice::from_ref(&data), at(0));
    let late = readiness.observe(std::slice::from_ref(&data), at(100));
    assert_eq!((late.waiting, late.next_at), (1, None), "no time helps without the trigger");
    let trigger = file("a.edi.done", 0, 2);
    let ready = readiness.observe(&[trigger.clone(), data], at(101)).ready;
    assert_eq!((names(&ready), &ready[0].trigger), (vec!["a.edi"], &Some(trigger)));
}

#[test]
fn triggers_are_no_data_and_lonely_ones_are_reported() {
    let mut readiness = rules(2, 5, Some(".done"));
    let listing = [file("b.done", 3, 1)];
    let first = readiness.observe(&listing, at(0));
    assert_eq!((first.waiting, first.lonely_triggers.len()), (0, 0));
    let later = readiness.observe(&listing, at(5));
    assert_eq!((later.ready.len(), later.lonely_triggers.len()), (0, 1));
}

#[test]
fn an_empty_file_is_held_and_taken_once_it_has_content() {
    let mut readiness = rules(2, 5, None);
    readiness.observe(&[file("a", 0, 1)], at(0));
    let held = readiness.observe(&[file("a", 0, 1)], at(5));
    assert_eq!((held.empty.len(), held.ready.len()), (1, 0));
    assert_eq!(readiness.observe(&[file("a", 3, 2)], at(6)).waiting, 1);
    assert_eq!(names(&readiness.observe(&[file("a", 3, 2)], at(11)).ready), ["a"]);
}

#[test]
fn a_name_listed_twice_counts_once() {
    let mut readiness = rules(2, 0, None);
    assert!(readiness.observe(&[file("a", 1, 1), file("a", 1, 1)], at(0)).ready.is_empty());
    assert!(readiness.observe(&[file("a", 1, 1), file("a", 2, 1)], at(1)).ready.is_empty());
}

proptest! {
    /// Against the obvious reading of the rule: ready means that the last N listings all showed this identity,
    /// and that the stretch of equal ones up to now is long enough.
    #[test]
    fn ready_exactly_when_the_history_says_so(
        history in proptest::collection::vec((proptest::option::of(0u64..3), 0u64..4), 1..30),
        listings in 1u32..4,
        stable_s in 0u64..6,
    ) {
        let mut readiness = rules(listings, stable_s, None);
        let mut now = 0;
        let mut seen: Vec<(Option<u64>, u64)> = Vec::new();
        for (size, step) in history {
            now += step;
            seen.push((size, now));
            let listing: Vec<Candidate> = size.map(|size| file("a", size, 0)).into_iter().collect();
            let observation = readiness.observe(&listing, at(now));
            let run: Vec<u64> = seen.iter().rev().take_while(|(s, _)| *s == size).map(|(_, t)| *t).collect();
            let complete = size.is_some()
                && run.len() >= listings as usize
                && now - run[run.len() - 1] >= stable_s;
            prop_assert_eq!(observation.ready.len() == 1, complete && size != Some(0));
            prop_assert_eq!(observation.empty.len() == 1, complete && size == Some(0));
            prop_assert_eq!(observation.waiting == 1, size.is_some() && !complete);
        }
    }
}
