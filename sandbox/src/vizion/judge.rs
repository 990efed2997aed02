//! Judging a request: by its key, nothing is signed.

use secrecy::ExposeSecret as _;

use super::Vizion;
use crate::request::Received;
use crate::verdict::Refusal;

pub(super) const API_KEY: &str = "x-api-key";

impl Vizion {
    pub(super) fn judge(&self, arrived: &Received) -> Result<(), Refusal> {
        let known = |key: &str| arrived.expect_account(API_KEY, key.as_bytes());
        if known(self.credentials.restricted_api_key.expose_secret()).is_ok() {
            return Err(Refusal::NoPermission);
        }
        known(self.credentials.api_key.expose_secret())
    }
}
