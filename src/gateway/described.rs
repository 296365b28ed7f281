//! Which guide of a standard describes a message, by name: also of messages that nobody here takes, whose guides are not
//! kept ready. What a client's own guide is called is no business of others, so those are never named.

use super::bundle::Bundle;
use super::release;
use crate::formats;
use crate::guide::Guide;

/// A guide of a standard that the configuration has, whether anybody uses it or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandardGuide {
    /// Its name.
    name: String,
    /// Its format.
    format: String,
    /// The type of messages it is for.
    kind: String,
    /// The name of the element that is a message and all of its file; empty in formats without elements.
    outermost: String,
    /// The release, as messages say it; empty if it is for any.
    release: String,
}

impl StandardGuide {
    /// What is to be known of a guide in a file of a standard.
    pub(super) fn of(guide: &Guide) -> Self {
        let kind = match guide.setting("set") {
            // As messages are called that only a guide cuts out of a file.
            "" => guide.name.as_str(),
            set => set,
        };
        StandardGuide {
            name: guide.name.clone(),
            format: guide.format.clone(),
            kind: kind.into(),
            outermost: guide.outermost().unwrap_or_default().into(),
            release: release::of(guide),
        }
    }
}

/// The name of the guide of the standard for messages of this type that say they are of release `written`: in a file, else
/// as the program brings it, else that of the nearest release. `None` if no release has the type.
pub fn name(bundle: &Bundle, format: &str, kind: &str, written: &str) -> Option<String> {
    let is_it =
        |guide: &&StandardGuide| guide.format == format && (guide.kind == kind || guide.outermost == kind);
    let of_kind = || bundle.standards.iter().filter(is_it);
    if let Some(exact) = of_kind().find(|guide| release::is_named(&guide.release, written)) {
        return Some(exact.name.clone());
    }
    if let Some(packed) = formats::format(format)?.standard() {
        return Some(packed.nearest(kind, written)?.guide);
    }
    let distance = |guide: &&StandardGuide| release::between(&guide.release, written).unwrap_or(u32::MAX);
    of_kind().min_by_key(distance).map(|guide| guide.name.clone())
}
