//! 10,000 deliveries at 64 connections, keys exchanged midway.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use countersign::vizion::webhook::{Keys, Verified, Verifier};
use tokio::sync::Barrier;

use super::sender::Sender;
use super::sockets::serve;
use super::{KEYS, builder};

const CONNECTIONS: usize = 64;
const DELIVERIES: usize = 10_000;
const THIRD: (&str, &str) = ("hmac-key-3", "the third secret");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w7_keys_are_exchanged_under_load_without_a_lost_or_doubled_delivery() {
    let verifier = builder().build();
    let seen: Arc<Vec<AtomicUsize>> = Arc::new((0..DELIVERIES).map(|_| AtomicUsize::new(0)).collect());
    let count = Arc::clone(&seen);
    let handler = move |event: Verified<Bytes>| async move {
        let n: usize = std::str::from_utf8(&event).unwrap().parse().unwrap();
        count[n].fetch_add(1, Ordering::SeqCst);
    };
    let address = serve(Router::new().route("/vizion", post(handler)).layer(verifier.layer())).await;

    let client = reqwest::Client::new();
    let sent = Arc::new(AtomicUsize::new(0));
    let exchanged = Arc::new(Barrier::new(CONNECTIONS + 1));
    let workers: Vec<_> = (0..CONNECTIONS)
        .map(|worker| {
            tokio::spawn(deliver(worker, client.clone(), address, Arc::clone(&sent), Arc::clone(&exchanged)))
        })
        .collect();
    // The keys change while the first half is on its way; the second key is valid throughout.
    while sent.load(Ordering::SeqCst) < DELIVERIES / 4 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    exchange(&verifier);
    exchanged.wait().await;
    let mut wrong = Vec::new();
    for worker in workers {
        wrong.extend(worker.await.unwrap());
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(seen.iter().all(|count| count.load(Ordering::SeqCst) == 1), "each is handled once");
}

fn exchange(verifier: &Verifier) {
    let keys = Keys::new().with(KEYS[1].0, KEYS[1].1).unwrap().with(THIRD.0, THIRD.1).unwrap();
    verifier.exchange_keys(keys);
}

/// Sends this worker's share: the first half under the key that stays, the second under either valid key. Gives what was
/// answered wrongly: a worker that ended at once would leave the others waiting.
async fn deliver(
    worker: usize,
    client: reqwest::Client,
    address: std::net::SocketAddr,
    sent: Arc<AtomicUsize>,
    exchanged: Arc<Barrier>,
) -> Vec<String> {
    let mine: Vec<usize> = (worker..DELIVERIES).step_by(CONNECTIONS).collect();
    let (before, after) = mine.split_at(mine.len() / 2);
    let mut wrong = Vec::new();
    for n in before {
        wrong.extend(deliver_one(&client, address, *n, KEYS[1]).await);
        sent.fetch_add(1, Ordering::SeqCst);
    }
    exchanged.wait().await;
    if send(&client, address, mine[0], KEYS[0]).await != 401 {
        wrong.push("a retired key was accepted".to_owned());
    }
    for n in after {
        wrong.extend(deliver_one(&client, address, *n, if n % 2 == 0 { KEYS[1] } else { THIRD }).await);
    }
    wrong
}

/// One delivery; every tenth goes out three times at once, of which one is taken, and once more when that is known.
async fn deliver_one(
    client: &reqwest::Client,
    address: std::net::SocketAddr,
    n: usize,
    key: (&str, &str),
) -> Option<String> {
    let send = || send(client, address, n, key);
    let (answers, expected) = if n.is_multiple_of(10) {
        let (first, second, third) = tokio::join!(send(), send(), send());
        let mut at_once = [first, second, third];
        at_once.sort_unstable();
        ([&at_once[..], &[send().await]].concat(), vec![200, 401, 401, 401])
    } else {
        (vec![send().await], vec![200])
    };
    (answers != expected).then(|| format!("delivery {n}: {answers:?}"))
}

async fn send(client: &reqwest::Client, address: std::net::SocketAddr, n: usize, key: (&str, &str)) -> u16 {
    let mut sender = Sender::honest();
    (sender.key_id, sender.secret) = (key.0.to_owned(), key.1.to_owned());
    sender.target = "/vizion".to_owned();
    sender.body = n.to_string();
    sender.set("host", &address.to_string());
    let (length, digest) = (sender.body.len().to_string(), super::sender::digest(sender.body.as_bytes()));
    sender.set("content-length", &length).set("digest", &digest);
    let (parts, body) = sender.send().into_parts();
    let request = client.post(format!("http://{address}/vizion")).headers(parts.headers).body(body);
    request.send().await.unwrap().status().as_u16()
}
