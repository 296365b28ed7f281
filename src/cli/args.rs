//! The commands and their options, from which help and `docs/commands.md` are made.

use super::ids::Id;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// EDI and flat-file translation gateway: exactly-once file exchange between ERPs and a warehouse
#[derive(Debug, Parser)]
#[command(name = "crossdock", version, after_help = TRY_FIRST, disable_help_subcommand = true)]
pub struct Cli {
    /// Output for people, or JSON for machines
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
}

const TRY_FIRST: &str = "\
Try first:
  crossdock demo                                                 a complete example: a client, a warehouse, messages
  crossdock check mappings                                       compile everything, all findings at once
  crossdock translate order.edi --read brightwick/940-order      a message as a canonical document

Exit status: 0 fine, 1 findings in your data, 2 wrong use, 3 the machine failed";

/// How output looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text and tables
    Human,
    /// One JSON document on stdout
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lay out an example workspace, run the gateway on it and drop messages into it
    Demo(Demo),
    /// Run the gateway
    Run(Run),
    /// Compile all guides, maps, flows, tables and partner files; show all findings at once
    Check(Check),
    /// Lay out shapes, guides, maps and flows: blanks only, so that lines stand under each other
    Fmt(Fmt),
    /// Tell what files are: syntax, delimiters, characters, envelopes, a readable tree, what is odd
    Inspect(Inspect),
    /// Check a file against the guide that fits, or a named one, and show the acknowledgement its sender would get
    Validate(Validate),
    /// Read a file with a map: canonical documents, or with --write or --flow the target's bytes
    Translate(Box<Translate>),
    /// Run the cases beside the maps: sample files, and what was accepted of what the gateway makes of them
    Test(Test),
    /// Tell what maps make of samples: data nobody reads, lines that fill nothing, codes without a row; and what to ask
    Coverage(Coverage),
    /// List messages of a gateway, and files that brought none, newest first
    Messages(Messages),
    /// Tell the story of a message or a file: where it came from, what was found, what was built and where it went; or show a
    /// map or guide with all its layers applied
    Show(Show),
    /// List the known faults that partner files tolerate: whose, until when, how often that was of use, and what it was last
    Waivers(Waivers),
    /// Have a message that is held or refused translated again, or a file set aside read again, with the mappings as they are
    /// now
    Retry(Retry),
    /// Make guides from what others publish: directories of UN/EDIFACT, descriptions of SAP IDoc types, tables of X12
    Import(Import),
    /// List the releases of standards whose guides come with the program, or the guides of one
    Standards(Standards),
    /// Explain a code of a finding: its cause, an example and the cure
    Explain(Explain),
    /// List the functions that maps can call, or show how one is called
    Functions(Functions),
}

/// `demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Folder of the workspace; made if need be, and what is there is kept
    #[arg(long, value_name = "DIR", default_value = "crossdock-demo")]
    pub dir: PathBuf,
    /// Process the example messages and exit
    #[arg(long)]
    pub once: bool,
}

/// `run`
#[derive(Debug, Args)]
pub struct Run {
    /// Settings of the gateway
    #[arg(long, value_name = "FILE", default_value = "gateway.toml")]
    pub config: PathBuf,
    /// Process what is there and exit when idle
    #[arg(long)]
    pub once: bool,
}

/// `check`
#[derive(Debug, Args)]
pub struct Check {
    /// Mappings folder; `mappings`, or the one of --config, if not given
    pub path: Option<PathBuf>,
    /// Settings of a gateway: checked as well, with the endpoints that flows and partner files name
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Check again whenever a file changes, until Ctrl-C
    #[arg(long)]
    pub watch: bool,
}

/// `fmt`
#[derive(Debug, Args)]
pub struct Fmt {
    /// Files, or folders with all that is in them
    #[arg(default_value = "mappings")]
    pub paths: Vec<PathBuf>,
    /// Change nothing; tell which files would be changed
    #[arg(long)]
    pub check: bool,
}

/// `inspect`
#[derive(Debug, Args)]
pub struct Inspect {
    /// The files to look into
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Show the trees of all messages, not only of the first two; with --format json, show trees at all
    #[arg(long)]
    pub all: bool,
    /// Mappings folder whose guides name what is in the files; `mappings` if it is there, else those that are shipped
    #[arg(long, value_name = "DIR")]
    pub mappings: Option<PathBuf>,
}

/// `validate`
#[derive(Debug, Args)]
pub struct Validate {
    /// The file to check, or a folder: then a table says what its files hold and how they fare
    pub file: PathBuf,
    /// Guide to check it against, such as house/x12-940; found by the envelope or the header row if not given
    #[arg(long)]
    pub guide: Option<String>,
    /// Print the acknowledgement that would be sent, with control numbers of a trial
    #[arg(long)]
    pub ack: bool,
    /// Mappings folder; `mappings` if it is there, else those that are shipped
    #[arg(long, value_name = "DIR")]
    pub mappings: Option<PathBuf>,
}

/// `translate`
#[derive(Debug, Args)]
pub struct Translate {
    /// The file to read
    pub file: PathBuf,
    /// Map that reads it, such as house/940-order
    #[arg(long, value_name = "MAP", required_unless_present = "flow")]
    pub read: Option<String>,
    /// Map that writes the result: its bytes go to stdout, without an envelope
    #[arg(long, value_name = "MAP", requires = "read")]
    pub write: Option<String>,
    /// Flow that says which maps read and write
    #[arg(long, conflicts_with_all = ["read", "write"])]
    pub flow: Option<String>,
    /// Client whose flow and partner file are meant; found by the map's or flow's name if not given
    #[arg(long)]
    pub client: Option<String>,
    /// Canonical documents that `earlier` lines of the map find, as JSON
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub earlier: Vec<PathBuf>,
    /// Explain one value instead: its bytes, map lines and table rows, or why it is absent; such as lines[2].qty
    #[arg(long, value_name = "PATH")]
    pub explain: Option<String>,
    /// Which message of the file --explain is about, from 1
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub message: usize,
    /// Mappings folder
    #[arg(long, value_name = "DIR", default_value = "mappings")]
    pub mappings: PathBuf,
}

/// `test`
#[derive(Debug, Args)]
pub struct Test {
    /// Mappings folder, or clients' folders or cases in it
    #[arg(value_name = "PATH", default_value = "mappings")]
    pub paths: Vec<PathBuf>,
    /// Only the case of this name: its path below `tests`, such as order or changes/first, with the client before it where
    /// several have one of that name, such as acme/order; more than once for several
    #[arg(long, value_name = "CASE")]
    pub only: Vec<String>,
    /// Show what is different, then accept it: what came now is what is expected from now on
    #[arg(long)]
    pub accept: bool,
}

/// `coverage`
#[derive(Debug, Args)]
pub struct Coverage {
    /// A client's folder, or a map such as house/940-order; all clients if not given
    #[arg(value_name = "CLIENT|MAP")]
    pub what: Option<String>,
    /// Sample files; those of the client's cases if not given
    pub samples: Vec<PathBuf>,
    /// Mappings folder
    #[arg(long, value_name = "DIR", default_value = "mappings")]
    pub mappings: PathBuf,
}

/// `import`
#[derive(Debug, Args)]
pub struct Import {
    /// The standard, by the format of its messages, such as edifact
    pub standard: String,
    /// What is published, unpacked: files, or folders with them
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Only these types of messages, such as ORDERS,DESADV; all if not given
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    pub messages: Vec<String>,
    /// The release they are of, where no file says it: 006030 for tables of X12
    #[arg(long, value_name = "RELEASE")]
    pub release: Option<String>,
    /// Folder that gets a file for each guide, by its name; what is there is replaced
    #[arg(long, value_name = "DIR", default_value = "mappings/standards")]
    pub to: PathBuf,
    /// Write one packed file instead, as the program itself brings it
    #[arg(long, value_name = "FILE", conflicts_with = "messages")]
    pub pack: Option<PathBuf>,
}

/// `standards`
#[derive(Debug, Args)]
pub struct Standards {
    /// A release whose guides are listed, such as D.97A
    pub release: Option<String>,
}

/// `explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// The code, such as X207
    pub code: String,
}

/// `functions`
#[derive(Debug, Args)]
pub struct Functions {
    /// Only this one, with examples
    pub name: Option<String>,
}

/// `messages`
#[derive(Debug, Args)]
pub struct Messages {
    /// Only in this state, such as HELD
    #[arg(long)]
    pub state: Option<String>,
    /// Only of this client
    #[arg(long)]
    pub client: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// Settings of the gateway
    #[arg(long, value_name = "FILE", default_value = "gateway.toml")]
    pub config: PathBuf,
}

/// `show`
#[derive(Debug, Args)]
pub struct Show {
    /// The message or file, as `messages` calls it: m12, f3
    #[arg(required_unless_present = "effective")]
    pub id: Option<Id>,
    /// Map or guide to show instead, such as brightwick/940-order: what it extends and what it changes in one, each line
    /// followed by where it comes from
    #[arg(long, value_name = "MAP|GUIDE", conflicts_with = "id")]
    pub effective: Option<String>,
    /// Settings of the gateway
    #[arg(long, value_name = "FILE", default_value = "gateway.toml")]
    pub config: PathBuf,
    /// Mappings folder of --effective
    #[arg(long, value_name = "DIR", default_value = "mappings")]
    pub mappings: PathBuf,
}

/// `waivers`
#[derive(Debug, Args)]
pub struct Waivers {
    /// Only those of this client, by the name of its folder; all if not given
    pub client: Option<String>,
    /// Settings of the gateway
    #[arg(long, value_name = "FILE", default_value = "gateway.toml")]
    pub config: PathBuf,
}

/// `retry`
#[derive(Debug, Args)]
pub struct Retry {
    /// The message or file, as `messages` calls it: m12, f3
    pub id: Id,
    /// Process a message although it came before
    #[arg(long)]
    pub repeat: bool,
    /// Settings of the gateway
    #[arg(long, value_name = "FILE", default_value = "gateway.toml")]
    pub config: PathBuf,
}
