//! Attributes of guide lines: `required max 1 key .01 only N F "A B" sign trailing`.

use super::super::lexer::{Kind, Token};
use super::super::syntax::{Attribute, AttributeKind, Setting, Word};
use super::input::{Input, Parsed, code, list, must, name, plain_word, run, string, whole_number};
use super::path::path;
use crate::diagnostics::suggest::nearest;
use nom::Parser;
use nom::branch::alt;
use nom::combinator::map;
use nom::multi::{many0, many1};

/// Words that are attributes wherever attributes may stand; they end a list of codes.
pub const ATTRIBUTES: [&str; 18] = [
    "required", "opt", "auto", "max", "many", "min", "key", "id", "name", "only", "length", "const", "blank",
    "codes", "masks", "repeat", "ordered", "alpha",
];

/// Severities of a line.
pub const SEVERITIES: [&str; 4] = ["reject", "hold", "warn", "info"];

/// Words without value that formats know; they end a list of codes.
pub const FLAGS: [&str; 10] =
    ["zero", "implied", "upper", "lower", "overpunch", "zoned", "packed", "contiguous", "keep_zeros", "trim"];

/// Words with one word behind them; numbers and texts are taken behind any word.
pub const SETTINGS: [&str; 11] =
    ["sign", "scale", "pad", "align", "at", "charset", "fill", "mask", "decimal_mark", "width", "plus"];

/// Words that narrow an element of the base; they do not end a list of codes.
pub const NARROWINGS: [&str; 1] = ["number"];

/// What `auto` computes of something else.
pub const COMPUTED: [&str; 4] = ["count", "sum", "hash", "same"];

/// Any number of attributes.
pub fn attributes(input: Input<'_>) -> Parsed<'_, Vec<Attribute>> {
    let (rest, mut attributes) = many0(attribute).parse(input)?;
    // There are thousands of lines with one.
    attributes.shrink_to_fit();
    Ok((rest, attributes))
}

/// At least one attribute.
pub fn some_attributes(input: Input<'_>) -> Parsed<'_, Vec<Attribute>> {
    if input.tokens.is_empty() {
        return input.expected("an attribute such as `required`, `max 1` or `only N F`");
    }
    many1(attribute).parse(input)
}

/// Codes up to the line's end or the next attribute. A code in quotes is always a code.
pub fn codes(input: Input<'_>) -> Parsed<'_, Vec<Word>> {
    many1(listed_code).parse(input)
}

fn listed_code(input: Input<'_>) -> Parsed<'_, Word> {
    match input.first() {
        Some(token) if is_attribute(token) => input.expected("a code"),
        _ => code(input),
    }
}

/// Whether a word is an attribute, severity, flag or setting, so that it ends a list of codes and is no type.
pub fn is_attribute(token: &Token<'_>) -> bool {
    let word = token.text.as_ref();
    token.kind == Kind::Word
        && [&ATTRIBUTES[..], &SEVERITIES, &FLAGS, &SETTINGS].iter().any(|words| words.contains(&word))
}

/// One attribute.
fn attribute(input: Input<'_>) -> Parsed<'_, Attribute> {
    let (rest, word) = match plain_word(input) {
        Ok(found) => found,
        Err(_) => return input.expected("an attribute such as `required` or `max 1`"),
    };
    let (rest, kind) = match word.text.as_str() {
        "required" => (rest, AttributeKind::Required),
        "opt" => (rest, AttributeKind::Optional),
        "auto" => auto(rest)?,
        "max" => map(must(whole_number), AttributeKind::Max).parse(rest)?,
        "many" => (rest, AttributeKind::Max(u32::MAX)),
        "min" => map(must(whole_number), AttributeKind::Min).parse(rest)?,
        "key" => map(must(path), AttributeKind::Key).parse(rest)?,
        "id" => map(must(string), AttributeKind::Id).parse(rest)?,
        "name" => map(must(string), AttributeKind::Name).parse(rest)?,
        "only" => map(must(codes), AttributeKind::Only).parse(rest)?,
        "const" => map(must(string), AttributeKind::Const).parse(rest)?,
        "blank" => map(must(string), AttributeKind::Blank).parse(rest)?,
        "length" => length(rest)?,
        "alpha" => alpha(rest, word)?,
        severity if SEVERITIES.contains(&severity) => (rest, AttributeKind::Severity(word)),
        _ => flag_or_setting(input, rest, word)?,
    };
    Ok((rest, Attribute { kind, span: input.span_to(&rest) }))
}

/// `auto`, `auto count H, D`
fn auto(input: Input<'_>) -> Parsed<'_, AttributeKind> {
    match plain_word(input) {
        Ok((rest, word)) if COMPUTED.contains(&word.text.as_str()) => {
            let (rest, of) = must(list(path))(rest)?;
            Ok((rest, AttributeKind::AutoOf(word, of)))
        }
        _ => Ok((input, AttributeKind::Auto)),
    }
}

/// `alpha`, `alpha 10`
fn alpha(input: Input<'_>, word: Word) -> Parsed<'_, AttributeKind> {
    if input.first().is_none_or(|token| token.kind != Kind::Number) {
        return Ok((input, AttributeKind::Flag(word)));
    }
    let (rest, value) = must(setting_value)(input)?;
    Ok((rest, AttributeKind::Setting(Setting { name: word, value })))
}

/// `length 4`, `length 1 4`
fn length(input: Input<'_>) -> Parsed<'_, AttributeKind> {
    let (rest, first) = must(whole_number)(input)?;
    let mut numbers = vec![first];
    let rest = match whole_number(rest) {
        Ok((rest, second)) => {
            numbers.push(second);
            rest
        }
        Err(_) => rest,
    };
    Ok((rest, AttributeKind::Length(numbers)))
}

/// `zero`, `sign trailing`, `scale 2`. A word near a known attribute is a slip, not a flag of some format.
fn flag_or_setting<'a>(start: Input<'a>, rest: Input<'a>, word: Word) -> Parsed<'a, AttributeKind> {
    let text = word.text.as_str();
    let known = FLAGS.contains(&text) || SETTINGS.contains(&text) || NARROWINGS.contains(&text);
    let words = [&ATTRIBUTES[..], &SEVERITIES, &FLAGS, &SETTINGS, &NARROWINGS].concat();
    if !known && nearest(text, words).is_some() {
        return must(|input: Input<'a>| input.expected("an attribute such as `required` or `max 1`"))(start);
    }
    let valued = rest.first().is_some_and(|token| match token.kind {
        Kind::Text | Kind::Number | Kind::Code => !FLAGS.contains(&text),
        _ => SETTINGS.contains(&text),
    });
    if !valued {
        return Ok((rest, AttributeKind::Flag(word)));
    }
    let (rest, value) = must(setting_value)(rest)?;
    Ok((rest, AttributeKind::Setting(Setting { name: word, value })))
}

/// A word, number or string.
fn setting_value(input: Input<'_>) -> Parsed<'_, Word> {
    match alt((run, string)).parse(input) {
        Err(nom::Err::Error(_)) => input.expected("a word, a number or a text in double quotes"),
        found => found,
    }
}

/// `delimiter "," header yes`: names and values in turn.
pub fn settings(input: Input<'_>) -> Parsed<'_, Vec<Setting>> {
    let mut rest = input;
    let mut settings = Vec::new();
    while !rest.tokens.is_empty() {
        let (next, setting) = must(setting)(rest)?;
        settings.push(setting);
        rest = next;
    }
    Ok((rest, settings))
}

fn setting(input: Input<'_>) -> Parsed<'_, Setting> {
    let Ok((rest, name)) = name(input) else { return input.expected("the name of a setting") };
    let (rest, value) = must(setting_value)(rest)?;
    Ok((rest, Setting { name, value }))
}
