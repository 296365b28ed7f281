//! A message tree, read by tags and positions: what acknowledgements need of it, whatever their guide names its places.

use crate::guide::Guide;
use crate::tree::{NodeId, PlaceId, View};

/// A segment of a message with what is inside it, or the message itself.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    guide: &'a Guide,
    view: View<'a>,
    node: NodeId,
}

impl<'a> Part<'a> {
    /// The message in `view`, which was read by `guide`; `None` if nothing was read.
    pub fn message(guide: &'a Guide, view: View<'a>) -> Option<Self> {
        (!view.tree.is_empty()).then_some(Part { guide, view, node: NodeId::ROOT })
    }

    /// The segments with this tag directly inside, in order. A loop is its first segment.
    pub fn children(self, tag: &'static str) -> impl Iterator<Item = Part<'a>> {
        let Part { guide, view, node } = self;
        view.tree
            .children(node)
            .filter(move |&child| {
                let place = view.tree.node(child).place;
                guide.shape.place(place).position == 0 && &*guide.rules(place).element_id == tag
            })
            .map(move |node| Part { guide, view, node })
    }

    /// The first of them.
    pub fn child(self, tag: &'static str) -> Option<Part<'a>> {
        self.children(tag).next()
    }

    /// The element at a position from 1, or the first component of a composite; "" if it is not there.
    pub fn text(self, position: u16) -> &'a str {
        self.component(position, 1)
    }

    /// A component of the element at a position, both from 1; "" if it is not there. A simple element is its own first
    /// component.
    pub fn component(self, position: u16, component: u16) -> &'a str {
        let at = |parent: NodeId, position: u16| {
            let is_there = |place: PlaceId| self.guide.shape.place(place).position == position;
            self.view.tree.children(parent).find(|&node| is_there(self.view.tree.node(node).place))
        };
        let Some(element) = at(self.node, position) else { return "" };
        match self.view.text(element) {
            Some(text) if component == 1 => text,
            Some(_) => "",
            None => at(element, component).and_then(|node| self.view.text(node)).unwrap_or(""),
        }
    }
}
