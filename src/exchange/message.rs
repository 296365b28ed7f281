//! Message trees by tags and positions: what acknowledgements need to be read and built, whatever their guide names its
//! places.

use crate::diagnostics::Diagnostics;
use crate::formats::Layout;
use crate::guide::Guide;
use crate::tree::arena::Origin;
use crate::tree::{NodeId, PlaceId, PlaceKind, Tree, View};

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

/// Segments of a message in the making.
#[derive(Default)]
pub struct Body {
    tree: Tree,
    open: Vec<NodeId>,
}

impl Body {
    /// Begins a segment, inside the one that is open. Elements are given with their components, from position 1 on; empty
    /// ones and those the guide does not have are left out, and what is longer than the guide allows is cut.
    pub fn open(&mut self, guide: &Guide, segment: PlaceId, elements: &[&[&str]]) {
        if self.tree.is_empty() {
            self.open.push(self.tree.open(PlaceId::ROOT, Origin::default()));
        }
        self.open.push(self.tree.open(segment, Origin::default()));
        for (position, components) in (1..).zip(elements) {
            let Some(place) = guide.shape.child_at(segment, position) else { continue };
            if components.iter().all(|component| component.is_empty()) {
                continue;
            }
            if guide.shape.place(place).kind == PlaceKind::Record {
                let composite = self.tree.open(place, Origin::default());
                for (position, component) in (1..).zip(*components) {
                    if let Some(place) = guide.shape.child_at(place, position) {
                        self.leaf(guide, place, component);
                    }
                }
                self.tree.close(composite);
            } else {
                self.leaf(guide, place, components[0]);
            }
        }
    }

    fn leaf(&mut self, guide: &Guide, place: PlaceId, value: &str) {
        let most = guide.rules(place).max_length as usize;
        let kept: String = value.chars().take(if most == 0 { usize::MAX } else { most }).collect();
        if !kept.is_empty() {
            self.tree.leaf(place, &kept, Origin::default());
        }
    }

    /// Ends the segment that was begun last.
    pub fn close(&mut self) {
        let segment = self.open.pop().expect("a segment was begun before it is ended");
        self.tree.close(segment);
    }

    /// Appends all segments, which have ended, and begins anew.
    pub fn write(&mut self, layout: &dyn Layout, out: &mut Vec<u8>, findings: &mut Diagnostics) {
        if let Some(root) = self.open.pop() {
            self.tree.close(root);
            layout.write_body(View::new(&self.tree, ""), out, findings);
        }
        self.tree.clear();
        self.open.clear();
    }
}
