//! The grammar of a description: sections with blocks inside blocks, each between `BEGIN_X` and `END_X`. A group is what
//! comes again together: its first segment, with the others inside it.

use super::lines::{self, Line};
use super::model::{Described, Field, Segment};
use crate::base::span::{FileId, Sources, Span};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::formats::idoc::control;
use crate::formats::idoc::flat::DATA_COLUMNS_MAX;
use std::iter::Peekable;

/// Groups inside groups; SAP's own types have a handful.
const DEPTH_MAX: usize = 32;
/// What stands for any number of times.
const MAX_MAX: u32 = 999_999;

/// Reads a description; `None` if it describes no type. Findings point to its lines.
pub(super) fn parse(sources: &Sources, file: FileId, findings: &mut Diagnostics) -> Option<Described> {
    let end = sources.file(file).text.len();
    let lines: Vec<Line<'_>> = lines::lines(sources, file).collect();
    let mut parser =
        Parser { lines: lines.into_iter().peekable(), findings, end: Span::new(file, end, end), first: None };
    parser.file()
}

struct Parser<'t, 'f, I: Iterator<Item = Line<'t>>> {
    lines: Peekable<I>,
    findings: &'f mut Diagnostics,
    /// The end of the text.
    end: Span,
    /// Column of the first field of all segments, as the first one has it.
    first: Option<u32>,
}

/// What segments and groups say of how often they come.
struct Usage {
    level: u32,
    is_required: bool,
    max: u32,
}

impl Default for Usage {
    fn default() -> Self {
        Usage { level: 0, is_required: false, max: 1 }
    }
}

impl<'t, I: Iterator<Item = Line<'t>>> Parser<'t, '_, I> {
    fn file(&mut self) -> Option<Described> {
        let mut found = None;
        while let Some(line) = self.lines.next() {
            match line.word {
                "BEGIN_RECORD_SECTION" => self.records(),
                "BEGIN_SEGMENT_SECTION" | "END_SEGMENT_SECTION" => {}
                "BEGIN_IDOC" => found = Some(self.idoc(line)),
                _ => self.misplaced(line, "BEGIN_RECORD_SECTION, BEGIN_SEGMENT_SECTION or BEGIN_IDOC"),
            }
        }
        if found.is_none() {
            self.ends_before("BEGIN_IDOC");
        }
        found
    }

    /// The records around the data: only whether they are those that are read here.
    fn records(&mut self) {
        let mut inside = "";
        let mut at = 0;
        for line in self.lines.by_ref() {
            match line.word {
                "END_RECORD_SECTION" => return,
                "BEGIN_CONTROL_RECORD" | "BEGIN_DATA_RECORD" | "BEGIN_STATUS_RECORD" => {
                    (inside, at) = (line.word, 0);
                }
                "NAME" if inside == "BEGIN_CONTROL_RECORD" => {
                    let is_ours = control::FIELDS.get(at).is_some_and(|(name, _)| *name == line.value);
                    if !is_ours {
                        let finding = Diagnostic::new(Code::L046).with("found", line.value);
                        self.findings.push(finding.at(line.value_span, ""));
                        inside = "";
                    }
                    at += 1;
                }
                _ => {}
            }
        }
        self.ends_before("END_RECORD_SECTION");
    }

    fn idoc(&mut self, head: Line<'t>) -> Described {
        let mut described = Described { basic: head.value.into(), ..Described::default() };
        if head.value.is_empty() {
            self.lacks("a name", "IDOC", head.word_span);
        }
        while let Some(line) = self.lines.next() {
            match line.word {
                "END_IDOC" => return described,
                "EXTENSION" | "CIMTYP" => described.extension = line.value.into(),
                "BEGIN_GROUP" => described.segments.extend(self.group(line, 1)),
                "BEGIN_SEGMENT" => described.segments.extend(self.segment(line)),
                _ if is_text(line) => {}
                _ => self.misplaced(line, "BEGIN_SEGMENT, BEGIN_GROUP or END_IDOC"),
            }
        }
        self.ends_before("END_IDOC");
        described
    }

    /// A group: its first segment, which comes as often as the group does, with what else is in it.
    fn group(&mut self, head: Line<'t>, depth: usize) -> Option<Segment> {
        if depth > DEPTH_MAX {
            self.misplaced(head, &format!("at most {DEPTH_MAX} groups inside each other"));
        }
        let (mut usage, mut trigger) = (Usage::default(), None::<Segment>);
        while let Some(line) = self.lines.next() {
            let inner = match line.word {
                "END_GROUP" => {
                    if trigger.is_none() {
                        self.lacks("a segment", &format!("GROUP {}", head.value), head.word_span);
                    }
                    return trigger.map(|segment| Segment {
                        is_required: usage.is_required,
                        max: usage.max,
                        ..segment
                    });
                }
                // What is too deep was told: it is read over.
                "BEGIN_GROUP" if depth <= DEPTH_MAX => self.group(line, depth + 1),
                "BEGIN_GROUP" => continue,
                "BEGIN_SEGMENT" => self.segment(line),
                _ if self.usage(line, &mut usage) || is_text(line) => continue,
                _ => {
                    self.misplaced(line, "BEGIN_SEGMENT, BEGIN_GROUP or END_GROUP");
                    continue;
                }
            };
            match (&mut trigger, inner) {
                (Some(trigger), Some(inner)) => trigger.inside.push(inner),
                (empty, inner) => *empty = inner,
            }
        }
        self.ends_before("END_GROUP");
        None
    }

    fn segment(&mut self, head: Line<'t>) -> Option<Segment> {
        let mut segment = Segment { definition: head.value.into(), ..Segment::default() };
        let mut usage = Usage::default();
        while let Some(line) = self.lines.next() {
            match line.word {
                "END_SEGMENT" => {
                    if segment.kind.is_empty() {
                        self.lacks("SEGMENTTYPE", &segment.definition, head.value_span);
                    }
                    let Usage { level, is_required, max } = usage;
                    return Some(Segment { level, is_required, max, ..segment });
                }
                "SEGMENTTYPE" => segment.kind = line.value.into(),
                "QUALIFIED" => segment.is_qualified = true,
                "BEGIN_FIELDS" => segment.fields = self.fields(&segment.definition),
                _ if self.usage(line, &mut usage) || is_text(line) => {}
                _ => self.misplaced(line, "what describes a segment, or END_SEGMENT"),
            }
        }
        self.ends_before("END_SEGMENT");
        None
    }

    /// Takes a line that says how often something comes; whether it was one.
    fn usage(&mut self, line: Line<'t>, usage: &mut Usage) -> bool {
        match line.word {
            "LEVEL" => usage.level = self.number(line).unwrap_or_default(),
            "LOOPMIN" => _ = self.number(line),
            "LOOPMAX" => usage.max = self.number(line).unwrap_or_default().clamp(1, MAX_MAX),
            "STATUS" => match line.value {
                "MANDATORY" => usage.is_required = true,
                "OPTIONAL" => usage.is_required = false,
                found => self.told(Code::L042, found, "MANDATORY or OPTIONAL", line.value_span),
            },
            _ => return false,
        }
        true
    }

    fn fields(&mut self, segment: &str) -> Vec<Field> {
        let (mut fields, mut names, mut column) = (Vec::<Field>::new(), Vec::new(), 0);
        while let Some(line) = self.lines.next() {
            let last = fields.last_mut();
            match (line.word, last) {
                ("END_FIELDS", _) => {
                    self.all_have_widths(segment, &fields, &names, line.word_span);
                    return fields;
                }
                ("NAME", _) => {
                    fields.push(Field { name: line.value.into(), ..Field::default() });
                    names.push(line.value_span);
                }
                ("TEXT", Some(field)) => field.title = line.value.into(),
                // One that is damaged was told: it is not told as missing again.
                ("LENGTH", Some(field)) => field.width = self.number(line).unwrap_or(1),
                ("CHARACTER_FIRST" | "BYTE_FIRST", Some(field)) => {
                    let name = field.name.clone();
                    self.starts_at(line, &name, column);
                }
                ("CHARACTER_LAST" | "BYTE_LAST", Some(_)) => column = self.number(line).unwrap_or(column),
                ("TYPE" | "FIELD_POS", Some(_)) => {}
                ("VALUE", Some(field)) => {
                    field.values.push((line.value.trim_matches('\'').to_string(), String::new()));
                }
                ("VALUE_TEXT", Some(field)) => {
                    if let Some((_, meaning)) = field.values.last_mut() {
                        *meaning = line.value.into();
                    }
                }
                _ => self.misplaced(line, "NAME, what describes a field, or END_FIELDS"),
            }
        }
        self.ends_before("END_FIELDS");
        fields
    }

    /// A field begins behind the one before it; the first of all segments in the same column.
    fn starts_at(&mut self, line: Line<'t>, field: &str, column: u32) {
        let Some(found) = self.number(line) else { return };
        let expected = match column {
            0 => *self.first.get_or_insert(found),
            column => column + 1,
        };
        if found != expected {
            let finding = Diagnostic::new(Code::L045)
                .with("field", field)
                .with("found", found.to_string())
                .with("expected", expected.to_string());
            self.findings.push(finding.at(line.value_span, ""));
        }
    }

    fn all_have_widths(&mut self, segment: &str, fields: &[Field], names: &[Span], end: Span) {
        for (field, name) in fields.iter().zip(names).filter(|(field, _)| field.width == 0) {
            self.lacks("LENGTH", &format!("{segment} {}", field.name), *name);
        }
        let width: u64 = fields.iter().map(|field| u64::from(field.width)).sum();
        if width > DATA_COLUMNS_MAX as u64 {
            let finding = Diagnostic::new(Code::G021)
                .with("record", segment)
                .with("found", width.to_string())
                .with("expected", DATA_COLUMNS_MAX.to_string());
            self.findings.push(finding.at(end, "").help("have the description written anew"));
        }
    }

    fn number(&mut self, line: Line<'t>) -> Option<u32> {
        let is_number = !line.value.is_empty() && line.value.bytes().all(|byte| byte.is_ascii_digit());
        if is_number {
            // More than any number of columns or repetitions is as good as the most.
            return Some(line.value.parse().unwrap_or(u32::MAX));
        }
        let finding = Diagnostic::new(Code::L044).with("word", line.word).with("found", line.value);
        self.findings.push(finding.at(line.value_span, ""));
        None
    }

    /// A block that begins or ends where it cannot is an error; another word may be of a newer release.
    fn misplaced(&mut self, line: Line<'t>, expected: &str) {
        if !line.word.starts_with("BEGIN_") && !line.word.starts_with("END_") {
            let finding = Diagnostic::new(Code::L048).with("found", line.word).with("expected", expected);
            return self.findings.push(finding.at(line.word_span, ""));
        }
        self.told(Code::L042, line.word, expected, line.word_span);
    }

    fn told(&mut self, code: Code, found: &str, expected: &str, span: Span) {
        let finding = Diagnostic::new(code).with("found", found).with("expected", expected);
        self.findings.push(finding.at(span, ""));
    }

    fn lacks(&mut self, what: &str, of: &str, span: Span) {
        self.findings.push(Diagnostic::new(Code::L043).with("what", what).with("name", of).at(span, ""));
    }

    /// Of blocks inside each other the innermost is told.
    fn ends_before(&mut self, expected: &str) {
        if self.findings.as_slice().last().is_some_and(|last| last.code == Code::L047) {
            return;
        }
        self.findings.push(Diagnostic::new(Code::L047).with("expected", expected).at(self.end, ""));
    }
}

/// Whether a line is for people only.
fn is_text(line: Line<'_>) -> bool {
    matches!(line.word, "TEXT" | "RELEASED" | "RELEASE" | "VERSION" | "PREDECESSOR")
}
