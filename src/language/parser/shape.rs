//! `.shape` files, and types as shapes, dictionaries and columns write them.

use super::super::syntax::{FieldDeclaration, ShapeDocument, Text, TypeExpression, Word};
use super::attribute::codes;
use super::input::{Input, Parsed, keyword, list, must, name, plain_word, sign, string, whole_number};
use super::lines::{Open, Parser};
use super::tight;
use nom::Parser as _;
use nom::combinator::opt;
use nom::multi::many0;
use nom::sequence::preceded;

const FORM: &str = "shape NAME [name \"…\"] [master]";
const FIELD_FORM: &str = "NAME [many] TYPE [required] [key]";

/// `shape NAME … end shape`, `record NAME … end record`
pub fn document(parser: &mut Parser<'_, '_>) -> Option<ShapeDocument> {
    let line = parser.peek()?;
    let is_document = line.first_word() == "shape";
    let header =
        parser.read(&line, 1, FORM, |input| (name, title, opt(keyword("master", "`master`"))).parse(input));
    let mut fields = Vec::new();
    let mut labels = vec![line.first_word().to_string()];
    labels.extend(header.iter().map(|(name, ..)| name.text.clone()));
    let shown = format!("{} {}", line.first_word(), line.word(1));
    let mut span = line.span();
    parser.block(Open { labels, shown, span }, |parser, line| {
        span = span.to(line.span());
        let field = parser.read(&line, 0, FIELD_FORM, field);
        fields.extend(field.map(|field| FieldDeclaration {
            documentation: line.documentation.to_string(),
            span: line.span(),
            ..field
        }));
    });
    let (name, title, master) = header?;
    let (documentation, fields) = (line.documentation.to_string(), tight(fields));
    Some(ShapeDocument { name, is_document, is_master: master.is_some(), title, documentation, fields, span })
}

/// `name "…"`
pub fn title(input: Input<'_>) -> Parsed<'_, Option<Text>> {
    opt(preceded(keyword("name", "`name`"), must(string))).parse(input)
}

fn field(input: Input<'_>) -> Parsed<'_, FieldDeclaration> {
    let (rest, name) = name(input)?;
    let (rest, many) = opt(keyword("many", "`many`")).parse(rest)?;
    let (rest, kind) = type_expression(rest)?;
    let (rest, required) = opt(keyword("required", "`required`")).parse(rest)?;
    let (rest, key) = opt(keyword("key", "`key`")).parse(rest)?;
    let field = FieldDeclaration {
        name,
        many: many.is_some(),
        kind,
        required: required.is_some(),
        key: key.is_some(),
        documentation: String::new(),
        span: input.span_to(&rest),
    };
    Ok((rest, field))
}

/// `text 22`, `decimal(9,2)`, `date "MM/dd/yyyy"`, `code A C D`, `AN 1 22`, a record's name
pub fn type_expression(input: Input<'_>) -> Parsed<'_, TypeExpression> {
    let Ok((rest, name)) = plain_word(input) else { return input.expected("a type such as `text 35`") };
    let (rest, numbers) = match rest.first() {
        Some(token) if token.is_sign("(") => {
            let (rest, numbers) = must(list(whole_number))(rest.rest())?;
            let (rest, _) = must(sign(")", "`,` or `)`"))(rest)?;
            (rest, numbers)
        }
        _ => many0(whole_number).parse(rest)?,
    };
    let (rest, mask) = if matches!(name.text.as_str(), "date" | "time" | "datetime" | "instant") {
        opt(string).parse(rest)?
    } else {
        (rest, None)
    };
    let (rest, codes): (_, Vec<Word>) =
        if name.text == "code" { must(codes)(rest)? } else { (rest, Vec::new()) };
    Ok((rest, TypeExpression { name, numbers, mask, codes, span: input.span_to(&rest) }))
}
