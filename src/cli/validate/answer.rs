//! The acknowledgement that would be sent. Its control numbers are 1 and its time is now: those of a trial.

use super::Judged;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use crate::exchange::acknowledge::{
    AcknowledgedFinding, AcknowledgedGroup, AcknowledgedInterchange, AcknowledgedMessage,
};
use crate::exchange::answering::{Answer, Answering, Each, Wanted, answering};
use crate::exchange::identities::{counterpart, received};
use crate::formats::{Envelope, Fault, Format, GroupRow, InterchangeRow, Layout, MessageRow, Row, Totals};
use crate::gateway::bundle::Bundle;
use crate::gateway::fitting;
use crate::gateway::settings::Acknowledge;

/// Control number of a trial.
const TRIAL: u64 = 1;

/// An interchange with what is to be said about it.
#[derive(Default)]
struct Gathered {
    header: InterchangeRow,
    groups: Vec<(GroupRow, Vec<AcknowledgedMessage>, Option<Fault>)>,
    fault: Option<Fault>,
}

/// The acknowledgements of all interchanges of a file, one after the other.
///
/// # Errors
/// Why there is none, for people.
pub fn of_file(
    bundle: &Bundle,
    format: &dyn Format,
    layout: Option<&dyn Layout>,
    bytes: &[u8],
    judged: &[Judged],
) -> Result<Vec<u8>, String> {
    let answering = answering(format.id())
        .ok_or_else(|| format!("files of the format {} are not answered", format.id()))?;
    let mut out = Vec::new();
    for interchange in gather(format, layout, bytes, judged) {
        answer(bundle, answering, &interchange, &mut out)?;
    }
    Ok(out)
}

fn gather(
    format: &dyn Format,
    layout: Option<&dyn Layout>,
    bytes: &[u8],
    judged: &[Judged],
) -> Vec<Gathered> {
    let mut all: Vec<Gathered> = Vec::new();
    let mut judged = judged.iter();
    let mut take = |row: Row| {
        if let Row::Interchange(header) = row {
            return all.push(Gathered { header, ..Gathered::default() });
        }
        let Some(last) = all.last_mut() else { return };
        match row {
            Row::Group(row) => last.groups.push((row, Vec::new(), None)),
            Row::Message(row) => {
                let message = judged.next().map(|judged| message(&row, judged));
                if last.groups.is_empty() {
                    last.groups.push((GroupRow::default(), Vec::new(), None));
                }
                if let (Some((_, messages, _)), Some(message)) = (last.groups.last_mut(), message) {
                    messages.push(message);
                }
            }
            Row::GroupEnd { fault } => {
                if let Some((_, _, own)) = last.groups.last_mut() {
                    *own = fault;
                }
            }
            Row::InterchangeEnd { fault, .. } => last.fault = fault,
            Row::Interchange(_) | Row::Finding(_) | Row::Unclaimed { .. } => {}
        }
    };
    let mut indexer = format.indexer(layout);
    indexer.feed(bytes, &mut take);
    indexer.finish(&mut take);
    all
}

fn message(row: &MessageRow, judged: &Judged) -> AcknowledgedMessage {
    let fact = |finding: &Diagnostic| AcknowledgedFinding {
        code: finding.code.text().into(),
        severity: finding.severity,
        place: finding.place.clone().unwrap_or_default(),
        value: finding.argument("value").into(),
    };
    AcknowledgedMessage {
        kind: row.kind.clone(),
        control_number: row.control_number.clone(),
        version: row.version.clone(),
        findings: judged.findings.iter().map(fact).collect(),
        is_refused: judged.is_refused(),
    }
}

fn answer(
    bundle: &Bundle,
    answering: &dyn Answering,
    interchange: &Gathered,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    let header = &interchange.header;
    let fault = interchange.fault.as_ref().map(|fault| fault.code);
    if fault == Some(Code::I101) {
        return Err("the interchange has no end, and the rest may still come".into());
    }
    let refusal = fault.map(|code| code.text().to_string());
    if let Some(code) = &refusal
        && answering.refusal(code).is_none()
    {
        return Err("nothing can be said to the sender of an envelope like this".into());
    }
    let functional_ids = interchange.groups.iter().map(|(row, ..)| row.functional_id.as_str());
    let received_interchange =
        AcknowledgedInterchange::new(answering, header.clone(), refusal, functional_ids)
            .ok_or("it only carries acknowledgements, which are never answered")?;
    let layout = guide(bundle, answering, header).ok_or("no guide here is for the acknowledgement")?;
    let client = fitting::client_of(bundle, answering.format(), header);
    let agreed = client.and_then(|client| client.partner.acknowledge.get(answering.format()));
    let wanted = agreed.map_or(Wanted::default(), Acknowledge::wanted);
    let mut envelope = Envelope {
        interchange_number: TRIAL,
        group_number: TRIAL,
        made_at: Some(jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now())),
        ..counterpart(&received(header, interchange.groups.first().map(|(row, ..)| row)))
    };
    match answering.answer(&received_interchange, wanted, layout)? {
        Answer::Interchange { write, .. } => write(&envelope, out),
        Answer::Messages { each, mut writer, between } => {
            envelope.between = between;
            let (mut bodies, mut body, mut findings) = (Vec::new(), Vec::new(), Diagnostics::new());
            writer.begin(&mut body, &mut findings);
            for (row, messages, fault) in &interchange.groups {
                let Some(group) = group(answering, row, fault.as_ref()) else { continue };
                if writer.begin_group(group, &mut body, &mut findings) {
                    for message in messages {
                        writer.message(message, &mut body, &mut findings);
                    }
                }
                writer.end_group(&mut body, &mut findings);
                if each == Each::Group {
                    bodies.push(std::mem::take(&mut body));
                }
            }
            writer.end(&mut body, &mut findings);
            bodies.extend((each == Each::Interchange).then_some(body));
            if let Some(bad) = findings.as_slice().iter().find(|finding| finding.severity >= Severity::Hold) {
                return Err(bad.title());
            }
            let mut totals = Totals::default();
            layout.begin_file(&envelope, out);
            for body in bodies {
                layout.wrap_body(&envelope, &mut totals, &body, out);
            }
            layout.end_file(&envelope, &totals, out);
        }
    }
    Ok(())
}

fn group(answering: &dyn Answering, row: &GroupRow, fault: Option<&Fault>) -> Option<AcknowledgedGroup> {
    let mut group = AcknowledgedGroup::new(answering, &row.functional_id, &row.control_number, &row.version)?;
    group.sender.clone_from(&row.sender);
    group.receiver.clone_from(&row.receiver);
    if let Some(fault) = fault {
        group.included = (fault.code == Code::X402).then(|| fault.found.parse().ok()).flatten();
        group.faults.push(fault.code.text().into());
    }
    Some(group)
}

/// The guide of the acknowledgement: what was agreed with the client, else any that is for one.
fn guide<'b>(
    bundle: &'b Bundle,
    answering: &dyn Answering,
    header: &InterchangeRow,
) -> Option<&'b dyn Layout> {
    let format = answering.format();
    let client = fitting::client_of(bundle, format, header);
    let agreed = client.and_then(|client| client.partner.acknowledge.get(format));
    if let Some(layout) = agreed.and_then(|agreed| bundle.layouts.get(&agreed.guide)) {
        return Some(&**layout);
    }
    let is_one = |layout: &&dyn Layout| {
        let set = layout.guide().setting("set");
        layout.guide().format == format && !set.is_empty() && answering.is_answer("", set)
    };
    bundle.layouts.values().map(|layout| &**layout).find(is_one)
}
