//! Diagnoses why the signature of a reply does not match.

use std::borrow::Cow;

use http::HeaderMap;

use super::Netgiro;
use super::reply::{ReplyFault, SentRequest, refusal, single};
use super::signing::SIGNATURE;
use crate::diagnose::{Comparison, Diagnosis};
use crate::error::Error;
use crate::explain::Transcript;

/// The signature of a reply.
fn received(headers: &HeaderMap) -> Result<Cow<'_, str>, Error> {
    let signature = single(headers, SIGNATURE, ReplyFault::SignatureMissing);
    Ok(String::from_utf8_lossy(signature.map_err(|fault| refusal(fault, headers))?.as_bytes()))
}

/// For Netgíró only: `netgiro::Netgiro`.
impl Netgiro {
    /// Diagnoses the signature of a reply.
    ///
    /// # Errors
    /// `reply-signature-missing`, `reply-nonce-missing`, `reply-header-duplicate`.
    pub fn diagnose_reply(
        &self,
        sent: &SentRequest,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Diagnosis, Error> {
        self.diagnose_reply_with(sent, headers, body, &|transcript| transcript)
    }

    /// As [`Netgiro::diagnose_reply`], with what `know` adds: [credentials](Transcript::credential) that may have been used
    /// in place of the right one.
    ///
    /// # Errors
    /// As [`Netgiro::diagnose_reply`].
    pub fn diagnose_reply_with(
        &self,
        sent: &SentRequest,
        headers: &HeaderMap,
        body: &[u8],
        know: &dyn Fn(Transcript) -> Transcript,
    ) -> Result<Diagnosis, Error> {
        let received = received(headers)?;
        Ok(know(self.reply_transcript(sent, headers, body)?).diagnose(&received))
    }

    /// Compares `signed`, the text that somebody signed for a reply, with the text that should have been signed. Says
    /// whether the signature was made of `signed`.
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
}

#[cfg(feature = "middleware")]
mod refused {
    use bytes::Bytes;
    use reqwest::Response;

    use super::received;
    use crate::diagnose::{LONGEST_BODY, TOO_MANY, allow, is_short};
    use crate::error::Error;
    use crate::middleware::read_reply;
    use crate::netgiro::Netgiro;
    use crate::netgiro::middleware::may_be_a_mistake;
    use crate::netgiro::reply::SentRequest;

    impl Netgiro {
        /// Adds to the refusal of a reply the known mistake that would explain it, if diagnoses are asked for and there
        /// is such a mistake. `None` for a body that is still to be read.
        pub(in crate::netgiro) async fn diagnose_refused(
            &self,
            error: Error,
            sent: SentRequest,
            mut response: Response,
            body: Option<Bytes>,
        ) -> (Error, Response) {
            let replies = self.scheme().replies;
            if !replies.diagnose_refusals || !may_be_a_mistake(&error) {
                return (error, response);
            }
            let body = match body {
                Some(body) => Ok(body),
                None => read_reply(&mut response, LONGEST_BODY.min(replies.limit), |_| ()).await,
            };
            let error = match body {
                Ok(body) => self.diagnosed(error, sent, response.headers().clone(), body).await,
                Err(_) => error,
            };
            (error, response)
        }

        async fn diagnosed(
            &self,
            error: Error,
            sent: SentRequest,
            headers: http::HeaderMap,
            body: Bytes,
        ) -> Error {
            if !is_short(sent.url(), &body) {
                return error;
            }
            let Some(mut allowed) = allow() else { return error.with_note(TOO_MANY) };
            let netgiro = self.clone();
            // A request that was sent back never gets here: it is refused before its signature is read.
            let diagnose = move || {
                let transcript = netgiro.reply_transcript(&sent, &headers, &body).ok()?;
                Some(transcript.diagnose_within(&received(&headers).ok()?, &mut allowed))
            };
            // A diagnosis takes milliseconds, and the polling thread has other tasks. Outside of tokio, where reqwest
            // does not work, there is no other thread.
            let Ok(runtime) = tokio::runtime::Handle::try_current() else { return error };
            match runtime.spawn_blocking(diagnose).await {
                Ok(Some(diagnosis)) => diagnosis.explain_refusal(error),
                _ => error,
            }
        }
    }
}
