//! The directories of UN/EDIFACT: what messages looked like in each release, packed into one file in the program. A guide
//! of any message is made when it is asked for, as text of the mapping language, and then compiled as any other: there is
//! no second way from a directory to a layout, and people can see and copy what the program works with.

mod bytes;
pub mod import;
mod keys;
mod model;
mod pack;
mod releases;
mod text;
mod unpack;

pub use model::{Directory, Element, Group, Item, Message, Part};
pub use pack::pack;
pub use releases::guide_name;
pub use text::Source;

use crate::diagnostics::suggest;
use crate::formats::standard::{Given, Import, Importer, Nearest, Release, Standard, Wanted};
use releases::{PREFIX, folder, nearest, version_and_release};
use unpack::{Archive, is_in};

/// The directories that come with the program.
static SHIPPED: &[u8] = include_bytes!("unece.directories");

/// The service segments that messages of all directories have: those of syntax 4 allow what those of syntax 3 do.
const SERVICE: &str = "service-4";

/// The directories as guides.
pub struct Directories;

impl Standard for Directories {
    fn guide(&self, name: &str) -> Option<String> {
        let archive = shipped();
        let (at, kind) = find(&archive, name)?;
        let message = archive.message(kind, at)?;
        let mut directory = archive.dictionary(at)?;
        let service = archive.directories.iter().position(|name| name == SERVICE)?;
        if service != at {
            directory.add_service(archive.dictionary(service)?);
        }
        let source = Source { kind, message: &message, directory: &directory };
        let wanted = source.elements();
        let mut codes = archive.codes(service, |element| wanted.contains(element))?;
        codes.extend(archive.codes(at, |element| wanted.contains(element))?);
        Some(source.text(&codes))
    }

    fn nearest(&self, kind: &str, written: &str) -> Option<Nearest> {
        let archive = shipped();
        let at = nearest(&archive, kind, written)?;
        let directory = archive.directories[at].clone();
        let (version, release) = version_and_release(&directory);
        let mut said = written.split(':');
        let is_exact = (said.next(), said.next()) == (Some(version), Some(release));
        Some(Nearest { guide: guide_name(&directory, kind), release: directory, is_exact })
    }

    fn releases(&self) -> Vec<Release> {
        releases(&shipped())
    }

    fn near(&self, name: &str) -> Option<String> {
        let archive = shipped();
        let (release, kind) = name.strip_prefix(PREFIX)?.split_once('/')?;
        let is_it = |directory: &&String| folder(directory).eq_ignore_ascii_case(release);
        let kind = kind.to_uppercase();
        let Some(at) = archive.directories.iter().position(|directory| is_it(&directory)) else {
            let near = nearest(
                &archive,
                &kind,
                &format!("D:{}", release.trim_start_matches(['d', 'D']).to_uppercase()),
            );
            let near = near.map(|at| guide_name(&archive.directories[at], &kind));
            return near.map(|near| {
                format!("this directory is not here; the nearest that has the message is `{near}`")
            });
        };
        let directory = &archive.directories[at];
        if archive.has(&kind, at) {
            return Some(format!("did you mean `{}`?", guide_name(directory, &kind)));
        }
        let why = match releases(&archive)[at].messages {
            0 => format!("what was published of {directory} has no segment tables of messages"),
            _ => format!("{directory} has no message {kind}"),
        };
        let (version, release) = version_and_release(directory);
        let near = nearest(&archive, &kind, &format!("{version}:{release}"));
        let near = near.map(|at| {
            format!("; the nearest that has it is `{}`", guide_name(&archive.directories[at], &kind))
        });
        Some(format!("{why}{}", near.unwrap_or_default()))
    }

    fn unknown(&self, kind: &str) -> String {
        let archive = shipped();
        let whole = archive.directories.iter().filter(|name| releases::when(name).is_some());
        let with_messages = whole.filter(|name| archive.messages.iter().any(|row| archive.is_of(row, name)));
        let names: Vec<&String> = with_messages.collect();
        let range = match names.as_slice() {
            [first, .., last] => format!("no directory from {first} to {last}"),
            _ => "no directory".to_string(),
        };
        let near = suggest::nearest(kind, archive.messages.iter().map(|row| row.kind.as_str()));
        let near = match near {
            Some(near) => format!("did the sender mean {near}?"),
            None => "if it is an agreement of yours, write a guide for it".to_string(),
        };
        format!("{range} has messages of this type; {near}")
    }

    fn guides(&self, release: &str) -> Vec<String> {
        let archive = shipped();
        let at = archive.directories.iter().position(|name| name == release);
        let of = |at| {
            let kinds = archive.messages.iter().map(|row| &row.kind);
            kinds.filter(|kind| archive.has(kind, at)).map(|kind| guide_name(release, kind)).collect()
        };
        at.map(of).unwrap_or_default()
    }
}

impl Importer for Directories {
    fn import(&self, files: &[Given], wanted: &Wanted<'_>) -> Result<Import, String> {
        let found = import::import(files)?;
        let packed = pack(&found.directories);
        let archive = Archive::open(&packed).expect("what was packed can be read");
        let releases = releases(&archive);
        let made = match wanted {
            Wanted::Packed => vec![(String::new(), packed)],
            Wanted::Guides { kinds, .. } => guides_of(&found.directories, kinds),
        };
        Ok(Import { made, releases, faults: found.faults, ignored: found.ignored, ..Import::default() })
    }

    fn page(&self) -> &'static str {
        "docs/mapping/directories.md"
    }
}

/// The guides of these types of messages; of all, where none is named.
fn guides_of(directories: &[Directory], kinds: &[String]) -> Vec<(String, Vec<u8>)> {
    let shipped = shipped();
    let own = directories.iter().find(|directory| directory.name == SERVICE).cloned();
    let is_service = |name: &&String| *name == SERVICE;
    let brought = || shipped.dictionary(shipped.directories.iter().position(|name| is_service(&name))?);
    let service = own.or_else(brought).unwrap_or_default();
    let mut made = Vec::new();
    for directory in directories {
        let mut whole = directory.clone();
        if !directory.name.starts_with("service") {
            whole.add_service(service.clone());
        }
        for (kind, message) in &directory.messages {
            if !kinds.is_empty() && !kinds.contains(kind) {
                continue;
            }
            let source = Source { kind, message, directory: &whole };
            let codes = source.elements().into_iter().filter_map(|element| {
                let list = whole.codes.get(element)?.iter();
                let mut list: Vec<(String, String)> =
                    list.map(|(code, name)| (code.clone(), name.clone())).collect();
                list.sort_by_cached_key(|(code, _)| pack::code_order(code));
                Some((element.to_string(), list))
            });
            made.push((
                guide_name(&directory.name, kind).to_lowercase(),
                source.text(&codes.collect()).into_bytes(),
            ));
        }
    }
    made
}

/// The index of what comes with the program: a few kilobytes.
fn shipped() -> Archive<'static> {
    Archive::open(SHIPPED).expect("the file is made by `pack`, and a test reads all of it")
}

fn releases(archive: &Archive<'_>) -> Vec<Release> {
    let release = |(at, name): (usize, &String)| {
        let messages = archive.messages.iter().filter(|row| is_in(&row.ranges, at)).count();
        Release { name: name.clone(), messages, gaps: gaps(archive, at, messages) }
    };
    archive.directories.iter().enumerate().map(release).collect()
}

/// What a directory lacks.
fn gaps(archive: &Archive<'_>, at: usize, messages: usize) -> Vec<String> {
    let mut gaps = Vec::new();
    if messages == 0 {
        gaps.push("no segment tables of messages".to_string());
    }
    if archive.codes[at] == 0 {
        gaps.push("no code lists".to_string());
    }
    let open = archive.messages.iter().filter(|row| is_in(&row.open, at));
    let open: Vec<&str> = open.map(|row| row.kind.as_str()).collect();
    if !open.is_empty() {
        gaps.push(format!("segment tables that leave groups open: {}", open.join(", ")));
    }
    gaps
}

/// The directory and the type in the name of a guide.
fn find<'n>(archive: &Archive<'_>, name: &'n str) -> Option<(usize, &'n str)> {
    let (release, kind) = name.strip_prefix(PREFIX)?.split_once('/')?;
    let at = archive.directories.iter().position(|directory| folder(directory) == release)?;
    archive.has(kind, at).then_some((at, kind))
}

impl Directory {
    /// Adds the service segments with what they are made of.
    pub fn add_service(&mut self, service: Directory) {
        self.segments.extend(service.segments);
        self.composites.extend(service.composites);
        self.elements.extend(service.elements);
    }
}
