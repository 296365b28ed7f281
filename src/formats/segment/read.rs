//! The second pass of every segment format: one message to a tree, checked against its guide.

use super::dialect::Dialect;
use super::findings::{Findings, Spot};
use super::matcher::Matched;
use super::relation::bit;
use super::structure::{MomentPart, Part, PartKind, Structure, Tag};
use super::tokenizer::{Mark, Token};
use crate::diagnostics::{Code, Diagnostics};
use crate::formats::check::{Check, number_shape};
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
    let Scratch { tokenizer, matcher, gaps, text, bytes } = scratch;
    let is_plain = is_plain(input.bytes);
    let is_text = is_plain || std::str::from_utf8(input.bytes).is_ok();
    let mut reader = Reader {
        structure,
        dialect,
        bytes: input.bytes,
        is_text,
        is_direct: is_text && !dialect.checks_repertoire,
        is_plain,
        findings: Findings::new(guide, input, dialect, findings),
        text,
        plain: bytes,
        repertoire_told: false,
    };
    matcher.begin(structure, tree);
    tokenizer.begin(input.bytes, &dialect.delimiters);
    while let Some(tokens) = tokenizer.segment(input.bytes) {
        let tag = Tag::of(tokens[0].of(input.bytes));
        reader.findings.segment(tokens);
        let origin = reader.findings.origin(Token::span(tokens));
        let key = |position, component| key_of(input.bytes, tokens, position, component);
        gaps.clear();
        let matched = matcher.segment(guide, structure, tag, key, origin, tree, gaps);
        gaps.iter().for_each(|&place| reader.findings.missing(place, tokens[0].start));
        match matched {
            Matched::Unknown => reader.findings.on_segment(Code::X101, PlaceId::ROOT),
            Matched::Misplaced => reader.findings.on_segment(Code::X102, PlaceId::ROOT),
            Matched::Here { place, node, too_many } => {
                if too_many {
                    reader.findings.on_segment(Code::X105, place);
                }
                reader.elements(place, tokens, tree);
                matcher.segment_done(structure, place, node, tree);
            }
        }
    }
    gaps.clear();
    matcher.end(guide, structure, tree, gaps);
    gaps.iter().for_each(|&place| reader.findings.missing(place, input.bytes.len() as u32));
}

/// Whether all is ASCII without control characters, in one pass that the compiler makes wide.
fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |plain, &byte| plain & (0x20..0x7f).contains(&byte))
}

/// The bytes of an element of the segment, or of one of its components; none if it is not there.
fn key_of<'b>(bytes: &'b [u8], tokens: &[Token], position: u16, component: u16) -> &'b [u8] {
    token_of(tokens, position, component).map_or(b"", |token| token.of(bytes))
}

/// An element of the segment, or one of its components.
fn token_of(tokens: &[Token], position: u16, component: u16) -> Option<Token> {
    let mut at = 0;
    for _ in 0..position {
        at = element_end(tokens, at);
        if at == tokens.len() {
            return None;
        }
    }
    let end = element_end(tokens, at);
    match component {
        0 => Some(Token::span(&tokens[at..end])),
        component => tokens[at..end].get(usize::from(component) - 1).copied(),
    }
}

/// One past the last token of the element that starts at token `at`.
#[inline]
fn element_end(tokens: &[Token], at: usize) -> usize {
    let mut end = at;
    while matches!(tokens[end].mark, Mark::Component | Mark::Repetition) {
        end += 1;
    }
    end + 1
}

struct Reader<'a, 's> {
    structure: &'a Structure,
    dialect: &'a Dialect<'a>,
    bytes: &'a [u8],
    /// Whether the message is UTF-8.
    is_text: bool,
    /// Whether values without release characters stand in the tree as they are in the message.
    is_direct: bool,
    /// Whether the message is ASCII without control characters.
    is_plain: bool,
    findings: Findings<'a, 's>,
    text: &'s mut String,
    plain: &'s mut Vec<u8>,
    /// Whether it was told that the message leaves its repertoire.
    repertoire_told: bool,
}

impl Reader<'_, '_> {
    fn elements(&mut self, place: PlaceId, tokens: &[Token], tree: &mut Tree) {
        let record = self.structure.record(place);
        if record.not_used {
            self.findings.on_segment(Code::X106, place);
        }
        let spreads = self.dialect.spreads && !record.spread.is_empty();
        let index_of = |position: u16| match spreads {
            true => record.spread.get(usize::from(position) - 1).map(|&at| usize::from(at)),
            false => Some(usize::from(position) - 1).filter(|&at| at < record.elements.len()),
        };
        let (mut at, mut element, mut present) = (element_end(tokens, 0), 0, 0u64);
        while at < tokens.len() {
            let end = element_end(tokens, at);
            element += 1;
            let Some(index) = index_of(element) else {
                self.excess(place, element, &tokens[at..]);
                break;
            };
            if let Some(part) = &record.elements[index] {
                let spot = Spot { segment: place, element, repetition: 1, component: 0 };
                if end > at + 1 || tokens[at].len > 0 {
                    present |= bit(index as u16 + 1);
                    match &part.kind {
                        PartKind::Leaf(check) if end == at + 1 => {
                            self.leaf(spot, part.place, check, tokens[at], tree);
                        }
                        _ => self.element(spot, part, &tokens[at..end], tree),
                    }
                } else if present & bit(index as u16 + 1) == 0 {
                    self.absent(spot, part, tokens[at]);
                }
            }
            at = end;
        }
        let behind = index_of(element + 1).unwrap_or(record.elements.len());
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

    fn absent(&mut self, spot: Spot, part: &Part, token: Token) {
        if part.required {
            self.findings.on_element(Code::X201, spot, part.place, Token { len: 0, ..token });
        }
    }

    fn element(&mut self, spot: Spot, part: &Part, tokens: &[Token], tree: &mut Tree) {
        if tokens.iter().all(|token| token.mark != Mark::Repetition) {
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
            PartKind::Leaf(check) => self.leaf(spot, part.place, check, Token::span(tokens), tree),
            PartKind::Composite(_) => {
                let first = repetitions.next().expect("there are two at least");
                self.one(spot, part, first, tree);
            }
        }
    }

    /// One repetition of an element.
    #[inline]
    fn one(&mut self, spot: Spot, part: &Part, tokens: &[Token], tree: &mut Tree) {
        match &part.kind {
            PartKind::Leaf(check) if tokens.len() == 1 => {
                if tokens[0].len > 0 {
                    self.leaf(spot, part.place, check, tokens[0], tree);
                }
            }
            PartKind::Leaf(check) => {
                let whole = Token::span(tokens);
                self.findings.on_element(Code::X217, spot, part.place, whole);
                self.leaf(spot, part.place, check, whole, tree);
            }
            PartKind::Composite(components) => self.composite(spot, part, components, tokens, tree),
        }
    }

    fn composite(
        &mut self,
        spot: Spot,
        part: &Part,
        components: &[Option<Part>],
        tokens: &[Token],
        tree: &mut Tree,
    ) {
        if tokens.iter().all(|token| token.len == 0) {
            return self.absent(spot, part, tokens[0]);
        }
        let node = tree.open(part.place, self.findings.origin(Token::span(tokens)));
        for (i, token) in tokens.iter().enumerate() {
            let spot = Spot { component: i as u16 + 1, ..spot };
            match components.get(i).and_then(Option::as_ref) {
                Some(component) if token.len == 0 => self.absent(spot, component, *token),
                Some(Part { place, kind: PartKind::Leaf(check), .. }) => {
                    self.leaf(spot, *place, check, *token, tree);
                }
                _ if token.len > 0 => {
                    self.findings.on_element(Code::X217, spot, part.place, *token);
                    break;
                }
                _ => {}
            }
        }
        let rest = components.iter().enumerate().skip(tokens.len());
        for (i, component) in rest.filter_map(|(i, component)| Some((i, component.as_ref()?))) {
            let end = Token { start: tokens[tokens.len() - 1].end(), ..Token::default() };
            self.absent(Spot { component: i as u16 + 1, ..spot }, component, end);
        }
        tree.close(node);
    }

    #[inline(always)]
    fn leaf(&mut self, spot: Spot, place: PlaceId, check: &Check, token: Token, tree: &mut Tree) {
        let is_right = self.is_direct
            && self.is_plain
            && !token.is_escaped
            && check.is_right_at_a_glance(token.of(self.bytes));
        if is_right {
            tree.leaf_from_source(place, token.start, token.len, self.findings.origin(token));
        } else {
            self.checked_leaf(spot, place, check, token, tree);
        }
    }

    #[inline(never)]
    fn checked_leaf(&mut self, spot: Spot, place: PlaceId, check: &Check, token: Token, tree: &mut Tree) {
        // A delimiter beyond ASCII may cut a character in two; what is whole stands in the tree as it is.
        let value = std::str::from_utf8(token.of(self.bytes)).ok();
        let Some(value) = value.filter(|_| self.is_direct && !token.is_escaped) else {
            return self.decoded_leaf(spot, place, check, token, tree);
        };
        if let Some(code) = check.check(value, self.is_plain, self.dialect.reads_comma) {
            self.findings.on_element(code, spot, place, token);
        }
        let origin = self.findings.origin(token);
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
