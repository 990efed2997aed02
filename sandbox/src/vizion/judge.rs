//! Judges a request by its key: nothing is signed.

use countersign::vizion::headers::API_KEY;
use secrecy::ExposeSecret as _;

use super::Vizion;
use crate::provider::Judge;
use crate::request::Received;
use crate::verdict::Refusal;
use crate::workings::Workings;

impl Judge for Vizion {
    const SIGNED_BY: &'static [&'static str] = &[API_KEY];

    fn judge(&self, arrived: &Received, _: &mut Workings) -> Result<(), Refusal> {
        let known = |key: &str| arrived.expect_account(API_KEY, key.as_bytes());
        if known(self.credentials.restricted_api_key.expose_secret()).is_ok() {
            return Err(Refusal::NoPermission);
        }
        known(self.credentials.api_key.expose_secret())
    }
}
