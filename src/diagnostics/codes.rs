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

    // ------------------------------------------------------------------ B: a document against its map
    B001 Reject "{text}"
        help "ask the sender to correct the document, or change the check in the map"
        cause "A check or a required field written in a map did not hold. The code shown is the map author's."
        example "check reject E201 \"W76-01 does not equal the sum of W01-01\": W76.01 = out.total_qty";
}
