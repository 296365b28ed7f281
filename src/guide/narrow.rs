//! Overlay lines: they narrow what the base allows; anything else needs `widen` with a reason.

use super::moment::Moment;
use super::path::{StepError, step_places};
use super::records::Record;
use super::{Guide, PlaceRules, ValueClass};
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, suggest};
use crate::language::syntax::{AttributeKind, Path, PathStep, RuleLine, SelectorKind, StepName, Word};
use crate::tree::mask::Mask;
use crate::tree::{LeafType, PlaceId, PlaceKind};
use std::sync::Arc;

/// The setting that says how dates look.
const MASK: &str = "mask";

/// The flag that says that only numbers stand in a text.
const NUMBER: &str = "number";

/// Applies `N1[ST] required max 1` and the like.
pub fn rule(guide: &mut Guide, line: &RuleLine, widen: bool, findings: &mut Diagnostics) {
    let places = match places(guide, &line.target, findings) {
        Some(places) => places,
        None => return,
    };
    let mut told = Vec::new();
    for place in places {
        for attribute in &line.attributes {
            if let Err(limit) = apply(guide, place, &attribute.kind, widen, findings) {
                // A line about all variants of a segment is one mistake.
                if told.contains(&attribute.span) {
                    continue;
                }
                told.push(attribute.span);
                let place = guide.shape.path(place);
                findings.push(
                    Diagnostic::new(Code::G008)
                        .with("place", place)
                        .with("limit", limit)
                        .at(attribute.span, "wider than the base"),
                );
            }
        }
        guide.rules[place.index()].span = Some(line.span);
    }
}

/// `Err` with the base's limit if the attribute is wider than the base.
fn apply(
    guide: &mut Guide,
    place: PlaceId,
    attribute: &AttributeKind,
    widen: bool,
    findings: &mut Diagnostics,
) -> Result<(), String> {
    let shape_place = Arc::make_mut(&mut guide.shape).place_mut(place);
    let rules = &mut guide.rules[place.index()];
    match attribute {
        AttributeKind::Required => shape_place.required = true,
        AttributeKind::Optional if shape_place.required && !widen => return Err("required".into()),
        AttributeKind::Optional => shape_place.required = false,
        AttributeKind::Max(max) if *max > shape_place.max && !widen => {
            return Err(format!("at most {}", shape_place.max));
        }
        AttributeKind::Max(max) => shape_place.max = *max,
        AttributeKind::Length(lengths) => {
            let (min, max) = match lengths.as_slice() {
                [exact] if !widen => (*exact, *exact),
                [max] => (rules.min_length, *max),
                [min, max, ..] => (*min, *max),
                [] => (rules.min_length, rules.max_length),
            };
            if !widen && rules.max_length > 0 && max > rules.max_length {
                return Err(format!("at most {} characters", rules.max_length));
            }
            (rules.min_length, rules.max_length) = (min, max);
        }
        AttributeKind::Only(codes) => {
            let known = &guide.rules[guide.shape.place(place).key.unwrap_or(place).index()].codes;
            let is_new = |code: &&Word| !known.iter().any(|known| **known == *code.text);
            if !widen && !known.is_empty() && codes.iter().any(|code| is_new(&code)) {
                let known: Vec<String> = known.iter().map(|code| code.to_string()).collect();
                return Err(format!("the codes {}", shorten(&known)));
            }
            only(guide, place, codes);
        }
        AttributeKind::Key(path) => key(guide, place, path, findings),
        AttributeKind::Name(title) => shape_place.title = title.text.as_str().into(),
        AttributeKind::Id(id) => rules.loop_id = id.text.as_str().into(),
        AttributeKind::Blank(text) => rules.blank = Some(text.text.as_str().into()),
        AttributeKind::Auto | AttributeKind::AutoOf(..) => rules.auto = true,
        AttributeKind::Setting(setting) if setting.name.text == MASK => {
            return remask(guide, place, &setting.value, widen, findings);
        }
        AttributeKind::Flag(word) if word.text == NUMBER => number(guide, place, word, findings),
        AttributeKind::Const(text) if guide.elements.is_some() => {
            rules.constant = Some(text.text.as_str().into());
            rules.auto = true;
        }
        AttributeKind::Min(_)
        | AttributeKind::Const(_)
        | AttributeKind::Severity(_)
        | AttributeKind::Flag(_)
        | AttributeKind::Setting(_) => {}
    }
    Ok(())
}

/// `QTY.C186.6060 number`: what the base has as text is a number, checked, read and written as the format's numbers are.
/// Later directories of EDIFACT have quantities as text.
fn number(guide: &mut Guide, place: PlaceId, word: &Word, findings: &mut Diagnostics) {
    match &mut guide.shape_mut().place_mut(place).kind {
        PlaceKind::Leaf(leaf @ LeafType::Text) => *leaf = LeafType::Decimal,
        PlaceKind::Leaf(LeafType::Integer | LeafType::Decimal | LeafType::Implied(_)) => {}
        _ => {
            let place = guide.shape.path(place);
            findings.push(Diagnostic::new(Code::G013).with("place", place).at(word.span, "no text"));
            return;
        }
    }
    guide.rules[place.index()].class = ValueClass::Number;
}

/// `widen G62.02 mask "yyyy-MM-dd" "why"`: dates in another form, and as long as it is.
fn remask(
    guide: &mut Guide,
    place: PlaceId,
    mask: &Word,
    widen: bool,
    findings: &mut Diagnostics,
) -> Result<(), String> {
    let leaf = guide.shape.place(place).leaf_type();
    let Some(now) = leaf.and_then(LeafType::mask).map(|mask| mask.text().to_string()) else {
        findings.push(
            Diagnostic::new(Code::G012)
                .with("place", guide.shape.path(place))
                .at(mask.span, "only dates and times have one"),
        );
        return Ok(());
    };
    let Some(new) = Mask::compile(&mask.text) else {
        findings.push(
            Diagnostic::new(Code::G002).with("mask", &mask.text).at(mask.span, "no date or time part in it"),
        );
        return Ok(());
    };
    if !widen && now != mask.text {
        return Err(format!("the mask {now}"));
    }
    let rules = &mut guide.rules[place.index()];
    (rules.min_length, rules.max_length) = (new.width(), new.width());
    let shape_place = guide.shape_mut().place_mut(place);
    shape_place.max_length = new.width();
    if let PlaceKind::Leaf(leaf) = &mut shape_place.kind
        && let Some(masked) = leaf.with_mask(new)
    {
        *leaf = masked;
    }
    Ok(())
}

/// `only N F R` on an element, or on a segment: the codes of its key.
pub fn only(guide: &mut Guide, place: PlaceId, codes: &[Word]) {
    let place = guide.shape.place(place).key.unwrap_or(place);
    let rules: &mut PlaceRules = &mut guide.rules[place.index()];
    rules.codes = codes.iter().map(|code| code.text.as_str().into()).collect();
    rules.codes.sort();
}

/// `not used N2`
pub fn not_used(guide: &mut Guide, path: &Path, findings: &mut Diagnostics) {
    for place in places(guide, path, findings).unwrap_or_default() {
        let rules = &mut guide.rules[place.index()];
        (rules.not_used, rules.span) = (true, Some(path.span));
    }
}

/// `key .01` of a segment.
pub fn key(guide: &mut Guide, place: PlaceId, path: &Path, findings: &mut Diagnostics) {
    if let Some(key) = place_in(guide, place, path, findings) {
        guide.shape_mut().place_mut(place).key = Some(key);
    }
}

/// The place a path leads to from a segment; the first where there are several.
pub fn place_in(guide: &Guide, segment: PlaceId, path: &Path, findings: &mut Diagnostics) -> Option<PlaceId> {
    let mut at = segment;
    for step in &path.steps {
        match step_places(&guide.shape, &[at], step) {
            Ok(found) => at = found.places[0],
            Err(error) => {
                findings.push(unknown_step(guide, path, step, &error));
                return None;
            }
        }
    }
    Some(at)
}

/// The places a rule is about. A selector whose codes no variant has makes that variant.
fn places(guide: &mut Guide, path: &Path, findings: &mut Diagnostics) -> Option<Vec<PlaceId>> {
    let mut at = vec![PlaceId::ROOT];
    let mut steps = path.steps.as_slice();
    if let [first, rest @ ..] = steps
        && let Some(levels) = levels(guide, first)
    {
        if levels.is_empty() {
            findings.push(no_level(guide, path, first));
            return None;
        }
        (at, steps) = (levels, rest);
    }
    for step in steps {
        let wanted = variant_codes(step);
        let found = match step_places(&guide.shape, &at, step) {
            Ok(found) => found,
            Err(error) => {
                findings.push(unknown_step(guide, path, step, &error));
                return None;
            }
        };
        if found.places.is_empty() {
            findings.push(no_level(guide, path, step));
            return None;
        }
        at = match wanted {
            None => found.places,
            Some(_) if found.places.iter().any(|&place| guide.shape.place(place).position > 0) => {
                findings.push(
                    Diagnostic::new(Code::L002)
                        .with("what", "a rule for one kind of a composite")
                        .with("instead", "write the rule for all of them")
                        .at(step.span, "this is a part of a segment"),
                );
                return None;
            }
            Some(codes) => found.places.into_iter().map(|place| variant(guide, place, &codes)).collect(),
        };
    }
    Some(at)
}

/// `HL[I]` at the front of a path: the level wherever it stands.
fn levels(guide: &Guide, step: &PathStep) -> Option<Vec<PlaceId>> {
    let hierarchy = guide.hierarchy.as_ref()?;
    let is_its_tag = matches!(&step.name, StepName::Name(name) if **name == *hierarchy.tag);
    let codes = variant_codes(step).filter(|_| is_its_tag)?;
    Some(codes.iter().flat_map(|code| hierarchy.places(code)).collect())
}

/// A level that cannot stand there.
fn no_level(guide: &Guide, path: &Path, step: &PathStep) -> Diagnostic {
    let levels = guide.hierarchy.as_ref().map_or(Vec::new(), |hierarchy| vec![hierarchy.shown()]);
    let codes = variant_codes(step).unwrap_or_default().join("|");
    let name = match &step.name {
        StepName::Name(name) => format!("{name}[{codes}]"),
        StepName::Position(position) => format!(".{position:02}"),
    };
    let there = if levels.is_empty() { String::new() } else { format!("there are: {}", shorten(&levels)) };
    let span = Span { start: step.span.start, ..path.span };
    Diagnostic::new(Code::G009).with("name", name).with("guide", &guide.name).at(span, there)
}

fn variant_codes(step: &PathStep) -> Option<Vec<Box<str>>> {
    step.selectors.iter().find_map(|selector| match &selector.kind {
        SelectorKind::Codes { negated: false, codes } => {
            Some(codes.iter().map(|code| code.text.as_str().into()).collect())
        }
        _ => None,
    })
}

fn variant(guide: &mut Guide, place: PlaceId, codes: &[Box<str>]) -> PlaceId {
    if !guide.shape.place(place).codes.is_empty() {
        return place;
    }
    let (variant, copied) = guide.shape_mut().add_variant(place, codes.to_vec());
    copy_rules(guide, &copied);
    // The base may require one of the tag; which variant that is, the overlay says line by line.
    guide.shape_mut().place_mut(variant).required = false;
    variant
}

/// Gives copies of places, with their ids before and after, the rules of what they are copies of.
pub fn copy_rules(guide: &mut Guide, copied: &[(PlaceId, PlaceId)]) {
    for (old, _) in copied {
        let rules = guide.rules[old.index()].clone();
        guide.rules.push(rules);
    }
    let copy_of = |place: PlaceId| copied.iter().find(|(old, _)| *old == place).map(|(_, new)| *new);
    let records: Vec<Record> = guide
        .records
        .iter()
        .filter_map(|record| {
            let mut copy = Record { place: copy_of(record.place)?, ..record.clone() };
            copy.fields.iter_mut().for_each(|field| field.place = field.place.and_then(copy_of));
            Some(copy)
        })
        .collect();
    guide.records.extend(records);
    let moments: Vec<Moment> = guide
        .moments
        .iter()
        .filter_map(|moment| {
            Some(Moment {
                segment: copy_of(moment.segment)?,
                leaf: copy_of(moment.leaf)?,
                value: copy_of(moment.value)?,
                format: copy_of(moment.format)?,
                masks: moment.masks.clone(),
            })
        })
        .collect();
    guide.moments.extend(moments);
}

fn unknown_step(guide: &Guide, path: &Path, step: &PathStep, error: &StepError) -> Diagnostic {
    let name = match &step.name {
        StepName::Name(name) => name.clone(),
        StepName::Position(position) => format!(".{position:02}"),
    };
    match error {
        StepError::NoKey => {
            Diagnostic::new(Code::G010).with("name", &name).at(path.span, "no key is declared")
        }
        StepError::Unknown { known } => {
            let finding = Diagnostic::new(Code::G009)
                .with("name", &name)
                .with("guide", &guide.name)
                .at(step.span, format!("there are: {}", shorten(known)));
            match suggest::nearest(&name, known.iter().map(String::as_str)) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            }
        }
    }
}

/// At most eight names, and how many more there are.
pub fn shorten(names: &[String]) -> String {
    const SHOWN_MAX: usize = 8;
    let shown = names.iter().take(SHOWN_MAX).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN_MAX) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
