//! What formats share whose values are known by the names around them: XML and JSON. A format cuts a message into
//! [`Tokens`]; what they mean under a guide with elements, and what is wrong with them, is told here.

mod names;
mod places;
mod read;
mod tokens;

pub(super) use names::{NO_NAME, Name, Names, expanded};
pub(super) use places::{Places, Slot};
pub(super) use read::{LINE, Message, read};
pub(super) use tokens::{Kind, Text, Token, Tokens};

use crate::diagnostics::{Code, Diagnostic, Place, Severity};
use crate::formats::check::Check;
use crate::guide::Guide;
use crate::guide::elements::Elements;
use crate::tree::{PlaceId, View};
use std::sync::Arc;

/// Most levels inside each other.
pub(super) const DEPTH_MAX: usize = 256;

/// A guide with elements, ready for any format of names.
pub(super) struct Nested {
    pub(super) guide: Arc<Guide>,
    pub(super) names: Names,
    pub(super) places: Places,
    /// By place.
    pub(super) checks: Vec<Check>,
}

impl Nested {
    /// A guide that has elements.
    pub(super) fn new(guide: &Arc<Guide>) -> Self {
        let names = Names::of(guide);
        let places = Places::of(guide, &names);
        Nested { guide: guide.clone(), places, names, checks: Check::all(guide) }
    }

    /// What stands around its messages.
    pub(super) fn elements(&self) -> &Elements {
        self.guide.elements.as_ref().expect("the layout was made of a guide with elements")
    }

    /// Whether an element is written when the tree has none: it must be there, and all that is in it is constant.
    pub(super) fn is_written_by_itself(&self, place: PlaceId) -> bool {
        let own = self.guide.shape.place(place);
        own.leaf_type().is_none() && own.required && self.guide.rules(place).auto
    }

    /// The text to write at a leaf: what is given, else what is always there.
    pub(super) fn given<'a>(
        &'a self,
        view: View<'a>,
        leaf: Option<crate::tree::NodeId>,
        place: PlaceId,
    ) -> &'a str {
        let given = leaf.and_then(|leaf| view.text(leaf)).unwrap_or("");
        match (given, &self.guide.rules(place).constant) {
            ("", Some(constant)) => constant,
            _ => given,
        }
    }

    /// What is told of a place that cannot be written as the guide says.
    #[cold]
    pub(super) fn unwritable(
        &self,
        code: Code,
        around: PlaceId,
        place: PlaceId,
        value: &str,
        expected: &str,
    ) -> Diagnostic {
        let guide = &self.guide;
        let tag = match around {
            PlaceId::ROOT => guide.rules(around).element_id.to_string(),
            around => guide.shape.path(around),
        };
        let own = guide.shape.place(place);
        Diagnostic::new(code)
            .severity(code.info().severity.min(Severity::Hold))
            .with("tag", &tag)
            .with("element", &*own.name)
            .with("value", value)
            .with("expected", expected)
            .with("max", own.max.to_string())
            .with("path", guide.shape.path(place))
            .with("guide", &guide.name)
            .place(Place { element_id: guide.shape.path(place), ..Place::default() })
    }
}
