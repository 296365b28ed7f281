//! Traps of the trade that take a whole gateway: what came before, what comes twice, whose it is, and who answers whom. See
//! `traps.rs`.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/sim_files.rs"]
mod sim_files;

use gateway_world::*;

const NORDHAVEN: &str = "/gw/drops/nordhaven/outgoing";
const NORDHAVEN_OUT: &str = "/gw/drops/nordhaven/incoming";
const LEIPZIG_SHIPPED: &str = "/gw/wms/leipzig-shipments";
const ROWS: &str = "RefNum,ShipId,ShipDateTime,SCAC,PRO,BOL,CartonSSCC,Line,SKU,QtyOrdered,QtyShipped,UOM,ShortReason,WeightLb";

fn orders() -> String {
    testdata("demo/nordhaven-orders.edi")
        .iter()
        .map(|&byte| if byte < 128 { char::from(byte) } else { 'u' })
        .collect()
}

fn shipment(number: &str, quantity: u32) -> String {
    let row = |line, sku, ordered, shipped| {
        format!("NH-20871,{number},11/26/2026 14:30,DHLX,00340,,,{line},{sku},{ordered},{shipped},EA,OOS,")
    };
    format!("{ROWS}\n{}\n{}\n", row(1, "104455", 24, quantity), row(2, "104456", 24, 0))
}

/// A change of Nordhaven's order under this control number; `what` is 4 for a change, 1 for a cancellation.
fn change(control: &str, what: &str, lines: &str) -> String {
    let count = lines.matches('\'').count() + 9;
    format!(
        "UNA:+.? 'UNB+UNOC:3+9520001000010:14+9520002000019:14+261124:0715+{control}'UNH+1+ORDCHG:D:96A:UN:EAN008'\
         BGM+230+NH-20871-{control}+{what}'DTM+137:20261124:102'RFF+ON:NH-20871'NAD+BY+9520001000010::9'\
         NAD+DP+9520003000014::9'{lines}UNS+S'UNT+{}+1'UNZ+1+{control}'",
        count - 1
    )
}

fn drop(world: &mut World, folder: &str, name: &str, text: &str) {
    world.lay_down(folder, name, text.as_bytes());
    world.run().unwrap();
}

fn out(world: &World, folder: &str, start: &str) -> Vec<String> {
    let files = world.files(folder).into_iter().filter(|(name, _)| name.starts_with(start));
    files.map(|(_, bytes)| String::from_utf8(bytes).unwrap()).collect()
}

#[test]
fn trap_11_an_order_may_leave_in_several_shipments() {
    let mut world = World::new();
    drop(&mut world, NORDHAVEN, "orders.edi", &orders());
    drop(&mut world, LEIPZIG_SHIPPED, "one.csv", &shipment("LEJ-1", 12));
    drop(&mut world, LEIPZIG_SHIPPED, "two.csv", &shipment("LEJ-2", 6));
    assert_eq!(world.states(), ["DONE", "DONE", "DONE"]);
    let advices = out(&world, NORDHAVEN_OUT, "DESADV");
    assert_eq!(advices.len(), 2);
    assert!(advices.iter().any(|advice| advice.contains("BGM+351+LEJ-1+9'")), "{advices:?}");
    assert!(advices.iter().any(|advice| advice.contains("BGM+351+LEJ-2+9'")), "{advices:?}");
}

#[test]
fn trap_15_a_change_that_comes_too_late_waits_and_is_answered() {
    let mut world = World::new();
    drop(&mut world, NORDHAVEN, "orders.edi", &orders());
    // In time: the order is the changed one from now on.
    let line = "LIN+10+3+9520001001017:EN'PIA+1+104455:SA'QTY+21:18:PCE'";
    drop(&mut world, NORDHAVEN, "change.edi", &change("50031", "4", line));
    assert_eq!(world.states(), ["DONE", "DONE"]);
    let row = "NH-20871,LEJ-1,11/26/2026 14:30,DHLX,00340,,,1,104455,18,18,EA,,";
    drop(&mut world, LEIPZIG_SHIPPED, "one.csv", &format!("{ROWS}\n{row}\n"));
    assert_eq!(world.states(), ["DONE", "DONE", "DONE"]);
    // Too late: it left. A change to less than has left, and a cancellation.
    drop(&mut world, NORDHAVEN, "less.edi", &change("50032", "4", &line.replace(":18:", ":6:")));
    drop(&mut world, NORDHAVEN, "cancel.edi", &change("50033", "1", ""));
    let lines = world.messages();
    for line in &lines[3..] {
        assert_eq!(line.state.to_string(), "HELD");
        assert!(
            line.reason.as_ref().unwrap().detail.contains("left already with shipment LEJ-1"),
            "{:?}",
            line.reason
        );
    }
    // The warehouse says so, and the client is told no.
    let answer = "number,order_number,responds_to,outcome,responded_at\nA-1,NH-20871,cancel,too_late,2026-11-24 11:10:00\n";
    drop(&mut world, "/gw/wms/leipzig-answers", "answers.csv", answer);
    let answers = out(&world, NORDHAVEN_OUT, "ORDRSP");
    assert_eq!(answers.len(), 1);
    assert!(answers[0].contains("BGM+231+A-1+27'") && answers[0].contains("RFF+ON:NH-20871'"), "{answers:?}");
}

#[test]
fn trap_16_an_address_in_an_order_counts_for_that_order_alone() {
    let mut world = World::new();
    let parties = "/gw/drops/plainfield/parties";
    drop(
        &mut world,
        parties,
        "parties.csv",
        "id,name,street,city\nG-117,Gartenhaus Wolfen,Lindenweg 4,Wolfen\n",
    );
    let order = |number: &str, street: &str| {
        format!(
            "number,ship_to_id,ship_to_name,ship_to_street,mark_for_id,line,sku,qty\n{number},G-117,Gartenhaus Wolfen,{street},S-9,1,A,2\n"
        )
    };
    drop(&mut world, "/gw/drops/plainfield/orders", "one.csv", &order("PF-1", "Feldweg 9"));
    assert_eq!(world.states(), ["DONE", "DONE"]);
    let sent = world.files("/gw/wms/halle");
    let order =
        sent.values().map(|bytes| String::from_utf8_lossy(bytes)).find(|text| text.contains("PF-1")).unwrap();
    assert!(order.contains("Feldweg 9") && order.lines().any(|line| line.starts_with("MFS-9")), "{order}");
    let key = vec![("id".to_string(), "G-117".to_string())];
    let known =
        world.gateway().ledger().find_documents("plainfield".into(), "party".into(), key, false).unwrap();
    assert_eq!(known.len(), 1);
    assert!(String::from_utf8_lossy(&known[0].body).contains("Lindenweg 4"));
}

#[test]
fn trap_20_two_owners_may_use_one_item_number() {
    let mut world = World::new();
    let items = |qty: u32| format!("sku,description,base_uom,case_qty\nLAMP,Lamp,EA,{qty}\n");
    drop(&mut world, "/gw/drops/nordhaven/items", "items.csv", &items(6));
    drop(&mut world, "/gw/drops/plainfield/items", "items.csv", &items(12));
    let order = "number,ship_to_id,line,sku,qty,uom\nPF-1,G-117,1,LAMP,2,CS\n";
    drop(&mut world, "/gw/drops/plainfield/orders", "one.csv", order);
    let sent = world.files("/gw/wms/halle");
    let order =
        sent.values().map(|bytes| String::from_utf8_lossy(bytes)).find(|text| text.contains("PF-1")).unwrap();
    assert!(order.contains("24.000000EA"), "{order}");
    // Stock of another owner in a client's file is nobody's business.
    let stock =
        "snapshot_utc;site;owner;sku;lot;status;qty;uom\n2026-11-30T17:00:00Z;LEJ1;PLF;LAMP;;AV;5;EA\n";
    drop(&mut world, "/gw/wms/leipzig-stock", "stock.csv", stock);
    let line = world.messages().pop().unwrap();
    assert_eq!(line.state.to_string(), "QUARANTINED");
    assert!(line.reason.unwrap().detail.contains("only NORDHAVEN is expected"));
}

#[test]
fn trap_21_what_comes_twice_counts_once() {
    let mut world = World::new();
    drop(&mut world, NORDHAVEN, "orders.edi", &orders());
    let rows = world.files(WMS_LEIPZIG).len();
    // The same interchange again, under another name.
    drop(&mut world, NORDHAVEN, "orders-again.edi", &orders());
    assert_eq!(world.files(WMS_LEIPZIG).len(), rows);
    // The same number with other bytes is neither taken nor forgotten.
    drop(&mut world, NORDHAVEN, "orders-other.edi", &orders().replace("QTY+21:24:PCE", "QTY+21:25:PCE"));
    assert_eq!(world.files(WMS_LEIPZIG).len(), rows);
    assert_eq!(world.states().iter().filter(|state| *state == "DONE").count(), 1);
}

#[test]
fn trap_27_an_acknowledgement_is_never_acknowledged() {
    let mut world = World::new();
    drop(&mut world, NORDHAVEN, "orders.edi", &orders());
    drop(&mut world, LEIPZIG_SHIPPED, "one.csv", &shipment("LEJ-1", 12));
    let before = world.files(NORDHAVEN_OUT).len();
    let advice = out(&world, NORDHAVEN_OUT, "DESADV").remove(0);
    let control = advice.split("UNZ+1+").nth(1).unwrap().trim_end_matches(['\'', '\n', '\r']);
    let contrl = format!(
        "UNA:+.? 'UNB+UNOC:3+9520001000010:14+9520002000019:14+261126:1500+77'UNH+1+CONTRL:D:3:UN:EANUNC'\
         UCI+{control}+9520002000019:14+9520001000010:14+7'UNT+3+1'UNZ+1+77'"
    );
    drop(&mut world, NORDHAVEN, "contrl.edi", &contrl);
    assert_eq!(world.files(NORDHAVEN_OUT).len(), before);
    // And a 997 is not answered with a 997.
    drop(&mut world, ORDERS_IN, "order.edi", &String::from_utf8(testdata("x12/ok/s01-940.edi")).unwrap());
    let before = world.files(ANSWERS_OUT).len();
    let ack = "ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261120*0900*U*00401*000000900*0*P*>~\
        GS*FA*BRIGHTWICK*HAVENPORT3PL*20261120*0900*900*X*004010~ST*997*0001~AK1*SW*501~AK9*A*1*1*1~SE*4*0001~GE*1*900~\
        IEA*1*000000900~";
    drop(&mut world, ORDERS_IN, "997.edi", ack);
    assert_eq!(world.files(ANSWERS_OUT).len(), before);
}
