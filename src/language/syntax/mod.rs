//! The syntax tree: what stands in a file, with the place of every word. One type per construct of
//! `docs/mapping/grammar.md`.

mod expressions;
mod flows;
mod guides;
mod maps;
mod shapes;

pub use expressions::*;
pub use flows::*;
pub use guides::*;
pub use maps::*;
pub use shapes::*;

use crate::base::span::Span;

/// A word with its place. Backquotes are already off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A string with its place. Quotes are off and doubled quotes are single.
pub type Text = Word;

/// `house/940-order@7`: a document and, where pinned, its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentReference {
    /// The name, such as `house/940-order`.
    pub name: String,
    /// The pinned version.
    pub version: Option<u32>,
    /// Where it stands.
    pub span: Span,
}

/// One document of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// `shape …` or `record …`.
    Shape(ShapeDocument),
    /// `dictionary …`.
    Dictionary(DictionaryDocument),
    /// `guide …`.
    Guide(GuideDocument),
    /// `map …`.
    Map(MapDocument),
    /// `fragment …`.
    Fragment(FragmentDocument),
    /// `flow …`.
    Flow(FlowDocument),
}
