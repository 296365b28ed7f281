//! A value that several owners have in common.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A value that several owners have in common until one of them changes it: who changes it has a copy of his own from
/// then on.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub struct Shared<T>(Arc<T>);

impl<T> Shared<T> {
    /// A value that nobody else has yet.
    pub fn new(value: T) -> Self {
        Shared(Arc::new(value))
    }

    /// The same for all owners of one value, and for nobody else as long as one of them is there.
    pub fn address(&self) -> *const T {
        Arc::as_ptr(&self.0)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(self.0.clone())
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}
