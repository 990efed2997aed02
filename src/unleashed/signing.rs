//! What Unleashed signs.

use http::{HeaderName, HeaderValue, header};

use super::Unleashed;
use super::credentials::NAME;
use super::media_type;
use crate::error::Error;
use crate::scope::Scope;
use crate::signing::{AuthHeaders, MacKey, Outgoing, Provider, SignedText};

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

    fn stamp(&self, request: &Outgoing<'_>) -> Result<(), Error> {
        media_type::check(request.headers(), header::ACCEPT)?;
        media_type::check(request.headers(), header::CONTENT_TYPE)
    }

    fn mac(&self) -> Option<&MacKey> {
        Some(&self.api_key)
    }

    fn signed_text(&self, request: &Outgoing<'_>, (): &(), text: &mut SignedText<'_>) -> Result<(), Error> {
        text.public("query", self.signed_form.of(request.query_as_sent()).as_bytes());
        Ok(())
    }

    fn headers(&self, (): (), headers: &mut AuthHeaders<'_>) {
        headers
            .reserve(5)
            .set_default(header::ACCEPT, JSON)
            .set_default(header::CONTENT_TYPE, JSON)
            .set(API_ID, self.api_id.clone())
            .set(CLIENT_TYPE, self.client_type.clone())
            .set_signature(SIGNATURE);
    }
}
