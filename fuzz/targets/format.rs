//! Fuzzes the format that the environment names in `FORMAT`; without it, prints the names there are. With `SEEDS` it only
//! writes its seeds to that folder.
#![no_main]

use crossdock::formats::FORMATS;
use crossdock_fuzz::{format::Target, write_seeds};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

static TARGET: OnceLock<Target> = OnceLock::new();

libfuzzer_sys::fuzz_target!(
    init: {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let Ok(id) = std::env::var("FORMAT") else {
            FORMATS.iter().for_each(|format| println!("{}", format.id()));
            std::process::exit(0);
        };
        let target = Target::new(&id, &root);
        if let Some(folder) = std::env::var_os("SEEDS") {
            write_seeds(&PathBuf::from(folder), &target.seeds(&root)).expect("the folder can be written");
            std::process::exit(0);
        }
        assert!(TARGET.set(target).is_ok(), "this runs once");
    },
    |data: &[u8]| TARGET.get().expect("it was made at the start").run(data)
);
