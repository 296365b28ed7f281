//! Standards whose guides the program brings: made when they are asked for, and imported from what others publish.

use super::FORMATS;
use crate::base::span::Sources;
use crate::diagnostics::Diagnostic;

/// Guides of a standard that are made when they are asked for: they stand in no file, and nothing of them is in memory
/// before.
pub trait Standard: Sync {
    /// The text of the guide of this name, a file of the mapping language with the dictionary it needs; `None` if there is
    /// none.
    fn guide(&self, name: &str) -> Option<String>;
    /// The guide nearest to a message of which the index pass says this type and version; `None` if no release has it.
    fn nearest(&self, kind: &str, version: &str) -> Option<Nearest>;
    /// The releases, the oldest first.
    fn releases(&self) -> Vec<Release>;
    /// What helps where a name that looks like one of its guides is none: the guide that is meant, or why there is none.
    /// `None` if it does not look like one.
    fn near(&self, name: &str) -> Option<String>;
    /// What to say of a type of messages that no release has.
    fn unknown(&self, kind: &str) -> String;
    /// The names of all guides of a release.
    fn guides(&self, release: &str) -> Vec<String>;
}

/// What makes guides of what others publish.
pub trait Importer: Sync {
    /// Makes guides, or one packed file, from files of a publisher. What is wrong inside a text is among the findings.
    ///
    /// # Errors
    /// Why a file cannot be read, or what is lacking, in words.
    fn import(&self, files: &[Given], wanted: &Wanted<'_>) -> Result<Import, String>;
    /// The page of the documentation that says which files are read.
    fn page(&self) -> &'static str;
}

/// A guide of a standard for a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    /// Its name.
    pub guide: String,
    /// The release it is of: `D.97A`.
    pub release: String,
    /// Whether the message says that it is of this release.
    pub is_exact: bool,
}

/// A release of a standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// `D.97A`
    pub name: String,
    /// How many messages it has.
    pub messages: usize,
    /// What its publication lacks, in words; empty where it is whole.
    pub gaps: Vec<String>,
}

/// A file that is given to an importer.
#[derive(Debug, Clone)]
pub struct Given {
    /// Its name without folders: `EDSD.21B`, `D96A.json.gz`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What an import makes.
#[derive(Debug, Clone)]
pub enum Wanted<'a> {
    /// A text for each guide.
    Guides {
        /// Only of these types of messages; of all, where none is named.
        kinds: &'a [String],
        /// The release, where the files do not say it; "" if nobody said it.
        release: &'a str,
    },
    /// One file with all that was read, as the program itself brings it.
    Packed,
}

/// What came of an import. The same files give the same bytes.
#[derive(Debug, Default)]
pub struct Import {
    /// Guides by the path of their file without its ending, or the packed file under no name.
    pub made: Vec<(String, Vec<u8>)>,
    /// The releases that were read.
    pub releases: Vec<Release>,
    /// What stands in the files and does not fit together, in words.
    pub faults: Vec<String>,
    /// Files that are none of the standard's.
    pub ignored: Vec<String>,
    /// What is wrong in a text, with its line. Of a text with an error no guide is made.
    pub findings: Vec<Diagnostic>,
    /// The texts that findings point into.
    pub sources: Sources,
}

/// The guide of this name that comes with the program, whatever its format.
pub fn standard_guide(name: &str) -> Option<String> {
    FORMATS.iter().filter_map(|format| format.standard()).find_map(|standard| standard.guide(name))
}

/// What helps where a name looks like a guide of a standard and is none.
pub fn near_guide(name: &str) -> Option<String> {
    FORMATS.iter().filter_map(|format| format.standard()).find_map(|standard| standard.near(name))
}
