//! Tokens to a tree, under a guide. What stands in an element may come in any order; the tree has the order of the
//! message.

use super::Nested;
use super::names::{NO_NAME, Name};
use super::places::{Inside, Slot};
use super::tokens::{Kind, Text, Token, Tokens};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
use crate::formats::advice::advice;
use crate::guide::ExtraColumns;
use crate::tree::arena::Origin;
use crate::tree::{NodeId, PlaceId, Tree};

/// A message in tokens, and how what stands in it is found in the file.
pub(crate) struct Message<'a> {
    /// Its tokens.
    pub tokens: &'a Tokens,
    /// What the tokens' values point into.
    pub text: &'a str,
    /// Whether that is the message as it stands in the file, so that values may point into it.
    pub is_source: bool,
    /// Where the message starts in the file.
    pub offset: u64,
    /// What a place in the text is in the message as it stands in the file.
    pub original: &'a dyn Fn(u32) -> u32,
}

/// Reads a message: its first token opens the element that is one.
pub(crate) fn read(layout: &Nested, message: &Message<'_>, tree: &mut Tree, findings: &mut Diagnostics) {
    let mut reader = Reader { layout, message, findings, told: Vec::new() };
    let Some(first) = message.tokens.all.first() else {
        let root = tree.open(PlaceId::ROOT, Origin::default());
        return tree.close(root);
    };
    let root = tree.open(PlaceId::ROOT, reader.origin(first));
    let mut frames = vec![Frame::new(layout, PlaceId::ROOT, root, first.end, 0)];
    let mut counts: Vec<u32> = vec![0; layout.places.inside(PlaceId::ROOT).counters()];
    let mut at = 1;
    while let Some(frame) = frames.last_mut() {
        if at >= frame.end as usize {
            // Of what was not read to its end nobody knows what is missing.
            if (frame.end as usize) < message.tokens.cut {
                reader.missing(frame, &counts[frame.counts..], tree);
            }
            counts.truncate(frame.counts);
            tree.close(frame.node);
            at = frame.end as usize + 1;
            frames.pop();
            continue;
        }
        let token = &message.tokens.all[at];
        let next = reader.token(frame, &mut counts, token, at, tree);
        if let Some((place, node)) = next.inside {
            let start = counts.len();
            counts.resize(start + layout.places.inside(place).counters(), 0);
            frames.push(Frame {
                counts: start,
                open: at as u32,
                ..Frame::new(layout, place, node, token.end, 0)
            });
        }
        at = next.at;
    }
}

/// An element that is open.
struct Frame<'a> {
    place: PlaceId,
    node: NodeId,
    inside: &'a Inside,
    /// The token that opened it, and the one that closes it.
    open: u32,
    end: u32,
    /// The first of its counters, one for each slot.
    counts: usize,
    /// The slot of the last child: the next is likely there or behind.
    cursor: usize,
}

impl<'a> Frame<'a> {
    fn new(layout: &'a Nested, place: PlaceId, node: NodeId, end: u32, open: u32) -> Self {
        Frame { place, node, inside: layout.places.inside(place), open, end, counts: 0, cursor: 0 }
    }

    /// The slot that a name leads to.
    fn find(&mut self, name: Name) -> Option<usize> {
        if name == NO_NAME {
            return None;
        }
        let slots = &self.inside.slots;
        let from = self.cursor;
        let found = (from..slots.len()).chain(0..from).find(|&at| slots[at].name == name)?;
        self.cursor = found;
        Some(found)
    }
}

/// Where reading goes on, and in which element that began.
struct Next {
    at: usize,
    inside: Option<(PlaceId, NodeId)>,
}

struct Reader<'a> {
    layout: &'a Nested,
    message: &'a Message<'a>,
    findings: &'a mut Diagnostics,
    /// What nobody knows was told once for each place and name.
    told: Vec<(PlaceId, String)>,
}

impl<'a> Reader<'a> {
    fn token(
        &mut self,
        frame: &mut Frame<'_>,
        counts: &mut [u32],
        token: &Token,
        at: usize,
        tree: &mut Tree,
    ) -> Next {
        let on = |at: usize| Next { at, inside: None };
        match token.kind {
            Kind::Close => on(at + 1),
            Kind::Text => {
                match frame.inside.text {
                    Some(place) => self.value(place, token, frame.place, tree),
                    None => self.stray(frame.place, token),
                }
                on(at + 1)
            }
            Kind::Attribute | Kind::Open => {
                let is_open = token.kind == Kind::Open;
                let behind = if is_open { token.end as usize + 1 } else { at + 1 };
                let Some(slot) = frame.find(token.name) else {
                    self.unknown(frame.place, token);
                    return on(behind);
                };
                let slot = &frame.inside.slots[slot];
                let (place, number) = self.place(slot, at);
                let counter = &mut counts[frame.counts + slot.first + number];
                *counter += 1;
                let count = *counter;
                if self.layout.guide.rules(place).not_used {
                    self.element_finding(Code::X256, frame.place, place, token);
                    return on(behind);
                }
                if count > self.layout.guide.shape.place(place).max {
                    self.element_finding(Code::X253, frame.place, place, token);
                }
                if !is_open {
                    self.value(place, token, frame.place, tree);
                    return on(behind);
                }
                if slot.is_leaf {
                    self.leaf(place, frame.place, token, at, tree);
                    return on(behind);
                }
                let node = tree.open(place, self.origin(token));
                Next { at: at + 1, inside: Some((place, node)) }
            }
        }
    }

    /// The place of an element, and which of its slot it is: a variant's, if its key says so.
    fn place(&self, slot: &Slot, at: usize) -> (PlaceId, usize) {
        if slot.variants.is_empty() {
            return (slot.plain, 0);
        }
        let key = self.key(&slot.key, at);
        let shape = &self.layout.guide.shape;
        let takes = |place: &PlaceId| shape.place(*place).codes.iter().any(|code| **code == *key);
        match slot.variants.iter().position(takes) {
            Some(number) => (slot.variants[number], number),
            None => (slot.plain, slot.variants.len()),
        }
    }

    /// What stands at the end of a route of names from an open element; "" if nothing does.
    fn key(&self, route: &[Name], at: usize) -> &str {
        let all = &self.message.tokens.all;
        let Some((&name, rest)) = route.split_first() else { return self.own_text(at) };
        if name == NO_NAME {
            return self.own_text(at);
        }
        let mut next = at + 1;
        while next < all[at].end as usize {
            let token = &all[next];
            match token.kind {
                Kind::Attribute if token.name == name => return self.text(token),
                Kind::Open if token.name == name => return self.key(rest, next),
                Kind::Open => next = token.end as usize,
                _ => {}
            }
            next += 1;
        }
        ""
    }

    /// The text right inside an open element.
    fn own_text(&self, at: usize) -> &str {
        let all = &self.message.tokens.all;
        let is_text = |token: &&Token| token.kind == Kind::Text;
        all[at + 1..all[at].end as usize].iter().find(is_text).map_or("", |text| self.text(text))
    }

    /// An element with a value and nothing inside.
    fn leaf(&mut self, place: PlaceId, around: PlaceId, open: &Token, at: usize, tree: &mut Tree) {
        let inside = &self.message.tokens.all[at + 1..open.end as usize];
        let mut is_told = false;
        for token in inside {
            match token.kind {
                Kind::Text if !is_told => self.value(place, token, around, tree),
                Kind::Attribute if !is_told => self.unknown(place, token),
                Kind::Open if !is_told => {
                    is_told = true;
                    let tag = self.layout.guide.shape.path(place);
                    self.tell(Code::X255, place, open, &[("tag", &tag)]);
                }
                _ => {}
            }
        }
    }

    fn value(&mut self, place: PlaceId, token: &Token, around: PlaceId, tree: &mut Tree) {
        let layout = self.layout;
        let (guide, text) = (&layout.guide, self.text(token));
        let rules = guide.rules(place);
        if text.is_empty() || rules.blank.as_deref() == Some(text) {
            return;
        }
        if let Some(constant) = rules.constant.as_deref().filter(|constant| *constant != text) {
            self.value_finding(Code::X228, place, around, token, constant);
        } else if let Some(code) = self.layout.checks[place.index()].check(text, false, false) {
            self.value_finding(code, place, around, token, "");
        }
        let origin = self.origin(token);
        match token.text {
            Text::Here { start, len } if self.message.is_source => {
                tree.leaf_from_source(place, start, len, origin);
            }
            _ => drop(tree.leaf(place, text, origin)),
        }
    }

    fn text(&self, token: &Token) -> &'a str {
        self.message.tokens.text(token.text, self.message.text)
    }

    fn origin(&self, token: &Token) -> Origin {
        let start = (self.message.original)(token.at);
        let end = (self.message.original)(token.at + token.len);
        // Lines are no segments: what maps find in it is told by its place alone.
        Origin { start, len: end - start, ordinal: 0, rule: 0 }
    }

    /// What the guide requires in an element that is at its end and is not there.
    fn missing(&mut self, frame: &Frame<'_>, counts: &[u32], tree: &Tree) {
        let (guide, open) = (&self.layout.guide, &self.message.tokens.all[frame.open as usize]);
        let is_at = |node: NodeId, place: PlaceId| tree.node(node).place == place;
        let has_text =
            frame.inside.text.is_none_or(|text| tree.children(frame.node).any(|node| is_at(node, text)));
        let is_required = |place: PlaceId| guide.shape.place(place).required;
        for slot in &frame.inside.slots {
            let counts = &counts[slot.first..][..slot.variants.len() + 1];
            let variants = slot.variants.iter().zip(counts);
            let missing = variants.filter(|(place, count)| **count == 0 && is_required(**place));
            let missing: Vec<PlaceId> = missing.map(|(place, _)| *place).collect();
            missing.into_iter().for_each(|place| self.element_finding(Code::X252, frame.place, place, open));
            // A variant does for the plain place.
            if is_required(slot.plain) && counts.iter().all(|count| *count == 0) {
                self.element_finding(Code::X252, frame.place, slot.plain, open);
            }
        }
        if let Some(text) = frame.inside.text
            && is_required(text)
            && !has_text
        {
            self.element_finding(Code::X252, frame.place, text, open);
        }
    }

    #[cold]
    fn unknown(&mut self, around: PlaceId, token: &Token) {
        let severity = match self.layout.guide.extra_columns {
            ExtraColumns::Ignore => return,
            ExtraColumns::Warn => Severity::Warn,
            ExtraColumns::Reject => Severity::Reject,
        };
        let name = match token.kind {
            Kind::Attribute => format!("@{}", self.name(token)),
            _ => self.name(token).to_string(),
        };
        if self.told.iter().any(|(place, told)| *place == around && *told == name) {
            return;
        }
        self.told.push((around, name.clone()));
        let tag = self.path(around);
        let finding = self.finding(Code::X251, around, token, &[("element", &name), ("tag", &tag)]);
        self.findings.push(finding.severity(severity));
    }

    /// The name of an element or attribute as it is written.
    fn name(&self, token: &Token) -> &'a str {
        if token.kind == Kind::Open {
            return self.text(token);
        }
        let start = token.at as usize;
        let raw = &self.message.text[start..start + token.len as usize];
        raw.split(|c: char| c.is_whitespace() || c == '=').next().unwrap_or(raw)
    }

    #[cold]
    fn stray(&mut self, around: PlaceId, token: &Token) {
        let (tag, value) = (self.path(around), self.text(token).to_string());
        self.tell(Code::X254, around, token, &[("tag", &tag), ("value", &value)]);
    }

    #[cold]
    fn element_finding(&mut self, code: Code, around: PlaceId, place: PlaceId, token: &Token) {
        let own = self.layout.guide.shape.place(place);
        let name = match own.codes.as_slice() {
            [] => own.name.to_string(),
            codes => format!("{}[{}]", own.name, codes.join("|")),
        };
        let (max, tag) = (own.max.to_string(), self.path(around));
        let path = self.layout.guide.shape.path(place);
        let arguments = [("element", &*name), ("tag", &*tag), ("max", &*max), ("path", &*path)];
        self.tell(code, place, token, &arguments);
    }

    #[cold]
    fn value_finding(&mut self, code: Code, place: PlaceId, around: PlaceId, token: &Token, expected: &str) {
        let guide = &self.layout.guide;
        let (value, tag) = (self.text(token).to_string(), self.path(around));
        let path = guide.shape.path(place);
        let mut finding = Diagnostic::new(code)
            .with("tag", &tag)
            .with("element", &*guide.shape.place(place).name)
            .with("value", &value)
            .with("expected", expected)
            .with("guide", &guide.name)
            .place(self.at(place, token));
        finding.help = advice(guide, place, &path, code, &value);
        self.findings.push(finding);
    }

    #[cold]
    fn tell(&mut self, code: Code, place: PlaceId, token: &Token, arguments: &[(&'static str, &str)]) {
        let finding = self.finding(code, place, token, arguments);
        self.findings.push(finding);
    }

    fn finding(
        &self,
        code: Code,
        place: PlaceId,
        token: &Token,
        arguments: &[(&'static str, &str)],
    ) -> Diagnostic {
        let mut finding = Diagnostic::new(code).with("guide", &self.layout.guide.name);
        for (argument, value) in arguments {
            finding = finding.with(argument, *value);
        }
        finding.place(self.at(place, token))
    }

    /// The path of an element for messages; the name of the outermost for itself.
    fn path(&self, place: PlaceId) -> String {
        match place {
            PlaceId::ROOT => self.layout.guide.rules(place).element_id.to_string(),
            place => self.layout.guide.shape.path(place),
        }
    }

    fn at(&self, place: PlaceId, token: &Token) -> Place {
        let origin = self.origin(token);
        Place {
            offset: self.message.offset + u64::from(origin.start),
            length: origin.len,
            segment: token.line,
            tag: LINE.into(),
            element_id: self.path(place),
            ..Place::default()
        }
    }
}

/// The tag of places that are counted in lines.
pub(crate) const LINE: &str = "line";
