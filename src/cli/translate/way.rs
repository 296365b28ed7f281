//! Which maps and guides a file is translated with: those named, or those of a flow.

use crate::cli::args;
use crate::cli::exit::Stop;
use crate::diagnostics::suggest;
use crate::formats::{Layout, format};
use crate::gateway::bundle::{Bundle, Client, Route};
use crate::mapping::{Plan, SideName};
use std::sync::Arc;

/// One way through: messages of one type.
pub struct Way<'b> {
    /// The type: `940`, or the guide's name for flat files.
    pub kind: String,
    /// The guide that reads.
    pub layout: &'b Arc<dyn Layout>,
    /// The map that reads.
    pub read: &'b Arc<Plan>,
    /// Where the document goes.
    pub target: Target<'b>,
}

/// Where a document goes.
pub enum Target<'b> {
    /// Nowhere: the document is the answer.
    Document,
    /// Through one map to one guide.
    Map(&'b Arc<Plan>, &'b Arc<dyn Layout>),
    /// Where the flow says.
    Flow(&'b Route),
}

impl Way<'_> {
    /// All maps it may go through.
    pub fn plans(&self) -> Vec<&Plan> {
        let mut plans: Vec<&Plan> = vec![self.read];
        match &self.target {
            Target::Document => {}
            Target::Map(plan, _) => plans.push(plan),
            Target::Flow(route) => plans.extend(route.writes.iter().map(|(plan, _)| &**plan)),
        }
        plans
    }

    /// The name of the canonical document.
    pub fn document_name(&self) -> &str {
        match &self.read.target {
            SideName::Canonical(name) | SideName::Guide(name) => name,
        }
    }
}

/// All ways a file's messages may take, with the client they belong to.
pub struct Ways<'b> {
    /// At least one.
    ways: Vec<Way<'b>>,
    /// The client, if one is known.
    pub client: Option<&'b Client>,
}

impl<'b> Ways<'b> {
    /// The ways the arguments name.
    ///
    /// # Errors
    /// If a name is not there, or maps and guides do not fit together.
    pub fn find(bundle: &'b Bundle, arguments: &args::Translate, bytes: &[u8]) -> Result<Self, Stop> {
        let client = match &arguments.client {
            Some(name) => Some(by_name("client", name, bundle.clients.get(name), bundle.clients.keys())?),
            None => None,
        };
        match (&arguments.flow, &arguments.read) {
            (Some(flow), _) => by_flow(bundle, flow, client, bytes),
            (None, Some(read)) => {
                let client = client.or_else(|| client_of(bundle, read));
                let way = by_maps(bundle, client, read, arguments.write.as_deref())?;
                Ok(Ways { ways: vec![way], client })
            }
            (None, None) => Err(Stop::usage("no map is named", "add --read MAP or --flow FLOW")),
        }
    }

    /// The way of one map that reads.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn of_map(bundle: &'b Bundle, read: &str) -> Result<Self, Stop> {
        let client = client_of(bundle, read);
        Ok(Ways { ways: vec![by_maps(bundle, client, read, None)?], client })
    }

    /// The ways of a file that arrived at an endpoint of a client, which has a route there.
    pub fn of_endpoint(client: &'b Client, endpoint: &str, bytes: &[u8]) -> Self {
        let own = client.routes.iter().filter(|route| route.endpoint == endpoint).collect();
        Ways { ways: ways_of(own, bytes), client: Some(client) }
    }

    /// The first way: all of them have one format.
    pub fn first(&self) -> &Way<'b> {
        &self.ways[0]
    }

    /// All ways.
    pub fn iter(&self) -> impl Iterator<Item = &Way<'b>> {
        self.ways.iter()
    }

    /// The way of a message type; `None` if none takes it.
    pub fn of(&self, kind: &str) -> Option<&Way<'b>> {
        self.ways.iter().find(|way| way.kind == kind)
    }
}

/// The client whose folder a map stands in.
fn client_of<'b>(bundle: &'b Bundle, map: &str) -> Option<&'b Client> {
    map.split('/').next().and_then(|name| bundle.clients.get(name))
}

/// A map as a flow of the client has it: with his parameters, tables and zone.
fn map_of<'b>(client: &'b Client, name: &str) -> Option<&'b Arc<Plan>> {
    let mut maps = client
        .routes
        .iter()
        .flat_map(|route| std::iter::once(&route.read).chain(route.writes.iter().map(|(plan, _)| plan)));
    maps.find(|plan| plan.name == name)
}

fn by_maps<'b>(
    bundle: &'b Bundle,
    client: Option<&'b Client>,
    read: &str,
    write: Option<&str>,
) -> Result<Way<'b>, Stop> {
    let map = |name: &str| {
        let own = client.and_then(|client| map_of(client, name));
        by_name("map", name, own.or_else(|| bundle.maps.get(name)), bundle.maps.keys())
    };
    let plan = map(read)?;
    let (SideName::Guide(guide), SideName::Canonical(document)) = (&plan.source, &plan.target) else {
        return Err(Stop::usage(
            format!("the map `{read}` does not read a guide"),
            format!("name a map that reads with --read, and this one with --write {read}"),
        ));
    };
    let layout = &bundle.layouts[guide];
    let kind = match layout.guide().setting("set") {
        "" => layout.guide().name.clone(),
        set => set.to_string(),
    };
    let target = match write {
        None => Target::Document,
        Some(write) => {
            let plan = map(write)?;
            let (SideName::Canonical(source), SideName::Guide(guide)) = (&plan.source, &plan.target) else {
                return Err(Stop::usage(
                    format!("the map `{write}` does not write a guide"),
                    "name a map that goes from a canonical document to a guide",
                ));
            };
            if source != document {
                return Err(Stop::usage(
                    format!("`{read}` makes a document {document}, `{write}` writes a document {source}"),
                    "name two maps of the same canonical document",
                ));
            }
            Target::Map(plan, &bundle.layouts[guide])
        }
    };
    Ok(Way { kind, layout, read: plan, target })
}

fn by_flow<'b>(
    bundle: &'b Bundle,
    flow: &str,
    client: Option<&'b Client>,
    bytes: &[u8],
) -> Result<Ways<'b>, Stop> {
    let routes = || bundle.clients.values().flat_map(|client| client.routes.iter());
    let known: Vec<String> = routes().map(|route| route.flow.name.clone()).collect();
    by_name("flow", flow, known.iter().find(|name| *name == flow), known.iter())?;
    let takes = |client: &Client| client.routes.iter().any(|route| route.flow.name == flow);
    let clients: Vec<&Client> = bundle
        .clients
        .values()
        .filter(|own| client.is_none_or(|named| named.id == own.id) && takes(own))
        .collect();
    let client = match clients.as_slice() {
        [only] => *only,
        [] => return Err(Stop::usage(format!("this client does not use the flow `{flow}`"), "")),
        several => {
            let names: Vec<&str> = several.iter().map(|client| client.id.as_str()).collect();
            return Err(Stop::usage(
                format!("the flow `{flow}` belongs to several clients"),
                format!("add --client with one of: {}", names.join(", ")),
            ));
        }
    };
    let own = client.routes.iter().filter(|route| route.flow.name == flow).collect();
    Ok(Ways { ways: ways_of(own, bytes), client: Some(client) })
}

/// The ways of those of these routes that have one format: the one the file shows by itself, else that of the first.
fn ways_of<'b>(own: Vec<&'b Route>, bytes: &[u8]) -> Vec<Way<'b>> {
    let sniffed =
        |route: &&Route| format(&route.layout.guide().format).is_some_and(|format| format.sniff(bytes));
    let of_format = own.iter().copied().find(sniffed).unwrap_or(own[0]).layout.guide().format.clone();
    own.into_iter()
        .filter(|route| route.layout.guide().format == of_format)
        .map(|route| Way {
            kind: route.kind().to_string(),
            layout: &route.layout,
            read: &route.read,
            target: Target::Flow(route),
        })
        .collect()
}

/// What is found under a name, or the nearest name that is there.
fn by_name<'n, T>(
    what: &str,
    name: &str,
    found: Option<T>,
    known: impl Iterator<Item = &'n String> + Clone,
) -> Result<T, Stop> {
    found.ok_or_else(|| {
        let help = match suggest::nearest(name, known.clone().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let known: Vec<&str> = known.map(String::as_str).collect();
                format!(
                    "there are: {}",
                    crate::guide::shorten(&known.iter().map(|name| name.to_string()).collect::<Vec<_>>())
                )
            }
        };
        Stop::usage(format!("there is no {what} `{name}`"), help)
    })
}
