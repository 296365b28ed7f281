//! How a syntax answers what it carries: one entry in [`ANSWERINGS`] for each that does. What is asked of a syntax
//! outside of this layer is asked here.

use super::acknowledge::{AcknowledgedGroup, AcknowledgedInterchange, AcknowledgedMessage};
use super::reply::Reply;
use super::{edifact, x12};
use crate::diagnostics::Diagnostics;
use crate::formats::{Envelope, Layout};
use crate::guide::Guide;
use crate::tree::View;

/// How one syntax answers.
pub trait Answering: Sync {
    /// The format's id, such as `x12`.
    fn format(&self) -> &'static str;
    /// Whether messages of this kind, in groups of this functional identifier, are answers themselves. Either may be
    /// empty where it is not known; then the other decides.
    fn is_answer(&self, functional_id: &str, kind: &str) -> bool;
    /// Whether it can also say of an interchange that its envelope arrived whole, apart from what is in it.
    fn answers_envelopes(&self) -> bool;
    /// What the sender is told of an interchange that is refused as a whole for a finding with this code; `None` if
    /// nothing can be said of it.
    fn refusal(&self, code: &str) -> Option<&'static str>;
    /// The answer to an interchange, by the guide of `layout`.
    ///
    /// # Errors
    /// Why there is nothing to say, or why it cannot be said; for people.
    fn answer<'a>(
        &self,
        received: &'a AcknowledgedInterchange,
        wanted: Wanted,
        layout: &'a dyn Layout,
    ) -> Result<Answer<'a>, String>;
    /// What an answer of a partner says, one reply for each interchange or group of ours. `kind` is the message's type,
    /// `view` the message as it was read by `guide`, without anything refused in it.
    ///
    /// # Errors
    /// Why nothing can be made of it; for people.
    fn read(&self, kind: &str, guide: &Guide, view: View<'_>) -> Result<Vec<Reply>, String>;
}

/// Every syntax that answers, sorted by format.
pub static ANSWERINGS: &[&dyn Answering] = &[&edifact::Edifact, &x12::X12];

/// How this format answers; `None` for those without answers, such as flat files.
pub fn answering(format: &str) -> Option<&'static dyn Answering> {
    ANSWERINGS.iter().copied().find(|answering| answering.format() == format)
}

/// Whether a message is an answer itself, and so never answered and never translated.
pub fn is_answer(format: &str, functional_id: &str, kind: &str) -> bool {
    answering(format).is_some_and(|answering| answering.is_answer(functional_id, kind))
}

/// Writes an interchange whose envelope is known.
pub type WholeInterchange = Box<dyn Fn(&Envelope, &mut Vec<u8>)>;

/// An answer, ready to be written.
pub enum Answer<'a> {
    /// Messages, whose bodies are written group by group and message by message; the layout they are made with surrounds
    /// them.
    Messages {
        /// What one of them answers.
        each: Each,
        /// Writes their bodies.
        writer: Box<dyn AnswerWriter + 'a>,
        /// What is said of the interchange as a whole, for [`Envelope::between`]; empty if nothing is.
        between: Vec<u8>,
    },
    /// What is no message and makes up an interchange of its own.
    Interchange {
        /// What it is called, such as `TA1`.
        word: &'static str,
        /// Writes all of it.
        write: WholeInterchange,
    },
}

/// What a partner wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// How much.
    pub detail: Detail,
    /// When an interchange is answered as a whole, where that is an answer of its own (TA1).
    pub receipt: Receipt,
}

/// When an interchange is answered as a whole, beside what is said of its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Receipt {
    /// When it is refused as a whole.
    #[default]
    Refused,
    /// When its sender asks for it, too.
    Requested,
    /// Always.
    Always,
}

/// How much a partner wants to be told, where the syntax leaves it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// What is refused.
    #[default]
    Refused,
    /// Every message.
    All,
    /// Only that the interchange came in.
    Receipt,
}

/// What one message of an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Each {
    /// One group.
    Group,
    /// The whole interchange.
    Interchange,
}

/// Writes bodies of an answer, in pieces: nothing of what is answered is held, for there may be more than fits into
/// memory. The order is `begin`, then for each group `begin_group`, its messages and `end_group`, then `end`.
///
/// What the guide does not allow goes to the findings: the answer must then not be sent, and what was written is of no
/// use.
pub trait AnswerWriter {
    /// Before the first group. Writes nothing where each group has a message of its own.
    fn begin(&mut self, _out: &mut Vec<u8>, _findings: &mut Diagnostics) {}
    /// A group begins. Says whether it is answered; if not, its messages are left out.
    fn begin_group(
        &mut self,
        group: AcknowledgedGroup,
        out: &mut Vec<u8>,
        findings: &mut Diagnostics,
    ) -> bool;
    /// The next message of the group. One that is an answer itself is passed over.
    fn message(&mut self, message: &AcknowledgedMessage, out: &mut Vec<u8>, findings: &mut Diagnostics);
    /// The group ends.
    fn end_group(&mut self, out: &mut Vec<u8>, findings: &mut Diagnostics);
    /// After the last group.
    fn end(&mut self, _out: &mut Vec<u8>, _findings: &mut Diagnostics) {}
}
