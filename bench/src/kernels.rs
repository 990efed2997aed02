//! The small operations, timed side by side.

use std::hint::black_box;

use anyhow::Result;
use countersign::netvisor::MacAlgorithm;

use crate::peers::{AwsSigv4, Httpsig, Reqsign, SCOPES};
use crate::rounds::{Case, Spread, Timings, interleave};
use crate::subjects::{self, raw_digest, raw_hmac};
use crate::table::Row;

/// The body lengths of the Netgíró goals, with the name and goal of each.
const NETGIRO: [(usize, [&str; 2], &str, f64); 4] = [
    (0, ["netgiro 0 B", "digest 0 B"], "netgiro_sign_0_over_raw", 1.0),
    (256, ["netgiro 256 B", "digest 256 B"], "netgiro_sign_256_over_raw", 1.10),
    (4096, ["netgiro 4 KiB", "digest 4 KiB"], "netgiro_sign_4k_over_raw", 1.03),
    (1 << 20, ["netgiro 1 MiB", "digest 1 MiB"], "netgiro_sign_1m_over_raw", 1.02),
];

/// The same for Vizion's webhooks.
const VIZION: [(usize, [&str; 2], &str, f64); 2] = [
    (2 << 10, ["vizion 2 KiB", "digest and HMAC 2 KiB"], "vizion_verify_2k_over_raw", 1.45),
    (64 << 10, ["vizion 64 KiB", "digest and HMAC 64 KiB"], "vizion_verify_64k_over_raw", 1.04),
];

/// The operations whose time is printed as such: the whole signing of a request, stamp and headers included.
const WHOLE: [&str; 3] = ["unleashed, whole", "netvisor, whole", "netgiro, whole"];

/// What the operations took.
pub struct Kernels {
    timings: Timings,
}

impl Kernels {
    /// Times everything, `rounds` times in turn.
    ///
    /// # Errors
    /// When a peer refuses its request.
    ///
    /// # Panics
    /// When one refuses later what it took before.
    pub fn measure(rounds: usize) -> Result<Self> {
        let (mut aws, mut reqsign, httpsig) = (AwsSigv4::new()?, Reqsign::new()?, Httpsig::new()?);
        aws.sign()?;
        reqsign.sign()?;
        let signed = httpsig.sign()?;
        let (signature, input) = (signed.signature_header_value(), signed.signature_input_header_value());
        httpsig.verify(&signature, &input)?;

        let mut cases = vec![
            Case::new("aws-sigv4", move || aws.sign().expect("as before")),
            Case::new("reqsign-aws-v4", move || reqsign.sign().expect("as before")),
            Case::new("httpsig sign", || httpsig.sign().expect("as before")),
            Case::new("httpsig verify", || httpsig.verify(&signature, &input).expect("as before")),
        ];
        cases.extend(NETGIRO.into_iter().flat_map(|(length, names, ..)| netgiro(length, names)));
        cases.extend(unleashed());
        cases.extend(netvisor());
        cases.extend(VIZION.into_iter().flat_map(|(length, names, ..)| vizion(length, names)));
        Ok(Self { timings: interleave(cases, rounds) })
    }

    /// The lines with goals.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let ratio = |goal, name, case, over| Row::at_most(goal, name, self.timings.ratio(case, over));
        let mut rows: Vec<_> =
            NETGIRO.iter().map(|&(_, [signed, raw], name, goal)| ratio(goal, name, signed, raw)).collect();
        rows.extend(VIZION.iter().map(|&(_, [verified, raw], name, goal)| ratio(goal, name, verified, raw)));
        rows.extend([
            ratio(1.40, "unleashed_sign_over_hmac", "unleashed", "hmac"),
            ratio(1.45, "netvisor_mac_over_raw", "netvisor", "digest of netvisor"),
            ratio(0.10, "unleashed_over_aws_sigv4", "unleashed, whole", "aws-sigv4"),
            ratio(0.40, "netvisor_over_aws_sigv4", "netvisor, whole", "aws-sigv4"),
        ]);
        rows
    }

    /// Whole signing, here and by the peers: name, nanoseconds, and what a peer does beside hashing a text.
    pub fn absolute(&self) -> impl Iterator<Item = (&'static str, Spread, &'static str)> {
        let peers = SCOPES.into_iter().map(|(name, scope)| (name, self.timings.nanos(name), scope));
        let own =
            WHOLE.into_iter().map(|name| (name, self.timings.nanos(name), "fresh stamp, signature, headers"));
        own.chain(peers)
    }
}

fn netgiro<'c>(length: usize, [signed, raw]: [&'static str; 2]) -> [Case<'c>; 2] {
    let (subject, stamp) = (subjects::netgiro(length), subjects::netgiro_stamp());
    let text = subjects::netgiro_text(length);
    [Case::new(signed, move || subject.signature(&stamp)), Case::new(raw, move || raw_digest(&text))]
}

fn unleashed<'c>() -> [Case<'c>; 3] {
    let (subject, whole, (keyed, query)) =
        (subjects::unleashed(), subjects::unleashed(), subjects::unleashed_hmac());
    [
        Case::new("unleashed", move || subject.signature(&())),
        Case::new("hmac", move || raw_hmac(&keyed, query)),
        Case::new("unleashed, whole", move || whole.headers()),
    ]
}

fn netvisor<'c>() -> [Case<'c>; 4] {
    let (subject, stamp) = (subjects::netvisor(MacAlgorithm::Sha256), subjects::netvisor_stamp());
    let text = subjects::netvisor_text();
    let (whole, netgiro) = (subjects::netvisor(MacAlgorithm::HmacSha256), subjects::netgiro(0));
    [
        Case::new("netvisor", move || subject.signature(&stamp)),
        Case::new("digest of netvisor", move || raw_digest(&text)),
        Case::new("netvisor, whole", move || whole.headers()),
        Case::new("netgiro, whole", move || netgiro.headers()),
    ]
}

fn vizion<'c>(length: usize, [verified, raw]: [&'static str; 2]) -> [Case<'c>; 2] {
    let (delivery, same) = (subjects::vizion(length), subjects::vizion(length));
    // What is verified borrows from the delivery, so it cannot be what the case gives back.
    let verify = move || drop(black_box(delivery.verify()));
    [Case::new(verified, verify), Case::new(raw, move || same.raw())]
}
