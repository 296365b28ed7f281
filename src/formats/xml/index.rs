//! The index pass over an XML file: one row for each element that is a message. A document is one interchange and one
//! group without numbers.

use super::encoding::{Encoding, declared};
use super::sbdh::{self, HEADER_BYTES_MAX, Header};
use super::scan::{self, Found, Inside, name};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::formats::charset::Charset;
use crate::formats::nested::{DEPTH_MAX, expanded};
use crate::formats::{Fault, GroupRow, Indexer, InterchangeRow, MessageRow, Row};
use crate::guide::Guide;
use quick_xml::events::BytesStart;
use quick_xml::name::{NamespaceResolver, QName, ResolveResult};

/// How much of what nobody knows is kept.
const SHOWN_BYTES: usize = 40;

/// What tells how to read the messages of a document: its encoding, the lines before its outermost element if that is the
/// message, and the start tags of the elements around the messages.
pub(in crate::formats) struct Head<'a> {
    pub(super) encoding: Encoding,
    pub(super) lines: u32,
    pub(in crate::formats) tags: &'a str,
}

impl<'a> Head<'a> {
    /// As the index pass wrote it.
    pub(in crate::formats) fn of(head: &'a [u8]) -> Head<'a> {
        let text = std::str::from_utf8(head).unwrap_or("");
        let (first, tags) = text.split_once('\n').unwrap_or((text, ""));
        let (encoding, lines) = first.split_once(' ').unwrap_or((first, "0"));
        Head { encoding: Encoding::of_head(encoding), lines: lines.parse().unwrap_or(0), tags }
    }

    /// Bytes of the document as text. For what is no character of the encoding U+FFFD stands.
    pub(in crate::formats) fn decoded(&self, bytes: &[u8]) -> String {
        let mut text = String::new();
        // What is wrong with them is told where they are read.
        let _ = self.encoding.decode(bytes, &mut text);
        text
    }
}

/// Tags of an envelope that are looked at before its document is found.
const HEADER_TAGS_MAX: usize = 1024;

/// A name with its namespace.
type Expanded = (String, String);

/// An element on the way to those that are messages.
pub(in crate::formats) enum Step {
    /// One with this namespace and name.
    Named(Expanded),
    /// One with this name in any namespace.
    Local(&'static str),
    /// Any.
    Any,
}

impl Step {
    fn is(&self, namespace: &str, local: &str) -> bool {
        match self {
            Step::Named(named) => (&*named.0, &*named.1) == (namespace, local),
            Step::Local(name) => *name == local,
            Step::Any => true,
        }
    }
}

/// Where the pass stands in a document.
#[derive(Debug, Default)]
struct Document {
    /// Where it starts in the file, and one past the last tag so far.
    offset: u64,
    end: u64,
    /// The names of the open elements, as they are written.
    open: Vec<Box<[u8]>>,
    /// How many of them are those of the path to the messages.
    matched: usize,
    /// The start tags of those.
    tags: Vec<String>,
    /// Its outermost element, once it began.
    root: Option<String>,
    /// The head that was told, if one was.
    told: Option<Vec<u8>>,
    lines: u32,
    /// Whether an envelope of SBDH is around what the path begins with.
    is_wrapped: bool,
    /// The header of SBDH that is open, as bytes, and at which depth it is.
    header: Option<(Vec<u8>, usize)>,
    /// What it said, once it ended.
    said: Header,
    /// The message that is open.
    unit: Option<MessageRow>,
    count: u32,
    fault: Option<Fault>,
}

/// The state of the index pass over one file.
pub(in crate::formats) struct XmlIndexer {
    /// From the outermost element to the one that is a message; empty if nobody knows.
    path: Vec<Step>,
    kind: String,
    encoding: Option<Encoding>,
    /// Bytes that came and were not looked at; after the first, one byte for each unit of the encoding.
    pending: Vec<u8>,
    /// A byte that is no whole unit yet.
    half: Vec<u8>,
    offset: u64,
    inside: Inside,
    resolver: NamespaceResolver,
    document: Document,
    ordinal: u32,
    /// Whether nobody can tell what follows.
    is_lost: bool,
    unclaimed: Option<(u64, u64, Vec<u8>)>,
    /// Whether a declaration, comment or instruction came before the outermost element.
    has_prolog: bool,
    /// Where the message starts that began and has no end.
    cut: Option<u64>,
}

impl XmlIndexer {
    /// At the start of a file read under a guide, if there is one.
    pub(super) fn new(guide: Option<&Guide>) -> Self {
        let path = guide.and_then(|guide| Some((guide, guide.elements.as_ref()?)));
        let named = |(namespace, local): (&str, &str)| Step::Named((namespace.into(), local.into()));
        let path = path.map_or_else(Vec::new, |(guide, elements)| {
            elements.path.iter().map(|name| named(expanded(guide, name, false))).collect()
        });
        XmlIndexer::along(path, guide.map_or("", |guide| &guide.name))
    }

    /// At the start of a file whose messages are known by their path, and called `kind`.
    pub(in crate::formats) fn along(path: Vec<Step>, kind: &str) -> Self {
        XmlIndexer {
            path,
            kind: kind.into(),
            encoding: None,
            pending: Vec::new(),
            half: Vec::new(),
            offset: 0,
            inside: Inside::default(),
            resolver: NamespaceResolver::default(),
            document: Document::default(),
            ordinal: 0,
            is_lost: false,
            unclaimed: None,
            has_prolog: false,
            cut: None,
        }
    }

    /// Where the message starts that is open, or if none is, what was not looked at so far.
    pub(in crate::formats) fn open_from(&self) -> u64 {
        self.document.unit.as_ref().map_or(self.offset, |unit| unit.offset)
    }

    /// Where the message starts that began and has no end, in a file that is at its end or cannot be read further.
    pub(in crate::formats) fn cut(&self) -> Option<u64> {
        self.cut
    }

    fn width(&self) -> u64 {
        self.encoding.map_or(1, Encoding::width) as u64
    }

    /// Tells the encoding by the first bytes. Says whether it did.
    fn begin(&mut self, is_end: bool) -> bool {
        if self.encoding.is_some() || (self.half.len() < 4 && !is_end) {
            return self.encoding.is_some();
        }
        let start = std::mem::take(&mut self.half);
        let (encoding, mark) = Encoding::marked(&start);
        let encoding = encoding.unwrap_or(Encoding::Narrow(Charset::Utf8));
        self.encoding = Some(encoding);
        self.offset = mark as u64;
        self.has_prolog = mark > 0;
        self.take_units(encoding, &start[mark..]);
        true
    }

    fn take_units(&mut self, encoding: Encoding, bytes: &[u8]) {
        if encoding.width() == 1 {
            return self.pending.extend_from_slice(bytes);
        }
        self.half.extend_from_slice(bytes);
        let whole = self.half.len() / encoding.width() * encoding.width();
        encoding.narrow(&self.half[..whole], &mut self.pending);
        self.half.drain(..whole);
    }

    fn advance(&mut self, is_end: bool, rows: &mut dyn FnMut(Row)) {
        let pending = std::mem::take(&mut self.pending);
        let (mut at, width) = (0, self.width());
        while at < pending.len() && !self.is_lost {
            let bytes = &pending[at..];
            let offset = self.offset + at as u64 * width;
            let was_inside = self.inside;
            let in_header = self.document.header.is_some();
            let len = match scan::next(bytes, &mut self.inside, is_end) {
                Found::Passed { len, is_text } => {
                    self.passed(offset, &bytes[..len], is_text, was_inside);
                    len
                }
                Found::Tag(len) => {
                    self.claim(rows);
                    self.tag(offset, &bytes[..len], rows);
                    len
                }
                Found::Declaration(len) => {
                    self.declaration(offset, &bytes[..len], rows);
                    len
                }
                Found::Doctype => {
                    self.lose(Code::X257, "", offset);
                    break;
                }
                Found::TooLong => {
                    self.lose(Code::X250, "a tag does not end within a megabyte", offset);
                    break;
                }
                Found::Incomplete => break,
            };
            at += len;
            if in_header {
                self.in_header(offset, &bytes[..len]);
            }
        }
        if self.is_lost {
            at = pending.len();
        }
        self.offset += at as u64 * width;
        self.pending = pending;
        self.pending.drain(..at);
    }

    /// The XML declaration: another document begins with it.
    fn declaration(&mut self, offset: u64, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        if self.document.root.is_some() && self.document.open.is_empty() {
            self.end_document(rows);
        }
        if self.document.root.is_some() {
            return;
        }
        self.document.offset = if self.ordinal == 0 { 0 } else { offset };
        self.has_prolog = true;
        self.count_lines(bytes);
        let text = String::from_utf8_lossy(bytes);
        let (Some(name), 1) = (declared(&text), self.width()) else { return };
        match Encoding::named(name) {
            Some(encoding) => self.encoding = Some(encoding),
            None => self.lose(Code::X259, &sane(name), offset),
        }
    }

    fn count_lines(&mut self, bytes: &[u8]) {
        if self.document.root.is_none() {
            self.document.lines += memchr::memchr_iter(b'\n', bytes).count() as u32;
        }
    }

    /// Text, comments and instructions. Outside of messages text belongs to nobody. `inside` is what they are a part of.
    fn passed(&mut self, offset: u64, bytes: &[u8], is_text: bool, inside: Inside) {
        self.count_lines(bytes);
        self.has_prolog |= bytes.starts_with(b"<") && self.document.root.is_none();
        let goes_on = self.unclaimed.is_some() && inside == Inside::Nothing && !bytes.starts_with(b"<");
        if !(is_text || goes_on) || self.document.unit.is_some() || self.document.header.is_some() {
            return;
        }
        let is_word = |byte: &u8| !byte.is_ascii_whitespace();
        let first = bytes.iter().position(is_word);
        let from = if self.unclaimed.is_some() { 0 } else { first.unwrap_or(bytes.len()) };
        let width = self.width();
        let end = bytes.iter().rposition(is_word).map(|last| offset + (last as u64 + 1) * width);
        if from < bytes.len() {
            self.nobodys(offset + from as u64 * width, end, &bytes[from..]);
        }
    }

    /// Bytes from `start` on belong to no message; `end` is one past the last of them that is no blank.
    fn nobodys(&mut self, start: u64, end: Option<u64>, bytes: &[u8]) {
        let (from, length, shown) = self.unclaimed.get_or_insert((start, 0, Vec::new()));
        *length = end.map_or(*length, |end| end - *from);
        let room = SHOWN_BYTES.saturating_sub(shown.len()).min(bytes.len());
        shown.extend_from_slice(&bytes[..room]);
    }

    /// Emits bytes that belong to no message, once it is known how many they are.
    fn claim(&mut self, rows: &mut dyn FnMut(Row)) {
        if let Some((offset, length, mut start)) = self.unclaimed.take() {
            start.truncate(start.trim_ascii_end().len());
            rows(Row::Unclaimed { offset, length, start });
        }
    }

    fn tag(&mut self, offset: u64, tag: &[u8], rows: &mut dyn FnMut(Row)) {
        let end = offset + tag.len() as u64 * self.width();
        if tag.starts_with(b"</") {
            return self.close(offset, end, name(tag), rows);
        }
        if self.document.open.is_empty() && self.document.root.is_some() {
            self.end_document(rows);
            self.document.offset = offset;
        }
        if self.document.open.len() >= DEPTH_MAX {
            return self.lose(Code::X258, &DEPTH_MAX.to_string(), offset);
        }
        if self.document.unit.is_none() && self.document.header.is_none() {
            self.outside(offset, tag, rows);
        }
        self.document.open.push(name(tag).into());
        self.document.end = end;
        if tag.ends_with(b"/>") {
            self.close(offset, end, name(tag), rows);
        }
    }

    /// A start tag outside of messages: of one, of an element around them, or of what nobody knows.
    fn outside(&mut self, offset: u64, tag: &[u8], rows: &mut dyn FnMut(Row)) {
        let depth = self.document.open.len();
        let text = self.text(tag);
        let (namespace, local) = self.resolve(&text);
        if depth == 0 {
            self.document.root = Some(local.clone());
            self.document.is_wrapped = sbdh::is_envelope(&namespace, &local)
                && !self.path.first().is_some_and(|first| first.is(&namespace, &local));
            self.has_prolog = false;
        }
        if depth > 0 && sbdh::is_header(&namespace, &local) {
            // One without an end says nothing, and has no inside.
            self.document.header = (!tag.ends_with(b"/>")).then(|| (tag.to_vec(), depth));
            return;
        }
        let is_known = self.document.matched == depth && self.is_on_the_way(depth, &namespace, &local);
        // What is in an envelope is a message, also if no guide says where to look for one.
        let is_nobodys = depth == usize::from(self.document.is_wrapped) && self.path.is_empty();
        let is_unit = is_known
            && !self.path.is_empty()
            && depth + 1 == self.path.len() + usize::from(self.document.is_wrapped);
        if is_nobodys || is_unit || depth == 0 && !is_known {
            self.document.count += 1;
            let kind = if is_unit { self.kind.clone() } else { local };
            let ordinal = self.document.count;
            let fault = self.begin_unit(offset, rows);
            let mut unit = MessageRow { ordinal, kind, offset, fault, ..MessageRow::default() };
            self.document.said.tell_message(&mut unit);
            self.document.unit = Some(unit);
        } else if is_known {
            let content = &text[1..text.len() - 1].trim_end_matches('/');
            let start = BytesStart::from_content(*content, name(text.as_bytes()).len());
            // What is wrong with it is told of each message.
            let _ = self.resolver.push(&start);
            self.document.matched += 1;
            self.document.tags.push(text);
        } else if self.unclaimed.is_none() {
            let end = offset + tag.len() as u64 * self.width();
            self.nobodys(offset, Some(end), tag);
            self.claim(rows);
        }
    }

    /// Whether an element at a depth, below those that are, leads to the messages.
    fn is_on_the_way(&self, depth: usize, namespace: &str, local: &str) -> bool {
        match depth.checked_sub(usize::from(self.document.is_wrapped)) {
            None => true,
            Some(at) => self.path.get(at).is_some_and(|expected| expected.is(namespace, local)),
        }
    }

    /// Bytes behind the start tag of the header of SBDH, to its end tag.
    fn in_header(&mut self, offset: u64, bytes: &[u8]) {
        let Some((header, depth)) = &mut self.document.header else { return };
        header.extend_from_slice(bytes);
        if header.len() > HEADER_BYTES_MAX {
            let found = format!("its header is longer than {HEADER_BYTES_MAX} bytes");
            self.document.header = None;
            return self.lose(Code::X250, &found, offset);
        }
        if self.document.open.len() <= *depth {
            let header = std::mem::take(header);
            self.document.header = None;
            self.document.said = Header::read(&self.text(&header));
        }
    }

    fn text(&self, tag: &[u8]) -> String {
        let mut text = String::new();
        match self.encoding {
            // What is wrong in it is told of the message.
            Some(Encoding::Narrow(charset)) => drop(charset.decode(tag, &mut text)),
            _ => text.push_str(&String::from_utf8_lossy(tag)),
        }
        text
    }

    /// Namespace and local name of a start tag.
    fn resolve(&mut self, tag: &str) -> Expanded {
        let content = tag[1..tag.len() - 1].trim_end_matches('/');
        let start = BytesStart::from_content(content, name(tag.as_bytes()).len());
        resolve(&mut self.resolver, &start)
    }

    /// Tells the head before the first message. A fault if it is another now than for the messages before.
    fn begin_unit(&mut self, offset: u64, rows: &mut dyn FnMut(Row)) -> Option<Fault> {
        let encoding = self.encoding.map_or("utf-8", Encoding::name);
        let lines = if self.path.len() > 1 || self.document.is_wrapped { 0 } else { self.document.lines };
        let declares = |tag: &&String| tag.contains("xmlns");
        let tags: String = self.document.tags.iter().filter(declares).map(String::as_str).collect();
        let head = format!("{encoding} {lines}\n{tags}").into_bytes();
        match &self.document.told {
            Some(told) if *told == head => None,
            Some(_) => Some(Fault {
                code: Code::X250,
                standard_code: "",
                found: "the elements around it declare other namespaces than those around the first".into(),
                expected: String::new(),
                offset,
            }),
            None => {
                self.begin_interchange(head, rows);
                None
            }
        }
    }

    fn begin_interchange(&mut self, head: Vec<u8>, rows: &mut dyn FnMut(Row)) {
        self.ordinal += 1;
        self.document.told = Some(head.clone());
        let (ordinal, offset) = (self.ordinal, self.document.offset);
        let mut row = InterchangeRow { ordinal, offset, head, ..InterchangeRow::default() };
        self.document.said.tell(&mut row);
        rows(Row::Interchange(row));
        rows(Row::Group(GroupRow { ordinal: 1, ..GroupRow::default() }));
    }

    fn close(&mut self, offset: u64, end: u64, name: &[u8], rows: &mut dyn FnMut(Row)) {
        let unit_depth = self.document.matched;
        let is_own = self.document.open.last().is_some_and(|open| **open == *name);
        let unit = self.document.open.get(unit_depth).filter(|_| self.document.unit.is_some());
        if !is_own && self.document.open.len() > unit_depth + 1 && unit.is_some_and(|unit| **unit == *name) {
            // The message ends though something in it does not: the others of the file are not touched.
            let inner = String::from_utf8_lossy(&self.document.open[unit_depth + 1]).into_owned();
            let fault = Fault {
                code: Code::X261,
                standard_code: "",
                found: String::from_utf8_lossy(name).into_owned(),
                expected: inner,
                offset,
            };
            self.document.open.truncate(unit_depth + 1);
            if let Some(unit) = &mut self.document.unit {
                unit.fault.get_or_insert(fault);
            }
        }
        if self.document.open.pop().is_none() {
            self.nobodys(offset, Some(end), name);
            return self.claim(rows);
        }
        self.document.end = end;
        let depth = self.document.open.len();
        if let Some(mut unit) = self.document.unit.take_if(|_| depth == unit_depth) {
            unit.length = end - unit.offset;
            rows(Row::Message(unit));
        } else if depth < self.document.matched {
            self.document.matched = depth;
            self.document.tags.truncate(depth);
            self.resolver.pop();
        }
    }

    /// Ends a document that is whole.
    fn end_document(&mut self, rows: &mut dyn FnMut(Row)) {
        let Document { root, told, end, mut fault, open, unit, said, count, offset, .. } =
            std::mem::take(&mut self.document);
        self.cut = self.cut.or(unit.map(|unit| unit.offset));
        self.resolver = NamespaceResolver::default();
        if root.is_none() && fault.is_none() {
            return;
        }
        if told.is_none() {
            let encoding = self.encoding.map_or("utf-8", Encoding::name);
            self.document.said = said;
            self.begin_interchange(format!("{encoding} 0\n").into_bytes(), rows);
        }
        if let (Some(innermost), None) = (open.last(), &fault) {
            fault = Some(Fault {
                code: Code::I101,
                standard_code: "",
                found: root.unwrap_or_default(),
                expected: format!("the element `{}`", String::from_utf8_lossy(innermost)),
                offset: end,
            });
        }
        if count == 0 && fault.is_none() {
            let place = Place { offset, ..Place::default() };
            rows(Row::Finding(Box::new(Diagnostic::new(Code::I111).place(place))));
        }
        rows(Row::GroupEnd { fault: None });
        rows(Row::InterchangeEnd { end, fault });
        self.document = Document::default();
    }

    /// From here nobody can tell what follows.
    fn lose(&mut self, code: Code, found: &str, offset: u64) {
        self.is_lost = true;
        self.cut = self.document.unit.take().map(|unit| unit.offset);
        self.document.end = self.document.end.max(offset);
        let (found, expected) = (found.to_string(), String::new());
        self.document.fault = Some(Fault { code, standard_code: "", found, expected, offset });
    }
}

impl Indexer for XmlIndexer {
    fn feed(&mut self, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        if self.is_lost {
            return;
        }
        match self.encoding {
            Some(encoding) => self.take_units(encoding, bytes),
            None => {
                self.half.extend_from_slice(bytes);
                if !self.begin(false) {
                    return;
                }
            }
        }
        self.advance(false, rows);
    }

    fn finish(&mut self, rows: &mut dyn FnMut(Row)) {
        self.begin(true);
        self.advance(true, rows);
        let mut rest = std::mem::take(&mut self.pending);
        let end = self.offset + rest.len() as u64 * self.width() + self.half.len() as u64;
        rest.append(&mut self.half);
        if self.document.root.is_none() && self.has_prolog && !self.is_lost {
            // A prolog alone is the start of something.
            self.unclaimed = None;
            self.nobodys(self.document.offset, Some(end), b"<?xml");
        } else if !rest.is_empty() && !self.is_lost && self.document.open.is_empty() {
            self.nobodys(self.offset, Some(end), &rest);
        }
        self.end_document(rows);
        self.claim(rows);
    }
}

/// Namespace and local name of a start tag.
fn resolve(resolver: &mut NamespaceResolver, start: &BytesStart<'_>) -> Expanded {
    let of = |resolver: &NamespaceResolver| {
        let (resolved, local) = resolver.resolve_element(QName(start.name().0));
        let namespace = match resolved {
            ResolveResult::Bound(namespace) => namespace.0.to_string(),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => String::new(),
        };
        (namespace, local.as_ref().to_string())
    };
    match resolver.push(start) {
        Ok(()) => {
            let found = of(resolver);
            resolver.pop();
            found
        }
        Err(_) => of(resolver),
    }
}

fn sane(name: &str) -> String {
    name.chars().filter(char::is_ascii_graphic).take(SHOWN_BYTES).collect()
}

/// A start tag of a file, and one past its last byte there.
pub(in crate::formats) struct OuterTag {
    pub(in crate::formats) text: String,
    pub(in crate::formats) end: usize,
}

/// The first tags of a file that starts with `head`, up to `count` of them; fewer if they do not stand there whole.
pub(in crate::formats) fn outer_tags(head: &[u8], count: usize) -> Vec<OuterTag> {
    let (encoding, mark) = Encoding::marked(head);
    let encoding = encoding.unwrap_or(Encoding::Narrow(Charset::Utf8));
    let mut bytes = Vec::new();
    let whole = (head.len() - mark) / encoding.width() * encoding.width();
    encoding.narrow(&head[mark..mark + whole], &mut bytes);
    let (mut inside, mut at, mut tags) = (Inside::default(), 0, Vec::new());
    while at < bytes.len() && tags.len() < count {
        match scan::next(&bytes[at..], &mut inside, false) {
            Found::Passed { len, .. } | Found::Declaration(len) => at += len,
            Found::Tag(len) => {
                let text = String::from_utf8_lossy(&bytes[at..at + len]).into_owned();
                at += len;
                tags.push(OuterTag { text, end: mark + at * encoding.width() });
            }
            Found::Doctype | Found::TooLong | Found::Incomplete => break,
        }
    }
    tags
}

/// Namespace and local name of the outermost element of a file that starts with `head`. `None` if the first tag ends one.
pub(super) fn outermost(head: &[u8]) -> Option<Expanded> {
    let OuterTag { text, .. } = outer_tags(head, 1).pop().filter(|tag| !tag.text.starts_with("</"))?;
    Some(resolve(&mut NamespaceResolver::default(), &start_of(&text)))
}

/// The same for the element that is in the envelope of SBDH, if there is one; `None` if `head` ends before it.
pub(in crate::formats) fn outermost_inside(head: &[u8]) -> Option<Expanded> {
    let (namespace, local) = outermost(head)?;
    if !sbdh::is_envelope(&namespace, &local) {
        return Some((namespace, local));
    }
    let mut resolver = NamespaceResolver::default();
    let mut depth = 0;
    for OuterTag { text, .. } in outer_tags(head, HEADER_TAGS_MAX) {
        if text.starts_with("</") {
            depth -= 1;
            continue;
        }
        let start = start_of(&text);
        match depth {
            // What is wrong with it is told of the message.
            0 => drop(resolver.push(&start)),
            1 => match resolve(&mut resolver, &start) {
                (namespace, local) if sbdh::is_header(&namespace, &local) => {}
                found => return Some(found),
            },
            _ => {}
        }
        depth += i32::from(!text.ends_with("/>"));
    }
    None
}

fn start_of(tag: &str) -> BytesStart<'_> {
    let content = tag[1..tag.len() - 1].trim_end_matches('/');
    BytesStart::from_content(content, name(tag.as_bytes()).len())
}

/// Whether a file that starts with `head` and ends with `tail` has the end of its outermost element, or of anything behind
/// that.
pub(in crate::formats) fn is_whole(head: &[u8], tail: &[u8]) -> bool {
    let (encoding, _) = Encoding::marked(head);
    let mut narrow = Vec::new();
    match encoding {
        Some(encoding) if encoding.width() == 2 => {
            narrow.extend(tail.iter().copied().filter(|byte| *byte != 0));
        }
        _ => narrow.extend_from_slice(tail),
    }
    let end = narrow.trim_ascii_end();
    if !end.ends_with(b">") {
        return false;
    }
    if end.ends_with(b"-->") || end.ends_with(b"?>") {
        return true;
    }
    let Some((_, local)) = outermost(head) else { return true };
    let last = end.iter().rposition(|byte| *byte == b'<').map_or(end, |at| &end[at..]);
    let written = name(last);
    let written = written.rsplit(|byte| *byte == b':').next().unwrap_or(written);
    written == local.as_bytes() && (last.starts_with(b"</") || last.ends_with(b"/>"))
}

#[cfg(test)]
mod tests {
    use super::{is_whole, outermost};

    #[test]
    fn a_file_that_begins_with_an_end_has_no_outermost_element() {
        let text = "</abü>";
        assert_eq!(outermost(text.as_bytes()), None);
        assert!(is_whole(text.as_bytes(), text.as_bytes()));
    }
}
