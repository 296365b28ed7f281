//! Interchanges, groups and messages of the segment syntaxes, as their envelopes say: a glance without a guide, which
//! also takes what a strict reader refuses, and says what is odd about it.

use super::Syntax;
use super::segments::{Delimiters, Segment, Segments};
use crate::formats::x12;

/// What the envelopes of a file say.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelopes {
    /// The delimiters of its first interchange.
    pub delimiters: Delimiters,
    /// Its interchanges, in order. One without name where segments stand without envelope.
    pub interchanges: Vec<Interchange>,
    /// How many segments there are.
    pub segments: usize,
}

/// An interchange.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interchange {
    /// First byte.
    pub offset: usize,
    /// Version of the syntax: `00401`, `UNOC:3`.
    pub version: String,
    /// `qualifier:id` of the sender.
    pub sender: String,
    /// `qualifier:id` of the receiver.
    pub receiver: String,
    /// Control number as written.
    pub control_number: String,
    /// Date and time as written, with a blank between them.
    pub made_at: String,
    /// Whether it is marked as a test.
    pub is_test: bool,
    /// Whether its trailer is there.
    pub is_closed: bool,
    /// Its groups; one without name where messages stand in none.
    pub groups: Vec<Group>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// Functional identifier; empty for a group that is not written.
    pub functional_id: String,
    /// Control number as written.
    pub control_number: String,
    /// Application sender.
    pub sender: String,
    /// Application receiver.
    pub receiver: String,
    /// Version: `004010`, `D:96A:UN`.
    pub version: String,
    /// Its messages.
    pub messages: Vec<Message>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// Type: `940`, `ORDERS`.
    pub kind: String,
    /// Release: `004010`, `D:96A`.
    pub release: String,
    /// Who says how it is used: `UN:EAN008`, an X12 implementation; empty if nothing does.
    pub association: String,
    /// Control number as written.
    pub control_number: String,
    /// First byte.
    pub offset: usize,
    /// One past its last byte.
    pub end: usize,
    /// How many segments it has, header and trailer counted.
    pub segments: usize,
    /// Whether its trailer is there.
    pub is_closed: bool,
}

/// What a tag does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Interchange,
    InterchangeEnd,
    Group,
    GroupEnd,
    Message,
    MessageEnd,
    Other,
}

type Roles = [(&'static str, Role)];

const X12: &Roles = &[
    ("ISA", Role::Interchange),
    ("IEA", Role::InterchangeEnd),
    ("GS", Role::Group),
    ("GE", Role::GroupEnd),
    ("ST", Role::Message),
    ("SE", Role::MessageEnd),
];
const EDIFACT: &Roles = &[
    ("UNB", Role::Interchange),
    ("UNZ", Role::InterchangeEnd),
    ("UNG", Role::Group),
    ("UNE", Role::GroupEnd),
    ("UNH", Role::Message),
    ("UNT", Role::MessageEnd),
];
const TRADACOMS: &Roles = &[
    ("STX", Role::Interchange),
    ("END", Role::InterchangeEnd),
    ("BAT", Role::Group),
    ("EOB", Role::GroupEnd),
    ("MHD", Role::Message),
    ("MTR", Role::MessageEnd),
];

/// Bytes before the first mark that are looked through: mail headers, shell noise.
const NOISE_BYTES_MAX: usize = 4096;

/// A file whose interchange header stands at its start, or behind a little that does not belong to it.
pub(super) fn marked(bytes: &[u8], oddities: &mut Vec<String>) -> Option<Syntax> {
    let blanks = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let bom = if bytes[blanks..].starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let start = blanks + bom;
    if let Some(found) = at(bytes, start, oddities) {
        return Some(found);
    }
    // A header that is not at the start must be a whole one, on a line of its own.
    let head = &bytes[..bytes.len().min(NOISE_BYTES_MAX)];
    let line_starts = head.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    for start in line_starts {
        let is_header =
            [&b"ISA"[..], b"UNA:", b"UNB+", b"STX="].iter().any(|mark| bytes[start..].starts_with(mark));
        let mut inner = Vec::new();
        if is_header && let Some(found) = at(bytes, start, &mut inner) {
            oddities.push(format!("{start} bytes stand before the interchange header"));
            oddities.append(&mut inner);
            return Some(found);
        }
    }
    None
}

fn at(bytes: &[u8], start: usize, oddities: &mut Vec<String>) -> Option<Syntax> {
    let rest = &bytes[start..];
    let separates =
        |at: usize| rest.get(at).is_some_and(|byte| !byte.is_ascii_alphanumeric() && *byte != b' ');
    // A header cut off behind its tag, and one with a letter for a delimiter, are X12 all the same, only odd.
    let is_padded = rest.len() > 31 && [6, 17, 20, 31].iter().all(|&at| rest[at] == rest[3]);
    if rest == b"ISA" {
        oddities.push("the file ends behind the tag of its first segment".into());
        return Some(Syntax::X12(read(bytes, start, X12_DELIMITERS, X12, oddities)));
    }
    if rest.starts_with(b"ISA") && (separates(3) || is_padded || has_isa_elements(rest)) {
        let delimiters = x12_delimiters(rest, oddities);
        return Some(Syntax::X12(read(bytes, start, delimiters, X12, oddities)));
    }
    if rest.starts_with(b"UNA")
        && (rest.len() < 9 || rest[3..9].iter().all(|byte| !byte.is_ascii_alphanumeric()))
    {
        let delimiters = una(rest, oddities);
        return Some(Syntax::Edifact(read(bytes, start + rest.len().min(9), delimiters, EDIFACT, oddities)));
    }
    let edifact = [&b"UNB"[..], b"UNH", b"UNG"].iter().any(|tag| rest.starts_with(tag));
    if edifact && (rest.len() == 3 || separates(3)) {
        let delimiters = without_una(rest);
        return Some(Syntax::Edifact(read(bytes, start, delimiters, EDIFACT, oddities)));
    }
    if (rest.starts_with(b"STX=") || rest.starts_with(b"MHD=")) && rest.len() > 4 {
        return Some(Syntax::Tradacoms(read(bytes, start, TRADACOMS_DELIMITERS, TRADACOMS, oddities)));
    }
    // A TRADACOMS header with the wrong character behind its tag is still one, and nothing else.
    if rest.starts_with(b"STX+ANA") {
        oddities.push("`+` stands behind the tag, where TRADACOMS has `=`".into());
        let delimiters = Delimiters { tag: Some(b'+'), ..TRADACOMS_DELIMITERS };
        return Some(Syntax::Tradacoms(read(bytes, start, delimiters, TRADACOMS, oddities)));
    }
    None
}

/// Whether what follows is an ISA by the count of its elements and the length of those that cannot have lost blanks:
/// its header was squeezed on the way, and a letter separates.
fn has_isa_elements(rest: &[u8]) -> bool {
    let Some(&separator) = rest.get(3) else { return false };
    let elements: Vec<&[u8]> =
        rest[..rest.len().min(128)].split(|byte| *byte == separator).take(17).collect();
    elements.len() == 17
        && [(12, 5), (13, 9), (14, 1), (15, 1)].iter().all(|&(at, length)| elements[at].len() == length)
}

const TRADACOMS_DELIMITERS: Delimiters = Delimiters {
    element: b'+',
    component: b':',
    segment: b'\'',
    repetition: None,
    release: Some(b'?'),
    tag: Some(b'='),
    decimal: None,
};

const EDIFACT_DELIMITERS: Delimiters = Delimiters {
    element: b'+',
    component: b':',
    segment: b'\'',
    repetition: None,
    release: Some(b'?'),
    tag: None,
    decimal: Some(b'.'),
};

/// The usual ones of X12.
const X12_DELIMITERS: Delimiters = Delimiters {
    element: b'*',
    component: b'>',
    segment: b'~',
    repetition: None,
    release: None,
    tag: None,
    decimal: None,
};

fn x12_delimiters(header: &[u8], oddities: &mut Vec<String>) -> Delimiters {
    let why = match x12::Header::read(header) {
        Ok(header) => {
            let own = header.delimiters;
            return Delimiters {
                element: own.element,
                component: own.component,
                segment: own.segment,
                repetition: own.repetition,
                ..X12_DELIMITERS
            };
        }
        Err(why) => why,
    };
    oddities.push(format!("the ISA segment is not built as it must be: {why}"));
    // By counting instead of by position: behind the sixteenth separator stand ISA16 and the terminator.
    let element = header[3];
    let sixteenth = header.iter().enumerate().filter(|(_, byte)| **byte == element).nth(15);
    let after = sixteenth.map_or(&[][..], |(at, _)| &header[at + 1..]);
    match after {
        [component, segment, ..] if !segment.is_ascii_alphanumeric() => {
            Delimiters { element, component: *component, segment: *segment, ..X12_DELIMITERS }
        }
        _ => Delimiters { element, ..X12_DELIMITERS },
    }
}

/// UNA: component, element, decimal mark, release, repetition or reserved, terminator (ISO 9735 part 1, 9.1).
fn una(rest: &[u8], oddities: &mut Vec<String>) -> Delimiters {
    let Some(&[component, element, decimal, release, repetition, segment]) = rest.get(3..9) else {
        oddities.push("the UNA ends before its sixth character".into());
        return EDIFACT_DELIMITERS;
    };
    let used = |byte: u8| (byte != b' ').then_some(byte);
    Delimiters {
        element,
        component,
        segment,
        repetition: used(repetition),
        release: used(release),
        tag: None,
        decimal: Some(decimal),
    }
}

/// The standard's delimiters, or those that the first segment shows if it has others.
fn without_una(rest: &[u8]) -> Delimiters {
    let mut delimiters = EDIFACT_DELIMITERS;
    if let Some(&element) = rest.get(3) {
        delimiters.element = element;
    }
    // UNOA and its version are two components.
    if rest.get(4..7) == Some(b"UNO")
        && let Some(&component) = rest.get(8).filter(|byte| !byte.is_ascii_alphanumeric())
    {
        delimiters.component = component;
    }
    if !rest.contains(&delimiters.segment)
        && let Some(next) = rest.windows(4).position(|tag| tag == b"UNH+" || tag == b"BGM+")
        && let Some(&segment) = next.checked_sub(1).and_then(|before| rest.get(before))
    {
        delimiters.segment = segment;
    }
    delimiters
}

/// Segments that stand without any envelope, as in files cut out of one.
pub(super) fn without_mark(bytes: &[u8], oddities: &mut Vec<String>) -> Option<Syntax> {
    let by_line = Delimiters { segment: b'\n', ..X12_DELIMITERS };
    for (delimiters, is_x12) in [(EDIFACT_DELIMITERS, false), (X12_DELIMITERS, true), (by_line, true)] {
        let segments: Vec<Segment<'_>> = Segments::new(bytes, 0, delimiters).take(200).collect();
        let has_tag = |segment: &&Segment<'_>| {
            let tag = segment.tag();
            let lengths = if is_x12 { 2..=3 } else { 3..=3 };
            let is_upper = tag.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
            lengths.contains(&tag.len())
                && is_upper
                && tag.as_bytes()[0].is_ascii_uppercase()
                && segment.bytes.get(tag.len()) == Some(&delimiters.element)
        };
        let fit = segments.iter().filter(has_tag).count();
        if fit >= 3 && fit * 100 >= segments.len() * 90 {
            oddities.push("the segments stand without an interchange around them".into());
            let roles = if is_x12 { X12 } else { EDIFACT };
            let read = read(bytes, 0, delimiters, roles, oddities);
            return Some(if is_x12 { Syntax::X12(read) } else { Syntax::Edifact(read) });
        }
    }
    None
}

fn read(
    bytes: &[u8],
    start: usize,
    delimiters: Delimiters,
    roles: &Roles,
    oddities: &mut Vec<String>,
) -> Envelopes {
    let mut reader = Reader { roles, interchanges: Vec::new(), segments: 0 };
    let (mut at, mut current) = (start, delimiters);
    // A later interchange may have other delimiters, and says so where the one before ends.
    'interchanges: loop {
        for segment in Segments::new(bytes, at, current) {
            let rest = &bytes[segment.offset..];
            let is_first = segment.offset == at;
            if rest.starts_with(b"UNA") && roles == EDIFACT && !is_first && rest.len() >= 9 {
                (at, current) = (segment.offset + 9, una(rest, oddities));
                continue 'interchanges;
            }
            if roles == X12 && rest.starts_with(b"ISA") && !is_first && rest.len() > 4 {
                let own = x12_delimiters(rest, &mut Vec::new());
                if own != current {
                    (at, current) = (segment.offset, own);
                    continue 'interchanges;
                }
            }
            reader.take(&segment);
        }
        break;
    }
    reader.close(oddities);
    Envelopes { delimiters, interchanges: reader.interchanges, segments: reader.segments }
}

struct Reader<'r> {
    roles: &'r Roles,
    interchanges: Vec<Interchange>,
    segments: usize,
}

impl Reader<'_> {
    fn take(&mut self, segment: &Segment<'_>) {
        self.segments += 1;
        let end = segment.offset + segment.bytes.len() + 1;
        let role =
            self.roles.iter().find(|(tag, _)| *tag == segment.tag()).map_or(Role::Other, |(_, role)| *role);
        match role {
            Role::Interchange => self.interchanges.push(self.interchange(segment)),
            Role::InterchangeEnd => self.interchange_open().is_closed = true,
            Role::Group => {
                let group = self.group(segment);
                self.interchange_open().groups.push(group);
            }
            Role::GroupEnd => {}
            Role::Message => {
                let message = self.message(segment);
                self.group_open().messages.push(Message { end, segments: 1, ..message });
            }
            Role::MessageEnd | Role::Other => {
                let Some(message) = self.group_open().messages.last_mut().filter(|open| !open.is_closed)
                else {
                    return;
                };
                message.segments += 1;
                message.end = end;
                message.is_closed = role == Role::MessageEnd;
            }
        }
    }

    fn interchange_open(&mut self) -> &mut Interchange {
        if self.interchanges.is_empty() {
            self.interchanges.push(Interchange::default());
        }
        let last = self.interchanges.len() - 1;
        &mut self.interchanges[last]
    }

    fn group_open(&mut self) -> &mut Group {
        let groups = &mut self.interchange_open().groups;
        if groups.is_empty() {
            groups.push(Group::default());
        }
        let last = groups.len() - 1;
        &mut groups[last]
    }

    fn interchange(&self, segment: &Segment<'_>) -> Interchange {
        let text = |position: usize| plain(segment.element(position));
        let part =
            |position: usize, component: usize| segment.component(position, component).trim().to_string();
        let offset = segment.offset;
        if self.roles == X12 {
            return Interchange {
                offset,
                version: text(12),
                sender: format!("{}:{}", text(5), text(6)),
                receiver: format!("{}:{}", text(7), text(8)),
                control_number: text(13),
                made_at: format!("{} {}", text(9), text(10)),
                is_test: text(15) == "T",
                ..Interchange::default()
            };
        }
        let identity = |position: usize| match (part(position, 1), part(position, 2)) {
            (id, qualifier) if qualifier.is_empty() => id,
            (id, qualifier) => format!("{qualifier}:{id}"),
        };
        Interchange {
            offset,
            version: format!("{}:{}", part(1, 1), part(1, 2)),
            sender: identity(2),
            receiver: identity(3),
            made_at: format!("{} {}", part(4, 1), part(4, 2)),
            control_number: part(5, 1),
            is_test: self.roles == EDIFACT && part(11, 1) == "1",
            ..Interchange::default()
        }
    }

    fn group(&self, segment: &Segment<'_>) -> Group {
        let part =
            |position: usize, component: usize| segment.component(position, component).trim().to_string();
        match self.roles == X12 {
            true => Group {
                functional_id: part(1, 1),
                sender: part(2, 1),
                receiver: part(3, 1),
                control_number: part(6, 1),
                version: part(8, 1),
                messages: Vec::new(),
            },
            false => Group {
                functional_id: part(1, 1),
                sender: part(2, 1),
                receiver: part(3, 1),
                control_number: part(5, 1),
                version: [part(7, 1), part(7, 2)].join(":"),
                messages: Vec::new(),
            },
        }
    }

    fn message(&self, segment: &Segment<'_>) -> Message {
        let part =
            |position: usize, component: usize| segment.component(position, component).trim().to_string();
        let offset = segment.offset;
        let group_version =
            self.interchanges.last().and_then(|last| last.groups.last()).map(|group| group.version.clone());
        if self.roles == X12 {
            return Message {
                kind: part(1, 1),
                control_number: part(2, 1),
                association: part(3, 1),
                release: group_version.unwrap_or_default(),
                offset,
                ..Message::default()
            };
        }
        if self.roles == TRADACOMS {
            let (kind, release, control_number) = (part(2, 1), part(2, 2), part(1, 1));
            return Message { kind, release, control_number, offset, ..Message::default() };
        }
        let association = [part(2, 4), part(2, 5)].into_iter().filter(|part| !part.is_empty());
        Message {
            control_number: part(1, 1),
            kind: part(2, 1),
            release: [part(2, 2), part(2, 3)].join(":"),
            association: association.collect::<Vec<_>>().join(":"),
            offset,
            ..Message::default()
        }
    }

    fn close(&self, oddities: &mut Vec<String>) {
        for interchange in &self.interchanges {
            let is_named = !interchange.control_number.is_empty();
            if is_named && !interchange.is_closed {
                oddities.push(format!("the interchange {} has no trailer", interchange.control_number));
            }
            let messages = interchange.groups.iter().flat_map(|group| &group.messages);
            for message in messages.filter(|message| !message.is_closed) {
                oddities
                    .push(format!("the message {} {} has no trailer", message.kind, message.control_number));
            }
        }
    }
}

fn plain(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_string()
}
