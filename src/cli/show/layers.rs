//! `show --effective`: a map or guide with all its layers applied.

use super::super::console::Console;
use super::super::effective::{Documents, Missing};
use super::super::exit::{Answer, Exit, Stop};
use super::super::workspace;
use crate::cli::fmt::in_form;
use crate::diagnostics::Diagnostics;
use crate::diagnostics::render::json;
use crate::formats::standard::{near_guide, standard_guide};
use serde_json::{Value, json};
use std::path::Path;

/// Shows the map or guide `name` of the mappings in `folder`.
pub fn show(name: &str, folder: &Path, console: &mut Console<'_>) -> Answer {
    let guide = name.strip_suffix(".guide").unwrap_or(name);
    let read = workspace::read(folder).map(Documents::read);
    let is_there = read.as_ref().is_ok_and(|documents| documents.has_guide(guide));
    if let Some(text) = standard_guide(guide).filter(|_| !is_there).and_then(|text| in_form(guide, text)) {
        // It stands in no file; all of it is shown, so that it can be copied into one.
        match console.json {
            true => console.line(json!({ "name": guide, "text": text }).to_string()),
            false => console.bytes(text.as_bytes()),
        }
        return Ok(Exit::Fine);
    }
    if let (Err(_), Some(help)) = (&read, near_guide(guide)) {
        return Err(Stop::usage(format!("no guide is called `{guide}`"), help));
    }
    let documents = read?;
    let mut findings = Diagnostics::new();
    match documents.effective(name, true, &mut findings) {
        Ok(text) if console.json => console.line(json!({ "name": name, "text": text }).to_string()),
        Ok(text) => console.bytes(text.as_bytes()),
        Err(Missing::Unknown(near)) => {
            let help = match (near_guide(guide), near) {
                (Some(help), _) => help,
                (None, Some(near)) => format!("did you mean `{near}`?"),
                (None, None) => "the name is what stands behind `map` or `guide` in its file".into(),
            };
            return Err(Stop::usage(format!("no map or guide is called `{name}`"), help));
        }
        Err(Missing::Unsound) => {
            if console.json {
                let rendered: Vec<Value> = findings
                    .as_slice()
                    .iter()
                    .map(|finding| json::render(finding, documents.sources()))
                    .collect();
                console.line(json!({ "name": name, "findings": rendered }).to_string());
            } else {
                findings
                    .as_slice()
                    .iter()
                    .for_each(|finding| console.finding(finding, documents.sources(), ""));
            }
            return Ok(Exit::Findings);
        }
    }
    Ok(Exit::Fine)
}
