//! Judging a request: URL and body are signed.

use countersign::netgiro::Stamp;

use super::Netgiro;
use crate::request::Received;
use crate::verdict::Refusal;
use crate::workings::Workings;

pub(super) const APP_KEY: &str = "netgiro_appkey";
pub(super) const NONCE: &str = "netgiro_nonce";
pub(super) const SIGNATURE: &str = "netgiro_signature";

impl Netgiro {
    pub(super) fn judge(&self, arrived: &Received, workings: &mut Workings) -> Result<(), Refusal> {
        arrived.expect_account(APP_KEY, self.app_key.as_bytes())?;
        let nonce = arrived.ascii(NONCE)?;
        let stamp = Stamp::with_nonce(nonce).map_err(|_| Refusal::HeaderMalformed(NONCE))?;
        workings.expect_signature(arrived, SIGNATURE, &self.provider(arrived)?, stamp)
    }

    /// Uses the nonce up.
    pub(super) fn process(&self, arrived: &Received) -> Result<(), Refusal> {
        let is_new = self.nonces.insert(arrived.header(NONCE)?.as_bytes());
        if is_new { Ok(()) } else { Err(Refusal::Repeated(NONCE)) }
    }
}
