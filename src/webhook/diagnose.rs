//! Diagnoses why the signature or digest of a delivery does not match.

use bytes::Bytes;
use http::request::Parts;

use super::Verifier;
use crate::diagnose::{Allowed, Comparison, Diagnosis, Outcome, TOO_MANY, allow, is_short};
use crate::error::Error;
use crate::explain::Transcript;
use crate::signing::{Charset, Encoding, MacKey, Segment, Source};
use crate::webhook::scheme::{Claim, Received, Scheme};
use crate::webhook::{DeliveryFault, Keys};

/// A refused delivery with more bytes of headers is not diagnosed: each header may be part of what is signed.
const LONGEST_HEAD: usize = 16 << 10;

/// What the caller knows besides the delivery.
type Knowledge<'a> = &'a dyn Fn(Transcript) -> Transcript;

/// How far to look.
enum Search<'a> {
    /// The caller asked for a diagnosis.
    Thorough(Knowledge<'a>),
    /// A delivery was refused, which any stranger can cause.
    Brief(Allowed<'a>),
}

impl Search<'_> {
    fn diagnose(&mut self, transcript: &Transcript, received: &str) -> Diagnosis {
        match self {
            Self::Thorough(know) => know(transcript.clone()).diagnose(received),
            Self::Brief(allowed) => transcript.diagnose_within(received, allowed),
        }
    }

    /// At most this many keys are tried. While a key is exchanged, there are two.
    fn most_keys(&self) -> usize {
        match self {
            Self::Thorough(_) => 4,
            Self::Brief(_) => 2,
        }
    }
}

impl<S: Scheme> Verifier<S> {
    /// Diagnoses the digest and signature of a delivery of any age. If a proxy may have changed the URL, the headers
    /// that proxies add (`forwarded`, `x-forwarded-host` and the like) give other URLs to try. Anybody can write these
    /// headers, but only the URL that was signed reproduces the signature.
    ///
    /// # Errors
    /// As [`Verifier::verify`], up to the key id; `webhook-key-unknown` only where no other key made the signature.
    pub fn diagnose(&self, parts: &Parts, body: &[u8]) -> Result<Diagnosis, Error> {
        self.diagnose_with(parts, body, &|transcript| transcript)
    }

    /// As [`Verifier::diagnose`], with what `know` adds: [credentials](Transcript::credential) that may have been used in
    /// place of the right one.
    ///
    /// # Errors
    /// As [`Verifier::diagnose`].
    pub fn diagnose_with(
        &self,
        parts: &Parts,
        body: &[u8],
        know: &dyn Fn(Transcript) -> Transcript,
    ) -> Result<Diagnosis, Error> {
        self.diagnosis(parts, body, Search::Thorough(know)).map_err(|refused| self.error(refused, parts))
    }

    /// Compares `signed`, the text that somebody signed for this delivery, with the text that should have been signed.
    /// Says whether the signature was made of `signed`.
    ///
    /// # Errors
    /// As [`Verifier::verify`], up to the key id.
    pub fn compare(&self, parts: &Parts, body: &[u8], signed: &[u8]) -> Result<Comparison, Error> {
        let transcript = self.transcript(parts, body)?;
        let claim =
            self.read(&self.delivery(parts).with_body(body)).map_err(|refused| self.error(refused, parts))?;
        let encoding = transcript.mac.as_ref().map_or(Encoding::HexLower, MacKey::encoding);
        Ok(transcript.compare(signed, Some(&received_text(&claim.signature, encoding))))
    }

    /// Diagnoses in another thread: a diagnosis takes milliseconds, and the caller has other deliveries to serve.
    pub(super) fn report_diagnosed(&self, error: &Error, parts: &Parts, body: Bytes) -> bool {
        let fault = error.fault::<DeliveryFault>().filter(|fault| fault.is_mismatch());
        let head: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        let is_short = || head <= LONGEST_HEAD && is_short(self.delivery(parts).received_target(), &body);
        let Some(fault) = fault.filter(|_| is_short()).cloned() else {
            return false;
        };
        let reporter = self.settings().reporter.clone();
        let Some(allowed) = allow() else {
            reporter.report(&self.error(fault, parts).with_note(TOO_MANY), parts);
            return true;
        };
        let (verifier, parts, span) = (self.clone(), parts.clone(), tracing::Span::current());
        let diagnose = move || {
            let error = verifier.error(fault, &parts);
            let error = match verifier.diagnosis(&parts, &body, Search::Brief(allowed)) {
                Ok(diagnosis) => diagnosis.explain_refusal(error),
                Err(_) => error,
            };
            span.in_scope(|| reporter.report(&error, &parts));
        };
        std::thread::Builder::new().name("countersign-diagnosis".to_owned()).spawn(diagnose).is_ok()
    }

    fn diagnosis(
        &self,
        parts: &Parts,
        body: &[u8],
        mut search: Search<'_>,
    ) -> Result<Diagnosis, DeliveryFault> {
        let scheme = self.scheme();
        let Claim { signature, key_id, mut stated, .. } = self.read(&self.delivery(parts).with_body(body))?;
        let checked = scheme.check_digest(&mut stated, body);
        let keys = self.keys();
        let content = checked.as_deref().unwrap_or(body);
        let mut of_signature = Vec::new();
        for (_, key) in keys.named(key_id).take(search.most_keys()) {
            let transcript = self.transcript_under(key, &stated, parts, content);
            let transcript = other_keys::<S>(transcript, &stated, &keys, key_id);
            let received = received_text(&signature, S::mac(&stated, key).encoding());
            of_signature.push(search.diagnose(&transcript, &received));
        }
        // Of equal diagnoses, the one under the first key.
        match of_signature.into_iter().min_by_key(|found| rank(found.outcome())) {
            // Anybody can send a digest with any mistake in it, so only a signed digest is diagnosed.
            Some(found) if checked.is_err() && found.is_right_but_for_body() => {
                let of_body = S::digest(&stated)
                    .map(|digest| search.diagnose(&digest_transcript::<S>(body), &hex::encode(digest)));
                let proved = of_body.filter(|found| found.outcome() == Outcome::Reproduced);
                Ok(proved.unwrap_or_else(|| found.of_other_body(body)))
            }
            Some(found) => Ok(found),
            // One MAC for each key, without a search: anybody can name an unknown key, and there may be many keys.
            None => {
                let made = |key: &S::Key| {
                    let digest = signature.digest.as_ref();
                    digest.is_some_and(|digest| S::signature(&stated, key, content).matches(digest))
                };
                let signer = signer(&keys, made).map(|key_id| Diagnosis::wrong_key_id(&key_id));
                signer.ok_or_else(|| keys.none_named())
            }
        }
    }
}

/// A proof under any key comes first.
fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Matches | Outcome::Reproduced => 0,
        Outcome::Keyless => 1,
        Outcome::Unexplained => 3,
        _ => 2,
    }
}

/// The digest of a body, as a signature without a key.
fn digest_transcript<S: Scheme>(body: &[u8]) -> Transcript {
    Transcript::new(S::NAME, &MacKey::sha256(Encoding::HexLower)).text(|text| {
        text.push(Segment::public("body", body).with_source(Source::Body).with_charset(Charset::Bytes));
    })
}

/// Adds the keys that the delivery does not name.
fn other_keys<S: Scheme>(
    transcript: Transcript,
    stated: &S::Stated<'_>,
    keys: &Keys<S>,
    key_id: Option<&str>,
) -> Transcript {
    keys.with_ids()
        .filter(|(id, _)| Some(&***id) != key_id)
        .fold(transcript, |transcript, (id, key)| transcript.other_key(&**id, &S::mac(stated, key)))
}

/// The id of the key for which `made` is true.
fn signer<S: Scheme>(keys: &Keys<S>, made: impl Fn(&S::Key) -> bool) -> Option<String> {
    keys.with_ids().find(|(_, key)| made(key)).map(|(id, _)| (**id).to_owned())
}

/// The signature in the encoding that the scheme expects; the received text, if it is no digest.
fn received_text(signature: &Received<'_>, encoding: Encoding) -> String {
    match signature.digest {
        Some(digest) => encoding.encode(&digest),
        None => String::from_utf8_lossy(&signature.text).into_owned(),
    }
}
