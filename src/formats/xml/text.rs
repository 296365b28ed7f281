//! Values of XML. Blanks around a text are the layout's, not the value's; a line break or tab in it is a blank. What is
//! written as a reference is taken as it is.

use crate::formats::nested::Text;
use std::ops::Range;

/// The text of an element so far.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// All of it from the first to the last byte of its markup; empty if nothing came.
    range: Range<usize>,
    /// Whether it had to be put together; else it stands in the message from the first byte that is no blank.
    is_aside: bool,
    /// Where it starts among the decoded values, and how much of it is no blank at its end.
    start: usize,
    kept: usize,
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Text as it stands, of this range of the message.
    pub(super) fn raw(&mut self, message: &str, (from, to): (usize, usize), aside: &mut String) {
        if !self.is_empty() {
            self.put_aside(message, aside);
            self.append_raw(&message[from..to], aside);
            self.range.end = to;
            return;
        }
        let piece = &message[from..to];
        let blanks = piece.len() - piece.trim_ascii_start().len();
        if blanks < piece.len() {
            (self.range, self.is_aside) = (from + blanks..to, false);
        }
    }

    /// Text that is no markup.
    pub(super) fn literal(
        &mut self,
        message: &str,
        text: &str,
        (from, to): (usize, usize),
        aside: &mut String,
    ) {
        self.begin_aside(message, from, aside);
        aside.extend(text.chars().map(|character| if is_break(character) { ' ' } else { character }));
        (self.kept, self.range.end) = (aside.len(), to);
    }

    /// A character that was written as a reference.
    pub(super) fn character(
        &mut self,
        message: &str,
        character: char,
        (from, to): (usize, usize),
        aside: &mut String,
    ) {
        self.begin_aside(message, from, aside);
        aside.push(if is_break(character) { ' ' } else { character });
        (self.kept, self.range.end) = (aside.len(), to);
    }

    fn begin_aside(&mut self, message: &str, from: usize, aside: &mut String) {
        if self.is_empty() {
            (self.is_aside, self.start, self.kept) = (true, aside.len(), aside.len());
            self.range = from..from;
        }
        self.put_aside(message, aside);
    }

    /// Goes on among the decoded values.
    fn put_aside(&mut self, message: &str, aside: &mut String) {
        if !self.is_aside {
            (self.is_aside, self.start, self.kept) = (true, aside.len(), aside.len());
            let range = self.range.clone();
            self.append_raw(&message[range], aside);
        }
    }

    fn append_raw(&mut self, mut raw: &str, aside: &mut String) {
        while !raw.is_empty() {
            let blanks = raw.len() - raw.trim_ascii_start().len();
            let (blank, rest) = raw.split_at(blanks);
            if aside.len() > self.start {
                aside.push_str(if blank.chars().any(is_break) { " " } else { blank });
            }
            let word = rest.find(|character: char| character.is_ascii_whitespace()).unwrap_or(rest.len());
            aside.push_str(&rest[..word]);
            if word > 0 {
                self.kept = aside.len();
            }
            raw = &rest[word..];
        }
    }

    /// The text, which is at its end, and its range in the message; `None` if there is none.
    pub(super) fn take(&mut self, message: &str, aside: &mut String) -> Option<(Text, (usize, usize))> {
        if self.is_empty() {
            return None;
        }
        let Range { start: from, end: to } = std::mem::take(&mut self.range);
        if !self.is_aside {
            let value = message[from..to].trim_ascii_end();
            if !value.chars().any(is_break) {
                let here = Text::Here { start: from as u32, len: value.len() as u32 };
                return Some((here, (from, from + value.len())));
            }
            self.range = from..to;
            self.put_aside(message, aside);
        }
        (self.range, self.is_aside) = (0..0, false);
        aside.truncate(self.kept);
        let value = Text::Aside { start: self.start as u32, len: (self.kept - self.start) as u32 };
        (self.kept > self.start).then_some((value, (from, to)))
    }
}

fn is_break(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r')
}

/// The value of an attribute that stands at `start`; `Err` with the name of an entity that nothing declares.
pub(super) fn attribute(raw: &str, start: usize, aside: &mut String) -> Result<Text, String> {
    let trimmed = raw.trim_ascii();
    if !trimmed.bytes().any(|byte| byte == b'&' || byte < b' ') {
        let blanks = trimmed.as_ptr() as usize - raw.as_ptr() as usize;
        return Ok(Text::Here { start: (start + blanks) as u32, len: trimmed.len() as u32 });
    }
    let from = aside.len();
    let mut rest = trimmed;
    while let Some((before, behind)) = rest.split_once('&') {
        aside.extend(before.chars().map(|character| if is_break(character) { ' ' } else { character }));
        let (name, after) =
            behind.split_once(';').ok_or_else(|| behind.chars().take(20).collect::<String>())?;
        let character = reference(name).ok_or_else(|| name.chars().take(20).collect::<String>())?;
        aside.push(if is_break(character) { ' ' } else { character });
        rest = after;
    }
    aside.extend(rest.chars().map(|character| if is_break(character) { ' ' } else { character }));
    Ok(Text::Aside { start: from as u32, len: (aside.len() - from) as u32 })
}

/// The character that `amp` or `#x20AC` stands for.
pub(super) fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        name => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix('x') {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => digits.parse(),
            };
            char::from_u32(code.ok()?).filter(|character| is_character(*character))
        }
    }
}

/// Whether XML 1.0 can hold a character.
pub(in crate::formats) fn is_character(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Appends a value as text of an element or, in quotes, of an attribute. `encoding` says which characters are written as
/// they are; the others are references.
pub(in crate::formats) fn escape(
    value: &str,
    is_attribute: bool,
    has: impl Fn(char) -> bool,
    out: &mut String,
) {
    let is_outer = |at: usize| at == 0 || at + 1 == value.len();
    for (at, character) in value.char_indices() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            // Only `]]>` must not stand in a text.
            '>' if !is_attribute => out.push_str("&gt;"),
            '"' if is_attribute => out.push_str("&quot;"),
            // Blanks at the ends would be taken for layout, and line breaks for blanks.
            ' ' if is_outer(at) => out.push_str("&#32;"),
            character if character < ' ' || character == '\u{7f}' || !has(character) => {
                out.push_str(&format!("&#{};", u32::from(character)));
            }
            character => out.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_around_a_text_are_layout_and_references_are_not() {
        let attribute = |raw: &str| {
            let mut aside = String::new();
            match attribute(raw, 0, &mut aside) {
                Ok(Text::Here { start, len }) => raw[start as usize..(start + len) as usize].to_string(),
                Ok(Text::Aside { .. }) => aside,
                Err(name) => format!("!{name}"),
            }
        };
        assert_eq!(attribute(" a b "), "a b");
        assert_eq!(attribute("&#32;a&amp;b&#x20AC;"), " a&b€");
        assert_eq!(attribute("a\n\tb"), "a  b");
        assert_eq!(attribute("&nbsp;"), "!nbsp");
        assert_eq!(attribute("a & b"), "! b");
        let mut out = String::new();
        escape(" a<b>\"é ", false, |character| character.is_ascii(), &mut out);
        assert_eq!(out, "&#32;a&lt;b&gt;\"&#233;&#32;");
    }
}
