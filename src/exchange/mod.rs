//! L3: the policy of envelopes, as pure functions over facts: states and their transitions, identities, control
//! numbers, duplicates, and acknowledgements both ways.

pub mod acknowledge;
pub mod advice;
pub mod answering;
pub mod duplicates;
pub mod edifact;
pub mod identities;
pub mod message;
pub mod numbers;
pub mod repeats;
pub mod reply;
pub mod sequence;
pub mod states;
#[cfg(test)]
mod unanswered;
pub mod x12;
