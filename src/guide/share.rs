//! What is said of one element or segment is held once, in however many places and guides it occurs.

use super::{Guide, PlaceRules};
use crate::base::shared::Shared;
use crate::tree::PlaceId;
use crate::tree::shape::About;
use rustc_hash::FxHashSet;
use std::cell::RefCell;
use std::hash::Hash;

/// What was said of places, for all guides of a workspace: a large message has thousands of places and some hundred
/// elements, and a client's guide differs from the house's in a few of them.
#[derive(Debug, Default)]
pub struct Said {
    rules: RefCell<FxHashSet<Shared<PlaceRules>>>,
    about: RefCell<FxHashSet<Shared<About>>>,
}

impl Said {
    /// Lets places of which the same is said have it in common.
    pub(super) fn share(&self, guide: &mut Guide) {
        let (mut rules, mut about) = (self.rules.borrow_mut(), self.about.borrow_mut());
        guide.rules.iter_mut().for_each(|own| share(&mut rules, own));
        guide.rules.shrink_to_fit();
        let count = guide.shape.len();
        let shape = guide.shape_mut();
        (0..count).for_each(|at| share(&mut about, &mut shape.place_mut(PlaceId(at as u32)).about));
        shape.shrink_to_fit();
    }
}

fn share<T: Hash + Eq>(pool: &mut FxHashSet<Shared<T>>, own: &mut Shared<T>) {
    match pool.get(own) {
        Some(first) => *own = first.clone(),
        None => _ = pool.insert(own.clone()),
    }
}
