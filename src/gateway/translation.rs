//! What a configuration says about something that came in: whose it is, and what is done with it.

use super::bundle::{Bundle, Client, Route};
use super::settings::{Acknowledge, Endpoint, Partner};
use crate::diagnostics::{Code, Diagnostic};
use crate::exchange::identities::{self, Identities, Stranger};
use crate::formats::{Format, Identity, InterchangeRow, Layout, format, sniff_among};
use crate::ledger::InterchangeKey;
use crate::mapping::Plan;

/// The guides that whoever sends to an endpoint may hear of: those of its clients and those that are nobody's.
pub(super) fn layouts_at<'b>(
    bundle: &'b Bundle,
    name: &str,
    endpoint: Option<&Endpoint>,
) -> impl Iterator<Item = &'b dyn Layout> {
    let here: Vec<&str> =
        clients_at(bundle, name, endpoint).iter().map(|client| client.id.as_str()).collect();
    let is_anothers = move |guide: &str| {
        let folder = guide.split('/').next().unwrap_or_default();
        bundle.clients.contains_key(folder) && !here.contains(&folder)
    };
    let all = bundle.layouts.values().map(|layout| &**layout);
    all.filter(move |layout| !is_anothers(&layout.guide().name))
}

/// Whose interchange it is.
pub(super) enum Owner<'b> {
    /// This client's.
    Client(&'b Client),
    /// Nobody's who may send to this endpoint.
    Unknown(Stranger),
}

/// The names of both sides in envelopes of a syntax: those we send with first, then those of others who send for the
/// client, and all of them again for each further id of ours; nothing if the client has no such envelopes.
pub(super) fn all_identities(partner: &Partner, syntax: &str) -> Vec<Identities> {
    let Some(named) = partner.envelope.get(syntax) else { return Vec::new() };
    let identity = |qualifier: &str, id: &str, group: &str| Identity {
        qualifier: qualifier.into(),
        id: id.into(),
        group: group.into(),
        ..Identity::default()
    };
    let ours = identity(&named.our_qualifier, &named.our_id, &named.our_group_id);
    let own = identity(&named.their_qualifier, &named.their_id, &named.their_group_id);
    let also = named.also.iter().map(|other| identity(&other.qualifier, &other.id, ""));
    let theirs: Vec<Identity> = [own].into_iter().chain(also).collect();
    let also_ours = named.also_ours.iter().map(|other| identity(&other.qualifier, &other.id, ""));
    let with = |ours: Identity| {
        theirs.iter().map(move |theirs| Identities { ours: ours.clone(), theirs: theirs.clone() })
    };
    [ours].into_iter().chain(also_ours).flat_map(with).collect()
}

/// The names of the client and us in envelopes of a syntax, if the client has any.
pub(super) fn identities(partner: &Partner, syntax: &str) -> Option<Identities> {
    all_identities(partner, syntax).into_iter().next()
}

/// The names with which we send to the sender of an interchange, who is the client or sends for him.
pub(super) fn identities_of(partner: &Partner, key: &InterchangeKey) -> Option<Identities> {
    all_identities(partner, &key.syntax).into_iter().find(|named| is(&named.theirs, &key.sender))
}

/// The names in an interchange: who answers it does so with the id it was sent to.
pub(super) fn identities_in(partner: &Partner, key: &InterchangeKey) -> Option<Identities> {
    let is_it = |named: &Identities| is(&named.theirs, &key.sender) && is(&named.ours, &key.receiver);
    all_identities(partner, &key.syntax).into_iter().find(is_it).or_else(|| identities_of(partner, key))
}

fn is(identity: &Identity, written: &str) -> bool {
    format!("{}:{}", identity.qualifier, identity.id) == written
}

/// Where the acknowledgement of an interchange goes, and the guide of it, if the client has one for the syntax.
pub(super) fn acknowledgement_of<'b>(
    partner: &'b Partner,
    key: &InterchangeKey,
) -> Option<(&'b Acknowledge, &'b str)> {
    let policy = partner.acknowledge.get(&key.syntax)?;
    let also = partner.envelope.get(&key.syntax).and_then(|named| named.also(&key.sender));
    Some((policy, also.and_then(|other| other.acknowledge_to.as_deref()).unwrap_or(&policy.to)))
}

/// The clients whose files arrive at an endpoint.
pub(super) fn clients_at<'b>(bundle: &'b Bundle, name: &str, endpoint: Option<&Endpoint>) -> Vec<&'b Client> {
    let allowed = |client: &&Client| endpoint.is_none_or(|endpoint| endpoint.is_for(&client.id));
    let receives = |client: &&Client| client.routes.iter().any(|route| route.endpoint == name);
    bundle.clients.values().filter(allowed).filter(receives).collect()
}

/// Whose interchange it is: by the ids in its envelope, or by the endpoint where there are none.
pub(super) fn owner<'b>(
    bundle: &'b Bundle,
    name: &str,
    endpoint: Option<&Endpoint>,
    key: &InterchangeKey,
) -> Owner<'b> {
    let InterchangeKey { syntax, sender, receiver, .. } = key;
    let clients = clients_at(bundle, name, endpoint);
    if sender.is_empty() && receiver.is_empty() {
        return match clients.as_slice() {
            [client] => Owner::Client(client),
            _ => Owner::Unknown(Stranger::Sender),
        };
    }
    let named: Vec<(&Client, Identities)> = clients
        .into_iter()
        .flat_map(|client| {
            all_identities(&client.partner, syntax).into_iter().map(move |named| (client, named))
        })
        .collect();
    let row =
        InterchangeRow { sender: sender.clone(), receiver: receiver.clone(), ..InterchangeRow::default() };
    let both: Vec<Identities> = named.iter().map(|(_, identities)| identities.clone()).collect();
    match identities::partner_of(&row, &both) {
        Ok(at) => Owner::Client(named[at].0),
        Err(stranger) => Owner::Unknown(stranger),
    }
}

/// The format of a file that arrived at an endpoint, with the guide that cuts it where only a guide can.
pub(super) fn format_of<'b>(
    bundle: &'b Bundle,
    name: &str,
    endpoint: Option<&Endpoint>,
    head: &[u8],
) -> Option<(&'static dyn Format, Option<&'b dyn Layout>)> {
    let clients = clients_at(bundle, name, endpoint);
    let routes = || clients.iter().flat_map(|client| &client.routes).filter(|route| route.endpoint == name);
    if let Some(found) = sniff_among(head, routes().map(|route| &*route.layout)) {
        return Some(found);
    }
    let route = routes().find(|route| is_flat(route))?;
    Some((format(&route.layout.guide().format)?, Some(&*route.layout)))
}

/// Whether the files of a route have no mark of their own: then the endpoint's word must do.
fn is_flat(route: &Route) -> bool {
    let guide = route.layout.guide();
    guide.setting("set").is_empty() && !format(&guide.format).is_some_and(Format::needs_guide)
}

/// What is done with a message of a client.
pub(super) fn route<'b>(client: &'b Client, endpoint: &str, kind: &str) -> Option<&'b Route> {
    client.routes.iter().find(|route| route.endpoint == endpoint && route.takes(kind))
}

/// The guide an output was written by. What a client is told of his documents has no flow.
pub(super) fn layout_of<'b>(client: &'b Client, flow: &str, map: &str) -> Option<&'b dyn Layout> {
    if flow.is_empty() {
        let syntax = client.partner.advise.iter().find(|(_, advise)| advise.map == map)?.0;
        return client.advise.get(syntax).map(|(_, layout)| &**layout);
    }
    let writes = |route: &'b Route| -> Option<&'b dyn Layout> {
        let at = route.flow.writes.iter().position(|(_, write)| write.map == map)?;
        Some(&*route.writes.get(at)?.1)
    };
    client.routes.iter().filter(|route| route.flow.name == flow).find_map(writes)
}

/// Whether what came in is a test: by its envelope, or as agreed with the client where there is none.
pub(super) fn is_test(client: &Client, key: &InterchangeKey) -> bool {
    key.test || client.partner.usage == "T"
}

/// That what came in is a test and production was agreed with the client, or the other way round.
pub(super) fn other_usage(client: &Client, key: &InterchangeKey) -> Option<Diagnostic> {
    let (found, expected) = (if key.test { "T" } else { "P" }, client.partner.usage.as_str());
    let has_mark = !key.control_number.is_empty() && format(&key.syntax).is_some_and(Format::has_envelope);
    (has_mark && key.test != (expected == "T"))
        .then(|| Diagnostic::new(Code::I107).with("found", found).with("expected", expected))
}

/// Name of the canonical document a map builds.
pub(super) fn document_kind(plan: &Plan) -> &str {
    match &plan.target {
        crate::mapping::SideName::Canonical(name) | crate::mapping::SideName::Guide(name) => name,
    }
}
