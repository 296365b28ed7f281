//! The second pass of every segment format: one message to a tree, checked against its guide.

use super::dialect::Dialect;
use super::findings::{Findings, Spot};
use super::matcher::Matched;
use super::relation::bit;
use super::structure::{MomentPart, Part, PartKind, RecordStructure, Structure, Tag};
use super::tokenizer::{Mark, Token};
use crate::diagnostics::{Code, Diagnostics};
use crate::formats::check::{Check, is_plain_text, number_shape};
use crate::formats::{MessageInput, Scratch};
use crate::guide::{Guide, ValueClass};
use crate::tree::arena::Origin;
use crate::tree::value::ValueKind;
use crate::tree::{PlaceId, Tree, Value};

/// Reads one message. What can be read of a message with defects is in the tree.
pub(crate) fn read(
    (guide, structure): (&Guide, &Structure),
    input: &MessageInput<'_>,
    dialect: &Dialect<'_>,
    scratch: &mut Scratch,
    tree: &mut Tree,
    findings: &mut Diagnostics,
) {
    tree.clear();
    let Scratch { tokenizer, matcher, gaps, text, bytes, .. } = scratch;
    let is_plain = is_plain(input.bytes);
    let is_text = is_plain || std::str::from_utf8(input.bytes).is_ok();
    let is_direct = is_text && !dialect.checks_repertoire;
    let mut reader = Reader {
        structure,
        dialect,
        bytes: input.bytes,
        is_text,
        is_direct,
        is_plain,
        at_a_glance: is_direct && is_plain,
        findings: Findings::new(guide, input, dialect, findings),
        text,
        plain: bytes,
        repeats: dialect.delimiters.repetition.is_some(),
        repertoire_told: false,
    };
    gaps.clear();
    matcher.begin(structure, tree);
    tokenizer.begin(input.bytes, &dialect.delimiters);
    while let Some(tokens) = tokenizer.segment(input.bytes) {
        let tag = Tag::of(tokens[0].of(input.bytes));
        let origin = reader.findings.segment(tokens);
        let key = |position, component| key_of(input.bytes, tokens, position, component);
        let matched = matcher.segment(guide, structure, tag, key, origin, tree, gaps);
        if !gaps.is_empty() {
            gaps.drain(..).for_each(|place| reader.findings.missing(place, tokens[0].start));
        }
        match matched {
            Matched::Unknown => reader.findings.on_segment(Code::X101, PlaceId::ROOT),
            Matched::Misplaced => reader.findings.on_segment(Code::X102, PlaceId::ROOT),
            Matched::Here { place, node, too_many } => {
                if too_many {
                    reader.findings.on_segment(Code::X105, place);
                }
                // What makes a message not plain is mostly a line end between its segments, or a few of its values.
                if !is_plain {
                    reader.is_plain = is_plain_text(Token::span(tokens).of(input.bytes));
                    reader.at_a_glance = reader.is_direct && reader.is_plain;
                }
                reader.elements(place, tokens, tree);
                matcher.segment_done(structure, place, node, tree);
            }
        }
    }
    matcher.end(guide, structure, tree, gaps);
    gaps.iter().for_each(|&place| reader.findings.missing(place, input.bytes.len() as u32));
}

/// Whether all is ASCII without control characters, in one pass that the compiler makes wide.
fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |plain, &byte| plain & (0x20..0x7f).contains(&byte))
}

/// The bytes of an element of the segment, or of one of its components; none if it is not there.
#[inline]
fn key_of<'b>(bytes: &'b [u8], tokens: &[Token], position: u16, component: u16) -> &'b [u8] {
    token_of(tokens, position, component).map_or(b"", |token| token.of(bytes))
}

/// An element of the segment, or one of its components. Whether there are release characters in it is not told.
#[inline]
fn token_of(tokens: &[Token], position: u16, component: u16) -> Option<Token> {
    let mut rest = tokens;
    for _ in 0..position {
        rest = &rest[element_len(rest)..];
    }
    let element = rest.get(..element_len(rest))?;
    match component {
        0 => (!element.is_empty()).then(|| Token::span(element)),
        component => element.get(usize::from(component) - 1).copied(),
    }
}

/// How many of the tokens belong to the element that starts with the first.
#[inline]
fn element_len(tokens: &[Token]) -> usize {
    match tokens {
        [first, ..] if first.mark.ends_element() => 1,
        _ => tokens.iter().position(|token| token.mark.ends_element()).map_or(tokens.len(), |last| last + 1),
    }
}

struct Reader<'a, 's> {
    structure: &'a Structure,
    dialect: &'a Dialect<'a>,
    bytes: &'a [u8],
    /// Whether the message is UTF-8.
    is_text: bool,
    /// Whether values without release characters stand in the tree as they are in the message.
    is_direct: bool,
    /// Whether the segment is ASCII without control characters.
    is_plain: bool,
    /// Whether values without release characters are right if a glance tells so.
    at_a_glance: bool,
    findings: Findings<'a, 's>,
    text: &'s mut String,
    plain: &'s mut Vec<u8>,
    /// Whether the repetitions of an element have a separator.
    repeats: bool,
    /// Whether it was told that the message leaves its repertoire.
    repertoire_told: bool,
}

impl Reader<'_, '_> {
    #[inline(never)]
    fn elements(&mut self, place: PlaceId, tokens: &[Token], tree: &mut Tree) {
        let record = self.structure.record(place);
        if record.not_used {
            self.findings.on_segment(Code::X106, place);
        }
        let values = &tokens[element_len(tokens)..];
        let (behind, present) = match self.dialect.spreads && !record.spread.is_empty() {
            true => self.spread(place, record, values, tree),
            false => self.in_order(place, record, values, tree),
        };
        if behind < record.required_elements {
            self.required_behind(place, behind, present);
        }
        for moment in &record.moments {
            self.moment(place, moment, tokens, tree);
        }
        if let Some(broken) = record.relations.iter().find(|relation| relation.is_broken(present)) {
            self.relation(place, broken.breach(present));
        }
    }

    /// Elements that stand in the order of the guide. How many of the guide's the segment is long enough for, and a bit
    /// for each that is there.
    #[inline]
    fn in_order(
        &mut self,
        segment: PlaceId,
        record: &RecordStructure,
        mut tokens: &[Token],
        tree: &mut Tree,
    ) -> (usize, u64) {
        let (mut parts, mut present, mut bit) = (record.elements.iter(), 0, 1u64);
        while let [first, behind @ ..] = tokens {
            let Some(part) = parts.next() else {
                self.excess(segment, record.elements.len() as u16 + 1, tokens);
                break;
            };
            match part {
                // Nearly all are of this kind, and right.
                Some(Part { place, kind: PartKind::Leaf(check), .. })
                    if first.len > 0 && first.mark.ends_element() && self.is_right(check, first) =>
                {
                    tree.leaf_from_source(*place, first.start, first.len, self.findings.origin(*first));
                    present |= bit;
                    tokens = behind;
                }
                Some(Part { required: false, .. }) | None if first.len == 0 && first.mark.ends_element() => {
                    tokens = behind;
                }
                _ => {
                    let element = (record.elements.len() - parts.len()) as u16;
                    let spot = Spot { segment, element, repetition: 1, component: 0 };
                    let (own, behind) = tokens.split_at(element_len(tokens));
                    if self.one_of_all(spot, part.as_ref(), own, false, tree) {
                        present |= bit;
                    }
                    tokens = behind;
                }
            }
            // No relation is about an element behind the 64th.
            bit <<= 1;
        }
        (record.elements.len() - parts.len(), present)
    }

    /// The same where each repetition of an element stands at a position of its own.
    fn spread(
        &mut self,
        segment: PlaceId,
        record: &RecordStructure,
        mut tokens: &[Token],
        tree: &mut Tree,
    ) -> (usize, u64) {
        let (mut element, mut present) = (0, 0);
        let mut indices = record.spread.iter().map(|&index| usize::from(index));
        while !tokens.is_empty() {
            element += 1;
            let Some(index) = indices.next() else {
                self.excess(segment, element, tokens);
                break;
            };
            let bit = bit(index as u16 + 1);
            let spot = Spot { segment, element, repetition: 1, component: 0 };
            let (own, behind) = tokens.split_at(element_len(tokens));
            if self.one_of_all(spot, record.elements[index].as_ref(), own, present & bit != 0, tree) {
                present |= bit;
            }
            tokens = behind;
        }
        (indices.next().unwrap_or(record.elements.len()), present)
    }

    /// An element with its tokens. Whether it is there; `was_there` says that it was before, at another position.
    #[inline]
    fn one_of_all(
        &mut self,
        spot: Spot,
        part: Option<&Part>,
        tokens: &[Token],
        was_there: bool,
        tree: &mut Tree,
    ) -> bool {
        let Some(part) = part else { return false };
        match (tokens, &part.kind) {
            ([one], _) if one.len == 0 => {
                if !was_there {
                    self.absent(spot, part, *one);
                }
                return false;
            }
            ([one], PartKind::Leaf(check)) => self.leaf(spot, part.place, check, *one, tree),
            (_, PartKind::Composite(components)) if !self.repeats => {
                self.composite(spot, part, components, tokens, tree);
            }
            _ => self.element(spot, part, tokens, tree),
        }
        true
    }

    /// Whether a glance tells that a value is right and stands in the tree as it is in the message.
    #[inline(always)]
    fn is_right(&self, check: &Check, token: &Token) -> bool {
        self.at_a_glance
            && !token.is_escaped
            && check.is_right_at_a_glance(token.len, || token.of(self.bytes))
    }

    /// The required elements from this index on, none of which the segment is long enough for.
    fn required_behind(&mut self, place: PlaceId, behind: usize, present: u64) {
        let record = self.structure.record(place);
        for (index, part) in record.elements.iter().enumerate().skip(behind) {
            let is_missing = |part: &&Part| part.required && present & bit(index as u16 + 1) == 0;
            let Some(part) = part.as_ref().filter(is_missing) else { continue };
            let spread = match self.dialect.spreads {
                true => record.spread.iter().position(|&at| usize::from(at) == index),
                false => None,
            };
            let element = spread.unwrap_or(index) as u16 + 1;
            let spot = Spot { segment: place, element, repetition: 1, component: 0 };
            self.findings.on_element(Code::X201, spot, part.place, self.findings.segment_end());
        }
    }

    #[cold]
    fn relation(&mut self, place: PlaceId, (position, code): (u16, Code)) {
        let elements = &self.structure.record(place).elements;
        let part = elements.get(usize::from(position) - 1).and_then(Option::as_ref);
        let spot = Spot { segment: place, element: position, repetition: 1, component: 0 };
        let element = part.map_or(PlaceId::ROOT, |part| part.place);
        self.findings.on_element(code, spot, element, self.findings.segment_end());
    }

    /// A date or time in the one form that maps see, whatever its form in the message.
    fn moment(&mut self, segment: PlaceId, part: &MomentPart, tokens: &[Token], tree: &mut Tree) {
        let token = token_of(tokens, part.value.0, part.value.1).filter(|token| token.len > 0);
        let Some(token) = token else { return };
        let text = |bytes| std::str::from_utf8(bytes).unwrap_or("");
        let code = text(key_of(self.bytes, tokens, part.format.0, part.format.1));
        let spot = Spot { segment, element: part.value.0, repetition: 1, component: part.value.1 };
        let Some(mask) = part.moment.mask(code) else {
            let token = token_of(tokens, part.format.0, part.format.1).unwrap_or(token);
            let spot = Spot { element: part.format.0, component: part.format.1, ..spot };
            return self.findings.on_element(Code::X237, spot, part.moment.format, token);
        };
        let Some(moment) = mask.read(text(token.of(self.bytes))) else {
            return self.findings.on_element(Code::X208, spot, part.moment.value, token);
        };
        self.text.clear();
        let value = match part.leaf.kind() {
            ValueKind::Date => Value::Date(moment.date()),
            ValueKind::Time => Value::Time(moment.time()),
            _ => Value::DateTime(moment),
        };
        if value.write(&part.leaf, self.text).is_ok() {
            tree.leaf(part.moment.leaf, self.text, self.findings.origin(token));
        }
    }

    #[cold]
    fn excess(&mut self, segment: PlaceId, element: u16, tokens: &[Token]) {
        if tokens.iter().any(|token| token.len > 0) {
            let spot = Spot { segment, element, repetition: 1, component: 0 };
            self.findings.on_element(Code::X203, spot, PlaceId::ROOT, tokens[0]);
        }
    }

    #[inline]
    fn absent(&mut self, spot: Spot, part: &Part, token: Token) {
        if part.required {
            self.findings.on_element(Code::X201, spot, part.place, Token { len: 0, ..token });
        }
    }

    #[inline(never)]
    fn element(&mut self, spot: Spot, part: &Part, tokens: &[Token], tree: &mut Tree) {
        if !self.repeats || tokens.iter().all(|token| token.mark != Mark::Repetition) {
            return self.one(spot, part, tokens, tree);
        }
        let mut repetitions = tokens.split_inclusive(|token| token.mark == Mark::Repetition);
        if part.max > 1 {
            for (repetition, tokens) in (1..).zip(repetitions) {
                let spot = Spot { repetition, ..spot };
                if u32::from(repetition) == part.max + 1 {
                    self.findings.on_element(Code::X218, spot, part.place, Token::span(tokens));
                }
                self.one(spot, part, tokens, tree);
            }
            return;
        }
        self.findings.on_element(Code::X218, spot, part.place, Token::span(tokens));
        match &part.kind {
            // The value is kept whole: nothing of it is lost.
            PartKind::Leaf(check) => {
                self.checked_leaf(spot, part.place, check, Token::joined(tokens), tree);
            }
            PartKind::Composite(_) => {
                let first = repetitions.next().expect("there are two at least");
                self.one(spot, part, first, tree);
            }
        }
    }

    /// One repetition of an element.
    fn one(&mut self, spot: Spot, part: &Part, tokens: &[Token], tree: &mut Tree) {
        match &part.kind {
            PartKind::Leaf(check) if tokens.len() == 1 => {
                if tokens[0].len > 0 {
                    self.leaf(spot, part.place, check, tokens[0], tree);
                }
            }
            PartKind::Leaf(check) => {
                let whole = Token::joined(tokens);
                self.findings.on_element(Code::X217, spot, part.place, whole);
                self.checked_leaf(spot, part.place, check, whole, tree);
            }
            PartKind::Composite(components) => self.composite(spot, part, components, tokens, tree),
        }
    }

    #[inline(never)]
    fn composite(
        &mut self,
        spot: Spot,
        part: &Part,
        components: &[Option<Part>],
        tokens: &[Token],
        tree: &mut Tree,
    ) {
        let whole = Token::span(tokens);
        // There is nothing but what separates.
        if whole.len as usize + 1 == tokens.len() {
            return self.absent(spot, part, tokens[0]);
        }
        let node = tree.open(part.place, self.findings.origin(whole));
        for (i, token) in tokens.iter().enumerate() {
            match components.get(i).and_then(Option::as_ref) {
                Some(Part { place, kind: PartKind::Leaf(check), .. })
                    if token.len > 0 && self.is_right(check, token) =>
                {
                    tree.leaf_from_source(*place, token.start, token.len, self.findings.origin(*token));
                }
                component => {
                    let spot = Spot { component: i as u16 + 1, ..spot };
                    if !self.component(spot, part.place, component, *token, tree) {
                        break;
                    }
                }
            }
        }
        for (i, component) in components.iter().enumerate().skip(tokens.len()) {
            let Some(component) = component else { continue };
            let end = Token { start: whole.end(), ..Token::default() };
            self.absent(Spot { component: i as u16 + 1, ..spot }, component, end);
        }
        tree.close(node);
    }

    /// A component that is not there, or that a glance does not tell to be right. `false` if the guide knows none here.
    fn component(
        &mut self,
        spot: Spot,
        composite: PlaceId,
        component: Option<&Part>,
        token: Token,
        tree: &mut Tree,
    ) -> bool {
        match component {
            Some(component) if token.len == 0 => self.absent(spot, component, token),
            Some(Part { place, kind: PartKind::Leaf(check), .. }) => {
                self.checked_leaf(spot, *place, check, token, tree);
            }
            _ if token.len > 0 => {
                self.findings.on_element(Code::X217, spot, composite, token);
                return false;
            }
            _ => {}
        }
        true
    }

    #[inline]
    fn leaf(&mut self, spot: Spot, place: PlaceId, check: &Check, token: Token, tree: &mut Tree) {
        if self.is_right(check, &token) {
            tree.leaf_from_source(place, token.start, token.len, self.findings.origin(token));
        } else {
            self.checked_leaf(spot, place, check, token, tree);
        }
    }

    #[inline(never)]
    fn checked_leaf(&mut self, spot: Spot, place: PlaceId, check: &Check, token: Token, tree: &mut Tree) {
        let bytes = token.of(self.bytes);
        // A delimiter beyond ASCII may cut a character in two; what is whole stands in the tree as it is.
        let value = if self.is_direct && !token.is_escaped { std::str::from_utf8(bytes).ok() } else { None };
        let Some(value) = value else {
            return self.decoded_leaf(spot, place, check, token, tree);
        };
        let origin = self.findings.origin(token);
        if let Some(code) = check.check(value, self.is_plain, self.dialect.reads_comma) {
            self.findings.on_element(code, spot, place, token);
        }
        if self.dialect.reads_comma && check.class == ValueClass::Number && value.contains(',') {
            return number(place, value, origin, tree);
        }
        tree.leaf_from_source(place, token.start, token.len, origin);
    }

    /// A value that is not in the message as it is.
    fn decoded_leaf(&mut self, spot: Spot, place: PlaceId, check: &Check, token: Token, tree: &mut Tree) {
        self.plain.clear();
        self.text.clear();
        self.dialect.delimiters.unescape(token.of(self.bytes), self.plain);
        let coding = self.dialect.coding;
        match (self.is_text, std::str::from_utf8(self.plain)) {
            (true, Ok(value)) => {
                self.text.push_str(value);
                // One such value is enough to say it: the declaration is wrong, not the value.
                let is_told = self.repertoire_told || !self.dialect.checks_repertoire;
                if !is_told && !value.chars().all(|character| coding.has(character)) {
                    self.repertoire_told = true;
                    self.findings.on_element(Code::X219, spot, place, token);
                }
            }
            _ => {
                if !coding.decode(self.plain, self.text) {
                    self.findings.on_element(Code::X230, spot, place, token);
                }
            }
        }
        if let Some(code) = check.check(self.text, false, self.dialect.reads_comma) {
            self.findings.on_element(code, spot, place, token);
        }
        let origin = self.findings.origin(token);
        if check.class == ValueClass::Number && self.dialect.reads_comma {
            return number(place, self.text, origin, tree);
        }
        tree.leaf(place, self.text, origin);
    }
}

/// A number in the tree has a point before its decimals, whatever the message has.
fn number(place: PlaceId, value: &str, origin: Origin, tree: &mut Tree) {
    match number_shape(value) {
        Some(shape) if shape.has_comma => tree.leaf(place, &value.replace(',', "."), origin),
        _ => tree.leaf(place, value, origin),
    };
}
