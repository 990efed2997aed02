//! Prints what signing and verifying cost, beside the goals.
//!
//! `cargo run --release -p countersign-bench` prints a table, `-- --json` one line of medians, and `-- --plot FILE.svg`
//! draws how the cost grows. `BENCHMARKING.md` says how to read these.

#[path = "../../tests/allocations/over_no_op.rs"]
mod allocations;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use countersign_bench::diagnosis::diagnoses_over_digest;
use countersign_bench::download::{Download, download};
use countersign_bench::kernels::Kernels;
use countersign_bench::over_by_hand::{self, Sender};
use countersign_bench::rounds::Spread;
use countersign_bench::table::{Row, Table, json};
use countersign_bench::{chain, growth, plot, proxy, throughput};
use serde_json::{Map, Value, json as value};
use url::Url;

/// What signing and verifying cost.
#[derive(Parser)]
struct Arguments {
    /// Print one line of JSON: the median of each line, and the peers' nanoseconds.
    #[arg(long, conflicts_with = "plot")]
    json: bool,
    /// Measure how the cost grows instead, and draw it as SVG.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// How often each case is timed.
    #[arg(long, default_value_t = 31)]
    rounds: usize,
    /// Measure this built tool's proxy, too.
    #[arg(long, value_name = "COUNTERSIGN")]
    proxy: Option<PathBuf>,
    /// Only hand requests on to this origin: starts the bare proxy that the tool's proxy is compared with.
    #[arg(long, hide = true)]
    bare_proxy: Option<String>,
    /// Only send requests, as standard input says: starts a client that is measured in a process of its own.
    #[arg(long, hide = true, requires = "url")]
    sender: Option<Sender>,
    /// What the sender asks for.
    #[arg(long, hide = true)]
    url: Option<Url>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let (Some(sender), Some(url)) = (arguments.sender, &arguments.url) {
        return sender.send(url);
    }
    if let Some(upstream) = &arguments.bare_proxy {
        return proxy::bare(upstream);
    }
    if let Some(path) = &arguments.plot {
        return plot::draw(&growth::growth()?, path);
    }
    // Each of these takes at least a quarter of a second, so fewer rounds are enough.
    let long_rounds = arguments.rounds.div_ceil(3);
    let mut rows = over_by_hand::cpu_over_by_hand(long_rounds)?;
    if let Some(tool) = &arguments.proxy {
        rows.push(proxy::cpu_over_bare(tool, long_rounds)?);
    }
    let kernels = Kernels::measure(arguments.rounds)?;
    let download = download(long_rounds)?;
    rows.extend(kernels.rows());
    rows.push(Row::to_be_known("netgiro_verify_64m_over_bytes", download.verified_over_bytes));
    rows.extend(allocations());
    rows.extend(chain::cpu_over_no_op(long_rounds)?);
    rows.extend(diagnoses_over_digest(long_rounds)?);
    let scaling = throughput::two_threads_over_one(long_rounds);
    if arguments.json {
        println!("{}", Value::Object(line(&rows, &kernels, &download, scaling)));
    } else {
        print!("{}", Table(&rows));
        print_others(&kernels, &download, scaling);
        print_bytes_allocated();
    }
    Ok(())
}

fn allocations() -> [Row; 5] {
    let row = |goal, name, count| Row::at_most(goal, name, Spread::exactly(count as f64));
    [
        row(2.0, "unleashed_allocs", allocations::unleashed().allocations),
        row(8.0, "declared_allocs", allocations::declared().allocations),
        row(15.0, "netvisor_allocs", allocations::netvisor().allocations),
        row(11.0, "netgiro_allocs", allocations::netgiro().allocations),
        row(3.0, "vizion_verify_allocs", allocations::vizion_verify()),
    ]
}

fn line(rows: &[Row], kernels: &Kernels, download: &Download, scaling: [Spread; 3]) -> Map<String, Value> {
    let mut line = json(rows);
    let nanos: Map<_, _> =
        kernels.absolute().map(|(name, nanos, _)| (name.to_owned(), value!(nanos.median.round()))).collect();
    let [verified, bytes] = download.beyond_body_mib;
    let [streamed, stream] = download.streaming_mib;
    line.insert("nanoseconds".into(), nanos.into());
    line.insert("peak_mib_beyond_body".into(), value!({ "verified": verified, "bytes": bytes }));
    line.insert("peak_mib_streaming".into(), value!({ "verified": streamed, "unverified": stream }));
    line.insert(
        "two_threads_over_one".into(),
        value!({ "netgiro": scaling[0].median, "netgiro_own": scaling[1].median, "digest": scaling[2].median }),
    );
    line
}

fn print_others(kernels: &Kernels, download: &Download, scaling: [Spread; 3]) {
    println!("\n64 MiB reply, beside its time above");
    let [verified, bytes] = download.beyond_body_mib;
    println!("  peak memory beyond the body: verified {verified:.2} MiB (goal ≤ 6), .bytes() {bytes:.2} MiB");
    let [streamed, stream] = download.streaming_mib;
    println!(
        "  peak memory of a stream: verified at its end {streamed:.2} MiB, not verified {stream:.2} MiB (goal: + ≤ 1)"
    );
    println!(
        "  time of a stream, verified at its end ÷ not verified: {:.2}",
        download.streamed_over_stream.median
    );
    println!("\nOperations per second on two threads ÷ on one (median, max)");
    for (name, Spread { median, max, .. }) in
        ["netgiro, one signer (goal ≥ 1.8)", "netgiro, a signer each", "plain digest"].iter().zip(scaling)
    {
        println!("  {name:<34} {median:.2} {max:.2}");
    }
    println!("\nNanoseconds (median, min, max), and what is done in them");
    for (name, Spread { median, min, max }, scope) in kernels.absolute() {
        println!("  {name:<18} {median:>7.0} {min:>7.0} {max:>7.0}  {scope}");
    }
}

fn print_bytes_allocated() {
    println!("\nBytes allocated for a request beyond those of a no-op");
    for (name, bytes) in [
        ("unleashed", allocations::unleashed().bytes),
        ("netvisor", allocations::netvisor().bytes),
        ("netgiro", allocations::netgiro().bytes),
    ] {
        println!("  {name:<26} {bytes}");
    }
}
