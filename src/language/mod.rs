//! L1: the text of the mapping language: lexer, parser, syntax tree, layout and printing of `.shape`, `.guide`, `.map` and `.flow`
//! files. Knows nothing of what the words mean. The grammar is `docs/mapping/grammar.md`.

pub mod layout;
pub mod lexer;
pub mod parser;
pub mod print;
pub mod syntax;

pub use parser::{Keywords, keywords, parse};
