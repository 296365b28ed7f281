//! The maps of the demo's clients, plan and reference interpreter side by side: documents looked up in the header and for
//! each line, groups picked by condition, records named by the one around them. The messages are those of testdata,
//! and any that the guides allow.
#![allow(clippy::unwrap_used)]

#[path = "support/reference/mod.rs"]
mod reference;
#[path = "support/shipped.rs"]
mod shipped;
#[path = "support/side_by_side.rs"]
mod side_by_side;
#[path = "support/tape.rs"]
mod tape;
#[path = "support/trees/mod.rs"]
mod trees;

use crossdock::gateway::bundle::{self, Route};
use crossdock::mapping::{Found, Plan};
use crossdock::tree::{NodeId, PlaceId, Tree, View};
use reference::Workspace;
use reference::value::{Node, Schema};
use side_by_side::{Known, World, both_knowing};
use tape::generated;

/// A message through the read map of a route and then through each of its write maps; `found` is what the `earlier`
/// line of the read map finds. Gives the document and the number of findings of all of it.
fn through(world: &World, route: &Route, source: View<'_>, found: &[&Tree], known: &Known) -> (Tree, usize) {
    let run = |plan: &Plan, source: View<'_>, found: &[&Tree]| {
        let earlier = plan.earlier.first().map(|line| {
            let schema = Schema::of(&line.shape, PlaceId::ROOT);
            let both = |tree: &&Tree| {
                let view = View::new(tree, "");
                Node::of(&schema, &line.shape, view)
            };
            found.iter().map(|tree| (View::new(tree, ""), both(tree))).collect::<Vec<_>>()
        });
        let (built, told) = both_knowing(&world.workspace, plan, source, earlier.as_deref(), known);
        (built, told.len())
    };
    let (document, mut findings) = run(&route.read, source, found);
    for (write, _) in &route.writes {
        findings += run(write, View::new(&document, ""), &[]).1;
    }
    (document, findings)
}

/// The messages of a file through a route.
fn file(world: &World, route: &Route, bytes: &[u8], found: &[&Tree], known: &Known) -> Vec<(Tree, usize)> {
    let (head, rows) = shipped::messages(&*route.layout, bytes);
    let each = |row| {
        let input = shipped::input(&head, bytes, row);
        let (tree, _) = shipped::read(&*route.layout, &input);
        through(world, route, View::new(&tree, input.source()), found, known)
    };
    rows.iter().map(each).collect()
}

fn demo(name: &str) -> Vec<u8> {
    shipped::testdata(&format!("demo/nordhaven-{name}"))
}

/// Nordhaven's items, from his list.
fn items(world: &World) -> Vec<Tree> {
    let known = Known::of(world, "nordhaven");
    let items = file(world, world.route("nordhaven", "nordhaven/items"), &demo("items.csv"), &[], &known);
    items.into_iter().map(|(item, _)| item).collect()
}

fn knowing(world: &World, items: &[Tree]) -> Known {
    let mut known = Known::of(world, "nordhaven");
    items.iter().for_each(|item| known.tell("item", item.clone()));
    known
}

#[test]
fn nordhavens_notices_and_receipts_are_the_same_in_both() {
    let world = World::new();
    let items = items(&world);
    assert_eq!(items.len(), 2);
    let route = world.route("nordhaven", "nordhaven/notices");
    let notices = |known: &Known| file(&world, route, &demo("desadv.edi"), &[], known);
    let (notice, findings) = notices(&knowing(&world, &items)).remove(0);
    assert_eq!(findings, 0);
    // Nobody told of any item; all are told twice, and the last word counts.
    assert!(notices(&Known::of(&world, "nordhaven")).remove(0).1 > 0);
    let twice: Vec<Tree> = items.iter().rev().chain(&items).cloned().collect();
    assert_eq!(notices(&knowing(&world, &twice)).remove(0).1, 0);

    let route = world.route("nordhaven", "nordhaven/receipts");
    let known = Known::of(&world, "nordhaven");
    for name in ["demo/nordhaven-receipt.txt", "csv/ok/receipt-s04.txt", "csv/ok/receipt-two.txt"] {
        let bytes = shipped::testdata(name);
        for found in [&[&notice][..], &[], &[&notice, &notice]] {
            let receipts = file(&world, route, &bytes, found, &known);
            assert!(!receipts.is_empty(), "{name}");
        }
    }
}

/// Elements named by their number that stand in composites in D.01B.
#[test]
fn notices_of_another_directory_are_the_same_in_both() {
    let mut files = shipped::mapping_files();
    let flow = files.get_mut("clients/nordhaven/notices.flow").unwrap();
    *flow = flow.replace(
        "edifact-desadv-in from house/edifact-desadv",
        "edifact-desadv-in-d01b from house/edifact-desadv-d01b",
    );
    let (bundle, sources, findings) = bundle::compile(&files, None);
    let bundle = bundle.unwrap_or_else(|| panic!("{}", shipped::render(findings.as_slice(), &sources)));
    let world = World { bundle: bundle.into(), workspace: Workspace::read(files.iter()) };
    let route = world.route("nordhaven", "nordhaven/notices");
    let known = knowing(&world, &items(&world));
    let text = String::from_utf8(shipped::testdata("edifact/ok/desadv01b-s04.edi")).unwrap();
    let address = "NAD+SU+9520004000017::9++Kontor Brennweiler+Lagerweg 4+Leipzig+SN+04103+DE'";
    let bytes = text.replace("NAD+SU+9520004000017::9'", address).into_bytes();
    assert_eq!(file(&world, route, &bytes, &[], &known).remove(0).1, 0);
    generated(25, 1500, |tape| {
        for message in trees::messages(route.layout.guide(), tape) {
            through(&world, route, View::new(&message.tree(), ""), &[], &known);
        }
    });
}

#[test]
fn nordhavens_orders_and_shipments_are_the_same_in_both() {
    let world = World::new();
    let known = Known::of(&world, "nordhaven");
    let route = world.route("nordhaven", "nordhaven/orders");
    let (order, findings) = file(&world, route, &demo("orders.edi"), &[], &known).remove(0);
    assert_eq!(findings, 0);
    let route = world.route("nordhaven", "nordhaven/shipments");
    let found = file(&world, route, &demo("shipment.csv"), &[&order], &known);
    assert_eq!(found.iter().map(|(_, findings)| findings).sum::<usize>(), 0);
    for others in [&[][..], &[&order, &order]] {
        assert!(file(&world, route, &demo("shipment.csv"), others, &known).remove(0).1 > 0);
    }
}

/// What a path names is looked for in every record of a list, in those too that come after one without it.
#[test]
fn what_the_second_of_a_list_has_is_found_although_the_first_has_its_part_without_it() {
    let world = World::new();
    let route = world.route("nordhaven", "nordhaven/orders");
    // Bytes of the message's charset stand for themselves here.
    let text: String = demo("orders.edi").iter().map(|&byte| char::from(byte)).collect();
    let text = text
        .replace("IMD+F++:::Lampe", "IMD+C++100::9'\nIMD+F++:::Lampe")
        .replace("PIA+1+104455:SA'", "PIA+1+4711:IN'\nPIA+5+4712:BP:::4713:SA+104455:SA'")
        .replace("UNT+19", "UNT+21");
    let bytes: Vec<u8> = text.chars().map(|character| character as u8).collect();
    let (order, findings) = file(&world, route, &bytes, &[], &Known::of(&world, "nordhaven")).remove(0);
    assert_eq!(findings, 0);
    let shape = &route.read.target_shape;
    let values = |name: &str| -> Vec<&str> {
        let leaves = (0..order.len() as u32).map(NodeId);
        let is_it = |id: &NodeId| &*shape.place(order.node(*id).place).name == name;
        leaves.filter(is_it).filter_map(|id| View::new(&order, "").text(id)).collect()
    };
    assert_eq!(values("description"), ["Lampe, Messing"]);
    assert_eq!(values("buyer_item"), ["4711"]);
    assert_eq!(values("sku"), ["104455", "104456"]);
}

#[test]
fn tannbridges_notices_and_receipts_are_the_same_in_both() {
    let world = World::new();
    let mut known = Known::of(&world, "tannbridge");
    let items = shipped::testdata("csv/ok/s06-items.csv");
    let items = file(&world, world.route("tannbridge", "tannbridge/items"), &items, &[], &known);
    items.into_iter().for_each(|(item, _)| known.tell("item", item));
    let advice = shipped::testdata("x12/ok/s06-943.edi");
    let route = world.route("tannbridge", "tannbridge/notices");
    let (notice, findings) = file(&world, route, &advice, &[], &known).remove(0);
    assert_eq!(findings, 0);

    let route = world.route("tannbridge", "tannbridge/receipts");
    let rows = String::from_utf8(shipped::testdata("csv/ok/s06-wms-receipt.csv")).unwrap();
    for (from, to, findings) in [("", "", 0), (",468,", ",457,", 2), ("MUG-4", "MUG-5", 1), ("PST", "XST", 1)]
    {
        let rows = if from.is_empty() { rows.clone() } else { rows.replace(from, to) };
        for notices in [&[&notice][..], &[], &[&notice, &notice]] {
            let told = file(&world, route, rows.as_bytes(), notices, &known).remove(0).1;
            assert!(notices.len() != 1 || told == findings, "{told} findings for {to}");
        }
    }
}

#[test]
fn tannbridges_movements_and_stock_are_the_same_in_both() {
    let world = World::new();
    let known = Known::of(&world, "tannbridge");
    for (flow, name) in [("movements", "reno-movements.csv"), ("stock", "reno-stock.csv")] {
        let route = world.route("tannbridge", &format!("tannbridge/{flow}"));
        let rows = String::from_utf8(shipped::testdata(&format!("csv/ok/{name}"))).unwrap();
        // Here every client has this code.
        let rows = rows.replace("TNB01", "BRW01");
        let told = file(&world, route, rows.as_bytes(), &[], &known);
        assert!(!told.is_empty() && told.iter().all(|(_, findings)| *findings == 0), "{name}");
    }
}

#[test]
fn calderas_orders_are_the_same_in_both() {
    let world = World::new();
    let route = world.route("caldera", "caldera/orders");
    let orders =
        file(&world, route, &shipped::testdata("fixed/ok/as400-s08.txt"), &[], &Known::of(&world, "caldera"));
    assert!(!orders.is_empty());
}

/// No shipped map asks for an item by `item(…)`.
#[test]
fn items_asked_for_by_number_or_gtin_are_the_same_in_both() {
    let map = "map test/items\n  version 1\n  lang 1\n  from guide house/item-csv as file\n  to canonical item\n  \
               sku = sku\n  action = \"new\"\n  base_uom = \"EA\"\n  let own = item(sku)\n  \
               let other = item(gtin = first(row.gtin))\n  description = join(own.description, other.sku, \" \")\nend map\n";
    let mut files = shipped::mapping_files();
    files.insert("test/items.map".into(), map.into());
    let (bundle, sources, findings) = bundle::compile(&files, None);
    let bundle = bundle.unwrap_or_else(|| panic!("{}", shipped::render(findings.as_slice(), &sources)));
    let world = World { bundle: bundle.into(), workspace: Workspace::read(files.iter()) };
    let (plan, items) = (&world.bundle.maps["test/items"], items(&world));
    let layout = &*world.bundle.layouts["house/item-csv"];
    let bytes = demo("items.csv");
    let (head, rows) = shipped::messages(layout, &bytes);
    for known in [Known::of(&world, "nordhaven"), knowing(&world, &items)] {
        for row in &rows {
            let input = shipped::input(&head, &bytes, row);
            let (tree, _) = shipped::read(layout, &input);
            both_knowing(&world.workspace, plan, View::new(&tree, input.source()), None, &known);
        }
    }
}

/// A text found at once must not keep untold what else the line has to tell.
#[test]
fn conditions_and_separators_tell_what_is_wrong_although_the_text_is_known() {
    for (line, row) in [
        ("first(row[number(gtin) > 0].description)", "A1,x,Nut,EA,A"),
        ("join(row.description, same(row.action) via { X: \"; \" } unknown reject)", ""),
    ] {
        let map = format!(
            "map test/items\n  version 1\n  lang 1\n  from guide house/item-csv as file\n  to canonical item\n  \
             sku = sku\n  action = \"new\"\n  base_uom = \"EA\"\n  description = {line}\nend map\n"
        );
        let mut files = shipped::mapping_files();
        files.insert("test/items.map".into(), map);
        let (bundle, sources, findings) = bundle::compile(&files, None);
        let bundle = bundle.unwrap_or_else(|| panic!("{}", shipped::render(findings.as_slice(), &sources)));
        let layout = &*bundle.layouts["house/item-csv"];
        let bytes = format!("sku,gtin,description,base_uom,action\nA1,5,Bolt,EA,A\n{row}").into_bytes();
        let (head, rows) = shipped::messages(layout, &bytes);
        let input = shipped::input(&head, &bytes, &rows[0]);
        let (tree, _) = shipped::read(layout, &input);
        let (plan, source) = (&bundle.maps["test/items"], View::new(&tree, input.source()));
        let (_, findings) = shipped::run_knowing("BRW01", plan, source, vec![], &mut |_, _| Ok(Found::None));
        assert_eq!(findings.as_slice().len(), 1, "{line}");
    }
}

/// Whatever a guide allows, through every route of every client.
#[test]
fn generated_messages_of_every_route_are_the_same_in_both() {
    let world = World::new();
    let known = knowing(&world, &items(&world));
    for (name, client) in &world.bundle.clients {
        let known = if name == "nordhaven" { &known } else { &Known::of(&world, name) };
        // What cuts a message into several documents has tests of its own (`split.rs`); the interpreter makes one.
        for route in client.routes.iter().filter(|route| route.read.split.is_none()) {
            generated(25, 1500, |tape| {
                for message in trees::messages(route.layout.guide(), tape) {
                    through(&world, route, View::new(&message.tree(), ""), &[], known);
                }
            });
        }
    }
}
