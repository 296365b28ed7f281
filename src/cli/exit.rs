//! Exit statuses: part of the interface, for scripts.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All is well; warnings at most.
    Fine = 0,
    /// Findings in the user's data: mapping files, messages, settings.
    Findings = 1,
    /// Called the wrong way: an unknown option, a file that is not there.
    Usage = 2,
    /// The machine failed: a disk, a database.
    Machine = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command could not be done, for [`Exit::Usage`] and [`Exit::Machine`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The exit status.
    pub exit: Exit,
    /// What is wrong, lower case, no full stop.
    pub text: String,
    /// One action that helps; may be empty.
    pub help: String,
}

impl Stop {
    /// Called the wrong way.
    pub fn usage(text: impl Into<String>, help: impl Into<String>) -> Self {
        Stop { exit: Exit::Usage, text: text.into(), help: help.into() }
    }

    /// The machine failed.
    pub fn machine(text: impl Into<String>) -> Self {
        Stop { exit: Exit::Machine, text: text.into(), help: String::new() }
    }

    /// A file of the user that could not be read: not there is wrong use, all else is the machine.
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        let path = path.display();
        match error.kind() {
            std::io::ErrorKind::NotFound => Stop::usage(
                format!("there is no file `{path}`"),
                "write the path as seen from the current folder",
            ),
            std::io::ErrorKind::InvalidData => Stop::usage(format!("`{path}` is {error}"), ""),
            _ => Stop::machine(format!("`{path}` could not be read: {error}")),
        }
    }
}

/// What a command answers.
pub type Answer = Result<Exit, Stop>;
