//! W5: each delivery is taken once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use countersign::fault::Kind;
use countersign::vizion::webhook::Verifier;
use countersign::webhook::{MemoryStore, ReplayKey, ReplayStore, StoreError};
use futures_util::FutureExt as _;
use http::Request;

use super::cases;
use super::sender::Sender;
use super::{builder, now, refusal};
use crate::support::fault::assert_says_what_to_do;

/// What `receive` says: a code, or `accepted`.
pub(super) async fn receive(verifier: &Verifier, request: &Request<Bytes>) -> &'static str {
    let (parts, body) = request.clone().into_parts();
    match verifier.receive(&parts, body).await {
        Ok(_) => "accepted",
        Err(error) => refusal(&error),
    }
}

/// An honest delivery that differs from any with another `n`.
pub(crate) fn numbered(n: usize) -> Request<Bytes> {
    let mut sender = Sender::honest();
    sender.target = format!("/vizion?n={n}");
    sender.send()
}

#[test]
fn a_verified_delivery_says_where_it_came_from_and_for_how_long_to_remember_it() {
    let (parts, body) = Sender::honest().send().into_parts();
    let a_minute_later = now() + Duration::from_secs(60);
    let verified = builder().build().verify(&parts, &body, a_minute_later).unwrap();
    assert_eq!((verified.provider(), verified.key_id()), ("vizion", Some("hmac-key-1")));
    assert_eq!(verified.signed_at(), Some(now()));
    assert_eq!(verified.repeatable_for(), Duration::from_secs(4 * 60 + 5 * 60 + 1));
    let text = format!("{verified:?}");
    assert!(
        text.starts_with(r#"Verified { provider: "vizion", key_id: Some("hmac-key-1"), signed_at: "#),
        "{text}"
    );

    let read = verified.json::<serde_json::Value>().unwrap();
    assert_eq!(read["event"], "arrived");
    let error = verified.json::<Vec<()>>().unwrap_err();
    assert_eq!((error.code(), error.kind()), ("webhook-json", Kind::Unreadable));
    assert_says_what_to_do(&error);
}

/// Two verifiers, 100 copies at once, several deliveries: each is accepted once.
pub(super) async fn exactly_one_of_100_copies(stores: [Arc<dyn ReplayStore>; 2]) {
    let verifiers = stores.map(|store| builder().replay_store(store).build());
    for n in 0..5 {
        let copies = (0..100).map(|copy| {
            let verifier = verifiers[copy % 2].clone();
            tokio::spawn(async move { receive(&verifier, &numbered(n)).await })
        });
        let mut accepted = 0;
        for copy in copies.collect::<Vec<_>>() {
            match copy.await.unwrap() {
                "accepted" => accepted += 1,
                other => assert_eq!(other, "webhook-replayed"),
            }
        }
        assert_eq!(accepted, 1, "delivery {n}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn w5_memory_exactly_one_of_100_copies() {
    let store: Arc<dyn ReplayStore> = Arc::new(MemoryStore::default());
    exactly_one_of_100_copies([Arc::clone(&store), store]).await;
}

/// Counts what it is asked, and answers as it is told.
pub(super) struct Scripted {
    pub(super) asked: Arc<AtomicUsize>,
    pub(super) answer: fn() -> Result<bool, StoreError>,
}

#[async_trait::async_trait]
impl ReplayStore for Scripted {
    async fn insert_if_absent(&self, _: &ReplayKey, ttl: Duration) -> Result<bool, StoreError> {
        assert!(ttl > Duration::ZERO);
        self.asked.fetch_add(1, Ordering::SeqCst);
        (self.answer)()
    }

    async fn forget(&self, _: &ReplayKey) -> Result<(), StoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        (self.answer)().map(drop)
    }

    async fn contains(&self, _: &ReplayKey) -> Result<bool, StoreError> {
        (self.answer)()
    }
}

#[tokio::test]
async fn w5_a_forgery_first_does_not_spend_the_honest_delivery() {
    let asked = Arc::new(AtomicUsize::new(0));
    let spy = Scripted { asked: Arc::clone(&asked), answer: || Ok(true) };
    let spied = builder().replay_store(spy).build();
    let real = builder().build();
    for case in cases::all() {
        for verifier in [&spied, &real] {
            assert_eq!(receive(verifier, &case.request).await, case.code, "{}", case.name);
        }
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0, "no forgery reaches the store");
    let honest = Sender::honest().send();
    assert_eq!(receive(&real, &honest).await, "accepted");
    assert_eq!(receive(&real, &honest).await, "webhook-replayed");
}

#[tokio::test]
async fn w5_another_spelling_of_a_signature_is_still_a_copy() {
    let verifier = builder().build();
    let mut sender = Sender::honest();
    assert_eq!(receive(&verifier, &sender.send()).await, "accepted");
    sender.encode = |digest| hex::encode_upper(digest);
    assert_eq!(receive(&verifier, &sender.send()).await, "webhook-replayed");
    sender.print = super::sender::quoted;
    sender.expires = None;
    assert_eq!(receive(&verifier, &sender.send()).await, "webhook-replayed");
}

#[tokio::test]
async fn w5_an_unreachable_store_refuses_unless_told_otherwise() {
    let broken = || Scripted { asked: Arc::default(), answer: || Err("down".into()) };
    let honest = Sender::honest().send();
    let careful = builder().replay_store(broken()).build();
    assert_eq!(receive(&careful, &honest).await, "webhook-store-unreachable");
    let careless = builder().replay_store(broken()).dangerous_accept_without_store().build();
    assert_eq!(receive(&careless, &honest).await, "accepted");
    for case in cases::w1_signature_and_digest() {
        assert_eq!(receive(&careless, &case.request).await, case.code, "{}", case.name);
    }
}

#[tokio::test]
async fn a_full_memory_refuses_what_is_new_and_still_knows_what_it_had() {
    let verifier = builder().replay_store(MemoryStore::new(10)).build();
    let mut accepted = Vec::new();
    // It may exceed its capacity by what it has not counted yet, never without bound.
    let refused = (0..10_000).find(|n| {
        let verdict = futures_now(receive(&verifier, &numbered(*n)));
        if verdict == "accepted" {
            accepted.push(*n);
        }
        verdict == "webhook-store-unreachable"
    });
    assert!(refused.is_some_and(|n| n >= 10), "{refused:?}");
    for n in accepted {
        assert_eq!(receive(&verifier, &numbered(n)).await, "webhook-replayed");
    }
}

/// Runs a future that never waits.
pub(super) fn futures_now<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("it waits"),
    }
}

#[tokio::test]
async fn what_is_remembered_is_forgotten_after_its_time() {
    let (parts, body) = Sender::honest().send().into_parts();
    let verified = builder().build().verify(&parts, &body, super::now()).unwrap();
    let store = MemoryStore::default();
    let insert = |ttl| store.insert_if_absent(verified.replay_key(), ttl);
    assert!(insert(Duration::from_millis(20)).await.unwrap());
    for _ in 0..500 {
        if insert(Duration::from_secs(3600)).await.unwrap() {
            assert!(!insert(Duration::from_secs(3600)).await.unwrap());
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it is never forgotten");
}

/// A delivery that is forgotten is accepted once more, and what the store never took for a verification is left alone.
pub(super) async fn forgotten_is_accepted_anew(store: Arc<dyn ReplayStore>) {
    let verifier = builder().replay_store(store).build();
    let (parts, body) = numbered(0).into_parts();
    let accepted = verifier.receive(&parts, body.clone()).await.unwrap();
    assert_eq!(receive(&verifier, &numbered(0)).await, "webhook-replayed");
    verifier.forget(&verifier.verify(&parts, &body, now()).unwrap()).await.unwrap();
    assert_eq!(receive(&verifier, &numbered(0)).await, "webhook-replayed");
    let clone = accepted.clone();
    verifier.forget(&accepted).await.unwrap();
    // Nothing to forget is no error, and what was let in since then is not forgotten.
    assert_eq!(receive(&verifier, &numbered(0)).await, "accepted");
    verifier.forget(&accepted).await.unwrap();
    verifier.forget(&clone).await.unwrap();
    assert_eq!(receive(&verifier, &numbered(0)).await, "webhook-replayed");
}

#[tokio::test]
async fn what_memory_is_told_to_forget_is_accepted_anew() {
    forgotten_is_accepted_anew(Arc::new(MemoryStore::default())).await;
}

/// Does not answer when it is told to forget.
struct Stuck(MemoryStore);

#[async_trait::async_trait]
impl ReplayStore for Stuck {
    async fn insert_if_absent(&self, key: &ReplayKey, ttl: Duration) -> Result<bool, StoreError> {
        self.0.insert_if_absent(key, ttl).await
    }

    async fn forget(&self, _: &ReplayKey) -> Result<(), StoreError> {
        std::future::pending().await
    }

    async fn contains(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.0.contains(key).await
    }
}

#[tokio::test]
async fn what_was_given_up_while_it_was_forgotten_is_not_said_to_be() {
    let verifier = builder().replay_store(Stuck(MemoryStore::default())).build();
    let (parts, body) = numbered(0).into_parts();
    let accepted = verifier.receive(&parts, body).await.unwrap();
    assert!(verifier.forget(&accepted).now_or_never().is_none());
    let error = verifier.forget(&accepted.clone()).await.unwrap_err();
    assert!(error.to_string().contains("has not ended"), "{error}");
}

#[tokio::test]
async fn what_was_accepted_without_the_store_is_not_forgotten() {
    let asked = Arc::new(AtomicUsize::new(0));
    let broken = Scripted { asked: Arc::clone(&asked), answer: || Err("down".into()) };
    let verifier = builder().replay_store(broken).dangerous_accept_without_store().build();
    let (parts, body) = Sender::honest().send().into_parts();
    let accepted = verifier.receive(&parts, body).await.unwrap();
    verifier.forget(&accepted).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 1, "another machine may have remembered a copy");
}

#[tokio::test]
async fn the_hook_hears_every_refusal_and_nothing_else() {
    let heard = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&heard);
    let verifier = builder()
        .on_refused(move |error, parts| {
            assert!(error.kind() == Kind::Verification && parts.uri.path().starts_with('/'));
            count.fetch_add(1, Ordering::SeqCst);
        })
        .build();
    let honest = Sender::honest().send();
    receive(&verifier, &honest).await;
    assert_eq!(heard.load(Ordering::SeqCst), 0);
    receive(&verifier, &honest).await;
    receive(&verifier, &cases::w7_keys()[0].request).await;
    assert_eq!(heard.load(Ordering::SeqCst), 2);
}
