//! The functions that are part of the language itself, because they take paths, lists and conditions and not only values.

/// A function of the language, for people.
#[derive(Debug)]
pub struct LanguageFunction {
    /// Its name.
    pub name: &'static str,
    /// How it is called.
    pub call: &'static str,
    /// What it gives, in one sentence.
    pub summary: &'static str,
    /// A line of a map with it.
    pub example: &'static str,
}

macro_rules! functions {
    ($($name:literal, $call:literal, $summary:literal, $example:literal;)*) => {
        &[$(LanguageFunction { name: $name, call: $call, summary: $summary, example: $example },)*]
    };
}

/// All of them, sorted by name.
pub static LANGUAGE_FUNCTIONS: &[LanguageFunction] = functions![
    "absent", "absent(x)", "Whether there is no such value.",
        "check warn E901 \"no department\": not absent(N9[DP])";
    "all", "all(list, condition)", "Whether a condition holds for all records of a list; it does if there are none.",
        "check warn E902 \"units are mixed\": all(lines, uom = \"CA\")";
    "any", "any(list, condition)", "Whether a condition holds for one of the records of a list.",
        "hazardous = any(lines, un_number matches \"^[0-9]{4}$\")";
    "convert_qty", "convert_qty(qty, from, to, sku)", "A quantity in another unit, by the packaging in the client's item master. What does not come out needs `round` on the line; without the item or the packaging the document is held.",
        "base_qty = convert_qty(qty, uom, \"EA\", sku) round exact";
    "count", "count(list)", "How many values or records there are; 0 for none.",
        ".02 = count(out.lines)";
    "count_distinct", "count_distinct(list)", "How many different values there are.",
        ".7224 = count_distinct(s.lines.cartons.sscc)";
    "distinct", "distinct(list)", "The values of a list without those that came before; itself a list.",
        "lots = join(distinct(g.row.lot), \", \")";
    "first", "first(list), first()", "The first value that is there, or the first record, whose fields stand behind it; nothing for none. Without a list, inside `each`: whether this record is the first.",
        "lot = first(g.row.lot)";
    "hash_total", "hash_total(list, digits)", "The digits of numbers without their points, added up, and as many of the last digits.",
        ".02 = hash_total(out.LX.W01.qty, 10)";
    "index", "index()", "Inside `each`: the number of the record among those that something is made of, from 1.",
        "position = index()";
    "item", "item(sku), item(field = value)", "The client's item with this number, from his item master; nothing if there is none.",
        "let it = item(sku)";
    "join", "join(a, list, ..., separator)", "Texts one behind the other with the separator between them; what is absent is left out.",
        "name = join(ship_to.name, ship_to.name2, \" \")";
    "last", "last(list), last()", "The last value that is there, or the last record, whose fields stand behind it; nothing for none. Without a list, inside `each`: whether this record is the last.",
        "lot = last(g.row.lot)";
    "lookup", "lookup(list, field = value)", "The first record of a list whose field has this value; nothing if there is none.",
        "let ol = lookup(orig.lines, no = g.line_no)";
    "max", "max(list), max(a, b, ...)", "The largest value; nothing for none.",
        "last_day = max(g.row.day)";
    "min", "min(list), min(a, b, ...)", "The smallest value; nothing for none.",
        "first_day = min(g.row.day)";
    "msg_meta", "msg_meta(name)", "What is known of the message besides what stands in it: \"source_ref\" (its control numbers, or else the file and its number in it), \"received_at\", \"sender\", \"file_name\" or \"control_no\".",
        "REFMES = msg_meta(\"source_ref\")";
    "one", "one(list)", "The only record or value of a list; more than one is a finding.",
        "department = one(order.references[type = \"department\"]).value";
    "present", "present(x)", "Whether there is such a value or record.",
        "check warn E901 \"no department\": present(N9[DP])";
    "running_sum", "running_sum(number), running_sum(number, key)", "The sum of this number and those of the records before it, of the same key if there is one; it begins again in each record around.",
        "so_far = running_sum(qty, sku)";
    "same", "same(list)", "The value that all have; a finding if they differ.",
        "sku = same(g.row.SKU)";
    "seq", "seq(), seq(start, step)", "1, 2, 3 and so on for the records of a list; it begins again in each record around.",
        "position = seq()";
    "seq_all", "seq_all(), seq_all(start, step)", "The same, going on through the whole document and all blocks that build the same target.",
        ".1082 = seq_all()";
    "sum", "sum(list)", "The sum of numbers; 0 for none.",
        "total_qty = sum(out.lines.qty)";
    "wrap", "wrap(text, length)", "The lines that a text is broken into at blanks, as a list, or for `each ... from`.",
        "each N from wrap(join(notes.text, \" \"), 60) as words";
];
