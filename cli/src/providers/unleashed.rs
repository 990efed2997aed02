//! Unleashed on the command line.

use countersign::rotation::Rotation;
use countersign::unleashed::{Scheme, Unleashed, refusal};
use countersign::{Error, RequestRef, Signer};
use http::HeaderName;

use super::{Answer, Tool, captured};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::request_args::{ProviderName, Reproduction, Settings};

impl Tool for Scheme {
    const VARIABLES: &'static [&'static str] =
        &["UNLEASHED_API_ID", "UNLEASHED_API_KEY", "UNLEASHED_CLIENT_TYPE"];
    const FLAGS: &'static [&'static str] = &["--form"];
    const NEEDED_TO_REPRODUCE: &'static str = "nothing";
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

    fn given_stamp(
        signer: &Signer<Self>,
        _: &Reproduction,
        request: &RequestRef<'_>,
        _: &Environment,
    ) -> Result<Option<()>, Failure> {
        Ok(Some(signer.stamp(request)?))
    }

    fn is_reproduced(_: &Signer<Self>, _: &Reproduction) -> bool {
        true
    }

    fn take_captured(
        signer: Signer<Self>,
        request: &RequestRef<'_>,
        _: &mut Reproduction,
    ) -> Result<(Signer<Self>, String), Failure> {
        Ok((signer, captured::<Self>(request, "api-auth-signature").unwrap_or_default()))
    }

    fn sets_header(_: &Signer<Self>, name: &HeaderName) -> bool {
        matches!(name.as_str(), "api-auth-id" | "api-auth-signature" | "client-type")
    }

    fn check(answer: &Answer<'_>) -> Result<(), Error> {
        refusal(answer.status, answer.url).map_or(Ok(()), Err)
    }
}
