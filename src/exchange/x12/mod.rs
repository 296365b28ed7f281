//! How X12 answers: a 997 or 999 for each group, a TA1 for an interchange that is refused as a whole.

mod functional_acknowledgement;
mod interchange_acknowledgement;
mod reply;
mod told;
mod verdicts;
mod words;

pub use functional_acknowledgement::FunctionalAcknowledgement;
pub use interchange_acknowledgement::InterchangeAcknowledgement;
pub use told::{Form, INTERCHANGE_NOTES, InterchangeNote, Told, told, told_in};
pub use verdicts::{GroupVerdict, InterchangeVerdict, MessageVerdict};

use super::acknowledge::AcknowledgedInterchange;
use super::answering::{Answer, Answering, Each, Receipt, Wanted};
use super::message::Part;
use super::reply::Reply;
use crate::formats::InterchangeRow;
use crate::formats::Layout;
use crate::formats::x12::{DELIMITERS, header_findings};
use crate::guide::Guide;
use crate::tree::View;

/// Functional identifier of groups of acknowledgements.
const ANSWERS: &str = "FA";
/// What answers, by its own name.
const ANSWER_KINDS: [&str; 3] = ["997", "999", ENVELOPE_ANSWER];
/// What answers an interchange as a whole.
const ENVELOPE_ANSWER: &str = "TA1";

/// The first thing that is wrong with the elements of ISA, none of which keeps what is in the interchange from being read.
fn noted(header: &InterchangeRow) -> Option<InterchangeNote> {
    let elements = header_findings(&header.head).into_iter().filter_map(|finding| finding.place);
    elements.filter_map(|place| InterchangeNote::of_element(place.element)).next()
}

/// The syntax.
pub struct X12;

impl Answering for X12 {
    fn format(&self) -> &'static str {
        "x12"
    }

    /// X12.20 forbids an answer to an answer.
    fn is_answer(&self, functional_id: &str, kind: &str) -> bool {
        functional_id.trim() == ANSWERS || ANSWER_KINDS.contains(&kind)
    }

    fn answers_envelopes(&self) -> bool {
        true
    }

    fn refusal(&self, code: &str) -> Option<&'static str> {
        InterchangeNote::of(code).map(InterchangeNote::code)
    }

    fn answer<'a>(
        &self,
        received: &'a AcknowledgedInterchange,
        wanted: Wanted,
        layout: &'a dyn Layout,
    ) -> Result<Answer<'a>, String> {
        let header = received.header();
        let (verdict, note) = match received.refusal() {
            None => match noted(header) {
                Some(note) => (InterchangeVerdict::AcceptedWithErrors, note),
                None => (InterchangeVerdict::Accepted, InterchangeNote::NoError),
            },
            Some(refusal) => {
                let note = InterchangeNote::of(refusal).unwrap_or(InterchangeNote::StructureInvalid);
                (InterchangeVerdict::Rejected, note)
            }
        };
        let acknowledgement = InterchangeAcknowledgement::new(header, verdict, note);
        let delimiters = DELIMITERS.with(layout.guide()).unwrap_or(DELIMITERS);
        if received.refusal().is_some() || layout.guide().setting("set") == ENVELOPE_ANSWER {
            let acknowledgement = acknowledgement.ok_or("a TA1 cannot name it")?;
            let version = header.version.clone();
            let write =
                move |envelope: &_, out: &mut _| acknowledgement.write(envelope, &version, &delimiters, out);
            return Ok(Answer::Interchange { word: ENVELOPE_ANSWER, write: Box::new(write) });
        }
        let is_wanted = match wanted.receipt {
            Receipt::Refused => false,
            Receipt::Requested => header.wants_acknowledgement,
            Receipt::Always => true,
        };
        // What cannot be named is not answered as a whole, and its messages are all the same.
        let between = acknowledgement.filter(|_| is_wanted).map(|said| said.segment(&delimiters));
        let writer = Box::new(FunctionalAcknowledgement::new(layout)?);
        Ok(Answer::Messages { each: Each::Group, writer, between: between.unwrap_or_default() })
    }

    fn read(&self, kind: &str, guide: &Guide, view: View<'_>) -> Result<Vec<Reply>, String> {
        let message = Part::message(guide, view).ok_or("there is nothing in it")?;
        let reply = if kind == ENVELOPE_ANSWER { reply::interchange(message) } else { reply::group(message) };
        reply.map(|reply| vec![reply])
    }
}
