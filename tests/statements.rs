//! Statements of maps: what they build, the same by the plan and by the reference interpreter.
#![allow(clippy::unwrap_used)]

#[path = "support/reference/mod.rs"]
mod reference;
#[path = "support/shipped.rs"]
mod shipped;
#[path = "support/side_by_side.rs"]
mod side_by_side;

use crossdock::gateway::bundle::{self, MappingFiles};
use crossdock::gateway::settings::Environment;
use crossdock::tree::{Tree, View, json};
use reference::Workspace;
use side_by_side::both;

const SHAPES: &str = "record party\n  id text 8\n  kind text 20\n  name text 9\nend record\n\
    record line\n  no int\n  sku text 9\n  qty decimal(9,3)\nend record\n\
    record box\n  number text 9\n  parts many line\nend record\n\
    shape order\n  number text 9\n  country text 2\n  urgent bool\n  buyer party\n  seller party\n  \
    notes many text 12\n  lines many line\n  boxes many box\nend shape\n\
    shape parcel\n  number text 9 required\n  country text 2\n  service text 9\n  from party\n  to party\n  \
    notes many text 12\n  lines many line\n  count int\nend shape\n";

/// A workspace of a guide, two shapes and some documents of the mapping language.
fn files(text: &str) -> MappingFiles {
    MappingFiles::from([
        ("canonical/x.shape".to_string(), SHAPES.to_string()),
        ("house/g.guide".to_string(), GUIDE.to_string()),
        ("house/f.guide".to_string(), FLAT.to_string()),
        ("house/tables/kinds.csv".to_string(), "code,kind\n91,ours\n92,theirs\n".to_string()),
        ("house/m.map".to_string(), text.to_string()),
    ])
}

const GUIDE: &str = "guide house/g\n  syntax fixed record 60\n  unit record H\n  record H required\n    tag 1 const \"H\"\n    \
    number 9\n    mode 1\n    country 2\n  record P max 1\n    tag 1 const \"P\"\n    id 8\n    kind 2\n    name 9\n  end P\n  \
    record L max 99\n    tag 1 const \"L\"\n    sku 9\n    qty 9 decimal(8,3)\n  end L\n  end H\nend guide\n";

const FLAT: &str = "guide house/f\n  syntax fixed record 60\n  unit file\n  record H required max 1\n    tag 1 const \"H\"\n    \
    number 9\n    mode 1\n    country 2\n  end H\n  record P max 1\n    tag 1 const \"P\"\n    id 8\n    kind 2\n    name 9\n  end P\n  \
    record L max 99\n    tag 1 const \"L\"\n    sku 9\n    qty 9 decimal(8,3)\n  end L\nend guide\n";

/// Runs `house/m` over a document given as JSON; what it built, as JSON, and the codes of what it found.
fn run(text: &str, document: &str) -> (String, Vec<String>) {
    run_map("house/m", text, document)
}

/// Like [`run_map`] by the plan alone, for what the interpreter does not know.
fn by_plan(name: &str, text: &str, document: &str) -> (String, Vec<String>) {
    run_with(name, text, document, false)
}

fn run_map(name: &str, text: &str, document: &str) -> (String, Vec<String>) {
    run_with(name, text, document, true)
}

fn run_with(name: &str, text: &str, document: &str, in_both: bool) -> (String, Vec<String>) {
    let files = files(text);
    let (bundle, sources, findings) = bundle::compile(&files, None);
    let bundle = bundle.unwrap_or_else(|| panic!("{}", shipped::render(findings.as_slice(), &sources)));
    let plan = &bundle.maps[name];
    let mut tree = Tree::new();
    json::read(&plan.source_shape, document, &mut tree).unwrap();
    let view = View::new(&tree, "");
    if in_both {
        both(&Workspace::read(files.iter()), plan, view, None);
    }
    let (built, findings, _) = shipped::run(plan, view, vec![]);
    let mut shown = String::new();
    json::write(&plan.target_shape, View::new(&built, ""), false, &mut shown);
    let shown = shown.replace("\"client\":\"BRW01\",", "");
    (shown, findings.as_slice().iter().map(|finding| finding.shown_code().to_string()).collect())
}

/// What is told while `house/m` runs over a document given as JSON.
fn told(text: &str, document: &str) -> Vec<String> {
    let (bundle, sources, findings) = bundle::compile(&files(text), None);
    let bundle = bundle.unwrap_or_else(|| panic!("{}", shipped::render(findings.as_slice(), &sources)));
    let (plan, mut tree) = (&bundle.maps["house/m"], Tree::new());
    json::read(&plan.source_shape, document, &mut tree).unwrap();
    let (_, findings, _) = shipped::run(plan, View::new(&tree, ""), vec![]);
    findings.as_slice().iter().map(|finding| finding.title()).collect()
}

/// The findings of a map that does not compile.
fn refused(text: &str) -> String {
    let (bundle, sources, findings) = bundle::compile(&files(text), None);
    assert!(bundle.is_none(), "it compiles");
    shipped::render(findings.as_slice(), &sources)
}

fn map(lines: &str) -> String {
    format!(
        "map house/m\n  version 1\n  lang 1\n  from canonical order as o\n  to canonical parcel\n{lines}\nend map\n"
    )
}

// ---------------------------------------------------------------------------------------------- required

#[test]
fn the_text_of_what_is_missing_has_values() {
    let map = map(
        "  number = number\n  section to from buyer required \"{number} has no buyer, {{or}} none yet\"\n    \
         name = .name required \"{.id} of {o.number} has no name\"\n  end to\n  \
         each lines from lines where qty > 0 required \"no lines in {o.number} of {this.number}\"\n    \
         sku = .sku required \"line {.no} has no item\"\n  end lines",
    );
    let lines = r#""lines":[{"no":7,"qty":1}]"#;
    assert_eq!(
        told(&map, &format!(r#"{{"number":"1","buyer":{{"id":"B"}},{lines}}}"#)),
        ["B of 1 has no name", "1 has no buyer, {or} none yet", "line 7 has no item"]
    );
    assert_eq!(told(&map, r#"{"number":"1"}"#), ["1 has no buyer, {or} none yet", "no lines in 1 of 1"]);
}

// ---------------------------------------------------------------------------------------------- names

#[test]
fn a_name_that_a_layer_gives_is_known_to_its_lines() {
    let text = map("  number = number\n  service = country\n  country = country")
        .replace("house/m", "house/base")
        + "map house/m extends house/base\n  set service = word\n  add let half = left(country, 1)\n  add let word = half & \"!\"\nend map\n";
    assert_eq!(
        run(&text, r#"{"number":"1","country":"US"}"#).0,
        r#"{"number":"1","country":"US","service":"U!"}"#
    );
    // Whatever the order in which they are given.
    let [half, word] = ["  add let half = left(country, 1)\n", "  add let word = half & \"!\"\n"];
    let turned = text.replace(&format!("{half}{word}"), &format!("{word}{half}"));
    assert_ne!(turned, text);
    assert_eq!(
        by_plan("house/m", &turned, r#"{"number":"1","country":"US"}"#).0,
        r#"{"number":"1","country":"US","service":"U!"}"#
    );
}

#[test]
fn a_line_of_a_fragment_may_be_changed_where_others_name_its_source() {
    let text = "fragment who(src: canonical party) -> canonical party\n  id = src.id\n  kind = src.kind & src.id\nend fragment\n"
        .to_string()
        + &map("  number = number\n  section to from buyer\n    use who(here)\n  end to").replace("house/m", "house/base")
        + "map house/m extends house/base\n  set to.id = .name\nend map\n";
    assert_eq!(
        by_plan("house/m", &text, r#"{"number":"1","buyer":{"id":"B","kind":"K","name":"N"}}"#).0,
        r#"{"number":"1","to":{"id":"N","kind":"KB"}}"#
    );
}

#[test]
fn parts_of_a_text_have_no_blanks_around_them_wherever_they_are_wanted() {
    let map = map(
        "  number = number\n  notes = split(country, \";\")\n  service = split(country, \";\", 2)\n  count = count(split(country, \";\"))\n  \
         section to\n    id = first(split(country, \";\"))\n  end to",
    );
    assert_eq!(
        run(&map, r#"{"number":"1","country":" a ; b;  ; c "}"#).0,
        r#"{"number":"1","service":"b","to":{"id":"a"},"notes":["a","b","c"],"count":3}"#
    );
}

#[test]
fn what_is_read_of_the_target_is_not_read_of_the_message() {
    let lines = "  unmapped warn\n  number = number\n  check info E1 \"sent\": present(out.country) or present(number)";
    let document = r#"{"number":"1","country":"US"}"#;
    assert_eq!(by_plan("house/m", &map(lines), document).1, ["B009"]);
}

// ---------------------------------------------------------------------------------------------- nothing

#[test]
fn an_empty_text_is_nothing() {
    let map = map(
        "  number = number\n  service = mid(country, 36, 35) else \"behind\"\n  country = country via { US: \"\", DE: \"D\" } else \"NO\"\n  \
         section to\n    id = trim(country) & \"x\"\n    name = strip_left(number, \"0\") else \"zero\"\n  end to\n  \
         check info E1 \"there\": absent(left(country, 0)) and not present(trim(\"  \"))",
    );
    assert_eq!(
        run(&map, r#"{"number":"000","country":"US"}"#),
        (
            r#"{"number":"000","country":"NO","service":"behind","to":{"id":"USx","name":"zero"}}"#.into(),
            vec![]
        )
    );
}

// ---------------------------------------------------------------------------------------------- digits

#[test]
fn a_number_has_no_more_digits_than_the_shape_says() {
    // decimal(9,3): six before the point, three behind it.
    let map = |value: &str| {
        map(&format!(
            "  number = number\n  each lines from lines as l\n    sku = l.sku\n    qty = {value}\n  end lines"
        ))
    };
    let order = |qty: &str| format!(r#"{{"number":"1","lines":[{{"sku":"A","qty":{qty}}}]}}"#);
    for (value, qty, fits) in [
        ("l.qty", "999999.999", true),
        ("l.qty", "-999999.5000000", true),
        ("l.qty", "1000000", false),
        ("l.qty", "0.0001", false),
        ("l.qty / 2", "1", true),
        ("l.qty * 1000", "1000", false),
        ("l.qty * 0.001", "0.5", false),
        ("l.qty * 0.001 round 3 half_up", "0.5", true),
        ("text(l.qty)", "1000000", false),
    ] {
        let found = run(&map(value), &order(qty)).1;
        assert_eq!(found, if fits { vec![] } else { vec!["B006"] }, "{value} of {qty}");
    }
}

// ---------------------------------------------------------------------------------------------- parameters

#[test]
fn a_parameter_has_the_value_of_its_environment() {
    let map = map(
        "  param word = \"own\"\n  param size = 1\n  number = number\n  service = $word\n  count = $size",
    );
    let partner = "client = \"ONE\"\nname = \"One\"\n[site]\ncode = \"A\"\nzone = \"UTC\"\n[parameters]\nword = \"all\"\n\
        [environments.test.parameters]\nword = \"test\"\nsize = 2\n";
    let mut files = files(&map.replace("map house/m", "map one/m"));
    let built = |files: &MappingFiles| {
        let (bundle, sources, findings) = bundle::compile(files, None);
        let bundle = bundle.unwrap_or_else(|| panic!("{}", shipped::render(findings.as_slice(), &sources)));
        let (plan, mut tree) = (&bundle.maps["one/m"], Tree::new());
        json::read(&plan.source_shape, r#"{"number":"1"}"#, &mut tree).unwrap();
        let (built, _, _) = shipped::run(plan, View::new(&tree, ""), vec![]);
        let mut shown = String::new();
        json::write(&plan.target_shape, View::new(&built, ""), false, &mut shown);
        (shown.replace("\"client\":\"BRW01\",", ""), bundle.hash)
    };
    let (own, _) = built(&files);
    assert_eq!(own, r#"{"number":"1","service":"own","count":1}"#);
    files.insert("clients/one/partner.toml".into(), partner.into());
    let (production, hash) = built(&files);
    assert_eq!(production, r#"{"number":"1","service":"all","count":1}"#);
    let (test, other) = built(&bundle::in_environment(&files, Environment::Test));
    assert_eq!(test, r#"{"number":"1","service":"test","count":2}"#);
    assert_ne!(hash, other, "the environment is part of what was agreed");
}

// ---------------------------------------------------------------------------------------------- when

#[test]
fn both_branches_of_a_when_own_a_target() {
    let map = map(
        "  number = number\n  when country = \"US\"\n    service = \"ground\"\n  otherwise\n    service = left(country, 2) & \"-air\"\n  end",
    );
    let of = |document: &str| run(&map, document).0;
    assert_eq!(
        of(r#"{"number":"1","country":"US"}"#),
        r#"{"number":"1","country":null,"service":"ground"}"#.replace("\"country\":null,", "")
    );
    assert_eq!(of(r#"{"number":"1","country":"DE"}"#), r#"{"number":"1","service":"DE-air"}"#);
    assert_eq!(of(r#"{"number":"1"}"#), r#"{"number":"1"}"#);
}

#[test]
fn whole_blocks_and_checks_stand_in_branches() {
    let map = map(
        "  number = number\n  when urgent\n    section to from buyer\n      id = .id\n    end to\n    check hold E1 \"no buyer\": present(buyer)\n  \
         otherwise\n    section to from seller required \"no seller\"\n      name = .name\n    end to\n    each lines from lines as l\n      sku = l.sku\n    end lines\n  end when",
    );
    let both = r#""buyer":{"id":"B"},"seller":{"name":"S"},"lines":[{"sku":"X"}]"#;
    let (built, found) = run(&map, &format!(r#"{{"number":"1","urgent":true,{both}}}"#));
    assert_eq!((built.as_str(), found), (r#"{"number":"1","to":{"id":"B"}}"#, vec![]));
    let (built, found) = run(&map, &format!(r#"{{"number":"1","urgent":false,{both}}}"#));
    assert_eq!(
        (built.as_str(), found),
        (r#"{"number":"1","to":{"name":"S"},"lines":[{"sku":"X"}]}"#, vec![])
    );
    // Only the branch that has its turn misses what is not there.
    assert_eq!(run(&map, r#"{"number":"1","urgent":true}"#).1, ["E1"]);
    assert_eq!(run(&map, r#"{"number":"1"}"#).1, ["B002"]);
}

#[test]
fn what_the_other_branch_would_look_up_is_not_told() {
    let map = map(
        "  number = number\n  when urgent\n    let kind = country via { US: \"home\" } unknown reject\n    service = kind\n    when present(kind)\n      country = country\n    end\n  end",
    );
    assert_eq!(run(&map, r#"{"number":"1","country":"FR","urgent":false}"#).1, Vec::<String>::new());
    assert_eq!(run(&map, r#"{"number":"1","country":"FR","urgent":true}"#).1, ["B003"]);
    assert_eq!(
        run(&map, r#"{"number":"1","country":"US","urgent":true}"#).0,
        r#"{"number":"1","country":"US","service":"home"}"#
    );
}

#[test]
fn a_condition_may_be_about_what_is_built() {
    let map = map(
        "  number = number\n  when this.count > 1\n    service = \"many\"\n  otherwise\n    service = \"one\" & \"\"\n  end\n  count = count(lines)",
    );
    let document = r#"{"number":"1","lines":[{"no":1},{"no":2}]}"#;
    assert_eq!(run(&map, document).0, r#"{"number":"1","service":"many","count":2}"#);
}

#[test]
fn a_target_is_owned_once_in_each_branch() {
    let twice = map("  number = number\n  when urgent\n    service = \"a\"\n  end\n  service = \"b\"");
    assert!(refused(&twice).contains("`service` is built twice"), "{}", refused(&twice));
    let half = map("  when urgent\n    number = number\n  end");
    assert!(refused(&half).contains("requires `number`"), "{}", refused(&half));
    let nested = map(
        "  when urgent\n    when present(country)\n      number = country\n    otherwise\n      number = number\n    end\n  otherwise\n    number = \"0\"\n  end",
    );
    assert_eq!(run(&nested, r#"{"number":"1","urgent":true}"#).0, r#"{"number":"1"}"#);
}

// ---------------------------------------------------------------------------------------------- lists

#[test]
fn a_value_of_a_list_has_its_place_in_it() {
    let map = map(
        "  number = number\n  each lines from (notes, split(country, \";\")) as note\n    no = index()\n    when first()\n      sku = \"<\" & note\n    otherwise\n      sku = if last() then note & \">\" else note\n    end\n  end lines",
    );
    let document = r#"{"number":"1","country":"b; c;","notes":["a"]}"#;
    let lines = r#"[{"no":1,"sku":"<a"},{"no":2,"sku":"b"},{"no":3,"sku":"c>"}]"#;
    assert_eq!(run(&map, document).0, format!(r#"{{"number":"1","lines":{lines}}}"#));
}

#[test]
fn a_list_reads_what_another_branch_has_built() {
    let map = map(
        "  when urgent\n    service = \"fast\"\n  otherwise\n    service = \"slow\"\n  end\n  number = number\n  notes = (out.service, join(out.service, number, \"-\"))",
    );
    let built = r#"{"number":"1","service":"slow","notes":["slow","slow-1"]}"#;
    assert_eq!(run(&map, r#"{"number":"1"}"#).0, built);
}

#[test]
fn a_line_builds_a_list_of_values() {
    let map = map(
        "  number = number\n  notes = (notes, split(country, \";\"), lines.sku, \"end\") truncate\n  each lines from notes where note <> \"b\" as note\n    no = seq()\n    sku = note\n  end lines",
    );
    let document =
        r#"{"number":"1","country":"b; c","notes":["a very long note"],"lines":[{"sku":"s"},{"no":1}]}"#;
    let (built, found) = run(&map, document);
    let lines = r#""lines":[{"no":1,"sku":"a very lo"}]"#;
    assert_eq!(found, ["B005"]);
    assert_eq!(
        built,
        format!(
            r#"{{"number":"1","notes":["a very long ","b","c","s","end"],{}}}"#,
            lines.replace(",\"sku\":\"a very lo\"", "")
        )
    );
}

#[test]
fn a_list_that_must_be_there_may_have_one_value() {
    let map = map("  number = number\n  notes = wrap(country, 1) required \"no notes\"");
    assert_eq!(run(&map, r#"{"number":"1"}"#).1, ["B002"]);
    assert_eq!(run(&map, r#"{"number":"1","country":"ab"}"#).0, r#"{"number":"1","notes":["a","b"]}"#);
}

#[test]
fn several_records_are_not_copied_to_one() {
    let text = map("  number = number\n  to = lines");
    assert!(refused(&text).contains("M002"), "{}", refused(&text));
}

// ---------------------------------------------------------------------------------------------- both directions

const FRAGMENT: &str = "fragment party(src: house/g/P) -> canonical party\n  id <-> .id\n  kind <-> src.kind via table kinds\n  \
    name = upper(.name)\nend fragment\n";

#[test]
fn a_fragment_for_both_directions_reads_and_writes() {
    let text = format!(
        "{FRAGMENT}map house/m\n  version 1\n  lang 1\n  from guide house/g as msg\n  to canonical order\n  number = H.number\n  section buyer from H.P\n    use party(here)\n  end buyer\nend map\n\
         map house/back\n  version 1\n  lang 1\n  from canonical order as o\n  to guide house/g\n  section H\n    number = o.number\n    section P from o.buyer\n      use party(here)\n      name = name\n    end P\n  end H\nend map\n"
    );
    let (built, found) = run(&text, r#"{"H":{"number":"1","P":{"id":"P1","kind":"92","name":"x"}}}"#);
    assert_eq!(
        (built.as_str(), found),
        (r#"{"number":"1","buyer":{"id":"P1","kind":"theirs","name":"X"}}"#, vec![])
    );
    let (built, found) = run_map("house/back", &text, &built);
    assert_eq!(
        (built.contains(r#""P":{"id":"P1","kind":"92","name":"X"}"#), found),
        (true, vec![]),
        "{built}"
    );
}

const TWO_WAY: &str = "map house/m\n  version 1\n  lang 1\n  from guide house/f as msg\n  to canonical order\n  unmapped warn\n  param land = \"DE\"\n  \
    number <-> msg.H.number\n  urgent = H.mode = \"R\"\n  country <-> $land\n  section buyer from P as p\n    use party(here)\n  end buyer\n  \
    each lines from L as l\n    no = seq()\n    sku <-> l.sku required\n    qty <-> .qty\n  end lines\n  ignore H.country \"ours is fixed\"\nend map\n";
const BACK: &str = "map house/back extends house/m\n  version 1\n  from canonical order as o\n  to guide house/f\n  \
    H.mode = if o.urgent then \"R\" else \"N\"\n  in P\n    add name = .name\n  end in\nend map\n";

#[test]
fn a_map_turned_round_writes_by_its_lines_for_both_directions() {
    let text = format!("{FRAGMENT}{TWO_WAY}{BACK}");
    let message = r#"{"H":{"number":"1","mode":"R"},"P":{"id":"P1","kind":"92","name":"x"},"L":[{"sku":"s","qty":2},{"sku":"t"}]}"#;
    let (built, found) = run(&text, message);
    let order = r#"{"number":"1","country":"DE","urgent":true,"buyer":{"id":"P1","kind":"theirs","name":"X"},"lines":[{"no":1,"sku":"s","qty":2},{"no":2,"sku":"t"}]}"#;
    assert_eq!((built.as_str(), found), (order, vec![]));
    let (built, found) = by_plan("house/back", &text, order);
    assert_eq!((built, found), (message.replace("\"x\"", "\"X\""), vec![]));
    // What one direction writes as a constant, the other one checks.
    assert_eq!(by_plan("house/back", &text, &order.replace("DE", "FR")).1, ["AGREED"]);
}

#[test]
fn what_goes_one_way_only_is_refused_with_the_reason() {
    for (line, why) in [
        ("notes <-> join(L.sku, \",\")", "`join` cannot be undone"),
        ("country <-> H.country else \"US\"", "`else` cannot be undone"),
        ("number <-> H.number truncate", "does not come back"),
        ("country <-> H.country via { A: \"US\", B: \"US\" }", "several codes mean `US`"),
        ("country <-> H.country via { A: \"US\" } unknown \"DE\"", "has no code to go back to"),
        ("number <-> L[sku = \"x\"]#1.sku", "does not say what to write"),
    ] {
        let text = TWO_WAY.replace("  number <-> msg.H.number", &format!("  number = H.number\n  {line}"));
        let text = format!(
            "{FRAGMENT}{}",
            if line.starts_with("number") { text.replace("  number = H.number\n", "") } else { text }
        );
        let text = if line.starts_with("country") {
            text.replace("  country <-> $land\n", "").replace("  param land = \"DE\"\n", "")
        } else {
            text
        };
        assert!(refused(&text).contains(why), "{line}: {}", refused(&text));
    }
    let text = format!("{FRAGMENT}{TWO_WAY}{BACK}")
        .replace("each lines from L as l", "each lines from L where qty > 0 as l");
    assert!(refused(&text).contains("does not come back"), "{}", refused(&text));
    let one_way = FRAGMENT.replace("<->", "=");
    let text = format!(
        "{one_way}{TWO_WAY}map house/w\n  version 1\n  lang 1\n  from canonical order\n  to guide house/f\n  section P from buyer\n    use party(here)\n  end P\nend map\n"
    );
    assert!(refused(&text).contains("no line of the fragment `party` has `<->`"), "{}", refused(&text));
}

// ---------------------------------------------------------------------------------------------- layers

const BASE: &str = "map house/base\n  version 1\n  lang 1\n  from canonical order as o\n  to canonical parcel\n  let kind = country\n  \
    number = number\n  check warn E1 \"base\": absent(country)\n  when urgent\n    service = \"fast\"\n  otherwise\n    service = \"slow\"\n  end\n  \
    section to from buyer\n    id = .id\n    check warn E2 \"base\": absent(.id)\n  end to\n  each lines from lines as first\n    sku = .sku\n  end lines\n  \
    each lines from lines as second\n    sku = \"-\" & .sku\n  end lines\n  notes = notes\n  country = kind\nend map\n";

fn over_base(lines: &str) -> String {
    format!("{BASE}map house/m extends house/base\n  version 1\n{lines}\nend map\n")
}

#[test]
fn layers_find_lines_by_target_code_name_and_label() {
    let text = over_base(
        "  set let kind = \"XX\"\n  set check hold E1 \"own\": absent(o.country)\n  remove service\n  add service = \"own\"\n  in to\n    set check hold E2 \"own\": absent(.id)\n    add name = .name\n  end in\n  \
         in second\n    set sku = \"+\" & .sku\n  end in\n  set notes = absent",
    );
    let (built, found) = by_plan(
        "house/m",
        &text,
        r#"{"number":"1","country":"DE","urgent":true,"buyer":{"id":"B","name":"n"},"notes":["x"],"lines":[{"sku":"s"}]}"#,
    );
    assert_eq!(
        built,
        r#"{"number":"1","country":"XX","service":"own","to":{"id":"B","name":"n"},"lines":[{"sku":"s"},{"sku":"+s"}]}"#
    );
    assert_eq!(found, ["E2", "E1"]);
}

#[test]
fn a_layer_that_misses_or_hits_several_is_told_so() {
    for (lines, told) in [
        ("  set check warn E3 \"x\": absent(o.country)", "did you mean `check E1`?"),
        ("  set let knid = \"x\"", "did you mean `kind`?"),
        ("  set service = \"x\"", "hits several lines"),
        ("  in lines\n    add no = 1\n  end in", "labelled `second`"),
        ("  add lines.no = 1", "hits several lines"),
        ("  remove lines", "hits several lines"),
        ("  remove servce", "did you mean `service`?"),
        ("  add check warn E1 \"x\": absent(o.country)", "is in the base already"),
        ("  add let kind = \"x\"", "is in the base already"),
        ("  set ignore o.country \"x\"", "no name to be found by"),
    ] {
        let found = refused(&over_base(lines));
        assert!(found.contains(told), "{lines}: {found}");
    }
}

const BOXES: &str = r#"{"number": "7", "boxes": [
    {"number": "B2", "parts": [{"no": 1, "sku": "A", "qty": 2}, {"no": 2, "sku": "C", "qty": 1}, {"no": 3, "sku": "A", "qty": 3}]},
    {"number": "B1", "parts": [{"no": 4, "sku": "A", "qty": 5}, {"no": 5, "sku": "A", "qty": 7}]}]}"#;

#[test]
fn groups_nest_as_the_records_that_inside_names() {
    let lines = |each: &str| {
        let lines = format!("  number = number\n  each lines from {each}\n  end lines\n");
        run(&map(&lines), BOXES).0
    };
    // Without `inside` a group takes records of both boxes.
    let apart = lines("boxes.parts group by sku as g\n    sku = g.sku\n    qty = sum(g.parts.qty)");
    assert_eq!(apart, r#"{"number":"7","lines":[{"sku":"A","qty":17},{"sku":"C","qty":1}]}"#);
    let nested = lines(
        "boxes.parts group by sku as g inside boxes as b\n    sku = b.number & g.sku\n    qty = sum(g.parts.qty)",
    );
    assert_eq!(
        nested,
        r#"{"number":"7","lines":[{"sku":"B2A","qty":5},{"sku":"B2C","qty":1},{"sku":"B1A","qty":12}]}"#
    );
}

#[test]
fn what_is_around_a_record_may_be_asked_by_keys() {
    let lines = |each: &str| {
        let lines = format!(
            "  number = number\n  each lines from {each}\n    no = no\n    sku = b.number & sku\n  end lines\n"
        );
        run(&map(&lines), BOXES).0
    };
    let sorted = lines("boxes.parts where no <> 2 sort by b.number, no as l inside boxes as b");
    assert_eq!(
        sorted,
        r#"{"number":"7","lines":[{"no":4,"sku":"B1A"},{"no":5,"sku":"B1A"},{"no":1,"sku":"B2A"},{"no":3,"sku":"B2A"}]}"#
    );
    let lines = "  number = number\n  each lines from boxes.parts group by b.number & sku sort by b.number as g inside boxes as b\n    \
        sku = b.number\n    qty = sum(g.parts[sku = \"A\"].qty)\n    no = index()\n  end lines\n";
    assert_eq!(
        run(&map(lines), BOXES).0,
        r#"{"number":"7","lines":[{"no":1,"sku":"B1","qty":12},{"no":2,"sku":"B2","qty":5},{"no":3,"sku":"B2","qty":0}]}"#
    );
}

#[test]
fn records_of_what_is_built_are_chosen_by_their_fields() {
    let lines = "  param least = 3\n  number = number\n  count = count(out.lines[sku = \"A\" and qty >= $least])\n  \
        service = first(out.lines[qty = max(out.lines.qty)].sku)\n  \
        country = if present(out.lines[sku = o.number]) then \"DE\" else \"US\"\n  \
        each lines from boxes.parts as l\n    no = no\n    sku = sku\n    qty = qty\n  end lines\n  \
        check reject E1 \"{count(out.lines[no > 0])} of A\": count(out.lines[sku = \"A\"]) < 4\n";
    let (built, codes) = run(&map(lines), BOXES);
    assert!(built.starts_with(r#"{"number":"7","country":"US","service":"A","#), "{built}");
    assert!(built.ends_with(r#""count":3}"#), "{built}");
    assert_eq!(codes, ["E1"]);
}

#[test]
fn a_condition_of_what_is_built_may_ask_what_is_around_it() {
    // Bare names are fields of the record in brackets, `this` is what the line builds, and other names are what they were.
    let lines = "  let wanted = \"C\"\n  number = number\n  country = \"A\"\n  count = count(out.lines[sku = this.country])\n  \
        service = first(out.lines[sku = wanted and qty < first(out.lines[no = 1].qty)].sku) & o.number\n  \
        each lines from boxes.parts\n    no = no\n    sku = sku\n    qty = qty\n  end lines\n";
    let (built, codes) = run(&map(lines), BOXES);
    assert!(built.starts_with(r#"{"number":"7","country":"A","service":"C7","#), "{built}");
    assert!(built.ends_with(r#""count":4}"#), "{built}");
    assert!(codes.is_empty());
}

#[test]
fn blocks_of_one_target_are_numbered_on() {
    let lines = "  number = number\n  each lines from boxes.parts where qty > 2\n    no = seq_all()\n    sku = sku\n  end lines\n  \
        each lines from boxes.parts where qty < 3\n    no = seq_all()\n    sku = sku\n  end lines\n  \
        each lines from boxes\n    no = seq(10, 10)\n    sku = number\n  end lines\n";
    assert_eq!(
        run(&map(lines), BOXES).0,
        r#"{"number":"7","lines":[{"no":1,"sku":"A"},{"no":2,"sku":"A"},{"no":3,"sku":"A"},{"no":4,"sku":"A"},{"no":5,"sku":"C"},{"no":10,"sku":"B2"},{"no":20,"sku":"B1"}]}"#
    );
}
