//! Regular expressions: linear in the length of the text, whatever the pattern.

use regex::{Regex, RegexBuilder};

/// Most bytes a compiled pattern may take, so that no map makes the gateway big.
const BYTES_MAX: usize = 1 << 20;

/// Compiles a pattern; what is wrong with it, in words, if it is none.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern).size_limit(BYTES_MAX).dfa_size_limit(BYTES_MAX).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it takes too much memory: repeat less".into(),
        // The last line says what, those before it show where.
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.trim_start_matches("error: ").to_string()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn what_is_wrong_with_a_pattern_is_one_line() {
        assert_eq!(compile("[A-").map(drop), Err("unclosed character class".into()));
        assert_eq!(compile("(a").map(drop), Err("unclosed group".into()));
        assert!(compile(r"(a)\1").is_err(), "what cannot be matched in linear time is no pattern");
        assert_eq!(compile(r"\w{900}{900}").map(drop), Err("it takes too much memory: repeat less".into()));
        assert!(compile("^[A-Z]{2}[0-9]+$").is_ok());
    }
}
