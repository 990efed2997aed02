//! Netgíró's side, by the vendor's formula and without the library.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign::RequestRef;
use countersign::netgiro::{Netgiro, SentRequest};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use sha2::{Digest as _, Sha256};

use super::length_extension::extend;
use super::received::Received;
use super::server::Answer;

pub(crate) const APP_KEY: &str = "881E674F-7891-4C20-AFD8-56FE2624C4B5";
pub(crate) const SECRET: &str = "YCFd6hiA8lUjZejVcIf/LhRXO4wTDxY0JhOXvQZwnMSiNynSxmNIMjMf1HHwdV6cMN48NX3ZipA9q9hLPb9C1ZIzMH5dvELPAHceiu7LbZzmIAGeOf/OUaDrk2Zq2dbGacIAzU6yyk4KmOXRaSLi8KW8t3krdQSX7Ecm8Qunc/A=";
pub(crate) const BODY: &str = r#"{"Success":true,"Message":"Success","ResultCode":200}"#;

pub(crate) fn signature(nonce: &str, url: &str, body: &[u8]) -> String {
    let text = [SECRET.as_bytes(), nonce.as_bytes(), url.as_bytes(), body].concat();
    hex::encode(Sha256::digest(text))
}

/// A body and signature made from an honest reply by someone who knows the secret's length at most.
pub(crate) fn lengthen(nonce: &str, url: &str, body: &[u8], suffix: &[u8]) -> (Vec<u8>, String) {
    let honest = hex::decode(signature(nonce, url, body)).unwrap().try_into().unwrap();
    let length = SECRET.len() + nonce.len() + url.len() + body.len();
    let (padding, forged) = extend(honest, length, suffix);
    ([body, &padding, suffix].concat(), hex::encode(forged))
}

/// A nonce that no reply had before and that no request of ours can have: those have 19 digits.
pub(crate) fn fresh_nonce() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("reply-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// An honest reply to a request for `url`.
pub(crate) fn reply(url: &str, body: impl AsRef<[u8]>) -> Answer {
    let (nonce, body) = (fresh_nonce(), body.as_ref());
    Answer::new(200, body)
        .header("content-type", "application/json")
        .header("netgiro_nonce", nonce.as_str())
        .header("netgiro_signature", signature(&nonce, url, body))
        .header("netgiro_referenceId", "ref-1")
}

/// An honest reply to a request that arrived.
pub(crate) fn reply_to(request: &Received) -> Answer {
    reply(&request.url(), BODY)
}

/// An honest redirect of a request that arrived. The signature covers neither the status nor the location.
pub(crate) fn redirect_of(request: &Received, status: u16, location: &str) -> Answer {
    let reply = reply(&request.url(), "").header("location", location);
    Answer { status, ..reply }
}

/// Whether a request that arrived carries the right signature.
pub(crate) fn is_signed(request: &Received) -> bool {
    let expected = signature(&request.header("netgiro_nonce"), &request.url(), &request.body);
    request.header("netgiro_signature") == expected
}

pub(crate) fn provider(origin: &str) -> Netgiro {
    Netgiro::new(APP_KEY, SECRET).unwrap().allow_origin(origin).unwrap()
}

/// One for all tests that judge replies without a server; each needs nonces of its own.
pub(crate) static OFFLINE: LazyLock<Netgiro> = LazyLock::new(|| Netgiro::new(APP_KEY, SECRET).unwrap());

pub(crate) fn client(provider: Netgiro) -> ClientWithMiddleware {
    ClientBuilder::new(countersign::client_builder().build().unwrap()).with(provider).build()
}

/// Signs a request without sending it, and what is kept of it to judge a reply.
pub(crate) fn sent(provider: &Netgiro, url: &str) -> SentRequest {
    let mut request = http::Request::get(url).body(()).unwrap();
    provider.sign_http(&mut request).unwrap();
    SentRequest::new(&RequestRef::from_http(&request).unwrap())
}

/// The headers of a reply, for judging it without a server.
pub(crate) fn headers(nonce: &str, signature: &str) -> http::HeaderMap {
    let mut headers = http::HeaderMap::new();
    headers.insert("netgiro_nonce", nonce.parse().unwrap());
    headers.insert("netgiro_signature", signature.parse().unwrap());
    headers
}
