//! CPU time per request with the crate, over that with code that a user would write by hand.

use std::io::{BufRead as _, BufReader, Write as _, stdin};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use countersign::netvisor::MacAlgorithm;
use reqwest_middleware::ClientWithMiddleware;
use tokio::runtime::Runtime;
use url::Url;

use crate::client::{Load, client, cpu_per_request, runtime};
use crate::download::sales;
use crate::loopback::Loopback;
use crate::rounds::Spread;
use crate::subjects;
use crate::table::Row;

/// How many requests are under way at once.
const AT_ONCE: usize = 32;
/// How many requests each sender sends in a round, if the reply is small.
const EACH: usize = 40;

const SIGNED_REQUEST_AND_VERIFIED_REPLY: f64 = 1.02;

/// The lengths of Netgíró's replies, and how many replies each sender gets in a round: some hundred megabytes at most.
const NETGIRO: [(&str, usize, usize); 4] = [
    ("netgiro_4k_over_by_hand", 4 << 10, EACH),
    ("netgiro_64k_over_by_hand", 64 << 10, EACH),
    ("netgiro_1m_over_by_hand", 1 << 20, 4),
    ("netgiro_8m_over_by_hand", 8 << 20, 1),
];

/// What signs the requests of one client.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Sender {
    NetgiroByHand,
    Netgiro,
    UnleashedByHand,
    Unleashed,
    DeclaredUnleashed,
    RotatingUnleashed,
    NetvisorByHand,
    Netvisor,
}

impl Sender {
    fn client(self, runtime: &Runtime, url: &Url) -> Result<ClientWithMiddleware> {
        let origin = url.origin().ascii_serialization();
        match self {
            Self::NetgiroByHand => client(subjects::netgiro_by_hand()),
            Self::Netgiro => client(subjects::netgiro(0).signer.allow_origin(&origin)?),
            Self::UnleashedByHand => client(subjects::unleashed_by_hand()),
            Self::Unleashed => client(subjects::unleashed().signer.allow_origin(&origin)?),
            Self::DeclaredUnleashed => client(subjects::declared_unleashed().allow_origin(&origin)?),
            Self::RotatingUnleashed => {
                let unleashed = runtime.block_on(subjects::rotating_unleashed());
                client(unleashed.allow_origin(&origin)?)
            }
            Self::NetvisorByHand => client(subjects::netvisor_by_hand()),
            Self::Netvisor => {
                let netvisor = subjects::netvisor(MacAlgorithm::HmacSha256).signer;
                client(netvisor.allow_origin(&origin)?)
            }
        }
    }

    /// Reads numbers from standard input, line by line. For each number, sends a round with as many requests one after the
    /// other, and prints the seconds of CPU for one request.
    ///
    /// # Errors
    /// When a request fails.
    pub fn send(self, url: &Url) -> Result<()> {
        let runtime = runtime()?;
        let client = self.client(&runtime, url)?;
        for line in stdin().lines() {
            let load = Load { at_once: AT_ONCE, each: line?.parse()? };
            println!("{}", cpu_per_request(&runtime, &client, url.as_str(), load)?);
        }
        Ok(())
    }
}

/// A [`Sender`] in a process of its own, since a user runs only one of the two. In one process, each finds the heap as the
/// other left it, which costs the crate 1,200 page faults for each reply of 8 MiB.
struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(sender: Sender, url: &str) -> Result<Self> {
        let name = sender.to_possible_value().context("no sender is skipped")?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--sender", name.get_name(), "--url", url]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = BufReader::new(child.stdout.take().context("it is piped")?);
        Ok(Self { child, output })
    }

    fn cpu_per_request(&mut self, each: usize) -> Result<f64> {
        writeln!(self.child.stdin.as_ref().context("it is piped")?, "{each}")?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        line.trim_end().parse().context("the sender has failed")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // `wait` closes the input first, and so the process ends.
        let _ended = self.child.wait();
    }
}

/// Two clients of one server: by hand, and with the crate.
struct Pair {
    name: &'static str,
    goal: f64,
    processes: [Process; 2],
    each: usize,
}

/// The ratio of each pair, taken round by round. The two of a pair run right after each other, and take turns in being first.
///
/// # Errors
/// When a request fails.
pub fn cpu_over_by_hand(rounds: usize) -> Result<Vec<Row>> {
    let mut pairs = pairs(rounds)?;
    let mut times = vec![[const { Vec::new() }; 2]; pairs.len()];
    for round in 0..=rounds {
        for (pair, [by_hand, with_crate]) in pairs.iter_mut().zip(&mut times) {
            let [first, second] = &mut pair.processes;
            let mut turns = [(first, by_hand), (second, with_crate)];
            if round % 2 == 1 {
                turns.reverse();
            }
            for (process, times) in turns {
                let time = process.cpu_per_request(pair.each)?;
                // The first round opens the connections.
                if round > 0 {
                    times.push(time);
                }
            }
        }
    }
    let row = |(pair, [by_hand, with_crate]): (&Pair, &[Vec<f64>; 2])| {
        Row::at_most(pair.goal, pair.name, Spread::of_pairs(with_crate, by_hand))
    };
    Ok(pairs.iter().zip(&times).map(row).collect())
}

fn pairs(rounds: usize) -> Result<Vec<Pair>> {
    let unleashed = [Sender::UnleashedByHand, Sender::Unleashed];
    // The same requests, signed by a file and by the provider in Rust.
    let declared = [Sender::Unleashed, Sender::DeclaredUnleashed];
    // The same requests, by a signer whose keys may change and by one whose keys do not.
    let rotating = [Sender::Unleashed, Sender::RotatingUnleashed];
    let netvisor = [Sender::NetvisorByHand, Sender::Netvisor];
    let mut pairs = vec![
        netgiro("netgiro_53b_over_by_hand", Loopback::small()?, EACH)?,
        pair("unleashed_over_by_hand", 1.02, unleashed, Loopback::small()?, EACH)?,
        pair("declared_over_rust", 1.1, declared, Loopback::small()?, EACH)?,
        pair("rotating_over_fixed", 1.02, rotating, Loopback::small()?, EACH)?,
        pair("netvisor_over_by_hand", 0.95, netvisor, Loopback::small()?, EACH)?,
    ];
    for (name, length, each) in NETGIRO {
        let requests = 2 * (rounds + 1) * AT_ONCE * each;
        pairs.push(netgiro(name, Loopback::large(sales(length), requests)?, each)?);
    }
    Ok(pairs)
}

fn netgiro(name: &'static str, server: Loopback, each: usize) -> Result<Pair> {
    let senders = [Sender::NetgiroByHand, Sender::Netgiro];
    pair(name, SIGNED_REQUEST_AND_VERIFIED_REPLY, senders, server, each)
}

fn pair(name: &'static str, goal: f64, senders: [Sender; 2], server: Loopback, each: usize) -> Result<Pair> {
    let [by_hand, with_crate] = senders.map(|sender| Process::start(sender, &server.url()));
    Ok(Pair { name, goal, processes: [by_hand?, with_crate?], each })
}
