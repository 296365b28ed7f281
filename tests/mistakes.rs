//! Mistakes that people make in maps, guides, flows, tables and partner files: each is one edit of the shipped files,
//! and the exact finding stands in `testdata/mistakes/NAME.expect`. `UPDATE_EXPECT=1` writes them anew; `ONLY=table` looks
//! at those alone whose name has this in it.
#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;

use crossdock::gateway::bundle;
use std::path::Path;

/// Name, file, what stands there, what is written instead.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("source-unknown", "house/940-order.map", "= W05.03", "= W05.33"),
    ("ext-built-by-nobody", "house/wms-order.map", "PONum        = customer_po", "PONum        = ext.po"),
    ("segment-unknown", "house/940-order.map", "service            = W66.05", "service            = W67.05"),
    ("target-unknown", "house/940-order.map", "customer_po        =", "cutsomer_po        ="),
    ("target-twice", "house/940-order.map", "customer_po        =", "number             ="),
    ("required-target-without-line", "house/940-order.map", "  number             = W05.02", "  # W05.02"),
    ("many-for-one", "house/x12-940.guide", "N1[ST]        required max 1", "N1[ST]        required max 2"),
    ("text-beside-number", "house/940-order.map", "this.qty > 0", "w.02 > 0"),
    ("function-unknown", "house/x12-party.map", "upper(N4.03)", "uper(N4.03)"),
    ("function-of-another-language", "house/x12-party.map", "upper(N4.03)", "substring(N4.03, 1, 5)"),
    ("pattern-unclosed", "house/940-order.map", "this.qty > 0", "this.sku matches \"[A-Z\""),
    ("pattern-from-the-message", "house/x12-party.map", "upper(N4.03)", "capture(N4.03, N4.02)"),
    (
        "form-of-date",
        "house/x12-party.map",
        "upper(N4.03)",
        "format_date(date(N4.03, \"YYYYMMDD\"), \"dd.MM.yyyy\")",
    ),
    (
        "form-of-date-without-year",
        "house/x12-party.map",
        "upper(N4.03)",
        "format_date(date(N4.03, \"MM-dd\"), \"dd.MM.\")",
    ),
    ("form-of-time", "house/x12-party.map", "upper(N4.03)", "format_date(time(N4.03, \"hh:mm\"), \"HHmm\")"),
    ("charset-of-clean", "house/x12-party.map", "upper(N4.03)", "clean(N4.03, \"latin\")"),
    ("zone-unknown", "house/945.map", "date_in(shipped_at, $zone)", "date_in(shipped_at, \"Europe/Berln\")"),
    ("path-into-a-value", "house/x12-party.map", "upper(N4.03)", "upper(N4.03).text"),
    ("alternatives-of-two-kinds", "house/x12-party.map", "upper(N4.03)", "N4.03 else 5"),
    ("list-for-one", "house/x12-party.map", "upper(N4.03)", "(N4.03, N4.02)"),
    ("record-for-value", "house/945.map", "date_in(shipped_at, $zone)", "lookup(lines, position = 1)"),
    (
        "any-of-values",
        "house/945.map",
        "date_in(shipped_at, $zone)",
        "if any(lines.sku, sku = \"A\") then shipped_at else absent",
    ),
    ("lookup-of-another-kind", "house/945.map", "date_in(shipped_at, $zone)", "lookup(lines, sku = 1).sku"),
    (
        "first-outside-of-a-list",
        "house/945.map",
        "date_in(shipped_at, $zone)",
        "if first() then shipped_at else absent",
    ),
    ("meta-unknown", "house/945.map", "date_in(shipped_at, $zone)", "msg_meta(\"filename\")"),
    ("convert-without-item", "house/945.map", "date_in(shipped_at, $zone)", "convert_qty(1, \"EA\", \"CS\")"),
    ("hash-total-without-digits", "house/945.map", "date_in(shipped_at, $zone)", "hash_total(lines.shipped)"),
    (
        "last-of-picked",
        "house/944.map",
        "where count(received) = 0 as l",
        "where count(received) = 0 as l\n    let is_last = last()",
    ),
    ("function-arguments", "house/x12-party.map", "upper(N4.03)", "upper()"),
    ("value-built-later", "house/940-order.map", "join(G69.01, \" \")", "text(out.total_qty)"),
    ("table-unknown", "house/940-order.map", "via table x12_mode", "via table x12_mod"),
    ("table-key-twice", "house/tables/uom.csv", "UN,EA,", "EA,EA,"),
    ("table-not-reversible", "house/tables/uom.csv", "PL,PF,yes", "PL,PF,"),
    ("fragment-unknown", "house/940-order.map", "use x12_party(here)", "use x12_parti(here)"),
    ("parameter-unknown", "house/945.map", "date_in(shipped_at, $zone)", "date_in(shipped_at, $zon)"),
    ("constant-too-long", "house/945.map", "W06.01 = \"F\"", "W06.01 = \"FULL\""),
    ("constant-no-code", "house/940-order.map", "N: \"new\"", "N: \"nwe\""),
    ("constant-no-date", "house/940-order.map", "= G62[02].02", "= G62[02].02 else \"tomorrow\""),
    (
        "table-result-too-long",
        "house/tables/x12_tax.csv",
        "TX,all,",
        "TX,all_taxes_of_state_and_county_together,",
    ),
    ("table-result-misspelt", "house/tables/x12_condition.csv", "damaged,01", "damagd,01"),
    (
        "selector-not-listed",
        "house/x12-940.guide",
        "  N1[ST]        required max 1",
        "  N1            only ST BT DE WH\n  N1[ST]        required max 1",
    ),
    (
        "selector-written-not-listed",
        "house/x12-945.guide",
        "  N9[BM]        max 1",
        "  N9            only BM\n  N9[BM]        max 1",
    ),
    (
        "not-used-read",
        "house/x12-940.guide",
        "  N1[ST]        required max 1",
        "  not used      W66.05\n  N1[ST]        required max 1",
    ),
    (
        "not-used-written",
        "house/x12-945.guide",
        "  LX.W12.02     required",
        "  not used      N9[CN]\n  LX.W12.02     required",
    ),
    (
        "guide-required-not-used",
        "clients/brightwick/x12-940.guide",
        "  W66.01        only",
        "  not used      N1[ST]\n  W66.01        only",
    ),
    (
        "guide-required-left-out",
        "clients/brightwick/x12-940.guide",
        "  G62           only 37 01",
        "  G62[37]       required\n  G62           only 38 01",
    ),
    (
        "guide-length-of-nothing",
        "clients/brightwick/x12-940.guide",
        "  W66.01        only",
        "  W66.05        length 9 3\n  W66.01        only",
    ),
    (
        "guide-code-not-of-base",
        "clients/brightwick/x12-940.guide",
        "  W66.01        only",
        "  W05.01        only N X\n  W66.01        only",
    ),
    ("condition-of-no-code", "house/810.map", "if length(number) <= 22", "if kind = \"bill\""),
    (
        "condition-settled",
        "house/943.map",
        "left(equipment, 4) else absent",
        "left(equipment, 4) else if length(equipment) > 10 then equipment else absent",
    ),
    ("condition-always", "house/945.map", "section N1[SF]", "section N1[SF] when \"A\" in (\"A\", \"B\")"),
    ("flow-condition-of-no-code", "clients/brightwick/orders.flow", "when warehouse = ", "when action = "),
    (
        "parameters-unread",
        "house/945.map",
        "  W06.01 = \"F\"",
        "  param one = \"1\"\n  param two = \"2\"\n  W06.01 = \"F\"",
    ),
    (
        "required-in-a-list-without-line",
        "house/940-order.map",
        "    qty         =",
        "    base_qty    = .01 #",
    ),
    (
        "required-by-the-guide-unread",
        "house/x12-940.guide",
        "  N1[ST]        required max 1",
        "  W05.04        required\n  N1[ST]        required max 1",
    ),
    (
        "parameter-of-no-map",
        "clients/tannbridge/partner.toml",
        "[site]",
        "[environments.test.parameters]\nw07_includes_damage = true\n\n[site]",
    ),
    (
        "parameter-of-another-kind",
        "clients/tannbridge/partner.toml",
        "[site]",
        "[parameters]\nw07_includes_damaged = \"true\"\n\n[site]",
    ),
    (
        "parameter-with-of-no-map",
        "clients/tannbridge/receipts.flow",
        "write tannbridge/944 to",
        "write tannbridge/944 with includes_damaged = true to",
    ),
    (
        "environment-unknown",
        "clients/tannbridge/partner.toml",
        "[site]",
        "[environments.tset.parameters]\nw07_includes_damaged = true\n\n[site]",
    ),
    (
        "required-text-of-unknown",
        "house/940-order.map",
        "\"quantity missing\"",
        "\"line {nr} has no quantity\"",
    ),
    ("required-text-unclosed", "house/940-order.map", "\"quantity missing\"", "\"line {no has no quantity\""),
    ("chosen-of-target", "house/940-order.map", "sum(out.lines.qty)", "sum(out.lines[uom = \"CA\"].qty)"),
    ("sum-of-text", "house/940-order.map", "sum(out.lines.qty)", "sum(out.lines.sku)"),
    ("wrong-kind-for-target", "house/wms-shipment.map", "final          = true", "final          = 1"),
    (
        "base-unknown",
        "clients/brightwick/940-order.map",
        "extends house/940-order@1",
        "extends house/904-order@1",
    ),
    ("set-hits-nothing", "clients/brightwick/940-order.map", "set warehouse", "set warehose"),
    (
        "guide-base-unknown",
        "clients/brightwick/x12-940.guide",
        "extends house/x12-940",
        "extends house/x12-490",
    ),
    ("guide-segment-unknown", "clients/brightwick/x12-940.guide", "W66.01        only", "W67.01        only"),
    (
        "guide-wider-than-base",
        "clients/brightwick/x12-940.guide",
        "LX.W01.06     only UP",
        "LX.W01.N9     max 900",
    ),
    (
        "guide-mask-without-widen",
        "clients/brightwick/x12-940.guide",
        "  W66.01        only",
        "  G62.02        mask \"yyyy-MM-dd\"\n  W66.01        only",
    ),
    (
        "guide-mask-of-text",
        "clients/brightwick/x12-940.guide",
        "  W66.01        only",
        "  widen W66.05 mask \"yyyy-MM-dd\" \"as they write it\"\n  W66.01        only",
    ),
    (
        "guide-mask-without-parts",
        "clients/brightwick/x12-940.guide",
        "  W66.01        only",
        "  widen G62.02 mask \"YY-DD\" \"as they write it\"\n  W66.01        only",
    ),
    (
        "guide-number-of-composite",
        "house/edifact-desadv-d01b.guide",
        "CPS.LIN.QTY.C186.6060 number",
        "CPS.LIN.QTY.C186 number",
    ),
    ("hierarchy-of-no-loop", "house/x12-856.guide", "hierarchy HL id", "hierarchy BSN id"),
    ("hierarchy-without-parent", "house/x12-856.guide", " parent .02", ""),
    ("hierarchy-level-twice", "house/x12-856.guide", "P? > I", "P? > S"),
    ("hierarchy-level-unknown", "house/x12-856.guide", "HL[I].SN1 ", "HL[Q].SN1 "),
    ("hierarchy-level-not-there", "house/x12-856.guide", "HL[S].HL[O] ", "HL[S].HL[I] "),
    ("occurrence-behind-all", "house/856.map", "count(out all HL)", "count(out all HL#1)"),
    ("level-not-around", "house/856-notice.map", "inside HL[T] as t", "inside HL[Q] as t"),
    (
        "element-in-several-composites",
        "house/edifact-desadv-in.map",
        "first(PIA.C212[SA].7140)",
        "first(PIA.7140)",
    ),
    ("guide-type-unknown", "house/wms-order-csv.guide", "Line required int", "Line required itn"),
    ("fixed-at-differs", "clients/caldera/as400-orders.guide", "name       30 at 50", "name       30 at 49"),
    ("fixed-record-too-wide", "clients/caldera/as400-orders.guide", "filler   70", "filler   72"),
    (
        "fixed-point-without-place",
        "clients/caldera/as400-orders.guide",
        "decimal(9,2) implied",
        "decimal implied",
    ),
    ("fixed-packed-in-lines", "clients/caldera/as400-orders.guide", "sign overpunch", "packed"),
    ("fixed-more-digits-than-room", "clients/caldera/as400-orders.guide", "decimal(9,2)", "decimal(11,2)"),
    ("fixed-unit-unknown", "clients/caldera/as400-orders.guide", "unit record H by", "unit record HDR by"),
    (
        "fixed-same-of-unknown",
        "clients/caldera/as400-orders.guide",
        "auto same H.order_no",
        "auto same H.order_nr",
    ),
    ("fixed-not-told-apart", "house/pick-order-fw.guide", "const \"N\"", "const \"L\""),
    (
        "wrap-without-length",
        "house/pick-order.map",
        "wrap(join(notes.text, \" \"), 60)",
        "wrap(join(notes.text, \" \"))",
    ),
    ("xml-prefix-unknown", "house/wms-order-xml.guide", "@id text 35", "wms:Id text 35"),
    ("xml-unit-of-another", "house/wms-order-xml.guide", "unit element WmsOrder", "unit element Order"),
    ("xml-charset-unknown", "house/wms-order-xml.guide", "syntax xml", "syntax xml charset \"latin-99\""),
    (
        "xml-value-and-elements",
        "house/wms-order-xml.guide",
        "element ShipTo required",
        "element ShipTo required text 20\n      Name text 35",
    ),
    ("xml-attribute-many", "house/wms-order-xml.guide", "@id text 35", "@id many text 35"),
    (
        "xml-several-in-one-file",
        "clients/brightwick/orders.flow",
        "house/wms-order to \"wms-import\" per message",
        "house/wms-order-xml to \"wms-import\" per source",
    ),
    ("fixed-charset-unknown", "clients/caldera/as400-orders.guide", "charset cp1252", "charset cp125"),
    ("flow-map-unknown", "clients/brightwick/orders.flow", "write house/wms-order", "write house/wms-ordr"),
    ("flow-endpoint-unknown", "clients/brightwick/orders.flow", "\"wms-import\"", "\"wms-improt\""),
    ("flow-field-unknown", "clients/brightwick/orders.flow", "when warehouse =", "when warehuose ="),
    ("partner-setting-unknown", "clients/brightwick/partner.toml", "their_id =", "thier_id ="),
    ("partner-zone-unknown", "clients/brightwick/partner.toml", "America/Los_Angeles", "America/Los_Angelos"),
    (
        "key-unknown",
        "house/wms-shipment.map",
        "where number = file.RefNum",
        "where customer_po = file.RefNum",
    ),
    ("group-not-single", "house/wms-shipment.map", "else same(g.row.SKU)", "else g.SKU"),
    ("not-supported-yet", "house/945.map", "  W27.02     = carrier ", "  W27#2.02   = carrier #"),
    (
        "idoc-field-of-other-format",
        "standards/idoc/ORDERS05.guide",
        "PEINH 9 decimal sign trailing",
        "PEINH 9 decimal implied",
    ),
    ("idoc-auto-outside-control", "standards/idoc/ORDERS05.guide", "POSEX 6 alpha", "POSEX 6 auto"),
    (
        "idoc-control-with-other-fields",
        "standards/idoc/control.guide",
        "    MANDT 3 name",
        "    MANDT 4 name",
    ),
    ("idoc-segment-too-wide", "standards/idoc/ORDERS05.guide", "BELNR 35", "BELNR 935"),
    ("idoc-alpha-of-number", "standards/idoc/ORDERS05.guide", "POSEX 6 alpha", "POSEX 6 int alpha"),
    ("idoc-setting-unknown", "standards/idoc/ORDERS05.guide", "syntax idoc type", "syntax idoc idoctype"),
    ("fixed-key-of-record", "house/pick-order-fw.guide", "record L max 9999", "record L max 9999 key .sku"),
];

#[test]
fn every_mistake_has_its_finding() {
    let endpoints = endpoints();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/mistakes");
    let bless = std::env::var_os("UPDATE_EXPECT").is_some();
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut wrong = Vec::new();
    for (name, file, old, new) in MISTAKES.iter().filter(|(name, ..)| name.contains(&only)) {
        let mut files = shipped::mapping_files();
        let text = files.get_mut(*file).unwrap_or_else(|| panic!("{name}: no file {file}"));
        assert!(text.contains(old), "{name}: `{old}` is not in {file}");
        *text = text.replacen(old, new, 1);
        let (_, sources, findings) = bundle::compile(&files, Some(&endpoints));
        let found = shipped::render(findings.as_slice(), &sources);
        assert!(!found.is_empty(), "{name}: no finding");
        let path = folder.join(format!("{name}.expect"));
        if bless {
            std::fs::write(&path, &found).unwrap();
        } else if std::fs::read_to_string(&path).unwrap_or_default() != found {
            wrong.push(format!("{name}:\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "findings changed:\n{}", wrong.join("\n"));
}

/// The endpoints of the demo, which the shipped flows and partner files name.
fn endpoints() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/gateway-demo.toml");
    let settings: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    settings["endpoints"].as_table().unwrap().keys().cloned().collect()
}

#[test]
fn a_shipped_file_without_edit_has_no_finding() {
    shipped::bundle();
}
