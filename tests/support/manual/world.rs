//! The mapping files that examples of the manual stand in: canonical shapes, standards and the house's files, and a
//! client called `manual`. What a whole document or message must have is not demanded of an example, which shows only
//! what it is about: the word `required` is taken out of the shipped shapes and guides.

use crossdock::base::files::Disk;
use crossdock::gateway::bundle::{self, MappingFiles};
use std::path::Path;

const PARTNER: &str = r#"client = "MANUAL"
name = "The manual"
[site]
code = "NJ1"
zone = "America/New_York"
"#;

/// The files before any example.
pub fn files() -> MappingFiles {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shipped = bundle::read_files(&Disk, &root.join("mappings")).unwrap();
    let mut files: MappingFiles = shipped
        .into_iter()
        .filter(|(path, _)| !path.starts_with("clients/"))
        .map(|(path, text)| {
            let text = match path.rsplit('.').next() {
                Some("shape") => without_required(&text, ""),
                Some("guide") => without_required(&text, " opt"),
                _ => text,
            };
            (path, text)
        })
        .collect();
    let own = bundle::read_files(&Disk, &root.join("testdata/manual/mappings")).unwrap();
    files.extend(own);
    files.insert("clients/manual/partner.toml".into(), PARTNER.into());
    files
}

/// Lines without the word, outside of comments and texts.
fn without_required(text: &str, instead: &str) -> String {
    let line = |line: &str| match line.find(" required") {
        Some(at) if !line[..at].contains(['#', '"']) => {
            let is_part = line.trim_start().starts_with('.');
            let instead = if is_part { "" } else { instead };
            format!("{}{instead}{}", &line[..at], &line[at + " required".len()..])
        }
        _ => line.to_string(),
    };
    text.lines().map(|text| line(text) + "\n").collect()
}
