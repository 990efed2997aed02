//! Unleashed, played.

mod judge;
mod reply;

use bytes::Bytes;
use countersign::unleashed::Unleashed as Provider;
use countersign::{Error, SignedForm};
use http::Response;

use crate::credentials::UnleashedCredentials;
use crate::provider::Play;
use crate::request::Received;
use crate::vendor::Vendor;
use crate::verdict::{Refusal, Verdict};
use crate::workings::Workings;

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

impl Play for Unleashed {
    const VENDOR: Vendor = Vendor::Unleashed;
    const SIGNED_BY: &'static [&'static str] = &[judge::API_ID, judge::SIGNATURE];

    fn ready_names() -> Vec<String> {
        reply::READY.map(str::to_owned).into()
    }

    fn ready(&self, name: &str, arrived: &Received) -> Response<Bytes> {
        reply::ready(name, arrived)
    }

    fn judge(&self, arrived: &Received, workings: &mut Workings) -> Result<(), Refusal> {
        self.judge(arrived, workings)
    }

    fn reply(&self, arrived: &Received, verdict: &Verdict) -> Response<Bytes> {
        reply::reply(arrived, verdict)
    }
}
