//! L2: canonical documents from their `.shape` files. The set of fields is closed; `ext` carries what a client needs
//! beyond it.

mod beyond;

pub use beyond::{Names, collect};

use crate::diagnostics::{Code, Diagnostic, Diagnostics, suggest};
use crate::guide::leaf_type;
use crate::language::syntax::{FieldDeclaration, ShapeDocument};
use crate::tree::{LeafType, PlaceId, PlaceKind, Shape};
use std::collections::BTreeMap;

/// Deepest nesting of records.
const DEPTH_MAX: usize = 16;

/// The canonical documents of a workspace, by name.
pub type Shapes = BTreeMap<String, Shape>;

/// Compiles all documents. Records become part of each document that uses them; `ext` has the fields `beyond`. A record may
/// have the name of a document: a field is of the record, a map reads or builds the document.
pub fn compile(documents: &[&ShapeDocument], beyond: &Names, findings: &mut Diagnostics) -> Shapes {
    let (mut whole, mut records) = (BTreeMap::new(), BTreeMap::new());
    for document in documents {
        let by_name = if document.is_document { &mut whole } else { &mut records };
        if let Some(earlier) = by_name.insert(document.name.text.as_str(), *document) {
            findings.push(
                Diagnostic::new(Code::G011)
                    .with("name", &document.name.text)
                    .at(document.name.span, "again here")
                    .at(earlier.name.span, "first here"),
            );
        }
    }
    let mut shapes = Shapes::new();
    for document in whole.into_values() {
        let mut shape = Shape::new(format!("canonical {}", document.name.text));
        shape.is_master = document.is_master;
        let known = Known { records: &records, beyond };
        fields(&mut shape, PlaceId::ROOT, document, &known, &mut Vec::new(), findings);
        shapes.insert(document.name.text.clone(), shape);
    }
    shapes
}

/// What fields may be made of.
struct Known<'a> {
    records: &'a BTreeMap<&'a str, &'a ShapeDocument>,
    /// The fields of `ext`.
    beyond: &'a Names,
}

/// The fields of a document, or of a record that is inside the records `around`.
fn fields<'a>(
    shape: &mut Shape,
    parent: PlaceId,
    document: &ShapeDocument,
    known: &Known<'a>,
    around: &mut Vec<&'a str>,
    findings: &mut Diagnostics,
) {
    for declared in &document.fields {
        let records = known.records;
        let record = records.get(declared.kind.name.text.as_str());
        let kind = match record {
            Some(_) => PlaceKind::Record,
            None if declared.kind.name.text == beyond::RECORD => PlaceKind::Open,
            None => leaf(declared, records, findings),
        };
        let max_length = match (&kind, declared.kind.numbers.first()) {
            (PlaceKind::Leaf(LeafType::Text), Some(&length)) => length,
            _ => 0,
        };
        let place = shape.add(parent, &declared.name.text, kind);
        let new = shape.place_mut(place);
        new.max = if declared.many { u32::MAX } else { 1 };
        new.required = declared.required;
        new.max_length = max_length;
        if let (Some(LeafType::Decimal), [all, behind]) = (new.leaf_type(), declared.kind.numbers.as_slice())
        {
            let digits = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
            new.digits = Some((digits(all.saturating_sub(*behind)), digits(*behind)));
        }
        new.values = declared.kind.codes.iter().map(|code| code.text.as_str().into()).collect();
        new.is_lookup_key = declared.key;
        new.title = declared.documentation.as_str().into();
        if let Some(record) = record {
            let name = record.name.text.as_str();
            if around.contains(&name) || around.len() >= DEPTH_MAX {
                let finding = Diagnostic::new(Code::G028).with("what", "record").with("name", name);
                let finding = finding.at(declared.kind.name.span, "it would never end");
                if !findings.as_slice().contains(&finding) {
                    findings.push(finding);
                }
                continue;
            }
            around.push(name);
            fields(shape, place, record, known, around, findings);
            around.pop();
        }
        if shape.place(place).kind == PlaceKind::Open {
            for name in known.beyond {
                shape.add(place, name, PlaceKind::Leaf(LeafType::Text));
            }
        }
    }
}

fn leaf(
    declared: &FieldDeclaration,
    records: &BTreeMap<&str, &ShapeDocument>,
    findings: &mut Diagnostics,
) -> PlaceKind {
    let mut own = Diagnostics::new();
    let (leaf, _) = leaf_type(&declared.kind, &mut own);
    for finding in own.into_vec() {
        let near = suggest::nearest(&declared.kind.name.text, records.keys().copied());
        findings.push(match near {
            Some(near) if finding.code == Code::G001 => {
                finding.help(format!("did you mean the record `{near}`?"))
            }
            _ => finding,
        });
    }
    PlaceKind::Leaf(leaf)
}
