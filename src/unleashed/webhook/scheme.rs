//! Unleashed's part of verifying.

use super::super::credentials::NAME;
use crate::signing::{Encoding, MacKey, SignedText};
use crate::webhook::{self, Claim, Delivery, Freshness, Refused, Times, integer};

pub(super) const SIGNATURE: &str = "x-unleashed-signature";
pub(super) const TIMESTAMP: &str = "x-unleashed-timestamp";

/// Unleashed's way of signing webhooks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scheme;

impl webhook::Scheme for Scheme {
    const NAME: &'static str = NAME;
    const COVERS_URL: bool = false;
    type Key = MacKey;
    /// The timestamp.
    type Stated<'r> = i64;

    fn read<'r>(&self, delivery: &Delivery<'r>) -> Result<Claim<'r, i64>, Refused> {
        let signature = delivery.single(SIGNATURE)?;
        let timestamp = delivery.single(TIMESTAMP)?;

        let signature = Encoding::Base64.decode(signature).ok_or(Refused::SignatureMalformed)?;
        let timestamp = std::str::from_utf8(timestamp).unwrap_or_default();
        let timestamp = integer(TIMESTAMP, timestamp)?;
        let freshness = Freshness::Timed(Times::in_seconds(timestamp));
        Ok(Claim { signature, key_id: None, freshness, stated: timestamp })
    }

    fn mac(key: &MacKey) -> &MacKey {
        key
    }

    fn state(timestamp: &i64, _: &MacKey, body: &[u8], text: &mut SignedText<'_>) {
        // The text of an integer is unique here, so printing it again gives what was received.
        text.public("timestamp", timestamp.to_string().as_bytes()).separator(".").public("body", body);
    }
}
