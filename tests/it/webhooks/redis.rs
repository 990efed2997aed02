//! W5 over a real Redis.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use countersign::vizion::webhook::Verifier;
use countersign::webhook::{RedisStore, ReplayStore};

use super::builder;
use super::cases;
use super::once::{exactly_one_of_100_copies, forgotten_is_accepted_anew, numbered, receive};
use crate::support::redis_server::RedisServer;

fn verifier(server: &RedisServer) -> Verifier {
    builder().replay_store(RedisStore::connect(server.url()).unwrap()).build()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn w5_redis_exactly_one_of_100_copies() {
    let Some(server) = RedisServer::start("w5_redis_exactly_one_of_100_copies") else { return };
    let store = || Arc::new(RedisStore::connect(server.url()).unwrap()) as Arc<dyn ReplayStore>;
    exactly_one_of_100_copies([store(), store()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn w5_redis_exactly_one_of_100_copies_over_a_connection_of_ones_own() {
    let Some(server) = RedisServer::start("w5_redis_exactly_one_of_100_copies_over_a_connection_of_ones_own")
    else {
        return;
    };
    let client = redis::Client::open(server.url()).unwrap();
    let connection = client.get_multiplexed_async_connection().await.unwrap();
    let store = || Arc::new(RedisStore::new(connection.clone())) as Arc<dyn ReplayStore>;
    exactly_one_of_100_copies([store(), store()]).await;
}

#[tokio::test]
async fn what_redis_is_told_to_forget_is_accepted_anew() {
    let Some(server) = RedisServer::start("what_redis_is_told_to_forget_is_accepted_anew") else { return };
    forgotten_is_accepted_anew(Arc::new(RedisStore::connect(server.url()).unwrap())).await;
}

#[tokio::test]
async fn a_redis_that_is_down_says_that_it_did_not_forget() {
    let Some(mut server) = RedisServer::start("a_redis_that_is_down_says_that_it_did_not_forget") else {
        return;
    };
    let verifier = verifier(&server);
    let (parts, body) = numbered(0).into_parts();
    let accepted = verifier.receive(&parts, body).await.unwrap();
    server.kill();
    assert!(verifier.forget(&accepted).await.is_err());
}

#[tokio::test]
async fn what_is_remembered_in_redis_has_a_life_and_a_prefix() {
    let Some(server) = RedisServer::start("what_is_remembered_in_redis_has_a_life_and_a_prefix") else {
        return;
    };
    let store = RedisStore::connect(server.url()).unwrap().prefix("mine:");
    let verifier = builder().replay_store(store).build();
    let request = numbered(0);
    assert_eq!(receive(&verifier, &request).await, "accepted");

    let (parts, body) = request.into_parts();
    let verified = verifier.verify(&parts, &body, super::now()).unwrap();
    let key = format!("mine:{}", verified.replay_key());
    let client = redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let left: i64 = redis::cmd("PTTL").arg(&key).query_async(&mut connection).await.unwrap();
    let life = i64::try_from(verified.repeatable_for().as_millis()).unwrap();
    assert_eq!(life, 601_000, "5 minutes, 5 more for clocks that differ, 1 s for rounding");
    assert!((1..=life).contains(&left), "{left}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w5_redis_killed_and_restarted_under_load() {
    let Some(mut server) = RedisServer::start("w5_redis_killed_and_restarted_under_load") else { return };
    let load = Load::start([verifier(&server), verifier(&server)]);
    load.await_accepted(50).await;

    server.kill();
    assert_eq!(receive(&verifier(&server), &numbered(1_000_000)).await, "webhook-store-unreachable");

    server.restart();
    let before = load.accepted.load(Ordering::SeqCst);
    load.await_accepted(before + 50).await;
    for task in load.stop() {
        for n in task.await.unwrap() {
            let again = receive(&verifier(&server), &numbered(n)).await;
            assert_eq!(again, "webhook-replayed", "the restart must not have forgotten delivery {n}");
        }
    }
}

/// Tasks that send fresh deliveries, copies and forgeries until told to stop.
struct Load {
    stop: Arc<AtomicBool>,
    accepted: Arc<AtomicUsize>,
    tasks: Vec<tokio::task::JoinHandle<Vec<usize>>>,
}

impl Load {
    fn start(verifiers: [Verifier; 2]) -> Self {
        let (stop, accepted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let tasks = (0..8)
            .map(|task| {
                let (stop, accepted, verifiers) =
                    (Arc::clone(&stop), Arc::clone(&accepted), verifiers.clone());
                tokio::spawn(async move {
                    let mut mine = Vec::new();
                    for n in (0..).map(|n| task * 100_000 + n) {
                        if stop.load(Ordering::SeqCst) {
                            break;
                        }
                        if send_twice_and_forge(&verifiers, n).await {
                            mine.push(n);
                            accepted.fetch_add(1, Ordering::SeqCst);
                        }
                    }
                    mine
                })
            })
            .collect();
        Self { stop, accepted, tasks }
    }

    async fn await_accepted(&self, count: usize) {
        for _ in 0..3000 {
            if self.accepted.load(Ordering::SeqCst) >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("honest deliveries are not accepted");
    }

    fn stop(self) -> Vec<tokio::task::JoinHandle<Vec<usize>>> {
        self.stop.store(true, Ordering::SeqCst);
        self.tasks
    }
}

/// Whether delivery `n` was accepted by one of two machines; never by both, and its forgery by none.
async fn send_twice_and_forge([one, other]: &[Verifier; 2], n: usize) -> bool {
    let mut forged = numbered(n);
    *forged.uri_mut() = format!("/vizion?n={n}&forged").parse().unwrap();
    assert_eq!(receive(one, &forged).await, "webhook-signature-mismatch");
    let request = numbered(n);
    let verdicts = tokio::join!(receive(one, &request), receive(other, &request));
    let known = ["accepted", "webhook-replayed", "webhook-store-unreachable"];
    assert!(known.contains(&verdicts.0) && known.contains(&verdicts.1), "{verdicts:?}");
    assert_ne!(verdicts, ("accepted", "accepted"), "delivery {n}");
    verdicts.0 == "accepted" || verdicts.1 == "accepted"
}

#[tokio::test]
async fn a_store_that_was_never_there_refuses() {
    let nowhere = RedisStore::connect("redis://127.0.0.1:1/").unwrap();
    let verifier = builder().replay_store(nowhere).build();
    assert_eq!(receive(&verifier, &numbered(0)).await, "webhook-store-unreachable");
    let case = cases::w7_keys().remove(0);
    assert_eq!(receive(&verifier, &case.request).await, case.code);
}

#[tokio::test]
async fn a_store_that_never_answers_refuses() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}/", silent.local_addr().unwrap());
    let verifier = builder().replay_store(RedisStore::connect(url).unwrap()).build();
    let patience = Duration::from_secs(60);
    let verdict = tokio::time::timeout(patience, receive(&verifier, &numbered(0))).await;
    assert_eq!(verdict.expect("it waits for ever"), "webhook-store-unreachable");
}

#[test]
fn outside_of_a_runtime_a_store_is_refused_instead_of_a_panic() {
    let error = RedisStore::connect("redis://127.0.0.1:1/").unwrap_err();
    assert_eq!(error.code(), "no-tokio-runtime");
    assert!(error.next_step().contains("async function"));
}

#[tokio::test]
async fn a_url_that_cannot_be_read_is_refused_without_its_password() {
    let error = RedisStore::connect("nonsense://:canary@host").unwrap_err();
    assert_eq!(error.code(), "invalid-redis-url");
    assert!(error.next_step().starts_with("Write it like redis://"));
    assert!(!format!("{error} {error:?}").contains("canary"));
}

/// A claim that lands after its caller has given up would keep out each retry, and nobody was let in for it.
#[tokio::test]
async fn a_claim_that_reaches_a_paused_redis_late_is_taken_back() {
    let Some(server) = RedisServer::start("a_claim_that_reaches_a_paused_redis_late_is_taken_back") else {
        return;
    };
    let (verifier, other) = (verifier(&server), verifier(&server));
    assert_eq!(receive(&verifier, &numbered(0)).await, "accepted", "it is connected");
    server.signal("STOP");
    assert_eq!(receive(&verifier, &numbered(1)).await, "webhook-store-unreachable");
    server.signal("CONT");
    for _ in 0..100 {
        if receive(&other, &numbered(1)).await == "accepted" {
            // What another has claimed since is left alone.
            tokio::time::sleep(Duration::from_secs(2)).await;
            assert_eq!(receive(&other, &numbered(1)).await, "webhook-replayed");
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the retry is still refused");
}

#[tokio::test]
async fn a_redis_says_whether_it_is_there() {
    let Some(mut server) = RedisServer::start("a_redis_says_whether_it_is_there") else { return };
    let store = RedisStore::connect(server.url()).unwrap();
    assert!(store.ping().await.is_ok());
    server.kill();
    assert!(store.ping().await.is_err());
}
