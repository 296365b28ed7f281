//! L2: bytes to trees and back, under a guide. No files, SQL, clock or threads here.
//!
//! Reading is in two passes. The index pass ([`Indexer`]) sees framing and envelope only and yields one row per
//! message; the second pass ([`Layout::read`]) takes each message by its range.

mod advice;
pub mod charset;
pub mod check;
pub mod csv;
pub mod edifact;
pub mod fixed;
pub mod idoc;
pub mod json;
mod nested;
pub mod recognize;
mod records;
pub mod segment;
pub mod standard;
pub mod x12;
pub mod xml;

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::guide::Guide;
use crate::tree::{Tree, View};
use standard::{Importer, Standard};
use std::sync::Arc;

/// A format. One entry in [`FORMATS`] each.
pub trait Format: Sync {
    /// The word after `syntax`: `x12`.
    fn id(&self) -> &'static str;
    /// As people call it: `X12`.
    fn name(&self) -> &'static str;
    /// Whether what is written in it stands in an envelope with both sides, a number and a mark of tests. What is read may
    /// have another standard's around it, as XML has SBDH, with no such mark.
    fn has_envelope(&self) -> bool {
        false
    }
    /// Whether a file that starts with `head` is of this format. Formats without a mark of their own say no.
    fn sniff(&self, head: &[u8]) -> bool;
    /// Whether a file that starts with `head` and ends with `tail` is there to its end, as far as a glance can tell:
    /// `true` for formats without a mark at the end. Both are some hundred bytes, or the whole of a shorter file.
    fn is_whole(&self, head: &[u8], tail: &[u8]) -> bool {
        let _ = (head, tail);
        true
    }
    /// Whether only a guide can cut a file into messages, though the format has a mark of its own.
    fn needs_guide(&self) -> bool {
        false
    }
    /// Which of several guides of the format a file that starts with `head` is for; `None` if it is for none of them, or
    /// if the format cannot tell.
    fn choose(&self, head: &[u8], layouts: &[&dyn Layout]) -> Option<usize> {
        let _ = (head, layouts);
        None
    }
    /// The index pass from where an interchange begins in a file that starts with `start`, which may tell how all of it
    /// is written.
    fn indexer_within<'a>(&self, layout: Option<&'a dyn Layout>, start: &[u8]) -> Box<dyn Indexer + 'a> {
        let _ = start;
        self.indexer(layout)
    }
    /// The index pass over a file. `layout` is the guide's for formats whose units only a guide knows.
    fn indexer<'a>(&self, layout: Option<&'a dyn Layout>) -> Box<dyn Indexer + 'a>;
    /// Makes a guide of this format ready to read and write with; `None` if the guide says something the format
    /// cannot do, which is then in `findings`.
    fn layout(&self, guide: &Arc<Guide>, findings: &mut Diagnostics) -> Option<Box<dyn Layout>>;
    /// The guides of its standard that the program brings, where it brings any.
    fn standard(&self) -> Option<&'static dyn Standard> {
        None
    }
    /// What makes guides of the format from what others publish, where there is such a thing.
    fn importer(&self) -> Option<&'static dyn Importer> {
        None
    }
}

/// Every format, sorted by id.
pub static FORMATS: &[&dyn Format] =
    &[&csv::Csv, &edifact::Edifact, &fixed::Fixed, &idoc::Idoc, &json::Json, &x12::X12, &xml::Xml];

/// The format with this id.
pub fn format(id: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.id() == id)
}

/// The format whose mark stands at the start of a file; `None` if no format knows it.
pub fn sniff(head: &[u8]) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.sniff(head))
}

/// The format whose mark stands at the start of a file, with the one of `layouts` that cuts the file where the format
/// leaves that to a guide.
pub fn sniff_among<'l>(
    head: &[u8],
    layouts: impl Iterator<Item = &'l dyn Layout>,
) -> Option<(&'static dyn Format, Option<&'l dyn Layout>)> {
    let format = sniff(head)?;
    if !format.needs_guide() {
        return Some((format, None));
    }
    let layouts: Vec<&dyn Layout> = layouts.filter(|layout| layout.guide().format == format.id()).collect();
    Some((format, format.choose(head, &layouts).map(|at| layouts[at])))
}

/// The guide's layout, whatever its format.
pub fn layout(guide: &Arc<Guide>, findings: &mut Diagnostics) -> Option<Box<dyn Layout>> {
    match format(&guide.format) {
        Some(format) => format.layout(guide, findings),
        None => {
            findings.push(
                Diagnostic::new(Code::L002)
                    .with("what", format!("the format `{}`", guide.format))
                    .with("instead", "use csv, edifact, fixed, idoc, json, x12 or xml")
                    .at(guide.format_span, ""),
            );
            None
        }
    }
}

/// A guide made ready for reading and writing.
pub trait Layout: Send + Sync {
    /// The guide.
    fn guide(&self) -> &Arc<Guide>;
    /// Reads one message into `tree` (cleared first). Defects go to `findings`; what can be read of a message with
    /// defects is in the tree all the same. Values point into `input.bytes` if they are UTF-8, else into the tree.
    fn read(
        &self,
        input: &MessageInput<'_>,
        scratch: &mut Scratch,
        tree: &mut Tree,
        findings: &mut Diagnostics,
    );
    /// Appends one message without its envelope: no `ST` and `SE`, no header row. What the guide does not allow is a
    /// finding with severity `hold`: it is ours, never the sender's. Trees of parts of a message that are written one
    /// after the other, in order, give the same bytes as their whole.
    fn write_body(&self, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics);
    /// Appends what stands before the first body of a file, the head of its first group included.
    fn begin_file(&self, envelope: &Envelope, out: &mut Vec<u8>) {
        let _ = (envelope, out);
    }
    /// What every file begins with before its groups and bodies, but for ids, numbers and dates; nothing if it has
    /// messages of one type only. Bodies of two layouts with the same can stand in one file.
    fn file_head(&self) -> Vec<u8> {
        Vec::new()
    }
    /// What the group of a body says of it besides ids and numbers; empty where files have no groups. Bodies with the same
    /// stand in one group.
    fn group_head(&self) -> String {
        String::new()
    }
    /// Appends what stands after the last body of a group that another one follows.
    fn end_group(&self, envelope: &Envelope, totals: &Totals, out: &mut Vec<u8>) {
        let _ = (envelope, totals, out);
    }
    /// Appends what stands before the first body of a group that follows another one.
    fn begin_group(&self, envelope: &Envelope, out: &mut Vec<u8>) {
        let _ = (envelope, out);
    }
    /// Appends what stands before one body; `ordinal` counts from 1 within the file.
    fn begin_body(&self, envelope: &Envelope, ordinal: u32, out: &mut Vec<u8>) {
        let _ = (envelope, ordinal, out);
    }
    /// How many segments end in a piece of a body; 0 where nobody counts them. Where segments have data of any bytes, a piece
    /// is the whole body.
    fn segments_in(&self, piece: &[u8]) -> u64 {
        let _ = piece;
        0
    }
    /// Appends what stands after one body, of `segments` segments in all.
    fn end_body(&self, envelope: &Envelope, ordinal: u32, segments: u64, out: &mut Vec<u8>) {
        let _ = (envelope, ordinal, segments, out);
    }
    /// Appends one body with what surrounds it, and adds it to what the file holds.
    fn wrap_body(&self, envelope: &Envelope, totals: &mut Totals, body: &[u8], out: &mut Vec<u8>) {
        totals.bodies += 1;
        self.begin_body(envelope, totals.bodies, out);
        out.extend_from_slice(body);
        self.end_body(envelope, totals.bodies, self.segments_in(body), out);
    }
    /// Appends what stands after the last body.
    fn end_file(&self, envelope: &Envelope, totals: &Totals, out: &mut Vec<u8>) {
        let _ = (envelope, totals, out);
    }
    /// How much the guide says that a message says of itself too, a 0 for no more than its type; `None` if the message is
    /// not for this guide. `kind` and `version` are those of the index pass.
    fn closeness(&self, kind: &str, version: &str) -> Option<u32> {
        let _ = version;
        (self.guide().setting("set") == kind).then_some(0)
    }
    /// Whether the guide is for messages of several types: then it does to look into them, and a guide over it says which
    /// of them are taken in or sent.
    fn has_many_kinds(&self) -> bool {
        false
    }
    /// Whether a file holds one message and no more.
    fn holds_one(&self) -> bool {
        false
    }
}

/// What the bodies of one file add up to.
#[derive(Debug, Default)]
pub struct Totals {
    /// How many there are.
    pub bodies: u32,
    /// Groups that ended before the last one.
    pub(crate) groups_before: u32,
    /// How many of the bodies are in those.
    pub(crate) bodies_before: u32,
    /// Counts and sums of their records, where the end of the file says them.
    pub(crate) records: Option<fixed::Tally>,
}

impl Totals {
    /// The group at hand ends, and another one follows.
    pub fn next_group(&mut self) {
        self.groups_before += 1;
        self.bodies_before = self.bodies;
    }

    /// How many groups there are.
    fn groups(&self) -> u32 {
        self.groups_before + 1
    }

    /// How many bodies are in the group at hand.
    fn bodies_of_group(&self) -> u32 {
        self.bodies - self.bodies_before
    }
}

/// One message to read.
#[derive(Debug, Clone, Copy)]
pub struct MessageInput<'a> {
    /// What stands at the start of the file and tells how to read it: the `ISA` segment, the header row.
    pub head: &'a [u8],
    /// The message.
    pub bytes: &'a [u8],
    /// Offset of the message in the file, for places.
    pub offset: u64,
}

impl<'a> MessageInput<'a> {
    /// The message as text, which values of the tree point into; "" if it is not UTF-8.
    pub fn source(&self) -> &'a str {
        std::str::from_utf8(self.bytes).unwrap_or("")
    }
}

/// Memory that reading uses again from message to message.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Of segment formats: the values of the message, and where its segments go.
    pub(crate) tokenizer: segment::Tokenizer,
    pub(crate) matcher: segment::MatcherState,
    /// Of messages whose segments name the one they belong to.
    pub(crate) levels: segment::LevelsState,
    /// Places of required segments that are not there.
    pub(crate) gaps: Vec<crate::tree::PlaceId>,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
    /// Of XML and JSON: the message.
    pub(crate) tokens: nested::Tokens,
    /// Of EDIFACT: the interchange at hand.
    pub(crate) declared: edifact::Declared,
}

/// What an envelope says, for writing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Envelope {
    /// Our id: qualifier and id of the interchange, and the group's application code.
    pub sender: Identity,
    /// The partner's.
    pub receiver: Identity,
    /// Interchange control number.
    pub interchange_number: u64,
    /// Group control number.
    pub group_number: u64,
    /// When it was made, in the zone the partner file names.
    pub made_at: Option<jiff::civil::DateTime>,
    /// Test, not production.
    pub is_test: bool,
    /// Whether the receiver is asked for a technical acknowledgement of the interchange.
    pub wants_acknowledgement: bool,
    /// How the interchange is written, where the format has a choice and the partner wants another than the guide's:
    /// `UNOC:3` for EDIFACT.
    pub syntax: String,
    /// Application reference (UNB 0026); empty where there is none.
    pub application: String,
    /// Whole segments between the interchange's header and its first group, where the format has a place for them: TA1.
    pub between: Vec<u8>,
}

/// Who stands in an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// Qualifier, such as `ZZ`.
    pub qualifier: String,
    /// Id, without padding.
    pub id: String,
    /// Application code of the group; the id if empty.
    pub group: String,
    /// Address for routing inside the company (UNB 0008 and 0014); empty where there is none.
    pub routing: String,
}

/// The index pass: takes a file in pieces of any size and yields rows.
pub trait Indexer {
    /// Takes the next piece.
    fn feed(&mut self, bytes: &[u8], rows: &mut dyn FnMut(Row));
    /// The file is at its end.
    fn finish(&mut self, rows: &mut dyn FnMut(Row));
}

/// What the index pass found. Starts come before what is inside, ends after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// An interchange begins.
    Interchange(InterchangeRow),
    /// A group begins.
    Group(GroupRow),
    /// A message, whole.
    Message(MessageRow),
    /// The group that began last ends.
    GroupEnd {
        /// What is wrong with its trailer.
        fault: Option<Fault>,
    },
    /// The interchange that began last ends.
    InterchangeEnd {
        /// One past its last byte.
        end: u64,
        /// What is wrong with it as a whole.
        fault: Option<Fault>,
    },
    /// Something is wrong with a service segment of the interchange, and all else goes on.
    Finding(Box<Diagnostic>),
    /// Bytes that belong to no interchange.
    Unclaimed {
        /// First byte.
        offset: u64,
        /// How many.
        length: u64,
        /// The first of them.
        start: Vec<u8>,
    },
}

/// The head of an interchange.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InterchangeRow {
    /// From 1 in the file.
    pub ordinal: u32,
    /// First byte.
    pub offset: u64,
    /// The bytes that tell how to read its messages.
    pub head: Vec<u8>,
    /// `qualifier:id`, id without padding; empty for flat files.
    pub sender: String,
    /// `qualifier:id`
    pub receiver: String,
    /// Address for routing inside the sender's company; empty where there is none.
    pub sender_routing: String,
    /// Address for routing inside the receiver's company.
    pub receiver_routing: String,
    /// Control number as written; empty for flat files.
    pub control_number: String,
    /// Date and time as written, one behind the other: `2611201000`.
    pub made_at: String,
    /// Version of the envelope: `00401`, `UNOC:3`.
    pub version: String,
    /// Application reference; empty where there is none.
    pub application: String,
    /// Test, not production.
    pub is_test: bool,
    /// Whether the sender asks for a technical acknowledgement: a TA1, a CONTRL.
    pub wants_acknowledgement: bool,
}

/// The head of a group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupRow {
    /// From 1 in the interchange.
    pub ordinal: u32,
    /// Functional identifier: `OW`, `ORDERS`; empty where messages stand in no group.
    pub functional_id: String,
    /// Application sender.
    pub sender: String,
    /// Application receiver.
    pub receiver: String,
    /// Control number as written.
    pub control_number: String,
    /// Release: `004010`, `D:96A:EAN008`.
    pub version: String,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageRow {
    /// From 1 in the group.
    pub ordinal: u32,
    /// `940`, `ORDERS`; the guide's name for flat files.
    pub kind: String,
    /// The message's own version, where its header has one: `D:96A:UN:EAN008`.
    pub version: String,
    /// Control number as written; the unit's key values for flat files.
    pub control_number: String,
    /// First byte.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
    /// What is wrong with its framing.
    pub fault: Option<Fault>,
}

/// A defect of framing. `standard_code` is the code of the acknowledgement that reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The finding's code.
    pub code: Code,
    /// The code of its own standard: of TA1-05, AK9-05 or AK5-02, or of element 0085 in a CONTRL.
    pub standard_code: &'static str,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
    /// Where.
    pub offset: u64,
}

impl Fault {
    /// The finding of this fault.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::new(self.code)
            .with("found", &self.found)
            .with("expected", &self.expected)
            .place(Fault::place(self.code, self.offset))
    }

    /// Where a fault with this code is: counts are the first element of trailers, and numbers the second.
    pub fn place(code: Code, offset: u64) -> Place {
        let element = match code {
            Code::X304 | Code::X402 | Code::I103 => 1,
            Code::X303 | Code::X401 | Code::I102 => 2,
            _ => 0,
        };
        Place { offset, element, ..Place::default() }
    }
}
