//! CPU time per request with the crate, over that with what a user would write by hand.

use anyhow::Result;
use countersign::netvisor::MacAlgorithm;
use reqwest_middleware::ClientWithMiddleware;

use crate::client::{Load, client, cpu_per_request, runtime};
use crate::download::sales;
use crate::loopback::Loopback;
use crate::rounds::Spread;
use crate::subjects;
use crate::table::Row;

/// How many requests are under way at once.
const AT_ONCE: usize = 32;
/// How many requests each of these sends in a round, where the reply is small.
const EACH: usize = 40;

const SIGNED_REQUEST_AND_VERIFIED_REPLY: f64 = 1.02;

/// The lengths of Netgíró's replies, and how many each sender asks for in a round: some hundred megabytes at the most.
const NETGIRO: [(&str, usize, usize); 4] = [
    ("netgiro_4k_over_by_hand", 4 << 10, EACH),
    ("netgiro_64k_over_by_hand", 64 << 10, EACH),
    ("netgiro_1m_over_by_hand", 1 << 20, 4),
    ("netgiro_8m_over_by_hand", 8 << 20, 1),
];

/// Two clients of one server: by hand, and with the crate.
struct Pair {
    name: &'static str,
    goal: f64,
    url: String,
    by_hand: ClientWithMiddleware,
    with_crate: ClientWithMiddleware,
    each: usize,
}

/// The ratio of each pair, taken round by round. The two of a pair run one right after the other, in turns the one and the
/// other first.
///
/// # Errors
/// When a request fails.
pub fn cpu_over_by_hand(rounds: usize) -> Result<Vec<Row>> {
    let runtime = runtime()?;
    let pairs = pairs(rounds)?;
    let mut times = vec![[const { Vec::new() }; 2]; pairs.len()];
    for round in 0..=rounds {
        for (pair, [by_hand, with_crate]) in pairs.iter().zip(&mut times) {
            let mut turns = [(&pair.by_hand, by_hand), (&pair.with_crate, with_crate)];
            if round % 2 == 1 {
                turns.reverse();
            }
            for (client, times) in turns {
                let load = Load { at_once: AT_ONCE, each: pair.each };
                let time = cpu_per_request(&runtime, client, &pair.url, load)?;
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
    let mut pairs = vec![
        netgiro("netgiro_53b_over_by_hand", Loopback::small()?, EACH)?,
        unleashed(Loopback::small()?)?,
        netvisor(Loopback::small()?)?,
    ];
    for (name, length, each) in NETGIRO {
        let requests = 2 * (rounds + 1) * AT_ONCE * each;
        pairs.push(netgiro(name, Loopback::large(sales(length), requests)?, each)?);
    }
    Ok(pairs)
}

fn netgiro(name: &'static str, server: Loopback, each: usize) -> Result<Pair> {
    Ok(Pair {
        name,
        goal: SIGNED_REQUEST_AND_VERIFIED_REPLY,
        url: server.url(),
        by_hand: client(subjects::netgiro_by_hand())?,
        with_crate: client(subjects::netgiro(0).provider.allow_origin(&server.origin())?)?,
        each,
    })
}

fn unleashed(server: Loopback) -> Result<Pair> {
    Ok(Pair {
        name: "unleashed_over_by_hand",
        goal: 1.02,
        url: server.url(),
        by_hand: client(subjects::unleashed_by_hand())?,
        with_crate: client(subjects::unleashed().provider.allow_origin(&server.origin())?)?,
        each: EACH,
    })
}

fn netvisor(server: Loopback) -> Result<Pair> {
    let netvisor = subjects::netvisor(MacAlgorithm::HmacSha256).provider;
    Ok(Pair {
        name: "netvisor_over_by_hand",
        goal: 0.95,
        url: server.url(),
        by_hand: client(subjects::netvisor_by_hand())?,
        with_crate: client(netvisor.allow_origin(&server.origin())?)?,
        each: EACH,
    })
}
