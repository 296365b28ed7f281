//! A format under the shipped guides: what comes in is indexed, read, written and read again. The first byte chooses
//! among the guides of the format, the rest is the file.

use crossdock::base::files::Disk;
use crossdock::diagnostics::Diagnostics;
use crossdock::formats::{Envelope, Format, Layout, MessageInput, Row, Scratch, Totals, format};
use crossdock::gateway::bundle;
use crossdock::tree::{Tree, View};
use std::path::Path;
use std::sync::Arc;

/// Pieces a file arrives in besides whole; small and not a power of two, so that every token is cut somewhere.
const PIECE_BYTES: usize = 7;
/// Folders of a format's own below `testdata`.
const SEED_FOLDERS: [&str; 3] = ["ok", "err", "seeds"];
/// A seed longer than this only makes every run slow.
const SEED_BYTES_MAX: usize = 64 << 10;

/// A format with all guides that are shipped for it.
pub struct Target {
    format: &'static dyn Format,
    layouts: Vec<Arc<dyn Layout>>,
}

impl Target {
    /// The target of the format `id`, with the guides of the mappings folder of the project at `root`, and those that lie
    /// beside its test data.
    ///
    /// # Panics
    /// If there is no such format, if the mappings do not compile, or if no guide is for this format: then the target
    /// would test nothing.
    pub fn new(id: &str, root: &Path) -> Target {
        let format = format(id).unwrap_or_else(|| panic!("no format is called {id}"));
        let mut files = bundle::read_files(&Disk, &root.join("mappings")).expect("the project has mappings");
        let own =
            bundle::read_files(&Disk, &root.join("testdata").join(id).join("guides")).unwrap_or_default();
        files.extend(own.into_iter().map(|(path, text)| (format!("own/{path}"), text)));
        let (bundle, _, findings) = bundle::compile(&files, None);
        let bundle = bundle.unwrap_or_else(|| panic!("the mappings have errors: {:?}", findings.as_slice()));
        let layouts: Vec<Arc<dyn Layout>> =
            bundle.layouts.values().filter(|layout| layout.guide().format == id).cloned().collect();
        assert!(!layouts.is_empty(), "no guide is shipped for {id}");
        Target { format, layouts }
    }

    /// The files of `testdata` of this format, once for each guide.
    pub fn seeds(&self, root: &Path) -> Vec<Vec<u8>> {
        let mut seeds = Vec::new();
        for folder in SEED_FOLDERS {
            let folder = root.join("testdata").join(self.format.id()).join(folder);
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
            paths.sort();
            for path in paths {
                let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
                let Ok(bytes) = std::fs::read(&path) else { continue };
                // Beside the files of other formats, JSON is what was expected of them.
                let is_beside =
                    ["md", "expect"].contains(&end) || (end == "json" && self.format.id() != "json");
                if is_beside || bytes.len() > SEED_BYTES_MAX {
                    continue;
                }
                seeds.extend((0..self.layouts.len()).map(|at| [&[at as u8], bytes.as_slice()].concat()));
            }
        }
        seeds
    }

    /// Indexes, reads, writes and reads again.
    ///
    /// # Panics
    /// If a law of the format is broken.
    pub fn run(&self, data: &[u8]) {
        let Some((&choice, bytes)) = data.split_first() else { return };
        let layout = &*self.layouts[usize::from(choice) % self.layouts.len()];
        self.format.sniff(&bytes[..bytes.len().min(512)]);
        self.format.is_whole(&bytes[..bytes.len().min(512)], &bytes[bytes.len().saturating_sub(512)..]);
        let rows = self.rows(layout, bytes, bytes.len().max(1));
        assert_eq!(self.rows(layout, bytes, PIECE_BYTES), rows, "rows depend on how the file arrives");
        let mut head: &[u8] = &[];
        let (mut scratch, mut tree) = (Scratch::default(), Tree::new());
        for row in &rows {
            match row {
                Row::Interchange(interchange) => head = &interchange.head,
                Row::Message(message) => {
                    let end = message.offset.checked_add(message.length).expect("a range of the file");
                    assert!(end <= bytes.len() as u64, "a message reaches beyond the file");
                    let range = message.offset as usize..end as usize;
                    let input = MessageInput { head, bytes: &bytes[range], offset: message.offset };
                    let mut findings = Diagnostics::bounded(100);
                    layout.read(&input, &mut scratch, &mut tree, &mut findings);
                    self.write(layout, View::new(&tree, input.source()));
                }
                _ => {}
            }
        }
    }

    fn rows(&self, layout: &dyn Layout, bytes: &[u8], piece: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut indexer = self.format.indexer(Some(layout));
        for piece in bytes.chunks(piece) {
            indexer.feed(piece, &mut |row| rows.push(row));
        }
        indexer.finish(&mut |row| rows.push(row));
        rows
    }

    /// What is written can be indexed again.
    fn write(&self, layout: &dyn Layout, view: View<'_>) {
        let (mut body, mut findings) = (Vec::new(), Diagnostics::bounded(100));
        layout.write_body(view, &mut body, &mut findings);
        let (envelope, mut totals, mut file) = (Envelope::default(), Totals::default(), Vec::new());
        layout.begin_file(&envelope, &mut file);
        layout.wrap_body(&envelope, &mut totals, &body, &mut file);
        layout.end_file(&envelope, &totals, &mut file);
        self.rows(layout, &file, file.len().max(1));
    }
}
