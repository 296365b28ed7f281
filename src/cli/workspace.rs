//! The files a command works on: a mappings folder, the settings of a gateway.

use super::exit::Stop;
use crate::base::files::{Disk, read_whole};
use crate::base::span::Sources;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::gateway::bundle::{self, Bundle, MappingFiles};
use crate::gateway::settings::{self, GatewaySettings, KnownEndpoint};
use crate::gateway::shelf;
use crate::language;
use std::path::{Path, PathBuf};

/// Largest settings file.
pub const SETTINGS_BYTES_MAX: usize = 1 << 20;

/// A mappings folder, compiled.
pub struct Workspace {
    /// The configuration; `None` if a finding is an error.
    pub bundle: Option<Bundle>,
    /// Its files, with paths as seen from the current folder.
    pub sources: Sources,
    /// All findings.
    pub findings: Vec<Diagnostic>,
}

/// Compiles the mappings in `folder`. `endpoints` are those of gateway.toml, if one is known.
///
/// # Errors
/// If the folder cannot be read or holds no mapping file.
pub fn load(folder: &Path, endpoints: Option<&[KnownEndpoint]>) -> Result<Workspace, Stop> {
    let (bundle, sources, findings) = bundle::compile(&files(folder)?, endpoints);
    Ok(Workspace { bundle, sources: shown_from_here(&sources, folder), findings: findings.into_vec() })
}

/// The files in `folder`, not compiled, with the guides of standards that they name.
///
/// # Errors
/// If the folder cannot be read or holds no mapping file.
pub fn read(folder: &Path) -> Result<Sources, Stop> {
    let mut sources = Sources::default();
    let (files, mut documents, mut findings) = (files(folder)?, Vec::new(), Diagnostics::new());
    for (path, text) in &files {
        let file = sources.add(folder.join(path).display().to_string(), text.clone());
        if [".guide", ".map", ".flow"].iter().any(|kind| path.ends_with(kind)) {
            documents.extend(language::parse(&sources, file, &mut findings));
        }
    }
    shelf::bring(&files, &mut sources, &mut documents, &mut findings);
    Ok(sources)
}

fn files(folder: &Path) -> Result<MappingFiles, Stop> {
    let files = bundle::read_files(&Disk, folder).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => no_folder(folder),
        _ => Stop::file(folder, &error),
    })?;
    if files.is_empty() {
        return Err(Stop::usage(
            format!("there are no mapping files in `{}`", folder.display()),
            "name the folder that holds the .guide, .map and .flow files",
        ));
    }
    Ok(files)
}

/// The mappings in `folder`; without one those of `mappings` if it is there, else those that are shipped.
///
/// # Errors
/// If a named folder cannot be read or holds no mapping file.
pub fn load_or_shipped(folder: Option<&Path>) -> Result<Workspace, Stop> {
    let usual = Path::new("mappings");
    match folder {
        Some(folder) => load(folder, None),
        None if usual.is_dir() => load(usual, None),
        None => {
            let (bundle, sources, findings) = bundle::compile(&super::demo::lay_out::shipped(), None);
            Ok(Workspace { bundle, sources, findings: findings.into_vec() })
        }
    }
}

/// A folder that is not there.
pub fn no_folder(folder: &Path) -> Stop {
    Stop::usage(
        format!("there is no folder `{}`", folder.display()),
        "name the mappings folder, or call crossdock from the folder that holds it",
    )
}

/// The same files with paths as seen from the current folder, so that an editor can open them.
pub fn shown_from_here(sources: &Sources, folder: &Path) -> Sources {
    let mut shown = Sources::default();
    for (_, file) in sources.files() {
        // Guides of standards stand in no file.
        let path = match file.path.starts_with(shelf::FOLDER) {
            true => file.path.clone(),
            false => folder.join(&file.path).display().to_string(),
        };
        shown.add(path, file.text.clone());
    }
    shown
}

/// The settings of a gateway.
pub struct Config {
    /// What they say; `None` if a finding is an error.
    pub settings: Option<GatewaySettings>,
    /// The file.
    pub sources: Sources,
    /// What is wrong with it.
    pub findings: Vec<Diagnostic>,
    folder: PathBuf,
}

impl Config {
    /// A path of the settings as seen from the current folder.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// The endpoints, each with its line; `None` if the settings are not sound.
    pub fn endpoints(&self) -> Option<Vec<KnownEndpoint>> {
        let (_, file) = self.sources.files().next()?;
        let place = |name: &str| match settings::clients_line(&file.text, name) {
            0 => file.path.clone(),
            line => format!("{}:{line}", file.path),
        };
        self.settings.as_ref().map(|settings| settings.known_endpoints(place))
    }
}

/// Reads gateway.toml.
///
/// # Errors
/// If the file cannot be read.
pub fn config(path: &Path) -> Result<Config, Stop> {
    let bytes = read_whole(&Disk, path, SETTINGS_BYTES_MAX).map_err(|error| Stop::file(path, &error))?;
    let mut sources = Sources::default();
    let file = sources.add(path.display().to_string(), String::from_utf8_lossy(&bytes));
    let mut findings = Diagnostics::new();
    let settings = settings::read(&sources, file, &mut findings);
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    Ok(Config { settings, sources, findings: findings.into_vec(), folder })
}
