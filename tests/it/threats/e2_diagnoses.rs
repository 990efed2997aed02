//! E2: diagnosing a stranger's delivery takes milliseconds. No refusal is diagnosed unless asked for; then one budget for
//! the process, counted in bytes printed and hashed, and never on a thread that serves others.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use countersign::netgiro::Netgiro;
use countersign::time::{Clock as _, SystemClock};
use countersign::unleashed::webhook::{Scheme, Verifier, testing};
use countersign::webhook::Builder;
use futures_util::FutureExt as _;
use http::{Request, Response};
use http_body_util::Full;
use reqwest::ResponseBuilderExt as _;
use reqwest_middleware::{ClientBuilder, Middleware, Next};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::support::chains::fault;
use crate::support::netgiro::{APP_KEY, BODY, SECRET, signature};
use crate::support::{client, noon};

const KEY: &str = "an example signing key";

fn verifier() -> Builder<Scheme> {
    Verifier::builder().signing_key(KEY).unwrap().clock(noon)
}

/// Signed with a mistake that each diagnosis knows.
fn mistaken() -> Request<Bytes> {
    let mut request = testing::sign(KEY, "https://h.example/in", r#"{"a":1}"#, noon()).unwrap();
    *request.body_mut() = Bytes::from_static(b"{ \"a\": 1 }");
    request
}

/// JSON of `items` that differ in each of the styles.
fn dear_body(items: usize) -> String {
    format!("[{}1]", "1.0,\"</\u{e9}\",".repeat(items))
}

/// Such a body, with a signature that nothing explains.
fn dear(items: usize) -> Request<Bytes> {
    testing::sign("a key that nobody has", "https://h.example/in", dear_body(items), noon()).unwrap()
}

/// Set in the process of one test.
const ALONE: &str = "COUNTERSIGN_TEST_ALONE";

/// Whether this process is that of one test alone. If not, one is started: the allowance is that of the process, and other
/// tests use it as well.
fn is_alone(test: &str) -> bool {
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let mut alone = Command::new(std::env::current_exe().unwrap());
    alone.args(["--exact", "--nocapture", &format!("threats::e2_diagnoses::{test}")]).env(ALONE, "1");
    let output = alone.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}

#[tokio::test]
async fn e2_no_refused_delivery_is_diagnosed_unless_asked_for() {
    let (tell, told) = mpsc::channel();
    let verifier = verifier().on_refused(move |error, _| tell.send(error.to_string()).unwrap()).build();
    let (parts, body) = mistaken().into_parts();
    let verified = verifier.verify(&parts, &body, noon()).unwrap_err();
    let received = verifier.receive(&parts, body).await.unwrap_err();
    let handler = service_fn(|_: Request<Full<Bytes>>| async { Ok::<_, ()>(Response::new(String::new())) });
    let answer = verifier.layer().layer(handler).oneshot(mistaken().map(Full::new)).await.unwrap();
    assert_eq!(answer.status(), 401);
    let heard: Vec<_> = told.try_iter().collect();
    assert_eq!(heard.len(), 2, "both were told before they were answered");
    for text in heard.into_iter().chain([verified.to_string(), received.to_string()]) {
        assert!(!text.contains("mistake"), "{text}");
    }
    assert!(received.next_step().contains("`diagnose_refusals`"), "{}", received.next_step());
}

#[test]
fn e2_fifty_verifiers_share_one_allowance() {
    if !is_alone("e2_fifty_verifiers_share_one_allowance") {
        return;
    }
    let (tell, told) = mpsc::channel();
    let started = SystemClock.now();
    for _ in 0..50 {
        let tell = tell.clone();
        let hook = move |error: &countersign::Error, _: &http::request::Parts| {
            tell.send(error.notes().iter().any(|note| note.contains("not diagnosed: too many"))).unwrap();
        };
        let verifier = verifier().diagnose_refusals().on_refused(hook).build();
        let (parts, body) = dear(1200).into_parts();
        for _ in 0..8 {
            verifier.receive(&parts, body.clone()).now_or_never().unwrap().unwrap_err();
        }
    }
    let told: Vec<bool> = (0..400).map(|_| told.recv_timeout(Duration::from_secs(60)).unwrap()).collect();
    let diagnosed = told.iter().filter(|was_too_many| !**was_too_many).count() as u64;
    let seconds = SystemClock.now().duration_since(started).unwrap().as_secs();
    assert!((4..=8 + seconds).contains(&diagnosed), "{diagnosed} in {seconds} s");
}

#[tokio::test]
async fn e2_the_sender_is_answered_before_the_diagnosis_is_made() {
    if !is_alone("e2_the_sender_is_answered_before_the_diagnosis_is_made") {
        return;
    }
    let (answered, is_answered) = mpsc::channel();
    let (tell, told) = mpsc::channel();
    let is_answered = std::sync::Mutex::new(is_answered);
    let verifier = verifier().diagnose_refusals().on_refused(move |error, _| {
        let was_answered = is_answered.lock().unwrap().recv_timeout(Duration::from_secs(30)).is_ok();
        tell.send((was_answered, error.to_string())).unwrap();
    });
    let handler = service_fn(|_: Request<Full<Bytes>>| async { Ok::<_, ()>(Response::new(String::new())) });
    let service = verifier.build().layer().layer(handler);
    let answer = service.oneshot(mistaken().map(Full::new)).await.unwrap();
    assert_eq!(answer.status(), 401);
    answered.send(()).unwrap();
    let (was_answered, text) = told.recv_timeout(Duration::from_secs(60)).unwrap();
    assert!(was_answered, "this very thread, which serves all, was kept");
    assert!(text.contains("would explain it, body-reserialised: "), "{text}");
}

/// Answers each request at once with a body, and with the signature of another one.
struct Mistaken {
    body: String,
    signed: &'static [u8],
}

#[async_trait::async_trait]
impl Middleware for Mistaken {
    async fn handle(
        &self,
        request: reqwest::Request,
        _: &mut http::Extensions,
        _: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        let url = request.url().clone();
        let response = http::Response::builder().header("netgiro_nonce", "42");
        let response = response.header("netgiro_signature", signature("42", url.as_str(), self.signed));
        Ok(response.url(url).body(self.body.clone()).unwrap().into())
    }
}

fn calls(netgiro: Netgiro, mistaken: Mistaken) -> reqwest_middleware::ClientWithMiddleware {
    ClientBuilder::new(client()).with(netgiro).with(mistaken).build()
}

const URL: &str = "https://api.netgiro.is/v1/sales/GetList";

#[tokio::test]
async fn e2_a_refused_reply_is_diagnosed_where_that_is_asked_for_and_by_another_thread() {
    if !is_alone("e2_a_refused_reply_is_diagnosed_where_that_is_asked_for_and_by_another_thread") {
        return;
    }
    let netgiro = Netgiro::new(APP_KEY, SECRET).unwrap();
    let mistaken = || Mistaken { body: BODY.to_owned(), signed: b"" };
    // Nothing waits but for the diagnosis: without one, the first poll has the answer.
    let unasked = calls(netgiro.clone(), mistaken()).get(URL).send().now_or_never();
    let unasked = unasked.expect("nothing to wait for").unwrap_err();
    let text = fault(&unasked).to_string();
    assert!(!text.contains("mistake"), "{text}");
    assert!(fault(&unasked).next_step().contains("`Netgiro::diagnose_refusals`"), "{:?}", fault(&unasked));

    let client = calls(netgiro.diagnose_refusals(), mistaken());
    let mut asked = Box::pin(client.get(URL).send());
    assert!(matches!(asked.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
    let text = fault(&asked.await.unwrap_err()).to_string();
    assert!(text.contains("would explain it, body-missing: "), "{text}");
}

/// How often a timer of 1 ms has ticked, on the one thread of the runtime.
async fn ticks() -> Arc<AtomicUsize> {
    let (ticks, mut timer) = (Arc::default(), tokio::time::interval(Duration::from_millis(1)));
    let ticked: Arc<AtomicUsize> = Arc::clone(&ticks);
    tokio::spawn(async move {
        loop {
            timer.tick().await;
            ticked.fetch_add(1, Ordering::Relaxed);
        }
    });
    tokio::time::sleep(Duration::from_millis(5)).await;
    ticks
}

#[tokio::test]
async fn e2_a_timer_of_the_worker_ticks_while_a_delivery_is_diagnosed() {
    if !is_alone("e2_a_timer_of_the_worker_ticks_while_a_delivery_is_diagnosed") {
        return;
    }
    let ticks = ticks().await;
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let seen = Arc::clone(&ticks);
    let tell = move |_: &countersign::Error, _: &http::request::Parts| {
        tell.send(seen.load(Ordering::Relaxed)).unwrap();
    };
    let verifier = verifier().diagnose_refusals().on_refused(tell).build();
    let (parts, body) = dear(1200).into_parts();
    let before = ticks.load(Ordering::Relaxed);
    verifier.receive(&parts, body).await.unwrap_err();
    let during = told.recv().await.unwrap() - before;
    assert!(during >= 3, "{during} ticks");
}

#[tokio::test]
async fn e2_a_timer_of_the_worker_ticks_while_a_reply_is_diagnosed() {
    if !is_alone("e2_a_timer_of_the_worker_ticks_while_a_reply_is_diagnosed") {
        return;
    }
    let ticks = ticks().await;
    let netgiro = Netgiro::new(APP_KEY, SECRET).unwrap().diagnose_refusals();
    let client = calls(netgiro, Mistaken { body: dear_body(1200), signed: b"what nobody sent" });
    let before = ticks.load(Ordering::Relaxed);
    client.get(URL).send().await.unwrap_err();
    let during = ticks.load(Ordering::Relaxed) - before;
    assert!(during >= 3, "{during} ticks");
}

/// Hashing 185 prints of 4 KiB is a small part of the budget, and printing them is more than all of it.
#[test]
fn e2_what_is_printed_counts_as_well_as_what_is_hashed() {
    let (parts, body) = dear(400).into_parts();
    let received = parts.headers["x-unleashed-signature"].to_str().unwrap();
    let diagnosis = verifier().build().transcript(&parts, &body).unwrap().diagnose_briefly(received);
    assert!(!diagnosis.is_complete(), "{diagnosis}");
}
