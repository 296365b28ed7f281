//! The manual in `docs/mapping`: pages with examples that are compiled and run, and pages that are transcripts.
#![allow(dead_code, clippy::unwrap_used)]

pub mod example;
pub mod flat;
pub mod page;
pub mod run;
pub mod settings;
pub mod transcript;
pub mod world;
