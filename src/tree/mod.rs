//! L1: one data structure for messages of every format and for canonical documents: what may be there
//! ([`shape::Shape`]), what is there ([`arena::Tree`]) and how a leaf's text is understood ([`value`]).

pub mod arena;
pub mod json;
pub mod mask;
pub mod shape;
mod shown;
pub mod value;

pub use arena::{Node, NodeId, Tree, View};
pub use shape::{Place, PlaceId, PlaceKind, Shape};
pub use shown::shown;
pub use value::{LeafType, Value};
