//! Signs your requests as each API demands, in a middleware of `reqwest`. It verifies Netgíró's replies and the
//! webhooks of Netgíró, Unleashed and Vizion before your code sees them. With the feature `diagnose`, it names the mistake
//! behind a signature that does not match.
// The links and the example in the rest need all default features.
#![cfg_attr(
    all(
        feature = "middleware",
        feature = "netvisor",
        feature = "netgiro",
        feature = "unleashed",
        feature = "vizion",
        feature = "webhook"
    ),
    doc = "",
    doc = include_str!("../docs/front-page.md")
)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]
// Some features alone leave shared helpers unused; the build with all features still finds dead code.
#![cfg_attr(
    not(all(
        feature = "middleware",
        feature = "netvisor",
        feature = "netgiro",
        feature = "unleashed",
        feature = "vizion",
        feature = "tower",
        feature = "declared",
        feature = "diagnose",
        feature = "rotation"
    )),
    allow(dead_code, unused_macros, unused_imports, unused_variables, unreachable_pub)
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod codes;
#[cfg(feature = "declared")]
pub mod declared;
#[cfg(feature = "diagnose")]
pub mod diagnose;
mod effect;
mod env;
mod error;
pub mod explain;
pub mod fault;
mod field;
mod header;
mod json;
mod lock;
#[cfg(feature = "middleware")]
mod middleware;
#[cfg(feature = "netgiro")]
pub mod netgiro;
#[cfg(feature = "netvisor")]
pub mod netvisor;
pub mod observer;
#[cfg(any(feature = "unleashed", feature = "vizion"))]
mod page;
pub mod random;
pub mod redact;
mod renewal;
#[cfg(feature = "rotation")]
pub mod rotation;
pub mod scope;
mod signer;
pub mod signing;
pub mod time;
#[cfg(feature = "unleashed")]
pub mod unleashed;
#[cfg(feature = "vizion")]
pub mod vizion;
#[cfg(feature = "webhook")]
pub mod webhook;
#[cfg(any(feature = "middleware", feature = "tower"))]
mod whole_body;

pub use effect::Effect;
pub use error::Error;
#[cfg(feature = "middleware")]
pub use middleware::{ErrorStatus, Unsigned, client_builder, effect_of};
/// The type that holds secrets: wiped on drop, redacted in `Debug`. `String` and `&str` convert into it.
pub use secrecy::SecretString;
pub use signer::{FromVariables, Permit, Rewritten, Scheme, Sent, Signed, Signer};
pub use signing::request::RequestRef;
pub use signing::signed_form::SignedForm;

/// The examples of the guides, which are tested with the others.
#[cfg(all(doctest, feature = "axum", feature = "diagnose", feature = "middleware"))]
mod guides {
    #![doc = include_str!("../README.md")]
    #![doc = include_str!("../docs/first-contact.md")]
    #![doc = include_str!("../docs/webhooks.md")]
    #![doc = include_str!("../docs/deliveries-once.md")]
    #![doc = include_str!("../docs/find-out-why.md")]
    #![doc = include_str!("../docs/retries.md")]
    #![doc = include_str!("../docs/refusals.md")]
    #![doc = include_str!("../docs/testing.md")]
}
