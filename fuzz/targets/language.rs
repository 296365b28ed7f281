//! Fuzzes the mapping language. With `SEEDS` in the environment it only writes its seeds to that folder.
#![no_main]

use crossdock_fuzz::{language, write_seeds};
use std::path::{Path, PathBuf};

libfuzzer_sys::fuzz_target!(
    init: {
        if let Some(folder) = std::env::var_os("SEEDS") {
            let seeds = language::seeds(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
            write_seeds(&PathBuf::from(folder), &seeds).expect("the folder can be written");
            std::process::exit(0);
        }
    },
    |data: &[u8]| language::run(data)
);
