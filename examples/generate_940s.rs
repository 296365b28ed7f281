//! Writes one interchange of warehouse orders to stdout, for long runs: `generate_940s BYTES [NUMBER]`.

#[path = "../tests/support/generated.rs"]
mod generated;

use std::io::Write;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse().unwrap_or(0));
    let bytes: u64 = arguments.next().unwrap_or(10_000_000);
    let number = arguments.next().unwrap_or(1);
    let text = generated::interchange_of_940s_numbered(bytes as usize, number as u32);
    std::io::stdout().lock().write_all(&text)
}
