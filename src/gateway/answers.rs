//! What partners answer: their acknowledgements, matched with what we sent.

use super::bundle::{Bundle, Client};
use super::{plan, translation};
use crate::exchange::states::{DeliveryState, MessageState};
use crate::formats::{Layout, MessageInput, Scratch};
use crate::ledger::{Answer, DeliveryId, InterchangeKey, Ledger, Reason};
use crate::tree::{NodeId, PlaceId, Tree, View};

/// What one functional acknowledgement comes to.
pub(super) struct Answered {
    /// Where the message goes.
    pub(super) verdict: (MessageState, Option<Reason>),
    /// The delivery that is acknowledged by it, with the partner's word.
    pub(super) delivery: Option<(DeliveryId, Reason)>,
}

/// Matches a functional acknowledgement with the delivery whose group it names. One that names nothing we sent is put
/// aside: somebody is answered who should not be.
pub(super) fn matched(
    ledger: &dyn Ledger,
    bundle: &Bundle,
    client: &Client,
    key: &InterchangeKey,
    input: &MessageInput<'_>,
) -> Answer<Answered> {
    let unmatched = |why: String| {
        let reason = Reason::new("ack_unmatched").detail(why);
        Ok(Answered { verdict: (MessageState::Quarantined, Some(reason)), delivery: None })
    };
    let policy = client.partner.acknowledge.get(&key.syntax);
    let layout = policy.and_then(|policy| bundle.layouts.get(&policy.guide));
    let (Some(layout), Some(identities)) = (layout, translation::identities_of(&client.partner, key)) else {
        return unmatched("no acknowledgement was agreed with this partner".into());
    };
    let Some((number, word)) = read(&**layout, input) else {
        return unmatched("it names no group or gives no verdict".into());
    };
    let found = match number.parse() {
        Ok(number) => ledger.delivery_of_number(plan::lane(&identities), number)?,
        Err(_) => None,
    };
    let Some(delivery) = found else {
        return unmatched(format!("nothing was sent to this partner in a group {number}"));
    };
    let reason = Reason::new(match word.as_str() {
        "A" => "accepted",
        "E" => "accepted_with_errors",
        "P" => "partially_accepted",
        _ => "rejected",
    });
    Ok(Answered {
        verdict: (MessageState::Done, None),
        delivery: Some((delivery, reason.detail(format!("AK9*{word} for group {number}")))),
    })
}

/// Takes note of a partner's word, once.
pub(super) fn note(
    ledger: &mut dyn Ledger,
    (delivery, word): (DeliveryId, Reason),
    at: crate::base::clock::Timestamp,
) -> Answer<()> {
    if word.code == "rejected" || word.code == "partially_accepted" {
        tracing::warn!(%delivery, word = word.detail, "a partner refused what we sent");
    }
    match ledger.delivery(delivery)?.state {
        DeliveryState::Published => ledger.acked(delivery, word, at),
        // The first word stands; that the second came is in the history of its own message.
        _ => Ok(()),
    }
}

/// AK102 and AK901.
fn read(layout: &dyn Layout, input: &MessageInput<'_>) -> Option<(String, String)> {
    let mut tree = Tree::new();
    layout.read(input, &mut Scratch::default(), &mut tree, &mut Default::default());
    let view = View::new(&tree, input.source());
    let element = |tag: &str, position: u16| -> Option<String> {
        let shape = &layout.guide().shape;
        let segment = shape.children_named(PlaceId::ROOT, tag).next()?;
        let node = view.tree.children(NodeId::ROOT).find(|&node| view.tree.node(node).place == segment)?;
        Some(view.child_text(node, shape.child_at(segment, position)?)?.to_string())
    };
    Some((element("AK1", 2)?, element("AK9", 1)?))
}
