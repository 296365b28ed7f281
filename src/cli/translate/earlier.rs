//! The documents that `earlier` lines find, given as JSON instead of from a ledger.

use super::way::Ways;
use crate::base::files::{Disk, read_whole};
use crate::cli::exit::{Exit, Stop};
use crate::gateway::documents::standing;
use crate::mapping::plan::EarlierPlan;
use crate::mapping::{Earlier, Found, Plan};
use crate::tree::{NodeId, Shape, Tree, View, json};
use serde_json::value::RawValue;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Longest file of documents.
const BYTES_MAX: usize = 64 << 20;

/// A document that may be found.
pub struct Document {
    /// The shape of its kind.
    pub shape: Arc<Shape>,
    tree: Tree,
}

/// Reads the files: each holds one document or several after each other.
///
/// # Errors
/// If a file cannot be read, or holds something that no `earlier` line of these maps looks for.
pub fn read(paths: &[PathBuf], ways: &Ways<'_>) -> Result<Vec<Document>, Stop> {
    let mut shapes: Vec<&Arc<Shape>> = Vec::new();
    let plans = ways.iter().flat_map(|way| way.plans());
    for line in plans.flat_map(|plan| plan.earlier.iter().chain(&plan.lookups)) {
        if !shapes.iter().any(|known| known.name == line.shape.name) {
            shapes.push(&line.shape);
        }
    }
    if shapes.is_empty() && !paths.is_empty() {
        let name = &ways.first().read.name;
        return Err(Stop::usage(
            format!("the map `{name}` looks up no earlier document"),
            "leave --earlier out",
        ));
    }
    let mut documents = Vec::new();
    for path in paths {
        let bytes = read_whole(&Disk, path, BYTES_MAX).map_err(|error| Stop::file(path, &error))?;
        let text = String::from_utf8_lossy(&bytes);
        for whole in serde_json::Deserializer::from_str(&text).into_iter::<Box<RawValue>>() {
            let whole = whole.map_err(|error| not_a_document(path, &format!("this is not JSON: {error}")))?;
            documents.push(document(path, &whole, &shapes)?);
        }
    }
    Ok(documents)
}

fn document(path: &Path, whole: &RawValue, shapes: &[&Arc<Shape>]) -> Result<Document, Stop> {
    let mut first_fault = None;
    for &shape in shapes {
        let mut tree = Tree::new();
        match json::read(shape, whole.get(), &mut tree) {
            Ok(()) => return Ok(Document { shape: shape.clone(), tree }),
            Err(fault) => first_fault = first_fault.or(Some(fault)),
        }
    }
    let text = first_fault.map(|fault| fault.to_string()).unwrap_or_default();
    Err(not_a_document(path, &text))
}

fn not_a_document(path: &Path, text: &str) -> Stop {
    Stop { exit: Exit::Findings, text: format!("{}: {text}", path.display()), help: String::new() }
}

/// What each `earlier` line of the plan finds among the documents for these keys.
pub fn find<'d>(
    plan: &Plan,
    keys: &[Option<Vec<(String, String)>>],
    documents: &'d [Document],
) -> Vec<Earlier<'d>> {
    let lines = plan.earlier.iter().zip(keys);
    lines
        .map(|(line, keys)| {
            let Some(keys) = keys else { return Earlier::None };
            match fitting(line, keys, documents).as_slice() {
                [] => Earlier::None,
                [one] => Earlier::One(one.view()),
                several => Earlier::Several(several.len()),
            }
        })
        .collect()
}

/// What a line inside a block finds among the documents for these keys. Of master data the one given last is the newest.
pub fn find_one(line: &EarlierPlan, keys: &[(String, String)], documents: &[Document]) -> Found {
    match fitting(line, keys, documents).as_slice() {
        [] => Found::None,
        [.., newest] if line.is_newest => Found::One(newest.tree.clone()),
        [one] => Found::One(one.tree.clone()),
        several => Found::Several(several.len()),
    }
}

/// Those with these keys that count, in the order they were given.
fn fitting<'d>(
    line: &EarlierPlan,
    keys: &[(String, String)],
    documents: &'d [Document],
) -> Vec<&'d Document> {
    let is_fit = |document: &&Document| document.shape.name == line.shape.name && document.has(keys);
    let newest_first = documents.iter().rev().filter(is_fit);
    let mut standing = standing(newest_first, |document| document.view(), &line.shape);
    standing.reverse();
    standing
}

impl Document {
    /// What was made of a message.
    pub fn of(translated: super::message::Translated<'_>) -> Self {
        Document { shape: translated.way.read.target_shape.clone(), tree: translated.document }
    }

    /// Its tree.
    pub fn view(&self) -> View<'_> {
        View::new(&self.tree, "")
    }

    fn has(&self, keys: &[(String, String)]) -> bool {
        keys.iter().all(|(field, value)| {
            self.shape.children_named(crate::tree::PlaceId::ROOT, field).any(|place| {
                View::new(&self.tree, "").child_text(NodeId::ROOT, place) == Some(value.as_str())
            })
        })
    }
}
