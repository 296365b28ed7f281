//! argv -> cli -> exit code.

fn main() -> std::process::ExitCode {
    crossdock::cli::run(std::env::args_os()).into()
}
