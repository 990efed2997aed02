//! Netgíró's steps of verification.

use std::borrow::Cow;
use std::time::Duration;

use http::HeaderName;

use super::super::credentials::NAME;
use super::super::ends::Ends;
use super::super::headers;
use super::super::mistakes::MISTAKES;
use super::super::reply::is_nonce;
use super::super::signing::Secret;
use crate::explain::OwnMistake;
use crate::signing::{Encoding, MacKey, SignedText, absolute};
use crate::webhook::{self, Claim, Delivery, DeliveryFault, Freshness, Received};

pub(super) static SIGNATURE: HeaderName = HeaderName::from_static(headers::SIGNATURE);
pub(super) static NONCE: HeaderName = HeaderName::from_static(headers::NONCE);

const THIRTY_DAYS: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Netgíró's way of signing callbacks.
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    pub(super) remember_for: Duration,
    pub(super) accept_empty: bool,
}

impl Default for Scheme {
    fn default() -> Self {
        Self { remember_for: THIRTY_DAYS, accept_empty: false }
    }
}

/// Netgíró's secret, as a key.
#[derive(Debug)]
pub struct Key(pub(super) Secret);

/// The parts of the signed text between the secret and the body.
#[derive(Debug)]
pub struct Stated<'r> {
    pub(super) nonce: &'r [u8],
    pub(super) url: String,
}

impl webhook::Steps for Scheme {
    const NAME: &'static str = NAME;
    const AFTER_MISMATCH: &'static str =
        "Check the secret, then the public origin, and whether a proxy changes the path or body.";
    type Key = Key;
    type Stated<'r> = Stated<'r>;

    fn own_mistakes() -> &'static [OwnMistake] {
        &MISTAKES
    }

    fn covers_url(&self) -> bool {
        true
    }

    fn read<'r>(&'r self, delivery: &Delivery<'r>) -> Result<Claim<'r, Stated<'r>>, DeliveryFault> {
        let signature = delivery.single(&SIGNATURE)?;
        let nonce = delivery.single(&NONCE)?;

        if !is_nonce(nonce) {
            return Err(DeliveryFault::NonceMalformed);
        }
        let url =
            delivery.url().filter(|url| is_normalised(url)).ok_or(DeliveryFault::TargetNotNormalised)?;
        Ok(Claim {
            signature: Received::new(signature, Encoding::HexLower),
            key_id: None,
            freshness: Freshness::Remembered(self.remember_for),
            stated: Stated { nonce, url },
        })
    }

    fn mac<'k>(_: &Self::Stated<'_>, key: &'k Key) -> Cow<'k, MacKey> {
        Cow::Borrowed(key.0.mac())
    }

    fn state(stated: &Stated<'_>, key: &Key, body: &[u8], text: &mut SignedText<'_>) {
        key.0.state_text(stated.nonce, &stated.url, body, text);
    }

    fn check_signed_body(&self, body: &[u8]) -> Result<(), DeliveryFault> {
        if body.trim_ascii().is_empty() && !self.accept_empty {
            return Err(DeliveryFault::BodyEmpty);
        }
        simdutf8::basic::from_utf8(body).map_err(|_| DeliveryFault::NotUtf8)?;
        if Ends::of(body).is_pair() && !could_be_url(body) {
            Ok(())
        } else {
            Err(DeliveryFault::NotOneDocument)
        }
    }
}

/// Whether a client would send exactly this URL, and its end cannot be a body. A body with `"` or `<` would be
/// percent-encoded in a URL; any other body would end the URL with a bracket.
fn is_normalised(text: &str) -> bool {
    absolute(text).is_ok_and(|(url, _)| url.as_str() == text) && !text.ends_with(['}', ']'])
}

/// Whether a body could have been the end of a URL: it has neither `"` nor `<`. XML, and JSON with a text in it, have
/// one of these; a normalised URL has none.
fn could_be_url(body: &[u8]) -> bool {
    !body.trim_ascii().is_empty() && !body.iter().any(|byte| matches!(byte, b'"' | b'<'))
}
