//! Clients that have flows and no cases: nothing tells when a change breaks what they get.

use crate::cli::cases::find;
use crate::cli::exit::Stop;
use crate::cli::workspace::Workspace;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::language::{self, syntax::Document};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A finding for each client with flows and without cases, at the first of his flows.
///
/// # Errors
/// If a folder of cases cannot be read.
pub(super) fn clients(workspace: &Workspace, folder: &Path) -> Result<Vec<Diagnostic>, Stop> {
    let (root, _) = find::root_of(folder);
    let tested: BTreeSet<String> = find::spots(&root)?.into_iter().filter_map(|spot| spot.client).collect();
    let mut untested = BTreeMap::new();
    let mut ignored = Diagnostics::bounded(0);
    for (file, source) in workspace.sources.files().filter(|(_, source)| source.path.ends_with(".flow")) {
        for document in language::parse(&workspace.sources, file, &mut ignored) {
            let Document::Flow(flow) = document else { continue };
            let client = client_of(&root, Path::new(&source.path));
            if let Some(client) = client.filter(|client| !tested.contains(client)) {
                untested.entry(client).or_insert(flow.name.span);
            }
        }
    }
    let finding = |(client, span): (String, _)| {
        Diagnostic::new(Code::M067).with("client", client).at(span, "a flow of his")
    };
    Ok(untested.into_iter().map(finding).collect())
}

/// `acme` of `mappings/clients/acme/orders.flow`
fn client_of(root: &Path, file: &Path) -> Option<String> {
    let inside = file.strip_prefix(root).unwrap_or(file);
    let mut folders = inside.iter().map(|name| name.to_string_lossy().into_owned());
    (folders.next()? == "clients").then(|| folders.next()).flatten()
}
