//! The characters that values of a guide's files may have.

use crossdock::formats::charset::Charset;
use crossdock::formats::segment::{Coding, Delimiters};
use crossdock::formats::{edifact, x12};
use crossdock::guide::Guide;

/// Beyond ASCII, where a charset has them: letters, blanks that are none, marks of the byte order, the last characters of
/// one, two, three and four bytes of UTF-8.
const BEYOND: &str = "éÄßÂ£¿ÿĀıŁ€Ωя漢\u{80}\u{9f}\u{a0}\u{7ff}\u{2028}\u{feff}\u{ffff}😀\u{10ffff}";

/// Characters of values.
pub struct Repertoire {
    /// All that may be there.
    pub all: Vec<char>,
    /// Those of them that mean something to the syntax, and those at the edges of the charset.
    pub awkward: Vec<char>,
    /// Whether bytes that happen to be UTF-8 would be read as UTF-8, though another charset is declared.
    pub takes_utf8: bool,
}

impl Repertoire {
    pub fn of(guide: &Guide) -> Repertoire {
        match guide.format.as_str() {
            "x12" => of_x12(guide),
            "edifact" => of_edifact(guide),
            "csv" if guide.records.is_empty() => of_rows(guide),
            "xml" => of_xml(),
            "idoc" if guide.setting("form") == "xml" => of_xml(),
            "csv" | "fixed" | "idoc" => of_records(guide),
            "json" => Repertoire::new(|_| true, &['"', '\\', '/', '{', '[', ','], false),
            other => panic!("{}: nobody knows what values of `{other}` may hold", guide.name),
        }
    }

    /// `special` are the characters that mean something to the syntax.
    fn new(has: impl Fn(char) -> bool, special: &[char], takes_utf8: bool) -> Repertoire {
        // Control characters are refused by the check of every value, whatever the syntax could hold.
        let ascii = (' '..='\u{7f}').filter(|&character| has(character));
        let beyond: Vec<char> =
            ('\u{80}'..'\u{180}').chain(BEYOND.chars()).filter(|&character| has(character)).collect();
        let edges = [' ', '\u{7f}', '"', '\'', '0', '~'];
        let awkward = special.iter().chain(&edges).copied().filter(|&character| has(character));
        let awkward: Vec<char> = awkward.chain(BEYOND.chars().filter(|&character| has(character))).collect();
        Repertoire { all: ascii.chain(beyond).collect(), awkward, takes_utf8 }
    }
}

fn special(delimiters: &Delimiters) -> Vec<char> {
    let Delimiters { element, segment, component, repetition, release, .. } = *delimiters;
    [Some(element), Some(segment), Some(component), repetition, release]
        .into_iter()
        .flatten()
        .map(char::from)
        .collect()
}

/// X12 has no release character: what separates cannot be in a value.
fn of_x12(guide: &Guide) -> Repertoire {
    let delimiters = x12::delimiters(guide).expect("its layout was made");
    let special = special(&delimiters);
    Repertoire::new(|character| !special.contains(&character), &['+', ':', '?', '^'], false)
}

fn of_edifact(guide: &Guide) -> Repertoire {
    let repetition = (guide.setting("envelope") == "4").then_some(b'*');
    let usual = Delimiters { repetition, ..edifact::DELIMITERS };
    let delimiters = usual.with(guide).expect("its layout was made");
    let level = match guide.setting("charset") {
        "" => "UNOC",
        name => name,
    };
    let level = edifact::level(level).expect("its layout was made");
    let separators = special(&delimiters);
    let has = |character: char| {
        level.has(character) && (delimiters.release.is_some() || !separators.contains(&character))
    };
    Repertoire::new(has, &separators, !level.is_utf8())
}

fn of_rows(guide: &Guide) -> Repertoire {
    let encoding = match guide.setting("charset") {
        "" => encoding_rs::UTF_8,
        name => encoding_rs::Encoding::for_label(name.as_bytes()).expect("its layout was made"),
    };
    let has = |character: char| !encoding.encode(&character.to_string()).2;
    let special = |name: &str, standard| guide.setting(name).chars().next().unwrap_or(standard);
    Repertoire::new(has, &[special("delimiter", ','), special("quote", '"')], false)
}

/// XML writes what its charset does not have as references, and blanks at the ends too.
fn of_xml() -> Repertoire {
    let has = |character: char| !matches!(character, '\u{fffe}' | '\u{ffff}');
    Repertoire::new(has, &['<', '>', '&', ']'], false)
}

fn of_records(guide: &Guide) -> Repertoire {
    let charset = match guide.setting("charset") {
        "" => Charset::Utf8,
        name => Charset::named(name).expect("its layout was made"),
    };
    let is_delimited = guide.format == "csv";
    let delimiter = guide.setting("delimiter").chars().next().unwrap_or(',');
    let has = |character: char| {
        // A cell without quotes cannot hold the delimiter.
        let is_cut = is_delimited && guide.setting("quote") == "none" && character == delimiter;
        let is_end = guide.setting("newline") == "nel" && character == '\u{85}';
        !is_cut && !is_end && charset.encode(&character.to_string(), &mut Vec::new()).is_ok()
    };
    // Columns of IDocs are counted in characters before their charset is known.
    Repertoire::new(has, &[delimiter, '"'], guide.format == "idoc" && charset != Charset::Utf8)
}
