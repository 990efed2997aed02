//! Unleashed by hand.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Extensions, HeaderValue};
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};
use sha2::Sha256;

use super::value;

/// Signs each request.
pub struct Unleashed {
    /// Sent as it is.
    pub api_id: String,
    /// The key of the signature.
    pub api_key: String,
    /// Sent as it is.
    pub client_type: String,
}

#[async_trait::async_trait]
impl Middleware for Unleashed {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.api_key.as_bytes()).map_err(anyhow::Error::from)?;
        mac.update(request.url().query().unwrap_or_default().as_bytes());
        let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
        let headers = request.headers_mut();
        headers.insert("accept", HeaderValue::from_static("application/json"));
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        headers.insert("api-auth-id", value(self.api_id.as_str())?);
        headers.insert("api-auth-signature", value(signature)?);
        headers.insert("client-type", value(self.client_type.as_str())?);
        next.run(request, extensions).await
    }
}
