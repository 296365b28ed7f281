//! Mistakes that people make in maps, guides, flows, tables and partner files: each is one edit of the shipped files,
//! and the exact finding stands in `testdata/mistakes/NAME.expect`. `UPDATE_EXPECT=1` writes them anew; `ONLY=table` looks
//! at those alone whose name has this in it.
#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;

use crossdock::formats::format;
use crossdock::formats::standard::{Given, Wanted};
use crossdock::gateway::bundle::{self, MappingFiles};
use crossdock::gateway::settings::{GatewaySettings, KnownEndpoint, clients_line};
use std::path::Path;

/// Name, file, what stands there, what is written instead.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("source-unknown", "house/940-order.map", "= W05.03", "= W05.33"),
    ("ext-built-by-nobody", "house/wms-order.map", "PONum        = customer_po", "PONum        = ext.po"),
    ("segment-unknown", "house/940-order.map", "service            = W66.05", "service            = W67.05"),
    ("target-unknown", "house/940-order.map", "customer_po        =", "cutsomer_po        ="),
    ("target-twice", "house/940-order.map", "customer_po        =", "number             ="),
    ("required-target-without-line", "house/940-order.map", "  number             = W05.02", "  # W05.02"),
    ("many-for-one", "house/x12-940.guide", "N1[ST]         required max 1", "N1[ST]        required max 2"),
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
        "  N1[ST]         required max 1",
        "  N1            only ST BT DE WH\n  N1[ST]         required max 1",
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
        "  N1[ST]         required max 1",
        "  not used      W66.05\n  N1[ST]         required max 1",
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
        "    qty                =",
        "    base_qty           = .01 #",
    ),
    (
        "required-by-the-guide-unread",
        "house/x12-940.guide",
        "  N1[ST]         required max 1",
        "  W05.04        required\n  N1[ST]         required max 1",
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
    (
        "chosen-of-target",
        "house/940-order.map",
        "sum(out.lines.qty)",
        "if any(out.lines, uom = \"CA\") then 1 else 2",
    ),
    ("code-of-another-length", "house/940-order.map", "= G62[02].02", "= G62[4].02"),
    ("chosen-of-target-later", "house/940-order.map", "this.qty > 0", "count(out.lines[sku = this.sku]) = 1"),
    (
        "chosen-of-target-unknown",
        "house/940-order.map",
        "sum(out.lines.qty)",
        "sum(out.lines[uim = \"CA\"].qty)",
    ),
    ("sum-of-text", "house/940-order.map", "sum(out.lines.qty)", "sum(out.lines.sku)"),
    ("wrong-kind-for-target", "house/wms-shipment.map", "final         = true", "final         = 1"),
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
    (
        "guide-type-unknown",
        "house/wms-order-csv.guide",
        "Line         required int",
        "Line         required itn",
    ),
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
    ("xml-prefix-unknown", "house/wms-order-xml.guide", "@id      text 35", "wms:Id   text 35"),
    ("xml-unit-of-another", "house/wms-order-xml.guide", "unit element WmsOrder", "unit element Order"),
    ("xml-charset-unknown", "house/wms-order-xml.guide", "syntax xml", "syntax xml charset \"latin-99\""),
    (
        "xml-value-and-elements",
        "house/wms-order-xml.guide",
        "element ShipTo required",
        "element ShipTo required text 20\n      Name text 35",
    ),
    ("xml-attribute-many", "house/wms-order-xml.guide", "@id      text 35", "@id      many text 35"),
    (
        "xml-several-in-one-file",
        "clients/brightwick/orders.flow",
        "house/wms-order to \"wms-import\" per message",
        "house/wms-order-xml to \"wms-import\" per source",
    ),
    ("idoc-of-many-kinds", "clients/brightwick/orders.flow", "from brightwick/x12-940", "from idoc/DELVRY03"),
    ("fixed-charset-unknown", "clients/caldera/as400-orders.guide", "charset cp1252", "charset cp125"),
    ("flow-map-unknown", "clients/brightwick/orders.flow", "write house/wms-order", "write house/wms-ordr"),
    ("flow-endpoint-unknown", "clients/brightwick/orders.flow", "\"wms-import\"", "\"wms-improt\""),
    ("flow-field-unknown", "clients/brightwick/orders.flow", "when warehouse =", "when warehuose ="),
    (
        "flow-collected-by-unknown",
        "clients/brightwick/orders.flow",
        "per message",
        "collected by custmer_po every 15m",
    ),
    (
        "flow-collected-by-list",
        "clients/brightwick/orders.flow",
        "per message",
        "collected by lines.sku every 15m",
    ),
    (
        "flow-collected-by-record",
        "clients/brightwick/orders.flow",
        "per message",
        "collected by ship_to every 15m",
    ),
    (
        "flow-collected-per-source",
        "clients/brightwick/orders.flow",
        "per message",
        "per source collected every 15m",
    ),
    (
        "flow-collected-as-two-files",
        "clients/tannbridge/movements.flow",
        "per message",
        "collected as reports every 15m\n  write house/947 to \"tannbridge-incoming\" collected as reports every 1h",
    ),
    (
        "flow-collected-as-rows",
        "clients/brightwick/orders.flow",
        "per message",
        "collected as reports every 15m",
    ),
    ("flow-collected-for-ever", "clients/brightwick/orders.flow", "per message", "collected max 500"),
    ("flow-collected-time", "clients/brightwick/orders.flow", "per message", "collected every 15x"),
    ("flow-collected-none", "clients/brightwick/orders.flow", "per message", "collected every 15m max 0"),
    ("flow-collected-at-no-time", "clients/brightwick/orders.flow", "per message", "collected at \"25:00\""),
    (
        "flow-collected-at-and-every",
        "clients/brightwick/orders.flow",
        "per message",
        "collected every 15m at \"17:00\"",
    ),
    (
        "flow-collected-no-size",
        "clients/brightwick/orders.flow",
        "per message",
        "collected every 15m max 500 or 2 pallets",
    ),
    ("flow-at-for-nothing", "clients/brightwick/orders.flow", "per message", "per source at \"17:00\""),
    ("flow-time-for-nothing", "clients/brightwick/orders.flow", "per message", "per source every 15m"),
    (
        "flow-gather-by-unknown",
        "clients/brightwick/shipments.flow",
        "write brightwick/945 to \"brightwick-incoming\" per message",
        "write brightwick/945 gather by order_nr to \"brightwick-incoming\" every 4h",
    ),
    (
        "flow-gather-for-ever",
        "clients/brightwick/shipments.flow",
        "write brightwick/945 to \"brightwick-incoming\" per message",
        "write brightwick/945 gather by order_number to \"brightwick-incoming\" until final",
    ),
    (
        "flow-gather-per-source",
        "clients/brightwick/shipments.flow",
        "write brightwick/945 to \"brightwick-incoming\" per message",
        "write brightwick/945 gather by order_number to \"brightwick-incoming\" per source every 4h",
    ),
    (
        "flow-gather-collected",
        "clients/brightwick/shipments.flow",
        "write brightwick/945 to \"brightwick-incoming\" per message",
        "write brightwick/945 gather by order_number to \"brightwick-incoming\" collected every 4h",
    ),
    (
        "flow-gather-sum-of-text",
        "clients/brightwick/shipments.flow",
        "write brightwick/945 to \"brightwick-incoming\" per message",
        "write brightwick/945 gather by order_number sum carrier to \"brightwick-incoming\" every 4h",
    ),
    (
        "flow-gather-until-text",
        "clients/brightwick/shipments.flow",
        "write brightwick/945 to \"brightwick-incoming\" per message",
        "write brightwick/945 gather by order_number to \"brightwick-incoming\" until carrier every 4h",
    ),
    (
        "flow-until-for-nothing",
        "clients/brightwick/shipments.flow",
        "write brightwick/945 to \"brightwick-incoming\" per message",
        "write brightwick/945 to \"brightwick-incoming\" until final",
    ),
    (
        "flow-gather-too-many",
        "clients/brightwick/shipments.flow",
        "write brightwick/945 to \"brightwick-incoming\" per message",
        "write brightwick/945 gather by order_number to \"brightwick-incoming\" every 4h max 5000",
    ),
    ("partner-setting-unknown", "clients/brightwick/partner.toml", "their_id =", "thier_id ="),
    (
        "partner-advice-of-another-document",
        "clients/brightwick/partner.toml",
        "map = \"house/824\"",
        "map = \"house/945\"",
    ),
    (
        "partner-acknowledged-with-an-order",
        "clients/brightwick/partner.toml",
        "guide = \"x12/004010/997\"",
        "guide = \"x12/004010/940\"",
    ),
    (
        "partner-ta1-in-edifact",
        "clients/nordhaven/partner.toml",
        "guide = \"edifact/contrl-3-ean\"",
        "guide = \"edifact/contrl-3-ean\"\nta1 = \"always\"",
    ),
    (
        "partner-waives-a-frame",
        "clients/brightwick/partner.toml",
        "[duplicates]",
        "[[waive]]\ncode = \"X402\"\nreason = \"miscounts\"\nuntil = \"2027-03-31\"\n\n[duplicates]",
    ),
    (
        "partner-waives-for-ever",
        "clients/brightwick/partner.toml",
        "[duplicates]",
        "[[waive]]\ncode = \"X207\"\nreason = \"cannot\"\nuntil = \"ever\"\n\n[duplicates]",
    ),
    ("partner-advice-map-unknown", "clients/brightwick/partner.toml", "\"house/824\"", "\"house/842\""),
    (
        "partner-repeats-of-unknown-document",
        "clients/brightwick/partner.toml",
        "window = \"400d\"",
        "window = \"400d\"\n\n[duplicates.documents.outbound_ordr]\nother = \"hold\"",
    ),
    (
        "partner-repeats-no-such-policy",
        "clients/brightwick/partner.toml",
        "window = \"400d\"",
        "window = \"400d\"\n\n[duplicates.documents.outbound_order]\nsame = \"forget\"",
    ),
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
        "PEINH          9  decimal sign trailing",
        "PEINH          9  decimal implied",
    ),
    (
        "idoc-auto-outside-control",
        "standards/idoc/ORDERS05.guide",
        "POSEX          6  alpha",
        "POSEX          6  auto",
    ),
    (
        "idoc-control-with-other-fields",
        "standards/idoc/control.guide",
        "    MANDT   3  name",
        "    MANDT   4  name",
    ),
    ("idoc-segment-too-wide", "standards/idoc/ORDERS05.guide", "BELNR      35", "BELNR      935"),
    (
        "idoc-alpha-of-number",
        "standards/idoc/ORDERS05.guide",
        "POSEX          6  alpha",
        "POSEX          6  int alpha",
    ),
    ("idoc-form-unknown", "standards/idoc/ORDERS05.guide", "syntax idoc type", "syntax idoc form json type"),
    (
        "idoc-indent-of-words",
        "standards/idoc/ORDERS05.guide",
        "syntax idoc type",
        "syntax idoc indent wide type",
    ),
    ("idoc-setting-unknown", "standards/idoc/ORDERS05.guide", "syntax idoc type", "syntax idoc idoctype"),
    ("standard-misspelt", "house/edifact-orders.guide", "edifact/d96a/ORDERS", "edifact/d97a/orders"),
    ("standard-without-messages", "house/edifact-orders.guide", "edifact/d96a/ORDERS", "edifact/d93a/ORDERS"),
    ("endpoint-of-others", "clients/oakhollow/orders.flow", "to \"wms-reno-orders\"", "to \"wms-import\""),
    (
        "acknowledged-at-others",
        "clients/brightwick/partner.toml",
        "to = \"brightwick-incoming\"",
        "to = \"oakhollow-incoming\"",
    ),
    (
        "block-added-beside",
        "clients/brightwick/940-order.map",
        "end map",
        "  add each notes from NTE group by .01 as g\n    text = join(g.NTE.02, \" \")\n  end notes\nend map",
    ),
    ("remove-of-nothing", "clients/brightwick/940-order.map", "end map", "  remove E999\nend map"),
    ("set-of-inner-field", "clients/brightwick/940-order.map", "end map", "  set pack = 12\nend map"),
    ("set-of-many-inner-fields", "clients/brightwick/940-order.map", "end map", "  set text = .02\nend map"),
    ("code-without-quotes", "house/940-order.map", "PU: \"pickup\"", "PU: pickup"),
    (
        "list-of-document-by-code",
        "house/wms-order.map",
        "join(notes.text, \" \")",
        "references[\"carrier_account\"].value",
    ),
    ("fixed-key-of-record", "house/pick-order-fw.guide", "record L max 9999", "record L max 9999 key .sku"),
];

#[test]
fn every_mistake_has_its_finding() {
    let endpoints = endpoints();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/mistakes");
    let bless = std::env::var_os("UPDATE_EXPECT").is_some();
    let shipped = in_use();
    let only = std::env::var("ONLY").unwrap_or_default();
    let mistakes: Vec<_> = MISTAKES.iter().filter(|(name, ..)| name.contains(&only)).collect();
    let try_one = |(name, file, old, new): &(&str, &str, &str, &str)| {
        let mut files = shipped.clone();
        let text = files.get_mut(*file).unwrap_or_else(|| panic!("{name}: no file {file}"));
        assert!(text.contains(old), "{name}: `{old}` is not in {file}");
        *text = text.replacen(old, new, 1);
        let (_, sources, findings) = bundle::compile(&files, Some(&endpoints));
        let found = shipped::render(findings.as_slice(), &sources);
        assert!(!found.is_empty(), "{name}: no finding");
        let path = folder.join(format!("{name}.expect"));
        if bless {
            std::fs::write(&path, &found).unwrap();
        }
        let is_known = std::fs::read_to_string(&path).unwrap_or_default() == found;
        (!is_known).then(|| format!("{name}:\n{found}"))
    };
    // One at a time would leave all cores but one without work for minutes.
    let workers = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let shares = mistakes.chunks(mistakes.len().div_ceil(workers).max(1));
        let running: Vec<_> = shares
            .map(|share| scope.spawn(|| share.iter().copied().filter_map(&try_one).collect::<Vec<_>>()))
            .collect();
        running.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "findings changed:\n{}", wrong.join("\n"));
}

/// What ships without the guides of X12 that nothing names: each mistake compiles all the others again.
fn in_use() -> MappingFiles {
    let mut files = shipped::mapping_files();
    for _ in 0..2 {
        let is_named = |path: &str| {
            let name =
                path.trim_start_matches("standards/").trim_end_matches(".guide").replace("/dictionary", "");
            files.iter().any(|(other, text)| other != path && text.contains(&name))
        };
        let paths = files.keys().filter(|path| path.starts_with("standards/x12/"));
        let unnamed: Vec<String> = paths.filter(|path| !is_named(path)).cloned().collect();
        unnamed.iter().for_each(|path| _ = files.remove(path));
    }
    files
}

/// The endpoints of the demo, which the shipped flows and partner files name.
fn endpoints() -> Vec<KnownEndpoint> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/gateway-demo.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let settings: GatewaySettings = toml::from_str(&text).unwrap();
    settings.known_endpoints(|name| format!("gateway.toml:{}", clients_line(&text, name)))
}

#[test]
fn a_shipped_file_without_edit_has_no_finding() {
    shipped::bundle();
}

/// Tables that a spreadsheet saved, and files in another encoding. Name, file, and its bytes.
const DAMAGED: &[(&str, &str, &[u8])] = &[
    (
        "table-ragged",
        "house/tables/carrier.csv",
        b"# key code\ncode,name,mode,preferred\nA,Air,air\n\nB,\"Boat, slow\",sea,yes,,\n\
        # a comma in a text\nC,Car, with trailer,road\nD,Dog\n,,,\nE,\"Eel, fast\",sea,,extra\n",
    ),
    ("table-key-again", "house/tables/uom.csv", b"code,unit\n# each\nEA,EA\n\n  \nCA,CS\nEA,PCE\n"),
    (
        "table-spoilt",
        "house/tables/items.csv",
        b"gtin,size,shade\n9.52E+12,1-3,red\n09520001001017,01-Mar,4.1E+11\n9520001001024,Mar-02,01. Mrz\n",
    ),
    (
        "table-without-zeros",
        "house/tables/store.csv",
        b"# key store, dock\nstore,dock,name\n0017,01,North\n0042,02,East\n103,1,South\n9,2,West\n12345,3,Far\n",
    ),
    ("table-with-semicolons", "house/tables/uom.csv", b"# key code\ncode;unit\nEA;EA\n"),
    ("table-latin", "house/tables/colour.csv", b"code,name\n1,Rot\n2,Gr\xfcn\n3,Wei\xdf\n"),
    ("table-wide", "house/tables/colour.csv", b"\xff\xfec\0o\0d\0e\0,\0n\0a\0m\0e\0\n\0"),
    ("map-latin", "house/m.map", b"# Gr\xf6\xdfe\nfragment f(src: a/b) -> canonical c\n  name = \"Gr\xf6\xdfe\"\nend fragment\n"),
    ("map-wide", "house/m.map", b"\xfe\xff\0m\0a\0p\0 \0a\0/\0b\0\n"),
];

#[test]
fn damaged_files_have_their_findings() {
    let folder = tempfile::tempdir().unwrap();
    let found = |bytes: &[u8], file: &str| {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        let files = bundle::read_files(&crossdock::base::files::Disk, folder.path()).unwrap();
        std::fs::remove_file(path).unwrap();
        let (_, sources, findings) = bundle::compile(&files, None);
        shipped::render(findings.as_slice(), &sources)
    };
    for (name, file, bytes) in DAMAGED {
        let found = found(bytes, file);
        assert!(!found.is_empty(), "{name}: no finding");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/mistakes/{name}.expect"));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, &found).unwrap();
        }
        assert_eq!(found, std::fs::read_to_string(&path).unwrap_or_default(), "{name}");
    }
    // Neither a byte order mark nor what a spreadsheet leaves blank says anything.
    let sound: [&[u8]; 4] = [
        b"\xef\xbb\xbf# key code\r\ncode,unit\r\nEA,EA\r\n",
        b"\xef\xbb\xbfcode,unit\n\nEA,EA,,\n,,\n   \nCA,CS",
        b"code,unit,preferred\nEA,EA\n01,CS,yes\n1,PCE\n02,BX\n2,BX\n",
        b"code,unit\n007,EA\n42,CS\n",
    ];
    for bytes in sound {
        assert_eq!(found(bytes, "house/tables/uom.csv"), "", "{}", String::from_utf8_lossy(bytes));
    }
}

const CASES: &str = "# key item\nitem,pieces\nAC-1001,24\nAC-1002,24 pcs\n";
const OF_CASES: &str = "  set lines.pack = if this.uom = \"EA\" then absent else (this.sku via table case_size unknown hold)\nend map";

/// Mistakes that need a table of the client's, and what is not told because of them. Name, file, what stands there, what
/// is written instead, the table.
const BESIDE_A_TABLE: &[(&str, &str, &str, &str, &str)] = &[
    ("table-no-number", "clients/brightwick/partner.toml", "", "", CASES),
    (
        "partner-setting-unknown-beside-a-table",
        "clients/brightwick/partner.toml",
        "their_qualifier",
        "their_qualifer",
        "# key item\nitem,pieces\nAC-1001,24\n",
    ),
    ("table-key-unknown", "clients/brightwick/partner.toml", "", "", "# key itm\nitem,pieces\nAC-1001,24\n"),
];

#[test]
fn mistakes_beside_a_table_are_told_once() {
    let shipped = shipped::mapping_files();
    let mut wrong = Vec::new();
    for (name, file, old, new, table) in BESIDE_A_TABLE {
        let mut files = shipped.clone();
        let text = files.get_mut(*file).unwrap();
        *text = text.replacen(old, new, 1);
        let map = files.get_mut("clients/brightwick/940-order.map").unwrap();
        *map = map.replace("end map", OF_CASES);
        files.insert("clients/brightwick/tables/case_size.csv".into(), table.to_string());
        let (_, sources, findings) = bundle::compile(&files, Some(&endpoints()));
        let found = shipped::render(findings.as_slice(), &sources);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/mistakes/{name}.expect"));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, &found).unwrap();
        }
        if found.is_empty() || std::fs::read_to_string(&path).unwrap_or_default() != found {
            wrong.push(format!("{name}:\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "findings changed:\n{}", wrong.join("\n"));
}

const SHAPES: &str = "record inner\n  id text 8\n  more inner\nend record\nrecord a\n  b b\nend record\nrecord b\n  \
    a many a\nend record\nshape note\n  number text 9 required key\n  x inner\n  y a\nend shape\n";
const COMPOSITES: &str = "dictionary d\n  element 1 AN 1 9\n  composite C1\n    .01 1\n    .02 C2\n  end\n  composite C2\n    .01 C1\n  \
    end\n  segment S\n    .01 C1\n  end\nend dictionary\nguide g\n  syntax x12 release \"004010\" set \"940\"\n  dictionary d\n  \
    structure\n    S required\n  end structure\nend guide\n";
const FLAT: &str = "guide g\n  syntax csv\n  unit group by no contiguous\n  columns\n    no text 9\n  end columns\nend guide\n";

/// Files that lead back to themselves, and files that lead nowhere.
fn endless() -> Vec<(&'static str, String)> {
    let map = |name: &str, base: &str| format!("map {name} extends {base}\n  version 1\nend map\n");
    let guide = |name: &str, base: &str| format!("guide {name} extends {base}\n  version 1\nend guide\n");
    let whole = |lines: &str| {
        format!(
            "map m\n  version 1\n  lang 1\n  from guide g as f\n  to canonical note\n  number = f.no\n{lines}end map\n"
        )
    };
    let base = "shape note\n  number text 9 required key\nend shape\n";
    let maps: String = (1..=6).map(|at| map(&format!("m{at}"), &format!("m{}", at - 1))).collect();
    let own = "fragment f(src: g) -> canonical note\n  use f(here)\nend fragment\n";
    let two = "fragment f(src: g) -> canonical note\n  use h(here)\nend fragment\nfragment h(src: g) -> canonical note\n  use f(here)\nend fragment\n";
    let lets = "  let one = two\n  let two = one\n  check warn E1 \"x\": present(one)\n";
    vec![
        ("map-extends-itself", map("m", "m")),
        ("map-extends-in-a-ring", map("m", "n") + &map("n", "o") + &map("o", "m")),
        ("map-extends-too-many", format!("{base}{FLAT}{}{maps}", whole("").replace("map m\n", "map m0\n"))),
        ("map-extends-nothing", map("m", "n")),
        ("guide-extends-itself", guide("g", "g")),
        ("guide-extends-in-a-ring", guide("g", "h") + &guide("h", "g")),
        ("guide-extends-nothing", guide("g", "h")),
        ("fragment-uses-itself", format!("{base}{FLAT}{own}{}", whole("  use f(here)\n"))),
        ("fragments-use-each-other", format!("{base}{FLAT}{two}{}", whole("  use f(here)\n"))),
        ("let-of-itself", format!("{base}{FLAT}{}", whole(lets))),
        ("record-in-itself", SHAPES.to_string()),
        ("composite-in-itself", COMPOSITES.to_string()),
    ]
}

#[test]
fn what_leads_back_to_itself_or_nowhere_is_a_finding() {
    for (name, text) in endless() {
        let files = [("all.map".to_string(), text)].into();
        let (_, sources, findings) = bundle::compile(&files, None);
        let found = shipped::render(findings.as_slice(), &sources);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/mistakes/{name}.expect"));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, &found).unwrap();
        }
        assert_eq!(found, std::fs::read_to_string(&path).unwrap_or_default(), "{name}");
    }
}

/// What the parser lets through is not too deep for what comes after it; what is deeper is a finding and nothing else.
#[test]
fn depth_ends_in_a_finding_or_in_a_plan() {
    let base = "shape note\n  number text 9 required key\n  count decimal\nend shape\n";
    let map = |lines: String| {
        format!(
            "{base}{FLAT}map m\n  version 1\n  lang 1\n  from guide g as f\n  to canonical note\n  number = f.no\n{lines}end map\n"
        )
    };
    let brackets =
        |depth: usize| map(format!("  count = {}length(f.no){}\n", "-(".repeat(depth), ")".repeat(depth)));
    let choices =
        |depth: usize| map(format!("  count = {}1\n", "if f.no = \"x\" then 2 else ".repeat(depth)));
    let whens = |depth: usize| {
        map(format!("{}count = 1\n{}", "when f.no = \"x\"\n".repeat(depth), "end when\n".repeat(depth)))
    };
    let shapes: [&dyn Fn(usize) -> String; 3] = [&brackets, &choices, &whens];
    for (number, text) in shapes.iter().enumerate() {
        for (depth, is_sound) in [(25, true), (200, false)] {
            let files = [("all.map".to_string(), text(depth))].into();
            let (bundle, sources, findings) = bundle::compile(&files, None);
            let found = shipped::render(findings.as_slice(), &sources);
            assert_eq!(bundle.is_some(), is_sound, "{number}, {depth} deep: {found}");
            assert_eq!(found.contains("error[L011]"), !is_sound, "{number}, {depth} deep: {found}");
        }
    }
}

/// Mistakes in what guides are imported from: name, format, folder of `testdata`, file, what stands there, what is written
/// instead.
const IMPORTED: &[(&str, &str, &str, &str, &str, &str)] = &[
    (
        "import-idoc-segment-open",
        "idoc",
        DESCRIBED,
        "zcount01.txt",
        "    END_SEGMENT\n    BEGIN_SEGMENT ",
        "    BEGIN_SEGMENT ",
    ),
    ("import-idoc-word-unknown", "idoc", DESCRIBED, "zcount01.txt", "QUALIFIED", "QUALIFED"),
    ("import-idoc-status-unknown", "idoc", DESCRIBED, "zcount01.txt", "OPTIONAL", "KANN"),
    ("import-idoc-no-type", "idoc", DESCRIBED, "zcount01.txt", "      SEGMENTTYPE         Z1COUNTH\n", ""),
    (
        "import-idoc-no-type-of-group",
        "idoc",
        DESCRIBED,
        "zcount01.txt",
        "          SEGMENTTYPE         Z1COUNTC\n",
        "",
    ),
    ("import-idoc-no-length", "idoc", DESCRIBED, "zcount01.txt", "LENGTH              000018", ""),
    (
        "import-idoc-no-number",
        "idoc",
        DESCRIBED,
        "zcount01.txt",
        "LENGTH              000018",
        "LENGTH              0000I8",
    ),
    (
        "import-idoc-field-left-out",
        "idoc",
        DESCRIBED,
        "zcount01.txt",
        "CHARACTER_FIRST     000088",
        "CHARACTER_FIRST     000098",
    ),
    (
        "import-idoc-too-wide",
        "idoc",
        DESCRIBED,
        "zcount01.txt",
        "LENGTH              000018",
        "LENGTH              001018",
    ),
    ("import-idoc-older-records", "idoc", DESCRIBED, "zcount01.txt", "TABNAM", "EDI_DC"),
    ("import-idoc-cut", "idoc", DESCRIBED, "zcount01.txt", "  END_IDOC\nEND_SEGMENT_SECTION\n", ""),
    (
        "import-x12-cell-missing",
        "x12",
        TABLES,
        "SEGDETL.csv",
        "\"BCT\",\"02\",\"373\",\"M\",\"1\"",
        "\"BCT\",\"02\",\"373\"",
    ),
    ("import-x12-no-number", "x12", TABLES, "ELEDETL.csv", "\"67\",\"AN\",\"2\"", "\"67\",\"AN\",\"two\""),
    ("import-x12-type-unknown", "x12", TABLES, "ELEDETL.csv", "\"67\",\"AN\"", "\"67\",\"TEXT\""),
    ("import-x12-requirement-unknown", "x12", TABLES, "SEGDETL.csv", "\"67\",\"C\"", "\"67\",\"P0304\""),
    ("import-x12-relation-unknown", "x12", TABLES, "RELATIONS.csv", "P0304", "P034"),
    ("import-x12-segment-undescribed", "x12", TABLES, "SETDETL.csv", "\"LOT\"", "\"LIT\""),
    ("import-x12-composite-undescribed", "x12", TABLES, "SEGDETL.csv", "C901", "C902"),
    ("import-x12-element-undescribed", "x12", TABLES, "COMDETL.csv", "9905", "9906"),
    (
        "import-x12-level-left-out",
        "x12",
        TABLES,
        "SETDETL.csv",
        "\"LOT\",\"O\",\"1\",\"2\"",
        "\"LOT\",\"O\",\"1\",\"3\"",
    ),
];

const DESCRIBED: &str = "idoc/described";
const TABLES: &str = "x12/tables";

#[test]
fn mistakes_in_what_is_imported_are_told_with_their_line() {
    let mut wrong = Vec::new();
    for (name, kind, folder, file, old, new) in IMPORTED {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(folder);
        let mut given = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            given.push(Given { name, bytes: std::fs::read(&path).unwrap() });
        }
        given.sort_by(|one, other| one.name.cmp(&other.name));
        let edited = given.iter_mut().find(|given| given.name == *file).unwrap();
        let text = String::from_utf8(std::mem::take(&mut edited.bytes)).unwrap();
        assert!(text.contains(old), "{name}: `{old}` is not in {file}");
        edited.bytes = text.replacen(old, new, 1).into_bytes();
        let wanted = Wanted::Guides { kinds: &[], release: "009999" };
        let import = format(kind).unwrap().importer().unwrap().import(&given, &wanted).unwrap();
        let found = shipped::render(&import.findings, &import.sources);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/mistakes/{name}.expect"));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, &found).unwrap();
        }
        if found.is_empty() || std::fs::read_to_string(&path).unwrap_or_default() != found {
            wrong.push(format!("{name}:\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "findings changed:\n{}", wrong.join("\n"));
}
