//! Pages of the documentation that are made from the program, so that they cannot be stale.

use super::explain_code::effect;
use super::functions;
use crate::diagnostics::codes;

/// `docs/codes.md`: every code with cause, example and cure.
pub fn codes_page() -> String {
    let mut page = String::from(
        "# Codes of findings\n\nMade from the program; `crossdock explain CODE` shows the same. Words in braces stand for \
         values. Codes that begin\nwith E are given by the authors of maps and guides.\n",
    );
    let mut letter = "";
    for info in codes::all() {
        let code = info.code.text();
        if code[..1] != *letter {
            letter = &code[..1];
            page.push_str(&format!("\n## {letter}: {}\n", about(letter)));
        }
        page.push_str(&format!("\n### {code}: {}\n\n", info.title));
        page.push_str(&format!("*{}.* {}\n\n", info.severity.word(), effect(info)));
        page.push_str(&format!("Cause: {}\n\n", info.cause));
        page.push_str("Example:\n\n");
        info.example.lines().for_each(|line| page.push_str(&format!("    {line}\n")));
        page.push_str(&format!("\nCure: {}\n", info.help));
    }
    page
}

fn about(letter: &str) -> &'static str {
    match letter {
        "L" => "the text of a mapping file",
        "G" => "guides and shapes",
        "M" => "maps",
        "F" => "flows, partners and gateway settings",
        "X" => "a message against its guide",
        "A" => "what partners say about what we sent",
        "B" => "a document against its map",
        "I" => "intake, envelope and duplicates",
        "T" => "transports",
        _ => "the ledger and the machine",
    }
}

/// `docs/mapping/functions.md`: every function with its examples.
pub fn functions_page() -> String {
    let mut page = String::from(
        "# Functions\n\nMade from the program; `crossdock functions NAME` shows the same. An absent argument makes the result \
         absent, unless the\nfunction is about absence or about a list. Examples without a result are lines of maps.\n",
    );
    for entry in functions::entries() {
        page.push_str(&format!("\n## {}\n\n`{}`\n\n{}\n", entry.name, entry.call, entry.summary));
        if !entry.examples.is_empty() {
            page.push('\n');
        }
        for (call, result) in &entry.examples {
            match result {
                Some(result) => page.push_str(&format!("    {call}  is  {result}\n")),
                None => page.push_str(&format!("    {call}\n")),
            }
        }
    }
    page
}

/// `docs/commands.md`: the help of every command.
pub fn commands_page(mut command: clap::Command) -> String {
    command.build();
    let mut page =
        format!("# Commands\n\nMade from the program's own help.\n\n```text\n{}\n```\n", help(&mut command));
    let names: Vec<String> = command.get_subcommands().map(|own| own.get_name().to_string()).collect();
    for name in names {
        if let Some(own) = command.find_subcommand_mut(&name) {
            page.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", help(own)));
        }
    }
    page
}

fn help(command: &mut clap::Command) -> String {
    let text = command.render_help().to_string();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_string()
}
