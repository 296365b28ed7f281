//! Renderings of a finding. All of them take the same [`super::Diagnostic`] and do no input or output.

pub mod json;
pub mod terminal;
