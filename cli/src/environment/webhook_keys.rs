//! The keys that webhooks are signed with, out of the environment or of what a rotation gives.

use std::fmt;

use countersign::error::{Code, Fault, Kind};
use countersign::rotation::CredentialSet;
use countersign::{Error, SecretString};
use secrecy::ExposeSecret as _;

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
    parse(&environment.require(VIZION)?).map_err(|fault| Failure::usage(fault.to_string()))
}

/// The same, out of what a rotation gives.
pub(crate) fn vizion_in(set: &CredentialSet) -> Result<Vec<VizionKey>, Error> {
    parse(found(set, VIZION)?.expose_secret()).map_err(Error::new)
}

/// Reads `UNLEASHED_WEBHOOK_KEY`, the signing key as issued.
pub(crate) fn unleashed(environment: &Environment) -> Result<SecretString, Failure> {
    environment.require(UNLEASHED).map(SecretString::from)
}

/// Reads `NETGIRO_SECRET_KEY`: callbacks are signed with the key that signs requests.
pub(crate) fn netgiro(environment: &Environment) -> Result<SecretString, Failure> {
    environment.require(NETGIRO).map(SecretString::from)
}

/// The same as [`unleashed`], out of what a rotation gives.
pub(crate) fn unleashed_in(set: &CredentialSet) -> Result<SecretString, Error> {
    found(set, UNLEASHED).cloned()
}

/// The same as [`netgiro`], out of what a rotation gives.
pub(crate) fn netgiro_in(set: &CredentialSet) -> Result<SecretString, Error> {
    found(set, NETGIRO).cloned()
}

fn found<'s>(set: &'s CredentialSet, name: &'static str) -> Result<&'s SecretString, Error> {
    set.value(name).ok_or_else(|| Error::new(KeysFault::NotSet(name)))
}

/// The first `=` of an entry separates, since a secret in base64 ends in more of them.
fn parse(text: &str) -> Result<Vec<VizionKey>, KeysFault> {
    let key = |(index, entry): (usize, &str)| {
        let (id, secret) = entry.trim().split_once('=').ok_or(KeysFault::Malformed { entry: index + 1 })?;
        Ok(VizionKey { id: id.to_owned(), secret: secret.into() })
    };
    text.split(',').enumerate().map(key).collect()
}

/// Why there are no keys.
#[derive(Debug)]
enum KeysFault {
    NotSet(&'static str),
    Malformed { entry: usize },
}

impl fmt::Display for KeysFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSet(name) => write!(f, "not set: {name}"),
            Self::Malformed { entry } => write!(f, "{VIZION}: entry {entry} is not key-id=secret"),
        }
    }
}

impl Fault for KeysFault {
    fn code(&self) -> Code {
        Code::new("usage", Kind::Configuration, "Set the variable to the keys that the provider issued.")
    }
}
