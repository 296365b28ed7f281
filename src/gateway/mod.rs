//! L4: the only place that joins formats, maps, exchange, transports and the ledger.
//!
//! [`Gateway`] is a synchronous engine: each [`Gateway::step`] does a bounded piece of work and leaves the ledger and the
//! files so that a process that dies anywhere goes on from there. What is in memory only costs time when it is lost.
//! [`service`] runs the engine on a thread.

pub mod bundle;
pub mod described;
pub mod documents;
pub mod fitting;
pub mod nearest;
pub mod service;
pub mod settings;
pub mod shelf;
pub mod waivers;

mod acknowledge;
mod advice;
mod advised;
mod answer_file;
mod answer_policy;
mod answers;
mod bundles;
mod close;
mod collect;
mod deliver;
mod endpoints;
mod engine;
mod framing;
mod gather;
mod guides;
mod index;
mod intake;
mod known;
mod message;
mod names;
mod operations;
mod parameters;
mod plan;
mod release;
mod repeats;
mod spool;
mod translate;
mod translation;
mod unrouted;
mod window;

pub use bundles::Activation;
pub use endpoints::transport_settings;
pub use engine::{Gateway, GatewayError, Machine, Progress, Waiting};
pub use framing::told;
pub use spool::stored_at;
