//! The Standard Business Document Header of UN/CEFACT: who sends a document to whom, and what it is, in an envelope around
//! XML. It is read and never written.

use super::text;
use crate::formats::{InterchangeRow, MessageRow};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// The namespace of both.
const NAMESPACE: &str = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader";
/// The element around header and document. Standards such as GS1's have the header in an element of their own.
const ENVELOPE: &str = "StandardBusinessDocument";
const HEADER: &str = "StandardBusinessDocumentHeader";

/// A longer header is refused: it is held in memory.
pub(super) const HEADER_BYTES_MAX: usize = 1 << 16;

/// Whether an element of this namespace and name is the envelope.
pub(in crate::formats) fn is_envelope(namespace: &str, local: &str) -> bool {
    (namespace, local) == (NAMESPACE, ENVELOPE)
}

/// Whether it is the header.
pub(super) fn is_header(namespace: &str, local: &str) -> bool {
    (namespace, local) == (NAMESPACE, HEADER)
}

/// What a header says. What it does not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// `authority:id` of the sender; of several the first.
    pub sender: String,
    /// `authority:id` of the receiver; of several the first.
    pub receiver: String,
    /// The standard of the document: `GS1`, `urn:oasis:names:specification:ubl:schema:xsd:Order-2`.
    pub standard: String,
    /// The version of its type: `2.1`.
    pub version: String,
    /// The type of the document: `Order`.
    pub kind: String,
    /// What tells this document from all others of the sender.
    pub instance: String,
    /// When it was made, as written.
    pub made_at: String,
    /// The version of the header itself: `1.0`.
    pub header_version: String,
}

impl Header {
    /// Reads the first header element in a text. What does not stand where it should is not read.
    pub(in crate::formats) fn read(text: &str) -> Header {
        let mut header = Header::default();
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = false;
        let (mut path, mut authority, mut content) = (Vec::new(), String::new(), String::new());
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(start) if path.is_empty() && local(start.name().0) != HEADER => {}
                Event::Start(start) => {
                    path.push(local(start.name().0).to_string());
                    if path.last().is_some_and(|name| name == "Identifier") {
                        authority = self::authority(&start);
                    }
                    content.clear();
                }
                Event::End(_) if path.is_empty() => {}
                Event::End(_) => {
                    header.take(&path, &authority, content.trim());
                    content.clear();
                    path.pop();
                    if path.is_empty() {
                        break;
                    }
                }
                Event::Text(text) => content.push_str(&text),
                Event::CData(text) => content.push_str(&text),
                Event::GeneralRef(reference) => content.extend(text::reference(&reference)),
                Event::Eof => break,
                _ => {}
            }
        }
        header
    }

    fn take(&mut self, path: &[String], authority: &str, text: &str) {
        let path: Vec<&str> = path.iter().skip(1).map(String::as_str).collect();
        let party = || match authority {
            "" => text.to_string(),
            authority => format!("{authority}:{text}"),
        };
        let (field, value) = match path.as_slice() {
            ["HeaderVersion"] => (&mut self.header_version, text.to_string()),
            ["Sender", "Identifier"] => (&mut self.sender, party()),
            ["Receiver", "Identifier"] => (&mut self.receiver, party()),
            ["DocumentIdentification", "Standard"] => (&mut self.standard, text.to_string()),
            ["DocumentIdentification", "TypeVersion"] => (&mut self.version, text.to_string()),
            ["DocumentIdentification", "Type"] => (&mut self.kind, text.to_string()),
            ["DocumentIdentification", "InstanceIdentifier"] => (&mut self.instance, text.to_string()),
            ["DocumentIdentification", "CreationDateAndTime"] => (&mut self.made_at, text.to_string()),
            _ => return,
        };
        // Of several the first counts.
        if field.is_empty() {
            *field = value;
        }
    }

    /// Tells it in the row of an interchange.
    pub(super) fn tell(&self, row: &mut InterchangeRow) {
        row.sender.clone_from(&self.sender);
        row.receiver.clone_from(&self.receiver);
        row.control_number.clone_from(&self.instance);
        row.made_at.clone_from(&self.made_at);
        row.version.clone_from(&self.header_version);
    }

    /// Tells it in the row of a message.
    pub(super) fn tell_message(&self, row: &mut MessageRow) {
        row.version.clone_from(&self.version);
    }
}

fn local(written: &str) -> &str {
    written.rsplit(':').next().unwrap_or(written)
}

/// Who gave out an identifier; "" if it does not say.
fn authority(start: &BytesStart<'_>) -> String {
    let all = start.attributes().filter_map(Result::ok);
    all.into_iter()
        .find(|attribute| local(attribute.key.0) == "Authority")
        .map(|attribute| attribute.value.trim().to_string())
        .unwrap_or_default()
}
