//! Netvisor by hand.

use chrono::Utc;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Extensions, HeaderValue};
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};
use sha2::Sha256;
use uuid::Uuid;

use super::value;

/// Signs each request with HMAC-SHA256.
pub struct Netvisor {
    /// The caller's name.
    pub sender: String,
    /// The customer's id.
    pub customer_id: String,
    /// Both keys, joined with `&`.
    pub keys: String,
    /// The partner's id.
    pub partner_id: String,
    /// The company's id.
    pub organisation_id: String,
}

#[async_trait::async_trait]
impl Middleware for Netvisor {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let Self { sender, customer_id, keys, partner_id, organisation_id } = self;
        let now = Utc::now();
        let (timestamp, unix) = (now.format("%Y-%m-%d %H:%M:%S").to_string(), now.timestamp().to_string());
        let (url, id) = (request.url(), Uuid::new_v4().to_string());
        let text =
            format!("{url}&{sender}&{customer_id}&{timestamp}&FI&{organisation_id}&{id}&{unix}&{keys}");
        let mut mac = Hmac::<Sha256>::new_from_slice(keys.as_bytes()).map_err(anyhow::Error::from)?;
        mac.update(text.as_bytes());
        let mac = hex::encode(mac.finalize().into_bytes());
        let headers = request.headers_mut();
        headers.insert("content-type", HeaderValue::from_static("text/plain"));
        headers.insert("x-netvisor-authentication-sender", value(sender.as_str())?);
        headers.insert("x-netvisor-authentication-customerid", value(customer_id.as_str())?);
        headers.insert("x-netvisor-authentication-partnerid", value(partner_id.as_str())?);
        headers.insert("x-netvisor-authentication-timestamp", value(timestamp)?);
        headers.insert("x-netvisor-authentication-timestampunix", value(unix)?);
        headers.insert("x-netvisor-authentication-transactionid", value(id)?);
        headers.insert("x-netvisor-authentication-mac", value(mac)?);
        headers.insert(
            "x-netvisor-authentication-machashcalculationalgorithm",
            HeaderValue::from_static("HMACSHA256"),
        );
        headers.insert("x-netvisor-authentication-usehttpresponsestatuscodes", HeaderValue::from_static("1"));
        headers.insert("x-netvisor-interface-language", HeaderValue::from_static("FI"));
        headers.insert("x-netvisor-organisation-id", value(organisation_id.as_str())?);
        next.run(request, extensions).await
    }
}
