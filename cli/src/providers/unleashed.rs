//! Unleashed on the command line.

use countersign::rotation::Rotation;
use countersign::unleashed::{Scheme, Unleashed, headers, refusal, variables};
use countersign::{Error, Signer};

use super::{Answer, Tool};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::request_args::{ProviderName, Settings};

impl Tool for Scheme {
    const VARIABLES: &'static [&'static str] =
        &[variables::API_ID, variables::API_KEY, variables::CLIENT_TYPE];
    const HEADERS: &'static [&'static str] = &[headers::API_ID, headers::CLIENT_TYPE, headers::SIGNATURE];
    const FLAGS: &'static [&'static str] = &["--form"];
    const SETS_CONTENT_TYPE: bool = true;

    fn build(
        environment: &Environment,
        _: &ProviderName,
        settings: &Settings,
    ) -> Result<Signer<Self>, Failure> {
        let unleashed = environment.supply(|lookup| Unleashed::from_variables(lookup))??;
        Ok(match settings.form {
            Some(form) => unleashed.signed_form(form.into()),
            None => unleashed,
        })
    }

    fn rotating(rotation: &Rotation, _: &ProviderName) -> Result<Signer<Self>, Failure> {
        Ok(Unleashed::from_rotation(rotation)?)
    }

    fn check(answer: &Answer<'_>) -> Result<(), Error> {
        refusal(answer.status, answer.url).map_or(Ok(()), Err)
    }
}
