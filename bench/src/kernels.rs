//! The small operations, timed side by side.

use std::hint::black_box;

use anyhow::Result;
use countersign::netvisor::MacAlgorithm;

use crate::peers::{AwsSigv4, Httpsig, Reqsign, SCOPES};
use crate::rounds::{Case, Spread, Timings, interleave};
use crate::subjects::{self, raw_digest, raw_hmac};
use crate::table::Row;

/// The body lengths of Netgíró's requests, with the names of the compared cases.
const NETGIRO: [(usize, [&str; 2], &str); 4] = [
    (0, ["netgiro 0 B", "digest 0 B"], "netgiro_sign_0_over_raw"),
    (256, ["netgiro 256 B", "digest 256 B"], "netgiro_sign_256_over_raw"),
    (4096, ["netgiro 4 KiB", "digest 4 KiB"], "netgiro_sign_4k_over_raw"),
    (1 << 20, ["netgiro 1 MiB", "digest 1 MiB"], "netgiro_sign_1m_over_raw"),
];

/// The body lengths of Vizion's webhooks, with the names of the compared cases.
const VIZION: [(usize, [&str; 3]); 2] = [
    (2 << 10, ["vizion 2 KiB", "vizion by hand 2 KiB", "digest and HMAC 2 KiB"]),
    (64 << 10, ["vizion 64 KiB", "vizion by hand 64 KiB", "digest and HMAC 64 KiB"]),
];

/// The operations whose time is printed in nanoseconds: the whole signing of a request, with stamp and headers.
const WHOLE: [&str; 3] = ["unleashed, whole", "netvisor, whole", "netgiro, whole"];

/// The times of the operations.
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
    /// When a peer refuses later what it accepted before.
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
        cases.extend(VIZION.into_iter().flat_map(|(length, names)| vizion(length, names)));
        Ok(Self { timings: interleave(cases, rounds) })
    }

    /// The lines of the table.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let ratio = |case, over| self.timings.ratio(case, over);
        let [(_, [small, small_by_hand, small_raw]), (_, [large, large_by_hand, large_raw])] = VIZION;
        let mut rows = vec![
            Row::at_most(0.85, "vizion_webhook_2k_over_by_hand", ratio(small, small_by_hand)),
            Row::to_be_known("vizion_webhook_64k_over_by_hand", ratio(large, large_by_hand)),
            Row::to_be_known("vizion_verify_2k_over_raw", ratio(small, small_raw)),
            Row::to_be_known("vizion_verify_64k_over_raw", ratio(large, large_raw)),
            Row::to_be_known("unleashed_sign_over_hmac", ratio("unleashed", "hmac")),
            Row::to_be_known("netvisor_mac_over_raw", ratio("netvisor", "digest of netvisor")),
            Row::to_be_known("unleashed_over_aws_sigv4", ratio("unleashed, whole", "aws-sigv4")),
            Row::to_be_known("netvisor_over_aws_sigv4", ratio("netvisor, whole", "aws-sigv4")),
        ];
        rows.extend(NETGIRO.map(|(_, [signed, raw], name)| Row::to_be_known(name, ratio(signed, raw))));
        rows
    }

    /// Whole signing, by this crate and by the peers: name, nanoseconds, and what a peer does beside hashing a text.
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

fn vizion<'c>(length: usize, [verified, by_hand, raw]: [&'static str; 3]) -> [Case<'c>; 3] {
    let delivery = || subjects::vizion(length);
    let (verify, verify_by_hand, digests) = (delivery(), delivery(), delivery());
    // The verified value borrows from the delivery, so the case cannot return it.
    [
        Case::new(verified, move || drop(black_box(verify.verify()))),
        Case::new(by_hand, move || verify_by_hand.verify_by_hand().expect("is honest")),
        Case::new(raw, move || digests.raw()),
    ]
}
