//! Files for editors that colour by TextMate grammars, such as VS Code: made from the words the parser knows, so that they
//! cannot be stale.

use super::functions;
use crate::language::{Keywords, keywords};
use serde_json::{Value, json};

/// The kinds of files.
const KINDS: [&str; 4] = [".flow", ".guide", ".map", ".shape"];

/// The files of the extension: path below `editors/vscode`, and text.
pub fn files() -> [(&'static str, String); 3] {
    let words = keywords();
    [
        ("package.json", shown(&package())),
        ("language-configuration.json", shown(&configuration(&words))),
        ("syntaxes/crossdock.tmLanguage.json", shown(&grammar(&words))),
    ]
}

fn shown(value: &Value) -> String {
    format!("{value:#}\n")
}

fn package() -> Value {
    json!({
        "name": "crossdock",
        "displayName": "Crossdock",
        "description": "Colours, brackets and indentation for Crossdock's guides, maps, flows and shapes",
        "version": env!("CARGO_PKG_VERSION"),
        "publisher": "crossdock",
        "engines": { "vscode": "^1.75.0" },
        "categories": ["Programming Languages"],
        "contributes": {
            "languages": [{
                "id": "crossdock",
                "aliases": ["Crossdock"],
                "extensions": KINDS,
                "configuration": "./language-configuration.json",
            }],
            "grammars": [{
                "language": "crossdock",
                "scopeName": "source.crossdock",
                "path": "./syntaxes/crossdock.tmLanguage.json",
            }],
        },
    })
}

fn configuration(words: &Keywords) -> Value {
    let opens = alternatives(&[&words.documents, &words.blocks]);
    json!({
        "comments": { "lineComment": "#" },
        "brackets": [["(", ")"], ["[", "]"], ["{", "}"]],
        "autoClosingPairs": [
            { "open": "(", "close": ")" },
            { "open": "[", "close": "]" },
            { "open": "{", "close": "}" },
            { "open": "\"", "close": "\"", "notIn": ["string", "comment"] },
            { "open": "`", "close": "`", "notIn": ["string", "comment"] },
        ],
        "wordPattern": r"[\p{L}_][\p{L}\p{N}_]*",
        "indentationRules": {
            "increaseIndentPattern": format!(r"^\s*(?:(?:set|add|replace)\s+)?(?:{opens}|otherwise)\b{NO_FIELD}"),
            "decreaseIndentPattern": r"^\s*(?:end\b|otherwise\s*$)",
        },
    })
}

/// A word that begins a line is a field's name where a path or a sign goes on behind it.
const NO_FIELD: &str = r"(?!\s*(?:=|<->)|[.\[#])";

fn grammar(words: &Keywords) -> Value {
    let mut patterns = line_patterns(words);
    patterns.extend(word_patterns(words));
    json!({
        "name": "Crossdock",
        "scopeName": "source.crossdock",
        "fileTypes": KINDS.map(|kind| &kind[1..]),
        "patterns": patterns,
        "repository": {
            "text": {
                "name": "string.quoted.double.crossdock",
                "begin": "\"",
                "end": "\"(?!\")|$",
                "patterns": [
                    { "name": "constant.character.escape.crossdock", "match": "\"\"|\\{\\{|\\}\\}" },
                    { "name": "variable.other.interpolated.crossdock", "match": "\\{[^{}\"]+\\}" },
                ],
            },
        },
    })
}

/// What a line begins with.
fn line_patterns(words: &Keywords) -> Vec<Value> {
    let (documents, lines) = (alternatives(&[&words.documents]), alternatives(&[&words.lines]));
    let patterns = json!([
            { "name": "comment.block.documentation.crossdock", "match": r"^\s*##.*$" },
            { "name": "comment.line.number-sign.crossdock", "match": r"(?:^|(?<=\s))#.*$" },
            {
                "match": format!(r"^\s*({documents})\s+([\p{{L}}\p{{N}}_/.-]+)(?:\s+(extends)\s+([\p{{L}}\p{{N}}_/.@-]+))?"),
                "captures": {
                    "1": { "name": "keyword.declaration.crossdock" },
                    "2": { "name": "entity.name.type.crossdock" },
                    "3": { "name": "keyword.declaration.crossdock" },
                    "4": { "name": "entity.other.inherited-class.crossdock" },
                },
            },
            {
                "match": r"^\s*(end)\b(?!\s*(?:=|<->))(?:\s+([\p{L}\p{N}_:]+))?",
                "captures": {
                    "1": { "name": "keyword.control.crossdock" },
                    "2": { "name": "entity.name.section.crossdock" },
                },
            },
            {
                "match": r"^\s*(?:(set|add|replace)\s+)?((?:[\p{L}\p{N}_.@:#|-]|\[[^\]]*\]|`[^`]*`)+)\s*(=|<->)",
                "captures": {
                    "1": { "name": "keyword.control.crossdock" },
                    "2": { "name": "variable.other.assignment.crossdock" },
                    "3": { "name": "keyword.operator.assignment.crossdock" },
                },
            },
            {
                "match": format!(r"^\s*(?:(set|add|replace)\s+)?({lines})\b{NO_FIELD}"),
                "captures": {
                    "1": { "name": "keyword.control.crossdock" },
                    "2": { "name": "keyword.control.crossdock" },
                },
            }
    ]);
    patterns.as_array().cloned().unwrap_or_default()
}

/// What stands inside a line.
fn word_patterns(words: &Keywords) -> Vec<Value> {
    let (inside, types) = (alternatives(&[&words.inside]), alternatives(&[&words.types]));
    let names: Vec<&str> = functions::entries().iter().map(|entry| entry.name).collect();
    let functions = alternatives(&[&names]);
    let patterns = json!([
            { "include": "#text" },
            { "name": "variable.other.quoted.crossdock", "match": "`[^`]*`" },
            { "name": "variable.parameter.crossdock", "match": r"\$[\p{L}\p{N}_]+" },
            {
                "match": r"\[\s*(?:(not)\s+)?([\p{L}\p{N}_|]+)\s*\]",
                "captures": {
                    "1": { "name": "keyword.operator.word.crossdock" },
                    "2": { "name": "constant.other.code.crossdock" },
                },
            },
            { "name": "support.function.crossdock", "match": format!(r"\b({functions})(?=\()") },
            { "name": "storage.type.crossdock", "match": format!(r"(?<![.\w])({types})\b(?![.\[(])") },
            { "name": "constant.language.crossdock", "match": r"(?<![.\w])(true|false|absent)\b(?![.\[(])" },
            { "name": "keyword.other.crossdock", "match": format!(r"(?<![.\w])({inside})\b(?![.\[])") },
            { "name": "constant.numeric.crossdock", "match": r"(?<![.\w#])\d+(?:\.\d+)?\b" },
            { "name": "keyword.operator.crossdock", "match": r"<->|->|<=|>=|<>|[=<>+*/&-]" }
    ]);
    patterns.as_array().cloned().unwrap_or_default()
}

/// Words as alternatives of a pattern.
fn alternatives(lists: &[&[&str]]) -> String {
    let mut words = lists.concat();
    words.sort_unstable();
    words.dedup();
    words.join("|")
}
