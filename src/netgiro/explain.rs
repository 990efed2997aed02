//! Explains the signature of a reply.

use http::HeaderMap;
use url::Url;

use super::Netgiro;
use super::credentials::NAME;
use super::reply::{ReplyFault, SentRequest, refusal, single};
use super::signing::NONCE;
use crate::error::Error;
use crate::explain::Transcript;
use crate::redact::Secrets;

const IN_DOUBT: &str = "the URL of the request is signed, byte for byte as it was sent; where another program signed the request, hand over \
     its nonce and signature as well, `--request-nonce` and `--request-signature` for the tool";

/// For Netgíró only: `netgiro::Netgiro`.
impl Netgiro {
    /// The signature that a reply to `sent` with these headers and this body should have, to explain or diagnose.
    /// [`Transcript::other_url`] adds a URL that a proxy may have used instead.
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
        let mut transcript = Transcript::new(NAME, self.scheme().secret.mac())
            .text(|text| self.scheme().secret.state_text(nonce.as_bytes(), sent.url(), body, text));
        transcript.own_mistakes = &super::mistakes::MISTAKES;
        transcript.in_doubt = Some(IN_DOUBT);
        let app_key = self.scheme().app_key.as_bytes().to_vec();
        let mut transcript =
            transcript.message_headers(headers).credential(super::headers::APP_KEY, &app_key, false);
        if let Some(nonce) = &sent.marks.nonce {
            transcript = transcript.credential("netgiro_nonce of the request", nonce.as_bytes(), false);
        }
        if let Some(signature) = sent.marks.signature.map(hex::encode) {
            // Whoever has this signature can send the request again.
            let hidden = Secrets::new().hide(signature.as_bytes());
            let name = "netgiro_signature of the request";
            transcript = transcript.credential(name, signature.as_bytes(), false).hiding(&hidden);
        }
        Ok(match Url::parse(sent.url()) {
            Ok(url) => transcript.url(&url),
            Err(_) => transcript,
        })
    }
}
