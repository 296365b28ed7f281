//! Guides of standards that stand in no file. Those that mappings name become part of the configuration, as files of a
//! name that no folder has, so that they are stored with it and are in its hash. Those that only a message or a person
//! asks for are compiled then.

use super::bundle::MappingFiles;
use crate::base::span::Sources;
use crate::diagnostics::{Code, Diagnostics};
use crate::formats::standard::{near_guide, standard_guide};
use crate::formats::{self, Layout};
use crate::guide::{self, GuideSources};
use crate::language::{
    self,
    syntax::{Document, DocumentReference, GuideDocument, GuideLine, Side},
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// The folder of such files: names that begin with a dot are left out when a folder is read.
pub const FOLDER: &str = ".standards/";

/// Adds the guides of standards that documents and partner files name and that stand in no file. What was added, as files.
pub fn bring(
    files: &MappingFiles,
    sources: &mut Sources,
    documents: &mut Vec<Document>,
    findings: &mut Diagnostics,
) -> MappingFiles {
    let known: BTreeSet<&str> = documents.iter().filter_map(guide_name).collect();
    let mut named: BTreeSet<&str> = documents.iter().flat_map(references).collect();
    let partners = files.iter().filter(|(path, _)| path.ends_with("partner.toml"));
    named.extend(partners.flat_map(|(_, text)| guides_of_partner(text)));
    let missing: Vec<String> = named.difference(&known).map(|name| name.to_string()).collect();
    let mut added = MappingFiles::new();
    for name in missing {
        let Some(text) = standard_guide(&name) else { continue };
        let path = path_of(&name);
        let file = sources.add(path.clone(), text.clone());
        documents.extend(language::parse(sources, file, findings));
        added.insert(path, text);
    }
    added
}

/// The file of a guide of a standard.
pub fn path_of(guide: &str) -> String {
    format!("{FOLDER}{guide}.guide")
}

fn guide_name(document: &Document) -> Option<&str> {
    match document {
        Document::Guide(guide) => Some(&guide.name.name),
        _ => None,
    }
}

/// The guides and dictionaries that a document names.
fn references(document: &Document) -> Vec<&str> {
    match document {
        // The dictionary of a guide of a standard comes with it, and has its name.
        Document::Guide(guide) => guide.extends.iter().chain(dictionaries(guide)).map(name_of).collect(),
        Document::Map(map) => {
            let sides = map.from.iter().map(|(side, _)| side).chain(&map.to);
            sides.filter_map(guide_of_side).collect()
        }
        Document::Flow(flow) => flow.reads.iter().map(|read| name_of(&read.guide)).collect(),
        _ => Vec::new(),
    }
}

fn dictionaries(guide: &GuideDocument) -> impl Iterator<Item = &DocumentReference> {
    guide.lines.iter().filter_map(|line| match line {
        GuideLine::Dictionary(reference) => Some(reference),
        _ => None,
    })
}

fn name_of(reference: &DocumentReference) -> &str {
    &reference.name
}

fn guide_of_side(side: &Side) -> Option<&str> {
    match side {
        Side::Guide(reference) => Some(&reference.name),
        _ => None,
    }
}

/// What stands behind `guide =` in a partner file.
fn guides_of_partner(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim_end().ends_with("guide").then(|| value.split('"').nth(1))?
    })
}

/// Says of guides that are not there which of a standard's is meant.
pub fn suggest(findings: &mut Diagnostics) {
    let mut all = std::mem::take(findings).into_vec();
    for finding in &mut all {
        let is_guide = finding.code == Code::G003 && finding.argument("what") == "guide";
        if let Some(help) = is_guide.then(|| near_guide(finding.argument("name"))).flatten() {
            *finding = finding.clone().help(help);
        }
    }
    all.into_iter().for_each(|finding| findings.push(finding));
}

/// Guides of standards that nothing in the configuration names, ready once they were asked for.
#[derive(Default)]
pub struct Shelf {
    ready: Mutex<BTreeMap<String, Option<Arc<dyn Layout>>>>,
}

impl Shelf {
    /// The layout of a guide of a standard; `None` if there is no such guide.
    pub fn layout(&self, name: &str) -> Option<Arc<dyn Layout>> {
        // What is in the map is whole, whoever panicked meanwhile.
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        ready.entry(name.to_string()).or_insert_with(|| compiled(name)).clone()
    }
}

fn compiled(name: &str) -> Option<Arc<dyn Layout>> {
    let (mut sources, mut findings) = (Sources::default(), Diagnostics::new());
    let file = sources.add(path_of(name), standard_guide(name)?);
    let documents = language::parse(&sources, file, &mut findings);
    let mut parts = GuideSources::default();
    for document in &documents {
        match document {
            Document::Guide(guide) => _ = parts.guides.insert(&guide.name.name, guide),
            Document::Dictionary(dictionary) => {
                _ = parts.dictionaries.insert(&dictionary.name.name, dictionary);
            }
            _ => {}
        }
    }
    let guide = Arc::new(guide::compile(name, &parts, &mut findings)?);
    let layout = formats::layout(&guide, &mut findings)?;
    (!findings.has_errors()).then(|| layout.into())
}
