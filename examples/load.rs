//! A long run: one interchange of orders through the real `crossdock run --once` of a demo workspace, ledger, answer and one
//! file for each order included.
//!
//!     cargo run --release --example load -- --mb 200 [--edifact] [--dir DIR] [--per-source] [--memory-mib 64]
//!
//! The orders are 940s, answered with a 997; with `--edifact` they are ORDERS D.96A, answered with a CONTRL. Prints how long it took and the most memory the process ever had, and fails if that is more than it may, or if any
//! output is missing, doubled or not whole. `--per-source` lets all orders leave in one file.

#[path = "../tests/support/generated.rs"]
mod generated;

use crossdock::cli::demo::lay_out::lay_out;
use std::collections::HashSet;
use std::error::Error;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Number of the interchange, which is part of its orders' numbers.
const NUMBER: u32 = 7;
/// Lines of each order.
const LINES: usize = 20;

type Fallible<T> = Result<T, Box<dyn Error>>;

/// A client of the demo, and what is looked at.
struct Client {
    name: &'static str,
    /// Where the orders arrive for the warehouse.
    warehouse: &'static str,
    /// The column of the order number in them, from 0.
    column: usize,
    /// What order numbers begin with.
    prefix: &'static str,
}

const X12: Client = Client { name: "brightwick", warehouse: "wms/import", column: 2, prefix: "SO" };
const EDIFACT: Client = Client { name: "nordhaven", warehouse: "wms/leipzig", column: 1, prefix: "NH-" };

struct Arguments {
    client: &'static Client,
    mb: usize,
    dir: PathBuf,
    memory_mib: u64,
    per_source: bool,
}

fn arguments() -> Fallible<Arguments> {
    let mut arguments = Arguments {
        client: &X12,
        mb: 200,
        dir: Path::new(env!("CARGO_MANIFEST_DIR")).join("target/load"),
        memory_mib: 64,
        per_source: false,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--mb" => arguments.mb = value()?.parse()?,
            "--dir" => arguments.dir = value()?.into(),
            "--memory-mib" => arguments.memory_mib = value()?.parse()?,
            "--edifact" => arguments.client = &EDIFACT,
            "--per-source" => arguments.per_source = true,
            _ => return Err(format!("unknown argument {word}").into()),
        }
    }
    Ok(arguments)
}

/// The program, built as this one was.
fn program() -> Fallible<PathBuf> {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--bin", "crossdock", "--manifest-path"]);
    build.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    if !build.status()?.success() {
        return Err("crossdock does not build".into());
    }
    let own = std::env::current_exe()?;
    let folder = own.parent().and_then(Path::parent).ok_or("this program is in no folder")?;
    Ok(folder.join("crossdock"))
}

/// A fresh workspace with the input in it; answers its bytes and messages.
fn prepare(arguments: &Arguments) -> Fallible<(usize, usize)> {
    let dir = &arguments.dir;
    if dir.exists() {
        if !dir.join("gateway.toml").exists() {
            return Err(format!("{} is no workspace; it is not overwritten", dir.display()).into());
        }
        std::fs::remove_dir_all(dir)?;
    }
    lay_out(dir)?;
    if arguments.per_source {
        let flow = dir.join(format!("mappings/clients/{}/orders.flow", arguments.client.name));
        let text = std::fs::read_to_string(&flow)?;
        std::fs::write(&flow, text.replace("per message", "per source"))?;
    }
    let mut file = BufWriter::new(std::fs::File::create(
        dir.join(format!("drops/{}/outgoing/orders.edi", arguments.client.name)),
    )?);
    let written = match arguments.client.name {
        "nordhaven" => edifact_orders(&mut file, arguments.mb * 1_000_000)?,
        _ => {
            let input = generated::interchange_of_940s_numbered(arguments.mb * 1_000_000, NUMBER);
            file.write_all(&input)?;
            (input.len(), memchr::memmem::find_iter(&input, b"~ST*940*").count())
        }
    };
    file.flush()?;
    Ok(written)
}

/// Writes orders one by one: what is measured is another process, but the machine is the same.
fn edifact_orders(file: &mut impl Write, bytes: usize) -> Fallible<(usize, usize)> {
    let mut orders = generated::EdifactOrders::new(NUMBER);
    let (mut text, mut written, mut messages) = (orders.begin(), 0, 0);
    while written + text.len() < bytes {
        orders.message(&mut text);
        messages += 1;
        written += text.len();
        file.write_all(text.as_bytes())?;
        text.clear();
    }
    orders.end(&mut text);
    file.write_all(text.as_bytes())?;
    Ok((written + text.len(), messages))
}

/// Runs it; answers how long it took and the most memory it had, in KiB, as the system counts it.
fn run(program: &Path, dir: &Path) -> Fallible<(Duration, u64)> {
    let began = Instant::now();
    let mut process = Command::new(program)
        .args(["run", "--once", "--config"])
        .arg(dir.join("gateway.toml"))
        .stdout(Stdio::null())
        .spawn()?;
    let status = format!("/proc/{}/status", process.id());
    let mut peak_kib = 0;
    let ended = loop {
        // The system keeps the peak, so that nothing between two looks is missed.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak_kib = peak_kib.max(now.unwrap_or(0));
        if let Some(ended) = process.try_wait()? {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    if !ended.success() || peak_kib == 0 {
        return Err(format!("crossdock ended with {ended}, its peak memory is {peak_kib} KiB").into());
    }
    Ok((began.elapsed(), peak_kib))
}

/// Every order with all of its rows, once. Answers in how many files they are.
fn check_orders(dir: &Path, client: &Client, messages: usize) -> Fallible<usize> {
    let (mut seen, mut files) = (HashSet::new(), 0);
    for entry in std::fs::read_dir(dir.join(client.warehouse))? {
        let path = entry?.path();
        files += 1;
        let (mut last, mut rows) = (String::new(), 0);
        for row in BufReader::new(std::fs::File::open(&path)?).lines().skip(1) {
            let row = row?;
            let order = row.split(',').nth(client.column).unwrap_or_default();
            if order != last {
                if !last.is_empty() && rows != LINES {
                    return Err(format!("{}: {last} has {rows} rows", path.display()).into());
                }
                if !seen.insert(order.to_string()) {
                    return Err(format!("{}: {order} is there twice", path.display()).into());
                }
                (last, rows) = (order.to_string(), 0);
            }
            rows += 1;
        }
        if rows != LINES {
            return Err(format!("{}: {last} has {rows} rows", path.display()).into());
        }
    }
    let wanted = (1..=messages).map(|message| format!("{}{NUMBER}-{message:07}", client.prefix));
    let missing = wanted.filter(|order| !seen.contains(order)).count();
    if missing > 0 || seen.len() != messages {
        return Err(format!("{missing} orders are missing, {} are there", seen.len()).into());
    }
    Ok(files)
}

/// One answer that accepts every message.
fn check_answer(dir: &Path, client: &Client, messages: usize) -> Fallible<()> {
    let folder = dir.join(format!("drops/{}/incoming", client.name));
    let paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    let [path] = paths.as_slice() else {
        return Err(format!("{} answers instead of one", paths.len()).into());
    };
    let text = std::fs::read_to_string(path)?;
    let (accepted, is_whole) = match client.name {
        // UCI with action 7 and without UCM accepts the interchange with all that is in it.
        "nordhaven" => (if text.contains("UCM+") { 0 } else { messages }, text.contains("+7'")),
        _ => {
            let all = format!("AK9*A*{messages}*{messages}*{messages}~");
            (text.matches("AK5*A~").count(), text.contains(&all))
        }
    };
    if accepted != messages || !is_whole {
        return Err(format!("{} accepts {accepted} of {messages}", path.display()).into());
    }
    Ok(())
}

fn main() -> Fallible<()> {
    let arguments = arguments()?;
    let program = program()?;
    let (bytes, messages) = prepare(&arguments)?;
    println!("{messages} orders, {:.1} MB, in {}", bytes as f64 / 1e6, arguments.dir.display());
    let (took, peak_kib) = run(&program, &arguments.dir)?;
    let files = check_orders(&arguments.dir, arguments.client, messages)?;
    check_answer(&arguments.dir, arguments.client, messages)?;
    let seconds = took.as_secs_f64();
    println!(
        "{seconds:.1} s, {:.0} orders/s, {:.2} MB/s",
        messages as f64 / seconds,
        bytes as f64 / 1e6 / seconds
    );
    println!("{files} files for the warehouse, one answer, nothing missing, nothing doubled");
    println!("peak memory {:.1} MiB of {} MiB", peak_kib as f64 / 1024.0, arguments.memory_mib);
    if peak_kib > arguments.memory_mib * 1024 {
        return Err("that is more than it may be".into());
    }
    Ok(())
}
