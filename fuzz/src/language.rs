//! The mapping language: parser, guides, maps, flows, tables and partner files. The first byte chooses what the text is, and
//! it is compiled together with a few small files that it may name.

use crossdock::diagnostics::render::terminal;
use crossdock::gateway::bundle::{self, MappingFiles};
use std::path::Path;

/// Paths the text may stand at; the ending says what it is.
const PATHS: [&str; 6] = [
    "input.map",
    "input.guide",
    "input.flow",
    "input.shape",
    "tables/input.csv",
    "clients/acme/partner.toml",
];
/// A text longer than this only makes every run slow.
const TEXT_BYTES_MAX: usize = 4 << 10;
/// Findings that are rendered: the next are like them.
const RENDERED_MAX: usize = 20;

/// Compiles a text and renders every finding.
///
/// # Panics
/// If the program has a defect: no text may bring it down.
pub fn run(data: &[u8]) {
    let Some((&choice, text)) = data.split_first() else { return };
    if text.len() > TEXT_BYTES_MAX {
        return;
    }
    let mut files: MappingFiles =
        BASE.iter().map(|(path, text)| ((*path).to_string(), (*text).to_string())).collect();
    let path = PATHS[usize::from(choice) % PATHS.len()];
    files.insert(path.into(), String::from_utf8_lossy(text).into_owned());
    let (bundle, sources, findings) = bundle::compile(&files, Some(&["in".into(), "out".into()]));
    assert!(bundle.is_some() || findings.has_errors(), "nothing compiled, and nothing says why");
    for finding in findings.as_slice().iter().take(RENDERED_MAX) {
        assert!(!finding.title().is_empty());
        terminal::render(finding, &sources, "", false);
    }
}

/// The shipped mapping files and those of `testdata/language`, each with the byte that says what it is.
pub fn seeds(root: &Path) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for folder in ["mappings", "testdata/language", "testdata/cli/broken"] {
        collect(&root.join(folder), &mut seeds);
    }
    seeds
}

fn collect(folder: &Path, seeds: &mut Vec<Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, seeds);
            continue;
        }
        let end = path.extension().map(|end| format!(".{}", end.to_string_lossy())).unwrap_or_default();
        let choice = PATHS.iter().position(|known| known.ends_with(&end) && !end.is_empty());
        let (Some(choice), Ok(text)) = (choice, std::fs::read(&path)) else { continue };
        if text.len() <= TEXT_BYTES_MAX {
            seeds.push([&[choice as u8], text.as_slice()].concat());
        }
    }
}

/// What a text may name.
const BASE: &[(&str, &str)] = &[
    (
        "base.shape",
        "shape order version 1\n  number text 20 required key\n  ordered date\n  lines many line required\nend shape\n\n\
         record line\n  no text 6\n  sku text 30 required\n  qty decimal required\nend record\n",
    ),
    (
        "base.guide",
        "dictionary small\n  segment ST 01 143 required 02 329 required\n  segment AA 01 1 required 02 2\n  segment LX 01 3\n\
         \u{20} segment SE 01 96 required 02 329 required\n  element 143 ID 3 3\n  element 329 AN 4 9\n  element 1 AN 1 10\n\
         \u{20} element 2 DT 8 8\n  element 3 N0 1 6\n  element 96 N0 1 10\nend dictionary\n\n\
         guide base/x12\n  version 1\n  lang 1\n  syntax x12 release \"004010\" set \"940\" group \"OW\"\n  dictionary small\n\
         \u{20} unit transaction\n  structure\n    ST required auto\n    AA required max 9 key .01\n    loop LX max 99\n    end LX\n\
         \u{20}   SE required auto\n  end structure\nend guide\n\n\
         guide base/csv\n  version 1\n  lang 1\n  syntax csv delimiter \",\" header yes charset utf-8\n  unit group by Nr\n\
         \u{20} columns\n    Nr required text 20\n    Sku text 30\n    Qty decimal\n  end columns\nend guide\n",
    ),
    (
        "base.map",
        "map base/read version 1\n  lang 1\n  from guide base/csv as msg\n  to canonical order\n  number = Nr\n\
         \u{20} each lines from row\n    sku = Sku\n    qty = Qty\n  end lines\nend map\n",
    ),
    ("tables/uom.csv", "# key edi\nedi,own\nEA,each\nCA,case\n"),
];
