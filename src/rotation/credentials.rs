//! Credentials and their sources.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::DateTime;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::RotationFault;
use crate::error::Error;

/// The longest output of a source that is read, in bytes.
pub(super) const LIMIT: usize = 64 * 1024;

/// Credentials by the names of their variables, such as `NETGIRO_APP_KEY`, and when they expire.
///
/// ```
/// use countersign::rotation::CredentialSet;
///
/// let json = br#"{"credentials":{"VIZION_API_KEY":"a key of nobody"},"expires_at":"2030-01-01T00:00:00Z"}"#;
/// assert!(CredentialSet::from_json(json)?.value("VIZION_API_KEY").is_some());
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct CredentialSet {
    values: BTreeMap<String, SecretString>,
    expires: Option<SystemTime>,
}

/// The format of a file or of a command's output.
#[derive(Deserialize)]
struct Document {
    credentials: BTreeMap<String, String>,
    expires_at: Option<Expiry>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Expiry {
    Seconds(i64),
    Text(String),
}

impl CredentialSet {
    /// Credentials that do not expire.
    pub fn new<N: Into<String>, V: Into<SecretString>>(values: impl IntoIterator<Item = (N, V)>) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { values, expires: None }
    }

    /// Reads `{"credentials": {"NAME": "value", …}, "expires_at": …}`. The expiry may be left out; it is Unix seconds or text as
    /// in RFC 3339, e.g. `"2026-01-31T12:00:00Z"`. Other members are ignored.
    ///
    /// ```
    /// use countersign::rotation::CredentialSet;
    ///
    /// let set = CredentialSet::from_json(br#"{"credentials": {"VIZION_API_KEY": "key"}, "expires_at": 1767225600}"#)?;
    /// assert!(set.value("VIZION_API_KEY").is_some());
    /// # Ok::<(), countersign::Error>(())
    /// ```
    ///
    /// # Errors
    /// `credentials-malformed`; `credentials-too-long` beyond 64 KiB.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        if json.len() > LIMIT {
            return Err(Error::new(RotationFault::TooLong));
        }
        // The parser's error may quote a value, so it is not kept as the source.
        let malformed = || Error::new(RotationFault::Malformed);
        let document: Document = serde_json::from_slice(json).map_err(|_| malformed())?;
        let seconds = match document.expires_at {
            None => None,
            Some(Expiry::Seconds(seconds)) => Some(seconds),
            Some(Expiry::Text(text)) => {
                Some(DateTime::parse_from_rfc3339(&text).map_err(|_| malformed())?.timestamp())
            }
        };
        let expires = |seconds| {
            let since = Duration::from_secs(u64::try_from(seconds).ok()?);
            UNIX_EPOCH.checked_add(since)
        };
        let expires = seconds.map(|seconds| expires(seconds).ok_or_else(malformed)).transpose()?;
        Ok(Self { expires, ..Self::new(document.credentials) })
    }

    /// Sets when the credentials expire. They are not used from then on.
    #[must_use]
    pub fn expiring(mut self, at: SystemTime) -> Self {
        self.expires = Some(at);
        self
    }

    /// The credential of this name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&SecretString> {
        self.values.get(name)
    }

    /// The credential of this name, in the form that a provider's `from_variables` takes.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.value(name).map(|value| value.expose_secret().to_owned())
    }

    pub(super) fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    /// Whether the values are the same. The expiry may differ.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let bytes = |value: &SecretString| value.expose_secret().as_bytes().to_owned();
        let same =
            |((name, value), (other_name, other)): ((&String, &SecretString), (&String, &SecretString))| {
                name == other_name && bool::from(bytes(value).ct_eq(&bytes(other)))
            };
        self.values.len() == other.values.len() && self.values.iter().zip(&other.values).all(same)
    }
}

/// Shows the names, never a value.
impl fmt::Debug for CredentialSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialSet")
            .field("names", &self.values.keys())
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Where credentials come from.
///
/// Implement it with [`async_trait`](https://docs.rs/async-trait) over your secret manager. Only one task at a time
/// asks it. After 30 s, the future is dropped, which must be safe.
///
/// ```
/// use std::time::Duration;
///
/// use countersign::Error;
/// use countersign::rotation::{CredentialSet, CredentialSource};
///
/// struct Vault;
///
/// #[async_trait::async_trait]
/// impl CredentialSource for Vault {
///     async fn fetch(&self) -> Result<Option<CredentialSet>, Error> {
///         // Ask the vault here. `None` says that nothing has changed.
///         Ok(Some(CredentialSet::new([("VIZION_API_KEY", "a key of nobody")])))
///     }
///
///     fn fresh_for(&self) -> Duration {
///         Duration::from_secs(60)
///     }
/// }
/// ```
#[async_trait::async_trait]
pub trait CredentialSource: Send + Sync + 'static {
    /// The present credentials; `None` if the source knows that they have not changed since it last gave them.
    ///
    /// # Errors
    /// Why there are no credentials. The error is logged, so it must not hold a secret. The present credentials stay in use.
    async fn fetch(&self) -> Result<Option<CredentialSet>, Error>;

    /// How long the credentials count as fresh. Default: a minute.
    fn fresh_for(&self) -> Duration {
        Duration::from_secs(60)
    }
}
