//! Parameters of maps as partner files and flows give them: for all environments, for one, and for one `write`.

use super::settings::{Environment, ParameterValue, Partner};
use crate::base::decimal::Decimal;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, suggest};
use crate::mapping::{self, Constant, MapSources};
use std::collections::{BTreeMap, BTreeSet};

/// What the partner file gives in an environment, over the maps' own.
pub fn given(partner: &Partner, environment: Environment) -> BTreeMap<String, Constant> {
    let own = partner.environments.get(&environment).map(|own| &own.parameters);
    let all = partner.parameters.iter().chain(own.into_iter().flatten());
    all.map(|(name, value)| (name.clone(), value.constant())).collect()
}

impl ParameterValue {
    /// As maps see it.
    fn constant(&self) -> Constant {
        match self {
            ParameterValue::Text(text) => Constant::Text(text.as_str().into()),
            ParameterValue::Bool(truth) => Constant::Bool(*truth),
            ParameterValue::Whole(number) => Constant::Number(Decimal::from_integer(*number)),
            ParameterValue::Number(number) => {
                Decimal::parse(number.to_string().as_bytes()).map_or(Constant::Absent, Constant::Number)
            }
        }
    }
}

/// Tells of parameters that none of the maps `used` has, or has as another kind of value. `span` says where one is given.
pub fn check(
    given: &BTreeMap<String, Constant>,
    used: &BTreeSet<&str>,
    sources: &MapSources<'_>,
    span: impl Fn(&str) -> Span,
    findings: &mut Diagnostics,
) {
    let declared: Vec<(&str, BTreeMap<String, Constant>)> =
        used.iter().map(|map| (*map, mapping::parameters(map, sources))).collect();
    for (name, value) in given {
        let mut owners = declared.iter().filter_map(|(map, own)| Some((map, own.get(name)?))).peekable();
        if owners.peek().is_none() {
            let names = declared.iter().flat_map(|(_, own)| own.keys().map(String::as_str));
            let near = suggest::nearest(name, names);
            let finding =
                Diagnostic::new(Code::F016).with("name", name).at(span(name), "nothing would change");
            findings.push(match near {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            });
        }
        let differs = |own: &Constant| *own != Constant::Absent && own.kind() != value.kind();
        if let Some((map, own)) = owners.find(|(_, own)| differs(own)) {
            findings.push(
                Diagnostic::new(Code::F017)
                    .with("name", name)
                    .with("map", *map)
                    .with("expected", own.kind().word())
                    .with("found", value.kind().word())
                    .at(span(name), format!("this is {}", value.kind().word())),
            );
        }
    }
}
