//! The record of a request and its answer.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use countersign::diagnose::Diagnosis;
use countersign::explain::Explanation;
use countersign::redact::Secrets;
use encoding_rs::ISO_8859_15;
use http::{HeaderName, HeaderValue, Method, StatusCode};

use crate::request::Received;
use crate::signatures::Signatures;
use crate::vendor::{Vendor, hides, may_hold_digest};
use crate::verdict::Verdict;
use crate::workings::Workings;

/// One request, as it arrived, and its answer. Cheap to clone.
///
/// Keys and signatures are inside, for recomputing, and never shown. Ids and app keys open nothing and are shown.
///
/// ```
/// use countersign_sandbox::{Sandbox, Verdict};
///
/// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::start().await?;
/// // … calls of the program under test, then:
/// for exchange in sandbox.exchanges() {
///     assert_eq!(*exchange.verdict(), Verdict::Accepted, "{:?}", exchange.diagnosis());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Exchange(Arc<Record>);

pub(crate) struct Record {
    pub(crate) number: u64,
    pub(crate) vendor: Vendor,
    pub(crate) arrived: Received,
    pub(crate) at: SystemTime,
    pub(crate) verdict: Verdict,
    pub(crate) processed: bool,
    pub(crate) workings: Workings,
    pub(crate) status: StatusCode,
}

impl Exchange {
    pub(crate) fn new(record: Record) -> Self {
        Self(Arc::new(record))
    }

    /// The number of the request, from 1, in the order of the record.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.0.number
    }

    /// The provider that was called.
    #[must_use]
    pub fn vendor(&self) -> Vendor {
        self.0.vendor
    }

    /// When the request had arrived.
    #[must_use]
    pub fn at(&self) -> SystemTime {
        self.0.at
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.0.arrived.method
    }

    /// The URL that the request line and `Host` make, byte for byte.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.arrived.url
    }

    /// The URL for showing: without the sandbox's secrets, if a client has put one there.
    #[must_use]
    pub fn redacted_url(&self) -> Cow<'_, str> {
        self.redacted(self.url().into())
    }

    /// The headers in the order of arrival, each value as text. Keys and signatures are masked, the sandbox's secrets
    /// are masked in every header, and control characters are escaped.
    pub fn headers(&self) -> impl Iterator<Item = (&HeaderName, Cow<'_, str>)> {
        self.0.arrived.headers.iter().map(|(name, value)| {
            let text = match name {
                name if hides(name) => masked(value),
                name if may_hold_digest(name) => {
                    redacted_by(&self.secrets().clone().but_no_digests(), text(value))
                }
                _ => self.redacted(text(value)),
            };
            (name, printable(text))
        })
    }

    /// The body. Empty if it was longer than the sandbox accepts.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.0.arrived.body
    }

    /// Whether the request was accepted, and if not, why.
    #[must_use]
    pub fn verdict(&self) -> &Verdict {
        &self.0.verdict
    }

    /// Whether the request took effect: it was accepted, and no gateway answered before the provider got it. A request with an
    /// id against repetitions takes effect once, however often it is sent.
    #[must_use]
    pub fn was_processed(&self) -> bool {
        self.0.processed
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// How its signature was recomputed, with secrets masked. `None` if the request was refused before that, and for Vizion,
    /// where nothing is signed.
    #[must_use]
    pub fn explanation(&self) -> Option<&Explanation> {
        self.0.workings.explanation.as_ref()
    }

    /// Why its signature does not match. `None` if it matches or was not looked at.
    #[must_use]
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        self.0.workings.diagnosis.as_ref()
    }

    pub(crate) fn signatures(&self) -> Option<&Signatures> {
        self.0.workings.signatures.as_ref()
    }

    /// Path and query, as they arrived.
    pub(crate) fn target(&self) -> &str {
        self.0.arrived.target()
    }

    /// A text of this request's, for showing.
    pub(crate) fn redacted<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        redacted_by(self.secrets(), text)
    }

    fn secrets(&self) -> &Secrets {
        &self.0.workings.secrets
    }

    pub(crate) fn size(&self) -> usize {
        self.0.arrived.size() + self.0.workings.size()
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("vendor", &self.vendor())
            .field("method", self.method())
            .field("url", &self.redacted_url())
            .field("verdict", self.verdict())
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

/// A mask that shows only that there is a value.
fn masked(value: &HeaderValue) -> Cow<'_, str> {
    format!("<masked, {} bytes>", value.len()).into()
}

/// Decodes UTF-8, or else Netvisor's charset, where every byte is a character, some of them control characters.
fn text(value: &HeaderValue) -> Cow<'_, str> {
    std::str::from_utf8(value.as_bytes())
        .map_or_else(|_| ISO_8859_15.decode_without_bom_handling(value.as_bytes()).0, Cow::Borrowed)
}

fn printable(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains(char::is_control) { text.replace(char::is_control, "\u{fffd}").into() } else { text }
}

fn redacted_by<'t>(secrets: &Secrets, text: Cow<'t, str>) -> Cow<'t, str> {
    match text {
        Cow::Borrowed(text) => secrets.redact(text),
        Cow::Owned(text) => Cow::Owned(secrets.redact(&text).into_owned()),
    }
}
