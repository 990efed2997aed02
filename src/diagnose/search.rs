//! Making the known mistakes, and comparing what comes out.

use subtle::ConstantTimeEq as _;

use super::attempt::{Attempt, Variant};
use super::finding::Finding;
use super::reading::{self, Reading};
use super::table::{self, Mistake};
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
    /// How many bytes may be hashed in all.
    fn budget(self) -> usize {
        match self {
            Self::Full => 64 << 20,
            Self::Brief => 8 << 20,
        }
    }
}

/// Of a mistake with many variants, only the likeliest ones are combined with another mistake.
const VARIANTS_IN_PAIRS: usize = 6;

pub(super) fn run(transcript: &Transcript, received: &str, effort: Effort) -> Diagnosis {
    let conclude = |outcome, finding, complete| Diagnosis { outcome, findings: vec![finding], complete };
    let (Some(mac), Some(expected)) = (&transcript.mac, transcript.signature()) else {
        return conclude(Outcome::Unsigned, table::NOT_SIGNED.finding(), true);
    };
    let readings = reading::all(received, mac.encoding());
    if readings.is_empty() {
        let finding = table::MALFORMED.finding().detailed(Some(reading::describe(received, mac.encoding())));
        return conclude(Outcome::Malformed, finding, true);
    }
    if let Some(reading) = readings.iter().find(|reading| reading.is(expected.digest())) {
        return match reading.finding() {
            None => conclude(Outcome::Matches, table::MATCHES.finding(), true),
            Some(finding) => conclude(Outcome::Reproduced, finding, true),
        };
    }
    let mut search = Search { transcript, readings, budget: effort.budget(), exhausted: false };
    let mut findings = search.single();
    if findings.is_empty() && effort == Effort::Full {
        findings = search.pairs();
    }
    let complete = !search.exhausted;
    match findings.is_empty() {
        true => conclude(Outcome::WrongKey, table::WRONG_KEY.finding(), complete),
        false => Diagnosis { outcome: Outcome::Reproduced, findings, complete },
    }
}

struct Search<'t> {
    transcript: &'t Transcript,
    readings: Vec<Reading>,
    budget: usize,
    exhausted: bool,
}

impl Search<'_> {
    /// Each mistake by itself. One that goes with another encoding counts as two and comes after all others.
    fn single(&mut self) -> Vec<Finding> {
        let right = Attempt::of(self.transcript);
        let (mut single, mut encoded) = (Vec::new(), Vec::new());
        for mistake in table::all() {
            let variants = (mistake.variants)(self.transcript, &right);
            let Some((finding, reading)) = self.first_match(mistake, variants) else { continue };
            match reading {
                None => single.push(finding),
                Some(reading) => encoded.push(finding.and(reading)),
            }
        }
        if single.is_empty() { encoded } else { single }
    }

    /// Each pair of mistakes, made in the order of the table.
    fn pairs(&mut self) -> Vec<Finding> {
        let right = Attempt::of(self.transcript);
        let mut findings = Vec::new();
        for (place, first) in table::all().enumerate() {
            for variant in (first.variants)(self.transcript, &right).take(VARIANTS_IN_PAIRS) {
                if self.exhausted {
                    return findings;
                }
                for second in table::all().skip(place + 1) {
                    let variants = (second.variants)(self.transcript, &variant.attempt);
                    let Some((finding, None)) = self.first_match(second, variants.take(VARIANTS_IN_PAIRS))
                    else {
                        continue;
                    };
                    let finding = first.finding().detailed(variant.detail.clone()).and(finding);
                    if !findings.contains(&finding) {
                        findings.push(finding);
                    }
                }
            }
        }
        findings
    }

    /// The first variant whose digest was received, in whatever encoding.
    fn first_match(
        &mut self,
        mistake: &Mistake,
        variants: impl Iterator<Item = Variant>,
    ) -> Option<(Finding, Option<Finding>)> {
        for variant in variants {
            let cost = variant.attempt.length();
            if cost > self.budget {
                self.exhausted = true;
                return None;
            }
            self.budget -= cost;
            let digest = variant.attempt.digest();
            if let Some(reading) = self.readings.iter().find(|reading| reading.is(&digest)) {
                return Some((mistake.finding().detailed(variant.detail), reading.finding()));
            }
        }
        None
    }
}

impl Reading {
    /// Compared in constant time: a diagnosis may be run on what a stranger sent.
    fn is(&self, digest: &[u8]) -> bool {
        self.digest.as_slice().ct_eq(digest).into()
    }
}
