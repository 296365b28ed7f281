//! Lines and blocks of maps and fragments.

use super::super::lexer::Kind;
use super::super::syntax::{
    Assignment, Block, CheckLine, EarlierLine, Expression, Modifiers, Path, Rounding, Statement,
    StatementKind, Word,
};
use super::attribute::SEVERITIES;
use super::expression::{after, expression, key_value};
use super::input::{Input, Parsed, keyword, label, list, must, name, plain_word, sign, string, whole_number};
use super::lines::{Logical, Open, Parser};
use super::path::path;
use super::via::{message, unknown};
use super::wording::{Vocabulary, meant};
use crate::diagnostics::{Code, Diagnostic};
use nom::Parser as _;
use nom::combinator::opt;
use nom::multi::many0;

pub const VOCABULARY: Vocabulary = Vocabulary {
    place: "map",
    words: &[
        "version",
        "lang",
        "from",
        "to",
        "unmapped",
        "param",
        "let",
        "section",
        "each",
        "when",
        "otherwise",
        "use",
        "fill",
        "check",
        "ignore",
        "earlier",
        "set",
        "add",
        "remove",
        "replace",
        "in",
        "end",
    ],
    otherwise: "write the line as `target = source`",
};

const ASSIGN_FORM: &str = "target = source [else source] [required \"text\"]";
const SECTION_FORM: &str = "section TARGET [from SOURCE] [when CONDITION] [as NAME] [required|always]";
const EACH_FORM: &str = "each TARGET from SOURCE [where CONDITION] [group by KEY] [sort by KEY] [as NAME]";
const CHECK_FORM: &str = "check reject|hold|warn|info CODE \"text {path}\": condition";
const EARLIER_FORM: &str = "earlier DOCUMENT as NAME where FIELD = SOURCE unknown hold \"text\"";

/// Reads the statement that starts at token `skip` of `line`, with its block if it has one.
pub fn statement<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>, skip: usize) -> Option<Statement> {
    let word = if line.is_assignment(parser.text, skip) { "=" } else { line.word(skip) };
    let kind = match word {
        "=" => parser.read(line, skip, ASSIGN_FORM, assignment),
        "let" => parser.read(line, skip + 1, "let NAME = source", let_line),
        "section" => block(parser, line, skip, "section", SECTION_FORM),
        "each" => block(parser, line, skip, "each", EACH_FORM),
        "when" => when(parser, line, skip),
        "use" => parser.read(line, skip + 1, "use FRAGMENT(here)", use_line),
        "fill" => parser.read(line, skip + 1, "fill TARGET, TARGET with source", fill),
        "check" => parser.read(line, skip + 1, CHECK_FORM, check),
        "ignore" => parser.read(line, skip + 1, "ignore PATH, PATH \"why\"", ignore),
        "earlier" => parser
            .read(line, skip + 1, EARLIER_FORM, earlier)
            .map(|earlier| StatementKind::Earlier(EarlierLine { span: line.span(), ..earlier })),
        "set" | "add" | "replace" | "remove" | "in" => layer(parser, line, skip),
        "table" => table(parser, line),
        _ => other(parser, line, skip),
    };
    Some(Statement { kind: kind?, documentation: line.documentation.to_string(), span: line.span() })
}

/// A line that starts with no keyword and is no assignment: something is misspelled or missing.
fn other<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>, skip: usize) -> Option<StatementKind> {
    let starts_with_word = line.tokens.get(skip).is_some_and(|token| token.kind == Kind::Word);
    let path_goes_on = line
        .tokens
        .get(skip + 1)
        .is_some_and(|token| token.glued || token.is_sign(".") || token.is_sign("["));
    let second_is_word = line.tokens.get(skip + 1).is_some_and(|token| token.kind == Kind::Word);
    let near = meant(line.word(skip), VOCABULARY.words);
    if starts_with_word && !path_goes_on && (near.is_some() || !second_is_word) && line.tokens.len() > skip {
        let meant = parser.unknown_word(line, skip, &VOCABULARY);
        if let Some(meant) = meant {
            body(parser, line, skip, vec![meant.to_string()], true);
        }
        return None;
    }
    parser.read(line, skip, ASSIGN_FORM, assignment)
}

/// The lines of a block. `any_label` accepts the name the block builds too, whatever it is.
fn body<'a>(
    parser: &mut Parser<'a, '_>,
    line: &Logical<'a>,
    skip: usize,
    mut labels: Vec<String>,
    any_label: bool,
) -> Vec<Statement> {
    if any_label {
        labels.extend(line.tokens.iter().skip(skip + 1).map(|token| token.text.to_string()));
    }
    let shown = format!("{} {}", line.word(skip), labels.first().map_or("", String::as_str));
    let mut statements = Vec::new();
    parser.block(Open { labels, shown, span: line.span() }, |parser, line| {
        statements.extend(statement(parser, &line, 0));
    });
    statements.shrink_to_fit();
    statements
}

/// What may stand behind `end`: the target's last name, its first name, the keyword.
fn labels_of(line: &Logical<'_>, skip: usize, keyword: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut names: Vec<String> = Vec::new();
    for token in line.tokens.iter().skip(skip + 1) {
        if !names.is_empty() && !token.glued && depth == 0 {
            break;
        }
        match token.text.as_ref() {
            "[" => depth += 1,
            "]" => depth = depth.saturating_sub(1),
            name if depth == 0 && token.kind != Kind::Sign => match names.last_mut() {
                // `cac:Party` is one name.
                Some(prefix) if prefix.ends_with(':') => prefix.push_str(name),
                _ => names.push(name.to_string()),
            },
            ":" if depth == 0 && token.glued => {
                names.iter_mut().last().map_or((), |name: &mut String| name.push(':'))
            }
            _ => {}
        }
    }
    names.reverse();
    names.push(keyword.to_string());
    names
}

fn block<'a>(
    parser: &mut Parser<'a, '_>,
    line: &Logical<'a>,
    skip: usize,
    word: &'static str,
    form: &str,
) -> Option<StatementKind> {
    let header = parser.read(line, skip + 1, form, |input| block_header(input, word == "each"));
    let statements = body(parser, line, skip, labels_of(line, skip, word), false);
    let block = Block { statements, ..header? };
    Some(if word == "each" { StatementKind::Each(block) } else { StatementKind::Section(block) })
}

fn block_header(input: Input<'_>, each: bool) -> Parsed<'_, Block> {
    let (rest, target) = path(input)?;
    let (rest, source) = after("from", "`from`")(rest)?;
    if each && source.is_none() {
        return rest.expected("`from`");
    }
    let (rest, condition) =
        if each { after("where", "`where`")(rest)? } else { after("when", "`when`")(rest)? };
    let (rest, group_by) = if each { by("group", "`group by`")(rest)? } else { (rest, Vec::new()) };
    let (rest, sort_by) = if each { by("sort", "`sort by`")(rest)? } else { (rest, Vec::new()) };
    let (rest, alias) = match keyword("as", "`as`")(rest) {
        Ok((rest, _)) => must(name)(rest).map(|(rest, alias)| (rest, Some(alias)))?,
        Err(_) => (rest, None),
    };
    let (rest, inside) = if each { many0(inside).parse(rest)? } else { (rest, Vec::new()) };
    let (rest, modifiers) = modifiers(rest)?;
    let statements = Vec::new();
    Ok((rest, Block { target, source, condition, group_by, sort_by, alias, inside, modifiers, statements }))
}

/// `inside CPS as p`
fn inside(input: Input<'_>) -> Parsed<'_, (Path, Word)> {
    let (rest, _) = keyword("inside", "`inside`")(input)?;
    let (rest, around) = must(path)(rest)?;
    let (rest, _) = must(keyword("as", "`as`"))(rest)?;
    let (rest, alias) = must(name)(rest)?;
    Ok((rest, (around, alias)))
}

/// `group by a, b`
fn by<'a>(word: &'static str, shown: &'static str) -> impl FnMut(Input<'a>) -> Parsed<'a, Vec<Expression>> {
    move |input| {
        let Ok((rest, _)) = keyword(word, shown)(input) else { return Ok((input, Vec::new())) };
        let (rest, _) = must(keyword("by", "`by`"))(rest)?;
        must(list(expression))(rest)
    }
}

fn when<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>, skip: usize) -> Option<StatementKind> {
    let condition = parser.read(line, skip + 1, "when CONDITION", expression);
    let (mut then, mut otherwise) = (Vec::new(), Vec::new());
    let mut turned = None;
    let open = Open { labels: vec!["when".to_string()], shown: "when".to_string(), span: line.span() };
    parser.block(open, |parser, line| {
        if line.first_word() == "otherwise" && line.tokens.len() == 1 {
            parser.skip(&line);
            if let Some(first) = turned.replace(line.span()) {
                let finding = Diagnostic::new(Code::L018)
                    .with("found", "otherwise")
                    .at(line.span(), "")
                    .at(first, "the first one");
                parser.report(finding);
            }
            return;
        }
        let part = if turned.is_some() { &mut otherwise } else { &mut then };
        part.extend(statement(parser, &line, 0));
    });
    Some(StatementKind::When { condition: condition?, then, otherwise })
}

/// `set …`, `add …`, `replace …`, `remove …`, `in … end in`
fn layer<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>, skip: usize) -> Option<StatementKind> {
    let word = line.word(skip);
    if word == "remove" {
        return parser.read(line, skip + 1, "remove TARGET", path).map(StatementKind::Remove);
    }
    if word == "in" {
        let target = parser.read(line, skip + 1, "in TARGET", path);
        let mut labels = labels_of(line, skip, "in");
        labels.rotate_right(1);
        let statements = body(parser, line, skip, labels, false);
        return Some(StatementKind::In { target: target?, statements });
    }
    let nested = matches!(line.word(skip + 1), "set" | "add" | "replace" | "remove" | "in");
    if line.tokens.len() == skip + 1 || (nested && !line.is_assignment(parser.text, skip + 1)) {
        let form = format!("{word} target = source");
        return parser.read(line, skip + 1, &form, |input| input.expected("a line or block of the map"));
    }
    let inner = Box::new(statement(parser, line, skip + 1)?);
    Some(match word {
        "set" => StatementKind::Set(inner),
        "add" => StatementKind::Add(inner),
        _ => StatementKind::Replace(inner),
    })
}

/// Code tables are files of their own: their lines are skipped.
fn table<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>) -> Option<StatementKind> {
    parser.skip(line);
    let name = line.word(1).to_string();
    let finding = Diagnostic::new(Code::L019)
        .at(line.tokens[0].span, "")
        .help(format!("put the rows into `tables/{name}.csv`: a header line, then one code per line"));
    parser.report(finding);
    let labels = vec!["table".to_string(), name];
    let open = Open { labels, shown: "table".to_string(), span: line.span() };
    parser.block(open, |parser, line| parser.skip(&line));
    None
}

fn assignment(input: Input<'_>) -> Parsed<'_, StatementKind> {
    let (rest, target) = path(input)?;
    let both = rest.first().is_some_and(|token| token.is_sign("<->"));
    let (rest, _) = if both { (rest.rest(), rest.place()) } else { must(sign("=", "`=`"))(rest)? };
    let (rest, value) = must(expression)(rest)?;
    let (rest, modifiers) = modifiers(rest)?;
    let assignment = Assignment { target, value, modifiers };
    let kind = if both { StatementKind::Both(assignment) } else { StatementKind::Assign(assignment) };
    Ok((rest, kind))
}

fn modifiers(input: Input<'_>) -> Parsed<'_, Modifiers> {
    let mut found = Modifiers::default();
    let mut rest = input;
    loop {
        let start = rest;
        let word =
            rest.first().filter(|token| token.kind == Kind::Word).map(|token| (token, token.text.as_ref()));
        let twice = match word {
            Some((token, "required")) => {
                let (next, text) = opt(message).parse(rest.rest())?;
                rest = next;
                found.required.replace((token.span, text)).is_some()
            }
            Some((token, "always")) => {
                rest = rest.rest();
                found.always.replace(token.span).is_some()
            }
            Some((_, "truncate")) => {
                let (next, warn) = opt(keyword("warn", "`warn`")).parse(rest.rest())?;
                rest = next;
                found.truncate.replace((start.span_to(&next), warn.is_some())).is_some()
            }
            Some((_, "round")) => {
                let (next, rounding) = rounding(rest)?;
                rest = next;
                found.round.replace(rounding).is_some()
            }
            _ => return Ok((rest, found)),
        };
        if let (true, Some((token, word))) = (twice, word) {
            return start.fail(Diagnostic::new(Code::L018).with("found", word).at(token.span, ""));
        }
    }
}

/// `round exact`, `round 2 half_up`
fn rounding(input: Input<'_>) -> Parsed<'_, Rounding> {
    let start = input.rest();
    if let Ok((rest, _)) = keyword("exact", "`exact`")(start) {
        return Ok((rest, Rounding { digits: None, span: input.span_to(&rest) }));
    }
    let (rest, digits) = match whole_number(start) {
        Ok(found) => found,
        Err(_) => return must(|input: Input<'_>| input.expected("`exact` or a number of digits"))(start),
    };
    let (rest, mode) = match plain_word(rest) {
        Ok(found) => found,
        Err(_) => return must(|input: Input<'_>| input.expected("a mode such as `half_up`"))(rest),
    };
    Ok((rest, Rounding { digits: Some((digits, mode)), span: input.span_to(&rest) }))
}

fn let_line(input: Input<'_>) -> Parsed<'_, StatementKind> {
    let (rest, name) = name(input)?;
    let (rest, _) = must(sign("=", "`=`"))(rest)?;
    let (rest, value) = must(expression)(rest)?;
    Ok((rest, StatementKind::Let { name, value }))
}

fn use_line(input: Input<'_>) -> Parsed<'_, StatementKind> {
    let (rest, name) = name(input)?;
    let (rest, _) = must(sign("(", "`(`"))(rest)?;
    let (rest, argument) = must(expression)(rest)?;
    let (rest, _) = must(sign(")", "`)`"))(rest)?;
    Ok((rest, StatementKind::Use { name, argument }))
}

fn fill(input: Input<'_>) -> Parsed<'_, StatementKind> {
    let (rest, targets) = list(path)(input)?;
    let (rest, _) = must(keyword("with", "`,` or `with`"))(rest)?;
    let (rest, value) = must(expression)(rest)?;
    Ok((rest, StatementKind::Fill { targets, value }))
}

fn check(input: Input<'_>) -> Parsed<'_, StatementKind> {
    let (rest, severity) = match plain_word(input) {
        Ok((rest, word)) if SEVERITIES.contains(&word.text.as_str()) => (rest, word),
        _ => return input.expected("`reject`, `hold`, `warn` or `info`"),
    };
    let (rest, code) = match label(rest) {
        Ok(found) => found,
        Err(_) => return rest.expected("the code of the check, such as `E101`"),
    };
    let (rest, text) = must(message)(rest)?;
    let (rest, _) = must(sign(":", "`:` and the condition"))(rest)?;
    let (rest, condition) = must(expression)(rest)?;
    Ok((rest, StatementKind::Check(CheckLine { severity, code, text, condition })))
}

fn ignore(input: Input<'_>) -> Parsed<'_, StatementKind> {
    let (rest, paths) = list(path)(input)?;
    let (rest, reason) = match string(rest) {
        Ok(found) => found,
        Err(_) => return rest.expected("`,` or the reason in double quotes"),
    };
    Ok((rest, StatementKind::Ignore { paths, reason }))
}

fn earlier(input: Input<'_>) -> Parsed<'_, EarlierLine> {
    let (rest, document) = name(input)?;
    let (rest, _) = must(keyword("as", "`as`"))(rest)?;
    let (rest, alias) = must(name)(rest)?;
    let (mut rest, _) = must(keyword("where", "`where`"))(rest)?;
    let mut keys = Vec::new();
    loop {
        let (next, field) = must(name)(rest)?;
        let (next, _) = must(sign("=", "`=`"))(next)?;
        let (next, value) = must(key_value)(next)?;
        keys.push((field, value));
        rest = next;
        match keyword("and", "`and`")(rest) {
            Ok((next, _)) => rest = next,
            Err(_) => break,
        }
    }
    let (rest, unknown) = opt(unknown).parse(rest)?;
    Ok((rest, EarlierLine { document, alias, keys, unknown, span: input.span_to(&rest) }))
}
