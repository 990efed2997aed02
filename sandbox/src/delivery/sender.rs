//! The providers that send webhooks, and how each signs them.

use std::time::SystemTime;

use bytes::Bytes;
use countersign::netgiro::webhook::testing as callback;
use countersign::{Error, SecretString, unleashed, vizion};
use http::{Request, StatusCode};

use crate::credentials::{Credentials, WebhookKey};
use crate::vendor::Vendor;

/// A provider that sends webhooks, with the key that it signs them with.
#[derive(Clone)]
pub(crate) enum Sender {
    Vizion(WebhookKey),
    Unleashed(SecretString),
    Netgiro(SecretString),
}

impl Sender {
    /// `None` for Netvisor, which sends no webhooks.
    pub(crate) fn of(vendor: Vendor, credentials: &Credentials) -> Option<Self> {
        match vendor {
            Vendor::Netvisor => None,
            Vendor::Netgiro => Some(Self::Netgiro(credentials.netgiro.secret_key.clone())),
            Vendor::Unleashed => Some(Self::Unleashed(credentials.unleashed.webhook_key.clone())),
            Vendor::Vizion => Some(Self::Vizion(credentials.vizion.webhook_key.clone())),
        }
    }

    /// The same with another key, under the same id if there is one.
    pub(crate) fn with_secret(self, secret: &str) -> Self {
        match self {
            Self::Vizion(key) => Self::Vizion(WebhookKey { secret: secret.into(), ..key }),
            Self::Unleashed(_) => Self::Unleashed(secret.into()),
            Self::Netgiro(_) => Self::Netgiro(secret.into()),
        }
    }

    /// A webhook for a URL, signed at a time. Netgíró's webhooks carry no time; only their nonce comes from it.
    pub(crate) fn sign(&self, url: &str, body: Bytes, at: SystemTime) -> Result<Request<Bytes>, Error> {
        match self {
            Self::Vizion(key) => vizion::webhook::testing::sign(&key.id, key.secret.clone(), url, body, at),
            Self::Unleashed(key) => unleashed::webhook::testing::sign(key.clone(), url, body, at),
            Self::Netgiro(key) => callback::sign(key.clone(), url, body, callback::nonce_at(at)),
        }
    }

    /// Whether an answer acknowledges a delivery: any 2xx, or for Netgíró only a 200.
    pub(crate) fn is_acknowledged_by(&self, status: StatusCode) -> bool {
        match self {
            Self::Netgiro(_) => status == StatusCode::OK,
            Self::Vizion(_) | Self::Unleashed(_) => status.is_success(),
        }
    }
}
