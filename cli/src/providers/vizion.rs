//! Vizion on the command line.

use countersign::vizion::{Vizion, refusal};
use countersign::{Error, RequestRef};
use http::HeaderName;

use super::{Answer, Tool, with_scope};
use crate::args::{Reproduction, Settings};
use crate::environment::Environment;
use crate::failure::Failure;

impl Tool for Vizion {
    const VARIABLES: &'static [&'static str] = &["VIZION_API_KEY"];
    const FLAGS: &'static [&'static str] = &[];
    const NEEDED_TO_REPRODUCE: &'static str = "nothing";

    fn build(environment: &Environment, _: &Settings) -> Result<Self, Failure> {
        Ok(environment.supply(|lookup| Self::from_variables(lookup))??)
    }

    with_scope!();

    fn given_stamp(
        &self,
        _: &Reproduction,
        _: &RequestRef<'_>,
        _: &Environment,
    ) -> Result<Option<()>, Failure> {
        Ok(Some(()))
    }

    fn is_reproduced(_: &Reproduction) -> bool {
        true
    }

    fn sets_header(&self, name: &HeaderName) -> bool {
        name == "x-api-key"
    }

    fn judge(answer: &Answer<'_>) -> Result<(), Error> {
        refusal(answer.status).map_or(Ok(()), Err)
    }
}
