//! Requests to Vizion carry an API key and no signature.

use std::fmt;

use http::{HeaderName, HeaderValue};

use super::credentials::NAME;
use super::headers;
use crate::error::Error;
use crate::random::Randomness;
use crate::signing::{AuthHeaders, MacKey, RequestRef, SignedText};
use crate::time::Clock;

const API_KEY: HeaderName = HeaderName::from_static(headers::API_KEY);

/// An API key in a header.
#[derive(Clone)]
pub struct Scheme {
    pub(super) api_key: HeaderValue,
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheme").finish_non_exhaustive()
    }
}

impl crate::Scheme for Scheme {
    type Stamp = ();

    fn name(&self) -> &str {
        NAME
    }

    fn stamp(&self, _: &RequestRef<'_>, _: &dyn Clock, _: &dyn Randomness) -> Result<(), Error> {
        Ok(())
    }

    fn mac(&self) -> Option<&MacKey> {
        None
    }

    fn signed_text(&self, _: &RequestRef<'_>, (): &(), _: &mut SignedText<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn headers(&self, (): &(), headers: &mut AuthHeaders<'_>) {
        headers.set(API_KEY, self.api_key.clone());
    }
}

impl crate::explain::Explained for Scheme {}
