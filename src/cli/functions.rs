//! `functions [NAME]`: what maps can call.

use super::args;
use super::console::Console;
use super::exit::{Answer, Exit, Stop};
use crate::diagnostics::suggest;
use crate::mapping::functions::language::LANGUAGE_FUNCTIONS;
use crate::mapping::functions::{self, FUNCTIONS, Function};
use serde_json::{Value, json};

/// A function as people and machines are told of it.
pub(super) struct Entry {
    pub name: &'static str,
    /// How it is called, with what it gives.
    pub call: String,
    pub summary: &'static str,
    /// Calls with their results; lines of maps, which have none, for functions of the language.
    pub examples: Vec<(&'static str, Option<&'static str>)>,
}

/// All functions, sorted by name.
pub(super) fn entries() -> Vec<Entry> {
    let of_values = FUNCTIONS.iter().map(|function| Entry {
        name: function.name,
        call: signature(function),
        summary: function.summary,
        examples: function.examples.iter().map(|example| (example.call, Some(example.result))).collect(),
    });
    let of_language = LANGUAGE_FUNCTIONS.iter().map(|function| Entry {
        name: function.name,
        call: function.call.to_string(),
        summary: function.summary,
        examples: vec![(function.example, None)],
    });
    let mut all: Vec<Entry> = of_values.chain(of_language).collect();
    all.sort_by_key(|entry| entry.name);
    all
}

/// Such as `left(text, count) gives text`.
fn signature(function: &Function) -> String {
    let names: Vec<&str> = function.parameters.iter().map(|(name, _)| *name).collect();
    let (required, optional) = names.split_at(function.required);
    let mut parameters = required.join(", ");
    for name in optional {
        let comma = if parameters.is_empty() { "" } else { ", " };
        parameters.push_str(&format!("[{comma}{name}]"));
    }
    format!("{}({parameters}) gives {}", function.name, function.result.word())
}

/// Runs the command.
pub fn run(arguments: &args::Functions, console: &mut Console<'_>) -> Answer {
    let all = entries();
    let wanted: Vec<&Entry> = match &arguments.name {
        None => all.iter().collect(),
        Some(name) => {
            let found = all.iter().find(|entry| entry.name == name);
            vec![found.ok_or_else(|| unknown(name))?]
        }
    };
    if console.json {
        let list: Vec<Value> = wanted.iter().map(|entry| machine(entry)).collect();
        console.line(json!(list).to_string());
        return Ok(Exit::Fine);
    }
    match (&arguments.name, wanted.as_slice()) {
        (Some(_), [entry]) => one(entry, console),
        _ => {
            let width = wanted.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
            for entry in wanted {
                console.line(format!("{:width$}  {}", entry.name, entry.summary));
            }
            console.line("\ncrossdock functions NAME shows how one is called, with examples.");
        }
    }
    Ok(Exit::Fine)
}

fn one(entry: &Entry, console: &mut Console<'_>) {
    console.line(format!("{}\n\n{}", entry.call, entry.summary));
    if !entry.examples.is_empty() {
        console.line("");
    }
    for (call, result) in &entry.examples {
        console.line(match result {
            Some(result) => format!("    {call}  is  {result}"),
            None => format!("    {call}"),
        });
    }
}

fn machine(entry: &Entry) -> Value {
    let example = |(call, result): &(&str, Option<&str>)| json!({ "call": call, "result": result });
    json!({
        "name": entry.name,
        "call": entry.call,
        "summary": entry.summary,
        "examples": entry.examples.iter().map(example).collect::<Vec<_>>(),
    })
}

fn unknown(name: &str) -> Stop {
    let help = match suggest::nearest(name, functions::names()) {
        Some(near) => format!("did you mean {near}?"),
        None => "crossdock functions lists all of them".into(),
    };
    Stop::usage(format!("there is no function `{name}`"), help)
}
