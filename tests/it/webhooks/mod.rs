//! Webhooks: rows W1 to W10 of what goes wrong in request signing.

mod addresses;
mod advice;
pub(crate) mod cases;
mod diagnosis;
mod duplicates;
mod explained;
mod load;
pub(crate) mod log;
pub(crate) mod once;
mod other_schemes;
mod redis;
mod redis_cluster;
mod redis_tls;
mod refusals;
mod retries;
mod sender;
mod sockets;
mod unread;
mod vectors;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign::Error;
use countersign::fault::Kind;
use countersign::vizion::webhook::{Scheme, Verifier};
use countersign::webhook::Builder;
use http::Request;

const NOW_MS: i64 = 1_685_548_865_944;
const BODY: &str = r#"{"event":"arrived","note":"a b"}"#;
const KEYS: [(&str, &str); 2] = [("hmac-key-1", "the first secret"), ("hmac-key-2", "the second secret")];

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(NOW_MS.unsigned_abs())
}

/// A verifier builder with both keys and a clock that stands at [`now`].
pub(crate) fn builder() -> Builder<Scheme> {
    with_keys(Verifier::builder_for_any_host())
}

/// The same for deliveries to one origin.
fn builder_at(origin: &str) -> Builder<Scheme> {
    with_keys(Verifier::builder(origin).unwrap())
}

fn with_keys(builder: Builder<Scheme>) -> Builder<Scheme> {
    KEYS.into_iter().fold(builder, |builder, (id, secret)| builder.key(id, secret).unwrap()).clock(now)
}

/// The code of a refusal, having checked what holds of every refusal.
fn refusal(error: &Error) -> &'static str {
    assert!(error.kind() == Kind::Verification && error.code().starts_with("webhook-"), "{error:?}");
    assert!(error.next_step().ends_with('.'), "{error:?}");
    let text = format!("{error} {error:#} {error:?}");
    for (_, secret) in KEYS {
        assert!(!text.contains(secret), "{text}");
    }
    error.code()
}

/// What the core says of a request: its code, or `accepted`.
fn verdict(verifier: &Verifier, request: &Request<bytes::Bytes>) -> &'static str {
    let (parts, body) = request.clone().into_parts();
    match verifier.verify(&parts, &body, now()) {
        Ok(verified) => {
            assert_eq!(**verified, *body);
            "accepted"
        }
        Err(error) => refusal(&error),
    }
}
