//! Names of segments, as far as any guide of the format knows them.

use crate::gateway::bundle::Bundle;
use crate::guide::Guide;
use crate::tree::{PlaceId, PlaceKind};
use std::collections::BTreeMap;

/// Titles of segments and their elements, by tag.
#[derive(Default)]
pub struct Names<'b> {
    segments: BTreeMap<&'b str, (&'b str, Vec<Element<'b>>)>,
}

/// An element, as a guide knows it.
#[derive(Clone, Copy, Default)]
struct Element<'b> {
    title: &'b str,
    /// The guide and its place there, for what its codes mean.
    place: Option<(&'b Guide, PlaceId)>,
}

impl<'b> Names<'b> {
    /// The names in all guides of a format. Where two differ, the first by name wins: those of standards.
    pub fn of(bundle: Option<&'b Bundle>, format: &str) -> Names<'b> {
        let mut names = Names::default();
        for layout in bundle.iter().flat_map(|bundle| bundle.layouts.values()) {
            let guide = layout.guide();
            if guide.format != format {
                continue;
            }
            for at in 0..guide.shape.len() {
                let place = guide.shape.place(PlaceId(at as u32));
                let is_segment = place.kind == PlaceKind::Record && !place.title.is_empty();
                if !is_segment || names.segments.contains_key(&*place.name) {
                    continue;
                }
                let mut elements = Vec::new();
                for &id in &place.children {
                    let child = guide.shape.place(id);
                    let position = usize::from(child.position);
                    if position > 0 {
                        elements.resize(elements.len().max(position), Element::default());
                        elements[position - 1] = Element { title: &child.title, place: Some((guide, id)) };
                    }
                }
                names.segments.insert(&place.name, (&place.title, elements));
            }
        }
        names
    }

    /// What a segment is called; empty if nobody knows.
    pub fn segment(&self, tag: &str) -> &'b str {
        self.segments.get(tag).map_or("", |(title, _)| title)
    }

    /// What an element, from 1, is called; empty if nobody knows.
    pub fn element(&self, tag: &str, position: usize) -> &'b str {
        self.known(tag, position).title
    }

    /// What a code in an element, from 1, means; `None` if nobody has words for it.
    pub fn meaning(&self, tag: &str, position: usize, code: &str) -> Option<&'b str> {
        let (guide, place) = self.known(tag, position).place?;
        guide.word(place, code)
    }

    fn known(&self, tag: &str, position: usize) -> Element<'b> {
        let elements = self.segments.get(tag).map(|(_, elements)| elements);
        elements.and_then(|elements| elements.get(position - 1)).copied().unwrap_or_default()
    }
}
