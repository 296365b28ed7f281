//! Pages of `docs/` that are made from the program. `UPDATE_EXPECT=1` writes them anew.

#[path = "support/cli.rs"]
mod cli;

use clap::CommandFactory;
use crossdock::cli::{args::Cli, docs};

#[test]
fn the_page_of_codes_is_that_of_the_program() {
    cli::hold(&cli::root().join("docs/codes.md"), &docs::codes_page());
}

#[test]
fn the_page_of_commands_is_that_of_the_program() {
    cli::hold(&cli::root().join("docs/commands.md"), &docs::commands_page(Cli::command()));
}

#[test]
fn the_page_of_functions_is_that_of_the_program() {
    cli::hold(&cli::root().join("docs/mapping/functions.md"), &docs::functions_page());
}
