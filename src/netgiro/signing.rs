//! The signed text of Netgíró.

use std::fmt;
use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

use super::credentials::NAME;
use super::headers;
use super::nonce;
use super::seen::SeenNonces;
use super::{Reply, Verdict};
use crate::error::Error;
use crate::explain::{Explained, OwnMistake};
use crate::field;
use crate::random::Randomness;
use crate::signing::{
    AuthHeaders, Charset, Encoding, MacKey, RequestRef, Segment, SignedText, Source, write_values,
};
use crate::time::Clock;
use crate::{Sent, Signer};

const APP_KEY: HeaderName = HeaderName::from_static(headers::APP_KEY);
pub(super) const NONCE: HeaderName = HeaderName::from_static(headers::NONCE);
pub(super) const SIGNATURE: HeaderName = HeaderName::from_static(headers::SIGNATURE);
pub(super) const REFERENCE_ID: HeaderName = HeaderName::from_static(headers::REFERENCE_ID);

/// The nonce of one attempt.
#[derive(Clone, Debug)]
pub struct Stamp {
    pub(super) nonce: HeaderValue,
}

impl Stamp {
    /// A given nonce, to reproduce a known case. Opaque to Netgíró; printable ASCII. If a request with this nonce is
    /// sent back as the reply to a later request, it is not recognised: only drawn nonces have a form of their own.
    ///
    /// # Errors
    /// If the nonce is empty, padded, or not printable ASCII.
    pub fn with_nonce(nonce: &str) -> Result<Self, Error> {
        let nonce = field::ascii_header("nonce", nonce).map_err(|error| error.in_provider(NAME))?;
        Ok(Self { nonce })
    }

    /// The nonce.
    #[must_use]
    pub fn nonce(&self) -> &str {
        // Always ASCII, drawn or given.
        self.nonce.to_str().unwrap_or_default()
    }
}

/// The secret key, with its hash state. It signs requests, and verifies replies and callbacks.
#[derive(Clone)]
pub(super) struct Secret {
    text: SecretString,
    mac: MacKey,
}

impl Secret {
    pub(super) fn new(text: SecretString) -> Result<Self, Error> {
        field::check("secret_key", text.expose_secret())?;
        let mac = MacKey::sha256_with_prefix(text.expose_secret().as_bytes(), Encoding::HexLower);
        Ok(Self { text, mac })
    }

    pub(super) fn mac(&self) -> &MacKey {
        &self.mac
    }

    /// The formula of requests, replies and callbacks alike: secret, nonce, URL, body.
    pub(super) fn state_text(&self, nonce: &[u8], url: &str, body: &[u8], text: &mut SignedText<'_>) {
        text.secret("secret_key", self.text.expose_secret().as_bytes())
            .push(Segment::public("nonce", nonce).with_source(Source::Drawn))
            .push(Segment::public("url", url.as_bytes()).with_source(Source::RequestUrl))
            .push(Segment::public("body", body).with_source(Source::Body).with_charset(Charset::Bytes));
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}

/// The longest reply that the middleware reads by default: 10 MiB, counted after decompression.
pub const DEFAULT_REPLY_LIMIT: usize = 10 * 1024 * 1024;

/// How the middleware reads replies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) limit: usize,
    pub(super) report_only: bool,
    pub(super) streamed: bool,
    pub(super) diagnose_refusals: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Self { limit: DEFAULT_REPLY_LIMIT, report_only: false, streamed: false, diagnose_refusals: false }
    }
}

/// The hash of secret, nonce, URL and body, the credentials that it is made with, and the memory of replies.
#[derive(Clone)]
pub struct Scheme {
    pub(super) app_key: HeaderValue,
    pub(super) secret: Secret,
    /// Shared by clones.
    pub(super) seen: Arc<SeenNonces>,
    pub(super) replies: Reading,
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheme").field("replies", &self.replies).finish_non_exhaustive()
    }
}

impl crate::Scheme for Scheme {
    type Stamp = Stamp;

    fn name(&self) -> &str {
        NAME
    }

    fn stamp(
        &self,
        request: &RequestRef<'_>,
        clock: &dyn Clock,
        randomness: &dyn Randomness,
    ) -> Result<Stamp, Error> {
        request.body()?;
        let number = nonce::next(clock, randomness)?;
        let [nonce] = write_values([&number])?;
        Ok(Stamp { nonce })
    }

    fn mac(&self) -> Option<&MacKey> {
        Some(self.secret.mac())
    }

    fn signed_text(
        &self,
        request: &RequestRef<'_>,
        stamp: &Stamp,
        text: &mut SignedText<'_>,
    ) -> Result<(), Error> {
        self.secret.state_text(stamp.nonce.as_bytes(), request.url_as_sent(), request.body()?, text);
        Ok(())
    }

    fn headers(&self, stamp: &Stamp, headers: &mut AuthHeaders<'_>) {
        headers
            .reserve(3)
            .set_public(APP_KEY, self.app_key.clone())
            .set_public(NONCE, stamp.nonce.clone())
            .set_signature(SIGNATURE);
    }

    #[cfg(feature = "middleware")]
    fn judge(
        netgiro: &Signer<Self>,
        sent: Sent<Self>,
        response: reqwest::Response,
    ) -> impl Future<Output = reqwest_middleware::Result<reqwest::Response>> + Send {
        super::middleware::judge(netgiro, sent, response)
    }

    /// Follows only verified redirects. Otherwise, whoever answers could have any request signed.
    #[cfg(feature = "middleware")]
    fn may_follow(redirect: &reqwest::Response) -> bool {
        redirect.extensions().get().map(Reply::verdict) == Some(Verdict::Verified)
    }
}

impl Explained for Scheme {
    fn own_mistakes() -> &'static [OwnMistake] {
        &super::mistakes::MISTAKES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debug_text_has_no_secret() {
        assert_eq!(format!("{:?}", Secret::new("the secret".into()).unwrap()), "Secret { .. }");
    }
}
