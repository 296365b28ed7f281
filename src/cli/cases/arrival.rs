//! Where a file arrives: at the one endpoint of the client whose routes take it, if the case does not say.

use super::find::{Fault, Sample};
use crate::base::limits::Limits;
use crate::cli::units;
use crate::diagnostics::{Diagnostics, Severity, suggest};
use crate::formats::recognize::{Syntax, recognize};
use crate::formats::{Layout, MessageInput, Scratch, format, sniff_among};
use crate::gateway::bundle::{Bundle, Client, Route};
use crate::gateway::fitting;
use crate::tree::Tree;

/// Whether a sample is what the case is about, or what came before it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The input.
    Input,
    /// One of `earlier`.
    Earlier,
}

/// The endpoint of a sample; `named` is what the case says.
///
/// # Errors
/// If the client has no such endpoint, or the file could arrive at none or at several.
pub fn endpoint(
    (bundle, client): (&Bundle, &Client),
    (sample, role): (&Sample, Role),
    named: Option<&str>,
) -> Result<String, Fault> {
    if sample.bytes.is_empty() {
        return Err(Fault::new(
            format!("{} is empty", sample.name),
            "put a file there that has a message in it",
        ));
    }
    let known = names(client.routes.iter());
    if let Some(named) = named {
        return match known.contains(&named) {
            true => Ok(named.to_string()),
            false => Err(unknown(client, named, &known)),
        };
    }
    let fitting = match sniff_among(&sample.bytes, client.routes.iter().map(|route| &*route.layout)) {
        Some((format, layout)) => {
            let found = units::index(format, layout, &sample.bytes);
            let kinds: Vec<&str> = found.units.iter().map(|unit| unit.row.kind.as_str()).collect();
            let of_format = |route: &&Route| route.layout.guide().format == format.id();
            let of_kind = names(client.routes.iter().filter(of_format).filter(|r| kinds.contains(&r.kind())));
            // What no route takes arrives with what they do take, and is refused there.
            if of_kind.is_empty() { names(client.routes.iter().filter(of_format)) } else { of_kind }
        }
        None => flat(bundle, client, sample),
    };
    match fitting.as_slice() {
        [only] => Ok((*only).to_string()),
        [] => Err(Fault::new(
            format!("no route of {} reads {}", client.id, sample.name),
            format!(
                "if it is the right file, say in case.toml where it arrives: {}",
                say(sample, role, &known)
            ),
        )),
        several => Err(Fault::new(
            format!("{} could arrive at {}", sample.name, several.join(" or ")),
            format!("say in case.toml where it does: {}", say(sample, role, several)),
        )),
    }
}

/// The endpoints of a file that no mark tells: the only one there is for such files, else those whose guides refuse nothing
/// of it, else those whose guide its header row fits best.
fn flat<'c>(bundle: &Bundle, client: &'c Client, sample: &Sample) -> Vec<&'c str> {
    let is_flat = |route: &&Route| route.layout.guide().setting("set").is_empty();
    let all = names(client.routes.iter().filter(is_flat));
    if all.len() == 1 {
        return all;
    }
    let reading =
        names(client.routes.iter().filter(is_flat).filter(|r| is_read_by(&*r.layout, &sample.bytes)));
    if !reading.is_empty() {
        return reading;
    }
    let Syntax::Delimited(values) = recognize(&sample.bytes).syntax else { return Vec::new() };
    let header: Vec<&str> = values.columns.iter().map(|column| column.name.as_str()).collect();
    let best = fitting::by_columns(bundle, &header).map(|layout| layout.guide().name.as_str());
    let fits = |route: &&Route| values.has_header && Some(route.layout.guide().name.as_str()) == best;
    names(client.routes.iter().filter(fits))
}

/// Endpoints of routes, each once.
fn names<'r>(routes: impl Iterator<Item = &'r Route>) -> Vec<&'r str> {
    let mut names = Vec::new();
    for route in routes {
        if !names.contains(&route.endpoint.as_str()) {
            names.push(route.endpoint.as_str());
        }
    }
    names
}

/// The lines of case.toml to choose from.
fn say(sample: &Sample, role: Role, endpoints: &[&str]) -> String {
    let quoted: Vec<String> = endpoints.iter().map(|name| format!("\"{name}\"")).collect();
    let key = match role {
        Role::Input => "endpoint".to_string(),
        Role::Earlier => format!("below [earlier] \"{}\"", sample.name),
    };
    format!("{key} = {}", quoted.join(" or "))
}

fn unknown(client: &Client, named: &str, known: &[&str]) -> Fault {
    let help = match suggest::nearest(named, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("files of {} arrive at {}", client.id, known.join(", ")),
    };
    Fault::new(format!("nothing of {} arrives at `{named}`", client.id), help)
}

/// Whether a guide cuts the file into messages and refuses none of them.
pub fn is_read_by(layout: &dyn Layout, bytes: &[u8]) -> bool {
    let format = format(&layout.guide().format).expect("a layout is made by its format");
    let found = units::index(format, Some(layout), bytes);
    let is_sound = !found.units.is_empty() && found.findings.is_empty() && found.unclaimed.is_empty();
    is_sound
        && found.units.iter().all(|unit| {
            let range = unit.row.offset as usize..(unit.row.offset + unit.row.length) as usize;
            let input =
                MessageInput { head: &unit.interchange.head, bytes: &bytes[range], offset: unit.row.offset };
            let mut findings = Diagnostics::bounded(Limits::default().message_findings);
            layout.read(&input, &mut Scratch::default(), &mut Tree::new(), &mut findings);
            unit.row.fault.is_none() && findings.worst() < Some(Severity::Hold)
        })
}
