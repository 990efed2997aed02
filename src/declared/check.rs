//! Follows secrets, stamps and parts of the message through a formula, to refuse mistakes and to warn of weak points.

use super::Result;
use super::fault::{Kind, Warning, refusal};
use super::formula::{Expr, Formula, ListSource, Names, Part, Place, Placement, Source, Step, fits};
use crate::signing::MacAlgorithm as A;
use crate::signing::filter::Filter;

/// A placed signature must keep at least this many characters.
const SHORTEST_SIGNATURE: usize = 16;

/// All that a value is made of, also through other steps and, if `past_digests`, through digests.
pub(super) fn within<'f>(value: &'f Expr, steps: &'f [Step], past_digests: bool) -> Vec<&'f Expr> {
    let (mut found, mut waiting, mut seen) = (Vec::new(), vec![value], vec![false; steps.len()]);
    while let Some(value) = waiting.pop() {
        found.push(value);
        if past_digests || !value.is_digest() {
            waiting.extend(value.parts());
        }
        if let Some((step, seen)) = value.step().and_then(|index| steps.get(index).zip(seen.get_mut(index))) {
            waiting.extend((!std::mem::replace(seen, true)).then_some(&step.value));
        }
    }
    found
}

/// Whether a value holds a secret that no digest hides: a credential, or a step that is part of a key.
pub(super) fn is_secret(value: &Expr, steps: &[Step], names: &Names) -> bool {
    within(value, steps, false).into_iter().any(|one| match one {
        Expr::Name(_, Source::Credential(index)) => names.is_secret(*index),
        one => one
            .step()
            .and_then(|index| steps.get(index))
            .is_some_and(|step| step.is_key && is_keyed(&step.value, steps, names)),
    })
}

/// Whether a value is the same for each message.
pub(super) fn is_fixed(value: &Expr, steps: &[Step]) -> bool {
    within(value, steps, true).into_iter().all(|one| match one {
        Expr::Name(_, source) => matches!(source, Source::Credential(_) | Source::Step(_)),
        Expr::Json(_, merge) => !merge,
        one => !matches!(one, Expr::List(_) | Expr::Either(_)),
    })
}

/// Whether a secret is part of a value, hidden by a digest or not.
pub(super) fn is_keyed(value: &Expr, steps: &[Step], names: &Names) -> bool {
    let is_it =
        |one: &Expr| matches!(one, Expr::Name(_, Source::Credential(index)) if names.is_secret(*index));
    within(value, steps, true).into_iter().any(is_it)
}

/// The number of steps after which a value can be made.
pub(super) fn after(value: &Expr) -> usize {
    let steps = value.all().into_iter().filter_map(|one| match one {
        Expr::Name(_, Source::Step(index) | Source::Names(index)) => Some(index + 1),
        _ => None,
    });
    steps.max().unwrap_or_default()
}

/// Marks the steps that are part of a key, and those that must not be shown: they hold a secret, or are made of secrets alone.
pub(super) fn mark(steps: &mut [Step], names: &Names) {
    let keys = steps.iter().filter_map(|step| step.digest()?.1);
    let keys: Vec<_> = keys.flat_map(|key| within(key, steps, false)).filter_map(Expr::step).collect();
    for (index, step) in steps.iter_mut().enumerate() {
        step.is_key = keys.contains(&index);
    }
    let is_hidden = |step: &Step| {
        is_secret(&step.value, steps, names)
            || is_fixed(&step.value, steps) && is_keyed(&step.value, steps, names)
    };
    let hidden: Vec<_> = steps.iter().map(is_hidden).collect();
    for (step, is_hidden) in steps.iter_mut().zip(hidden) {
        step.is_hidden = is_hidden || step.is_key;
    }
}

/// Refuses mistakes, and returns weak points. A reply needs only the stamps that it names.
pub(super) fn check(formula: &Formula, names: &Names, is_reply: bool) -> Result<Vec<Warning>> {
    let Some(signature) = formula.steps.get(formula.signature) else { return Ok(Vec::new()) };
    order(formula)?;
    is_signature(formula, signature, names)?;
    for one in &formula.placements {
        if is_secret(&one.value, &formula.steps, names) {
            let expected = "place an id, or what a MAC makes of the secret";
            return Err(refusal(Kind::SecretPlaced, one.line, &one.place.name(), expected));
        }
    }
    let found = stamps(formula)?;
    let is_lost = |index| !found.contains(&index) && (!is_reply || formula.names_stamp(index));
    if let Some((_, stamp)) = names.stamps.iter().enumerate().find(|(index, _)| is_lost(*index)) {
        let expected = if is_reply {
            "no placement of [reply.send] lets a verifier read it back; the stamp of the request is {request.NAME}"
        } else {
            "no placement lets a verifier read it back"
        };
        return Err(refusal(Kind::StampUnplaced, stamp.line, &stamp.name, expected));
    }
    Ok(weak(formula, signature, names, &found))
}

/// All expressions of steps and placements, each with its line, and its step if it has one.
fn all(formula: &Formula) -> impl Iterator<Item = (usize, Option<usize>, &Expr)> {
    let steps = formula.steps.iter().enumerate().map(|(index, step)| (step.line, Some(index), &step.value));
    let placed = formula.placements.iter().map(|one| (one.line, None, &one.value));
    steps
        .chain(placed)
        .flat_map(|(line, step, value)| value.all().into_iter().map(move |one| (line, step, one)))
}

/// Refuses names of placed headers that are used before the header can be made, or in another placement.
fn order(formula: &Formula) -> Result {
    for (line, step, value) in all(formula) {
        let Expr::Name(name, Source::At(Place::Header(header))) = value else { continue };
        let placed = formula.header(header);
        if placed.is_some_and(|placed| step.is_none_or(|step| placed.after > step)) {
            let expected = "the header is placed, and made later; name what it is made of";
            return Err(refusal(Kind::StepOrder, line, name, expected));
        }
    }
    Ok(())
}

fn is_signature(formula: &Formula, signature: &Step, names: &Names) -> Result {
    let refuse = |line, expected: &'static str| Err(refusal(Kind::NoSignature, line, "signature", expected));
    if !is_keyed(&signature.value, &formula.steps, names) {
        return refuse(signature.line, "it is made with a secret: in `key`, or in the text of a `hash`");
    }
    if !formula.read().any(|one| formula.holds_signature(&one.value)) {
        return refuse(signature.line, "it must be placed under [send]");
    }
    let is_cut = |filter: &Filter| matches!(filter, Filter::First(length) if *length < SHORTEST_SIGNATURE);
    let cut = all(formula).find(|(_, _, value)| match value {
        Expr::Filtered(inner, filters) => filters.iter().any(is_cut) && formula.holds_signature(inner),
        _ => false,
    });
    cut.map_or(Ok(()), |(line, ..)| refuse(line, "it must keep at least 16 characters"))
}

/// The stamps that can be read back out of the placed values. Refuses values that could not be taken apart.
fn stamps(formula: &Formula) -> Result<Vec<usize>> {
    let (mut stamps, mut seen) = (Vec::new(), vec![false; formula.steps.len()]);
    let mut waiting: Vec<_> = formula.read().map(|one| (one.line, &one.value)).collect();
    while let Some((line, value)) = waiting.pop() {
        if !value.is_readable(&formula.steps) {
            continue;
        }
        waiting.extend(value.parts().into_iter().map(|part| (line, part)));
        match value {
            Expr::Text(items, join) => is_text_readable(items, join, line)?,
            Expr::Name(_, Source::Stamp(index)) => stamps.push(*index),
            value => {
                let step = value.step().and_then(|index| formula.steps.get(index).zip(seen.get_mut(index)));
                let step = step.filter(|(_, seen)| !**seen);
                waiting.extend(step.map(|(step, seen)| {
                    *seen = true;
                    (step.line, &step.value)
                }));
            }
        }
    }
    Ok(stamps)
}

/// Refuses a text that could not be taken apart.
fn is_text_readable(items: &[Expr], join: &str, line: usize) -> Result {
    let refuse = |word: &str, expected: &'static str| Err(refusal(Kind::Unreadable, line, word, expected));
    if join.is_empty() {
        let Some(pair) = items.windows(2).find(|pair| pair.iter().all(|item| item.literal().is_none()))
        else {
            return Ok(());
        };
        let word = pair.iter().map(Expr::label).collect::<Vec<_>>().join("}{");
        return refuse(&word, "the two values stand side by side, and could not be told apart");
    }
    let mut labels: Vec<_> = items.iter().map(|item| item.begins_with().unwrap_or_default()).collect();
    labels.sort_unstable();
    labels.dedup();
    if items.len() > 1 && (labels.len() < items.len() || labels.contains(&"")) {
        return refuse(join, "each text of the list begins with a label of its own");
    }
    Ok(())
}

fn weak(formula: &Formula, signature: &Step, names: &Names, stamps: &[usize]) -> Vec<Warning> {
    let (steps, line) = (&formula.steps, signature.line);
    let mut found = Vec::new();
    let mut warn = |code, line, word: &str| found.push(Warning::new(code, line, word));
    let mut signed = within(&signature.value, steps, true);
    // A value that is placed in a signed part of the message is signed as well.
    let is_in_it = |signed: &[&Expr], place: &Place| signed.iter().any(|one| one.reads(place));
    let placed = formula
        .read()
        .filter(|one| !one.is_late && (!one.place.is_header() || one.after <= formula.signature));
    let placed: Vec<_> = placed.filter(|one| is_in_it(&signed, &one.place)).collect();
    signed.extend(placed.into_iter().flat_map(|one| within(&one.value, steps, true)));
    let is_new =
        |one: &&Expr| matches!(one, Expr::Name(_, Source::Request(of)) if matches!(**of, Source::Stamp(_)));
    if stamps.is_empty() && !signed.iter().any(is_new) {
        warn("no-stamp", line, "signature");
    }
    for (index, stamp) in names.stamps.iter().enumerate().filter(|(index, _)| stamps.contains(index)) {
        if !signed.iter().any(|one| matches!(one, Expr::Name(_, Source::Stamp(signed)) if *signed == index)) {
            warn("stamp-not-signed", stamp.line, &stamp.name);
        }
    }
    if !is_in_it(&signed, &Place::Form(Box::default())) {
        warn("body-not-covered", line, "signature");
    }
    for one in &formula.placements {
        if is_keyed(&one.value, steps, names) && is_fixed(&one.value, steps) {
            warn("secret-digest-placed", one.line, &one.place.name());
        }
    }
    for (line, _, value) in all(formula) {
        match value {
            Expr::Digest(weak @ (A::Md5 | A::HmacMd5 | A::Sha1 | A::HmacSha1), ..) => {
                warn("weak-hash", line, weak.as_str());
            }
            Expr::List(list) if list.sources.iter().any(|source| matches!(source, ListSource::Json(_))) => {
                warn("json-reserialised", line, "json");
            }
            Expr::Json(_, true) => warn("json-reserialised", line, "json"),
            _ => {}
        }
    }
    let Some((algorithm, _, text, _)) = signature.digest() else { return found };
    let items = if let Expr::Text(items, _) = text { items } else { std::slice::from_ref(text) };
    let is_secret = |item: Option<&Expr>| item.is_some_and(|item| is_secret(item, steps, names));
    if !algorithm.is_keyed() && is_secret(items.first()) && !is_secret(items.last()) {
        warn("extendable", line, "signature");
    }
    let is_joined = matches!(text, Expr::Text(_, join) if !join.is_empty());
    if let Some(pair) = items.windows(2).find(|pair| !is_joined && !is_border(pair, steps, names)) {
        warn("border-can-move", line, &pair.iter().map(Expr::label).collect::<Vec<_>>().join("}{"));
    }
    found
}

/// Whether the border between two values is fixed.
fn is_border(pair: &[Expr], steps: &[Step], names: &Names) -> bool {
    let [left, right] = pair else { return true };
    let begins_path = matches!(right, Expr::Name(_, Source::Part(Part::Path | Part::Target)));
    let is_digest = |value: &Expr| within(value, steps, false).into_iter().any(Expr::is_digest);
    match left {
        // A digest has one length.
        _ if left.literal().or(right.literal()).is_some() || is_digest(left) || is_digest(right) => true,
        Expr::Name(_, Source::Part(Part::Method)) => begins_path,
        Expr::Name(_, Source::Stamp(index)) => {
            let is_count = names.stamps.get(*index).is_some_and(|stamp| stamp.format.is_count());
            !is_count || begins_path || matches!(right, Expr::Name(_, Source::Part(Part::Method)))
        }
        _ => false,
    }
}

impl Formula {
    /// Whether this stamp is named anywhere, other than as a stamp of the request.
    pub(super) fn names_stamp(&self, stamp: usize) -> bool {
        all(self).any(|(.., one)| matches!(one, Expr::Name(_, Source::Stamp(index)) if *index == stamp))
    }

    /// Whether the placed value is left out of what is signed: it is the signature, or is made of the signature or of
    /// the part of the message that it is placed in. A body is made before the query, which may hold a digest of the
    /// body.
    pub(super) fn is_late(&self, placement: &Placement) -> bool {
        let Placement { place, value, .. } = placement;
        let is_body = matches!(place, Place::Form(_) | Place::Json(_));
        let reads = |one: &Expr| one.reads(place) || is_body && one.reads(&Place::Query(Box::default()));
        let reads_around = within(value, &self.steps, true).into_iter().any(|one| match one {
            Expr::Name(_, Source::Names(index)) => self
                .steps
                .get(*index)
                .is_some_and(|list| within(&list.value, &self.steps, true).into_iter().any(reads)),
            one => reads(one),
        });
        !place.is_header() && (reads_around || self.holds_signature(value))
    }

    /// Whether a value is the signature, or is made of it.
    pub(super) fn holds_signature(&self, value: &Expr) -> bool {
        within(value, &self.steps, true).into_iter().any(|one| one.step() == Some(self.signature))
    }
}

impl Expr {
    /// Whether the expression is a digest, by itself or by a filter.
    fn is_digest(&self) -> bool {
        match self {
            Self::Digest(..) => true,
            Self::Filtered(_, filters) => filters.iter().any(|filter| matches!(filter, Filter::Digest(_))),
            _ => false,
        }
    }

    /// Whether the expression reads the part of the message that holds this place.
    fn reads(&self, place: &Place) -> bool {
        match (self, place) {
            (Self::Name(_, Source::At(Place::Header(name))), Place::Header(placed)) => name == placed,
            (Self::Name(_, Source::At(Place::Query(_))), Place::Query(_)) => true,
            (Self::Name(_, Source::Part(part)), Place::Query(_)) => {
                matches!(part, Part::Query | Part::Target | Part::Url)
            }
            (
                Self::Name(_, Source::Part(Part::Body) | Source::At(Place::Form(_) | Place::Json(_)))
                | Self::Json(_, true),
                Place::Form(_) | Place::Json(_),
            ) => true,
            (Self::List(list), place) => list.sources.iter().any(|source| match (source, place) {
                (ListSource::Query, Place::Query(_)) => true,
                (ListSource::Form | ListSource::Json(_), Place::Form(_) | Place::Json(_)) => true,
                (ListSource::Header(pattern), Place::Header(name)) => fits(pattern, name.as_str()),
                _ => false,
            }),
            _ => false,
        }
    }
}
