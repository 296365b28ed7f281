//! The keys that `gateway.toml` and partner files may have, as the program's source and the manual's page list them.

use std::collections::BTreeMap;

/// Structs of `src/gateway/settings.rs`, and the headings of `gateway.md` under which their keys stand.
const HEADINGS: [(&str, &str); 17] = [
    ("GatewaySettings", "gateway.toml"),
    ("Endpoint", "endpoints"),
    ("SecretReference", "secrets"),
    ("Partner", "partner.toml"),
    ("Site", "site"),
    ("EnvelopeIdentities", "envelope"),
    ("AlsoSends", "also"),
    ("AlsoOurs", "also_ours"),
    ("Numbers", "numbers"),
    ("Acknowledge", "acknowledge"),
    ("Advise", "advise"),
    ("Expect", "expect"),
    ("Duplicates", "duplicates"),
    ("DocumentDuplicates", "documents"),
    ("EnvironmentSettings", "environments"),
    ("Receive", "receive"),
    ("Waiver", "waive"),
];

/// Keys by heading.
pub type Keys = BTreeMap<String, Vec<String>>;

/// The fields of the structs that are read from TOML.
pub fn of_source(text: &str) -> Keys {
    let mut keys = Keys::new();
    let mut heading = None;
    let mut is_settings = false;
    for line in text.lines() {
        if line == "#[serde(deny_unknown_fields)]" {
            is_settings = true;
        } else if let Some(name) = line.strip_prefix("pub struct ").filter(|_| is_settings) {
            let name = name.trim_end_matches(" {");
            let known = HEADINGS.iter().find(|(known, _)| *known == name);
            heading = Some(known.unwrap_or_else(|| panic!("the manual has no place for `{name}`")).1);
            is_settings = false;
        } else if line == "}" {
            heading = None;
        } else if let (Some(heading), Some(field)) = (heading, line.strip_prefix("    pub ")) {
            let (name, _) = field.split_once(':').unwrap();
            keys.entry(heading.to_string()).or_default().push(name.to_string());
        }
    }
    keys
}

/// The first cells of the tables on the page.
pub fn of_page(text: &str) -> Keys {
    let mut keys = Keys::new();
    let mut heading = String::new();
    for line in text.lines() {
        if line.starts_with('#') {
            heading = line.trim_start_matches('#').trim().to_string();
        } else if let Some((name, rest)) = line.strip_prefix("| `").and_then(|row| row.split_once("` |")) {
            assert_eq!(
                rest.matches(" | ").count(),
                2,
                "{heading}: `{name}` has a meaning, a default, an example"
            );
            keys.entry(heading.clone()).or_default().push(name.to_string());
        }
    }
    keys
}
