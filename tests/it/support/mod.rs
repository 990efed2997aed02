//! What the tests share.

pub(crate) mod chains;
pub(crate) mod fault;
pub(crate) mod in_memory;
#[path = "../../../sandbox/src/netgiro/extension.rs"]
pub(crate) mod length_extension;
pub(crate) mod netgiro;
pub(crate) mod raw_server;
pub(crate) mod received;
pub(crate) mod recorder;
pub(crate) mod redis_server;
pub(crate) mod server;
pub(crate) mod subjects;

use std::time::{Duration, UNIX_EPOCH};

/// A moment for tests whose outcome must not depend on the machine's clock: 2024-01-15 12:00:00 UTC.
pub(crate) fn noon() -> std::time::SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_705_312_800)
}

/// A client as the crate recommends it, past any proxy that the machine has set, and without its certificates, which
/// take long to load.
pub(crate) fn client() -> reqwest::Client {
    countersign::client_builder().no_proxy().tls_certs_only([]).build().unwrap()
}
