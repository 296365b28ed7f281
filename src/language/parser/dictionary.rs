//! `dictionary … end dictionary`: elements and segments that guides share.

use super::super::syntax::{
    DictionaryDocument, ElementDeclaration, MomentDeclaration, PairsDeclaration, Path, RelationDeclaration,
    SegmentDeclaration, SegmentElement, Text, TypeExpression, Word, WordsDeclaration,
};
use super::attribute::codes;
use super::input::{
    Input, Parsed, code, document_reference, keyword, label, must, name, plain_word, position, sign, string,
    whole_number,
};
use super::lines::{Logical, Open, Parser};
use super::path::path;
use super::shape::{title, type_expression};
use super::tight;
use super::wording::Vocabulary;
use nom::Parser as _;
use nom::combinator::{map, opt};
use nom::multi::many1;
use nom::sequence::preceded;

const ELEMENT_FORM: &str = "element NUMBER TYPE [name \"…\"] [codes A B …]";
const WORDS_FORM: &str = "words NUMBER A \"…\" B \"…\"";
const SEGMENT_FORM: &str = "segment TAG [name \"…\"]";
const COMPOSITE_FORM: &str = "composite ID [name \"…\"] [key .02]";

pub const VOCABULARY: Vocabulary = Vocabulary {
    place: "dictionary",
    words: &["element", "words", "composite", "segment", "end"],
    otherwise: "start the line with `element`, `words`, `composite` or `segment`",
};

pub const SEGMENT_VOCABULARY: Vocabulary = Vocabulary {
    place: "segment",
    words: &["pairs", "relation", "moment", "end"],
    otherwise: "start the line with a position such as `.01`, `pairs`, `relation` or `moment`",
};

/// `dictionary x12/004010 … end dictionary`
pub fn document(parser: &mut Parser<'_, '_>) -> Option<DictionaryDocument> {
    let line = parser.peek()?;
    let header = parser.read(&line, 1, "dictionary NAME", document_reference);
    let (mut elements, mut words) = (Vec::new(), Vec::new());
    let (mut composites, mut segments) = (Vec::new(), Vec::new());
    let shown = format!("dictionary {}", header.as_ref().map_or("", |name| &name.name));
    let mut span = line.span();
    let open = Open { labels: vec!["dictionary".to_string()], shown, span };
    parser.block(open, |parser, line| {
        span = span.to(line.span());
        match line.first_word() {
            "element" => elements.extend(
                parser
                    .read(&line, 1, ELEMENT_FORM, element)
                    .map(|element| ElementDeclaration { span: line.span(), ..element }),
            ),
            "words" => words.extend(
                parser
                    .read(&line, 1, WORDS_FORM, meanings)
                    .map(|words| WordsDeclaration { span: line.span(), ..words }),
            ),
            "composite" => composites.extend(composite(parser, &line)),
            "segment" => segments.extend(segment(parser, &line)),
            _ => {
                if let Some("segment" | "composite") = parser.unknown_word(&line, 0, &VOCABULARY) {
                    segment_lines(parser, &line, "segment", "");
                }
            }
        }
    });
    Some(DictionaryDocument {
        name: header?,
        elements: tight(elements),
        composites: tight(composites),
        segments: tight(segments),
        words: tight(words),
        span,
    })
}

fn element(input: Input<'_>) -> Parsed<'_, ElementDeclaration> {
    let (rest, id) = label(input)?;
    let (rest, kind) = match representation(rest) {
        Some(found) => found,
        None => must(type_expression)(rest)?,
    };
    let (rest, title) = title(rest)?;
    let (rest, codes) = opt(preceded(keyword("codes", "`codes`"), must(codes))).parse(rest)?;
    let (rest, masks) = opt(preceded(keyword("masks", "`masks`"), must(masks))).parse(rest)?;
    let (codes, masks) = (codes.unwrap_or_default(), masks.unwrap_or_default());
    Ok((rest, ElementDeclaration { id, kind, title, codes, masks, span: input.span_to(&rest) }))
}

/// `98 ST "ship to" BT "bill to"`
fn meanings(input: Input<'_>) -> Parsed<'_, WordsDeclaration> {
    let (rest, element) = label(input)?;
    let (rest, meanings) = many1(coded_text).parse(rest)?;
    let meanings = tight(meanings);
    Ok((rest, WordsDeclaration { element, meanings, span: input.span_to(&rest) }))
}

fn masks(input: Input<'_>) -> Parsed<'_, Vec<(Word, Text)>> {
    many1(coded_text).parse(input)
}

/// `102 "yyyyMMdd"`
fn coded_text(input: Input<'_>) -> Parsed<'_, (Word, Text)> {
    let (rest, code) = code(input)?;
    map(must(string), |text| (code.clone(), text)).parse(rest)
}

/// `an..35`, `n3`: letters, digits or both, up to a length or of exactly one (ISO 9735).
fn representation(input: Input<'_>) -> Option<(Input<'_>, TypeExpression)> {
    let (rest, word) = plain_word(input).ok()?;
    let letters = word.text.trim_end_matches(|character: char| character.is_ascii_digit());
    if !matches!(letters, "a" | "n" | "an") {
        return None;
    }
    let exact: Option<u32> = word.text[letters.len()..].parse().ok();
    let dots = rest.tokens.iter().take(2).filter(|token| token.glued && token.is_sign(".")).count();
    let (rest, numbers) = match (exact, dots) {
        (Some(length), _) => (rest, vec![length, length]),
        (None, 2) => {
            let (rest, length) = whole_number(rest.rest().rest()).ok()?;
            (rest, vec![length])
        }
        _ => return None,
    };
    let name = Word { text: letters.to_string(), span: word.span };
    let (mask, codes, span) = (None, Vec::new(), input.span_to(&rest));
    Some((rest, TypeExpression { name, numbers, mask, codes, span }))
}

/// `composite C212 name "Item number" key .02 … end`
fn composite<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>) -> Option<SegmentDeclaration> {
    let header = parser.read(line, 1, COMPOSITE_FORM, |input| {
        let (rest, (id, title)) = (label, title).parse(input)?;
        let (rest, key) = opt(preceded(keyword("key", "`key`"), must(path))).parse(rest)?;
        Ok((rest, (id, title, key)))
    });
    let id = header.as_ref().map_or(String::new(), |(id, ..)| id.text.clone());
    let body = segment_lines(parser, line, "composite", &id);
    let (tag, title, key) = header?;
    Some(SegmentDeclaration { tag, title, key, ..body? })
}

fn segment<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>) -> Option<SegmentDeclaration> {
    let header = parser.read(line, 1, SEGMENT_FORM, |input| (name, title).parse(input));
    let tag = header.as_ref().map_or(String::new(), |(tag, _)| tag.text.clone());
    let body = segment_lines(parser, line, "segment", &tag);
    let (tag, title) = header?;
    Some(SegmentDeclaration { tag, title, ..body? })
}

/// The lines of a segment, with a name that the caller replaces.
fn segment_lines<'a>(
    parser: &mut Parser<'a, '_>,
    first: &Logical<'a>,
    word: &str,
    tag: &str,
) -> Option<SegmentDeclaration> {
    let (mut elements, mut pairs_lines, mut relations) = (Vec::new(), Vec::new(), Vec::new());
    let mut moments = Vec::new();
    let labels = vec![if tag.is_empty() { word } else { tag }.to_string(), word.to_string()];
    let mut span = first.span();
    let open = Open { labels, shown: format!("{word} {tag}"), span };
    parser.block(open, |parser, line| {
        span = span.to(line.span());
        match line.first_word() {
            "pairs" => {
                pairs_lines.extend(parser.read(&line, 1, "pairs NAME (.04 .05) (.06 .07)", pairs));
            }
            "relation" => relations.extend(parser.read(&line, 1, "relation P|R|E|C|L .03 .04", relation)),
            "moment" => moments.extend(parser.read(&line, 1, "moment NAME PATH by PATH", moment)),
            _ if line.tokens[0].is_sign(".") => {
                let form = ".01 ELEMENT [required] [max N]";
                elements.extend(parser.read(&line, 0, form, segment_element));
            }
            _ => {
                parser.unknown_word(&line, 0, &SEGMENT_VOCABULARY);
            }
        }
    });
    let tag = Word { text: tag.to_string(), span: first.span() };
    let (elements, relations, moments) = (tight(elements), tight(relations), tight(moments));
    let (pairs, title, key) = (tight(pairs_lines), None, None);
    Some(SegmentDeclaration { tag, title, elements, pairs, relations, moments, key, span })
}

/// `moment value .C507.2380 by .C507.2379`
fn moment(input: Input<'_>) -> Parsed<'_, MomentDeclaration> {
    let (rest, name) = name(input)?;
    let (rest, value) = must(path)(rest)?;
    let (rest, _) = must(keyword("by", "`by`"))(rest)?;
    let (rest, format): (_, Path) = must(path)(rest)?;
    Ok((rest, MomentDeclaration { name, value, format, span: input.span_to(&rest) }))
}

fn segment_element(input: Input<'_>) -> Parsed<'_, SegmentElement> {
    let (rest, position) = position(input)?;
    let (rest, element) = label(rest)?;
    let (rest, required) = opt(keyword("required", "`required`")).parse(rest)?;
    let (rest, repeat) = opt(preceded(keyword("max", "`max`"), must(whole_number))).parse(rest)?;
    let (required, repeat) = (required.is_some(), repeat.unwrap_or(1));
    Ok((rest, SegmentElement { position, element, required, repeat, span: input.span_to(&rest) }))
}

fn pairs(input: Input<'_>) -> Parsed<'_, PairsDeclaration> {
    let (rest, name) = name(input)?;
    let pair = |input| {
        let (rest, _) = sign("(", "`(`")(input)?;
        let (rest, qualifier) = must(position)(rest)?;
        let (rest, value) = must(position)(rest)?;
        let (rest, _) = must(sign(")", "`)`"))(rest)?;
        Ok((rest, (qualifier, value)))
    };
    let (rest, pairs) = many1(pair).parse(rest)?;
    Ok((rest, PairsDeclaration { name, pairs, span: input.span_to(&rest) }))
}

fn relation(input: Input<'_>) -> Parsed<'_, RelationDeclaration> {
    let kinds = "`P`, `R`, `E`, `C` or `L`";
    let (rest, kind) = match plain_word(input) {
        Ok((rest, kind)) if matches!(kind.text.as_str(), "P" | "R" | "E" | "C" | "L") => (rest, kind),
        _ => return input.expected(kinds),
    };
    map(many1(position), move |positions| positions)
        .parse(rest)
        .map(|(rest, positions)| (rest, RelationDeclaration { kind, positions, span: input.span_to(&rest) }))
}
