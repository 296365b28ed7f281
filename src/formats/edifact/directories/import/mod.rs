//! Directories from what others publish: the text files of UN/ECE, and extracts of them in JSON. Pure functions over names
//! and bytes; `docs/mapping/directories.md` says which files, and where they come from.

mod extract;
mod lines;
mod messages;
mod unece;

use super::model::{Directory, Item, Message};
use super::releases::when;
use crate::formats::standard::Given;
use flate2::read::GzDecoder;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// Largest file, after it is inflated.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// What was found in the files.
#[derive(Debug, Default)]
pub struct Imported {
    /// The directories: those with a year in its order, then those of service segments.
    pub directories: Vec<Directory>,
    /// What stands in the files and does not fit together, in words.
    pub faults: Vec<String>,
    /// Files that are none of a directory.
    pub ignored: Vec<String>,
}

/// Reads files, in any order: the same ones give the same directories.
///
/// # Errors
/// Why a file cannot be read, in words.
pub fn import(files: &[Given]) -> Result<Imported, String> {
    let mut files: Vec<&Given> = files.iter().collect();
    files.sort_by(|one, other| (&one.name, &one.bytes).cmp(&(&other.name, &other.bytes)));
    let (mut found, mut imported) = (BTreeMap::new(), Imported::default());
    for file in files {
        let is_known = match file.name.strip_suffix(".gz").unwrap_or(&file.name).ends_with(".json") {
            true => extract::read(&inflated(file)?, &file.name, &mut found)?,
            false => unece::read(&file.name, &file.bytes, &mut found),
        };
        if !is_known {
            imported.ignored.push(file.name.clone());
        }
    }
    let mut directories: Vec<Directory> = found.into_values().collect();
    directories.iter_mut().flat_map(|one| one.messages.values_mut()).for_each(Message::frame);
    directories.sort_by_key(|directory| {
        (when(&directory.name).is_none(), when(&directory.name), directory.name.clone())
    });
    let service: BTreeSet<String> = directories
        .iter()
        .filter(|one| when(&one.name).is_none())
        .flat_map(|one| one.segments.keys().cloned())
        .collect();
    imported.faults = directories.iter().flat_map(|directory| faults(directory, &service)).collect();
    imported.directories = directories;
    Ok(imported)
}

/// What is used and not declared.
fn faults(directory: &Directory, service: &BTreeSet<String>) -> Vec<String> {
    let mut missing = BTreeSet::new();
    let name = &directory.name;
    for (owner, group) in directory.segments.iter().chain(&directory.composites) {
        for part in &group.parts {
            let is_there =
                directory.elements.contains_key(&part.id) || directory.composites.contains_key(&part.id);
            if !is_there {
                missing.insert(format!("{name}: {owner} has {}, which is nowhere described", part.id));
            }
        }
    }
    for (kind, message) in &directory.messages {
        let is_known = |tag: &str| {
            directory.segments.contains_key(tag)
                || service.contains(tag)
                || (service.is_empty() && tag.starts_with('U'))
        };
        each(&message.items, &mut |item| {
            if !is_known(&item.tag) {
                missing.insert(format!("{name}: {kind} has {}, which is nowhere described", item.tag));
            }
        });
    }
    missing.into_iter().collect()
}

fn each(items: &[Item], told: &mut impl FnMut(&Item)) {
    for item in items {
        told(item);
        each(&item.items, told);
    }
}

fn inflated(file: &Given) -> Result<Vec<u8>, String> {
    if !file.name.ends_with(".gz") {
        return Ok(file.bytes.clone());
    }
    let mut bytes = Vec::new();
    let read = GzDecoder::new(file.bytes.as_slice()).take(FILE_BYTES_MAX).read_to_end(&mut bytes);
    read.map_err(|error| format!("{}: {error}", file.name))?;
    Ok(bytes)
}
