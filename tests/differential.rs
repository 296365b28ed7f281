//! The plan and the reference interpreter of maps, side by side: the same tree and the same findings for everything.
#![allow(clippy::unwrap_used)]

#[path = "support/reference/mod.rs"]
mod reference;
#[path = "support/shipped.rs"]
mod shipped;
#[path = "support/side_by_side.rs"]
mod side_by_side;

use crossdock::tree::{Tree, View};
use reference::Workspace;
use reference::value::{Node, Schema};
use side_by_side::{World, both};

/// Each message of a 940 file, through the read map and the write map.
fn orders(world: &World, bytes: &[u8]) -> Vec<Tree> {
    let route = world.route("brightwick", "brightwick/orders");
    let (head, rows) = shipped::messages(&*route.layout, bytes);
    let mut orders = Vec::new();
    for row in &rows {
        let input = shipped::input(&head, bytes, row);
        let (tree, _) = shipped::read(&*route.layout, &input);
        let order = both(&world.workspace, &route.read, View::new(&tree, input.source()), None);
        both(&world.workspace, &route.writes[0].0, View::new(&order, ""), None);
        both(&world.workspace, &world.bundle.maps["house/pick-order"], View::new(&order, ""), None);
        orders.push(order);
    }
    orders
}

/// Each shipment of a WMS export, with the orders found for it.
fn shipments(world: &World, bytes: &[u8], found: &[&Tree]) -> usize {
    let route = world.route("brightwick", "brightwick/shipments");
    let shape = &route.read.earlier[0].shape;
    let schema = Schema::of(shape, crossdock::tree::PlaceId::ROOT);
    let orders: Vec<_> = found
        .iter()
        .map(|tree| (View::new(tree, ""), Node::of(&schema, shape, View::new(tree, ""))))
        .collect();
    let (head, rows) = shipped::messages(&*route.layout, bytes);
    for row in &rows {
        let input = shipped::input(&head, bytes, row);
        let (tree, _) = shipped::read(&*route.layout, &input);
        let source = View::new(&tree, input.source());
        let shipment = both(&world.workspace, &route.read, source, Some(&orders));
        both(&world.workspace, &route.writes[0].0, View::new(&shipment, ""), None);
    }
    rows.len()
}

#[test]
fn every_940_of_testdata_is_the_same_in_both() {
    let world = World::new();
    let mut seen = 0;
    for folder in ["ok", "err"] {
        for path in files(&format!("x12/{folder}"), "edi") {
            seen += orders(&world, &std::fs::read(path).unwrap()).len();
        }
    }
    assert!(seen > 40, "{seen} messages");
}

#[test]
fn every_shipment_of_testdata_is_the_same_in_both() {
    let world = World::new();
    let order = orders(&world, &shipped::testdata("x12/ok/s01-940.edi")).remove(0);
    let mut seen = 0;
    for folder in ["ok", "err"] {
        for path in files(&format!("csv/{folder}"), "csv") {
            let bytes = std::fs::read(path).unwrap();
            seen += shipments(&world, &bytes, &[&order]);
            seen += shipments(&world, &bytes, &[]);
            seen += shipments(&world, &bytes, &[&order, &order]);
        }
    }
    assert!(seen > 40, "{seen} shipments");
}

fn files(folder: &str, ending: &str) -> Vec<std::path::PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(folder);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|own| own == ending)).collect();
    paths.sort();
    paths
}

#[path = "support/tape.rs"]
mod tape;

use crossdock::gateway::bundle::{self, MappingFiles};
use crossdock::tree::arena::Origin;
use crossdock::tree::{NodeId, PlaceId, Shape, json};
use tape::{Tape, generated};

#[test]
fn generated_940s_are_the_same_in_both() {
    let world = World::new();
    generated(300, 400, |tape| {
        let message = order_text(tape);
        assert_eq!(orders(&world, message.as_bytes()).len(), 1, "{message}");
    });
}

#[test]
fn generated_shipments_are_the_same_in_both() {
    let world = World::new();
    let order = orders(&world, &shipped::testdata("x12/ok/s01-940.edi")).remove(0);
    generated(300, 200, |tape| {
        let file = shipment_text(tape);
        let found: &[&Tree] = if tape.one_in(8) { &[] } else { &[&order] };
        shipments(&world, file.as_bytes(), found);
    });
}

/// A 940 that may be wrong anywhere but in its envelope.
fn order_text(tape: &mut Tape) -> String {
    let mut segments = vec!["ST*940*0001".to_string()];
    let mut maybe = |tape: &mut Tape, chance: usize, texts: &[&str]| {
        if !tape.one_in(chance) {
            segments.push(tape.choose(texts).to_string());
        }
    };
    maybe(
        tape,
        20,
        &["W05*N*SO1*PO1", "W05*F*SO1", "W05*R*", "W05*D*SO1*PO1", "W05*N*A-NUMBER-THAT-IS-TOO-LONG"],
    );
    for (chance, party) in [(3, "DE"), (3, "WH"), (12, "ST"), (2, "BT"), (3, "Z7")] {
        let name = tape.choose(&[
            "LARKFIELD",
            "",
            "A NAME THAT GOES ON AND ON AND ON AND ON UNTIL IT IS CUT AT ITS END",
        ]);
        let id = tape.choose(&["*92*0012", "*91*7", "*QQ*9", "", "*92", "*9*123456789"]);
        maybe(tape, chance, &[&format!("N1*{party}*{name}{id}")]);
        maybe(
            tape,
            2,
            &["N2*SECOND*THIRD", "N2*SECOND", "N3*1 ROAD*UNIT 2", "N4*RENO*NV*89408*US", "N4*RENO**ab1"],
        );
        maybe(tape, 2, &["N3*4400 QUARRY RD", "N3*2 ROAD", "N4*FERNLEY"]);
    }
    for _ in 0..tape.pick(4) {
        maybe(tape, 5, &["N9*DP*0450", "N9*IA*1*WORDS", "N9*ZZ*9", "N9*DP**X*20261123", "N9*DP*1**20269999"]);
    }
    for _ in 0..tape.pick(4) {
        maybe(
            tape,
            5,
            &["G62*37*20261123", "G62*01*20261130", "G62*01*20261101", "G62*38*2026113", "G62*10*20261124"],
        );
    }
    for _ in 0..tape.pick(3) {
        maybe(tape, 5, &["NTE*WHI*DO NOT STACK", "NTE*DEL*RING", "NTE*QQQ*WHAT", "NTE**BARE"]);
    }
    maybe(tape, 5, &["W66*CC*M***SVC*****DEMO", "W66*PP*LT", "W66*QQ*M", "W66*TP*ZZ", "W66**M"]);
    let lines = tape.pick(4);
    for line in 1..=lines {
        order_line(tape, line, &mut segments);
    }
    let mut maybe = |tape: &mut Tape, chance: usize, texts: &[&str]| {
        if !tape.one_in(chance) {
            segments.push(tape.choose(texts).to_string());
        }
    };
    maybe(tape, 3, &["W76*14*92.5*LB", "W76*4", "W76*10*1*KG", "W76*8*1*QQ", "W76"]);
    let count = segments.len() + 1;
    segments.push(format!("SE*{count}*0001"));
    let isa = "ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261120*0815*U*00401*000000123*0*P*>~";
    let group = "GS*OW*BRIGHTWICK*HAVENPORT3PL*20261120*0815*123*X*004010~";
    format!("{isa}{group}{}~GE*1*123~IEA*1*000000123~", segments.join("~"))
}

fn order_line(tape: &mut Tape, line: usize, segments: &mut Vec<String>) {
    segments.push(format!("LX*{line}"));
    let quantity = tape.choose(&["4", "10", "", "0", "-1", "2.5", "X", "4"]);
    let unit = tape.choose(&["CA", "EA", "EA", "KT", "XX", ""]);
    let item = tape.choose(&["VN*SKU-1", "VN*SKU-2", "SK*S3", "BP*B4", "VN*", "IN*I5"]);
    let second = tape.choose(&[
        "",
        "*UP*412345600010",
        "*UP*412345600011",
        "*UK*00412345600010",
        "*EN*12",
        "*BP*B1*UP*412345600027",
    ]);
    if !tape.one_in(15) {
        segments.push(format!("W01*{quantity}*{unit}**{item}{second}"));
    }
    for _ in 0..tape.pick(6) {
        let texts = [
            "G69*TABLE LAMP",
            "G69*WHITE",
            "N9*LI*10",
            "N9*LI*20",
            "N9*LT*L77",
            "N9*ZZ*1*TEXT",
            "NTE*WHI*HANDLE",
            "NTE*QQ*X",
            "G62*02*20261124",
            "N9*DP*3",
            "N9*LI",
        ];
        segments.push(tape.choose(&texts).to_string());
    }
    if !tape.one_in(3) {
        segments.push(tape.choose(&["W20*12", "W20*6", "W20*0", "W20*"]).to_string());
    }
}

/// A shipment export with rows that may or may not fit the order of S01.
fn shipment_text(tape: &mut Tape) -> String {
    let mut file = "RefNum,ShipId,ShipDateTime,SCAC,PRO,BOL,CartonSSCC,Line,SKU,QtyOrdered,QtyShipped,UOM,ShortReason,WeightLb\r\n".to_string();
    let moment = tape.choose(&["11/24/2026 15:42", "03/08/2026 02:30", "11/01/2026 01:30", "24.11.2026", ""]);
    let scac = tape.choose(&["DEMO", "", "TOOLONG"]);
    for _ in 0..1 + tape.pick(5) {
        let bol = if tape.one_in(20) { "OTHER" } else { "BOL1" };
        let sscc = tape.choose(&["395200020000000010", "395200020000000027", "395200020000000011", "", "12"]);
        let line = tape.choose(&["1", "2", "1", "2", "3", "x", ""]);
        let sku = match tape.one_in(6) {
            true => tape.choose(&["OTHER", "", "BW-SHADE-L"]),
            false if line == "2" => "BW-SHADE-L",
            false => "BW-LAMP-S",
        };
        let ordered = if tape.one_in(6) {
            "12"
        } else if line == "2" {
            "10"
        } else {
            "48"
        };
        let shipped = tape.choose(&["48", "10", "0", "12", "24", "47", "42", "60", "", "1.5"]);
        let unit = tape.choose(&["EA", "EA", "EA", "EA", "CA", ""]);
        let reason = tape.choose(&["", "OOS", "LOST", "HLD", ""]);
        let weight = tape.choose(&["", "10.0", "70.4", "x"]);
        file += &format!(
            "SO104522,SHP1,{moment},{scac},PRO,{bol},{sscc},{line},{sku},{ordered},{shipped},{unit},{reason},{weight}\r\n"
        );
    }
    file
}

// ---------------------------------------------------------------------------------------------- maps

const SHAPES: &str = "record row\n  k text 5\n  v decimal(9,3)\n  t text 9\nend record\n\
    record leaf\n  p text 5\n  x decimal(9,3)\nend record\nrecord deep\n  one leaf\n  parts many leaf\nend record\n\
    record part\n  u text 8\n  w decimal(15,6)\n  i int\n  z bool\n  s decimal(15,6)\nend record\n\
    shape input\n  a text 20\n  b text 5\n  n decimal(9,3)\n  q int\n  f bool\n  rows many row\n  tags many text 9\n  \
    deep deep\n  deeps many deep\nend shape\n\
    shape output\n  x1 text 12\n  y1 decimal(15,6)\n  x2 text 30\n  z bool\n  part part\n  lines many part\n  groups many part\n  \
    words many part\n  f1 text 6\n  f2 text 4\n  f3 text 14\n  y2 decimal(15,6)\n  y3 int\n  x3 text 30\n  \
    x4 text 20\n  y4 decimal(15,6)\n  labels many text 8\n  amounts many decimal(9,3)\n  extra part\n  labelled many part\nend shape\n";

#[test]
fn generated_maps_are_the_same_in_both() {
    let (mut compiled, mut refused) = (0, Vec::new());
    generated(300, 300, |tape| {
        let text = map_text(tape);
        let files = MappingFiles::from([
            ("canonical/x.shape".to_string(), SHAPES.to_string()),
            ("house/m.map".to_string(), text.clone()),
        ]);
        let (bundle, sources, findings) = bundle::compile(&files, None);
        let Some(bundle) = bundle else {
            refused.push(shipped::render(findings.as_slice(), &sources));
            return;
        };
        compiled += 1;
        let workspace = Workspace::read(files.iter());
        let plan = &bundle.maps["house/m"];
        for _ in 0..3 {
            let source = input_tree(tape, &plan.source_shape);
            let result = std::panic::catch_unwind(|| both(&workspace, plan, View::new(&source, ""), None));
            if let Err(why) = result {
                let why = why.downcast_ref::<String>().cloned().unwrap_or_default();
                let schema = Schema::of(&plan.source_shape, PlaceId::ROOT);
                let source = Node::of(&schema, &plan.source_shape, View::new(&source, "")).canonical();
                panic!("{why}\n{text}\n{source:?}");
            }
        }
    });
    assert!(compiled >= 250, "{compiled} compiled; refused: {}", refused.join("\n"));
}

/// A document of the shape `input`.
fn input_tree(tape: &mut Tape, shape: &Shape) -> Tree {
    let mut tree = Tree::new();
    let place = |parent, name: &str| shape.children_named(parent, name).next().unwrap();
    let root: NodeId = tree.open(PlaceId::ROOT, Origin::default());
    let fields = |tree: &mut Tree, tape: &mut Tape, parent, fields: &[(&str, &[&str])]| {
        for (name, values) in fields {
            let value = tape.choose(values);
            if !value.is_empty() {
                tree.leaf(place(parent, name), value, Origin::default());
            }
        }
    };
    fields(
        &mut tree,
        tape,
        PlaceId::ROOT,
        &[
            ("a", &["", "p", "a longer text", "q"]),
            ("b", &["", "p", "12", "é"]),
            ("n", &["", "0", "3", "-2.5", "1000000", "0.125"]),
            ("q", &["", "0", "7", "-3"]),
            ("f", &["", "true", "false"]),
        ],
    );
    let rows = place(PlaceId::ROOT, "rows");
    for _ in 0..tape.pick(4) {
        let row = tree.open(rows, Origin::default());
        let texts: &[(&str, &[&str])] = &[
            ("k", &["", "p", "q", "r"]),
            ("v", &["", "1", "2.5", "0", "-4"]),
            ("t", &["", "one", "two", "a longer"]),
        ];
        fields(&mut tree, tape, rows, texts);
        tree.close(row);
    }
    for _ in 0..tape.pick(3) {
        let tag = tape.choose(&["red", "p", "two words", "q"]);
        tree.leaf(place(PlaceId::ROOT, "tags"), tag, Origin::default());
    }
    let deep = |tree: &mut Tree, tape: &mut Tape, at: PlaceId| {
        let deep = tree.open(at, Origin::default());
        let part: &[(&str, &[&str])] = &[("p", &["", "", "p", "in"]), ("x", &["", "2", "x3", "0.5"])];
        let part = |tree: &mut Tree, tape: &mut Tape, at: PlaceId| {
            let node = tree.open(at, Origin::default());
            fields(tree, tape, at, part);
            tree.close(node);
        };
        if tape.one_in(2) {
            part(tree, tape, place(at, "one"));
        }
        for _ in 0..tape.pick(3) {
            part(tree, tape, place(at, "parts"));
        }
        tree.close(deep);
    };
    deep(&mut tree, tape, place(PlaceId::ROOT, "deep"));
    for _ in 0..tape.pick(3) {
        deep(&mut tree, tape, place(PlaceId::ROOT, "deeps"));
    }
    tree.close(root);
    tree
}

/// What an expression may name where it stands.
#[derive(Clone)]
struct Names {
    texts: Vec<&'static str>,
    numbers: Vec<&'static str>,
    text_lists: Vec<&'static str>,
    number_lists: Vec<&'static str>,
}

fn map_text(tape: &mut Tape) -> String {
    let mut names = Names {
        texts: vec!["a", "b", "src.a"],
        numbers: vec!["n", "q", "src.n"],
        text_lists: vec![
            "rows.t",
            "rows.k",
            "rows[k = \"p\"].t",
            "distinct(rows.k)",
            "(a, rows.t)",
            "split(a, \" \")",
            "wrap(a, 4)",
            "src all t",
        ],
        number_lists: vec!["rows.v", "rows[v > 1].v", "rows#2.v", "distinct(rows.v)", "(n, rows.v, q)"],
    };
    // Few of them in one map: how paths are found depends on which others begin alike.
    for _ in 0..2 {
        names.texts.push(tape.choose(&[
            "deep.one.p",
            "deep.parts#1.p",
            "first(deep.parts.p)",
            "first(deeps.one.p)",
            "first(deeps.parts.p)",
            "first(deeps.parts#1.p)",
            "first(deeps#1.parts.p)",
        ]));
        names.numbers.push(tape.choose(&["deep.one.x", "deep.parts#2.x", "first(deeps.one.x)"]));
        names.text_lists.push(tape.choose(&["deeps.one.p", "deeps.parts.p", "deeps#1.parts#1.p"]));
    }
    let mut map =
        "map house/m\n  version 1\n  lang 1\n  from canonical input as src\n  to canonical output\n"
            .to_string();
    map += &format!("  let lt = {}\n  let ln = {}\n", text(tape, &names, 2), number(tape, &names, 2));
    names.texts.push("lt");
    names.numbers.push("ln");
    let inner = |tape: &mut Tape, names: &Names, map: &mut String| {
        *map += &format!("    u = {}{}\n", text(tape, names, 2), text_modifiers(tape));
        let names = Names {
            texts: [&names.texts[..], &["this.u"]].concat(),
            numbers: names.numbers.clone(),
            text_lists: names.text_lists.clone(),
            number_lists: names.number_lists.clone(),
        };
        *map += &format!("    w = {}{}\n", number(tape, &names, 2), number_modifiers(tape));
        if tape.one_in(2) {
            *map += &format!("    check hold E2 \"no {{this.u}}\": {}\n", condition(tape, &names, 2));
        }
    };
    let head = |tape: &mut Tape, names: &Names, word: &str| match tape.one_in(2) {
        true => format!(" {word} {}", condition(tape, names, 1)),
        false => String::new(),
    };
    let when = head(tape, &names, "when");
    let first = if tape.one_in(2) { " from rows#1" } else { "" };
    map +=
        &format!("  section part{first}{when}{}\n", tape.choose(&["", " always", " required \"no part\""]));
    let mut here = Names {
        texts: vec!["src.a", "lt", "out.x1"],
        numbers: vec!["src.n", "ln"],
        text_lists: vec!["src.rows.t"],
        number_lists: vec!["src.rows.v"],
    };
    if !first.is_empty() {
        here.texts.extend(["k", "t"]);
        here.numbers.push("v");
    }
    inner(tape, &here, &mut map);
    map += "  end part\n";
    here = Names {
        texts: vec!["k", "t", "src.b", "lt", "r.k", "out.x1", "out.x3"],
        numbers: vec!["v", "ln", "src.q"],
        text_lists: vec!["src.rows.t"],
        number_lists: vec!["src.rows.v"],
    };
    let sort = tape.choose(&["", " sort by v", " sort by k, t"]);
    let filter = if tape.one_in(2) { " where present(v)" } else { "" };
    map += &format!("  each lines from rows{filter}{sort} as r\n    i = seq({}, 5)\n", tape.pick(3));
    let last = if filter.is_empty() { "last()" } else { "not first()" };
    map +=
        &format!("    z = {}\n    s = running_sum(v, k)\n", tape.choose(&["first()", "index() = 2", last]));
    inner(tape, &here, &mut map);
    map += "  end lines\n";
    here = Names {
        texts: vec!["g.k", "src.b", "lt"],
        numbers: vec!["ln", "src.q"],
        text_lists: vec!["g.rows.t"],
        number_lists: vec!["g.rows.v"],
    };
    map += &format!(
        "  each groups from rows group by k{} as g\n",
        tape.choose(&["", " sort by k", " sort by v"])
    );
    inner(tape, &here, &mut map);
    map += "  end groups\n";
    map += &format!("  fill f1, f2, f3 with {}\n", text(tape, &names, 2));
    if tape.one_in(2) {
        map += &format!(
            "  each words from wrap({}, {}) as word\n    i = seq()\n",
            text(tape, &names, 2),
            1 + tape.pick(8)
        );
        here = Names { texts: vec!["word", "a", "src.b"], ..names.clone() };
        inner(tape, &here, &mut map);
        map += "  end words\n";
    }
    let mut has_lists = false;
    if tape.one_in(2) {
        map += &branches(tape, &names, &inner);
        names.texts.push("out.x4");
    }
    if tape.one_in(2) {
        map += &lists(tape, &names, &inner);
        has_lists = true;
    }
    for (target, name) in [("x1", "this.x1"), ("x2", "out.x2"), ("x3", "")] {
        map += &format!("  {target} = {}{}\n", text(tape, &names, 3), text_modifiers(tape));
        names.texts.extend([name].into_iter().filter(|name| !name.is_empty()));
    }
    names.number_lists.extend(["out.lines.w", "this.groups.w"]);
    names.text_lists.extend(["out.lines.u", "out all u"]);
    names.text_lists.extend(has_lists.then_some("out.labels"));
    // In an order that is not the shape's.
    for (target, name) in [("y3", "out.y3"), ("y2", "this.y2"), ("y1", "out.y1")] {
        map += &format!("  {target} = {}{}\n", number(tape, &names, 3), number_modifiers(tape));
        names.numbers.push(name);
    }
    map += &format!("  z = {}\n", condition(tape, &names, 3));
    for (code, severity) in [("E1", "reject"), ("E3", "warn")] {
        map += &format!("  check {severity} {code} \"y1 is {{out.y1}}\": {}\n", condition(tape, &names, 3));
    }
    map + "end map\n"
}

/// A `when` whose branches both have lines for some targets.
fn branches(tape: &mut Tape, names: &Names, inner: &dyn Fn(&mut Tape, &Names, &mut String)) -> String {
    let mut map = format!(
        "  when {}\n    x4 = {}{}\n",
        condition(tape, names, 2),
        text(tape, names, 2),
        text_modifiers(tape)
    );
    if tape.one_in(2) {
        map += &format!("    when {}\n", condition(tape, names, 1));
        map += &format!("      y4 = {}{}\n    end when\n", number(tape, names, 2), number_modifiers(tape));
    }
    if tape.one_in(2) {
        map += &format!("    check warn E4 \"x4 is {{out.x4}}\": {}\n", condition(tape, names, 2));
    }
    let here = Names {
        texts: vec!["src.a", "lt"],
        numbers: vec!["src.n", "ln"],
        text_lists: vec!["src.rows.t"],
        number_lists: vec!["src.rows.v"],
    };
    if tape.one_in(2) {
        map += &format!(
            "    section extra{}\n",
            tape.choose(&["", " from rows#1", " always", " required \"none\""])
        );
        inner(tape, &here, &mut map);
        map += "    end extra\n";
    }
    map += "  otherwise\n";
    if tape.one_in(2) {
        map += &format!("    let le = {}\n", text(tape, names, 2));
        map += &format!("    x4 = le else {}\n", text(tape, names, 1));
    } else {
        map += &format!("    x4 = {}{}\n", text(tape, names, 2), text_modifiers(tape));
    }
    map += &format!("    y4 = {}\n", number(tape, names, 2));
    map + "  end when\n"
}

/// Lines whose targets are lists, and a block for each value of one.
fn lists(tape: &mut Tape, names: &Names, inner: &dyn Fn(&mut Tape, &Names, &mut String)) -> String {
    let list = |tape: &mut Tape| match tape.pick(6) {
        0 => tape.choose(&names.text_lists).to_string(),
        1 => "tags".to_string(),
        2 => format!("split({}, \" \")", text(tape, names, 1)),
        3 => format!("wrap({}, {})", text(tape, names, 1), 1 + tape.pick(6)),
        4 => format!("({}, tags, {})", text(tape, names, 1), tape.choose(&names.text_lists)),
        _ => text(tape, names, 2),
    };
    let mut map = format!("  labels = {}{}\n", list(tape), text_modifiers(tape));
    let numbers = tape.choose(&names.number_lists);
    map += &format!("  amounts = {numbers}{}\n", number_modifiers(tape));
    let filter = tape.choose(&["", " where word <> \"p\""]);
    map += &format!("  each labelled from {}{filter} as word\n    i = seq()\n", list(tape));
    let here = Names { texts: vec!["word", "a", "src.b"], ..names.clone() };
    inner(tape, &here, &mut map);
    map + "  end labelled\n"
}

fn text_modifiers(tape: &mut Tape) -> &'static str {
    tape.choose(&["", "", " truncate", " truncate warn", " required \"nothing there\"", " required"])
}

fn number_modifiers(tape: &mut Tape) -> &'static str {
    tape.choose(&[
        "",
        "",
        " round 1 half_up",
        " round 0 half_even",
        " round exact",
        " required \"no number\"",
    ])
}

fn text(tape: &mut Tape, names: &Names, depth: usize) -> String {
    if depth == 0 {
        return match tape.one_in(3) {
            true => tape.choose(&["\"p\"", "\"\"", "\"x y\"", "absent"]).to_string(),
            false => tape.choose(&names.texts).to_string(),
        };
    }
    let list = tape.choose(&names.text_lists);
    let one = |tape: &mut Tape| text(tape, names, depth - 1);
    match tape.pick(12) {
        0 => format!("({} else {})", one(tape), one(tape)),
        1 => format!("({} & {})", one(tape), one(tape)),
        2 => {
            let (then, otherwise) = (one(tape), one(tape));
            format!("(if {} then {then} else {otherwise})", condition(tape, names, depth - 1))
        }
        3 => {
            let policy = tape.choose(&[
                "",
                " unknown keep",
                " unknown keep warn",
                " unknown hold",
                " unknown absent warn",
                " unknown \"Z\" warn",
                " unknown reject \"no {src.a}\"",
                " unknown absent",
            ]);
            format!("({} via {{ p: \"P\", q: \"Q\", one: 1 }}{policy})", one(tape))
        }
        4 => format!("join({}, {list}, {}, \"-\")", one(tape), one(tape)),
        5 => format!("{}({list})", tape.choose(&["first", "last", "min", "max", "same", "one"])),
        6 => format!("text({})", number(tape, names, depth - 1)),
        7 => format!("upper({})", one(tape)),
        8 => format!("left({}, {})", one(tape), tape.pick(4)),
        9 => match tape.pick(7) {
            0 => format!("capture({}, \"([a-z]+) \")", one(tape)),
            1 => format!("split({}, \" \", {})", one(tape), tape.pick(3)),
            2 => format!("clean({}, \"ascii\")", one(tape)),
            3 => format!("lookup(src.rows, k = {}).t", one(tape)),
            4 => format!("{}(src.rows).k", tape.choose(&["first", "last", "one"])),
            5 => format!("join(lookup(src.rows, v = {}).t, \"-\")", number(tape, names, depth - 1)),
            _ => format!("pad_left({}, 4, \"0\")", one(tape)),
        },
        10 => format!("replace({}, \"p\", \"qq\")", one(tape)),
        _ => one(tape),
    }
}

fn number(tape: &mut Tape, names: &Names, depth: usize) -> String {
    if depth == 0 {
        return match tape.one_in(3) {
            true => tape.choose(&["0", "1", "2.5", "12", "absent"]).to_string(),
            false => tape.choose(&names.numbers).to_string(),
        };
    }
    let list = tape.choose(&names.number_lists);
    let one = |tape: &mut Tape| number(tape, names, depth - 1);
    match tape.pick(10) {
        0 => format!("({} else {})", one(tape), one(tape)),
        1 => format!("({} {} {})", one(tape), tape.choose(&["+", "-", "*"]), one(tape)),
        2 => format!("({} / {})", one(tape), one(tape)),
        3 => {
            let (then, otherwise) = (one(tape), one(tape));
            format!("(if {} then {then} else {otherwise})", condition(tape, names, depth - 1))
        }
        4 | 5 => format!("{}({list})", tape.choose(&["sum", "count", "first", "last", "min", "max", "same"])),
        6 => match tape.pick(4) {
            0 => format!("hash_total({list}, {})", 1 + tape.pick(3)),
            1 => format!("max({}, {})", one(tape), one(tape)),
            2 => format!("lookup(src.rows, k = {}).v", text(tape, names, depth - 1)),
            _ => format!("length({})", text(tape, names, depth - 1)),
        },
        7 => format!("round({}, 1, \"half_even\")", one(tape)),
        8 => format!("number({})", text(tape, names, depth - 1)),
        _ => one(tape),
    }
}

fn condition(tape: &mut Tape, names: &Names, depth: usize) -> String {
    let operator = tape.choose(&["=", "<>", "<", "<=", ">", ">="]);
    if depth == 0 {
        return format!("{} {operator} {}", tape.choose(&names.numbers), tape.pick(4));
    }
    match tape.pick(12) {
        9 => format!("{} matches \"^[a-p]\"", text(tape, names, depth - 1)),
        10 => format!("{}(src.rows, v {operator} {})", tape.choose(&["any", "all"]), tape.pick(3)),
        11 => format!("present(lookup(src.rows, k = {}))", text(tape, names, depth - 1)),
        0 => format!("({} and {})", condition(tape, names, depth - 1), condition(tape, names, depth - 1)),
        1 => format!("({} or {})", condition(tape, names, depth - 1), condition(tape, names, depth - 1)),
        2 => format!("(not ({}))", condition(tape, names, depth - 1)),
        3 => format!("present({})", text(tape, names, depth - 1)),
        4 => format!("absent({})", tape.choose(&names.texts)),
        5 => {
            format!("({} in (\"p\", \"q\", {}))", text(tape, names, depth - 1), text(tape, names, depth - 1))
        }
        6 => format!("({} {operator} {})", text(tape, names, depth - 1), text(tape, names, depth - 1)),
        _ => format!("({} {operator} {})", number(tape, names, depth - 1), number(tape, names, depth - 1)),
    }
}

/// The findings and one field of a map of one or two lines, the same in both.
fn told_by(lines: &str, field: &str, source: &[(&str, &str)]) -> (String, Vec<String>) {
    let map = format!(
        "map house/m\n  version 1\n  lang 1\n  from canonical input as src\n  to canonical output\n{lines}\nend map\n"
    );
    let files = MappingFiles::from([
        ("canonical/x.shape".to_string(), SHAPES.to_string()),
        ("house/m.map".to_string(), map),
    ]);
    let (bundle, sources, findings) = bundle::compile(&files, None);
    let bundle = bundle.unwrap_or_else(|| panic!("{}", shipped::render(findings.as_slice(), &sources)));
    let plan = &bundle.maps["house/m"];
    let place = |name: &str| plan.source_shape.children_named(PlaceId::ROOT, name).next().unwrap();
    let mut tree = Tree::new();
    let root = tree.open(PlaceId::ROOT, Origin::default());
    for (name, value) in source {
        tree.leaf(place(name), value, Origin::default());
    }
    tree.close(root);
    let view = View::new(&tree, "");
    let built = both(&Workspace::read(files.iter()), plan, view, None);
    let field = plan.target_shape.children_named(PlaceId::ROOT, field).next().unwrap();
    let value = View::new(&built, "").child_text(NodeId::ROOT, field).unwrap_or("").to_string();
    let (_, findings, _) = shipped::run(plan, view, vec![]);
    (value, findings.as_slice().iter().map(|finding| finding.shown_code().to_string()).collect())
}

/// What a path gives, the same in both.
fn at(path: &str, document: &str) -> String {
    let map = format!(
        "map house/m\n  version 1\n  lang 1\n  from canonical input as src\n  to canonical output\n  x1 = {path}\nend map\n"
    );
    let files = MappingFiles::from([
        ("canonical/x.shape".to_string(), SHAPES.to_string()),
        ("house/m.map".to_string(), map),
    ]);
    let (bundle, sources, findings) = bundle::compile(&files, None);
    let bundle = bundle.unwrap_or_else(|| panic!("{}", shipped::render(findings.as_slice(), &sources)));
    let (plan, mut tree) = (&bundle.maps["house/m"], Tree::new());
    json::read(&plan.source_shape, document, &mut tree).unwrap();
    let built = both(&Workspace::read(files.iter()), plan, View::new(&tree, ""), None);
    let field = plan.target_shape.children_named(PlaceId::ROOT, "x1").next().unwrap();
    View::new(&built, "").child_text(NodeId::ROOT, field).unwrap_or("").to_string()
}

#[test]
fn what_the_first_record_lacks_is_found_in_a_later_one() {
    let ones = r#"{"deeps": [{"one": {"x": 1}}, {"one": {"p": "b"}}, {"one": {"p": "c"}}]}"#;
    assert_eq!(at("first(deeps.one.p)", ones), "b");
    assert_eq!(at("first(deeps#1.one.p)", ones), "");
    let parts = r#"{"deeps": [{"parts": [{"x": 1}, {"p": "no"}]}, {"parts": [{"p": "b"}, {"p": "no"}]}]}"#;
    assert_eq!(at("first(deeps.parts#1.p)", parts), "b");
    assert_eq!(at("first(deeps.parts.p)", parts), "no");
    let deep = r#"{"deep": {"parts": [{"x": 1}, {"p": "b"}]}}"#;
    assert_eq!(at("first(deep.parts.p)", deep), "b");
    assert_eq!(at("deep.parts#1.p", deep), "");
    assert_eq!(at("deep.parts#2.p", deep), "b");
}

#[test]
fn a_line_that_rounds_may_divide_what_does_not_come_out() {
    let source = [("n", "1"), ("q", "3")];
    assert_eq!(told_by("  y1 = n / q round 2 half_up", "y1", &source), ("0.33".into(), vec![]));
    assert_eq!(told_by("  y1 = n / q round exact", "y1", &source), ("".into(), vec!["B012".into()]));
}

#[test]
fn a_check_says_once_what_its_condition_cannot_do() {
    let check = "  check warn E1 \"no {a}\": (a via { p: \"P\" } unknown hold) = \"P\"";
    assert_eq!(told_by(check, "x1", &[("a", "z")]).1, ["B003"]);
}

#[test]
fn what_an_argument_cannot_do_is_told_though_another_is_not_there() {
    let source = [("n", "1"), ("q", "3")];
    for line in ["pad_left(text(n / q), length(b), \"0\")", "join(a, b, text(n / q))"] {
        assert_eq!(told_by(&format!("  x1 = {line}"), "x1", &source).1, ["B012"], "{line}");
    }
}

#[test]
fn fields_are_made_in_the_order_they_need_each_other() {
    let lines = "  x1 = join(out.x2, \"-\")\n  x2 = out.x3\n  x3 = a";
    assert_eq!(told_by(lines, "x1", &[("a", "z")]).0, "z");
}

#[test]
fn what_a_text_tells_of_the_target_is_made_before_it() {
    let lines = "  x1 = a via { p: \"P\" } unknown reject \"{a} beside {this.x2}\"\n  x2 = b & \"!\"";
    assert_eq!(told_by(lines, "x2", &[("a", "z"), ("b", "q")]), ("q!".into(), vec!["B003".into()]));
}

#[test]
fn a_copied_text_that_cannot_stand_as_it_is_is_made_in_its_turn() {
    let lines = "  y1 = n else q\n  y2 = n\n  x1 = b else a";
    assert_eq!(told_by(lines, "y1", &[("n", "1.50"), ("q", "3")]).0, "1.5");
    assert_eq!(told_by(lines, "y2", &[("n", "007"), ("a", "z")]).0, "7");
    assert_eq!(told_by(lines, "x1", &[("n", "007"), ("a", "z")]).0, "z");
}

/// Functions whose arguments cannot be written out in a map.
const WITHOUT_EXAMPLE: [&str; 6] = ["date_in", "instant", "local", "run_instant", "time_in", "today_in"];

#[test]
fn the_examples_of_all_functions_are_true() {
    for function in crossdock::mapping::functions::FUNCTIONS {
        let is_listed = WITHOUT_EXAMPLE.contains(&function.name);
        assert_eq!(function.examples.is_empty(), is_listed, "{}", function.name);
        for example in function.examples {
            let (value, findings) = told_by(&format!("  x3 = text({})", example.call), "x3", &[]);
            assert_eq!((value.as_str(), findings), (example.result, vec![]), "{}", example.call);
        }
    }
}

#[test]
fn a_long_list_is_looked_up_by_index_as_it_is_gone_through() {
    let lookups = (0..80).map(|at| format!("(lookup(rows, k = \"{at}\").v else 0)")).collect::<Vec<_>>();
    for wanted in ["k = r.t", "v = r.v", "t = r.k"] {
        let map = format!(
            "map house/m\n  version 1\n  lang 1\n  from canonical input as src\n  to canonical output\n  \
             each lines from rows as r\n    u = lookup(src.rows, {wanted}).k\n    w = sum(lookup(src.rows, {wanted}).v)\n  \
             end lines\n  y1 = sum(({}))\nend map\n",
            lookups.join(", ")
        );
        let files = MappingFiles::from([
            ("canonical/x.shape".to_string(), SHAPES.to_string()),
            ("house/m.map".to_string(), map),
        ]);
        let (bundle, sources, findings) = bundle::compile(&files, None);
        let bundle = bundle.unwrap_or_else(|| panic!("{}", shipped::render(findings.as_slice(), &sources)));
        let plan = &bundle.maps["house/m"];
        for unreadable in [None, Some(70)] {
            let mut tree = Tree::new();
            let place = |parent, name: &str| plan.source_shape.children_named(parent, name).next().unwrap();
            let rows = place(PlaceId::ROOT, "rows");
            let root = tree.open(PlaceId::ROOT, Origin::default());
            for at in 0..90u32 {
                let row = tree.open(rows, Origin::default());
                // Every third is there twice, and the first of them counts; numbers are written in several ways.
                let (key, twin) = (at % 60, at % 60 / 3 * 3);
                tree.leaf(place(rows, "k"), &key.to_string(), Origin::default());
                let number =
                    if unreadable == Some(at) { "x".to_string() } else { format!("{}.{}0", twin, at % 2) };
                tree.leaf(place(rows, "v"), &number, Origin::default());
                tree.leaf(place(rows, "t"), &(89 - at).to_string(), Origin::default());
                tree.close(row);
            }
            tree.close(root);
            both(&Workspace::read(files.iter()), plan, View::new(&tree, ""), None);
        }
    }
}

#[test]
fn quantities_are_converted_by_the_packaging_of_the_item() {
    // Pallets of cases: what is in a pallet is told in base units, as what is in a case is.
    let item = [("sku", "S1"), ("base_uom", "EA")];
    let packagings = [("CS", "12"), ("PF", "480"), ("DZ", "0")];
    for (line, value, told) in [
        ("convert_qty(n, \"CS\", \"EA\", a)", "36", None),
        ("convert_qty(n, \"PF\", \"CS\", a)", "120", None),
        ("convert_qty(n * 40, \"CS\", \"PF\", a)", "3", None),
        ("convert_qty(n, \"EA\", \"CS\", a)", "0.25", None),
        ("convert_qty(n, \"KG\", \"KG\", b)", "3", None),
        ("convert_qty(n + 0.001, \"EA\", \"PF\", a)", "", Some("B012")),
        ("convert_qty(n, \"EA\", \"PF\", a) round 2 half_up", "0.01", None),
        ("convert_qty(n, \"EA\", \"BX\", a)", "", Some("B017")),
        ("convert_qty(n, \"EA\", \"DZ\", a)", "", Some("B017")),
        ("convert_qty(n, \"EA\", \"CS\", \"S2\")", "", Some("B007")),
        ("convert_qty(n, \"EA\", \"CS\", b)", "", Some("B004")),
        ("convert_qty(q, \"EA\", \"CS\", a)", "", None),
        ("length(item(a).base_uom)", "2", None),
        ("length(item(\"S2\").base_uom) else 9", "9", None),
    ] {
        let (found, findings) = told_knowing(line, &[("a", "S1"), ("n", "3")], &item, &packagings);
        assert_eq!((found.as_str(), findings.first().map(String::as_str)), (value, told), "{line}");
    }
}

/// The value of a line for `y1`, and what is found, where one item is known.
fn told_knowing(
    line: &str,
    source: &[(&str, &str)],
    item: &[(&str, &str)],
    packagings: &[(&str, &str)],
) -> (String, Vec<String>) {
    let shapes = format!(
        "{SHAPES}record packaging\n  uom text 3\n  qty_of_base decimal(15,6)\nend record\n\
         shape item master\n  sku text 48 key\n  base_uom text 3\n  packaging many packaging\nend shape\n"
    );
    let map = format!(
        "map house/m\n  version 1\n  lang 1\n  from canonical input as src\n  to canonical output\n  y1 = {line}\nend map\n"
    );
    let files =
        MappingFiles::from([("canonical/x.shape".to_string(), shapes), ("house/m.map".to_string(), map)]);
    let (bundle, sources, findings) = bundle::compile(&files, None);
    let bundle = bundle.unwrap_or_else(|| panic!("{}", shipped::render(findings.as_slice(), &sources)));
    let plan = &bundle.maps["house/m"];
    let filled = |shape: &Shape, fields: &[(&str, &str)], packagings: &[(&str, &str)]| {
        let place = |parent, name: &str| shape.children_named(parent, name).next().unwrap();
        let mut tree = Tree::new();
        let root = tree.open(PlaceId::ROOT, Origin::default());
        for (name, value) in fields {
            tree.leaf(place(PlaceId::ROOT, name), value, Origin::default());
        }
        for (unit, size) in packagings {
            let packaging = place(PlaceId::ROOT, "packaging");
            let node = tree.open(packaging, Origin::default());
            tree.leaf(place(packaging, "uom"), unit, Origin::default());
            tree.leaf(place(packaging, "qty_of_base"), size, Origin::default());
            tree.close(node);
        }
        tree.close(root);
        tree
    };
    let site = crossdock::gateway::settings::Site { code: "SITE".into(), zone: "UTC".into() };
    let mut known = side_by_side::Known::at(site);
    known.tell("item", filled(&plan.lookups[0].shape, item, packagings));
    let tree = filled(&plan.source_shape, source, &[]);
    let workspace = Workspace::read(files.iter());
    let (built, findings) = side_by_side::both_knowing(&workspace, plan, View::new(&tree, ""), None, &known);
    let field = plan.target_shape.children_named(PlaceId::ROOT, "y1").next().unwrap();
    let value = View::new(&built, "").child_text(NodeId::ROOT, field).unwrap_or("").to_string();
    (value, findings)
}

#[test]
fn what_is_known_of_the_message_is_at_hand() {
    for (line, value) in [
        ("  x3 = msg_meta(\"file_name\") else \"none\"", "none"),
        ("  x3 = format_date(msg_meta(\"received_at\"), \"yyyyMMdd\")", "19700101"),
    ] {
        assert_eq!(told_by(line, "x3", &[]), (value.into(), vec![]));
    }
}
