//! What somebody may have signed instead.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::budget::Budget;
use super::secret_forms;
use crate::explain::{Part, Transcript};
use crate::signing::{MacAlgorithm, MacKey, Segment, SegmentKind, Source};

/// Copying a part takes as long as hashing so many bytes. A stranger chooses how many parts the text of a webhook has.
const COST_OF_A_PART: usize = 128;

/// The variants of a mistake, the likeliest first, made only as far as they are asked for.
pub(crate) type Variants<'a> = Box<dyn Iterator<Item = Variant> + 'a>;

/// One way of making a mistake.
pub(crate) struct Variant {
    pub(super) attempt: Attempt,
    /// Which way that is, where the mistake's sentence leaves it open. Holds no secret.
    pub(super) detail: Option<String>,
}

impl From<Attempt> for Variant {
    fn from(attempt: Attempt) -> Self {
        Self { attempt, detail: None }
    }
}

/// A text, a key and a hash: what a signature is made of, with a mistake or two in it.
#[derive(Clone)]
pub(crate) struct Attempt {
    pub(super) text: Vec<Part>,
    pub(super) key: Key,
    pub(super) hash: Hash,
    pub(super) budget: Budget,
}

#[derive(Clone)]
pub(super) enum Key {
    /// Only its hash state is known, so nothing can be tried with it.
    Prepared(MacKey),
    /// What it is made of; nothing for a plain hash.
    Stated(Vec<Part>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Plain(Function),
    Hmac(Function),
    /// SHA-256 twice: what comes out first is hashed again, as bytes or in hex digits.
    Chain {
        first: Step,
        in_hex: bool,
        second: Step,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Sha256,
    Md5,
    Sha1,
    Sha384,
    Sha512,
}

impl Function {
    fn of(algorithm: MacAlgorithm) -> Self {
        match algorithm {
            MacAlgorithm::HmacSha256 | MacAlgorithm::Sha256 => Self::Sha256,
            MacAlgorithm::HmacMd5 | MacAlgorithm::Md5 => Self::Md5,
            MacAlgorithm::HmacSha1 | MacAlgorithm::Sha1 => Self::Sha1,
            MacAlgorithm::HmacSha384 | MacAlgorithm::Sha384 => Self::Sha384,
            MacAlgorithm::HmacSha512 | MacAlgorithm::Sha512 => Self::Sha512,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Plain,
    Hmac,
}

impl Step {
    fn hash(self) -> Hash {
        match self {
            Self::Plain => Hash::Plain(Function::Sha256),
            Self::Hmac => Hash::Hmac(Function::Sha256),
        }
    }
}

impl Attempt {
    /// What is right: no mistake yet.
    pub(super) fn of(transcript: &Transcript, budget: &Budget) -> Self {
        let stated = Key::Stated(transcript.key.clone());
        let (key, hash) = match &transcript.mac {
            Some(mac) if mac.algorithm().is_keyed() => {
                let key = if transcript.key.is_empty() { Key::Prepared(mac.clone()) } else { stated };
                (key, Hash::Hmac(Function::of(mac.algorithm())))
            }
            Some(mac) => (stated, Hash::Plain(Function::of(mac.algorithm()))),
            None => (stated, Hash::Plain(Function::Sha256)),
        };
        Self { text: transcript.text.clone(), key, hash, budget: budget.clone() }
    }

    /// What `other` states of the same message, with what this attempt makes of the parts that both have.
    pub(super) fn restating(&self, other: &Transcript) -> Self {
        let ours = |theirs: &Part| {
            let parts = self.text.iter().chain(self.key_parts());
            let mut alike = parts.filter(|part| part.kind == theirs.kind && part.name == theirs.name);
            alike.next().cloned()
        };
        let restate = |parts: &[Part]| {
            let restated = |theirs: &Part| match theirs.kind {
                SegmentKind::Separator => ours(theirs),
                _ => Some(ours(theirs).unwrap_or_else(|| theirs.clone())),
            };
            parts.iter().filter_map(restated).collect()
        };
        let right = Self::of(other, &self.budget);
        let (text, key) = (restate(&right.text), Key::Stated(restate(right.key_parts())));
        Self { text, key, ..right }
    }

    /// What the key is made of, as far as that is known.
    pub(super) fn key_parts(&self) -> &[Part] {
        match &self.key {
            Key::Stated(parts) => parts,
            Key::Prepared(_) => &[],
        }
    }

    /// Whether only who holds a secret can have computed it: one goes into the text, or into the key of an HMAC. What is
    /// empty, a word for nothing, sent in the open or chosen by whoever sent the message is none.
    pub(super) fn takes_a_secret(&self, transcript: &Transcript) -> bool {
        let is_keyed = match self.hash {
            Hash::Plain(_) => false,
            Hash::Hmac(_) => true,
            Hash::Chain { first, second, .. } => first == Step::Hmac || second == Step::Hmac,
        };
        let key = if is_keyed { self.key_parts() } else { &[] };
        let is_secret = |part: &Part| {
            part.is_issued_secret()
                && !secret_forms::is_unset(&part.bytes)
                && !transcript.is_public(&part.bytes)
        };
        is_keyed && matches!(self.key, Key::Prepared(_)) || self.text.iter().chain(key).any(is_secret)
    }

    /// What making it and hashing it costs, in bytes hashed.
    pub(super) fn cost(&self) -> usize {
        self.text.iter().chain(self.key_parts()).map(|part| COST_OF_A_PART + part.bytes.len()).sum()
    }

    /// The same with some parts of the text rewritten; `None` if that changes nothing.
    pub(super) fn with_text(&self, rewrite: impl Fn(&Part) -> Option<Vec<u8>>) -> Option<Self> {
        let text = rewrite_parts(&self.text, rewrite)?;
        Some(Self { text, ..self.clone() })
    }

    /// The same with some parts of the key rewritten; `None` if that changes nothing.
    pub(super) fn with_key(&self, rewrite: impl Fn(&Part) -> Option<Vec<u8>>) -> Option<Self> {
        let key = Key::Stated(rewrite_parts(self.key_parts(), rewrite)?);
        Some(Self { key, ..self.clone() })
    }

    /// The same with some parts of the text and of the key rewritten alike; `None` if that changes nothing.
    pub(super) fn with_parts(&self, rewrite: impl Fn(&Part) -> Option<Vec<u8>>) -> Option<Self> {
        let text = rewrite_parts(&self.text, &rewrite);
        let key = rewrite_parts(self.key_parts(), &rewrite).map(Key::Stated);
        (text.is_some() || key.is_some()).then(|| Self {
            text: text.unwrap_or_else(|| self.text.clone()),
            key: key.unwrap_or_else(|| self.key.clone()),
            hash: self.hash,
            budget: self.budget.clone(),
        })
    }

    /// The part of the text that comes from `source`, if there is one.
    pub(super) fn part_from(&self, source: Source) -> Option<&Part> {
        self.text.iter().find(|part| part.source == source && part.kind == SegmentKind::Public)
    }

    pub(super) fn digest(&self) -> Vec<u8> {
        match (self.hash, &self.key) {
            (Hash::Plain(function), _) => match function {
                Function::Sha256 => self.plain::<Sha256>(),
                Function::Md5 => self.plain::<Md5>(),
                Function::Sha1 => self.plain::<Sha1>(),
                Function::Sha384 => self.plain::<Sha384>(),
                Function::Sha512 => self.plain::<Sha512>(),
            },
            (Hash::Hmac(Function::Sha256), Key::Prepared(mac)) => {
                let mut mac = mac.start();
                self.text.iter().for_each(|part| mac.update(&part.bytes));
                mac.finish().digest().to_vec()
            }
            (Hash::Hmac(function), _) => match function {
                Function::Sha256 => self.keyed::<Hmac<Sha256>>(),
                Function::Md5 => self.keyed::<Hmac<Md5>>(),
                Function::Sha1 => self.keyed::<Hmac<Sha1>>(),
                Function::Sha384 => self.keyed::<Hmac<Sha384>>(),
                Function::Sha512 => self.keyed::<Hmac<Sha512>>(),
            },
            (Hash::Chain { first, in_hex, second }, _) => {
                let digest = Self { hash: first.hash(), ..self.clone() }.digest();
                let digest = if in_hex { hex::encode(digest).into_bytes() } else { digest };
                let text = vec![Part::of(Segment::public("digest", &digest))];
                Self { text, hash: second.hash(), ..self.clone() }.digest()
            }
        }
    }

    fn plain<D: Digest>(&self) -> Vec<u8> {
        let mut hash = D::new();
        self.text.iter().for_each(|part| hash.update(&**part.bytes));
        hash.finalize().to_vec()
    }

    fn keyed<M: Mac + KeyInit>(&self) -> Vec<u8> {
        // An HMAC takes a key of any length; should that change, nothing equals an empty digest.
        let Ok(mut mac) = <M as KeyInit>::new_from_slice(&join(self.key_parts())) else { return Vec::new() };
        self.text.iter().for_each(|part| mac.update(&part.bytes));
        mac.finalize().into_bytes().to_vec()
    }
}

fn rewrite_parts(parts: &[Part], rewrite: impl Fn(&Part) -> Option<Vec<u8>>) -> Option<Vec<Part>> {
    let mut changed = false;
    let rewritten = parts
        .iter()
        .map(|part| match rewrite(part) {
            Some(bytes) if bytes != **part.bytes => {
                changed = true;
                part.with_bytes(bytes)
            }
            _ => part.clone(),
        })
        .collect();
    changed.then_some(rewritten)
}

/// The bytes of some parts in one run, wiped afterwards.
pub(super) fn join(parts: &[Part]) -> Zeroizing<Vec<u8>> {
    let mut joined = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.bytes.len()).sum()));
    parts.iter().for_each(|part| joined.extend_from_slice(&part.bytes));
    joined
}
