//! A message of JSON to tokens: a member is an element with its name, an item of a list one more of them.

use crate::diagnostics::Code;
use crate::formats::nested::{DEPTH_MAX, Kind, NO_NAME, Name, Names, Text, Tokens};

/// Why a message cannot be read to its end.
#[derive(Debug)]
pub(super) struct Broken {
    /// The finding's code.
    pub code: Code,
    /// Where in the text.
    pub at: usize,
    /// The line of the text, from 1.
    pub line: u32,
    /// In words.
    pub text: String,
}

/// Cuts `text` into `tokens` (cleared first). What stands before a defect is in them, with every element closed.
pub(super) fn tokenize(names: &Names, text: &str, tokens: &mut Tokens) -> Result<(), Broken> {
    tokens.clear();
    let mut cutter = Cutter { names, text, at: 0, tokens, line: 1, counted: 0 };
    let outcome = cutter.message();
    let line = cutter.line;
    tokens.close_all(text.len(), line);
    outcome
}

/// The name of a member.
#[derive(Clone, Copy)]
struct Member {
    name: Name,
    text: Text,
}

struct Cutter<'a> {
    names: &'a Names,
    text: &'a str,
    at: usize,
    tokens: &'a mut Tokens,
    /// The line at `counted`.
    line: u32,
    counted: usize,
}

impl Cutter<'_> {
    fn message(&mut self) -> Result<(), Broken> {
        self.blanks();
        if self.peek() != Some(b'{') {
            return Err(self.broken(self.at, "a message is an object"));
        }
        let nothing = Member { name: NO_NAME, text: Text::Here { start: 0, len: 0 } };
        self.value(nothing, false)?;
        self.blanks();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.broken(self.at, "something stands behind the end of the object")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// A value, which is a member of this name or an item in its list.
    fn value(&mut self, member: Member, is_item: bool) -> Result<(), Broken> {
        self.blanks();
        let from = self.at;
        match self.peek() {
            Some(b'{') => self.object(member),
            Some(b'[') if is_item => Err(self.broken(from, "a list stands in a list")),
            Some(b'[') => self.list(member),
            Some(b'"') => {
                let value = self.string()?;
                self.scalar(member, from, value);
                Ok(())
            }
            Some(_) => {
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
                let rest = &self.text.as_bytes()[from..];
                let len = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
                let word = &self.text[from..from + len];
                if word != "null" && word != "true" && word != "false" && !is_number(word) {
                    let shown: String = self.text[from..].chars().take(20).collect();
                    return Err(self.broken(from, format!("`{shown}` is no value")));
                }
                self.at += len;
                if word != "null" {
                    self.scalar(member, from, Text::Here { start: from as u32, len: len as u32 });
                }
                Ok(())
            }
            None => Err(self.broken(from, "it ends where a value should be")),
        }
    }

    fn scalar(&mut self, member: Member, from: usize, value: Text) {
        let line = self.line_at(from);
        let range = (from, self.at - from);
        self.tokens.push(Kind::Open, member.name, range, member.text, line);
        self.tokens.push(Kind::Text, NO_NAME, range, value, line);
        self.tokens.close(self.at, line);
    }

    fn object(&mut self, member: Member) -> Result<(), Broken> {
        if self.tokens.depth() >= DEPTH_MAX {
            return Err(Broken { code: Code::X258, ..self.broken(self.at, DEPTH_MAX.to_string()) });
        }
        let line = self.line_at(self.at);
        self.tokens.push(Kind::Open, member.name, (self.at, 1), member.text, line);
        self.at += 1;
        self.blanks();
        if self.peek() != Some(b'}') {
            loop {
                self.blanks();
                if self.peek() != Some(b'"') {
                    return Err(
                        self.broken(self.at, "the name of a member should stand here, in double quotes")
                    );
                }
                let text = self.string()?;
                let name = self.names.element(0, self.tokens.text(text, self.text));
                self.blanks();
                if self.peek() != Some(b':') {
                    return Err(self.broken(self.at, "a colon should stand here"));
                }
                self.at += 1;
                self.value(Member { name, text }, false)?;
                if !self.goes_on(b'}')? {
                    break;
                }
            }
        }
        self.at += 1;
        let line = self.line_at(self.at);
        self.tokens.close(self.at, line);
        Ok(())
    }

    fn list(&mut self, member: Member) -> Result<(), Broken> {
        self.at += 1;
        self.blanks();
        if self.peek() != Some(b']') {
            loop {
                self.value(member, true)?;
                if !self.goes_on(b']')? {
                    break;
                }
            }
        }
        self.at += 1;
        Ok(())
    }

    /// Goes behind a comma; `false` at the closing bracket.
    fn goes_on(&mut self, closing: u8) -> Result<bool, Broken> {
        self.blanks();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == closing => Ok(false),
            Some(_) => {
                Err(self.broken(self.at, format!("a comma or `{}` should stand here", char::from(closing))))
            }
            None => Err(self.broken(self.at, format!("it ends before `{}`", char::from(closing)))),
        }
    }

    /// A string, without its quotes. A line break or tab in it is a blank.
    fn string(&mut self) -> Result<Text, Broken> {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut end = start;
        let mut is_plain = true;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => (is_plain, end) = (false, end + 2),
                Some(byte) if *byte < b' ' => {
                    return Err(self.broken(end, "a control character stands in a text"));
                }
                Some(_) => end += 1,
                None => return Err(self.broken(self.at, "a text has no closing quote")),
            }
        }
        self.at = end + 1;
        if is_plain {
            return Ok(Text::Here { start: start as u32, len: (end - start) as u32 });
        }
        let decoded: String = serde_json::from_str(&self.text[start - 1..=end])
            .map_err(|_| self.broken(start, "an escape in the text means nothing"))?;
        let from = self.tokens.aside.len();
        let blank = |character| if matches!(character, '\n' | '\r' | '\t') { ' ' } else { character };
        self.tokens.aside.extend(decoded.chars().map(blank));
        Ok(Text::Aside { start: from as u32, len: (self.tokens.aside.len() - from) as u32 })
    }

    fn line_at(&mut self, at: usize) -> u32 {
        if at > self.counted {
            let passed = &self.text.as_bytes()[self.counted..at];
            self.line += memchr::memchr_iter(b'\n', passed).count() as u32;
            self.counted = at;
        }
        self.line
    }

    fn broken(&self, at: usize, text: impl Into<String>) -> Broken {
        let at = at.min(self.text.len());
        let passed = &self.text.as_bytes()[self.counted.min(at)..at];
        let line = self.line + memchr::memchr_iter(b'\n', passed).count() as u32;
        Broken { code: Code::X250, at, line, text: text.into() }
    }
}

/// Whether a word is a number as JSON writes them.
pub(super) fn is_number(word: &str) -> bool {
    let rest = word.strip_prefix('-').unwrap_or(word);
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.starts_with('0')) {
        return false;
    }
    let mut rest = &rest[whole..];
    if let Some(behind) = rest.strip_prefix('.') {
        let fraction = digits(behind);
        if fraction == 0 {
            return false;
        }
        rest = &behind[fraction..];
    }
    if let Some(behind) = rest.strip_prefix(['e', 'E']) {
        let behind = behind.strip_prefix(['+', '-']).unwrap_or(behind);
        return !behind.is_empty() && digits(behind) == behind.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_standard() {
        for text in ["0", "-0.5", "12.50", "1e9", "1.5E-3"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["", "-", "01", ".5", "5.", "1e", "+1", "0x1", "1.2.3", "NaN"] {
            assert!(!is_number(text), "{text}");
        }
    }
}
