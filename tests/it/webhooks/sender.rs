//! A sender that signs as Vizion does, written apart from the crate, every part of it open to tampering.

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderValue, Request, header};
use sha2::{Digest as _, Sha256};

use super::{BODY, KEYS, NOW_MS};

pub(super) const COVERED: &str =
    "(request-target) (created) user-agent host date content-type content-length digest";

#[derive(Clone)]
pub(super) struct Sender {
    pub(super) key_id: String,
    pub(super) secret: String,
    pub(super) method: &'static str,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
    pub(super) covered: String,
    pub(super) algorithm: String,
    pub(super) created: String,
    pub(super) expires: Option<String>,
    /// How the parameters are written, given their names and values.
    pub(super) print: fn(&[(&str, String)]) -> String,
    pub(super) encode: fn(&[u8]) -> String,
    /// What becomes of the signing string before it is signed.
    pub(super) rewrite: fn(String) -> String,
}

impl Sender {
    pub(super) fn honest() -> Self {
        let (key_id, secret) = KEYS[0];
        let mut headers = HeaderMap::new();
        for (name, value) in [
            (header::USER_AGENT, "Vizion"),
            (header::HOST, "hooks.example.com"),
            (header::DATE, "Wed, 31 May 2023 16:01:05 GMT"),
            (header::CONTENT_TYPE, "application/json"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(header::CONTENT_LENGTH, BODY.len().into());
        headers.insert("digest", digest(BODY.as_bytes()).try_into().unwrap());
        Self {
            key_id: key_id.to_owned(),
            secret: secret.to_owned(),
            method: "POST",
            target: "/vizion?tenant=7".to_owned(),
            headers,
            body: BODY.to_owned(),
            covered: COVERED.to_owned(),
            algorithm: "SHA-256".to_owned(),
            created: NOW_MS.to_string(),
            expires: Some((NOW_MS + 3_600_000).to_string()),
            print: unquoted,
            encode: |digest| hex::encode(digest),
            rewrite: |text| text,
        }
    }

    pub(super) fn set(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    pub(super) fn send(&self) -> Request<Bytes> {
        let mut parameters = vec![
            ("keyId", self.key_id.clone()),
            ("signature", (self.encode)(&mac(&self.secret, &(self.rewrite)(self.signing_string())))),
            ("algorithm", self.algorithm.clone()),
            ("created", self.created.clone()),
            ("headers", self.covered.clone()),
        ];
        if let Some(expires) = &self.expires {
            parameters.insert(4, ("expires", expires.clone()));
        }
        let mut request = Request::builder()
            .method(self.method)
            .uri(&self.target)
            .body(Bytes::from(self.body.clone().into_bytes()))
            .unwrap();
        *request.headers_mut() = self.headers.clone();
        let value = HeaderValue::from_bytes((self.print)(&parameters).as_bytes()).unwrap();
        request.headers_mut().insert("x-vizion-signature", value);
        request
    }

    /// What cannot be gathered is left empty, as a forger would.
    fn signing_string(&self) -> String {
        let line = |name: &str| {
            let value = match name {
                "(request-target)" => format!("{} {}", self.method.to_lowercase(), self.target),
                "(created)" => self.created.clone(),
                "(expires)" => self.expires.clone().unwrap_or_default(),
                _ => {
                    let values = self.headers.get_all(name.to_lowercase()).iter();
                    let text =
                        |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).trim().to_owned();
                    values.map(text).collect::<Vec<_>>().join(", ")
                }
            };
            format!("{name}: {value}")
        };
        let names = self.covered.split(' ').filter(|name| name.starts_with('(') || is_header(name));
        names.map(line).collect::<Vec<_>>().join("\n")
    }
}

fn is_header(name: &str) -> bool {
    http::HeaderName::from_bytes(name.as_bytes()).is_ok()
}

pub(super) fn unquoted(parameters: &[(&str, String)]) -> String {
    let printed: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("Signature {}", printed.join(","))
}

pub(super) fn quoted(parameters: &[(&str, String)]) -> String {
    let print = |(name, value): &(&str, String)| match *name {
        "created" | "expires" => format!("{name}={value}"),
        _ => format!("{name}=\"{value}\""),
    };
    format!("Signature {}", parameters.iter().map(print).collect::<Vec<_>>().join(", "))
}

pub(super) fn mac(secret: &str, text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub(super) fn digest(body: &[u8]) -> String {
    format!("SHA-256={}", hex::encode(Sha256::digest(body)))
}
