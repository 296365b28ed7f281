//! Flat files: what was guessed, and as a guide to go on from.

use crate::cli::console::{Console, plural};
use crate::diagnostics::render::terminal::{cut, sanitize};
use crate::formats::recognize::{Characters, Column, Delimited, Fixed, Guess, LineEnds, Text};

/// Odd rows that are named.
const ODD_ROWS_MAX: usize = 5;

/// Tells of delimited values.
pub fn delimited(values: &Delimited, text: &Text, console: &mut Console<'_>) {
    let delimiter = match values.delimiter {
        '\t' => "tab".to_string(),
        other => format!("`{other}`"),
    };
    let quotes = if values.has_quotes { ", with quotes" } else { "" };
    let header =
        if values.has_header { "the first row names the columns" } else { "no row names the columns" };
    console.line(format!("  delimiter   {delimiter}{quotes}; {header}"));
    console.line(format!(
        "  holds       {} of {}",
        plural(values.rows, "row"),
        plural(values.columns.len(), "column")
    ));
    if !values.tags.is_empty() {
        console.line(format!(
            "  kinds       rows of several kinds, told by column 1: {}",
            values.tags.join(", ")
        ));
    }
    if !values.keys.is_empty() {
        let keys = sanitize(&values.keys.join(", "));
        console.line(format!("  keys        equal in neighbouring rows, so perhaps one document: {keys}"));
    }
    table(values.columns.iter().map(|column| (column.name.clone(), column)), console);
    for (row, count) in values.odd_rows.iter().take(ODD_ROWS_MAX) {
        console.line(format!("    ! row {row} has {}", plural(*count, "value")));
    }
    if values.odd_rows.len() > ODD_ROWS_MAX {
        console.line(format!("    ! and {} more rows", values.odd_rows.len() - ODD_ROWS_MAX));
    }
    if values.tags.is_empty() {
        console.line("  as a guide, to be corrected");
        guide(values, text).lines().for_each(|line| console.line(format!("    {line}")));
    }
}

/// Tells of values at fixed columns.
pub fn fixed(columns: &Fixed, console: &mut Console<'_>) {
    console.line(format!("  holds       {}", plural(columns.lines, "line")));
    for (line, width) in columns.odd_lines.iter().take(ODD_ROWS_MAX) {
        console.line(format!("    ! line {line} has {}", plural(*width, "character")));
    }
    if columns.odd_lines.len() > ODD_ROWS_MAX {
        console.line(format!("    ! and {} more lines", columns.odd_lines.len() - ODD_ROWS_MAX));
    }
    for kind in &columns.kinds {
        let tag = if kind.tag.is_empty() { String::new() } else { format!(" {}", sanitize(&kind.tag)) };
        let (shortest, longest) = kind.widths;
        let width = match shortest == longest {
            true => format!("{longest} characters"),
            false => format!("{shortest} to {longest} characters"),
        };
        console.line(format!("  record{tag}: {}, {width}", plural(kind.count, "line")));
        let named = |(start, width, column): &(usize, usize, Column)| {
            (format!("{start}-{}", start + width - 1), column.clone())
        };
        let named: Vec<(String, Column)> = kind.columns.iter().map(named).collect();
        let keys: Vec<&str> =
            named.iter().filter(|(_, column)| column.may_be_key()).map(|(name, _)| name.as_str()).collect();
        if !keys.is_empty() {
            console.line(format!(
                "    equal in neighbouring lines, so perhaps the key of one document: {}",
                keys.join(", ")
            ));
        }
        table(named.iter().map(|(name, column)| (name.clone(), column)), console);
    }
}

fn table<'c>(columns: impl Iterator<Item = (String, &'c Column)>, console: &mut Console<'_>) {
    let rows: Vec<[String; 4]> = columns
        .map(|(name, column)| {
            let mut notes = vec![format!("{} % sure", column.confidence)];
            if column.guess == Guess::Nothing {
                notes = vec!["always empty".into()];
            } else if column.empty > 0 {
                notes.push(format!("{} empty", column.empty));
            }
            if column.is_unique {
                notes.push("no value twice".into());
            }
            if let Guess::Moment(masks) = &column.guess
                && masks.len() > 1
            {
                notes.push(format!("or {}", masks[1..].join(", ")));
            }
            let example = match column.example.as_str() {
                "" => String::new(),
                example => format!("such as `{}`", sanitize(&cut(example))),
            };
            [sanitize(&cut(&name)), sanitize(&column.type_text()), notes.join(", "), example]
        })
        .collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let (name, kind, notes) = (width(0), width(1), width(2));
    for row in &rows {
        console.line(
            format!("    {:<name$}  {:<kind$}  {:<notes$}  {}", row[0], row[1], row[2], row[3]).trim_end(),
        );
    }
}

/// The guess as a guide.
pub fn guide(values: &Delimited, text: &Text) -> String {
    let delimiter = if values.delimiter == '\t' { "tab".to_string() } else { values.delimiter.to_string() };
    let header = if values.has_header { "yes" } else { "no" };
    let charset = match text.characters {
        Characters::EightBit => "windows-1252",
        _ => "utf-8",
    };
    let newline = if text.line_ends == LineEnds::CrLf { " newline crlf" } else { "" };
    let mut guide = format!(
        "guide my/file\n  version 1\n  lang 1\n  syntax csv delimiter \"{delimiter}\" header {header} charset {charset}{newline}\n"
    );
    let names: Vec<String> =
        values.columns.iter().enumerate().map(|(at, column)| path_name(column, at)).collect();
    let key =
        values.keys.first().and_then(|key| values.columns.iter().position(|column| column.name == *key));
    match key {
        Some(at) => guide.push_str(&format!("  unit group by {}\n", names[at])),
        None => guide.push_str("  unit file\n"),
    }
    guide.push_str("  columns\n");
    for (column, name) in values.columns.iter().zip(&names) {
        let required = if column.empty == 0 && column.guess != Guess::Nothing { "required " } else { "" };
        guide.push_str(&format!("    {name} {required}{}\n", column.type_text()));
    }
    guide.push_str("  end columns\nend guide\n");
    guide
}

/// The name as a path of the language: in backquotes if it is more than a word.
fn path_name(column: &Column, at: usize) -> String {
    let name = column.name.trim();
    if name.is_empty() {
        return format!("column{}", at + 1);
    }
    let mut characters = name.chars();
    let is_word = characters.next().is_some_and(char::is_alphabetic)
        && characters.all(|character| character.is_alphanumeric() || character == '_');
    if is_word && !RESERVED.contains(&name) {
        return name.to_string();
    }
    format!("`{}`", name.replace('`', "'"))
}

/// Words with a meaning where a column's name stands.
const RESERVED: [&str; 8] = ["end", "required", "opt", "record", "unit", "header", "case", "this"];
