//! L0: the vocabulary every layer shares. Nothing here touches the outside world but [`files::Disk`],
//! [`clock::SystemClock`] and [`random::SystemRandom`], which the faces hand down as arguments.

pub mod clock;
pub mod decimal;
pub mod files;
pub mod hash;
pub mod identifiers;
pub mod in_flight;
pub mod limits;
pub mod random;
pub mod secret;
pub mod shared;
pub mod span;
pub mod word;
