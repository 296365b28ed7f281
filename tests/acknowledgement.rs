//! What is answered to the messages in `testdata/x12`, with the guides that are shipped.

#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;

use crossdock::base::span::Sources;
use crossdock::diagnostics::{Diagnostic, Diagnostics, Place, Severity};
use crossdock::exchange::acknowledge::{
    AcknowledgedFinding, AcknowledgedGroup, AcknowledgedInterchange, AcknowledgedMessage,
};
use crossdock::exchange::answering::{Answer, AnswerWriter, Answering, Wanted};
use crossdock::exchange::identities::{counterpart, received};
use crossdock::exchange::reply::{Remark, Reply, Subject, Word};
use crossdock::exchange::x12::{FunctionalAcknowledgement, InterchangeNote, X12};
use crossdock::formats::{self, Envelope, Fault, InterchangeRow, Layout, MessageInput, Row, Totals};
use crossdock::guide::{self, GuideSources};
use crossdock::language::{parse, syntax::Document};
use crossdock::tree::View;
use jiff::civil::{DateTime, datetime};
use shipped::testdata;
use std::path::Path;
use std::sync::Arc;

/// What was received: one interchange with its groups, judged by the guide.
#[derive(Default)]
struct Received {
    interchange: InterchangeRow,
    envelope: Envelope,
    functional_ids: Vec<String>,
    groups: Vec<Group>,
    fault: Option<Fault>,
}

/// A group with its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    head: AcknowledgedGroup,
    messages: Vec<AcknowledgedMessage>,
}

impl Group {
    fn new(functional_id: &str, control_number: &str, version: &str) -> Option<Self> {
        let head = AcknowledgedGroup::new(&X12, functional_id, control_number, version)?;
        Some(Group { head, messages: Vec::new() })
    }
}

/// The index pass and the reading of each message, as the gateway does them. Holds the first interchange.
fn receive(bytes: &[u8], layout: &dyn Layout) -> Received {
    let mut received = Received::default();
    let mut group: Option<Group> = None;
    for row in shipped::index(layout, bytes, usize::MAX) {
        match row {
            Row::Interchange(row) => received.interchange = row,
            Row::Group(row) => {
                received.envelope = self::received(&received.interchange, Some(&row));
                received.functional_ids.push(row.functional_id.clone());
                group = Group::new(&row.functional_id, &row.control_number, &row.version);
            }
            Row::Message(row) => {
                let Some(group) = &mut group else { continue };
                let input = shipped::input(&received.interchange.head, bytes, &row);
                let mut findings: Vec<Diagnostic> = row.fault.iter().map(Fault::diagnostic).collect();
                findings.extend(shipped::read(layout, &input).1.into_vec());
                group.messages.push(AcknowledgedMessage {
                    kind: row.kind,
                    version: row.version,
                    control_number: row.control_number,
                    findings: findings.iter().map(fact).collect(),
                    is_refused: false,
                });
            }
            Row::GroupEnd { fault } => {
                let Some(mut ended) = group.take() else { continue };
                ended.head.faults.extend(fault.iter().map(|fault| fault.code.text().to_owned()));
                ended.head.included = match &fault {
                    Some(fault) if fault.code.text() == "X402" => fault.found.parse().ok(),
                    _ => None,
                };
                received.groups.push(ended);
            }
            Row::InterchangeEnd { fault, .. } => {
                received.fault = fault;
                break;
            }
            Row::Finding(_) | Row::Unclaimed { .. } => {}
        }
    }
    received
}

fn fact(diagnostic: &Diagnostic) -> AcknowledgedFinding {
    AcknowledgedFinding {
        code: diagnostic.code.text().into(),
        severity: diagnostic.severity,
        place: diagnostic.place.clone().unwrap_or_default(),
        value: diagnostic.argument("value").into(),
    }
}

/// The body of the 997 for a group, cut into segments.
fn answer(group: &Group, layout_997: &dyn Layout) -> Vec<String> {
    segments(&body(group, layout_997))
}

/// The body of the 997 for a group, message by message as the gateway writes it.
fn body(group: &Group, layout_997: &dyn Layout) -> Vec<u8> {
    let (mut body, mut findings) = (Vec::new(), Diagnostics::new());
    let mut writer = FunctionalAcknowledgement::new(layout_997).expect("a guide of the 997");
    assert!(writer.begin_group(group.head.clone(), &mut body, &mut findings), "the group has a name");
    group.messages.iter().for_each(|message| writer.message(message, &mut body, &mut findings));
    writer.end_group(&mut body, &mut findings);
    assert!(findings.is_empty(), "{:?}", findings.as_slice());
    says(&body, layout_997);
    body
}

/// What a body we wrote says to its reader, who finds nothing wrong with it by our own guide.
fn says(body: &[u8], layout_997: &dyn Layout) -> Reply {
    let mut message = Vec::new();
    layout_997.wrap_body(&Envelope::default(), &mut Totals::default(), body, &mut message);
    let input = MessageInput { head: &[], bytes: &message, offset: 0 };
    let (tree, findings) = shipped::read(layout_997, &input);
    assert!(findings.is_empty(), "{:?}", findings.as_slice());
    let view = View::new(&tree, input.source());
    let mut said = X12.read("997", layout_997.guide(), view).expect("it can be understood");
    assert_eq!(said.len(), 1);
    said.remove(0)
}

fn segments(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).expect("ASCII");
    text.split('~').map(str::trim).filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

/// The file that answers the one group of an interchange.
fn answer_file(received: &Received, layout_997: &dyn Layout, number: u64, made_at: DateTime) -> Vec<u8> {
    let envelope = Envelope {
        interchange_number: number,
        group_number: number,
        made_at: Some(made_at),
        ..counterpart(&received.envelope)
    };
    let [group] = received.groups.as_slice() else { panic!("one group") };
    let body = body(group, layout_997);
    let mut file = Vec::new();
    layout_997.begin_file(&envelope, &mut file);
    let mut totals = Totals::default();
    layout_997.wrap_body(&envelope, &mut totals, &body, &mut file);
    layout_997.end_file(&envelope, &totals, &mut file);
    file
}

fn layouts() -> (Arc<dyn Layout>, Arc<dyn Layout>) {
    let bundle = shipped::bundle();
    (bundle.layouts["brightwick/x12-940"].clone(), bundle.layouts["x12/004010/997"].clone())
}

#[test]
fn an_order_without_fault_is_accepted() {
    let (layout, layout_997) = layouts();
    let received = receive(&testdata("x12/ok/s01-940.edi"), &*layout);
    let file = answer_file(&received, &*layout_997, 501, datetime(2026, 11, 20, 8, 16, 0, 0));
    assert_eq!(segments(&file), segments(&testdata("x12/ok/s01-997.edi")));
}

#[test]
fn one_bad_order_of_three_is_refused_with_its_places() {
    let (layout, layout_997) = layouts();
    let received = receive(&testdata("x12/err/s14-940.edi"), &*layout);
    let file = answer_file(&received, &*layout_997, 507, datetime(2026, 11, 20, 10, 1, 0, 0));
    assert_eq!(segments(&file), segments(&testdata("x12/ok/s14-997.edi")));
}

#[test]
fn whatever_passes_is_accepted_as_it_is() {
    let (layout, layout_997) = layouts();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/x12/ok");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "edi") {
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file");
        let received = receive(&bytes, &*layout);
        assert_eq!(received.fault, None, "{path:?}");
        for group in received.groups.iter().filter(|group| group.head.functional_id() == "OW") {
            if group.head.version != "004010" {
                continue;
            }
            let answer = answer(group, &*layout_997);
            let counts = group.messages.len();
            assert_eq!(
                answer.last(),
                Some(&format!("AK9*A*{counts}*{counts}*{counts}")),
                "{path:?}: {answer:?}"
            );
        }
    }
}

/// File, what stands between AK1 and AK9, and AK9.
const BAD: &[(&str, &[&str], &str)] = &[
    (
        "one-of-three.edi",
        &[
            "AK2*940*0001",
            "AK5*A",
            "AK2*940*0002",
            "AK3*G62*7**8",
            "AK4*2*373*5*2026-11-23",
            "AK5*R*5",
            "AK2*940*0003",
            "AK5*A",
        ],
        "AK9*P*3*3*2",
    ),
    ("se-count.edi", &["AK2*940*0001", "AK5*R*4"], "AK9*R*1*1*0"),
    ("se-number.edi", &["AK2*940*0001", "AK5*R*3"], "AK9*R*1*1*0"),
    ("ge-count.edi", &[], "AK9*R*2*1*0*5"),
    ("ge-number.edi", &[], "AK9*R*1*1*0*4"),
    ("unknown-segment.edi", &["AK2*940*0001", "AK3*ZZZ*8**1", "AK5*R*5"], "AK9*R*1*1*0"),
];

#[test]
fn bad_messages_are_answered_segment_for_segment() {
    let (layout, layout_997) = layouts();
    for (name, between, last) in BAD {
        let received = receive(&testdata(&format!("x12/err/{name}")), &*layout);
        let [group] = received.groups.as_slice() else { panic!("{name} has one group") };
        let answer = answer(group, &*layout_997);
        let inner: Vec<&str> = answer[1..answer.len() - 1].iter().map(String::as_str).collect();
        assert_eq!((inner.as_slice(), answer.last().map(String::as_str)), (*between, Some(*last)), "{name}");
    }
}

/// Every code that the README beside the files promises, such as `(AK403 5, too long)`, is in the answer.
#[test]
fn the_codes_that_are_promised_are_told() {
    let bundle = shipped::bundle();
    let layout_997 = &bundle.layouts["x12/004010/997"];
    let readme = String::from_utf8(testdata("x12/err/README.md")).expect("UTF-8");
    let mut promises = 0;
    for line in readme.lines().filter(|line| line.contains(".edi |")) {
        let name = line.trim_start_matches("| ").split(' ').next().expect("a name");
        for (tag, element) in [("AK3", 4), ("AK4", 3), ("AK5", 2), ("AK9", 5), ("TA1", 5)] {
            let mark = if tag == "TA1" { "(TA1 ".to_owned() } else { format!("({tag}{element:02} ") };
            let Some(at) = line.find(&mark) else { continue };
            let code = line[at + mark.len()..].split([')', ',']).next().expect("a code");
            let guide = if name.starts_with("856-") { "house/x12-856" } else { "brightwick/x12-940" };
            let received = receive(&testdata(&format!("x12/err/{name}")), &*bundle.layouts[guide]);
            let told = if tag == "TA1" {
                ta1(&received)
            } else {
                received.groups.iter().flat_map(|group| answer(group, &**layout_997)).collect()
            };
            let is_told = |segment: &String| {
                let elements: Vec<&str> = segment.split('*').collect();
                elements[0] == tag && elements.get(element) == Some(&code)
            };
            assert!(told.iter().any(is_told), "{name}: {tag}{element:02} {code} in {told:?}");
            promises += 1;
        }
    }
    assert!(promises >= 15, "{promises} promises found: has the README another form now?");
}

/// The segments that answer an interchange refused as a whole.
fn ta1(received: &Received) -> Vec<String> {
    let fault = received.fault.as_ref().expect("refused as a whole");
    let note = InterchangeNote::of(fault.code.text()).expect("has a note");
    assert_eq!(note.code(), fault.standard_code);
    let (_, layout) = layouts();
    let refused = refused(received, fault).expect("no answer itself");
    let answer = X12.answer(&refused, Wanted::default(), &*layout).expect("it has a name");
    let Answer::Interchange { word: "TA1", write } = answer else { panic!("a TA1") };
    let mut out = Vec::new();
    write(&counterpart(&received.envelope), &mut out);
    let layout_ta1 = shipped::bundle().layouts["x12/004010/TA1"].clone();
    let (head, messages) = shipped::messages(&*layout_ta1, &out);
    let [message] = messages.as_slice() else { panic!("one TA1") };
    let (_, findings) = shipped::read(&*layout_ta1, &shipped::input(&head, &out, message));
    assert!(findings.is_empty(), "{:?}", findings.as_slice());
    segments(&out)
}

/// The interchange, refused as a whole.
fn refused(received: &Received, fault: &Fault) -> Option<AcknowledgedInterchange> {
    let ids = received.functional_ids.iter().map(String::as_str);
    AcknowledgedInterchange::new(&X12, received.interchange.clone(), Some(fault.code.text().into()), ids)
}

fn remark(code: &str, text: &str) -> Remark {
    Remark { code: code.into(), text: text.into(), ..Remark::default() }
}

#[test]
fn what_is_told_is_understood_by_who_gets_it() {
    let (layout, layout_997) = layouts();
    let received = receive(&testdata("x12/err/s14-940.edi"), &*layout);
    let said = says(&body(&received.groups[0], &*layout_997), &*layout_997);
    let group = Subject::Group { functional_id: "OW".into(), control_number: "131".into() };
    assert_eq!((&said.subject, said.word, said.others), (&group, Word::PartiallyAccepted, Word::Accepted));
    let words: Vec<_> =
        said.messages.iter().map(|message| (message.control_number.as_str(), message.word)).collect();
    assert_eq!(words, [("0001", Word::Rejected), ("0002", Word::Accepted), ("0003", Word::Accepted)]);
    let found: Vec<_> = said.messages[0]
        .remarks
        .iter()
        .map(|Remark { place, code, text, value }| {
            (place.segment, place.tag.as_str(), place.element, code.as_str(), text.as_str(), value.as_str())
        })
        .collect();
    assert_eq!(
        found,
        [
            (4, "G62", 2, "AK403 8", "this is no date", "20261340"),
            (7, "W01", 2, "AK403 7", "the code is not known", "XX"),
        ]
    );
}

#[test]
fn refusals_of_groups_and_frames_are_understood() {
    let (layout, layout_997) = layouts();
    let of = |name: &str| {
        let received = receive(&testdata(&format!("x12/err/{name}")), &*layout);
        says(&body(&received.groups[0], &*layout_997), &*layout_997)
    };
    let group = of("ge-count.edi");
    assert_eq!((group.word, group.others), (Word::Rejected, Word::Rejected));
    assert_eq!(
        group.remarks,
        [remark("AK905 5", "the trailer of the group counts other messages than there are")]
    );
    let set = &of("se-count.edi").messages[0];
    assert_eq!(
        (set.word, set.remarks.as_slice()),
        (Word::Rejected, &[remark("AK502 4", "the trailer counts other segments than there are")][..])
    );
    let segment = &of("unknown-segment.edi").messages[0].remarks;
    assert_eq!(segment.len(), 1, "that segments are in error is not said twice: {segment:?}");
    assert_eq!((segment[0].place.segment, segment[0].text.as_str()), (8, "no segment has this tag"));
}

/// A TA1 of a partner, by our guide for it.
#[test]
fn a_ta1_is_understood() {
    let layout_ta1 = shipped::bundle().layouts["x12/004010/TA1"].clone();
    for (verdict, note, word, text) in [
        ("A", "000", Word::Received, None),
        ("E", "014", Word::Received, Some("the date is invalid")),
        ("R", "025", Word::Rejected, Some("the control number came before")),
        ("R", "777", Word::Rejected, Some("an error this gateway has no words for")),
    ] {
        let bytes = format!("TA1*000000502*261120*0816*{verdict}*{note}~");
        let input = MessageInput { head: &[], bytes: bytes.as_bytes(), offset: 0 };
        let (tree, findings) = shipped::read(&*layout_ta1, &input);
        assert!(findings.is_empty(), "{:?}", findings.as_slice());
        let said = X12.read("TA1", layout_ta1.guide(), View::new(&tree, input.source())).expect("clear");
        assert_eq!(said[0].subject, Subject::Interchange { control_number: "000000502".into() });
        assert_eq!((said[0].word, said[0].others), (word, word));
        assert_eq!(said[0].remarks.first().map(|remark| remark.text.as_str()), text);
    }
}

/// Two TA1 between ISA and the group: they belong to no group, and IEA01 does not count them.
const TA1_BESIDE_A_GROUP: &str = "\
ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261120*1000*U*00401*000000140*0*P*>~
TA1*000000502*261120*0816*A*000~
TA1*000000503*261120*0817*R*025~
GS*FA*BRIGHTWICK*HAVENPORT3PL*20261120*1000*140*X*004010~
ST*997*0001~
AK1*SW*502~
AK9*A*1*1*1~
SE*4*0001~
GE*1*140~
IEA*1*000000140~
";

#[test]
fn a_ta1_is_a_message_in_no_group() {
    let (_, layout_997) = layouts();
    let bytes = TA1_BESIDE_A_GROUP.as_bytes();
    let rows = shipped::index(&*layout_997, bytes, usize::MAX);
    for chunk in 1..bytes.len() {
        assert_eq!(shipped::index(&*layout_997, bytes, chunk), rows, "in pieces of {chunk} bytes");
    }
    assert!(matches!(rows.last(), Some(Row::InterchangeEnd { fault: None, .. })), "{:?}", rows.last());
    let (_, messages) = shipped::messages(&*layout_997, bytes);
    let found: Vec<_> = messages
        .iter()
        .map(|row| {
            let text = &TA1_BESIDE_A_GROUP[row.offset as usize..(row.offset + row.length) as usize];
            (row.kind.as_str(), row.control_number.as_str(), text.lines().count(), row.fault.is_some())
        })
        .collect();
    let expected =
        [("TA1", "000000502", 1, false), ("TA1", "000000503", 1, false), ("997", "0001", 4, false)];
    assert_eq!(found, expected);
}

#[test]
fn a_997_that_says_nothing_is_not_understood() {
    let (_, layout_997) = layouts();
    for body in ["AK9*A*1*1*1~", "AK1*SW*502~"] {
        let mut message = Vec::new();
        layout_997.wrap_body(&Envelope::default(), &mut Totals::default(), body.as_bytes(), &mut message);
        let input = MessageInput { head: &[], bytes: &message, offset: 0 };
        let (tree, findings) = shipped::read(&*layout_997, &input);
        assert!(!findings.is_empty());
        assert!(X12.read("997", layout_997.guide(), View::new(&tree, input.source())).is_err(), "{body}");
    }
}

#[test]
fn a_file_that_was_cut_off_is_never_answered_by_a_997() {
    let (layout, _) = layouts();
    let received = receive(&testdata("x12/err/truncated.edi"), &*layout);
    assert_eq!(received.groups, []);
    assert!(ta1(&received).iter().any(|segment| segment.starts_with("TA1*") && segment.ends_with("*R*023")));
}

#[test]
fn a_header_that_cannot_be_read_is_never_answered() {
    let (layout, layout_997) = layouts();
    let mut received = receive(&testdata("x12/err/isa-short.edi"), &*layout);
    received.functional_ids = vec!["OW".into()];
    let fault = received.fault.clone().expect("refused");
    let refused = refused(&received, &fault).expect("orders");
    assert!(X12.answer(&refused, Wanted::default(), &*layout_997).is_err());
}

#[test]
fn an_answer_is_never_answered() {
    let (layout, layout_997) = layouts();
    let first = receive(&testdata("x12/err/s14-940.edi"), &*layout);
    let file = answer_file(&first, &*layout_997, 507, datetime(2026, 11, 20, 10, 1, 0, 0));
    let back = receive(&file, &*layout_997);
    assert_eq!(back.functional_ids, ["FA"]);
    assert_eq!(back.groups, []);
    let ids = back.functional_ids.iter().map(String::as_str);
    assert_eq!(AcknowledgedInterchange::new(&X12, back.interchange.clone(), None, ids), None);
}

/// A finding about an element, for messages nobody has to write down.
fn element(code: &str, segment: u32, element: u16, value: &str) -> AcknowledgedFinding {
    AcknowledgedFinding {
        code: code.into(),
        severity: Severity::Reject,
        place: Place { segment, tag: "W01".into(), element, ..Place::default() },
        value: value.into(),
    }
}

fn group_of(functional_id: &str, kind: &str, findings: Vec<AcknowledgedFinding>) -> Group {
    let mut group = Group::new(functional_id, "131", "004010").expect("no answer itself");
    group.messages.push(AcknowledgedMessage {
        kind: kind.into(),
        version: String::new(),
        control_number: "0001".into(),
        findings,
        is_refused: false,
    });
    group
}

#[test]
fn findings_of_one_segment_share_an_ak3_in_order_of_their_places() {
    let (_, layout_997) = layouts();
    let mut component = element("X206", 7, 2, "");
    component.place.component = 3;
    component.place.element_id = "C001".into();
    let unknown = AcknowledgedFinding {
        place: Place { segment: 5, tag: "LONG".into(), ..Place::default() },
        ..element("X101", 5, 0, "")
    };
    let findings =
        vec![element("X207", 7, 4, "X~Y"), component, element("X205", 9, 1, &"1".repeat(120)), unknown];
    let told = answer(&group_of("OW", "940", findings), &*layout_997);
    let copy = "1".repeat(99);
    let expected = [
        "AK1*OW*131",
        "AK2*940*0001",
        "AK3*LON*5**1",
        "AK3*W01*7**8",
        "AK4*2>3**6",
        "AK4*4**7",
        "AK3*W01*9**8",
        &format!("AK4*1**5*{copy}"),
        "AK5*R*5",
        "AK9*R*1*1*0",
    ];
    assert_eq!(told, expected);
}

#[test]
fn no_more_elements_are_told_than_a_segment_may_have() {
    let (_, layout_997) = layouts();
    let findings = (1..=120).map(|position| element("X207", 7, position.min(99), "X")).collect();
    let told = answer(&group_of("OW", "940", findings), &*layout_997);
    assert_eq!(told.iter().filter(|segment| segment.starts_with("AK4*")).count(), 99);
}

#[test]
fn a_set_nobody_reads_and_a_set_without_a_number_are_answered_too() {
    let (_, layout_997) = layouts();
    let mut group = group_of("PO", "850", vec![element("X307", 1, 0, "")]);
    group.messages.push(AcknowledgedMessage {
        findings: vec![element("X306", 1, 0, "")],
        ..AcknowledgedMessage::default()
    });
    let told = answer(&group, &*layout_997);
    let expected = ["AK1*PO*131", "AK2*850*0001", "AK5*R*1", "AK2*000*0000", "AK5*R*23", "AK9*R*2*2*0"];
    assert_eq!(told, expected);
}

/// Repetitions and composites, which the shipped guides have few of.
const SMALL: &str = r#"
dictionary small
  element 1 ID 2 2 name "Code" codes AA BB
  element 2 N0 1 3 name "Number"
  element 143 ID 3 3 name "Set"
  element 329 AN 4 9 name "Set control number"
  composite C1 name "Both"
    .01 2
    .02 1
  end C1
  segment ST name "Start"
    .01 143 required
    .02 329 required
  end ST
  segment ZA name "What is checked"
    .01 1 max 5
    .02 C1
  end ZA
  segment SE name "End"
    .01 2 required
    .02 329 required
  end SE
end dictionary

guide small/100
  lang 1
  syntax x12 release "005010" set "100" group "ZZ" name "Small"
  dictionary small
  unit transaction
  structure
    ST required auto
    ZA
    SE required auto
  end structure
end guide
"#;

/// The layout of a guide.
fn compiled(text: &str, name: &str) -> Box<dyn Layout> {
    let (mut sources, mut findings) = (Sources::default(), Diagnostics::new());
    let file = sources.add("small.guide", text);
    let documents = parse(&sources, file, &mut findings);
    let mut known = GuideSources::default();
    for document in &documents {
        match document {
            Document::Guide(guide) => drop(known.guides.insert(guide.name.name.as_str(), guide)),
            Document::Dictionary(words) => drop(known.dictionaries.insert(words.name.name.as_str(), words)),
            _ => {}
        }
    }
    let guide = guide::compile(name, &known, &mut findings);
    let layout = guide.and_then(|guide| formats::layout(&guide.into(), &mut findings));
    assert!(findings.is_empty(), "{}", shipped::render(findings.as_slice(), &sources));
    layout.unwrap()
}

#[test]
fn components_and_repetitions_are_found_at_their_places() {
    let layout = compiled(SMALL, "small/100");
    let isa = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261120*0900*^*00501*000000310*0*P*>~";
    let bytes = format!(
        "{isa}GS*ZZ*A*B*20261120*0900*1*X*005010~ST*100*0001~ZA*AA^BB^CC*7>DD~SE*3*0001~GE*1*1~IEA*1*000000310~"
    );
    let received = receive(bytes.as_bytes(), &*layout);
    let places: Vec<_> = received.groups[0].messages[0]
        .findings
        .iter()
        .map(|finding| {
            let Place { element, repetition, component, .. } = finding.place;
            (finding.code.as_str(), element, repetition, component, finding.value.as_str())
        })
        .collect();
    assert_eq!(places, [("X207", 1, 3, 0, "CC"), ("X207", 2, 1, 2, "DD")]);
}

/// The 999 as the standard builds it.
const IMPLEMENTATION: &str = r#"
dictionary small
  element 28 N0 1 9 name "Group control number"
  element 96 N0 1 10 name "Segments"
  element 97 N0 1 6 name "Sets"
  element 143 ID 3 3 name "Set"
  element 329 AN 4 9 name "Set control number"
  element 447 AN 1 4 name "Loop"
  element 479 ID 2 2 name "Kind of group"
  element 480 AN 1 12 name "Version"
  element 618 ID 1 3 name "Set error"
  element 620 ID 1 3 name "Segment error"
  element 621 ID 1 3 name "Element error"
  element 715 ID 1 1 name "Verdict on the group" codes A E P R
  element 716 ID 1 3 name "Group error"
  element 717 ID 1 1 name "Verdict on the set" codes A E R
  element 719 N0 1 10 name "Position of the segment"
  element 721 ID 2 3 name "Segment"
  element 722 N0 1 2 name "Position of the element"
  element 724 AN 1 99 name "Copy of the bad value"
  element 725 N0 1 4 name "Element"
  element 1528 N0 1 2 name "Position of the component"
  element 1686 N0 1 4 name "Repetition"
  element 9999 AN 1 35 name "Context"
  composite C030 name "Position in the segment"
    .01 722 required
    .02 1528
    .03 1686
  end C030
  composite C998 name "Context"
    .01 9999 required
  end C998
  segment ST name "Start"
    .01 143 required
    .02 329 required
  end ST
  segment AK1 name "Group"
    .01 479 required
    .02 28 required
    .03 480
  end AK1
  segment AK2 name "Set"
    .01 143 required
    .02 329 required
  end AK2
  segment IK3 name "Segment in error"
    .01 721 required
    .02 719 required
    .03 447
    .04 620
  end IK3
  segment CTX name "Context"
    .01 C998 required
    .02 721
    .03 719
    .04 447
  end CTX
  segment IK4 name "Element in error"
    .01 C030 required
    .02 725
    .03 621 required
    .04 724
  end IK4
  segment IK5 name "Verdict on the set"
    .01 717 required
    .02 618
    .03 618
    .04 618
    .05 618
    .06 618
  end IK5
  segment AK9 name "Verdict on the group"
    .01 715 required
    .02 97 required
    .03 97 required
    .04 97 required
    .05 716
    .06 716
    .07 716
    .08 716
    .09 716
  end AK9
  segment SE name "End"
    .01 96 required
    .02 329 required
  end SE
end dictionary

guide small/999
  lang 1
  syntax x12 release "005010" set "999" group "FA" name "Implementation acknowledgement"
  dictionary small
  unit transaction
  structure
    ST required auto
    AK1 required
    loop AK2 max 99999
      loop IK3 max 99999
        CTX max 10
        loop IK4 max 99999
          CTX max 10
        end IK4
      end IK3
      IK5 required
    end AK2
    AK9 required
    SE required auto
  end structure
end guide
"#;

/// The 999 says what the guide alone found wrong, for which the 997 has no words, and what an element depends on.
#[test]
fn a_999_has_words_for_what_the_guide_refuses() {
    let layout = compiled(IMPLEMENTATION, "small/999");
    let unused = AcknowledgedFinding {
        place: Place { segment: 3, tag: "N4".into(), ..Place::default() },
        ..element("X106", 3, 0, "")
    };
    let findings =
        vec![unused, element("X212", 5, 3, "CC"), element("X202", 7, 2, ""), element("X207", 7, 1, "ZZ")];
    let mut group = group_of("OW", "940", findings);
    group.messages.push(AcknowledgedMessage {
        kind: "940".into(),
        control_number: "0002".into(),
        ..AcknowledgedMessage::default()
    });
    let (mut body, mut findings) = (Vec::new(), Diagnostics::new());
    let mut writer = FunctionalAcknowledgement::new(&*layout).expect("a guide of the 999");
    assert!(writer.begin_group(group.head.clone(), &mut body, &mut findings));
    group.messages.iter().for_each(|message| writer.message(message, &mut body, &mut findings));
    writer.end_group(&mut body, &mut findings);
    assert!(findings.is_empty(), "{:?}", findings.as_slice());
    let told = segments(&body);
    let tag = element("X202", 7, 2, "").place.tag;
    let expected = [
        "AK1*OW*131*004010".to_string(),
        "AK2*940*0001".into(),
        "IK3*N4*3**I4".into(),
        format!("IK3*{tag}*5**8"),
        "IK4*3**I10*CC".into(),
        format!("IK3*{tag}*7**8"),
        "IK4*1**7*ZZ".into(),
        "IK4*2**2".into(),
        format!("CTX*SITUATIONAL TRIGGER*{tag}*7"),
        "IK5*R*5".into(),
        "AK2*940*0002".into(),
        "IK5*A".into(),
        "AK9*P*2*2*1".into(),
    ];
    assert_eq!(told, expected);
    // Our own guide finds nothing wrong with it, and it is understood.
    let mut message = Vec::new();
    layout.wrap_body(&Envelope::default(), &mut Totals::default(), &body, &mut message);
    let input = MessageInput { head: &[], bytes: &message, offset: 0 };
    let (tree, findings) = shipped::read(&*layout, &input);
    assert!(findings.is_empty(), "{:?}", findings.as_slice());
    let said = X12.read("999", layout.guide(), View::new(&tree, input.source())).expect("it is understood");
    assert_eq!((said[0].word, said[0].messages[0].word), (Word::PartiallyAccepted, Word::Rejected));
    let texts: Vec<&str> = said[0].messages[0].remarks.iter().map(|remark| remark.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "the segment is not used by their guide",
            "the element is not used by their guide",
            "the code is not known",
            "an element is missing that goes with another one",
        ]
    );
}
