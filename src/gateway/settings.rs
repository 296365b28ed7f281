//! Partner files and `gateway.toml`: who a client is, where files come from and go to.

use crate::base::clock::parse_duration;
use crate::base::span::{FileId, Sources, Span};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, suggest};
use crate::exchange::answering::{Detail, Receipt, Wanted};
use crate::exchange::repeats::{OnOther, OnSame};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// `partner.toml`: everything about a client that is not the meaning of a message.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// The client as the warehouse calls him: `client` in every document.
    pub client: String,
    /// For people.
    pub name: String,
    /// `P` or `T`: what the usage indicator of his messages must be.
    #[serde(default = "production")]
    pub usage: String,
    /// The site that works for him.
    pub site: Site,
    /// His and our ids in envelopes, by syntax: `[envelope.x12]`, `[envelope.edifact]`.
    #[serde(default)]
    pub envelope: BTreeMap<String, EnvelopeIdentities>,
    /// Where control numbers start.
    #[serde(default)]
    pub numbers: Numbers,
    /// How his messages are acknowledged, by syntax: `[acknowledge.x12]`, `[acknowledge.edifact]`.
    #[serde(default)]
    pub acknowledge: BTreeMap<String, Acknowledge>,
    /// How he is told what became of the documents in his messages, by syntax: `[advise.x12]`.
    #[serde(default)]
    pub advise: BTreeMap<String, Advise>,
    /// What we expect of him for what we send, by syntax.
    #[serde(default)]
    pub expect: BTreeMap<String, Expect>,
    /// When a repeated control number is a repeat.
    #[serde(default)]
    pub duplicates: Duplicates,
    /// Known faults of his that are tolerated for a time.
    #[serde(default)]
    pub waive: Vec<Waiver>,
    /// Which flow takes what arrives where.
    #[serde(default)]
    pub receive: Vec<Receive>,
    /// Parameters of maps, over the maps' own.
    #[serde(default)]
    pub parameters: BTreeMap<String, ParameterValue>,
    /// What is different in one environment: `[environments.test.parameters]`.
    #[serde(default)]
    pub environments: BTreeMap<Environment, EnvironmentSettings>,
}

/// Where a gateway stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Goods move.
    #[default]
    Production,
    /// Nothing that goes out counts.
    Test,
}

impl Environment {
    /// All of them.
    pub const ALL: [Environment; 2] = [Environment::Production, Environment::Test];
}

/// `[environments.NAME]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentSettings {
    /// Parameters of maps, over those of all environments.
    #[serde(default)]
    pub parameters: BTreeMap<String, ParameterValue>,
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum ParameterValue {
    /// Text.
    Text(String),
    /// Truth.
    Bool(bool),
    /// A whole number.
    Whole(i64),
    /// A number with a point.
    Number(f64),
}

fn production() -> String {
    "P".into()
}

/// A site.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Its code.
    pub code: String,
    /// Its IANA zone: `$zone` in maps.
    pub zone: String,
}

/// How both sides are named in the envelopes of one syntax: ISA05 to ISA08, GS02 and GS03; UNB S002 and S003.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvelopeIdentities {
    /// Qualifier of his id.
    #[serde(default)]
    pub their_qualifier: String,
    /// His id.
    pub their_id: String,
    /// His application code in groups; his id if absent.
    #[serde(default)]
    pub their_group_id: String,
    /// Qualifier of our id.
    #[serde(default)]
    pub our_qualifier: String,
    /// Our id.
    pub our_id: String,
    /// Our application code in groups; our id if absent.
    #[serde(default)]
    pub our_group_id: String,
    /// Others who send for this client, such as his suppliers.
    #[serde(default)]
    pub also: Vec<AlsoSends>,
    /// Further ids of ours that he may send to. What we send carries `our_id`.
    #[serde(default)]
    pub also_ours: Vec<AlsoOurs>,
}

/// Another id of ours in what a client sends: `[[envelope.idoc.also_ours]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlsoOurs {
    /// Qualifier of the id.
    #[serde(default)]
    pub qualifier: String,
    /// The id.
    pub id: String,
}

/// Someone else who sends for a client: `[[envelope.edifact.also]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlsoSends {
    /// For people.
    pub name: String,
    /// Qualifier of the id.
    #[serde(default)]
    pub qualifier: String,
    /// The id.
    pub id: String,
    /// The endpoint of his acknowledgements, if they do not go where the client's go.
    pub acknowledge_to: Option<String>,
}

impl EnvelopeIdentities {
    /// The one among the others who is called `qualifier:id`.
    pub fn also(&self, sender: &str) -> Option<&AlsoSends> {
        let (qualifier, id) = sender.split_once(':').unwrap_or(("", sender));
        self.also.iter().find(|other| (other.qualifier.as_str(), other.id.as_str()) == (qualifier, id))
    }
}

/// Where numbering starts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    /// First interchange control number we send him; groups take the number of their interchange.
    pub interchange_first: u64,
}

impl Default for Numbers {
    fn default() -> Self {
        Numbers { interchange_first: 1 }
    }
}

/// How messages are acknowledged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledge {
    /// The guide of the acknowledgement: `x12/004010/997`.
    pub guide: String,
    /// The endpoint it goes to.
    pub to: String,
    /// How much it says where the syntax leaves that open: `refused`, `all` or `receipt`.
    #[serde(default)]
    pub detail: AcknowledgeDetail,
    /// What is acknowledged at all: `always`, `noted` or `refused`.
    #[serde(default)]
    pub when: AcknowledgeWhen,
    /// X12: when a TA1 goes out: `refused`, `requested` or `always`.
    #[serde(default)]
    pub ta1: AcknowledgeEnvelope,
    /// How long acknowledgements are collected to leave in one file; at once if absent.
    #[serde(default, deserialize_with = "some_duration")]
    pub every: Option<Duration>,
}

/// Which interchanges are acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AcknowledgeWhen {
    /// All.
    #[default]
    Always,
    /// Those in which something was noted or refused.
    Noted,
    /// Those of which something was refused.
    Refused,
}

/// When an interchange is acknowledged as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AcknowledgeEnvelope {
    /// When it is refused as a whole.
    #[default]
    Refused,
    /// When its sender asks for it, too.
    Requested,
    /// Always.
    Always,
}

impl AcknowledgeEnvelope {
    /// The word in the partner file.
    pub const fn word(self) -> &'static str {
        match self {
            AcknowledgeEnvelope::Refused => "refused",
            AcknowledgeEnvelope::Requested => "requested",
            AcknowledgeEnvelope::Always => "always",
        }
    }
}

/// How much an acknowledgement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AcknowledgeDetail {
    /// What is refused.
    #[default]
    Refused,
    /// Every message.
    All,
    /// Only that the interchange came in.
    Receipt,
}

impl Acknowledge {
    /// The same as the policy of acknowledgements names it.
    pub fn wanted(&self) -> Wanted {
        let detail = match self.detail {
            AcknowledgeDetail::Refused => Detail::Refused,
            AcknowledgeDetail::All => Detail::All,
            AcknowledgeDetail::Receipt => Detail::Receipt,
        };
        let receipt = match self.ta1 {
            AcknowledgeEnvelope::Refused => Receipt::Refused,
            AcknowledgeEnvelope::Requested => Receipt::Requested,
            AcknowledgeEnvelope::Always => Receipt::Always,
        };
        Wanted { detail, receipt }
    }
}

/// How a partner is told what became of a document that could be read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advise {
    /// The map that writes it, from the canonical document `application_advice`: `house/824`.
    pub map: String,
    /// The endpoint it goes to.
    pub to: String,
    /// Which documents he is told of.
    #[serde(default)]
    pub when: AdviseWhen,
}

/// Which documents a partner is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AdviseWhen {
    /// Those that are refused.
    #[default]
    Refused,
    /// Those too in which something was noted, and that are acted on all the same.
    Noted,
}

/// What a partner owes us for what we send: `[expect.x12]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// How long after we put a file there its acknowledgement may take; then an alarm is raised.
    #[serde(deserialize_with = "duration")]
    pub acknowledgement_within: Duration,
}

/// The duplicate policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duplicates {
    /// How long a control number and the number of a document are remembered.
    #[serde(default = "remembered", deserialize_with = "duration")]
    pub window: Duration,
    /// What is done with a file without a control number whose bytes came before.
    #[serde(default)]
    pub same_bytes: SameBytes,
    /// What is done with documents that came before, by kind: `[duplicates.documents.outbound_order]`.
    #[serde(default)]
    pub documents: BTreeMap<String, DocumentDuplicates>,
}

fn remembered() -> Duration {
    Duration::from_secs(400 * 24 * 3600)
}

impl Default for Duplicates {
    fn default() -> Self {
        Duplicates { window: remembered(), same_bytes: SameBytes::default(), documents: BTreeMap::new() }
    }
}

/// What is done with a file without a control number whose bytes came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SameBytes {
    /// It is flagged, and its documents are judged one by one.
    #[default]
    Process,
    /// It is a duplicate as a whole.
    Duplicate,
}

/// What is done with documents of one kind that came before.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentDuplicates {
    /// The same content under the same number: `process`, `hold` or `duplicate`.
    pub same: Option<OnSame>,
    /// Other content under the same number: `process` or `hold`.
    pub other: Option<OnOther>,
}

/// A known fault that is tolerated: `[[waive]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Code of the finding, as it is shown.
    pub code: String,
    /// Where: `W01`, `W01.02`, `NAD.02.01`; anywhere if absent.
    pub at: Option<String>,
    /// The kind of message; any if absent.
    pub of: Option<String>,
    /// Why, for people.
    pub reason: String,
    /// The last day it is tolerated, at the client's site.
    #[serde(deserialize_with = "day")]
    pub until: jiff::civil::Date,
}

impl Waiver {
    /// What is tolerated, for people: `X207 at W01.02 of 940`.
    pub fn shown(&self) -> String {
        let part = |word: &str, value: &Option<String>| {
            value.as_ref().map(|value| format!(" {word} {value}")).unwrap_or_default()
        };
        format!("{}{}{}", self.code, part("at", &self.at), part("of", &self.of))
    }
}

/// `[[receive]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receive {
    /// Where files arrive.
    pub endpoint: String,
    /// The flow that takes them.
    pub flow: String,
}

/// `gateway.toml`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewaySettings {
    /// Folder of the ledger, the spool, the archive and the quarantine, relative to the file.
    pub data: String,
    /// Folder of the mappings.
    pub mappings: String,
    /// Which values of parameters hold.
    #[serde(default)]
    pub environment: Environment,
    /// How long a file that stops before its end may wait for the rest.
    #[serde(default = "incomplete_after", deserialize_with = "duration")]
    pub incomplete_after: Duration,
    /// Endpoints by name.
    #[serde(default)]
    pub endpoints: BTreeMap<String, Endpoint>,
}

fn incomplete_after() -> Duration {
    Duration::from_secs(15 * 60)
}

/// In or out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Files are taken away from there.
    In,
    /// Files are put there.
    Out,
}

/// A place files come from or go to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// `folder` or `sftp`.
    pub kind: EndpointKind,
    /// In or out.
    pub direction: Direction,
    /// Folder: relative to gateway.toml. SFTP: as the server names it.
    pub path: String,
    /// The clients whose files these are.
    #[serde(default)]
    pub clients: Vec<String>,
    /// Which names are taken: `*.edi`; everything if absent.
    pub files: Option<String>,
    /// How long a file must not have changed.
    #[serde(default = "settle", deserialize_with = "duration")]
    pub settle: Duration,
    /// Suffix of the file that says another one is complete: `.done`.
    pub trigger: Option<String>,
    /// How often it is listed.
    #[serde(default = "poll", deserialize_with = "duration")]
    pub poll: Duration,
    /// Template of the names of files put there.
    #[serde(default, deserialize_with = "template")]
    pub file_name: Option<String>,
    /// SFTP: the server.
    pub host: Option<String>,
    /// SFTP: its port.
    #[serde(default = "ssh_port")]
    pub port: u16,
    /// SFTP: the account.
    pub user: Option<String>,
    /// SFTP: where the password is.
    pub password: Option<SecretReference>,
    /// SFTP: where the private key is.
    pub key: Option<SecretReference>,
    /// SFTP: where the key's passphrase is.
    pub passphrase: Option<SecretReference>,
    /// SFTP: fingerprints the server may show, `SHA256:…`.
    #[serde(default)]
    pub host_keys: Vec<String>,
}

impl Endpoint {
    /// Whether documents of a client may come or go here. An endpoint that names nobody is everybody's.
    pub fn is_for(&self, client: &str) -> bool {
        self.clients.is_empty() || self.clients.iter().any(|name| name == client)
    }
}

/// An endpoint of gateway.toml, as flows and partner files see it.
#[derive(Debug, Clone, Default)]
pub struct KnownEndpoint {
    /// Its name.
    pub name: String,
    /// The clients whose files these are; everybody's if there are none.
    pub clients: Vec<String>,
    /// Where gateway.toml says so, for people; empty if that is not known.
    pub place: String,
}

impl From<&str> for KnownEndpoint {
    /// An endpoint that is everybody's.
    fn from(name: &str) -> Self {
        KnownEndpoint { name: name.into(), ..KnownEndpoint::default() }
    }
}

impl GatewaySettings {
    /// The endpoints; `place` says for people where gateway.toml has the clients of the endpoint of this name.
    pub fn known_endpoints(&self, place: impl Fn(&str) -> String) -> Vec<KnownEndpoint> {
        let known = |(name, endpoint): (&String, &Endpoint)| KnownEndpoint {
            name: name.clone(),
            clients: endpoint.clients.clone(),
            place: place(name),
        };
        self.endpoints.iter().map(known).collect()
    }
}

/// The line of gateway.toml with the clients of an endpoint, else the one its table begins with; 0 if there is none.
pub fn clients_line(text: &str, endpoint: &str) -> usize {
    let heads = [format!("[endpoints.{endpoint}]"), format!("[endpoints.\"{endpoint}\"]")];
    let mut lines = (1..).zip(text.lines().map(str::trim));
    let Some((head, _)) = lines.find(|(_, line)| heads.iter().any(|head| line.starts_with(head.as_str())))
    else {
        return 0;
    };
    let mut own = lines.take_while(|(_, line)| !line.starts_with('['));
    own.find(|(_, line)| line.starts_with("clients")).map_or(head, |(number, _)| number)
}

fn settle() -> Duration {
    Duration::from_secs(2)
}

fn poll() -> Duration {
    Duration::from_secs(30)
}

fn ssh_port() -> u16 {
    22
}

/// The kind of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EndpointKind {
    /// A folder of this machine.
    Folder,
    /// An SFTP server.
    Sftp,
}

/// Where a secret is; never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretReference {
    /// An environment variable.
    pub env: Option<String>,
    /// A file.
    pub file: Option<String>,
}

/// Reads a TOML file. What is wrong is a finding at its place, and the result is `None`.
pub fn read<'t, T: Deserialize<'t>>(
    sources: &'t Sources,
    file: FileId,
    findings: &mut Diagnostics,
) -> Option<T> {
    match toml::from_str(&sources.file(file).text) {
        Ok(value) => Some(value),
        Err(error) => {
            let range = error.span().unwrap_or(0..0);
            let span = Span::new(file, range.start, range.end.max(range.start));
            let text = &sources.file(file).text;
            let finding = unknown_setting(error.message(), &text[..range.start.min(text.len())]);
            findings.push(match finding {
                Some(finding) => finding.at(span, "no such setting"),
                None => Diagnostic::new(Code::F002)
                    .with("text", error.message().replace('\n', "; "))
                    .at(span, "here"),
            });
            None
        }
    }
}

/// A key that no setting has, as the reader of TOML tells of it; `before` is the text in front of the key.
fn unknown_setting(message: &str, before: &str) -> Option<Diagnostic> {
    let rest = message.strip_prefix("unknown field `")?;
    let (name, known) = rest.split_once('`')?;
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    let table = before.lines().rev().map(str::trim).find(|line| line.starts_with('['));
    let what = table
        .map_or("this file".into(), |line| format!("`{}`", line.split('#').next().unwrap_or(line).trim()));
    let finding = Diagnostic::new(Code::F005).with("name", name).with("what", what);
    Some(match suggest::nearest(name, known.iter().copied()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help(format!("the settings here are {}", known.join(", "))),
    })
}

fn duration<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).ok_or_else(|| {
        serde::de::Error::custom(format!("`{text}` is not a time such as 500ms, 30s, 15m, 24h or 14d"))
    })
}

fn day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<jiff::civil::Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| serde::de::Error::custom(format!("`{text}` is not a day such as 2027-03-31")))
}

fn template<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match super::names::fault(&text) {
        Some(why) => Err(serde::de::Error::custom(why)),
        None => Ok(Some(text)),
    }
}

fn some_duration<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    duration(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_of_names_is_refused_at_its_place() {
        let mut sources = Sources::default();
        let text = "data = \"data\"\nmappings = \"mappings\"\n[endpoints.out]\nkind = \"folder\"\n\
                    direction = \"out\"\npath = \"out\"\nfile_name = \"{kind}_{po}_{delivery}.edi\"\n";
        let file = sources.add("gateway.toml", text);
        let mut findings = Diagnostics::new();
        assert!(read::<GatewaySettings>(&sources, file, &mut findings).is_none());
        let finding = &findings.as_slice()[0];
        assert_eq!(sources.path_line(finding.labels[0].span), ("gateway.toml".into(), 7));
        assert!(
            finding.title().contains("`{po}` is nothing that a file name is made of"),
            "{}",
            finding.title()
        );
    }

    #[test]
    fn an_unknown_setting_is_refused_at_its_place() {
        let mut sources = Sources::default();
        let file = sources.add("gateway.toml", "data = \"data\"\nmappings = \"mappings\"\nlimit = 3\n");
        let mut findings = Diagnostics::new();
        assert!(read::<GatewaySettings>(&sources, file, &mut findings).is_none());
        let finding = &findings.as_slice()[0];
        assert_eq!(sources.path_line(finding.labels[0].span), ("gateway.toml".into(), 3));
    }
}
