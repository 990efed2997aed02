//! Unleashed's part of verifying.

use super::super::credentials::NAME;
use crate::signing::{Charset, Encoding, MacKey, Origin, Segment, SignedText};
use crate::webhook::{self, Claim, Delivery, Freshness, HmacKey, Received, Refused, Times, integer};

pub(super) const SIGNATURE: &str = "x-unleashed-signature";
pub(super) const TIMESTAMP: &str = "x-unleashed-timestamp";

/// Unleashed's way of signing webhooks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scheme;

impl webhook::Scheme for Scheme {
    const NAME: &'static str = NAME;
    const COVERS_URL: bool = false;
    const AFTER_MISMATCH: &'static str =
        "Check the signing key, then whether something in between parses the body and prints it again.";
    type Key = HmacKey;
    /// The timestamp.
    type Stated<'r> = i64;

    fn read<'r>(&self, delivery: &Delivery<'r>) -> Result<Claim<'r, i64>, Refused> {
        let signature = delivery.single(SIGNATURE)?;
        let timestamp = delivery.single(TIMESTAMP)?;

        let signature = Received::new(signature, Encoding::Base64);
        let timestamp = std::str::from_utf8(timestamp).unwrap_or_default();
        let timestamp = integer(TIMESTAMP, timestamp)?;
        let freshness = Freshness::Timed(Times::in_seconds(timestamp));
        Ok(Claim { signature, key_id: None, freshness, stated: timestamp })
    }

    fn mac(key: &HmacKey) -> &MacKey {
        key.mac()
    }

    fn state_key(key: &HmacKey, text: &mut SignedText<'_>) {
        key.state(text);
    }

    fn state(timestamp: &i64, _: &HmacKey, body: &[u8], text: &mut SignedText<'_>) {
        // The text of an integer is unique here, so printing it again gives what was received.
        let timestamp = timestamp.to_string();
        text.push(Segment::public("timestamp", timestamp.as_bytes()).with_origin(Origin::Clock))
            .separator(".")
            .push(Segment::public("body", body).with_origin(Origin::Body).with_charset(Charset::Bytes));
    }
}
