//! What a CONTRL says of findings, segment for segment, and what is understood of it.
#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;

use crossdock::diagnostics::{Diagnostics, Place, Severity};
use crossdock::exchange::acknowledge::{
    AcknowledgedFinding, AcknowledgedGroup, AcknowledgedInterchange, AcknowledgedMessage,
};
use crossdock::exchange::answering::{Answer, Answering, Detail, Each, Wanted};
use crossdock::exchange::edifact::Edifact;
use crossdock::exchange::identities::{self, counterpart};
use crossdock::exchange::reply::{Reply, Subject, Word};
use crossdock::formats::{Envelope, InterchangeRow, Layout, MessageInput, Row, Totals};
use crossdock::tree::View;
use std::sync::Arc;

fn layout() -> Arc<dyn Layout> {
    shipped::bundle().layouts["edifact/contrl-3"].clone()
}

fn header() -> InterchangeRow {
    InterchangeRow {
        sender: "14:9520004000017".into(),
        receiver: "14:9520002000019".into(),
        control_number: "7788".into(),
        version: "UNOC:3".into(),
        ..InterchangeRow::default()
    }
}

fn finding(code: &str, segment: u32, element: u16, component: u16) -> AcknowledgedFinding {
    AcknowledgedFinding {
        code: code.into(),
        severity: Severity::Reject,
        place: Place { segment, element, component, ..Place::default() },
        value: String::new(),
    }
}

fn message(number: &str, kind: &str, findings: Vec<AcknowledgedFinding>) -> AcknowledgedMessage {
    AcknowledgedMessage {
        kind: kind.into(),
        version: "D:96A:UN:EAN005".into(),
        control_number: number.into(),
        findings,
        is_refused: false,
    }
}

/// A group without a name holds messages outside of any.
fn group(control_number: &str, faults: &[&str]) -> AcknowledgedGroup {
    let functional_id = if control_number.is_empty() { "" } else { "DESADV" };
    let mut group = AcknowledgedGroup::new(&Edifact, functional_id, control_number, "D:96A").unwrap();
    (group.sender, group.receiver) = ("APP".into(), "WMS".into());
    group.faults = faults.iter().map(|fault| (*fault).to_owned()).collect();
    group
}

type Groups<'a> = &'a [(AcknowledgedGroup, Vec<AcknowledgedMessage>)];

/// The body of the CONTRL, as the gateway has it written, and what its receiver understands. Our guide finds nothing
/// wrong with it.
fn answer(refusal: Option<&str>, detail: Detail, groups: Groups<'_>) -> (Vec<String>, Reply) {
    let layout = layout();
    let ids = groups.iter().map(|(group, _)| group.functional_id());
    let received = AcknowledgedInterchange::new(&Edifact, header(), refusal.map(str::to_owned), ids).unwrap();
    let body = body_of(&received, detail, groups, &*layout);
    let mut message = Vec::new();
    layout.wrap_body(&Envelope::default(), &mut Totals::default(), &body, &mut message);
    let input = MessageInput { head: &[], bytes: &message, offset: 0 };
    let (tree, found) = shipped::read(&*layout, &input);
    let text = String::from_utf8(body.clone()).unwrap();
    assert!(found.is_empty(), "{text}: {:?}", found.as_slice());
    let said = Edifact.read("CONTRL", layout.guide(), View::new(&tree, input.source())).unwrap();
    (text.split_terminator('\'').map(str::to_owned).collect(), said.into_iter().next().unwrap())
}

fn body_of(
    received: &AcknowledgedInterchange,
    detail: Detail,
    groups: Groups<'_>,
    layout: &dyn Layout,
) -> Vec<u8> {
    let answer = Edifact.answer(received, Wanted { detail, ..Wanted::default() }, layout).unwrap();
    let Answer::Messages { each: Each::Interchange, mut writer, .. } = answer else { panic!("one message") };
    let (mut body, mut findings) = (Vec::new(), Diagnostics::new());
    writer.begin(&mut body, &mut findings);
    for (group, messages) in groups {
        if writer.begin_group(group.clone(), &mut body, &mut findings) {
            messages.iter().for_each(|message| writer.message(message, &mut body, &mut findings));
            writer.end_group(&mut body, &mut findings);
        }
    }
    writer.end(&mut body, &mut findings);
    assert!(findings.is_empty(), "{:?}", findings.as_slice());
    body
}

const UCI_7: &str = "UCI+7788+9520004000017:14+9520002000019:14+7";

/// Where the DESADV of scenario S04 begins, and the CONTRL that answers it.
const S04: [&str; 2] = [
    "UNA:+.? 'UNB+UNOC:3+9520004000017:14+9520002000019:14+261119:1704+7788'\
     UNH+1+DESADV:D:96A:UN:EAN005'BGM+351+DES0099871+9'UNT+3+1'UNZ+1+7788'",
    "UNA:+.? 'UNB+UNOC:3+9520002000019:14+9520004000017:14+261119:1705+C0001'UNH+1+CONTRL:D:3:UN:EAN002'\
     UCI+7788+9520004000017:14+9520002000019:14+7'UNT+3+1'UNZ+1+C0001'",
];

/// From the index pass to the file that leaves.
#[test]
fn scenario_s04_is_answered_segment_for_segment() {
    let layout = shipped::bundle().layouts["edifact/contrl-3-ean"].clone();
    let rows = shipped::index(&*layout, S04[0].as_bytes(), usize::MAX);
    let Some(Row::Interchange(header)) = rows.first() else { panic!("a header: {rows:?}") };
    let Some(Row::Group(head)) = rows.get(1) else { panic!("a group: {rows:?}") };
    let Some(Row::Message(desadv)) = rows.get(2) else { panic!("a message: {rows:?}") };
    let group = AcknowledgedGroup::new(&Edifact, &head.functional_id, &head.control_number, "").unwrap();
    let message = AcknowledgedMessage {
        kind: desadv.kind.clone(),
        version: desadv.version.clone(),
        control_number: desadv.control_number.clone(),
        ..AcknowledgedMessage::default()
    };
    let received =
        AcknowledgedInterchange::new(&Edifact, header.clone(), None, [group.functional_id()].into_iter());
    let envelope = Envelope {
        interchange_number: 1,
        made_at: Some(jiff::civil::datetime(2026, 11, 19, 17, 5, 0, 0)),
        ..counterpart(&identities::received(header, None))
    };
    let body = body_of(&received.unwrap(), Detail::default(), &[(group, vec![message])], &*layout);
    let (mut file, mut totals) = (Vec::new(), Totals::default());
    layout.begin_file(&envelope, &mut file);
    layout.wrap_body(&envelope, &mut totals, &body, &mut file);
    layout.end_file(&envelope, &totals, &mut file);
    let expected = S04[1].replace("C0001", "1");
    assert_eq!(String::from_utf8(file).unwrap(), expected);
}

/// Everything is fine.
#[test]
fn an_interchange_without_fault_is_acknowledged() {
    let desadv = message("1", "DESADV", vec![]);
    let groups = [(group("", &[]), vec![desadv])];
    let (body, said) = answer(None, Detail::Refused, &groups);
    assert_eq!(body, [UCI_7]);
    assert_eq!(said.subject, Subject::Interchange { control_number: "7788".into() });
    assert_eq!((said.word, said.others), (Word::Accepted, Word::Accepted));
    let (body, said) = answer(None, Detail::All, &groups);
    assert_eq!(body, [UCI_7, "UCM+1+DESADV:D:96A:UN:EAN005+7"]);
    assert_eq!((said.word, said.messages[0].word), (Word::Accepted, Word::Accepted));
    let (body, said) = answer(None, Detail::Receipt, &groups);
    assert_eq!(body, ["UCI+7788+9520004000017:14+9520002000019:14+8"]);
    assert_eq!((said.word, said.others), (Word::Received, Word::Received));
}

#[test]
fn what_is_refused_is_told_with_its_places() {
    let bad = message(
        "2",
        "DESADV",
        vec![
            finding("X207", 7, 1, 0),
            // Noticed at the ninth segment: missing behind the eighth.
            finding("X103", 9, 0, 0),
            finding("X205", 7, 2, 3),
            finding("X101", 12, 0, 0),
            finding("X103", 20, 0, 0),
        ],
    );
    let groups = [(group("", &[]), vec![message("1", "DESADV", vec![]), bad])];
    let (body, said) = answer(None, Detail::Refused, &groups);
    assert_eq!(
        body,
        [
            UCI_7,
            "UCM+2+DESADV:D:96A:UN:EAN005+4",
            "UCS+7",
            "UCD+12+2",
            "UCD+39+3:3",
            "UCS+8+13",
            "UCS+12+15",
            "UCS+19+13",
        ]
    );
    assert_eq!((said.word, said.others, said.messages.len()), (Word::PartiallyAccepted, Word::Accepted, 1));
    let told: Vec<_> = said.messages[0]
        .remarks
        .iter()
        .map(|remark| {
            let Place { segment, element, component, .. } = remark.place;
            (segment, element, component, remark.code.as_str(), remark.text.as_str())
        })
        .collect();
    assert_eq!(
        told,
        [
            (7, 1, 0, "UCD 12", "the value is invalid"),
            (7, 2, 3, "UCD 39", "the value is too long"),
            (8, 0, 0, "UCS 13", "a mandatory segment is missing behind this one"),
            (12, 0, 0, "UCS 15", "it is not supported in this place"),
            (19, 0, 0, "UCS 13", "a mandatory segment is missing behind this one"),
        ]
    );
}

#[test]
fn faults_of_frames_are_told_where_they_are() {
    let groups = [(group("", &[]), vec![message("1", "DESADV", vec![finding("X304", 0, 0, 0)])])];
    let (body, said) = answer(None, Detail::Refused, &groups);
    assert_eq!(body, [UCI_7, "UCM+1+DESADV:D:96A:UN:EAN005+4+29+UNT"]);
    assert_eq!(said.messages[0].remarks[0].text, "the trailer counts other parts than there are");
    for (code, expected) in [
        ("I102", "4+28+UNZ"),
        ("I103", "4+29+UNZ"),
        ("I107", "4+25+UNB"),
        // Whatever else refuses an interchange refuses it without words.
        ("I106", "4+18"),
    ] {
        let (body, said) = answer(Some(code), Detail::All, &groups);
        assert_eq!(body, [format!("UCI+7788+9520004000017:14+9520002000019:14+{expected}")]);
        assert_eq!((said.word, said.others, said.remarks.len()), (Word::Rejected, Word::Rejected, 1));
    }
}

#[test]
fn groups_are_told_where_there_are_any() {
    let bad = || message("2", "DESADV", vec![finding("X201", 3, 1, 0)]);
    let groups = [
        (group("G1", &[]), vec![message("1", "DESADV", vec![]), bad()]),
        (group("G2", &["X402"]), vec![bad()]),
    ];
    let (body, _) = answer(None, Detail::Refused, &groups);
    assert_eq!(
        body,
        [
            UCI_7,
            "UCF+G1+APP+WMS+7",
            "UCM+2+DESADV:D:96A:UN:EAN005+4",
            "UCS+3",
            "UCD+13+2",
            "UCF+G2+APP+WMS+4+29+UNE",
        ]
    );
}

#[test]
fn a_refusal_without_a_finding_is_told_and_warnings_are_not() {
    let warned = AcknowledgedFinding { severity: Severity::Warn, ..finding("X205", 4, 1, 0) };
    let refused = AcknowledgedMessage { is_refused: true, ..message("2", "DESADV", vec![]) };
    let groups = [(group("", &[]), vec![message("1", "DESADV", vec![warned]), refused])];
    let (body, _) = answer(None, Detail::Refused, &groups);
    assert_eq!(body, [UCI_7, "UCM+2+DESADV:D:96A:UN:EAN005+4"]);
}

#[test]
fn an_answer_is_never_answered() {
    let ids = ["CONTRL"].into_iter();
    assert_eq!(AcknowledgedInterchange::new(&Edifact, header(), None, ids), None);
    let groups = [(group("", &[]), vec![message("1", "CONTRL", vec![finding("X201", 3, 1, 0)])])];
    assert_eq!(answer(None, Detail::All, &groups).0, [UCI_7]);
}

#[test]
fn what_cannot_be_repeated_whole_is_cut() {
    let long = "9".repeat(40);
    let groups = [(group("", &[]), vec![message(&long, "DESADVANCE", vec![finding("X201", 3, 1, 0)])])];
    let (body, _) = answer(None, Detail::Refused, &groups);
    assert_eq!(body[1], format!("UCM+{}+DESADV:D:96A:UN:EAN005+4", "9".repeat(14)));
}

#[test]
fn what_the_sender_left_out_does_not_keep_the_others_from_their_answer() {
    let mut nameless = message("", "", vec![finding("X201", 1, 1, 0)]);
    nameless.version = String::new();
    let mut half = message("3\n", "ORDERS", vec![finding("X201", 1, 2, 4)]);
    half.version = "D:96A".into();
    let groups = [(group("", &[]), vec![nameless, half])];
    let (body, _) = answer(None, Detail::Refused, &groups);
    assert_eq!(
        body,
        [UCI_7, "UCM+0+0:0:0:0+4", "UCS+1", "UCD+13+2", "UCM+3+ORDERS:D:96A:0+4", "UCS+1", "UCD+13+3:4"]
    );
}

#[test]
fn addresses_for_routing_are_repeated() {
    let header = InterchangeRow { sender_routing: "PLANT1".into(), ..header() };
    let received = AcknowledgedInterchange::new(&Edifact, header, None, [""].into_iter()).unwrap();
    let body = body_of(&received, Detail::Refused, &[], &*layout());
    assert_eq!(String::from_utf8(body).unwrap(), "UCI+7788+9520004000017:14:PLANT1+9520002000019:14+7'");
}

#[test]
fn no_more_is_told_than_a_contrl_can_hold() {
    let findings = (1..=3000).map(|segment| finding("X101", segment, 0, 0)).collect();
    let groups = [(group("", &[]), vec![message("1", "DESADV", findings)])];
    let (body, _) = answer(None, Detail::Refused, &groups);
    assert_eq!(body.iter().filter(|segment| segment.starts_with("UCS+")).count(), 999);
    let findings = (1..=300).map(|_| finding("X201", 3, 1, 0)).collect();
    let groups = [(group("", &[]), vec![message("1", "DESADV", findings)])];
    let (body, _) = answer(None, Detail::Refused, &groups);
    assert_eq!(body.iter().filter(|segment| segment.starts_with("UCD+")).count(), 99);
}
