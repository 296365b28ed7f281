//! Lines and blocks of maps as they are written.

use super::super::syntax::{
    Assignment, Block, CheckLine, EarlierLine, Modifiers, Path, Statement, StatementKind,
};
use super::Line;
use super::expression::{expression, key_value, list, message, text, unknown};
use super::path::{label, name, source, target};

/// All statements with what is inside them.
pub fn all(statements: &[Statement], lines: &mut Vec<Line>) {
    statements.iter().for_each(|statement| one(statement, "", lines));
}

/// A statement behind `prefix`: nothing, or the word of a layer.
fn one(statement: &Statement, prefix: &str, lines: &mut Vec<Line>) {
    let mut first = |text: String| {
        let documentation = statement.documentation.clone();
        lines.push(Line { documentation, ..Line::new(format!("{prefix}{text}"), statement.span) });
    };
    match &statement.kind {
        StatementKind::Assign(line) => first(assignment(line, "=")),
        StatementKind::Both(line) => first(assignment(line, "<->")),
        StatementKind::Let { name: own, value } => {
            first(format!("let {} = {}", name(&own.text), expression(value)));
        }
        StatementKind::Section(block) => {
            first(format!("section {}", header(block, "when")));
            inside(&block.statements, label(&block.target).unwrap_or("section"), lines);
        }
        StatementKind::Each(block) => {
            first(format!("each {}", header(block, "where")));
            inside(&block.statements, label(&block.target).unwrap_or("each"), lines);
        }
        StatementKind::When { condition, then, otherwise } => {
            first(format!("when {}", expression(condition)));
            all(then, lines);
            if !otherwise.is_empty() {
                lines.push(Line { origin: None, ..Line::new("otherwise", statement.span) });
            }
            inside(otherwise, "when", lines);
        }
        StatementKind::Use { name: own, argument } => {
            first(format!("use {}({})", name(&own.text), expression(argument)));
        }
        StatementKind::Fill { targets, value } => {
            first(format!("fill {} with {}", paths(targets, target), expression(value)));
        }
        StatementKind::Check(line) => first(check(line)),
        StatementKind::Ignore { paths: ignored, reason } => {
            first(format!("ignore {} {}", paths(ignored, source), text(&reason.text)));
        }
        StatementKind::Earlier(line) => first(earlier(line)),
        StatementKind::Set(inner) => one(inner, "set ", lines),
        StatementKind::Add(inner) => one(inner, "add ", lines),
        StatementKind::Replace(inner) => one(inner, "replace ", lines),
        StatementKind::Remove(path) => first(format!("remove {}", target(path))),
        StatementKind::In { target: path, statements } => {
            first(format!("in {}", target(path)));
            inside(statements, "in", lines);
        }
    }
}

fn inside(statements: &[Statement], label: &str, lines: &mut Vec<Line>) {
    all(statements, lines);
    lines.push(Line::end(label));
}

fn assignment(line: &Assignment, sign: &str) -> String {
    format!("{} {sign} {}{}", target(&line.target), expression(&line.value), modifiers(&line.modifiers))
}

fn header(block: &Block, condition_word: &str) -> String {
    let mut out = target(&block.target);
    if let Some(from) = &block.source {
        out += &format!(" from {}", expression(from));
    }
    if let Some(condition) = &block.condition {
        out += &format!(" {condition_word} {}", expression(condition));
    }
    for (word, keys) in [("group", &block.group_by), ("sort", &block.sort_by)] {
        if !keys.is_empty() {
            out += &format!(" {word} by {}", list(keys));
        }
    }
    if let Some(alias) = &block.alias {
        out += &format!(" as {}", name(&alias.text));
    }
    for (around, alias) in &block.inside {
        out += &format!(" inside {} as {}", source(around), name(&alias.text));
    }
    out + &modifiers(&block.modifiers)
}

fn modifiers(modifiers: &Modifiers) -> String {
    let mut out = String::new();
    if let Some((_, words)) = &modifiers.required {
        out += " required";
        out.extend(words.iter().map(|words| format!(" {}", message(words))));
    }
    if modifiers.always.is_some() {
        out += " always";
    }
    if let Some((_, warns)) = modifiers.truncate {
        out += if warns { " truncate warn" } else { " truncate" };
    }
    if let Some(round) = &modifiers.round {
        out += &match &round.digits {
            Some((digits, mode)) => format!(" round {digits} {}", mode.text),
            None => " round exact".to_string(),
        };
    }
    out
}

fn check(line: &CheckLine) -> String {
    let (severity, code) = (&line.severity.text, &line.code.text);
    format!("check {severity} {code} {}: {}", message(&line.text), expression(&line.condition))
}

/// `earlier outbound_order as orig where number = file.RefNum unknown hold "text"`
pub fn earlier(line: &EarlierLine) -> String {
    let keys: Vec<String> = line
        .keys
        .iter()
        .map(|(field, value)| format!("{} = {}", name(&field.text), key_value(value)))
        .collect();
    let policy = line.unknown.as_ref().map(unknown).unwrap_or_default();
    let (document, alias) = (name(&line.document.text), name(&line.alias.text));
    format!("earlier {document} as {alias} where {}{policy}", keys.join(" and "))
}

fn paths(all: &[Path], shown: fn(&Path) -> String) -> String {
    all.iter().map(shown).collect::<Vec<_>>().join(", ")
}
