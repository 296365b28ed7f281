//! SAP IDocs: a control record and segments with fields of fixed widths, of which each belongs to a segment above it.
//! One guide serves the flat file and the XML form: which one a file is in is told by its bytes, which one is written
//! the guide says.

mod check;
mod control;
mod described;
mod element;
mod flat;
mod index;
mod read;
mod types;
mod value;
mod write;

use super::charset::Charset;
use super::check::Check;
use super::nested::Names;
use super::segment::{Structure, Tag};
use super::standard::{Importer, Standard};
use super::{Envelope, Format, Indexer, Layout, MessageInput, Scratch, Totals, xml};
use crate::diagnostics::Diagnostics;
use crate::guide::Guide;
use crate::guide::records::Record;
use crate::tree::{PlaceId, Tree, View};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// The format.
pub struct Idoc;

impl Format for Idoc {
    fn id(&self) -> &'static str {
        "idoc"
    }

    fn name(&self) -> &'static str {
        "IDoc"
    }

    fn has_envelope(&self) -> bool {
        true
    }

    fn sniff(&self, head: &[u8]) -> bool {
        flat::is_control(head) || is_markup(head)
    }

    fn is_whole(&self, head: &[u8], tail: &[u8]) -> bool {
        !xml::is_markup(head) || xml::is_whole(head, tail)
    }

    fn indexer<'a>(&self, _layout: Option<&'a dyn Layout>) -> Box<dyn Indexer + 'a> {
        Box::new(index::IdocIndexer::new())
    }

    fn indexer_within<'a>(&self, _layout: Option<&'a dyn Layout>, start: &[u8]) -> Box<dyn Indexer + 'a> {
        Box::new(index::IdocIndexer::within(start))
    }

    fn layout(&self, guide: &Arc<Guide>, findings: &mut Diagnostics) -> Option<Box<dyn Layout>> {
        Some(Box::new(IdocLayout::new(guide, findings)?))
    }

    fn standard(&self) -> Option<&'static dyn Standard> {
        Some(&types::Types)
    }

    fn importer(&self) -> Option<&'static dyn Importer> {
        Some(&described::Descriptions)
    }
}

/// The element that is an IDoc in XML.
const IDOC: &str = "IDOC";

/// Whether a file that starts with `head` holds IDocs in XML: whatever its outermost element is called, the first inside
/// is an IDoc, which says so or has its control record first.
fn is_markup(head: &[u8]) -> bool {
    let local = |tag: &xml::OuterTag| {
        let name = xml::name(tag.text.as_bytes());
        String::from_utf8_lossy(name.rsplit(|byte| *byte == b':').next().unwrap_or(name)).into_owned()
    };
    match xml::outer_tags(head, 3).as_slice() {
        [_, idoc, rest @ ..] if local(idoc) == IDOC => {
            idoc.text.contains("BEGIN") || rest.iter().any(|first| local(first) == control::NAME)
        }
        _ => false,
    }
}

/// How IDocs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Flat(FlatForm),
    Markup(MarkupForm),
}

/// How flat files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FlatForm {
    /// The line end behind each record; "" for none.
    line_end: &'static str,
    /// Whether the blanks at the end of a record are left out.
    is_trimmed: bool,
    charset: Charset,
}

/// How XML is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct MarkupForm {
    charset: Charset,
    /// Blanks before each segment, by level; `None` to write all in one line.
    indent: Option<usize>,
}

/// A kind of segment.
#[derive(Debug, Clone)]
struct Kind {
    tag: Tag,
    /// The name of its definition, which stands in flat files.
    definition: Box<str>,
    /// One of the guide's records of this kind, as an index: their fields are all the same.
    record: usize,
}

/// An IDoc guide, ready.
pub(crate) struct IdocLayout {
    guide: Arc<Guide>,
    structure: Structure,
    /// By place.
    checks: Vec<Check>,
    /// Per place, the index of its record plus 1; 0 for other places.
    records: Vec<u32>,
    /// Of a flat file, how each record is written: laid out with the first IDoc.
    lines: OnceLock<Vec<write::Line>>,
    kinds: Vec<Kind>,
    /// The names a segment may have in a file, with its kind.
    names: HashMap<Box<str>, usize>,
    form: Form,
    /// Of XML, whose names are those of the kinds and their fields.
    names_in_xml: Names,
    /// The charset the guide names, for reading.
    declared: Option<Charset>,
}

impl IdocLayout {
    /// `None` if the guide says something that cannot be, which is then in `findings`.
    fn new(guide: &Arc<Guide>, findings: &mut Diagnostics) -> Option<IdocLayout> {
        let form = check::form(guide, findings);
        let sound = check::records(guide, findings);
        let mut records = vec![0; guide.shape.len()];
        let (mut kinds, mut names) = (Vec::<Kind>::new(), HashMap::new());
        let mut tags = vec![Tag::default(); guide.shape.len()];
        for (index, record) in guide.records.iter().enumerate() {
            records[record.place.index()] = index as u32 + 1;
            let name = &guide.shape.place(record.place).name;
            let at = *names.entry(name.clone()).or_insert(kinds.len());
            if at == kinds.len() {
                let tag = Tag(at as u32 + 1);
                kinds.push(Kind { tag, definition: definition(name, record), record: index });
            }
            tags[record.place.index()] = kinds[at].tag;
        }
        for (at, kind) in kinds.iter().enumerate() {
            names.entry(kind.definition.clone()).or_insert(at);
        }
        let declared = Charset::named(guide.setting("charset"));
        (sound && form.is_some()).then_some(())?;
        Some(IdocLayout {
            lines: OnceLock::new(),
            structure: Structure::with_tags(guide, |place| tags[place.index()]),
            guide: guide.clone(),
            checks: Check::all(guide),
            records,
            kinds,
            names,
            form: form?,
            names_in_xml: Names::none(),
            declared,
        })
    }

    /// The kind of a segment by the name that stands in a file: `E1EDK01`, or `E2EDK01005`, whatever its version.
    fn kind(&self, name: &str) -> Option<&Kind> {
        let find = |name: &str| self.names.get(name).map(|&at| &self.kinds[at]);
        let (first, rest) = name.split_at_checked(1)?;
        find(name).or_else(|| {
            let of_type = format!("{first}1{}", rest.strip_prefix('2')?);
            let unversioned = name_without_version(&of_type);
            find(&of_type).or_else(|| find(unversioned))
        })
    }

    /// The record at a place.
    fn record_at(&self, place: PlaceId) -> Option<&Record> {
        Some(&self.guide.records[self.record_index(place)?])
    }

    /// Its index.
    fn record_index(&self, place: PlaceId) -> Option<usize> {
        (self.records[place.index()] as usize).checked_sub(1)
    }

    /// How each record is written in a flat file.
    fn lines(&self) -> &[write::Line] {
        let line = |record: &Record| {
            let kind = self.names.get(&self.guide.shape.place(record.place).name).map(|&at| &self.kinds[at]);
            write::Line::of(&self.guide, record, kind.map_or("", |kind| &kind.definition))
        };
        self.lines.get_or_init(|| self.guide.records.iter().map(line).collect())
    }

    /// What the guide says of the control record itself, over what stands in it.
    fn identify(&self, control: &mut control::Control) {
        control.set("TABNAM", control::NAME);
        for (field, setting) in [("IDOCTYP", "type"), ("CIMTYP", "extension"), ("MESTYP", "set")] {
            match self.guide.setting(setting) {
                "" => {}
                value => control.set(field, value),
            }
        }
    }
}

/// Which field of a record a key is that is counted among those with a place, from 1.
fn field_of_key(record: &Record, position: u16) -> Option<usize> {
    let mut fields = record.fields.iter().enumerate().filter(|(_, field)| field.place.is_some());
    fields.nth(usize::from(position).saturating_sub(1)).map(|(at, _)| at)
}

/// `E1EDK01` of `E1EDK01005`
fn name_without_version(name: &str) -> &str {
    let digits = name.len() - name.trim_end_matches(|character: char| character.is_ascii_digit()).len();
    if digits >= 3 { &name[..name.len() - 3] } else { name }
}

/// What a segment is called in flat files: its `id`, or its name with a 2 for the 1.
fn definition(name: &str, record: &Record) -> Box<str> {
    match (&*record.id, name.split_at_checked(1)) {
        ("", Some((first, rest))) if rest.starts_with('1') => format!("{first}2{}", &rest[1..]).into(),
        ("", _) => name.into(),
        (id, _) => id.into(),
    }
}

impl Layout for IdocLayout {
    fn guide(&self) -> &Arc<Guide> {
        &self.guide
    }

    fn read(
        &self,
        input: &MessageInput<'_>,
        scratch: &mut Scratch,
        tree: &mut Tree,
        findings: &mut Diagnostics,
    ) {
        read::read(self, input, scratch, tree, findings);
    }

    fn write_body(&self, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
        write::body(self, view, out, findings);
    }

    fn begin_file(&self, _envelope: &Envelope, out: &mut Vec<u8>) {
        write::begin(self, out);
    }

    /// A guide without `set` is for all messages of its basic type, and one without `extension` for extended ones too.
    fn closeness(&self, kind: &str, version: &str) -> Option<u32> {
        let (basic, extension) = version.split_once(':').unwrap_or((version, ""));
        let is_type = !basic.is_empty() && self.guide.setting("type") == basic;
        let own = ["set", "extension"].map(|name| self.guide.setting(name));
        let fits = |own: &str, found: &str| own.is_empty() || own == found;
        let is_it = is_type && fits(own[0], kind) && fits(own[1], extension);
        is_it.then_some(u32::from(!own[1].is_empty()))
    }

    fn has_many_kinds(&self) -> bool {
        self.guide.setting("set").is_empty()
    }

    /// The control record, whose place the body has kept, and in flat files the number of the IDoc in each record.
    fn wrap_body(&self, envelope: &Envelope, totals: &mut Totals, body: &[u8], out: &mut Vec<u8>) {
        totals.bodies += 1;
        write::wrap(self, envelope, totals.bodies, body, out);
    }

    fn end_file(&self, _envelope: &Envelope, _totals: &Totals, out: &mut Vec<u8>) {
        write::end(self, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_segment_is_no_part_of_its_name() {
        assert_eq!(name_without_version("E1EDK01005"), "E1EDK01");
        assert_eq!(name_without_version("E1TXTH0001"), "E1TXTH0");
        assert_eq!(name_without_version("E1EDK14"), "E1EDK14");
    }
}
