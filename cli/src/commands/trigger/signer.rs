//! What signs a delivery as a provider does.

use std::time::SystemTime;

use bytes::Bytes;
use countersign::netgiro::webhook::testing as callback;
use countersign::{Error, SecretString, unleashed, vizion};
use http::{HeaderName, Request};

/// A provider's way of signing webhooks, with a key.
pub(super) struct Signer {
    pub(super) scheme: Scheme,
    pub(super) secret: SecretString,
}

#[derive(Clone)]
pub(super) enum Scheme {
    Vizion { key_id: String },
    Unleashed,
    Netgiro,
}

impl Scheme {
    /// The header that holds the signature.
    pub(super) fn signature_header(&self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::Vizion { .. } => "x-vizion-signature",
            Self::Unleashed => "x-unleashed-signature",
            Self::Netgiro => "netgiro_signature",
        })
    }
}

impl Signer {
    /// The same way of signing with another key.
    pub(super) fn with_secret(&self, secret: &str) -> Self {
        Self { scheme: self.scheme.clone(), secret: secret.into() }
    }

    /// A delivery of `body` to `url`, signed at `at`: of Netgíró's, which carry no time, only the nonce comes from it.
    pub(super) fn sign(&self, url: &str, body: &Bytes, at: SystemTime) -> Result<Request<Bytes>, Error> {
        let (secret, body) = (self.secret.clone(), body.clone());
        match &self.scheme {
            Scheme::Vizion { key_id } => vizion::webhook::testing::sign(key_id, secret, url, body, at),
            Scheme::Unleashed => unleashed::webhook::testing::sign(secret, url, body, at),
            Scheme::Netgiro => callback::sign(secret, url, body, callback::nonce_at(at)),
        }
    }
}
