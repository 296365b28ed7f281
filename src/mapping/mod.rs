//! L2: what maps mean: layers, names, types, and the plan that runs. Names no format.

mod compile;

mod expression;
pub mod flow;
pub mod functions;
mod layers;
mod names;
pub mod plan;

pub mod tables;

pub use compile::{MapSources, compile};
pub use plan::{Plan, SideName};

