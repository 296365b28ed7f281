//! The active configuration as one thing: all guides, maps, flows, tables and partner files, compiled, checked and
//! tied together, identified by the hash of their bytes. What is not sound is never used.

mod compiler;
mod shared;

use self::compiler::Compiler;
use super::described::StandardGuide;
use super::settings::{Environment, KnownEndpoint, Partner};
use super::shelf::{self, Shelf};
use crate::base::files::{Files, read_whole};
use crate::base::hash::{Sha, ShaHasher};
use crate::base::span::{FileId, Sources};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::formats::Layout;
use crate::language;
use crate::language::syntax::Document;
use crate::mapping::Plan;
use crate::mapping::flow::Flow;
use crate::tree::Shape;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Largest mapping file.
pub const FILE_BYTES_MAX: usize = 16 << 20;

/// The files of a mappings folder: path relative to it, with `/`, and text.
pub type MappingFiles = BTreeMap<String, String>;

/// A compiled configuration.
pub struct Bundle {
    /// Identity: the hash of all paths and texts.
    pub hash: Sha,
    /// The files, for findings that point into them.
    pub sources: Sources,
    /// Layouts of guides by name: of all that are sound, or of those that are used.
    pub layouts: BTreeMap<String, Arc<dyn Layout>>,
    /// Canonical documents by name.
    pub shapes: BTreeMap<String, Arc<Shape>>,
    /// Clients by the name of their folder.
    pub clients: BTreeMap<String, Client>,
    /// Maps compiled outside of any route, for trying them out: with the zone UTC. None if what is not used is not kept.
    pub maps: BTreeMap<String, Arc<Plan>>,
    /// Guides of standards that the files name and that stand in none of them, as files.
    pub brought: MappingFiles,
    /// The guides of standards in its files, by name alone: also those that are not used.
    pub standards: Vec<StandardGuide>,
    shelf: Shelf,
}

impl Bundle {
    /// The layout of a guide: of the configuration, or of a standard that the program brings.
    pub fn layout(&self, name: &str) -> Option<Arc<dyn Layout>> {
        self.layouts.get(name).cloned().or_else(|| self.shelf.layout(name))
    }
}

/// What of a configuration stays once it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// All of it, for tools that look at any guide and map.
    All,
    /// What the routes of clients use, and the guides of answers. All of it was checked.
    Used,
}

/// A client.
pub struct Client {
    /// The name of his folder.
    pub id: String,
    /// His partner file.
    pub partner: Partner,
    /// What is done with what arrives.
    pub routes: Vec<Route>,
    /// Map and guide of what he is told of his documents, by syntax.
    pub advise: BTreeMap<String, (Arc<Plan>, Arc<dyn Layout>)>,
}

/// One guide that may arrive at an endpoint of a client, with what is done with it.
pub struct Route {
    /// Where it arrives.
    pub endpoint: String,
    /// The guide it is read by.
    pub layout: Arc<dyn Layout>,
    /// The map it is read with.
    pub read: Arc<Plan>,
    /// Where its documents go.
    pub flow: Arc<Flow>,
    /// Map and guide of each of the flow's writes, in their order.
    pub writes: Vec<(Arc<Plan>, Arc<dyn Layout>)>,
}

impl Client {
    /// The layouts that his routes read and write by, and those of what he is told.
    fn layouts(&self) -> impl Iterator<Item = &Arc<dyn Layout>> {
        let read = self.routes.iter().map(|route| &route.layout);
        let written = self.routes.iter().flat_map(|route| &route.writes).map(|(_, layout)| layout);
        read.chain(written).chain(self.advise.values().map(|(_, layout)| layout))
    }
}

impl Route {
    /// The message type it takes: `940`, or the guide's name for flat files.
    pub fn kind(&self) -> &str {
        match self.layout.guide().setting("set") {
            "" => &self.layout.guide().name,
            set => set,
        }
    }

    /// Whether it takes messages of a type. What was cut out of a file before there was a guide for it is called by its
    /// outermost element.
    pub fn takes(&self, kind: &str) -> bool {
        self.kind() == kind || self.layout.guide().outermost() == Some(kind)
    }
}

/// Folders that hold cases: samples and what becomes of them, which are no part of the configuration.
pub const CASES_FOLDER: &str = "tests";

/// Reads a mappings folder. Names that begin with a dot are left out, files of no known kind, and cases.
pub fn read_files(files: &dyn Files, folder: &Path) -> std::io::Result<MappingFiles> {
    let mut found = MappingFiles::new();
    read_folder(files, folder, "", &mut found)?;
    Ok(found)
}

fn read_folder(
    files: &dyn Files,
    folder: &Path,
    prefix: &str,
    found: &mut MappingFiles,
) -> std::io::Result<()> {
    for entry in files.list(folder)? {
        let Some(name) = entry.name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let path = format!("{prefix}{name}");
        if entry.is_directory && name != CASES_FOLDER {
            read_folder(files, &folder.join(name), &format!("{path}/"), found)?;
        } else if entry.is_file && is_mapping(name) {
            let bytes = read_whole(files, &folder.join(name), FILE_BYTES_MAX)?;
            found.insert(path, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    Ok(())
}

/// Whether a file of this name belongs to a mappings folder.
pub fn is_mapping(name: &str) -> bool {
    KINDS.iter().any(|kind| name.ends_with(kind))
}

const KINDS: [&str; 6] = [".shape", ".guide", ".map", ".flow", ".csv", "partner.toml"];

/// The file that names the environment of a configuration, beside those of the folder: a folder has none of this name, as
/// names that begin with a dot are left out. So the environment is stored with the files, and is part of their hash.
const ENVIRONMENT_FILE: &str = ".environment";
const TEST: &str = "test";

/// The files of a mappings folder as they hold in an environment.
pub fn in_environment(files: &MappingFiles, environment: Environment) -> Cow<'_, MappingFiles> {
    let mut files = Cow::Borrowed(files);
    if environment == Environment::Test {
        files.to_mut().insert(ENVIRONMENT_FILE.into(), TEST.into());
    }
    files
}

/// Compiles a configuration and keeps all of it: see [`compile_and_keep`].
pub fn compile(
    files: &MappingFiles,
    endpoints: Option<&[KnownEndpoint]>,
) -> (Option<Bundle>, Sources, Diagnostics) {
    compile_and_keep(Keep::All, files, endpoints)
}

/// Compiles a configuration. Every finding of every file comes in one run; `None` if one of them is an error.
/// `endpoints` are those that flows and partner files may use; `None` if they are not known, as when only a
/// mappings folder is checked.
pub fn compile_and_keep(
    keep: Keep,
    files: &MappingFiles,
    endpoints: Option<&[KnownEndpoint]>,
) -> (Option<Bundle>, Sources, Diagnostics) {
    let mut sources = Sources::default();
    let mut findings = Diagnostics::new();
    let ids: Vec<(String, FileId)> =
        files.iter().map(|(path, text)| (path.clone(), sources.add(path.clone(), text.clone()))).collect();
    // What is said about a file in two bytes a character says nothing about what its author wrote.
    let ids: Vec<(String, FileId)> =
        ids.into_iter().filter(|(_, file)| encoding(&sources, *file, &mut findings)).collect();
    let mut documents: Vec<Document> = ids
        .iter()
        .filter(|(path, _)| [".shape", ".guide", ".map", ".flow"].iter().any(|kind| path.ends_with(kind)))
        .flat_map(|(_, file)| language::parse(&sources, *file, &mut findings))
        .collect();
    let brought = shelf::bring(files, &mut sources, &mut documents, &mut findings);
    let client_tables = BTreeMap::new();
    let compiled = Compiler {
        sources: &sources,
        ids: &ids,
        documents: &documents,
        endpoints,
        keep,
        client_tables,
        environment: match files.contains_key(ENVIRONMENT_FILE) {
            true => Environment::Test,
            false => Environment::Production,
        },
        findings: &mut findings,
    }
    .compile();
    shelf::suggest(&mut findings);
    let bundle = (!findings.has_errors()).then(|| {
        let hash = hash(files.iter().chain(&brought));
        Bundle { hash, sources: sources.clone(), brought, ..compiled }
    });
    (bundle, sources, findings)
}

/// Says that a file is not UTF-8. `false` if nothing in it can be read.
fn encoding(sources: &Sources, file: FileId, findings: &mut Diagnostics) -> bool {
    let text = sources.file(file).text.as_str();
    let is_wide = text.contains('\0');
    let Some(at) = text.find(char::REPLACEMENT_CHARACTER).or(is_wide.then_some(0)) else { return true };
    let character = text[at..].chars().next().map_or(0, char::len_utf8);
    let span = crate::base::span::Span::new(file, at, at + character);
    let label = if is_wide { "it looks like UTF-16" } else { "the first character that cannot be read" };
    findings.push(Diagnostic::new(Code::L021).at(span, label));
    !is_wide
}

/// The hash of all paths and texts: what tells whether files were changed.
pub fn hash_of(files: &MappingFiles) -> Sha {
    hash(files.iter())
}

fn hash<'f>(files: impl Iterator<Item = (&'f String, &'f String)>) -> Sha {
    let files: BTreeMap<&String, &String> = files.collect();
    let mut hasher = ShaHasher::new();
    for (path, text) in files {
        for part in [path, text] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hasher.finish()
}
