//! How files and messages are called: `m12` is message 12, `f3` is file 3.

use crate::ledger::{IntakeId, MessageId};
use std::fmt;
use std::str::FromStr;

/// A file or a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Id {
    /// `m12`
    Message(MessageId),
    /// `f3`
    File(IntakeId),
}

impl FromStr for Id {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str| digits.parse::<i64>().ok().filter(|number| *number > 0);
        let (kind, digits) = text.split_at_checked(1).unwrap_or((text, ""));
        match (kind, number(digits)) {
            ("m" | "M", Some(number)) => Ok(Id::Message(MessageId(number))),
            ("f" | "F", Some(number)) => Ok(Id::File(IntakeId(number))),
            _ if number(text).is_some() => Err(format!(
                "write m{text} for the message or f{text} for the file, as `crossdock messages` lists them"
            )),
            _ => Err("write the id as `crossdock messages` lists it, such as m12 or f3".into()),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Id::Message(id) => write!(f, "m{id}"),
            Id::File(id) => write!(f, "f{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_as_they_are_shown() {
        for text in ["m1", "f12"] {
            assert_eq!(text.parse::<Id>().map(|id| id.to_string()).as_deref(), Ok(text));
        }
        assert_eq!("M7".parse(), Ok(Id::Message(MessageId(7))));
        for wrong in ["", "7", "m", "m0", "x7", "m-1", "m1.5", "é"] {
            assert!(wrong.parse::<Id>().is_err(), "{wrong}");
        }
    }
}
