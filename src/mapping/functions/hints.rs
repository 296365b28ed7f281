//! Functions as other languages call them, and what they are called here.

/// Names of other languages, each with the advice for it.
const HINTS: &[(&[&str], &str)] = &[
    (&["avg", "average", "mean"], "write `sum(list) / count(list)` with `round` on the line"),
    (&["ceil", "ceiling"], "write `round(number, 0, \"up\")`"),
    (
        &["floor", "trunc", "truncate", "int"],
        "write `round(number, 0, \"down\")`; a text becomes a number with `number(text)`",
    ),
    (&["coalesce", "nvl", "ifnull", "isnull", "default", "firstnonblank"], "write `a else b`"),
    (
        &["concat", "concatenate", "append"],
        "write `a & b`, or `join(a, b, \" \")`, which leaves out what is absent",
    ),
    (
        &[
            "contains",
            "instr",
            "indexof",
            "charindex",
            "startswith",
            "endswith",
            "like",
            "regexp",
            "regex",
            "test",
        ],
        "write `text matches \"…\"`",
    ),
    (&["regex_extract", "regexp_substr", "extract", "match"], "write `capture(text, \"…\")`"),
    (
        &["date_format", "dateformat", "formatdate", "to_char", "strftime"],
        "write `format_date(date, \"yyyyMMdd\")`",
    ),
    (&["parse_date", "parsedate", "to_date", "todate", "strptime"], "write `date(text, \"MM/dd/yyyy\")`"),
    (&["distinct_count", "countdistinct", "count_unique"], "write `count_distinct(list)`"),
    (&["exists", "notempty", "not_null", "isnotnull"], "write `present(x)`"),
    (&["empty", "is_empty", "isempty", "is_null", "isblank"], "write `absent(x)`"),
    (&["filter", "where"], "write a condition in brackets: `list[field = value]`"),
    (
        &["format_number", "numberformat", "to_fixed"],
        "the guide says how numbers look: digits behind the point, sign and filling",
    ),
    (
        &["if", "iif", "ifelse", "case", "decode", "switch"],
        "write `if … then … else …`, or `x via { code: \"value\" }`",
    ),
    (&["increment", "counter", "row_number", "rownum"], "write `seq()`, or `index()` inside `each`"),
    (&["len", "strlen", "size"], "write `length(text)`; of a list `count(list)`"),
    (&["lpad", "padstart", "ljust", "zfill"], "write `pad_left(text, length, \"0\")`"),
    (&["rpad", "padend", "rjust"], "write `pad_right(text, length, \" \")`"),
    (
        &["lstrip", "trimstart", "ltrim_zero", "strip_zeros", "removeleadingzeros"],
        "write `strip_left(text, \"0\")`, or `ltrim(text)` for blanks",
    ),
    (&["rstrip", "trimend"], "write `strip_right(text, \"0\")`, or `rtrim(text)` for blanks"),
    (&["strip"], "write `trim(text)`"),
    (
        &["map", "translate", "crossref", "xref", "valuemap", "code_lookup", "vlookup"],
        "write `x via table NAME`, or `x via { code: \"value\" }`",
    ),
    (
        &["now", "current_timestamp", "sysdate", "getdate"],
        "write `run_instant()`: the moment the file came in, so that a repeated run gives the same",
    ),
    (&["today", "current_date", "date_now"], "write `today_in(zone)`: which day it is depends on where"),
    (&["str", "tostring", "to_string", "to_text", "string"], "write `text(x)`"),
    (&["substring", "substr", "substringafter", "slice"], "write `mid(text, from, count)`, counted from 1"),
    (
        &["toint", "to_number", "tonumber", "parseint", "parsefloat", "decimal", "float"],
        "write `number(text)`",
    ),
    (&["tolower", "lowercase", "to_lower", "lcase"], "write `lower(text)`"),
    (&["toupper", "uppercase", "to_upper", "ucase"], "write `upper(text)`"),
    (&["unique"], "write `distinct(list)`"),
];

/// The advice for a name that is not a function here, in any case.
pub fn hint(name: &str) -> Option<&'static str> {
    let is_it = |known: &&str| known.eq_ignore_ascii_case(name);
    HINTS.iter().find(|(names, _)| names.iter().any(is_it)).map(|(_, advice)| *advice)
}

#[cfg(test)]
mod tests {
    use super::{HINTS, hint};

    #[test]
    fn no_function_of_ours_has_a_hint() {
        for (names, _) in HINTS {
            for name in *names {
                assert!(!super::super::names().any(|own| own == *name), "{name}");
            }
        }
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(hint("SubString"), hint("substring"));
        assert_eq!(hint("upper"), None);
    }
}
