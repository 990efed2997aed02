//! A provider of your own: HMAC-SHA256, in hex, over the Unix time in seconds, a dot, and the body.

use std::{error::Error, time::UNIX_EPOCH};

use axum::{Router, body::Bytes, extract::State};
use countersign::RequestRef;
use countersign::Scheme;
use countersign::signing::{AuthHeaders, Encoding, MacKey, Segment, SignedText, Source};
use countersign::{Signer, random::Randomness, time::Clock};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use reqwest_middleware::ClientBuilder;

const TIME: HeaderName = HeaderName::from_static("x-acme-time");
const SIGNATURE: HeaderName = HeaderName::from_static("x-acme-signature");
type Result<T, E = countersign::Error> = std::result::Result<T, E>;

/// As Acme issued it. Read yours from where you keep secrets.
const KEY: &[u8] = b"the key that Acme gave us";

#[derive(Clone)]
struct Acme(MacKey);

impl Scheme for Acme {
    type Stamp = HeaderValue;
    fn name(&self) -> &str {
        "acme"
    }
    fn stamp(&self, _: &RequestRef<'_>, clock: &dyn Clock, _: &dyn Randomness) -> Result<HeaderValue> {
        Ok(clock.now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs().into())
    }
    fn mac(&self) -> Option<&MacKey> {
        Some(&self.0)
    }
    fn signed_text(
        &self,
        request: &RequestRef<'_>,
        time: &HeaderValue,
        to: &mut SignedText<'_>,
    ) -> Result<()> {
        to.push(Segment::public("time", time.as_bytes()).with_source(Source::Clock)).separator(".");
        to.push(Segment::public("body", request.body()?).with_source(Source::Body));
        Ok(())
    }
    fn headers(&self, time: &HeaderValue, headers: &mut AuthHeaders<'_>) {
        headers.set(TIME, time.clone()).set_signature(SIGNATURE);
    }
}

/// Acme's server, which knows nothing of the scheme above.
async fn check(State(key): State<MacKey>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let [Some(time), Some(signature)] = [TIME, SIGNATURE].map(|name| headers.get(name)) else {
        return StatusCode::UNAUTHORIZED;
    };
    let mut mac = key.start();
    mac.update(&[time.as_bytes(), b".", &body].concat());
    if mac.finish().matches_text(signature.as_bytes()) { StatusCode::OK } else { StatusCode::FORBIDDEN }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = MacKey::hmac_sha256(KEY, Encoding::HexLower)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    tokio::spawn(axum::serve(listener, Router::new().fallback(check).with_state(key.clone())).into_future());
    let signer = Signer::of(Acme(key), [&*origin])?;
    let client = ClientBuilder::new(countersign::client_builder().build()?).with(signer).build();
    println!("Acme: {}", client.post(origin).body("one anvil").send().await?.error_for_status()?.status());
    Ok(())
}
