//! Unleashed's steps of verification.

use std::borrow::Cow;

use http::HeaderName;

use super::super::credentials::NAME;
use super::super::headers;
use crate::signing::{Charset, Encoding, MacKey, Segment, SignedText, Source};
use crate::webhook::{self, Claim, Delivery, DeliveryFault, Freshness, HmacKey, Integer, Received, Times};

pub(super) static SIGNATURE: HeaderName = HeaderName::from_static(headers::WEBHOOK_SIGNATURE);
pub(super) static TIMESTAMP: HeaderName = HeaderName::from_static(headers::WEBHOOK_TIMESTAMP);

/// Unleashed's way of signing webhooks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scheme;

impl webhook::Steps for Scheme {
    const NAME: &'static str = NAME;
    const AFTER_MISMATCH: &'static str =
        "Check the signing key, then whether something in between parses the body and prints it again.";
    type Key = HmacKey;
    /// The timestamp, as printed.
    type Stated<'r> = &'r str;

    fn covers_url(&self) -> bool {
        false
    }

    fn read<'r>(&'r self, delivery: &Delivery<'r>) -> Result<Claim<'r, &'r str>, DeliveryFault> {
        let signature = delivery.single(&SIGNATURE)?;
        let timestamp = delivery.single(&TIMESTAMP)?;

        let signature = Received::new(signature, Encoding::Base64);
        let timestamp = std::str::from_utf8(timestamp).unwrap_or_default();
        let timestamp = Integer::parse(TIMESTAMP.as_str(), timestamp)?;
        let freshness = Freshness::Timed(Times::in_seconds(timestamp.value));
        Ok(Claim { signature, key_id: None, freshness, stated: timestamp.text })
    }

    fn mac<'k>(_: &Self::Stated<'_>, key: &'k HmacKey) -> Cow<'k, MacKey> {
        Cow::Borrowed(key.mac())
    }

    fn state_key(_: &Self::Stated<'_>, key: &HmacKey, text: &mut SignedText<'_>) {
        key.state(text);
    }

    fn state(timestamp: &&str, _: &HmacKey, body: &[u8], text: &mut SignedText<'_>) {
        text.push(Segment::public("timestamp", timestamp.as_bytes()).with_source(Source::Clock))
            .separator(".")
            .push(Segment::public("body", body).with_source(Source::Body).with_charset(Charset::Bytes));
    }
}
