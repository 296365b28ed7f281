//! What stands in a demo workspace, and the messages that are dropped into it.

use crate::gateway::bundle::{self, MappingFiles};
use crate::gateway::settings::GatewaySettings;
use include_dir::{Dir, DirEntry, include_dir};
use std::io;
use std::path::Path;

/// The shipped mappings, as they were when the program was built.
static MAPPINGS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/mappings");

/// The settings of the demo, which become `gateway.toml`.
const SETTINGS: &str = "gateway-demo.toml";

/// A message of the demo.
pub struct Example {
    /// Where it is dropped, relative to the workspace.
    pub path: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
    /// What it shows, in one line.
    pub shows: &'static str,
}

/// What Caldera drops, a client without EDI.
pub const CALDERA_DROPS: [Example; 1] = [Example {
    path: "drops/caldera/outgoing/whsord.txt",
    bytes: include_bytes!("../../../testdata/fixed/ok/as400-s08.txt"),
    shows: "an order of three lines in fixed columns, from an AS/400; one line takes goods back",
}];

/// What Nordhaven drops, a client who speaks EDIFACT: first the items, because what follows names them.
pub const NORDHAVEN_ITEMS: [Example; 1] = [Example {
    path: "drops/nordhaven/items/items.csv",
    bytes: include_bytes!("../../../testdata/demo/nordhaven-items.csv"),
    shows: "its item list, so that items are known by their GTIN",
}];

/// What Nordhaven and its supplier drop then.
pub const NORDHAVEN_DROPS: [Example; 2] = [
    Example {
        path: "drops/nordhaven/outgoing/orders-50017.edi",
        bytes: include_bytes!("../../../testdata/demo/nordhaven-orders.edi"),
        shows: "an order in EDIFACT (ORDERS D.96A)",
    },
    Example {
        path: "drops/nordhaven/outgoing/desadv-7788.edi",
        bytes: include_bytes!("../../../testdata/demo/nordhaven-desadv.edi"),
        shows: "a despatch advice of its supplier (DESADV D.96A): two pallets are on their way",
    },
];

/// What the warehouse in Leipzig answers.
pub const LEIPZIG_DROPS: [Example; 2] = [
    Example {
        path: "wms/leipzig-shipments/shipment-lej-7001.csv",
        bytes: include_bytes!("../../../testdata/demo/nordhaven-shipment.csv"),
        shows: "the shipment of Nordhaven's order, in two cartons",
    },
    Example {
        path: "wms/leipzig-receipts/receipt-rcv0003321.txt",
        bytes: include_bytes!("../../../testdata/demo/nordhaven-receipt.txt"),
        shows: "the receipt of the two pallets: some damaged, some missing",
    },
];

/// What Brightwick drops.
pub const CLIENT_DROPS: [Example; 2] = [
    Example {
        path: "drops/brightwick/outgoing/order-so104522.edi",
        bytes: include_bytes!("../../../testdata/x12/ok/s01-940.edi"),
        shows: "a warehouse order of two lines, one of them in cases",
    },
    Example {
        path: "drops/brightwick/outgoing/orders-one-wrong.edi",
        bytes: include_bytes!("../../../testdata/x12/err/one-of-three.edi"),
        shows: "three orders in one interchange, one of them wrong",
    },
];

/// What the warehouse answers once it has the order.
pub const WAREHOUSE_DROPS: [Example; 1] = [Example {
    path: "wms/export/shipment-shp000918.csv",
    bytes: include_bytes!("../../../testdata/csv/ok/s01-wms-shipment.csv"),
    shows: "the shipment of that order: one line complete, one short",
}];

/// Lays the workspace out in `folder`, made if need be. What is there already is left as it is: the mappings are the
/// user's to edit.
pub fn lay_out(folder: &Path) -> io::Result<()> {
    let text = MAPPINGS.get_file(SETTINGS).and_then(|file| file.contents_utf8());
    let text = text.expect("the settings of the demo are among the mappings");
    let settings: GatewaySettings = toml::from_str(text).expect("a test reads the settings of the demo");
    for path in settings.endpoints.values().map(|endpoint| &endpoint.path).chain([&settings.data]) {
        std::fs::create_dir_all(folder.join(path))?;
    }
    write_missing(&MAPPINGS, &folder.join("mappings"))?;
    write_new(&folder.join("gateway.toml"), text.as_bytes())
}

/// Drops an example as a careful sender does: under a temporary name, then renamed.
pub fn drop_example(folder: &Path, example: &Example) -> io::Result<()> {
    let path = folder.join(example.path);
    let temporary = path.with_extension("part");
    std::fs::write(&temporary, example.bytes)?;
    std::fs::rename(temporary, path)
}

/// The shipped mapping files.
pub fn shipped() -> MappingFiles {
    let mut files = MappingFiles::new();
    gather(&MAPPINGS, &mut files);
    files
}

fn gather(directory: &Dir<'_>, files: &mut MappingFiles) {
    for entry in directory.entries() {
        match entry {
            DirEntry::Dir(inner) if inner.path().ends_with(bundle::CASES_FOLDER) => {}
            DirEntry::Dir(inner) => gather(inner, files),
            DirEntry::File(file) => {
                let path = entry.path().to_string_lossy().into_owned();
                if let Some(text) = file.contents_utf8().filter(|_| bundle::is_mapping(&path)) {
                    files.insert(path, text.to_string());
                }
            }
        }
    }
}

fn write_missing(directory: &Dir<'_>, folder: &Path) -> io::Result<()> {
    for entry in directory.entries() {
        let path = folder.join(entry.path());
        match entry {
            DirEntry::Dir(inner) => {
                std::fs::create_dir_all(&path)?;
                write_missing(inner, folder)?;
            }
            DirEntry::File(file) if entry.path() != Path::new(SETTINGS) => {
                if let Some(parent) = path.parent() {
                    std::fs::create_dir_all(parent)?;
                }
                write_new(&path, file.contents())?;
            }
            DirEntry::File(_) => {}
        }
    }
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.exists() { Ok(()) } else { std::fs::write(path, bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::files::Disk;
    use crate::diagnostics::Diagnostics;
    use crate::gateway::{bundle, settings};

    #[test]
    fn a_workspace_is_complete_and_keeps_what_was_edited() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        lay_out(folder.path()).expect("laid out");
        let edited = folder.path().join("mappings/clients/brightwick/partner.toml");
        let text = std::fs::read_to_string(&edited).expect("a partner file") + "\n# edited\n";
        std::fs::write(&edited, &text).expect("edited");
        lay_out(folder.path()).expect("laid out again");
        assert_eq!(std::fs::read_to_string(&edited).expect("still there"), text);

        let mut sources = crate::base::span::Sources::default();
        let text = std::fs::read_to_string(folder.path().join("gateway.toml")).expect("settings");
        let file = sources.add("gateway.toml", text);
        let mut findings = Diagnostics::new();
        let settings: settings::GatewaySettings =
            settings::read(&sources, file, &mut findings).expect("sound");
        let endpoints = settings.known_endpoints(|_| String::new());
        let files = bundle::read_files(&Disk, &folder.path().join(&settings.mappings)).expect("mappings");
        let (bundle, _, findings) = bundle::compile(&files, Some(&endpoints));
        assert!(findings.is_empty() && bundle.is_some(), "{findings:?}");
        for endpoint in settings.endpoints.values() {
            assert!(folder.path().join(&endpoint.path).is_dir(), "{}", endpoint.path);
        }
    }
}
