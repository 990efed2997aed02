//! What is found out while a request is judged.

use countersign::Signer;
use countersign::diagnose::Diagnosis;
use countersign::explain::{Explained, Explanation, Transcript};
use countersign::redact::Secrets;
use countersign::signing::Signature;
use subtle::ConstantTimeEq as _;

use crate::request::Received;
use crate::signatures::{self, Signatures};
use crate::verdict::Refusal;

/// How the signature of a request was recomputed, and what was found out about the received signature.
pub(crate) struct Workings {
    /// Whether the keys open nothing anywhere else.
    demo_keys: bool,
    /// What must not be shown of the request, including its expected signature.
    pub(crate) secrets: Secrets,
    /// `None` if judging did not come that far, or nothing is signed.
    pub(crate) explanation: Option<Explanation>,
    pub(crate) signatures: Option<Signatures>,
    /// The diagnosis of a signature that does not match.
    pub(crate) diagnosis: Option<Diagnosis>,
}

impl Workings {
    pub(crate) fn new(demo_keys: bool, secrets: &Secrets) -> Self {
        let secrets = secrets.clone();
        Self { demo_keys, secrets, explanation: None, signatures: None, diagnosis: None }
    }

    /// Recomputes the signature and compares it with the one in the header `name`.
    pub(crate) fn expect_signature<S: Explained>(
        &mut self,
        arrived: &Received,
        name: &'static str,
        provider: &Signer<S>,
        stamp: S::Stamp,
    ) -> Result<(), Refusal>
    where
        S::Stamp: Clone,
    {
        // Signing fails if the URL has a character that the provider's charset lacks: then nothing can match.
        let impossible = |_| Refusal::SignatureMismatch;
        let outgoing = arrived.outgoing()?;
        let signed = provider.sign_with(&outgoing, stamp.clone()).map_err(impossible)?;
        let expected = signed.signature().map(Signature::expose_text).unwrap_or_default();
        self.secrets = std::mem::take(&mut self.secrets).hide(expected.as_bytes());
        let transcript = Transcript::with_stamp(provider, &outgoing, stamp).map_err(impossible)?;
        let transcript = transcript.hiding(&self.secrets);
        let explanation = self.explanation.insert(transcript.explain());

        let received = arrived.header(name)?.as_bytes();
        // Compares the text, not the digest: no provider says that it takes a digest in another encoding.
        let matches = !expected.is_empty() && bool::from(expected.as_bytes().ct_eq(received));
        let may_show = self.demo_keys && signatures::prove_nothing(arrived, explanation);
        self.signatures = Some(Signatures::of(&expected, received, may_show));
        if matches {
            return Ok(());
        }
        self.diagnosis = Some(transcript.diagnose(&String::from_utf8_lossy(received)));
        Err(Refusal::SignatureMismatch)
    }

    /// A code, and a sentence that says what is wrong with a refused request.
    pub(crate) fn reason(&self, refusal: &Refusal) -> (String, String) {
        match &self.diagnosis {
            Some(diagnosis) => (diagnosis.code().to_owned(), diagnosis.sentence().to_owned()),
            None => (refusal.code().to_owned(), format!("{refusal}.")),
        }
    }

    /// About how much memory this takes: an explanation has its bytes and the same as text.
    pub(crate) fn size(&self) -> usize {
        2 * self.explanation.as_ref().map_or(0, Explanation::signed_length)
    }
}
