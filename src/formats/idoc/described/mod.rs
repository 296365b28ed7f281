//! Guides from descriptions of IDoc types, as SAP's transaction WE60 writes them for parsers (`docs/mapping/formats/idoc.md`).
//! Pure functions over names and bytes.

mod fields;
mod lines;
mod model;
mod parse;
mod text;

use crate::base::span::Sources;
use crate::diagnostics::{Diagnostics, Severity};
use crate::formats::standard::{Given, Import, Importer, Release, Wanted};

/// The importer.
pub(super) struct Descriptions;

impl Importer for Descriptions {
    fn import(&self, files: &[Given], wanted: &Wanted<'_>) -> Result<Import, String> {
        let Wanted::Guides { kinds, .. } = wanted else {
            return Err("guides of IDocs are files; nothing is packed".into());
        };
        let (mut import, mut sources) = (Import::default(), Sources::default());
        for given in files {
            let shown = lines::decoded(&given.bytes);
            if !lines::is_description(&shown) {
                import.ignored.push(given.name.clone());
                continue;
            }
            let file = sources.add(given.name.clone(), shown);
            let mut findings = Diagnostics::new();
            let described = parse::parse(&sources, file, &mut findings);
            let is_sound = findings.worst() != Some(Severity::Error);
            import.findings.extend(findings.into_vec());
            let Some(described) = described.filter(|_| is_sound) else { continue };
            let release = Release { name: described.name(), messages: 1, gaps: Vec::new() };
            import.releases.push(release);
            if kinds.is_empty() || kinds.contains(&described.basic) || kinds.contains(&described.name()) {
                import.made.push((format!("idoc/{}", described.name()), text::text(&described).into_bytes()));
            }
        }
        import.sources = sources;
        Ok(import)
    }

    fn page(&self) -> &'static str {
        "docs/mapping/formats/idoc.md"
    }
}
