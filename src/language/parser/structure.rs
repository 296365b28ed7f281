//! Blocks of a guide: `structure`, `columns` and the `record`s of fixed-width files.

use super::super::lexer::{Kind, Token};
use super::super::syntax::{
    Attribute, AttributeKind, ColumnDeclaration, RecordDeclaration, RecordField, StructureItem,
    TypeExpression, Word,
};
use super::attribute::{attributes, is_attribute};
use super::input::{Input, Parsed, keyword, must, name, sign, whole_number};
use super::lines::{Logical, Open, Parser};
use super::shape::type_expression;
use super::tight;
use nom::Parser as _;
use nom::branch::alt;
use nom::combinator::map;
use nom::multi::many0;

const LOOP_FORM: &str = "loop TAG [id \"…\"] [max N] [key .01]";
const GROUP_FORM: &str = "group NAME = TAG [max N] [key .01]";
const SEGMENT_FORM: &str = "TAG [required] [max N] [key .01]";
const RECORD_FORM: &str = "record NAME [required] [max N]";
const FIELD_FORM: &str = "NAME WIDTH [TYPE] [const \"…\"]";
const COLUMN_FORM: &str = "NAME TYPE [required] [blank \"…\"]";

/// The items of `structure`.
pub fn structure<'a>(parser: &mut Parser<'a, '_>, first: &Logical<'a>) -> Vec<StructureItem> {
    let labels = vec!["structure".to_string()];
    items(parser, Open { labels, shown: "structure".to_string(), span: first.span() })
}

fn items(parser: &mut Parser<'_, '_>, open: Open) -> Vec<StructureItem> {
    let mut found = Vec::new();
    parser.block(open, |parser, line| found.extend(item(parser, &line)));
    tight(found)
}

fn item<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>) -> Option<StructureItem> {
    let header = match line.first_word() {
        "loop" => parser.read(line, 1, LOOP_FORM, |input| header(input, false)),
        "group" => parser.read(line, 1, GROUP_FORM, |input| header(input, true)),
        _ => {
            let (tag, attributes) =
                parser.read(line, 0, SEGMENT_FORM, |input| (name, attributes).parse(input))?;
            let (alias, is_loop, children) = (None, false, Vec::new());
            return Some(StructureItem { tag, alias, is_loop, attributes, children, span: line.span() });
        }
    };
    let mut labels = Vec::new();
    if let Some((alias, tag, _)) = &header {
        labels.extend(alias.iter().map(|alias| alias.text.clone()));
        labels.push(tag.text.clone());
    }
    labels.push(line.first_word().to_string());
    let shown = format!("{} {}", line.first_word(), labels[0]);
    let children = items(parser, Open { labels, shown, span: line.span() });
    let (alias, tag, attributes) = header?;
    Some(StructureItem { tag, alias, is_loop: true, attributes, children, span: line.span() })
}

type Header = (Option<Word>, Word, Vec<Attribute>);

/// `N1 max 10 key .01`, `stock = INV max 10`
fn header(input: Input<'_>, aliased: bool) -> Parsed<'_, Header> {
    let (rest, first) = name(input)?;
    let (rest, (alias, tag)) = if aliased {
        let (rest, _) = must(sign("=", "`=`"))(rest)?;
        let (rest, tag) = must(name)(rest)?;
        (rest, (Some(first), tag))
    } else {
        (rest, (None, first))
    };
    let (rest, attributes) = attributes(rest)?;
    Ok((rest, (alias, tag, attributes)))
}

/// The lines of `columns`.
pub fn columns<'a>(parser: &mut Parser<'a, '_>, first: &Logical<'a>) -> Vec<ColumnDeclaration> {
    let mut found = Vec::new();
    let labels = vec!["columns".to_string()];
    let open = Open { labels, shown: "columns".to_string(), span: first.span() };
    parser.block(open, |parser, line| {
        let column = parser.read(&line, 0, COLUMN_FORM, column);
        found.extend(column.map(|column| ColumnDeclaration {
            documentation: line.documentation.to_string(),
            span: line.span(),
            ..column
        }));
    });
    tight(found)
}

fn column(input: Input<'_>) -> Parsed<'_, ColumnDeclaration> {
    let (rest, name) = name(input)?;
    let (rest, mut before) = many0(before_type).parse(rest)?;
    let (rest, kind) = type_expression(rest)?;
    let (rest, after) = attributes(rest)?;
    before.extend(after);
    let span = input.span_to(&rest);
    Ok((rest, ColumnDeclaration { name, kind, attributes: before, documentation: String::new(), span }))
}

/// `record H required max 1 … end record`, with records inside that belong to it
pub fn record<'a>(parser: &mut Parser<'a, '_>, first: &Logical<'a>) -> Option<RecordDeclaration> {
    let header = parser.read(first, 1, RECORD_FORM, |input| (name, attributes).parse(input));
    let mut labels = vec!["record".to_string()];
    labels.extend(header.iter().map(|(name, _)| name.text.clone()));
    let (mut fields, mut records) = (Vec::new(), Vec::new());
    let open = Open { labels, shown: format!("record {}", first.word(1)), span: first.span() };
    parser.block(open, |parser, line| {
        // A field may be called `record`; its width follows.
        if line.first_word() == "record" && line.tokens.get(1).is_some_and(|token| token.kind != Kind::Number)
        {
            records.extend(record(parser, &line));
            return;
        }
        let field = parser.read(&line, 0, FIELD_FORM, field);
        fields.extend(field.map(|mut field| {
            field.column.documentation = line.documentation.to_string();
            field
        }));
    });
    let (name, attributes) = header?;
    let (fields, records) = (tight(fields), tight(records));
    Some(RecordDeclaration { name, attributes, fields, records, span: first.span() })
}

/// `order_no 22 text`, `tag 1 const "H"`
fn field(input: Input<'_>) -> Parsed<'_, RecordField> {
    let (rest, name) = name(input)?;
    let is_type = |token: &Token<'_>| {
        token.kind == Kind::Word && (!is_attribute(token) || matches!(&*token.text, "required" | "opt"))
    };
    if rest.first().is_some_and(is_type) {
        // What is called so, its type, its attributes: as columns are declared.
        let (rest, column) = column(input)?;
        return Ok((rest, RecordField { width: None, column }));
    }
    let width_span = rest.place();
    let (rest, width) = whole_number(rest)?;
    let untyped = rest.first().is_none_or(is_attribute);
    let (rest, kind) = if untyped {
        let name = Word { text: "text".to_string(), span: width_span };
        let (numbers, mask, codes) = (Vec::new(), None, Vec::new());
        (rest, TypeExpression { name, numbers, mask, codes, span: width_span })
    } else {
        type_expression(rest)?
    };
    let (rest, attributes) = attributes(rest)?;
    let (documentation, span) = (String::new(), input.span_to(&rest));
    Ok((
        rest,
        RecordField {
            width: Some(width),
            column: ColumnDeclaration { name, kind, attributes, documentation, span },
        },
    ))
}

/// Attributes that may stand before the type.
pub fn before_type(input: Input<'_>) -> Parsed<'_, Attribute> {
    alt((
        map(keyword("required", "`required`"), |span| Attribute { kind: AttributeKind::Required, span }),
        map(keyword("opt", "`opt`"), |span| Attribute { kind: AttributeKind::Optional, span }),
    ))
    .parse(input)
}
