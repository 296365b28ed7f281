//! The control record EDI_DC40: what an IDoc is, who sends it to whom, and its number.

use super::element::Elements;
use super::flat;
use crate::formats::nested::{Names, Tokens};
use crate::formats::xml;
use crate::formats::{Envelope, GroupRow, InterchangeRow, MessageRow};

/// Its name, which stands where data records have the name of their segment.
pub(super) const NAME: &str = "EDI_DC40";

/// Its fields with their widths, in the order of the record.
pub(super) const FIELDS: [(&str, usize); 36] = [
    ("TABNAM", 10),
    ("MANDT", 3),
    ("DOCNUM", 16),
    ("DOCREL", 4),
    ("STATUS", 2),
    ("DIRECT", 1),
    ("OUTMOD", 1),
    ("EXPRSS", 1),
    ("TEST", 1),
    ("IDOCTYP", 30),
    ("CIMTYP", 30),
    ("MESTYP", 30),
    ("MESCOD", 3),
    ("MESFCT", 3),
    ("STD", 1),
    ("STDVRS", 6),
    ("STDMES", 6),
    ("SNDPOR", 10),
    ("SNDPRT", 2),
    ("SNDPFC", 2),
    ("SNDPRN", 10),
    ("SNDSAD", 21),
    ("SNDLAD", 70),
    ("RCVPOR", 10),
    ("RCVPRT", 2),
    ("RCVPFC", 2),
    ("RCVPRN", 10),
    ("RCVSAD", 21),
    ("RCVLAD", 70),
    ("CREDAT", 8),
    ("CRETIM", 6),
    ("REFINT", 14),
    ("REFGRP", 14),
    ("REFMES", 14),
    ("ARCKEY", 70),
    ("SERIAL", 20),
];

/// As many blanks as the widest field takes.
const BLANKS: &str = "                                                                      ";

/// Digits of DOCNUM.
const NUMBER_WIDTH: usize = 16;
/// To SAP, seen from SAP.
const INBOUND: &str = "2";

/// The values of a control record, without blanks at their ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Control {
    values: Vec<String>,
}

impl Default for Control {
    fn default() -> Self {
        Control { values: vec![String::new(); FIELDS.len()] }
    }
}

impl Control {
    /// From the record in a flat file, which may lack the blanks at its end.
    pub(super) fn of_record(bytes: &[u8]) -> Control {
        let mut control = Control::default();
        let mut at = 0;
        for (value, (_, width)) in control.values.iter_mut().zip(FIELDS) {
            let end = flat::characters(bytes, at, width);
            *value = String::from_utf8_lossy(&bytes[at..end]).trim_end_matches([' ', '\0']).into();
            at = end;
        }
        control
    }

    /// From the start of an IDoc in XML, which may be cut off behind it; `None` if it has none. `around` are the start
    /// tags of the elements around the IDoc.
    pub(super) fn of_xml(around: &str, text: &str, tokens: &mut Tokens) -> Option<Control> {
        let end =
            memchr::memmem::find(text.as_bytes(), b"EDI_DC40>").map_or(text.len(), |at| at + NAME.len() + 1);
        // What is wrong behind it is told of the message.
        let _ = xml::tokenize(&Names::none(), around, &text[..end], 0, tokens);
        let elements = Elements { tokens, text };
        let first = tokens.all.first().map(|_| 0)?;
        let own = elements.inside(first).find(|&element| elements.name(element) == NAME)?;
        Some(Control::of_element(elements, own))
    }

    /// From the element of an IDoc in XML.
    pub(super) fn of_element(elements: Elements<'_>, own: usize) -> Control {
        let mut control = Control::default();
        for field in elements.inside(own) {
            let text = elements.value(field).map_or("", |text| elements.text_of(text));
            control.set(&elements.name(field), text.trim_end_matches(' '));
        }
        control
    }

    /// The fields that have a value, in the order of the record.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let named = FIELDS.iter().zip(&self.values).map(|((name, _), value)| (*name, value.as_str()));
        named.filter(|(_, value)| !value.is_empty())
    }

    /// The value of a field; "" for one that is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        FIELDS.iter().position(|(known, _)| *known == name).map_or("", |at| &self.values[at])
    }

    /// Gives a field a value.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        if let Some(at) = FIELDS.iter().position(|(known, _)| *known == name) {
            self.values[at] = value.into();
        }
    }

    /// Gives a field a value where it has none.
    fn set_missing(&mut self, name: &str, value: impl Into<String>) {
        if self.get(name).is_empty() {
            self.set(name, value);
        }
    }

    /// The record, blanks at its end included.
    pub(super) fn record(&self) -> String {
        let mut record = String::with_capacity(flat::CONTROL_COLUMNS);
        for (value, (_, width)) in self.values.iter().zip(FIELDS) {
            let (end, count) = match value.is_ascii() {
                true => (value.len().min(width), value.len().min(width)),
                false => {
                    let end = value.char_indices().nth(width).map_or(value.len(), |(at, _)| at);
                    (end, value[..end].chars().count())
                }
            };
            record.push_str(&value[..end]);
            record.push_str(&BLANKS[count..width]);
        }
        record
    }

    /// What the envelope says over what a map said. Of several IDocs of one file each has a number of its own: how
    /// many were before it stands before the number of the file.
    pub(super) fn address(&mut self, envelope: &Envelope, ordinal: u32) {
        if envelope.interchange_number > 0 {
            let number = u64::from(ordinal.saturating_sub(1)) * 1_000_000_000 + envelope.interchange_number;
            self.set("DOCNUM", format!("{number:0NUMBER_WIDTH$}"));
        }
        self.set_missing("DOCNUM", "0".repeat(NUMBER_WIDTH));
        self.set_missing("DIRECT", INBOUND);
        if envelope.is_test {
            self.set("TEST", "X");
        }
        for (identity, kind, name) in
            [(&envelope.sender, "SNDPRT", "SNDPRN"), (&envelope.receiver, "RCVPRT", "RCVPRN")]
        {
            if !identity.id.is_empty() {
                self.set(kind, identity.qualifier.clone());
                self.set(name, identity.id.clone());
            }
        }
        if let Some(made) = envelope.made_at {
            self.set_missing("CREDAT", made.strftime("%Y%m%d").to_string());
            self.set_missing("CRETIM", made.strftime("%H%M%S").to_string());
        }
    }

    /// The rows of the index pass: each IDoc is an interchange of one group of one message.
    pub(super) fn rows(&self, ordinal: u32, offset: u64) -> (InterchangeRow, GroupRow, MessageRow) {
        let party = |kind: &str, name: &str| match (self.get(kind), self.get(name)) {
            ("", "") => String::new(),
            (kind, name) => format!("{kind}:{name}"),
        };
        let number = match self.get("DOCNUM").trim_start_matches('0') {
            "" => String::new(),
            _ => self.get("DOCNUM").to_string(),
        };
        let interchange = InterchangeRow {
            ordinal,
            offset,
            sender: party("SNDPRT", "SNDPRN"),
            receiver: party("RCVPRT", "RCVPRN"),
            control_number: number.clone(),
            made_at: format!("{}{}", self.get("CREDAT"), self.get("CRETIM")),
            version: self.get("DOCREL").to_string(),
            is_test: !self.get("TEST").is_empty(),
            ..InterchangeRow::default()
        };
        let version = match self.get("CIMTYP") {
            "" => self.get("IDOCTYP").to_string(),
            extension => format!("{}:{extension}", self.get("IDOCTYP")),
        };
        let group = GroupRow {
            ordinal: 1,
            functional_id: self.get("MESTYP").to_string(),
            version: version.clone(),
            ..GroupRow::default()
        };
        let message = MessageRow {
            ordinal: 1,
            kind: self.get("MESTYP").to_string(),
            version,
            control_number: number,
            offset,
            ..MessageRow::default()
        };
        (interchange, group, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_524_columns_and_comes_back() {
        let mut control = Control::default();
        control.set("TABNAM", NAME);
        control.set("SNDPRN", "MÜHLE");
        control.set("SERIAL", "20261120061500");
        let record = control.record();
        assert_eq!(record.chars().count(), flat::CONTROL_COLUMNS);
        assert_eq!(Control::of_record(record.as_bytes()), control);
        assert_eq!(Control::of_record(record.trim_end().as_bytes()), control);
    }

    #[test]
    fn each_idoc_of_a_file_has_its_own_number() {
        let envelope = Envelope { interchange_number: 9001, ..Envelope::default() };
        let number = |ordinal| {
            let mut control = Control::default();
            control.address(&envelope, ordinal);
            control.get("DOCNUM").to_string()
        };
        assert_eq!([number(1), number(3)], ["0000000000009001", "0000002000009001"]);
    }
}
