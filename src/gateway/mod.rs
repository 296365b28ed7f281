//! L4: the only place that joins formats, maps, exchange, transports and the ledger.

pub mod bundle;
pub mod settings;
