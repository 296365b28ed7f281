//! Sets of characters that receivers accept, and how what is not in one is spelled with what is.

/// A set of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charset {
    name: &'static str,
    /// Whether it has small letters.
    has_small: bool,
    /// Whether it has the letters and signs of Western Europe beside ASCII.
    has_latin: bool,
    /// Its characters beside letters, digits and the blank; all that can be printed if it names none.
    signs: &'static str,
}

/// Every set, sorted by name.
const CHARSETS: &[Charset] = &[
    Charset { name: "ascii", has_small: true, has_latin: false, signs: "" },
    Charset { name: "latin1", has_small: true, has_latin: true, signs: "" },
    Charset { name: "unoa", has_small: false, has_latin: false, signs: ".,-()/=!\"%&*;<>'+:?" },
    Charset { name: "unob", has_small: true, has_latin: false, signs: ".,-()/=!\"%&*;<>'+:?" },
    Charset { name: "x12-basic", has_small: false, has_latin: false, signs: "!\"&'()*+,-./:;?=" },
    Charset {
        name: "x12-extended",
        has_small: true,
        has_latin: false,
        signs: "!\"&'()*+,-./:;?=%@[]_{}\\|<>~#$",
    },
];

/// The set of this name; the names there are, if it is none.
pub fn named(name: &str) -> Result<Charset, String> {
    CHARSETS.iter().find(|charset| charset.name == name).copied().ok_or_else(|| {
        let known: Vec<&str> = CHARSETS.iter().map(|charset| charset.name).collect();
        format!("there are: {}", known.join(", "))
    })
}

impl Charset {
    /// Whether a character is in the set.
    pub fn has(&self, character: char) -> bool {
        match character {
            'a'..='z' => self.has_small,
            'A'..='Z' | '0'..='9' | ' ' => true,
            '!'..='~' => self.signs.is_empty() || self.signs.contains(character),
            '\u{a0}'..='\u{ff}' => self.has_latin,
            _ => false,
        }
    }

    /// Spells a character with those of the set, each of which `push` is given; none of them if it has no other
    /// spelling.
    pub fn spell(&self, character: char, push: &mut dyn FnMut(char)) {
        if self.has(character) {
            return push(character);
        }
        if character.is_whitespace() || character.is_control() {
            return push(' ');
        }
        let mut plain = |letter: char| {
            let letter = if self.has(letter) { letter } else { letter.to_ascii_uppercase() };
            if self.has(letter) {
                push(letter);
            }
        };
        match SPELLINGS.iter().find(|(letters, _)| letters.contains(character)) {
            Some((_, spelling)) => spelling.chars().for_each(plain),
            None => plain(character),
        }
    }
}

/// Letters and signs that are not in ASCII, with what people write for them where they cannot.
const SPELLINGS: &[(&str, &str)] = &[
    ("ä", "ae"),
    ("ö", "oe"),
    ("ü", "ue"),
    ("Ä", "Ae"),
    ("Ö", "Oe"),
    ("Ü", "Ue"),
    ("ß", "ss"),
    ("æ", "ae"),
    ("Æ", "Ae"),
    ("œ", "oe"),
    ("Œ", "Oe"),
    ("ø", "oe"),
    ("Ø", "Oe"),
    ("å", "aa"),
    ("Å", "Aa"),
    ("þ", "th"),
    ("Þ", "Th"),
    ("àáâãāăą", "a"),
    ("ÀÁÂÃĀĂĄ", "A"),
    ("çćĉċč", "c"),
    ("ÇĆĈĊČ", "C"),
    ("ďđð", "d"),
    ("ĎĐÐ", "D"),
    ("èéêëēĕėęě", "e"),
    ("ÈÉÊËĒĔĖĘĚ", "E"),
    ("ĝğġģ", "g"),
    ("ĜĞĠĢ", "G"),
    ("ìíîïĩīĭįı", "i"),
    ("ÌÍÎÏĨĪĬĮİ", "I"),
    ("ķ", "k"),
    ("Ķ", "K"),
    ("ĺļľł", "l"),
    ("ĹĻĽŁ", "L"),
    ("ñńņň", "n"),
    ("ÑŃŅŇ", "N"),
    ("òóôõōŏő", "o"),
    ("ÒÓÔÕŌŎŐ", "O"),
    ("ŕŗř", "r"),
    ("ŔŖŘ", "R"),
    ("śŝşšș", "s"),
    ("ŚŜŞŠȘ", "S"),
    ("ţťț", "t"),
    ("ŢŤȚ", "T"),
    ("ùúûũūŭůűų", "u"),
    ("ÙÚÛŨŪŬŮŰŲ", "U"),
    ("ŵ", "w"),
    ("Ŵ", "W"),
    ("ýÿŷ", "y"),
    ("ÝŸŶ", "Y"),
    ("źżž", "z"),
    ("ŹŻŽ", "Z"),
    ("‘’‚‛′´", "'"),
    ("“”„‟″«»", "\""),
    ("‐‑‒–—―−", "-"),
    ("…", "..."),
    ("•·", "."),
    ("×", "x"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("™", "TM"),
    ("®", "(R)"),
    ("©", "(C)"),
    ("½", "1/2"),
    ("¼", "1/4"),
    ("¾", "3/4"),
    ("²", "2"),
    ("³", "3"),
];
