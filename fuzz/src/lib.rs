//! What is done with bytes that nobody expects. Each part is one function of bytes that must return, whatever they are;
//! the tests of the program run them over their seeds too.

pub mod format;
pub mod language;

use std::path::Path;

/// Writes what a fuzzer starts from.
///
/// # Errors
/// If the folder cannot be written.
pub fn write_seeds(folder: &Path, seeds: &[Vec<u8>]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (at, seed) in seeds.iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{at:04}")), seed)?;
    }
    Ok(())
}
