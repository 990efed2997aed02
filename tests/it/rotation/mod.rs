//! Credentials that rotate while calls are made.

mod sources;
mod webhooks;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign::netgiro::Netgiro;
use countersign::observer::Event;
use countersign::rotation::{CredentialSet, CredentialSource, Rotation};
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;
use countersign::{Effect, Error, effect_of};
use http::Extensions;
use reqwest::{Request, Response, ResponseBuilderExt as _};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next, Result};
use tokio::sync::Semaphore;

use crate::support::chains::fault;
use crate::support::recorder::Recorder;

/// Gives what it is told to, one after the other, once it is let; keeps the last.
#[derive(Clone)]
struct Script {
    answers: Arc<Mutex<VecDeque<Option<CredentialSet>>>>,
    asked: Arc<AtomicUsize>,
    let_through: Arc<Semaphore>,
    fresh_for: Duration,
}

impl Script {
    fn of(answers: impl IntoIterator<Item = Option<CredentialSet>>) -> Self {
        Self {
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            asked: Arc::default(),
            let_through: Arc::new(Semaphore::new(1)),
            fresh_for: Duration::MAX,
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn let_through(&self, answers: usize) {
        self.let_through.add_permits(answers);
    }
}

#[async_trait::async_trait]
impl CredentialSource for Script {
    async fn fetch(&self) -> std::result::Result<Option<CredentialSet>, Error> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.let_through.acquire().await.unwrap().forget();
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        match answer.flatten() {
            Some(set) => Ok(Some(set)),
            None => Err(CredentialSet::from_json(b"torn").unwrap_err()),
        }
    }

    fn fresh_for(&self) -> Duration {
        self.fresh_for
    }
}

/// Seconds since 1970 that a test decides.
#[derive(Clone, Default)]
struct Hand(Arc<AtomicU64>);

impl Hand {
    fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    fn clock(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static {
        let hand = self.clone();
        move || at(hand.0.load(Ordering::SeqCst))
    }
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The nth pair of id and key of Unleashed.
fn pair(n: usize) -> CredentialSet {
    CredentialSet::new([("UNLEASHED_API_ID", format!("id-{n}")), ("UNLEASHED_API_KEY", format!("key-{n}"))])
}

/// Answers with a status of the test's choice.
#[derive(Clone)]
struct Status(Arc<AtomicU64>);

#[async_trait::async_trait]
impl Middleware for Status {
    async fn handle(&self, request: Request, _: &mut Extensions, _: Next<'_>) -> Result<Response> {
        let status = u16::try_from(self.0.load(Ordering::SeqCst)).unwrap();
        let response = http::Response::builder().status(status).url(request.url().clone());
        Ok(response.body("").unwrap().into())
    }
}

/// A client, what it sent, and the status that it is answered with.
fn client(signer: impl Middleware) -> (ClientWithMiddleware, Recorder, Arc<AtomicU64>) {
    let (recorder, status) = (Recorder::default(), Arc::new(AtomicU64::new(200)));
    let client = ClientBuilder::new(countersign::client_builder().build().unwrap())
        .with(signer)
        .with(recorder.clone())
        .with(Status(status.clone()))
        .build();
    (client, recorder, status)
}

fn call(client: &ClientWithMiddleware) -> impl Future<Output = Result<Response>> + Send + 'static {
    client.get("https://api.unleashedsoftware.com/Customers?a=1").send()
}

/// The ids that requests were sent with, each with the signature that belongs to it.
fn ids(recorder: &Recorder) -> Vec<String> {
    let signed = recorder.requests();
    let id = |headers: &http::HeaderMap| headers["api-auth-id"].to_str().unwrap().to_owned();
    for (_, headers) in &signed {
        let n = id(headers).strip_prefix("id-").unwrap().to_owned();
        let alone = Unleashed::new("id", format!("key-{n}")).unwrap();
        let mut request =
            http::Request::get("https://api.unleashedsoftware.com/Customers?a=1").body(()).unwrap();
        alone.sign_http(&mut request).unwrap();
        assert_eq!(headers["api-auth-signature"], request.headers()["api-auth-signature"], "a pair of {n}");
    }
    signed.iter().map(|(_, headers)| id(headers)).collect()
}

async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_thousand_callers_at_expiry_make_one_fetch() {
    let (source, hand) = (Script::of([Some(pair(1).expiring(at(100))), Some(pair(2))]), Hand::default());
    let rotation = Rotation::start_with_clock(source.clone(), hand.clock()).await.unwrap();
    let (client, recorder, _) = client(Unleashed::from_rotation(&rotation).unwrap());
    hand.set(100);
    let calls: Vec<_> = (0..1000).map(|_| tokio::spawn(call(&client))).collect();
    settle().await;
    assert!(recorder.requests().is_empty(), "nobody goes on with what has expired");
    source.let_through(1000);
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(source.asked(), 2);
    assert_eq!(ids(&recorder), vec!["id-2"; 1000]);
}

#[tokio::test]
async fn nothing_is_made_of_credentials_that_have_expired_already() {
    for (now, code) in [(99, None), (100, Some("credentials-expired"))] {
        let (source, hand) = (Script::of([Some(pair(1).expiring(at(100)))]), Hand::default());
        hand.set(now);
        let started = Rotation::start_with_clock(source, hand.clock()).await;
        assert_eq!(started.as_ref().err().map(Error::code), code, "at {now}");
    }
}

#[tokio::test]
async fn an_expired_answer_takes_no_place_of_a_key_that_is_still_usable() {
    let (source, hand) = (Script::of([Some(pair(1)), Some(pair(2).expiring(at(100)))]), Hand::default());
    source.let_through(10);
    hand.set(100);
    let rotation = Rotation::start_with_clock(source.clone(), hand.clock()).await.unwrap();
    let (client, recorder, _) = client(Unleashed::from_rotation(&rotation).unwrap());
    assert_eq!(rotation.refresh().await.unwrap_err().code(), "credentials-unavailable");
    call(&client).await.unwrap();
    assert_eq!(ids(&recorder), ["id-1"]);
}

#[tokio::test]
async fn a_source_that_hangs_blocks_nobody_whose_key_is_still_usable() {
    let (source, hand) = (Script::of([Some(pair(1).expiring(at(100))), Some(pair(2))]), Hand::default());
    let rotation = Rotation::start_with_clock(source.clone(), hand.clock()).await.unwrap();
    let (client, recorder, _) = client(Unleashed::from_rotation(&rotation).unwrap());
    hand.set(79);
    call(&client).await.unwrap();
    settle().await;
    assert_eq!(source.asked(), 1, "it is fresh for four fifths of its life");
    hand.set(80);
    for _ in 0..5 {
        tokio::time::timeout(Duration::from_secs(20), call(&client)).await.expect("it waits").unwrap();
        settle().await;
    }
    assert_eq!(source.asked(), 2, "asked once, in the background");
    source.let_through(1);
    settle().await;
    call(&client).await.unwrap();
    assert_eq!(ids(&recorder), ["id-1", "id-1", "id-1", "id-1", "id-1", "id-1", "id-2"]);
}

#[tokio::test]
async fn a_caller_who_gives_up_takes_the_answer_from_nobody() {
    let (source, hand) = (Script::of([Some(pair(1).expiring(at(100))), Some(pair(2))]), Hand::default());
    let rotation = Rotation::start_with_clock(source.clone(), hand.clock()).await.unwrap();
    let (client, recorder, _) = client(Unleashed::from_rotation(&rotation).unwrap());
    hand.set(100);
    let first = tokio::spawn(call(&client));
    settle().await;
    let second = tokio::spawn(call(&client));
    settle().await;
    first.abort();
    settle().await;
    source.let_through(1);
    second.await.unwrap().unwrap();
    assert_eq!((source.asked(), ids(&recorder)), (2, vec!["id-2".to_owned()]));
}

#[tokio::test]
async fn failures_are_not_cached_and_an_expired_key_is_not_used() {
    let answers = [Some(pair(1).expiring(at(100))), None, Some(pair(2))];
    let (source, hand) = (Script::of(answers), Hand::default());
    source.let_through(10);
    let rotation = Rotation::start_with_clock(source.clone(), hand.clock()).await.unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = told.clone();
    let unleashed = Unleashed::from_rotation(&rotation)
        .unwrap()
        .observer(move |_: &str, event: &Event| tell.lock().unwrap().push(event.clone()));
    let (client, recorder, _) = client(unleashed);
    hand.set(100);
    let error = call(&client).await.unwrap_err();
    assert_eq!(fault(&error).code(), "credentials-expired");
    assert_eq!(effect_of(&error), Effect::None);
    call(&client).await.unwrap();
    assert_eq!((source.asked(), ids(&recorder)), (3, vec!["id-2".to_owned()]));
    let expected = [
        Event::RotationFailed("credentials-malformed"),
        Event::Refused("credentials-expired"),
        Event::Rotated,
        Event::Signed,
    ];
    assert_eq!(*told.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_failure_in_the_background_leaves_what_works_and_is_tried_again_after_a_pause() {
    let answers = [Some(pair(1).expiring(at(1000))), None, Some(pair(2))];
    let (source, hand) = (Script::of(answers), Hand::default());
    source.let_through(10);
    let rotation = Rotation::start_with_clock(source.clone(), hand.clock()).await.unwrap();
    let (client, recorder, _) = client(Unleashed::from_rotation(&rotation).unwrap());
    for (now, asked) in [(800, 2), (804, 2), (805, 3), (806, 3)] {
        hand.set(now);
        call(&client).await.unwrap();
        settle().await;
        assert_eq!(source.asked(), asked, "at {now}");
    }
    assert_eq!(ids(&recorder), ["id-1", "id-1", "id-1", "id-2"]);
}

#[tokio::test]
async fn credentials_that_a_provider_refuses_are_used_by_none_that_shares_the_source() {
    let both = |n| {
        let unleashed = [("UNLEASHED_API_ID", format!("id-{n}")), ("UNLEASHED_API_KEY", format!("key-{n}"))];
        CredentialSet::new(unleashed.into_iter().chain([("VIZION_API_KEY", format!("key-{n}"))]))
    };
    // The second lacks Vizion's.
    let source = Script::of([Some(both(1)), Some(pair(2)), Some(both(3))]);
    source.let_through(10);
    let rotation = Rotation::start(source).await.unwrap();
    let (unleashed, recorder, _) = client(Unleashed::from_rotation(&rotation).unwrap());
    let vizion = Vizion::from_rotation(&rotation).unwrap();
    let error = rotation.refresh().await.unwrap_err();
    assert_eq!(error.code(), "credentials-unavailable");
    let underneath = std::error::Error::source(&error).unwrap().to_string();
    assert!(underneath.contains("VIZION_API_KEY"), "{underneath}");
    call(&unleashed).await.unwrap();
    rotation.refresh().await.unwrap();
    call(&unleashed).await.unwrap();
    assert_eq!(ids(&recorder), ["id-1", "id-3"]);
    let mut request = http::Request::get("https://prod.vizionapi.com/").body(()).unwrap();
    vizion.sign_http(&mut request).unwrap();
    assert_eq!(request.headers()["x-api-key"], "key-3");
}

#[tokio::test]
async fn a_refusal_has_the_source_asked_at_most_once_a_minute() {
    let (source, hand) = (Script::of([Some(pair(1)), Some(pair(2))]), Hand::default());
    source.let_through(100);
    hand.set(1000);
    let rotation = Rotation::start_with_clock(source.clone(), hand.clock()).await.unwrap();
    let (client, recorder, status) = client(Unleashed::from_rotation(&rotation).unwrap());
    for (now, answer, asked) in
        [(1000, 200, 1), (1001, 404, 1), (1002, 403, 2), (1003, 401, 2), (1061, 403, 2), (1062, 401, 3)]
    {
        hand.set(now);
        status.store(answer, Ordering::SeqCst);
        call(&client).await.unwrap();
        settle().await;
        assert_eq!(source.asked(), asked, "at {now}");
    }
    assert_eq!(ids(&recorder)[2..4], ["id-1", "id-2"]);
}

#[tokio::test]
async fn settings_of_one_value_are_its_own_and_outlast_a_rotation() {
    let source = Script::of([Some(pair(1)), Some(pair(2))]);
    source.let_through(10);
    let rotation = Rotation::start(source).await.unwrap();
    let plain = Unleashed::from_rotation(&rotation).unwrap();
    let named = plain.clone().client_type("acme/stock").unwrap();
    rotation.refresh().await.unwrap();
    for (signer, client_type) in [(plain, None), (named, Some("acme/stock"))] {
        let mut request = http::Request::get("https://api.unleashedsoftware.com/").body(()).unwrap();
        signer.sign_http(&mut request).unwrap();
        assert_eq!(request.headers()["api-auth-id"], "id-2");
        assert_eq!(request.headers().get("client-type").map(|value| value.to_str().unwrap()), client_type);
    }
}

/// The nth pair of Netgíró's.
fn netgiro_pair(app_key: &str, secret: &str) -> CredentialSet {
    CredentialSet::new([("NETGIRO_APP_KEY", app_key), ("NETGIRO_SECRET_KEY", secret)])
}

/// Netgíró's side: answers once it is let, by the secret that was in use when the request came.
#[derive(Clone)]
struct NetgiroSide {
    secret: Arc<Mutex<&'static str>>,
    nonce: &'static str,
    answers: Arc<Semaphore>,
}

#[async_trait::async_trait]
impl Middleware for NetgiroSide {
    async fn handle(&self, request: Request, _: &mut Extensions, _: Next<'_>) -> Result<Response> {
        use sha2::{Digest as _, Sha256};
        let secret = *self.secret.lock().unwrap();
        self.answers.acquire().await.unwrap().forget();
        let text = format!("{secret}{}{}{{}}", self.nonce, request.url());
        let response = http::Response::builder()
            .url(request.url().clone())
            .header("netgiro_nonce", self.nonce)
            .header("netgiro_signature", hex::encode(Sha256::digest(text)));
        Ok(response.body("{}").unwrap().into())
    }
}

fn netgiro_client(rotation: &Rotation, side: &NetgiroSide) -> ClientWithMiddleware {
    ClientBuilder::new(countersign::client_builder().build().unwrap())
        .with(Netgiro::from_rotation(rotation).unwrap())
        .with(side.clone())
        .build()
}

#[tokio::test]
async fn a_request_under_way_ends_with_the_pair_it_began_with() {
    let source =
        Script::of([Some(netgiro_pair("app-1", "secret-1")), Some(netgiro_pair("app-2", "secret-2"))]);
    source.let_through(10);
    let rotation = Rotation::start(source).await.unwrap();
    let secret = Arc::new(Mutex::new("secret-1"));
    let side = NetgiroSide { secret: secret.clone(), nonce: "reply-1", answers: Arc::new(Semaphore::new(0)) };
    let client = netgiro_client(&rotation, &side);
    let call = tokio::spawn(client.get("https://api.netgiro.is/v1/x").send());
    settle().await;
    rotation.refresh().await.unwrap();
    side.answers.add_permits(1);
    call.await.unwrap().expect("its reply is signed with the secret that it was signed with");
}

#[tokio::test]
async fn the_memory_of_reply_nonces_survives_a_rotation() {
    let source = Script::of([Some(netgiro_pair("app-1", "secret")), Some(netgiro_pair("app-2", "secret"))]);
    source.let_through(10);
    let rotation = Rotation::start(source).await.unwrap();
    let secret = Arc::new(Mutex::new("secret"));
    let side = NetgiroSide { secret, nonce: "reply-1", answers: Arc::new(Semaphore::new(9)) };
    let client = netgiro_client(&rotation, &side);
    client.get("https://api.netgiro.is/v1/x").send().await.unwrap();
    rotation.refresh().await.unwrap();
    let error = client.get("https://api.netgiro.is/v1/x").send().await.unwrap_err();
    assert_eq!(fault(&error).code(), "reply-replayed");
}

#[test]
fn a_rotation_outside_of_a_runtime_is_refused_instead_of_a_panic() {
    use futures_util::FutureExt as _;
    let started = Rotation::start(Script::of([Some(pair(1))])).now_or_never().unwrap();
    assert_eq!(started.unwrap_err().code(), "no-tokio-runtime");
}

#[test]
fn credentials_are_read_whole_or_not_at_all_and_never_shown() {
    let whole =
        br#"{"credentials": {"A": "canary-1", "B": "canary-2"}, "expires_at": "1970-01-01T00:01:40+00:00"}"#;
    let set = CredentialSet::from_json(whole).unwrap();
    assert!(set.value("A").is_some() && set.value("C").is_none());
    assert!(!format!("{set:?}").contains("canary"));
    for length in 0..whole.len() {
        let error = CredentialSet::from_json(&whole[..length]).unwrap_err();
        assert_eq!(error.code(), "credentials-malformed");
        assert!(!format!("{error:?} {error:#}").contains("canary"));
    }
    for wrong in [
        r#"{"credentials": {"A": 12345}}"#,
        r#"{"A": "canary"}"#,
        r#"{"credentials": {}, "expires_at": "soon"}"#,
        r#"{"credentials": {}, "expires_at": -1}"#,
        r#"{"credentials": {}, "expires_at": 1.5}"#,
        "[]",
    ] {
        assert_eq!(CredentialSet::from_json(wrong.as_bytes()).unwrap_err().code(), "credentials-malformed");
    }
    let long = format!(r#"{{"credentials": {{}}}}{}"#, " ".repeat(64 * 1024));
    assert_eq!(CredentialSet::from_json(long.as_bytes()).unwrap_err().code(), "credentials-too-long");
}
