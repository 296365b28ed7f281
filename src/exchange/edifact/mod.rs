//! How EDIFACT answers: one CONTRL for each interchange.

mod contrl;
mod reply;
mod told;
mod words;

pub use contrl::Contrl;
pub use told::{Told, told};

use super::acknowledge::AcknowledgedInterchange;
use super::answering::{Answer, Answering, Each, Wanted};
use super::message::Part;
use super::reply::Reply;
use crate::formats::Layout;
use crate::guide::Guide;
use crate::tree::View;

/// What answers, by its own name.
const ANSWER: &str = "CONTRL";

/// The syntax.
pub struct Edifact;

impl Answering for Edifact {
    fn format(&self) -> &'static str {
        "edifact"
    }

    fn is_answer(&self, functional_id: &str, kind: &str) -> bool {
        functional_id == ANSWER || kind == ANSWER
    }

    fn answers_envelopes(&self) -> bool {
        false
    }

    fn refusal(&self, code: &str) -> Option<&'static str> {
        match told(code) {
            Some(Told::Interchange(code, _)) => Some(code),
            _ => None,
        }
    }

    fn answer<'a>(
        &self,
        received: &'a AcknowledgedInterchange,
        wanted: Wanted,
        layout: &'a dyn Layout,
    ) -> Result<Answer<'a>, String> {
        let writer = Box::new(Contrl::new(received, wanted.detail, layout)?);
        Ok(Answer::Messages { each: Each::Interchange, writer, between: Vec::new() })
    }

    fn read(&self, _kind: &str, guide: &Guide, view: View<'_>) -> Result<Vec<Reply>, String> {
        let message = Part::message(guide, view).ok_or("there is nothing in it")?;
        reply::interchange(message).map(|reply| vec![reply])
    }
}
