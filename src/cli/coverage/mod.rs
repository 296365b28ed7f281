//! `coverage`: what the maps of a client make of his samples, both ways, and the questions to ask him.

mod samples;
mod tell;

use super::args;
use super::cases::find;
use super::console::{Console, plural};
use super::exit::{Answer, Exit, Stop};
use super::translate;
use super::workspace;
use crate::base::files::{Disk, read_whole};
use crate::base::limits::Limits;
use crate::diagnostics::render::terminal::sanitize;
use crate::diagnostics::suggest;
use crate::gateway::bundle::Bundle;
use samples::{Given, Run, Whose};
use serde_json::json;

/// Runs the command.
pub fn run(arguments: &args::Coverage, console: &mut Console<'_>) -> Answer {
    let workspace = workspace::load(&arguments.mappings, None)?;
    let Some(bundle) = &workspace.bundle else {
        return Ok(translate::unsound(&workspace.findings, &workspace.sources, console));
    };
    let asked = Asked::of(bundle, arguments.what.as_deref())?;
    let given = match arguments.samples.is_empty() {
        true => of_cases(arguments, asked)?,
        false => of_files(arguments, asked)?,
    };
    let mut run = Run::new(bundle, &workspace.sources);
    given.iter().for_each(|given| run.take(given));
    let told = tell::tell(&run, &workspace.sources, |map| match asked {
        Asked::Map(name) => map == name,
        Asked::All | Asked::Client(_) => true,
    });
    let questions: usize = told.iter().map(|map| map.questions.len()).sum();
    if console.json {
        let maps: Vec<serde_json::Value> = told.iter().map(tell::Told::json).collect();
        console.line(json!({ "maps": maps, "questions": questions, "left_out": run.left_out }).to_string());
    } else {
        told.iter().for_each(|map| map.people(console));
        run.left_out.iter().for_each(|text| console.note(format!("left out: {}", sanitize(text))));
        let maps = plural(told.len(), "map");
        console.line(format!("{maps}, {}", plural(questions, "question")));
    }
    Ok(if questions == 0 && run.left_out.is_empty() { Exit::Fine } else { Exit::Findings })
}

/// What the command is about.
#[derive(Clone, Copy)]
enum Asked<'a> {
    /// All clients.
    All,
    /// One client.
    Client(&'a str),
    /// One map.
    Map(&'a str),
}

impl<'a> Asked<'a> {
    fn of(bundle: &Bundle, what: Option<&'a str>) -> Result<Self, Stop> {
        match what {
            None => Ok(Asked::All),
            Some(name) if bundle.clients.contains_key(name) => Ok(Asked::Client(name)),
            Some(name) if bundle.maps.contains_key(name) => Ok(Asked::Map(name)),
            Some(name) => {
                let known = bundle.clients.keys().chain(bundle.maps.keys()).map(String::as_str);
                let help = match suggest::nearest(name, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "name a client's folder, or a map such as house/940-order".into(),
                };
                Err(Stop::usage(format!("there is no client and no map `{name}`"), help))
            }
        }
    }
}

/// The inputs of the cases, with what came before them.
fn of_cases(arguments: &args::Coverage, asked: Asked<'_>) -> Result<Vec<Given>, Stop> {
    let mut given = Vec::new();
    for spot in find::spots(&arguments.mappings)? {
        // What is wrong with a case is told by `crossdock test`.
        let Ok(case) = spot.read() else { continue };
        if !matches!(asked, Asked::Client(name) if name != case.client) {
            let name = format!("{}/{}", spot.path.display(), case.input.name);
            given.push(Given { name, whose: Whose::Client(case.client.clone()), case });
        }
    }
    match given.is_empty() {
        false => Ok(given),
        true => Err(Stop::usage(
            "there are no cases to take samples from",
            "name sample files behind the client or map",
        )),
    }
}

/// Files that were named.
fn of_files(arguments: &args::Coverage, asked: Asked<'_>) -> Result<Vec<Given>, Stop> {
    let whose = match asked {
        Asked::Client(name) => Whose::Client(name.to_string()),
        Asked::Map(name) => Whose::Map(name.to_string()),
        Asked::All => return Err(Stop::usage("samples of whom?", "name the client or map before them")),
    };
    let limit = usize::try_from(Limits::default().file_bytes).unwrap_or(usize::MAX);
    let mut given = Vec::new();
    for path in &arguments.samples {
        let bytes = read_whole(&Disk, path, limit).map_err(|error| Stop::file(path, &error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let case = find::Case {
            client: String::new(),
            input: find::Sample { name, bytes },
            earlier: Vec::new(),
            settings: find::Settings::default(),
            expected: Default::default(),
        };
        given.push(Given { name: path.display().to_string(), whose: whose.clone(), case });
    }
    Ok(given)
}
