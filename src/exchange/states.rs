//! The states of everything the ledger keeps, and the only steps between them, as data.
//!
//! [`TRANSITIONS`] is the one table: the guards in SQL, the page `docs/states.md` and the enumeration of crash
//! tests come from it. A backend moves an entity by naming a [`Step`], so what is not listed cannot be written.

use std::fmt;

/// What has a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// Our copy of the bytes of one arrival.
    Intake,
    /// The duty to take the file away at its source.
    Release,
    /// One interchange (ISA..IEA, UNB..UNZ) of an intake; a flat file has one of its own making.
    Interchange,
    /// One message (transaction set, unit of a flat file).
    Message,
    /// One file that waits for outputs of several documents.
    Collection,
    /// One file that leaves, of outputs or of an acknowledgement.
    Delivery,
}

impl Entity {
    /// Every entity, in the order of the chain.
    pub const ALL: &[Entity] = &[
        Entity::Intake,
        Entity::Release,
        Entity::Interchange,
        Entity::Message,
        Entity::Collection,
        Entity::Delivery,
    ];

    /// The word shown and stored.
    pub const fn word(self) -> &'static str {
        match self {
            Entity::Intake => "intake",
            Entity::Release => "release",
            Entity::Interchange => "interchange",
            Entity::Message => "message",
            Entity::Collection => "collection",
            Entity::Delivery => "delivery",
        }
    }

    /// Reads [`Entity::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Entity::ALL.iter().copied().find(|entity| entity.word() == word)
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What kind of a state it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Where the entity begins; the gateway goes on by itself.
    Start,
    /// The gateway goes on by itself.
    Open,
    /// Someone or something must release it; carries a reason.
    Parked,
    /// Nothing more will happen by itself, as intended.
    Ended,
    /// Nothing more will happen by itself; carries a reason.
    Refused,
}

impl Standing {
    /// Whether nothing more will happen by itself.
    pub const fn is_ended(self) -> bool {
        matches!(self, Standing::Ended | Standing::Refused)
    }

    /// Whether the state carries a machine-readable reason.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Standing::Parked | Standing::Refused)
    }
}

macro_rules! states {
    (
        $(#[$doc:meta])* $entity:ident $name:ident {
            $($state:ident $word:literal $standing:ident $meaning:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = $meaning] $state,)* }

        impl $name {
            /// Every state, in the order of this file.
            pub const ALL: &[$name] = &[$($name::$state),*];

            /// The word shown and stored.
            pub const fn word(self) -> &'static str {
                match self { $($name::$state => $word,)* }
            }

            /// Reads the word back.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$state),)* _ => None }
            }

            /// What kind of a state it is.
            pub const fn standing(self) -> Standing {
                match self { $($name::$state => Standing::$standing,)* }
            }

            /// What it means, for the documentation.
            pub const fn meaning(self) -> &'static str {
                match self { $($name::$state => $meaning,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl From<$name> for State {
            fn from(state: $name) -> State {
                State::$entity(state)
            }
        }
    };
}

states! {
    /// States of our copy of the bytes.
    Intake IntakeState {
        Staged "STAGED" Start "the bytes and this row are durable; the source may be released";
        Held "HELD" Parked "not complete yet, such as a missing trailer; waits for more or for its deadline";
        Parsed "PARSED" Open "every interchange has its verdict and every message its place in the file";
        Closed "CLOSED" Open "all its messages have ended, all deliveries and acknowledgements are published";
        Archived "ARCHIVED" Ended "the bytes are in the archive";
        Quarantined "QUARANTINED" Refused "nothing can be made of the bytes without a person";
    }
}

states! {
    /// States of the duty to take the file away at its source.
    Release ReleaseState {
        Due "DUE" Start "the source still has the file, as far as we know";
        Released "RELEASED" Ended "the source has it no more";
        Failed "RELEASE_FAILED" Parked "the source did not let us; tried again, never taken in twice";
    }
}

states! {
    /// States of an interchange.
    Interchange InterchangeState {
        Split "SPLIT" Start "its messages are known and go their own ways";
        Closed "CLOSED" Ended "all its messages have ended and its acknowledgement is published";
        Rejected "REJECTED" Refused "its envelope is wrong; none of its messages is translated";
        Duplicate "DUPLICATE" Refused "it came before and was accepted; none of its messages is translated";
        Quarantined "QUARANTINED" Refused "a person must decide, as when a control number comes with other bytes";
    }
}

states! {
    /// States of a message.
    Message MessageState {
        Split "SPLIT" Start "its place in the file is known; waits to be translated";
        Translated "TRANSLATED" Open "validated and mapped; its outputs are durable in the spool";
        Planned "PLANNED" Open "every output belongs to a planned delivery";
        Done "DONE" Ended "every delivery is published, or there was nothing to write";
        Held "HELD" Parked "waits for someone or something, such as an unknown code";
        Rejected "REJECTED" Refused "its syntax is refused and the partner is told";
        // Refused and not parked: a client is told that the kind is not taken as of any refusal, with his other messages;
        // and a stranger's file is archived, where a parked one would stay in the spool until somebody cares.
        Unrouted "UNROUTED" Refused "nobody here takes it: its sender is not known, or no flow takes its kind";
        Quarantined "QUARANTINED" Refused "its content is refused";
        Duplicate "DUPLICATE" Refused "it came before";
        Discarded "DISCARDED" Refused "a person put it aside";
    }
}

states! {
    /// States of a file that waits for outputs of several documents.
    Collection CollectionState {
        Open "OPEN" Start "it takes in outputs until its time is over or it is full";
        Closed "CLOSED" Open "its outputs are fixed; it waits to be planned";
        Held "HELD" Parked "its documents cannot be written as one message; a person decides";
        Planned "PLANNED" Ended "its outputs belong to a planned delivery";
        Discarded "DISCARDED" Refused "a person put all of its messages aside";
    }
}

states! {
    /// States of a delivery.
    Delivery DeliveryState {
        Planned "PLANNED" Start "bytes, hash, numbers and name are fixed; nothing of it can be seen at the target";
        Publishing "PUBLISHING" Open "the temporary file is durable; the rename may have happened";
        Published "PUBLISHED" Ended "it was seen, or must have been seen, under its final name";
        Acked "ACKED" Ended "the partner's verdict on it came in: accepted or refused, in all or in part";
        Quarantined "QUARANTINED" Refused "it cannot be published as planned, as when the name is taken";
        UnknownOutcome "UNKNOWN_OUTCOME" Refused "nobody can tell whether it arrived; a person or a probe decides";
    }
}

/// A state of any entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Of an intake.
    Intake(IntakeState),
    /// Of a release duty.
    Release(ReleaseState),
    /// Of an interchange.
    Interchange(InterchangeState),
    /// Of a message.
    Message(MessageState),
    /// Of a collection.
    Collection(CollectionState),
    /// Of a delivery.
    Delivery(DeliveryState),
}

impl State {
    /// Whose state it is.
    pub const fn entity(self) -> Entity {
        match self {
            State::Intake(_) => Entity::Intake,
            State::Release(_) => Entity::Release,
            State::Interchange(_) => Entity::Interchange,
            State::Message(_) => Entity::Message,
            State::Collection(_) => Entity::Collection,
            State::Delivery(_) => Entity::Delivery,
        }
    }

    /// The word shown and stored.
    pub const fn word(self) -> &'static str {
        match self {
            State::Intake(state) => state.word(),
            State::Release(state) => state.word(),
            State::Interchange(state) => state.word(),
            State::Message(state) => state.word(),
            State::Collection(state) => state.word(),
            State::Delivery(state) => state.word(),
        }
    }

    /// What kind of a state it is.
    pub const fn standing(self) -> Standing {
        match self {
            State::Intake(state) => state.standing(),
            State::Release(state) => state.standing(),
            State::Interchange(state) => state.standing(),
            State::Message(state) => state.standing(),
            State::Collection(state) => state.standing(),
            State::Delivery(state) => state.standing(),
        }
    }

    /// What it means, for the documentation.
    pub const fn meaning(self) -> &'static str {
        match self {
            State::Intake(state) => state.meaning(),
            State::Release(state) => state.meaning(),
            State::Interchange(state) => state.meaning(),
            State::Message(state) => state.meaning(),
            State::Collection(state) => state.meaning(),
            State::Delivery(state) => state.meaning(),
        }
    }

    /// The state of `entity` stored as `word`.
    pub fn from_word(entity: Entity, word: &str) -> Option<Self> {
        State::all(entity).into_iter().find(|state| state.word() == word)
    }

    /// Every state of `entity`, in the order of this file.
    pub fn all(entity: Entity) -> Vec<State> {
        fn widen<S: Copy + Into<State>>(states: &[S]) -> Vec<State> {
            states.iter().map(|&state| state.into()).collect()
        }
        match entity {
            Entity::Intake => widen(IntakeState::ALL),
            Entity::Release => widen(ReleaseState::ALL),
            Entity::Interchange => widen(InterchangeState::ALL),
            Entity::Message => widen(MessageState::ALL),
            Entity::Collection => widen(CollectionState::ALL),
            Entity::Delivery => widen(DeliveryState::ALL),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One row of the transition table: from any of `from` to `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What happened, in a word or two; unique for the entity.
    pub name: &'static str,
    /// The states it starts from; all of one entity.
    pub from: &'static [State],
    /// The state it leads to, of the same entity.
    pub to: State,
    /// Why it exists.
    pub why: &'static str,
}

impl Step {
    /// Whose step it is.
    pub const fn entity(&self) -> Entity {
        self.to.entity()
    }

    /// Whether it may start from `state`.
    pub fn starts_from(&self, state: State) -> bool {
        self.from.contains(&state)
    }
}

macro_rules! steps {
    ($($constant:ident $entity:ident::$state:ident $name:literal [$($from:ident)*] $to:ident $why:literal;)*) => {
        $(#[doc = $why]
        pub const $constant: Step = Step {
            name: $name,
            from: &[$(State::$entity($state::$from)),*],
            to: State::$entity($state::$to),
            why: $why,
        };)*

        /// Every step, in the order of this file.
        pub const TRANSITIONS: &[Step] = &[$($constant),*];
    };
}

steps! {
    INTAKE_PARSED Intake::IntakeState "parsed" [Staged] Parsed
        "The index pass saw the whole file, and every interchange has a verdict.";
    INTAKE_HELD Intake::IntakeState "held" [Staged] Held
        "The file ends before its trailer.";
    INTAKE_RESUMED Intake::IntakeState "resumed" [Held] Staged
        "More is known about it now.";
    INTAKE_CLOSED Intake::IntakeState "closed" [Parsed] Closed
        "Nothing is left to do for any of its messages.";
    INTAKE_ARCHIVED Intake::IntakeState "archived" [Closed] Archived
        "Its bytes were moved to the archive.";
    INTAKE_QUARANTINED Intake::IntakeState "quarantined" [Staged Held Parsed] Quarantined
        "Its bytes cannot be read as what they should be, or did not become complete in time.";
    INTAKE_RETRIED Intake::IntakeState "retried" [Quarantined] Staged
        "A person has it read again; only where nothing of it was split yet.";
    INTAKE_REOPENED Intake::IntakeState "reopened" [Closed Archived Quarantined] Parsed
        "A person retries one of its messages.";

    RELEASE_DONE Release::ReleaseState "released" [Due Failed] Released
        "The file was moved or removed at the source, or was gone already.";
    RELEASE_FAILED Release::ReleaseState "release failed" [Due Failed] Failed
        "The source did not let us remove it; the attempts are counted.";
    RELEASE_DUE_AGAIN Release::ReleaseState "reappeared" [Released] Due
        "The same file is there again: a power cut undid the removal.";

    INTERCHANGE_CLOSED Interchange::InterchangeState "closed" [Split] Closed
        "Its intake closes.";
    INTERCHANGE_REJECTED Interchange::InterchangeState "rejected" [Split] Rejected
        "Its envelope breaks the standard.";
    INTERCHANGE_DUPLICATE Interchange::InterchangeState "duplicate" [Split] Duplicate
        "The same interchange was accepted before.";
    INTERCHANGE_QUARANTINED Interchange::InterchangeState "quarantined" [Split] Quarantined
        "Processing it could do harm; a person decides.";
    INTERCHANGE_REOPENED Interchange::InterchangeState "reopened" [Closed Rejected Quarantined Duplicate] Split
        "A person retries one of its messages.";

    MESSAGE_TRANSLATED Message::MessageState "translated" [Split] Translated
        "Its outputs are durable in the spool.";
    MESSAGE_FINISHED Message::MessageState "finished" [Split] Done
        "It was taken note of and nothing is to be written, as for an acknowledgement that came in.";
    MESSAGE_PLANNED Message::MessageState "planned" [Translated] Planned
        "The last of its outputs was planned.";
    MESSAGE_DELIVERED Message::MessageState "delivered" [Planned] Done
        "The last of its deliveries was published.";
    MESSAGE_HELD Message::MessageState "held" [Split] Held
        "Something it needs is missing and may still come.";
    MESSAGE_REJECTED Message::MessageState "rejected" [Split] Rejected
        "Its syntax breaks the guide, or its envelope is refused.";
    MESSAGE_UNROUTED Message::MessageState "unrouted" [Split] Unrouted
        "No partner file has its sender, or none has a flow for its kind.";
    MESSAGE_QUARANTINED Message::MessageState "quarantined" [Split] Quarantined
        "Its content is refused, it stopped the gateway too often, or its interchange is quarantined.";
    MESSAGE_DUPLICATE Message::MessageState "duplicate" [Split] Duplicate
        "It was processed before.";
    MESSAGE_RETRIED Message::MessageState "retried" [Held Quarantined Rejected Duplicate Unrouted] Split
        "Someone or something has it translated again.";
    MESSAGE_NOT_GATHERED Message::MessageState "not gathered" [Translated] Held
        "It cannot become one message with those it was gathered with.";
    MESSAGE_GATHERED_AGAIN Message::MessageState "gathered again" [Held] Translated
        "A person has those it was gathered with written again.";
    MESSAGE_DISCARDED Message::MessageState "discarded" [Held Quarantined Unrouted] Discarded
        "A person decided that it will never be translated.";

    COLLECTION_CLOSED Collection::CollectionState "closed" [Open] Closed
        "Its time is over, it is full, or `run --once` comes to its end.";
    COLLECTION_PLANNED Collection::CollectionState "planned" [Closed] Planned
        "All of its outputs were planned as one delivery.";
    COLLECTION_HELD Collection::CollectionState "held" [Closed] Held
        "What its documents have in common is not the same in all, or the map that writes them holds it.";
    COLLECTION_RETRIED Collection::CollectionState "retried" [Held] Closed
        "A person retries one of its messages.";
    COLLECTION_DISCARDED Collection::CollectionState "discarded" [Open Closed Held] Discarded
        "A person put the last of its messages aside.";

    DELIVERY_PUBLISHING Delivery::DeliveryState "publishing" [Planned] Publishing
        "The temporary file is durable at the target; from here on the rename may have happened.";
    DELIVERY_PUBLISHED Delivery::DeliveryState "published" [Publishing UnknownOutcome] Published
        "It is there under its final name, or a consumer took it already.";
    DELIVERY_ACKED Delivery::DeliveryState "acked" [Published] Acked
        "An acknowledgement of it came in that says what became of its content.";
    DELIVERY_QUARANTINED Delivery::DeliveryState "quarantined" [Planned Publishing] Quarantined
        "The final name is taken by other bytes, or the receiver refuses it for good.";
    DELIVERY_UNKNOWN Delivery::DeliveryState "outcome unknown" [Publishing] UnknownOutcome
        "The connection broke where sending again could duplicate it.";
    DELIVERY_AGAIN Delivery::DeliveryState "deliver again" [Quarantined UnknownOutcome] Planned
        "A person sends the same bytes with the same numbers again.";
}

/// The step that leads from `from` to `to`, if one is listed. States of two entities have none.
pub fn find_step(from: State, to: State) -> Option<&'static Step> {
    TRANSITIONS.iter().find(|step| step.to == to && step.starts_from(from))
}

/// Whether going from `from` to `to` is listed.
pub fn is_allowed(from: State, to: State) -> bool {
    find_step(from, to).is_some()
}

/// The page `docs/states.md`.
pub fn states_page() -> String {
    let mut page = String::from(
        "# States\n\nGenerated from `src/exchange/states.rs`; `UPDATE_EXPECT=1 cargo test states` writes it anew.\n\
         A step that is not listed cannot be written to the ledger. States in *italics* carry a reason.\n",
    );
    for &entity in Entity::ALL {
        page += &format!("\n## {entity}\n\n| state | standing | meaning |\n|---|---|---|\n");
        for state in State::all(entity) {
            let mark = if state.standing().needs_reason() { "*" } else { "" };
            let standing = format!("{:?}", state.standing()).to_lowercase();
            page += &format!("| {mark}{state}{mark} | {standing} | {} |\n", state.meaning());
        }
        page += "\n| step | from | to | why |\n|---|---|---|---|\n";
        for step in TRANSITIONS.iter().filter(|step| step.entity() == entity) {
            let from: Vec<_> = step.from.iter().map(|state| state.word()).collect();
            page += &format!("| {} | {} | {} | {} |\n", step.name, from.join(", "), step.to, step.why);
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_stays_in_its_entity_and_pairs_are_listed_once() {
        for (i, step) in TRANSITIONS.iter().enumerate() {
            assert!(step.from.iter().all(|from| from.entity() == step.entity()), "{}", step.name);
            for other in &TRANSITIONS[i + 1..] {
                assert!(other.entity() != step.entity() || other.name != step.name, "{}", step.name);
                assert!(other.to != step.to || !other.from.iter().any(|&from| step.starts_from(from)));
            }
        }
    }

    #[test]
    fn every_state_is_reached_and_can_be_read_back() {
        for &entity in Entity::ALL {
            let states = State::all(entity);
            let starts = states.iter().filter(|state| state.standing() == Standing::Start).count();
            assert_eq!(starts, 1, "{entity}");
            for state in states {
                assert_eq!(State::from_word(entity, state.word()), Some(state));
                let reached = TRANSITIONS.iter().any(|step| step.to == state);
                assert!(reached || state.standing() == Standing::Start, "{entity} {state}");
                let left = TRANSITIONS.iter().any(|step| step.starts_from(state));
                assert!(left || state.standing().is_ended(), "{entity} {state} is stuck");
            }
        }
    }

    #[test]
    fn states_page_is_up_to_date() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/states.md");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, states_page()).expect("docs/ can be written");
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(stored, states_page(), "docs/states.md is stale: run with UPDATE_EXPECT=1");
    }
}
