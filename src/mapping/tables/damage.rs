//! What spreadsheets do to tables: cells in the wrong column, and codes turned into numbers and dates.

use super::Cells;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};

/// Months as spreadsheets write them.
const MONTHS: [&str; 15] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Mrz", "Mai", "Okt"];

/// The sign that parts the cells of a header, if it is not the comma.
pub fn other_separator(header: &[String]) -> Option<&'static str> {
    let [only] = header else { return None };
    [("`;`", ';'), ("tabs", '\t'), ("`|`", '|')]
        .into_iter()
        .find(|(_, sign)| only.contains(*sign))
        .map(|it| it.0)
}

/// Says that a row has not as many cells as the header. A mark in the last column, `preferred`, may be left out, and blank
/// cells behind the last column say nothing.
pub fn ragged(table: &str, header: &[String], cells: &Cells, findings: &mut Diagnostics) {
    let wanted = header.len();
    let filled = cells.texts.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    let may_lack = usize::from(header.last().is_some_and(|last| last == "preferred"));
    let label = match cells.texts.len() {
        _ if filled > wanted => (cells.span(wanted), "no column is left for this".to_string()),
        found if found + may_lack < wanted => {
            (cells.end(), format!("nothing stands here for `{}`", header[found..].join("`, `")))
        }
        _ => return,
    };
    let found = if filled > wanted { filled } else { cells.texts.len() };
    findings.push(
        Diagnostic::new(Code::M036)
            .with("table", table)
            .with("found", found.to_string())
            .with("expected", wanted.to_string())
            .at(label.0, label.1),
    );
}

/// Says that a cell is what a spreadsheet made of something else.
pub fn spoilt(table: &str, cells: &Cells, findings: &mut Diagnostics) {
    for (at, text) in cells.texts.iter().enumerate() {
        let code = if is_rounded(text) {
            Code::M037
        } else if is_month(text) {
            Code::M038
        } else {
            continue;
        };
        findings.push(Diagnostic::new(code).with("table", table).with("value", text).at(cells.span(at), ""));
    }
}

/// `1.2E+11`: a number with more digits than the spreadsheet shows.
fn is_rounded(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once("E+") else { return false };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    is_digits(exponent) && is_digits(whole) && is_digits(part)
}

/// `01-Mar`, `Mar-01`, `01. Mrz`: a code such as 1-3 or MAR1.
fn is_month(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['-', '.', ' ']).filter(|part| !part.is_empty()).collect();
    let is_number = |part: &str| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_one = |part: &&str| MONTHS.contains(part);
    match parts.as_slice() {
        [one, other] => (is_number(one) && is_one(other)) || (is_one(one) && is_number(other)),
        _ => false,
    }
}

/// Says of keys of digits that they are shorter than those with zeros in front, all of which have one length. A key that
/// stands there both ways is meant both ways.
pub fn shortened(table: &str, keys: &[(String, Span)], findings: &mut Diagnostics) {
    let digits =
        || keys.iter().filter(|(key, _)| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit()));
    let mut padded = digits().filter(|(key, _)| key.len() > 1 && key.starts_with('0'));
    let Some(length) = padded.next().map(|(key, _)| key.len()) else { return };
    if padded.clone().count() == 0 || padded.any(|(key, _)| key.len() != length) {
        return;
    }
    for (key, span) in digits().filter(|(key, _)| key.len() < length) {
        let whole = format!("{key:0>length$}");
        if keys.iter().any(|(other, _)| *other == whole) {
            continue;
        }
        let label = format!("others with zeros in front have {length} digits: `{whole}`?");
        findings.push(Diagnostic::new(Code::M039).with("table", table).with("value", key).at(*span, label));
    }
}

#[cfg(test)]
mod tests {
    use super::{is_month, is_rounded};

    #[test]
    fn what_spreadsheets_write_is_known() {
        for text in ["1.2E+11", "4,01235E+12", "1E+15"] {
            assert!(is_rounded(text), "{text}");
        }
        for text in ["1E5", "E+11", "1.2E+", "1.2e11", "1.2.3E+11", "A1E+11"] {
            assert!(!is_rounded(text), "{text}");
        }
        for text in ["01-Mar", "1-May", "Mar-01", "01. Mrz", "10.Dec"] {
            assert!(is_month(text), "{text}");
        }
        for text in ["MAR", "MAR-1", "01-MAR", "Mar", "Mar-2026", "1-3", "Sep-A"] {
            assert!(!is_month(text), "{text}");
        }
    }
}
