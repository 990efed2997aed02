//! Settings of single requests.

use std::fmt;
use std::str::FromStr;

use http::HeaderValue;
use uuid::Uuid;

use super::credentials::NAME;
use super::encoding;
use crate::error::Error;
use crate::fault::faults;
use crate::random::{OsRandomness, Randomness};

/// How Netvisor's MAC is computed.
///
/// ```
/// # fn set(netvisor: countersign::netvisor::Netvisor) {
/// use countersign::netvisor::MacAlgorithm;
///
/// // For an account that has not moved to HMAC-SHA256 yet.
/// let netvisor = netvisor.algorithm(MacAlgorithm::Sha256);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MacAlgorithm {
    /// HMAC-SHA256, required of new integrations.
    HmacSha256,
    /// Plain SHA-256 over a text that ends with both keys.
    Sha256,
}

/// The language of messages. Attach it to a request as an extension to override the client's language.
///
/// ```
/// use countersign::netvisor::Language;
///
/// let mut request = http::Request::get("https://integration.netvisor.fi/customerlist.nv").body(())?;
/// request.extensions_mut().insert(Language::En); // this one's messages in English
/// assert_eq!("SE".parse::<Language>()?, Language::Se); // Swedish is `SE`, not `SV`
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// Finnish.
    #[default]
    Fi,
    /// Swedish.
    Se,
    /// English.
    En,
}

impl Language {
    /// `FI`, `SE` or `EN`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fi => "FI",
            Self::Se => "SE",
            Self::En => "EN",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Language {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        [Self::Fi, Self::Se, Self::En]
            .into_iter()
            .find(|language| language.as_str() == text)
            .ok_or_else(|| Error::new(LanguageFault::Unknown).in_provider(NAME))
    }
}

faults! {
    #[derive(Debug)]
    pub(super) enum LanguageFault {
        Unknown = Configuration, "field-language", "language is none of FI, SE and EN",
            "Use FI, SE or EN, in upper case.";
    }
}

/// A transaction id, which must be unique over all customers of one partner; Netvisor refuses a repeat with
/// `REQUEST_NOT_UNIQUE`.
///
/// By default, each attempt gets a fresh id of 122 random bits. For a write that must happen at most once, draw an id
/// and attach it to the request as an extension: a retry then carries the same id, and Netvisor refuses the second
/// request.
///
/// ```no_run
/// # async fn run(client: reqwest_middleware::ClientWithMiddleware) -> Result<(), Box<dyn std::error::Error>> {
/// use countersign::netvisor::TransactionId;
///
/// let id = TransactionId::random()?;
/// client.post("https://integration.netvisor.fi/salesinvoice.nv?method=add")
///     .with_extension(id)
///     .body("<Root>…</Root>")
///     .send()
///     .await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionId(pub(super) HeaderValue);

impl TransactionId {
    /// Takes a given id.
    ///
    /// # Errors
    /// As for any field: if it is empty, padded, or holds a control character, `&`, or a character that ISO-8859-15 lacks.
    pub fn new(id: &str) -> Result<Self, Error> {
        encoding::header("transaction_id", id).map(Self).map_err(|error| error.in_provider(NAME))
    }

    /// The text of the id. Store it with your data, and give it to [`TransactionId::new`] for a retry, even after a restart.
    #[must_use]
    pub fn text(&self) -> String {
        encoding::decode(&self.0)
    }

    /// Draws a random UUID (version 4) from the operating system.
    ///
    /// # Errors
    /// `randomness-unavailable`.
    pub fn random() -> Result<Self, Error> {
        Self::new(random_uuid(&OsRandomness)?.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

/// A UUID of version 4 (RFC 9562, section 5.4): 122 random bits.
pub(super) fn random_uuid(randomness: &dyn Randomness) -> Result<Uuid, Error> {
    let mut bytes = [0; 16];
    randomness.fill(&mut bytes)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}
