//! From documents, tables and partner files to a configuration.

use super::{Bundle, Client, Keep, MappingFiles, Route};
use crate::base::hash::Sha;
use crate::base::span::{FileId, Sources, Span};
use crate::canonical;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity, codes, suggest};
use crate::exchange::answering::{Answering, answering, is_answer};
use crate::formats::Layout;
use crate::gateway::described::StandardGuide;
use crate::gateway::guides::GuideStore;
use crate::gateway::parameters;
use crate::gateway::settings::{self, Acknowledge, AcknowledgeEnvelope, Environment, KnownEndpoint, Partner};
use crate::gateway::shelf::Shelf;
use crate::guide;
use crate::language;
use crate::language::syntax::{Document, DocumentReference, MapDocument, Side};
use crate::mapping::flow;
use crate::mapping::tables::Table;
use crate::mapping::{self, Constant, Guides, MapSources, Plan, SideName};
use crate::tree::Shape;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What every map knows of the site: `$site` and `$zone`.
fn site_parameters(code: &str, zone: &str) -> [(String, Constant); 2] {
    [("site", code), ("zone", zone)].map(|(name, value)| (name.to_string(), Constant::Text(value.into())))
}

/// What every map of a client knows in an environment.
fn client_parameters(partner: &Partner, environment: Environment) -> BTreeMap<String, Constant> {
    let mut parameters = parameters::given(partner, environment);
    parameters.extend(site_parameters(&partner.site.code, &partner.site.zone));
    parameters
}

/// The guide of a map, its own or that of the map it extends; "" if it has none.
fn guide_of<'d>(map: &'d MapDocument, maps: &BTreeMap<&str, &'d MapDocument>) -> &'d str {
    let mut at = Some(map);
    // More layers than a map can have.
    for _ in 0..9 {
        let Some(map) = at else { break };
        let sides = map.from.iter().map(|(side, _)| side).chain(&map.to);
        let mut guides = sides.filter_map(|side| match side {
            Side::Guide(reference) => Some(reference.name.as_str()),
            Side::Canonical(_) | Side::Place(_) => None,
        });
        if let Some(name) = guides.next() {
            return name;
        }
        at = map.extends.as_ref().and_then(|base| maps.get(base.name.as_str()).copied());
    }
    ""
}

/// The client whose folder a file is in.
fn client_of(path: &str) -> Option<&str> {
    path.strip_prefix("clients/")?.split('/').next()
}

/// An endpoint belongs to others than this client. Both lines are named: the one that is marked, and that of gateway.toml.
fn foreign(endpoint: &KnownEndpoint, client: &str) -> Diagnostic {
    let place = if endpoint.place.is_empty() { "gateway.toml" } else { endpoint.place.as_str() };
    let name = &endpoint.name;
    let help =
        format!("add \"{client}\" to `clients` of `[endpoints.{name}]` ({place}), or name another endpoint");
    Diagnostic::new(Code::F007).with("name", name).help(help)
}

pub(super) struct Compiler<'a> {
    pub(super) sources: &'a Sources,
    pub(super) ids: &'a [(String, FileId)],
    pub(super) documents: &'a [Document],
    pub(super) endpoints: Option<&'a [KnownEndpoint]>,
    pub(super) keep: Keep,
    /// Tables of each client: his rows over the house's.
    pub(super) client_tables: BTreeMap<String, Tables>,
    pub(super) environment: Environment,
    pub(super) findings: &'a mut Diagnostics,
}

type Tables = BTreeMap<String, Arc<Table>>;

impl<'a> Compiler<'a> {
    pub(super) fn compile(&mut self) -> Bundle {
        let documents = self.documents;
        let shapes = documents.iter().filter_map(|document| match document {
            Document::Shape(shape) => Some(shape),
            _ => None,
        });
        let mut beyond = canonical::Names::new();
        for document in documents {
            match document {
                Document::Map(map) => canonical::collect(&map.statements, &mut beyond),
                Document::Fragment(fragment) => canonical::collect(&fragment.statements, &mut beyond),
                _ => {}
            }
        }
        let shapes = mapping::share(canonical::compile(&shapes.collect::<Vec<_>>(), &beyond, self.findings));
        let guides = GuideStore::new(documents, self.keep, self.findings);
        let (mut layouts, mut told) = (BTreeMap::new(), Diagnostics::new());
        let (in_standards, mut standards) = (self.in_standards(), Vec::new());
        guides.check(&mut told, |name, layout| {
            let guide = layout.guide();
            standards.extend(in_standards.contains(name).then(|| StandardGuide::of(guide)));
            if self.keep == Keep::All || is_answer(&guide.format, "", guide.setting("set")) {
                layouts.insert(name.to_string(), layout);
            }
        });
        self.tell_once(told);
        let house = self.tables("");
        let mut bundle = Bundle {
            hash: Sha([0; 32]),
            sources: Sources::default(),
            layouts,
            shapes,
            clients: BTreeMap::new(),
            maps: BTreeMap::new(),
            brought: MappingFiles::new(),
            standards,
            shelf: Shelf::default(),
        };
        let partners: Vec<(String, FileId)> = self
            .ids
            .iter()
            .filter_map(|(path, file)| {
                let id = path.strip_prefix("clients/")?.strip_suffix("/partner.toml")?;
                Some((id.to_string(), *file))
            })
            .collect();
        for (id, file) in partners {
            if let Some(partner) = settings::read::<Partner>(self.sources, file, self.findings) {
                let client = self.client(&id, file, partner, &guides, &house, &bundle);
                bundle.clients.insert(id, client);
            }
        }
        bundle.maps = self.other_maps(&guides, &house, &bundle);
        self.forget_consequences();
        for client in bundle.clients.values() {
            let answers =
                client.partner.acknowledge.values().filter_map(|policy| guides.layout(&policy.guide));
            let named = |layout: Arc<dyn Layout>| (layout.guide().name.clone(), layout);
            bundle.layouts.extend(client.layouts().cloned().chain(answers).map(named));
        }
        bundle
    }

    /// The guides in files of standards.
    fn in_standards(&self) -> BTreeSet<&'a str> {
        let guides = self.documents.iter().filter_map(|document| match document {
            Document::Guide(guide) => Some(&guide.name),
            _ => None,
        });
        let is_standard = |name: &&DocumentReference| {
            self.sources.file(name.span.file).path.trim_start_matches('.').starts_with("standards/")
        };
        guides.filter(is_standard).map(|name| name.name.as_str()).collect()
    }

    /// A base is compiled again under each of its overlays; what is wrong with it is said once.
    fn tell_once(&mut self, told: Diagnostics) {
        for finding in told.into_vec() {
            if !self.findings.as_slice().contains(&finding) {
                self.findings.push(finding);
            }
        }
    }

    /// A guide or table that is there but did not compile has its own findings, and so has a partner file whose client's
    /// tables were not read for it; that others do not find them is no news.
    fn forget_consequences(&mut self) {
        self.forget_tables();
        let documents = self.documents;
        let is_there = |name: &str| {
            documents
                .iter()
                .any(|document| matches!(document, Document::Guide(guide) if guide.name.name == name))
        };
        self.findings.retain(|finding| {
            finding.code != Code::G003
                || finding.argument("what") != "guide"
                || !is_there(finding.argument("name"))
        });
    }

    /// Leaves out that tables are not found whose files are there, if something else is wrong.
    fn forget_tables(&mut self) {
        let (sources, ids) = (self.sources, self.ids);
        let is_consequence = |finding: &Diagnostic| {
            let Some(label) = finding.labels.first() else { return false };
            let owner = client_of(&sources.file(label.span.file).path);
            let is_it = |path: &str| {
                let name = path.rsplit('/').next().and_then(|name| name.strip_suffix(".csv"));
                let of = client_of(path);
                name == Some(finding.argument("name")) && (of.is_none() || of == owner)
            };
            finding.code == Code::G003
                && finding.argument("what") == "table"
                && ids.iter().any(|(path, _)| is_it(path))
        };
        let is_other = |finding: &Diagnostic| finding.severity == Severity::Error && !is_consequence(finding);
        if self.findings.as_slice().iter().any(is_other) {
            self.findings.retain(|finding| !is_consequence(finding));
        }
    }

    /// Tables of a client, or with "" those outside the clients' folders.
    fn tables(&mut self, client: &str) -> Tables {
        let prefix = format!("clients/{client}/");
        let mut tables = Tables::new();
        for (path, file) in self.ids {
            let is_its_own =
                if client.is_empty() { !path.starts_with("clients/") } else { path.starts_with(&prefix) };
            if path.ends_with(".csv") && path.contains("tables/") && is_its_own {
                let table = Table::read(self.sources, *file, self.findings);
                tables.extend(table.map(|table| (table.name.clone(), Arc::new(table))));
            }
        }
        tables
    }

    fn map_sources<'s>(
        &self,
        guides: &'s GuideStore<'a>,
        shapes: &'s BTreeMap<String, Arc<Shape>>,
        tables: &'s Tables,
    ) -> MapSources<'s>
    where
        'a: 's,
    {
        let mut sources =
            MapSources { maps: BTreeMap::new(), fragments: BTreeMap::new(), guides, shapes, tables };
        for document in self.documents {
            match document {
                Document::Map(map) => {
                    sources.maps.insert(&map.name.name, map);
                }
                Document::Fragment(fragment) => {
                    sources.fragments.insert(&fragment.name.text, fragment);
                }
                _ => {}
            }
        }
        sources
    }

    fn client(
        &mut self,
        id: &str,
        file: FileId,
        partner: Partner,
        guides: &GuideStore<'a>,
        house: &Tables,
        bundle: &Bundle,
    ) -> Client {
        let mut tables = house.clone();
        for (name, own) in self.tables(id) {
            let mut own = (*own).clone();
            if let Some(base) = house.get(&name) {
                own.over(base);
            }
            tables.insert(name, Arc::new(own));
        }
        self.client_tables.insert(id.to_string(), tables.clone());
        self.zone(file, &partner);
        let syntaxes = partner.envelope.keys().chain(partner.acknowledge.keys()).chain(partner.advise.keys());
        for syntax in syntaxes.chain(partner.expect.keys()) {
            let known = crate::formats::FORMATS.iter().map(|format| format.id());
            if crate::formats::format(syntax).is_none() {
                self.name_finding(file, syntax, "syntax", syntax, known);
            }
        }
        for other in partner.envelope.values().flat_map(|named| &named.also) {
            if let Some(endpoint) = &other.acknowledge_to {
                self.endpoint(id, file, "acknowledge_to", endpoint);
            }
        }
        for kind in partner.duplicates.documents.keys().filter(|kind| !bundle.shapes.contains_key(*kind)) {
            let known = bundle.shapes.keys().map(String::as_str);
            self.name_finding(file, "duplicates.documents", "document", kind, known);
        }
        self.waivers(file, &partner);
        for (syntax, acknowledge) in &partner.acknowledge {
            self.acknowledge(file, syntax, acknowledge, guides);
            self.endpoint(id, file, "acknowledge", &acknowledge.to);
        }
        let sources = self.map_sources(guides, &bundle.shapes, &tables);
        let mut routes = Vec::new();
        for environment in Environment::ALL {
            let is_own = environment == self.environment;
            // What is wrong with the other one is told before it is used there.
            if !is_own && partner.environments.is_empty() {
                continue;
            }
            self.given(id, file, (&partner, environment), &sources);
            let parameters = client_parameters(&partner, environment);
            for receive in &partner.receive {
                self.endpoint(id, file, &receive.flow, &receive.endpoint);
                let known = self.findings.as_slice().len();
                let compiled = self.route((id, file), receive, &sources, &parameters, (guides, bundle));
                self.forget_repeated(known);
                routes.extend(compiled.into_iter().filter(|_| is_own));
            }
        }
        let mut told = Diagnostics::new();
        super::shared::check(&routes, &mut told);
        self.tell_once(told);
        let parameters = client_parameters(&partner, self.environment);
        let advise = self.advise((id, file), &partner, &sources, &parameters, guides);
        Client { id: id.to_string(), partner, routes, advise }
    }

    /// What is tolerated must be something that a guide finds. Codes that no program knows are those of its `case` lines.
    fn waivers(&mut self, file: FileId, partner: &Partner) {
        for waiver in &partner.waive {
            let code = waiver.code.as_str();
            let is_guides =
                code.starts_with('X') && !code.starts_with("X4") && !["X305", "X307", "X308"].contains(&code);
            let is_known = codes::find(code).is_some();
            if is_known == is_guides && (is_known || !code.starts_with('X')) {
                continue;
            }
            let span = self.find_text(file, code);
            let finding = Diagnostic::new(Code::F050).with("code", code);
            self.findings.push(finding.at(span, "named under `waive`"));
        }
    }

    /// What a client's messages of a syntax are acknowledged with must be an acknowledgement of that syntax.
    fn acknowledge(
        &mut self,
        file: FileId,
        syntax: &str,
        acknowledge: &Acknowledge,
        guides: &GuideStore<'_>,
    ) {
        let Some(layout) = guides.layout(&acknowledge.guide) else {
            let known = guides.names();
            return self.name_finding(file, "acknowledge", "guide", &acknowledge.guide, known.into_iter());
        };
        let guide = layout.guide();
        let is_one = guide.format == syntax && is_answer(syntax, "", guide.setting("set"));
        let has_envelopes = answering(syntax).is_some_and(Answering::answers_envelopes);
        let is_told_so = has_envelopes || acknowledge.ta1 == AcknowledgeEnvelope::default();
        let wrong = match (is_one, is_told_so) {
            (false, _) => ("guide", acknowledge.guide.as_str()),
            (true, false) => ("ta1", acknowledge.ta1.word()),
            (true, true) => return,
        };
        let span = self.find_text(file, wrong.1);
        let finding = Diagnostic::new(Code::F049).with("name", wrong.0).with("found", wrong.1);
        self.findings.push(finding.with("expected", syntax).at(span, "named under `acknowledge`"));
    }

    /// What a client is told of his documents, each with its map and the layout of its guide.
    fn advise(
        &mut self,
        (id, file): (&str, FileId),
        partner: &Partner,
        sources: &MapSources<'_>,
        parameters: &BTreeMap<String, Constant>,
        guides: &GuideStore<'_>,
    ) -> BTreeMap<String, (Arc<Plan>, Arc<dyn Layout>)> {
        let mut all = BTreeMap::new();
        for (syntax, settings) in &partner.advise {
            self.endpoint(id, file, "advise", &settings.to);
            if !sources.maps.contains_key(settings.map.as_str()) {
                self.name_finding(file, "advise", "map", &settings.map, sources.maps.keys().copied());
                continue;
            }
            let mut told = Diagnostics::new();
            let plan = mapping::compile(&settings.map, sources, parameters, &mut told);
            self.tell_once(told);
            let Some(plan) = plan else { continue };
            let is_of_advice =
                matches!(&plan.source, SideName::Canonical(name) if name == crate::gateway::advice::DOCUMENT);
            match &plan.target {
                SideName::Guide(guide) if is_of_advice => {
                    if let Some(layout) = guides.layout(guide) {
                        all.insert(syntax.clone(), (Arc::new(plan), layout));
                    }
                }
                _ => {
                    let span = self.find_text(file, &settings.map);
                    let finding = Diagnostic::new(Code::F038).with("map", &settings.map);
                    self.findings.push(finding.at(span, "named under `advise`"));
                }
            }
        }
        all
    }

    /// The parameters that a partner file gives go to maps that its flows or its own folder have.
    fn given(
        &mut self,
        id: &str,
        file: FileId,
        (partner, environment): (&Partner, Environment),
        sources: &MapSources<'_>,
    ) {
        let flows = self.documents.iter().filter_map(|document| match document {
            Document::Flow(flow) if partner.receive.iter().any(|one| one.flow == flow.name.name) => {
                Some(flow)
            }
            _ => None,
        });
        let own = sources.maps.keys().copied().filter(|name| name.split('/').next() == Some(id));
        let mut used: BTreeSet<&str> = own.collect();
        for flow in flows {
            let writes = flow.writes.iter().chain(flow.whens.iter().flat_map(|when| &when.writes));
            used.extend(writes.map(|write| write.map.name.as_str()));
            used.extend(flow.reads.iter().map(|read| read.map.name.as_str()));
        }
        let text = &self.sources.file(file).text;
        let span = |name: &str| {
            let at = text.find(&format!("\n{name} =")).map_or(0, |at| at + 1);
            crate::base::span::Span::new(file, at, at + if at == 0 { 0 } else { name.len() })
        };
        let known = self.findings.as_slice().len();
        parameters::check(&parameters::given(partner, environment), &used, sources, span, self.findings);
        self.forget_repeated(known);
    }

    /// Leaves out findings that were told among the first `known`.
    fn forget_repeated(&mut self, known: usize) {
        let told = self.findings.as_slice()[..known.min(self.findings.as_slice().len())].to_vec();
        let mut at = 0;
        self.findings.retain(|finding| {
            at += 1;
            at <= told.len() || !told.contains(finding)
        });
    }

    fn zone(&mut self, file: FileId, partner: &Partner) {
        if jiff::tz::TimeZone::get(&partner.site.zone).is_err() {
            let span = self.find_text(file, &partner.site.zone);
            self.findings.push(
                Diagnostic::new(Code::F004)
                    .with("value", &partner.site.zone)
                    .with("expected", "a time zone such as America/Los_Angeles")
                    .at(span, "no zone has this name"),
            );
        }
    }

    fn route(
        &mut self,
        (client, file): (&str, FileId),
        receive: &settings::Receive,
        sources: &MapSources<'_>,
        parameters: &BTreeMap<String, Constant>,
        (guides, bundle): (&GuideStore<'a>, &Bundle),
    ) -> Vec<Route> {
        let flows = self.documents.iter().filter_map(|document| match document {
            Document::Flow(flow) => Some(flow),
            _ => None,
        });
        let flows: BTreeMap<String, _> = flows.map(|flow| (flow.name.name.clone(), flow)).collect();
        let Some(document) = flows.get(&receive.flow) else {
            self.name_finding(file, "receive", "flow", &receive.flow, flows.keys().map(String::as_str));
            return Vec::new();
        };
        let mut routes = Vec::new();
        for read in &document.reads {
            let Some(layout) = guides.layout(&read.guide.name) else {
                let known = guides.names();
                self.findings.push(guide::unknown_document("guide", &read.guide, known.into_iter()));
                continue;
            };
            if layout.has_many_kinds() {
                self.many_kinds(&receive.flow, &read.guide.name, read.guide.span);
                continue;
            }
            let Some(plan) = self.map(&read.map, sources, parameters) else { continue };
            let SideName::Canonical(canonical) = &plan.target else { continue };
            let shape = &bundle.shapes[canonical];
            let Some(flow) = flow::compile(document, shape, sources.tables, parameters, self.findings) else {
                continue;
            };
            let writes = self.writes(client, (document, &flow), sources, parameters, guides);
            if writes.len() == flow.writes.len() {
                routes.push(Route {
                    endpoint: receive.endpoint.clone(),
                    layout,
                    read: plan,
                    flow: Arc::new(flow),
                    writes,
                });
            }
        }
        routes
    }

    /// What a flow writes, each with its map and the layout of its guide; those that are not sound are left out.
    fn writes(
        &mut self,
        client: &str,
        (document, flow): (&language::syntax::FlowDocument, &flow::Flow),
        sources: &MapSources<'_>,
        parameters: &BTreeMap<String, Constant>,
        guides: &GuideStore<'a>,
    ) -> Vec<(Arc<Plan>, Arc<dyn Layout>)> {
        let mut writes = Vec::new();
        let lines = document.writes.iter().chain(document.whens.iter().flat_map(|when| &when.writes));
        for (line, (_, write)) in lines.zip(&flow.writes) {
            self.endpoint_at(client, line.endpoint.span, &flow.name, &write.endpoint);
            let span = |name: &str| {
                let word = line.parameters.iter().find(|(word, _)| word.text == name);
                word.map_or(line.span, |(word, _)| word.span)
            };
            let (written, used) = (&write.parameters, BTreeSet::from([line.map.name.as_str()]));
            if sources.maps.contains_key(line.map.name.as_str()) {
                parameters::check(written, &used, sources, span, self.findings);
            }
            let mut parameters = parameters.clone();
            parameters.extend(written.clone());
            let Some(plan) = self.map(&line.map, sources, &parameters) else { continue };
            if let SideName::Guide(guide) = &plan.target
                && let Some(layout) = guides.layout(guide)
            {
                if matches!(write.per, flow::Per::Source | flow::Per::Collected(_)) && layout.holds_one() {
                    let finding = Diagnostic::new(Code::F008).with("map", &write.map).with("guide", guide);
                    self.findings.push(finding.at(line.span, "several would stand in one file"));
                }
                if layout.has_many_kinds() {
                    self.many_kinds(&flow.name, guide, line.span);
                }
                writes.push((plan, layout));
            }
        }
        writes
    }

    fn many_kinds(&mut self, flow: &str, guide: &str, span: Span) {
        let finding = Diagnostic::new(Code::F015).with("guide", guide).with("flow", flow);
        self.findings.push(finding.at(span, "no `set` says which"));
    }

    fn map(
        &mut self,
        reference: &language::syntax::DocumentReference,
        sources: &MapSources<'_>,
        parameters: &BTreeMap<String, Constant>,
    ) -> Option<Arc<Plan>> {
        if !sources.maps.contains_key(reference.name.as_str()) {
            let known = sources.maps.keys().copied();
            self.findings.push(guide::unknown_document("map", reference, known));
            return None;
        }
        let mut told = Diagnostics::new();
        let plan = mapping::compile(&reference.name, sources, parameters, &mut told);
        self.tell_once(told);
        plan.map(Arc::new)
    }

    /// Every map once outside of any client, so that one that nobody uses yet is checked as well. Maps of one guide are
    /// compiled one after the other, so that it is made once; what is wrong with them is told in the order of documents.
    fn other_maps(
        &mut self,
        guides: &GuideStore<'a>,
        house: &Tables,
        bundle: &Bundle,
    ) -> BTreeMap<String, Arc<Plan>> {
        let documents = self.documents.iter().filter_map(|document| match document {
            Document::Map(map) => Some(map),
            _ => None,
        });
        let documents: Vec<&MapDocument> = documents.collect();
        let every = self.map_sources(guides, &bundle.shapes, house).maps;
        let mut order: Vec<usize> = (0..documents.len()).collect();
        order.sort_by_key(|&at| guide_of(documents[at], &every));
        let mut maps = BTreeMap::new();
        let mut told: Vec<Diagnostics> = Vec::new();
        told.resize_with(documents.len(), Diagnostics::new);
        for at in order {
            let name = &documents[at].name.name;
            let plan = self.other_map(name, (guides, house, bundle), &mut told[at]);
            if let Some(plan) = plan.filter(|_| self.keep == Keep::All) {
                maps.insert(name.clone(), Arc::new(plan));
            }
        }
        told.into_iter().for_each(|told| self.tell_once(told));
        maps
    }

    fn other_map(
        &self,
        name: &str,
        (guides, house, bundle): (&GuideStore<'a>, &Tables, &Bundle),
        findings: &mut Diagnostics,
    ) -> Option<Plan> {
        let client = name.split('/').next().unwrap_or("");
        let tables = self.client_tables.get(client).unwrap_or(house);
        let mut parameters: BTreeMap<String, Constant> = site_parameters("SITE", "UTC").into();
        if let Some(client) = bundle.clients.get(client) {
            parameters.extend(client_parameters(&client.partner, self.environment));
        }
        mapping::compile(name, &self.map_sources(guides, &bundle.shapes, tables), &parameters, findings)
    }

    // ------------------------------------------------------------------------------------------ names

    fn endpoint(&mut self, client: &str, file: FileId, flow: &str, name: &str) {
        let span = self.find_text(file, name);
        self.endpoint_at(client, span, flow, name);
    }

    /// A client's flow or partner file names an endpoint: it must be there, and be the client's too.
    fn endpoint_at(&mut self, client: &str, span: Span, flow: &str, name: &str) {
        let Some(known) = self.endpoints else { return };
        let finding = match known.iter().find(|known| known.name == name) {
            Some(known) if known.clients.is_empty() || known.clients.iter().any(|one| one == client) => {
                return;
            }
            Some(known) => foreign(known, client)
                .at(span, format!("`{client}` is not among its clients: {}", known.clients.join(", "))),
            None => {
                let finding = Diagnostic::new(Code::F006)
                    .with("flow", flow)
                    .with("what", "endpoint")
                    .with("name", name)
                    .at(span, "not in gateway.toml");
                match suggest::nearest(name, known.iter().map(|known| known.name.as_str())) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding,
                }
            }
        };
        if !self.findings.as_slice().contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn name_finding<'n>(
        &mut self,
        file: FileId,
        section: &str,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) {
        let span = self.find_text(file, name);
        let finding = Diagnostic::new(Code::G003)
            .with("what", what)
            .with("name", name)
            .at(span, format!("named under `{section}`"));
        self.findings.push(match suggest::nearest(name, known) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding,
        });
    }

    /// Where a text first stands in a file, for findings about its value.
    fn find_text(&self, file: FileId, text: &str) -> Span {
        let all = &self.sources.file(file).text;
        // As a value, or as the last part of a table's name.
        let found = all.find(&format!("\"{text}\"")).or_else(|| all.find(&format!(".{text}]")));
        match found {
            Some(at) => Span::new(file, at + 1, at + 1 + text.len()),
            None => Span::new(file, 0, 0),
        }
    }
}
