//! What every backend of the ledger must do, whatever it stores it in.

use crossdock::base::clock::Timestamp;
use crossdock::base::files::FileIdentity;
use crossdock::base::hash::Sha;
use crossdock::diagnostics::{Place, Severity};
use crossdock::exchange::states::*;
use crossdock::ledger::*;

/// Where a backend keeps a ledger.
pub trait Store {
    /// A new, empty ledger.
    fn fresh(&mut self) -> Box<dyn Ledger>;
    /// The ledger made last, opened again. The one in use was dropped before.
    fn reopen(&mut self) -> Box<dyn Ledger>;
}

/// A rule, by name.
pub type Case = (&'static str, fn(&mut dyn Store));

/// Every rule.
pub const CASES: &[Case] = &[
    ("an arrival is taken in once", an_arrival_is_taken_in_once),
    ("an interrupted index pass leaves nothing", an_interrupted_index_pass_leaves_nothing),
    ("verdicts decide about the messages of an interchange", verdicts_decide_about_messages),
    ("a message goes all the way and everything survives reopening", a_message_goes_all_the_way),
    ("steps that are not listed are conflicts", steps_that_are_not_listed_are_conflicts),
    ("a batch is recorded as a whole or not at all", a_batch_is_all_or_nothing),
    ("control numbers are reserved once and wrap", control_numbers_are_reserved_once_and_wrap),
    ("a delivery is planned once", a_delivery_is_planned_once),
    ("a duplicate gets the stored acknowledgement again", a_duplicate_gets_the_stored_acknowledgement),
    ("a retry keeps the history and opens what had ended", a_retry_keeps_the_history),
    ("earlier documents are found by their keys", earlier_documents_are_found),
    ("lists and counts agree", lists_and_counts_agree),
    ("bundles are remembered", bundles_are_remembered),
];

/// Checks every rule.
pub fn conformance(store: &mut dyn Store) {
    for (name, case) in CASES {
        println!("- {name}");
        case(store);
    }
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

fn sha(text: &str) -> Sha {
    Sha::of(text.as_bytes())
}

fn why(code: &str) -> Reason {
    Reason::new(code).detail("as the test says")
}

/// A ledger with short words for what tests do often.
struct World {
    ledger: Box<dyn Ledger>,
    next: u32,
}

impl World {
    fn new(store: &mut dyn Store) -> Self {
        World { ledger: store.fresh(), next: 0 }
    }

    fn reopen(self, store: &mut dyn Store) -> Self {
        let next = self.next;
        drop(self.ledger);
        World { ledger: store.reopen(), next }
    }

    fn arrival(&mut self) -> Arrival {
        self.next += 1;
        let n = self.next;
        Arrival {
            endpoint: "acme-in".into(),
            client: Some("acme".into()),
            name: vec![b'f', 0xFF, n as u8],
            identity: FileIdentity {
                size: 9,
                modified_ns: 1_700_000_000_123_456_789,
                device: 1,
                inode: u64::MAX,
            },
            size: 9,
            sha: sha(&n.to_string()),
            spool_path: format!("in/{n}"),
            bundle: sha("bundle"),
            received_at: at(i64::from(n)),
            same_arrival_ms: 1000,
        }
    }

    fn stage(&mut self) -> IntakeId {
        let arrival = self.arrival();
        match self.ledger.stage_intake(arrival).unwrap() {
            Staged::New(id) => id,
            Staged::SameArrival(id) => panic!("{id} is not new"),
        }
    }

    fn key(&self, number: &str) -> InterchangeKey {
        InterchangeKey {
            syntax: "x12".into(),
            sender: "ZZ:ACME".into(),
            receiver: "ZZ:WMS".into(),
            control_number: number.into(),
            test: false,
        }
    }

    /// Indexes an intake of one interchange.
    fn index(&mut self, intake: IntakeId, number: &str, messages: u32) -> InterchangeId {
        self.ledger.begin_index(intake).unwrap();
        let key = self.key(number);
        let mut rows = vec![
            IndexRow::InterchangeStart { ordinal: 1, key, release: "00401".into(), offset: 0 },
            IndexRow::GroupStart {
                functional_id: "OW".into(),
                control_number: "7".into(),
                sender: "ACME".into(),
                receiver: "WMS".into(),
                version: "004010".into(),
            },
        ];
        self.ledger.append_index(intake, std::mem::take(&mut rows)).unwrap();
        for ordinal in 1..=messages {
            rows.push(IndexRow::Message {
                ordinal,
                kind: "940".into(),
                control_number: format!("{ordinal:04}"),
                offset: u64::from(ordinal) * 100,
                length: 100,
                fault: None,
            });
        }
        rows.push(IndexRow::GroupEnd { fault: None });
        rows.push(IndexRow::InterchangeEnd { length: 1000, sha: sha(number), fault: None });
        self.ledger.append_index(intake, rows).unwrap();
        self.ledger.interchanges(intake).unwrap()[0].id
    }

    fn parse(&mut self, messages: u32, owes: bool) -> (IntakeId, InterchangeId, Vec<MessageId>) {
        let intake = self.stage();
        let number = format!("{:09}", self.next);
        let interchange = self.index(intake, &number, messages);
        self.verdict(intake, interchange, Verdict::Accept, owes).unwrap();
        let work = self.ledger.next_messages(intake, usize::MAX).unwrap();
        (intake, interchange, work.iter().map(|work| work.message).collect())
    }

    fn verdict(
        &mut self,
        intake: IntakeId,
        interchange: InterchangeId,
        verdict: Verdict,
        owes_acknowledgement: bool,
    ) -> Answer<()> {
        let verdict = InterchangeVerdict { interchange, verdict, owes_acknowledgement };
        self.ledger.finish_index(intake, vec![verdict], at(50))
    }

    fn outcome(&self, message: MessageId, state: MessageState) -> MessageOutcome {
        let outputs = (0..if state == MessageState::Translated { 2 } else { 0 }).map(|n| NewOutput {
            flow: "orders".into(),
            map: "wms/order".into(),
            endpoint: "wms".into(),
            gathering: Gathering::PerMessage,
            segment: 3,
            offset: 10 * n,
            length: 10,
            sha: sha("output"),
        });
        let document = NewDocument {
            client: "acme".into(),
            kind: "order".into(),
            number: format!("PO{message}"),
            keys: vec![("number".into(), format!("PO{message}")), ("ship_to".into(), "DC1".into())],
            body: b"{}".to_vec(),
            sha: sha("{}"),
            outputs: outputs.collect(),
        };
        MessageOutcome {
            message,
            state,
            reason: state.standing().needs_reason().then(|| why("told_so")),
            syntax: Some(SyntaxVerdict::Accepted),
            client: None,
            findings: vec![finding("X101")],
            findings_dropped: 2,
            documents: if state == MessageState::Rejected { vec![] } else { vec![document] },
        }
    }

    fn settle(&mut self, message: MessageId, state: MessageState) -> Answer<()> {
        let outcome = self.outcome(message, state);
        self.ledger.commit_batch(vec![outcome], at(60))
    }

    fn plan(&self, key: &str, outputs: Vec<OutputId>) -> DeliveryPlan {
        DeliveryPlan {
            key: key.into(),
            kind: if outputs.is_empty() { DeliveryKind::Acknowledgement } else { DeliveryKind::Output },
            endpoint: "wms".into(),
            name: format!("{key}.xml"),
            spool_path: format!("out/{key}"),
            sha: sha(key),
            size: 20,
            outputs,
            acknowledges: vec![],
            control_numbers: vec![],
        }
    }

    /// A message in a state of its own intake.
    fn message_in(&mut self, state: MessageState) -> MessageId {
        use MessageState::*;
        let (intake, _, messages) = self.parse(1, false);
        let message = messages[0];
        match state {
            Split => {}
            Planned => {
                self.settle(message, Translated).unwrap();
                let outputs = self.ledger.unplanned_outputs(intake, None, 9).unwrap();
                let plan =
                    self.plan(&format!("m{message}"), outputs.iter().map(|output| output.id).collect());
                self.ledger.plan_delivery(plan, at(70)).unwrap();
            }
            Discarded => {
                self.settle(message, Held).unwrap();
                self.ledger.discard(message, why("unwanted"), "kim".into(), at(70)).unwrap();
            }
            other => self.settle(message, other).unwrap(),
        }
        assert_eq!(self.state(message), state);
        message
    }

    fn state(&self, message: MessageId) -> MessageState {
        self.ledger.message_story(message).unwrap().line.state
    }

    fn intake_in(&mut self, state: IntakeState) -> IntakeId {
        use IntakeState::*;
        let intake = match state {
            Parsed => self.parse(1, false).0,
            Closed | Archived => {
                let (intake, _, messages) = self.parse(1, false);
                self.settle(messages[0], MessageState::Done).unwrap();
                self.ledger.close_intake(intake, at(80)).unwrap();
                intake
            }
            _ => self.stage(),
        };
        match state {
            Staged | Parsed | Closed => {}
            Held => self.ledger.hold_intake(intake, why("incomplete"), at(81)).unwrap(),
            Archived => self.ledger.archived(intake, "a/1".into(), at(82)).unwrap(),
            Quarantined => self.ledger.quarantine_intake(intake, why("unreadable"), at(83)).unwrap(),
        }
        assert_eq!(self.ledger.intake(intake).unwrap().state, state);
        intake
    }

    fn delivery_in(&mut self, state: DeliveryState) -> DeliveryId {
        use DeliveryState::*;
        self.next += 1;
        let plan = self.plan(&format!("d{}", self.next), vec![]);
        let id = self.ledger.plan_delivery(plan, at(90)).unwrap();
        if matches!(state, Publishing | Published | Acked | UnknownOutcome) {
            self.ledger.publishing(id, at(91)).unwrap();
        }
        if matches!(state, Published | Acked) {
            self.ledger.published(id, Publication { at: at(92), inferred: false }).unwrap();
        }
        match state {
            Acked => self.ledger.acked(id, Reason::new("accepted"), at(93)).unwrap(),
            Quarantined => self.ledger.quarantine_delivery(id, why("target_exists"), at(93)).unwrap(),
            UnknownOutcome => self.ledger.unknown_outcome(id, why("timeout"), at(93)).unwrap(),
            _ => {}
        }
        assert_eq!(self.ledger.delivery(id).unwrap().state, state);
        id
    }

    fn publish(&mut self, delivery: DeliveryId) {
        self.ledger.publishing(delivery, at(100)).unwrap();
        self.ledger.published(delivery, Publication { at: at(101), inferred: true }).unwrap();
    }
}

fn finding(code: &str) -> Finding {
    Finding {
        code: code.into(),
        severity: Severity::Warn,
        place: Some(Place { offset: 5_000_000_000, length: 2, tag: "W05".into(), ..Place::default() }),
        arguments: vec![("found".into(), "\u{0}\"x".into())],
        map: Some(("clients/acme/order.map".into(), 12)),
        help: None,
    }
}

/// The step is made exactly if it starts from `from`; otherwise it is a conflict that says where the entity is.
fn expect(step: &Step, from: State, answer: Answer<()>) {
    match (step.starts_from(from), answer) {
        (true, Ok(())) => {}
        (false, Err(LedgerError::Conflict { entity, step: named, actual, .. })) => {
            assert_eq!((entity, named), (step.entity(), step.name), "from {from}");
            assert!(actual.contains(from.word()), "{actual} for {from}");
        }
        (listed, answer) => panic!("{} from {from}, listed: {listed}, answered {answer:?}", step.name),
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
    let due = world.ledger.due_releases().unwrap();
    assert_eq!((due.len(), due[0].failures, &due[0].identity), (1, 2, &arrival.identity));
    world.ledger.released(id, at(10)).unwrap();
    assert!(world.ledger.due_releases().unwrap().is_empty());
    assert!(matches!(world.ledger.released(id, at(11)), Err(LedgerError::Conflict { .. })));

    let again = Arrival { received_at: at(1010), ..arrival.clone() };
    assert_eq!(world.ledger.stage_intake(again).unwrap(), Staged::SameArrival(id));
    assert_eq!(world.ledger.due_releases().unwrap().len(), 1, "it must be released again");
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
    assert!(matches!(world.ledger.finish_index(intake, vec![], at(1)), Err(LedgerError::Refused { .. })));
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
        assert_eq!(world.ledger.interchanges(intake).unwrap()[0].state, interchange_state);
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
    let facts = world.ledger.ack_facts(interchange).unwrap();
    assert_eq!(facts.groups[0].messages.len(), 2);
    assert_eq!(facts.groups[0].messages[0].findings, vec![finding("X101")]);

    let outputs = world.ledger.unplanned_outputs(intake, None, 9).unwrap();
    let one = world.plan("one", vec![outputs[0].id]);
    let one = world.ledger.plan_delivery(one, at(70)).unwrap();
    assert_eq!(world.state(messages[0]), MessageState::Translated);
    assert_eq!(world.ledger.unplanned_outputs(intake, Some(outputs[0].id), 9).unwrap()[0].id, outputs[1].id);
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

fn steps_that_are_not_listed_are_conflicts(store: &mut dyn Store) {
    let mut world = World::new(store);
    for &from in MessageState::ALL {
        for &to in MessageState::ALL {
            let message = world.message_in(from);
            let answer = world.settle(message, to);
            let made = answer.is_ok();
            assert_eq!(
                made,
                from == MessageState::Split && is_allowed(from.into(), to.into()),
                "{from} {to}"
            );
            assert!(made || matches!(answer, Err(LedgerError::Conflict { .. })), "{from} {to}: {answer:?}");
            assert_eq!(world.state(message), if made { to } else { from });
        }
        let message = world.message_in(from);
        expect(&MESSAGE_RETRIED, from.into(), world.ledger.retry(message, sha("b2"), "kim".into(), at(9)));
        let message = world.message_in(from);
        let answer = world.ledger.discard(message, why("unwanted"), "kim".into(), at(9));
        expect(&MESSAGE_DISCARDED, from.into(), answer);
        let message = world.message_in(from);
        assert_eq!(world.ledger.begin_attempts(vec![message]).is_ok(), from == MessageState::Split);
    }
    intake_steps(&mut world);
    delivery_steps(&mut world);
}

fn intake_steps(world: &mut World) {
    type Attempt = fn(&mut dyn Ledger, IntakeId) -> Answer<()>;
    let attempts: [(Step, Attempt); 6] = [
        (INTAKE_HELD, |ledger, id| ledger.hold_intake(id, why("incomplete"), at(9))),
        (INTAKE_RESUMED, |ledger, id| ledger.resume_intake(id, at(9))),
        (INTAKE_CLOSED, |ledger, id| ledger.close_intake(id, at(9))),
        (INTAKE_ARCHIVED, |ledger, id| ledger.archived(id, "a".into(), at(9))),
        (INTAKE_QUARANTINED, |ledger, id| ledger.quarantine_intake(id, why("unreadable"), at(9))),
        (INTAKE_RETRIED, |ledger, id| ledger.retry_intake(id, sha("b2"), "kim".into(), at(9))),
    ];
    for &from in IntakeState::ALL {
        for (step, attempt) in &attempts {
            let intake = world.intake_in(from);
            if *step == INTAKE_CLOSED && from == IntakeState::Parsed {
                let message = world.ledger.next_messages(intake, 1).unwrap()[0].message;
                world.settle(message, MessageState::Done).unwrap();
            }
            expect(step, from.into(), attempt(world.ledger.as_mut(), intake));
        }
        let intake = world.intake_in(from);
        if from != IntakeState::Staged {
            expect(&INTAKE_PARSED, from.into(), world.ledger.finish_index(intake, vec![], at(9)));
        }
    }
}

fn delivery_steps(world: &mut World) {
    type Attempt = fn(&mut dyn Ledger, DeliveryId) -> Answer<()>;
    let attempts: [(Step, Attempt); 6] = [
        (DELIVERY_PUBLISHING, |ledger, id| ledger.publishing(id, at(9))),
        (DELIVERY_PUBLISHED, |ledger, id| ledger.published(id, Publication { at: at(9), inferred: false })),
        (DELIVERY_ACKED, |ledger, id| ledger.acked(id, Reason::new("accepted"), at(9))),
        (DELIVERY_QUARANTINED, |ledger, id| ledger.quarantine_delivery(id, why("target_exists"), at(9))),
        (DELIVERY_UNKNOWN, |ledger, id| ledger.unknown_outcome(id, why("timeout"), at(9))),
        (DELIVERY_AGAIN, |ledger, id| ledger.deliver_again(id, "kim".into(), at(9))),
    ];
    for &from in DeliveryState::ALL {
        for (step, attempt) in &attempts {
            let delivery = world.delivery_in(from);
            expect(step, from.into(), attempt(world.ledger.as_mut(), delivery));
        }
        assert!(!world.ledger.deliveries_in(from, 1).unwrap().is_empty());
    }
    let missing = world.ledger.publishing(DeliveryId(1 << 40), at(9));
    assert!(matches!(missing, Err(LedgerError::Missing { .. })));
}

fn a_batch_is_all_or_nothing(store: &mut dyn Store) {
    let mut world = World::new(store);
    let (intake, _, messages) = world.parse(3, false);
    world.settle(messages[2], MessageState::Held).unwrap();
    let batch = messages.iter().map(|&message| world.outcome(message, MessageState::Translated)).collect();
    assert!(matches!(world.ledger.commit_batch(batch, at(1)), Err(LedgerError::Conflict { .. })));
    assert!(world.ledger.unplanned_outputs(intake, None, 9).unwrap().is_empty());
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
    assert_eq!(world.ledger.delivery_of_number("ISA/ACME".into(), 8).unwrap(), Some(planned));
}

fn a_delivery_is_planned_once(store: &mut dyn Store) {
    let mut world = World::new(store);
    let (intake, _, messages) = world.parse(1, false);
    world.settle(messages[0], MessageState::Translated).unwrap();
    let ids: Vec<_> =
        world.ledger.unplanned_outputs(intake, None, 9).unwrap().iter().map(|output| output.id).collect();
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
    assert_eq!(world.ledger.interchanges(intake).unwrap()[0].state, InterchangeState::Split);
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
    let find = |keys: &[(&str, &str)]| {
        let keys = keys.iter().map(|(field, value)| ((*field).into(), (*value).into())).collect();
        world.ledger.find_documents("acme".into(), "order".into(), keys).unwrap()
    };
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
    assert!(world.ledger.open_intakes().unwrap().iter().any(|intake| intake.id == staged));
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
