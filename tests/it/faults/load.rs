//! Very many requests at once. `tests/memory.rs` measures what that takes.

use std::sync::Arc;

use reqwest_middleware::ClientBuilder;
use tokio::task::JoinSet;

use crate::support::in_memory::InMemory;
use crate::support::netgiro::{BODY, provider};

const REQUESTS: usize = 10_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn faults_ten_thousand_requests_at_once_are_signed_and_verified() {
    let netgiro = Arc::new(InMemory::answering_together(REQUESTS));
    let client = ClientBuilder::new(countersign::client_builder().build().unwrap())
        .with(provider("http://127.0.0.1:1"))
        .with_arc(netgiro.clone())
        .build();
    let mut calls = JoinSet::new();
    for n in 0..REQUESTS {
        let request = client.get(format!("http://127.0.0.1:1/{n}"));
        calls.spawn(async move { request.send().await.unwrap().text().await.unwrap() });
    }
    let bodies = calls.join_all().await;
    assert!(bodies.len() == REQUESTS && bodies.iter().all(|body| body == BODY));
    assert_eq!(netgiro.distinct_nonces(), REQUESTS);
}
