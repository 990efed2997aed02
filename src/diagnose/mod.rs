//! Why a signature is not the expected one.
//!
//! What is signed is a list of labelled segments, and a mistake is an edit of that list: a segment is left out,
//! doubled, moved, written in another way or taken from elsewhere in the message; or the separators, the key or the
//! hash differ. A diagnosis knows what should have been signed, and the signature that somebody else computed. It makes
//! the edits on purpose, the likeliest first. After each edit it computes the signature again and compares it with the
//! received one. An edit that reproduces the signature is proved, not guessed: two digests agree by chance once in
//! 2²⁵⁶, and at least a quarter of a digest that is cut off must agree. A mistake that anybody can make without the
//! key, such as an empty key, proves nothing about who signed ([`Outcome::Keyless`]). An edit is also tried together
//! with a digest that is written in another way or made by another algorithm. Two edits are not combined: no pair
//! explains any of the reported mistakes.
//!
//! ```
//! use countersign::diagnose::diagnose;
//! use countersign::unleashed::Unleashed;
//!
//! let provider = Unleashed::new("api-id", "unleashed-example-api-key")?;
//! let request = http::Request::get("https://api.unleashedsoftware.com/Customers?customerCode=ACME").body(())?;
//! let outgoing = countersign::RequestRef::from_http(&request)?;
//! // Somebody computed the HMAC over `?customerCode=ACME`.
//! let received = "/36QnfkYUiUen5K/7PDhGbYEnw9LJKC/a1+llptp2Ow=";
//! let diagnosis = diagnose(&provider, &outgoing, (), received)?;
//! assert_eq!(diagnosis.code(), "question-mark-included");
//! println!("{diagnosis}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod allowance;
mod attempt;
mod comparison;
mod edits;
mod finding;
mod hand;
mod json;
pub(crate) mod mistake;
mod reading;
mod search;
mod url_parts;
mod ways;
mod words;

use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

pub(crate) use allowance::{Allowed, LONGEST_BODY, TOO_MANY, allow, is_short};
pub use comparison::{Comparison, TextDifference};
pub use finding::Finding;

use crate::Signer;
use crate::error::Error;
use crate::explain::{Explained, Transcript};
use crate::signing::RequestRef;
use search::{BRIEF, FULL};

/// Diagnoses `received`, the signature that somebody else computed for a request, against the one that `signer`
/// computes with `stamp`.
///
/// # Errors
/// As [`Signer::sign_with`]: if the request would not be signed.
pub fn diagnose<S: Explained>(
    signer: &Signer<S>,
    request: &RequestRef<'_>,
    stamp: S::Stamp,
    received: &str,
) -> Result<Diagnosis, Error> {
    Ok(Transcript::with_stamp(signer, request, stamp)?.diagnose(received))
}

impl Transcript {
    /// Diagnoses `received`, the text of a signature that somebody else computed for this message.
    ///
    /// The work is bounded: it takes at most as long as hashing 256 MiB. Unlikely edits are made only of texts up to 16
    /// KiB. [`Diagnosis::not_tried`] says what was not tried.
    #[must_use]
    pub fn diagnose(&self, received: &str) -> Diagnosis {
        search::run(self, received, &FULL, &mut { FULL.budget })
    }

    /// As [`Transcript::diagnose`], but tries likely edits only, which takes milliseconds. A service that diagnoses
    /// messages from strangers must limit how often it does.
    #[must_use]
    pub fn diagnose_briefly(&self, received: &str) -> Diagnosis {
        search::run(self, received, &BRIEF, &mut { BRIEF.budget })
    }

    /// As [`Transcript::diagnose_briefly`], within an allowance.
    pub(crate) fn diagnose_within(&self, received: &str, allowed: &mut Allowed<'_>) -> Diagnosis {
        search::run(self, received, &BRIEF, &mut allowed.left)
    }
}

/// The result of a diagnosis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The signature is the expected one.
    Matches,
    /// One or more known mistakes reproduce the signature. Whoever made it holds the key, if there is one.
    Reproduced,
    /// A known mistake reproduces the signature, but anybody can make this mistake without the key: it proves nothing.
    Keyless,
    /// The signature has the right form, but no known mistake reproduces it: the text or the key is another.
    Unexplained,
    /// The signature is right, but its digest of the body is of another body than the one that arrived.
    OtherBody,
    /// The text is not a digest in any known encoding, or no mistake reproduces it and it has the length of another
    /// hash function or of a digest that is cut off.
    Malformed,
    /// The provider signs nothing: there is no signature to compare with.
    Unsigned,
}

/// Why a signature is not the expected one, as far as a diagnosis can tell. Holds no secret and no signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    outcome: Outcome,
    findings: Vec<Finding>,
    not_tried: Vec<&'static str>,
}

impl Diagnosis {
    /// What came out.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The likeliest explanation first, then others that reproduce the same signature. Never empty: where no mistake is
    /// proved, the only finding describes the [`Outcome`].
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether every known mistake was tried. A long body can use up the allowed work first. Mistakes with the key or
    /// with parts of the message need a transcript that states what the key is made of or where the parts come from.
    /// The text of the diagnosis says what was missing.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.not_tried.is_empty()
    }

    /// The stable code of the likeliest explanation, e.g. `query-decoded`. Several mistakes made together have their
    /// codes joined by `+`. `matches`, `unexplained`, `other-body`, `signature-malformed` and `not-signed` are the
    /// codes of outcomes without a mistake.
    #[must_use]
    pub fn code(&self) -> &str {
        self.first().map_or("unexplained", Finding::code)
    }

    /// What went wrong, in a sentence or two.
    #[must_use]
    pub fn sentence(&self) -> &str {
        self.first().map_or("", Finding::sentence)
    }

    /// What to do about it, in a sentence or two.
    #[must_use]
    pub fn fix(&self) -> &str {
        self.first().map_or("", Finding::fix)
    }

    /// Adds the mistake and its fix to the refusal of a message, if the diagnosis proves a mistake that takes the key.
    /// A sender without the key learns nothing about the service from the refusal. Still do not use the message,
    /// although somebody who holds the key probably signed it. The recipient of the message reads the advice; most
    /// fixes are for the signer.
    ///
    /// `diagnose_refusals`, on a webhook verifier's builder and on `Netgiro`, does this with a brief diagnosis.
    #[must_use]
    pub fn explain_refusal(&self, error: Error) -> Error {
        if self.outcome != Outcome::Reproduced {
            return error;
        }
        // Of several explanations, another host and a proxy matter most to the recipient.
        let about = |mistake| self.findings.iter().find(move |finding| finding.has(mistake));
        let finding = about(mistake::OTHER_HOST).or_else(|| about(mistake::PROXY_URL)).or(self.first());
        let Some(finding) = finding else { return error };
        let sentence = finding.sentence().trim_end_matches('.');
        let note = format!("a known mistake would explain it, {}: {sentence}", finding.code());
        let error = if error.notes().contains(&note) { error } else { error.with_note(note) };
        error.with_next_step(advice_to_recipient(finding))
    }

    /// The signature was made with the key `key_id`, but names a key that is not known.
    pub(crate) fn wrong_key_id(key_id: &str) -> Self {
        let finding = Finding::of(mistake::WRONG_KEY_ID).detailed(&edits::key_named(key_id));
        Self { outcome: Outcome::Reproduced, findings: vec![finding], not_tried: Vec::new() }
    }

    /// Whether the signature is right, as it is or with the length of another body in place of the one that arrived.
    pub(crate) fn is_right_but_for_body(&self) -> bool {
        self.outcome == Outcome::Matches || self.code() == mistake::OTHER_BODY.code
    }

    /// The signature is right for a digest that the body does not have.
    pub(crate) fn of_other_body(&self, body: &[u8]) -> Self {
        let length = self.first().map(Finding::variant).filter(|_| self.outcome != Outcome::Matches);
        let detail: Vec<&str> = hand::damage(body).into_iter().chain(length).collect();
        let finding = Finding::of(mistake::OTHER_BODY).detailed(&detail.join("; "));
        Self { outcome: Outcome::OtherBody, findings: vec![finding], not_tried: Vec::new() }
    }

    /// Whether an edit reproduces the whole signature, or none is needed. False for a digest that was cut off or is of
    /// another body.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        let is_whole =
            self.findings.iter().all(|finding| !finding.code.contains(mistake::SIGNATURE_CUT.code));
        is_whole && matches!(self.outcome, Outcome::Matches | Outcome::Reproduced | Outcome::Keyless)
    }

    /// What was not tried and why, one sentence each. Empty if every known mistake was tried.
    pub fn not_tried(&self) -> impl Iterator<Item = &'static str> {
        self.not_tried.iter().copied()
    }

    fn first(&self) -> Option<&Finding> {
        self.findings.first()
    }
}

fn advice_to_recipient(finding: &Finding) -> String {
    let fix = finding.fix();
    if finding.has(mistake::OTHER_HOST) {
        return fix.to_owned();
    }
    let advice = if finding.has(mistake::PROXY_URL) || finding.has(mistake::SECRET_SENT) {
        fix.to_owned()
    } else {
        match finding.codes().find_map(mistake::cause_on_receipt) {
            Some(cause) => format!("{cause} If nothing does, to whoever signs: {fix}"),
            None => format!(
                "To whoever signs: {fix} If that is the vendor, look here: for a setting that differs from what was \
                 issued, or a proxy that changes the message."
            ),
        }
    };
    format!("{advice} Until then, do not use the message.")
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.code(), self.sentence(), self.fix())?;
        for other in self.findings.iter().skip(1) {
            write!(f, "\nor {}: {} {}", other.code(), other.sentence(), other.fix())?;
        }
        self.not_tried.iter().try_for_each(|reason| write!(f, "\n{reason}"))
    }
}

impl Serialize for Diagnosis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut diagnosis = serializer.serialize_struct("Diagnosis", 6)?;
        diagnosis.serialize_field("code", self.code())?;
        diagnosis.serialize_field("detail", self.sentence())?;
        diagnosis.serialize_field("fix", self.fix())?;
        diagnosis.serialize_field("proved", &self.is_proved())?;
        diagnosis.serialize_field("complete", &self.is_complete())?;
        diagnosis.serialize_field("findings", &self.findings)?;
        diagnosis.end()
    }
}

/// The code and the sentence of each mistake and of each conclusion.
pub(crate) fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    mistake::codes()
}
