//! Why a reply's signature does not match.

use std::borrow::Cow;

use http::HeaderMap;
use url::Url;

use super::Netgiro;
use super::credentials::NAME;
use super::reply::{ReplyFault, SentRequest, refusal, single};
use super::signing::{NONCE, SIGNATURE};
#[cfg(feature = "middleware")]
use crate::diagnose::LONGEST_BODY;
use crate::diagnose::{Diagnosis, is_short};
use crate::error::Error;
use crate::explain::{Comparison, Transcript};
#[cfg(feature = "middleware")]
use crate::middleware::read_reply;

/// Whether a mistake in what was signed, or in how the signature is written, may be the reason of a refusal.
fn may_be_a_mistake(error: &Error) -> bool {
    matches!(error.fault(), Some(ReplyFault::Mismatch | ReplyFault::SignatureMalformed))
}

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
        let transcript = Transcript::new(NAME, self.secret.mac())
            .text(|text| self.secret.state_text(nonce.as_bytes(), sent.url(), body, text));
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

    /// Adds to the refusal of a reply the known mistake that would explain it, if one does.
    pub(super) fn note_known_mistake(
        &self,
        error: Error,
        sent: &SentRequest,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Error {
        if !may_be_a_mistake(&error) || !is_short(sent.url(), body) {
            return error;
        }
        match self.diagnose_honest(sent, headers, body) {
            Some(diagnosis) => diagnosis.explain_refusal(error),
            None => error,
        }
    }

    /// As [`Netgiro::note_known_mistake`], a few times a second.
    #[cfg(feature = "middleware")]
    pub(super) fn note_if_allowed(
        &self,
        error: Error,
        sent: &SentRequest,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Error {
        let may = self.may_diagnose(&error);
        if may { self.note_known_mistake(error, sent, headers, body) } else { error }
    }

    /// Whether one more refused reply may be diagnosed: anybody on the path can send many.
    #[cfg(feature = "middleware")]
    fn may_diagnose(&self, error: &Error) -> bool {
        may_be_a_mistake(error) && self.allowance.take(self.settings.clock.now())
    }

    /// As [`Netgiro::note_known_mistake`], of a reply that was refused before its body was read.
    #[cfg(feature = "middleware")]
    pub(super) async fn note_mistake_in_headers(
        &self,
        error: Error,
        sent: &SentRequest,
        response: &mut reqwest::Response,
    ) -> Error {
        if !self.may_diagnose(&error) {
            return error;
        }
        match read_reply(response, LONGEST_BODY.min(self.replies.limit), |_| ()).await {
            Ok(body) => self.note_known_mistake(error, sent, response.headers(), &body),
            Err(_) => error,
        }
    }

    /// Not asked of a request that was sent back, which is refused as such before its signature is read.
    fn diagnose_honest(&self, sent: &SentRequest, headers: &HeaderMap, body: &[u8]) -> Option<Diagnosis> {
        let received = headers.get(SIGNATURE)?.to_str().ok()?;
        Some(self.reply_transcript(sent, headers, body).ok()?.diagnose_briefly(received))
    }
}
