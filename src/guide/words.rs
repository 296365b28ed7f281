//! What codes mean, for people.

use crate::language::syntax::DictionaryDocument;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What codes mean, by the id of their element.
pub type Words = BTreeMap<Box<str>, BTreeMap<Box<str>, Box<str>>>;

/// The words of each dictionary, by its name, made once.
#[derive(Debug, Default)]
pub struct WordPool(RefCell<BTreeMap<String, Arc<Words>>>);

impl WordPool {
    /// The words of a dictionary.
    pub(super) fn of(&self, dictionary: &DictionaryDocument) -> Arc<Words> {
        let mut pool = self.0.borrow_mut();
        pool.entry(dictionary.name.name.clone()).or_insert_with(|| words(dictionary).into()).clone()
    }
}

fn words(dictionary: &DictionaryDocument) -> Words {
    let mut words = Words::new();
    for declaration in &dictionary.words {
        let meanings = declaration.meanings.iter();
        words
            .entry(declaration.element.text.as_str().into())
            .or_default()
            .extend(meanings.map(|(code, text)| (code.text.as_str().into(), text.text.as_str().into())));
    }
    words
}
