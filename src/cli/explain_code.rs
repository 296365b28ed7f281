//! `explain CODE`: a finding's cause, an example and the cure.

use super::args;
use super::console::Console;
use super::exit::{Answer, Exit, Stop};
use crate::diagnostics::codes::{self, CodeInfo};
use crate::diagnostics::{Severity, suggest};
use serde_json::json;

/// Runs the command.
pub fn run(arguments: &args::Explain, console: &mut Console<'_>) -> Answer {
    let code = arguments.code.trim();
    let Some(info) = codes::find(code) else {
        return match is_of_an_author(code) {
            true => of_an_author(code, console),
            false => Err(unknown(code)),
        };
    };
    if console.json {
        let answer = json!({
            "code": info.code.text(),
            "severity": info.severity.word(),
            "title": info.title,
            "cause": info.cause,
            "example": info.example,
            "help": info.help,
        });
        console.line(answer.to_string());
        return Ok(Exit::Fine);
    }
    console.line(format!("{} ({}): {}", info.code.text(), info.severity.word(), info.title));
    console.line(format!("\n{}\n\ncause    {}", effect(info), info.cause));
    for (i, line) in info.example.lines().enumerate() {
        console.line(format!("{}{line}", if i == 0 { "example  " } else { "         " }));
    }
    console.line(format!("cure     {}", info.help));
    Ok(Exit::Fine)
}

/// What a finding with this code does, in a sentence.
pub fn effect(info: &CodeInfo) -> &'static str {
    let is_of_a_map = info.code.text().starts_with('B');
    let is_partners_word = info.code.text().starts_with('A') && info.severity != Severity::Hold;
    match info.severity {
        _ if is_partners_word => "It is shown with what was sent; nothing is sent again by itself.",
        Severity::Info => "Worth knowing; nothing changes.",
        Severity::Warn => "The message goes on its way and is flagged; a file with it is used.",
        Severity::Hold => "The message waits until someone releases it; its neighbours go on.",
        Severity::Reject if is_of_a_map => {
            "The message is refused and quarantined; its neighbours go on. The 997 or CONTRL, which answer for the syntax, still say accepted; a business answer tells the sender where he gets one."
        }
        Severity::Reject => "The message is refused and its sender told; its neighbours go on.",
        Severity::Error => "The file is not used; what was active stays active.",
    }
}

/// `E` and digits: left to the authors of maps and guides.
fn is_of_an_author(code: &str) -> bool {
    code.strip_prefix(['E', 'e'])
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn of_an_author(code: &str, console: &mut Console<'_>) -> Answer {
    let code = code.to_uppercase();
    let text = "a check written by the author of a map or guide";
    let help = format!("look for `{code}` in the mappings folder: its line says what must hold");
    if console.json {
        console.line(json!({ "code": code, "title": text, "help": help }).to_string());
    } else {
        console.line(format!("{code}: {text}"));
        console.line(
            "\ncause    A line `check … E…` of a map or `case E…` of a guide did not hold for the message.",
        );
        console.line("example  check reject E111 \"quantity {w.01} is not more than zero\": this.qty > 0");
        console.line(format!("cure     {help}"));
    }
    Ok(Exit::Fine)
}

fn unknown(code: &str) -> Stop {
    let near = suggest::nearest(code, codes::all().map(|info: &CodeInfo| info.code.text()));
    let help = match near {
        Some(near) => format!("did you mean {near}?"),
        None => "codes are a letter and three digits, such as X207; docs/codes.md lists all of them".into(),
    };
    Stop::usage(format!("there is no code `{code}`"), help)
}
