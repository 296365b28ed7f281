//! A finding as a row: no words, only what they are made of.

use crate::base::clock::Timestamp;
use crate::base::span::Sources;
use crate::diagnostics::{CodeInfo, Diagnostic, Place, Severity, codes};
use crate::ledger::ids::{CollectionId, DeliveryId, IntakeId, InterchangeId, MessageId};

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingOwner {
    /// The file as a whole.
    Intake(IntakeId),
    /// The envelope.
    Interchange(InterchangeId),
    /// A message.
    Message(MessageId),
    /// Documents that were to become one message.
    Collection(CollectionId),
    /// A file that left.
    Delivery(DeliveryId),
}

/// A waiver of a partner file that was of use, by what the findings say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tolerated {
    /// The client; empty if none was known.
    pub client: String,
    /// What is tolerated, for people.
    pub what: String,
    /// The last day of it.
    pub until: String,
    /// Why, for people, as it was said last.
    pub reason: String,
    /// In how many messages something was tolerated.
    pub messages: u64,
    /// How often, in all of them.
    pub faults: u64,
    /// In how many messages it was found after its day.
    pub messages_after: u64,
    /// The last message of all of them.
    pub last: MessageId,
    /// When that came in.
    pub last_at: Timestamp,
}

/// A finding as it is stored: worded when it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The code.
    pub code: String,
    /// What it does.
    pub severity: Severity,
    /// Where in the message.
    pub place: Option<Place>,
    /// Values for the templates, by name, raw.
    pub arguments: Vec<(String, String)>,
    /// Path of the file to edit, relative to the workspace, and 1-based line.
    pub map: Option<(String, u32)>,
    /// An action that replaces the code's general one.
    pub help: Option<String>,
}

impl Finding {
    /// The row of a finding; the caret's place in `sources` becomes the file and line.
    pub fn of(diagnostic: &Diagnostic, sources: &Sources) -> Self {
        Finding {
            code: diagnostic.code.text().to_owned(),
            severity: diagnostic.severity,
            place: diagnostic.place.clone(),
            arguments: diagnostic
                .arguments
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            map: diagnostic.labels.first().map(|label| sources.path_line(label.span)),
            help: diagnostic.help.clone(),
        }
    }

    /// The finding again, without labels; `None` if this program does not know the code. Arguments that no
    /// template of the code names are left out.
    pub fn to_diagnostic(&self) -> Option<Diagnostic> {
        let info = codes::find(&self.code)?;
        let mut diagnostic = Diagnostic::new(info.code).severity(self.severity);
        for (name, value) in &self.arguments {
            if let Some(name) = argument_name(info, name) {
                diagnostic = diagnostic.with(name, value.as_str());
            }
        }
        diagnostic.place = self.place.clone();
        diagnostic.help = self.help.clone();
        Some(diagnostic)
    }
}

/// `name` as the templates of the code have it, which live as long as the program.
fn argument_name(info: &CodeInfo, name: &str) -> Option<&'static str> {
    const OWN_CODE: &str = "check";
    if name == OWN_CODE {
        return Some(OWN_CODE);
    }
    [info.title, info.help].into_iter().find_map(|template: &'static str| {
        template.match_indices('{').find_map(|(open, _)| {
            let found = template[open + 1..].split('}').next()?;
            (found == name).then_some(found)
        })
    })
}
