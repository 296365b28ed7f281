//! Every format has a fuzz target, and every target takes its seeds. The targets are those of `fuzz/`, without the
//! fuzzer.

#[path = "../fuzz/src/format.rs"]
mod format;
#[path = "../fuzz/src/language.rs"]
mod language;

use crossdock::formats::FORMATS;
use format::Target;
use std::path::Path;

#[test]
fn every_format_has_a_target_that_takes_its_seeds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for format in FORMATS {
        let target = Target::new(format.id(), root);
        let seeds = target.seeds(root);
        assert!(seeds.len() >= 4, "{}: files to start from in testdata/{0}: ok, err or seeds", format.id());
        for seed in &seeds {
            target.run(seed);
            target.run(&seed[..seed.len() / 2]);
        }
    }
}

#[test]
fn the_language_takes_its_seeds() {
    let seeds = language::seeds(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(seeds.len() > 50, "{} seeds", seeds.len());
    for seed in &seeds {
        language::run(seed);
        language::run(&seed[..seed.len() / 2]);
    }
}
