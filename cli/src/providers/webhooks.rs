//! How the webhooks of each provider are verified.

use countersign::rotation::{CredentialSet, Rotation};
use countersign::webhook::{Builder, Keys, Scheme};
use countersign::{Error, declared, netgiro, unleashed, vizion};

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
}

impl Webhooks for vizion::webhook::Scheme {
    fn builder(_: &ProviderName, public_origin: &str, rotation: &Rotation) -> Result<Builder<Self>, Failure> {
        Ok(vizion::webhook::Verifier::builder(public_origin)?.rotating_keys(rotation, |set| {
            let mut keys = webhook_keys::vizion(set)?.into_iter();
            keys.try_fold(Keys::<Self>::new(), |keys, key| keys.with(&key.id, key.secret))
        })?)
    }
}

impl Webhooks for unleashed::webhook::Scheme {
    /// The signature covers no origin, so none is used.
    fn builder(_: &ProviderName, _: &str, rotation: &Rotation) -> Result<Builder<Self>, Failure> {
        let read = |set: &CredentialSet| Keys::<Self>::new().with(webhook_keys::unleashed(set)?);
        Ok(unleashed::webhook::Verifier::builder().rotating_keys(rotation, read)?)
    }
}

impl Webhooks for netgiro::webhook::Scheme {
    fn builder(_: &ProviderName, public_origin: &str, rotation: &Rotation) -> Result<Builder<Self>, Failure> {
        let read = |set: &CredentialSet| Keys::<Self>::new().with(webhook_keys::netgiro(set)?);
        Ok(netgiro::webhook::Verifier::builder(public_origin)?.rotating_keys(rotation, read)?)
    }
}

impl Webhooks for declared::webhook::Scheme {
    fn builder(
        sender: &ProviderName,
        public_origin: &str,
        rotation: &Rotation,
    ) -> Result<Builder<Self>, Failure> {
        let file = sender.file()?;
        let builder = file.declaration.webhooks(public_origin)?;
        let read = move |set: &CredentialSet| Keys::<Self>::new().with(&file.signer_with(set, None)?);
        Ok(builder.rotating_keys(rotation, read)?)
    }
}

/// A verifier behind a proxy that puts `prefix` in front of each path.
pub(crate) fn stripping<S: Scheme>(builder: Builder<S>, prefix: Option<&str>) -> Result<Builder<S>, Error> {
    match prefix {
        Some(prefix) => builder.strip_prefix(prefix),
        None => Ok(builder),
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
