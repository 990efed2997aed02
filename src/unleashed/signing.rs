//! What Unleashed signs.

use http::{HeaderName, HeaderValue, header};
use secrecy::ExposeSecret as _;

use super::Unleashed;
use super::credentials::NAME;
use super::media_type;
use crate::error::Error;
use crate::scope::Scope;
use crate::signing::{AuthHeaders, MacKey, Provider, RequestRef, Segment, SignedText, Source};

const API_ID: HeaderName = HeaderName::from_static("api-auth-id");
const SIGNATURE: HeaderName = HeaderName::from_static("api-auth-signature");
const CLIENT_TYPE: HeaderName = HeaderName::from_static("client-type");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl Provider for Unleashed {
    /// Nothing is drawn anew: the same query always has the same signature.
    type Stamp = ();

    fn name(&self) -> &'static str {
        NAME
    }

    fn scope(&self) -> &Scope {
        &self.settings.scope
    }

    fn stamp(&self, request: &RequestRef<'_>) -> Result<(), Error> {
        media_type::check(request.headers(), header::ACCEPT)?;
        media_type::check(request.headers(), header::CONTENT_TYPE)
    }

    fn mac(&self) -> Option<&MacKey> {
        Some(&self.mac)
    }

    fn mac_key_text(&self, key: &mut SignedText<'_>) {
        key.secret("api_key", self.api_key.expose_secret().as_bytes());
    }

    fn signed_text(&self, request: &RequestRef<'_>, (): &(), text: &mut SignedText<'_>) -> Result<(), Error> {
        let query = self.signed_form.of(request.query_as_sent());
        text.push(Segment::public("query", query.as_bytes()).with_source(Source::RequestQuery));
        Ok(())
    }

    fn query_to_send(&self, query: &str) -> Option<String> {
        (!self.keep_plus && query.contains('+')).then(|| query.replace('+', "%20"))
    }

    fn headers(&self, (): (), headers: &mut AuthHeaders<'_>) {
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
