//! IDocs in XML as their tokens: segments are elements with fields and segments inside, fields are elements with text.

use crate::formats::nested::{Kind, Text, Token, Tokens};
use std::borrow::Cow;

/// The attribute of segments.
const SEGMENT: &str = "SEGMENT";

/// The elements of one IDoc.
#[derive(Clone, Copy)]
pub(super) struct Elements<'a> {
    pub(super) tokens: &'a Tokens,
    pub(super) text: &'a str,
}

impl<'a> Elements<'a> {
    /// A token.
    pub(super) fn token(self, at: usize) -> &'a Token {
        &self.tokens.all[at]
    }

    /// The tokens that open the elements right inside the one that `open` opens.
    pub(super) fn inside(self, open: usize) -> impl Iterator<Item = usize> + use<'a> {
        let (mut at, end) = (open + 1, self.token(open).end as usize);
        std::iter::from_fn(move || {
            while at < end && self.token(at).kind != Kind::Open {
                at += 1;
            }
            let found = (at < end).then_some(at)?;
            at = self.token(found).end as usize + 1;
            Some(found)
        })
    }

    /// The name of an element as IDocs have it: without a prefix, and with the strokes of names such as `/ACME/NOTE`, which
    /// no name in XML can have.
    pub(super) fn name(self, open: usize) -> Cow<'a, str> {
        let written = self.tokens.text(self.token(open).text, self.text);
        let local = written.rsplit(':').next().unwrap_or(written);
        match local.contains("_-") {
            true => local.replace("_-", "/").into(),
            false => local.into(),
        }
    }

    /// The text right inside an element.
    pub(super) fn value(self, open: usize) -> Option<Text> {
        Some(self.value_token(open)?.text)
    }

    /// The token of the text right inside an element.
    pub(super) fn value_token(self, open: usize) -> Option<&'a Token> {
        let (mut at, end) = (open + 1, self.token(open).end as usize);
        while at < end {
            match self.token(at).kind {
                Kind::Text => return Some(self.token(at)),
                Kind::Open => at = self.token(at).end as usize + 1,
                Kind::Attribute | Kind::Close => at += 1,
            }
        }
        None
    }

    /// Whether an element says that it is a segment, or has elements inside as only segments do.
    pub(super) fn is_segment(self, open: usize) -> bool {
        self.inside(open).next().is_some() || self.is_marked(open)
    }

    fn is_marked(self, open: usize) -> bool {
        let attributes = self.tokens.all[open + 1..].iter().take_while(|token| token.kind == Kind::Attribute);
        // An attribute's markup begins with its name.
        attributes.into_iter().any(|token| self.text[token.at as usize..].starts_with(SEGMENT))
    }

    /// The text of a value.
    pub(super) fn text_of(self, text: Text) -> &'a str {
        self.tokens.text(text, self.text)
    }
}

/// A name as an element can have it.
pub(super) fn element_name(name: &str) -> Cow<'_, str> {
    match name.contains('/') {
        true => name.replace('/', "_-").into(),
        false => name.into(),
    }
}
