//! Delivering signed webhooks to a program under development.

mod destination;
mod outcome;
mod sender;
mod transport;

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use countersign::time::{Clock as _, SystemClock};
use http::Request;

pub(crate) use destination::Destination;
pub use outcome::{Delivered, DeliveryError, Unanswered};
pub(crate) use sender::Sender;

/// A webhook about to be delivered, to loopback and once unless it is told otherwise.
///
/// An attempt that is answered with 2xx, of Netgíró's with 200, is acknowledged, and ends the delivery; any other answer, and none within
/// 10 seconds, is tried again while there are attempts left. Redirects are not followed.
///
/// Vizion's own documents contradict each other on retries: one says that a failed delivery is repeated at the next
/// interval, another that it never is. They do not say whether a repetition is signed anew. Here it is, by default: a
/// receiver that had taken the first attempt before its handler failed refuses the same signature as a replay.
/// [`Delivery::repeat_unchanged`] is for seeing it do so.
///
/// ```
/// use countersign_sandbox::{Event, Sandbox, Vendor};
///
/// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::start().await?;
/// let event = Event::named(Vendor::Vizion, "vessel-arrived")?;
/// let delivered = sandbox
///     .vizion_webhook("http://127.0.0.1:3000/vizion", event.body())
///     .public_origin("https://shop.example.is/hooks")
///     .attempts(3)
///     .send()
///     .await?;
/// assert!(delivered.is_acknowledged());
/// # Ok(()) }
/// ```
#[must_use = "nothing is sent until `send` is called"]
pub struct Delivery {
    sender: Sender,
    body: Bytes,
    url: String,
    public_origin: Option<String>,
    attempts: usize,
    pause: Duration,
    unchanged: bool,
    beyond_loopback: bool,
}

impl Delivery {
    pub(crate) fn new(sender: Sender, url: &str, body: Bytes) -> Self {
        Self {
            sender,
            body,
            url: url.to_owned(),
            public_origin: None,
            attempts: 1,
            pause: Duration::from_secs(1),
            unchanged: false,
            beyond_loopback: false,
        }
    }

    /// Signs for this origin, which is that of the receiver as the provider knows it, with the path prefix that a proxy takes
    /// off, if it does: `https://shop.example.is/hooks`. Default: the URL that is delivered to.
    pub fn public_origin(mut self, origin: impl Into<String>) -> Self {
        self.public_origin = Some(origin.into());
        self
    }

    /// How often it is tried, the first time included. Default, and least: once.
    pub fn attempts(mut self, attempts: usize) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// How long to wait between two attempts. Default: one second.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Sends the first attempt again, byte for byte, instead of signing each anew.
    pub fn repeat_unchanged(mut self) -> Self {
        self.unchanged = true;
        self
    }

    /// Lets the delivery go to any host, by plain HTTP: a container beside this one, say. It is as good as one of the
    /// vendor's own to whoever has the same key, and can be read on its way.
    pub fn dangerous_allow_any_host(mut self) -> Self {
        self.beyond_loopback = true;
        self
    }

    /// Sends it until it is acknowledged or the attempts are used up.
    ///
    /// # Errors
    /// When nothing could be sent: the URL is not one that deliveries go to, the public origin is none, or the key or the
    /// body cannot be signed. A
    /// receiver that refuses, or is not there, is no error: [`Delivered`] tells.
    pub async fn send(self) -> Result<Delivered, DeliveryError> {
        let destination = Destination::read(&self.url, self.beyond_loopback)?;
        let mut signed_at = SystemClock.now();
        let mut request = self.sign(&destination, signed_at)?;
        let mut outcomes = Vec::new();
        loop {
            let outcome = destination.deliver(request.clone()).await;
            let acknowledged = outcome.as_ref().is_ok_and(|status| self.sender.is_acknowledged_by(*status));
            outcomes.push(outcome);
            if acknowledged || outcomes.len() >= self.attempts {
                return Ok(Delivered::new(outcomes, acknowledged));
            }
            tokio::time::sleep(self.pause).await;
            if !self.unchanged {
                signed_at = later(signed_at, SystemClock.now());
                request = self.sign(&destination, signed_at)?;
            }
        }
    }

    fn sign(&self, destination: &Destination, at: SystemTime) -> Result<Request<Bytes>, countersign::Error> {
        let url = destination.signed_as(self.public_origin.as_deref())?;
        self.sender.sign(&url, self.body.clone(), at)
    }
}

/// The time, or, where the clock has not moved on, the next moment that gives another signature.
fn later(last: SystemTime, now: SystemTime) -> SystemTime {
    last.checked_add(Duration::from_millis(1)).map_or(now, |next| next.max(now))
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("attempts", &self.attempts)
            .field("pause", &self.pause)
            .field("unchanged", &self.unchanged)
            .field("beyond_loopback", &self.beyond_loopback)
            .finish_non_exhaustive()
    }
}
