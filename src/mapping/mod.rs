//! L2: what maps mean: layers, names, types, and the plan that runs. Names no format.

mod alike;
mod blocks;
mod build;
mod compile;
mod constants;
pub mod coverage;
mod evaluate;
mod expression;
mod fields;
pub mod flow;
mod foreseen;
pub mod functions;
mod layers;
mod lookups;
mod mentions;
mod names;
mod opened;
mod order;
mod overlap;
mod paths;
pub mod plan;
pub mod run;
mod slots;
mod split;
pub mod tables;
pub mod trace;
mod turns;
mod two_way;
mod values;

pub use compile::{Guides, MapSources, compile, flatten, parameters, share};
pub use plan::{Constant, Plan, SideName};
pub use run::{Earlier, Facts, Found, Lookups, Outcome, Runner};
pub use split::Part;
