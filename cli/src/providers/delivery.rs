//! Signs deliveries as a provider does.

use std::time::SystemTime;

use bytes::Bytes;
use countersign::declared::Declared;
use countersign::netgiro::webhook::testing as callback;
use countersign::rotation::CredentialSet;
use countersign::{Error, SecretString, declared, netgiro, unleashed, vizion};
use countersign_sandbox::WebhookKey;
use http::{HeaderName, Request, header};

use crate::declaration::DeclarationFile;
use crate::environment::webhook_keys;
use crate::failure::Failure;
use crate::request_args::ProviderName;

/// A provider's way of signing webhooks, with a key.
pub(crate) struct Signer {
    pub(crate) scheme: Scheme,
    pub(crate) secret: SecretString,
}

#[derive(Clone)]
pub(crate) enum Scheme {
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
    pub(crate) fn signature_header(&self) -> Option<HeaderName> {
        Some(HeaderName::from_static(match self {
            Self::Vizion { .. } => vizion::headers::WEBHOOK_SIGNATURE,
            Self::Unleashed => unleashed::headers::WEBHOOK_SIGNATURE,
            Self::Netgiro => netgiro::headers::SIGNATURE,
            Self::Declared { signer, .. } => return signer.scheme().declaration().signature_header(),
        }))
    }
}

/// Also valid as hex and as base64.
const ANOTHER_SECRET: &str = "6e6f742074686520726563656976657227732073656372657421";

impl Signer {
    /// A signer with the keys of a set; for Vizion, with the key of this id, or the first.
    pub(crate) fn of(
        sender: &ProviderName,
        set: &CredentialSet,
        key_id: Option<&str>,
    ) -> Result<Self, Failure> {
        Ok(match sender {
            ProviderName::Vizion => {
                let mut keys = webhook_keys::vizion(set)?.into_iter();
                let wanted = keys.find(|key| key_id.is_none_or(|id| id == key.id));
                let unknown = || Failure::usage("VIZION_WEBHOOK_KEYS has no key with the id of --key-id");
                let WebhookKey { id: key_id, secret } = wanted.ok_or_else(unknown)?;
                Self { scheme: Scheme::Vizion { key_id }, secret }
            }
            ProviderName::Unleashed => {
                Self { scheme: Scheme::Unleashed, secret: webhook_keys::unleashed(set)? }
            }
            ProviderName::Netgiro => Self { scheme: Scheme::Netgiro, secret: webhook_keys::netgiro(set)? },
            ProviderName::File(_) => Self::declared(&sender.file()?, set)?,
            ProviderName::Netvisor => return Err(Failure::usage("netvisor sends no webhooks")),
        })
    }

    /// As a file declares.
    pub(crate) fn declared(file: &DeclarationFile, set: &CredentialSet) -> Result<Self, Failure> {
        let [signer, other] = [None, Some(ANOTHER_SECRET)].map(|secret| file.signer_with(set, secret));
        let scheme = Scheme::Declared { signer: signer?.into(), other: other?.into() };
        Ok(Self { scheme, secret: "".into() })
    }

    /// Whether the signer places something in a form.
    pub(crate) fn places_in_form(&self) -> bool {
        matches!(&self.scheme, Scheme::Declared { signer, .. } if signer.scheme().declaration().places_in_form())
    }

    /// The same way of signing with another key.
    pub(crate) fn with_secret(&self, secret: &str) -> Self {
        let scheme = match self.scheme.clone() {
            Scheme::Declared { signer, other } => Scheme::Declared { signer: other, other: signer },
            scheme => scheme,
        };
        Self { scheme, secret: secret.into() }
    }

    /// A delivery of `body` to `url`, signed at `at`. Netgíró's deliveries carry no time; only their nonce comes from `at`.
    pub(crate) fn sign(&self, url: &str, body: &Bytes, at: SystemTime) -> Result<Request<Bytes>, Error> {
        let (secret, body) = (self.secret.clone(), body.clone());
        match &self.scheme {
            Scheme::Vizion { key_id } => vizion::webhook::testing::sign(key_id, secret, url, body, at),
            Scheme::Unleashed => unleashed::webhook::testing::sign(secret, url, body, at),
            Scheme::Netgiro => callback::sign(secret, url, body, callback::nonce_at(at)),
            Scheme::Declared { signer, .. } => sign_declared(signer, url, &body, at),
        }
    }
}

/// A delivery as a declared provider sends it, as JSON or as a form, by the look of the body.
fn sign_declared(
    signer: &Declared,
    url: &str,
    body: &Bytes,
    at: SystemTime,
) -> Result<Request<Bytes>, Error> {
    let is_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    let media_type = if is_json { "application/json" } else { "application/x-www-form-urlencoded" };
    let request = Request::post(url).header(header::CONTENT_TYPE, media_type).body(body.to_vec());
    // A parsed URL always fits into a request.
    let request = request.unwrap_or_default();
    declared::webhook::testing::sign(signer, request, at).map(|request| request.map(Bytes::from))
}
