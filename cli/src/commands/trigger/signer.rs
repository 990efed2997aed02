//! What signs a delivery as a provider does.

use std::time::SystemTime;

use bytes::Bytes;
use countersign::declared::Declared;
use countersign::netgiro::webhook::testing as callback;
use countersign::{Error, SecretString, unleashed, vizion};
use http::{HeaderName, Request};

use crate::providers::webhooks::sign_declared;

/// A provider's way of signing webhooks, with a key.
pub(super) struct Signer {
    pub(super) scheme: Scheme,
    pub(super) secret: SecretString,
}

#[derive(Clone)]
pub(super) enum Scheme {
    Vizion {
        key_id: String,
    },
    Unleashed,
    Netgiro,
    Declared {
        signer: Box<Declared>,
        /// With other secrets.
        other: Box<Declared>,
    },
}

impl Scheme {
    /// The header that holds the signature; a declaration may place it elsewhere.
    pub(super) fn signature_header(&self) -> Option<HeaderName> {
        Some(HeaderName::from_static(match self {
            Self::Vizion { .. } => "x-vizion-signature",
            Self::Unleashed => "x-unleashed-signature",
            Self::Netgiro => "netgiro_signature",
            Self::Declared { signer, .. } => return signer.scheme().declaration().signature_header(),
        }))
    }
}

impl Signer {
    /// Whether the body is a form, with something of the signer's in it.
    pub(super) fn places_in_form(&self) -> bool {
        matches!(&self.scheme, Scheme::Declared { signer, .. } if signer.scheme().declaration().places_in_form())
    }

    /// The same way of signing with another key.
    pub(super) fn with_secret(&self, secret: &str) -> Self {
        let scheme = match self.scheme.clone() {
            Scheme::Declared { signer, other } => Scheme::Declared { signer: other, other: signer },
            scheme => scheme,
        };
        Self { scheme, secret: secret.into() }
    }

    /// A delivery of `body` to `url`, signed at `at`: of Netgíró's, which carry no time, only the nonce comes from it.
    pub(super) fn sign(&self, url: &str, body: &Bytes, at: SystemTime) -> Result<Request<Bytes>, Error> {
        let (secret, body) = (self.secret.clone(), body.clone());
        match &self.scheme {
            Scheme::Vizion { key_id } => vizion::webhook::testing::sign(key_id, secret, url, body, at),
            Scheme::Unleashed => unleashed::webhook::testing::sign(secret, url, body, at),
            Scheme::Netgiro => callback::sign(secret, url, body, callback::nonce_at(at)),
            Scheme::Declared { signer, .. } => sign_declared(signer, url, &body, at),
        }
    }
}
