//! Webhooks, received: verified, fresh, once.
//!
//! The same machinery serves three providers; [`vizion::webhook`](crate::vizion::webhook),
//! [`netgiro::callback`](crate::netgiro::callback) and [`unleashed::webhook`](crate::unleashed::webhook) add what is
//! their own.
//!
//! ```
//! # #[cfg(all(feature = "axum", feature = "vizion"))] fn app(secret: countersign::SecretString) -> Result<(), countersign::Error> {
//! use axum::{Router, body::Bytes, routing::post};
//! use countersign::{vizion, webhook::Verified};
//!
//! let verifier =
//!     vizion::webhook::Verifier::builder("https://hooks.example.com")?.key("hmac-key-1", secret)?.build();
//! let app: Router = Router::new().route("/vizion", post(handler).route_layer(verifier.layer()));
//! async fn handler(event: Verified<Bytes>) { /* cannot run unverified */ }
//! # Ok(()) }
//! ```
//!
//! Without a framework, [`Verifier::receive`] takes `http::request::Parts` and the body.
//!
//! # The order
//! Size limit, header presence and duplicates, parsing, coverage, algorithm, the signature's form, key id, time, digest
//! of the raw bytes, MAC, the form of the body (Netgíró), replay store. The first that fails refuses, and nothing later runs:
//! a forgery never reaches the store, so it cannot spend the honest delivery's place. Signatures and digests are compared decoded, in constant time.
//!
//! The sender is told nothing but 401, in the same bytes for every reason; or, of what verified and is not the JSON that
//! a handler's `Verified<Json<_>>` wants, nothing but 422. The reason, with a stable code and a next
//! step, goes to the log (`tracing`, level `WARN`) and to [`Builder::on_refused`]. With the feature `explain`, a digest
//! or signature that does not match carries a note where a known mistake would explain it: a body printed anew, a
//! proxy's host or path, another key's id. `Verifier::diagnose` looks further, for tools.
//!
//! # What each scheme covers
//!
//! | | method | host | path and query | body | time | once |
//! |---|---|---|---|---|---|---|
//! | Vizion | yes | yes, where the verifier is told its origin | yes | yes, by its digest | `created`, 5 minutes | replay store |
//! | Netgíró callback | no | yes | yes | yes | none | replay store alone |
//! | Unleashed | no | no | no | yes | timestamp, 5 minutes | replay store |
//!
//! Headers are covered only by Vizion, and only those that the signature lists.
//!
//! # What this does not do
//! It does not check source addresses, and does not limit how slowly a body may arrive: put a time-out layer
//! in front.
//!
//! # Once, and retries
//! A delivery that was accepted is spent, whatever becomes of it in the handler: at most once. Where that loses too much,
//! `Verifier::layer().forget_failed()`, or [`Verifier::forget`] without the layer, lets the retry of a failed one in: at
//! least once. Where a sender retries because the answer was lost, `Verifier::layer().acknowledge_duplicates()` answers 200
//! to a repetition of what was handled.

mod builder;
#[cfg(feature = "axum")]
mod extract;
mod fault;
#[cfg(feature = "explain")]
mod forwarded;
mod headers;
mod hmac_key;
mod keys;
#[cfg(feature = "tower")]
mod layer;
mod origin;
mod remembered;
mod replay;
mod report;
mod scheme;
pub(crate) mod testing;
mod verified;
mod verifier;
mod window;

pub use builder::{Builder, DEFAULT_BODY_LIMIT};
#[cfg(feature = "axum")]
pub use extract::VerifiedRejection;
pub use fault::DeliveryFault;
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

pub(crate) use headers::Integer;
pub(crate) use hmac_key::HmacKey;
#[cfg(any(feature = "netgiro", feature = "vizion"))]
pub(crate) use origin::PublicOrigin;
pub(crate) use scheme::{Claim, Delivery, Freshness, Received};
pub(crate) use window::Times;
