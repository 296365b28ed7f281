//! Crossdock: an EDI and flat-file translation gateway.
//!
//! # Layers
//!
//! Modules are declared in layer order, lowest first. A module may use modules of its own layer as far as
//! [`LAYERS`] lists them, and every module of the layers below; `tests/tidy.rs` fails on anything else.
//!
//! | layer | modules | what it knows |
//! |---|---|---|
//! | L0 | `base`, `diagnostics` | spans, exact numbers, dates, limits, clock and files as arguments; findings |
//! | L1 | `tree`, `language` | shapes and trees; the text of the mapping language |
//! | L2 | `guide`, `formats`, `mapping`, `canonical` | how formats are built, what maps mean |
//! | L3 | `exchange`, `transport`, `ledger` | envelope policy; folders and SFTP; the only SQL |
//! | L4 | `gateway` | the only place that joins the above |
//! | L5 | `cli` | faces; no business rule |
#![doc(test(attr(deny(warnings))))]

// L0
pub mod base;
pub mod diagnostics;
// L1
pub mod language;
pub mod tree;
// L2
pub mod canonical;
pub mod formats;
pub mod guide;
pub mod mapping;
// L3
pub mod exchange;
pub mod ledger;
pub mod transport;
// L4
pub mod gateway;
// L5
pub mod cli;

/// The layer table as data: each module with the modules it may use, besides itself.
pub const LAYERS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("diagnostics", &["base"]),
    ("tree", &["base", "diagnostics"]),
    ("language", &["base", "diagnostics"]),
    ("guide", &["base", "diagnostics", "tree", "language"]),
    ("formats", &["base", "diagnostics", "tree", "guide"]),
    ("mapping", &["base", "diagnostics", "tree", "language", "guide", "canonical"]),
    ("canonical", &["base", "diagnostics", "tree", "language", "guide"]),
    ("exchange", &["base", "diagnostics", "tree", "guide", "formats"]),
    ("transport", &["base", "diagnostics"]),
    ("ledger", &["base", "diagnostics", "exchange"]),
    (
        "gateway",
        &[
            "base",
            "diagnostics",
            "tree",
            "language",
            "guide",
            "formats",
            "mapping",
            "canonical",
            "exchange",
            "transport",
            "ledger",
        ],
    ),
    (
        "cli",
        &[
            "base",
            "diagnostics",
            "tree",
            "language",
            "guide",
            "formats",
            "mapping",
            "canonical",
            "exchange",
            "transport",
            "ledger",
            "gateway",
        ],
    ),
];
