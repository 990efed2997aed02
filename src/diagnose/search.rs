//! Makes the edits, the likeliest first, and compares the results with the received signature.

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::ops::{ControlFlow, Range};

use super::attempt::{Attempt, Change, Key, changed, is_unset, join};
use super::edits::{self, Edits, TIERS};
use super::hand::{self, AtHand};
use super::mistake::{self, Mistake};
use super::reading::{self, Reading};
use super::words::Word;
use super::{Diagnosis, Finding, Outcome, allowance};
use crate::explain::{Part, Transcript};
use crate::signing::{Encoding, SegmentKind, Source};

/// How much work a diagnosis may do.
pub(super) struct Effort {
    /// How many of the tiers of edits are tried.
    tiers: usize,
    /// What all edits may cost, in bytes hashed or printed.
    pub(super) budget: usize,
}

/// All edits for which the message is short enough.
pub(super) const FULL: Effort = Effort { tiers: TIERS.len(), budget: 256 << 20 };

/// The likely edits.
pub(super) const BRIEF: Effort = Effort { tiers: 3, budget: allowance::OF_ONE };

/// No edit takes more than one in `SHARE` of what is left: even where a message uses up the budget, each edit has its turn.
pub(super) const SHARE: usize = 4;

/// At most this many explanations of a signature are told.
const MOST_FINDINGS: usize = 3;

/// Making a value takes as long as hashing it this many times.
const COST_OF_MAKING: usize = 8;

pub(super) type Flow = ControlFlow<()>;

/// Runs a diagnosis, takes its cost from `left`, and stops when `left` is used up.
pub(super) fn run(transcript: &Transcript, received: &str, effort: &Effort, left: &mut usize) -> Diagnosis {
    let conclude = |outcome, finding| Diagnosis { outcome, findings: vec![finding], not_tried: Vec::new() };
    let expected = transcript.signature().zip(transcript.mac.as_ref()).zip(Attempt::of(transcript));
    let Some(((expected, mac), right)) = expected else {
        return conclude(Outcome::Unsigned, Finding::of(mistake::NOT_SIGNED));
    };
    let (encoding, length) = (mac.encoding(), expected.digest().len());
    let readings = reading::all(received, encoding, length);
    if let Some(reading) = readings.iter().find(|reading| reading.is(expected.digest())) {
        return match reading.finding() {
            None => conclude(Outcome::Matches, Finding::of(mistake::MATCHES)),
            Some(finding) => conclude(Outcome::Reproduced, finding),
        };
    }
    if is_secret(transcript, &right, received) {
        return conclude(Outcome::Reproduced, Finding::of(mistake::SECRET_SENT));
    }
    if readings.is_empty() || Word::of(received).is_some() {
        return conclude(Outcome::Malformed, malformed(received, encoding, length));
    }
    let is_of_usual_length = readings.iter().any(|reading| reading.is_of_usual_length(length));
    let search = Search::new(transcript, right, &readings, *left);
    let (outcome, findings) = match search.findings(effort) {
        found if !found.is_empty() => outcome(found),
        _ if is_of_usual_length => (Outcome::Unexplained, vec![unexplained(transcript)]),
        _ => (Outcome::Malformed, vec![malformed(received, encoding, length)]),
    };
    *left = search.left.get();
    let mut not_tried = Vec::new();
    if search.exceeded.get() {
        not_tried.push("The work that is allowed was used up, so not every known mistake was tried.");
    }
    let left_out = search.left_out.get();
    not_tried.extend(TIERS.iter().skip(left_out).filter(|_| left_out > 0).map(|tier| tier.left_out));
    not_tried.extend(unstated(transcript));
    Diagnosis { outcome, findings, not_tried }
}

/// Whether a secret was sent as the signature, or the whole key.
fn is_secret(transcript: &Transcript, right: &Attempt, received: &str) -> bool {
    let key = join(&transcript.key);
    let parts = right.text.iter().chain(&transcript.key).filter(|part| part.is_issued_secret());
    let mut secrets: Vec<&[u8]> = parts.map(|part| part.bytes.as_slice()).chain([&**key]).collect();
    secrets.retain(|secret| !is_unset(secret));
    reading::is_one_of(received, &secrets)
}

fn malformed(received: &str, encoding: Encoding, length: usize) -> Finding {
    let finding = Finding::of(mistake::MALFORMED);
    match Word::of(received) {
        Some(word) => finding.detailed(word.what).advised(word.fix(encoding)),
        None => finding.detailed(&reading::describe(received, encoding, length)),
    }
}

/// Says what is missing from the body that arrived, where the body shows it.
fn unexplained(transcript: &Transcript) -> Finding {
    let finding = Finding::of(mistake::UNEXPLAINED);
    // A request that we explain was not received.
    let is_received = transcript.method.is_none();
    let body = transcript.text.iter().find(|part| is_received && part.source == Source::Body);
    let body = body.and_then(|body| hand::damage(&body.bytes));
    finding.detailed(body.or(transcript.in_doubt).unwrap_or_default())
}

/// What the transcript does not state, so that no edit of it can be made.
fn unstated(transcript: &Transcript) -> impl Iterator<Item = &'static str> {
    let is_prepared = Attempt::of(transcript).is_some_and(|right| matches!(right.key, Key::Prepared(_)));
    let mut public = transcript.text.iter().filter(|part| part.kind == SegmentKind::Public).peekable();
    let are_unstated = public.peek().is_some() && public.all(|part| part.source == Source::Unstated);
    let key = is_prepared.then_some(
        "What the key is made of is not stated, so no mistake with it was tried: a provider states it in \
         `mac_key_text`, a transcript in `key`.",
    );
    let sources = are_unstated.then_some(
        "Where the parts of the text come from is not stated, so no mistake with body or URL was tried: \
         `Segment::with_source` states it.",
    );
    key.into_iter().chain(sources)
}

/// An edit that reproduces the signature.
struct Found {
    finding: Finding,
    /// Whether anybody can make it without the key.
    keyless: bool,
    /// Whether only a part of the digest was received.
    cut: bool,
}

/// An edit that anybody can make proves nothing, so it is left out beside an edit that takes the key.
fn outcome(mut found: Vec<Found>) -> (Outcome, Vec<Finding>) {
    let is_proof = found.iter().any(|found| !found.keyless);
    found.retain(|found| !(is_proof && found.keyless));
    found.truncate(MOST_FINDINGS);
    let outcome = if is_proof { Outcome::Reproduced } else { Outcome::Keyless };
    (outcome, found.into_iter().map(|found| found.finding).collect())
}

/// One search: makes edits of `base`, and compares them with what was received.
pub(super) struct Search<'t> {
    pub(super) transcript: &'t Transcript,
    /// The right text, or the text that another algorithm signs.
    pub(super) base: Attempt,
    pub(super) hand: Vec<AtHand>,
    /// The mistake that the base itself has.
    of_base: Option<Finding>,
    readings: &'t [Reading],
    /// Whether the right signature takes a secret.
    takes_a_secret: bool,
    left: Cell<usize>,
    /// What the current edit must leave.
    reserve: Cell<usize>,
    exceeded: Cell<bool>,
    /// The first tier for which the text was too long; 0 if there was none.
    left_out: Cell<usize>,
    found: RefCell<Vec<Found>>,
    /// The digests that were tried, each with the code of its mistake.
    #[cfg(test)]
    made: RefCell<Vec<(&'static str, Vec<u8>)>>,
}

impl<'t> Search<'t> {
    fn new(transcript: &'t Transcript, right: Attempt, readings: &'t [Reading], left: usize) -> Self {
        Self {
            transcript,
            hand: hand::all(transcript),
            takes_a_secret: right.takes_a_secret(transcript),
            base: right,
            of_base: None,
            readings,
            left: Cell::new(left),
            reserve: Cell::new(0),
            exceeded: Cell::new(false),
            left_out: Cell::new(0),
            found: RefCell::new(Vec::new()),
            #[cfg(test)]
            made: RefCell::new(Vec::new()),
        }
    }

    /// The provider's own name for `mistake` made with `part`, if it has one.
    pub(super) fn own(&self, mistake: Mistake, part: &str) -> Mistake {
        let mut named =
            self.transcript.own_mistakes.iter().filter(|own| own.of == mistake.code && own.part == part);
        named.next().map_or(mistake, |own| &own.mistake)
    }

    /// The edits of the first tier that reproduce the signature.
    fn findings(&self, effort: &Effort) -> Vec<Found> {
        let length: usize = self.base.text.iter().map(|part| part.bytes.len()).sum();
        let mut cut = Vec::new();
        for (number, tier) in TIERS.iter().enumerate().take(effort.tiers) {
            if length > tier.longest {
                self.exceeded.set(true);
                self.left_out.set(number);
                break;
            }
            self.run(tier.edits, tier.share);
            if number == 2 && self.found.borrow().is_empty() && effort.tiers > 3 {
                self.run_of_other_bases();
            }
            let (partly, whole): (Vec<_>, Vec<_>) =
                self.found.take().into_iter().partition(|found| found.cut);
            if !whole.is_empty() {
                return whole;
            }
            cut.extend(partly);
        }
        cut
    }

    fn run(&self, edits: &[Edits], share: usize) {
        for edit in edits {
            self.reserve.set(self.left.get() - self.left.get() / share);
            // An edit that runs out of its budget has noted that; the next edit has its own.
            let _ = edit(self);
        }
    }

    /// Makes the likeliest edits of the texts that other algorithms sign. A text without the key is left out: a
    /// stranger could make its edits look proved.
    fn run_of_other_bases(&self) {
        let bases = edits::hash::bases(self).into_iter().filter(|(_, base)| !self.is_keyless(base));
        for (of_base, base) in bases {
            let search = Search {
                of_base: Some(of_base),
                takes_a_secret: self.takes_a_secret,
                ..Search::new(self.transcript, base, self.readings, self.left.get() / SHARE)
            };
            let before = search.left.get();
            search.run(edits::LIKELIEST, SHARE);
            self.left.set(self.left.get() - (before - search.left.get()));
            let found = search.found.take().into_iter().filter(|found| !found.keyless);
            self.found.borrow_mut().extend(found);
        }
    }

    /// Whether the base is the right text, not the text of another algorithm.
    pub(super) fn is_of_right_text(&self) -> bool {
        self.of_base.is_none()
    }

    fn is_keyless(&self, attempt: &Attempt) -> bool {
        self.takes_a_secret && !attempt.takes_a_secret(self.transcript)
    }

    /// Takes what a piece of work costs, in bytes hashed.
    pub(super) fn spend(&self, cost: usize) -> Flow {
        match self.left.get().checked_sub(cost).filter(|left| *left >= self.reserve.get()) {
            Some(left) => {
                self.left.set(left);
                Flow::Continue(())
            }
            None => {
                self.exceeded.set(true);
                Flow::Break(())
            }
        }
    }

    /// Tries one edit. If it reproduces the signature, `mistake` names it, and `detail` says which variant it is.
    pub(super) fn attempt(&self, mistake: Mistake, detail: impl Display, attempt: &Attempt) -> Flow {
        self.spend(attempt.cost())?;
        let digest = attempt.digest();
        #[cfg(test)]
        self.made.borrow_mut().push((mistake.code, digest.clone()));
        let Some(reading) = self.readings.iter().find(|reading| reading.is(&digest)) else {
            return Flow::Continue(());
        };
        // A detail may quote the message, which may hold a secret.
        let detail = self.transcript.without_secrets(&detail.to_string());
        let finding = Finding::of(mistake).detailed(&detail);
        let finding = finding.of_text(self.transcript.explain_parts(&attempt.text));
        let finding = self.of_base.iter().cloned().chain(reading.finding()).fold(finding, Finding::and);
        let mut found = self.found.borrow_mut();
        if found.iter().all(|known| known.finding.code() != finding.code()) {
            found.push(Found { finding, keyless: self.is_keyless(attempt), cut: reading.is_cut() });
        }
        Flow::Continue(())
    }

    /// Tries another text under the same key.
    pub(super) fn text(&self, mistake: Mistake, detail: impl Display, text: Vec<Part>) -> Flow {
        self.attempt(mistake, detail, &self.base.with_text(text))
    }

    /// Tries another text with another key, then each alone. Tries nothing where both are `None`.
    pub(super) fn sides(
        &self,
        mistake: Mistake,
        detail: &str,
        text: Option<Vec<Part>>,
        key: Option<Vec<Part>>,
    ) -> Flow {
        let base = &self.base;
        let attempt = |place, other: Attempt| self.attempt(mistake, phrase(&[detail, place]), &other);
        match (text, key) {
            (Some(text), Some(key)) => {
                attempt("", base.with_text(text.clone()).with_key(key.clone()))?;
                attempt("in the key only", base.with_key(key))?;
                attempt("in the text only", base.with_text(text))
            }
            (Some(text), None) => attempt("", base.with_text(text)),
            (None, Some(key)) => attempt("", base.with_key(key)),
            (None, None) => Flow::Continue(()),
        }
    }

    /// Tries the text and the key with each part [`changed`].
    pub(super) fn each(&self, mistake: Mistake, detail: &str, change: Change<'_>) -> Flow {
        let base = &self.base;
        self.sides(mistake, detail, changed(&base.text, change), changed(base.key_parts(), change))
    }

    /// All parts of the text.
    pub(super) fn parts(&self) -> impl Iterator<Item = Value<'_>> {
        let part = |(at, part)| Value { search: self, at, part };
        self.base.text.iter().enumerate().map(part)
    }

    /// The parts that are not separators.
    pub(super) fn values(&self) -> impl Iterator<Item = Value<'_>> {
        self.parts().filter(|value| value.part.kind != SegmentKind::Separator)
    }

    /// The parts that are neither separators nor secrets.
    pub(super) fn public(&self) -> impl Iterator<Item = Value<'_>> {
        self.parts().filter(|value| value.part.kind == SegmentKind::Public)
    }
}

/// The words of a detail, joined by commas.
pub(super) fn phrase(parts: &[&str]) -> String {
    let said: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    said.join(", ")
}

/// A part of the text that others may take the place of.
#[derive(Clone, Copy)]
pub(super) struct Value<'s> {
    pub(super) search: &'s Search<'s>,
    at: usize,
    pub(super) part: &'s Part,
}

impl Value<'_> {
    /// Tries other bytes in place of this part, unless they are the same.
    pub(super) fn put(&self, mistake: Mistake, detail: impl Display, bytes: impl Into<Vec<u8>>) -> Flow {
        let bytes = bytes.into();
        if **self.part.bytes == bytes {
            return Flow::Continue(());
        }
        self.search.spend(COST_OF_MAKING * bytes.len())?;
        self.replace(mistake, detail, 0..1, &[self.part.with_bytes(bytes)])
    }

    /// Tries other parts in place of this one. `around` counts from this part, and may include its neighbours.
    pub(super) fn replace(
        &self,
        mistake: Mistake,
        detail: impl Display,
        around: Range<isize>,
        parts: &[Part],
    ) -> Flow {
        let text = &self.search.base.text;
        let place = |offset: isize| self.at.saturating_add_signed(offset).min(text.len());
        let [front, back] = [text.get(..place(around.start)), text.get(place(around.end)..)];
        let other = [front.unwrap_or_default(), parts, back.unwrap_or_default()].concat();
        self.search.text(mistake, detail, other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::{Charset, MacKey, Segment};

    const BODY: &[u8] = r#"{"Total":100,"Name":"Jürgen A/B","Note":null,"Rate":1.50}"#.as_bytes();
    const URL: &str = "https://api.harbour.example/v1/Customers/7?name=J%C3%BCrgen%20A&b=a%2Fb&a=1";

    fn public<'a>(name: &'a str, bytes: &'a [u8], source: Source) -> Segment<'a> {
        Segment::public(name, bytes).with_source(source)
    }

    /// Requests and deliveries as each of the providers signs them.
    fn examples() -> Vec<Transcript> {
        let url: url::Url = URL.parse().unwrap();
        let body = || public("body", BODY, Source::Body).with_charset(Charset::Bytes);
        let hmac = |secret: &str| MacKey::hmac_sha256(secret.as_bytes(), Encoding::HexLower).unwrap();
        let salted = Transcript::new("salted", &MacKey::sha256(Encoding::HexLower)).url(&url).text(|text| {
            text.secret("secret_key", b"the secret key").push(public("nonce", b"638997", Source::Drawn));
            text.push(public("url", URL.as_bytes(), Source::RequestUrl)).push(body());
        });
        let fields = |text: &mut crate::signing::SignedText<'_>| {
            text.push(public("url", URL.as_bytes(), Source::RequestUrl)).separator("&");
            text.push(public("time", b"2024-01-15 12:00:00", Source::Clock)).separator("&");
            text.push(public("language", b"FI", Source::Setting)).separator("&");
            text.secret("customer_key", b"first key").separator("&").secret("partner_key", b"second key");
        };
        let joined = Transcript::new("joined", &hmac("first key&second key")).url(&url).text(fields);
        let joined = joined.key(|key| {
            _ = key.secret("customer_key", b"first key").separator("&").secret("partner_key", b"second key");
        });
        let query = url.query().unwrap_or_default();
        let only = Transcript::new("query", &hmac("the secret key"))
            .url(&url)
            .key(|key| _ = key.secret("api_key", b"the secret key"));
        let only = only.text(|text| _ = text.push(public("query", query.as_bytes(), Source::RequestQuery)));
        let lines = Transcript::new("lines", &hmac("the secret key"))
            .url(&url)
            .key(|key| _ = key.secret("secret", b"the secret key"));
        let lines = lines.text(|text| {
            text.separator("(request-target)").separator(": ").push(public(
                "method",
                b"post",
                Source::RequestMethod,
            ));
            text.separator(" ")
                .push(public("target", b"/v1/Customers/7", Source::RequestTarget))
                .separator("\n");
            text.separator("(created)")
                .separator(": ")
                .push(public("(created)", b"1764246000000", Source::Clock))
                .separator("\n");
            text.separator("host").separator(": ").push(public(
                "host",
                b"api.harbour.example",
                Source::RequestHost,
            ));
        });
        vec![salted, joined, only, lines]
    }

    /// The round trip: a diagnosis names each edit by the code of its class, or of another class that makes the same bytes.
    #[test]
    fn each_edit_of_each_class_is_named_again() {
        let mut tried = 0;
        for transcript in examples() {
            let right = Attempt::of(&transcript).unwrap();
            let search = Search::new(&transcript, right, &[], usize::MAX);
            for edit in TIERS.iter().take(3).flat_map(|tier| tier.edits) {
                search.reserve.set(0);
                assert!(edit(&search).is_continue());
            }
            let made = search.made.take();
            let mut codes: Vec<&str> = made.iter().map(|(code, _)| *code).collect();
            codes.sort_unstable();
            codes.dedup();
            for code in codes {
                let of_code: Vec<_> = made.iter().filter(|(made, _)| *made == code).collect();
                for (_, digest) in [of_code.first(), of_code.last()].into_iter().flatten() {
                    let same = |named: &str| made.iter().any(|(code, made)| *code == named && made == digest);
                    let diagnosis = transcript.diagnose(&hex::encode(digest));
                    let named = diagnosis.code();
                    let is_right = named == "matches" || named.split('+').any(same);
                    assert!(
                        is_right && diagnosis.is_proved(),
                        "{} {code}: {diagnosis}",
                        transcript.explain().provider()
                    );
                    tried += 1;
                }
            }
        }
        assert!(tried > 200, "{tried}");
    }
}
