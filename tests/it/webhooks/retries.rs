//! Retries of deliveries whose handler failed, over sockets, with either store.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use bytes::Bytes;
use countersign::vizion::webhook::{Scheme, Verified, Verifier};
use countersign::webhook::{MemoryStore, RedisStore, ReplayKey, ReplayStore, StoreError, VerifyLayer};
use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::sync::Notify;
use tower::{Layer as _, ServiceExt as _, service_fn};

use super::builder;
use super::log::listen;
use super::once::{Scripted, futures_now, numbered};
use super::sockets::{exchange, serve};
use crate::support::redis_server::RedisServer;

pub(super) type Configure = fn(VerifyLayer<Scheme>) -> VerifyLayer<Scheme>;

pub(super) fn verifier(store: &Arc<dyn ReplayStore>) -> Verifier {
    builder().replay_store(Arc::clone(store)).build()
}

/// What a handler does with the delivery that it is given next.
#[derive(Clone, Copy)]
pub(super) enum Act {
    Answer(u16),
    Panic,
    /// Answers when it is told to.
    Wait(u16),
}

use Act::{Answer, Panic, Wait};

/// A service whose handler does one thing after the other, then answers 200 with a body.
pub(super) struct Service {
    pub(super) address: SocketAddr,
    runs: Arc<AtomicUsize>,
    go_on: Arc<Notify>,
}

impl Service {
    pub(super) async fn start(verifier: &Verifier, configure: Configure, acts: &[Act]) -> Self {
        let (runs, go_on) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let acts = Arc::new(Mutex::new(VecDeque::from(acts.to_vec())));
        let (count, awaited) = (Arc::clone(&runs), Arc::clone(&go_on));
        let handler = move |_: Verified<Bytes>| {
            let act = acts.lock().unwrap().pop_front().unwrap_or(Answer(200));
            count.fetch_add(1, Ordering::SeqCst);
            act_out(act, Arc::clone(&awaited))
        };
        let app = Router::new().fallback(post(handler)).layer(configure(verifier.layer()));
        Self { address: serve(app).await, runs, go_on }
    }

    pub(super) fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    pub(super) async fn await_runs(&self, runs: usize) {
        for _ in 0..3000 {
            if self.runs() == runs {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the handler ran {} times", self.runs());
    }

    pub(super) fn go_on(&self) {
        self.go_on.notify_one();
    }

    /// The status of one more try; 0 where the connection was closed without an answer.
    pub(super) async fn deliver(&self) -> u16 {
        status(&exchange(self.address, numbered(0)).await)
    }

    /// What a retry gets once the end of the one before has come round to the store.
    async fn deliver_until_let_in(&self) -> u16 {
        for _ in 0..500 {
            match self.deliver().await {
                401 => tokio::time::sleep(Duration::from_millis(20)).await,
                status => return status,
            }
        }
        401
    }
}

async fn act_out(act: Act, go_on: Arc<Notify>) -> Response {
    let status = match act {
        Panic => panic!("as told"),
        Answer(status) => status,
        Wait(status) => {
            go_on.notified().await;
            status
        }
    };
    (StatusCode::from_u16(status).unwrap(), "handled").into_response()
}

pub(super) fn status(answer: &str) -> u16 {
    answer.get(9..12).map_or(0, |status| status.parse().unwrap())
}

pub(super) async fn statuses(service: &Service, deliveries: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..deliveries {
        statuses.push(service.deliver().await);
    }
    statuses
}

/// Memory and, where it is installed, a Redis; the server lives as long as it is held.
pub(super) fn stores(test: &str) -> (Vec<Arc<dyn ReplayStore>>, Option<RedisServer>) {
    let mut stores: Vec<Arc<dyn ReplayStore>> = vec![Arc::new(MemoryStore::default())];
    let server = RedisServer::start(test);
    if let Some(server) = &server {
        stores.push(Arc::new(RedisStore::connect(server.url()).unwrap()));
    }
    (stores, server)
}

fn forget_failed(layer: VerifyLayer<Scheme>) -> VerifyLayer<Scheme> {
    layer.forget_failed()
}

#[tokio::test]
async fn unless_told_otherwise_a_failed_delivery_is_spent() {
    let verifier = builder().build();
    let service = Service::start(&verifier, |layer| layer, &[Answer(500)]).await;
    assert_eq!(statuses(&service, 3).await, [500, 401, 401]);
    assert_eq!(service.runs(), 1);
}

#[tokio::test]
async fn what_answers_that_it_failed_is_forgotten_until_it_is_handled() {
    let (stores, _server) = stores("what_answers_that_it_failed_is_forgotten_until_it_is_handled");
    for store in stores {
        let acts = [Answer(500), Answer(503), Answer(408), Answer(429)];
        let service = Service::start(&verifier(&store), forget_failed, &acts).await;
        assert_eq!(statuses(&service, 7).await, [500, 503, 408, 429, 200, 401, 401]);
        assert_eq!(service.runs(), 5);
    }
}

#[tokio::test]
async fn what_is_answered_otherwise_stays_spent() {
    for status in [201, 303, 400, 404, 422] {
        let service = Service::start(&builder().build(), forget_failed, &[Answer(status)]).await;
        assert_eq!(statuses(&service, 2).await, [status, 401]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_panics_is_forgotten() {
    let (stores, _server) = stores("what_panics_is_forgotten");
    for store in stores {
        let service = Service::start(&verifier(&store), forget_failed, &[Panic, Panic]).await;
        for expected in [0, 0, 200] {
            assert_eq!(service.deliver_until_let_in().await, expected);
        }
        assert_eq!((service.deliver().await, service.runs()), (401, 3));
    }
}

/// Sends a delivery, and closes the connection while its handler waits.
async fn hang_up(service: &Service) {
    tokio::select! {
        status = service.deliver() => panic!("answered {status}"),
        () = service.await_runs(1) => {}
    }
}

#[tokio::test]
async fn what_is_dropped_when_the_sender_hangs_up_is_forgotten() {
    let (stores, _server) = stores("what_is_dropped_when_the_sender_hangs_up_is_forgotten");
    for store in stores {
        let service = Service::start(&verifier(&store), forget_failed, &[Wait(200)]).await;
        hang_up(&service).await;
        assert_eq!(service.deliver_until_let_in().await, 200);
        assert_eq!((service.deliver().await, service.runs()), (401, 2));
    }
}

#[tokio::test]
async fn of_copies_while_one_is_handled_none_is_let_in() {
    let (stores, _server) = stores("of_copies_while_one_is_handled_none_is_let_in");
    for store in stores {
        let service = Service::start(&verifier(&store), forget_failed, &[Wait(500)]).await;
        let copies = async {
            service.await_runs(1).await;
            let statuses = statuses(&service, 3).await;
            service.go_on();
            statuses
        };
        let (first, copies) = tokio::join!(service.deliver(), copies);
        assert_eq!((first, copies, service.runs()), (500, vec![401; 3], 1));
        assert_eq!(statuses(&service, 2).await, [200, 401]);
    }
}

/// Sends a delivery to a service that ends in an error, and says whether it got there.
async fn reaches_what_fails(layer: &VerifyLayer<Scheme>) -> bool {
    let failing =
        service_fn(|_: Request<Full<Bytes>>| async { Err::<http::Response<String>, _>("no answer") });
    layer.layer(failing).oneshot(numbered(0).map(Full::new)).await.is_err()
}

#[tokio::test]
async fn what_ends_in_an_error_is_forgotten() {
    let layer = builder().build().layer();
    assert!(reaches_what_fails(&layer).await && !reaches_what_fails(&layer).await);
    let layer = builder().build().layer().forget_failed();
    assert!(reaches_what_fails(&layer).await && reaches_what_fails(&layer).await);
}

#[test]
fn outside_of_tokio_it_stays_spent_and_the_log_says_so() {
    let (log, _guard) = futures_now(listen());
    let layer = builder().build().layer().forget_failed();
    assert!(futures_now(reaches_what_fails(&layer)));
    let text = log.take();
    assert!(
        text.contains("WARN") && text.contains("webhook stays spent: telling the store takes tokio"),
        "{text}"
    );
    assert!(!futures_now(reaches_what_fails(&layer)));
}

/// Remembers, and cannot forget.
struct Unforgetting(MemoryStore);

#[async_trait::async_trait]
impl ReplayStore for Unforgetting {
    async fn insert_if_absent(&self, key: &ReplayKey, ttl: Duration) -> Result<bool, StoreError> {
        self.0.insert_if_absent(key, ttl).await
    }

    async fn forget(&self, _: &ReplayKey) -> Result<(), StoreError> {
        Err("it cannot forget".into())
    }

    async fn contains(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.0.contains(key).await
    }
}

#[tokio::test]
async fn what_the_store_does_not_forget_stays_spent_and_the_log_says_so() {
    let (log, _guard) = listen().await;
    let store: Arc<dyn ReplayStore> = Arc::new(Unforgetting(MemoryStore::default()));
    let service = Service::start(&verifier(&store), forget_failed, &[Answer(500)]).await;
    assert_eq!(service.deliver().await, 500);
    let text = log.take();
    assert!(
        text.contains("WARN") && text.contains("stays spent") && text.contains("it cannot forget"),
        "{text}"
    );
    assert_eq!((service.deliver().await, service.runs()), (401, 1));
}

#[tokio::test]
async fn the_store_is_told_no_more_than_what_it_has_to_know() {
    let (log, _guard) = listen().await;
    for (answer, act) in [
        ((|| Ok(true)) as fn() -> Result<bool, StoreError>, Answer(200)),
        (|| Err("down".into()), Answer(500)),
    ] {
        let asked = Arc::new(AtomicUsize::new(0));
        let store = Scripted { asked: Arc::clone(&asked), answer };
        let verifier = builder().replay_store(store).dangerous_accept_without_store().build();
        Service::start(&verifier, forget_failed, &[act]).await.deliver().await;
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
    let text = log.take();
    assert!(!text.contains("forgotten"), "{text}");
}
