//! What is said of one element or segment stands in a guide once, in however many places it occurs.

use super::{Guide, PlaceRules};
use crate::base::shared::Shared;
use crate::tree::PlaceId;
use crate::tree::shape::About;
use rustc_hash::FxHashSet;
use std::hash::Hash;

/// Lets places of which the same is said have it in common. A large message has thousands of places and some hundred
/// elements.
pub(super) fn equal_parts(guide: &mut Guide) {
    let mut rules = Pool::<PlaceRules>::default();
    guide.rules.iter_mut().for_each(|own| rules.share(own));
    let (mut about, count) = (Pool::<About>::default(), guide.shape.len());
    let shape = guide.shape_mut();
    (0..count).for_each(|at| about.share(&mut shape.place_mut(PlaceId(at as u32)).about));
    shape.shrink_to_fit();
    guide.rules.shrink_to_fit();
}

/// One of each value.
struct Pool<T>(FxHashSet<Shared<T>>);

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Pool(FxHashSet::default())
    }
}

impl<T: Hash + Eq> Pool<T> {
    fn share(&mut self, own: &mut Shared<T>) {
        match self.0.get(own) {
            Some(first) => *own = first.clone(),
            None => _ = self.0.insert(own.clone()),
        }
    }
}
