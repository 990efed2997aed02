//! Receives webhooks: only verified, fresh deliveries, and each of them once.
//!
//! All providers share this code; [`vizion::webhook`](crate::vizion::webhook),
//! [`netgiro::webhook`](crate::netgiro::webhook) and [`unleashed::webhook`](crate::unleashed::webhook) add what is
//! their own.
//!
//! ```
//! # fn app(secret: countersign::SecretString) -> Result<(), countersign::Error> {
//! use axum::{Router, body::Bytes, routing::post};
//! use countersign::vizion::webhook::{Verified, Verifier};
//!
//! let verifier = Verifier::builder("https://hooks.example.com")?.key("hmac-key-1", secret)?.build();
//! let app: Router = Router::new().route("/vizion", post(handler).route_layer(verifier.layer()));
//! async fn handler(event: Verified<Bytes>) { /* cannot run unverified */ }
//! # Ok(()) }
//! ```
//!
//! Without a framework, [`Verifier::receive`] takes `http::request::Parts` and the body.
//!
//! # The order
//! The first check that fails refuses the delivery, and no later check runs:
//!
//! 1. Before the layer reads the body: presence and duplicates of headers, parsing, coverage, algorithm, the
//!    signature's form, key id, time.
//! 2. The size limit, the digest of the raw bytes, the MAC, and the form of the body (Netgíró).
//! 3. The replay store. A forgery never reaches it, so a forgery cannot use up the honest delivery's place.
//!
//! Signatures and digests are compared decoded and in constant time.
//!
//! The sender sees only 401, with the same bytes for every reason. If the delivery verified, the sender sees 503 while
//! the replay store is down, and 422 if the body is not the JSON that a handler's `Verified<Json<_>>` wants. The
//! reason, with a stable code and a next step, goes to the log (`tracing`, level `WARN`) and to
//! [`Builder::on_refused`].
//!
//! By default, the reason why a digest or signature does not match is not investigated. With
//! `Builder::diagnose_refusals` (feature `diagnose`), log and hook get the known mistake that explains it, such as a
//! body that was printed anew, a proxy's host or path, or another key's id. `Verifier::diagnose` looks further, for
//! tools.
//!
//! # What each scheme covers
//!
//! | | method | host | path and query | body | time | once |
//! |---|---|---|---|---|---|---|
//! | Vizion | yes | yes, where the verifier is told its origin | yes | yes, by its digest | `created`, 5 minutes | replay store |
//! | Netgíró callback | no | yes | yes | yes | none | replay store alone |
//! | Unleashed | no | no | no | yes | timestamp, 5 minutes | replay store |
//!
//! Only Vizion covers headers, and only those that the signature lists. The sender chooses its `host` header; the
//! public origin that you give the verifier binds it to your host.
//!
//! A [`Verified`] belongs to one provider, and a handler names the provider that it takes. On a route with another
//! provider's layer, the handler does not run, and the answer is 500.
//!
//! # What this does not do
//! It does not check source addresses, and does not limit how slowly a body may arrive: put a time-out layer
//! in front.
//!
//! # Once, and retries
//! An accepted delivery is never handled again, even if the handler fails: at most once. If that loses too much,
//! `Verifier::layer().forget_failed()`, or [`Verifier::forget`] without the layer, accepts the retry of a failed
//! delivery: at least once. If a sender retries because the answer was lost,
//! `Verifier::layer().acknowledge_duplicates()` answers 200 to a copy of a delivery that was handled. Neither
//! recognises a retry that was signed anew: check the event's own id, as [`Verified::replay_key`] shows.
//!
//! A handler is dropped when the sender hangs up; `Verifier::layer` says what to do about work that must go on.

mod builder;
#[cfg(feature = "diagnose")]
mod diagnose;
mod explain;
#[cfg(feature = "axum")]
mod extract;
mod fault;
mod forwarded;
mod headers;
mod hmac_key;
mod keys;
#[cfg(feature = "tower")]
mod layer;
mod origin;
mod replay;
mod scheme;
pub mod testing;
mod verified;
mod verifier;
mod window;

pub use builder::Builder;
#[cfg(feature = "axum")]
pub use extract::VerifiedRejection;
pub use keys::Keys;
#[cfg(feature = "tower")]
pub use layer::{VerifyLayer, VerifyService};
#[cfg(feature = "redis")]
pub use replay::RedisStore;
pub use replay::{MemoryStore, ReplayKey, ReplayStore, StoreError};
pub use scheme::Scheme;
pub use verified::Verified;
pub use verifier::Verifier;
pub use window::Window;

pub(crate) use fault::DeliveryFault;
pub(crate) use headers::Integer;
pub(crate) use hmac_key::HmacKey;
pub(crate) use keys::check_key;
pub(crate) use origin::PublicOrigin;
pub(crate) use scheme::{Claim, Delivery, Freshness, Received, Steps};
pub(crate) use window::Times;

pub(crate) const CODES: [&[(crate::error::Code, &str)]; 5] = [
    DeliveryFault::CODES,
    keys::KeyFault::CODES,
    origin::PublicOriginFault::CODES,
    replay::ConnectFault::CODES,
    verified::JsonFault::CODES,
];
