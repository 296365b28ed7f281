//! The layers of a guide as one text. Its lines say what is narrower than what stands above them, so that those of an
//! overlay stand below its base's; only what a layer says once and for all takes the place of what the base says.

use super::super::parser::{self, Placed, Reading};
use super::super::syntax::{GuideDocument, GuideLine};
use super::Line;
use crate::base::span::Sources;
use crate::diagnostics::Diagnostics;
use std::iter::Peekable;

/// The lines of the guide that `layers` are, from the base to the guide itself.
pub fn guide(sources: &Sources, layers: &[&GuideDocument]) -> Vec<Line> {
    let Some(own) = layers.last() else { return Vec::new() };
    let mut blocks: Vec<Block> = Vec::new();
    for layer in layers {
        let statements = statements(sources, layer);
        for (block, line) in statements.into_iter().zip(&layer.lines) {
            let block = Block { once: once(line), ..block };
            match blocks.iter_mut().find(|known| known.once.is_some() && known.once == block.once) {
                Some(known) => *known = block,
                None => add(&mut blocks, block),
            }
        }
    }
    let first = Line::new(format!("guide {}", own.name.name), own.name.span);
    let mut lines = vec![Line { documentation: own.documentation.clone(), ..first }];
    blocks.into_iter().for_each(|block| block.write(&mut lines));
    lines.push(Line::end("guide"));
    lines
}

/// What a guide has one of, so that the last layer's holds.
fn once(line: &GuideLine) -> Option<&'static str> {
    Some(match line {
        GuideLine::Version(_) => "version",
        GuideLine::Lang(_) => "lang",
        GuideLine::Source(_) => "source",
        GuideLine::Unit(_) => "unit",
        GuideLine::ExtraColumns(_) => "extra",
        _ => return None,
    })
}

/// A statement, which may take several lines, with what is inside it.
struct Block {
    lines: Vec<Line>,
    once: Option<&'static str>,
    inside: Vec<Block>,
    end: Option<Line>,
}

impl Block {
    /// What it is and how it is called: `record E1EDP01`.
    fn name(&self) -> (&str, &str) {
        let mut words = self.lines.first().map_or("", |line| line.text.as_str()).split_whitespace();
        (words.next().unwrap_or(""), words.next().unwrap_or(""))
    }

    /// Whether it is a record without fields of its own, which is the base's, with records to add to it.
    fn only_adds(&self) -> bool {
        self.end.is_some() && self.name().0 == "record" && self.inside.iter().all(|inner| inner.end.is_some())
    }

    fn write(self, lines: &mut Vec<Line>) {
        lines.extend(self.lines);
        self.inside.into_iter().for_each(|inner| inner.write(lines));
        lines.extend(self.end);
    }
}

fn add(blocks: &mut Vec<Block>, block: Block) {
    let is_base = |known: &&mut Block| known.end.is_some() && known.name() == block.name();
    match blocks.iter_mut().find(is_base).filter(|_| block.only_adds()) {
        Some(known) => block.inside.into_iter().for_each(|inner| add(&mut known.inside, inner)),
        None => blocks.push(block),
    }
}

/// The statements of a guide as they are written, without comments.
fn statements(sources: &Sources, document: &GuideDocument) -> Vec<Block> {
    let file = document.name.span.file;
    let text = sources.file(file).text.as_str();
    let reading = parser::read(sources, file, &mut Diagnostics::new());
    let is_header = |placed: &Placed| {
        let tokens = &reading.lexed.tokens[reading.lexed.lines[placed.lines.start].tokens.clone()];
        tokens.iter().any(|token| token.span.start == document.name.span.start)
    };
    let Some(header) = reading.placed.iter().position(is_header) else { return Vec::new() };
    blocks(&reading, text, &mut reading.placed[header + 1..].iter().peekable(), 1)
}

fn blocks(
    reading: &Reading<'_>,
    text: &str,
    placed: &mut Peekable<std::slice::Iter<'_, Placed>>,
    depth: usize,
) -> Vec<Block> {
    let mut found = Vec::new();
    while let Some(own) = placed.next_if(|next| next.depth >= depth && !next.closes) {
        let lines = own.lines.clone().map(|at| line(reading, text, at)).collect();
        let inside = blocks(reading, text, placed, own.depth + 1);
        let end = placed.next_if(|next| next.closes && next.depth == own.depth);
        let end = end.map(|end| Line { origin: None, ..line(reading, text, end.lines.start) });
        found.push(Block { lines, once: None, inside, end });
    }
    found
}

/// A line of the file, without its comment.
fn line(reading: &Reading<'_>, text: &str, at: usize) -> Line {
    let line = &reading.lexed.lines[at];
    let tokens = &reading.lexed.tokens[line.tokens.clone()];
    let span = tokens[0].span.to(tokens[tokens.len() - 1].span);
    let own = &text[span.start as usize..span.end as usize];
    Line { documentation: line.documentation.clone(), ..Line::new(own, span) }
}
