//! The running sandbox.

use std::fmt;

use bytes::Bytes;
use countersign::netgiro::Netgiro;
use countersign::netvisor::Netvisor;
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;
use tokio::sync::broadcast;

use crate::delivery::{Delivery, Sender};
use crate::exchange::Exchange;
use crate::fault::{Fault, Injected};
use crate::replies::{Matcher, Reply, ReplyError};
use crate::server::Servers;

/// The four providers, each on a port of its own. Stops when dropped.
///
/// The signers that it returns have its credentials, and may send them to the sandbox and to the provider's own origins.
///
/// ```
/// use countersign_sandbox::Sandbox;
///
/// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::start().await?;
/// let client = reqwest_middleware::ClientBuilder::new(countersign::client_builder().build()?)
///     .with(sandbox.vizion())
///     .build();
/// let references = client.get(format!("{}/references", sandbox.vizion_url())).send().await?;
/// assert!(references.status().is_success());
/// # Ok(()) }
/// ```
pub struct Sandbox {
    servers: Servers,
    urls: Urls,
    clients: Clients,
}

pub(crate) struct Urls {
    pub(crate) netvisor: String,
    pub(crate) netgiro: String,
    pub(crate) unleashed: String,
    pub(crate) vizion: String,
    pub(crate) inspector: String,
}

pub(crate) struct Clients {
    pub(crate) netvisor: Netvisor,
    pub(crate) netgiro: Netgiro,
    pub(crate) unleashed: Unleashed,
    pub(crate) vizion: Vizion,
}

impl Sandbox {
    pub(crate) fn new(servers: Servers, urls: Urls, clients: Clients) -> Self {
        Self { servers, urls, clients }
    }

    /// Middleware that signs as the sandbox's Netvisor expects.
    #[must_use]
    pub fn netvisor(&self) -> Netvisor {
        self.clients.netvisor.clone()
    }

    /// Middleware that signs as the sandbox's Netgíró expects, and verifies its replies.
    #[must_use]
    pub fn netgiro(&self) -> Netgiro {
        self.clients.netgiro.clone()
    }

    /// Middleware that signs as the sandbox's Unleashed expects.
    #[must_use]
    pub fn unleashed(&self) -> Unleashed {
        self.clients.unleashed.clone()
    }

    /// Middleware with the key that the sandbox's Vizion expects.
    #[must_use]
    pub fn vizion(&self) -> Vizion {
        self.clients.vizion.clone()
    }

    /// A webhook of Vizion's to `url`, signed with the sandbox's webhook key; `body` is JSON on one line.
    pub fn vizion_webhook(&self, url: &str, body: impl Into<Bytes>) -> Delivery {
        let key = self.servers.credentials().vizion.webhook_key.clone();
        Delivery::new(Sender::Vizion(key), url, body.into())
    }

    /// A webhook of Unleashed's to `url`, signed with the sandbox's webhook key.
    pub fn unleashed_webhook(&self, url: &str, body: impl Into<Bytes>) -> Delivery {
        let key = self.servers.credentials().unleashed.webhook_key.clone();
        Delivery::new(Sender::Unleashed(key), url, body.into())
    }

    /// A payment callback of Netgíró's to `url`, signed with the sandbox's secret key. It carries no time; each attempt
    /// has another nonce. Netgíró counts it as received only if the answer is 200, not 204.
    pub fn netgiro_callback(&self, url: &str, body: impl Into<Bytes>) -> Delivery {
        let key = self.servers.credentials().netgiro.secret_key.clone();
        Delivery::new(Sender::Netgiro(key), url, body.into())
    }

    /// Netvisor's origin, `http://127.0.0.1:port`, without a slash at its end.
    #[must_use]
    pub fn netvisor_url(&self) -> &str {
        &self.urls.netvisor
    }

    /// Netgíró's origin.
    #[must_use]
    pub fn netgiro_url(&self) -> &str {
        &self.urls.netgiro
    }

    /// Unleashed's origin.
    #[must_use]
    pub fn unleashed_url(&self) -> &str {
        &self.urls.unleashed
    }

    /// Vizion's origin.
    #[must_use]
    pub fn vizion_url(&self) -> &str {
        &self.urls.vizion
    }

    /// The inspector's origin: a page for a browser, which shows each request as it arrives.
    #[must_use]
    pub fn inspector_url(&self) -> &str {
        &self.urls.inspector
    }

    /// What has arrived so far, oldest first: the latest 256 requests, or fewer if these take more than 16 MiB.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.servers.shared().log.all()
    }

    /// What arrives from now on. A receiver that lags 256 exchanges behind loses the oldest.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Exchange> {
        self.servers.shared().log.subscribe()
    }

    /// Gives every answer this fault from now on, until another fault or [`Sandbox::heal`].
    pub fn inject(&self, fault: Fault) {
        self.servers.shared().inject(Injected::Always(fault));
    }

    /// Gives the next `count` answers of all providers together a fault; later answers have none.
    pub fn inject_next(&self, count: usize, fault: Fault) {
        self.servers.shared().inject(Injected::Next(count, fault));
    }

    /// Removes the fault and all replies of your choice.
    pub fn heal(&self) {
        self.servers.shared().inject(Injected::None);
        self.servers.shared().replies.clear();
    }

    /// Makes `provider` give this reply to the matching requests that it accepts; a request with a wrong signature is
    /// still refused. Replies are tried in the order in which you gave them.
    ///
    /// ```
    /// use countersign_sandbox::{Matcher, Reply, Sandbox};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = Sandbox::start().await?;
    /// let insert = Matcher::any().path("/v1/checkout/InsertCart");
    /// sandbox.respond("netgiro", insert, Reply::ready("declined").once())?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When there is no such provider, when it has no ready reply of that name, or when no reply can have the status or a
    /// header.
    pub fn respond(&self, provider: &str, matcher: Matcher, reply: Reply) -> Result<(), ReplyError> {
        self.servers.shared().respond(provider, matcher, reply)
    }

    /// Stops listening, and returns when the requests under way are answered.
    pub async fn stop(self) {
        self.servers.stop().await;
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("netvisor", &self.urls.netvisor)
            .field("netgiro", &self.urls.netgiro)
            .field("unleashed", &self.urls.unleashed)
            .field("vizion", &self.urls.vizion)
            .field("inspector", &self.urls.inspector)
            .finish_non_exhaustive()
    }
}
