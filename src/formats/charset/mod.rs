//! Character sets of files: one byte a character, or UTF-8. Shared by all formats.
//!
//! ISO 8859 is taken by its letter: the bytes 0x80 to 0x9F are control characters, not those of the Windows page
//! beside it. EBCDIC maps as IBM's pages do, with 0x15 as next line (U+0085) and 0x25 as line feed.

mod ebcdic;

use encoding_rs::Encoding;
use std::sync::LazyLock;

/// A character set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// One byte a character.
    Page(&'static CodePage),
}

/// A character set with one byte a character.
#[derive(Debug)]
pub struct CodePage {
    name: &'static str,
    /// The character of each byte; [`char::REPLACEMENT_CHARACTER`] where there is none.
    characters: [char; 256],
    /// The byte of each character below U+0100; [`NO_BYTE`] where there is none.
    low: [u16; 256],
    /// The other characters, ascending.
    high: Vec<(char, u8)>,
    keeps_ascii: bool,
}

impl PartialEq for CodePage {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for CodePage {}

const NO_BYTE: u16 = 0x100;

/// Where a page's characters come from.
enum Origin {
    /// ISO 8859-1, up to its last character, with changes.
    Latin(u8, &'static [(u8, char)]),
    /// An encoding of the WHATWG list.
    Listed(&'static Encoding),
    /// CP037 with changes.
    Ebcdic(&'static [(u8, char)]),
}

/// ISO 8859-9 is ISO 8859-1 with six letters for Turkish.
const TURKISH: [(u8, char); 6] =
    [(0xD0, 'Ğ'), (0xDD, 'İ'), (0xDE, 'Ş'), (0xF0, 'ğ'), (0xFD, 'ı'), (0xFE, 'ş')];

static SOURCES: [(&str, Origin); 28] = [
    ("ascii", Origin::Latin(0x7F, &[])),
    ("cp037", Origin::Ebcdic(&[])),
    ("cp500", Origin::Ebcdic(&ebcdic::CP500_CHANGES)),
    ("cp1140", Origin::Ebcdic(&ebcdic::CP1140_CHANGES)),
    ("cp1250", Origin::Listed(encoding_rs::WINDOWS_1250)),
    ("cp1251", Origin::Listed(encoding_rs::WINDOWS_1251)),
    ("cp1252", Origin::Listed(encoding_rs::WINDOWS_1252)),
    ("cp1253", Origin::Listed(encoding_rs::WINDOWS_1253)),
    ("cp1254", Origin::Listed(encoding_rs::WINDOWS_1254)),
    ("cp1255", Origin::Listed(encoding_rs::WINDOWS_1255)),
    ("cp1256", Origin::Listed(encoding_rs::WINDOWS_1256)),
    ("cp1257", Origin::Listed(encoding_rs::WINDOWS_1257)),
    ("cp1258", Origin::Listed(encoding_rs::WINDOWS_1258)),
    ("iso-8859-1", Origin::Latin(0xFF, &[])),
    ("iso-8859-2", Origin::Listed(encoding_rs::ISO_8859_2)),
    ("iso-8859-3", Origin::Listed(encoding_rs::ISO_8859_3)),
    ("iso-8859-4", Origin::Listed(encoding_rs::ISO_8859_4)),
    ("iso-8859-5", Origin::Listed(encoding_rs::ISO_8859_5)),
    ("iso-8859-6", Origin::Listed(encoding_rs::ISO_8859_6)),
    ("iso-8859-7", Origin::Listed(encoding_rs::ISO_8859_7)),
    ("iso-8859-8", Origin::Listed(encoding_rs::ISO_8859_8)),
    ("iso-8859-9", Origin::Latin(0xFF, &TURKISH)),
    ("iso-8859-10", Origin::Listed(encoding_rs::ISO_8859_10)),
    ("iso-8859-13", Origin::Listed(encoding_rs::ISO_8859_13)),
    ("iso-8859-14", Origin::Listed(encoding_rs::ISO_8859_14)),
    ("iso-8859-15", Origin::Listed(encoding_rs::ISO_8859_15)),
    ("iso-8859-16", Origin::Listed(encoding_rs::ISO_8859_16)),
    ("cp866", Origin::Listed(encoding_rs::IBM866)),
];

static PAGES: LazyLock<Vec<CodePage>> =
    LazyLock::new(|| SOURCES.iter().map(|(name, origin)| CodePage::new(name, origin)).collect());

/// Names of all character sets, as guides write them.
pub fn names() -> impl Iterator<Item = &'static str> {
    ["utf-8"].into_iter().chain(SOURCES.iter().map(|(name, _)| *name))
}

impl Charset {
    /// The character set of this name, in any case of its letters; `windows-1252`, `ibm037`, `latin1` and `utf8` are
    /// understood as well.
    pub fn named(name: &str) -> Option<Charset> {
        let name = name.to_ascii_lowercase();
        let name = match name.as_str() {
            "utf8" | "utf-8" => return Some(Charset::Utf8),
            "latin1" => "iso-8859-1".to_string(),
            "us-ascii" => "ascii".to_string(),
            other => match other.strip_prefix("windows-").or(other.strip_prefix("ibm")) {
                Some(number) => format!("cp{number}"),
                None => other.to_string(),
            },
        };
        PAGES.iter().find(|page| page.name == name).map(Charset::Page)
    }

    /// Its name as guides write it.
    pub fn name(self) -> &'static str {
        match self {
            Charset::Utf8 => "utf-8",
            Charset::Page(page) => page.name,
        }
    }

    /// Whether the bytes below 0x80 are ASCII.
    pub fn keeps_ascii(self) -> bool {
        match self {
            Charset::Utf8 => true,
            Charset::Page(page) => page.keeps_ascii,
        }
    }

    /// Appends `bytes` as text. `Err` with the index of the first byte that is no character here; U+FFFD then stands
    /// for each of them.
    pub fn decode(self, bytes: &[u8], out: &mut String) -> Result<(), usize> {
        match self {
            Charset::Utf8 => match std::str::from_utf8(bytes) {
                Ok(text) => {
                    out.push_str(text);
                    Ok(())
                }
                Err(error) => {
                    out.push_str(&String::from_utf8_lossy(bytes));
                    Err(error.valid_up_to())
                }
            },
            Charset::Page(page) => {
                let mut wrong = None;
                for (at, &byte) in bytes.iter().enumerate() {
                    let character = page.characters[usize::from(byte)];
                    if character == char::REPLACEMENT_CHARACTER {
                        wrong.get_or_insert(at);
                    }
                    out.push(character);
                }
                wrong.map_or(Ok(()), Err)
            }
        }
    }

    /// Appends `text` as bytes. `Err` with the first character that this set does not have; `?` then stands for each
    /// of them.
    pub fn encode(self, text: &str, out: &mut Vec<u8>) -> Result<(), char> {
        let Charset::Page(page) = self else {
            out.extend_from_slice(text.as_bytes());
            return Ok(());
        };
        if page.keeps_ascii && text.is_ascii() {
            out.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        let mut wrong = None;
        for character in text.chars() {
            let byte = page.byte(character).unwrap_or_else(|| {
                wrong.get_or_insert(character);
                page.byte('?').expect("every page has a question mark: a test says so")
            });
            out.push(byte);
        }
        wrong.map_or(Ok(()), Err)
    }
}

impl CodePage {
    fn new(name: &'static str, origin: &Origin) -> CodePage {
        let mut characters = [char::REPLACEMENT_CHARACTER; 256];
        for byte in 0..=255u8 {
            characters[usize::from(byte)] = match origin {
                Origin::Latin(last, _) if byte > *last => continue,
                Origin::Latin(..) => char::from(byte),
                Origin::Ebcdic(_) => char::from(ebcdic::CP037[usize::from(byte)]),
                Origin::Listed(encoding) => {
                    let bytes = [byte];
                    let text = encoding.decode_without_bom_handling(&bytes).0;
                    text.chars().next().expect("one byte is one character")
                }
            };
        }
        if let Origin::Latin(_, changes) | Origin::Ebcdic(changes) = origin {
            for (byte, character) in *changes {
                characters[usize::from(*byte)] = *character;
            }
        }
        let (mut low, mut high) = ([NO_BYTE; 256], Vec::new());
        for (byte, &character) in (0..=255u8).zip(&characters) {
            match u8::try_from(character) {
                Ok(index) => low[usize::from(index)] = u16::from(byte),
                Err(_) if character != char::REPLACEMENT_CHARACTER => high.push((character, byte)),
                Err(_) => {}
            }
        }
        high.sort();
        let keeps_ascii = (0..0x80u8).all(|byte| characters[usize::from(byte)] == char::from(byte));
        CodePage { name, characters, low, high, keeps_ascii }
    }

    /// The byte of a character, if the page has it.
    pub fn byte(&self, character: char) -> Option<u8> {
        match u8::try_from(character) {
            Ok(index) => u8::try_from(self.low[usize::from(index)]).ok(),
            Err(_) => {
                let at = self.high.binary_search_by_key(&character, |(known, _)| *known).ok()?;
                Some(self.high[at].1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(name: &str) -> &'static CodePage {
        match Charset::named(name) {
            Some(Charset::Page(page)) => page,
            _ => panic!("{name} is no page"),
        }
    }

    #[test]
    fn every_byte_of_every_page_comes_back() {
        for page in PAGES.iter() {
            let mut known = 0;
            for byte in 0..=255u8 {
                let character = page.characters[usize::from(byte)];
                if character != char::REPLACEMENT_CHARACTER {
                    known += 1;
                    assert_eq!(page.byte(character), Some(byte), "{} {byte:02X}", page.name);
                }
            }
            assert!(page.byte('?').is_some() && known >= 128, "{}", page.name);
        }
        for name in ["cp037", "cp500", "cp1140", "iso-8859-1", "iso-8859-9", "iso-8859-15", "cp1252"] {
            let all: Vec<u8> = (0..=255).collect();
            let (mut text, mut back) = (String::new(), Vec::new());
            let charset = Charset::named(name).expect("a known name");
            assert_eq!(charset.decode(&all, &mut text), Ok(()), "{name}");
            assert_eq!(charset.encode(&text, &mut back), Ok(()), "{name}");
            assert_eq!(back, all, "{name}");
        }
    }

    #[test]
    fn ebcdic_pages_have_their_characters_where_they_belong() {
        for name in ["cp037", "cp500", "cp1140"] {
            let page = page(name);
            let at = |byte: u8| page.characters[usize::from(byte)];
            let letters: String = (0xC1..=0xC9).chain(0xD1..=0xD9).chain(0xE2..=0xE9).map(at).collect();
            assert_eq!(letters, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
            let small: String = (0x81..=0x89).chain(0x91..=0x99).chain(0xA2..=0xA9).map(at).collect();
            assert_eq!(small, "abcdefghijklmnopqrstuvwxyz");
            assert_eq!((0xF0..=0xF9).map(at).collect::<String>(), "0123456789");
            assert_eq!((at(0x40), at(0xC0), at(0xD0), at(0x60), at(0x4E)), (' ', '{', '}', '-', '+'));
            assert_eq!((at(0x25), at(0x15), at(0x0D)), ('\n', '\u{85}', '\r'));
            assert!(!page.keeps_ascii);
        }
        let marks =
            |name| [0x4A, 0x4F, 0x5A, 0x5F, 0xB0, 0xBA, 0xBB, 0x9F].map(|at| page(name).characters[at]);
        assert_eq!(marks("cp037"), ['¢', '|', '!', '¬', '^', '[', ']', '¤']);
        assert_eq!(marks("cp500"), ['[', '!', ']', '^', '¢', '¬', '|', '¤']);
        assert_eq!(marks("cp1140"), ['¢', '|', '!', '¬', '^', '[', ']', '€']);
    }

    #[test]
    fn what_is_no_character_is_told_with_its_place() {
        let (mut text, mut bytes) = (String::new(), Vec::new());
        assert_eq!(page("cp1252").byte('Ü'), Some(0xDC));
        assert_eq!(Charset::Page(page("CP1252")).encode("a→b", &mut bytes), Err('→'));
        assert_eq!(bytes, b"a?b");
        assert_eq!(Charset::Page(page("cp037")).encode("→", &mut bytes), Err('→'));
        assert_eq!(bytes, b"a?b\x6F");
        assert_eq!(Charset::Page(page("ascii")).decode(b"ab\xE9", &mut text), Err(2));
        assert_eq!(Charset::Utf8.decode(b"\xC3\xA9\xC3", &mut text), Err(2));
        assert_eq!(text, "ab\u{FFFD}é\u{FFFD}");
        assert_eq!(Charset::named("windows-1252"), Charset::named("cp1252"));
        assert_eq!(Charset::named("klingon"), None);
        assert!(names().all(|name| Charset::named(name).is_some_and(|charset| charset.name() == name)));
    }
}
