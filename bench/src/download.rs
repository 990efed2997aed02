//! A reply of 64 MiB: verified, streamed, and not verified at all.
#![expect(clippy::disallowed_methods, reason = "what is measured is time itself")]

use std::time::Instant;

use allocation_counter::measure;
use anyhow::Result;
use countersign::netgiro::Netgiro;
use reqwest_middleware::ClientWithMiddleware;
use tokio::runtime::Runtime;

use crate::chain::NoOp;
use crate::client::{client, runtime};
use crate::loopback::Loopback;
use crate::rounds::Spread;
use crate::subjects;

const MIB: f64 = 1024.0 * 1024.0;
const LENGTH: usize = 64 * 1024 * 1024;

/// What a large reply costs.
#[derive(Debug)]
pub struct Download {
    /// The time of a verified reply over that of `.bytes()` alone.
    pub verified_over_bytes: Spread,
    /// The time of a streamed reply, verified at its end, over that of a stream that is not verified.
    pub streamed_over_stream: Spread,
    /// Peak memory of the client beyond the body itself, in MiB: verified, then `.bytes()` alone.
    pub beyond_body_mib: [f64; 2],
    /// Peak memory of the client in MiB: streamed and verified at its end, then streamed and not verified.
    pub streaming_mib: [f64; 2],
}

#[derive(Clone, Copy)]
enum Reading {
    Whole,
    InChunks,
}

/// Downloads the reply in each of the four ways, `rounds` times in turn.
///
/// # Errors
/// When a download fails, or does not bring the whole body.
pub fn download(rounds: usize) -> Result<Download> {
    let body = sales(LENGTH);
    let length = body.len();
    let server = Loopback::large(body, 4 * (rounds + 1))?;
    let netgiro = || -> Result<Netgiro> {
        Ok(subjects::netgiro(0).signer.allow_origin(&server.origin())?.reply_limit(LENGTH))
    };
    let runtime = runtime()?;
    let ways = [
        (client(netgiro()?)?, Reading::Whole),
        (client(NoOp)?, Reading::Whole),
        (client(netgiro()?.dangerous_stream_replies())?, Reading::InChunks),
        (client(NoOp)?, Reading::InChunks),
    ];
    let (mut seconds, mut peaks) = ([const { Vec::new() }; 4], [0.0; 4]);
    for round in 0..=rounds {
        for (((client, reading), seconds), peak) in ways.iter().zip(&mut seconds).zip(&mut peaks) {
            let mut fetched = Ok(0);
            let start = Instant::now();
            let memory = measure(|| fetched = fetch(&runtime, client, &server.url(), *reading));
            anyhow::ensure!(fetched? == length, "the whole body arrives");
            // The first round opens the connections.
            if round > 0 {
                seconds.push(start.elapsed().as_secs_f64());
                *peak = memory.bytes_max as f64 / MIB;
            }
        }
    }
    let [verified, bytes, streamed, stream] = &seconds;
    let [verified_peak, bytes_peak, streamed_peak, stream_peak] = peaks;
    let body_mib = length as f64 / MIB;
    Ok(Download {
        verified_over_bytes: Spread::of_pairs(verified, bytes),
        streamed_over_stream: Spread::of_pairs(streamed, stream),
        beyond_body_mib: [verified_peak - body_mib, bytes_peak - body_mib],
        streaming_mib: [streamed_peak, stream_peak],
    })
}

fn fetch(runtime: &Runtime, client: &ClientWithMiddleware, url: &str, reading: Reading) -> Result<usize> {
    runtime.block_on(async {
        let mut reply = client.get(url).send().await?;
        match reading {
            Reading::Whole => Ok(reply.bytes().await?.len()),
            Reading::InChunks => {
                let mut length = 0;
                while let Some(chunk) = reply.chunk().await? {
                    length += chunk.len();
                }
                Ok(length)
            }
        }
    })
}

/// A list of sales in JSON, as Netgíró sends them, up to `length` bytes long.
///
/// # Panics
/// Never: there are enough numbers.
#[must_use]
pub fn sales(length: usize) -> Vec<u8> {
    let mut body = br#"{"Success":true,"Message":"Success","ResultCode":200,"Sales":["#.to_vec();
    for number in 0_u64.. {
        let sale = format!(
            r#"{{"TransactionId":"881E674F-7891-4C20-AFD8-{number:012}","Amount":{},"Currency":"ISK","Confirmed":{},"Customer":{{"Name":"Jón Þór Ævarsson","Ssn":"8223281234"}},"Note":null}},"#,
            number % 1_000_000,
            number % 3 == 0,
        );
        if body.len() + sale.len() + 2 > length {
            break;
        }
        body.extend_from_slice(sale.as_bytes());
    }
    body.pop();
    body.extend_from_slice(b"]}");
    body
}
