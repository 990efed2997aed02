//! What signs deliveries as a provider does.

use std::time::SystemTime;

use bytes::Bytes;
use countersign::declared::Declared;
use countersign::rotation::CredentialSet;
use countersign::{Error, declared, netgiro, unleashed, vizion};
use countersign_sandbox::Sender;
use http::{HeaderName, Request, header};

use crate::declaration::DeclarationFile;
use crate::environment::webhook_keys;
use crate::failure::Failure;
use crate::request_args::ProviderName;

/// A provider's way of signing webhooks, with a key.
#[derive(Clone)]
pub(crate) enum Signer {
    BuiltIn(Sender),
    Declared {
        signer: Box<Declared>,
        /// With other secrets.
        other: Box<Declared>,
    },
}

/// Readable as hex and as base64, too.
const ANOTHER_SECRET: &str = "6e6f742074686520726563656976657227732073656372657421";

impl Signer {
    /// With the keys of a set: Vizion's of this id, or the first.
    pub(crate) fn of(
        sender: &ProviderName,
        set: &CredentialSet,
        key_id: Option<&str>,
    ) -> Result<Self, Failure> {
        Ok(Self::BuiltIn(match sender {
            ProviderName::Vizion => {
                let mut keys = webhook_keys::vizion(set)?.into_iter();
                let wanted = keys.find(|key| key_id.is_none_or(|id| id == key.id));
                let unknown = || Failure::usage("VIZION_WEBHOOK_KEYS has no key with the id of --key-id");
                Sender::Vizion(wanted.ok_or_else(unknown)?)
            }
            ProviderName::Unleashed => Sender::Unleashed(webhook_keys::unleashed(set)?),
            ProviderName::Netgiro => Sender::Netgiro(webhook_keys::netgiro(set)?),
            ProviderName::File(_) => return Self::declared(&sender.file()?, set),
            ProviderName::Netvisor => return Err(Failure::usage("netvisor sends no webhooks")),
        }))
    }

    /// As a file declares.
    pub(crate) fn declared(file: &DeclarationFile, set: &CredentialSet) -> Result<Self, Failure> {
        let [signer, other] = [None, Some(ANOTHER_SECRET)].map(|secret| file.signer_with(set, secret));
        Ok(Self::Declared { signer: signer?.into(), other: other?.into() })
    }

    /// The header that holds the signature; a declaration may place it elsewhere.
    pub(crate) fn signature_header(&self) -> Option<HeaderName> {
        Some(HeaderName::from_static(match self {
            Self::BuiltIn(Sender::Vizion(_)) => vizion::headers::WEBHOOK_SIGNATURE,
            Self::BuiltIn(Sender::Unleashed(_)) => unleashed::headers::WEBHOOK_SIGNATURE,
            Self::BuiltIn(Sender::Netgiro(_)) => netgiro::headers::SIGNATURE,
            Self::Declared { signer, .. } => return signer.scheme().declaration().signature_header(),
        }))
    }

    /// Whether the body is a form, with something of the signer's in it.
    pub(crate) fn places_in_form(&self) -> bool {
        matches!(self, Self::Declared { signer, .. } if signer.scheme().declaration().places_in_form())
    }

    /// The same way of signing with another key.
    pub(crate) fn with_other_secret(&self) -> Self {
        match self.clone() {
            Self::BuiltIn(sender) => Self::BuiltIn(sender.with_secret("a secret that is not the receiver's")),
            Self::Declared { signer, other } => Self::Declared { signer: other, other: signer },
        }
    }

    /// A delivery of `body` to `url`, signed at `at`: of Netgíró's, which carry no time, only the nonce comes from it.
    pub(crate) fn sign(&self, url: &str, body: &Bytes, at: SystemTime) -> Result<Request<Bytes>, Error> {
        match self {
            Self::BuiltIn(sender) => sender.sign(url, body.clone(), at),
            Self::Declared { signer, .. } => sign_declared(signer, url, body, at),
        }
    }
}

/// A delivery as a declared provider sends it: JSON or a form, whichever the body looks like.
fn sign_declared(
    signer: &Declared,
    url: &str,
    body: &Bytes,
    at: SystemTime,
) -> Result<Request<Bytes>, Error> {
    let is_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    let media_type = if is_json { "application/json" } else { "application/x-www-form-urlencoded" };
    let request = Request::post(url).header(header::CONTENT_TYPE, media_type).body(body.to_vec());
    // A URL that was parsed can be one of a request.
    let request = request.unwrap_or_default();
    declared::webhook::testing::sign(signer, request, at).map(|request| request.map(Bytes::from))
}
