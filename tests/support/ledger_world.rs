//! A ledger with short words for what its tests do often: any entity in any state.

use crossdock::base::clock::Timestamp;
use crossdock::base::files::FileIdentity;
use crossdock::base::hash::Sha;
use crossdock::diagnostics::{Place, Severity};
use crossdock::exchange::reply::Word;
use crossdock::exchange::states::*;
use crossdock::ledger::*;

/// Where a backend keeps a ledger.
pub trait Store {
    /// A new, empty ledger.
    fn fresh(&mut self) -> Box<dyn Ledger>;
    /// The ledger made last, opened again. The one in use was dropped before.
    fn reopen(&mut self) -> Box<dyn Ledger>;
}

pub fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

pub fn sha(text: &str) -> Sha {
    Sha::of(text.as_bytes())
}

pub fn why(code: &str) -> Reason {
    Reason::new(code).detail("as the test says")
}

/// A ledger with short words for what tests do often.
pub struct World {
    /// The ledger itself.
    pub ledger: Box<dyn Ledger>,
    /// Counts what it made.
    pub next: u32,
}

/// The business key of the document of a message.
pub fn document_key(message: MessageId) -> DocumentKey {
    DocumentKey {
        client: "acme".into(),
        kind: "order".into(),
        number: format!("PO{message}"),
        sender: String::new(),
        is_test: false,
    }
}

impl World {
    pub fn new(store: &mut dyn Store) -> Self {
        World { ledger: store.fresh(), next: 0 }
    }

    pub fn reopen(self, store: &mut dyn Store) -> Self {
        let next = self.next;
        drop(self.ledger);
        World { ledger: store.reopen(), next }
    }

    pub fn arrival(&mut self) -> Arrival {
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

    pub fn stage(&mut self) -> IntakeId {
        let arrival = self.arrival();
        match self.ledger.stage_intake(arrival).unwrap() {
            Staged::New(id) => id,
            Staged::SameArrival(id) => panic!("{id} is not new"),
        }
    }

    pub fn key(&self, number: &str) -> InterchangeKey {
        InterchangeKey {
            syntax: "x12".into(),
            sender: "ZZ:ACME".into(),
            receiver: "ZZ:WMS".into(),
            control_number: number.into(),
            test: false,
        }
    }

    /// Indexes an intake of one interchange.
    pub fn index(&mut self, intake: IntakeId, number: &str, messages: u32) -> InterchangeId {
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
                version: "D:96A".into(),
                control_number: format!("{ordinal:04}"),
                offset: u64::from(ordinal) * 100,
                length: 100,
                fault: None,
            });
            if rows.len() == 1024 {
                self.ledger.append_index(intake, std::mem::take(&mut rows)).unwrap();
            }
        }
        rows.push(IndexRow::GroupEnd { fault: None });
        rows.push(IndexRow::InterchangeEnd { length: 1000, sha: sha(number), fault: None });
        self.ledger.append_index(intake, rows).unwrap();
        self.ledger.interchanges(intake, None, 1).unwrap()[0].id
    }

    /// An accepted intake of one interchange, with its messages.
    pub fn parse(&mut self, messages: u32, owes: bool) -> (IntakeId, InterchangeId, Vec<MessageId>) {
        let intake = self.stage();
        let number = format!("{:09}", self.next);
        let interchange = self.index(intake, &number, messages);
        self.verdict(intake, interchange, Verdict::Accept, owes).unwrap();
        let work = self.ledger.next_messages(intake, usize::MAX).unwrap();
        (intake, interchange, work.iter().map(|work| work.message).collect())
    }

    pub fn verdict(
        &mut self,
        intake: IntakeId,
        interchange: InterchangeId,
        verdict: Verdict,
        owes_acknowledgement: bool,
    ) -> Answer<()> {
        let verdict = InterchangeVerdict { interchange, verdict, owes_acknowledgement };
        self.ledger.judge(intake, vec![verdict])?;
        self.ledger.finish_index(intake, at(50))
    }

    pub fn outcome(&self, message: MessageId, state: MessageState) -> MessageOutcome {
        let outputs = (0..if state == MessageState::Translated { 2 } else { 0 }).map(|n| NewOutput {
            flow: "orders".into(),
            map: "wms/order".into(),
            endpoint: "wms".into(),
            gathering: Gathering::PerMessage,
            window: None,
            is_last: false,
            segment: 3,
            offset: 10 * n,
            length: 10,
            sha: sha("output"),
        });
        let document = NewDocument {
            key: document_key(message),
            keys: vec![("number".into(), format!("PO{message}")), ("ship_to".into(), "DC1".into())],
            body: b"{}".to_vec(),
            sha: sha("{}"),
            content: sha("content"),
            source: sha("source"),
            once_since: Some(at(0)),
            is_advice: false,
            outputs: outputs.collect(),
        };
        MessageOutcome {
            message,
            state,
            reason: state.standing().needs_reason().then(|| why("told_so")),
            syntax: Some(SyntaxVerdict::Accepted),
            client: None,
            owes_acknowledgement: false,
            findings: vec![finding("X101")],
            findings_dropped: 2,
            replies: vec![],
            documents: if state == MessageState::Rejected { vec![] } else { vec![document] },
        }
    }

    /// Outputs of an intake that are in no delivery.
    pub fn outputs(&self, intake: IntakeId) -> Vec<Output> {
        let all = self.ledger.single_outputs(usize::MAX).unwrap();
        all.into_iter().filter(|output| output.intake == intake).collect()
    }

    pub fn settle(&mut self, message: MessageId, state: MessageState) -> Answer<()> {
        let outcome = self.outcome(message, state);
        self.ledger.commit_batch(vec![outcome], at(60))
    }

    pub fn plan(&self, key: &str, outputs: Vec<OutputId>) -> DeliveryPlan {
        DeliveryPlan {
            key: key.into(),
            kind: if outputs.is_empty() { DeliveryKind::Acknowledgement } else { DeliveryKind::Output },
            endpoint: "wms".into(),
            name: format!("{key}.xml"),
            spool_path: format!("out/{key}"),
            spool_offset: 7,
            sha: sha(key),
            size: 20,
            outputs: outputs.into(),
            collection: None,
            findings: vec![],
            acknowledges: vec![],
            control_numbers: vec![],
            functional_id: "SW".into(),
            further_groups: vec![],
            answer_within_ms: None,
        }
    }

    /// A message in a state of its own intake.
    pub fn message_in(&mut self, state: MessageState) -> MessageId {
        use MessageState::*;
        let (intake, _, messages) = self.parse(1, false);
        let message = messages[0];
        match state {
            Split => {}
            Planned => {
                self.settle(message, Translated).unwrap();
                let outputs = self.outputs(intake);
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

    pub fn state(&self, message: MessageId) -> MessageState {
        self.ledger.message_story(message).unwrap().line.state
    }

    pub fn intake_in(&mut self, state: IntakeState) -> IntakeId {
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

    pub fn delivery_in(&mut self, state: DeliveryState) -> DeliveryId {
        use DeliveryState::*;
        self.next += 1;
        let plan = self.plan(&format!("d{}", self.next), vec![]);
        let id = self.ledger.plan_delivery(plan, at(90)).unwrap();
        if matches!(state, Publishing | Published | Acked | UnknownOutcome) {
            self.ledger.publishing(vec![id], at(91)).unwrap();
        }
        if matches!(state, Published | Acked) {
            self.ledger.published(vec![id], Publication { at: at(92), inferred: false }).unwrap();
        }
        match state {
            Acked => self.reply(id, Word::Accepted, at(93)).unwrap(),
            Quarantined => self.ledger.quarantine_delivery(id, why("target_exists"), at(93)).unwrap(),
            UnknownOutcome => self.ledger.unknown_outcome(id, why("timeout"), at(93)).unwrap(),
            _ => {}
        }
        assert_eq!(self.ledger.delivery(id).unwrap().state, state);
        id
    }

    /// A partner says something about a delivery, in a message of its own.
    pub fn reply(&mut self, delivery: DeliveryId, word: Word, at: Timestamp) -> Answer<()> {
        let (_, _, messages) = self.parse(1, false);
        let said = self.said(delivery, word);
        let outcome = MessageOutcome { replies: vec![said], ..self.outcome(messages[0], MessageState::Done) };
        self.ledger.commit_batch(vec![outcome], at)
    }

    pub fn said(&self, delivery: DeliveryId, word: Word) -> NewReply {
        NewReply {
            delivery,
            word,
            of_delivery: word,
            reason: Reason::new(word.word()),
            outputs: vec![],
            about_file: vec![],
            about_messages: vec![],
            is_advice: false,
        }
    }

    pub fn publish(&mut self, delivery: DeliveryId) {
        self.ledger.publishing(vec![delivery], at(100)).unwrap();
        self.ledger.published(vec![delivery], Publication { at: at(101), inferred: true }).unwrap();
    }
}

pub fn finding(code: &str) -> Finding {
    Finding {
        code: code.into(),
        severity: Severity::Warn,
        place: Some(Place { offset: 5_000_000_000, length: 2, tag: "W05".into(), ..Place::default() }),
        arguments: vec![("found".into(), "\u{0}\"x".into())],
        map: Some(("clients/acme/order.map".into(), 12)),
        help: None,
    }
}
