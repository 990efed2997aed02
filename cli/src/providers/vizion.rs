//! Vizion on the command line.

use countersign::rotation::Rotation;
use countersign::vizion::{Scheme, Vizion, headers, refusal, variables};
use countersign::{Error, RequestRef, Signer};

use super::{Answer, Tool};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::request_args::{ProviderName, Reproduction, Settings};

impl Tool for Scheme {
    const VARIABLES: &'static [&'static str] = &[variables::API_KEY];
    const HEADERS: &'static [&'static str] = &[headers::API_KEY];

    fn build(environment: &Environment, _: &ProviderName, _: &Settings) -> Result<Signer<Self>, Failure> {
        Ok(environment.supply(|lookup| Vizion::from_variables(lookup))??)
    }

    fn rotating(rotation: &Rotation, _: &ProviderName) -> Result<Signer<Self>, Failure> {
        Ok(Vizion::from_rotation(rotation)?)
    }

    /// A captured request has a key and no signature.
    fn take_captured(
        signer: Signer<Self>,
        _: &RequestRef<'_>,
        _: &mut Reproduction,
    ) -> Result<(Signer<Self>, String), Failure> {
        Ok((signer, String::new()))
    }

    fn check(answer: &Answer<'_>) -> Result<(), Error> {
        refusal(answer.status).map_or(Ok(()), Err)
    }
}
