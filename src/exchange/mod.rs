//! L3: the policy of envelopes, as pure functions over facts: states and their transitions, identities, control
//! numbers, duplicates and acknowledgements.

pub mod acknowledge;
pub mod duplicates;
pub mod functional_acknowledgement;
pub mod identities;
pub mod interchange_acknowledgement;
pub mod numbers;
pub mod states;
pub mod told;
