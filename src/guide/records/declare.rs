//! The `record` blocks of a guide and its unit, to places and columns.

use super::{Auto, Record, field};
use crate::base::shared::Shared;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, suggest};
use crate::guide::path::step_places;
use crate::guide::{Guide, PlaceRules, Unit, narrow, shorten};
use crate::language::syntax::{
    Attribute, AttributeKind, GuideDocument, GuideLine, Path, RecordDeclaration, Setting, StepName, UnitLine,
    Word,
};
use crate::tree::{PlaceId, PlaceKind};

/// A computed field whose sources are looked up when all records are there: record, field, and what is written.
type Pending<'a> = (usize, usize, &'a Word, &'a [Path]);

/// Declares the records of one layer, and its unit if a record begins it.
pub fn layer(guide: &mut Guide, layer: &GuideDocument, findings: &mut Diagnostics) {
    let mut pending = Vec::new();
    let of_base = guide.records.len();
    for line in &layer.lines {
        if let GuideLine::Record(declared) = line {
            any_record(guide, PlaceId::ROOT, declared, of_base, &mut pending, findings);
        }
    }
    for (record, field, word, paths) in pending {
        let found: Option<Vec<PlaceId>> = paths.iter().map(|path| resolve(guide, path, findings)).collect();
        let Some(found) = found else { continue };
        let first = found[0];
        let is_leaf = guide.shape.place(first).leaf_type().is_some();
        let is_number = guide
            .shape
            .place(first)
            .leaf_type()
            .is_some_and(|leaf| leaf.kind() == crate::tree::value::ValueKind::Number);
        let auto = match word.text.as_str() {
            "count" if found.iter().all(|&place| guide.shape.place(place).leaf_type().is_none()) => {
                Ok(Auto::Count(found))
            }
            "count" => Err("`auto count` counts records"),
            _ if found.len() > 1 => Err("only `auto count` takes several"),
            "same" if is_leaf => Ok(Auto::Same(first)),
            "sum" if is_number => Ok(Auto::Sum(first)),
            "hash" if is_number => Ok(Auto::Hash(first)),
            "same" => Err("`auto same` takes a field"),
            _ => Err("`auto sum` and `auto hash` take a field with a number"),
        };
        let field = &mut guide.records[record].fields[field];
        match auto {
            Ok(auto) => field.auto = Some(auto),
            Err(what) => findings.push(
                Diagnostic::new(Code::G023).with("field", &*field.name).with("what", what).at(word.span, ""),
            ),
        }
    }
    for line in &layer.lines {
        if let GuideLine::Unit(unit @ UnitLine { record: Some(name), .. }) = line
            && unit.kind.text == "record"
        {
            begin_unit(guide, unit, name, findings);
        }
    }
}

/// A record, or one of the base again, which has no fields here: what is inside comes behind what the base has there.
/// `of_base` records are the base's.
fn any_record<'a>(
    guide: &mut Guide,
    parent: PlaceId,
    declared: &'a RecordDeclaration,
    of_base: usize,
    pending: &mut Vec<Pending<'a>>,
    findings: &mut Diagnostics,
) {
    let base = &guide.records[..of_base];
    let known = guide.shape.children_named(parent, &declared.name.text);
    let known: Vec<PlaceId> =
        known.filter(|&place| base.iter().any(|record| record.place == place)).collect();
    if known.is_empty() || !declared.fields.is_empty() {
        return record(guide, parent, declared, pending, findings);
    }
    if let Some(attribute) = declared.attributes.first() {
        findings.push(
            Diagnostic::new(Code::G023)
                .with("field", &declared.name.text)
                .with("what", "the base has this record: write a rule of its own for it")
                .at(attribute.span, ""),
        );
    }
    // Kinds of one record by its key all have what is inside.
    for place in known {
        for inner in &declared.records {
            any_record(guide, place, inner, of_base, pending, findings);
        }
    }
}

fn record<'a>(
    guide: &mut Guide,
    parent: PlaceId,
    declared: &'a RecordDeclaration,
    pending: &mut Vec<Pending<'a>>,
    findings: &mut Diagnostics,
) {
    let name = declared.name.text.as_str();
    if guide.shape.children_named(parent, name).next().is_some() {
        findings.push(Diagnostic::new(Code::G011).with("name", name).at(declared.name.span, "here again"));
    }
    let place = guide.shape_mut().add(parent, name, PlaceKind::Record);
    let rules = PlaceRules { element_id: name.into(), span: Some(declared.span), ..PlaceRules::default() };
    guide.rules.push(Shared::new(rules));
    let index = guide.records.len();
    let (id, level) = ("".into(), None);
    guide.records.push(Record { place, id, level, width: 0, fields: Vec::new(), span: declared.span });
    attributes(guide, index, &declared.attributes, findings);
    let mut at = 0u32;
    let mut fields: Vec<super::Field> = Vec::new();
    for declared in &declared.fields {
        let field = field::declare(guide, place, at, declared, findings);
        if field.place.is_some() && fields.iter().any(|other| other.name == field.name) {
            let what = "a field of the record before it has this name";
            findings.push(
                Diagnostic::new(Code::G023).with("field", &*field.name).with("what", what).at(field.span, ""),
            );
        }
        at = at.saturating_add(field.width);
        for attribute in &declared.column.attributes {
            if let AttributeKind::AutoOf(word, paths) = &attribute.kind {
                pending.push((index, fields.len(), word, paths));
            }
        }
        fields.push(field);
    }
    let is_automatic = |field: &super::Field| match field.place {
        None => true,
        Some(place) => guide.rules[place.index()].auto,
    };
    fields.shrink_to_fit();
    guide.rules[place.index()].auto = fields.iter().all(is_automatic) && declared.records.is_empty();
    (guide.records[index].width, guide.records[index].fields) = (at, fields);
    for attribute in &declared.attributes {
        if let AttributeKind::Key(path) = &attribute.kind {
            narrow::key(guide, place, path, findings);
        }
    }
    for inner in &declared.records {
        record(guide, place, inner, pending, findings);
    }
}

/// The setting of a record that says its level in files that number levels.
const LEVEL: &str = "level";

fn attributes(guide: &mut Guide, record: usize, attributes: &[Attribute], findings: &mut Diagnostics) {
    let place = guide.records[record].place;
    for attribute in attributes {
        let shape = std::sync::Arc::make_mut(&mut guide.shape).place_mut(place);
        match &attribute.kind {
            AttributeKind::Required => shape.required = true,
            AttributeKind::Max(max) => shape.max = *max,
            AttributeKind::Name(title) => shape.title = title.text.as_str().into(),
            AttributeKind::Id(id) => guide.records[record].id = id.text.as_str().into(),
            AttributeKind::Setting(setting) if setting.name.text == LEVEL && is_whole(setting) => {
                guide.records[record].level = setting.value.text.parse().ok();
            }
            // The fields are not there yet.
            AttributeKind::Key(_) | AttributeKind::Optional => {}
            _ => {
                let name = shape.name.to_string();
                let what = "a record has `required`, `max`, `key`, `id`, `level` and `name`";
                findings.push(
                    Diagnostic::new(Code::G023).with("field", name).with("what", what).at(attribute.span, ""),
                );
            }
        }
    }
}

fn is_whole(setting: &Setting) -> bool {
    setting.value.text.parse::<u32>().is_ok()
}

/// The place of `D` or `D.qty`: a record anywhere in the guide, and a field of it.
fn resolve(guide: &Guide, path: &Path, findings: &mut Diagnostics) -> Option<PlaceId> {
    let name = path.head().unwrap_or("");
    let records =
        || guide.records.iter().map(|record| (&*guide.shape.place(record.place).name, record.place));
    let Some((_, mut at)) = records().find(|(known, _)| *known == name) else {
        findings.push(unknown(guide, name, path.steps[0].span, records().map(|(known, _)| known)));
        return None;
    };
    for step in path.steps.iter().skip(1) {
        match step_places(&guide.shape, &[at], step) {
            Ok(found) => at = found.places[0],
            Err(_) => {
                let StepName::Name(name) = &step.name else { return None };
                let known =
                    guide.shape.place(at).children.iter().map(|&child| &*guide.shape.place(child).name);
                findings.push(unknown(guide, name, step.span, known));
                return None;
            }
        }
    }
    Some(at)
}

fn unknown<'a>(
    guide: &Guide,
    name: &str,
    span: Span,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Diagnostic {
    let finding = Diagnostic::new(Code::G009).with("name", name).with("guide", &guide.name).at(span, "");
    finding.help(match suggest::nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", shorten(&known.map(String::from).collect::<Vec<_>>())),
    })
}

/// `unit record H by order_no`
fn begin_unit(guide: &mut Guide, unit: &UnitLine, name: &Word, findings: &mut Diagnostics) {
    let Some(place) = guide.shape.children_named(PlaceId::ROOT, &name.text).next() else {
        findings.push(Diagnostic::new(Code::G024).with("name", &name.text).at(name.span, ""));
        return;
    };
    let mut by = Vec::new();
    for path in &unit.by {
        let found = match path.steps.as_slice() {
            [step] => step_places(&guide.shape, &[place], step).ok().map(|found| found.places[0]),
            _ => None,
        };
        match found {
            Some(field) => by.push(field),
            None => {
                let shown = path.head().unwrap_or("");
                let finding = Diagnostic::new(Code::G009)
                    .with("name", shown)
                    .with("guide", &guide.name)
                    .at(path.span, "");
                findings.push(finding.help(format!("name a field of the record `{}`", name.text)));
            }
        }
    }
    // However many there are in a file, a unit has one.
    guide.shape_mut().place_mut(place).max = 1;
    guide.unit = Unit::Record(place, by);
}
