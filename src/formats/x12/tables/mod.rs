//! Guides from the tables of a dictionary of X12 that somebody is licensed for (`docs/mapping/tables.md`). Pure functions
//! over names and bytes.

mod loops;
mod model;
mod read;
mod rows;
mod text;

use crate::base::span::Sources;
use crate::diagnostics::{Diagnostics, Severity};
use crate::formats::standard::{Given, Import, Importer, Release, Wanted};
use model::Dictionary;

/// The importer.
pub(super) struct Tables;

impl Importer for Tables {
    fn import(&self, files: &[Given], wanted: &Wanted<'_>) -> Result<Import, String> {
        let Wanted::Guides { kinds, release } = wanted else {
            return Err("guides of X12 are files; nothing is packed".into());
        };
        let (mut import, mut sources, mut findings) =
            (Import::default(), Sources::default(), Diagnostics::new());
        let mut dictionary = Dictionary::default();
        for given in files {
            match read::Table::of_file(&given.name) {
                Some(table) => {
                    let file = sources.add(given.name.clone(), rows::decoded(&given.bytes));
                    table.read(&sources, file, &mut dictionary, &mut findings);
                }
                None => import.ignored.push(given.name.clone()),
            }
        }
        let is_sound = findings.worst() != Some(Severity::Error);
        if is_sound && !dictionary.sets.is_empty() {
            if !is_release(release) {
                return Err(format!(
                    "no table says which release it is of: `--release {}` does",
                    if release.is_empty() { "006030" } else { "with six digits, such as 006030," }
                ));
            }
            let messages = dictionary.sets.len();
            import.releases = vec![Release { name: (*release).into(), messages, gaps: Vec::new() }];
            for (name, set) in dictionary.sets.iter().filter(|(name, _)| is_wanted(name, kinds)) {
                let structure = loops::structure(set, &mut findings);
                if dictionary.describes(set, &mut findings)
                    && let Some(structure) = structure
                {
                    let guide = text::Source { release, name, set, structure, dictionary: &dictionary };
                    import.made.push((format!("x12/{release}/{name}"), guide.text().into_bytes()));
                }
            }
        }
        (import.findings, import.sources) = (findings.into_vec(), sources);
        Ok(import)
    }

    fn page(&self) -> &'static str {
        "docs/mapping/tables.md"
    }
}

fn is_release(release: &str) -> bool {
    release.len() == 6 && release.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_wanted(name: &str, kinds: &[String]) -> bool {
    kinds.is_empty() || kinds.iter().any(|kind| kind == name)
}
