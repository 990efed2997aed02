//! Why a reply's signature does not match.

use std::borrow::Cow;

#[cfg(feature = "middleware")]
use bytes::Bytes;
use http::HeaderMap;
use url::Url;

use super::Netgiro;
use super::credentials::NAME;
#[cfg(feature = "middleware")]
use super::middleware::may_be_a_mistake;
use super::reply::{ReplyFault, SentRequest, refusal, single};
use super::signing::{NONCE, SIGNATURE};
use crate::diagnose::Diagnosis;
#[cfg(feature = "middleware")]
use crate::diagnose::{LONGEST_BODY, TOO_MANY, allow, is_short};
use crate::error::Error;
use crate::explain::{Comparison, Transcript};
#[cfg(feature = "middleware")]
use crate::middleware::read_reply;

/// The signature that a reply carries.
fn received(headers: &HeaderMap) -> Result<Cow<'_, str>, Error> {
    let signature = single(headers, SIGNATURE, ReplyFault::SignatureMissing);
    Ok(String::from_utf8_lossy(signature.map_err(|fault| refusal(fault, headers))?.as_bytes()))
}

impl Netgiro {
    /// The signature that a reply to `sent` with these headers and this body should carry, to be explained or
    /// diagnosed. [`Transcript::other_url`] adds what a proxy in between may have made of the URL.
    ///
    /// # Errors
    /// `reply-nonce-missing`, `reply-header-duplicate`.
    pub fn reply_transcript(
        &self,
        sent: &SentRequest,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Transcript, Error> {
        let nonce =
            single(headers, NONCE, ReplyFault::NonceMissing).map_err(|fault| refusal(fault, headers))?;
        let transcript = Transcript::new(NAME, self.scheme().secret.mac())
            .text(|text| self.scheme().secret.state_text(nonce.as_bytes(), sent.url(), body, text));
        Ok(match Url::parse(sent.url()) {
            Ok(url) => transcript.url(&url),
            Err(_) => transcript,
        })
    }

    /// Diagnoses the signature that a reply carries.
    ///
    /// # Errors
    /// `reply-signature-missing`, `reply-nonce-missing`, `reply-header-duplicate`.
    pub fn diagnose_reply(
        &self,
        sent: &SentRequest,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Diagnosis, Error> {
        let received = received(headers)?;
        Ok(self.reply_transcript(sent, headers, body)?.diagnose(&received))
    }

    /// Compares the text that somebody signed for a reply with the one that they should have signed, and says whether the
    /// reply's signature was made of it.
    ///
    /// # Errors
    /// As [`Netgiro::diagnose_reply`].
    pub fn compare_reply(
        &self,
        sent: &SentRequest,
        headers: &HeaderMap,
        body: &[u8],
        signed: &[u8],
    ) -> Result<Comparison, Error> {
        let received = received(headers)?;
        Ok(self.reply_transcript(sent, headers, body)?.compare(signed, Some(&received)))
    }

    /// The refusal of a reply, with the known mistake that would explain it, where that was asked for and one does.
    #[cfg(feature = "middleware")]
    pub(super) async fn diagnosed(
        &self,
        error: Error,
        sent: SentRequest,
        headers: HeaderMap,
        body: Bytes,
    ) -> Error {
        if !self.is_to_be_diagnosed(&error) || !is_short(sent.url(), &body) {
            return error;
        }
        let Some(mut allowed) = allow() else { return error.with_note(TOO_MANY) };
        let netgiro = self.clone();
        // Not asked of a request that was sent back, which is refused as such before its signature is read.
        let diagnose = move || {
            let transcript = netgiro.reply_transcript(&sent, &headers, &body).ok()?;
            Some(transcript.diagnose_within(&received(&headers).ok()?, &mut allowed))
        };
        // It takes milliseconds, in which the thread that polls this has others to serve. Outside of tokio, where reqwest does
        // not work, there is no other thread to do it.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return error };
        match runtime.spawn_blocking(diagnose).await {
            Ok(Some(diagnosis)) => diagnosis.explain_refusal(error),
            _ => error,
        }
    }

    /// As [`Netgiro::diagnosed`], of a reply that was refused before its body was read.
    #[cfg(feature = "middleware")]
    pub(super) async fn diagnosed_by_headers(
        &self,
        error: Error,
        sent: &SentRequest,
        response: &mut reqwest::Response,
    ) -> Error {
        if !self.is_to_be_diagnosed(&error) {
            return error;
        }
        match read_reply(response, LONGEST_BODY.min(self.scheme().replies.limit), |_| ()).await {
            Ok(body) => self.diagnosed(error, sent.clone(), response.headers().clone(), body).await,
            Err(_) => error,
        }
    }

    #[cfg(feature = "middleware")]
    fn is_to_be_diagnosed(&self, error: &Error) -> bool {
        self.scheme().replies.diagnose_refusals && may_be_a_mistake(error)
    }
}
