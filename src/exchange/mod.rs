//! L3: the policy of envelopes, as pure functions over facts: states and their transitions.

pub mod states;
