//! Making the known mistakes, and comparing what comes out.

use super::allowance;
use super::attempt::{self, Attempt, Variant};
use super::budget::Budget;
use super::finding::Finding;
use super::not_text::NotText;
use super::reading::{self, Reading};
use super::secret_forms;
use super::table::{self, Mistake};
use super::untried::Untried;
use super::{Diagnosis, Outcome};
use crate::explain::Transcript;
use crate::signing::Encoding;

/// How much work a diagnosis may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// Single mistakes, and two made together.
    Full,
    /// Single mistakes only.
    Brief,
}

impl Effort {
    /// What all attempts may cost, in bytes hashed.
    pub(super) fn budget(self) -> usize {
        match self {
            Self::Full => 256 << 20,
            Self::Brief => allowance::OF_ONE,
        }
    }
}

/// What single mistakes leave of the budget, however long the body and however many their unlikely variants are.
const BUDGET_OF_PAIRS: usize = 192 << 20;

/// Of a mistake with many variants, so many are tried before the unlikely ones of any other: where a long body uses the
/// budget up, each mistake has had its turn.
const LIKELY_VARIANTS: usize = 12;

/// Only the likeliest ones are combined with another mistake.
const VARIANTS_IN_PAIRS: usize = 6;

/// Takes what it costs from `left`, and stops where that is not enough.
pub(super) fn run(transcript: &Transcript, received: &str, effort: Effort, left: &mut usize) -> Diagnosis {
    let conclude = |outcome, finding| Diagnosis { outcome, findings: vec![finding], untried: Vec::new() };
    let (Some(mac), Some(expected)) = (&transcript.mac, transcript.signature()) else {
        return conclude(Outcome::Unsigned, table::NOT_SIGNED.finding());
    };
    let encoding = mac.encoding();
    let readings = reading::all(received, encoding);
    if let Some(reading) = readings.iter().find(|reading| reading.is(expected.digest())) {
        return match reading.finding() {
            None => conclude(Outcome::Matches, table::MATCHES.finding()),
            Some(finding) => conclude(Outcome::Reproduced, finding),
        };
    }
    if is_secret(transcript, received) {
        return conclude(Outcome::Reproduced, table::SECRET_SENT.finding());
    }
    if readings.is_empty() {
        return conclude(Outcome::Malformed, malformed(received, encoding));
    }
    let is_of_usual_length = readings.iter().any(Reading::is_of_usual_length);
    let search = Search::new(transcript, readings, Budget::new(*left));
    let (outcome, findings) = match search.findings(effort) {
        found if !found.is_empty() => outcome(found),
        _ if is_of_usual_length => (Outcome::Unexplained, vec![table::UNEXPLAINED.finding()]),
        _ => (Outcome::Malformed, vec![malformed(received, encoding)]),
    };
    *left = search.budget.left();
    let long = search.budget.was_exceeded().then_some(Untried::LongMessage);
    Diagnosis { outcome, findings, untried: long.into_iter().chain(Untried::of(transcript)).collect() }
}

/// Whether one of the secrets was sent, or the key that they are parts of.
fn is_secret(transcript: &Transcript, received: &str) -> bool {
    let key = attempt::join(&transcript.key);
    let parts = transcript.text.iter().chain(&transcript.key).filter(|part| part.is_issued_secret());
    let mut secrets: Vec<&[u8]> = parts.map(|part| part.bytes.as_slice()).chain([&**key]).collect();
    secrets.retain(|secret| !secret_forms::is_unset(secret));
    reading::is_one_of(received, &secrets)
}

fn malformed(received: &str, encoding: Encoding) -> Finding {
    let finding = table::MALFORMED.finding();
    match NotText::of(received) {
        Some(printed) => finding.detailed(Some(printed.what.to_owned())).advised(printed.fix(encoding)),
        None => finding.detailed(Some(reading::describe(received, encoding))),
    }
}

/// A mistake that reproduces the signature.
struct Found {
    finding: Finding,
    /// Whether it can be made without the key.
    keyless: bool,
}

/// What anybody can make proves nothing, and is left out beside what takes the key.
fn outcome(mut found: Vec<Found>) -> (Outcome, Vec<Finding>) {
    let is_proof = found.iter().any(|found| !found.keyless);
    found.retain(|found| !(is_proof && found.keyless));
    let outcome = if is_proof { Outcome::Reproduced } else { Outcome::Keyless };
    (outcome, found.into_iter().map(|found| found.finding).collect())
}

struct Search<'t> {
    transcript: &'t Transcript,
    readings: Vec<Reading>,
    /// Whether the right signature takes a secret.
    takes_a_secret: bool,
    budget: Budget,
}

impl<'t> Search<'t> {
    fn new(transcript: &'t Transcript, readings: Vec<Reading>, budget: Budget) -> Self {
        let takes_a_secret = Attempt::of(transcript, &budget).takes_a_secret(transcript);
        Self { transcript, readings, takes_a_secret, budget }
    }

    /// The single mistakes that reproduce the signature; where there is none, and a person has asked, the pairs.
    fn findings(&self, effort: Effort) -> Vec<Found> {
        if effort == Effort::Brief {
            return self.single(0);
        }
        let single = self.single(BUDGET_OF_PAIRS);
        if !single.is_empty() {
            return single;
        }
        let unlikely_left = self.budget.take_exceeded();
        let pairs = self.pairs();
        if unlikely_left {
            self.budget.note_exceeded();
        }
        pairs
    }

    /// Each mistake by itself: the likely variants of all, then, where none of these explains it, the others. Leaves
    /// `reserve` of the budget.
    fn single(&self, reserve: usize) -> Vec<Found> {
        let kept = self.budget.set_aside(reserve);
        let transcript = self.transcript;
        let right = Attempt::of(transcript, &self.budget);
        let made = |mistake: &'static Mistake| (mistake, (mistake.variants)(transcript, &right));
        let mut mistakes: Vec<_> = table::all().map(made).collect();
        let mut findings = Vec::new();
        for count in [LIKELY_VARIANTS, usize::MAX] {
            for (mistake, variants) in &mut mistakes {
                findings.extend(self.first_match(mistake, variants.take(count)));
            }
            if !findings.is_empty() {
                break;
            }
        }
        self.budget.put_back(kept);
        findings
    }

    /// Each pair of mistakes that both take the key, made in the order of the table: those that often come together, then
    /// the others. With one that does not, a stranger could make the other look proved.
    fn pairs(&self) -> Vec<Found> {
        let mut findings = Vec::new();
        for with_seldom in [false, true] {
            self.pairs_of(with_seldom, &mut findings);
            if !findings.is_empty() {
                break;
            }
        }
        findings
    }

    fn pairs_of(&self, with_seldom: bool, findings: &mut Vec<Found>) {
        let right = Attempt::of(self.transcript, &self.budget);
        for (place, first) in table::all().enumerate() {
            if first.is_seldom_combined() && !with_seldom {
                continue;
            }
            for variant in (first.variants)(self.transcript, &right).take(VARIANTS_IN_PAIRS) {
                if self.budget.was_exceeded() {
                    return;
                }
                if self.is_keyless(&variant.attempt) {
                    continue;
                }
                let is_of_turn = |second: &&Mistake| {
                    (first.is_seldom_combined() || second.is_seldom_combined()) == with_seldom
                };
                let seconds = table::all().skip(place + 1).filter(is_of_turn);
                for second in seconds.filter(|second| !first.is_undone_by(second)) {
                    let variants = (second.variants)(self.transcript, &variant.attempt);
                    let found = self.first_match(second, variants.take(VARIANTS_IN_PAIRS));
                    let Some(Found { finding, keyless: false }) = found else { continue };
                    let finding = first.finding().detailed(self.shown(variant.detail.as_ref())).and(finding);
                    if findings.iter().all(|known: &Found| known.finding.code() != finding.code()) {
                        findings.push(Found { finding, keyless: false });
                    }
                }
            }
        }
    }

    fn is_keyless(&self, attempt: &Attempt) -> bool {
        self.takes_a_secret && !attempt.takes_a_secret(self.transcript)
    }

    /// A detail may quote the message, and that may hold a secret.
    fn shown(&self, detail: Option<&String>) -> Option<String> {
        detail.map(|detail| self.transcript.without_secrets(detail))
    }

    /// The first variant whose digest was received, with the mistake in its encoding if one was made too.
    fn first_match(&self, mistake: &Mistake, variants: impl Iterator<Item = Variant>) -> Option<Found> {
        for variant in variants {
            self.budget.spend(variant.attempt.cost())?;
            let digest = variant.attempt.digest();
            if let Some(reading) = self.readings.iter().find(|reading| reading.is(&digest)) {
                let finding = mistake.finding().detailed(self.shown(variant.detail.as_ref()));
                let finding = finding.of_text(self.transcript.explain_parts(&variant.attempt.text));
                let finding = reading.finding().into_iter().fold(finding, Finding::and);
                return Some(Found { finding, keyless: self.is_keyless(&variant.attempt) });
            }
        }
        None
    }
}
