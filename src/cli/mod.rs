//! L5: the command line. It reads arguments and files, calls what is below and shows the answer; it decides nothing.

pub mod args;
mod cases;
mod check;
mod console;
mod coverage;
pub mod demo;
pub mod docs;
pub mod editor;
pub mod effective;
mod exit;
mod explain_code;
mod fmt;
mod functions;
mod ids;
mod import;
mod inspect;
mod messages;
mod process;
mod retry;
mod run;
mod show;
mod standards;
mod translate;
mod units;
mod validate;
mod waivers;
mod workspace;

pub use console::Console;
pub use exit::{Answer, Exit, Stop};

use args::{Cli, Command, Format};
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::io::IsTerminal;

/// Runs the program with these arguments (the first is its own name) on the process's streams.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let color =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
    let mut console = Console::new(&mut out, &mut err);
    console.color = color;
    console.is_terminal = std::io::stdout().is_terminal();
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(shown) => {
            // Help and version are answers; the rest is wrong use.
            let text = if color { shown.render().ansi().to_string() } else { shown.render().to_string() };
            return match shown.use_stderr() {
                true => {
                    console.note(text.trim_end());
                    Exit::Usage
                }
                false => {
                    console.line(text.trim_end());
                    Exit::Fine
                }
            };
        }
    };
    console.json = cli.format == Format::Json;
    let answer = match cli.command {
        None => {
            console.line(Cli::command().render_help().to_string().trim_end());
            Ok(Exit::Fine)
        }
        Some(command) => dispatch(command, &mut console),
    };
    answer.unwrap_or_else(|stop| {
        if console.json {
            console.line(serde_json::json!({ "error": stop.text, "help": stop.help }).to_string());
        }
        console.note(format!("error: {}", stop.text));
        if !stop.help.is_empty() {
            console.note(format!("help: {}", stop.help));
        }
        stop.exit
    })
}

fn dispatch(command: Command, console: &mut Console<'_>) -> Answer {
    match command {
        Command::Demo(arguments) => demo::run(&arguments, console),
        Command::Run(arguments) => run::run(&arguments, console),
        Command::Check(arguments) => check::run(&arguments, console),
        Command::Fmt(arguments) => fmt::run(&arguments, console),
        Command::Inspect(arguments) => inspect::run(&arguments, console),
        Command::Validate(arguments) => validate::run(&arguments, console),
        Command::Coverage(arguments) => coverage::run(&arguments, console),
        Command::Test(arguments) => cases::run(&arguments, console),
        Command::Translate(arguments) => translate::run(&arguments, console),
        Command::Messages(arguments) => messages::run(&arguments, console),
        Command::Show(arguments) => show::run(&arguments, console),
        Command::Waivers(arguments) => waivers::run(&arguments, console),
        Command::Retry(arguments) => retry::run(&arguments, console),
        Command::Import(arguments) => import::run(&arguments, console),
        Command::Standards(arguments) => standards::run(&arguments, console),
        Command::Explain(arguments) => explain_code::run(&arguments, console),
        Command::Functions(arguments) => functions::run(&arguments, console),
    }
}
