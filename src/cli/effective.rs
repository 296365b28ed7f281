//! A map or guide with all its layers applied, each line with where it comes from.

use crate::base::span::{FileId, Sources, Span};
use crate::diagnostics::{Diagnostic, Diagnostics, suggest};
use crate::gateway::bundle::MappingFiles;
use crate::gateway::shelf;
use crate::guide::{self, GuideSources};
use crate::language::print::{self, Line};
use crate::language::syntax::{Document, FragmentDocument, MapDocument};
use crate::language::{self, layout};
use crate::mapping;
use std::collections::BTreeMap;

/// Lines longer than this are parted before a word that may continue them.
const WIDTH_MAX: usize = 100;

/// Words that continue the line before, with the blanks around them.
const BREAKS: [&str; 9] =
    [" via ", " unknown ", " else ", " and ", " or ", " where ", " & ", " group by ", " sort by "];

/// Why there is no text.
#[derive(Debug)]
pub enum Missing {
    /// No map and no guide has this name; the nearest one that is there.
    Unknown(Option<String>),
    /// The findings say it.
    Unsound,
}

/// The documents of a mappings folder.
pub struct Documents {
    sources: Sources,
    documents: Vec<Document>,
    findings: Vec<Diagnostic>,
}

impl Documents {
    /// Reads all that is a document of the language, and brings the guides of standards that it names.
    pub fn read(mut sources: Sources) -> Self {
        let mut findings = Diagnostics::new();
        let is_ours =
            |path: &str| [".shape", ".guide", ".map", ".flow"].iter().any(|kind| path.ends_with(kind));
        let files = sources.files().filter(|(_, file)| is_ours(&file.path));
        let mut documents: Vec<Document> =
            files.flat_map(|(file, _)| language::parse(&sources, file, &mut findings)).collect();
        shelf::bring(&MappingFiles::new(), &mut sources, &mut documents, &mut findings);
        Documents { sources, documents, findings: findings.into_vec() }
    }

    /// The files, with those that were brought.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Whether a guide of this name stands in a file.
    pub fn has_guide(&self, name: &str) -> bool {
        self.documents.iter().any(|document| match document {
            Document::Guide(guide) if guide.name.name == name => {
                !self.sources.file(guide.name.span.file).path.starts_with(shelf::FOLDER)
            }
            _ => false,
        })
    }

    /// The text of the map or guide `name` with all its layers applied; of both, where both have the name and it does not end
    /// with `.map` or `.guide`. It is a file of the language in its usual form, and means what the layers do. With
    /// `origins`, a comment behind each line tells the document and line it comes from.
    ///
    /// # Errors
    /// If there is no such map or guide, or a layer has a finding.
    pub fn effective(
        &self,
        name: &str,
        origins: bool,
        findings: &mut Diagnostics,
    ) -> Result<String, Missing> {
        let (of_map, of_guide) = (name.strip_suffix(".map"), name.strip_suffix(".guide"));
        let map = of_map.or(Some(name).filter(|_| of_guide.is_none()));
        let guide = of_guide.or(Some(name).filter(|_| of_map.is_none()));
        let lines: Vec<Line> = map
            .and_then(|name| self.map(name, findings))
            .into_iter()
            .chain(guide.and_then(|name| self.guide(name, findings)))
            .flatten()
            .collect();
        if lines.is_empty() && findings.is_empty() {
            return Err(Missing::Unknown(self.near(of_map.or(of_guide).unwrap_or(name))));
        }
        let files: Vec<FileId> = lines.iter().filter_map(|line| Some(line.origin?.file)).collect();
        let is_about = |finding: &&Diagnostic| {
            finding.labels.first().is_some_and(|label| files.contains(&label.span.file))
        };
        self.findings.iter().filter(is_about).for_each(|finding| findings.push(finding.clone()));
        if !findings.is_empty() {
            return Err(Missing::Unsound);
        }
        let text = self.text(&lines, origins);
        let mut sources = Sources::default();
        let file = sources.add(name, text);
        // What was read can be read again; a test does so with all that is shipped.
        layout::lay_out(&sources, file, findings).ok_or(Missing::Unsound)
    }

    fn map(&self, name: &str, findings: &mut Diagnostics) -> Option<Vec<Line>> {
        let mut maps: BTreeMap<&str, &MapDocument> = BTreeMap::new();
        let mut fragments: BTreeMap<&str, &FragmentDocument> = BTreeMap::new();
        for document in &self.documents {
            match document {
                Document::Map(map) => _ = maps.insert(&map.name.name, map),
                Document::Fragment(fragment) => _ = fragments.insert(&fragment.name.text, fragment),
                _ => {}
            }
        }
        mapping::flatten(name, &maps, &fragments, findings).map(|map| print::map(&map))
    }

    fn guide(&self, name: &str, findings: &mut Diagnostics) -> Option<Vec<Line>> {
        let mut sources = GuideSources::default();
        for document in &self.documents {
            if let Document::Guide(guide) = document {
                sources.guides.insert(&guide.name.name, guide);
            }
        }
        guide::layers(name, &sources, findings).map(|layers| print::guide(&self.sources, &layers))
    }

    fn near(&self, name: &str) -> Option<String> {
        let names = self.documents.iter().filter_map(|document| match document {
            Document::Map(map) => Some(map.name.name.as_str()),
            Document::Guide(guide) => Some(guide.name.name.as_str()),
            _ => None,
        });
        suggest::nearest(name, names).map(str::to_string)
    }

    fn text(&self, lines: &[Line], origins: bool) -> String {
        let mut out = String::new();
        for line in lines {
            line.documentation.lines().for_each(|words| out += &format!("## {words}\n"));
            let origin = line.origin.filter(|_| origins).map(|span| format!("  # {}", self.origin(span)));
            for part in folded(&line.text) {
                out += &format!("{part}{}\n", origin.as_deref().unwrap_or_default());
            }
        }
        out
    }

    /// `house/940-order:12`
    fn origin(&self, span: Span) -> String {
        let (path, line) = self.sources.path_line(span);
        let before = self
            .documents
            .iter()
            .map(name)
            .filter(|(_, own)| own.file == span.file && own.start <= span.start);
        let document = before.max_by_key(|(_, own)| own.start).map(|(name, _)| name.to_string());
        format!("{}:{line}", document.unwrap_or(path))
    }
}

/// How a document is called, and where that stands.
fn name(document: &Document) -> (&str, Span) {
    let of = |name: &'_ language::syntax::DocumentReference| name.span;
    match document {
        Document::Map(map) => (&map.name.name, of(&map.name)),
        Document::Guide(guide) => (&guide.name.name, of(&guide.name)),
        Document::Dictionary(dictionary) => (&dictionary.name.name, of(&dictionary.name)),
        Document::Flow(flow) => (&flow.name.name, of(&flow.name)),
        Document::Fragment(fragment) => (&fragment.name.text, fragment.name.span),
        Document::Shape(shape) => (&shape.name.text, shape.name.span),
    }
}

/// A long line in parts, each of which continues the one before.
fn folded(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = place_to_break(rest) {
        parts.push(&rest[..at]);
        rest = &rest[at + 1..];
    }
    parts.push(rest);
    parts
}

/// Where a line that is too long goes on in the next one: at the last such place that is in no text and in as few brackets
/// as can be.
fn place_to_break(text: &str) -> Option<usize> {
    if text.chars().count() <= WIDTH_MAX {
        return None;
    }
    let mut best: Option<(usize, usize)> = None;
    let (mut depth, mut quote, mut width) = (0_usize, None, 0);
    for (at, character) in text.char_indices() {
        width += 1;
        if width > WIDTH_MAX {
            break;
        }
        match (character, quote) {
            (_, Some(open)) if open == character => quote = None,
            (_, Some(_)) => {}
            ('"' | '`', None) => quote = Some(character),
            ('(' | '[' | '{', None) => depth += 1,
            (')' | ']' | '}', None) => depth = depth.saturating_sub(1),
            (' ', None) if at > 0 && BREAKS.iter().any(|word| text[at..].starts_with(word)) => {
                best = best.filter(|(known, _)| *known < depth).or(Some((depth, at)));
            }
            _ => {}
        }
    }
    best.map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn long_lines_are_parted_where_the_language_lets_them_go_on() {
        let name = "n".repeat(40);
        let line = format!("a = if({name} and {name}) else \"{name} and\" else b");
        let parts = [format!("a = if({name} and {name})"), format!("else \"{name} and\" else b")];
        assert_eq!(folded(&line), parts);
        assert_eq!(folded("a = b and c"), ["a = b and c"]);
        let text = format!("a = \"{}\"", "x and y ".repeat(20));
        assert_eq!(folded(&text), [text.as_str()]);
    }
}
