//! What is signed, segment by segment, with every secret masked.
//!
//! An [`Explanation`] is made from the same segments as the signature. It shows public bytes in full. For a secret it
//! shows the name, the length and a fingerprint that tells two values apart (see [`Fingerprint`]). The signature is
//! masked too, since Unleashed's is valid as long as the key. To get the headers themselves, sign the request.
//!
//! ```
//! use countersign::explain::explain;
//! use countersign::unleashed::Unleashed;
//!
//! let provider = Unleashed::new("api-id", "api-key")?;
//! let request = http::Request::get("https://api.unleashedsoftware.com/Customers?pageSize=1").body(())?;
//! let explanation = explain(&provider, &countersign::RequestRef::from_http(&request)?)?;
//! assert!(explanation.to_string().contains("pageSize=1"));
//! assert_eq!(explanation.segments()[0].name(), "query");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod diff;
mod display;
mod explained;
mod fingerprint;
mod transcript;

use std::fmt::Display;

use serde::{Serialize, Serializer};

pub use diff::{Change, Difference};
pub use explained::{Explained, Mistake, OwnMistake};
pub use fingerprint::Fingerprint;
pub use transcript::Transcript;
pub(crate) use transcript::{CREDENTIAL_HEADERS, Part};

use crate::Signer;
use crate::error::Error;
use crate::redact::Secrets;
use crate::signing::{Charset, Encoding, MacAlgorithm, RequestRef, SegmentKind, Source};

/// Explains how a request would be signed now, with a fresh stamp.
///
/// # Errors
/// As [`Signer::sign`]: if the request would not be signed.
pub fn explain<S: Explained>(signer: &Signer<S>, request: &RequestRef<'_>) -> Result<Explanation, Error> {
    Ok(Transcript::of(signer, request)?.explain())
}

/// Explains how a request is signed with a given stamp.
///
/// # Errors
/// As [`Signer::sign_with`].
pub fn explain_with<S: Explained>(
    signer: &Signer<S>,
    request: &RequestRef<'_>,
    stamp: S::Stamp,
) -> Result<Explanation, Error> {
    Ok(Transcript::with_stamp(signer, request, stamp)?.explain())
}

/// How one message is signed: `Display` for people, `Serialize` for programs, [`Explanation::diff`] to compare two.
///
/// Holds no secret, only masks, even for a secret that was put into the URL, the body or another field. `Display`
/// escapes control characters and shortens long bodies; the serialised form is whole.
///
/// ```
/// use countersign::RequestRef;
/// use countersign::explain::explain;
/// use countersign::unleashed::Unleashed;
///
/// let unleashed = Unleashed::new("an id", "a key of nobody")?;
/// let request = |url: &str| http::Request::get(url).body(());
/// let one = request("https://api.unleashedsoftware.com/Customers?page=1")?;
/// let other = request("https://api.unleashedsoftware.com/Customers?page=2")?;
/// let one = explain(&unleashed, &RequestRef::from_http(&one)?)?;
/// let other = explain(&unleashed, &RequestRef::from_http(&other)?)?;
/// assert_eq!(one.segments()[0].name(), "query");
/// for difference in one.diff(&other) {
///     println!("{difference}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    provider: String,
    mac: Option<MacSummary>,
    signed_text: Vec<ExplainedSegment>,
    mac_key: Vec<ExplainedSegment>,
    headers: Vec<ExplainedHeader>,
}

impl Explanation {
    /// The provider's name, e.g. `netgiro`.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// How the signed text becomes a signature; `None` if a plain API key is sent instead.
    #[must_use]
    pub fn mac(&self) -> Option<MacSummary> {
        self.mac
    }

    /// The signed text, in order.
    #[must_use]
    pub fn segments(&self) -> &[ExplainedSegment] {
        &self.signed_text
    }

    /// The parts of an HMAC's key, in order. Empty for plain SHA-256, and if the provider does not state the key.
    #[must_use]
    pub fn mac_key(&self) -> &[ExplainedSegment] {
        &self.mac_key
    }

    /// The headers that the provider adds, sorted by name.
    #[must_use]
    pub fn headers(&self) -> &[ExplainedHeader] {
        &self.headers
    }

    /// The length of the signed text in bytes.
    #[must_use]
    pub fn signed_length(&self) -> usize {
        self.signed_text.iter().map(|segment| segment.value.length()).sum()
    }
}

/// The algorithm and the encoding of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MacSummary {
    /// How the digest is computed.
    #[serde(serialize_with = "as_text")]
    pub algorithm: MacAlgorithm,
    /// How it is written.
    #[serde(serialize_with = "as_text")]
    pub encoding: Encoding,
}

fn as_text<S: Serializer>(shown: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(shown)
}

/// One segment of a signed text or of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainedSegment {
    name: String,
    #[serde(serialize_with = "as_text")]
    kind: SegmentKind,
    #[serde(serialize_with = "as_text")]
    source: Source,
    #[serde(serialize_with = "as_text")]
    charset: Charset,
    #[serde(flatten)]
    value: Value,
}

impl ExplainedSegment {
    fn of(part: &Part, secrets: &Secrets) -> Self {
        Self {
            name: part.name().to_owned(),
            kind: part.kind,
            source: part.source,
            charset: part.charset,
            value: match part.kind {
                SegmentKind::Secret => Value::masked(&part.bytes),
                SegmentKind::Public | SegmentKind::Separator => {
                    Value::shown(&part.bytes, part.charset, secrets)
                }
            },
        }
    }

    /// The label, e.g. `url`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> SegmentKind {
        self.kind
    }

    /// Where it came from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// The charset that its bytes are in.
    #[must_use]
    pub fn charset(&self) -> Charset {
        self.charset
    }

    /// Its bytes, or the mask of a secret.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }
}

/// A header that is going to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainedHeader {
    name: String,
    #[serde(flatten)]
    value: Value,
}

impl ExplainedHeader {
    /// The name, in lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its value, or a mask if the value authenticates.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }
}

/// A value as an explanation shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Value {
    /// All of them.
    #[non_exhaustive]
    Shown {
        /// How many there are.
        length: usize,
        /// The bytes as text in their charset, with U+FFFD for malformed bytes, and `(secret)` for a secret among them.
        text: String,
        /// The bytes as they are, except for a secret among them. Serialised as lower-case hex digits.
        #[serde(rename = "hex", serialize_with = "lower_hex")]
        bytes: Vec<u8>,
    },
    /// A secret: its length and its fingerprint.
    #[non_exhaustive]
    Masked {
        /// How many bytes there are.
        length: usize,
        /// The fingerprint, which is equal for equal secrets.
        fingerprint: Fingerprint,
    },
}

impl Value {
    fn masked(secret: &[u8]) -> Self {
        Self::Masked { length: secret.len(), fingerprint: Fingerprint::of(secret) }
    }

    fn shown(bytes: &[u8], charset: Charset, secrets: &Secrets) -> Self {
        if secrets.contains(bytes) {
            return Self::masked(bytes);
        }
        let shown = secrets.redact_bytes(bytes).into_owned();
        Self::Shown { length: bytes.len(), text: charset.decode(&shown).into_owned(), bytes: shown }
    }

    /// How many bytes there are, shown or not.
    #[must_use]
    pub fn length(&self) -> usize {
        match self {
            Self::Shown { length, .. } | Self::Masked { length, .. } => *length,
        }
    }

    /// The bytes; `None` for a secret.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Shown { bytes, .. } => Some(bytes),
            Self::Masked { .. } => None,
        }
    }
}

fn lower_hex<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(bytes))
}

#[cfg(all(test, feature = "netvisor", feature = "netgiro", feature = "unleashed"))]
mod tests;
