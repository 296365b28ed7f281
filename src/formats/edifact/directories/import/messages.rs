//! The segment table of a message. Groups are drawn at its right: a line from where a group begins goes down to its last
//! segment, so that each corner behind a segment ends a group.

use super::super::model::{Item, Message, titled};
use super::lines;

/// Corners: typed, and as old files have them (code page 437 read byte by byte, and as it looks).
const CORNERS: [char; 5] = ['+', '\u{d9}', '\u{c1}', '┘', '┴'];
/// What else the lines are drawn with.
const STROKES: [char; 11] = ['-', '|', '\u{c4}', '\u{b3}', '\u{bf}', '\u{b4}', '\u{c2}', '─', '│', '┐', '┤'];

/// A group whose end has not come.
struct Open {
    number: u32,
    required: bool,
    max: u32,
    items: Vec<Item>,
}

/// Reads the file of a message. `None` if there is no segment table in it.
pub fn read(text: &str) -> Option<Message> {
    let mut open = vec![Open { number: 0, required: true, max: 1, items: Vec::new() }];
    for line in table(text)? {
        let drawn = |sign: char| CORNERS.contains(&sign) || STROKES.contains(&sign);
        if let Some((number, usage)) = line.split_once("Segment group").and_then(|(_, rest)| group(rest)) {
            let (required, max) = usage;
            open.push(Open { number, required, max, items: Vec::new() });
            continue;
        }
        let bare = line.trim_end_matches(|sign: char| drawn(sign) || sign.is_whitespace());
        let Some(item) = segment(bare) else { continue };
        open.last_mut().expect("the message itself stays open").items.push(item);
        let corners = line[bare.len()..].chars().filter(|sign| CORNERS.contains(sign)).count();
        for _ in 0..corners.min(open.len() - 1) {
            close(&mut open);
        }
    }
    let is_open = open.len() > 1;
    while open.len() > 1 {
        close(&mut open);
    }
    let items = open.pop()?.items;
    (!items.is_empty()).then(|| Message { title: title(text), is_open, items })
}

fn close(open: &mut Vec<Open>) {
    let Some(group) = open.pop() else { return };
    let item = Item::group(group.number, group.required, group.max, group.items);
    if let Some(around) = open.last_mut() {
        around.items.extend(item);
    }
}

/// The lines of the table: behind the last heading of this name, which the contents have too.
fn table(text: &str) -> Option<impl Iterator<Item = &str>> {
    let heading = |line: &&str| line.to_lowercase().contains("segment table");
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().rposition(heading)?;
    Some(lines.into_iter().skip(at + 1))
}

/// ` 12  ------------------ C   99-----------+|`: number, whether it is mandatory, and how often it comes.
fn group(rest: &str) -> Option<(u32, (bool, u32))> {
    let plain: String = rest
        .chars()
        .map(|sign| if STROKES.contains(&sign) || CORNERS.contains(&sign) { ' ' } else { sign })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let number = words.first()?.parse().ok()?;
    let (_, required, max) = lines::usage(&words)?;
    Some((number, (required, max.max(1))))
}

/// `0010   UNH Message header                           M   1`, with or without the position.
fn segment(line: &str) -> Option<Item> {
    let mut words = lines::words(line);
    if words.first().is_some_and(|word| word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_digit())) {
        words.remove(0);
        while words.first().is_some_and(|word| lines::is_mark(word)) {
            words.remove(0);
        }
    }
    let tag =
        words.first().filter(|tag| tag.len() == 3 && tag.bytes().all(|byte| byte.is_ascii_uppercase()))?;
    // A number of repetitions always follows: without it, it is a sentence.
    words.last()?.parse::<u32>().ok()?;
    let (_, required, max) = lines::usage(&words)?;
    Some(Item { tag: tag.to_string(), required, max: max.max(1), ..Item::default() })
}

/// What the message is called: behind the heading that all of them have.
fn title(text: &str) -> String {
    let mut lines = text.lines().skip_while(|line| !line.to_uppercase().contains("STANDARD MESSAGE"));
    lines.next();
    titled(lines.find(|line| !line.trim().is_empty()).unwrap_or_default())
}
