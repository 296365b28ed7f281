//! What a sender is told of documents that could be read: scenario S14 as a whole, and what comes after a retry.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/shipped.rs"]
mod shipped;
#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::exchange::reply::Word;
use crossdock::exchange::states::DeliveryState;
use crossdock::gateway::bundle::{Bundle, MappingFiles};
use crossdock::ledger::Acknowledged;
use gateway_world::{ANSWERS_OUT, ORDERS_IN, WMS_IMPORT, WMS_LEIPZIG, World, edited, testdata};
use std::collections::BTreeMap;
use std::sync::Arc;

const MAP: &str = "clients/brightwick/940-order.map";
const NORDHAVEN_OUTGOING: &str = "/gw/drops/nordhaven/outgoing";
const NORDHAVEN_INCOMING: &str = "/gw/drops/nordhaven/incoming";
const PARTNER: &str = "clients/brightwick/partner.toml";

fn segments(text: &str) -> Vec<String> {
    text.split('~').map(|segment| segment.trim().to_string()).filter(|segment| !segment.is_empty()).collect()
}

/// What went to Brightwick, by the kind in the file's name: the segments between envelope and envelope.
fn told(world: &World) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut all: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for (name, bytes) in world.files(ANSWERS_OUT) {
        let segments = segments(std::str::from_utf8(&bytes).unwrap());
        let kind = name.split('_').next().unwrap().to_string();
        all.entry(kind).or_default().push(segments[2..segments.len() - 2].to_vec());
    }
    all
}

/// Everything that went to Brightwick and Nordhaven is read by our own guides without a finding: those of the standard and,
/// where we narrow it, our own.
fn is_clean(world: &World) {
    let x12 = |set: &str| vec![format!("x12/004010/{set}")];
    all_clean(world.files(ANSWERS_OUT), &|set| match set {
        "824" => [x12(set), vec!["house/x12-824".into()]].concat(),
        _ => x12(set),
    });
    all_clean(world.files(NORDHAVEN_INCOMING), &|set| match set {
        "APERAK" => vec!["house/edifact-aperak".into(), "edifact/d96a/APERAK".into()],
        _ => vec!["edifact/contrl-3-ean".into()],
    });
}

fn all_clean(files: BTreeMap<String, Vec<u8>>, guides: &dyn Fn(&str) -> Vec<String>) {
    let bundle = shipped::bundle();
    let each = files.iter().flat_map(|(name, bytes)| {
        let set = name.split('_').next().unwrap();
        guides(set).into_iter().map(move |guide| (name, bytes, guide))
    });
    for (name, bytes, guide) in each {
        let layout = &*bundle.layouts[&guide];
        let rows = shipped::index(layout, bytes, usize::MAX);
        let mut head = Vec::new();
        let mut count = 0;
        for row in rows {
            match row {
                crossdock::formats::Row::Interchange(row) => head = row.head,
                crossdock::formats::Row::Message(row) => {
                    assert!(row.fault.is_none(), "{name}");
                    let (_, findings) = shipped::read(layout, &shipped::input(&head, bytes, &row));
                    assert!(findings.is_empty(), "{name}: {:?}", findings.as_slice());
                    count += 1;
                }
                _ => {}
            }
        }
        assert_eq!(count, 1, "{name}");
    }
}

#[test]
fn s14_refuses_one_order_takes_one_and_advises_of_one() {
    let mut world = World::new();
    world.lay_down(ORDERS_IN, "s14-940.edi", &testdata("x12/err/s14-940.edi"));
    world.run().unwrap();
    assert_eq!(world.states(), ["REJECTED", "DONE", "QUARANTINED"]);
    let first = told(&world);
    let expected = segments(&String::from_utf8(testdata("x12/ok/s14-997.edi")).unwrap());
    assert_eq!(first["997"], [expected[2..expected.len() - 2].to_vec()]);
    let advice = [
        "ST*824*0001",
        "BGN*11*ERR-000000131-3*20261120*081600",
        "OTI*TR*OQ*SO104778*BRIGHTWICK*HAVENPORT3PL***131*0003*940",
        "TED*007*quantity missing*W01*7",
        "TED*848*UPC check digit 412345600011 expected 0*W01*7",
        "SE*6*0001",
    ];
    assert_eq!(first["824"], [advice.map(String::from).to_vec()]);
    assert!(world.only(WMS_IMPORT).contains("SO104600"));
    is_clean(&world);
    // The file once more is recognised: its acknowledgement goes out again, and nothing else.
    world.lay_down(ORDERS_IN, "again.edi", &testdata("x12/err/s14-940.edi"));
    world.run().unwrap();
    assert_eq!(world.states()[3..], ["DUPLICATE", "DUPLICATE", "DUPLICATE"]);
    let again = told(&world);
    assert_eq!((again["997"].len(), again["824"].len()), (2, 1));
    assert_eq!(again["997"][0], again["997"][1]);
    assert_eq!(world.files(WMS_IMPORT).len(), 1);
}

/// Brightwick's item master comes in, and a check of the house's map asks it; Brightwick has a code of its own for that.
fn with_item_master(usage: &str) -> (MappingFiles, Arc<Bundle>) {
    const KNOWN: &str = "    description        = join(G69.01, \" \")";
    const ASKED: &str =
        "    check reject E930 \"item {this.sku} not in item master\": present(item(this.sku).base_uom)";
    let (mut files, _) = gateway_world::shipped();
    for (file, old, new) in [
        (PARTNER, "usage = \"P\"", format!("usage = \"{usage}\"")),
        ("house/940-order.map", KNOWN, format!("{ASKED}\n\n{KNOWN}")),
        (
            PARTNER,
            "[[receive]]",
            "[[receive]]\nendpoint = \"brightwick-outgoing\"\nflow = \"brightwick/items\"\n\n[[receive]]"
                .into(),
        ),
    ] {
        let text = files.get_mut(file).unwrap();
        assert!(text.contains(old), "{file}: {old}");
        *text = text.replacen(old, &new, 1);
    }
    let flow = "flow brightwick/items\n  read house/888-item from house/x12-888\nend flow\n";
    files.insert("clients/brightwick/items.flow".into(), flow.into());
    let codes = "# key code\ncode,x12\nE930,011\n";
    files.insert("clients/brightwick/tables/x12_advice_code.csv".into(), codes.into());
    let (bundle, _, findings) = crossdock::gateway::bundle::compile(&files, None);
    let bundle = bundle.unwrap_or_else(|| panic!("{findings:?}"));
    (files, Arc::new(bundle))
}

/// An item maintenance of Brightwick's, test or production.
fn items(number: u32, usage: &str, skus: &[&str]) -> Vec<u8> {
    let stars = "*".repeat(14);
    let all: String = skus.iter().map(|sku| format!("G39**VN*{sku}{stars}1~")).collect();
    let count = skus.len() + 6;
    format!(
        "ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261119*0900*U*00401*{number:09}*0*{usage}*>~\
         GS*QG*BRIGHTWICK*HAVENPORT3PL*20261119*0900*{number}*X*004010~ST*888*0001~BGN*00*BW-{number}*20261119~\
         N1*DE*BRIGHTWICK HOME*92*BRW01~G62*07*20261119~G53*003~{all}SE*{count}*0001~GE*1*{number}~IEA*1*{number:09}~"
    )
    .into_bytes()
}

#[test]
fn s14_as_a_whole_with_an_item_that_nobody_knows() {
    let mut world = World::with(with_item_master("P"));
    world.lay_down(ORDERS_IN, "items.edi", &items(130, "P", &["BW-LAMP-S", "BW-SHADE-L"]));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE"], "{:?}", gateway_world::titles(&world.story(0).findings));
    world.lay_down(ORDERS_IN, "s14-940.edi", &testdata("x12/err/s14-940.edi"));
    world.run().unwrap();
    assert_eq!(world.states()[1..], ["REJECTED", "DONE", "QUARANTINED"]);
    let first = told(&world);
    let expected = segments(&String::from_utf8(testdata("x12/ok/s14-997.edi")).unwrap());
    assert!(
        first["997"].contains(&expected[2..expected.len() - 2].to_vec()),
        "one 997 with P and its places"
    );
    let advice = [
        "ST*824*0001",
        "BGN*11*ERR-000000131-3*20261120*081600",
        "OTI*TR*OQ*SO104778*BRIGHTWICK*HAVENPORT3PL***131*0003*940",
        "TED*007*quantity missing*W01*7",
        "TED*848*UPC check digit 412345600011 expected 0*W01*7",
        "TED*011*item NOSUCHSKU not in item master*W01*9",
        "SE*7*0001",
    ];
    let mut sorted = first["824"][0].clone();
    sorted[3..5].sort();
    assert_eq!((first["824"].len(), sorted), (1, advice.map(String::from).to_vec()));
    assert!(world.only(WMS_IMPORT).contains("SO104600"), "only the good order is delivered");
    is_clean(&world);
    // The file once more: recognised, its acknowledgement again, and nothing else.
    world.lay_down(ORDERS_IN, "again.edi", &testdata("x12/err/s14-940.edi"));
    world.run().unwrap();
    assert_eq!(world.states()[4..], ["DUPLICATE", "DUPLICATE", "DUPLICATE"]);
    let again = told(&world);
    assert_eq!((again["997"].len(), again["824"].len()), (first["997"].len() + 1, 1));
    assert_eq!(world.files(WMS_IMPORT).len(), 1);
}

/// Items that came in as a test are nothing to a production order, and the other way round.
#[test]
fn tests_and_production_have_item_masters_of_their_own() {
    let order = |number: u32, usage: &str| {
        let text = String::from_utf8(testdata("x12/ok/s01-940.edi")).unwrap();
        let text =
            text.replace("000000123", &format!("{number:09}")).replace("*0*P*>", &format!("*0*{usage}*>"));
        text.replace("SO104522", &format!("SO{number}")).into_bytes()
    };
    let mut world = World::with(with_item_master("T"));
    world.lay_down(ORDERS_IN, "items.edi", &items(130, "T", &["BW-LAMP-S", "BW-MUG-4", "BW-SHADE-L"]));
    world.run().unwrap();
    world.lay_down(ORDERS_IN, "test.edi", &order(131, "T"));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE", "DONE"], "{:?}", gateway_world::titles(&world.story(1).findings));
    let (files, bundle) = with_item_master("P");
    world.gateway().activate_compiled(&files, bundle).unwrap();
    world.lay_down(ORDERS_IN, "a.edi", &order(132, "P"));
    world.run().unwrap();
    assert_eq!(world.states()[2..], ["QUARANTINED"]);
    let titles = gateway_world::titles(&world.story(2).findings);
    assert!(titles.iter().any(|title| title == "item BW-LAMP-S not in item master"), "{titles:?}");
    world.lay_down(ORDERS_IN, "more.edi", &items(133, "P", &["BW-LAMP-S", "BW-MUG-4", "BW-SHADE-L"]));
    world.run().unwrap();
    world.lay_down(ORDERS_IN, "b.edi", &order(134, "P"));
    world.run().unwrap();
    assert_eq!(world.states()[3..], ["DONE", "DONE"]);
}

/// Brightwick acknowledges our 824 with a 997, which is matched and never answered.
#[test]
fn an_advice_is_acknowledged_and_that_is_the_end_of_it() {
    let mut world = World::new();
    world.lay_down(ORDERS_IN, "s14-940.edi", &testdata("x12/err/s14-940.edi"));
    world.run().unwrap();
    let name = world.files(ANSWERS_OUT).into_keys().find(|name| name.starts_with("824")).unwrap();
    let number: u32 = name["824_".len()..name.len() - ".edi".len()].parse().unwrap();
    let answer = format!(
        "ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261120*0900*U*00401*000000900*0*P*>~\
         GS*FA*BRIGHTWICK*HAVENPORT3PL*20261120*0900*900*X*004010~ST*997*0001~AK1*AG*{number}~AK9*A*1*1*1~\
         SE*4*0001~GE*1*900~IEA*1*000000900~"
    );
    let left = world.outputs().len();
    world.lay_down(ORDERS_IN, "997.edi", answer.as_bytes());
    world.run().unwrap();
    assert_eq!(world.states().last().unwrap(), "DONE");
    let acked = world.deliveries(DeliveryState::Acked);
    assert_eq!(
        (acked.len(), acked[0].name.as_str(), acked[0].word),
        (1, name.as_str(), Some(Word::Accepted))
    );
    assert_eq!(world.outputs().len(), left);
}

const CHECK: &str = "  add check reject E950 \"no departments today\": absent(N9[DP])\nend map";

#[test]
fn an_order_that_is_taken_after_all_is_told_so() {
    let mut world = World::with(edited(&[(MAP, "end map", CHECK)]));
    world.lay_down(ORDERS_IN, "a.edi", &testdata("x12/ok/s01-940.edi"));
    world.run().unwrap();
    assert_eq!(world.states(), ["QUARANTINED"]);
    let refused = told(&world);
    assert_eq!(refused["824"][0][2], "OTI*TR*OQ*SO104522*BRIGHTWICK*HAVENPORT3PL***123*0001*940");
    assert_eq!(refused["824"][0][3][..32], *"TED*848*no departments today*ST*");
    let (files, bundle) = gateway_world::shipped();
    world.gateway().activate_compiled(&files, bundle).unwrap();
    let id = world.messages()[0].id;
    world.gateway().retry(id, "kim").unwrap();
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE"]);
    let all = told(&world);
    assert_eq!((all["997"].len(), all["824"].len()), (1, 2));
    assert_eq!(
        all["824"][1][1..3],
        [
            "BGN*11*ERR-000000123-1-2*20261120*081600",
            "OTI*TA*OQ*SO104522*BRIGHTWICK*HAVENPORT3PL***123*0001*940",
        ]
    );
    is_clean(&world);
}

#[test]
fn what_was_noted_is_told_if_that_is_agreed() {
    let noted = "map = \"house/824\"\nwhen = \"noted\"";
    let warns = CHECK.replace("reject", "warn");
    let mut world = World::with(edited(&[(MAP, "end map", &warns), (PARTNER, "map = \"house/824\"", noted)]));
    world.lay_down(ORDERS_IN, "a.edi", &testdata("x12/ok/s01-940.edi"));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE"]);
    assert_eq!(told(&world)["824"][0][2], "OTI*TE*OQ*SO104522*BRIGHTWICK*HAVENPORT3PL***123*0001*940");
    assert_eq!(world.files(WMS_IMPORT).len(), 1);
}

#[test]
fn an_advice_that_cannot_be_written_is_found() {
    let mut world = World::with(edited(&[
        (MAP, "end map", CHECK),
        (
            "house/824.map",
            "  BGN.01 = \"11\"",
            "  check reject E681 \"no advice today\": false\n  BGN.01 = \"11\"",
        ),
    ]));
    world.lay_down(ORDERS_IN, "a.edi", &testdata("x12/ok/s01-940.edi"));
    world.run().unwrap();
    assert_eq!(world.states(), ["QUARANTINED"]);
    assert!(!told(&world).contains_key("824"));
    let id = world.messages()[0].id;
    let findings = world.gateway().story(id).unwrap().findings;
    let title = findings.last().unwrap().to_diagnostic().unwrap().title();
    assert_eq!(title, "the sender cannot be told what became of SO104522: no advice today");
}

/// An order of Nordhaven's, as segments between UNH and UNT.
fn nordhaven_order(number: &str, date: &str, gtin: &str) -> Vec<String> {
    [
        format!("BGM+220+{number}+9"),
        format!("DTM+137:{date}:102"),
        "NAD+BY+9520001000010::9".into(),
        "NAD+DP+9520003000014::9++Kontor Mark+Am Hafen 7+Altstadt++23552+DE".into(),
        format!("LIN+10++{gtin}:EN"),
        "PIA+1+104455:SA".into(),
        "QTY+21:24:PCE".into(),
        "UNS+S".into(),
        "CNT+2:1".into(),
    ]
    .to_vec()
}

/// An interchange of Nordhaven's.
fn nordhaven(number: u32, kind: &str, messages: &[Vec<String>]) -> Vec<u8> {
    let mut text = format!("UNB+UNOC:3+9520001000010:14+9520002000019:14+261123:0815+{number}'");
    for (at, message) in (1..).zip(messages) {
        text += &format!("UNH+{at}+{kind}'{}'UNT+{}+{at}'", message.join("'"), message.len() + 2);
    }
    (text + &format!("UNZ+{}+{number}'", messages.len())).into_bytes()
}

/// The segments of the only file to Nordhaven whose name begins with this, from UNH to UNT.
fn told_nordhaven(world: &World, kind: &str) -> Vec<String> {
    let files = world.files(NORDHAVEN_INCOMING);
    let mut of_kind = files.iter().filter(|(name, _)| name.starts_with(kind));
    let text = String::from_utf8(of_kind.next().unwrap().1.clone()).unwrap();
    assert!(of_kind.next().is_none());
    let segments: Vec<String> = text.split('\'').map(|segment| segment.trim().to_string()).collect();
    segments
        .into_iter()
        .filter(|s| !s.is_empty() && !s.starts_with("UNA") && !s.starts_with("UN") || s.starts_with("UNH"))
        .collect()
}

/// What S14 is in X12, in EDIFACT: one order that cannot be read, one that is taken, one that is refused for what it says.
#[test]
fn in_edifact_one_order_is_refused_one_taken_and_an_aperak_tells_of_one() {
    let mut world = World::new();
    let orders = [
        nordhaven_order("NH-1", "20261340", "9520001001017"),
        nordhaven_order("NH-2", "20261123", "9520001001017"),
        nordhaven_order("NH-3", "20261123", "9520001001018"),
    ];
    let file = nordhaven(131, "ORDERS:D:96A:UN:EAN008", &orders);
    world.lay_down(NORDHAVEN_OUTGOING, "orders.edi", &file);
    world.run().unwrap();
    assert_eq!(world.states(), ["REJECTED", "DONE", "QUARANTINED"]);
    assert_eq!(
        told_nordhaven(&world, "CONTRL")[1..],
        [
            "UCI+131+9520001000010:14+9520002000019:14+7",
            "UCM+1+ORDERS:D:96A:UN:EAN008+4",
            "UCS+3",
            "UCD+12+2:2"
        ]
    );
    assert_eq!(
        told_nordhaven(&world, "APERAK"),
        [
            "UNH+1+APERAK:D:96A:UN:EAN004",
            "BGM++ERR-131-3+27",
            "DTM+137:202611201716:203",
            "RFF+ACW:NH-3",
            "RFF+AGO:3",
            "RFF+INO:131",
            "NAD+MS+9520002000019::9",
            "NAD+MR+9520001000010::9",
            "ERC+E110",
            "FTX+AAO+++GTIN check digit 9520001001018 expected 7",
            "RFF+AGO:3:6",
            "FTX+ABO+++LIN:3",
        ]
    );
    assert_eq!(world.files(WMS_LEIPZIG).len(), 1);
    is_clean(&world);
    // The file once more: the stored CONTRL goes out again, and nothing else.
    world.lay_down(NORDHAVEN_OUTGOING, "again.edi", &file);
    world.run().unwrap();
    assert_eq!(world.states()[3..], ["DUPLICATE", "DUPLICATE", "DUPLICATE"]);
    assert_eq!((world.files(NORDHAVEN_INCOMING).len(), world.files(WMS_LEIPZIG).len()), (3, 1));
}

/// The partner file names the map of the advice, and that its guide: an APERAK of another directory, out and in again.
#[test]
fn an_aperak_can_be_of_another_directory() {
    let partner = "clients/nordhaven/partner.toml";
    let out = (partner, "map = \"house/edifact-aperak\"", "map = \"house/edifact-aperak-d01b\"");
    let back = (
        "clients/nordhaven/advices.flow",
        "read house/edifact-aperak-in from house/edifact-aperak",
        "read house/edifact-aperak-in-d01b from house/edifact-aperak-d01b",
    );
    let mut world = World::with(edited(&[out, back]));
    let order = nordhaven_order("NH-3", "20261123", "9520001001018");
    let file = nordhaven(131, "ORDERS:D:96A:UN:EAN008", &[order]);
    world.lay_down(NORDHAVEN_OUTGOING, "orders.edi", &file);
    world.run().unwrap();
    let told = told_nordhaven(&world, "APERAK");
    assert_eq!(told[..2], ["UNH+1+APERAK:D:01B:UN:EAN003", "BGM++ERR-131-1+27"]);
    assert!(told.contains(&"FTX+AAO+++GTIN check digit 9520001001018 expected 7".into()), "{told:?}");
    all_clean(world.files(NORDHAVEN_INCOMING), &|set| match set {
        "APERAK" => vec!["house/edifact-aperak-d01b".into()],
        _ => vec!["edifact/contrl-3-ean".into()],
    });
    // What a partner says in it of an answer of ours.
    world.lay_down("/gw/wms/leipzig-answers", "answer.csv", &answer_rows());
    world.run().unwrap();
    let body =
        ["BGM++APE-1+27", "DTM+137:202611231100:203", "RFF+ACW:A-31", "ERC+42", "FTX+AAO+++Order is closed"];
    let aperak = nordhaven(140, "APERAK:D:01B:UN:EAN003", &[body.map(String::from).to_vec()]);
    world.lay_down(NORDHAVEN_OUTGOING, "aperak.edi", &aperak);
    world.run().unwrap();
    let titles = gateway_world::titles(&world.story(1).findings);
    assert!(
        titles[0].starts_with("the partner refused A-31") && titles[1].contains("Order is closed"),
        "{titles:?}"
    );
}

/// A shipping advice of ours was taken as a message, and is refused for what it says.
#[test]
fn what_a_partner_advises_stands_with_the_document_in_his_words() {
    let mut world = World::new();
    world.lay_down(ORDERS_IN, "s01-940.edi", &testdata("x12/ok/s01-940.edi"));
    world.run().unwrap();
    world.lay_down(gateway_world::WMS_EXPORT, "ship.csv", &testdata("csv/ok/s01-wms-shipment.csv"));
    world.run().unwrap();
    let sent = world.files(ANSWERS_OUT).len();
    let of = |number: u32, id: &str, body: &str| {
        let count = body.matches('~').count() + 1;
        format!(
            "ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261120*0900*U*00401*{number:09}*0*P*>~\
             GS*{id}*BRIGHTWICK*HAVENPORT3PL*20261120*0900*{number}*X*004010~{body}SE*{count}*0001~GE*1*{number}~\
             IEA*1*{number:09}~"
        )
    };
    let taken = of(900, "FA", "ST*997*0001~AK1*SW*502~AK2*945*0001~AK5*A~AK9*A*1*1*1~");
    world.lay_down(ORDERS_IN, "997.edi", taken.as_bytes());
    let body = "ST*824*0001~BGN*11*REJ-7*20261120*0905~OTI*TR*OQ*SHP000918*HAVENPORT3PL*BRIGHTWICK***502*0001*945~\
                TED*011*Item is not on our order*W12*12*7*234*BW-LAMP-S~TED*007~";
    world.lay_down(ORDERS_IN, "824.edi", of(901, "AG", body).as_bytes());
    world.run().unwrap();
    assert_eq!(world.states()[2..], ["DONE", "DONE"]);
    let story = world.story(1);
    assert_eq!(story.line.acknowledged, Some(Acknowledged::Said(Word::Rejected)));
    assert_eq!(
        gateway_world::titles(&story.findings),
        [
            "the partner refused SHP000918, which was sent in 945_000000502.edi",
            "the partner found in segment 12 (W12), element 07 of SHP000918: Item is not on our order: `BW-LAMP-S` (011)",
            "the partner found in the message of SHP000918: data is missing (007)",
        ]
    );
    let acked = world.deliveries(DeliveryState::Acked);
    assert_eq!((acked.len(), acked[0].word), (1, Some(Word::Accepted)), "it could be read all the same");
    assert_eq!(world.files(ANSWERS_OUT).len(), sent + 1, "a 997 for the 824, and nothing for the 997");
    is_clean(&world);
    // One about something that was never sent is told with the advice itself, and kept.
    let strange = of(902, "AG", &body.replace("REJ-7", "REJ-8").replace("*502*", "*777*"));
    world.lay_down(ORDERS_IN, "strange.edi", strange.as_bytes());
    world.run().unwrap();
    assert_eq!(world.states()[4..], ["DONE"]);
    assert_eq!(
        gateway_world::titles(&world.story(4).findings),
        ["the acknowledgement names 777 SHP000918, and nothing like it was sent to this partner"]
    );
}

/// An advice that names the document alone finds the one message about it, and says so if there are two or none.
#[test]
fn an_advice_that_names_the_document_alone_finds_its_message() {
    let mut world = World::new();
    world.lay_down("/gw/wms/leipzig-answers", "answer.csv", &answer_rows());
    world.run().unwrap();
    let aperak = |number: &str, document: &str| {
        let body = [
            format!("BGM++APE-{number}+27"),
            "DTM+137:202611231100:203".into(),
            format!("RFF+ACW:{document}"),
            "ERC+42".into(),
            "FTX+AAO+++Order is closed".into(),
        ];
        nordhaven(number.parse().unwrap(), "APERAK:D:96A:UN:EAN004", &[body.to_vec()])
    };
    world.lay_down(NORDHAVEN_OUTGOING, "one.edi", &aperak("141", "A-31"));
    world.run().unwrap();
    let titles = gateway_world::titles(&world.story(0).findings);
    assert_eq!(titles[0], "the partner refused A-31, which was sent in ORDRSP_000008801.edi");
    assert_eq!(world.story(1).findings.len(), 0);
    world.lay_down(NORDHAVEN_OUTGOING, "none.edi", &aperak("142", "A-32"));
    world.run().unwrap();
    assert_eq!(
        gateway_world::titles(&world.story(2).findings),
        ["the acknowledgement names A-32, and nothing like it was sent to this partner"]
    );
    let again = String::from_utf8(answer_rows()).unwrap().replace(",24,24,", ",24,20,");
    world.lay_down("/gw/wms/leipzig-answers", "again.csv", again.as_bytes());
    world.run().unwrap();
    let message = world.messages()[3].id;
    world.gateway().retry_repeat(message, "a person").unwrap();
    world.run().unwrap();
    world.lay_down(NORDHAVEN_OUTGOING, "two.edi", &aperak("143", "A-31"));
    world.run().unwrap();
    assert_eq!(
        gateway_world::titles(&world.story(4).findings),
        [
            "the advice names the document A-31 and no control number, and it was sent to this partner in more than one message"
        ]
    );
}

/// Nordhaven refuses an answer of ours with an APERAK.
#[test]
fn an_aperak_that_comes_in_is_shown_in_words() {
    let mut world = World::new();
    world.lay_down("/gw/wms/leipzig-answers", "answer.csv", &answer_rows());
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE"]);
    let body = [
        "BGM++APE-1+27",
        "DTM+137:202611231100:203",
        "RFF+ACW:NH-20871",
        "RFF+AGO:1",
        "RFF+INO:8801",
        "ERC+42",
        "FTX+AAO+++Order is closed",
        "RFF+AGO:1:9",
    ];
    let body = body.map(String::from).to_vec();
    world.lay_down(NORDHAVEN_OUTGOING, "aperak.edi", &nordhaven(140, "APERAK:D:96A:UN:EAN004", &[body]));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE", "DONE"]);
    let titles = gateway_world::titles(&world.story(0).findings);
    assert!(titles[0].starts_with("the partner refused "), "{titles:?}");
    assert!(titles[1].ends_with("Order is closed (42)") && titles[1].contains("segment 9"), "{titles:?}");
}

fn answer_rows() -> Vec<u8> {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/clients/nordhaven/tests/answer");
    let mut files = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    std::fs::read(files.find(|path| path.extension().is_some_and(|ending| ending == "csv")).unwrap()).unwrap()
}

/// Segments on lines of their own, where a guide says so: the line end is behind the terminator, and nothing else changes.
#[test]
fn segments_stand_on_lines_of_their_own() {
    let mut world = World::with(edited(&[
        ("standards/x12/004010/997.guide", "syntax x12 ", "syntax x12 newline crlf "),
        ("standards/edifact/contrl-3-ean.guide", "syntax edifact ", "syntax edifact newline lf "),
    ]));
    world.lay_down(ORDERS_IN, "s14-940.edi", &testdata("x12/err/s14-940.edi"));
    let orders = [nordhaven_order("NH-2", "20261123", "9520001001017")];
    world.lay_down(NORDHAVEN_OUTGOING, "orders.edi", &nordhaven(131, "ORDERS:D:96A:UN:EAN008", &orders));
    world.run().unwrap();
    let lines = |folder: &str, kind: &str, newline: &str, end: char| {
        let files = world.files(folder);
        let (_, bytes) = files.iter().find(|(name, _)| name.starts_with(kind)).unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.ends_with(newline));
        let lines: Vec<String> = text.split(newline).map(String::from).collect();
        let (last, lines) = lines.split_last().unwrap();
        assert!(
            last.is_empty() && lines.iter().all(|line| line.matches(end).count() == 1 && line.ends_with(end))
        );
        lines.len()
    };
    let expected = segments(&String::from_utf8(testdata("x12/ok/s14-997.edi")).unwrap());
    assert_eq!(lines(ANSWERS_OUT, "997", "\r\n", '~'), expected.len());
    assert_eq!(lines(NORDHAVEN_INCOMING, "CONTRL", "\n", '\''), 6);
    is_clean(&world);
}

/// What the level of UNB does not have is never sent under it: level A has no small letters.
#[test]
fn what_is_written_is_held_against_the_level_of_unb() {
    let level = ("house/edifact-aperak.guide", "una yes", "una yes charset unoa");
    let mut world = World::with(edited(&[level]));
    let orders = [nordhaven_order("NH-3", "20261123", "9520001001018")];
    world.lay_down(NORDHAVEN_OUTGOING, "orders.edi", &nordhaven(131, "ORDERS:D:96A:UN:EAN008", &orders));
    world.run().unwrap();
    assert_eq!(world.states(), ["QUARANTINED"]);
    assert!(world.files(NORDHAVEN_INCOMING).keys().all(|name| name.starts_with("CONTRL")));
    let titles = gateway_world::titles(&world.story(0).findings);
    assert_eq!(
        titles.last().unwrap(),
        "the sender cannot be told what became of NH-3: `GTIN check digit 9520001001018 expected 7` in element 04.1 of `FTX` is not \
         in the charset UNOA"
    );
}
