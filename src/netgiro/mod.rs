//! Netgíró: Icelandic payments.
//!
//! Each request carries `netgiro_appkey`, `netgiro_nonce` and `netgiro_signature`: the lower-case hex SHA-256 of
//! secret, nonce, URL and body, joined without separator. Each reply is signed the same way under another nonce, and
//! is checked here before its bytes are handed on.
//!
//! The vendor's prose speaks of HMAC and base64; only the formula above reproduces the values that the vendor
//! published. A reply's signature covers the URL of the request, query included, and the raw reply body: so the vendor's
//! own .NET wrappers check it. They leave replies of 4xx and 5xx unchecked, so whether those are signed is unknown. For
//! first contact with a live account there is [`Netgiro::dangerous_report_only`].
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use countersign::netgiro::Netgiro;
//!
//! let client = reqwest_middleware::ClientBuilder::new(countersign::client_builder().build()?)
//!     .with(Netgiro::from_env()?)
//!     .build();
//! let carts = client.get("https://api.netgiro.is/v1/sales/GetList?AllForCompany=true").send().await?;
//! # Ok(()) }
//! ```

mod bodies;
mod credentials;
mod ends;
#[cfg(feature = "explain")]
mod explain;
#[cfg(feature = "middleware")]
mod middleware;
#[cfg(feature = "explain")]
mod mistakes;
mod nonce;
mod refusal;
mod reply;
mod seen;
mod signing;
#[cfg(feature = "middleware")]
mod stream;
pub mod testing;
mod utf8;
#[cfg(feature = "webhook")]
pub mod webhook;

pub use bodies::{ApiResponse, ResultCode, SimpleResponse};
#[cfg(feature = "explain")]
pub(crate) use mistakes::MISTAKES;
pub use refusal::Failure;
pub use reply::{Reply, ReplyFault, SentRequest, Verdict};
pub use signing::{Scheme, Stamp};

use crate::Signer;
use crate::error::Code;

/// The longest reply that the middleware reads by default: 10 MiB, counted after decompression.
#[cfg(feature = "middleware")]
pub const DEFAULT_REPLY_LIMIT: usize = 10 * 1024 * 1024;

pub(crate) const CODES: [&[(Code, &str)]; 3] =
    [bodies::BodyFault::CODES, refusal::Answer::CODES, ReplyFault::CODES];

/// Signs requests to Netgíró and verifies its replies. Cheap to clone: clones share the memory of seen reply nonces.
pub type Netgiro = Signer<Scheme>;

/// How the middleware reads replies.
#[cfg(feature = "middleware")]
#[derive(Clone, Copy, Debug)]
struct Reading {
    limit: usize,
    report_only: bool,
    streamed: bool,
    diagnose_refusals: bool,
}

#[cfg(feature = "middleware")]
impl Default for Reading {
    fn default() -> Self {
        Self { limit: DEFAULT_REPLY_LIMIT, report_only: false, streamed: false, diagnose_refusals: false }
    }
}

#[cfg(feature = "middleware")]
impl Netgiro {
    /// Refuses replies longer than `bytes`, counted after decompression. Default: [`DEFAULT_REPLY_LIMIT`].
    #[must_use]
    pub fn reply_limit(self, bytes: usize) -> Self {
        self.with_scheme(|scheme| scheme.replies.limit = bytes)
    }

    /// Hands replies on even when they do not verify; [`Reply::verdict`] in the response's extensions says which
    /// did, and the log why the others did not. Anyone between you and Netgíró can then make up replies: for first contact
    /// with a live account only. A reply over the limit is an error all the same.
    #[must_use]
    pub fn dangerous_report_only(self) -> Self {
        self.with_scheme(|scheme| scheme.replies.report_only = true)
    }

    /// Has refused replies diagnosed: the error carries a note where a known mistake would explain the signature. For first
    /// contact, or when honest replies are suddenly refused; [`Netgiro::diagnose_reply`] looks further, at a reply that was
    /// kept.
    ///
    /// A diagnosis takes milliseconds, and anyone between you and Netgíró can cause one. So it is made by a thread of tokio's
    /// for blocking work while the call waits, and all clients and webhook verifiers of the process share one allowance: a
    /// few diagnoses at once, then one in two seconds, or more where they are cheap. A refusal beyond that says that it was
    /// not diagnosed. A body over 16 KiB and a URL over 2 KiB are not diagnosed.
    #[cfg(feature = "explain")]
    #[must_use]
    pub fn diagnose_refusals(self) -> Self {
        self.with_scheme(|scheme| scheme.replies.diagnose_refusals = true)
    }

    /// Hands replies on while they are being verified, for downloads too large to keep in memory.
    /// [`Netgiro::reply_limit`] applies all the same: raise it.
    ///
    /// The promise is weaker: **what you read is unverified until the body has ended without an error**, as
    /// [`Verdict::Pending`] says. The last chunk is withheld until all checks have passed; where one fails, the body ends
    /// in an error instead ([`Error::find`](crate::Error::find) finds it), and all that was read must be thrown away.
    /// Anyone between you and Netgíró can make up everything before the last chunk, so act on nothing before the end.
    /// Bodies that begin neither like JSON nor like XML, or are no longer UTF-8, are not handed on any further.
    ///
    /// Replies whose headers already fail are refused as before. [`Netgiro::dangerous_report_only`] wins over this: the
    /// verdict that it reports is known only once the reply is whole.
    #[must_use]
    pub fn dangerous_stream_replies(self) -> Self {
        self.with_scheme(|scheme| scheme.replies.streamed = true)
    }
}
