//! Unleashed on the command line.

use countersign::unleashed::{Unleashed, refusal};
use countersign::{Error, Provider as _, RequestRef};
use http::HeaderName;

use super::{Answer, Tool, with_scope};
use crate::args::{Reproduction, Settings};
use crate::environment::Environment;
use crate::failure::Failure;

impl Tool for Unleashed {
    const VARIABLES: &'static [&'static str] =
        &["UNLEASHED_API_ID", "UNLEASHED_API_KEY", "UNLEASHED_CLIENT_TYPE"];
    const FLAGS: &'static [&'static str] = &["--form"];
    const NEEDED_TO_REPRODUCE: &'static str = "nothing";
    const SETS_CONTENT_TYPE: bool = true;

    fn build(environment: &Environment, settings: &Settings) -> Result<Self, Failure> {
        let unleashed = environment.supply(|lookup| Self::from_variables(lookup))??;
        Ok(match settings.form {
            Some(form) => unleashed.signed_form(form.into()),
            None => unleashed,
        })
    }

    with_scope!();

    fn given_stamp(
        &self,
        _: &Reproduction,
        request: &RequestRef<'_>,
        _: &Environment,
    ) -> Result<Option<()>, Failure> {
        Ok(Some(self.stamp(request).map_err(|error| error.in_provider(self.name()))?))
    }

    fn is_reproduced(_: &Reproduction) -> bool {
        true
    }

    fn sets_header(&self, name: &HeaderName) -> bool {
        matches!(name.as_str(), "api-auth-id" | "api-auth-signature" | "client-type")
    }

    fn judge(answer: &Answer<'_>) -> Result<(), Error> {
        refusal(answer.status, answer.url).map_or(Ok(()), Err)
    }
}
