//! Expressions of a plan that need more than the message: what is known of it, the client's items, and what lines before
//! this one gave.

use super::{Expr, Pick};
use crate::tree::PlaceId;
use crate::tree::value::ValueKind;

/// What is known of a message besides what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meta {
    /// A short text that names the message: control numbers, or else the file and the number in it.
    SourceRef,
    /// When its file came in.
    ReceivedAt,
    /// Who sent it.
    Sender,
    /// The file it came in.
    FileName,
    /// Its control number.
    ControlNumber,
}

impl Meta {
    const ALL: [(&str, Meta); 5] = [
        ("source_ref", Meta::SourceRef),
        ("received_at", Meta::ReceivedAt),
        ("sender", Meta::Sender),
        ("file_name", Meta::FileName),
        ("control_no", Meta::ControlNumber),
    ];

    /// By the name that maps use.
    pub fn named(name: &str) -> Option<Meta> {
        Meta::ALL.iter().find(|(known, _)| *known == name).map(|(_, meta)| *meta)
    }

    /// The names, for people.
    pub fn names() -> String {
        let names: Vec<String> = Meta::ALL.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        format!("one of {}, written out", names.join(", "))
    }

    /// The kind of its value.
    pub fn kind(self) -> ValueKind {
        if self == Meta::ReceivedAt { ValueKind::Instant } else { ValueKind::Text }
    }
}

/// What is asked about the place of a record in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Its number, from 1.
    Index,
    /// Whether it is the first.
    First,
    /// Whether it is the last.
    Last,
}

/// `running_sum(x, key)`
#[derive(Debug)]
pub struct RunningSum {
    /// Its number among the counters.
    pub counter: usize,
    /// What is added up.
    pub value: Expr,
    /// By what, if not all together.
    pub key: Option<Expr>,
}

/// `convert_qty(qty, from, to, sku)`
#[derive(Debug)]
pub struct Conversion {
    /// The quantity.
    pub qty: Expr,
    /// Its unit.
    pub from: Expr,
    /// The unit wanted.
    pub to: Expr,
    /// The item.
    pub item: Pick,
    /// Place of the item's base unit.
    pub base: PlaceId,
    /// Place of the item's packagings.
    pub packaging: PlaceId,
    /// Place of a packaging's unit.
    pub unit: PlaceId,
    /// Place of the number of base units in one.
    pub size: PlaceId,
    /// The line.
    pub rule: u32,
}
