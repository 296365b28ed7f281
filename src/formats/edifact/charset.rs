//! The character sets of ISO 9735: levels UNOA to UNOY of UNB's S001.

use crate::formats::charset::Charset;
use crate::formats::segment::Coding;

/// A level, as UNB names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    name: &'static str,
    charset: Charset,
    /// 1 for each ASCII byte that the level leaves out.
    left_out: Option<&'static [u8; 256]>,
}

/// Every level, sorted by name, with what it is coded in. Code extension (ISO 2022), which UNOX allows, is not read: its
/// escape sequences show as control characters.
const LEVELS: [(&str, &str, Option<&[u8; 256]>); 15] = [
    ("UNOA", "ascii", Some(&CAPITALS)),
    ("UNOB", "ascii", Some(&LETTERS)),
    ("UNOC", "iso-8859-1", None),
    ("UNOD", "iso-8859-2", None),
    ("UNOE", "iso-8859-5", None),
    ("UNOF", "iso-8859-7", None),
    ("UNOG", "iso-8859-3", None),
    ("UNOH", "iso-8859-4", None),
    ("UNOI", "iso-8859-6", None),
    ("UNOJ", "iso-8859-8", None),
    ("UNOK", "iso-8859-9", None),
    ("UNOL", "iso-8859-15", None),
    ("UNOW", "utf-8", None),
    ("UNOX", "ascii", None),
    ("UNOY", "utf-8", None),
];

/// The level of this name, in any case; `None` if ISO 9735 has none.
pub fn level(name: &str) -> Option<Level> {
    let found = LEVELS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
    let (name, charset, left_out) = *found;
    Some(Level { name, charset: Charset::named(charset)?, left_out })
}

impl Level {
    /// Whether UTF-8 is what the level declares.
    pub fn is_utf8(&self) -> bool {
        self.charset == Charset::Utf8
    }

    /// Whether `bytes` hold an ASCII byte that the level leaves out. One pass over the message.
    pub fn lacks_any(&self, bytes: &[u8]) -> bool {
        let Some(table) = self.left_out else { return false };
        bytes.iter().fold(0u8, |outside, &byte| outside | table[usize::from(byte)]) != 0
    }
}

impl Coding for Level {
    fn name(&self) -> &str {
        self.name
    }

    fn decode(&self, bytes: &[u8], out: &mut String) -> bool {
        // The characters between ASCII and the letters of ISO 8859 are control characters: no text has them.
        let is_control = |byte: &u8| !self.is_utf8() && (0x80..0xa0).contains(byte);
        self.charset.decode(bytes, out).is_ok() && !bytes.iter().any(is_control)
    }

    fn has(&self, character: char) -> bool {
        let is_left_out = |byte: u8| self.left_out.is_some_and(|table| table[usize::from(byte)] != 0);
        match (self.charset, u8::try_from(character)) {
            (_, Ok(byte)) if byte.is_ascii() => !is_left_out(byte),
            (_, Ok(0x80..0xa0)) => false,
            (Charset::Utf8, _) => true,
            (Charset::Page(page), _) => page.byte(character).is_some(),
        }
    }

    fn is_narrow(&self) -> bool {
        self.left_out.is_some()
    }

    fn encode(&self, text: &str, out: &mut Vec<u8>) {
        // What cannot be written is told before it is written.
        let _ = self.charset.encode(text, out);
    }
}

/// 1 for each ASCII byte outside level A. Line ends and bytes beyond ASCII are told otherwise.
static CAPITALS: [u8; 256] = outside(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,-()/=!\"%&*;<>'+:?\r\n");
/// 1 for each ASCII byte outside level B, whose separators of old are control characters.
static LETTERS: [u8; 256] = outside(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,-()/=!\"%&*;<>'+:?\r\n\x1c\x1d\x1f",
);

const fn outside(inside: &[u8]) -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = 1;
        byte += 1;
    }
    let mut at = 0;
    while at < inside.len() {
        table[inside[at] as usize] = 0;
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(name: &str, bytes: &[u8]) -> (String, bool) {
        let mut out = String::new();
        let is_sound = level(name).expect("a level").decode(bytes, &mut out);
        (out, is_sound)
    }

    #[test]
    fn levels_read_what_they_write() {
        for (name, text) in [
            ("UNOA", "ACME (1)"),
            ("UNOB", "Acme"),
            ("UNOC", "Müller & Søn"),
            ("UNOD", "Łódź"),
            ("UNOE", "Склад"),
            ("UNOF", "Αποθήκη"),
            ("unok", "İğdır şb"),
            ("UNOL", "10 €"),
            ("UNOW", "倉庫 €"),
            ("UNOY", "倉庫 €"),
        ] {
            let level = level(name).expect("a level");
            assert!(text.chars().all(|character| level.has(character)), "{name}");
            let mut bytes = Vec::new();
            level.encode(text, &mut bytes);
            assert_eq!(decoded(name, &bytes), (text.to_string(), true), "{name}");
        }
    }

    #[test]
    fn what_a_level_does_not_have_is_noticed() {
        assert!(
            level("UNOA").expect("A").lacks_any(b"Acme") && !level("UNOB").expect("B").lacks_any(b"Acme")
        );
        assert!(level("UNOB").expect("B").lacks_any(b"a@b"));
        for (name, character) in
            [("UNOA", 'a'), ("UNOB", '@'), ("UNOC", '€'), ("UNOC", '\u{85}'), ("UNOK", 'Ð'), ("UNOX", 'ü')]
        {
            assert!(!level(name).expect("a level").has(character), "{name} {character}");
        }
        assert!(!decoded("UNOC", b"\x85x").1);
        assert_eq!(decoded("UNOA", b"M\xfcller"), ("M\u{fffd}ller".into(), false));
        assert_eq!(decoded("UNOW", b"M\xfcller"), ("M\u{fffd}ller".into(), false));
        assert!(level("UNOZ").is_none());
    }
}
