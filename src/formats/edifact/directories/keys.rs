//! What tells one segment of a tag from another: the directories call it a qualifier, or have it where one would stand.
//! And the forms of dates, which decide what a date means.

use super::model::{Directory, Group};

/// Segments whose key is not a qualifier in front, by their tags; as the guides beside `mappings/standards/edifact` have it.
const KEYS: [(&str, &[&str]); 10] = [
    ("AJT", &["4465"]),
    ("CCI", &["7059"]),
    ("COM", &["C076", "3155"]),
    ("CTA", &["3139"]),
    ("DOC", &["C002", "1001"]),
    ("IMD", &["7081"]),
    ("PGI", &["5379"]),
    ("SCC", &["4017"]),
    ("STS", &["C601", "9015"]),
    ("TOD", &["4055"]),
];

/// Composites that come several times in a segment, with the component that tells them apart.
const COMPOSITE_KEYS: [(&str, &str); 2] = [("C212", "7143"), ("C504", "6347")];

/// The composite of a date with the code of its form, and the element of that code.
const MOMENT: (&str, &str, &str) = ("C507", "2380", "2379");

/// What codes of 2379 say about the form of a date or time that is one point in time.
pub const MASKS: &str = "masks 102 \"yyyyMMdd\" 203 \"yyyyMMddHHmm\" 204 \"yyyyMMddHHmmss\" 101 \"yyMMdd\" \
     201 \"yyMMddHHmm\" 202 \"yyMMddHHmmss\" 2 \"ddMMyy\" 3 \"MMddyy\"";

/// The element that has [`MASKS`].
pub const FORM: &str = MOMENT.2;

/// The key of a segment as guides write it: `.C507.2005`.
pub fn of_segment(directory: &Directory, tag: &str) -> Option<String> {
    let segment = directory.segments.get(tag)?;
    if let Some((_, path)) = KEYS.iter().find(|(known, _)| *known == tag) {
        return has_path(directory, segment, path).then(|| format!(".{}", path.join(".")));
    }
    let first = segment.parts.first()?;
    let (path, element) = match directory.composites.get(&first.id) {
        Some(composite) => {
            let inner = composite.parts.first()?;
            (format!(".{}.{}", first.id, inner.id), &inner.id)
        }
        None => (format!(".{}", first.id), &first.id),
    };
    let title = &directory.elements.get(element)?.title;
    title.to_lowercase().contains("qualifier").then_some(path)
}

fn has_path(directory: &Directory, segment: &Group, path: &[&str]) -> bool {
    let has = |group: &Group, id: &str| group.parts.iter().any(|part| part.id == id);
    match path {
        [element] => has(segment, element),
        [composite, element] => {
            has(segment, composite)
                && directory.composites.get(*composite).is_some_and(|found| has(found, element))
        }
        _ => false,
    }
}

/// The key of a composite: `.7143`.
pub fn of_composite(id: &str, composite: &Group) -> Option<String> {
    let (_, key) = COMPOSITE_KEYS.iter().find(|(known, _)| *known == id)?;
    composite.parts.iter().any(|part| part.id == *key).then(|| format!(".{key}"))
}

/// The line that makes a date of a text and the code of its form, where a segment has both.
pub fn moment(directory: &Directory, segment: &Group) -> Option<String> {
    let (composite, value, form) = MOMENT;
    let has = |path: [&str; 2]| has_path(directory, segment, &path);
    let is_once = segment.parts.iter().filter(|part| part.id == composite).count() == 1;
    (is_once && has([composite, value]) && has([composite, form]))
        .then(|| format!("moment value .{composite}.{value} by .{composite}.{form}"))
}
