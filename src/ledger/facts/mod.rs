//! What callers tell the ledger and what it tells them: plain structs, no behaviour but their own wording.

mod acknowledgement;
mod delivery;
mod file;
mod finding;
mod index;
mod intake;
mod outcome;
mod reply;
mod report;

pub use acknowledgement::*;
pub use delivery::*;
pub use file::*;
pub use finding::*;
pub use index::*;
pub use intake::*;
pub use outcome::*;
pub use reply::*;
pub use report::*;
