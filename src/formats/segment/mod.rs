//! What segment formats share: dialects, tokens, the structure matcher, reading and writing under a guide, and the
//! index pass over envelopes.

mod binary;
pub mod delimiters;
mod dialect;
mod fields;
mod findings;
mod index;
mod levels;
mod looks;
mod matcher;
mod numbers;
mod read;
mod relation;
mod service;
mod steps;
mod structure;
mod tags;
mod terminators;
mod tokenizer;
mod write;

pub use binary::Binary;
pub(crate) use binary::count_segments;
pub use dialect::{Coding, Delimiters, Dialect};
pub(crate) use fields::Fields;
pub(crate) use index::{Begin, Envelopes, FaultCodes, Head, SegmentIndexer, Tags};
pub(crate) use levels::LevelsState;
pub use matcher::{Matched, MatcherState};
pub(crate) use read::read;
pub(crate) use service::{Elements, Kind, Service, Value};
pub use structure::{Part, PartKind, RecordStructure, Slot, Structure};
pub use tags::Tag;
pub use tokenizer::{Mark, Token, Tokenizer};
pub(crate) use write::write_body;
