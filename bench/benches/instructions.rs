//! Instructions of each signature and of the digest that it is measured against, under callgrind. Their difference is
//! the glue. Each case returns its signer, so that dropping it is not counted. Do not compare the digest itself with a real
//! machine: callgrind has no SHA instructions.
//!
//! Needs valgrind and `cargo install gungraun-runner --version 0.20.0`; then
//! `cargo bench -p countersign-bench --bench instructions`.
#![allow(missing_docs, clippy::exit, reason = "the macros make items that nothing can document, and exit")]

use countersign::netgiro;
use countersign::netvisor::{self, MacAlgorithm};
use countersign::signing::Signature;
use countersign::unleashed;
use countersign_bench::subjects::{self, Subject, raw_digest, raw_hmac};
use gungraun::{library_benchmark, library_benchmark_group, main};
use hmac::Hmac;
use sha2::Sha256;

type Netgiro0 = (Subject<netgiro::Scheme>, netgiro::Stamp);
type NetvisorSha = (Subject<netvisor::Scheme>, netvisor::Stamp);

#[library_benchmark]
#[bench::empty_body((subjects::netgiro(0), subjects::netgiro_stamp()))]
fn netgiro_signature((subject, stamp): Netgiro0) -> (Signature, Subject<netgiro::Scheme>) {
    (subject.signature(&stamp), subject)
}

#[library_benchmark]
#[bench::empty_body(subjects::netgiro_text(0))]
fn netgiro_digest(text: Vec<u8>) -> [u8; 32] {
    raw_digest(&text)
}

#[library_benchmark]
#[bench::query(subjects::unleashed())]
fn unleashed_signature(subject: Subject<unleashed::Scheme>) -> (Signature, Subject<unleashed::Scheme>) {
    (subject.signature(&()), subject)
}

#[library_benchmark]
#[bench::query(subjects::unleashed_hmac())]
fn unleashed_hmac((keyed, query): (Hmac<Sha256>, &'static [u8])) -> [u8; 32] {
    raw_hmac(&keyed, query)
}

#[library_benchmark]
#[bench::sha256((subjects::netvisor(MacAlgorithm::Sha256), subjects::netvisor_stamp()))]
fn netvisor_mac((subject, stamp): NetvisorSha) -> (Signature, Subject<netvisor::Scheme>) {
    (subject.signature(&stamp), subject)
}

#[library_benchmark]
#[bench::sha256(subjects::netvisor_text())]
fn netvisor_digest(text: Vec<u8>) -> [u8; 32] {
    raw_digest(&text)
}

library_benchmark_group!(
    name = signatures,
    benchmarks = [
        netgiro_signature,
        netgiro_digest,
        unleashed_signature,
        unleashed_hmac,
        netvisor_mac,
        netvisor_digest
    ]
);

main!(library_benchmark_groups = signatures);
