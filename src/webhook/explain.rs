//! Explains the signature of a delivery.

use http::request::Parts;
use url::Url;

use super::scheme::{Claim, Scheme};
use super::{Verifier, forwarded};
use crate::error::Error;
use crate::explain::{CREDENTIAL_HEADERS, Transcript};

const NO_ORIGIN: &str = "a proxy may have changed the host or the path without a trace: give the public origin, `--public-origin` for the tool";
const ORIGIN_IN_DOUBT: &str = "the public origin may have another host or path than the one that the sender was given, or a proxy may \
     have put a prefix in front of the path, which `--strip-prefix` of the tool takes off";

impl<S: Scheme> Verifier<S> {
    /// The signature that a delivery should have, to explain or diagnose. Of several keys without ids, the first is used.
    ///
    /// # Errors
    /// As [`Verifier::verify`], up to the key id.
    pub fn transcript(&self, parts: &Parts, body: &[u8]) -> Result<Transcript, Error> {
        let error = |refused| self.error(refused, parts);
        let Claim { key_id, stated, .. } = self.read(&self.delivery(parts).with_body(body)).map_err(error)?;
        let keys = self.keys();
        let (_, key) = keys.named(key_id).next().ok_or_else(|| error(keys.none_named()))?;
        Ok(self.transcript_under(key, &stated, parts, body))
    }

    pub(super) fn transcript_under(
        &self,
        key: &S::Key,
        stated: &S::Stated<'_>,
        parts: &Parts,
        body: &[u8],
    ) -> Transcript {
        let transcript = Transcript::new(self.scheme().name(), &S::mac(stated, key))
            .key(|text| S::state_key(stated, key, text))
            .text(|text| S::state(stated, key, body, text))
            .hide(|name| {
                let mut values = parts.headers.get_all(name).iter();
                CREDENTIAL_HEADERS.contains(&name) || values.any(http::HeaderValue::is_sensitive)
            });
        let mut transcript = transcript.message_headers(&parts.headers).body(body);
        transcript.own_mistakes = S::own_mistakes();
        let mut urls = forwarded::candidates(&self.delivery(parts)).into_iter();
        let checked = urls.next().and_then(|url| Url::parse(&url).ok());
        let mut transcript = match checked {
            Some(url) => transcript.url(&url),
            None => transcript,
        };
        if !self.scheme().covers_url() {
            return transcript;
        }
        let origin = self.settings().origin.as_ref();
        transcript.in_doubt = Some(if origin.is_some() { ORIGIN_IN_DOUBT } else { NO_ORIGIN });
        urls.fold(transcript, |transcript, url| match origin {
            Some(origin) if !origin.has_host_of(&url) => transcript.foreign_url(url),
            _ => transcript.other_url(url),
        })
    }
}
