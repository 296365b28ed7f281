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
    "count", "count(list)", "How many values or records there are; 0 for none.",
        ".02 = count(out.lines)";
    "count_distinct", "count_distinct(list)", "How many different values there are.",
        ".7224 = count_distinct(s.lines.cartons.sscc)";
    "first", "first(list)", "The first value that is there; nothing for none.",
        "lot = first(g.row.lot)";
    "item", "item(sku), item(field = value)", "The client's item with this number, from his item master; nothing if there is none.",
        "let it = item(sku)";
    "join", "join(a, list, ..., separator)", "Texts one behind the other with the separator between them; what is absent is left out.",
        "name = join(ship_to.name, ship_to.name2, \" \")";
    "last", "last(list)", "The last value that is there; nothing for none.",
        "lot = last(g.row.lot)";
    "lookup", "lookup(list, field = value)", "The first record of a list whose field has this value; nothing if there is none.",
        "let ol = lookup(orig.lines, no = g.line_no)";
    "max", "max(list)", "The largest value; nothing for none.",
        "last_day = max(g.row.day)";
    "min", "min(list)", "The smallest value; nothing for none.",
        "first_day = min(g.row.day)";
    "one", "one(list)", "The only record or value of a list; more than one is a finding.",
        "department = one(order.references[type = \"department\"]).value";
    "present", "present(x)", "Whether there is such a value or record.",
        "check warn E901 \"no department\": present(N9[DP])";
    "same", "same(list)", "The value that all have; a finding if they differ.",
        "sku = same(g.row.SKU)";
    "seq", "seq(), seq(start, step)", "1, 2, 3 and so on for the records of a list; it begins again in each record around.",
        "position = seq()";
    "seq_all", "seq_all(), seq_all(start, step)", "The same, going on through the whole document.",
        ".1082 = seq_all()";
    "sum", "sum(list)", "The sum of numbers; 0 for none.",
        "total_qty = sum(out.lines.qty)";
    "wrap", "wrap(text, length)", "The lines that a text is broken into at blanks, for `each ... from`.",
        "each N from wrap(join(notes.text, \" \"), 60) as words";
];
