//! IDocs through the gateway: told apart from other files of the same folder, taken under any id of ours, and sent in XML.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::gateway::Activation;
use gateway_world::*;

/// What a client of ours needs who sends IDocs and other XML to one folder, and is sent IDocs.
const DOCUMENTS: &str = r#"
guide brightwick/ORDERS extends idoc/ORDERS05
  syntax idoc set "ORDERS"
  E1EDKA1[WE] required max 1
end guide

guide brightwick/SHPORD extends idoc/DELVRY03
  syntax idoc set "SHPORD" form xml
end guide

guide brightwick/notes
  syntax xml
  element Notes/Note
    @no required text 20
    Name required text 60
  end Note
end guide
"#;

const MAPS: &str = r#"
map brightwick/idoc-order
  lang 1
  from guide brightwick/ORDERS as msg
  to canonical outbound_order
  unmapped ignore
  number = E1EDK01.BELNR
  action = "new"
  section ship_to from E1EDKA1[WE]
    name = NAME1
  end ship_to
end map

map brightwick/note-order
  lang 1
  from guide brightwick/notes as msg
  to canonical outbound_order
  unmapped ignore
  number = @no
  action = "new"
  section ship_to always
    name = Name
  end ship_to
end map

map brightwick/idoc-delivery
  lang 1
  from canonical outbound_order as doc
  to guide brightwick/SHPORD
  unmapped ignore
  section EDI_DC40 always
    SNDPOR = "HAVENPORT"
  end EDI_DC40
  section E1EDL20 always
    VBELN = "80014477"
    BOLNR = number
    section E1ADRM1[WE] always
      NAME1 = ship_to.name
    end E1ADRM1
  end E1EDL20
end map
"#;

const FLOWS: &str = r#"
flow brightwick/idocs
  read brightwick/idoc-order from brightwick/ORDERS
  write brightwick/idoc-delivery to "brightwick-incoming" per message
end flow

flow brightwick/notes
  read brightwick/note-order from brightwick/notes
  write brightwick/idoc-delivery to "brightwick-incoming" per source
end flow
"#;

const PARTNER: &str = r#"
[envelope.idoc]
their_qualifier = "LS"
their_id = "BRWCLNT100"
our_qualifier = "LI"
our_id = "HAVENPORT"

[[envelope.idoc.also_ours]]
qualifier = "LI"
id = "0000300777"

[[receive]]
endpoint = "brightwick-outgoing"
flow = "brightwick/idocs"

[[receive]]
endpoint = "brightwick-outgoing"
flow = "brightwick/notes"
"#;

fn world() -> World {
    let mut world = World::new();
    let (mut files, _) = shipped();
    let of = |name: &str| format!("clients/brightwick/{name}");
    files.insert(of("idocs.guide"), DOCUMENTS.into());
    files.insert(of("idocs.map"), MAPS.into());
    files.insert(of("idocs.flow"), FLOWS.into());
    files.get_mut(&of("partner.toml")).unwrap().push_str(PARTNER);
    let active = world.gateway().activate(&files).unwrap();
    assert!(matches!(active, Activation::Active(..)));
    world
}

/// An IDoc of an order to one of our ids.
fn idoc(order: u32, receiver: &str) -> String {
    format!(
        "<IDOC BEGIN=\"1\"><EDI_DC40 SEGMENT=\"1\"><TABNAM>EDI_DC40</TABNAM><DOCNUM>{order:016}</DOCNUM>\
         <IDOCTYP>ORDERS05</IDOCTYP><MESTYP>ORDERS</MESTYP><SNDPRT>LS</SNDPRT><SNDPRN>BRWCLNT100</SNDPRN>\
         <RCVPRT>LI</RCVPRT><RCVPRN>{receiver}</RCVPRN></EDI_DC40><E1EDK01 SEGMENT=\"1\"><BELNR>{order}</BELNR></E1EDK01>\
         <E1EDKA1 SEGMENT=\"1\"><PARVW>WE</PARVW><NAME1>Kräuter & Öl {order}</NAME1></E1EDKA1></IDOC>"
    )
    .replace(" & ", " &amp; ")
}

fn file(idocs: &[String]) -> Vec<u8> {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<ORDERS05>\n{}\n</ORDERS05>\n",
        idocs.join("\n")
    );
    text.chars().map(|character| character as u8).collect()
}

#[test]
fn idocs_of_one_file_go_their_own_ways_under_any_id_of_ours() {
    let mut world = world();
    let broken = idoc(4503, "HAVENPORT").replace("</BELNR>", "");
    let orders = [idoc(4501, "0000300777"), idoc(4502, "HAVENPORT"), broken, idoc(4504, "0000300778")];
    world.lay_down(ORDERS_IN, "idocs.edi", &file(&orders));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE", "DONE", "REJECTED", "UNROUTED"]);
    let sent: Vec<String> =
        world.files(ANSWERS_OUT).into_values().map(|bytes| String::from_utf8(bytes).unwrap()).collect();
    assert_eq!(sent.len(), 2);
    assert_eq!(
        sent[0].lines().map(str::trim_start).collect::<Vec<_>>(),
        [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<DELVRY03>",
            "<IDOC BEGIN=\"1\">",
            "<EDI_DC40 SEGMENT=\"1\"><TABNAM>EDI_DC40</TABNAM><DOCNUM>0000000000000501</DOCNUM><DIRECT>2</DIRECT>\
             <IDOCTYP>DELVRY03</IDOCTYP><MESTYP>SHPORD</MESTYP><SNDPOR>HAVENPORT</SNDPOR><SNDPRT>LI</SNDPRT>\
             <SNDPRN>HAVENPORT</SNDPRN><RCVPRT>LS</RCVPRT><RCVPRN>BRWCLNT100</RCVPRN><CREDAT>20261120</CREDAT>\
             <CRETIM>081600</CRETIM></EDI_DC40>",
            "<E1EDL20 SEGMENT=\"1\"><VBELN>0080014477</VBELN><BOLNR>4501</BOLNR>",
            "<E1ADRM1 SEGMENT=\"1\"><PARTNER_Q>WE</PARTNER_Q><NAME1>Kräuter &amp; Öl 4501</NAME1></E1ADRM1>",
            "</E1EDL20>",
            "</IDOC>",
            "</DELVRY03>",
        ]
    );
}

#[test]
fn other_xml_of_the_same_folder_is_told_apart() {
    let mut world = world();
    let notes =
        "<Notes><Note no=\"7\"><Name>Ida</Name></Note><Note no=\"8\"><Name>Otto</Name></Note></Notes>";
    world.lay_down(ORDERS_IN, "notes.edi", notes.as_bytes());
    world.lay_down(ORDERS_IN, "idoc.edi", &file(&[idoc(4505, "0000300777")]));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE"; 3]);
    let sent: String =
        world.files(ANSWERS_OUT).into_values().map(|bytes| String::from_utf8(bytes).unwrap()).collect();
    assert_eq!((sent.matches("<DELVRY03>").count(), sent.matches("<IDOC ").count()), (2, 3), "{sent}");
    for number in ["<BOLNR>7</BOLNR>", "<BOLNR>8</BOLNR>", "<BOLNR>4505</BOLNR>"] {
        assert!(sent.contains(number), "{number} in {sent}");
    }
}

/// A file that breaks off holds the IDoc that it breaks off in; those before it go through.
#[test]
fn what_was_cut_off_is_held() {
    let mut world = world();
    let whole = file(&[idoc(4506, "HAVENPORT"), idoc(4507, "HAVENPORT")]);
    world.lay_down(ORDERS_IN, "cut.edi", &whole[..whole.len() - 60]);
    world.clock.advance(std::time::Duration::from_secs(31 * 60));
    world.run().unwrap();
    world.clock.advance(std::time::Duration::from_secs(31 * 60));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE"]);
    assert!(world.only(ANSWERS_OUT).contains("<BOLNR>4506</BOLNR>"));
}
