//! The detailed report of the small operations: `cargo bench -p countersign-bench --bench report`.
// The code of criterion's macros has no documentation.
#![allow(missing_docs)]

use std::hint::black_box;

use countersign::netvisor::MacAlgorithm;
use countersign_bench::subjects::{self, raw_digest, raw_hmac};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn netgiro(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("netgiro");
    for length in [0, 256, 4096, 1 << 20] {
        let (subject, text) = (subjects::netgiro(length), subjects::netgiro_text(length));
        let stamp = subjects::netgiro_stamp();
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::new("signature", length), |b| {
            b.iter(|| subject.signature(&stamp));
        });
        group.bench_function(BenchmarkId::new("digest", length), |b| b.iter(|| raw_digest(black_box(&text))));
    }
    group.finish();
}

fn keyed(criterion: &mut Criterion) {
    let (unleashed, (hmac, query)) = (subjects::unleashed(), subjects::unleashed_hmac());
    criterion.bench_function("unleashed/signature", |b| b.iter(|| unleashed.signature(&())));
    criterion.bench_function("unleashed/hmac", |b| b.iter(|| raw_hmac(black_box(&hmac), query)));
    let (netvisor, text) = (subjects::netvisor(MacAlgorithm::Sha256), subjects::netvisor_text());
    let stamp = subjects::netvisor_stamp();
    criterion.bench_function("netvisor/mac", |b| b.iter(|| netvisor.signature(&stamp)));
    criterion.bench_function("netvisor/digest", |b| b.iter(|| raw_digest(black_box(&text))));
}

fn whole(criterion: &mut Criterion) {
    let (unleashed, netgiro) = (subjects::unleashed(), subjects::netgiro(0));
    let netvisor = subjects::netvisor(MacAlgorithm::HmacSha256);
    criterion.bench_function("whole/unleashed", |b| b.iter(|| unleashed.headers()));
    criterion.bench_function("whole/netgiro", |b| b.iter(|| netgiro.headers()));
    criterion.bench_function("whole/netvisor", |b| b.iter(|| netvisor.headers()));
}

criterion_group!(benches, netgiro, keyed, whole);
criterion_main!(benches);
