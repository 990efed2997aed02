//! The webhooks of each provider: how they are verified, and signed for those who try a receiver.

use bytes::Bytes;
use countersign::time::{Clock as _, SystemClock};
use countersign::webhook::{Builder, Keys, Scheme};
use countersign::{declared, netgiro, unleashed, vizion};
use http::{Request, header};

use crate::environment::Environment;
use crate::environment::webhook_keys;
use crate::failure::Failure;
use crate::request_args::ProviderName;

/// A provider's webhooks, with keys out of the environment.
pub(crate) trait Webhooks: Scheme + Clone {
    fn builder(sender: &ProviderName, public_origin: &str) -> Result<Builder<Self>, Failure>;
    fn keys(sender: &ProviderName, environment: &Environment) -> Result<Keys<Self>, Failure>;
    /// A delivery as the provider sends it.
    fn sign(
        sender: &ProviderName,
        environment: &Environment,
        url: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, Failure>;
}

impl Webhooks for vizion::webhook::Scheme {
    fn builder(_: &ProviderName, public_origin: &str) -> Result<Builder<Self>, Failure> {
        Ok(vizion::webhook::Verifier::builder(public_origin)?)
    }

    fn keys(_: &ProviderName, environment: &Environment) -> Result<Keys<Self>, Failure> {
        let mut keys = webhook_keys::vizion(environment)?.into_iter();
        Ok(keys.try_fold(Keys::<Self>::new(), |keys, key| keys.with(&key.id, key.secret))?)
    }

    fn sign(
        _: &ProviderName,
        environment: &Environment,
        url: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, Failure> {
        let first = webhook_keys::vizion(environment)?.into_iter().next();
        let key = first.ok_or_else(|| Failure::usage("VIZION_WEBHOOK_KEYS has no key"))?;
        Ok(vizion::webhook::testing::sign(&key.id, key.secret, url, body, SystemClock.now())?)
    }
}

impl Webhooks for unleashed::webhook::Scheme {
    /// Its signature covers no origin.
    fn builder(_: &ProviderName, _: &str) -> Result<Builder<Self>, Failure> {
        Ok(unleashed::webhook::Verifier::builder())
    }

    fn keys(_: &ProviderName, environment: &Environment) -> Result<Keys<Self>, Failure> {
        Ok(Keys::<Self>::new().with(webhook_keys::unleashed(environment)?)?)
    }

    fn sign(
        _: &ProviderName,
        environment: &Environment,
        url: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, Failure> {
        let key = webhook_keys::unleashed(environment)?;
        Ok(unleashed::webhook::testing::sign(key, url, body, SystemClock.now())?)
    }
}

impl Webhooks for netgiro::webhook::Scheme {
    fn builder(_: &ProviderName, public_origin: &str) -> Result<Builder<Self>, Failure> {
        Ok(netgiro::webhook::Verifier::builder(public_origin)?)
    }

    fn keys(_: &ProviderName, environment: &Environment) -> Result<Keys<Self>, Failure> {
        Ok(Keys::<Self>::new().with(webhook_keys::netgiro(environment)?)?)
    }

    fn sign(
        _: &ProviderName,
        environment: &Environment,
        url: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, Failure> {
        use netgiro::webhook::testing;
        let secret = webhook_keys::netgiro(environment)?;
        Ok(testing::sign(secret, url, body, testing::nonce_at(SystemClock.now()))?)
    }
}

impl Webhooks for declared::webhook::Scheme {
    fn builder(sender: &ProviderName, public_origin: &str) -> Result<Builder<Self>, Failure> {
        Ok(sender.file()?.declaration.webhooks(public_origin)?)
    }

    fn keys(sender: &ProviderName, environment: &Environment) -> Result<Keys<Self>, Failure> {
        Ok(Keys::<Self>::new().with(&sender.file()?.signer(environment)?)?)
    }

    fn sign(
        sender: &ProviderName,
        environment: &Environment,
        url: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, Failure> {
        let signer = sender.file()?.signer(environment)?;
        let request = Request::post(url).header(header::CONTENT_TYPE, "application/json").body(body.to_vec());
        let request = request.map_err(|error| Failure::usage(error.to_string()))?;
        Ok(declared::webhook::testing::sign(&signer, request, SystemClock.now())?.map(Bytes::from))
    }
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
