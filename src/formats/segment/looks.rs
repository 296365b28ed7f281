//! The elements of a segment that a glance tells to be right, which are nearly all: they go to the tree in one loop.

use super::structure::{Part, PartKind};
use super::tokenizer::{Mark, Token};
use crate::base::word::{Words, word, word_at};
use crate::formats::check::{Check, Needs, plain_digits};
use crate::tree::arena::Origin;
use crate::tree::{PlaceId, Tree};
use std::sync::Arc;

/// The elements of a record.
#[derive(Debug, Clone, Default)]
pub struct Looks {
    elements: Row,
    /// The same where each repetition of an element stands at a position of its own.
    spread: Row,
    /// The components of all composite elements.
    components: Vec<Look>,
    /// The codes of values that are words.
    words: Vec<Words>,
    /// The checks of other values whose length does not tell enough.
    checks: Vec<Arc<Check>>,
}

/// Elements by position.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// One for each position.
    pub looks: Vec<Look>,
    /// How many of them may be missing at the end of a segment.
    pub optional: usize,
}

/// An element or component.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// The bit of its element.
    bit: u64,
    place: PlaceId,
    required: bool,
    kind: Kind,
}

/// What tells that it is right.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Its length, of at least so many and no more than so many more.
    Length { min: u32, more: u32 },
    /// The same of its digits.
    Digits { min: u32, more: u32 },
    /// That it is one of these words.
    Word(u32),
    /// A look with this one of the checks.
    Look(u32),
    /// Components, so many from this one on. `needed` is the position from 0 of the last that is required; 0 if none is.
    Composite { first: u32, count: u16, needed: u16 },
    /// No glance.
    None,
}

/// How far a segment was taken.
#[derive(Debug, Clone, Copy)]
pub struct Run<'t> {
    /// What follows.
    pub tokens: &'t [Token],
    /// The looks at it.
    pub looks: &'t [Look],
    /// A bit for each element that is there.
    pub present: u64,
}

/// The segment that is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The message.
    pub bytes: &'a [u8],
    /// The number of the segment.
    pub ordinal: u32,
}

impl Looks {
    /// The looks at these elements. `spread` tells for each position the index of its element, if elements may be
    /// repeated.
    pub fn of(elements: &[Option<Part>], spread: &[u16]) -> Looks {
        let mut looks = Looks::default();
        let mut all = Vec::new();
        for (index, part) in elements.iter().enumerate() {
            let bit = 1u64.checked_shl(index as u32).unwrap_or(0);
            all.push(looks.look(bit, part.as_ref()));
        }
        looks.spread = match spread {
            [] => Row::of(all.clone()),
            _ => Row::of(spread.iter().map(|&index| all[usize::from(index)]).collect()),
        };
        looks.elements = Row::of(all);
        looks
    }

    /// The elements by position; `spreads` says that each repetition of one has a position of its own.
    #[inline]
    pub fn row(&self, spreads: bool) -> &Row {
        if spreads { &self.spread } else { &self.elements }
    }

    fn look(&mut self, bit: u64, part: Option<&Part>) -> Look {
        let Some(part) = part else {
            return Look { bit, place: PlaceId::ROOT, required: false, kind: Kind::None };
        };
        let kind = match &part.kind {
            PartKind::Leaf(check) => self.kind(check),
            PartKind::Composite(components) => {
                let looks: Vec<Look> = components.iter().map(|part| self.look(bit, part.as_ref())).collect();
                let needed = looks.iter().rposition(|look| look.required).unwrap_or(0);
                let first = self.components.len() as u32;
                let (count, needed) = (looks.len() as u16, needed as u16);
                self.components.extend(looks);
                Kind::Composite { first, count, needed }
            }
        };
        Look { bit, place: part.place, required: part.required, kind }
    }

    fn kind(&mut self, check: &Arc<Check>) -> Kind {
        match check.needs() {
            Needs::Length { min, more } => Kind::Length { min, more },
            Needs::Digits { min, more } => Kind::Digits { min, more },
            Needs::Word(words) => {
                self.words.push(words);
                Kind::Word(self.words.len() as u32 - 1)
            }
            Needs::Look => {
                self.checks.push(check.clone());
                Kind::Look(self.checks.len() as u32 - 1)
            }
            Needs::Check => Kind::None,
        }
    }

    /// Adds elements to the tree up to the first that a glance does not tell to be right, or to be absent and not missed.
    #[inline(always)]
    pub fn take(&self, source: &Source<'_>, run: &mut Run<'_>, tree: &mut Tree) {
        loop {
            self.values(source, run, tree);
            let ([_, ..], [look @ Look { kind: Kind::Composite { .. }, .. }, looks @ ..]) =
                (run.tokens, run.looks)
            else {
                return;
            };
            let taken = self.composite(source, look, run.tokens, tree);
            if taken == 0 {
                return;
            }
            run.present |= look.bit;
            (run.tokens, run.looks) = (&run.tokens[taken..], looks);
        }
    }

    /// Adds elements that are no composite ones.
    #[inline(always)]
    fn values(&self, source: &Source<'_>, run: &mut Run<'_>, tree: &mut Tree) {
        let (mut tokens, mut looks, mut present) = (run.tokens.iter(), run.looks.iter(), run.present);
        while let (Some(token), Some(look)) = (tokens.as_slice().first(), looks.as_slice().first()) {
            if !token.ends_plain_element() {
                break;
            }
            if token.len == 0 {
                if look.required {
                    break;
                }
            } else {
                if !self.is_right(source, look, token) {
                    break;
                }
                tree.leaf_from_source(look.place, token.start, token.len, source.origin(*token));
                present |= look.bit;
            }
            tokens.next();
            looks.next();
        }
        *run = Run { tokens: tokens.as_slice(), looks: looks.as_slice(), present };
    }

    /// Adds a composite element. How many tokens it has; 0 if a glance does not tell it to be right: then nothing is added.
    #[inline(never)]
    fn composite(&self, source: &Source<'_>, look: &Look, tokens: &[Token], tree: &mut Tree) -> usize {
        let Kind::Composite { first, count, needed } = look.kind else { return 0 };
        let components = &self.components[first as usize..][..usize::from(count)];
        let start = tokens.first().map_or(0, |token| token.start);
        let node = tree.open(look.place, source.origin(Token::empty(start)));
        let mut is_there = false;
        for (at, token) in tokens.iter().enumerate() {
            let is_right = match components.get(at) {
                Some(look) if token.len > 0 => {
                    let is_right = !token.is_escaped() && self.is_right(source, look, token);
                    if is_right {
                        tree.leaf_from_source(look.place, token.start, token.len, source.origin(*token));
                    }
                    is_there = true;
                    is_right
                }
                Some(look) => !look.required,
                None => token.len == 0,
            };
            if !is_right {
                break;
            }
            match token.mark() {
                Mark::Component => {}
                // One that is nothing but separators is missing, or not there.
                Mark::Element | Mark::Segment if is_there && at >= usize::from(needed) => {
                    tree.close_behind(node, token.end());
                    return at + 1;
                }
                _ => break,
            }
        }
        tree.truncate(node);
        0
    }

    /// Whether a value that is there and has no release characters is right.
    #[inline(always)]
    fn is_right(&self, source: &Source<'_>, look: &Look, token: &Token) -> bool {
        match look.kind {
            Kind::Length { min, more } => token.len.wrapping_sub(min) <= more,
            Kind::Word(number)
                if let Some(word) = word_at(source.bytes, token.start as usize, token.len as usize) =>
            {
                self.words[number as usize].contain(word)
            }
            Kind::Digits { min, more } if token.of(source.bytes).iter().all(u8::is_ascii_digit) => {
                token.len.wrapping_sub(min) <= more
            }
            _ => self.is_right_at_a_look(look, token.of(source.bytes)),
        }
    }

    #[cold]
    #[inline(never)]
    fn is_right_at_a_look(&self, look: &Look, value: &[u8]) -> bool {
        match look.kind {
            // One that is long, or the last of the message.
            Kind::Word(number) => word(value).is_some_and(|word| self.words[number as usize].contain(word)),
            // One with a sign or a point.
            Kind::Digits { min, more } => {
                plain_digits(value).is_some_and(|digits| digits.wrapping_sub(min) <= more)
            }
            Kind::Look(number) => self.checks[number as usize].is_right_at_a_look(value),
            Kind::Length { .. } | Kind::Composite { .. } | Kind::None => false,
        }
    }
}

impl Row {
    fn of(looks: Vec<Look>) -> Row {
        let optional = looks.iter().rev().take_while(|look| !look.required).count();
        Row { looks, optional }
    }
}

impl Source<'_> {
    /// Where a token of the segment is.
    #[inline]
    pub fn origin(&self, token: Token) -> Origin {
        Origin { start: token.start, len: token.len, ordinal: self.ordinal, rule: 0 }
    }
}
