//! Who stands in an envelope, seen from here.

use crate::formats::{Envelope, GroupRow, Identity, InterchangeRow};

/// How one partner and we are named in the envelopes between us.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identities {
    /// Ours.
    pub ours: Identity,
    /// The partner's.
    pub theirs: Identity,
}

/// Which way an envelope goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the partner to us.
    Incoming,
    /// From us to the partner: our own file came back.
    Outgoing,
    /// From the partner, but to an id that is not ours.
    NotForUs,
    /// Not from or to this partner.
    NotTheirs,
}

impl Identities {
    /// Which way an interchange goes. Qualifier and id must both be equal; padding never counts.
    pub fn direction(&self, row: &InterchangeRow) -> Direction {
        match (self.is_from(row), is(&row.receiver, &self.ours)) {
            (true, true) => Direction::Incoming,
            (true, false) => Direction::NotForUs,
            (false, _) if is(&row.sender, &self.ours) && is(&row.receiver, &self.theirs) => {
                Direction::Outgoing
            }
            (false, _) => Direction::NotTheirs,
        }
    }

    /// Whether the partner sent it, to whomever.
    pub fn is_from(&self, row: &InterchangeRow) -> bool {
        is(&row.sender, &self.theirs)
    }
}

/// A qualifier may have colons itself, as the authorities of SBDH do.
fn is(text: &str, identity: &Identity) -> bool {
    let qualified = match identity.qualifier.as_str() {
        "" => Some(text),
        qualifier => {
            text.trim_start().strip_prefix(qualifier).and_then(|rest| rest.trim_start().strip_prefix(':'))
        }
    };
    qualified.is_some_and(|id| id.trim() == identity.id)
}

/// The partner an interchange comes from: the position in `partners` of the one whose ids stand in it. `Err` tells
/// whether the sender is known at all.
///
/// # Errors
///
/// [`Stranger::Sender`] if nobody has the sender's id, [`Stranger::Receiver`] if somebody has, but sends to an id
/// that is not ours for them.
pub fn partner_of(row: &InterchangeRow, partners: &[Identities]) -> Result<usize, Stranger> {
    let directions = || partners.iter().map(|partner| partner.direction(row));
    match directions().position(|direction| direction == Direction::Incoming) {
        Some(at) => Ok(at),
        None if directions().any(|direction| direction == Direction::NotForUs) => Err(Stranger::Receiver),
        None => Err(Stranger::Sender),
    }
}

/// Whose id nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// The sender's.
    Sender,
    /// The receiver's.
    Receiver,
}

/// The envelope that was received, as far as the index pass tells. The group's codes stay empty without a group;
/// numbers that are none become 0.
pub fn received(interchange: &InterchangeRow, group: Option<&GroupRow>) -> Envelope {
    let identity = |text: &str, routing: &str, code: Option<&str>| {
        let (qualifier, id) = parse(text);
        Identity {
            qualifier: qualifier.into(),
            id: id.into(),
            group: code.unwrap_or_default().into(),
            routing: routing.into(),
        }
    };
    let (from, to) = (&interchange.sender_routing, &interchange.receiver_routing);
    Envelope {
        sender: identity(&interchange.sender, from, group.map(|group| group.sender.as_str())),
        receiver: identity(&interchange.receiver, to, group.map(|group| group.receiver.as_str())),
        interchange_number: interchange.control_number.parse().unwrap_or(0),
        group_number: group.and_then(|group| group.control_number.parse().ok()).unwrap_or(0),
        made_at: None,
        is_test: interchange.is_test,
        wants_acknowledgement: interchange.wants_acknowledgement,
        application: interchange.application.clone(),
        ..Envelope::default()
    }
}

/// The envelope of the answer: sender and receiver change places, a test is answered as a test. The numbers are 0 and
/// the date is missing until they are given, and no acknowledgement is asked for: it would be one of an
/// acknowledgement.
pub fn counterpart(received: &Envelope) -> Envelope {
    Envelope {
        sender: received.receiver.clone(),
        receiver: received.sender.clone(),
        is_test: received.is_test,
        ..Envelope::default()
    }
}

/// `ZZ:BRIGHTWICK` in its two parts; all is id where there is no qualifier.
fn parse(text: &str) -> (&str, &str) {
    let (qualifier, id) = text.split_once(':').unwrap_or(("", text));
    (qualifier.trim(), id.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(qualifier: &str, id: &str) -> Identity {
        Identity { qualifier: qualifier.into(), id: id.into(), ..Identity::default() }
    }

    fn row(sender: &str, receiver: &str) -> InterchangeRow {
        InterchangeRow {
            sender: sender.into(),
            receiver: receiver.into(),
            control_number: "000000131".into(),
            is_test: true,
            wants_acknowledgement: true,
            ..Default::default()
        }
    }

    #[test]
    fn qualifier_and_id_both_count() {
        let partner = Identities { ours: identity("ZZ", "WE"), theirs: identity("01", "THEM") };
        let table = [
            ("01:THEM", "ZZ:WE", Direction::Incoming),
            ("01:THEM ", "ZZ:WE", Direction::Incoming),
            ("ZZ:THEM", "ZZ:WE", Direction::NotTheirs),
            ("01:THEM", "ZZ:OTHER", Direction::NotForUs),
            ("ZZ:WE", "01:THEM", Direction::Outgoing),
            ("ZZ:WE", "ZZ:WE", Direction::NotTheirs),
            ("01:01:THEM", "ZZ:WE", Direction::NotTheirs),
            ("", "", Direction::NotTheirs),
        ];
        for (sender, receiver, expected) in table {
            assert_eq!(partner.direction(&row(sender, receiver)), expected, "{sender} to {receiver}");
        }
    }

    #[test]
    fn a_qualifier_may_have_colons() {
        let partner =
            Identities { ours: identity("", "WE"), theirs: identity("urn:gs1:gln", "9520001000010") };
        assert_eq!(partner.direction(&row("urn:gs1:gln:9520001000010", "WE")), Direction::Incoming);
        assert_eq!(partner.direction(&row("urn:gs1:9520001000010", "WE")), Direction::NotTheirs);
    }

    #[test]
    fn partners_are_told_apart_by_the_pair_of_ids() {
        let one = Identities { ours: identity("ZZ", "WE"), theirs: identity("01", "A") };
        let other = Identities { ours: identity("ZZ", "US"), theirs: identity("01", "A") };
        let partners = [one, other];
        assert_eq!(partner_of(&row("01:A", "ZZ:US"), &partners), Ok(1));
        assert_eq!(partner_of(&row("01:A", "ZZ:THEM"), &partners), Err(Stranger::Receiver));
        assert_eq!(partner_of(&row("01:B", "ZZ:US"), &partners), Err(Stranger::Sender));
    }

    #[test]
    fn an_answer_goes_back_the_way_the_message_came() {
        let group = GroupRow {
            sender: "THEMAPP".into(),
            receiver: "WEAPP".into(),
            control_number: "131".into(),
            ..Default::default()
        };
        let envelope = received(&row("01:THEM", "ZZ:WE"), Some(&group));
        assert_eq!((envelope.interchange_number, envelope.group_number), (131, 131));
        let answer = counterpart(&envelope);
        assert_eq!(answer.sender, Identity { group: "WEAPP".into(), ..identity("ZZ", "WE") });
        assert_eq!(answer.receiver, Identity { group: "THEMAPP".into(), ..identity("01", "THEM") });
        assert!(answer.is_test && !answer.wants_acknowledgement);
        assert_eq!((answer.interchange_number, answer.made_at), (0, None));
    }
}
