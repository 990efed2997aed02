//! What somebody may have signed instead: a text, a key and a hash.

use zeroize::Zeroizing;

use crate::explain::{Part, Transcript};
use crate::signing::{MacAlgorithm, MacKey, SegmentKind, hash};

/// Copying a part takes as long as hashing this many bytes. A stranger chooses how many parts the text of a webhook has.
const COST_OF_A_PART: usize = 128;

/// The least that a try costs, in bytes hashed.
const COST_OF_A_TRY: usize = 1 << 10;

/// What a signature is made of.
#[derive(Clone)]
pub(super) struct Attempt {
    pub(super) text: Vec<Part>,
    pub(super) key: Key,
    pub(super) algorithm: MacAlgorithm,
}

#[derive(Clone)]
pub(super) enum Key {
    /// Only its hash state is known, so no mistake with the key can be tried.
    Prepared(MacKey),
    /// The parts of the key; empty for a plain hash.
    Stated(Vec<Part>),
}

impl Attempt {
    /// The right text, key and algorithm; `None` where there is no MAC.
    pub(super) fn of(transcript: &Transcript) -> Option<Self> {
        let mac = transcript.mac.as_ref()?;
        let is_prepared = mac.algorithm().is_keyed() && transcript.key.is_empty();
        let key = if is_prepared { Key::Prepared(mac.clone()) } else { Key::Stated(transcript.key.clone()) };
        Some(Self { text: transcript.text.clone(), key, algorithm: mac.algorithm() })
    }

    /// The parts of the key; empty where they are not known.
    pub(super) fn key_parts(&self) -> &[Part] {
        match &self.key {
            Key::Stated(parts) => parts,
            Key::Prepared(_) => &[],
        }
    }

    pub(super) fn with_text(&self, text: Vec<Part>) -> Self {
        Self { text, key: self.key.clone(), algorithm: self.algorithm }
    }

    pub(super) fn with_key(&self, key: Vec<Part>) -> Self {
        Self { text: self.text.clone(), key: Key::Stated(key), algorithm: self.algorithm }
    }

    /// Whether only a holder of a secret can have computed this: a secret is in the text, or in the key of an HMAC. A
    /// secret that is empty, a word for nothing, sent in the open or chosen by the sender does not count.
    pub(super) fn takes_a_secret(&self, transcript: &Transcript) -> bool {
        let key = if self.algorithm.is_keyed() { self.key_parts() } else { &[] };
        let is_secret = |part: &Part| {
            part.is_issued_secret() && !is_unset(&part.bytes) && !transcript.is_public(&part.bytes)
        };
        matches!(self.key, Key::Prepared(_)) || self.text.iter().chain(key).any(is_secret)
    }

    /// The cost of making and hashing this attempt, in bytes hashed.
    pub(super) fn cost(&self) -> usize {
        let parts = self.text.iter().chain(self.key_parts());
        COST_OF_A_TRY + parts.map(|part| COST_OF_A_PART + part.bytes.len()).sum::<usize>()
    }

    /// Empty where no hash can be started: an empty digest equals no other.
    pub(super) fn digest(&self) -> Vec<u8> {
        if let Key::Prepared(mac) = &self.key {
            let mut mac = mac.start();
            self.text.iter().for_each(|part| mac.update(&part.bytes));
            return mac.finish().digest().to_vec();
        }
        let Some(mut hashing) = hash::start(self.algorithm, &join(self.key_parts())) else {
            return Vec::new();
        };
        self.text.iter().for_each(|part| hashing.take_in(&part.bytes));
        hashing.finish().as_bytes().to_vec()
    }
}

/// What programs use in place of a secret that is missing.
#[rustfmt::skip]
pub(super) const NO_SECRETS: [&str; 12] = [
    "", "undefined", "null", "None", "nil", "NULL", "false", "[object Object]", "{}", "NaN", "0", "System.String",
];

/// Whether a secret is missing, or a word that stands for a missing one.
pub(super) fn is_unset(secret: &[u8]) -> bool {
    NO_SECRETS.iter().any(|word| word.as_bytes() == secret)
}

/// The bytes of some parts, concatenated, and wiped when dropped.
pub(super) fn join(parts: &[Part]) -> Zeroizing<Vec<u8>> {
    let mut joined = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.bytes.len()).sum()));
    parts.iter().for_each(|part| joined.extend_from_slice(&part.bytes));
    joined
}

/// The parts as a single part, which is a secret if one of the parts is.
pub(super) fn joined(name: &str, parts: &[Part], bytes: Vec<u8>) -> Vec<Part> {
    let secret = parts.iter().find(|part| part.is_issued_secret());
    let like =
        secret.or_else(|| parts.iter().find(|part| part.kind != SegmentKind::Separator)).or(parts.first());
    like.map(|part| Part { name: name.into(), ..part.with_bytes(bytes) }).into_iter().collect()
}

/// What a part becomes; `None` where it stays as it is.
pub(super) type Change<'c> = &'c dyn Fn(&Part) -> Option<Part>;

/// The parts with the change made; `None` where no part differs.
pub(super) fn changed(parts: &[Part], change: Change<'_>) -> Option<Vec<Part>> {
    let other: Vec<Part> = parts.iter().map(|part| change(part).unwrap_or_else(|| part.clone())).collect();
    let is_other = other.iter().zip(parts).any(|(other, part)| other.bytes != part.bytes);
    is_other.then_some(other)
}
