//! Where cases are and what is in them.
//!
//! A case is a folder below `tests` of a client or of the house. In it: one input; in `earlier` what came before, in the
//! order of the names; in `expected` what was accepted; and `case.toml` for what the partner file does not say.

use crate::base::files::{Disk, Entry, Files, read_whole};
use crate::cli::exit::Stop;
use crate::gateway::bundle::CASES_FOLDER;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Folder of what came before the input.
const EARLIER: &str = "earlier";
/// Folder of what was accepted.
pub const EXPECTED: &str = "expected";
/// What a case says about itself.
const SETTINGS: &str = "case.toml";
/// Largest file of a case.
const FILE_BYTES_MAX: usize = 16 << 20;
/// The folder of what is no client's, and how its cases are called.
const HOUSE: &str = "house";
/// Notes for people stand beside the files of a case.
const NOTES: &str = ".md";

/// Why a case cannot be run, and what helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, lower case, no full stop.
    pub text: String,
    /// One action that helps.
    pub help: String,
}

impl Fault {
    /// A fault.
    pub fn new(text: impl Into<String>, help: impl Into<String>) -> Self {
        Fault { text: text.into(), help: help.into() }
    }

    /// A file or folder that the machine does not give.
    pub fn file(path: &Path, error: &std::io::Error) -> Self {
        Fault::new(
            format!("{} could not be read: {error}", path.display()),
            "make it a regular file that you may read",
        )
    }
}

/// A file of a case.
pub struct Sample {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// `case.toml`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The client's folder, for cases of the house.
    pub client: Option<String>,
    /// Where the input arrives.
    pub endpoint: Option<String>,
    /// The moment of the run, such as `2026-11-20T08:15:00Z`.
    pub at: Option<String>,
    /// Where the files of `earlier` arrive, by name.
    #[serde(default)]
    pub earlier: BTreeMap<String, String>,
}

/// A case, read.
pub struct Case {
    /// The client's folder.
    pub client: String,
    /// The file that the case is about.
    pub input: Sample,
    /// Files that arrived before it, in this order.
    pub earlier: Vec<Sample>,
    /// What the case says about itself.
    pub settings: Settings,
    /// What was accepted, by file name.
    pub expected: BTreeMap<String, Vec<u8>>,
}

/// A place where a case should be.
pub struct Spot {
    /// The folder, or the file that is none.
    pub path: PathBuf,
    /// How it is called: the client and its path below `tests`, such as `acme/order`.
    pub name: String,
    /// The client whose folder it is in; `None` for the house.
    pub client: Option<String>,
    is_folder: bool,
}

/// The mappings folder that a path is in, and the path as seen through it.
pub fn root_of(path: &Path) -> (PathBuf, PathBuf) {
    if is_root(path) {
        return (path.to_path_buf(), path.to_path_buf());
    }
    // Called from inside of the mappings folder, only the whole path tells where that is.
    let whole = || std::fs::canonicalize(path).ok();
    match root_above(path) {
        Some(root) => (root, path.to_path_buf()),
        None => whole()
            .and_then(|whole| Some((root_above(&whole)?, whole)))
            .unwrap_or_else(|| (path.to_path_buf(), path.to_path_buf())),
    }
}

fn is_root(path: &Path) -> bool {
    path.join("canonical").is_dir()
}

fn root_above(path: &Path) -> Option<PathBuf> {
    let named = path.ancestors().filter(|ancestor| !ancestor.as_os_str().is_empty());
    named.skip(1).find(|ancestor| is_root(ancestor)).map(Path::to_path_buf)
}

/// All cases of a mappings folder, in the order of their paths.
///
/// # Errors
/// If a folder cannot be read.
pub fn spots(root: &Path) -> Result<Vec<Spot>, Stop> {
    let mut spots = Vec::new();
    let clients = root.join("clients");
    for entry in list(&clients)?.into_iter().filter(|entry| entry.is_directory) {
        let client = entry.name.to_string_lossy().into_owned();
        let folder = clients.join(&entry.name).join(CASES_FOLDER);
        look_into(&folder, &client, Some(&client), &mut spots)?;
    }
    look_into(&root.join(HOUSE).join(CASES_FOLDER), HOUSE, None, &mut spots)?;
    Ok(spots)
}

/// Notes the cases below a folder of cases, which is called `name`; `folder` itself is none.
fn look_into(folder: &Path, name: &str, client: Option<&str>, spots: &mut Vec<Spot>) -> Result<(), Stop> {
    for entry in list(folder)? {
        let path = folder.join(&entry.name);
        let name = format!("{name}/{}", entry.name.to_string_lossy());
        let client_of_it = client.map(str::to_string);
        let spot =
            |is_folder| Spot { path: path.clone(), name: name.clone(), client: client_of_it, is_folder };
        if !entry.is_directory {
            spots.extend((!is_note(&entry)).then(|| spot(false)));
            continue;
        }
        let inside = list(&path)?;
        let is_own = |entry: &Entry| [EARLIER, EXPECTED].iter().any(|name| entry.name == *name);
        // A folder of nothing but folders is a group of cases.
        match inside.is_empty() || inside.iter().any(|entry| !entry.is_directory || is_own(entry)) {
            true => spots.push(spot(true)),
            false => look_into(&path, &name, client, spots)?,
        }
    }
    Ok(())
}

/// What is in a folder, by name; nothing if it is not there.
fn list(folder: &Path) -> Result<Vec<Entry>, Stop> {
    match Disk.list(folder) {
        Ok(mut entries) => {
            entries.retain(|entry| !entry.name.as_encoded_bytes().starts_with(b"."));
            entries.sort_by(|one, other| one.name.cmp(&other.name));
            Ok(entries)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Stop::file(folder, &error)),
    }
}

fn is_note(entry: &Entry) -> bool {
    entry.name.as_encoded_bytes().ends_with(NOTES.as_bytes())
}

impl Spot {
    /// Whether it is in this folder, or is it, or has it.
    pub fn is_in(&self, path: &Path) -> bool {
        self.path.starts_with(path) || path.starts_with(&self.path)
    }

    /// Its name without the client's.
    pub fn short_name(&self) -> &str {
        self.name.split_once('/').map_or(&*self.name, |(_, name)| name)
    }

    /// Whether this is its name, with or without the client's.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.short_name() == name
    }

    /// Reads the case.
    ///
    /// # Errors
    /// What keeps it from being run.
    pub fn read(&self) -> Result<Case, Fault> {
        if !self.is_folder {
            let stem = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let folder = self.path.with_file_name(&stem);
            let help = format!("make the folder {} and move the file into it", folder.display());
            return Err(Fault::new("a case is a folder, and this is a file", help));
        }
        let mut inputs = Vec::new();
        let mut settings = Settings::default();
        for entry in self.list(&self.path)? {
            let path = self.path.join(&entry.name);
            if entry.name == SETTINGS {
                settings = read_settings(&read(&path)?)?;
            } else if !entry.is_directory && !is_note(&entry) {
                inputs.push(sample(&path, &entry)?);
            }
        }
        let expected: Vec<Sample> = self.samples(EXPECTED)?;
        let case = Case {
            client: self.client_of(&settings)?,
            input: one_input(inputs)?,
            earlier: self.samples(EARLIER)?,
            settings,
            expected: expected.into_iter().map(|sample| (sample.name, sample.bytes)).collect(),
        };
        let is_there = |name: &String| case.earlier.iter().any(|sample| sample.name == *name);
        match case.settings.earlier.keys().find(|name| !is_there(name)) {
            Some(name) => Err(Fault::new(
                format!("{SETTINGS} names `{name}`, and {EARLIER} has no such file"),
                format!("write the name of a file that is in {EARLIER}, or take the line out"),
            )),
            None => Ok(case),
        }
    }

    fn list(&self, folder: &Path) -> Result<Vec<Entry>, Fault> {
        list(folder).map_err(|stop| Fault::new(stop.text, "make it a folder that you may read"))
    }

    fn samples(&self, folder: &str) -> Result<Vec<Sample>, Fault> {
        let folder = self.path.join(folder);
        let entries = self.list(&folder)?;
        let files = entries.iter().filter(|entry| !entry.is_directory && !is_note(entry));
        files.map(|entry| sample(&folder.join(&entry.name), entry)).collect()
    }

    fn client_of(&self, settings: &Settings) -> Result<String, Fault> {
        match (&self.client, &settings.client) {
            (Some(own), Some(named)) if own != named => Err(Fault::new(
                format!("the case is in the folder of {own}, and {SETTINGS} says client = \"{named}\""),
                format!("take the line out, or move the case to clients/{named}/{CASES_FOLDER}"),
            )),
            (Some(client), _) | (None, Some(client)) => Ok(client.clone()),
            (None, None) => Err(Fault::new(
                "a case of the house does not say whose message it is",
                format!(
                    "add {SETTINGS} with client = \"NAME\", the folder of a client whose routes it takes"
                ),
            )),
        }
    }
}

fn one_input(mut inputs: Vec<Sample>) -> Result<Sample, Fault> {
    if inputs.len() > 1 {
        let names: Vec<&str> = inputs.iter().map(|sample| sample.name.as_str()).collect();
        return Err(Fault::new(
            format!("{} inputs: {}", inputs.len(), names.join(", ")),
            format!(
                "keep one; what came before it goes into {EARLIER}, what is another case into its own folder"
            ),
        ));
    }
    inputs.pop().ok_or_else(|| {
        Fault::new("there is no input", "put the file in that is to be translated, under any name")
    })
}

fn sample(path: &Path, entry: &Entry) -> Result<Sample, Fault> {
    match entry.name.to_str() {
        Some(name) => Ok(Sample { name: name.to_string(), bytes: read(path)? }),
        None => Err(Fault::new(format!("the name of {} is not UTF-8", path.display()), "rename the file")),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    read_whole(&Disk, path, FILE_BYTES_MAX).map_err(|error| Fault::file(path, &error))
}

fn read_settings(bytes: &[u8]) -> Result<Settings, Fault> {
    let text = String::from_utf8_lossy(bytes);
    toml::from_str(&text).map_err(|error| {
        let before = error.span().map_or("", |span| &text[..span.start]);
        let line = before.matches('\n').count() + 1;
        Fault::new(
            format!("{SETTINGS} line {line}: {}", error.message().replace('\n', "; ")),
            "it may have client, endpoint, at, and a table [earlier] of file names and endpoints",
        )
    })
}
