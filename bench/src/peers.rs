//! Signers of other schemes, for scale. Each does more than a provider of this crate; [`SCOPES`] says what.

use std::pin::pin;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use http::{HeaderMap, Request, request};
use httpsig::prelude::message_component::{HttpMessageComponent, HttpMessageComponentId};
use httpsig::prelude::{
    AlgorithmName, HttpSignatureBase, HttpSignatureHeaders, HttpSignatureParams, SharedKey,
};
use reqsign_core::SignRequest as _;

const URL: &str = "https://service.us-east-1.amazonaws.com/items?limit=200";
const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// What each peer does beside hashing a text, to be read next to its number.
pub const SCOPES: [(&str, &str); 4] = [
    (
        "aws-sigv4",
        "canonical request of method, path, sorted query and headers; a signing key derived by four HMACs",
    ),
    ("reqsign-aws-v4", "the same scheme; keeps the derived key for a day"),
    (
        "httpsig sign",
        "RFC 9421: parses the names of the components, builds base and structured-field headers",
    ),
    ("httpsig verify", "RFC 9421: parses both headers, rebuilds the base"),
];

/// `aws-sigv4`, a GET with its headers.
pub struct AwsSigv4 {
    identity: Identity,
    request: Request<()>,
}

impl AwsSigv4 {
    /// Signs for a made-up service.
    ///
    /// # Errors
    /// Never: the inputs are valid.
    pub fn new() -> Result<Self> {
        let credentials = aws_credential_types::Credentials::new(KEY_ID, SECRET, None, None, "bench");
        Ok(Self { identity: credentials.into(), request: Request::get(URL).body(())? })
    }

    /// One signature, written into the headers of the request.
    ///
    /// # Errors
    /// When the peer refuses the request.
    pub fn sign(&mut self) -> Result<()> {
        *self.request.headers_mut() = HeaderMap::new();
        let parameters = v4::SigningParams::builder()
            .identity(&self.identity)
            .region("us-east-1")
            .name("service")
            .time(now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let signable = SignableRequest::new("GET", URL, std::iter::empty(), SignableBody::Bytes(b""))?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        instructions.apply_to_request_http1x(&mut self.request);
        Ok(())
    }
}

/// `reqsign-aws-v4`, a GET with its headers.
pub struct Reqsign {
    signer: reqsign_aws_v4::RequestSigner,
    context: reqsign_core::Context,
    credential: reqsign_aws_v4::Credential,
    parts: request::Parts,
}

impl Reqsign {
    /// Signs for a made-up service.
    ///
    /// # Errors
    /// Never: the inputs are valid.
    pub fn new() -> Result<Self> {
        let credential = reqsign_aws_v4::Credential {
            access_key_id: KEY_ID.to_owned(),
            secret_access_key: SECRET.to_owned(),
            ..Default::default()
        };
        let (parts, ()) = Request::get(URL).body(())?.into_parts();
        let signer = reqsign_aws_v4::RequestSigner::new("service", "us-east-1");
        Ok(Self { signer, context: reqsign_core::Context::new(), credential, parts })
    }

    /// One signature, written into the headers of the request.
    ///
    /// # Errors
    /// When the peer refuses the request.
    pub fn sign(&mut self) -> Result<()> {
        self.parts.headers = HeaderMap::new();
        let signing =
            pin!(self.signer.sign_request(&self.context, &mut self.parts, Some(&self.credential), None));
        match signing.poll(&mut TaskContext::from_waker(Waker::noop())) {
            Poll::Ready(signed) => Ok(signed?),
            Poll::Pending => anyhow::bail!("signing waits for something"),
        }
    }
}

/// `httpsig`, HMAC-SHA256 over four components.
pub struct Httpsig {
    key: SharedKey,
    lines: [&'static str; 4],
    ids: [&'static str; 4],
}

impl Httpsig {
    /// Signs a GET's method, path, date and digest.
    ///
    /// # Errors
    /// Never: the inputs are valid.
    pub fn new() -> Result<Self> {
        let key = "tGg3bVYqgK2M5aQxqB2Y3zYzZlqvH1b0y9WlQm8y1fE=";
        Ok(Self {
            key: SharedKey::from_base64(&AlgorithmName::HmacSha256, key)?,
            lines: [
                r#""@method": GET"#,
                r#""@path": /v1/sales/GetList"#,
                r#""date": Mon, 15 Jan 2024 12:00:00 GMT"#,
                r#""content-digest": sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"#,
            ],
            ids: ["@method", "@path", "date", "content-digest"],
        })
    }

    /// One signature, as its two headers.
    ///
    /// # Errors
    /// When the peer refuses the request.
    pub fn sign(&self) -> Result<HttpSignatureHeaders> {
        let ids: Vec<_> =
            self.ids.iter().map(|id| HttpMessageComponentId::try_from(*id)).collect::<Result<_, _>>()?;
        let mut parameters = HttpSignatureParams::try_new(&ids)?;
        parameters.set_key_info(&self.key);
        let base = HttpSignatureBase::try_new(&self.components()?, &parameters)?;
        Ok(base.build_signature_headers(&self.key, Some("sig"))?)
    }

    /// One signature verified, given its two headers.
    ///
    /// # Errors
    /// When it does not verify.
    pub fn verify(&self, signature: &str, input: &str) -> Result<()> {
        let headers = HttpSignatureHeaders::try_parse(signature, input)?;
        let received = headers.get("sig").context("the signature is there")?;
        let base = HttpSignatureBase::try_new(&self.components()?, received.signature_params())?;
        Ok(base.verify_signature_headers(&self.key, received)?)
    }

    fn components(&self) -> Result<Vec<HttpMessageComponent>> {
        Ok(self.lines.iter().map(|line| HttpMessageComponent::try_from(*line)).collect::<Result<_, _>>()?)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the peer takes the time from its caller, and reading it is part of signing"
)]
fn now() -> SystemTime {
    SystemTime::now()
}
