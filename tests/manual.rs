//! The manual is true: every example in `docs/mapping` is compiled and run, and every command of the tutorial
//! and of the newcomer's afternoon.
//! `UPDATE_EXPECT=1` writes what comes out into the pages.
#![allow(clippy::unwrap_used)]

#[path = "support/manual/mod.rs"]
mod manual;

use crossdock::base::span::Sources;
use crossdock::diagnostics::Diagnostics;
use crossdock::gateway::settings::{GatewaySettings, Partner};
use crossdock::gateway::{self, bundle};
use manual::example::{self, Example};
use manual::page::{Page, fits};
use manual::{run, settings, transcript};
use std::path::Path;

fn bless() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some()
}

/// What comes out of the examples of a page, in their order.
fn outcomes(page: &Page, examples: &[Example]) -> Vec<String> {
    let running = || examples.iter().filter(|example| example.expected.kind == "result");
    let (bundle, sources, findings) = bundle::compile(&example::files(running()), None);
    let Some(bundle) = bundle else {
        panic!("{}: {}", page.path.display(), run::compiler_says(&findings, &sources));
    };
    let outcome = |example: &Example| match example.expected.kind.as_str() {
        "result" => run::run(example, &bundle),
        _ => {
            let (_, sources, findings) = bundle::compile(&example::files(std::iter::once(example)), None);
            example.with_short_names(run::compiler_says(&findings, &sources))
        }
    };
    examples.iter().map(outcome).collect()
}

fn check_page(name: &str) {
    let page = Page::read(name);
    let examples = example::examples(&page);
    let mut wrong = Vec::new();
    let mut texts = Vec::new();
    for (example, found) in examples.iter().zip(outcomes(&page, &examples)) {
        let is_right = fits(&example.expected.text, &found);
        if !is_right {
            wrong.push(format!("{}:\n{found}", page.place(&example.expected)));
        }
        texts.push((example.expected.line, if is_right { example.expected.text.clone() } else { found }));
    }
    if bless() && !wrong.is_empty() {
        return page.rewrite(&texts);
    }
    assert!(
        wrong.is_empty(),
        "what comes out is different; UPDATE_EXPECT=1 accepts it\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_start_page_with_its_desk_sheet_is_true() {
    check_page("README.md");
}

#[test]
fn the_language_reference_is_true() {
    check_page("language.md");
}

#[test]
fn the_page_of_guides_is_true() {
    check_page("guides.md");
}

#[test]
fn the_page_of_directories_is_true() {
    check_page("directories.md");
}

#[test]
fn the_pages_of_formats_are_true() {
    for name in ["x12", "edifact", "fixed", "csv", "xml", "json", "idoc"] {
        check_page(&format!("formats/{name}.md"));
    }
}

#[test]
fn the_cookbook_is_true() {
    check_page("cookbook.md");
}

/// Every setting is in the manual, in the order of the source, and none that does not exist.
#[test]
fn the_settings_are_those_of_the_program() {
    let source = include_str!("../src/gateway/settings.rs");
    let page = Page::read("gateway.md");
    assert_eq!(settings::of_page(&page.text), settings::of_source(source));
}

/// The whole files on that page are read without findings.
#[test]
fn the_settings_shown_are_sound() {
    let page = Page::read("gateway.md");
    let read = |name: &str| {
        let block = page.blocks.iter().find(|block| block.name == name).unwrap();
        let (mut sources, mut findings) = (Sources::default(), Diagnostics::new());
        let file = sources.add(name, block.text.clone());
        let is_read = match name {
            "gateway.toml" => {
                gateway::settings::read::<GatewaySettings>(&sources, file, &mut findings).is_some()
            }
            _ => gateway::settings::read::<Partner>(&sources, file, &mut findings).is_some(),
        };
        assert!(is_read, "{}", run::compiler_says(&findings, &sources));
    };
    read("gateway.toml");
    read("partner.toml");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => _ = std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap(),
        }
    }
}

/// A page that is one sitting at a terminal, with the shipped mappings and these samples beside it.
fn check_sitting(name: &str, samples: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let prepare = |folder: &Path| {
        copy(&root.join("mappings"), &folder.join("mappings"));
        copy(&root.join("testdata/manual").join(samples), &folder.join("samples"));
    };
    let wrong = transcript::run(&Page::read(name), &prepare, bless());
    assert!(
        wrong.is_empty(),
        "the terminal shows something else; UPDATE_EXPECT=1 accepts it\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_tutorial_goes_as_it_says() {
    check_sitting("tutorial.md", "alderbrook");
}

#[test]
fn a_newcomer_gets_as_far_as_he_says() {
    check_sitting("newcomer.md", "quillfern");
}
