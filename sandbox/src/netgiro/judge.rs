//! Judges a request: URL and body are signed.

use countersign::netgiro::Stamp;
use countersign::netgiro::headers::{APP_KEY, NONCE, SIGNATURE};

use super::Netgiro;
use crate::provider::Judge;
use crate::request::Received;
use crate::verdict::Refusal;
use crate::workings::Workings;

impl Judge for Netgiro {
    const SIGNED_BY: &'static [&'static str] = &[APP_KEY, NONCE, SIGNATURE];

    fn judge(&self, arrived: &Received, workings: &mut Workings) -> Result<(), Refusal> {
        arrived.expect_account(APP_KEY, self.app_key.as_bytes())?;
        let nonce = arrived.ascii(NONCE)?;
        let stamp = Stamp::with_nonce(nonce).map_err(|_| Refusal::HeaderMalformed(NONCE))?;
        workings.expect_signature(arrived, SIGNATURE, &self.provider(arrived)?, stamp)
    }

    /// Uses the nonce up.
    fn process(&self, arrived: &Received) -> Result<(), Refusal> {
        let is_new = self.nonces.insert(arrived.header(NONCE)?.as_bytes());
        if is_new { Ok(()) } else { Err(Refusal::Repeated(NONCE)) }
    }
}
