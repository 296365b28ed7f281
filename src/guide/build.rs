//! From guide documents to a [`Guide`]: the base's structure, then each overlay over it.

use super::moment::{self, Moment};
use super::{
    ExtraColumns, Guide, GuideSources, PlaceRules, Relation, RelationKind, Unit, contradictions, elements,
    hierarchy, narrow, records, share, types,
};
use crate::base::shared::Shared;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, suggest};
use crate::language::syntax::{
    AttributeKind, ColumnDeclaration, DictionaryDocument, DocumentReference, ElementDeclaration,
    GuideDocument, GuideLine, MomentDeclaration, Path, SegmentDeclaration, SegmentElement, Setting, StepName,
    StructureItem, UnitLine,
};
use crate::tree::mask::Mask;
use crate::tree::shape::Pairs;
use crate::tree::{LeafType, PlaceId, PlaceKind, Shape};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Most layers: standard, house, client, site.
const LAYERS_MAX: usize = 4;

/// Compiles the guide `name` with everything it extends. `None` if something in it is wrong; the findings say what.
pub fn compile(name: &str, sources: &GuideSources<'_>, findings: &mut Diagnostics) -> Option<Guide> {
    let mut own = Diagnostics::new();
    let guide = layers(name, sources, &mut own).and_then(|layers| build(&layers, sources, &mut own));
    let sound = !own.has_errors();
    findings.extend(own);
    guide.filter(|_| sound)
}

/// The documents from the base to the guide itself. `None` if there is no such guide, or one of those it extends is not
/// there.
pub fn layers<'a>(
    name: &str,
    sources: &GuideSources<'a>,
    findings: &mut Diagnostics,
) -> Option<Vec<&'a GuideDocument>> {
    let mut layers = vec![*sources.guides.get(name)?];
    while let Some(base) = &layers.last()?.extends {
        let Some(document) = sources.guides.get(base.name.as_str()) else {
            findings.push(unknown_document("guide", base, sources.guides.keys().copied()));
            return None;
        };
        let is_again = layers.iter().any(|layer| layer.name.name == document.name.name);
        if is_again || layers.len() >= LAYERS_MAX {
            let label = if is_again { "extends again here" } else { "one layer too many" };
            findings.push(Diagnostic::new(Code::G004).with("name", name).at(base.span, label));
            return None;
        }
        layers.push(document);
    }
    layers.reverse();
    Some(layers)
}

/// "no guide is called …", with the nearest name.
pub fn unknown_document<'a>(
    what: &str,
    reference: &DocumentReference,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let finding = Diagnostic::new(Code::G003)
        .with("what", what)
        .with("name", &reference.name)
        .at(reference.span, format!("no {what} has this name"));
    match suggest::nearest(&reference.name, known) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}

fn build(layers: &[&GuideDocument], sources: &GuideSources<'_>, findings: &mut Diagnostics) -> Option<Guide> {
    let own = layers.last()?;
    let mut builder = Builder {
        guide: Guide {
            name: own.name.name.clone(),
            version: 1,
            format: String::new(),
            format_span: own.span,
            settings: Default::default(),
            unit: Unit::Transaction,
            shape: Shape::new(own.name.name.clone()).into(),
            rules: vec![Shared::default()],
            columns: Vec::new(),
            records: Vec::new(),
            elements: None,
            moments: Vec::new(),
            hierarchy: None,
            words: Default::default(),
            extra_columns: ExtraColumns::default(),
            cases: Vec::new(),
        },
        dictionary: None,
        composites: Vec::new(),
        findings,
    };
    for layer in layers {
        // What the structure is made of comes first, whatever the order of the lines.
        for line in &layer.lines {
            builder.setting(line, sources);
        }
        builder.columns(layer);
        records::layer(&mut builder.guide, layer, builder.findings);
        elements::layer(&mut builder.guide, layer, builder.findings);
        for line in &layer.lines {
            builder.line(line);
        }
    }
    if builder.guide.format.is_empty() {
        builder.findings.push(Diagnostic::new(Code::G005).with("name", &own.name.name).at(own.name.span, ""));
    }
    moment::settle(&mut builder.guide);
    for i in 0..builder.guide.rules.len() {
        let max_length = builder.guide.rules[i].max_length;
        builder.guide.shape_mut().place_mut(PlaceId(i as u32)).max_length = max_length;
    }
    share::equal_parts(&mut builder.guide);
    contradictions::tell(&builder.guide, builder.findings);
    Some(builder.guide)
}

struct Builder<'a, 'f> {
    guide: Guide,
    dictionary: Option<Known<'a>>,
    /// The composites whose elements are at hand.
    composites: Vec<&'a str>,
    findings: &'f mut Diagnostics,
}

/// What a dictionary declares, by name. Of what it declares twice, the first counts.
struct Known<'a> {
    segments: FxHashMap<&'a str, &'a SegmentDeclaration>,
    composites: FxHashMap<&'a str, &'a SegmentDeclaration>,
    elements: FxHashMap<&'a str, &'a ElementDeclaration>,
}

impl<'a> Known<'a> {
    fn of(dictionary: &'a DictionaryDocument) -> Self {
        let segments = |declared: &'a [SegmentDeclaration]| {
            declared.iter().rev().map(|segment| (&*segment.tag.text, segment)).collect()
        };
        Known {
            segments: segments(&dictionary.segments),
            composites: segments(&dictionary.composites),
            elements: dictionary.elements.iter().rev().map(|element| (&*element.id.text, element)).collect(),
        }
    }
}

impl<'a> Builder<'a, '_> {
    fn setting(&mut self, line: &GuideLine, sources: &GuideSources<'a>) {
        match line {
            GuideLine::Version(version) => self.guide.version = version.value,
            GuideLine::Syntax(syntax) => {
                self.guide.format = syntax.format.text.clone();
                self.guide.format_span = syntax.span;
                self.settings("", &syntax.settings);
            }
            GuideLine::Delimiters(settings) => self.settings("delimiter ", settings),
            GuideLine::Dictionary(reference) => match sources.dictionaries.get(reference.name.as_str()) {
                Some(dictionary) => {
                    let known = Known::of(dictionary);
                    self.words(dictionary, &known, sources);
                    self.dictionary = Some(known);
                }
                None => {
                    let known = sources.dictionaries.keys().copied();
                    self.findings.push(unknown_document("dictionary", reference, known));
                }
            },
            GuideLine::ExtraColumns(word) => {
                self.guide.extra_columns = match word.text.as_str() {
                    "ignore" => ExtraColumns::Ignore,
                    "reject" => ExtraColumns::Reject,
                    _ => ExtraColumns::Warn,
                }
            }
            _ => {}
        }
    }

    fn settings(&mut self, prefix: &str, settings: &[Setting]) {
        for setting in settings {
            self.guide.settings.insert(format!("{prefix}{}", setting.name.text), setting.value.text.clone());
        }
    }

    fn line(&mut self, line: &GuideLine) {
        match line {
            GuideLine::Structure(items, _) => self.structure(PlaceId::ROOT, items),
            GuideLine::Rule(rule) => narrow::rule(&mut self.guide, rule, false, self.findings),
            GuideLine::Widen(rule, _) => narrow::rule(&mut self.guide, rule, true, self.findings),
            GuideLine::NotUsed(paths, _) => {
                for path in paths {
                    narrow::not_used(&mut self.guide, path, self.findings);
                }
            }
            GuideLine::Hierarchy(line) => hierarchy::declare(&mut self.guide, line, self.findings),
            GuideLine::Case(case) => self.guide.cases.push(case.clone()),
            _ => {}
        }
    }

    // ------------------------------------------------------------------------------------------ segments

    fn structure(&mut self, parent: PlaceId, items: &[StructureItem]) {
        for item in items {
            let place = self.segment(parent, item);
            self.structure(place, &item.children);
            self.key(place, item);
        }
    }

    fn segment(&mut self, parent: PlaceId, item: &StructureItem) -> PlaceId {
        let name = item.alias.as_ref().unwrap_or(&item.tag);
        let place = self.add(parent, &name.text, PlaceKind::Record, PlaceRules::default());
        self.guide.rules[place.index()].element_id = item.tag.text.as_str().into();
        let segments = self.dictionary.as_ref().map(|dictionary| &dictionary.segments);
        let declaration = segments.and_then(|segments| segments.get(item.tag.text.as_str()).copied());
        match declaration {
            Some(declaration) => self.elements(place, declaration),
            None => self.findings.push(
                Diagnostic::new(Code::G006)
                    .with("tag", &item.tag.text)
                    .at(item.tag.span, "not in the dictionary"),
            ),
        }
        let shape_place = Arc::make_mut(&mut self.guide.shape).place_mut(place);
        for attribute in &item.attributes {
            match &attribute.kind {
                AttributeKind::Required => shape_place.required = true,
                AttributeKind::Max(max) => shape_place.max = *max,
                AttributeKind::Id(id) => self.guide.rules[place.index()].loop_id = id.text.as_str().into(),
                AttributeKind::Name(title) => shape_place.title = title.text.as_str().into(),
                AttributeKind::Auto => self.guide.rules[place.index()].auto = true,
                _ => {}
            }
        }
        place
    }

    fn key(&mut self, place: PlaceId, item: &StructureItem) {
        for attribute in &item.attributes {
            if let AttributeKind::Key(path) = &attribute.kind {
                narrow::key(&mut self.guide, place, path, self.findings);
            }
        }
    }

    fn elements(&mut self, place: PlaceId, declaration: &SegmentDeclaration) {
        if let Some(title) = &declaration.title {
            self.guide.shape_mut().place_mut(place).title = title.text.as_str().into();
        }
        for element in &declaration.elements {
            self.element(place, element);
        }
        for pairs in &declaration.pairs {
            let find = |position| self.guide.shape.child_at(place, position);
            let found = pairs.pairs.iter().filter_map(|&(q, v)| Some((find(q)?, find(v)?))).collect();
            let pairs = Pairs { name: pairs.name.text.as_str().into(), pairs: found };
            self.guide.shape_mut().place_mut(place).pairs.push(pairs);
        }
        for moment in &declaration.moments {
            self.moment(place, moment);
        }
        for relation in &declaration.relations {
            let kind = match relation.kind.text.as_str() {
                "P" => RelationKind::Paired,
                "R" => RelationKind::Required,
                "E" => RelationKind::Exclusive,
                "C" => RelationKind::Conditional,
                _ => RelationKind::ListConditional,
            };
            let relation = Relation { kind, positions: relation.positions.clone() };
            self.guide.rules[place.index()].relations.push(relation);
        }
    }

    /// The leaf of a moment, and what is behind it.
    fn moment(&mut self, segment: PlaceId, declaration: &MomentDeclaration) {
        let guide = &mut self.guide;
        let mut find = |path: &Path| narrow::place_in(guide, segment, path, self.findings);
        let (Some(value), Some(format)) = (find(&declaration.value), find(&declaration.format)) else {
            return;
        };
        let masks = self.masks(format);
        let leaf = LeafType::DateTime(Mask::compile("yyyy").expect("has a part"));
        let leaf = self.add(segment, &declaration.name.text, PlaceKind::Leaf(leaf), PlaceRules::default());
        // The format makes one of the other, so a map that reads the moment has read both.
        self.guide.rules[value.index()].auto = true;
        self.guide.rules[format.index()].auto = true;
        self.guide.moments.push(Moment { segment, leaf, value, format, masks });
    }

    /// What the codes of an element say about the form of a moment.
    fn masks(&mut self, format: PlaceId) -> Vec<(Box<str>, Mask)> {
        let id = &self.guide.rules[format.index()].element_id;
        let declared = self.dictionary.as_ref().and_then(|known| known.elements.get(&**id).copied());
        let mut masks = Vec::new();
        for (code, text) in declared.into_iter().flat_map(|element| &element.masks) {
            match Mask::compile(&text.text) {
                Some(mask) => masks.push((code.text.as_str().into(), mask)),
                None => self.findings.push(
                    Diagnostic::new(Code::G002)
                        .with("mask", &text.text)
                        .at(text.span, "no date or time part in it"),
                ),
            }
        }
        masks
    }

    /// What codes mean, of every element that has words.
    fn words(&mut self, dictionary: &DictionaryDocument, known: &Known<'_>, sources: &GuideSources<'_>) {
        for declaration in &dictionary.words {
            let id = declaration.element.text.as_str();
            if !known.elements.contains_key(id) {
                let span = declaration.element.span;
                self.findings
                    .push(Diagnostic::new(Code::G006).with("tag", id).at(span, "not in the dictionary"));
            }
        }
        let words = sources.words.of(dictionary);
        self.guide.words.push(words);
    }

    fn element(&mut self, parent: PlaceId, element: &SegmentElement) {
        let dictionary = self.dictionary.as_ref().expect("an element comes from a dictionary");
        let id = element.element.text.as_str();
        let (declared, composite) =
            (dictionary.elements.get(id).copied(), dictionary.composites.get(id).copied());
        let place = if let Some(declaration) = declared {
            let (leaf, mut rules) = types::leaf_type(&declaration.kind, self.findings);
            rules.codes.extend(declaration.codes.iter().map(|code| code.text.as_str().into()));
            rules.codes.sort();
            let place = self.add(parent, id, PlaceKind::Leaf(leaf), rules);
            if let Some(title) = &declaration.title {
                self.guide.shape_mut().place_mut(place).title = title.text.as_str().into();
            }
            place
        } else if let Some(composite) = composite {
            if self.composites.contains(&composite.tag.text.as_str()) {
                let finding = Diagnostic::new(Code::G028).with("what", "composite").with("name", id);
                let finding = finding.at(element.element.span, "it would never end");
                if !self.findings.as_slice().contains(&finding) {
                    self.findings.push(finding);
                }
                return;
            }
            let place = self.add(parent, id, PlaceKind::Record, PlaceRules::default());
            self.composites.push(&composite.tag.text);
            self.elements(place, composite);
            self.composites.pop();
            if let Some(key) = &composite.key {
                narrow::key(&mut self.guide, place, key, self.findings);
            }
            place
        } else {
            self.findings.push(
                Diagnostic::new(Code::G006).with("tag", id).at(element.element.span, "not in the dictionary"),
            );
            return;
        };
        self.guide.rules[place.index()].element_id = id.into();
        let place = self.guide.shape_mut().place_mut(place);
        place.position = element.position;
        place.required = element.required;
        place.max = element.repeat.max(1);
    }

    // ------------------------------------------------------------------------------------------ columns

    fn columns(&mut self, layer: &GuideDocument) {
        let mut header: Vec<&Path> = Vec::new();
        let mut unit: Option<&UnitLine> = None;
        let mut columns: &[ColumnDeclaration] = &[];
        for line in &layer.lines {
            match line {
                GuideLine::Header(paths, _) => header.extend(paths),
                GuideLine::Unit(line) => unit = Some(line),
                GuideLine::Columns(declared, _) => columns = declared,
                _ => {}
            }
        }
        if !columns.is_empty() {
            self.declare_columns(columns, &header, unit);
        }
        if let Some(unit) = unit {
            self.unit(unit);
        }
    }

    fn declare_columns(&mut self, columns: &[ColumnDeclaration], header: &[&Path], unit: Option<&UnitLine>) {
        let by = unit.map_or(&[][..], |unit| &unit.by);
        let single = |column: &ColumnDeclaration| {
            header.iter().copied().chain(by).any(|path| path.head() == Some(column.name.text.as_str()))
        };
        let mut places: Vec<Option<PlaceId>> = vec![None; columns.len()];
        for (i, column) in columns.iter().enumerate().filter(|(_, column)| single(column)) {
            places[i] = Some(self.column(PlaceId::ROOT, column));
        }
        let row = self.add(PlaceId::ROOT, "row", PlaceKind::Record, PlaceRules::default());
        self.guide.shape_mut().place_mut(row).max = u32::MAX;
        for (i, column) in columns.iter().enumerate().filter(|(_, column)| !single(column)) {
            places[i] = Some(self.column(row, column));
        }
        self.guide.columns = places.into_iter().flatten().collect();
    }

    fn column(&mut self, parent: PlaceId, column: &ColumnDeclaration) -> PlaceId {
        let (leaf, mut rules) = types::leaf_type(&column.kind, self.findings);
        rules.element_id = column.name.text.as_str().into();
        let place = self.add(parent, &column.name.text, PlaceKind::Leaf(leaf), rules);
        for attribute in &column.attributes {
            match &attribute.kind {
                AttributeKind::Required => self.guide.shape_mut().place_mut(place).required = true,
                AttributeKind::Blank(text) => {
                    self.guide.rules[place.index()].blank = Some(text.text.as_str().into());
                }
                AttributeKind::Only(codes) => narrow::only(&mut self.guide, place, codes),
                AttributeKind::Name(title) => {
                    self.guide.shape_mut().place_mut(place).title = title.text.as_str().into();
                }
                AttributeKind::Setting(setting)
                    if setting.name.text == "decimal_mark" && matches!(&*setting.value.text, "," | ".") =>
                {
                    let mark = setting.value.text.as_bytes().first().copied();
                    self.guide.rules[place.index()].decimal_mark = mark.filter(|&mark| mark != b'.');
                }
                AttributeKind::Optional | AttributeKind::Severity(_) => {}
                _ => self.unsupported("this attribute of a column", attribute.span),
            }
        }
        place
    }

    fn unit(&mut self, unit: &UnitLine) {
        self.guide.unit = match unit.kind.text.as_str() {
            "file" => Unit::File,
            "group" => {
                let columns = unit.by.iter().filter_map(|path| self.unit_column(path)).collect();
                Unit::Group(columns)
            }
            // What begins with a record or is an element is theirs to say.
            "record" | "element" => return,
            _ => Unit::Transaction,
        };
    }

    fn unit_column(&mut self, path: &Path) -> Option<PlaceId> {
        let StepName::Name(name) = &path.steps.first()?.name else { return None };
        let found = self.guide.shape.children_named(PlaceId::ROOT, name).next();
        if found.is_none() {
            self.findings.push(
                Diagnostic::new(Code::G007).with("name", name).at(path.span, "no column has this name"),
            );
        }
        found
    }

    fn unsupported(&mut self, what: &str, span: Span) {
        self.findings.push(
            Diagnostic::new(Code::L002)
                .with("what", what)
                .with("instead", "leave it out for now")
                .at(span, ""),
        );
    }

    fn add(&mut self, parent: PlaceId, name: &str, kind: PlaceKind, rules: PlaceRules) -> PlaceId {
        let place = self.guide.shape_mut().add(parent, name, kind);
        self.guide.rules.push(Shared::new(rules));
        place
    }
}
