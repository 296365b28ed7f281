//! argv -> cli -> exit code.

/// A gateway runs for months with what is left of compiling its mappings: what is free goes back to the machine.
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    crossdock::cli::run(std::env::args_os()).into()
}
