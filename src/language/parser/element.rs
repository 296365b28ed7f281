//! Elements of a guide: `element` blocks, and the lines of what has nothing inside.

use super::super::lexer::{Kind, Token};
use super::super::syntax::{Attribute, AttributeKind, NestedElement, TypeExpression, Word};
use super::attribute::{attributes, is_attribute};
use super::input::{Input, Parsed, keyword, sign};
use super::lines::{Logical, Open, Parser};
use super::path::step_name;
use super::shape::type_expression;
use super::structure::before_type;
use nom::Parser as _;
use nom::branch::alt;
use nom::combinator::map;
use nom::multi::many0;

const BLOCK_FORM: &str = "element NAME[/NAME] [required] [many] [TYPE]";
const LINE_FORM: &str = "NAME [required] TYPE or @NAME [required] TYPE";

/// `element Lines/Line many … end Line`
pub fn block<'a>(parser: &mut Parser<'a, '_>, first: &Logical<'a>) -> Option<NestedElement> {
    let header = parser.read(first, 1, BLOCK_FORM, element);
    let mut labels = vec!["element".to_string()];
    labels.extend(header.iter().flat_map(|header| header.path.last()).map(|name| name.text.clone()));
    let shown = format!("element {}", labels.last().expect("it has one"));
    let mut inside = Vec::new();
    parser
        .block(Open { labels, shown, span: first.span() }, |parser, line| inside.extend(one(parser, &line)));
    header.map(|header| NestedElement {
        inside: Some(inside),
        documentation: first.documentation.to_string(),
        span: first.span(),
        ..header
    })
}

fn one<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>) -> Option<NestedElement> {
    // An element may be called `element`: then its type follows, and no name does.
    let names_one = |token: &Token<'_>| is_name(token) && !is_type(token);
    if line.first_word() == "element" && line.tokens.get(1).is_some_and(names_one) {
        return block(parser, line);
    }
    let mut found = parser.read(line, 0, LINE_FORM, element)?;
    if found.kind.is_none() {
        let (name, span) = ("text".to_string(), found.span);
        let name = Word { text: name, span };
        found.kind = Some(TypeExpression { name, numbers: Vec::new(), mask: None, codes: Vec::new(), span });
    }
    Some(NestedElement { documentation: line.documentation.to_string(), span: line.span(), ..found })
}

/// `Lines/Line many`, `cbc:Quantity required decimal`, `@unit text 3`
fn element(input: Input<'_>) -> Parsed<'_, NestedElement> {
    let (mut rest, mut path) = (input, Vec::new());
    loop {
        let (next, text) = step_name(rest)?;
        path.push(Word { text, span: rest.span_to(&next) });
        match sign("/", "`/`")(next) {
            Ok((behind, _)) if next.first().is_some_and(|slash| slash.glued) => rest = behind,
            _ => {
                rest = next;
                break;
            }
        }
    }
    let (rest, mut all) = many0(alt((before_type, many))).parse(rest)?;
    let is_typed = rest.first().is_some_and(|token| token.kind == Kind::Word && !is_attribute(token));
    let (rest, kind) = match is_typed {
        true => type_expression(rest).map(|(rest, kind)| (rest, Some(kind)))?,
        false => (rest, None),
    };
    let (rest, behind) = attributes(rest)?;
    all.extend(behind);
    let (documentation, span) = (String::new(), input.span_to(&rest));
    Ok((rest, NestedElement { path, kind, attributes: all, inside: None, documentation, span }))
}

/// `many`, also before the type.
fn many(input: Input<'_>) -> Parsed<'_, Attribute> {
    map(keyword("many", "`many`"), |span| Attribute { kind: AttributeKind::Max(u32::MAX), span }).parse(input)
}

fn is_name(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Word | Kind::Quoted)
}

/// Words that begin a type, wherever a name could stand as well.
pub const TYPES: [&str; 9] =
    ["text", "int", "decimal", "date", "time", "datetime", "instant", "bool", "code"];

fn is_type(token: &Token<'_>) -> bool {
    token.kind == Kind::Word && (TYPES.contains(&&*token.text) || is_attribute(token))
}
