//! Mistakes in how text and key become a digest.

use super::attempt::{Attempt, Function, Hash, Key, Step, Variant, Variants};
use super::fields::without;
use crate::explain::{Part, Transcript};
use crate::redact::printable;
use crate::signing::SegmentKind;

/// An HMAC, with the secrets of the text as its key, where a plain hash is expected.
pub(super) fn hmac_for_plain<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let Hash::Plain(function) = attempt.hash else { return none() };
    let key = without(&attempt.text, |part| part.kind != SegmentKind::Secret);
    if key.is_empty() {
        return none();
    }
    let bare = without(&attempt.text, |part| part.kind == SegmentKind::Secret);
    let texts = [bare, attempt.text.clone()];
    let hmac = move |text| Attempt {
        text,
        key: Key::Stated(key.clone()),
        hash: Hash::Hmac(function),
        budget: attempt.budget.clone(),
    };
    let by_ourselves = texts.into_iter().map(hmac).map(Variant::from);
    Box::new(of_other_algorithm(transcript, attempt).into_iter().chain(by_ourselves))
}

/// A plain hash, with the key before or after the text or nowhere, where an HMAC is expected.
pub(super) fn plain_for_hmac<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let Hash::Hmac(function) = attempt.hash else { return none() };
    let (text, key) = (&attempt.text, attempt.key_parts());
    let separator = text.iter().find(|part| part.kind == SegmentKind::Separator).cloned();
    let joined = |first: &[Part], second: &[Part]| [first, second].concat();
    let mut texts = vec![text.clone()];
    if !key.is_empty() {
        texts.extend([joined(key, text), joined(text, key)]);
    }
    if let (Some(separator), false) = (separator, key.is_empty()) {
        texts.push([key, &[separator], text].concat());
    }
    let plain = move |text| Attempt {
        text,
        key: Key::Stated(Vec::new()),
        hash: Hash::Plain(function),
        budget: attempt.budget.clone(),
    };
    let by_ourselves = texts.into_iter().map(plain).map(Variant::from);
    Box::new(of_other_algorithm(transcript, attempt).into_iter().chain(by_ourselves))
}

/// The provider's other algorithm with all that goes with it, where there is one.
fn of_other_algorithm(transcript: &Transcript, attempt: &Attempt) -> Option<Variant> {
    let other = transcript.other_algorithm.as_deref()?;
    let algorithm = other.mac.as_ref()?.algorithm().as_str();
    Some(Variant {
        attempt: attempt.restating(other),
        detail: Some(format!("over the provider's own text for {algorithm}")),
    })
}

/// Key and text given to the HMAC in each other's place.
pub(super) fn swapped<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let (Hash::Hmac(_), Key::Stated(key)) = (attempt.hash, &attempt.key) else { return none() };
    let swapped = Attempt { text: key.clone(), key: Key::Stated(attempt.text.clone()), ..attempt.clone() };
    Box::new(std::iter::once(swapped.into()))
}

/// Only one of the parts that the key is made of.
pub(super) fn part_of_key<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let key = attempt.key_parts();
    if key.len() < 2 {
        return none();
    }
    let secrets = key.iter().filter(|part| part.kind == SegmentKind::Secret);
    Box::new(secrets.map(|part| Variant {
        attempt: Attempt { key: Key::Stated(vec![part.clone()]), ..attempt.clone() },
        detail: Some(format!("only {}", part.name())),
    }))
}

pub(super) fn md5<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    other_function(transcript, attempt, Function::Md5)
}

pub(super) fn sha_1<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    other_function(transcript, attempt, Function::Sha1)
}

pub(super) fn sha_384<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    other_function(transcript, attempt, Function::Sha384)
}

pub(super) fn sha_512<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    other_function(transcript, attempt, Function::Sha512)
}

/// Another function in place of SHA-256, also as the provider's other algorithm has it.
fn other_function<'a>(transcript: &'a Transcript, attempt: &'a Attempt, function: Function) -> Variants<'a> {
    let other = of_other_algorithm(transcript, attempt);
    let variants = std::iter::once(attempt.clone().into()).chain(other);
    Box::new(variants.filter_map(move |Variant { attempt, detail }: Variant| {
        let hash = match (attempt.hash, &attempt.key) {
            (Hash::Plain(_), _) => Hash::Plain(function),
            (Hash::Hmac(_), Key::Stated(_)) => Hash::Hmac(function),
            (Hash::Hmac(_), Key::Prepared(_)) | (Hash::Chain { .. }, _) => return None,
        };
        Some(Variant { attempt: Attempt { hash, ..attempt }, detail })
    }))
}

/// A digest hashed once more: that of the text, or the right one.
pub(super) fn twice<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let steps: &[(Step, Step, &str)] = match attempt.hash {
        Hash::Plain(Function::Sha256) => &[(Step::Plain, Step::Plain, "SHA-256 twice")],
        Hash::Hmac(Function::Sha256) => &[
            (Step::Plain, Step::Hmac, "HMAC of a SHA-256"),
            (Step::Hmac, Step::Plain, "SHA-256 of the HMAC"),
            (Step::Hmac, Step::Hmac, "HMAC twice"),
        ],
        _ => return none(),
    };
    Box::new(steps.iter().flat_map(|(first, second, what)| {
        [(true, "in hex digits"), (false, "as bytes")].map(|(in_hex, how)| Variant {
            attempt: Attempt {
                hash: Hash::Chain { first: *first, in_hex, second: *second },
                ..attempt.clone()
            },
            detail: Some(format!("{what}, the first digest {how}")),
        })
    }))
}

/// Another key of those that the verifier holds.
pub(super) fn other_key<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    if attempt.hash != Hash::Hmac(Function::Sha256) {
        return none();
    }
    Box::new(transcript.other_keys.iter().map(|(id, key)| Variant {
        attempt: Attempt { key: Key::Prepared(key.clone()), ..attempt.clone() },
        detail: Some(key_named(id)),
    }))
}

pub(super) fn key_named(id: &str) -> String {
    format!("the key {}", printable(id))
}

fn none<'a>() -> Variants<'a> {
    Box::new(std::iter::empty())
}
