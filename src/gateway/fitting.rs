//! Which guide fits a message that nobody routed: by who sent it to whom, else by its type and release.

use super::bundle::{Bundle, Client};
use super::{release, translation};
use crate::diagnostics::Diagnostic;
use crate::formats::{self, Format, GroupRow, InterchangeRow, Layout, MessageRow, sniff_among};
use crate::mapping::Plan;
use std::cmp::Reverse;
use std::sync::Arc;

/// A guide that fits.
pub struct Fit<'b> {
    /// The guide, ready.
    pub layout: Arc<dyn Layout>,
    /// The map that reads it for the client, for the guide's `case` lines.
    pub read: Option<&'b Plan>,
    /// The client, if the envelope names one.
    pub client: Option<&'b Client>,
    /// That the guide is of another release than the message.
    pub instead: Option<Diagnostic>,
}

/// The client whose names and ours are in an envelope, as sender and receiver or the other way round.
pub fn client_of<'b>(bundle: &'b Bundle, syntax: &str, interchange: &InterchangeRow) -> Option<&'b Client> {
    bundle.clients.values().find(|client| {
        translation::all_identities(&client.partner, syntax).iter().any(|names| {
            let of = |identity: &crate::formats::Identity| match identity.qualifier.as_str() {
                "" => identity.id.clone(),
                qualifier => format!("{qualifier}:{}", identity.id),
            };
            let (ours, theirs) = (of(&names.ours), of(&names.theirs));
            (interchange.sender == theirs && interchange.receiver == ours)
                || (interchange.sender == ours && interchange.receiver == theirs)
        })
    })
}

/// The guide of a message: the client's, in whichever direction it goes; else the standard's of its release, in a file or as
/// the program brings it; else that of the nearest release that has the message. `None` if none has its type.
pub fn fit<'b>(
    bundle: &'b Bundle,
    format: &str,
    interchange: &InterchangeRow,
    group: &GroupRow,
    message: &MessageRow,
) -> Option<Fit<'b>> {
    let client = client_of(bundle, format, interchange);
    // What the message says of itself counts, then what is said around it.
    let versions = [message.version.as_str(), group.version.as_str(), interchange.version.as_str()];
    let written = versions.into_iter().find(|version| !version.is_empty()).unwrap_or_default();
    let closeness = |layout: &dyn Layout| match layout.guide().format == format {
        true => layout.closeness(&message.kind, written),
        false => None,
    };
    let is_it = |layout: &dyn Layout| closeness(layout).is_some();
    let found = |layout: &Arc<dyn Layout>, read| {
        let instead = release::instead(layout.guide(), written);
        Fit { layout: layout.clone(), read, client, instead }
    };
    if let Some(client) = client {
        for route in &client.routes {
            if is_it(&*route.layout) {
                return Some(found(&route.layout, Some(&*route.read)));
            }
            if let Some((_, layout)) = route.writes.iter().find(|(_, layout)| is_it(&**layout)) {
                return Some(found(layout, None));
            }
        }
    }
    let is_release = |layout: &dyn Layout| release::is_of(layout.guide(), written);
    let of_kind = bundle.layouts.values().filter(|layout| is_it(&***layout));
    // Standards are named after their format; what is narrower fits fewer messages. The shortest name is the widest.
    let standard = format!("{format}/");
    let layout = of_kind.filter(|layout| is_release(&***layout)).min_by_key(|layout| {
        let name = &layout.guide().name;
        (Reverse(closeness(&***layout)), !name.starts_with(&standard), name.len())
    });
    if let Some(layout) = layout {
        return Some(found(layout, None));
    }
    let Some(packed) = formats::format(format)?.standard() else {
        let of_kind = bundle.layouts.values().filter(|layout| is_it(&***layout));
        let layout = of_kind
            .filter_map(|layout| Some((release::distance(layout.guide(), &standard, &versions)?, layout)))
            .min_by_key(|(distance, layout)| (*distance, layout.guide().name.len()));
        return layout.map(|(_, layout)| found(layout, None));
    };
    let nearest = packed.nearest(&message.kind, written)?;
    let instead = (!nearest.is_exact).then(|| release::another(written, &nearest.release));
    Some(Fit { layout: bundle.layout(&nearest.guide)?, read: None, client, instead })
}

/// A map that reads the guide, whoever's: it carries the guide's `case` lines.
pub fn reader<'b>(bundle: &'b Bundle, guide: &str) -> Option<&'b Plan> {
    let of_routes = bundle.clients.values().flat_map(|client| &client.routes).map(|route| &*route.read);
    let mut all = of_routes.chain(bundle.maps.values().map(|plan| &**plan));
    all.find(|plan| matches!(&plan.source, crate::mapping::SideName::Guide(name) if name == guide))
}

/// The format of a file that has a mark of its own, with the guide that cuts it where one must: the widest whose outermost
/// element the file has.
pub fn by_mark<'b>(
    bundle: &'b Bundle,
    bytes: &[u8],
) -> Option<(&'static dyn Format, Option<&'b dyn Layout>)> {
    let mut layouts: Vec<&dyn Layout> = bundle.layouts.values().map(|layout| &**layout).collect();
    layouts.sort_by_key(|layout| layout.guide().name.len());
    sniff_among(bytes, layouts.into_iter())
}

/// The guide of a delimited file whose header row has these names: all it requires are there, and as many more as possible.
pub fn by_columns<'b>(bundle: &'b Bundle, names: &[&str]) -> Option<&'b dyn Layout> {
    let known = |layout: &&dyn Layout| {
        let guide = layout.guide();
        let has = |name: &str| names.contains(&name);
        let required = |place: &crate::tree::PlaceId| guide.shape.place(*place).required;
        let is_there = |place: &crate::tree::PlaceId| has(&guide.shape.place(*place).name);
        guide.columns.iter().filter(|place| required(place)).all(is_there)
    };
    let count = |layout: &&dyn Layout| {
        let guide = layout.guide();
        guide.columns.iter().filter(|place| names.contains(&&*guide.shape.place(**place).name)).count()
    };
    let all = bundle.layouts.values().map(|layout| &**layout);
    let flat =
        all.filter(|layout| layout.guide().setting("set").is_empty() && !layout.guide().columns.is_empty());
    flat.filter(known).filter(|layout| count(layout) > 1).max_by_key(count)
}
