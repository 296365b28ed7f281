//! `demo`: a complete example workspace, a gateway on it, and messages to watch.

pub mod lay_out;

use super::args;
use super::console::Console;
use super::exit::{Answer, Exit, Stop};
use super::process::{self, Process, failed};
use super::run::serve;
use crate::exchange::states::{DeliveryState, MessageState};
use crate::ledger::{MessageFilter, MessageId};
use lay_out::{
    CALDERA_DROPS, CLIENT_DROPS, Example, LEIPZIG_DROPS, NORDHAVEN_DROPS, NORDHAVEN_ITEMS, WAREHOUSE_DROPS,
    drop_example,
};
use std::path::Path;

/// Most messages shown.
const SHOWN_MAX: usize = 50;

/// Runs the command.
pub fn run(arguments: &args::Demo, console: &mut Console<'_>) -> Answer {
    let folder = &arguments.dir;
    lay_out::lay_out(folder).map_err(|error| Stop::machine(format!("{}: {error}", folder.display())))?;
    let mut process = process::open(&folder.join("gateway.toml"), console)?;
    console.line(format!("The demo workspace is `{}`.", folder.display()));
    play(&mut process, folder, "Brightwick, a client, drops", &CLIENT_DROPS, console)?;
    play(&mut process, folder, "Caldera, another client, drops", &CALDERA_DROPS, console)?;
    play(&mut process, folder, "Nordhaven, a third client, drops", &NORDHAVEN_ITEMS, console)?;
    play(&mut process, folder, "Nordhaven and its supplier drop", &NORDHAVEN_DROPS, console)?;
    play(&mut process, folder, "The warehouse answers with", &WAREHOUSE_DROPS, console)?;
    play(&mut process, folder, "The warehouse in Leipzig answers with", &LEIPZIG_DROPS, console)?;
    tell(&process, console)?;
    if arguments.once {
        console.line("");
        console
            .line(format!("See each with: crossdock messages --config {0}/gateway.toml", folder.display()));
        return Ok(Exit::Fine);
    }
    console.line("");
    console.line("It goes on running; stop with Ctrl-C. Drop your own files:");
    console.line(format!("  orders of Brightwick    {}/drops/brightwick/outgoing", folder.display()));
    console.line(format!("  orders of Caldera       {}/drops/caldera/outgoing", folder.display()));
    console.line(format!("  messages of Nordhaven   {}/drops/nordhaven/outgoing", folder.display()));
    console.line(format!("  answers of the WMS      {}/wms/export", folder.display()));
    console.line(format!(
        "  answers of Leipzig      {0}/wms/leipzig-shipments and {0}/wms/leipzig-receipts",
        folder.display()
    ));
    console.line(format!(
        "  what we write           {0}/wms/import, {0}/wms/leipzig and {0}/drops/*/incoming",
        folder.display()
    ));
    console.line(format!("  mappings to edit        {}/mappings", folder.display()));
    serve(process, console)
}

fn play(
    process: &mut Process,
    folder: &Path,
    who: &str,
    examples: &[Example],
    console: &mut Console<'_>,
) -> Result<(), Stop> {
    for example in examples {
        console.line(format!("{who} {}", example.path));
        console.line(format!("    {}", example.shows));
        drop_example(folder, example).map_err(|error| Stop::machine(format!("{}: {error}", example.path)))?;
    }
    process.drain()
}

/// What happened to each message, and what was written.
fn tell(process: &Process, console: &mut Console<'_>) -> Result<(), Stop> {
    let filter = MessageFilter { state: None, client: None, before: None, limit: SHOWN_MAX };
    let mut lines = process.gateway.messages(filter).map_err(failed)?;
    lines.reverse();
    console.line("");
    console.line("What happened:");
    for line in &lines {
        let number = line.number.as_deref().unwrap_or("-");
        let state = line.state.word().to_lowercase();
        console.line(format!("  message {:>3}  {:<22} {number:<12} {state}", line.id.0, line.kind));
        if !matches!(line.state, MessageState::Done) {
            reasons(process, line.id, console)?;
        }
    }
    console.line("");
    console.line("What was written:");
    let published =
        process.gateway.ledger().deliveries_in(DeliveryState::Published, SHOWN_MAX).map_err(failed)?;
    for delivery in published {
        let endpoint = process.settings.endpoints.get(&delivery.endpoint);
        let path = endpoint.map_or("", |endpoint| endpoint.path.as_str());
        console.line(format!("  {path}/{}", delivery.name));
    }
    Ok(())
}

fn reasons(process: &Process, message: MessageId, console: &mut Console<'_>) -> Result<(), Stop> {
    let story = process.gateway.story(message).map_err(failed)?;
    for finding in &story.findings {
        if let Some(finding) = finding.to_diagnostic() {
            console.line(format!(
                "      {}[{}]: {}",
                finding.severity.word(),
                finding.shown_code(),
                finding.title()
            ));
            console.line(format!("      help: {}", finding.action()));
        }
    }
    Ok(())
}
