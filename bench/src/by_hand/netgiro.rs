//! Netgíró by hand.

use anyhow::anyhow;
use http::{Extensions, HeaderValue};
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next};
use sha2::{Digest as _, Sha256};

use super::{nanos_since_1970, value};

/// Signs each request and verifies each reply.
pub struct Netgiro {
    /// Sent as it is.
    pub app_key: String,
    /// The secret key.
    pub secret: String,
}

impl Netgiro {
    fn signature(&self, nonce: &str, url: &str, body: &[u8]) -> String {
        let text = format!("{}{nonce}{url}", self.secret);
        hex::encode(Sha256::new().chain_update(text).chain_update(body).finalize())
    }
}

#[async_trait::async_trait]
impl Middleware for Netgiro {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let (url, nonce) = (request.url().to_string(), nanos_since_1970().to_string());
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let signature = self.signature(&nonce, &url, body);
        let headers = request.headers_mut();
        headers.insert("netgiro_appkey", value(self.app_key.as_str())?);
        headers.insert("netgiro_nonce", value(nonce)?);
        headers.insert("netgiro_signature", value(signature)?);

        let mut response = next.run(request, extensions).await?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let body = response.bytes().await?;
        let text_of = |name| headers.get(name).map(HeaderValue::to_str).and_then(Result::ok);
        let (Some(nonce), Some(signature)) = (text_of("netgiro_nonce"), text_of("netgiro_signature")) else {
            return Err(anyhow!("the reply is not signed").into());
        };
        if self.signature(nonce, &url, &body) != signature {
            return Err(anyhow!("the reply's signature does not match").into());
        }
        let mut verified = http::Response::new(body);
        *verified.status_mut() = status;
        *verified.headers_mut() = headers;
        Ok(verified.into())
    }
}
