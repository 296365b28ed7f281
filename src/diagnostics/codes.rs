//! The only place a code exists. A code that was ever released is never used for anything else.
//!
//! First letter: `L` the text of a mapping file, `G` guides and shapes, `M` maps, `F` flows, partners and gateway
//! settings, `X` a message against its guide, `B` a document against its map, `I` intake, envelope and duplicates,
//! `T` transports, `S` the ledger and the machine. `E` is left to map authors.

use super::Severity;

/// A stable code such as `M101`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub &'static str);

impl Code {
    /// The code as shown.
    pub fn text(self) -> &'static str {
        self.0
    }

    /// Its entry in [`CODES`].
    pub fn info(self) -> &'static CodeInfo {
        find(self.0).expect("every Code constant has an entry in CODES: a test says so")
    }
}

/// The words of a code. Templates name arguments of the finding in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// Its usual severity.
    pub severity: Severity,
    /// What is wrong, lower case, no full stop; a template.
    pub title: &'static str,
    /// One action that helps; a template.
    pub help: &'static str,
    /// Why this happens, for `explain`.
    pub cause: &'static str,
    /// An example, for `explain`.
    pub example: &'static str,
}

/// The entry of a code given as text, in any case of its letter.
pub fn find(text: &str) -> Option<&'static CodeInfo> {
    CODES.iter().find(|info| info.code.0.eq_ignore_ascii_case(text))
}

macro_rules! codes {
    ($($name:ident $severity:ident $title:literal help $help:literal cause $cause:literal example $example:literal;)*) => {
        impl Code {
            $(#[doc = $title] pub const $name: Code = Code(stringify!($name));)*
        }
        /// Every code, in the order of this file.
        pub const CODES: &[CodeInfo] = &[$(CodeInfo {
            code: Code(stringify!($name)), severity: Severity::$severity,
            title: $title, help: $help, cause: $cause, example: $example,
        }),*];
    };
}

codes! {
    // ------------------------------------------------------------------ L: the text of a mapping file
    L001 Error "{found} cannot stand here"
        help "expected {expected}"
        cause "The line does not follow the grammar. The rest of the file was read all the same."
        example "number == W05.02";
    L002 Error "this construct is not supported yet: {what}"
        help "{instead}"
        cause "The language has this construct, this version of Crossdock does not run it yet. The file is not used."
        example "write wms/pick to \"wms\" collected by order_date every 15m";

    // ------------------------------------------------------------------ G: guides and shapes
    G001 Error "no type is called `{name}`"
        help "use text, int, decimal, date, time, datetime, instant, bool or code, or a type of the standard (AN ID N0 N2 R DT TM)"
        cause "A column, element or field has a type the language does not know."
        example "order_no required txt 22";
    G002 Error "the mask `{mask}` names no part of a date or time"
        help "use yyyy, yy, MM, dd, HH, mm, ss and the characters between them"
        cause "Masks are case sensitive: MM is the month, mm the minute."
        example "ship_date date \"DD.YY\"";
    G003 Error "no {what} is called `{name}`"
        help "add its file to the mappings folder, or correct the name"
        cause "A document names another one that is not in the mappings folder."
        example "guide acme/x12-940 extends x12/004010/904";
    G004 Error "`{name}` extends itself, or has more than four layers"
        help "base, house, client and site are the layers; take one out"
        cause "Layers go from the standard to the site, each over the one before."
        example "guide a extends b; guide b extends a";
    G005 Error "the guide `{name}` does not say its format"
        help "write a `syntax` line, or `extends` a guide that has one"
        cause "A guide needs `syntax x12 …`, `syntax csv …` or a base."
        example "guide acme/orders … end guide";
    G006 Error "`{tag}` is not in the dictionary of this guide"
        help "add a `segment` or `element` block to the dictionary, or correct the tag"
        cause "Structures name segments that a dictionary declares."
        example "structure\n  W5 required";
    G007 Error "`unit` or `header` names the column `{name}`, which is not declared"
        help "declare it under `columns`, or correct the name"
        cause "The columns that hold a unit together are columns of the file."
        example "unit group by order_nr";
    G008 Error "the base guide allows {limit} at `{place}`; an overlay only narrows"
        help "write `widen … \"reason\"` if the partner's document really says so"
        cause "An overlay that allows more than its base would let data through that the base's maps do not expect."
        example "N1 max 20 over a base with max 10";
    G009 Error "`{name}` is not in guide `{guide}` here"
        help "see what the guide has at this place"
        cause "The path names a segment, element or column that the guide does not have there."
        example "W05.09 only X";
    G010 Error "`{name}` has no key to select by"
        help "declare one in the guide: `{name} key .01`"
        cause "A selector such as [ST] compares the key element, and the guide names none."
        example "LX[1].01";

    // ------------------------------------------------------------------ B: a document against its map
    B001 Reject "{text}"
        help "ask the sender to correct the document, or change the check in the map"
        cause "A check or a required field written in a map did not hold. The code shown is the map author's."
        example "check reject E201 \"W76-01 does not equal the sum of W01-01\": W76.01 = out.total_qty";
}
