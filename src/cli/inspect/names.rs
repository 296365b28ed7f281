//! Names of segments, as far as any guide of the format knows them.

use crate::gateway::bundle::Bundle;
use crate::tree::{PlaceId, PlaceKind};
use std::collections::BTreeMap;

/// Titles of segments and their elements, by tag.
#[derive(Default)]
pub struct Names<'b> {
    segments: BTreeMap<&'b str, (&'b str, Vec<&'b str>)>,
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
                for &child in &place.children {
                    let child = guide.shape.place(child);
                    let position = usize::from(child.position);
                    if position > 0 {
                        elements.resize(elements.len().max(position), "");
                        elements[position - 1] = &*child.title;
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
        let elements = self.segments.get(tag).map(|(_, elements)| elements);
        elements.and_then(|elements| elements.get(position - 1)).copied().unwrap_or("")
    }
}
