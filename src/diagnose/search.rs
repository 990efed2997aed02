//! Making the known mistakes, and comparing what comes out.

use super::attempt::{Attempt, Variant};
use super::finding::Finding;
use super::not_text::NotText;
use super::reading::{self, Reading};
use super::table::{self, Mistake};
use super::untried::Untried;
use super::{Diagnosis, Outcome};
use crate::explain::Transcript;

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
    fn budget(self) -> usize {
        match self {
            Self::Full => 96 << 20,
            Self::Brief => 8 << 20,
        }
    }
}

/// What single mistakes leave of the budget, however long the body and however many their unlikely variants are.
const BUDGET_OF_PAIRS: usize = 72 << 20;

/// Of a mistake with many variants, so many are tried before the unlikely ones of any other: where a long body uses the
/// budget up, each mistake has had its turn.
const LIKELY_VARIANTS: usize = 12;

/// Only the likeliest ones are combined with another mistake.
const VARIANTS_IN_PAIRS: usize = 6;

pub(super) fn run(transcript: &Transcript, received: &str, effort: Effort) -> Diagnosis {
    let conclude = |outcome, finding, untried| Diagnosis { outcome, findings: vec![finding], untried };
    let (Some(mac), Some(expected)) = (&transcript.mac, transcript.signature()) else {
        return conclude(Outcome::Unsigned, table::NOT_SIGNED.finding(), Vec::new());
    };
    let readings = reading::all(received, mac.encoding());
    let malformed = |untried| {
        let finding = table::MALFORMED.finding();
        let finding = match NotText::of(received) {
            Some(printed) => {
                finding.detailed(Some(printed.what.to_owned())).advised(printed.fix(mac.encoding()))
            }
            None => finding.detailed(Some(reading::describe(received, mac.encoding()))),
        };
        conclude(Outcome::Malformed, finding, untried)
    };
    if readings.is_empty() {
        return malformed(Vec::new());
    }
    let is_of_usual_length = readings.iter().any(Reading::is_of_usual_length);
    if let Some(reading) = readings.iter().find(|reading| reading.is(expected.digest())) {
        return match reading.finding() {
            None => conclude(Outcome::Matches, table::MATCHES.finding(), Vec::new()),
            Some(finding) => conclude(Outcome::Reproduced, finding, Vec::new()),
        };
    }
    let mut search = Search { transcript, readings, budget: effort.budget(), exhausted: false };
    let mut findings = match effort {
        Effort::Full => search.single(BUDGET_OF_PAIRS),
        Effort::Brief => search.single(0),
    };
    if findings.is_empty() && effort == Effort::Full {
        let unlikely_left = std::mem::take(&mut search.exhausted);
        findings = search.pairs();
        search.exhausted |= unlikely_left;
    }
    let long = search.exhausted.then_some(Untried::LongMessage);
    let untried = long.into_iter().chain(Untried::of(transcript)).collect();
    match findings.is_empty() {
        true if !is_of_usual_length => malformed(untried),
        true => conclude(Outcome::WrongKey, table::WRONG_KEY.finding(), untried),
        false => Diagnosis { outcome: Outcome::Reproduced, findings, untried },
    }
}

struct Search<'t> {
    transcript: &'t Transcript,
    readings: Vec<Reading>,
    budget: usize,
    exhausted: bool,
}

impl Search<'_> {
    /// Each mistake by itself: the likely variants of all, then, where none of these explains it, the others. Leaves
    /// `reserve` of the budget.
    fn single(&mut self, reserve: usize) -> Vec<Finding> {
        self.budget -= reserve;
        let transcript = self.transcript;
        let right = Attempt::of(transcript);
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
        self.budget += reserve;
        findings
    }

    /// Each pair of mistakes, made in the order of the table: those that often come together, then the others.
    fn pairs(&mut self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for with_seldom in [false, true] {
            self.pairs_of(with_seldom, &mut findings);
            if !findings.is_empty() {
                break;
            }
        }
        findings
    }

    fn pairs_of(&mut self, with_seldom: bool, findings: &mut Vec<Finding>) {
        let right = Attempt::of(self.transcript);
        for (place, first) in table::all().enumerate() {
            if first.is_seldom_combined() && !with_seldom {
                continue;
            }
            for variant in (first.variants)(self.transcript, &right).take(VARIANTS_IN_PAIRS) {
                if self.exhausted {
                    return;
                }
                let is_of_turn = |second: &&Mistake| {
                    (first.is_seldom_combined() || second.is_seldom_combined()) == with_seldom
                };
                let seconds = table::all().skip(place + 1).filter(is_of_turn);
                for second in seconds.filter(|second| !first.is_undone_by(second)) {
                    let variants = (second.variants)(self.transcript, &variant.attempt);
                    let found = self.first_match(second, variants.take(VARIANTS_IN_PAIRS));
                    let Some(finding) = found else { continue };
                    let finding = first.finding().detailed(self.shown(variant.detail.as_ref())).and(finding);
                    if findings.iter().all(|known: &Finding| known.code() != finding.code()) {
                        findings.push(finding);
                    }
                }
            }
        }
    }

    /// A detail may quote the message, and that may hold a secret.
    fn shown(&self, detail: Option<&String>) -> Option<String> {
        detail.map(|detail| self.transcript.without_secrets(detail))
    }

    /// The first variant whose digest was received, with the mistake in its encoding if one was made too.
    fn first_match(&mut self, mistake: &Mistake, variants: impl Iterator<Item = Variant>) -> Option<Finding> {
        for variant in variants {
            let cost = variant.attempt.cost();
            if cost > self.budget {
                self.exhausted = true;
                return None;
            }
            self.budget -= cost;
            let digest = variant.attempt.digest();
            if let Some(reading) = self.readings.iter().find(|reading| reading.is(&digest)) {
                let finding = mistake.finding().detailed(self.shown(variant.detail.as_ref()));
                return Some(reading.finding().into_iter().fold(finding, Finding::and));
            }
        }
        None
    }
}
