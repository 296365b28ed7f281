//! `standards [RELEASE]`: the releases whose guides come with the program.

use super::args;
use super::console::{Console, plural};
use super::exit::{Answer, Exit, Stop};
use crate::diagnostics::suggest;
use crate::formats::FORMATS;
use crate::formats::standard::{Release, Standard};
use serde_json::{Value, json};

/// Runs the command.
pub fn run(arguments: &args::Standards, console: &mut Console<'_>) -> Answer {
    let standards = FORMATS.iter().filter_map(|format| format.standard());
    let all: Vec<(&dyn Standard, Release)> =
        standards.flat_map(|one| one.releases().into_iter().map(move |release| (one, release))).collect();
    let Some(name) = &arguments.release else {
        match console.json {
            true => console
                .line(Value::from(all.iter().map(|(_, one)| machine(one)).collect::<Vec<_>>()).to_string()),
            false => all.iter().for_each(|(_, release)| console.line(line(release))),
        }
        return Ok(Exit::Fine);
    };
    let Some((standard, release)) = all.iter().find(|(_, release)| release.name.eq_ignore_ascii_case(name))
    else {
        let help = match suggest::nearest(name, all.iter().map(|(_, release)| release.name.as_str())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "crossdock standards lists them".into(),
        };
        return Err(Stop::usage(format!("there is no release `{name}`"), help));
    };
    let guides = standard.guides(&release.name);
    if console.json {
        let mut told = machine(release);
        told["guides"] = json!(guides);
        console.line(told.to_string());
    } else {
        guides.iter().for_each(|guide| console.line(guide));
        release.gaps.iter().for_each(|gap| console.note(format!("{}: {gap}", release.name)));
    }
    Ok(Exit::Fine)
}

/// `D.96A: 125 messages`
pub(super) fn line(release: &Release) -> String {
    let gaps = match release.gaps.as_slice() {
        [] => String::new(),
        gaps => format!("; its publication has {}", gaps.join(", and ")),
    };
    format!("{}: {}{gaps}", release.name, plural(release.messages, "message"))
}

pub(super) fn machine(release: &Release) -> Value {
    json!({ "release": release.name, "messages": release.messages, "gaps": release.gaps })
}
