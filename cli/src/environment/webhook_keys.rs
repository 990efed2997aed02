//! The keys that webhooks are signed with, out of the environment.

use countersign::SecretString;

use super::Environment;
use crate::failure::Failure;

const VIZION: &str = "VIZION_WEBHOOK_KEYS";
const UNLEASHED: &str = "UNLEASHED_WEBHOOK_KEY";
const NETGIRO: &str = "NETGIRO_SECRET_KEY";

/// A key of Vizion's and its id.
pub(crate) struct VizionKey {
    pub(crate) id: String,
    pub(crate) secret: SecretString,
}

/// Reads `VIZION_WEBHOOK_KEYS`, `hmac-key-1=…,hmac-key-2=…`. There is at least one.
pub(crate) fn vizion(environment: &Environment) -> Result<Vec<VizionKey>, Failure> {
    let text = environment.require(VIZION)?;
    let entries = text.split(',').enumerate();
    entries.map(|(index, entry)| parse(entry).ok_or_else(|| malformed(index))).collect()
}

/// Reads `UNLEASHED_WEBHOOK_KEY`, the signing key as issued.
pub(crate) fn unleashed(environment: &Environment) -> Result<SecretString, Failure> {
    environment.require(UNLEASHED).map(SecretString::from)
}

/// Reads `NETGIRO_SECRET_KEY`: callbacks are signed with the key that signs requests.
pub(crate) fn netgiro(environment: &Environment) -> Result<SecretString, Failure> {
    environment.require(NETGIRO).map(SecretString::from)
}

/// The first `=` separates, since a secret in base64 ends in more of them.
fn parse(entry: &str) -> Option<VizionKey> {
    let (id, secret) = entry.trim().split_once('=')?;
    Some(VizionKey { id: id.to_owned(), secret: secret.into() })
}

fn malformed(index: usize) -> Failure {
    Failure::usage(format!("{VIZION}: entry {} is not key-id=secret", index + 1))
}
