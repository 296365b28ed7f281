//! What is told to machines.

use super::message;
use super::names::Names;
use super::{Inspected, flat, idocs};
use crate::base::span::Sources;
use crate::diagnostics::render::json;
use crate::formats::recognize::{Column, Delimiters, Envelopes, Interchange, Message, Syntax};
use serde_json::{Value, json};

/// A file.
pub fn file(inspected: &Inspected<'_>, all: bool) -> Value {
    let recognized = &inspected.recognized;
    let text = &recognized.text;
    let strict = inspected.strict.as_ref().map(|(_, found)| found);
    let nowhere = Sources::default();
    let findings: Vec<Value> = strict
        .iter()
        .flat_map(|found| &found.findings)
        .map(|finding| json::render(finding, &nowhere))
        .collect();
    json!({
        "file": inspected.name,
        "size": inspected.bytes.len(),
        "syntax": recognized.syntax.word(),
        "confidence": recognized.confidence,
        "characters": text.characters.name(),
        "byte_order_mark": text.has_mark,
        "line_ends": text.line_ends.name(),
        "content": content(inspected, all),
        "like": super::people::near(inspected),
        "findings": findings,
        "oddities": recognized.oddities,
    })
}

fn content(inspected: &Inspected<'_>, all: bool) -> Value {
    match &inspected.recognized.syntax {
        Syntax::X12(envelopes) | Syntax::Edifact(envelopes) | Syntax::Tradacoms(envelopes) => {
            let names = Names::of(inspected.bundle, inspected.recognized.syntax.word());
            let interchanges = envelopes.interchanges.iter();
            let interchanges = interchanges.map(|one| interchange(inspected, envelopes, one, &names, all));
            json!({
                "delimiters": delimiters(&envelopes.delimiters),
                "segments": envelopes.segments,
                "interchanges": interchanges.collect::<Vec<_>>(),
            })
        }
        Syntax::Xml(xml) => json!({
            "root": xml.root, "namespace": xml.namespace, "encoding": xml.encoding, "doctype": xml.has_doctype,
            "elements": xml.elements,
            "inside": xml.inside.as_ref().map(|inside| json!({
                "sender": inside.header.sender, "receiver": inside.header.receiver, "type": inside.header.kind,
                "version": inside.header.version, "standard": inside.header.standard,
                "instance": inside.header.instance, "made_at": inside.header.made_at,
                "root": inside.root, "namespace": inside.namespace,
            })),
        }),
        Syntax::Idoc(found) => json!({
            "form": if found.is_xml { "xml" } else { "flat" },
            "idocs": found.count,
            "messages": idocs::machine(inspected, all),
        }),
        Syntax::Delimited(values) => json!({
            "delimiter": values.delimiter.to_string(), "quotes": values.has_quotes, "header": values.has_header,
            "rows": values.rows, "keys": values.keys, "tags": values.tags,
            "odd_rows": values.odd_rows.iter().map(|(row, count)| json!({ "row": row, "values": count })).collect::<Vec<_>>(),
            "columns": values.columns.iter().map(column).collect::<Vec<_>>(),
            "guide": flat::guide(values, &inspected.recognized.text),
        }),
        Syntax::Fixed(fixed) => {
            let kinds = fixed.kinds.iter().map(|kind| {
                let columns = kind.columns.iter().map(|(start, width, found)| {
                    let mut value = column(found);
                    value["start"] = json!(start);
                    value["width"] = json!(width);
                    value
                });
                json!({
                    "tag": kind.tag, "count": kind.count, "shortest": kind.widths.0, "longest": kind.widths.1,
                    "columns": columns.collect::<Vec<_>>(),
                })
            });
            let odd =
                fixed.odd_lines.iter().map(|(line, width)| json!({ "line": line, "characters": width }));
            json!({
                "lines": fixed.lines, "tag_width": fixed.tag_width, "records": kinds.collect::<Vec<_>>(),
                "odd_lines": odd.collect::<Vec<_>>(),
            })
        }
        Syntax::Empty | Syntax::Binary | Syntax::Json | Syntax::Prose => Value::Null,
    }
}

fn column(column: &Column) -> Value {
    json!({
        "name": column.name, "type": column.type_text(), "confidence": column.confidence,
        "longest": column.longest, "empty": column.empty, "unique": column.is_unique, "example": column.example,
    })
}

fn delimiters(delimiters: &Delimiters) -> Value {
    let shown = |byte: u8| char::from(byte).to_string();
    json!({
        "element": shown(delimiters.element), "component": shown(delimiters.component),
        "segment": shown(delimiters.segment), "repetition": delimiters.repetition.map(shown),
        "release": delimiters.release.map(shown), "decimal": delimiters.decimal.map(shown),
    })
}

fn interchange(
    inspected: &Inspected<'_>,
    envelopes: &Envelopes,
    one: &Interchange,
    names: &Names<'_>,
    all: bool,
) -> Value {
    let groups = one.groups.iter().map(|group| {
        let messages = group.messages.iter().map(|message| told(inspected, envelopes, message, names, all));
        json!({
            "functional_id": group.functional_id, "control_number": group.control_number,
            "version": group.version, "sender": group.sender, "receiver": group.receiver,
            "messages": messages.collect::<Vec<_>>(),
        })
    });
    json!({
        "control_number": one.control_number, "version": one.version, "sender": one.sender,
        "receiver": one.receiver, "made_at": one.made_at.trim(), "test": one.is_test, "offset": one.offset,
        "closed": one.is_closed, "groups": groups.collect::<Vec<_>>(),
    })
}

fn told(
    inspected: &Inspected<'_>,
    envelopes: &Envelopes,
    message: &Message,
    names: &Names<'_>,
    all: bool,
) -> Value {
    let mut value = json!({
        "kind": message.kind, "release": message.release, "association": message.association,
        "control_number": message.control_number, "offset": message.offset, "segments": message.segments,
        "closed": message.is_closed,
    });
    if !all {
        return value;
    }
    let unit = inspected.unit_at(message.offset);
    let fit = unit.and_then(|unit| Some((unit, message::fit(inspected, unit)?)));
    let told = match fit {
        Some((unit, fit)) => message::by_fit(inspected, unit, &fit),
        None => {
            message::by_segments(&inspected.bytes, message.offset..message.end, envelopes.delimiters, names)
        }
    };
    add_tree(&told, &mut value);
    value
}

/// Adds what was told of a message.
pub(super) fn add_tree(told: &message::Told, value: &mut Value) {
    let lines = told.lines.iter().map(|line| {
        json!({
            "depth": line.depth, "label": line.label, "title": line.title, "value": line.value,
            "meaning": line.meaning, "ordinal": line.ordinal,
        })
    });
    value["guide"] = json!(told.guide);
    value["tree"] = lines.collect();
    value["findings"] =
        told.findings.iter().map(|finding| json::render(finding, &Sources::default())).collect();
}
