//! What comes to light while a request is judged.

use constant_time_eq::constant_time_eq;
use countersign::diagnose::Diagnosis;
use countersign::explain::{Explanation, Transcript};
use countersign::signing::{Provider, sign_with};

use crate::arrived::Arrived;
use crate::signatures::Signatures;
use crate::verdict::Refusal;

/// How the signature of a request was recomputed, and what was found out about the one that it had.
#[derive(Default)]
pub(crate) struct Workings {
    /// `None` where judging did not come that far, or nothing is signed.
    pub(crate) explanation: Option<Explanation>,
    pub(crate) signatures: Option<Signatures>,
    /// Of a signature that does not match.
    pub(crate) diagnosis: Option<Diagnosis>,
}

impl Workings {
    /// Recomputes the signature and compares it with the one in the header `name`.
    pub(crate) fn expect_signature<P: Provider>(
        &mut self,
        arrived: &Arrived,
        name: &'static str,
        provider: &P,
        stamp: P::Stamp,
    ) -> Result<(), Refusal>
    where
        P::Stamp: Clone,
    {
        // Signing fails where the URL has a character that the provider's charset lacks: then nothing can match.
        let impossible = |_| Refusal::SignatureMismatch;
        let outgoing = arrived.outgoing()?;
        let signed = sign_with(provider, &outgoing, stamp.clone()).map_err(impossible)?;
        let transcript = Transcript::with_stamp(provider, &outgoing, stamp).map_err(impossible)?;
        let explanation = self.explanation.insert(transcript.explain());

        let received = arrived.header(name)?.as_bytes();
        // The text, not the digest: no vendor says that it takes a digest written in another way.
        let matches = signed.signature().is_some_and(|signature| {
            let expected = signature.expose_text();
            constant_time_eq(expected.as_bytes(), received)
        });
        self.signatures = Some(Signatures::of(arrived, explanation, signed.signature(), received, matches));
        if matches {
            return Ok(());
        }
        self.diagnosis = Some(transcript.diagnose(&String::from_utf8_lossy(received)));
        Err(Refusal::SignatureMismatch)
    }

    /// A code, and a sentence of what is wrong with a request that was refused.
    pub(crate) fn reason(&self, refusal: &Refusal) -> (String, String) {
        match &self.diagnosis {
            Some(diagnosis) => (diagnosis.code().to_owned(), diagnosis.sentence().to_owned()),
            None => (refusal.code().to_owned(), format!("{refusal}.")),
        }
    }

    /// How much memory this takes, nearly: an explanation has its bytes and the same as text.
    pub(crate) fn size(&self) -> usize {
        2 * self.explanation.as_ref().map_or(0, Explanation::signed_length)
    }
}
