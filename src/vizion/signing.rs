//! What Vizion is sent: an API key, and no signature.

use http::HeaderName;

use super::Vizion;
use super::credentials::NAME;
use crate::error::Error;
use crate::scope::Scope;
use crate::signing::{AuthHeaders, MacKey, Provider, RequestRef, SignedText};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

impl Provider for Vizion {
    type Stamp = ();

    fn name(&self) -> &'static str {
        NAME
    }

    fn scope(&self) -> &Scope {
        &self.settings.scope
    }

    fn stamp(&self, _: &RequestRef<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn mac(&self) -> Option<&MacKey> {
        None
    }

    fn signed_text(&self, _: &RequestRef<'_>, (): &(), _: &mut SignedText<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn headers(&self, (): (), headers: &mut AuthHeaders<'_>) {
        headers.set(API_KEY, self.api_key.clone());
    }
}
