//! `map … end map` and `fragment … end fragment`.

use super::super::syntax::{FragmentDocument, MapDocument, Parameter, Side, Statement, StatementKind, Word};
use super::expression::literal;
use super::guide::{name_and_base, number_setting};
use super::input::{Input, Parsed, document_reference, keyword, must, name, plain_word, sign};
use super::lines::{Logical, Open, Parser};
use super::statement::{self, statement};
use super::tight;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic};
use nom::Parser as _;
use nom::branch::alt;
use nom::combinator::{map, opt};
use nom::sequence::preceded;

const FRAGMENT_FORM: &str = "fragment NAME(SOURCE: PLACE) -> canonical NAME";

/// `map NAME [extends NAME@VERSION] … end map`
pub fn document(parser: &mut Parser<'_, '_>) -> Option<MapDocument> {
    let line = parser.peek()?;
    let header = parser.read(&line, 1, "map NAME [extends NAME@VERSION]", name_and_base);
    let shown = format!("map {}", header.as_ref().map_or("", |(name, _)| &name.name));
    let span = line.span();
    let mut reader = MapReader::default();
    let mut end = span;
    parser.block(Open { labels: vec!["map".to_string()], shown, span }, |parser, line| {
        end = end.to(line.span());
        reader.line(parser, &line);
    });
    let (name, extends) = header?;
    let documentation = line.documentation.to_string();
    Some(MapDocument {
        name,
        extends,
        documentation,
        version: reader.version.map(|(value, _)| value),
        lang: reader.lang.map(|(value, _)| value),
        from: reader.from.map(|(value, _)| value),
        to: reader.to.map(|(value, _)| value),
        unmapped: reader.unmapped.map(|(value, _)| value),
        parameters: tight(reader.parameters),
        earlier: tight(reader.earlier),
        statements: tight(reader.statements),
        span: end,
    })
}

/// A header line that stands once, with its place.
type Once<T> = Option<(T, Span)>;

/// What is read of a map so far.
#[derive(Default)]
struct MapReader {
    version: Once<crate::language::syntax::NumberSetting>,
    lang: Once<crate::language::syntax::NumberSetting>,
    from: Once<(Side, Option<Word>)>,
    to: Once<Side>,
    unmapped: Once<Word>,
    parameters: Vec<Parameter>,
    earlier: Vec<crate::language::syntax::EarlierLine>,
    statements: Vec<Statement>,
}

impl MapReader {
    fn line<'a>(&mut self, parser: &mut Parser<'a, '_>, line: &Logical<'a>) {
        let word = if line.is_assignment(parser.text, 0) { "" } else { line.first_word() };
        match word {
            "version" => once(parser, line, &mut self.version, "version NUMBER", number_setting),
            "lang" => once(parser, line, &mut self.lang, "lang NUMBER", number_setting),
            "from" => once(parser, line, &mut self.from, "from guide NAME as ALIAS", from),
            "to" => once(parser, line, &mut self.to, "to canonical NAME", map_side),
            "unmapped" => once(parser, line, &mut self.unmapped, "unmapped warn|hold|ignore", unmapped),
            "param" => {
                let read = parser.read(line, 1, "param NAME = \"…\"", param);
                self.parameters.extend(read.map(|param| Parameter { span: line.span(), ..param }));
            }
            _ => match statement(parser, line, 0) {
                Some(Statement { kind: StatementKind::Earlier(earlier), .. }) => self.earlier.push(earlier),
                other => self.statements.extend(other),
            },
        }
    }
}

fn once<'a, T>(
    parser: &mut Parser<'a, '_>,
    line: &Logical<'a>,
    slot: &mut Once<T>,
    form: &str,
    read: impl FnMut(Input<'a>) -> Parsed<'a, T>,
) {
    let Some(value) = parser.read(line, 1, form, read) else { return };
    if let Some((_, first)) = slot {
        let finding = Diagnostic::new(Code::L018)
            .with("found", line.first_word())
            .at(line.span(), "")
            .at(*first, "the first one");
        parser.report(finding);
        return;
    }
    *slot = Some((value, line.span()));
}

fn from(input: Input<'_>) -> Parsed<'_, (Side, Option<Word>)> {
    (map_side, opt(preceded(keyword("as", "`as`"), must(name)))).parse(input)
}

/// `guide NAME` or `canonical NAME`
fn map_side(input: Input<'_>) -> Parsed<'_, Side> {
    alt((
        map(preceded(keyword("guide", "`guide`"), must(document_reference)), Side::Guide),
        map(preceded(keyword("canonical", "`canonical`"), must(name)), Side::Canonical),
    ))
    .parse(input)
}

fn unmapped(input: Input<'_>) -> Parsed<'_, Word> {
    match plain_word(input) {
        Ok((rest, word)) if matches!(word.text.as_str(), "warn" | "hold" | "ignore") => Ok((rest, word)),
        _ => input.expected("`warn`, `hold` or `ignore`"),
    }
}

fn param(input: Input<'_>) -> Parsed<'_, Parameter> {
    let (rest, name) = name(input)?;
    let (rest, _) = must(sign("=", "`=`"))(rest)?;
    let (rest, value) = must(literal)(rest)?;
    Ok((rest, Parameter { name, value, span: input.span_to(&rest) }))
}

/// `fragment x12_party(src: house/x12-940/N1) -> canonical party … end fragment`
pub fn fragment(parser: &mut Parser<'_, '_>) -> Option<FragmentDocument> {
    let line = parser.peek()?;
    let header = parser.read(&line, 1, FRAGMENT_FORM, fragment_header);
    let shown = format!("fragment {}", header.as_ref().map_or("", |header| &header.0.text));
    let mut statements = Vec::new();
    let mut span = line.span();
    parser.block(Open { labels: vec!["fragment".to_string()], shown, span }, |parser, line| {
        span = span.to(line.span());
        statements.extend(statement::statement(parser, &line, 0));
    });
    let (name, source, from, to) = header?;
    let documentation = line.documentation.to_string();
    Some(FragmentDocument { name, source, from, to, documentation, statements, span })
}

fn fragment_header(input: Input<'_>) -> Parsed<'_, (Word, Word, Side, Side)> {
    let (rest, name_of_it) = name(input)?;
    let (rest, _) = must(sign("(", "`(`"))(rest)?;
    let (rest, source) = must(name)(rest)?;
    let (rest, _) = must(sign(":", "`:`"))(rest)?;
    let (rest, from) = must(side)(rest)?;
    let (rest, _) = must(sign(")", "`)`"))(rest)?;
    let (rest, _) = must(sign("->", "`->`"))(rest)?;
    let (rest, to) = must(side)(rest)?;
    Ok((rest, (name_of_it, source, from, to)))
}

fn side(input: Input<'_>) -> Parsed<'_, Side> {
    alt((map_side, map(document_reference, Side::Place))).parse(input)
}
