//! Examples of the manual: mapping files, data and what comes out.
//!
//! Blocks of one section gather until a block `result` (what comes out of the data) or `error` (what the compiler says);
//! behind it a block takes the place of those of its kind. What a map or guide leaves out is put around its lines.

use super::page::{Block, Page};
use super::world;
use crossdock::gateway::bundle::MappingFiles;

/// Kinds of blocks that hold data, with the guide that reads them unless the block names one.
const DATA: [(&str, &str); 7] = [
    ("x12", "manual/x12-940"),
    ("edifact", "manual/edifact-orders"),
    ("csv", ""),
    ("fixed", ""),
    ("xml", ""),
    ("json", ""),
    ("idoc", ""),
];

/// Kinds of blocks that belong to an example.
const PARTS: [&str; 8] = ["map", "guide", "flow", "shape", "table", "document", "earlier", "toml"];

/// Blocks that nobody looks at.
const PROSE: [&str; 3] = ["text", "console", "ebnf"];

/// One example.
pub struct Example {
    /// What should come: `result` or `error`.
    pub expected: Block,
    parts: Vec<Block>,
}

/// The examples of a page. A block of an unknown kind is an error: nobody would read it.
pub fn examples(page: &Page) -> Vec<Example> {
    let mut found = Vec::new();
    let mut parts: Vec<Block> = Vec::new();
    let mut is_told = false;
    for block in &page.blocks {
        let kind = block.kind.as_str();
        if PROSE.contains(&kind) || kind.is_empty() {
            continue;
        }
        if parts.first().is_some_and(|part| part.section != block.section) {
            assert!(is_told, "{}: nothing comes of this example", page.place(parts.last().unwrap()));
            parts.clear();
            is_told = false;
        }
        if ["result", "error"].contains(&kind) {
            found.push(Example { expected: block.clone(), parts: parts.clone() });
            is_told = true;
            continue;
        }
        assert!(PARTS.contains(&kind) || is_data(kind), "{}: nobody reads `{kind}`", page.place(block));
        if is_told {
            let is_input = |kind: &str| is_data(kind) || kind == "document";
            parts.retain(|part| part.kind != kind && !(is_input(kind) && is_input(&part.kind)));
        }
        parts.push(block.clone());
    }
    assert!(is_told || parts.is_empty(), "{}: nothing comes of the last example", page.path.display());
    found
}

fn is_data(kind: &str) -> bool {
    DATA.iter().any(|(data, _)| *data == kind)
}

impl Example {
    fn of_kind<'e>(&'e self, kind: &'e str) -> impl DoubleEndedIterator<Item = &'e Block> {
        self.parts.iter().filter(move |part| part.kind == kind)
    }

    /// Bytes that come in.
    pub fn data(&self) -> Option<&Block> {
        self.parts.iter().find(|part| is_data(&part.kind))
    }

    /// A canonical document to be written.
    pub fn document(&self) -> Option<&Block> {
        self.of_kind("document").next()
    }

    /// Documents that came earlier.
    pub fn earlier(&self) -> impl Iterator<Item = &Block> {
        self.of_kind("earlier")
    }

    /// The names of its maps, in their order.
    pub fn maps(&self) -> Vec<String> {
        let named = |part: &Block| match is_whole(part, &["map", "fragment"]) {
            true => names(&part.text, "map "),
            false => vec![format!("manual/m{}", part.line)],
        };
        self.of_kind("map").flat_map(named).collect()
    }

    /// The names of its flows.
    pub fn flows(&self) -> Vec<String> {
        self.of_kind("flow").flat_map(|part| names(&part.text, "flow ")).collect()
    }

    /// Adds its files.
    pub fn add_to(&self, files: &mut MappingFiles) {
        for part in &self.parts {
            let (ending, text) = match part.kind.as_str() {
                "map" if is_whole(part, &["map", "fragment"]) => ("map", part.text.clone()),
                "map" => ("map", self.framed_map(part)),
                "guide" if is_whole(part, &["guide", "dictionary"]) => ("guide", part.text.clone()),
                "guide" => ("guide", self.framed_guide(part)),
                kind @ ("flow" | "shape") => (kind, part.text.clone()),
                "table" => {
                    files.insert(format!("clients/manual/tables/{}.csv", part.name), part.text.clone());
                    continue;
                }
                _ => continue,
            };
            files.insert(path(part, ending), text);
        }
    }

    /// A text in which its files have names that do not depend on what else stands in the page.
    pub fn with_short_names(&self, text: String) -> String {
        self.parts.iter().fold(text, |text, part| {
            ["map", "guide", "flow", "shape"]
                .iter()
                .fold(text, |text, ending| text.replace(&path(part, ending), &format!("example.{ending}")))
        })
    }

    /// `[[receive]]` for its flows.
    pub fn receives(&self) -> String {
        let receive = |flow| format!("[[receive]]\nendpoint = \"{flow}\"\nflow = \"{flow}\"\n");
        self.flows().into_iter().map(receive).collect()
    }

    fn framed_map(&self, part: &Block) -> String {
        let from = match self.document() {
            Some(document) => format!("canonical {} as doc", document.name),
            None => format!("guide {} as msg", self.guide()),
        };
        let to = match part.name.as_str() {
            "" if self.document().is_some() => format!("guide {}", self.guide()),
            "" => "canonical outbound_order".to_string(),
            guide if guide.contains('/') => format!("guide {guide}"),
            document => format!("canonical {document}"),
        };
        format!(
            "map manual/m{}\n  lang 1\n  from {from}\n  to {to}\n  unmapped ignore\n{}end map\n",
            part.line, part.text
        )
    }

    /// Lines of a guide stand over the guide that reads the data.
    fn framed_guide(&self, part: &Block) -> String {
        let base = if part.name.is_empty() { self.base_guide() } else { part.name.clone() };
        format!("guide manual/g{} extends {base}\n{}end guide\n", part.line, part.text)
    }

    fn guide(&self) -> String {
        match self.of_kind("guide").next_back() {
            Some(part) if is_whole(part, &["guide", "dictionary"]) => {
                names(&part.text, "guide ").pop().unwrap_or_default()
            }
            Some(part) => format!("manual/g{}", part.line),
            None => self.base_guide(),
        }
    }

    fn base_guide(&self) -> String {
        let Some(data) = self.data() else { return String::new() };
        let usual = || DATA.iter().find(|(kind, _)| *kind == data.kind).map(|(_, guide)| guide.to_string());
        if data.name.is_empty() { usual().unwrap_or_default() } else { data.name.clone() }
    }

    /// The bytes that come in, as a file: segments get the envelope they leave out.
    pub fn bytes(&self) -> Vec<u8> {
        let Some(data) = self.data() else { return Vec::new() };
        match data.kind.as_str() {
            "x12" if !data.text.starts_with("ISA") => in_x12(&data.text, &self.guide()),
            "edifact" if !data.text.starts_with("UN") => in_edifact(&data.text),
            _ => data.text.clone().into_bytes(),
        }
    }
}

/// The file of a block.
fn path(part: &Block, ending: &str) -> String {
    format!("clients/manual/line-{}.{ending}", part.line)
}

/// Whether a block holds whole documents, not lines of one.
fn is_whole(part: &Block, words: &[&str]) -> bool {
    let first = part.text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| words.contains(&line.split(' ').next().unwrap_or("")) && !line.contains(" = "))
}

/// The names of documents that begin with a word.
fn names(text: &str, word: &str) -> Vec<String> {
    let name = |line: &str| line.strip_prefix(word)?.split_whitespace().next().map(str::to_string);
    text.lines().filter_map(name).collect()
}

fn in_x12(segments: &str, guide: &str) -> Vec<u8> {
    let body: String = segments.lines().map(str::trim).collect();
    let count = body.matches('~').count() + 2;
    let sets = [("945", "SW"), ("856", "SH"), ("850", "PO")];
    let (set, group) = sets.into_iter().find(|(set, _)| guide.contains(set)).unwrap_or(("940", "OW"));
    format!(
        "ISA*00*          *00*          *ZZ*ACME           *ZZ*HAVENPORT3PL   *261201*0640*U*00401*000000001*0*P*>~\
         GS*{group}*ACME*HAVENPORT3PL*20261201*0640*1*X*004010~ST*{set}*0001~{body}SE*{count}*0001~GE*1*1~IEA*1*000000001~"
    )
    .into_bytes()
}

fn in_edifact(segments: &str) -> Vec<u8> {
    let body: String = segments.lines().map(str::trim).collect();
    let count = body.matches('\'').count() - body.matches("?'").count() + 2;
    let text = format!(
        "UNB+UNOC:3+4012345000009:14+9520001000004:14+261201:0640+1'UNH+1+ORDERS:D:96A:UN:EAN008'{body}\
         UNT+{count}+1'UNZ+1+1'"
    );
    // UNOC is ISO 8859-1.
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect()
}

/// The files of the world with those of these examples.
pub fn files<'e>(examples: impl Iterator<Item = &'e Example>) -> MappingFiles {
    let mut files = world::files();
    let mut partner = files["clients/manual/partner.toml"].clone();
    for example in examples {
        example.add_to(&mut files);
        if !partner.contains(&example.receives()) {
            partner.push_str(&example.receives());
        }
    }
    files.insert("clients/manual/partner.toml".into(), partner);
    files
}
