//! Files that wait for outputs of several documents.

use super::world::{Store, World, at};
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
        (outputs[0].gathering, outputs[0].window) = (Gathering::Collected, Some(window));
        self.ledger.commit_batch(vec![outcome], moment).unwrap();
        let story = self.ledger.message_story(messages[0]).unwrap();
        story.outputs[0].0.collection.unwrap()
    }

    /// A collection in a state.
    pub fn collection_in(&mut self, state: CollectionState) -> CollectionId {
        self.next += 1;
        let window = Window { key: self.next.to_string(), every_ms: 1000, max: 9 };
        let collection = self.collect(window, at(60));
        if state != CollectionState::Open {
            self.ledger.close_collections(vec![collection], at(70)).unwrap();
        }
        if state == CollectionState::Planned {
            self.plan_collection(collection).unwrap();
        }
        collection
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

pub fn outputs_are_collected(store: &mut dyn Store) {
    let mut world = World::new(store);
    let window = |key: &str, max| Window { key: key.into(), every_ms: 1000, max };
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
    assert_eq!(world.ledger.closed_collection().unwrap(), Some(first));
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
    assert_eq!(world.ledger.closed_collection().unwrap(), Some(full));
    assert_ne!(world.collect(window("full", 1), at(3000)), full);
}
