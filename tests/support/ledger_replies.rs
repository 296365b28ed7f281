//! What partners say about what was sent, and what happens when they say nothing.

use super::world::{Store, World, at, finding};
use crossdock::exchange::reply::Word;
use crossdock::exchange::states::*;
use crossdock::ledger::*;

/// A published delivery of two outputs, of two documents of one intake, and the messages these were read from.
fn sent(world: &mut World, within: Option<i64>) -> (DeliveryId, Vec<MessageId>) {
    let (intake, _, messages) = world.parse(2, false);
    for &message in &messages {
        world.settle(message, MessageState::Translated).unwrap();
    }
    let outputs = world.outputs(intake);
    let ids = outputs.iter().map(|output| output.id).collect();
    let key = format!("sent {intake}");
    let plan = DeliveryPlan { answer_within_ms: within, ..world.plan(&key, ids) };
    let delivery = world.ledger.plan_delivery(plan, at(90)).unwrap();
    world.publish(delivery);
    (delivery, messages)
}

fn line(world: &World, message: MessageId) -> MessageLine {
    world.ledger.message_story(message).unwrap().line
}

pub fn what_partners_say_is_kept(store: &mut dyn Store) {
    let mut world = World::new(store);
    let request = NumberRequest {
        lane: "lane".into(),
        delivery_key: "k".into(),
        first: 7,
        beside: None,
        amount: 1,
        last: 9,
        rest_ms: 0,
    };
    world.ledger.reserve_control_number(request, at(1)).unwrap();
    let (intake, _, ours) = world.parse(2, false);
    ours.iter().for_each(|&message| world.settle(message, MessageState::Translated).unwrap());
    let outputs: Vec<OutputId> = world.outputs(intake).iter().map(|output| output.id).collect();
    let numbers = vec![("lane".into(), 7)];
    let plan = DeliveryPlan { control_numbers: numbers, ..world.plan("k", outputs.clone()) };
    let delivery = world.ledger.plan_delivery(plan, at(2)).unwrap();
    world.publish(delivery);

    let file = world.ledger.sent(vec!["lane".into()], 7).unwrap().unwrap();
    let places: Vec<_> = file.outputs.iter().map(|output| (output.ordinal, output.message)).collect();
    assert_eq!(places, [(1, ours[0]), (2, ours[0]), (3, ours[1]), (4, ours[1])]);
    assert_eq!(file.outputs[2].number, format!("PO{}", ours[1]));
    assert_eq!(line(&world, ours[0]).acknowledged, None, "nobody is asked");

    // First a receipt, then the verdicts.
    world.reply(delivery, Word::Received, at(3)).unwrap();
    assert_eq!(world.ledger.delivery(delivery).unwrap().state, DeliveryState::Published);
    let (_, _, theirs) = world.parse(1, false);
    let words = [Word::Accepted, Word::Accepted, Word::Accepted, Word::Rejected];
    let said = NewReply {
        outputs: outputs.iter().copied().zip(words).collect(),
        about_file: vec![finding("A105")],
        about_messages: vec![(ours[1], finding("A101"))],
        ..world.said(delivery, Word::PartiallyAccepted)
    };
    let outcome = MessageOutcome { replies: vec![said], ..world.outcome(theirs[0], MessageState::Done) };
    world.ledger.commit_batch(vec![outcome], at(4)).unwrap();

    let mut world = world.reopen(store);
    let stored = world.ledger.delivery(delivery).unwrap();
    assert_eq!((stored.state, stored.word), (DeliveryState::Acked, Some(Word::PartiallyAccepted)));
    assert_eq!(line(&world, ours[0]).acknowledged, Some(Acknowledged::Said(Word::Accepted)));
    assert_eq!(line(&world, ours[1]).acknowledged, Some(Acknowledged::Said(Word::Rejected)));
    let story = world.ledger.message_story(ours[1]).unwrap();
    let codes: Vec<_> = story.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["X101", "A101", "A105"]);
    let words: Vec<_> = story.replies.iter().map(|reply| reply.word).collect();
    assert_eq!(words, [Word::Received, Word::PartiallyAccepted]);
    let says = world.ledger.message_story(theirs[0]).unwrap().says;
    assert_eq!((says.len(), says[0].delivery, says[0].name.as_str()), (1, delivery, "k.xml"));
    assert!(story.history.iter().any(|event| event.to == DeliveryState::Acked.into()
        && event.reason.as_ref().is_some_and(|reason| reason.code == "partially_accepted")));

    // What comes later is kept and changes nothing.
    world.reply(delivery, Word::Accepted, at(5)).unwrap();
    assert_eq!(world.ledger.delivery(delivery).unwrap().word, Some(Word::PartiallyAccepted));
    let file = world.ledger.sent(vec!["lane".into()], 7).unwrap().unwrap();
    assert_eq!(file.outputs[3].word, Some(Word::Rejected));
    assert_eq!(world.ledger.message_story(ours[0]).unwrap().replies.len(), 3);

    // An advice stands beside it: what could be read may be refused for what it says, and be taken after all.
    for (word, shown, moment) in [(Word::Rejected, Word::Rejected, 6), (Word::Accepted, Word::Accepted, 7)] {
        let (_, _, theirs) = world.parse(1, false);
        let outputs = vec![(outputs[0], word)];
        let said = NewReply { outputs, is_advice: true, ..world.said(delivery, word) };
        let outcome = MessageOutcome { replies: vec![said], ..world.outcome(theirs[0], MessageState::Done) };
        world.ledger.commit_batch(vec![outcome], at(moment)).unwrap();
        assert_eq!(line(&world, ours[0]).acknowledged, Some(Acknowledged::Said(shown)));
        assert_eq!(world.ledger.delivery(delivery).unwrap().word, Some(Word::PartiallyAccepted));
    }
}

pub fn an_overdue_acknowledgement_raises_one_alarm(store: &mut dyn Store) {
    let mut world = World::new(store);
    let (never, _) = sent(&mut world, None);
    let (late, messages) = sent(&mut world, Some(1000));
    let (answered, _) = sent(&mut world, Some(1000));
    // Published at 101.
    assert_eq!(world.ledger.next_deadline().unwrap(), Some(at(1101)));
    assert_eq!(world.ledger.overdue_deliveries(at(1100), 9).unwrap(), []);
    assert_eq!(line(&world, messages[0]).acknowledged, Some(Acknowledged::Awaited));
    world.reply(answered, Word::Rejected, at(500)).unwrap();
    let overdue = world.ledger.overdue_deliveries(at(1101), 9).unwrap();
    assert_eq!(overdue.iter().map(|delivery| delivery.id).collect::<Vec<_>>(), [late]);
    assert_eq!(overdue[0].answer_by, Some(at(1101)));

    world.ledger.raise_overdue(late, finding("A109"), at(1102)).unwrap();
    world.ledger.raise_overdue(late, finding("A109"), at(1103)).unwrap();
    let mut world = world.reopen(store);
    assert_eq!(world.ledger.findings(FindingOwner::Delivery(late)).unwrap(), [finding("A109")]);
    assert_eq!(world.ledger.delivery(late).unwrap().overdue_at, Some(at(1102)));
    assert_eq!(world.ledger.overdue_deliveries(at(9000), 9).unwrap(), []);
    assert_eq!(world.ledger.next_deadline().unwrap(), None);
    assert_eq!(line(&world, messages[0]).acknowledged, Some(Acknowledged::Overdue));
    let refused = world.ledger.raise_overdue(answered, finding("A109"), at(1102));
    assert!(matches!(refused, Err(LedgerError::Conflict { .. })), "{refused:?}");
    assert!(world.ledger.delivery(never).unwrap().answer_by.is_none());

    // Late is better than never.
    world.reply(late, Word::Accepted, at(9001)).unwrap();
    assert_eq!(world.ledger.delivery(late).unwrap().state, DeliveryState::Acked);
}
