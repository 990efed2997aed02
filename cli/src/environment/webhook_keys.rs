//! The keys that webhooks are signed with, from the environment or a rotation.

use std::fmt;

use countersign::fault::{Code, Fault, Kind};
use countersign::netgiro::variables::SECRET_KEY;
use countersign::rotation::CredentialSet;
use countersign::{Error, SecretString};
use countersign_sandbox::{UNLEASHED_WEBHOOK_KEY, VIZION_WEBHOOK_KEYS, WebhookKey};
use secrecy::ExposeSecret as _;

/// Reads `VIZION_WEBHOOK_KEYS`, `hmac-key-1=…,hmac-key-2=…`. There is at least one.
pub(crate) fn vizion(set: &CredentialSet) -> Result<Vec<WebhookKey>, Error> {
    WebhookKey::read(found(set, VIZION_WEBHOOK_KEYS)?.expose_secret())
}

/// Reads `UNLEASHED_WEBHOOK_KEY`, the signing key as issued.
pub(crate) fn unleashed(set: &CredentialSet) -> Result<SecretString, Error> {
    found(set, UNLEASHED_WEBHOOK_KEY).cloned()
}

/// Reads `NETGIRO_SECRET_KEY`: callbacks are signed with the key that signs requests.
pub(crate) fn netgiro(set: &CredentialSet) -> Result<SecretString, Error> {
    found(set, SECRET_KEY).cloned()
}

fn found<'s>(set: &'s CredentialSet, name: &'static str) -> Result<&'s SecretString, Error> {
    set.value(name).ok_or_else(|| NotSet::error(name))
}

/// A variable has no value.
#[derive(Debug)]
pub(crate) struct NotSet(String);

impl NotSet {
    pub(crate) fn error(name: &str) -> Error {
        Error::new(Self(name.to_owned()))
    }
}

impl fmt::Display for NotSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not set: {}", self.0)
    }
}

impl Fault for NotSet {
    fn code(&self) -> Code {
        Code::new("usage", Kind::Configuration, "Set the variable to what the provider issued.")
    }
}
