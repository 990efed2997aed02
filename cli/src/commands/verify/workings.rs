//! The workings behind a verdict: what should have been signed, and why the signature is another.

use clap::Args;
use countersign::Error;
use countersign::diagnose::{Comparison, Diagnosis, Outcome};
use countersign::explain::{Explanation, Transcript};
use serde::Serialize;

use super::Verdict;
use crate::commands::explain::{Diagnosed, under};
use crate::failure::Failure;
use crate::input::Data;
use crate::output;

#[derive(Args)]
pub(super) struct WorkingsArgs {
    /// Show what should have been signed, segment by segment, with every secret masked, and the whole diagnosis
    #[arg(long)]
    explain: bool,

    /// The text that the sender signed: say where it first differs, and whether the signature was made of it
    #[arg(long, value_name = "@FILE|@-")]
    pub(super) signed_text: Option<Data>,
}

/// A captured message, as the library makes sense of it.
pub(super) trait Message {
    fn transcript(&self) -> Result<Transcript, Error>;
    fn diagnose(&self) -> Result<Diagnosis, Error>;
    fn compare(&self, signed: &[u8]) -> Result<Comparison, Error>;
}

#[derive(Default, Serialize)]
pub(super) struct Workings {
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Explanation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<Comparison>,
    #[serde(flatten)]
    diagnosed: Option<Diagnosed>,
}

/// A verdict with its workings; the inner error is the message's refusal.
pub(super) struct Judged {
    pub(super) verdict: Result<Verdict, Error>,
    pub(super) workings: Workings,
}

impl Judged {
    pub(super) fn without_workings(verdict: Result<Verdict, Error>) -> Self {
        Self { verdict, workings: Workings::default() }
    }
}

/// The refusals whose reason may be a mistake in what was signed, or in how the signature is written.
const MISMATCHES: [&str; 6] = [
    "webhook-signature-malformed",
    "webhook-key-unknown",
    "webhook-digest-mismatch",
    "webhook-signature-mismatch",
    "reply-signature-malformed",
    "reply-signature-mismatch",
];

impl WorkingsArgs {
    /// Adds to a refusal everything that a diagnosis finds: verifying, which strangers can cause, looks for little, and not in
    /// long messages. If a message cannot be explained, the refusal has the reason for that.
    pub(super) fn add(
        &self,
        message: &impl Message,
        verdict: Result<Verdict, Error>,
    ) -> Result<Judged, Failure> {
        let transcript = if self.explain { message.transcript().ok() } else { None };
        let signed_text =
            self.signed_text.as_ref().map(|text| text.read_unlisted("--signed-text")).transpose()?;
        let is_mismatch = |error: &Error| MISMATCHES.contains(&error.code());
        let diagnosis = verdict.as_ref().err().filter(|error| is_mismatch(error));
        let diagnosis = diagnosis.and_then(|_| message.diagnose().ok());
        let verdict = verdict.map_err(|refused| match &diagnosis {
            Some(diagnosis) => diagnosis.explain_refusal(refused),
            None => refused,
        });
        let workings = Workings {
            explanation: transcript.map(|transcript| transcript.explain()),
            comparison: signed_text.and_then(|signed| message.compare(&signed).ok()),
            diagnosed: diagnosis.filter(|_| self.explain).map(Diagnosed::from),
        };
        Ok(Judged { verdict, workings })
    }
}

impl Workings {
    pub(super) fn print(&self) -> Result<(), Failure> {
        if let Some(explanation) = &self.explanation {
            output::line(&explanation.to_string())?;
        }
        under("comparison", self.comparison.as_ref())?;
        // The refusal itself names a single mistake that is proved.
        let says_more = |diagnosis: &&Diagnosis| {
            diagnosis.outcome() != Outcome::Reproduced || diagnosis.findings().len() > 1
        };
        let diagnosis = self.diagnosed.as_ref().map(|told| &told.diagnosis);
        under("diagnosis", diagnosis.filter(says_more))
    }
}
