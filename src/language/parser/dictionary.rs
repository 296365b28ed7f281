//! `dictionary … end dictionary`: elements and segments that guides share.

use super::super::syntax::{
    DictionaryDocument, ElementDeclaration, PairsDeclaration, RelationDeclaration, SegmentDeclaration,
    SegmentElement,
};
use super::attribute::codes;
use super::input::{
    Input, Parsed, document_reference, keyword, label, must, name, plain_word, position, sign, whole_number,
};
use super::lines::{Logical, Open, Parser};
use super::shape::{title, type_expression};
use super::wording::Vocabulary;
use nom::Parser as _;
use nom::combinator::{map, opt};
use nom::multi::many1;
use nom::sequence::preceded;

const ELEMENT_FORM: &str = "element NUMBER TYPE MIN MAX [name \"…\"] [codes A B …]";
const SEGMENT_FORM: &str = "segment TAG [name \"…\"]";

const VOCABULARY: Vocabulary = Vocabulary {
    place: "dictionary",
    words: &["element", "segment", "end"],
    otherwise: "start the line with `element` or `segment`",
};

const SEGMENT_VOCABULARY: Vocabulary = Vocabulary {
    place: "segment",
    words: &["pairs", "relation", "end"],
    otherwise: "start the line with a position such as `.01`, `pairs` or `relation`",
};

/// `dictionary x12/004010 … end dictionary`
pub fn document(parser: &mut Parser<'_, '_>) -> Option<DictionaryDocument> {
    let line = parser.peek()?;
    let header = parser.read(&line, 1, "dictionary NAME", document_reference);
    let (mut elements, mut segments) = (Vec::new(), Vec::new());
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
            "segment" => segments.extend(segment(parser, &line)),
            _ => {
                if parser.unknown_word(&line, 0, &VOCABULARY) == Some("segment") {
                    segment_lines(parser, &line, "");
                }
            }
        }
    });
    Some(DictionaryDocument { name: header?, elements, segments, span })
}

fn element(input: Input<'_>) -> Parsed<'_, ElementDeclaration> {
    let (rest, id) = label(input)?;
    let (rest, kind) = must(type_expression)(rest)?;
    let (rest, title) = title(rest)?;
    let (rest, codes) = opt(preceded(keyword("codes", "`codes`"), must(codes))).parse(rest)?;
    let codes = codes.unwrap_or_default();
    Ok((rest, ElementDeclaration { id, kind, title, codes, span: input.span_to(&rest) }))
}

fn segment<'a>(parser: &mut Parser<'a, '_>, line: &Logical<'a>) -> Option<SegmentDeclaration> {
    let header = parser.read(line, 1, SEGMENT_FORM, |input| (name, title).parse(input));
    let tag = header.as_ref().map_or(String::new(), |(tag, _)| tag.text.clone());
    let body = segment_lines(parser, line, &tag);
    let (tag, title) = header?;
    Some(SegmentDeclaration { tag, title, ..body? })
}

/// The lines of a segment, with a name that the caller replaces.
fn segment_lines<'a>(
    parser: &mut Parser<'a, '_>,
    first: &Logical<'a>,
    tag: &str,
) -> Option<SegmentDeclaration> {
    let (mut elements, mut pairs_lines, mut relations) = (Vec::new(), Vec::new(), Vec::new());
    let labels = vec![if tag.is_empty() { "segment" } else { tag }.to_string(), "segment".to_string()];
    let mut span = first.span();
    let open = Open { labels, shown: format!("segment {tag}"), span };
    parser.block(open, |parser, line| {
        span = span.to(line.span());
        match line.first_word() {
            "pairs" => {
                pairs_lines.extend(parser.read(&line, 1, "pairs NAME (.04 .05) (.06 .07)", pairs));
            }
            "relation" => relations.extend(parser.read(&line, 1, "relation P|R|E|C|L .03 .04", relation)),
            _ if line.tokens[0].is_sign(".") => {
                let form = ".01 ELEMENT [required] [max N]";
                elements.extend(parser.read(&line, 0, form, segment_element));
            }
            _ => {
                parser.unknown_word(&line, 0, &SEGMENT_VOCABULARY);
            }
        }
    });
    let tag = super::super::syntax::Word { text: tag.to_string(), span: first.span() };
    Some(SegmentDeclaration { tag, title: None, elements, pairs: pairs_lines, relations, span })
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
