//! `guide … end guide`.

use super::super::lexer::Kind;
use super::super::syntax::{
    CaseLine, DocumentReference, GuideDocument, GuideLine, HierarchyLine, NumberSetting, RuleLine,
    SyntaxLine, UnitLine, Word,
};
use super::attribute::{SEVERITIES, attributes, settings, some_attributes};
use super::element;
use super::expression::expression;
use super::input::{
    Input, Parsed, document_reference, keyword, label, list, must, name, plain_word, sign, string,
    whole_number,
};
use super::lines::{Logical, Open, Parser, read_line};
use super::path::{path, step_name};
use super::structure::{self, columns, structure};
use super::tight;
use super::wording::{Vocabulary, meant};
use nom::Parser as _;
use nom::branch::alt;
use nom::combinator::{map, opt};
use nom::multi::many0;
use nom::sequence::preceded;

pub const VOCABULARY: Vocabulary = Vocabulary {
    place: "guide",
    words: &[
        "version",
        "lang",
        "source",
        "syntax",
        "dictionary",
        "delimiters",
        "unit",
        "header",
        "structure",
        "columns",
        "extra",
        "not",
        "widen",
        "case",
        "record",
        "namespace",
        "element",
        "client",
        "hierarchy",
        "end",
    ],
    otherwise: "write a rule as `PATH required max 1`",
};

const HIERARCHY_FORM: &str = "hierarchy HL id .01 parent .02 level .03 children .04 levels S > O > T? > I";
const RULE_FORM: &str = "PATH required max 1 only N F";

/// `guide NAME [extends NAME] … end guide`
pub fn document(parser: &mut Parser<'_, '_>) -> Option<GuideDocument> {
    let line = parser.peek()?;
    let header = parser.read(&line, 1, "guide NAME [extends NAME]", name_and_base);
    let shown = format!("guide {}", header.as_ref().map_or("", |(name, _)| &name.name));
    let mut lines = Vec::new();
    let mut span = line.span();
    let open = Open { labels: vec!["guide".to_string()], shown, span };
    parser.block(open, |parser, line| {
        span = span.to(line.span());
        lines.extend(guide_line(parser, &line));
    });
    let (name, extends) = header?;
    let (documentation, lines) = (line.documentation.to_string(), tight(lines));
    Some(GuideDocument { name, extends, documentation, lines, span })
}

/// `house/940-order extends house/base@7`
pub fn name_and_base(input: Input<'_>) -> Parsed<'_, (DocumentReference, Option<DocumentReference>)> {
    let base = preceded(keyword("extends", "`extends`"), must(document_reference));
    (document_reference, opt(base)).parse(input)
}

/// A line that starts with a keyword; a word that is a keyword only with what follows is a column's name otherwise.
fn guide_line<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>) -> Option<GuideLine> {
    let span = line.span();
    let second = line.tokens.get(1);
    let second_is = |kind: Kind| second.is_some_and(|token| token.kind == kind);
    match line.first_word() {
        "version" if second_is(Kind::Number) => number(parser, line).map(GuideLine::Version),
        "lang" if second_is(Kind::Number) => number(parser, line).map(GuideLine::Lang),
        "source" if second_is(Kind::Text) => {
            parser.read(line, 1, "source \"…\"", string).map(GuideLine::Source)
        }
        "syntax" => parser.read(line, 1, "syntax FORMAT NAME VALUE …", |input| {
            let (rest, (format, settings)) = (plain_word, settings).parse(input)?;
            Ok((rest, GuideLine::Syntax(SyntaxLine { format, settings, span })))
        }),
        "dictionary" => {
            parser.read(line, 1, "dictionary NAME", document_reference).map(GuideLine::Dictionary)
        }
        "delimiters" => parser
            .read(line, 1, "delimiters element \"*\" segment \"~\"", settings)
            .map(GuideLine::Delimiters),
        "unit" => parser
            .read(
                line,
                1,
                "unit transaction|file|group by COLUMN [contiguous]|record NAME [by FIELD]|element NAME",
                unit,
            )
            .map(|unit| GuideLine::Unit(UnitLine { span, ..unit })),
        "header" => parser
            .read(line, 1, "header COLUMN, COLUMN", list(path))
            .map(|paths| GuideLine::Header(paths, span)),
        "structure" if second.is_none() => {
            parser.skip(line);
            Some(GuideLine::Structure(structure(parser, line), span))
        }
        "columns" if second.is_none() => {
            parser.skip(line);
            Some(GuideLine::Columns(columns(parser, line), span))
        }
        "record" => structure::record(parser, line).map(GuideLine::Record),
        "namespace" => parser.read(line, 1, "namespace [PREFIX] \"…\"", |input| {
            let (rest, (prefix, namespace)) = (opt(name), must(string)).parse(input)?;
            Ok((rest, GuideLine::Namespace(prefix, namespace)))
        }),
        "element" => element::block(parser, line).map(GuideLine::Element),
        "client" if line.word(1) == "from" => {
            parser.read(line, 2, "client from COLUMN", path).map(|path| GuideLine::Client(path, span))
        }
        "hierarchy" => parser
            .read(line, 1, HIERARCHY_FORM, hierarchy)
            .map(|hierarchy| GuideLine::Hierarchy(HierarchyLine { span, ..hierarchy })),
        "extra" if matches!(line.word(1), "columns" | "elements" | "segments") => parser
            .read(line, 2, "extra columns|elements|segments warn|ignore|reject", extra)
            .map(GuideLine::ExtraColumns),
        "not" if line.word(1) == "used" => parser
            .read(line, 2, "not used PATH, PATH", list(path))
            .map(|paths| GuideLine::NotUsed(paths, span)),
        "widen" => parser
            .read(line, 1, "widen PATH length 50 \"why\"", widen)
            .map(|(rule, why)| GuideLine::Widen(RuleLine { span, ..rule }, why)),
        "case" => parser
            .read(line, 1, "case [reject|hold|warn|info] CODE \"text\": condition", case)
            .map(|case| GuideLine::Case(CaseLine { span, ..case })),
        _ => rule_line(parser, line),
    }
}

fn number<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>) -> Option<NumberSetting> {
    let form = format!("{} NUMBER", line.first_word());
    parser.read(line, 1, &form, number_setting)
}

/// `3`
pub fn number_setting(input: Input<'_>) -> Parsed<'_, NumberSetting> {
    let (rest, value) = whole_number(input)?;
    Ok((rest, NumberSetting { value, span: input.span_to(&rest) }))
}

fn unit(input: Input<'_>) -> Parsed<'_, UnitLine> {
    const KINDS: [&str; 5] = ["transaction", "file", "group", "record", "element"];
    let (rest, kind) = match plain_word(input) {
        Ok((rest, kind)) if KINDS.contains(&kind.text.as_str()) => (rest, kind),
        _ => return input.expected("`transaction`, `file`, `group by`, `record` or `element`"),
    };
    let (rest, record, by) = match kind.text.as_str() {
        "group" => {
            let (rest, by) = preceded(must(keyword("by", "`by`")), must(list(path))).parse(rest)?;
            (rest, None, by)
        }
        "record" => {
            let by = preceded(keyword("by", "`by`"), must(list(path)));
            let (rest, (record, by)) = (must(name), opt(by)).parse(rest)?;
            (rest, Some(record), by.unwrap_or_default())
        }
        "element" => {
            let start = rest.place();
            let (rest, text) = must(step_name)(rest)?;
            (rest, Some(Word { text, span: start }), Vec::new())
        }
        _ => (rest, None, Vec::new()),
    };
    let (rest, contiguous) = opt(keyword("contiguous", "`contiguous`")).parse(rest)?;
    Ok((rest, UnitLine { kind, record, by, contiguous: contiguous.is_some(), span: input.span_to(&rest) }))
}

fn hierarchy(input: Input<'_>) -> Parsed<'_, HierarchyLine> {
    let (rest, tag) = name(input)?;
    let place = |input| match plain_word(input) {
        Ok((rest, word)) if matches!(word.text.as_str(), "id" | "parent" | "level" | "children") => {
            map(must(path), |path| (word.clone(), path)).parse(rest)
        }
        _ => input.expected("`id`, `parent`, `level`, `children` or `levels`"),
    };
    let (rest, places) = many0(place).parse(rest)?;
    let (mut rest, _) = must(keyword("levels", "`id`, `parent`, `level`, `children` or `levels`"))(rest)?;
    let mut levels = Vec::new();
    loop {
        let (next, level) = must(name)(rest)?;
        let (next, skipped) = opt(sign("?", "`?`")).parse(next)?;
        levels.push((level, skipped.is_some()));
        match sign(">", "`>`")(next) {
            Ok((next, _)) => rest = next,
            Err(_) => return Ok((next, HierarchyLine { tag, places, levels, span: input.span_to(&next) })),
        }
    }
}

fn extra(input: Input<'_>) -> Parsed<'_, crate::language::syntax::Word> {
    match plain_word(input) {
        Ok((rest, word)) if matches!(word.text.as_str(), "warn" | "ignore" | "reject") => Ok((rest, word)),
        _ => input.expected("`warn`, `ignore` or `reject`"),
    }
}

fn widen(input: Input<'_>) -> Parsed<'_, (RuleLine, crate::language::syntax::Text)> {
    let (rest, target) = path(input)?;
    let (rest, attributes) = attributes(rest)?;
    let span = input.span_to(&rest);
    let (rest, why) = must(string)(rest)?;
    Ok((rest, (RuleLine { target, attributes, span }, why)))
}

fn case(input: Input<'_>) -> Parsed<'_, CaseLine> {
    let with_severity = |input| {
        let (rest, severity) = plain_word(input)?;
        if !SEVERITIES.contains(&severity.text.as_str()) {
            return input.expected("a severity");
        }
        let (rest, code) = label(rest)?;
        Ok((rest, (Some(severity), code)))
    };
    let (rest, (severity, code)) = alt((with_severity, map(label, |code| (None, code)))).parse(input)?;
    let (rest, text) = must(string)(rest)?;
    let (rest, _) = must(sign(":", "`:`"))(rest)?;
    let (rest, condition) = must(expression)(rest)?;
    Ok((rest, CaseLine { severity, code, text, condition, span: input.span_to(&rest) }))
}

fn rule(input: Input<'_>) -> Parsed<'_, RuleLine> {
    let (rest, target) = path(input)?;
    let (rest, attributes) = some_attributes(rest)?;
    Ok((rest, RuleLine { target, attributes, span: input.span_to(&rest) }))
}

/// A rule; where it cannot be one and starts with a word near a keyword, the keyword was meant.
fn rule_line<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>) -> Option<GuideLine> {
    let word = line.first_word();
    let alone = line.tokens.get(1).is_none_or(|token| !token.glued);
    let near = meant(word, VOCABULARY.words).is_some() && alone;
    if near && read_line(parser.text, line, 0, 0, rule).is_err() {
        match parser.unknown_word(line, 0, &VOCABULARY) {
            Some("structure") => drop(structure(parser, line)),
            Some("columns") => drop(columns(parser, line)),
            _ => {}
        }
        return None;
    }
    parser.read(line, 0, RULE_FORM, rule).map(GuideLine::Rule)
}
