//! What verification takes of memory, measured in a process of its own, where no other test allocates.

#[allow(dead_code, reason = "shared with the other tests")]
#[path = "it/support/mod.rs"]
mod support;

use std::io::Write as _;
use std::sync::Arc;

use flate2::{Compression, write::GzEncoder};
use reqwest_middleware::ClientBuilder;
use tokio::task::JoinSet;

use support::chains::fault;
use support::in_memory::InMemory;
use support::netgiro::{BODY, client, provider, reply};
use support::server::{Server, Step};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const MIB: usize = 1 << 20;
const LIMIT: usize = 10 * MIB;

/// What was allocated at the most while `act` ran, beyond what was there before.
async fn peak_of(act: impl Future<Output = ()>) -> usize {
    let _profiler = dhat::Profiler::builder().testing().build();
    let before = dhat::HeapStats::get().curr_bytes;
    act.await;
    dhat::HeapStats::get().max_bytes - before
}

fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..100 {
        encoder.write_all(&vec![b' '; MIB]).unwrap();
    }
    encoder.finish().unwrap()
}

fn chunk() -> Vec<u8> {
    [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat()
}

/// V3, and the default limit: replies that do not end, in each way of not ending.
async fn oversized_replies() {
    let bomb = bomb();
    let server = Server::start(move |request, _| {
        let answer = reply(&request.url(), "");
        match &*request.target {
            "/bomb" => {
                let mut answer = answer.header("content-encoding", "gzip");
                answer.body = bomb.clone();
                vec![answer.step()]
            }
            "/announced" => {
                let announced = answer.header("content-length", (LIMIT + 1).to_string());
                vec![Step::Send(announced.head()), Step::Endless(vec![b' '; 0x10000])]
            }
            _ => {
                vec![Step::Send(answer.header("transfer-encoding", "chunked").head()), Step::Endless(chunk())]
            }
        }
    })
    .await;
    let client = client(provider(server.origin()));
    for path in ["/bomb", "/endless", "/announced"] {
        let peak = peak_of(async {
            let error = client.get(server.url(path)).send().await.unwrap_err();
            assert_eq!(fault(&error).code(), "reply-too-long");
        })
        .await;
        println!("v3 {path}: {peak} bytes at the most");
        assert!(peak < LIMIT + 2 * MIB, "{path}: {peak}");
    }
}

/// E5: what is reserved for a reply that says it is as long as the limit allows, and of which little arrives.
async fn an_announced_length() {
    let server = Server::start(|request, _| {
        let announced = reply(&request.url(), "").header("content-length", LIMIT.to_string());
        vec![Step::Send(announced.head()), Step::Send(vec![b' '; 60_000]), Step::Close]
    })
    .await;
    let client = client(provider(server.origin()));
    let peak = peak_of(async {
        client.get(server.url("/")).send().await.unwrap_err();
    })
    .await;
    println!("e5: {peak} bytes at the most");
    assert!(peak < MIB / 2, "{peak}");
}

/// 10,000 requests that all wait for their replies at once.
async fn many_requests() {
    const REQUESTS: usize = 10_000;
    const EACH: usize = 16 * 1024;
    let netgiro = Arc::new(InMemory::answering_together(REQUESTS));
    let client = ClientBuilder::new(countersign::client_builder().build().unwrap())
        .with(provider("http://127.0.0.1:1"))
        .with_arc(netgiro)
        .build();
    let peak = peak_of(async {
        let mut calls = JoinSet::new();
        for _ in 0..REQUESTS {
            let request = client.get("http://127.0.0.1:1/");
            calls.spawn(async move { request.send().await.unwrap().text().await.unwrap() });
        }
        while let Some(body) = calls.join_next().await {
            assert_eq!(body.unwrap(), BODY);
        }
    })
    .await;
    println!("{REQUESTS} requests: {peak} bytes at the most");
    assert!(peak < REQUESTS * EACH, "{peak}");
}

#[tokio::test]
async fn v3_memory_stays_bounded() {
    oversized_replies().await;
    an_announced_length().await;
    many_requests().await;
}
