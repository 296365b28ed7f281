//! B: a document against its map.

use super::{Code, CodeInfo, Severity};

codes! {
    B001 Reject "{text}"
        help "ask the sender to correct the document, or change the check in the map"
        cause "A check or a required field written in a map did not hold. The code shown is the map author's."
        example "check reject E201 \"W76-01 does not equal the sum of W01-01\": W76.01 = out.total_qty";
    B002 Reject "{text}"
        help "ask the sender for the value, or make the line optional in the map"
        cause "A line or block with `required` got nothing."
        example "number = W05.02 required";
    B003 Reject "{text}"
        help "add a row for `{value}` to {table}.csv, then retry the message"
        cause "A code that nobody translated yet."
        example "unit XY";
    B004 Reject "{text}"
        help "correct the value at its source, or change the line of the map"
        cause "A function or a calculation has no result for this value."
        example "instant(…) of a text that is no date";
    B005 Reject "`{value}` is longer than the {length} characters of `{target}`"
        help "shorten it at its source, or write `truncate` on the line"
        cause "Nothing is cut in silence."
        example "a name of 61 characters";
    B006 Reject "`{value}` does not fit `{target}`"
        help "correct the value at its source, or convert it in the map"
        cause "The target's type cannot show this value."
        example "12.5 into a whole number";
    B007 Hold "{text}"
        help "when the document arrives this one goes on; else find out why it never came"
        cause "`earlier` found no document with this key."
        example "a shipment for an unknown order";
    B008 Hold "{found} documents `{document}` have this key"
        help "discard the wrong one, then retry the message"
        cause "`earlier` found more than one document, and choosing would be guessing."
        example "the same order number twice";
    B009 Warn "nobody reads `{place}`: `{value}`"
        help "map it, or write `ignore {place} \"why\"`"
        cause "The message holds data that no line of the map uses."
        example "a new reference N9*ZZ";
    B010 Warn "`{value}` was cut to the {length} characters of `{target}`"
        help "nothing, if the beginning is enough"
        cause "A line with `truncate warn` cut a value."
        example "a long name";
    B011 Reject "the values differ, and one is wanted: `{first}` and `{value}`"
        help "correct the source, or write `first(…)`"
        cause "`same` and `one` want agreement."
        example "two SKUs on one line number";
    B012 Reject "the division does not come out: {text}"
        help "write `round` with digits on the line, or correct the quantity"
        cause "`round exact` refuses what would have to be rounded."
        example "47 eaches in cases of 12";
    B013 Warn "{text}"
        help "ask the sender which moment was meant; to be rid of the question he writes the offset beside the time, or UTC"
        cause "In the night clocks change, some local times are skipped and others come twice. The offset from before the change was taken."
        example "02:30 on the night clocks go forward";
    B014 Hold "no document is left of this message"
        help "correct the message, or the `where` of `each document`; write `required \"text\"` there to refuse such messages"
        cause "A map makes a document of each record of a list, and the message has none that it makes one of."
        example "each document from LX.W01 where present(.05), and no line with an item";
    B015 Warn "{count} documents of this message have the number `{number}`"
        help "make the number different in each document, for example by adding what they are split by"
        cause "What comes back for the documents names their number, and would find several of them."
        example "each document from LX.W01 group by site, with number = W05.02 in all of them";
    B016 Reject "there are {count} of these records, and one is wanted"
        help "correct the source, write a condition in brackets behind the list, or `first(…)`"
        cause "`one` wants a single record."
        example "one(order.references[type = \"department\"]).value of an order with two departments";
    B048 Hold "the table `{table}` gives `{value}`, which does not fit `{target}`"
        help "correct the row of {table}.csv, then retry the message"
        cause "The cell of a table is no value of the field it is for. That is ours, not the sender's: the message waits until the row is right."
        example "24 pcs in a table of case sizes, for lines.pack";
    B017 Hold "the item has no packaging `{unit}`; there is {known}"
        help "send the item with this packaging, or correct the unit, then retry the message"
        cause "`convert_qty` uses what the client's item says is in a unit, and does not guess."
        example "an order in pallets of an item that is known by the piece and by the case";
}
