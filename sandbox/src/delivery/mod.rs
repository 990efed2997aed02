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

/// A webhook about to be delivered, by default to loopback and once.
///
/// A 2xx answer (for Netgíró, only a 200) acknowledges the delivery and ends it. After any other answer, or none within
/// 10 seconds, it is tried again while there are attempts left. Redirects are not followed.
///
/// Vizion's own documents contradict each other on retries: one says that a failed delivery is repeated at the next
/// interval, another that it never is. They do not say whether a repetition is signed anew. Here it is, by default: a
/// receiver that accepted the first attempt before its handler failed refuses the same signature as a replay.
/// [`Delivery::repeat_unchanged`] lets you see that refusal.
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

    /// Signs for this origin, by which the provider knows the receiver, with the path prefix that a proxy takes off, if any:
    /// `https://shop.example.is/hooks`. Default: the URL that is delivered to.
    pub fn public_origin(mut self, origin: impl Into<String>) -> Self {
        self.public_origin = Some(origin.into());
        self
    }

    /// How often the delivery is tried, including the first time. Default, and least: once.
    pub fn attempts(mut self, attempts: usize) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// How long to wait between two attempts. Default: one second.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Sends the first attempt again, byte for byte, instead of signing each attempt anew.
    pub fn repeat_unchanged(mut self) -> Self {
        self.unchanged = true;
        self
    }

    /// Lets the delivery go to any host, by plain HTTP, such as a container beside this one. To a receiver with the same key,
    /// it is as good as the provider's own, and anyone on the way can read it.
    pub fn dangerous_allow_any_host(mut self) -> Self {
        self.beyond_loopback = true;
        self
    }

    /// Sends it until it is acknowledged or the attempts are used up.
    ///
    /// # Errors
    /// When nothing could be sent: deliveries may not go to the URL, the public origin is not an origin, or the delivery
    /// cannot be signed. A receiver that refuses, or is not there, is no error: see [`Delivered`].
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

/// The time, or if the clock has not moved on, the next moment that gives another signature.
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
