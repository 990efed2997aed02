//! Netvisor, Netgíró, Unleashed and Vizion, played on loopback: real sockets, in process, for tests of programs that
//! call them through [`countersign`].
//!
//! Each recomputes the signature from the bytes that arrived (request line, `Host` and body), answers as the provider
//! does, and keeps a record of the [`Exchange`]. The formulas are the library's own; what proves those is published
//! vectors, not this server.
//!
//! ```
//! use countersign_sandbox::{Sandbox, Verdict, Vendor};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::start().await?;
//! let client = reqwest_middleware::ClientBuilder::new(countersign::client_builder().build()?)
//!     .with(sandbox.netgiro())
//!     .build();
//!
//! let url = format!("{}/v1/sales/GetList?AllForCompany=true", sandbox.netgiro_url());
//! let reply = client.get(url).send().await?;
//!
//! assert!(reply.text().await?.contains(r#""Success":true"#));
//! let exchanges = sandbox.exchanges();
//! assert_eq!(exchanges[0].vendor(), Vendor::Netgiro);
//! assert_eq!(*exchanges[0].verdict(), Verdict::Accepted);
//! # Ok(()) }
//! ```
//!
//! # Webhooks
//! [`Sandbox::vizion_webhook`] and [`Sandbox::netgiro_callback`] deliver signed webhooks to the program under test, with
//! retries; the inspector's page sends them, too.
//!
//! # Scope
//! It checks how requests are signed, not what they ask for: any path and any body are answered alike. Timestamps are
//! signed but may be of any age.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod arrived;
mod builder;
mod credentials;
mod delivery;
mod exchange;
mod fault;
mod inspector;
mod log;
mod media;
mod netgiro;
mod netvisor;
mod sandbox;
mod secrets;
mod seen;
mod server;
mod signatures;
mod stage;
mod unleashed;
mod vendor;
mod verdict;
mod vizion;
mod workings;

pub use builder::{Builder, StartError};
pub use credentials::{Credentials, NetgiroCredentials, UnleashedCredentials, VizionCredentials, WebhookKey};
pub use delivery::{Delivered, Delivery, DeliveryError, Unanswered};
pub use exchange::Exchange;
pub use fault::{Fault, UnknownFault};
pub use sandbox::Sandbox;
pub use vendor::Vendor;
pub use verdict::{Refusal, Verdict};
