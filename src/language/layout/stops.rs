//! What stands under what: the places of a file that are lined up with those of the lines around.

use super::super::syntax::{
    Assignment, ColumnDeclaration, DictionaryDocument, Document, GuideDocument, GuideLine, MapDocument,
    Modifiers, NestedElement, RecordDeclaration, Statement, StatementKind,
};
use std::collections::BTreeMap;

/// Where modifiers of a line of a map stand.
const MODIFIERS_COLUMN: usize = 64;
/// Room for the path of a guide's rule, if no rule around needs more.
const RULE_WIDTH: usize = 13;
/// Where the type of a dictionary's element stands, and what follows types of both kinds.
const ELEMENT_COLUMN: usize = 13;
const REPRESENTATION_COLUMN: usize = ELEMENT_COLUMN + 9;
const TYPE_COLUMN: usize = ELEMENT_COLUMN + 12;

/// Where the first token at or behind a place is put. It always has a blank before it, and moves on where there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Right of the longest text that stands before it in the lines around with a stop of the same kind.
    Neighbours(Kind),
    /// So many characters from the start of the line.
    Line(usize),
    /// So many characters from the start of the statement.
    Statement(usize),
}

/// Which lines are neighbours of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Lines `target = source` of a block, with anything but blocks between them.
    Assignment,
    /// `let` lines without other statements between them.
    Let,
    /// `param` lines without other statements between them.
    Parameter,
    /// Fields and columns.
    Field,
    /// Rules of a guide.
    Rule,
}

impl Kind {
    /// Whether statements of other kinds may stand between neighbours.
    pub fn spans_others(self) -> bool {
        matches!(self, Kind::Assignment | Kind::Field | Kind::Rule)
    }

    /// Whether what follows is a value that further lines may continue.
    pub fn is_value(self) -> bool {
        matches!(self, Kind::Assignment | Kind::Let | Kind::Parameter)
    }

    /// The least room for the text before the stop.
    pub fn least_width(self) -> usize {
        if self == Kind::Rule { RULE_WIDTH } else { 0 }
    }
}

/// The stops of a file by place.
pub type Stops = BTreeMap<u32, Stop>;

/// The stops of these documents.
pub fn stops(documents: &[Document], text: &str) -> Stops {
    let mut stops = Stops::new();
    for document in documents {
        match document {
            Document::Map(map) => of_map(map, &mut stops),
            Document::Fragment(fragment) => of_statements(&fragment.statements, &mut stops),
            Document::Guide(guide) => of_guide(guide, text, &mut stops),
            Document::Dictionary(dictionary) => of_dictionary(dictionary, &mut stops),
            Document::Shape(_) | Document::Flow(_) => {}
        }
    }
    stops
}

fn of_map(map: &MapDocument, stops: &mut Stops) {
    for parameter in &map.parameters {
        stops.insert(parameter.name.span.end, Stop::Neighbours(Kind::Parameter));
    }
    of_statements(&map.statements, stops);
}

fn of_statements(statements: &[Statement], stops: &mut Stops) {
    for statement in statements {
        match &statement.kind {
            StatementKind::Assign(line) | StatementKind::Both(line) => of_assignment(line, stops),
            StatementKind::Let { name, .. } => {
                stops.insert(name.span.end, Stop::Neighbours(Kind::Let));
            }
            StatementKind::Section(block) | StatementKind::Each(block) => {
                of_statements(&block.statements, stops);
            }
            StatementKind::When { then, otherwise, .. } => {
                of_statements(then, stops);
                of_statements(otherwise, stops);
            }
            StatementKind::Set(inner) | StatementKind::Add(inner) | StatementKind::Replace(inner) => {
                of_statements(std::slice::from_ref(inner), stops);
            }
            StatementKind::In { statements, .. } => of_statements(statements, stops),
            _ => {}
        }
    }
}

fn of_assignment(line: &Assignment, stops: &mut Stops) {
    stops.insert(line.target.span.end, Stop::Neighbours(Kind::Assignment));
    if let Some(first) = first_modifier(&line.modifiers) {
        stops.insert(first, Stop::Line(MODIFIERS_COLUMN));
    }
}

fn first_modifier(modifiers: &Modifiers) -> Option<u32> {
    let starts = [
        modifiers.required.as_ref().map(|(span, _)| span.start),
        modifiers.always.map(|span| span.start),
        modifiers.truncate.map(|(span, _)| span.start),
        modifiers.round.as_ref().map(|rounding| rounding.span.start),
    ];
    starts.into_iter().flatten().min()
}

fn of_guide(guide: &GuideDocument, text: &str, stops: &mut Stops) {
    for line in &guide.lines {
        match line {
            GuideLine::Rule(rule) => {
                stops.insert(rule.target.span.end, Stop::Neighbours(Kind::Rule));
            }
            GuideLine::Widen(rule, _) => {
                stops.insert(rule.target.span.start, Stop::Neighbours(Kind::Rule));
            }
            GuideLine::NotUsed(paths, _) => {
                let first = paths.first().map(|path| (path.span.start, Stop::Neighbours(Kind::Rule)));
                stops.extend(first);
            }
            GuideLine::Columns(columns, _) => columns.iter().for_each(|column| of_column(column, stops)),
            GuideLine::Record(record) => of_record(record, text, stops),
            GuideLine::Element(element) => of_element(element, stops),
            _ => {}
        }
    }
}

fn of_column(column: &ColumnDeclaration, stops: &mut Stops) {
    stops.insert(column.name.span.end, Stop::Neighbours(Kind::Field));
}

fn of_record(record: &RecordDeclaration, text: &str, stops: &mut Stops) {
    for field in &record.fields {
        of_column(&field.column, stops);
        if field.width.is_some() {
            // Where no type is written, the type has the place of the width.
            let kind = field.column.kind.span;
            let is_width = text[kind.start as usize..].starts_with(|first: char| first.is_ascii_digit());
            let behind_width = if is_width { kind.end } else { kind.start };
            stops.insert(behind_width, Stop::Neighbours(Kind::Field));
        }
    }
    record.records.iter().for_each(|inner| of_record(inner, text, stops));
}

fn of_element(element: &NestedElement, stops: &mut Stops) {
    match (&element.inside, element.path.last()) {
        (Some(inside), _) => inside.iter().for_each(|inner| of_element(inner, stops)),
        (None, Some(name)) => _ = stops.insert(name.span.end, Stop::Neighbours(Kind::Field)),
        (None, None) => {}
    }
}

fn of_dictionary(dictionary: &DictionaryDocument, stops: &mut Stops) {
    for element in &dictionary.elements {
        let kind = &element.kind;
        let is_representation = matches!(kind.name.text.as_str(), "a" | "n" | "an");
        let column = if is_representation { REPRESENTATION_COLUMN } else { TYPE_COLUMN };
        stops.insert(element.id.span.end, Stop::Statement(ELEMENT_COLUMN));
        stops.insert(kind.span.end, Stop::Statement(column));
    }
}
