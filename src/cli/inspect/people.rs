//! What is told to people.

use super::message::{self, Told};
use super::names::Names;
use super::{Inspected, flat};
use crate::cli::console::{Console, plural};
use crate::cli::units::{self, Unit};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::render::terminal::{cut, sanitize};
use crate::formats::format;
use crate::formats::recognize::{Delimiters, Envelopes, Inside, Interchange, Message, Syntax};
use crate::gateway::{fitting, nearest};

/// Messages whose trees are shown, unless all are asked for.
pub(super) const TREES_MAX: usize = 2;

/// Tells of a file.
pub fn file(inspected: &Inspected<'_>, all: bool, console: &mut Console<'_>) {
    let recognized = &inspected.recognized;
    let sure = match recognized.confidence {
        100 => String::new(),
        sure => format!(", {sure} % sure"),
    };
    console.line(format!(
        "{}: {}{sure}, {}",
        inspected.name,
        recognized.syntax.name(),
        plural(inspected.bytes.len(), "byte")
    ));
    let text = &recognized.text;
    let mark = if text.has_mark { " with a byte order mark" } else { "" };
    console.line(format!("  characters  {}{mark}, {}", text.characters.name(), text.line_ends.name()));
    match near(inspected).as_str() {
        "" => {}
        near => console.line(format!("  like        {}", sanitize(near))),
    }
    match &recognized.syntax {
        Syntax::X12(envelopes) | Syntax::Edifact(envelopes) | Syntax::Tradacoms(envelopes) => {
            console.line(format!("  delimiters  {}", delimiters(&envelopes.delimiters)));
            console.line(format!("  holds       {}", counts(envelopes)));
            interchanges(inspected, envelopes, all, console);
        }
        Syntax::Xml(xml) => {
            console.line(format!("  root        {}", sanitize(&xml.root)));
            if !xml.namespace.is_empty() {
                console.line(format!("  namespace   {}", sanitize(&xml.namespace)));
            }
            if !xml.encoding.is_empty() {
                console.line(format!("  declared as {}", sanitize(&xml.encoding)));
            }
            xml.inside.iter().for_each(|inside| enveloped(inside, console));
            console.line(format!("  holds       {}", plural(xml.elements, "element")));
            if xml.has_doctype {
                console
                    .line("  it has a document type declaration, which is refused when a file is taken in");
            }
            messages(inspected, all, console);
        }
        Syntax::Idoc(idocs) => {
            console.line(format!("  holds       {}", plural(idocs.count, "IDoc")));
            super::idocs::people(inspected, all, console);
        }
        Syntax::Delimited(values) => flat::delimited(values, text, console),
        Syntax::Fixed(columns) => flat::fixed(columns, console),
        Syntax::Json => messages(inspected, all, console),
        Syntax::Empty | Syntax::Binary | Syntax::Prose => {}
    }
    oddities(inspected, console);
    console.line("");
}

/// The guides that come nearest to a flat file, in words; empty for other files and where none is near.
pub fn near(inspected: &Inspected<'_>) -> String {
    let layouts = inspected.bundle.iter().flat_map(|bundle| bundle.layouts.values());
    match &inspected.recognized.syntax {
        Syntax::Delimited(_) | Syntax::Fixed(_) => {
            nearest::told(layouts.map(|layout| &**layout), &inspected.bytes)
        }
        _ => String::new(),
    }
}

/// What an envelope of SBDH says, and what is in it.
fn enveloped(inside: &Inside, console: &mut Console<'_>) {
    let Inside { header, root, namespace } = inside;
    let lines = [
        ("from", header.sender.clone()),
        ("to", header.receiver.clone()),
        ("document", [&*header.kind, &*header.version].join(" ")),
        ("of", header.standard.clone()),
        ("number", header.instance.clone()),
        ("made at", header.made_at.clone()),
        ("in it", [&**root, &**namespace].join(" ")),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.trim().is_empty()) {
        console.line(format!("  {name:<11} {}", sanitize(&cut(value.trim()))));
    }
}

/// The messages of a file whose guide is told by the names in it, if there is such a guide.
fn messages(inspected: &Inspected<'_>, all: bool, console: &mut Console<'_>) {
    let fitting = inspected.bundle.and_then(|bundle| fitting::by_mark(bundle, &inspected.bytes));
    let Some((format, Some(layout))) = fitting else { return };
    let found = units::index(format, Some(layout), &inspected.bytes);
    let shown = if all { found.units.len() } else { TREES_MAX.min(found.units.len()) };
    for unit in &found.units[..shown] {
        console.line(format!("    message {}, byte {}", unit.ordinal, unit.row.offset));
        console.line(format!("      read by the guide {}", layout.guide().name));
        if let Some(fault) = &unit.row.fault {
            console.line(odd(&fault.diagnostic(), 6));
        }
        tree(&message::by_guide(inspected, unit, layout), 6, console);
    }
    if found.units.len() > shown {
        console
            .line(format!("  and {} more, which --all shows", plural(found.units.len() - shown, "message")));
    }
    found.findings.iter().for_each(|finding| console.line(odd(finding, 4)));
}

fn delimiters(delimiters: &Delimiters) -> String {
    let shown = |byte: u8| match byte {
        b'\n' => "LF".to_string(),
        b'\r' => "CR".to_string(),
        byte if byte.is_ascii_graphic() => char::from(byte).to_string(),
        byte => format!("0x{byte:02x}"),
    };
    let mut parts = vec![
        format!("element {}", shown(delimiters.element)),
        format!("component {}", shown(delimiters.component)),
        format!("segment {}", shown(delimiters.segment)),
    ];
    let optional = [
        ("repetition", delimiters.repetition),
        ("release", delimiters.release),
        ("decimal mark", delimiters.decimal),
        ("tag", delimiters.tag),
    ];
    parts.extend(optional.iter().filter_map(|(name, byte)| Some(format!("{name} {}", shown((*byte)?)))));
    parts.join("  ")
}

fn counts(envelopes: &Envelopes) -> String {
    let groups = || envelopes.interchanges.iter().flat_map(|interchange| &interchange.groups);
    let named = groups().filter(|group| !group.control_number.is_empty()).count();
    let messages = groups().map(|group| group.messages.len()).sum();
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for message in groups().flat_map(|group| &group.messages) {
        match kinds.iter_mut().find(|(kind, _)| *kind == message.kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((&message.kind, 1)),
        }
    }
    let kinds: Vec<String> =
        kinds.iter().map(|(kind, count)| format!("{count} x {}", sanitize(kind))).collect();
    let mut parts = vec![plural(envelopes.interchanges.len(), "interchange")];
    parts.extend((named > 0).then(|| plural(named, "group")));
    parts.push(match kinds.is_empty() {
        true => plural(messages, "message"),
        false => format!("{} ({})", plural(messages, "message"), kinds.join(", ")),
    });
    parts.push(plural(envelopes.segments, "segment"));
    parts.join(", ")
}

fn interchanges(inspected: &Inspected<'_>, envelopes: &Envelopes, all: bool, console: &mut Console<'_>) {
    let names = Names::of(inspected.bundle, inspected.recognized.syntax.word());
    let mut shown = 0;
    let mut left_out = 0;
    for interchange in &envelopes.interchanges {
        console.line(head(interchange));
        for group in &interchange.groups {
            if !group.control_number.is_empty() || !group.functional_id.is_empty() {
                console.line(format!(
                    "    group {} {} {}, from {} to {}",
                    sanitize(&group.functional_id),
                    sanitize(&group.control_number),
                    sanitize(&group.version),
                    sanitize(&group.sender),
                    sanitize(&group.receiver)
                ));
            }
            for message in &group.messages {
                if all || shown < TREES_MAX {
                    told(inspected, envelopes, message, &names, console);
                    shown += 1;
                } else {
                    left_out += 1;
                }
            }
        }
    }
    let has_messages =
        envelopes.interchanges.iter().flat_map(|one| &one.groups).any(|group| !group.messages.is_empty());
    if !has_messages && envelopes.segments > 0 {
        let told =
            message::by_segments(&inspected.bytes, 0..inspected.bytes.len(), envelopes.delimiters, &names);
        tree(&told, 3, console);
    }
    if left_out > 0 {
        console.line(format!("  and {} more, which --all shows", plural(left_out, "message")));
    }
}

fn head(interchange: &Interchange) -> String {
    if interchange.control_number.is_empty() && interchange.sender.is_empty() {
        return "  without an interchange".into();
    }
    let test = if interchange.is_test { ", a test" } else { "" };
    format!(
        "  interchange {} {}, from {} to {}, made {}{test}, byte {}",
        sanitize(&interchange.control_number),
        sanitize(&interchange.version),
        sanitize(&interchange.sender),
        sanitize(&interchange.receiver),
        sanitize(interchange.made_at.trim()),
        interchange.offset
    )
}

/// One message: by the guide that fits, if the strict reader has the same message.
fn told(
    inspected: &Inspected<'_>,
    envelopes: &Envelopes,
    message: &Message,
    names: &Names<'_>,
    console: &mut Console<'_>,
) {
    let unit = inspected.unit_at(message.offset);
    let fit = unit.and_then(|unit| message::fit(inspected, unit));
    let mut words = vec![format!("{} {}", sanitize(&message.kind), sanitize(&message.control_number))];
    if let Some(fit) = &fit {
        words.extend(Some(fit.layout.guide().setting("name").to_string()).filter(|name| !name.is_empty()));
    }
    words.push(
        sanitize(&[message.release.as_str(), message.association.as_str()].join(" ")).trim().to_string(),
    );
    words.push(plural(message.segments, "segment"));
    words.push(format!("byte {}", message.offset));
    words.retain(|word| !word.is_empty());
    console.line(format!("    message {}", words.join(", ")));
    let told = match (unit, &fit) {
        (Some(unit), Some(fit)) => message::by_fit(inspected, unit, fit),
        _ => message::by_segments(&inspected.bytes, message.offset..message.end, envelopes.delimiters, names),
    };
    match &told.guide {
        Some(guide) => console.line(format!("      read by the guide {guide}")),
        None if inspected.strict.is_none() && format(inspected.recognized.syntax.word()).is_some() => {
            console.line(
                "      read without a guide, because the file does not begin with its interchange header",
            );
        }
        None => console.line("      no guide here is for it; its segments as they stand"),
    }
    if let Some(fault) = unit.and_then(|unit| unit.row.fault.as_ref()) {
        console.line(odd(&fault.diagnostic(), 6));
    }
    tree(&told, 6, console);
}

pub(super) fn tree(told: &Told, indent: usize, console: &mut Console<'_>) {
    let mut findings: Vec<&Diagnostic> = told.findings.iter().collect();
    for (at, line) in told.lines.iter().enumerate() {
        let value = line.value.as_ref().map(|value| format!(": {value}")).unwrap_or_default();
        let meaning = line.meaning.as_ref().map(|meaning| format!(" ({meaning})")).unwrap_or_default();
        let title = if line.title.is_empty() { String::new() } else { format!("  {}", line.title) };
        let indent = indent + line.depth * 2;
        console.line(format!("{:indent$}{}{title}{value}{meaning}", "", line.label));
        // What was found in a segment stands behind its last line.
        let next = told.lines.get(at + 1).map(|next| next.ordinal);
        if line.ordinal > 0 && next != Some(line.ordinal) {
            let (here, rest) = findings.into_iter().partition(|finding| {
                finding.place.as_ref().is_some_and(|place| place.segment == line.ordinal)
            });
            findings = rest;
            let here: Vec<&Diagnostic> = here;
            here.iter().for_each(|finding| console.line(odd(finding, indent)));
        }
    }
    findings.iter().for_each(|finding| console.line(odd(finding, indent)));
}

pub(super) fn odd(finding: &Diagnostic, indent: usize) -> String {
    format!("{:indent$}! {} {}", "", finding.shown_code(), sanitize(&finding.title()))
}

/// What is odd about the file as a whole.
fn oddities(inspected: &Inspected<'_>, console: &mut Console<'_>) {
    let mut all: Vec<String> = inspected.recognized.oddities.iter().map(|odd| sanitize(odd)).collect();
    if let Some((_, found)) = &inspected.strict {
        let frames = found.findings.iter();
        all.extend(frames.map(|finding| format!("{} {}", finding.shown_code(), sanitize(&finding.title()))));
        all.extend(found.unclaimed.iter().cloned());
    }
    if !all.is_empty() {
        console.line("  odd");
        all.iter().for_each(|odd| console.line(format!("    ! {odd}")));
    }
}

impl Inspected<'_> {
    /// The message of the strict reader that begins at a byte.
    pub fn unit_at(&self, offset: usize) -> Option<&Unit> {
        let (_, found) = self.strict.as_ref()?;
        let at = found.units.binary_search_by_key(&(offset as u64), |unit| unit.row.offset).ok()?;
        found.units.get(at)
    }
}
