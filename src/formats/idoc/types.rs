//! The types of IDocs that come with the program, as guides in the mapping language: what SAP's descriptions say of
//! segments, fields and widths, with names of ours. They stand in no file of a person's, so that a gateway holds only those
//! that its mappings name.

use crate::diagnostics::suggest;
use crate::formats::standard::{Nearest, Release, Standard};

/// How their guides are called in front.
const PREFIX: &str = "idoc/";
/// What they are a release of, for people.
const RELEASE: &str = "IDoc";
const CONTROL: &str = include_str!("../../../mappings/standards/idoc/control.guide");

/// Each with its guide.
const TYPES: [(&str, &str); 10] = [
    ("DELFOR02", include_str!("types/DELFOR02.guide")),
    ("DELVRY03", include_str!("types/DELVRY03.guide")),
    ("DELVRY07", include_str!("types/DELVRY07.guide")),
    ("INVOIC01", include_str!("types/INVOIC01.guide")),
    ("INVOIC02", include_str!("types/INVOIC02.guide")),
    ("MATMAS05", include_str!("../../../mappings/standards/idoc/MATMAS05.guide")),
    ("MBGMCR03", include_str!("../../../mappings/standards/idoc/MBGMCR03.guide")),
    ("ORDERS05", include_str!("types/ORDERS05.guide")),
    ("SEQJIT03", include_str!("types/SEQJIT03.guide")),
    ("WMMBID02", include_str!("../../../mappings/standards/idoc/WMMBID02.guide")),
];

/// The types as guides.
pub(super) struct Types;

impl Standard for Types {
    fn guide(&self, name: &str) -> Option<String> {
        let name = name.strip_prefix(PREFIX)?;
        if name == "control" {
            return Some(CONTROL.into());
        }
        let (_, text) = TYPES.iter().find(|(own, _)| *own == name)?;
        Some(with_control(text))
    }

    fn nearest(&self, _kind: &str, version: &str) -> Option<Nearest> {
        let basic = version.split(':').next().unwrap_or_default();
        let (name, _) = TYPES.iter().find(|(own, _)| *own == basic)?;
        Some(Nearest { guide: format!("{PREFIX}{name}"), release: RELEASE.into(), is_exact: true })
    }

    fn releases(&self) -> Vec<Release> {
        vec![Release { name: RELEASE.into(), messages: TYPES.len(), gaps: Vec::new() }]
    }

    fn near(&self, name: &str) -> Option<String> {
        let name = name.strip_prefix(PREFIX)?;
        let near = suggest::nearest(&name.to_uppercase(), TYPES.iter().map(|(own, _)| *own));
        Some(match near {
            Some(near) => format!("did you mean `{PREFIX}{near}`?"),
            None => IMPORT.into(),
        })
    }

    fn unknown(&self, _kind: &str) -> String {
        format!("no guide here is for its type; {IMPORT}")
    }

    fn guides(&self, release: &str) -> Vec<String> {
        let all = TYPES.iter().filter(|_| release == RELEASE);
        all.map(|(name, _)| format!("{PREFIX}{name}")).collect()
    }
}

/// How to come by the guide of a type.
const IMPORT: &str = "have its owner describe the type (WE60, for parsers), and make a guide of that: crossdock import idoc FILE";

/// The text of a type with the control record in it: it stands by itself.
fn with_control(text: &str) -> String {
    let record: Vec<&str> = CONTROL
        .lines()
        .skip_while(|line| !line.trim_start().starts_with("record"))
        .take_while(|line| *line != "end guide")
        .collect();
    let mut whole = String::with_capacity(text.len() + CONTROL.len());
    for line in text.lines() {
        let line = line.strip_suffix(" extends idoc/control").unwrap_or(line);
        whole.push_str(line);
        whole.push('\n');
        if line.starts_with("  syntax ") {
            record.iter().for_each(|line| whole.extend([line, "\n"]));
        }
    }
    whole
}
