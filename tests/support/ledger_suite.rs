//! What every backend of the ledger must do, whatever it stores it in.

#[path = "ledger_collections.rs"]
mod collections;
#[path = "ledger_replies.rs"]
mod replies;
#[path = "ledger_steps.rs"]
mod steps;
#[path = "ledger_world.rs"]
mod world;

use crossdock::exchange::states::*;
use crossdock::ledger::*;
pub use world::Store;
use world::{World, at, finding, sha, why};

/// A rule, by name.
pub type Case = (&'static str, fn(&mut dyn Store));

/// Every rule.
pub const CASES: &[Case] = &[
    ("an arrival is taken in once", an_arrival_is_taken_in_once),
    ("an interrupted index pass leaves nothing", an_interrupted_index_pass_leaves_nothing),
    ("verdicts decide about the messages of an interchange", verdicts_decide_about_messages),
    ("a message goes all the way and everything survives reopening", a_message_goes_all_the_way),
    ("steps that are not listed are conflicts", steps::steps_that_are_not_listed_are_conflicts),
    ("a batch is recorded as a whole or not at all", a_batch_is_all_or_nothing),
    ("control numbers are reserved once and wrap", control_numbers_are_reserved_once_and_wrap),
    ("numbers in a row are found one by one", numbers_in_a_row_are_found_one_by_one),
    (
        "outputs are collected until their time is over or there are enough",
        collections::outputs_are_collected,
    ),
    ("what is held together is retried together", collections::what_is_held_together_is_retried_together),
    ("a delivery is planned once", a_delivery_is_planned_once),
    ("what partners say is kept with what was sent", replies::what_partners_say_is_kept),
    ("an overdue acknowledgement raises one alarm", replies::an_overdue_acknowledgement_raises_one_alarm),
    ("a duplicate gets the stored acknowledgement again", a_duplicate_gets_the_stored_acknowledgement),
    ("a retry keeps the history and opens what had ended", a_retry_keeps_the_history),
    ("earlier documents are found by their keys", earlier_documents_are_found),
    ("lists and counts agree", lists_and_counts_agree),
    ("files without messages are listed and told", files_without_messages_are_listed_and_told),
    ("bundles are remembered", bundles_are_remembered),
];

/// Checks every rule.
pub fn conformance(store: &mut dyn Store) {
    for (name, case) in CASES {
        println!("- {name}");
        case(store);
    }
}

fn an_arrival_is_taken_in_once(store: &mut dyn Store) {
    let mut world = World::new(store);
    let arrival = world.arrival();
    let Staged::New(id) = world.ledger.stage_intake(arrival.clone()).unwrap() else { panic!("it is new") };
    let mut world = world.reopen(store);
    assert_eq!(world.ledger.stage_intake(arrival.clone()).unwrap(), Staged::SameArrival(id));
    world.ledger.release_failed(id, why("permission_denied"), at(2)).unwrap();
    world.ledger.release_failed(id, why("permission_denied"), at(3)).unwrap();
    let due = world.ledger.due_releases(vec!["acme-in".into()], 9).unwrap();
    assert_eq!((due.len(), due[0].failures, &due[0].identity), (1, 2, &arrival.identity));
    world.ledger.released(id, at(10)).unwrap();
    assert!(world.ledger.due_releases(vec!["acme-in".into()], 9).unwrap().is_empty());
    assert!(matches!(world.ledger.released(id, at(11)), Err(LedgerError::Conflict { .. })));

    let again = Arrival { received_at: at(1010), ..arrival.clone() };
    assert_eq!(world.ledger.stage_intake(again).unwrap(), Staged::SameArrival(id));
    assert_eq!(
        world.ledger.due_releases(vec!["acme-in".into()], 9).unwrap().len(),
        1,
        "it must be released again"
    );
    world.ledger.released(id, at(1011)).unwrap();
    let found =
        world.ledger.find_arrival(arrival.endpoint.clone(), arrival.name.clone(), arrival.identity.clone());
    assert_eq!(found.unwrap(), Some(id));
    let late = Arrival { received_at: at(5000), ..arrival.clone() };
    assert!(matches!(world.ledger.stage_intake(late).unwrap(), Staged::New(new) if new != id));
    let other = Arrival { sha: sha("other bytes"), ..arrival };
    assert!(matches!(world.ledger.stage_intake(other).unwrap(), Staged::New(_)));
}

fn an_interrupted_index_pass_leaves_nothing(store: &mut dyn Store) {
    let mut world = World::new(store);
    let intake = world.stage();
    let first = world.index(intake, "1", 3);
    let mut world = world.reopen(store);
    assert!(world.ledger.next_messages(intake, 9).unwrap().is_empty(), "not parsed yet");
    let second = world.index(intake, "1", 2);
    assert!(second > first, "ids are never used twice");
    assert!(matches!(world.ledger.finish_index(intake, at(1)), Err(LedgerError::Refused { .. })));
    world.verdict(intake, second, Verdict::Accept, false).unwrap();
    let work = world.ledger.next_messages(intake, 1).unwrap();
    assert_eq!(
        (work.len(), work[0].ordinal, work[0].offset, work[0].version.as_str()),
        (1, 1, 100, "004010")
    );
    assert_eq!(world.ledger.message_counts(intake).unwrap(), vec![(MessageState::Split, 2)]);
    assert!(matches!(world.ledger.begin_index(intake), Err(LedgerError::Conflict { .. })));
    let stray = vec![IndexRow::GroupEnd { fault: None }];
    let other = world.stage();
    assert!(matches!(world.ledger.append_index(other, stray), Err(LedgerError::Refused { .. })));
}

fn verdicts_decide_about_messages(store: &mut dyn Store) {
    let mut world = World::new(store);
    let (_, original, _) = world.parse(2, true);
    for (verdict, interchange_state, message_state, due) in [
        (Verdict::DuplicateOf(original), InterchangeState::Duplicate, MessageState::Duplicate, 0),
        (Verdict::Quarantine(why("reused")), InterchangeState::Quarantined, MessageState::Quarantined, 0),
        (Verdict::Reject(why("i18_024")), InterchangeState::Rejected, MessageState::Rejected, 1),
    ] {
        let intake = world.stage();
        let interchange = world.index(intake, "5", 2);
        world.verdict(intake, interchange, verdict, true).unwrap();
        assert_eq!(world.ledger.interchanges(intake, None, 9).unwrap()[0].state, interchange_state);
        assert_eq!(world.ledger.message_counts(intake).unwrap(), vec![(message_state, 2)]);
        assert_eq!(world.ledger.due_acks(9).unwrap().len(), due, "{interchange_state}");
    }
}

fn a_message_goes_all_the_way(store: &mut dyn Store) {
    let mut world = World::new(store);
    let (intake, interchange, messages) = world.parse(2, true);
    world.ledger.begin_attempts(messages.clone()).unwrap();
    assert_eq!(world.ledger.next_messages(intake, 9).unwrap()[0].attempts, 1);
    world.settle(messages[0], MessageState::Translated).unwrap();
    assert!(world.ledger.due_acks(9).unwrap().is_empty(), "one message has no verdict");
    world.settle(messages[1], MessageState::Done).unwrap();
    let mut world = world.reopen(store);
    let due = world.ledger.due_acks(9).unwrap();
    assert_eq!((due.len(), due[0].interchange.id, due[0].earlier), (1, interchange, None));
    let group = world.ledger.ack_groups(interchange, None, 9).unwrap()[0].id;
    assert!(world.ledger.ack_groups(interchange, Some(group), 9).unwrap().is_empty());
    let first = world.ledger.ack_messages(group, None, 1).unwrap();
    assert_eq!(first[0].version, "D:96A");
    assert_eq!((first[0].id, first.len()), (messages[0], 1));
    assert_eq!(first[0].findings, vec![finding("X101")]);
    let second = world.ledger.ack_messages(group, Some(messages[0]), 9).unwrap();
    assert_eq!((second[0].id, second.len()), (messages[1], 1));

    let outputs = world.outputs(intake);
    let story = world.ledger.message_story(messages[0]).unwrap();
    assert_eq!((outputs[0].bundle, &outputs[0].number), (story.bundle, &story.documents[0].number));
    let one = world.plan("one", vec![outputs[0].id]);
    let one = world.ledger.plan_delivery(one, at(70)).unwrap();
    assert_eq!(world.state(messages[0]), MessageState::Translated);
    assert_eq!(world.outputs(intake)[0].id, outputs[1].id);
    let two = world.plan("two", vec![outputs[1].id]);
    let two = world.ledger.plan_delivery(two, at(71)).unwrap();
    assert_eq!(world.state(messages[0]), MessageState::Planned);
    world.publish(one);
    assert_eq!(world.state(messages[0]), MessageState::Planned);
    world.publish(two);
    assert_eq!(world.state(messages[0]), MessageState::Done);

    assert!(matches!(world.ledger.close_intake(intake, at(1)), Err(LedgerError::Conflict { .. })));
    let ack = DeliveryPlan { acknowledges: vec![interchange], ..world.plan("ack", vec![]) };
    let ack = world.ledger.plan_delivery(ack, at(72)).unwrap();
    assert!(world.ledger.closable_intakes(9).unwrap().is_empty(), "planned is not published");
    world.publish(ack);
    world.ledger.note_findings(FindingOwner::Intake(intake), vec![finding("I001")]).unwrap();
    assert_eq!(world.ledger.closable_intakes(9).unwrap(), vec![intake]);
    world.ledger.close_intake(intake, at(110)).unwrap();
    assert_eq!(world.ledger.archivable_intakes(9).unwrap()[0].id, intake);
    world.ledger.archived(intake, "2026/1".into(), at(111)).unwrap();
    assert_eq!(world.ledger.intake(intake).unwrap().path, "2026/1");

    let story = world.ledger.message_story(messages[0]).unwrap();
    let steps: Vec<_> = story.history.iter().filter(|event| event.entity == Entity::Message).collect();
    assert_eq!(
        steps.iter().map(|event| event.to.word()).collect::<Vec<_>>(),
        ["TRANSLATED", "PLANNED", "DONE"]
    );
    assert!(story.history.iter().all(|event| is_allowed(event.from, event.to)));
    assert_eq!((story.findings.len(), story.deliveries.len(), story.documents.len()), (2, 3, 1));
    assert!(story.deliveries.iter().all(|delivery| delivery.inferred));
    let world = world.reopen(store);
    assert_eq!(world.ledger.message_story(messages[0]).unwrap(), story);
}

fn a_batch_is_all_or_nothing(store: &mut dyn Store) {
    let mut world = World::new(store);
    let (intake, _, messages) = world.parse(3, false);
    world.settle(messages[2], MessageState::Held).unwrap();
    let batch = messages.iter().map(|&message| world.outcome(message, MessageState::Translated)).collect();
    assert!(matches!(world.ledger.commit_batch(batch, at(1)), Err(LedgerError::Conflict { .. })));
    assert!(world.outputs(intake).is_empty());
    assert_eq!(world.state(messages[0]), MessageState::Split);
    let bare = MessageOutcome { reason: None, ..world.outcome(messages[0], MessageState::Held) };
    assert!(matches!(world.ledger.commit_batch(vec![bare], at(1)), Err(LedgerError::Refused { .. })));
    let empty = MessageOutcome { documents: vec![], ..world.outcome(messages[0], MessageState::Translated) };
    assert!(matches!(world.ledger.commit_batch(vec![empty], at(1)), Err(LedgerError::Refused { .. })));
}

fn control_numbers_are_reserved_once_and_wrap(store: &mut dyn Store) {
    let mut world = World::new(store);
    let request = |key: &str, rest_ms| NumberRequest {
        lane: "ISA/ACME".into(),
        delivery_key: key.into(),
        first: 8,
        beside: None,
        amount: 1,
        last: 9,
        rest_ms,
    };
    assert_eq!(world.ledger.reserve_control_number(request("a", 0), at(1)).unwrap(), 8);
    let mut world = world.reopen(store);
    assert_eq!(world.ledger.reserve_control_number(request("a", 0), at(2)).unwrap(), 8);
    assert_eq!(world.ledger.reserve_control_number(request("b", 0), at(3)).unwrap(), 9);
    for (i, number) in (1..=7).enumerate() {
        let key = format!("c{i}");
        assert_eq!(world.ledger.reserve_control_number(request(&key, 100), at(4)).unwrap(), number);
    }
    let tired = world.ledger.reserve_control_number(request("d", 100), at(50));
    assert!(matches!(tired, Err(LedgerError::NumbersUsedUp { number: 8, .. })), "{tired:?}");
    assert_eq!(world.ledger.reserve_control_number(request("d", 100), at(101)).unwrap(), 8);

    let wrong = DeliveryPlan { control_numbers: vec![("ISA/ACME".into(), 9)], ..world.plan("d", vec![]) };
    assert!(matches!(world.ledger.plan_delivery(wrong, at(102)), Err(LedgerError::Refused { .. })));
    let right = DeliveryPlan { control_numbers: vec![("ISA/ACME".into(), 8)], ..world.plan("d", vec![]) };
    let planned = world.ledger.plan_delivery(right, at(102)).unwrap();
    assert_eq!(world.ledger.sent(vec!["ISA/ACME".into()], 8).unwrap(), None, "it did not leave yet");
    world.publish(planned);
    let sent = world.ledger.sent(vec!["ISA/ACME".into()], 8).unwrap().unwrap();
    assert_eq!((sent.delivery.id, sent.functional_id.as_str()), (planned, "SW"));
    assert_eq!(world.ledger.sent(vec!["ISA/OTHER".into()], 8).unwrap(), None);
}

/// Groups begin where interchanges are, count on for themselves, and are found by their numbers.
fn numbers_in_a_row_are_found_one_by_one(store: &mut dyn Store) {
    let mut world = World::new(store);
    let request = |lane: &str, key: &str, amount| NumberRequest {
        lane: lane.into(),
        delivery_key: key.into(),
        first: 501,
        beside: (lane == "GS").then(|| "ISA".into()),
        amount,
        last: 509,
        rest_ms: 100,
    };
    let both = |key: &str, amount| vec![request("ISA", key, 1), request("GS", key, amount)];
    assert!(!world.ledger.has_lane("GS".into()).unwrap());
    assert_eq!(world.ledger.reserve_control_number(request("ISA", "a", 1), at(1)).unwrap(), 501);
    assert_eq!(world.ledger.reserve_control_numbers(both("b", 3), at(1)).unwrap(), [502, 502]);
    assert!(world.ledger.has_lane("GS".into()).unwrap());
    assert_eq!(world.ledger.reserve_control_numbers(both("c", 1), at(1)).unwrap(), [503, 505]);
    assert_eq!(world.ledger.reserve_control_numbers(both("b", 3), at(2)).unwrap(), [502, 502]);
    // They stand in a row also where numbers begin again, and none of them is used before it has rested.
    assert_eq!(world.ledger.reserve_control_number(request("GS", "d", 9), at(40)).unwrap(), 1);
    let tired = world.ledger.reserve_control_number(request("GS", "e", 495), at(50));
    assert!(matches!(tired, Err(LedgerError::NumbersUsedUp { number: 10, .. })), "{tired:?}");
    let none = world.ledger.reserve_control_number(request("GS", "f", 0), at(300));
    assert!(matches!(none, Err(LedgerError::Refused { .. })), "{none:?}");

    let (intake, _, messages) = world.parse(3, false);
    messages.iter().for_each(|&message| world.settle(message, MessageState::Translated).unwrap());
    let outputs: Vec<OutputId> = world.outputs(intake).iter().map(|output| output.id).collect();
    let plan = DeliveryPlan {
        control_numbers: vec![("ISA".into(), 502), ("GS".into(), 502)],
        further_groups: vec![
            FurtherGroup { functional_id: "AW".into(), first: 2 },
            FurtherGroup { functional_id: "RE".into(), first: 3 },
        ],
        ..world.plan("b", outputs.clone())
    };
    let delivery = world.ledger.plan_delivery(plan, at(3)).unwrap();
    world.publish(delivery);
    let sent = |lanes: &[&str], number| {
        let lanes = lanes.iter().map(|lane| lane.to_string()).collect();
        world.ledger.sent(lanes, number).unwrap().map(|sent| {
            let ids: Vec<OutputId> = sent.outputs.iter().map(|output| output.id).collect();
            (sent.functional_id, ids, sent.others.len())
        })
    };
    assert_eq!(sent(&["GS", "ISA"], 502), Some(("SW".into(), vec![outputs[0]], 5)));
    assert_eq!(sent(&["GS", "ISA"], 503), Some(("AW".into(), vec![outputs[1]], 5)));
    assert_eq!(sent(&["GS", "ISA"], 504), Some(("RE".into(), outputs[2..].to_vec(), 2)));
    assert_eq!(sent(&["ISA"], 502), Some(("SW".into(), outputs, 0)));
    assert_eq!(sent(&["GS"], 501), None);
}

fn a_delivery_is_planned_once(store: &mut dyn Store) {
    let mut world = World::new(store);
    let (intake, _, messages) = world.parse(1, false);
    world.settle(messages[0], MessageState::Translated).unwrap();
    let ids: Vec<_> = world.outputs(intake).iter().map(|output| output.id).collect();
    let plan = world.plan("k", ids.clone());
    let first = world.ledger.plan_delivery(plan.clone(), at(1)).unwrap();
    let mut world = world.reopen(store);
    assert_eq!(world.ledger.plan_delivery(plan.clone(), at(2)).unwrap(), first);
    let other = DeliveryPlan { sha: sha("other"), ..plan };
    assert!(matches!(world.ledger.plan_delivery(other, at(2)), Err(LedgerError::Refused { .. })));
    let taken = world.plan("k2", ids);
    assert!(matches!(world.ledger.plan_delivery(taken, at(2)), Err(LedgerError::Refused { .. })));
    assert_eq!(world.ledger.deliveries_in(DeliveryState::Planned, 9).unwrap().len(), 1);
}

fn a_duplicate_gets_the_stored_acknowledgement(store: &mut dyn Store) {
    let mut world = World::new(store);
    let (_, original, messages) = world.parse(1, true);
    let intake = world.stage();
    let copy = world.index(intake, "000000001", 1);
    let found = world.ledger.find_interchanges(world.key("000000001"), copy).unwrap();
    assert_eq!((found.len(), found[0].id, found[0].accepted, found[0].undecided), (1, original, 0, 1));
    assert_eq!(found[0].sha, Some(sha("000000001")));
    let test = InterchangeKey { test: true, ..world.key("000000001") };
    assert!(world.ledger.find_interchanges(test, copy).unwrap().is_empty());
    world.verdict(intake, copy, Verdict::DuplicateOf(original), true).unwrap();
    assert!(world.ledger.due_acks(9).unwrap().is_empty(), "the earlier one has none yet");

    world.settle(messages[0], MessageState::Done).unwrap();
    let ack = DeliveryPlan { acknowledges: vec![original], ..world.plan("ack", vec![]) };
    let ack = world.ledger.plan_delivery(ack.clone(), at(1)).unwrap();
    let due = world.ledger.due_acks(9).unwrap();
    assert_eq!((due.len(), due[0].interchange.id, due[0].earlier), (1, copy, Some(ack)));
    let again = world.ledger.resend(ack, "again.997".into(), Some(copy), at(2)).unwrap();
    assert_eq!(world.ledger.resend(ack, "again.997".into(), Some(copy), at(3)).unwrap(), again);
    let (first, second) = (world.ledger.delivery(ack).unwrap(), world.ledger.delivery(again).unwrap());
    assert_eq!((second.sha, second.resend_of, second.name.as_str()), (first.sha, Some(ack), "again.997"));
    assert!(world.ledger.due_acks(9).unwrap().is_empty());
    world.publish(again);
    assert_eq!(world.ledger.closable_intakes(9).unwrap(), vec![intake]);
}

fn a_retry_keeps_the_history(store: &mut dyn Store) {
    let mut world = World::new(store);
    let (intake, interchange, messages) = world.parse(1, false);
    world.settle(messages[0], MessageState::Quarantined).unwrap();
    world.ledger.close_intake(intake, at(1)).unwrap();
    world.ledger.archived(intake, "a/1".into(), at(2)).unwrap();
    world.ledger.retry(messages[0], sha("b2"), "kim".into(), at(3)).unwrap();
    let work = world.ledger.next_messages(intake, 9).unwrap();
    assert_eq!((work.len(), work[0].bundle, work[0].attempts), (1, sha("b2"), 0));
    assert_eq!(world.ledger.interchanges(intake, None, 9).unwrap()[0].state, InterchangeState::Split);
    world.settle(messages[0], MessageState::Translated).unwrap();
    let story = world.ledger.message_story(messages[0]).unwrap();
    assert_eq!((story.run, story.earlier_findings.len(), story.findings.len()), (1, 1, 1));
    assert_eq!((story.documents.len(), story.interchange.id, story.bundle), (1, interchange, sha("b2")));
    let retried = story.history.iter().find(|event| event.to == MessageState::Split.into()).unwrap();
    assert_eq!(retried.who.as_deref(), Some("kim"));
    let reason = retried.reason.as_ref().unwrap();
    assert!(reason.detail.contains(&sha("bundle").to_hex()) && reason.detail.contains(&sha("b2").to_hex()));
}

fn earlier_documents_are_found(store: &mut dyn Store) {
    let mut world = World::new(store);
    let (_, _, messages) = world.parse(4, false);
    for &message in &messages[..3] {
        world.settle(message, MessageState::Translated).unwrap();
    }
    world.settle(messages[3], MessageState::Quarantined).unwrap();
    let find_of = |keys: &[(&str, &str)], is_test: bool| {
        let keys = keys.iter().map(|(field, value)| ((*field).into(), (*value).into())).collect();
        world.ledger.find_documents("acme".into(), "order".into(), keys, is_test).unwrap()
    };
    let find = |keys: &[(&str, &str)]| find_of(keys, false);
    assert!(find_of(&[("ship_to", "DC1")], true).is_empty(), "none of them was a test");
    let found = find(&[("ship_to", "DC1")]);
    assert_eq!(found.iter().map(|document| document.message).collect::<Vec<_>>(), [messages[2], messages[1]]);
    let number = format!("PO{}", messages[0]);
    assert_eq!(find(&[("ship_to", "DC1"), ("number", &number)])[0].message, messages[0]);
    assert!(find(&[("number", &number), ("ship_to", "DC2")]).is_empty());
    assert!(find(&[("number", &format!("PO{}", messages[3]))]).is_empty(), "it was refused");
}

fn lists_and_counts_agree(store: &mut dyn Store) {
    let mut world = World::new(store);
    for &state in MessageState::ALL {
        world.message_in(state);
    }
    let all = MessageFilter { state: None, client: None, before: None, limit: 100 };
    let lines = world.ledger.list_messages(all.clone()).unwrap();
    assert!(lines.windows(2).all(|pair| pair[0].id > pair[1].id), "newest first");
    for count in world.ledger.counts().unwrap() {
        let State::Message(state) = count.state else { continue };
        let filter = MessageFilter { state: Some(state), client: Some("acme".into()), ..all.clone() };
        assert_eq!(world.ledger.list_messages(filter).unwrap().len() as u64, count.count);
    }
    let rest = MessageFilter { before: Some(lines[2].id), limit: 2, ..all.clone() };
    assert_eq!(world.ledger.list_messages(rest).unwrap(), lines[3..5]);
    let stranger = MessageFilter { client: Some("other".into()), ..all };
    assert!(world.ledger.list_messages(stranger).unwrap().is_empty());
    let staged = world.stage();
    assert!(world.ledger.staged_intakes(99).unwrap().iter().any(|intake| intake.id == staged));
    let archived = world.intake_in(IntakeState::Archived);
    let spooled = world.ledger.spooled().unwrap();
    let is_spooled = |world: &World, id| spooled.contains(&world.ledger.intake(id).unwrap().path);
    assert!(is_spooled(&world, staged) && !is_spooled(&world, archived));
}

fn files_without_messages_are_listed_and_told(store: &mut dyn Store) {
    let mut world = World::new(store);
    let (staged, parsed) = (world.stage(), world.intake_in(IntakeState::Parsed));
    let (held, aside) = (world.intake_in(IntakeState::Held), world.intake_in(IntakeState::Quarantined));
    let all = FileFilter { state: None, client: None, before: None, limit: 100 };
    let ids = |filter: FileFilter| -> Vec<IntakeId> {
        let lines = world.ledger.files_without_messages(filter).unwrap();
        lines.into_iter().map(|line| line.intake.id).collect()
    };
    assert_eq!(ids(all.clone()), [aside, held, staged], "newest first, and none that has messages");
    let state = Some(IntakeState::Quarantined.word().to_string());
    assert_eq!(ids(FileFilter { state, ..all.clone() }), [aside]);
    assert_eq!(ids(FileFilter { before: Some(aside), limit: 1, ..all.clone() }), [held]);
    assert!(ids(FileFilter { client: Some("nobody".into()), ..all }).is_empty());
    let story = world.ledger.file_story(aside).unwrap();
    assert_eq!((story.line.state().word(), story.message_count), ("QUARANTINED", 0));
    assert_eq!(story.line.reason(), Some(&why("unreadable")));
    assert!(story.messages.is_empty() && !story.history.is_empty());
    let story = world.ledger.file_story(parsed).unwrap();
    assert_eq!((story.messages.len(), story.interchanges.len(), story.message_count), (1, 1, 1));
    assert!(world.ledger.file_story(IntakeId(4711)).is_err());
}

fn bundles_are_remembered(store: &mut dyn Store) {
    let mut world = World::new(store);
    assert_eq!(world.ledger.active_bundle().unwrap(), None);
    for (i, name) in ["one", "two", "one"].into_iter().enumerate() {
        world.ledger.remember_bundle(sha(name), name.into(), at(i as i64)).unwrap();
    }
    let world = world.reopen(store);
    let active = world.ledger.active_bundle().unwrap().unwrap();
    assert_eq!((active.hash, active.path.as_str(), active.activated_at), (sha("one"), "one", at(2)));
    assert_eq!(world.ledger.bundle(sha("two")).unwrap().unwrap().path, "two");
    assert_eq!(world.ledger.bundle(sha("three")).unwrap(), None);
}
