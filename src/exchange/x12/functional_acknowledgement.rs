//! The 997 or 999: one for each received group, built as a tree under the shipped guide and written by its layout.

use super::told::{Form, Told};
use super::verdicts::{MessageVerdict, Tally, group_codes, message_codes, told_of};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::exchange::acknowledge::{AcknowledgedFinding, AcknowledgedGroup, AcknowledgedMessage};
use crate::exchange::answering::AnswerWriter;
use crate::formats::Layout;
use crate::formats::segment::Delimiters;
use crate::formats::x12::DELIMITERS;
use crate::guide::Guide;
use crate::tree::arena::Origin;
use crate::tree::{NodeId, PlaceId, PlaceKind, Tree, View};

/// Longest copy of a bad value (element 724).
const COPY_CHARACTERS_MAX: usize = 99;
/// Longest number of a group (element 28).
const GROUP_DIGITS_MAX: usize = 9;
/// Longest tag (element 721).
const TAG_CHARACTERS_MAX: usize = 3;
/// AK3-04 of a segment whose elements are in error.
const ELEMENT_ERRORS: &str = "8";
/// CTX01-01 of an element that is wrong because of others of its segment.
const TRIGGER: &str = "SITUATIONAL TRIGGER";
/// Findings about an element that others of its segment bring about.
const TRIGGERED: [Code; 2] = [Code::X202, Code::X210];

/// Writes the 997, or the 999 if the guide is of one, for each group that has a name: from `begin_group` to `end_group` is one body, without ST and SE.
///
/// The 999 has IK3 to IK5 where the 997 has AK3 to AK5, words for what is wrong by the guide alone, and a CTX for what an
/// element depends on.
///
/// The layout is that of a guide of the acknowledgement; elements that only some releases have, such as
/// AK1-03 and the repetition in AK4-01, are written if it knows them.
///
/// A message that is accepted as it is has an AK2 and an AK5 with nothing between them. Its type, number and the tags of its
/// segments are repeated as the sender wrote them; one that cannot be written is given as `000`, `0000`, `???`. In a group that is refused as
/// a whole, only messages with findings of their own are listed, for an `AK5*A` there would say something else than
/// its AK9.
///
/// What the guide does not allow goes to `findings`: the acknowledgement must then not be sent, and what is in `out`
/// is of no use. Nothing is found for groups whose own numbers and codes fit the standard.
pub struct FunctionalAcknowledgement<'a> {
    layout: &'a dyn Layout,
    places: Places,
    delimiters: Delimiters,
    group: Option<AcknowledgedGroup>,
    tally: Tally,
    tree: Tree,
}

impl<'a> FunctionalAcknowledgement<'a> {
    /// Ready for the first group.
    ///
    /// # Errors
    /// If the guide has no place for a segment.
    pub fn new(layout_997: &'a dyn Layout) -> Result<Self, String> {
        let guide = layout_997.guide();
        let mut findings = Diagnostics::new();
        let Some(places) = Places::of(guide, &mut findings) else {
            return Err(findings.as_slice().first().map(Diagnostic::title).unwrap_or_default());
        };
        Ok(FunctionalAcknowledgement {
            layout: layout_997,
            places,
            delimiters: DELIMITERS.with(guide).unwrap_or(DELIMITERS),
            group: None,
            tally: Tally::default(),
            tree: Tree::new(),
        })
    }

    /// Builds some segments and writes them.
    fn piece(&mut self, out: &mut Vec<u8>, findings: &mut Diagnostics, build: impl FnOnce(&mut Builder<'_>)) {
        self.tree.clear();
        let root = self.tree.open(PlaceId::ROOT, Origin::default());
        build(&mut Builder {
            guide: self.layout.guide(),
            places: &self.places,
            delimiters: &self.delimiters,
            tree: &mut self.tree,
        });
        self.tree.close(root);
        self.layout.write_body(View::new(&self.tree, ""), out, findings);
    }
}

impl AnswerWriter for FunctionalAcknowledgement<'_> {
    /// AK1.
    fn begin_group(
        &mut self,
        group: AcknowledgedGroup,
        out: &mut Vec<u8>,
        findings: &mut Diagnostics,
    ) -> bool {
        if !group.is_named() {
            return false;
        }
        self.piece(out, findings, |builder| {
            let ak1 = builder.open(builder.places.ak1);
            // A number that no element can hold is one of the reasons why the group is refused.
            let is_number = group.control_number.bytes().all(|byte| byte.is_ascii_digit());
            let is_named = is_number && (1..=GROUP_DIGITS_MAX).contains(&group.control_number.len());
            let number = if is_named { group.control_number.as_str() } else { "0" };
            builder.elements(ak1, &[group.functional_id(), number, &group.version]);
            builder.tree.close(ak1.1);
        });
        (self.group, self.tally) = (Some(group), Tally::new(self.places.form));
        true
    }

    /// AK2 to AK5.
    fn message(&mut self, message: &AcknowledgedMessage, out: &mut Vec<u8>, findings: &mut Diagnostics) {
        let Some(group) = &self.group else { return };
        self.tally.count(message);
        if !group.is_refused() || MessageVerdict::of(message, self.places.form) != MessageVerdict::Accepted {
            self.piece(out, findings, |builder| builder.message(message));
        }
    }

    /// AK9.
    fn end_group(&mut self, out: &mut Vec<u8>, findings: &mut Diagnostics) {
        let Some(group) = self.group.take() else { return };
        let tally = self.tally;
        let included = group.included.map_or(tally.received(), |included| included as usize);
        let counts = [included, tally.received(), tally.accepted(&group)].map(|count| count.to_string());
        self.piece(out, findings, |builder| {
            let ak9 = builder.open(builder.places.ak9);
            let verdict = tally.verdict(&group).code();
            builder.elements(ak9, &[verdict, &counts[0], &counts[1], &counts[2]]);
            builder.codes(ak9, 5, &group_codes(&group));
            builder.tree.close(ak9.1);
        });
    }
}

/// Where the segments of the acknowledgement stand in its guide. Those of the 999 are called by the names of the 997.
struct Places {
    form: Form,
    ak1: PlaceId,
    ak2: PlaceId,
    ak3: PlaceId,
    ak4: PlaceId,
    /// CTX below IK4.
    context: Option<PlaceId>,
    ak5: PlaceId,
    ak9: PlaceId,
}

impl Places {
    fn of(guide: &Guide, findings: &mut Diagnostics) -> Option<Places> {
        let mut find = |parent: PlaceId, tag: &str| {
            let place = guide.shape.children_named(parent, tag).next();
            if place.is_none() {
                findings.push(
                    Diagnostic::new(Code::G009)
                        .with("name", tag)
                        .with("guide", &guide.name)
                        .at(guide.format_span, "an acknowledgement is made of AK1 to AK9"),
                );
            }
            place
        };
        let (ak1, ak2) = (find(PlaceId::ROOT, "AK1")?, find(PlaceId::ROOT, "AK2")?);
        let (form, [tag3, tag4, tag5]) = match guide.setting("set") {
            "999" => (Form::Implementation, ["IK3", "IK4", "IK5"]),
            _ => (Form::Functional, ["AK3", "AK4", "AK5"]),
        };
        let ak3 = find(ak2, tag3)?;
        let (ak4, ak5) = (find(ak3, tag4)?, find(ak2, tag5)?);
        let ak9 = find(PlaceId::ROOT, "AK9")?;
        let context = guide.shape.children_named(ak4, "CTX").next();
        Some(Places { form, ak1, ak2, ak3, ak4, context, ak5, ak9 })
    }
}

struct Builder<'a> {
    guide: &'a Guide,
    places: &'a Places,
    delimiters: &'a Delimiters,
    tree: &'a mut Tree,
}

impl Builder<'_> {
    fn message(&mut self, message: &AcknowledgedMessage) {
        let form = self.places.form;
        let ak2 = self.open(self.places.ak2);
        // What no segment can hold must not keep the other messages of the group from their answer.
        let kind = self.writable_or(&message.kind, "000");
        let control_number = self.writable_or(&message.control_number, "0000");
        self.elements(ak2, &[kind, control_number]);
        let mut findings: Vec<&AcknowledgedFinding> = message
            .findings
            .iter()
            .filter(|finding| matches!(told_of(finding, form), Some(Told::Segment(_) | Told::Element(_))))
            .collect();
        // Stable: findings about one segment keep their order, gaps before the segment where they were noticed.
        findings.sort_by_key(|finding| finding.place.segment);
        for (i, finding) in findings.iter().enumerate() {
            match told_of(finding, form) {
                Some(Told::Segment(code)) => {
                    let ak3 = self.segment(&finding.place, code);
                    self.tree.close(ak3);
                }
                _ if !findings[..i].iter().any(|earlier| shares_segment(earlier, finding, form)) => {
                    self.segment_with_elements(finding, &findings[i..]);
                }
                _ => {}
            }
        }
        let ak5 = self.open(self.places.ak5);
        self.elements(ak5, &[MessageVerdict::of(message, form).code()]);
        self.codes(ak5, 2, &message_codes(message, form));
        self.tree.close(ak5.1);
        self.tree.close(ak2.1);
    }

    /// AK3; its node is still open.
    fn segment(&mut self, place: &Place, code: &str) -> NodeId {
        let ak3 = self.open(self.places.ak3);
        let tag: String = place.tag.chars().take(TAG_CHARACTERS_MAX).collect();
        let tag = self.writable_or(&tag, "???");
        self.elements(ak3, &[tag, &place.segment.to_string(), &place.loop_id, code]);
        ak3.1
    }

    /// One AK3 for all `findings` about elements of the segment of `first`, with their AK4 in order of position.
    fn segment_with_elements(&mut self, first: &AcknowledgedFinding, findings: &[&AcknowledgedFinding]) {
        let ak3 = self.segment(&first.place, ELEMENT_ERRORS);
        let mut elements: Vec<&AcknowledgedFinding> = findings
            .iter()
            .copied()
            .filter(|finding| shares_segment(first, finding, self.places.form))
            .collect();
        let position = |place: &Place| (place.element, place.repetition, place.component);
        elements.sort_by_key(|finding| position(&finding.place));
        let most = self.guide.shape.place(self.places.ak4).max as usize;
        for finding in elements.into_iter().take(most) {
            self.element(finding);
        }
        self.tree.close(ak3);
    }

    /// AK4.
    fn element(&mut self, finding: &AcknowledgedFinding) {
        let Some(Told::Element(code)) = told_of(finding, self.places.form) else { return };
        let place = &finding.place;
        let ak4 = self.open(self.places.ak4);
        let numbers =
            [place.element, place.component, if place.repetition > 1 { place.repetition } else { 0 }];
        let numbers = numbers.map(|number| if number == 0 { String::new() } else { number.to_string() });
        if let Some(at) = self.guide.shape.child_at(ak4.0, 1) {
            if self.guide.shape.place(at).kind == PlaceKind::Record {
                let composite = (at, self.tree.open(at, Origin::default()));
                self.elements(composite, &[&numbers[0], &numbers[1], &numbers[2]]);
                self.tree.close(composite.1);
            } else {
                self.leaf(ak4, 1, &numbers[0]);
            }
        }
        // The guide may know an element by a name of its own, or a composite by its id: element 725 is a number.
        let is_number = place.element_id.bytes().all(|byte| byte.is_ascii_digit());
        self.leaf(ak4, 2, if is_number { &place.element_id } else { "" });
        self.leaf(ak4, 3, code);
        self.leaf(ak4, 4, &copy_of(&finding.value, self.delimiters));
        self.context(finding);
        self.tree.close(ak4.1);
    }

    /// CTX: the segment whose other elements bring the finding about.
    fn context(&mut self, finding: &AcknowledgedFinding) {
        let Some(context) = self.places.context else { return };
        let Some(name) = self.guide.shape.child_at(context, 1) else { return };
        if !TRIGGERED.iter().any(|code| code.text() == finding.code) {
            return;
        }
        let ctx = self.open(context);
        let composite = self.open(name);
        self.leaf(composite, 1, TRIGGER);
        self.tree.close(composite.1);
        let place = &finding.place;
        let tag: String = place.tag.chars().take(TAG_CHARACTERS_MAX).collect();
        for (position, value) in (2..).zip([tag.as_str(), &place.segment.to_string(), &place.loop_id]) {
            self.leaf(ctx, position, value);
        }
        self.tree.close(ctx.1);
    }

    /// What the sender wrote, or `otherwise` if it is empty or cannot be written.
    fn writable_or<'v>(&self, value: &'v str, otherwise: &'v str) -> &'v str {
        if !value.is_empty() && is_writable(value, self.delimiters) { value } else { otherwise }
    }

    fn open(&mut self, place: PlaceId) -> (PlaceId, NodeId) {
        (place, self.tree.open(place, Origin::default()))
    }

    /// Elements or components from position 1 on; empty ones and those the guide does not have are left out.
    fn elements(&mut self, segment: (PlaceId, NodeId), values: &[&str]) {
        for (position, value) in (1..).zip(values) {
            self.leaf(segment, position, value);
        }
    }

    fn codes(&mut self, segment: (PlaceId, NodeId), first: u16, codes: &[&str]) {
        for (position, code) in (first..).zip(codes) {
            self.leaf(segment, position, code);
        }
    }

    fn leaf(&mut self, segment: (PlaceId, NodeId), position: u16, value: &str) {
        let place = self.guide.shape.child_at(segment.0, position);
        if let Some(place) = place.filter(|_| !value.is_empty()) {
            self.tree.leaf(place, value, Origin::default());
        }
    }
}

/// Whether both are about elements of one segment.
fn shares_segment(one: &AcknowledgedFinding, other: &AcknowledgedFinding, form: Form) -> bool {
    let is_element = |finding: &AcknowledgedFinding| matches!(told_of(finding, form), Some(Told::Element(_)));
    is_element(one) && is_element(other) && one.place.segment == other.place.segment
}

/// The copy of a bad value, cut to the length of element 724. Empty if the value cannot be written: X12 has no release
/// character, so a value with one of our delimiters in it would break the segment, and a value outside printable ASCII
/// may not survive the way. A changed value would be no copy.
fn copy_of(value: &str, delimiters: &Delimiters) -> String {
    let copy: String = value.chars().take(COPY_CHARACTERS_MAX).collect();
    if is_writable(&copy, delimiters) { copy } else { String::new() }
}

fn is_writable(value: &str, delimiters: &Delimiters) -> bool {
    value.bytes().all(|byte| matches!(byte, 0x20..=0x7e) && !delimiters.separates(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_cut_and_never_changed() {
        let delimiters = Delimiters { repetition: Some(b'^'), ..DELIMITERS };
        let copy = |value: &str| copy_of(value, &delimiters);
        assert_eq!(copy("20261340"), "20261340");
        assert_eq!(copy(&"9".repeat(120)), "9".repeat(99));
        for value in ["A*B", "A~B", "A>B", "A^B", "A\nB", "TÜR", "A\u{7f}", ""] {
            assert_eq!(copy(value), "", "{value:?}");
        }
    }
}
