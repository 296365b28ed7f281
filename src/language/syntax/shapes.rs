//! Shapes of canonical documents.

use super::{Text, Word};
use crate::base::span::Span;

/// `shape outbound_order … end shape` or `record party … end record`.
#[derive(Debug, Clone, PartialEq)]
pub struct ShapeDocument {
    /// Its name.
    pub name: Word,
    /// Whether it is a document (`shape`) or a part of documents (`record`).
    pub is_document: bool,
    /// `master`: a document of the same key takes the place of those before it.
    pub is_master: bool,
    /// Words for people: `name "Outbound order"`.
    pub title: Option<Text>,
    /// The `##` lines before it, joined by newlines.
    pub documentation: String,
    /// Its fields.
    pub fields: Vec<FieldDeclaration>,
    /// The whole document.
    pub span: Span,
}

/// `number text 80 required key`
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDeclaration {
    /// The field's name.
    pub name: Word,
    /// `many`: a list.
    pub many: bool,
    /// Its type.
    pub kind: TypeExpression,
    /// `required`.
    pub required: bool,
    /// `key`: `earlier` and `item` may look documents up by it.
    pub key: bool,
    /// The `##` lines before it.
    pub documentation: String,
    /// The whole line.
    pub span: Span,
}

/// A type as written in a shape, a dictionary or a column: `text 22`, `decimal(9,2)`, `date "MM/dd/yyyy"`,
/// `code A C D`, or the name of a record. Modifiers such as `implied`, `zero`, `sign trailing` are in `modifiers`.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeExpression {
    /// `text`, `int`, `decimal`, `date`, `time`, `datetime`, `instant`, `bool`, `code`, `ext`, an X12 type
    /// (`AN ID N0 N2 R DT TM B`), or a record's name.
    pub name: Word,
    /// Numbers that follow: `text 22`, `AN 1 22` (min, max), `decimal(9,2)`.
    pub numbers: Vec<u32>,
    /// The mask of a date or time.
    pub mask: Option<Text>,
    /// The codes of `code A C D` or of `only …`.
    pub codes: Vec<Word>,
    /// The whole type.
    pub span: Span,
}
