//! How the text and the key become a digest.

use super::fields::{List, SEPARATORS};
use super::sources::joint;
use crate::diagnose::attempt::{Attempt, Key, joined};
use crate::diagnose::finding::Finding;
use crate::diagnose::mistake::{
    HASHED_TWICE, HMAC_FOR_PLAIN_HASH, KEY_AND_TEXT_SWAPPED, MD5, Mistake, PLAIN_HASH_FOR_HMAC,
    SECRET_SIGNED_TWICE, SHA_1, SHA_384, SHA_512,
};
use crate::diagnose::search::{Flow, Search};
use crate::diagnose::ways;
use crate::explain::Part;
use crate::signing::{MacAlgorithm, SegmentKind};

fn with_function(algorithm: MacAlgorithm, is_keyed: bool) -> MacAlgorithm {
    use MacAlgorithm as A;
    const PAIRS: [(A, A); 5] = [
        (A::Sha256, A::HmacSha256),
        (A::Md5, A::HmacMd5),
        (A::Sha1, A::HmacSha1),
        (A::Sha384, A::HmacSha384),
        (A::Sha512, A::HmacSha512),
    ];
    let pair = PAIRS.iter().find(|(plain, keyed)| [*plain, *keyed].contains(&algorithm));
    pair.map_or(algorithm, |(plain, keyed)| if is_keyed { *keyed } else { *plain })
}

/// The mistake of a plain hash in place of an HMAC, or the reverse.
fn of_other_kind(base: &Attempt) -> Mistake {
    if base.algorithm.is_keyed() { PLAIN_HASH_FOR_HMAC } else { HMAC_FOR_PLAIN_HASH }
}

fn has_secret(group: &[Part]) -> bool {
    group.iter().any(|part| part.kind == SegmentKind::Secret)
}

/// The texts that other algorithms sign: an HMAC where a plain hash is expected, or the reverse.
pub(in crate::diagnose) fn bases(search: &Search<'_>) -> Vec<(Finding, Attempt)> {
    let base = &search.base;
    let algorithm = with_function(base.algorithm, !base.algorithm.is_keyed());
    let other = |text: Vec<Part>, key: Vec<Part>| Attempt { text, key: Key::Stated(key), algorithm };
    let list = List::of(&base.text);
    let mut bases: Vec<(String, Attempt)> = Vec::new();
    if let Some(other) = search.transcript.other_algorithm.as_deref().and_then(Attempt::of) {
        bases.push((format!("over the provider's own text for {}", other.algorithm), other));
    }
    if base.algorithm.is_keyed() {
        let (text, key, end) = (base.text.as_slice(), base.key_parts(), list.separator.as_slice());
        bases.extend([
            ("of the key and the text".to_owned(), other([key, text].concat(), Vec::new())),
            ("of the text and the key".to_owned(), other([text, key].concat(), Vec::new())),
            ("of the key, a separator and the text".to_owned(), other([key, end, text].concat(), Vec::new())),
            ("without a key".to_owned(), other(text.to_vec(), Vec::new())),
        ]);
    } else {
        let (secret, rest): (Vec<_>, Vec<_>) =
            list.groups.iter().cloned().partition(|group| has_secret(group));
        let key = list.join(&secret);
        if !key.is_empty() {
            bases.extend([
                ("with the secret as its key".to_owned(), other(list.join(&rest), key.clone())),
                ("with the secret in the text too".to_owned(), other(base.text.clone(), key.clone())),
                ("of the secret, with the rest as its key".to_owned(), other(key.clone(), list.join(&rest))),
                ("of the secret, with the whole text as its key".to_owned(), other(key, base.text.clone())),
            ]);
        }
    }
    let named = |(detail, other): (String, _)| (Finding::of(of_other_kind(base)).detailed(&detail), other);
    bases.into_iter().map(named).collect()
}

/// HMAC for a plain hash, another function, a digest hashed twice, key and text swapped.
pub(super) fn algorithms(search: &Search<'_>) -> Flow {
    // Of the text of another algorithm, this edit would make the right text again.
    if !search.is_of_right_text() {
        return Flow::Continue(());
    }
    let (base, bases) = (&search.base, bases(search));
    for (finding, other) in &bases {
        search.attempt(of_other_kind(base), finding.variant(), other)?;
    }
    for (mistake, function) in [
        (MD5, MacAlgorithm::Md5),
        (SHA_1, MacAlgorithm::Sha1),
        (SHA_512, MacAlgorithm::Sha512),
        (SHA_384, MacAlgorithm::Sha384),
    ] {
        let right = matches!(base.key, Key::Stated(_)).then_some(("", base));
        let others = bases.iter().map(|(finding, other)| (finding.variant(), other));
        for (detail, other) in right.into_iter().chain(others) {
            let algorithm = with_function(function, other.algorithm.is_keyed());
            search.attempt(mistake, detail, &Attempt { algorithm, ..other.clone() })?;
        }
    }
    if let (true, Key::Stated(key)) = (base.algorithm.is_keyed(), &base.key) {
        let swapped = base.with_text(key.clone()).with_key(base.text.clone());
        search.attempt(KEY_AND_TEXT_SWAPPED, "", &swapped)?;
    }
    twice(search)
}

/// A digest hashed once more: the digest of the text, or the right digest.
fn twice(search: &Search<'_>) -> Flow {
    let base = &search.base;
    let bare = Attempt {
        key: Key::Stated(Vec::new()),
        algorithm: with_function(base.algorithm, false),
        ..base.clone()
    };
    let steps: &[(&Attempt, bool, &str)] = match (base.algorithm.is_keyed(), &base.key) {
        (true, Key::Stated(_)) => &[
            (&bare, true, "HMAC of a SHA-256"),
            (base, false, "SHA-256 of the HMAC"),
            (base, true, "HMAC twice"),
        ],
        _ => &[(&bare, false, "SHA-256 twice")],
    };
    for (first, is_keyed, what) in steps {
        let digest = first.digest();
        let takes_a_secret = first.takes_a_secret(search.transcript);
        let like = if takes_a_secret { base.key_parts() } else { &base.text };
        for (how, filters) in [("in hex digits", &["hex"][..]), ("as bytes", &[]), ("in base64", &["base64"])]
        {
            let text = joined("digest", like, ways::write(filters, &digest).unwrap_or_default());
            let algorithm = with_function(base.algorithm, *is_keyed);
            let detail = format_args!("{what}, the first digest {how}");
            search.attempt(HASHED_TWICE, detail, &Attempt { text, algorithm, ..base.clone() })?;
        }
    }
    Flow::Continue(())
}

/// The key around the text of a plain hash, or also in the text of an HMAC.
pub(super) fn around(search: &Search<'_>) -> Flow {
    let base = &search.base;
    let list = List::of(&base.text);
    let secrets: Vec<_> = list.groups.iter().filter(|group| has_secret(group)).cloned().collect();
    let secret = if secrets.is_empty() { base.key_parts().to_vec() } else { list.join(&secrets) };
    let usual = SEPARATORS.iter().filter(|_| !secret.is_empty()).take(14).map(|end| joint(end));
    let own = list.separator.iter().filter(|_| !secret.is_empty()).map(|end| vec![end.clone()]);
    for end in own.chain(usual) {
        for (detail, text) in [
            ("behind the text", [&base.text, &end, &secret[..]].concat()),
            ("in front of the text", [&secret[..], &end, &base.text].concat()),
            ("on both sides of the text", [&secret[..], &end, &base.text, &end, &secret].concat()),
        ] {
            search.text(SECRET_SIGNED_TWICE, detail, text.clone())?;
            let functions =
                [MacAlgorithm::Sha256, MacAlgorithm::Md5, MacAlgorithm::Sha1, MacAlgorithm::Sha512];
            for algorithm in functions.into_iter().filter(|_| base.algorithm.is_keyed()) {
                let plain = Attempt { text: text.clone(), key: Key::Stated(Vec::new()), algorithm };
                let detail = format_args!("{algorithm}, the key {detail}");
                search.attempt(PLAIN_HASH_FOR_HMAC, detail, &plain)?;
            }
        }
    }
    Flow::Continue(())
}
