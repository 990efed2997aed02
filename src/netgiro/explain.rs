//! Why a reply's signature does not match.

use http::HeaderMap;
use url::Url;

use super::Netgiro;
use super::credentials::NAME;
use super::reply::{ReplyFault, SentRequest, single};
use super::signing::{NONCE, SIGNATURE};
use crate::diagnose::Diagnosis;
use crate::error::Error;
use crate::explain::Transcript;

/// A longer body is not worth a diagnosis that nobody asked for.
const LONGEST_NOTED: usize = 64 << 10;

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
        let nonce = single(headers, NONCE, ReplyFault::NonceMissing).map_err(Error::new)?;
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
        let signature = single(headers, SIGNATURE, ReplyFault::SignatureMissing).map_err(Error::new)?;
        let received = String::from_utf8_lossy(signature.as_bytes());
        Ok(self.reply_transcript(sent, headers, body)?.diagnose(&received))
    }

    /// Adds to the refusal of a reply the known mistake that would explain it, if one does.
    pub(super) fn note_known_mistake(
        &self,
        error: Error,
        sent: &SentRequest,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Error {
        if error.fault() != Some(&ReplyFault::Mismatch) || body.len() > LONGEST_NOTED {
            return error;
        }
        self.known_mistake(sent, headers, body).into_iter().fold(error, Error::with_note)
    }

    fn known_mistake(&self, sent: &SentRequest, headers: &HeaderMap, body: &[u8]) -> Option<String> {
        let received = headers.get(SIGNATURE)?.to_str().ok()?;
        self.reply_transcript(sent, headers, body).ok()?.diagnose_briefly(received).note()
    }
}
