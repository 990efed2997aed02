//! Netvisor's contract: one call at a time for each company.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use countersign::netvisor::{Credentials, Netvisor};
use futures_util::FutureExt as _;
use http::Extensions;
use reqwest::{Body, Request, Response, ResponseBuilderExt as _};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next, Result};
use tokio::sync::Semaphore;

/// Stands where the client would be: counts the calls that have come, and answers each once it is let.
#[derive(Clone)]
struct Gate {
    came: Arc<AtomicUsize>,
    order: Arc<Mutex<Vec<String>>>,
    answers: Arc<Semaphore>,
}

impl Gate {
    fn new() -> Self {
        Self { came: Arc::default(), order: Arc::default(), answers: Arc::new(Semaphore::new(0)) }
    }

    fn came(&self) -> usize {
        self.came.load(Ordering::SeqCst)
    }

    fn answer(&self, calls: usize) {
        self.answers.add_permits(calls);
    }
}

#[async_trait::async_trait]
impl Middleware for Gate {
    async fn handle(&self, request: Request, _: &mut Extensions, _: Next<'_>) -> Result<Response> {
        self.came.fetch_add(1, Ordering::SeqCst);
        self.order.lock().unwrap().push(request.url().path().to_owned());
        self.answers.acquire().await.unwrap().forget();
        let chunks = [Ok::<_, std::io::Error>(Bytes::from("<Root>")), Ok(Bytes::from("</Root>"))];
        let body = match request.url().path() {
            "/empty" => Body::from(""),
            "/broken" => Body::wrap_stream(futures_util::stream::iter([
                Ok(Bytes::from("<Root>")),
                Err(std::io::Error::other("cut off")),
            ])),
            _ => Body::wrap_stream(futures_util::stream::iter(chunks)),
        };
        Ok(http::Response::builder().url(request.url().clone()).body(body).unwrap().into())
    }
}

/// Credentials of a company, under keys of their own.
fn netvisor(company: &str) -> Netvisor {
    Netvisor::new(Credentials {
        sender: "Acme".into(),
        customer_id: "FI_1".into(),
        customer_key: "customer-key".into(),
        partner_id: "Acm_1".into(),
        partner_key: "partner-key".into(),
        organisation_id: company.into(),
    })
    .unwrap()
}

fn client(netvisor: Netvisor, gate: &Gate) -> ClientWithMiddleware {
    let inner = countersign::client_builder().build().unwrap();
    ClientBuilder::new(inner).with(netvisor).with(gate.clone()).build()
}

fn get(client: &ClientWithMiddleware, path: &str) -> impl Future<Output = Result<Response>> + Send + 'static {
    client.get(format!("https://integration.netvisor.fi{path}")).send()
}

/// Lets all other tasks run until none can go on: nothing here waits for a socket.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn calls_of_one_company_go_out_one_at_a_time_in_their_order_whichever_value_makes_them() {
    let gate = Gate::new();
    // Made apart: nothing but origin and organisation id is common to them.
    let clients = [client(netvisor("1"), &gate), client(netvisor("1"), &gate)];
    let calls: Vec<_> = (0..6)
        .map(|n| {
            let call = get(&clients[n % 2], &format!("/{n}"));
            tokio::spawn(async move { call.await.unwrap().bytes().await.unwrap() })
        })
        .collect();
    for n in 1..=6 {
        settle().await;
        assert_eq!(gate.came(), n);
        gate.answer(1);
    }
    for call in calls {
        assert_eq!(call.await.unwrap(), "<Root></Root>");
    }
    assert_eq!(*gate.order.lock().unwrap(), ["/0", "/1", "/2", "/3", "/4", "/5"]);
}

#[tokio::test]
async fn another_company_and_another_origin_do_not_wait() {
    let gate = Gate::new();
    let one = get(&client(netvisor("2"), &gate), "/one");
    let other = get(&client(netvisor("3"), &gate), "/other");
    let test = client(netvisor("2"), &gate).get("https://isvapi.netvisor.fi/test").send();
    let calls = tokio::spawn(futures_util::future::join3(one, other, test));
    settle().await;
    assert_eq!(gate.came(), 3);
    gate.answer(3);
    let (one, other, test) = calls.await.unwrap();
    assert!(one.is_ok() && other.is_ok() && test.is_ok());
}

#[tokio::test]
async fn a_turn_lasts_until_the_body_was_read_or_dropped() {
    let gate = Gate::new();
    let client = client(netvisor("4"), &gate);
    gate.answer(100);
    let mut came = 0;
    for end in ["/read", "/drop", "/drop-half", "/broken", "/stream"] {
        let mut held = get(&client, end).await.unwrap();
        let next = tokio::spawn(get(&client, "/empty"));
        settle().await;
        came += 1;
        assert_eq!(gate.came(), came, "{end}: the next call waits for the body");
        match end {
            "/read" => drop(held.bytes().await.unwrap()),
            "/drop" => drop(held),
            "/drop-half" => {
                held.chunk().await.unwrap();
                settle().await;
                assert_eq!(gate.came(), came);
                drop(held);
            }
            // The response is still there, its body has ended.
            "/broken" => while held.chunk().await.is_ok() {},
            _ => while held.chunk().await.unwrap().is_some() {},
        }
        // Nothing is read of a reply that has no body, and the next call does not wait for it.
        let empty = next.await.unwrap().unwrap();
        came += 1;
        assert_eq!(gate.came(), came, "{end}");
        drop(empty);
    }
}

#[tokio::test]
async fn a_reply_without_a_body_ends_its_turn_by_itself() {
    let gate = Gate::new();
    let client = client(netvisor("5"), &gate);
    gate.answer(2);
    let held = get(&client, "/empty").await.unwrap();
    get(&client, "/empty").await.unwrap();
    drop(held);
}

#[tokio::test]
async fn a_call_dropped_at_any_await_gives_its_turn_back() {
    let gate = Gate::new();
    let client = client(netvisor("6"), &gate);
    let mut sent = Box::pin(get(&client, "/sent"));
    assert!(sent.as_mut().now_or_never().is_none());
    let mut waiting = Box::pin(get(&client, "/waiting"));
    assert!(waiting.as_mut().now_or_never().is_none());
    let last = tokio::spawn(get(&client, "/last"));
    settle().await;
    assert_eq!(gate.came(), 1);
    // The one that is next is dropped after its turn has come, and before it could take it.
    drop(sent);
    drop(waiting);
    gate.answer(1);
    last.await.unwrap().unwrap();
    assert_eq!(*gate.order.lock().unwrap(), ["/sent", "/last"]);
}

#[tokio::test]
async fn more_run_at_once_where_that_is_asked_for() {
    let gate = Gate::new();
    let client = client(netvisor("8").parallel_calls(3), &gate);
    let calls: Vec<_> = (0..5).map(|n| tokio::spawn(get(&client, &format!("/{n}")))).collect();
    settle().await;
    assert_eq!(gate.came(), 3);
    gate.answer(5);
    for call in calls {
        call.await.unwrap().unwrap().bytes().await.unwrap();
    }
}

#[tokio::test]
async fn the_time_of_a_stamp_is_that_of_the_turn() {
    let gate = Gate::new();
    let inner = countersign::client_builder().build().unwrap();
    let recorder = crate::support::recorder::Recorder::default();
    let client =
        ClientBuilder::new(inner).with(netvisor("9")).with(recorder.clone()).with(gate.clone()).build();
    gate.answer(100);
    let held = get(&client, "/held").await.unwrap();
    let next = tokio::spawn(get(&client, "/next"));
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    drop(held);
    next.await.unwrap().unwrap();
    let seconds = |headers: &http::HeaderMap| -> u64 {
        headers["x-netvisor-authentication-timestampunix"].to_str().unwrap().parse().unwrap()
    };
    let stamps: Vec<_> = recorder.requests().iter().map(|(_, headers)| seconds(headers)).collect();
    assert!(stamps[1] > stamps[0], "{stamps:?}");
}
