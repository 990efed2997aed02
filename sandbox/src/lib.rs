//! The four providers of `countersign`, played on loopback.
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod builder;
mod credentials;
mod declared;
mod delivery;
mod error;
mod event;
mod exchange;
mod fault;
mod hosts;
mod inspector;
mod lock;
mod log;
mod media;
mod netgiro;
mod netvisor;
mod provider;
mod quirk;
mod replies;
mod request;
mod sandbox;
mod seen;
mod server;
mod shared;
mod signatures;
mod unleashed;
mod vendor;
mod verdict;
mod vizion;
mod workings;

pub use builder::Builder;
pub use credentials::{
    Credentials, NetgiroCredentials, UNLEASHED_WEBHOOK_KEY, UnleashedCredentials, VIZION_WEBHOOK_KEYS,
    VizionCredentials, WebhookKey,
};
pub use declared::{DeclaredSandbox, Told};
pub use delivery::{Delivered, Delivery, DeliveryError, Unanswered};
pub use error::StartError;
pub use event::{Event, UnknownEvent};
pub use exchange::Exchange;
pub use fault::{Fault, UnknownFault};
pub use quirk::{Quirk, UnknownQuirk};
pub use replies::{Matcher, Reply, ReplyError, Script, ScriptError};
pub use sandbox::Sandbox;
pub use vendor::Vendor;
pub use verdict::{Refusal, Verdict};
