//! The CONTRL: one for each received interchange, built as a tree under the shipped guide and written by its layout.

use super::ANSWER;
use super::told::{Told, told};
use crate::diagnostics::{Diagnostics, Severity};
use crate::exchange::acknowledge::{
    AcknowledgedFinding, AcknowledgedGroup, AcknowledgedInterchange, AcknowledgedMessage,
};
use crate::exchange::answering::{AnswerWriter, Detail};
use crate::exchange::message::Body;
use crate::formats::Layout;
use crate::tree::PlaceId;

/// Element 0083: this level and everything below is refused.
const REJECTED: &str = "4";
/// Element 0083: this level is acknowledged, and what is below it unless it is refused.
const ACKNOWLEDGED: &str = "7";
/// Element 0083: it came in.
const RECEIVED: &str = "8";
/// Most UCS of a message and UCD of a segment.
const SEGMENTS_MAX: usize = 999;
const ELEMENTS_MAX: usize = 99;
/// Stands for what the sender left out, where a report must name it.
const UNKNOWN: &str = "0";
/// The components of S009 that must be there: type, version, release, agency.
const KIND_PARTS: usize = 4;
/// The segment that a message begins with, by which its missing parts are told if nothing else is there.
const FIRST_SEGMENT: u32 = 1;

/// Writes a CONTRL, without UNH and UNT: UCI, then UCF for each group that has a name, and UCM for messages.
///
/// UCI says 4 if the interchange is refused as a whole, with the reason; then nothing else is said. Else it says 7, and
/// only what is refused is listed; with [`Detail::All`] every message is. With [`Detail::Receipt`] it says 8 and nothing
/// else.
///
/// Segments are counted with UNH as 1 and elements with the tag as 1, as element 0096 and 0098 are; a segment that is missing is
/// told at the last one before the gap. What the sender wrote is repeated, cut to the length the guide has for it.
pub struct Contrl<'a> {
    received: &'a AcknowledgedInterchange,
    detail: Detail,
    layout: &'a dyn Layout,
    places: Places,
    body: Body,
    /// The group at hand is refused: nothing is said about its messages.
    is_group_refused: bool,
}

/// Where the segments of the CONTRL stand in its guide.
#[derive(Clone, Copy)]
struct Places {
    uci: PlaceId,
    ucf: PlaceId,
    ucm: PlaceId,
    ucs: PlaceId,
    ucd: PlaceId,
}

impl<'a> Contrl<'a> {
    /// About an interchange.
    ///
    /// # Errors
    /// If the guide has no place for a segment.
    pub fn new(
        received: &'a AcknowledgedInterchange,
        detail: Detail,
        layout: &'a dyn Layout,
    ) -> Result<Self, String> {
        let guide = layout.guide();
        let find = |parent: PlaceId, tag: &str| {
            let missing = || format!("the guide {} has no {tag}", guide.name);
            guide.shape.children_named(parent, tag).next().ok_or_else(missing)
        };
        let ucm = find(PlaceId::ROOT, "UCM")?;
        let ucs = find(ucm, "UCS")?;
        let places = Places {
            uci: find(PlaceId::ROOT, "UCI")?,
            ucf: find(PlaceId::ROOT, "UCF")?,
            ucm,
            ucs,
            ucd: find(ucs, "UCD")?,
        };
        Ok(Contrl { received, detail, layout, places, body: Body::default(), is_group_refused: false })
    }

    /// UCS and UCD of a message, in the order of the places they name.
    fn errors(&mut self, message: &AcknowledgedMessage) {
        let guide = self.layout.guide();
        let mut findings: Vec<(u32, &AcknowledgedFinding, Told)> = message
            .findings
            .iter()
            .filter(|finding| finding.severity >= Severity::Warn)
            .filter_map(|finding| Some((position(finding), finding, told(&finding.code)?)))
            .filter(|(_, _, told)| matches!(told, Told::Segment(_) | Told::Element(_)))
            .collect();
        // Stable: what is wrong with one segment keeps its order, what is missing behind it comes last.
        findings.sort_by_key(|(position, finding, _)| (*position, is_gap(finding)));
        let mut left = SEGMENTS_MAX;
        let mut at = 0;
        while at < findings.len() && left > 0 {
            let (position, finding, how) = findings[at];
            left -= 1;
            let number = position.to_string();
            if let Told::Segment(code) = how {
                self.body.open(guide, self.places.ucs, &[&[&number], &[code]]);
                self.body.close();
                at += 1;
                continue;
            }
            self.body.open(guide, self.places.ucs, &[&[&number]]);
            let mut elements: Vec<&AcknowledgedFinding> = vec![finding];
            at += 1;
            while let Some((_, next, Told::Element(_))) =
                findings.get(at).filter(|(next, _, _)| *next == position)
            {
                elements.push(next);
                at += 1;
            }
            elements.sort_by_key(|finding| {
                let place = &finding.place;
                (place.element, place.component, place.repetition)
            });
            elements.iter().take(ELEMENTS_MAX).for_each(|finding| self.element(finding));
            self.body.close();
        }
    }

    fn element(&mut self, finding: &AcknowledgedFinding) {
        let Some(Told::Element(code)) = told(&finding.code) else { return };
        let place = &finding.place;
        // The tag is element 1 for 0098. Repetitions are only told where the guide knows of them, as syntax 4 does.
        let numbers =
            [place.element + 1, place.component, if place.repetition > 1 { place.repetition } else { 0 }];
        let [element, component, repetition] =
            numbers.map(|number| if number == 0 { String::new() } else { number.to_string() });
        let parts = [code];
        self.body.open(self.layout.guide(), self.places.ucd, &[&parts, &[&element, &component, &repetition]]);
        self.body.close();
    }

    fn write(&mut self, out: &mut Vec<u8>, findings: &mut Diagnostics) {
        self.body.write(self.layout, out, findings);
    }
}

impl AnswerWriter for Contrl<'_> {
    /// UCI.
    fn begin(&mut self, out: &mut Vec<u8>, findings: &mut Diagnostics) {
        let header = self.received.header();
        let refusal = self.received.refusal().map(|code| match told(code) {
            Some(Told::Interchange(code, tag)) => (code, tag),
            _ => ("18", ""),
        });
        let action = match (refusal, self.detail) {
            (Some(_), _) => REJECTED,
            (None, Detail::Receipt) => RECEIVED,
            (None, _) => ACKNOWLEDGED,
        };
        let (code, tag) = refusal.unwrap_or_default();
        let from = identity(&header.sender, &header.sender_routing);
        let to = identity(&header.receiver, &header.receiver_routing);
        let elements: [&[&str]; 6] = [&[&header.control_number], &from, &to, &[action], &[code], &[tag]];
        self.body.open(self.layout.guide(), self.places.uci, &elements);
        self.body.close();
        self.write(out, findings);
    }

    /// UCF, where messages stand in groups.
    fn begin_group(
        &mut self,
        group: AcknowledgedGroup,
        out: &mut Vec<u8>,
        findings: &mut Diagnostics,
    ) -> bool {
        if self.received.refusal().is_some() || self.detail == Detail::Receipt {
            return false;
        }
        self.is_group_refused = group.is_refused();
        if group.is_named() {
            let fault = group.faults.first().and_then(|code| match told(code) {
                Some(Told::Group(code, tag)) => Some((code, tag)),
                _ => None,
            });
            let action = if group.is_refused() { REJECTED } else { ACKNOWLEDGED };
            let (code, tag) = fault.unwrap_or_default();
            let elements: [&[&str]; 6] =
                [&[&group.control_number], &[&group.sender], &[&group.receiver], &[action], &[code], &[tag]];
            self.body.open(self.layout.guide(), self.places.ucf, &elements);
            self.body.close();
            self.write(out, findings);
        }
        true
    }

    /// UCM, with UCS and UCD if the message is refused.
    fn message(&mut self, message: &AcknowledgedMessage, out: &mut Vec<u8>, findings: &mut Diagnostics) {
        let is_refused = message.is_rejected();
        if self.is_group_refused || message.kind == ANSWER || !(is_refused || self.detail == Detail::All) {
            return;
        }
        let frame =
            message.findings.iter().filter(|finding| finding.refuses()).find_map(|finding| {
                match told(&finding.code) {
                    Some(Told::Message(code, tag)) => Some((code, tag)),
                    _ => None,
                }
            });
        let (code, tag) = frame.filter(|_| is_refused).unwrap_or_default();
        let action = if is_refused { REJECTED } else { ACKNOWLEDGED };
        let (number, mut kind) = (repeated(&message.control_number), vec![repeated(&message.kind)]);
        kind.extend(message.version.split(':').map(repeated));
        kind.resize(kind.len().max(KIND_PARTS), UNKNOWN.into());
        let kind: Vec<&str> = kind.iter().map(String::as_str).collect();
        let elements: [&[&str]; 5] = [&[&number], &kind, &[action], &[code], &[tag]];
        self.body.open(self.layout.guide(), self.places.ucm, &elements);
        if is_refused {
            self.errors(message);
        }
        self.body.close();
        self.write(out, findings);
    }

    fn end_group(&mut self, _out: &mut Vec<u8>, _findings: &mut Diagnostics) {
        self.is_group_refused = false;
    }
}

/// The segment a UCS names: the one in error, or the last one before the gap.
fn position(finding: &AcknowledgedFinding) -> u32 {
    match is_gap(finding) {
        true => finding.place.segment.saturating_sub(1).max(FIRST_SEGMENT),
        false => finding.place.segment.max(FIRST_SEGMENT),
    }
}

/// Whether a segment is missing before the one where it was noticed.
fn is_gap(finding: &AcknowledgedFinding) -> bool {
    finding.code == "X103"
}

/// `14:9520002000019` as the components of S002: id, qualifier, routing.
fn identity<'t>(text: &'t str, routing: &'t str) -> [&'t str; 3] {
    let (qualifier, id) = text.split_once(':').unwrap_or(("", text));
    [id, qualifier, routing]
}

/// What the sender wrote, or [`UNKNOWN`] if there is nothing that can be repeated. What no segment can hold must not
/// keep the other messages of the interchange from their answer.
fn repeated(text: &str) -> String {
    let kept: String = text.chars().filter(|character| !character.is_control()).collect();
    if kept.trim().is_empty() { UNKNOWN.into() } else { kept }
}
