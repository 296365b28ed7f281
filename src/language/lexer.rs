//! Tokens of the mapping language.
