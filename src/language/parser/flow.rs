//! `flow … end flow`.

use super::super::syntax::{
    Collected, Counts, FlowDocument, FlowRead, FlowWhen, FlowWrite, Gather, Literal, Path, Policy, Together,
    Word,
};
use super::expression::{expression, literal};
use super::input::{
    Input, Parsed, document_reference, keyword, label, list, must, name, plain_word, sign, string,
    whole_number,
};
use super::lines::{Logical, Open, Parser};
use super::path::path;
use super::via::policy;
use super::wording::Vocabulary;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic};
use nom::Parser as _;
use nom::branch::alt;
use nom::combinator::{opt, value};
use nom::multi::many0;
use nom::sequence::{pair, preceded};

const WRITE_FORM: &str =
    "write MAP [with NAME = \"…\"] to \"ENDPOINT\" [per message|per source|collected every 15m]";

pub const VOCABULARY: Vocabulary = Vocabulary {
    place: "flow",
    words: &["read", "when", "write", "otherwise", "end"],
    otherwise: "start the line with `read`, `when`, `write` or `otherwise`",
};

const WHEN_VOCABULARY: Vocabulary = Vocabulary {
    place: "`when` of a flow",
    words: &["write", "end"],
    otherwise: "start the line with `write`",
};

/// `flow NAME … end flow`
pub fn document(parser: &mut Parser<'_, '_>) -> Option<FlowDocument> {
    let line = parser.peek()?;
    let header = parser.read(&line, 1, "flow NAME", document_reference);
    let shown = format!("flow {}", header.as_ref().map_or("", |name| &name.name));
    let (mut reads, mut writes, mut whens) = (Vec::new(), Vec::new(), Vec::new());
    let mut otherwise: Option<Policy> = None;
    let mut span = line.span();
    parser.block(Open { labels: vec!["flow".to_string()], shown, span }, |parser, line| {
        span = span.to(line.span());
        match line.first_word() {
            "read" => {
                let read = parser.read(&line, 1, "read MAP from GUIDE", read);
                reads.extend(read.map(|read| FlowRead { span: line.span(), ..read }));
            }
            "write" => writes.extend(write_line(parser, &line)),
            "when" => whens.extend(when(parser, &line)),
            "otherwise" => otherwise_line(parser, &line, &mut otherwise),
            _ => {
                if parser.unknown_word(&line, 0, &VOCABULARY) == Some("when") {
                    when_lines(parser, &line);
                }
            }
        }
    });
    let documentation = line.documentation.to_string();
    Some(FlowDocument { name: header?, documentation, reads, writes, whens, otherwise, span })
}

fn otherwise_line<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>, slot: &mut Option<Policy>) {
    let Some(policy) = parser.read(line, 1, "otherwise hold \"text\"", policy) else { return };
    match slot {
        None => *slot = Some(policy),
        Some(first) => {
            let finding = Diagnostic::new(Code::L018)
                .with("found", "otherwise")
                .at(line.span(), "")
                .at(first.span, "the first one");
            parser.report(finding);
        }
    }
}

fn read(input: Input<'_>) -> Parsed<'_, FlowRead> {
    let (rest, map) = document_reference(input)?;
    let (rest, _) = must(keyword("from", "`from`"))(rest)?;
    let (rest, guide) = must(document_reference)(rest)?;
    Ok((rest, FlowRead { map, guide, span: input.span_to(&rest) }))
}

fn when<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>) -> Option<FlowWhen> {
    let condition = parser.read(line, 1, "when CONDITION", expression);
    let writes = when_lines(parser, line);
    Some(FlowWhen { condition: condition?, writes, span: line.span() })
}

fn when_lines<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>) -> Vec<FlowWrite> {
    let mut writes = Vec::new();
    let open = Open { labels: vec!["when".to_string()], shown: "when".to_string(), span: line.span() };
    parser.block(open, |parser, line| match line.first_word() {
        "write" => writes.extend(write_line(parser, &line)),
        _ => {
            parser.unknown_word(&line, 0, &WHEN_VOCABULARY);
        }
    });
    writes
}

fn write_line<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>) -> Option<FlowWrite> {
    parser.read(line, 1, WRITE_FORM, write).map(|write| FlowWrite { span: line.span(), ..write })
}

fn write(input: Input<'_>) -> Parsed<'_, FlowWrite> {
    let (rest, map) = document_reference(input)?;
    let (rest, parameters) = opt(preceded(keyword("with", "`with`"), must(list(parameter)))).parse(rest)?;
    let (rest, gather) = opt(gather).parse(rest)?;
    let (rest, _) = must(keyword("to", "`to`"))(rest)?;
    let (rest, endpoint) = must(string)(rest)?;
    let (rest, per) = opt(per).parse(rest)?;
    let (rest, collected) = opt(collected).parse(rest)?;
    let (rest, until) = opt(preceded(keyword("until", "`until`"), must(expression))).parse(rest)?;
    let (rest, every) = opt(preceded(keyword("every", "`every`"), must(label))).parse(rest)?;
    let (rest, at) = opt(preceded(keyword("at", "`at`"), must(list(string)))).parse(rest)?;
    let (rest, limits) = opt(limits).parse(rest)?;
    let (parameters, at) = (parameters.unwrap_or_default(), at.unwrap_or_default());
    let (max, size) = limits.unwrap_or_default();
    let span = input.span_to(&rest);
    let write =
        FlowWrite { map, parameters, endpoint, per, gather, collected, until, every, at, max, size, span };
    Ok((rest, write))
}

fn parameter(input: Input<'_>) -> Parsed<'_, (Word, Literal)> {
    let (rest, name) = name(input)?;
    let (rest, _) = must(sign("=", "`=`"))(rest)?;
    let (rest, value) = must(literal)(rest)?;
    Ok((rest, (name, value)))
}

fn per(input: Input<'_>) -> Parsed<'_, Word> {
    let (rest, _) = keyword("per", "`per`")(input)?;
    must(|input| match plain_word(input) {
        Ok((rest, word)) if matches!(word.text.as_str(), "message" | "source") => Ok((rest, word)),
        _ => input.expected("`message` or `source`"),
    })(rest)
}

/// `gather by order_number last shipped_at sum gross_weight`
fn gather(input: Input<'_>) -> Parsed<'_, Gather> {
    let (rest, _) = keyword("gather", "`gather`")(input)?;
    let (rest, _) = must(keyword("by", "`by`"))(rest)?;
    let (rest, by) = must(list(path))(rest)?;
    let together = Together { by, span: input.span_to(&rest) };
    let (rest, counts) = many0(counts).parse(rest)?;
    Ok((rest, Gather { together, counts }))
}

/// `last shipped_at, number`
fn counts(input: Input<'_>) -> Parsed<'_, (Counts, Vec<Path>)> {
    let word = alt((
        value(Counts::First, keyword("first", "`first`")),
        value(Counts::Last, keyword("last", "`last`")),
        value(Counts::Sum, keyword("sum", "`sum`")),
    ));
    pair(word, must(list(path))).parse(input)
}

/// `collected as outbound by order_date`
fn collected(input: Input<'_>) -> Parsed<'_, Collected> {
    let (rest, _) = keyword("collected", "`collected`")(input)?;
    let (rest, name) = opt(preceded(keyword("as", "`as`"), must(plain_word))).parse(rest)?;
    let (rest, by) = opt(preceded(keyword("by", "`by`"), must(list(path)))).parse(rest)?;
    let together = Together { by: by.unwrap_or_default(), span: input.span_to(&rest) };
    Ok((rest, Collected { name, together }))
}

/// How many, and how many bytes, each with its place.
type Limits = (Option<(u32, Span)>, Option<(u64, Span)>);

/// `max 500`, `max 2MB`, `max 500 or 2MB`
fn limits(input: Input<'_>) -> Parsed<'_, Limits> {
    let (rest, _) = keyword("max", "`max`")(input)?;
    if let Ok((rest, bytes)) = size(rest) {
        return Ok((rest, (None, Some((bytes, input.span_to(&rest))))));
    }
    let (rest, number) = must(whole_number)(rest)?;
    let max = Some((number, input.span_to(&rest)));
    let (rest, bytes) = opt(preceded(keyword("or", "`or`"), must(size))).parse(rest)?;
    let span = input.span_to(&rest);
    Ok((rest, (max, bytes.map(|bytes| (bytes, span)))))
}

/// `500KB`, `2MB`
fn size(input: Input<'_>) -> Parsed<'_, u64> {
    let of = |text: &str, unit: &str, bytes: u64| {
        text.strip_suffix(unit).and_then(|number| number.parse::<u64>().ok()?.checked_mul(bytes))
    };
    match label(input) {
        Ok((rest, word)) => match of(&word.text, "KB", 1000).or_else(|| of(&word.text, "MB", 1_000_000)) {
            Some(bytes) => Ok((rest, bytes)),
            None => input.expected("a size such as 500KB or 2MB"),
        },
        Err(_) => input.expected("a size such as 500KB or 2MB"),
    }
}
