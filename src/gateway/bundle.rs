//! The active configuration as one thing: all guides, maps, flows, tables and partner files, compiled, checked and
//! tied together, identified by the hash of their bytes. What is not sound is never used.

use super::guides::GuideStore;
use super::parameters;
use super::settings::{self, Environment, Partner};
use crate::base::files::{Files, read_whole};
use crate::base::hash::{Sha, ShaHasher};
use crate::base::span::{FileId, Sources, Span};
use crate::canonical;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, suggest};
use crate::exchange::answering::is_answer;
use crate::formats::Layout;
use crate::guide;
use crate::language;
use crate::language::syntax::{Document, MapDocument, Side};
use crate::mapping::flow::{self, Flow};
use crate::mapping::tables::Table;
use crate::mapping::{self, Constant, Guides, MapSources, Plan, SideName};
use crate::tree::Shape;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Largest mapping file.
pub const FILE_BYTES_MAX: usize = 16 << 20;

/// The files of a mappings folder: path relative to it, with `/`, and text.
pub type MappingFiles = BTreeMap<String, String>;

/// A compiled configuration.
pub struct Bundle {
    /// Identity: the hash of all paths and texts.
    pub hash: Sha,
    /// The files, for findings that point into them.
    pub sources: Sources,
    /// Layouts of guides by name: of all that are sound, or of those that are used.
    pub layouts: BTreeMap<String, Arc<dyn Layout>>,
    /// Canonical documents by name.
    pub shapes: BTreeMap<String, Arc<Shape>>,
    /// Clients by the name of their folder.
    pub clients: BTreeMap<String, Client>,
    /// Maps compiled outside of any route, for trying them out: with the zone UTC. None if what is not used is not kept.
    pub maps: BTreeMap<String, Arc<Plan>>,
}

/// What of a configuration stays once it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// All of it, for tools that look at any guide and map.
    All,
    /// What the routes of clients use, and the guides of answers. All of it was checked.
    Used,
}

/// A client.
pub struct Client {
    /// The name of his folder.
    pub id: String,
    /// His partner file.
    pub partner: Partner,
    /// What is done with what arrives.
    pub routes: Vec<Route>,
}

/// One guide that may arrive at an endpoint of a client, with what is done with it.
pub struct Route {
    /// Where it arrives.
    pub endpoint: String,
    /// The guide it is read by.
    pub layout: Arc<dyn Layout>,
    /// The map it is read with.
    pub read: Arc<Plan>,
    /// Where its documents go.
    pub flow: Arc<Flow>,
    /// Map and guide of each of the flow's writes, in their order.
    pub writes: Vec<(Arc<Plan>, Arc<dyn Layout>)>,
}

impl Client {
    /// The layouts that his routes read and write by.
    fn layouts(&self) -> impl Iterator<Item = &Arc<dyn Layout>> {
        let read = self.routes.iter().map(|route| &route.layout);
        read.chain(self.routes.iter().flat_map(|route| &route.writes).map(|(_, layout)| layout))
    }
}

impl Route {
    /// The message type it takes: `940`, or the guide's name for flat files.
    pub fn kind(&self) -> &str {
        match self.layout.guide().setting("set") {
            "" => &self.layout.guide().name,
            set => set,
        }
    }
}

/// Folders that hold cases: samples and what becomes of them, which are no part of the configuration.
pub const CASES_FOLDER: &str = "tests";

/// Reads a mappings folder. Names that begin with a dot are left out, files of no known kind, and cases.
pub fn read_files(files: &dyn Files, folder: &Path) -> std::io::Result<MappingFiles> {
    let mut found = MappingFiles::new();
    read_folder(files, folder, "", &mut found)?;
    Ok(found)
}

fn read_folder(
    files: &dyn Files,
    folder: &Path,
    prefix: &str,
    found: &mut MappingFiles,
) -> std::io::Result<()> {
    for entry in files.list(folder)? {
        let Some(name) = entry.name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let path = format!("{prefix}{name}");
        if entry.is_directory && name != CASES_FOLDER {
            read_folder(files, &folder.join(name), &format!("{path}/"), found)?;
        } else if entry.is_file && is_mapping(name) {
            let bytes = read_whole(files, &folder.join(name), FILE_BYTES_MAX)?;
            found.insert(path, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    Ok(())
}

/// Whether a file of this name belongs to a mappings folder.
pub fn is_mapping(name: &str) -> bool {
    KINDS.iter().any(|kind| name.ends_with(kind))
}

const KINDS: [&str; 6] = [".shape", ".guide", ".map", ".flow", ".csv", "partner.toml"];

/// The file that names the environment of a configuration, beside those of the folder: a folder has none of this name, as
/// names that begin with a dot are left out. So the environment is stored with the files, and is part of their hash.
const ENVIRONMENT_FILE: &str = ".environment";
const TEST: &str = "test";

/// The files of a mappings folder as they hold in an environment.
pub fn in_environment(files: &MappingFiles, environment: Environment) -> MappingFiles {
    let mut files = files.clone();
    if environment == Environment::Test {
        files.insert(ENVIRONMENT_FILE.into(), TEST.into());
    }
    files
}

/// Compiles a configuration and keeps all of it: see [`compile_and_keep`].
pub fn compile(files: &MappingFiles, endpoints: Option<&[String]>) -> (Option<Bundle>, Sources, Diagnostics) {
    compile_and_keep(Keep::All, files, endpoints)
}

/// Compiles a configuration. Every finding of every file comes in one run; `None` if one of them is an error.
/// `endpoints` are the names that flows and partner files may use; `None` if they are not known, as when only a
/// mappings folder is checked.
pub fn compile_and_keep(
    keep: Keep,
    files: &MappingFiles,
    endpoints: Option<&[String]>,
) -> (Option<Bundle>, Sources, Diagnostics) {
    let mut sources = Sources::default();
    let mut findings = Diagnostics::new();
    let ids: Vec<(String, FileId)> =
        files.iter().map(|(path, text)| (path.clone(), sources.add(path.clone(), text.clone()))).collect();
    // What is said about a file in two bytes a character says nothing about what its author wrote.
    let ids: Vec<(String, FileId)> =
        ids.into_iter().filter(|(_, file)| encoding(&sources, *file, &mut findings)).collect();
    let documents: Vec<Document> = ids
        .iter()
        .filter(|(path, _)| [".shape", ".guide", ".map", ".flow"].iter().any(|kind| path.ends_with(kind)))
        .flat_map(|(_, file)| language::parse(&sources, *file, &mut findings))
        .collect();
    let client_tables = BTreeMap::new();
    let compiled = Compiler {
        sources: &sources,
        ids: &ids,
        documents: &documents,
        endpoints,
        keep,
        client_tables,
        environment: match files.contains_key(ENVIRONMENT_FILE) {
            true => Environment::Test,
            false => Environment::Production,
        },
        findings: &mut findings,
    }
    .compile();
    let bundle =
        (!findings.has_errors()).then(|| Bundle { hash: hash(files), sources: sources.clone(), ..compiled });
    (bundle, sources, findings)
}

/// Says that a file is not UTF-8. `false` if nothing in it can be read.
fn encoding(sources: &Sources, file: FileId, findings: &mut Diagnostics) -> bool {
    let text = sources.file(file).text.as_str();
    let is_wide = text.contains('\0');
    let Some(at) = text.find(char::REPLACEMENT_CHARACTER).or(is_wide.then_some(0)) else { return true };
    let character = text[at..].chars().next().map_or(0, char::len_utf8);
    let span = crate::base::span::Span::new(file, at, at + character);
    let label = if is_wide { "it looks like UTF-16" } else { "the first character that cannot be read" };
    findings.push(Diagnostic::new(Code::L021).at(span, label));
    !is_wide
}

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

fn hash(files: &MappingFiles) -> Sha {
    let mut hasher = ShaHasher::new();
    for (path, text) in files {
        for part in [path, text] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hasher.finish()
}

struct Compiler<'a> {
    sources: &'a Sources,
    ids: &'a [(String, FileId)],
    documents: &'a [Document],
    endpoints: Option<&'a [String]>,
    keep: Keep,
    /// Tables of each client: his rows over the house's.
    client_tables: BTreeMap<String, Tables>,
    environment: Environment,
    findings: &'a mut Diagnostics,
}

type Tables = BTreeMap<String, Arc<Table>>;

impl<'a> Compiler<'a> {
    fn compile(&mut self) -> Bundle {
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
        guides.check(&mut told, |name, layout| {
            let guide = layout.guide();
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

    /// A base is compiled again under each of its overlays; what is wrong with it is said once.
    fn tell_once(&mut self, told: Diagnostics) {
        for finding in told.into_vec() {
            if !self.findings.as_slice().contains(&finding) {
                self.findings.push(finding);
            }
        }
    }

    /// A guide that is there but did not compile has its own findings; that others do not find it is no news.
    fn forget_consequences(&mut self) {
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
        let syntaxes = partner.envelope.keys().chain(partner.acknowledge.keys());
        for syntax in syntaxes.chain(partner.expect.keys()) {
            let known = crate::formats::FORMATS.iter().map(|format| format.id());
            if crate::formats::format(syntax).is_none() {
                self.name_finding(file, syntax, "syntax", syntax, known);
            }
        }
        for other in partner.envelope.values().flat_map(|named| &named.also) {
            if let Some(endpoint) = &other.acknowledge_to {
                self.endpoint(file, "acknowledge_to", endpoint);
            }
        }
        for acknowledge in partner.acknowledge.values() {
            if guides.layout(&acknowledge.guide).is_none() {
                let known = guides.names();
                self.name_finding(file, "acknowledge", "guide", &acknowledge.guide, known.into_iter());
            }
            self.endpoint(file, "acknowledge", &acknowledge.to);
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
                self.endpoint(file, &receive.flow, &receive.endpoint);
                let known = self.findings.as_slice().len();
                let compiled = self.route(file, receive, &sources, &parameters, (guides, bundle));
                self.forget_repeated(known);
                routes.extend(compiled.into_iter().filter(|_| is_own));
            }
        }
        Client { id: id.to_string(), partner, routes }
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
        file: FileId,
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
            let writes = self.writes((document, &flow), sources, parameters, guides);
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
        (document, flow): (&language::syntax::FlowDocument, &flow::Flow),
        sources: &MapSources<'_>,
        parameters: &BTreeMap<String, Constant>,
        guides: &GuideStore<'a>,
    ) -> Vec<(Arc<Plan>, Arc<dyn Layout>)> {
        let mut writes = Vec::new();
        let lines = document.writes.iter().chain(document.whens.iter().flat_map(|when| &when.writes));
        for (line, (_, write)) in lines.zip(&flow.writes) {
            self.endpoint_at(line.endpoint.span, &flow.name, &write.endpoint);
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

    fn endpoint(&mut self, file: FileId, flow: &str, name: &str) {
        let span = self.find_text(file, name);
        self.endpoint_at(span, flow, name);
    }

    fn endpoint_at(&mut self, span: crate::base::span::Span, flow: &str, name: &str) {
        let Some(known) = self.endpoints else { return };
        if known.iter().any(|known| known == name) {
            return;
        }
        let finding = Diagnostic::new(Code::F006)
            .with("flow", flow)
            .with("what", "endpoint")
            .with("name", name)
            .at(span, "not in gateway.toml");
        let near = suggest::nearest(name, known.iter().map(String::as_str));
        let finding = match near {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding,
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
        let found = self.sources.file(file).text.find(&format!("\"{text}\""));
        match found {
            Some(at) => Span::new(file, at + 1, at + 1 + text.len()),
            None => Span::new(file, 0, 0),
        }
    }
}
