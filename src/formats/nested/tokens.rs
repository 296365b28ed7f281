//! A message in tokens: what begins, holds a value and ends, with its names looked up and its places in the file known.

use super::names::Name;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An element begins.
    Open,
    /// An attribute of the element that began last.
    Attribute,
    /// Text in the element at hand.
    Text,
    /// The element at hand ends.
    Close,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    /// In the message, as it is.
    Here { start: u32, len: u32 },
    /// Among the values that had to be decoded.
    Aside { start: u32, len: u32 },
}

/// A token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    /// What it is.
    pub kind: Kind,
    /// The name of an element or attribute, as far as the guide knows it.
    pub name: Name,
    /// First byte in the message as it was read.
    pub at: u32,
    /// Length of its markup or text.
    pub len: u32,
    /// Its name as written, or its value.
    pub text: Text,
    /// The line of the message, from 1.
    pub line: u32,
    /// The token that closes an open element.
    pub end: u32,
}

/// The tokens of one message.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    /// In the order of the message.
    pub all: Vec<Token>,
    /// Values that do not stand in the message as they are.
    pub aside: String,
    open: Vec<u32>,
    /// The first token from which on elements end only because the message does, though it should not yet.
    pub cut: usize,
}

impl Tokens {
    /// Forgets everything, keeping the memory.
    pub(crate) fn clear(&mut self) {
        self.all.clear();
        self.aside.clear();
        self.open.clear();
        self.cut = usize::MAX;
    }

    /// Adds a token.
    #[inline]
    pub(crate) fn push(&mut self, kind: Kind, name: Name, (at, len): (usize, usize), text: Text, line: u32) {
        let token = Token { kind, name, at: at as u32, len: len as u32, text, line, end: 0 };
        if kind == Kind::Open {
            self.open.push(self.all.len() as u32);
        }
        self.all.push(token);
    }

    /// Ends the element at hand. `false` if there is none.
    pub(crate) fn close(&mut self, at: usize, line: u32) -> bool {
        let Some(open) = self.open.pop() else { return false };
        self.all[open as usize].end = self.all.len() as u32;
        let text = Text::Here { start: 0, len: 0 };
        self.push(Kind::Close, super::NO_NAME, (at, 0), text, line);
        true
    }

    /// Ends all that is still open in a message that cannot be read further.
    pub(crate) fn close_all(&mut self, at: usize, line: u32) {
        self.cut = self.all.len();
        while self.close(at, line) {}
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// A value, of a message that was read as `message`.
    #[inline]
    pub(crate) fn text<'a>(&'a self, text: Text, message: &'a str) -> &'a str {
        match text {
            Text::Here { start, len } => &message[start as usize..(start + len) as usize],
            Text::Aside { start, len } => &self.aside[start as usize..(start + len) as usize],
        }
    }
}
