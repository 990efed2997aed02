//! How text and key become a digest.

use super::fields::{List, SEPARATORS, separator};
use crate::diagnose::attempt::{Attempt, Key, joined};
use crate::diagnose::finding::Finding;
use crate::diagnose::mistake::{self, Mistake};
use crate::diagnose::search::{Flow, Search};
use crate::explain::Part;
use crate::signing::{Encoding, MacAlgorithm, SegmentKind};

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

fn is_public(part: &Part) -> bool {
    part.kind != SegmentKind::Secret
}

/// The texts that other algorithms sign: an HMAC where a plain hash is expected, or the reverse.
pub(in crate::diagnose) fn bases(search: &Search<'_>) -> Vec<(Finding, Attempt)> {
    let (base, is_keyed) = (&search.base, search.base.algorithm.is_keyed());
    let mistake: &'static Mistake =
        if is_keyed { &mistake::PLAIN_HASH_FOR_HMAC } else { &mistake::HMAC_FOR_PLAIN_HASH };
    let mut bases: Vec<(String, Attempt)> = Vec::new();
    if let Some(other) = search.transcript.other_algorithm.as_deref().and_then(Attempt::of) {
        bases.push((format!("over the provider's own text for {}", other.algorithm), other));
    }
    let algorithm = with_function(base.algorithm, !is_keyed);
    let other = |text: Vec<Part>, key: Vec<Part>| Attempt { text, key: Key::Stated(key), algorithm };
    let list = List::of(&base.text);
    if is_keyed {
        let (key, end) = (base.key_parts(), list.separator.as_slice());
        for (detail, text) in [
            ("of the key and the text", [key, &base.text].concat()),
            ("of the text and the key", [&base.text, key].concat()),
            ("of the key, a separator and the text", [key, end, &base.text].concat()),
            ("without a key", base.text.clone()),
        ] {
            bases.push((detail.to_owned(), other(text, Vec::new())));
        }
    } else {
        let (secret, rest): (Vec<_>, Vec<_>) =
            list.groups.iter().cloned().partition(|group| !group.iter().all(is_public));
        if !secret.is_empty() {
            bases
                .push(("with the secret as its key".to_owned(), other(list.join(&rest), list.join(&secret))));
            bases.push((
                "with the secret in the text too".to_owned(),
                other(base.text.clone(), list.join(&secret)),
            ));
        }
    }
    bases.into_iter().map(|(detail, base)| (Finding::of(mistake).detailed(&detail), base)).collect()
}

/// HMAC for a plain hash, another function, hashed twice, key and text in each other's place.
pub(super) fn algorithms(search: &Search<'_>) -> Flow {
    // Made of the text of another algorithm, it would be right again.
    if !search.is_of_right_text() {
        return Flow::Continue(());
    }
    let base = &search.base;
    let is_keyed = base.algorithm.is_keyed();
    let mistake: &'static Mistake =
        if is_keyed { &mistake::PLAIN_HASH_FOR_HMAC } else { &mistake::HMAC_FOR_PLAIN_HASH };
    let bases = bases(search);
    for (finding, other) in &bases {
        search.attempt(mistake, &finding.variant(), other)?;
    }
    for (mistake, function) in [
        (&mistake::MD5, MacAlgorithm::Md5),
        (&mistake::SHA_1, MacAlgorithm::Sha1),
        (&mistake::SHA_512, MacAlgorithm::Sha512),
        (&mistake::SHA_384, MacAlgorithm::Sha384),
    ] {
        let with = |base: &Attempt| Attempt {
            algorithm: with_function(function, base.algorithm.is_keyed()),
            ..base.clone()
        };
        if matches!(base.key, Key::Stated(_)) {
            search.attempt(mistake, &"", &with(base))?;
        }
        for (finding, other) in &bases {
            search.attempt(mistake, &finding.variant(), &with(other))?;
        }
    }
    if let (true, Key::Stated(key)) = (is_keyed, &base.key) {
        search.attempt(
            &mistake::KEY_AND_TEXT_SWAPPED,
            &"",
            &base.with_text(key.clone()).with_key(base.text.clone()),
        )?;
    }
    twice(search)
}

/// A digest hashed once more: that of the text, or the right one.
fn twice(search: &Search<'_>) -> Flow {
    let base = &search.base;
    let plain = with_function(base.algorithm, false);
    let keyed = base.algorithm.is_keyed() && matches!(base.key, Key::Stated(_));
    let bare = Attempt { key: Key::Stated(Vec::new()), algorithm: plain, ..base.clone() };
    let steps: &[(&Attempt, bool, &str)] = if keyed {
        &[
            (&bare, true, "HMAC of a SHA-256"),
            (base, false, "SHA-256 of the HMAC"),
            (base, true, "HMAC twice"),
        ]
    } else {
        &[(&bare, false, "SHA-256 twice")]
    };
    for (first, is_keyed, what) in steps {
        let digest = first.digest();
        for (how, bytes) in [
            ("in hex digits", hex::encode(&digest).into_bytes()),
            ("as bytes", digest.clone()),
            ("in base64", Encoding::Base64.encode_any(&digest)),
        ] {
            let text = joined(
                "digest",
                if first.takes_a_secret(search.transcript) { base.key_parts() } else { &base.text },
                bytes,
            );
            let algorithm = with_function(base.algorithm, *is_keyed);
            let second = Attempt { text, algorithm, ..base.clone() };
            search.attempt(&mistake::HASHED_TWICE, &format!("{what}, the first digest {how}"), &second)?;
        }
    }
    Flow::Continue(())
}

/// The key around the text of a plain hash, or in the text of an HMAC as well.
pub(super) fn around(search: &Search<'_>) -> Flow {
    let base = &search.base;
    let list = List::of(&base.text);
    let secrets: Vec<_> = list.groups.iter().filter(|group| !group.iter().all(is_public)).cloned().collect();
    let secret = if secrets.is_empty() { base.key_parts().to_vec() } else { list.join(&secrets) };
    if secret.is_empty() {
        return Flow::Continue(());
    }
    let own =
        list.separator.iter().map(|end| String::from_utf8_lossy(&end.bytes).into_owned()).collect::<Vec<_>>();
    for end in own.iter().map(String::as_str).chain(SEPARATORS.into_iter().take(13)) {
        let end = if end.is_empty() { Vec::new() } else { vec![separator(end)] };
        for (detail, text) in [
            ("behind the text", [&base.text[..], &end, &secret].concat()),
            ("in front of the text", [&secret[..], &end, &base.text].concat()),
            ("on both sides of the text", [&secret[..], &end, &base.text, &end, &secret].concat()),
        ] {
            search.text(&mistake::SECRET_SIGNED_TWICE, &detail, text.clone())?;
            for function in
                [MacAlgorithm::Sha256, MacAlgorithm::Md5, MacAlgorithm::Sha1, MacAlgorithm::Sha512]
            {
                let plain = Attempt { text: text.clone(), key: Key::Stated(Vec::new()), algorithm: function };
                if base.algorithm.is_keyed() {
                    search.attempt(
                        &mistake::PLAIN_HASH_FOR_HMAC,
                        &format!("{function}, the key {detail}"),
                        &plain,
                    )?;
                }
            }
        }
    }
    Flow::Continue(())
}
