//! The webhooks of each provider: how they are verified, and signed for those who try a receiver.

use std::time::SystemTime;

use bytes::Bytes;
use countersign::declared::{Declaration, Declared};
use countersign::rotation::{CredentialSet, Rotation};
use countersign::time::{Clock as _, SystemClock};
use countersign::webhook::{Builder, Keys, Scheme};
use countersign::{Error, declared, netgiro, unleashed, vizion};
use http::{Request, header};
use secrecy::ExposeSecret as _;

use crate::environment::webhook_keys;
use crate::failure::Failure;
use crate::request_args::ProviderName;

/// A provider's webhooks, with keys that rotate.
pub(crate) trait Webhooks: Scheme + Clone {
    fn builder(
        sender: &ProviderName,
        public_origin: &str,
        rotation: &Rotation,
    ) -> Result<Builder<Self>, Failure>;

    /// A delivery as the provider sends it.
    fn sign(
        sender: &ProviderName,
        set: &CredentialSet,
        url: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, Failure>;
}

impl Webhooks for vizion::webhook::Scheme {
    fn builder(_: &ProviderName, public_origin: &str, rotation: &Rotation) -> Result<Builder<Self>, Failure> {
        Ok(vizion::webhook::Verifier::builder(public_origin)?.rotating_keys(rotation, |set| {
            let mut keys = webhook_keys::vizion_in(set)?.into_iter();
            keys.try_fold(Keys::<Self>::new(), |keys, key| keys.with(&key.id, key.secret))
        })?)
    }

    fn sign(
        _: &ProviderName,
        set: &CredentialSet,
        url: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, Failure> {
        let first = webhook_keys::vizion_in(set)?.into_iter().next();
        let key = first.ok_or_else(|| Failure::usage("VIZION_WEBHOOK_KEYS has no key"))?;
        Ok(vizion::webhook::testing::sign(&key.id, key.secret, url, body, SystemClock.now())?)
    }
}

impl Webhooks for unleashed::webhook::Scheme {
    /// Its signature covers no origin.
    fn builder(_: &ProviderName, _: &str, rotation: &Rotation) -> Result<Builder<Self>, Failure> {
        let read = |set: &CredentialSet| Keys::<Self>::new().with(webhook_keys::unleashed_in(set)?);
        Ok(unleashed::webhook::Verifier::builder().rotating_keys(rotation, read)?)
    }

    fn sign(
        _: &ProviderName,
        set: &CredentialSet,
        url: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, Failure> {
        let key = webhook_keys::unleashed_in(set)?;
        Ok(unleashed::webhook::testing::sign(key, url, body, SystemClock.now())?)
    }
}

impl Webhooks for netgiro::webhook::Scheme {
    fn builder(_: &ProviderName, public_origin: &str, rotation: &Rotation) -> Result<Builder<Self>, Failure> {
        let read = |set: &CredentialSet| Keys::<Self>::new().with(webhook_keys::netgiro_in(set)?);
        Ok(netgiro::webhook::Verifier::builder(public_origin)?.rotating_keys(rotation, read)?)
    }

    fn sign(
        _: &ProviderName,
        set: &CredentialSet,
        url: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, Failure> {
        use netgiro::webhook::testing;
        let secret = webhook_keys::netgiro_in(set)?;
        Ok(testing::sign(secret, url, body, testing::nonce_at(SystemClock.now()))?)
    }
}

impl Webhooks for declared::webhook::Scheme {
    fn builder(
        sender: &ProviderName,
        public_origin: &str,
        rotation: &Rotation,
    ) -> Result<Builder<Self>, Failure> {
        let declaration = sender.file()?.declaration;
        let builder = declaration.webhooks(public_origin)?;
        let read = move |set: &CredentialSet| Keys::<Self>::new().with(&with_credentials(&declaration, set)?);
        Ok(builder.rotating_keys(rotation, read)?)
    }

    fn sign(
        sender: &ProviderName,
        set: &CredentialSet,
        url: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, Failure> {
        Ok(sign_declared(
            &with_credentials(&sender.file()?.declaration, set)?,
            url,
            &body,
            SystemClock.now(),
        )?)
    }
}

/// A verifier behind a proxy that puts `prefix` in front of each path.
pub(crate) fn stripping<S: Scheme>(builder: Builder<S>, prefix: Option<&str>) -> Result<Builder<S>, Error> {
    match prefix {
        Some(prefix) => builder.strip_prefix(prefix),
        None => Ok(builder),
    }
}

fn with_credentials(declaration: &Declaration, set: &CredentialSet) -> Result<Declared, Error> {
    declaration.from_variables(|name| set.value(name).map(|value| value.expose_secret().to_owned()))
}

/// A delivery as a declared provider sends it: JSON or a form, whichever the body looks like.
pub(crate) fn sign_declared(
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

/// Runs `$body` with `$scheme` being the type that signs a provider's webhooks.
macro_rules! with_sender {
    ($sender:expr, $scheme:ident => $body:expr) => {
        match $sender {
            $crate::request_args::ProviderName::Vizion => {
                type $scheme = countersign::vizion::webhook::Scheme;
                $body
            }
            $crate::request_args::ProviderName::Unleashed => {
                type $scheme = countersign::unleashed::webhook::Scheme;
                $body
            }
            $crate::request_args::ProviderName::Netgiro => {
                type $scheme = countersign::netgiro::webhook::Scheme;
                $body
            }
            $crate::request_args::ProviderName::File(_) => {
                type $scheme = countersign::declared::webhook::Scheme;
                $body
            }
            $crate::request_args::ProviderName::Netvisor => {
                Err($crate::failure::Failure::usage("netvisor sends no webhooks"))
            }
        }
    };
}
pub(crate) use with_sender;
