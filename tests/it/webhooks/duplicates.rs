//! Repetitions of deliveries that were handled, where they are acknowledged.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use countersign::unleashed;
use countersign::vizion::webhook::{Scheme, Verified};
use countersign::webhook::{MemoryStore, ReplayKey, ReplayStore, StoreError, VerifyLayer};
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer as _, ServiceExt as _, service_fn};

use super::log::listen;
use super::once::numbered;
use super::retries::Act::{Answer, Wait};
use super::retries::{Service, status, statuses, stores, verifier};
use super::sender::Sender;
use super::sockets::exchange;
use super::{builder, cases};

fn acknowledge(layer: VerifyLayer<Scheme>) -> VerifyLayer<Scheme> {
    layer.acknowledge_duplicates()
}

fn forget_and_acknowledge(layer: VerifyLayer<Scheme>) -> VerifyLayer<Scheme> {
    layer.forget_failed().acknowledge_duplicates()
}

#[tokio::test]
async fn a_repetition_of_what_was_handled_is_answered_by_an_empty_200() {
    let (stores, _server) = stores("a_repetition_of_what_was_handled_is_answered_by_an_empty_200");
    for store in stores {
        // Two machines that share the store.
        let first = Service::start(&verifier(&store), acknowledge, &[Answer(202)]).await;
        let other = Service::start(&verifier(&store), acknowledge, &[]).await;
        let answer = exchange(first.address, numbered(0)).await;
        assert!(status(&answer) == 202 && answer.ends_with("handled"), "{answer}");
        for service in [&first, &other, &first] {
            let again = exchange(service.address, numbered(0)).await;
            assert!(status(&again) == 200 && again.ends_with("\r\n\r\n"), "{again}");
        }
        assert_eq!((first.runs(), other.runs()), (1, 0));
        assert_eq!(status(&exchange(first.address, numbered(1)).await), 200);
        assert_eq!(first.runs(), 2);
    }
}

#[tokio::test]
async fn what_one_route_handled_is_not_acknowledged_at_another() {
    let clock = || UNIX_EPOCH + Duration::from_secs(1_685_548_865);
    // Signs neither host, path nor method.
    let verifier = unleashed::webhook::Verifier::builder()
        .signing_key("the signing secret")
        .unwrap()
        .clock(clock)
        .build();
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let handler = service_fn(move |_: Request<Full<Bytes>>| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Ok::<_, Infallible>(Response::new(String::new())) }
    });
    let service = verifier.layer().acknowledge_duplicates().layer(handler);
    let deliver = async |method: &str, url: &str| {
        let mut request =
            unleashed::webhook::testing::sign("the signing secret", url, "{}", clock()).unwrap();
        *request.method_mut() = method.parse().unwrap();
        service.clone().oneshot(request.map(Full::new)).await.unwrap().status().as_u16()
    };
    for (method, url, expected) in [
        ("POST", "https://h.example/customers", 200),
        ("POST", "https://h.example/customers", 200),
        ("POST", "https://h.example/orders", 401),
        ("POST", "https://h.example/customers?a", 401),
        ("POST", "https://other.example/customers", 401),
        ("PUT", "https://h.example/customers", 401),
        ("POST", "https://h.example/customers", 200),
    ] {
        assert_eq!(deliver(method, url).await, expected, "{method} {url}");
    }
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_is_forgotten_after_it_was_handled_is_acknowledged_no_more() {
    let (stores, _server) = stores("what_is_forgotten_after_it_was_handled_is_acknowledged_no_more");
    for store in stores {
        let verifier = verifier(&store);
        let taken = Arc::new(Mutex::new(Vec::<Verified<Bytes>>::new()));
        let keep = Arc::clone(&taken);
        let handler = service_fn(move |request: Request<Full<Bytes>>| {
            let mut taken = keep.lock().unwrap();
            taken.push(request.extensions().get().cloned().unwrap());
            let status = if taken.len() == 1 { 200 } else { 500 };
            std::future::ready(Ok::<_, Infallible>(
                Response::builder().status(status).body(String::new()).unwrap(),
            ))
        });
        let service = verifier.layer().acknowledge_duplicates().layer(handler);
        let deliver =
            async || service.clone().oneshot(numbered(0).map(Full::new)).await.unwrap().status().as_u16();
        assert_eq!([deliver().await, deliver().await], [200, 200]);
        // What the handler had put into a queue was lost.
        let lost = taken.lock().unwrap()[0].clone();
        verifier.forget(&lost).await.unwrap();
        assert_eq!(
            [deliver().await, deliver().await],
            [500, 401],
            "it failed, and 200 would say that it did not"
        );
        assert_eq!(taken.lock().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn what_its_handler_had_forgotten_is_not_acknowledged_though_it_answered_200() {
    let verifier = builder().build();
    let runs = Arc::new(AtomicUsize::new(0));
    let (own, count) = (verifier.clone(), Arc::clone(&runs));
    let handler = service_fn(move |request: Request<Full<Bytes>>| {
        let (verifier, run) = (own.clone(), count.fetch_add(1, Ordering::SeqCst));
        async move {
            let delivery: &Verified<Bytes> = request.extensions().get().unwrap();
            let status = if run == 0 { 200 } else { 500 };
            if run == 0 {
                verifier.forget(delivery).await.unwrap();
            }
            Ok::<_, Infallible>(Response::builder().status(status).body(String::new()).unwrap())
        }
    });
    let service = verifier.layer().acknowledge_duplicates().layer(handler);
    let deliver =
        async || service.clone().oneshot(numbered(0).map(Full::new)).await.unwrap().status().as_u16();
    assert_eq!([deliver().await, deliver().await, deliver().await], [200, 500, 401]);
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_failed_or_was_rejected_is_never_acknowledged() {
    for failed in [302, 404, 422, 500] {
        let service = Service::start(&builder().build(), acknowledge, &[Answer(failed)]).await;
        assert_eq!(statuses(&service, 3).await, [failed, 401, 401]);
        assert_eq!(service.runs(), 1);
    }
}

#[tokio::test]
async fn what_failed_is_let_in_until_it_is_handled_and_then_acknowledged() {
    let (stores, _server) = stores("what_failed_is_let_in_until_it_is_handled_and_then_acknowledged");
    for store in stores {
        let acts = [Answer(500), Answer(503)];
        let service = Service::start(&verifier(&store), forget_and_acknowledge, &acts).await;
        assert_eq!(statuses(&service, 5).await, [500, 503, 200, 200, 200]);
        assert_eq!(service.runs(), 3);
    }
}

#[tokio::test]
async fn a_copy_of_what_is_still_handled_is_not_acknowledged_since_that_may_fail() {
    let (stores, _server) = stores("a_copy_of_what_is_still_handled_is_not_acknowledged_since_that_may_fail");
    for store in stores {
        let first = Service::start(&verifier(&store), forget_and_acknowledge, &[Wait(500)]).await;
        let other = Service::start(&verifier(&store), forget_and_acknowledge, &[]).await;
        let copies = async {
            first.await_runs(1).await;
            let copies = (first.deliver().await, other.deliver().await);
            first.go_on();
            copies
        };
        let (failed, copies) = tokio::join!(first.deliver(), copies);
        assert_eq!((failed, copies), (500, (401, 401)));
        assert_eq!((other.deliver().await, other.runs(), first.deliver().await), (200, 1, 200));
        assert_eq!(first.runs(), 1);
    }
}

#[tokio::test]
async fn nothing_but_a_repetition_is_acknowledged() {
    let last = Arc::new(Mutex::new(""));
    let heard = Arc::clone(&last);
    let strict = builder().on_refused(move |error, _| *heard.lock().unwrap() = error.code()).build();
    let strict = Service::start(&strict, |layer| layer, &[]).await;
    let service = Service::start(&builder().build(), acknowledge, &[]).await;
    let honest = Sender::honest().send();
    for service in [&strict, &service] {
        assert_eq!(status(&exchange(service.address, honest.clone()).await), 200);
    }
    for case in cases::all() {
        exchange(strict.address, case.request.clone()).await;
        // Some tampering is white space that does not survive the wire.
        let expected = if *last.lock().unwrap() == "webhook-replayed" { 200 } else { 401 };
        let answer = exchange(service.address, case.request).await;
        assert_eq!(status(&answer), expected, "{}: {answer}", case.name);
    }
    assert_eq!(service.runs(), 1);
}

/// Has no room for what was handled, or does not say whether it was.
struct NoRoom {
    store: MemoryStore,
    says: bool,
}

#[async_trait::async_trait]
impl ReplayStore for NoRoom {
    async fn insert_if_absent(&self, key: &ReplayKey, ttl: Duration) -> Result<bool, StoreError> {
        if key.to_string().ends_with(":handled") {
            return Err("no room".into());
        }
        self.store.insert_if_absent(key, ttl).await
    }

    async fn forget(&self, key: &ReplayKey) -> Result<(), StoreError> {
        self.store.forget(key).await
    }

    async fn contains(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        if self.says { self.store.contains(key).await } else { Err("it does not say".into()) }
    }
}

#[tokio::test]
async fn a_repetition_is_refused_where_the_store_does_not_know_whether_it_was_handled() {
    for (says, status, reason) in [(true, 401, "webhook-replayed"), (false, 503, "it does not say")] {
        let (log, _guard) = listen().await;
        let store: Arc<dyn ReplayStore> = Arc::new(NoRoom { store: MemoryStore::default(), says });
        let service = Service::start(&verifier(&store), acknowledge, &[]).await;
        assert_eq!(service.deliver().await, 200);
        let text = log.take();
        assert!(
            text.contains("handled, and its repetitions are refused") && text.contains("no room"),
            "{text}"
        );
        assert_eq!((service.deliver().await, service.runs()), (status, 1));
        let text = log.take();
        assert!(text.contains(reason), "{text}");
    }
}
