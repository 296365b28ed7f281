//! What people ask about files, beside their messages.

use super::{Event, Finding, Intake, Interchange, MessageLine, Reason};
use crate::exchange::states::{InterchangeState, State};
use crate::ledger::ids::IntakeId;

/// Which files to list. An empty filter lists all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFilter {
    /// Only where the file, or an interchange of it, is in a state of this word, such as `QUARANTINED`.
    pub state: Option<String>,
    /// Only of endpoints that belong to this client.
    pub client: Option<String>,
    /// Only those before this one, to go on where an earlier list ended.
    pub before: Option<IntakeId>,
    /// At most so many.
    pub limit: usize,
}

/// A line of a table of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// The file.
    pub intake: Intake,
    /// Its first interchange that ended otherwise than it should, with why.
    pub refused: Option<(InterchangeState, Option<Reason>)>,
}

impl FileLine {
    /// The state that says most: of the file, unless it went its way and an interchange in it did not.
    pub fn state(&self) -> State {
        match &self.refused {
            Some((state, _)) if !self.intake.state.standing().needs_reason() => (*state).into(),
            _ => self.intake.state.into(),
        }
    }

    /// Why, for states that carry a reason.
    pub fn reason(&self) -> Option<&Reason> {
        match &self.refused {
            Some((_, why)) if !self.intake.state.standing().needs_reason() => why.as_ref(),
            _ => self.intake.reason.as_ref(),
        }
    }
}

/// All that is known about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStory {
    /// The file in one line.
    pub line: FileLine,
    /// Its interchanges, in order.
    pub interchanges: Vec<Interchange>,
    /// Findings about the file and its envelopes.
    pub findings: Vec<Finding>,
    /// Its messages in order of their ids, the first hundred; none before the whole file was indexed.
    pub messages: Vec<MessageLine>,
    /// How many messages there are.
    pub message_count: u64,
    /// Every transition of the file and its interchanges, oldest first.
    pub history: Vec<Event>,
}
