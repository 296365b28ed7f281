//! A description as a guide, in the mapping language.

use super::fields;
use super::model::{Described, Segment};
use std::fmt::Write;

/// The text of the guide of a type.
pub(super) fn text(described: &Described) -> String {
    let mut out = String::new();
    write(described, &mut out).expect("a text takes all that is written");
    out
}

fn write(described: &Described, out: &mut String) -> std::fmt::Result {
    let of_extension = match described.extension.as_str() {
        "" => String::new(),
        extension => format!(", extended by {extension}"),
    };
    writeln!(out, "## {}{of_extension}, from its description.", described.basic)?;
    writeln!(out, "guide idoc/{} extends idoc/control\n  version 1\n  lang 1", described.name())?;
    write!(out, "  syntax idoc type {}", quoted(&described.basic))?;
    if !described.extension.is_empty() {
        write!(out, " extension {}", quoted(&described.extension))?;
    }
    writeln!(out)?;
    described.segments.iter().try_for_each(|segment| record(segment, 0, 1, out))?;
    writeln!(out, "end guide")
}

/// A segment; `above` is the level of the one it stands in, 0 for none.
fn record(segment: &Segment, above: u32, depth: usize, out: &mut String) -> std::fmt::Result {
    let (indent, name) = ("  ".repeat(depth), name(&segment.kind));
    write!(out, "{indent}record {name}")?;
    if segment.is_required {
        write!(out, " required")?;
    }
    if segment.max > 1 {
        write!(out, " max {}", segment.max)?;
    }
    if let Some(first) = segment.fields.first().filter(|_| segment.is_qualified) {
        write!(out, " key .{}", self::name(&first.name))?;
    }
    write!(out, " id {}", quoted(&segment.definition))?;
    let level = if segment.level == 0 { above + 1 } else { segment.level };
    if level != above + 1 {
        write!(out, " level {level}")?;
    }
    writeln!(out)?;
    for field in &segment.fields {
        for (value, meaning) in &field.values {
            writeln!(out, "{indent}  ## {value} {meaning}")?;
        }
        write!(out, "{indent}  {} {}", self::name(&field.name), field.width)?;
        let kind = fields::kind(&field.name, field.width);
        if !kind.is_empty() {
            write!(out, " {kind}")?;
        }
        if !field.title.is_empty() {
            write!(out, " name {}", quoted(&field.title))?;
        }
        writeln!(out)?;
    }
    segment.inside.iter().try_for_each(|inner| record(inner, level, depth + 1, out))?;
    writeln!(out, "{indent}end {name}")
}

/// A name as the language has it: in backquotes unless it is a word.
fn name(name: &str) -> String {
    let is_word = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit());
    if is_word { name.to_string() } else { format!("`{name}`") }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
