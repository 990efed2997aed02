//! Unleashed, played.

mod judge;
mod reply;

use countersign::unleashed::Unleashed as Provider;
use countersign::{Error, SignedForm};

use crate::credentials::UnleashedCredentials;
use crate::request::Received;
use crate::verdict::Refusal;

pub(crate) struct Unleashed {
    api_id: String,
    provider: Provider,
}

impl Unleashed {
    pub(crate) fn new(credentials: &UnleashedCredentials, signed_form: SignedForm) -> Result<Self, Error> {
        let provider = credentials.provider()?.signed_form(signed_form).dangerous_allow_http();
        Ok(Self { api_id: credentials.api_id.clone(), provider })
    }

    /// The provider, for the origin that the client called.
    fn provider(&self, arrived: &Received) -> Result<Provider, Refusal> {
        self.provider.clone().allow_origin(&arrived.origin()?).map_err(|_| Refusal::UrlMalformed)
    }
}
