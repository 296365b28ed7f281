//! Two gateways stand face to face: what one sends the other takes in and acknowledges, acknowledgements are taken note
//! of, and then both fall silent. In X12 and in EDIFACT, by the same flows.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/shipped.rs"]
mod shipped_guides;
#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::base::clock::{Clock, Monotonic};
use crossdock::base::limits::Limits;
use crossdock::base::random::SeededRandom;
use crossdock::exchange::reply::Word;
use crossdock::exchange::states::DeliveryState;
use crossdock::gateway::bundle::MappingFiles;
use crossdock::gateway::{Activation, Gateway, Machine, Progress};
use crossdock::ledger::sqlite::{Durability, SqliteLedger};
use crossdock::ledger::{Acknowledged, MessageFilter, MessageLine, MessageStory};
use gateway_world::{HandClock, shipped};
use sim_files::SimFiles;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What both sides have in common: one document, and how it is written in files of rows and in both syntaxes.
const COMMON: &str = r#"
guide faces/rows
  lang 1
  syntax csv delimiter "," header yes charset "utf-8" newline crlf
  unit group by Number
  header Number
  columns
    Number required text 30
    Line required text 30
  end columns
end guide

dictionary faces/x12
  element 127 AN 1 30 name "Number"
  element 143 ID 3 3 name "Set"
  element 329 AN 4 9 name "Set control number"
  element 96 N0 1 10 name "Segments"
  segment ST name "Start"
    .01 143 required
    .02 329 required
  end ST
  segment BGN name "Beginning"
    .01 127 required
  end BGN
  segment SE name "End"
    .01 96 required
    .02 329 required
  end SE
end dictionary

guide faces/x12
  lang 1
  syntax x12 release "004010" set "864" group "TX" name "Note"
  dictionary faces/x12
  unit transaction
  structure
    ST required auto
    BGN required max 9
    SE required auto
  end structure
end guide

dictionary faces/edifact
  element 0051 an..2 name "Agency"
  element 0052 an..3 name "Version"
  element 0054 an..3 name "Release"
  element 0057 an..6 name "Association's own code"
  element 0062 an..14 name "Message reference"
  element 0065 an..6 name "Message type"
  element 0074 n..6 name "Segments"
  element 1004 an..30 name "Number"
  composite S009 name "Message type"
    .01 0065 required
    .02 0052 required
    .03 0054 required
    .04 0051 required
    .05 0057
  end S009
  segment UNH name "Start"
    .01 0062 required
    .02 S009 required
  end UNH
  segment BGM name "Beginning"
    .01 1004 required
  end BGM
  segment UNT name "End"
    .01 0074 required
    .02 0062 required
  end UNT
end dictionary

guide faces/edifact
  lang 1
  syntax edifact set "GENRAL" version "D" release "96A" agency "UN" name "Note"
  dictionary faces/edifact
  unit transaction
  structure
    UNH required auto
    BGM required max 9
    UNT required auto
  end structure
end guide

map faces/read-rows
  lang 1
  from guide faces/rows as file
  to canonical memo
  number = Number required
  each lines from row as r
    no = r.Line
  end lines
end map

map faces/write-rows
  lang 1
  from canonical memo as memo
  to guide faces/rows
  Number = number
  each row from lines as l
    Line = l.no
  end row
end map

map faces/read-x12
  lang 1
  from guide faces/x12 as msg
  to canonical memo
  number = first(BGN.01) required
  check reject E900 "nobody wants {this.number}": this.number <> "N8"
  each lines from BGN as t
    no = t.01
  end lines
end map

map faces/write-x12
  lang 1
  from canonical memo as memo
  to guide faces/x12
  each BGN from lines as l
    .01 = l.no
  end BGN
end map

map faces/read-edifact
  lang 1
  from guide faces/edifact as msg
  to canonical memo
  number = first(BGM.01) required
  check reject E900 "nobody wants {this.number}": this.number <> "N8"
  each lines from BGM as t
    no = t.01
  end lines
end map

map faces/write-edifact
  lang 1
  from canonical memo as memo
  to guide faces/edifact
  each BGM from lines as l
    .01 = l.no
  end BGM
end map
"#;

const NOTE: &str = "
shape memo name \"Memo\"
  client text 30
  sender text 35
  receiver text 35
  provenance provenance
  number text 30 required key
  lines many memo_line
end shape

record memo_line
  no text 30 required
end record
";

/// How one syntax is exchanged.
#[derive(Clone)]
struct Syntax {
    name: &'static str,
    /// The guide it is acknowledged by.
    acknowledgement: &'static str,
    /// What more its table says.
    policy: &'static str,
    qualifier: &'static str,
    /// What stands before the number in the guide's dictionary.
    element: &'static str,
}

const SYNTAXES: [Syntax; 2] = [
    Syntax {
        name: "x12",
        acknowledgement: "x12/004010/997",
        policy: "",
        qualifier: "ZZ",
        element: "element 127 AN 1 30",
    },
    Syntax {
        name: "edifact",
        acknowledgement: "edifact/contrl-3",
        policy: "",
        qualifier: "14",
        element: "element 1004 an..30",
    },
];

/// One of the two.
struct Side {
    name: &'static str,
    gateway: Gateway,
    _ledger: tempfile::TempDir,
}

/// The configuration of one side. `codes` are the only numbers it takes, if there are any.
fn mappings(syntax: &Syntax, (ours, theirs): (&str, &str), codes: &str) -> MappingFiles {
    let (all, _) = shipped();
    // Of the standards what answers, and the advice; of the house what writes and reads advices.
    let answers =
        ["997", "999", "TA1", "824", "x12/004010/dictionary", "x12/005010/dictionary", "contrl", "service"];
    let house = ["824", "aperak", "_advice_"];
    let kept = |path: &str| match path.split_once('/') {
        Some(("standards", _)) => answers.iter().any(|kept| path.contains(kept)),
        Some(("house", _)) => house.iter().any(|kept| path.contains(kept)),
        _ => ["canonical/records.shape", "canonical/application_advice.shape"].contains(&path),
    };
    let mut files: MappingFiles = all.into_iter().filter(|(path, _)| kept(path)).collect();
    let Syntax { name, acknowledgement, policy, qualifier, element } = syntax;
    let common =
        COMMON.replace(&format!("{element} name \"Number\""), &format!("{element} name \"Number\"{codes}"));
    let (advice, advice_guide) = match *name {
        "x12" => ("824", "x12-824"),
        _ => ("edifact-aperak", "edifact-aperak"),
    };
    files.insert("canonical/memo.shape".into(), NOTE.into());
    files.insert("faces.guide".into(), common);
    files.insert(
        "faces.flow".into(),
        format!(
            "flow faces/out\n  read faces/read-rows from faces/rows\n  write faces/write-{name} to \"to-partner\" per message\n\
             end flow\n\nflow faces/in\n  read faces/read-{name} from faces/{name}\n  \
             write faces/write-rows to \"to-house\" per message\nend flow\n\n\
             flow faces/advices\n  read house/{advice}-in from house/{advice_guide}\nend flow\n"
        ),
    );
    files.insert(
        "clients/partner/partner.toml".into(),
        format!(
            "client = \"PARTNER\"\nname = \"Partner\"\n[site]\ncode = \"S1\"\nzone = \"UTC\"\n\
             [envelope.{name}]\nour_qualifier = \"{qualifier}\"\nour_id = \"{ours}\"\n\
             their_qualifier = \"{qualifier}\"\ntheir_id = \"{theirs}\"\n\
             [acknowledge.{name}]\nguide = \"{acknowledgement}\"\nto = \"to-partner\"\n{policy}\n\
             [expect.{name}]\nacknowledgement_within = \"2h\"\n\
             [[receive]]\nendpoint = \"from-house\"\nflow = \"faces/out\"\n\
             [advise.{name}]\nmap = \"house/{advice}\"\nto = \"to-partner\"\n\
             [[receive]]\nendpoint = \"from-partner\"\nflow = \"faces/in\"\n\
             [[receive]]\nendpoint = \"from-partner\"\nflow = \"faces/advices\"\n"
        ),
    );
    files
}

impl Side {
    fn new(
        name: &'static str,
        other: &'static str,
        disk: &SimFiles,
        clock: &Arc<HandClock>,
        files: &MappingFiles,
    ) -> Self {
        let endpoints = [
            ("from-house", "in", format!("/{name}/house-out")),
            ("to-house", "out", format!("/{name}/house-in")),
            ("from-partner", "in", format!("/wire/to-{name}")),
            ("to-partner", "out", format!("/wire/to-{other}")),
        ];
        let mut settings = "data = \"data\"\nmappings = \"mappings\"\n".to_string();
        for (endpoint, direction, path) in endpoints {
            disk.put(format!("{path}/.keep"), b"");
            settings += &format!(
                "[endpoints.{endpoint}]\nkind = \"folder\"\ndirection = \"{direction}\"\npath = \"{path}\"\n\
                 file_name = \"{{kind}}_{{delivery}}\"\nsettle = \"1s\"\n"
            );
        }
        let ledger = tempfile::tempdir().unwrap();
        let rows = SqliteLedger::open(&ledger.path().join("ledger"), Durability::Off).unwrap();
        let machine = Machine {
            files: Arc::new(disk.clone()),
            clock: clock.clone(),
            random: Arc::new(SeededRandom::new(name.len() as u64)),
        };
        let (settings, base) = (toml::from_str(&settings).unwrap(), format!("/{name}"));
        let mut gateway =
            Gateway::open(machine, Box::new(rows), settings, Path::new(&base), Limits::default()).unwrap();
        match gateway.activate(files).unwrap() {
            Activation::Active(..) => {}
            Activation::Refused(findings, _) => panic!("{:?}", findings.as_slice()),
        }
        Side { name, gateway, _ledger: ledger }
    }

    fn lines(&self) -> Vec<MessageLine> {
        let filter = MessageFilter { state: None, client: None, before: None, limit: 1000 };
        let mut lines = self.gateway.messages(filter).unwrap();
        lines.reverse();
        lines
    }

    fn sent(&self) -> usize {
        let in_state =
            |&state: &DeliveryState| self.gateway.ledger().deliveries_in(state, 1000).unwrap().len();
        DeliveryState::ALL.iter().map(in_state).sum()
    }

    fn story(&self, kind: &str) -> MessageStory {
        let line = self.lines().into_iter().find(|line| line.kind == kind).unwrap();
        self.gateway.story(line.id).unwrap()
    }
}

/// Steps both until neither does anything for so long that nothing will.
fn run(sides: &mut [Side; 2], clock: &HandClock) {
    run_seeing(sides, clock, &mut || {});
}

/// As [`run`]; `look` is called after each step.
fn run_seeing(sides: &mut [Side; 2], clock: &HandClock, look: &mut dyn FnMut()) {
    let mut quiet = 0;
    for _ in 0..5_000 {
        let mut next: Option<Monotonic> = None;
        let mut worked = false;
        for side in sides.iter_mut() {
            match side.gateway.step().unwrap() {
                Progress::Worked => {
                    worked = true;
                    look();
                }
                Progress::Idle { next_at } => next = next.into_iter().chain(next_at).min(),
            }
        }
        if worked {
            quiet = 0;
            continue;
        }
        quiet += 1;
        if quiet > 60 {
            return;
        }
        let limit = clock.monotonic().since_start + Duration::from_secs(3);
        clock.advance_to(Monotonic { since_start: next.unwrap().since_start.min(limit) });
    }
    panic!("they never fall silent");
}

fn faces(syntax: &Syntax, codes: &str) -> ([Side; 2], SimFiles, Arc<HandClock>) {
    let (disk, clock) = (SimFiles::new(), Arc::new(HandClock::default()));
    let left = Side::new("left", "right", &disk, &clock, &mappings(syntax, ("LEFT", "RIGHT"), ""));
    let right = Side::new("right", "left", &disk, &clock, &mappings(syntax, ("RIGHT", "LEFT"), codes));
    ([left, right], disk, clock)
}

fn files(disk: &SimFiles, folder: &str) -> usize {
    disk.names(folder).iter().filter(|name| *name != ".keep").count()
}

#[test]
fn both_send_and_acknowledge_and_then_fall_silent() {
    for syntax in &SYNTAXES {
        let (mut sides, disk, clock) = faces(syntax, "");
        for side in &sides {
            let number = format!("N-{}", side.name);
            disk.put(
                format!("/{}/house-out/note.csv", side.name),
                format!("Number,Line\r\n{number},{number}\r\n").as_bytes(),
            );
        }
        run(&mut sides, &clock);
        for side in &sides {
            let states: Vec<String> = side.lines().iter().map(|line| line.state.to_string()).collect();
            assert_eq!(states, ["DONE", "DONE", "DONE"], "{}: {:?}", syntax.name, side.lines());
            let ours = side.story("faces/rows");
            let accepted = Some(Acknowledged::Said(Word::Accepted));
            assert_eq!(ours.line.acknowledged, accepted, "{} {}", syntax.name, side.name);
            assert_eq!(side.sent(), 3, "a note to the partner, one to the house, one acknowledgement");
            assert_eq!(files(&disk, &format!("/{}/house-in", side.name)), 1);
        }
        assert_eq!((files(&disk, "/wire/to-left"), files(&disk, "/wire/to-right")), (0, 0));
        // Silent they stay, past the time for which an acknowledgement is waited.
        clock.advance(Duration::from_secs(100 * 3 * 3600));
        run(&mut sides, &clock);
        for side in &sides {
            assert_eq!((side.lines().len(), side.sent()), (3, 3), "{}", syntax.name);
            assert!(side.story("faces/rows").findings.is_empty());
        }
    }
}

#[test]
fn what_one_refuses_the_other_shows_in_words() {
    for syntax in &SYNTAXES {
        let (mut sides, disk, clock) = faces(syntax, " codes N1 N2");
        disk.put("/left/house-out/note.csv", b"Number,Line\r\nN1,N1\r\n");
        disk.put("/left/house-out/other.csv", b"Number,Line\r\nN9,N9\r\n");
        run(&mut sides, &clock);
        let [left, right] = &sides;
        let words: Vec<_> =
            left.lines().iter().map(|line| (line.number.clone(), line.acknowledged)).collect();
        let said = |number: &str, word| (Some(number.to_string()), Some(Acknowledged::Said(word)));
        assert_eq!(words[..2], [said("N1", Word::Accepted), said("N9", Word::Rejected)], "{}", syntax.name);
        let refused = left.gateway.story(left.lines()[1].id).unwrap();
        let titles: Vec<String> =
            refused.findings.iter().map(|finding| finding.to_diagnostic().unwrap().title()).collect();
        let expected = match syntax.name {
            "x12" => "segment 2 (BGN), element 01 of N9: the code is not known: `N9` (AK403 7)",
            _ => "segment 2, element 01 of N9: the value is invalid (UCD 12)",
        };
        assert_eq!(titles.len(), 2, "{titles:?}");
        assert!(titles[0].starts_with("the partner refused N9, which was sent in "), "{titles:?}");
        assert_eq!(titles[1], format!("the partner found in {expected}"));
        let states: Vec<String> = right.lines().iter().map(|line| line.state.to_string()).collect();
        assert_eq!(states, ["DONE", "REJECTED"]);
        assert_eq!((left.sent(), right.sent()), (2, 3), "two acknowledgements and one note to the house");
    }
}

#[test]
fn the_same_file_again_gets_the_stored_acknowledgement_and_it_is_harmless() {
    for syntax in &SYNTAXES {
        let (mut sides, disk, clock) = faces(syntax, "");
        disk.put("/left/house-out/note.csv", b"Number,Line\r\nN1,N1\r\n");
        // What left the first time is laid down a second time.
        let mut copy = None;
        for _ in 0..2_000 {
            let worked = matches!(sides[0].gateway.step().unwrap(), Progress::Worked);
            let wire = disk.names("/wire/to-right");
            if let Some(name) = wire.iter().find(|name| !name.to_string_lossy().starts_with('.')) {
                copy = disk.get(Path::new("/wire/to-right").join(name));
                break;
            }
            if !worked {
                let later = clock.monotonic().since_start + Duration::from_secs(1);
                clock.advance_to(Monotonic { since_start: later });
            }
        }
        run(&mut sides, &clock);
        disk.put("/wire/to-right/again", &copy.expect("a note left"));
        run(&mut sides, &clock);
        let [left, right] = &sides;
        let states: Vec<String> = right.lines().iter().map(|line| line.state.to_string()).collect();
        assert_eq!(states, ["DONE", "DUPLICATE"], "{}", syntax.name);
        let states: Vec<String> = left.lines().iter().map(|line| line.state.to_string()).collect();
        assert_eq!(states, ["DONE", "DONE", "DUPLICATE"], "{}", syntax.name);
        assert_eq!(left.story("faces/rows").line.acknowledged, Some(Acknowledged::Said(Word::Accepted)));
        assert!(left.story("faces/rows").findings.is_empty());
    }
}

/// Every kind of acknowledgement with every policy: syntax, guide, what more the table says; how many files answer an
/// interchange that is taken and one that is refused, and what the sender knows of both then.
type Case = (usize, &'static str, &'static str, usize, [Option<Acknowledged>; 2]);
const TAKEN: Option<Acknowledged> = Some(Acknowledged::Said(Word::Accepted));
const REFUSED: Option<Acknowledged> = Some(Acknowledged::Said(Word::Rejected));
const RECEIVED: Option<Acknowledged> = Some(Acknowledged::Overdue);
const NOTHING: Option<Acknowledged> = Some(Acknowledged::Overdue);
const CASES: &[Case] = &[
    (0, "x12/004010/997", "", 2, [TAKEN, REFUSED]),
    (0, "x12/005010/997", "ta1 = \"requested\"", 2, [TAKEN, REFUSED]),
    (0, "x12/005010/999", "", 2, [TAKEN, REFUSED]),
    (0, "x12/004010/997", "ta1 = \"always\"", 2, [TAKEN, REFUSED]),
    (0, "x12/004010/TA1", "", 2, [RECEIVED, RECEIVED]),
    (0, "x12/004010/997", "when = \"noted\"", 1, [NOTHING, REFUSED]),
    (0, "x12/005010/999", "when = \"refused\"", 1, [NOTHING, REFUSED]),
    (0, "x12/004010/997", "every = \"20m\"", 1, [TAKEN, REFUSED]),
    (0, "x12/005010/999", "every = \"20m\"\nta1 = \"always\"", 1, [TAKEN, REFUSED]),
    (0, "x12/004010/TA1", "every = \"20m\"", 2, [RECEIVED, RECEIVED]),
    (1, "edifact/contrl-3", "", 2, [TAKEN, REFUSED]),
    (1, "edifact/contrl-3-ean", "detail = \"all\"", 2, [TAKEN, REFUSED]),
    (1, "edifact/contrl-3", "detail = \"receipt\"", 2, [RECEIVED, RECEIVED]),
    (1, "edifact/contrl-3", "when = \"refused\"", 1, [NOTHING, REFUSED]),
    (1, "edifact/contrl-3", "every = \"20m\"", 1, [TAKEN, REFUSED]),
];

/// The files that lie on a wire now, by name.
fn keep(disk: &SimFiles, folder: &str, kept: &mut BTreeMap<String, Vec<u8>>) {
    for name in disk.names(folder) {
        let name = name.to_string_lossy().into_owned();
        if !name.starts_with('.')
            && let Some(bytes) = disk.get(format!("{folder}/{name}"))
        {
            kept.insert(name, bytes);
        }
    }
}

/// Every message of a file is read by our own guide of its kind, and the release of `acknowledgement`, without a finding.
fn is_clean(acknowledgement: &str, name: &str, bytes: &[u8]) {
    let (_, bundle) = shipped();
    let of = &*bundle.layouts[acknowledgement];
    let (head, messages) = shipped_guides::messages(of, bytes);
    assert!(!messages.is_empty(), "{name}");
    for row in messages {
        assert!(row.fault.is_none(), "{name}: {row:?}");
        let guide = if row.kind == "TA1" { "x12/004010/TA1" } else { acknowledgement };
        let layout = &*bundle.layouts[guide];
        assert_eq!(layout.guide().setting("set"), row.kind, "{name}");
        let (_, findings) = shipped_guides::read(layout, &shipped_guides::input(&head, bytes, &row));
        assert!(findings.is_empty(), "{name}: {:?}", findings.as_slice());
    }
    let rows = shipped_guides::index(of, bytes, usize::MAX);
    let ends = rows.iter().filter_map(|row| match row {
        crossdock::formats::Row::InterchangeEnd { fault, .. } => Some(fault),
        _ => None,
    });
    assert_eq!(ends.collect::<Vec<_>>(), [&None], "{name}");
}

#[test]
fn every_kind_of_acknowledgement_validates_clean_and_then_they_fall_silent() {
    for (at, acknowledgement, policy, answers, known) in CASES {
        let what = format!("{acknowledgement} {policy}");
        let syntax = Syntax { acknowledgement, policy, ..SYNTAXES[*at].clone() };
        let (mut sides, disk, clock) = faces(&syntax, " codes N1 N2");
        disk.put("/left/house-out/note.csv", b"Number,Line\r\nN1,N1\r\n");
        disk.put("/left/house-out/other.csv", b"Number,Line\r\nN9,N9\r\n");
        let mut seen = BTreeMap::new();
        run_seeing(&mut sides, &clock, &mut || keep(&disk, "/wire/to-left", &mut seen));
        // Past every time for which something is waited.
        clock.advance(Duration::from_secs(100 * 3 * 3600));
        run_seeing(&mut sides, &clock, &mut || keep(&disk, "/wire/to-left", &mut seen));
        assert_eq!(seen.len(), *answers, "{what}: {:?}", seen.keys());
        seen.iter().for_each(|(name, bytes)| is_clean(acknowledgement, name, bytes));
        let [left, right] = &sides;
        let lines: Vec<_> = left.lines().iter().take(2).map(|line| line.acknowledged).collect();
        assert_eq!(lines, known, "{what}");
        assert_eq!(
            (left.sent(), right.sent()),
            (2, answers + 1),
            "{what}: the answers, and one note to the house"
        );
        let done = [left, right].map(|side| side.gateway.ledger().closable_intakes(9).unwrap().len());
        assert_eq!(done, [0, 0], "{what}: every file is closed");
        let open = |side: &Side| side.gateway.ledger().due_acks(9).unwrap().len();
        assert_eq!((open(left), open(right)), (0, 0), "{what}: nothing is owed");
    }
}

/// A note that could be read and is refused for what it says: an advice, its acknowledgement, and silence.
#[test]
fn an_advice_is_acknowledged_and_nobody_advises_of_it() {
    for (syntax, kind, guides) in [
        (&SYNTAXES[0], "824", ["house/x12-824", "x12/004010/824"]),
        (&SYNTAXES[1], "APERAK", ["house/edifact-aperak", "edifact/d96a/APERAK"]),
    ] {
        let (mut sides, disk, clock) = faces(syntax, "");
        disk.put("/left/house-out/note.csv", b"Number,Line\r\nN8,N8\r\n");
        let mut seen = BTreeMap::new();
        run_seeing(&mut sides, &clock, &mut || keep(&disk, "/wire/to-left", &mut seen));
        clock.advance(Duration::from_secs(100 * 3 * 3600));
        run(&mut sides, &clock);
        let (advices, answers): (Vec<_>, Vec<_>) = seen.iter().partition(|(name, _)| name.starts_with(kind));
        assert_eq!((advices.len(), answers.len()), (1, 1), "{:?}", seen.keys());
        for guide in guides {
            is_clean(guide, advices[0].0, advices[0].1);
        }
        let [left, right] = &sides;
        let states = |side: &Side| side.lines().iter().map(|line| line.state.to_string()).collect::<Vec<_>>();
        assert_eq!(states(left), ["DONE", "DONE", "DONE"], "the note, its acknowledgement, and the advice");
        assert_eq!(states(right), ["QUARANTINED", "DONE"], "the note, and the acknowledgement of the advice");
        assert_eq!(
            (left.sent(), right.sent()),
            (2, 2),
            "{kind}: the note and one acknowledgement; both answers"
        );
        let note = left.gateway.story(left.lines()[0].id).unwrap();
        assert_eq!(note.line.acknowledged, Some(Acknowledged::Said(Word::Rejected)));
        let titles: Vec<String> =
            note.findings.iter().map(|finding| finding.to_diagnostic().unwrap().title()).collect();
        assert!(titles[1].contains("nobody wants N8"), "{titles:?}");
        let advice = right.gateway.story(right.lines()[0].id).unwrap();
        let acked = advice.deliveries.iter().filter(|sent| sent.state == DeliveryState::Acked).count();
        assert_eq!(acked, 1, "the advice was acknowledged");
    }
}
