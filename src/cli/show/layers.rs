//! `show --effective`: a map or guide with all its layers applied.

use super::super::console::Console;
use super::super::effective::{Documents, Missing};
use super::super::exit::{Answer, Exit, Stop};
use super::super::workspace;
use crate::diagnostics::Diagnostics;
use crate::diagnostics::render::json;
use serde_json::{Value, json};
use std::path::Path;

/// Shows the map or guide `name` of the mappings in `folder`.
pub fn show(name: &str, folder: &Path, console: &mut Console<'_>) -> Answer {
    let sources = workspace::read(folder)?;
    let documents = Documents::read(&sources);
    let mut findings = Diagnostics::new();
    match documents.effective(name, true, &mut findings) {
        Ok(text) if console.json => console.line(json!({ "name": name, "text": text }).to_string()),
        Ok(text) => console.bytes(text.as_bytes()),
        Err(Missing::Unknown(near)) => {
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "the name is what stands behind `map` or `guide` in its file".into(),
            };
            return Err(Stop::usage(format!("no map or guide is called `{name}`"), help));
        }
        Err(Missing::Unsound) => {
            if console.json {
                let rendered: Vec<Value> =
                    findings.as_slice().iter().map(|finding| json::render(finding, &sources)).collect();
                console.line(json!({ "name": name, "findings": rendered }).to_string());
            } else {
                findings.as_slice().iter().for_each(|finding| console.finding(finding, &sources, ""));
            }
            return Ok(Exit::Findings);
        }
    }
    Ok(Exit::Fine)
}
