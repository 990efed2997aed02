//! Webhook keys that rotate.

use std::sync::Arc;

use bytes::Bytes;
use countersign::Error;
use countersign::rotation::{CredentialSet, Rotation};
use countersign::vizion::webhook::{Keys, Verifier, testing};
use http::Request;

use super::{Hand, Script, at, settle};

const ORIGIN: &str = "https://hooks.example.com";

fn key(n: usize) -> CredentialSet {
    CredentialSet::new([("KEY", format!("webhook-key-number-{n}"))])
}

fn verifier(rotation: &Rotation, hand: &Hand) -> Verifier {
    let read = |set: &CredentialSet| Keys::new().with("hmac-key-1", set.value("KEY").unwrap().clone());
    let builder = Verifier::builder(ORIGIN).unwrap().rotating_keys(rotation, read).unwrap();
    builder.clock(hand.clock()).build()
}

/// A delivery that is signed with the nth key.
fn signed(n: usize, seconds: u64) -> Request<Bytes> {
    let (key, url) = (format!("webhook-key-number-{n}"), format!("{ORIGIN}/vizion"));
    testing::sign("hmac-key-1", &*key, &url, format!(r#"{{"at":{seconds},"n":{n}}}"#), at(seconds))
        .unwrap()
        .map(Into::into)
}

async fn receive(verifier: &Verifier, request: Request<Bytes>) -> Result<(), Error> {
    let (parts, body) = request.into_parts();
    verifier.receive(&parts, body).await.map(drop)
}

#[tokio::test]
async fn a_delivery_under_a_new_key_has_the_source_asked_and_its_retry_is_accepted() {
    let (source, hand) = (Script::of([Some(key(1)), Some(key(2))]), Hand::default());
    source.let_through(10);
    hand.set(1_700_000_000);
    let rotation = Rotation::start_with_clock(source.clone(), hand.clock()).await.unwrap();
    let verifier = verifier(&rotation, &hand);
    receive(&verifier, signed(1, 1_700_000_000)).await.unwrap();
    assert_eq!(source.asked(), 1);
    let refused = receive(&verifier, signed(2, 1_700_000_000)).await.unwrap_err();
    assert_eq!(refused.code(), "webhook-signature-mismatch");
    settle().await;
    assert_eq!(source.asked(), 2);
    receive(&verifier, signed(2, 1_700_000_000)).await.unwrap();
    // Strangers cause no more than one question a minute.
    for _ in 0..5 {
        receive(&verifier, signed(1, 1_700_000_000)).await.unwrap_err();
        settle().await;
    }
    assert_eq!(source.asked(), 2);
}

#[tokio::test]
async fn keys_that_have_expired_accept_nothing_until_there_are_new_ones() {
    let first = key(1).expiring(at(1_700_000_100));
    let (source, hand) = (Script::of([Some(first), None, Some(key(2))]), Hand::default());
    source.let_through(10);
    hand.set(1_700_000_000);
    let rotation = Rotation::start_with_clock(source.clone(), hand.clock()).await.unwrap();
    let verifier = verifier(&rotation, &hand);
    hand.set(1_700_000_100);
    let refused = receive(&verifier, signed(1, 1_700_000_100)).await.unwrap_err();
    assert_eq!(refused.code(), "webhook-keys-expired");
    receive(&verifier, signed(2, 1_700_000_100)).await.unwrap();
    assert_eq!(source.asked(), 3);
}

#[tokio::test]
async fn a_key_that_changed_before_the_verifier_was_built_is_used() {
    let (source, hand) = (Script::of([Some(key(1)), Some(key(2))]), Hand::default());
    source.let_through(10);
    hand.set(1_700_000_000);
    let rotation = Rotation::start_with_clock(source, hand.clock()).await.unwrap();
    let read = |set: &CredentialSet| Keys::new().with("hmac-key-1", set.value("KEY").unwrap().clone());
    let told = Arc::new(std::sync::Mutex::new(0));
    let tell = Arc::clone(&told);
    let builder = Verifier::builder(ORIGIN).unwrap().rotating_keys(&rotation, read).unwrap();
    let builder = builder.observer(move |_: &str, event: &countersign::observer::Event| {
        *tell.lock().unwrap() += usize::from(*event == countersign::observer::Event::Rotated);
    });
    rotation.refresh().await.unwrap();
    let verifier = builder.clock(hand.clock()).build();
    receive(&verifier, signed(2, 1_700_000_000)).await.unwrap();
    assert_eq!(*told.lock().unwrap(), 0, "it has never had another");
}
