//! The signed text of Unleashed.

use std::fmt;

use http::{HeaderName, HeaderValue, header};
use secrecy::{ExposeSecret as _, SecretString};

use super::credentials::NAME;
use super::headers;
use super::media_type;
use crate::SignedForm;
use crate::error::Error;
use crate::random::Randomness;
use crate::signing::{AuthHeaders, MacKey, RequestRef, Segment, SignedText, Source};
use crate::time::Clock;

const API_ID: HeaderName = HeaderName::from_static(headers::API_ID);
const SIGNATURE: HeaderName = HeaderName::from_static(headers::SIGNATURE);
const CLIENT_TYPE: HeaderName = HeaderName::from_static(headers::CLIENT_TYPE);
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The HMAC of the query, and the credentials that it is made with.
#[derive(Clone)]
pub struct Scheme {
    pub(super) api_id: HeaderValue,
    pub(super) client_type: Option<HeaderValue>,
    pub(super) api_key: SecretString,
    pub(super) mac: MacKey,
    pub(super) signed_form: SignedForm,
    pub(super) keep_plus: bool,
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheme")
            .field("signed_form", &self.signed_form)
            .field("keep_plus", &self.keep_plus)
            .finish_non_exhaustive()
    }
}

impl crate::Scheme for Scheme {
    /// Nothing is drawn: the same query always has the same signature.
    type Stamp = ();

    fn name(&self) -> &str {
        NAME
    }

    fn stamp(&self, request: &RequestRef<'_>, _: &dyn Clock, _: &dyn Randomness) -> Result<(), Error> {
        media_type::check(request.headers(), header::ACCEPT)?;
        media_type::check(request.headers(), header::CONTENT_TYPE)
    }

    fn mac(&self) -> Option<&MacKey> {
        Some(&self.mac)
    }

    fn signed_text(&self, request: &RequestRef<'_>, (): &(), text: &mut SignedText<'_>) -> Result<(), Error> {
        let query = self.signed_form.of(request.query_as_sent());
        text.push(Segment::public("query", query.as_bytes()).with_source(Source::RequestQuery));
        Ok(())
    }

    fn query_to_send(&self, query: &str) -> Option<String> {
        (!self.keep_plus && query.contains('+')).then(|| query.replace('+', "%20"))
    }

    fn headers(&self, (): &(), headers: &mut AuthHeaders<'_>) {
        headers
            .reserve(5)
            .set_default(header::ACCEPT, JSON)
            .set_default(header::CONTENT_TYPE, JSON)
            .set_public(API_ID, self.api_id.clone())
            .set_signature(SIGNATURE);
        if let Some(client_type) = &self.client_type {
            headers.set_public(CLIENT_TYPE, client_type.clone());
        }
    }
}

impl crate::explain::Explained for Scheme {
    fn key_text(&self, _: &RequestRef<'_>, _: &Self::Stamp, key: &mut SignedText<'_>) {
        key.secret("api_key", self.api_key.expose_secret().as_bytes());
    }
}
