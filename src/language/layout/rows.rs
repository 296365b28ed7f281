//! The lines of a file in pieces that stay as they are.

use super::super::lexer::Token;
use super::super::parser::Reading;
use super::stops::{Kind, Stop, Stops};

/// Lines of a map's header, whose values stand under each other.
const MAP_HEADER: [&str; 6] = ["version", "lang", "from", "to", "unmapped", "earlier"];
/// Where they stand, from the start of the line's words.
const MAP_HEADER_COLUMN: usize = 9;

/// A line of the file. An empty line has neither pieces nor a comment.
#[derive(Debug, Default)]
pub struct Row<'a> {
    /// How many blocks are around its statement.
    pub depth: usize,
    /// Whether it is the `end` of a block.
    pub closes: bool,
    /// Whether it continues the statement of the line before.
    pub continues: bool,
    /// Its words and signs.
    pub pieces: Vec<Piece<'a>>,
    /// The comment at its end, with its `#`; may be empty.
    pub comment: &'a str,
}

/// A token as written.
#[derive(Debug)]
pub struct Piece<'a> {
    /// Its text.
    pub text: &'a str,
    /// Whether it follows the piece before it without a blank.
    pub glued: bool,
    /// What it lines up with.
    pub stop: Option<Stop>,
}

impl Row<'_> {
    /// Its pieces that line up with those of other lines, each with its number.
    pub fn neighbours(&self) -> impl Iterator<Item = (usize, Kind)> {
        self.pieces.iter().enumerate().filter_map(|(at, piece)| match piece.stop {
            Some(Stop::Neighbours(kind)) => Some((at, kind)),
            _ => None,
        })
    }
}

/// How many characters pieces take in one line.
pub fn width(pieces: &[Piece<'_>]) -> usize {
    let of =
        |(at, piece): (usize, &Piece<'_>)| piece.text.chars().count() + usize::from(at > 0 && !piece.glued);
    pieces.iter().enumerate().map(of).sum()
}

/// All lines of a file without findings.
pub fn rows<'a>(reading: &Reading<'a>, text: &'a str, stops: &Stops) -> Vec<Row<'a>> {
    let mut statements = reading
        .placed
        .iter()
        .flat_map(|placed| placed.lines.clone().map(move |line| (line, placed, line > placed.lines.start)));
    let mut rows = Vec::new();
    let mut document = "";
    for raw in text.split_inclusive('\n') {
        let content = raw.trim_start_matches('\u{feff}').trim();
        if content.is_empty() || content.starts_with('#') {
            rows.push(Row { comment: content, ..Row::default() });
            continue;
        }
        let Some((line, placed, continues)) = statements.next() else { break };
        let tokens = &reading.lexed.tokens[reading.lexed.lines[line].tokens.clone()];
        let mut pieces = pieces(tokens, text, stops);
        let first = pieces[0].text;
        let is_otherwise = first == "otherwise" && pieces.len() == 1;
        let depth = placed.depth.saturating_sub(usize::from(is_otherwise));
        if depth == 0 && !placed.closes {
            document = first;
        }
        let is_header = document == "map" && depth == 1 && !continues && MAP_HEADER.contains(&first);
        if let (true, [_, value, rest @ ..]) = (is_header, pieces.as_mut_slice())
            && value.stop.is_none()
            && rest.first().is_none_or(|next| next.stop.is_none())
            && !value.glued
        {
            value.stop = Some(Stop::Statement(MAP_HEADER_COLUMN));
        }
        let comment = behind(tokens, text);
        rows.push(Row { depth, closes: placed.closes, continues, pieces, comment });
    }
    rows
}

/// The comment behind the tokens of a line.
fn behind<'a>(tokens: &[Token<'_>], text: &'a str) -> &'a str {
    let end = tokens.last().map_or(0, |last| last.span.end as usize);
    text[end..].split('\n').next().map_or("", str::trim)
}

fn pieces<'a>(tokens: &[Token<'_>], text: &'a str, stops: &Stops) -> Vec<Piece<'a>> {
    let mut pieces: Vec<Piece<'a>> = tokens
        .iter()
        .map(|token| Piece {
            text: &text[token.span.start as usize..token.span.end as usize],
            glued: token.glued,
            stop: None,
        })
        .collect();
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return pieces };
    for (place, stop) in stops.range(first.span.start..last.span.end) {
        let at = tokens.partition_point(|token| token.span.start < *place);
        if at == 0 {
            continue;
        }
        if let Some(piece) = pieces.get_mut(at) {
            piece.stop = Some(*stop);
        }
        let is_sign = matches!(stop, Stop::Neighbours(kind) if kind.is_value());
        if let (true, Some(value)) = (is_sign, pieces.get_mut(at + 1)) {
            value.glued = false;
        }
    }
    pieces
}
