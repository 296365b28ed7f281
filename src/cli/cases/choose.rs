//! Which cases are meant: those in the folders that are named, and of these the ones whose names are.

use super::find::{self, Spot};
use crate::cli::exit::Stop;
use crate::cli::workspace;
use crate::diagnostics::suggest;
use std::path::{Path, PathBuf};

/// Names that are listed if none of them was meant.
const NAMES_MAX: usize = 12;

/// The mappings folder that all of these paths are in, and the paths as seen through it.
///
/// # Errors
/// If a path is not there, or they are in several mappings folders.
pub fn roots(paths: &[PathBuf]) -> Result<(PathBuf, Vec<PathBuf>), Stop> {
    let mut root: Option<PathBuf> = None;
    let mut seen = Vec::new();
    for path in paths {
        let (own, path) = find::root_of(path);
        if !path.exists() {
            return Err(workspace::no_folder(&path));
        }
        let first = root.get_or_insert_with(|| own.clone());
        if whole(first) != whole(&own) {
            return Err(Stop::usage(
                format!("`{}` and `{}` are two mappings folders", first.display(), own.display()),
                "name cases of one of them",
            ));
        }
        // The same folder may have been written in two ways.
        seen.push(match path.strip_prefix(&own) {
            Ok(inner) => first.join(inner),
            Err(_) => path,
        });
    }
    Ok((root.unwrap_or_default(), seen))
}

fn whole(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

/// The cases that are in one of `paths`, in the order of their paths, and of these the ones that are called.
///
/// # Errors
/// If a folder cannot be read or has no cases, or a name is that of no case or of several.
pub fn cases(root: &Path, paths: &[PathBuf], names: &[String]) -> Result<Vec<Spot>, Stop> {
    let mut spots = find::spots(root)?;
    if let Some(empty) = paths.iter().find(|path| !spots.iter().any(|spot| spot.is_in(path))) {
        return Err(Stop::usage(
            format!("there are no cases in `{}`", empty.display()),
            "put a file into a folder of its own below clients/NAME/tests, then run crossdock test --accept",
        ));
    }
    spots.retain(|spot| paths.iter().any(|path| spot.is_in(path)));
    if names.is_empty() {
        return Ok(spots);
    }
    let mut called = Vec::new();
    for name in names {
        called.push(one(&spots, name)?);
    }
    let mut at = 0..;
    spots.retain(|_| at.next().is_some_and(|at| called.contains(&at)));
    Ok(spots)
}

/// The number of the one case with this name.
fn one(spots: &[Spot], name: &str) -> Result<usize, Stop> {
    let hits: Vec<usize> = (0..spots.len()).filter(|&at| spots[at].is_called(name)).collect();
    let names = |numbers: &mut dyn Iterator<Item = usize>| {
        let names: Vec<&str> = numbers.map(|at| spots[at].name.as_str()).collect();
        match names.len().saturating_sub(NAMES_MAX) {
            0 => names.join(", "),
            more => format!("{} and {more} more", names[..NAMES_MAX].join(", ")),
        }
    };
    match hits.as_slice() {
        [hit] => Ok(*hit),
        [] => {
            let known = spots.iter().flat_map(|spot| [spot.name.as_str(), spot.short_name()]);
            let help = match suggest::nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are: {}", names(&mut (0..spots.len()))),
            };
            Err(Stop::usage(format!("no case is called `{name}`"), help))
        }
        _ => Err(Stop::usage(
            format!("{} cases are called `{name}`", hits.len()),
            format!("write one of these: {}", names(&mut hits.iter().copied())),
        )),
    }
}
