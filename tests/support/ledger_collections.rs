//! Files that wait for outputs of several documents.

use super::world::{Store, World, at, finding, sha, why};
use crossdock::base::clock::Timestamp;
use crossdock::exchange::states::*;
use crossdock::ledger::*;

impl World {
    /// The collection that the output of a new message waits in.
    pub fn collect(&mut self, window: Window, moment: Timestamp) -> CollectionId {
        let (_, _, messages) = self.parse(1, false);
        let mut outcome = self.outcome(messages[0], MessageState::Translated);
        let outputs = &mut outcome.documents[0].outputs;
        outputs.truncate(1);
        (outputs[0].gathering, outputs[0].window) = (Gathering::Gathered, Some(window));
        self.ledger.commit_batch(vec![outcome], moment).unwrap();
        let story = self.ledger.message_story(messages[0]).unwrap();
        story.outputs[0].0.collection.unwrap()
    }

    /// A collection in a state.
    pub fn collection_in(&mut self, state: CollectionState) -> CollectionId {
        self.next += 1;
        let window = Window {
            name: String::new(),
            key: self.next.to_string(),
            every_ms: 1000,
            max: 9,
            size_max: 1 << 40,
            closes_at: None,
        };
        let collection = self.collect(window, at(60));
        if state != CollectionState::Open {
            self.ledger.close_collections(vec![collection], at(70)).unwrap();
        }
        match state {
            CollectionState::Open | CollectionState::Closed => {}
            CollectionState::Planned => self.plan_collection(collection).unwrap(),
            CollectionState::Held => self.hold_collection(collection).unwrap(),
            CollectionState::Discarded => {
                self.hold_collection(collection).unwrap();
                let message = self.ledger.collected_outputs(collection, None, 1).unwrap()[0].message;
                self.ledger.discard(message, why("unwanted"), "kim".into(), at(80)).unwrap();
            }
        }
        collection
    }

    pub fn hold_collection(&mut self, collection: CollectionId) -> Answer<()> {
        self.ledger.hold_collection(collection, why("differs"), vec![finding("F012")], at(75))
    }

    pub fn plan_collection(&mut self, collection: CollectionId) -> Answer<()> {
        let outputs = self.ledger.collected_outputs(collection, None, 9).unwrap();
        self.next += 1;
        let key = format!("collection {collection} {}", self.next);
        // What another delivery has is refused before the step is tried.
        let ids = outputs.iter().map(|output| output.id).collect();
        let plan = DeliveryPlan { collection: Some(collection), ..self.plan(&key, ids) };
        self.ledger.plan_delivery(plan, at(80)).map(|_| ())
    }
}

fn closed(world: &World) -> Option<CollectionId> {
    world.ledger.closed_collection().unwrap().map(|collection| collection.id)
}

pub fn outputs_are_collected(store: &mut dyn Store) {
    let mut world = World::new(store);
    let window = |key: &str, max| Window {
        name: String::new(),
        key: key.into(),
        every_ms: 1000,
        max,
        size_max: 1 << 40,
        closes_at: None,
    };
    let (first, second) = (world.collect(window("a", 3), at(100)), world.collect(window("a", 3), at(900)));
    assert_eq!(first, second, "its time is not over");
    let apart = [
        world.collect(window("b", 3), at(900)),
        world.collect(window("a", 4), at(900)),
        world.collect(Window { every_ms: 500, ..window("a", 3) }, at(900)),
    ];
    assert!(!apart.contains(&first) && apart[0] != apart[1] && apart[1] != apart[2]);
    assert_eq!(world.ledger.next_collection().unwrap(), Some(at(1100)));
    assert_eq!(world.ledger.due_collections(at(1099), 9).unwrap(), []);
    assert_eq!(world.ledger.due_collections(at(1100), 9).unwrap(), [first]);
    let late = world.collect(window("a", 3), at(1100));
    assert_ne!(late, first, "its time is over, whether somebody closed it or not");
    assert_eq!(world.ledger.closed_collection().unwrap(), None);
    world.ledger.close_collections(vec![first], at(1100)).unwrap();
    assert_eq!(closed(&world), Some(first));
    let outputs = world.ledger.collected_outputs(first, None, 9).unwrap();
    let ids: Vec<_> = outputs.iter().map(|output| output.id).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(world.ledger.collected_outputs(first, Some(ids[0]), 9).unwrap(), outputs[1..]);
    assert_eq!(outputs[0].written.window, Some(window("a", 3)));
    assert_eq!(world.ledger.single_outputs(9).unwrap(), []);
    let some = DeliveryPlan { collection: Some(first), ..world.plan("some", ids[..1].to_vec()) };
    assert!(matches!(world.ledger.plan_delivery(some, at(2000)), Err(LedgerError::Refused { .. })));
    let all = DeliveryPlan { collection: Some(first), ..world.plan("all", ids) };
    let delivery = world.ledger.plan_delivery(all.clone(), at(2000)).unwrap();
    assert_eq!(world.ledger.plan_delivery(all, at(2001)).unwrap(), delivery);
    assert_eq!(world.ledger.closed_collection().unwrap(), None);
    assert_eq!(world.state(outputs[1].message), MessageState::Planned);
    // A full one is closed with the output that fills it, and the next one begins another.
    let full = world.collect(window("full", 1), at(3000));
    assert_eq!(closed(&world), Some(full));
    assert_ne!(world.collect(window("full", 1), at(3000)), full);
    // One of so many bytes leaves without the output that does not fit.
    let length = outputs[0].written.length;
    let sized = |key: &str, size_max| Window { size_max, ..window(key, 9) };
    let one = world.collect(sized("size", 2 * length + 1), at(4000));
    assert_eq!(world.collect(sized("size", 2 * length + 1), at(4000)), one);
    assert_ne!(world.collect(sized("size", 2 * length + 1), at(4000)), one);
    let whole = world.collect(sized("whole", 2 * length), at(4000));
    assert_eq!(world.collect(sized("whole", 2 * length), at(4000)), whole);
    assert_ne!(world.collect(sized("whole", 2 * length), at(4000)), whole, "it was full to the byte");
    // A fixed moment holds for all that came in before it, whenever they are translated.
    let fixed = |moment| Window { closes_at: Some(at(moment)), ..window("fixed", 9) };
    let noon = world.collect(fixed(5000), at(4100));
    assert_eq!(world.collect(fixed(5000), at(5100)), noon);
    assert_ne!(world.collect(fixed(6000), at(5100)), noon);
    assert!(world.ledger.due_collections(at(5000), 99).unwrap().contains(&noon));
}

/// A person decides about what cannot become one message: it is written again, or one is taken out.
pub fn what_is_held_together_is_retried_together(store: &mut dyn Store) {
    let mut world = World::new(store);
    let window = Window {
        name: String::new(),
        key: "a".into(),
        every_ms: 1000,
        max: 9,
        size_max: 1 << 40,
        closes_at: None,
    };
    let collection = world.collect(window.clone(), at(100));
    assert_eq!(world.collect(window, at(100)), collection);
    world.ledger.close_collections(vec![collection], at(200)).unwrap();
    world.hold_collection(collection).unwrap();
    let outputs = world.ledger.collected_outputs(collection, None, 9).unwrap();
    let (first, second) = (outputs[0].message, outputs[1].message);
    assert_eq!((world.state(first), world.state(second)), (MessageState::Held, MessageState::Held));
    let story = world.ledger.message_story(first).unwrap();
    assert!(story.findings.iter().any(|finding| finding.code == "F012"));
    assert_eq!(story.line.reason.unwrap().code, "differs");

    world.ledger.retry(second, sha("b2"), "kim".into(), at(300)).unwrap();
    assert_eq!(
        (world.state(first), world.state(second)),
        (MessageState::Translated, MessageState::Translated)
    );
    let closed = world.ledger.closed_collection().unwrap().unwrap();
    assert_eq!((closed.id, closed.bundle, closed.state_at), (collection, sha("b2"), at(300)));
    assert!(
        !world.ledger.message_story(first).unwrap().findings.iter().any(|finding| finding.code == "F012")
    );

    world.hold_collection(collection).unwrap();
    world.ledger.discard(first, why("unwanted"), "kim".into(), at(400)).unwrap();
    assert_eq!(world.ledger.collected_documents(collection).unwrap().len(), 1);
    world.ledger.retry(second, sha("b2"), "kim".into(), at(500)).unwrap();
    world.plan_collection(collection).unwrap();
    assert_eq!((world.state(first), world.state(second)), (MessageState::Discarded, MessageState::Planned));
}
