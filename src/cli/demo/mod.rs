//! The demo workspace: a client, a warehouse, and messages to watch.

pub mod lay_out;
