//! Vizion on the command line.

use countersign::rotation::Rotation;
use countersign::vizion::{Scheme, Vizion, refusal};
use countersign::{Error, RequestRef, Signer};
use http::HeaderName;

use super::{Answer, Tool};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::request_args::{ProviderName, Reproduction, Settings};

impl Tool for Scheme {
    const VARIABLES: &'static [&'static str] = &["VIZION_API_KEY"];
    const FLAGS: &'static [&'static str] = &[];
    const NEEDED_TO_REPRODUCE: &'static str = "nothing";

    fn build(environment: &Environment, _: &ProviderName, _: &Settings) -> Result<Signer<Self>, Failure> {
        Ok(environment.supply(|lookup| Vizion::from_variables(lookup))??)
    }

    fn rotating(rotation: &Rotation, _: &ProviderName) -> Result<Signer<Self>, Failure> {
        Ok(Vizion::from_rotation(rotation)?)
    }

    fn given_stamp(
        _: &Signer<Self>,
        _: &Reproduction,
        _: &RequestRef<'_>,
        _: &Environment,
    ) -> Result<Option<()>, Failure> {
        Ok(Some(()))
    }

    fn is_reproduced(_: &Signer<Self>, _: &Reproduction) -> bool {
        true
    }

    fn take_captured(
        signer: Signer<Self>,
        _: &RequestRef<'_>,
        _: &mut Reproduction,
    ) -> Result<(Signer<Self>, String), Failure> {
        Ok((signer, String::new()))
    }

    fn sets_header(_: &Signer<Self>, name: &HeaderName) -> bool {
        name == "x-api-key"
    }

    fn check(answer: &Answer<'_>) -> Result<(), Error> {
        refusal(answer.status).map_or(Ok(()), Err)
    }
}
