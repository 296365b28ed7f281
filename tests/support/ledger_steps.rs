//! Every state with every step: what is not listed is a conflict and changes nothing.

use super::world::{Store, World, at, sha, why};
use crossdock::exchange::reply::Word;
use crossdock::exchange::states::*;
use crossdock::ledger::*;

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

/// Tries every step from every state.
pub fn steps_that_are_not_listed_are_conflicts(store: &mut dyn Store) {
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
        // What came before needs a person's word.
        drop(world.ledger.permit(message, "kim".into()));
        expect(&MESSAGE_RETRIED, from.into(), world.ledger.retry(message, sha("b2"), "kim".into(), at(9)));
        let message = world.message_in(from);
        let answer = world.ledger.discard(message, why("unwanted"), "kim".into(), at(9));
        expect(&MESSAGE_DISCARDED, from.into(), answer);
        let message = world.message_in(from);
        assert_eq!(world.ledger.begin_attempts(vec![message]).is_ok(), from == MessageState::Split);
    }
    intake_steps(&mut world);
    collection_steps(&mut world);
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
            expect(&INTAKE_PARSED, from.into(), world.ledger.finish_index(intake, at(9)));
        }
    }
}

fn collection_steps(world: &mut World) {
    for &from in CollectionState::ALL {
        let collection = world.collection_in(from);
        let answer = world.ledger.close_collections(vec![collection], at(9));
        expect(&COLLECTION_CLOSED, from.into(), answer);
        let collection = world.collection_in(from);
        expect(&COLLECTION_HELD, from.into(), world.hold_collection(collection));
        let collection = world.collection_in(from);
        expect(&COLLECTION_PLANNED, from.into(), world.plan_collection(collection));
    }
}

fn delivery_steps(world: &mut World) {
    type Attempt = fn(&mut dyn Ledger, DeliveryId) -> Answer<()>;
    let attempts: [(Step, Attempt); 5] = [
        (DELIVERY_PUBLISHING, |ledger, id| ledger.publishing(vec![id], at(9))),
        (DELIVERY_PUBLISHED, |ledger, id| {
            ledger.published(vec![id], Publication { at: at(9), inferred: false })
        }),
        (DELIVERY_QUARANTINED, |ledger, id| ledger.quarantine_delivery(id, why("target_exists"), at(9))),
        (DELIVERY_UNKNOWN, |ledger, id| ledger.unknown_outcome(id, why("timeout"), at(9))),
        (DELIVERY_AGAIN, |ledger, id| ledger.deliver_again(id, "kim".into(), at(9))),
    ];
    for &from in DeliveryState::ALL {
        for (step, attempt) in &attempts {
            let delivery = world.delivery_in(from);
            expect(step, from.into(), attempt(world.ledger.as_mut(), delivery));
        }
        // An acknowledgement proves that the file arrived, and once there is one, nothing that comes later moves it.
        let delivery = world.delivery_in(from);
        let answer = world.reply(delivery, Word::Rejected, at(9));
        match from {
            DeliveryState::Planned | DeliveryState::Quarantined => {
                expect(&DELIVERY_ACKED, from.into(), answer)
            }
            _ => {
                answer.unwrap();
                assert_eq!(world.ledger.delivery(delivery).unwrap().state, DeliveryState::Acked, "{from}");
            }
        }
        let delivery = world.delivery_in(from);
        if !matches!(from, DeliveryState::Planned | DeliveryState::Quarantined) {
            world.reply(delivery, Word::Received, at(9)).unwrap();
            assert_eq!(world.ledger.delivery(delivery).unwrap().state, from, "a receipt settles nothing");
        }
        assert!(!world.ledger.deliveries_in(from, 1).unwrap().is_empty());
    }
    let missing = world.ledger.publishing(vec![DeliveryId(1 << 40)], at(9));
    assert!(matches!(missing, Err(LedgerError::Missing { .. })));
}
