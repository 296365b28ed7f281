//! The parser: lines into the syntax tree.
//!
//! Blocks are read line by line ([`lines`]); what stands on one line is read with `nom` over its tokens. So a line that
//! cannot be read costs that line only, and one run tells all there is to tell about a file.

mod attribute;
mod depth;
mod dictionary;
mod element;
mod expression;
mod flow;
mod guide;
mod input;
mod keywords;
mod lines;
mod map;
mod path;
mod shape;
mod statement;
mod structure;
#[cfg(test)]
mod tests;
mod via;
mod wording;

use super::lexer::{Lexed, lex};
use super::syntax::Document;
use crate::base::span::{FileId, Sources};
use crate::diagnostics::Diagnostics;
pub use keywords::{Keywords, keywords};
use lines::Parser;
pub(super) use lines::Placed;
pub(super) use path::RESERVED;

/// All documents of a file and all findings about its text. A line with a finding is left out of the tree; a block
/// whose first line has one is left out with its lines, which are read for their findings all the same.
pub fn parse(sources: &Sources, file: FileId, diagnostics: &mut Diagnostics) -> Vec<Document> {
    read(sources, file, diagnostics).documents
}

/// A file as the parser took it apart.
pub(super) struct Reading<'a> {
    /// Its tokens.
    pub lexed: Lexed<'a>,
    /// Its documents.
    pub documents: Vec<Document>,
    /// Where its statements stand; all of them, if there was no finding.
    pub placed: Vec<Placed>,
}

/// Like [`parse`], with what is needed to write the file again.
pub(super) fn read<'a>(sources: &'a Sources, file: FileId, diagnostics: &mut Diagnostics) -> Reading<'a> {
    let text = sources.file(file).text.as_str();
    let mut findings = Diagnostics::new();
    let lexed = lex(text, 0..text.len(), file, &mut findings);
    let mut parser = Parser::new(text, &lexed, &mut findings);
    let documents = read_documents(&mut parser);
    let placed = parser.into_placed();
    // Signs are looked at before lines; a reader goes from top to bottom.
    let mut findings = findings.into_vec();
    findings.sort_by_key(|finding| finding.labels.first().map(|label| label.span.start));
    findings.into_iter().for_each(|finding| diagnostics.push(finding));
    Reading { lexed, documents, placed }
}

/// A list without room for more: what is read stays as long as a configuration is compiled.
fn tight<T>(mut list: Vec<T>) -> Vec<T> {
    list.shrink_to_fit();
    list
}

fn read_documents(parser: &mut Parser<'_, '_>) -> Vec<Document> {
    let mut documents = Vec::new();
    while let Some(line) = parser.peek() {
        let document = match line.first_word() {
            "shape" | "record" => shape::document(parser).map(Document::Shape),
            "dictionary" => dictionary::document(parser).map(Document::Dictionary),
            "guide" => guide::document(parser).map(Document::Guide),
            "map" => map::document(parser).map(Document::Map),
            "fragment" => map::fragment(parser).map(Document::Fragment),
            "flow" => flow::document(parser).map(Document::Flow),
            _ => {
                parser.skip_to_document();
                None
            }
        };
        documents.extend(document);
    }
    documents
}
