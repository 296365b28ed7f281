//! Records of messages are much alike: nearly every one has nodes at the same places as one before it, of this message or
//! of another. What a slot notes of a record is told by the places of its nodes and by the keys that are looked at, so that
//! what was noted of the one before holds for it too, as far behind its first node as there.

use super::slots::NONE;
use crate::tree::arena::Node;
use crate::tree::{NodeId, PlaceId, View};
use bumpalo::Bump;
use bumpalo::collections::Vec;
use std::cell::{Cell, RefCell};
use std::sync::OnceLock;

/// So many kinds of records are known of a slot. Of lists with more of them the first are.
const KINDS_MAX: usize = 8;
/// Most nodes in a record that is worth a comparison.
const NODES_MAX: usize = 128;

/// The kinds of records that a slot held, in all runs of the plan. Most plans of a bundle never run: they have no room for
/// them yet.
#[derive(Debug, Default)]
pub struct Kinds(OnceLock<Box<[OnceLock<Kind>; KINDS_MAX]>>);

/// A kind of records.
#[derive(Debug)]
struct Kind {
    /// The places of its nodes, without the record's own, each with how far the end of what is in it is behind the record:
    /// levels stand in each other at one place.
    places: Box<[(PlaceId, u32)]>,
    /// The texts that were looked at, each with how far its node is behind the record.
    texts: Box<[Kept]>,
    /// How far the node of each field is behind the record; [`NONE`] if there is none.
    found: Box<[u32]>,
    /// A bit for each of the first fields that is set.
    present: u64,
}

/// A node that was looked at, with its text.
type Look<'r> = (u32, Option<&'r [u8]>);
/// The same, kept.
type Kept = (u32, Option<Box<[u8]>>);

/// What is looked at in a record of a kind that is not known yet.
pub(super) struct Looked<'r>(RefCell<Vec<'r, Look<'r>>>);

impl<'r> Looked<'r> {
    /// Nothing yet.
    pub fn new(memory: &'r Bump) -> &'r Self {
        memory.alloc(Looked(RefCell::new(Vec::new_in(memory))))
    }

    /// A text was looked at, or a node that could have had one.
    pub fn at(&self, node: u32, text: Option<&'r [u8]>) {
        self.0.borrow_mut().push((node, text));
    }
}

impl Kinds {
    /// Puts into the fields what a record has if it is of a known kind, and gives their bits.
    #[inline]
    pub(super) fn recall(&self, view: View<'_>, record: NodeId, fields: &[Cell<u32>]) -> Option<u64> {
        let inside = inside(view, record);
        for kind in self.0.get()?.iter() {
            let kind = kind.get()?;
            if kind.places.len() == inside.len() && kind.is_of(view, record, inside) {
                for (field, &behind) in fields.iter().zip(&kind.found) {
                    field.set(if behind == NONE { NONE } else { record.0 + behind });
                }
                return Some(kind.present);
            }
        }
        None
    }

    /// Whether a kind may still become known, as this record's.
    pub(super) fn takes(&self, view: View<'_>, record: NodeId) -> bool {
        let is_full = self.0.get().is_some_and(|kinds| kinds[KINDS_MAX - 1].get().is_some());
        !is_full && inside(view, record).len() <= NODES_MAX
    }

    /// This record was gone through: what was looked at in it and found tells its kind.
    pub(super) fn learn(
        &self,
        (view, record): (View<'_>, NodeId),
        looked: &Looked<'_>,
        (fields, present): (&[Cell<u32>], u64),
    ) {
        let behind = |field: &Cell<u32>| if field.get() == NONE { NONE } else { field.get() - record.0 };
        let texts = looked.0.borrow();
        let mut kind = Kind {
            places: inside(view, record).iter().map(|node| (node.place, node.end - record.0)).collect(),
            texts: texts.iter().map(|(at, text)| (at - record.0, text.map(Box::from))).collect(),
            found: fields.iter().map(behind).collect(),
            present,
        };
        for free in self.0.get_or_init(Box::default).iter() {
            // Another thread may have been sooner.
            match free.set(kind) {
                Ok(()) => return,
                Err(back) => kind = back,
            }
        }
    }
}

impl Kind {
    #[inline]
    fn is_of(&self, view: View<'_>, record: NodeId, inside: &[Node]) -> bool {
        let is_it = |((place, end), node): (&(PlaceId, u32), &Node)| {
            *place == node.place && *end == node.end.wrapping_sub(record.0)
        };
        self.places.iter().zip(inside).all(is_it)
            && self.texts.iter().all(|(at, text)| view.bytes(NodeId(record.0 + at)) == text.as_deref())
    }
}

/// The nodes inside a record.
#[inline]
fn inside<'r>(view: View<'r>, record: NodeId) -> &'r [Node] {
    let (nodes, start) = (view.tree.nodes(), record.0 as usize + 1);
    let end = nodes.get(record.0 as usize).map_or(start, |record| record.end as usize);
    nodes.get(start..end.min(nodes.len())).unwrap_or_default()
}
