//! The second pass of every segment format: one message to a tree, checked against its guide.

use super::binary;
use super::dialect::Dialect;
use super::findings::{Findings, Spot};
use super::looks::{Row, Run};
use super::matcher::Matched;
use super::relation::bit;
use super::structure::{MomentPart, Part, PartKind, RecordStructure, Structure};
use super::tags::Tag;
use super::tokenizer::{Mark, Token, element_len};
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
    let Scratch { tokenizer, matcher, levels: state, gaps, text, bytes, .. } = scratch;
    let is_plain = is_plain(input.bytes);
    let is_utf8 = is_plain || std::str::from_utf8(input.bytes).is_ok();
    let is_direct = is_utf8 && !dialect.checks_repertoire;
    let mut reader = Reader {
        structure,
        dialect,
        // Data of any bytes say nothing about the text around them.
        is_text: is_utf8 || binary::has_data(input.bytes, &dialect.delimiters),
        is_direct,
        is_plain,
        at_a_glance: is_direct && is_plain,
        findings: Findings::new(guide, input, dialect, findings),
        text,
        plain: bytes,
        repeats: dialect.delimiters.repetition.is_some(),
        spreads: dialect.spreads,
        repertoire_told: false,
    };
    gaps.clear();
    matcher.begin(structure, tree);
    state.begin();
    tokenizer.begin(input.bytes, &dialect.delimiters);
    while let Some(tokens) = tokenizer.segment(input.bytes) {
        let tag = Tag::at(input.bytes, tokens[0].start as usize, tokens[0].len as usize);
        reader.findings.source.ordinal += 1;
        let origin = reader.findings.source.origin(Token::span(tokens));
        let key = |position, component| key_of(input.bytes, tokens, position, component);
        let matched = match &structure.levels {
            Some(levels) if levels.tag == tag => {
                let of = (guide, structure, levels);
                state.level(of, matcher, tokens, input.bytes, tree, &mut reader.findings, gaps)
            }
            _ => matcher.segment(guide, structure, tag, key, origin, tree, gaps),
        };
        if !gaps.is_empty() {
            gaps.drain(..).for_each(|place| reader.findings.missing(place, tokens[0].start));
        }
        match matched {
            Matched::Unknown => reader.findings.on_segment(unknown(tokens), PlaceId::ROOT, tokens),
            Matched::Misplaced => reader.findings.on_segment(Code::X102, PlaceId::ROOT, tokens),
            Matched::Here { place, node, too_many } => {
                if too_many {
                    reader.findings.on_segment(Code::X105, place, tokens);
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
    if let Some(levels) = &structure.levels {
        state.end((guide, levels), tree, &mut reader.findings, input.bytes.len() as u32);
    }
}

/// What a segment is that the guide does not have.
fn unknown(tokens: &[Token]) -> Code {
    if tokens[0].len == 0 { Code::X112 } else { Code::X101 }
}

/// Whether all is ASCII without control characters, in one pass that the compiler makes wide.
fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().fold(0, |most: u8, &byte| most.max(byte.wrapping_sub(0x20))) < 0x7f - 0x20
}

/// The bytes of an element of the segment, or of one of its components; none if it is not there.
#[inline]
fn key_of<'b>(bytes: &'b [u8], tokens: &[Token], position: u16, component: u16) -> &'b [u8] {
    token_of(tokens, position, component).map_or(b"", |token| token.of(bytes))
}

/// An element of the segment, or one of its components. Whether there are release characters in it is not told.
#[inline]
pub(super) fn token_of(tokens: &[Token], position: u16, component: u16) -> Option<Token> {
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

struct Reader<'a, 's> {
    structure: &'a Structure,
    dialect: &'a Dialect<'a>,
    /// Whether the message is UTF-8, or has data that need not be.
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
    /// Whether the repetitions of an element have a separator, or each a position of its own.
    repeats: bool,
    spreads: bool,
    /// Whether it was told that the message leaves its repertoire.
    repertoire_told: bool,
}

impl Reader<'_, '_> {
    #[inline(always)]
    fn elements(&mut self, place: PlaceId, tokens: &[Token], tree: &mut Tree) {
        let record = self.structure.record(place);
        let row = record.looks.row(self.spreads);
        let values = match tokens {
            [tag, values @ ..] if tag.ends_element() => values,
            _ => &tokens[element_len(tokens)..],
        };
        let mut run = Run { tokens: values, looks: &row.looks, present: 0 };
        if record.is_simple && self.at_a_glance {
            record.looks.take(&self.findings.source, &mut run, tree);
        }
        let is_done = run.tokens.is_empty() && run.looks.len() <= row.optional && record.is_simple;
        if !is_done {
            run = self.one_by_one(place, row, tokens, run, tree);
        }
        if let Some(broken) = record.relations.broken(run.present) {
            self.relation(place, broken.breach(run.present), tokens);
        }
    }

    /// The elements from the first on that a glance does not tell to be right, and what there is about a segment beyond
    /// its elements.
    #[inline(never)]
    fn one_by_one<'r>(
        &mut self,
        place: PlaceId,
        row: &'r Row,
        tokens: &'r [Token],
        mut run: Run<'r>,
        tree: &mut Tree,
    ) -> Run<'r> {
        let record = self.structure.record(place);
        if record.not_used {
            self.findings.on_segment(Code::X106, place, tokens);
        }
        loop {
            if self.at_a_glance {
                record.looks.take(&self.findings.source, &mut run, tree);
            }
            let position = row.looks.len() - run.looks.len();
            let spot =
                Spot { tokens, segment: place, element: position as u16 + 1, repetition: 1, component: 0 };
            let index = self.index(record, position);
            if run.tokens.is_empty() || !self.one_by_itself(record, (spot, index), &mut run, tree) {
                break;
            }
        }
        let position = row.looks.len() - run.looks.len();
        self.required_behind(place, self.index(record, position), run.present, tokens);
        for moment in &record.moments {
            self.moment(place, moment, tokens, tree);
        }
        run
    }

    /// The next element, with its index. `false` if the guide has no more.
    fn one_by_itself(
        &mut self,
        record: &RecordStructure,
        (spot, index): (Spot<'_>, usize),
        run: &mut Run<'_>,
        tree: &mut Tree,
    ) -> bool {
        let ([_, looks @ ..], Some(part)) = (run.looks, record.elements.get(index)) else {
            self.excess(spot, run.tokens);
            return false;
        };
        let (own, behind) = run.tokens.split_at(element_len(run.tokens));
        // No relation is about an element behind the 64th.
        let bit = bit(index as u16 + 1);
        if self.one_of_all(spot, part.as_ref(), own, run.present & bit != 0, tree) {
            run.present |= bit;
        }
        (run.tokens, run.looks) = (behind, looks);
        true
    }

    /// The index of the element at a position from 0.
    fn index(&self, record: &RecordStructure, position: usize) -> usize {
        match self.spreads && !record.spread.is_empty() {
            true => record.spread.get(position).map_or(record.elements.len(), |&index| usize::from(index)),
            false => position,
        }
    }

    /// An element with its tokens. Whether it is there; `was_there` says that it was before, at another position.
    #[inline]
    fn one_of_all(
        &mut self,
        spot: Spot<'_>,
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

    /// The required elements from this index on, none of which the segment is long enough for.
    fn required_behind(&mut self, place: PlaceId, behind: usize, present: u64, tokens: &[Token]) {
        let record = self.structure.record(place);
        for (index, part) in record.elements.iter().enumerate().skip(behind) {
            let is_missing = |part: &&Part| part.required && present & bit(index as u16 + 1) == 0;
            let Some(part) = part.as_ref().filter(is_missing) else { continue };
            let spread = match self.spreads {
                true => record.spread.iter().position(|&at| usize::from(at) == index),
                false => None,
            };
            let element = spread.unwrap_or(index) as u16 + 1;
            let spot = Spot { tokens, segment: place, element, repetition: 1, component: 0 };
            self.findings.on_element(Code::X201, spot, part.place, spot.segment_end());
        }
    }

    #[cold]
    fn relation(&mut self, place: PlaceId, (position, code): (u16, Code), tokens: &[Token]) {
        let elements = &self.structure.record(place).elements;
        let part = elements.get(usize::from(position) - 1).and_then(Option::as_ref);
        let spot = Spot { tokens, segment: place, element: position, repetition: 1, component: 0 };
        let element = part.map_or(PlaceId::ROOT, |part| part.place);
        self.findings.on_element(code, spot, element, spot.segment_end());
    }

    /// A date or time in the one form that maps see, whatever its form in the message.
    fn moment(&mut self, segment: PlaceId, part: &MomentPart, tokens: &[Token], tree: &mut Tree) {
        let token = token_of(tokens, part.value.0, part.value.1).filter(|token| token.len > 0);
        let Some(token) = token else { return };
        let text = |bytes| std::str::from_utf8(bytes).unwrap_or("");
        let code = text(key_of(self.findings.source.bytes, tokens, part.format.0, part.format.1));
        let spot = Spot { tokens, segment, element: part.value.0, repetition: 1, component: part.value.1 };
        let Some(mask) = part.moment.mask(code) else {
            let token = token_of(tokens, part.format.0, part.format.1).unwrap_or(token);
            let spot = Spot { element: part.format.0, component: part.format.1, ..spot };
            return self.findings.on_element(Code::X237, spot, part.moment.format, token);
        };
        let Some(moment) = mask.read(text(token.of(self.findings.source.bytes))) else {
            return self.findings.on_element(Code::X208, spot, part.moment.value, token);
        };
        self.text.clear();
        let value = match part.leaf.kind() {
            ValueKind::Date => Value::Date(moment.date()),
            ValueKind::Time => Value::Time(moment.time()),
            _ => Value::DateTime(moment),
        };
        if value.write(&part.leaf, self.text).is_ok() {
            tree.leaf(part.moment.leaf, self.text, self.findings.source.origin(token));
        }
    }

    #[cold]
    fn excess(&mut self, spot: Spot<'_>, tokens: &[Token]) {
        if tokens.iter().any(|token| token.len > 0) {
            self.findings.on_element(Code::X203, spot, PlaceId::ROOT, tokens[0]);
        }
    }

    #[inline]
    fn absent(&mut self, spot: Spot<'_>, part: &Part, token: Token) {
        if part.required {
            self.findings.on_element(Code::X201, spot, part.place, Token::empty(token.start));
        }
    }

    #[inline(never)]
    fn element(&mut self, spot: Spot<'_>, part: &Part, tokens: &[Token], tree: &mut Tree) {
        if !self.repeats || tokens.iter().all(|token| token.mark() != Mark::Repetition) {
            return self.one(spot, part, tokens, tree);
        }
        let repetitions = tokens.split_inclusive(|token| token.mark() == Mark::Repetition);
        let is_value = matches!(part.kind, PartKind::Leaf(_));
        for (repetition, tokens) in (1..).zip(repetitions) {
            let spot = Spot { repetition, ..spot };
            let whole = Token::span(tokens);
            if u32::from(repetition) > part.max {
                self.findings.on_element(Code::X218, spot, part.place, whole);
            }
            // What may not be there is looked at all the same. Nothing but the first can stand in the tree.
            let is_looked_at = part.max <= 1 && (is_value || repetition > 1);
            let node = is_looked_at.then(|| tree.open(part.place, self.findings.source.origin(whole)));
            self.one(spot, part, tokens, tree);
            if let Some(node) = node {
                tree.truncate(node);
            }
        }
        if is_value && part.max <= 1 {
            // The value is kept whole: nothing of it is lost.
            self.keep(part.place, Token::joined(tokens), tree);
        }
    }

    /// A value as it stands, without a check.
    fn keep(&mut self, place: PlaceId, token: Token, tree: &mut Tree) {
        let bytes = token.of(self.findings.source.bytes);
        let origin = self.findings.source.origin(token);
        if self.is_direct && !token.is_escaped() && std::str::from_utf8(bytes).is_ok() {
            tree.leaf_from_source(place, token.start, token.len, origin);
            return;
        }
        self.plain.clear();
        self.text.clear();
        self.dialect.delimiters.unescape(bytes, self.plain);
        match (self.is_text, std::str::from_utf8(self.plain)) {
            (true, Ok(value)) => self.text.push_str(value),
            _ => _ = self.dialect.coding.decode(self.plain, self.text),
        }
        tree.leaf(place, self.text, origin);
    }

    /// One repetition of an element.
    fn one(&mut self, spot: Spot<'_>, part: &Part, tokens: &[Token], tree: &mut Tree) {
        match &part.kind {
            PartKind::Leaf(check) if tokens.len() == 1 => {
                if tokens[0].len > 0 {
                    self.leaf(spot, part.place, check, tokens[0], tree);
                }
            }
            PartKind::Leaf(check) => {
                let whole = Token::joined(tokens);
                self.findings.on_element(Code::X217, spot, part.place, whole);
                self.leaf(spot, part.place, check, whole, tree);
            }
            PartKind::Composite(components) => self.composite(spot, part, components, tokens, tree),
        }
    }

    #[inline(never)]
    fn composite(
        &mut self,
        spot: Spot<'_>,
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
        let node = tree.open(part.place, self.findings.source.origin(whole));
        for (i, token) in tokens.iter().enumerate() {
            let spot = Spot { component: i as u16 + 1, ..spot };
            let component = components.get(i).and_then(Option::as_ref);
            if !self.component(spot, part.place, component, *token, tree) {
                break;
            }
        }
        for (i, component) in components.iter().enumerate().skip(tokens.len()) {
            let Some(component) = component else { continue };
            let end = Token::empty(whole.end());
            self.absent(Spot { component: i as u16 + 1, ..spot }, component, end);
        }
        tree.close(node);
    }

    /// A component. `false` if the guide knows none here.
    fn component(
        &mut self,
        spot: Spot<'_>,
        composite: PlaceId,
        component: Option<&Part>,
        token: Token,
        tree: &mut Tree,
    ) -> bool {
        match component {
            Some(component) if token.len == 0 => self.absent(spot, component, token),
            Some(Part { place, kind: PartKind::Leaf(check), .. }) => {
                self.leaf(spot, *place, check, token, tree);
            }
            _ if token.len > 0 => {
                self.findings.on_element(Code::X217, spot, composite, token);
                return false;
            }
            _ => {}
        }
        true
    }

    #[inline(never)]
    fn leaf(&mut self, spot: Spot<'_>, place: PlaceId, check: &Check, token: Token, tree: &mut Tree) {
        let bytes = token.of(self.findings.source.bytes);
        // A delimiter beyond ASCII may cut a character in two; what is whole stands in the tree as it is.
        // Of data each byte is a character, be they text or not.
        let is_direct = self.is_direct && !token.is_escaped();
        let is_direct = is_direct && (check.class != ValueClass::Bytes || bytes.is_ascii());
        let value = if is_direct { std::str::from_utf8(bytes).ok() } else { None };
        let Some(value) = value else {
            return self.decoded_leaf(spot, place, check, token, tree);
        };
        let origin = self.findings.source.origin(token);
        if let Some(code) = check.check(value, self.is_plain, self.dialect.reads_comma) {
            self.findings.on_element(code, spot, place, token);
        }
        if self.dialect.reads_comma && check.class == ValueClass::Number && value.contains(',') {
            return number(place, value, origin, tree);
        }
        tree.leaf_from_source(place, token.start, token.len, origin);
    }

    /// A value that is not in the message as it is.
    fn decoded_leaf(&mut self, spot: Spot<'_>, place: PlaceId, check: &Check, token: Token, tree: &mut Tree) {
        self.plain.clear();
        self.text.clear();
        self.dialect.delimiters.unescape(token.of(self.findings.source.bytes), self.plain);
        let coding = self.dialect.coding;
        match (self.is_text, std::str::from_utf8(self.plain)) {
            _ if check.class == ValueClass::Bytes => {
                self.text.extend(self.plain.iter().map(|&byte| char::from(byte)));
            }
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
        let origin = self.findings.source.origin(token);
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
