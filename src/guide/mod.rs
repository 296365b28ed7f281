//! L2: how a format is built, once, for both directions. A [`Guide`] is a base with its overlays applied: a shape,
//! the rules of each place, and the settings of its format. Names no format: what `syntax x12 …` means is decided in
//! `formats`.

mod build;
mod contradictions;
pub mod elements;
mod hierarchy;
pub mod moment;
mod narrow;
pub mod path;
pub mod records;
pub mod share;
mod types;
pub mod words;

use crate::base::shared::Shared;
use crate::base::span::Span;
use crate::language::syntax::{CaseLine, DictionaryDocument, GuideDocument};
use crate::tree::{PlaceId, Shape};
use std::collections::BTreeMap;
use std::sync::Arc;

pub use build::{compile, layers, unknown_document};
pub use hierarchy::Hierarchy;
pub use narrow::shorten;
pub use types::leaf_type;
pub use words::Words;

/// Every guide and dictionary document of a workspace, by name.
#[derive(Debug, Default)]
pub struct GuideSources<'a> {
    /// `guide …` documents.
    pub guides: BTreeMap<&'a str, &'a GuideDocument>,
    /// `dictionary …` documents.
    pub dictionaries: BTreeMap<&'a str, &'a DictionaryDocument>,
    /// What the codes of dictionaries mean, once for all guides that use them.
    pub words: words::WordPool,
    /// What is said of places, once for all guides.
    pub said: share::Said,
}

/// A compiled guide.
#[derive(Debug, Clone)]
pub struct Guide {
    /// Its name.
    pub name: String,
    /// Its version, 1 if none is written.
    pub version: u32,
    /// The format: `x12`, `csv`, …
    pub format: String,
    /// Where the format is named.
    pub format_span: Span,
    /// `release "004010"` and the like; later layers win.
    pub settings: BTreeMap<String, String>,
    /// How units are cut.
    pub unit: Unit,
    /// What may be there, which maps have in common with it.
    pub shape: Arc<Shape>,
    /// The rules of each place, parallel to the shape's places.
    pub rules: Vec<Shared<PlaceRules>>,
    /// Columns in file order, for guides with columns.
    pub columns: Vec<PlaceId>,
    /// Records with their fields by column, for guides with records; a record comes before those that belong to it.
    pub records: Vec<records::Record>,
    /// Of guides with elements: what stands around them, and their namespaces.
    pub elements: Option<elements::Elements>,
    /// Dates and times whose form a code beside them tells.
    pub moments: Vec<moment::Moment>,
    /// Segments that name the segment they belong to.
    pub hierarchy: Option<Hierarchy>,
    /// What codes mean, of each dictionary, for people; later ones win.
    pub words: Vec<Arc<Words>>,
    /// What to do with columns, elements and attributes the guide does not name.
    pub extra_columns: ExtraColumns,
    /// `case` lines of all layers: conditions across segments, compiled with the expressions of maps.
    pub cases: Vec<CaseLine>,
}

/// How a file falls into units that are translated one by one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Unit {
    /// The format's own message.
    #[default]
    Transaction,
    /// The whole file.
    File,
    /// Neighbouring rows with equal values in these columns.
    Group(Vec<PlaceId>),
    /// A record with all that belongs to it, named by these fields of it. Other records of the root stand before the
    /// first unit or after the last.
    Record(PlaceId, Vec<PlaceId>),
}

/// What happens with a column, element or attribute that no line of the guide names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExtraColumns {
    /// Flagged.
    #[default]
    Warn,
    /// Nothing.
    Ignore,
    /// The unit is refused.
    Reject,
}

/// What a guide says about one place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PlaceRules {
    /// The dictionary's element id or the column's name, for acknowledgements.
    pub element_id: Box<str>,
    /// The standard's loop id, for acknowledgements.
    pub loop_id: Box<str>,
    /// Shortest value.
    pub min_length: u32,
    /// Longest value; 0 is unbounded.
    pub max_length: u32,
    /// What characters the value may have.
    pub class: ValueClass,
    /// Allowed codes, sorted; empty is any.
    pub codes: Vec<Box<str>>,
    /// Conditions between the elements of a segment.
    pub relations: Vec<Relation>,
    /// `auto`: verified on reading, computed on writing.
    pub auto: bool,
    /// `not used`
    pub not_used: bool,
    /// A value that means "nothing".
    pub blank: Option<Box<str>>,
    /// What stands in numbers of a column where others have a point; none is the point.
    pub decimal_mark: Option<u8>,
    /// What always stands there, in guides with elements.
    pub constant: Option<Box<str>>,
    /// What of an element it is, in guides with elements.
    pub part: elements::Part,
    /// The line of the guide that said so last.
    pub span: Option<Span>,
}

/// The characters a value may have, by the type of its element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ValueClass {
    /// Anything printable.
    #[default]
    Any,
    /// Any bytes.
    Bytes,
    /// A number.
    Number,
    /// A day, with or without its time.
    Date,
    /// A time of day.
    Time,
}

/// A syntax note of a segment (X12 notation: P R E C L).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Relation {
    /// Which.
    pub kind: RelationKind,
    /// Element positions.
    pub positions: Vec<u16>,
}

/// The syntax notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RelationKind {
    /// P: all or none.
    Paired,
    /// R: at least one.
    Required,
    /// E: at most one.
    Exclusive,
    /// C: if the first, then all.
    Conditional,
    /// L: if the first, then at least one other.
    ListConditional,
}

impl Guide {
    /// The shape while the guide is built.
    fn shape_mut(&mut self) -> &mut Shape {
        Arc::make_mut(&mut self.shape)
    }

    /// The name of the element that is a message and all of its file, without its prefix; `None` if there are others around
    /// the messages, or no elements.
    pub fn outermost(&self) -> Option<&str> {
        match self.elements.as_ref()?.path.as_slice() {
            [only] => only.rsplit(':').next(),
            _ => None,
        }
    }

    /// A setting, or "" where there is none.
    pub fn setting(&self, name: &str) -> &str {
        self.settings.get(name).map_or("", String::as_str)
    }

    /// What a code means at a place, as far as the dictionary has words for it.
    pub fn word(&self, place: PlaceId, code: &str) -> Option<&str> {
        let element = &self.rules(place).element_id;
        self.words.iter().rev().find_map(|words| words.get(element)?.get(code)).map(|word| &**word)
    }

    /// The rules of a place.
    pub fn rules(&self, place: PlaceId) -> &PlaceRules {
        &self.rules[place.index()]
    }
}
