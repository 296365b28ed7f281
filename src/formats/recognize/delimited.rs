//! A guess at delimiter, quote, header row and columns of a file of delimited values.

use super::columns::{Column, Guess, column};

/// Delimiters that are tried, most usual first.
const DELIMITERS: [char; 6] = [',', ';', '\t', '|', '^', '~'];
/// Most rows that are looked at.
const ROWS_MAX: usize = 20_000;

/// A guess at a file of delimited values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delimited {
    /// Between values.
    pub delimiter: char,
    /// Whether values are quoted somewhere.
    pub has_quotes: bool,
    /// Whether the first row names the columns.
    pub has_header: bool,
    /// Its columns, by the rows that have as many as most.
    pub columns: Vec<Column>,
    /// How many rows there are, without the header row; of a long file those that were looked at.
    pub rows: usize,
    /// Rows with another number of values than most: number from 1 and how many values.
    pub odd_rows: Vec<(usize, usize)>,
    /// Values of the first column if they tell kinds of rows apart; empty if they do not.
    pub tags: Vec<String>,
    /// Columns that may hold a document together: equal in neighbouring rows.
    pub keys: Vec<String>,
}

/// The guess, with how sure it is in percent; `None` if nothing separates.
pub(super) fn guess(text: &str) -> Option<(Delimited, u8)> {
    let (delimiter, rows, has_quotes, sure) = DELIMITERS
        .iter()
        .filter_map(|&delimiter| {
            let (rows, has_quotes) = rows(text, delimiter);
            let sure = regularity(&rows)?;
            Some((delimiter, rows, has_quotes, sure))
        })
        // The first of equals: the order is that of use.
        .reduce(|best, next| if next.3 > best.3 { next } else { best })?;
    let width = usual_width(&rows)?;
    let has_header = has_header(&rows, width);
    let body = &rows[usize::from(has_header)..];
    let odd_rows = body.iter().enumerate().filter(|(_, row)| row.len() != width);
    let odd_rows = odd_rows.map(|(at, row)| (at + 1 + usize::from(has_header), row.len())).collect();
    let regular: Vec<&Vec<String>> = body.iter().filter(|row| row.len() == width).collect();
    let columns: Vec<Column> = (0..width)
        .map(|at| {
            let values: Vec<&str> = regular.iter().map(|row| row[at].as_str()).collect();
            let name = match has_header {
                true => rows[0][at].trim().to_string(),
                false => format!("column {}", at + 1),
            };
            column(name, &values)
        })
        .collect();
    let keys = columns.iter().filter(|column| column.may_be_key());
    let guess = Delimited {
        delimiter,
        has_quotes,
        has_header,
        keys: keys.map(|column| column.name.clone()).collect(),
        tags: tags(&rows, width),
        columns,
        rows: body.len(),
        odd_rows,
    };
    Some((guess, sure))
}

/// Rows and their values, and whether quotes stand around some. A quote that is never closed is a character like others,
/// or it would swallow all rows behind it.
fn rows(text: &str, delimiter: char) -> (Vec<Vec<String>>, bool) {
    match quoted_rows(text, delimiter, true) {
        Some(rows) => (rows, text.contains(&format!("{delimiter}\"")) || text.starts_with('"')),
        None => (quoted_rows(text, delimiter, false).unwrap_or_default(), false),
    }
}

/// Rows and their values: quotes around values, doubled inside (RFC 4180), where `quotes` are believed in. Rows without
/// anything are left out. `None` if a quote is open at the end.
fn quoted_rows(text: &str, delimiter: char, quotes: bool) -> Option<Vec<Vec<String>>> {
    let mut rows = Vec::new();
    let (mut row, mut value, mut in_quotes) = (Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if in_quotes && characters.peek() == Some(&'"') => {
                value.push('"');
                characters.next();
            }
            '"' if in_quotes => in_quotes = false,
            '"' if quotes && value.trim().is_empty() => {
                value.clear();
                in_quotes = true;
            }
            '\n' | '\r' if !in_quotes => {
                row.push(std::mem::take(&mut value));
                let is_blank = row.iter().all(|value: &String| value.trim().is_empty());
                if is_blank {
                    row.clear()
                } else {
                    rows.push(std::mem::take(&mut row))
                }
                if rows.len() >= ROWS_MAX {
                    return Some(rows);
                }
            }
            other if other == delimiter && !in_quotes => row.push(std::mem::take(&mut value)),
            other => value.push(other),
        }
    }
    row.push(value);
    if row.iter().any(|value| !value.trim().is_empty()) {
        rows.push(row);
    }
    (!in_quotes).then_some(rows)
}

/// How regular rows are, in percent; `None` if the delimiter separates nothing. Many values in every row say more than two,
/// which a comma in prose makes as well.
fn regularity(rows: &[Vec<String>]) -> Option<u8> {
    let width = usual_width(rows)?;
    let fit = rows.iter().filter(|row| row.len() == width).count();
    let separated = rows.iter().filter(|row| row.len() > 1).count();
    let mut sure = fit * 100 / rows.len();
    if sure < 88 {
        // Rows of several kinds, each with its own width: told by short tags in front.
        let tagged = rows.iter().filter(|row| is_tag(&row[0])).count();
        // Or blocks of rows between lines with nothing but a tag.
        let bare = rows.iter().filter(|row| row.len() == 1 && is_tag(&row[0])).count();
        if separated == rows.len() && tagged * 100 >= rows.len() * 90 {
            sure = 88;
        } else if width > 2 && fit > 1 && fit + bare == rows.len() {
            sure = sure.max(70);
        } else if sure < 50 {
            return None;
        }
    }
    let filled: usize = rows.iter().flatten().filter(|value| !value.trim().is_empty()).count();
    let length: usize = rows.iter().flatten().map(String::len).sum();
    // Prose: two or three long values to a line.
    if width <= 3 && length > filled * 40 {
        return None;
    }
    let certainty = match (width, rows.len()) {
        (2, 1..=2) => 50,
        (2, _) => 75,
        (_, 1) => 65,
        (_, 2) => 85,
        _ => 98,
    };
    Some((sure * certainty / 100) as u8)
}

fn usual_width(rows: &[Vec<String>]) -> Option<usize> {
    let mut widths: Vec<usize> = rows.iter().map(Vec::len).filter(|width| *width > 1).collect();
    widths.sort_unstable();
    let runs = widths.chunk_by(|one, other| one == other);
    let (count, width) = runs.map(|run| (run.len(), run[0])).max()?;
    (count * 3 >= rows.len()).then_some(width)
}

fn is_tag(value: &str) -> bool {
    let value = value.trim();
    (1..=4).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// The values of the first column, if they are tags of a few kinds of rows.
fn tags(rows: &[Vec<String>], width: usize) -> Vec<String> {
    let mut tags: Vec<String> = rows.iter().map(|row| row[0].trim().to_string()).collect();
    let is_mixed = rows.iter().any(|row| row.len() != width);
    let all = tags.len();
    let are_tags = tags.iter().all(|tag| is_tag(tag) && tag.bytes().any(|byte| byte.is_ascii_uppercase()));
    tags.sort_unstable();
    tags.dedup();
    if are_tags && is_mixed && tags.len() <= 12 && tags.len() < all { tags } else { Vec::new() }
}

/// A header row has a different text in every column, none of them a number or date, and the rows below differ from it
/// in kind or in length.
fn has_header(rows: &[Vec<String>], width: usize) -> bool {
    let Some((first, body)) = rows.split_first() else { return false };
    let mut names: Vec<&str> = first.iter().map(|name| name.trim()).collect();
    let is_name = |name: &&str| !name.is_empty() && name.chars().any(char::is_alphabetic);
    if first.len() != width || !names.iter().all(is_name) {
        return false;
    }
    names.sort_unstable();
    names.dedup();
    if names.len() != width {
        return false;
    }
    if body.is_empty() {
        return true;
    }
    (0..width).any(|at| {
        let values: Vec<&str> =
            body.iter().filter(|row| row.len() == width).map(|row| row[at].as_str()).collect();
        let below = column(String::new(), &values);
        !matches!(below.guess, Guess::Text | Guess::Nothing | Guess::Codes(_)) && {
            let above = column(String::new(), &[first[at].as_str()]);
            matches!(above.guess, Guess::Text)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiter_header_and_keys_are_guessed() {
        let text = "order;line;sku;qty;day\nA100;1;X-1;5;24.11.2026\nA100;2;X-2;1;24.11.2026\nA101;1;X-1;7;25.11.2026\n";
        let (guess, sure) = guess(text).expect("delimited");
        assert_eq!((guess.delimiter, guess.has_header, guess.rows), (';', true, 3));
        assert_eq!(guess.keys, ["order"]);
        assert!(sure >= 90, "{sure}");
        let types: Vec<String> = guess.columns.iter().map(Column::type_text).collect();
        assert_eq!(types, ["text 4", "int", "text 3", "int", "date \"dd.MM.yyyy\""]);
    }

    #[test]
    fn prose_is_not_delimited() {
        let text =
            "Dear all, the orders of this week are late.\nWe hope, as always, for your patience.\nRegards\n";
        assert_eq!(guess(text), None);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_a_character() {
        let text =
            "DAY|TEMP|NOTE\n2026-11-01|7.5|dry\nN/A\n2026-11-02|8.0|\" a bad quote\n2026-11-03|6.1|wet\n";
        let (guess, sure) = guess(text).expect("delimited");
        assert_eq!((guess.delimiter, guess.has_quotes, guess.rows), ('|', false, 4));
        assert_eq!(guess.odd_rows, [(3, 1)]);
        assert!(sure >= 70, "{sure}");
    }

    #[test]
    fn blocks_between_lone_tags_are_delimited() {
        let (guess, _) = guess("B\n1, 2, 3, 4\nA, B, C, D\nE\nB\n5, 6, 7, 8\nE\n").expect("delimited");
        assert_eq!((guess.delimiter, guess.columns.len()), (',', 4));
    }

    #[test]
    fn rows_of_several_kinds_are_told_by_their_tags() {
        let text = "H,WJ84,20200504,085048\nD,WJ84,X1,,OL7\nD,WJ84,X2,,CO3\nT,2\n";
        let (guess, _) = guess(text).expect("delimited");
        assert_eq!(guess.tags, ["D", "H", "T"]);
        assert!(!guess.has_header);
    }
}
