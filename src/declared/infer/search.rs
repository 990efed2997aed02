//! Searches for the parts, their order, the separator and the key that give the received digest.
//!
//! Likely rules come first: each choice has a cost, and combinations are tried in the order of their sums. Leaving out
//! a time or a body, which most schemes sign, costs as well.

use std::borrow::Cow;

use super::super::evaluate::Value;
use super::vocabulary::{Atom, Found, Kind};
use crate::signing::{Encoding, Mac, MacAlgorithm, MacKey};

/// A search may hash this much for each try, and at least `LEAST_BYTES`, so that long bodies are tried less often.
const BYTES_PER_TRY: u64 = 512;
const LEAST_BYTES: u64 = 32 << 20;
/// The costs of a text beside its bytes, of parts that make no text, and of a file.
const BYTES_OF_TEXT: u64 = 128;
const BYTES_OF_PARTS: u64 = 8;
const BYTES_OF_FILE: u64 = 64 << 10;
/// A rule that costs more is not tried.
pub(super) const DEAREST: usize = 12;
/// At most this many parts of one kind are tried.
const MOST_OF_A_KIND: usize = 96;
const MOST_EXTRAS: usize = 4;
const MOST_SETS: usize = 20_000;

const SEPARATORS: [(&str, usize); 14] = [
    ("", 0),
    ("\n", 1),
    (".", 1),
    (":", 2),
    ("&", 2),
    ("|", 2),
    (",", 2),
    ("+", 2),
    ("-", 3),
    (" ", 3),
    ("#", 3),
    ("?", 3),
    ("\0", 3),
    ("\t", 3),
];

/// How the key joins the text, whether the hash is an HMAC, and the cost.
const SECRETS: [(Secret, bool, usize); 6] = [
    (Secret::Key, true, 0),
    (Secret::Back, false, 1),
    (Secret::Front, false, 1),
    (Secret::Around, false, 2),
    (Secret::Labelled, false, 0),
    (Secret::Labelled, true, 1),
];

/// The plain hashes and the HMACs, by the length of their digests.
const ALGORITHMS: [(usize, MacAlgorithm, MacAlgorithm); 5] = [
    (16, MacAlgorithm::Md5, MacAlgorithm::HmacMd5),
    (20, MacAlgorithm::Sha1, MacAlgorithm::HmacSha1),
    (32, MacAlgorithm::Sha256, MacAlgorithm::HmacSha256),
    (48, MacAlgorithm::Sha384, MacAlgorithm::HmacSha384),
    (64, MacAlgorithm::Sha512, MacAlgorithm::HmacSha512),
];

/// How the key joins the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secret {
    /// As the key of a MAC.
    Key,
    /// In front of the text, behind it or on both sides.
    Front,
    Back,
    Around,
    /// Behind the text, as `key=…`.
    Labelled,
}

/// What surrounds the parts of a text.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) algorithm: MacAlgorithm,
    /// The atom that is the key.
    pub(super) key: usize,
    pub(super) secret: Secret,
    pub(super) separator: &'static str,
    /// Whether an empty part is left out with its separator.
    pub(super) skips_empty: bool,
    /// Whether a separator stands at the end.
    pub(super) is_closed: bool,
}

/// A rule that gives the signatures of all captures.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub(super) frame: Frame,
    /// The parts, by their index, in order.
    pub(super) parts: Vec<usize>,
}

/// What all searches together may still spend.
pub(super) struct Budget {
    pub(super) tries: u64,
    bytes: u64,
}

/// The frames by their cost, each with the state that hashing starts from.
pub(super) type Frames = Vec<Vec<(Frame, Mac)>>;

/// Lists of parts by their cost.
type ByCost = Vec<Vec<Vec<usize>>>;

/// A search for a rule that fits some captures, cost by cost.
pub(super) struct Search<'s> {
    atoms: &'s [Atom],
    frames: &'s Frames,
    /// The captures that a rule must reproduce, with their digests.
    wanted: Vec<(usize, Vec<u8>)>,
    /// The cost of leaving out a query or a body, which most schemes sign.
    without_query: usize,
    without_body: usize,
    /// The contents and extras to choose from: without a hash of other parts, and with such a hash.
    kinds: [(ByCost, ByCost); 2],
}

impl Budget {
    pub(super) fn new(most_tries: u64) -> Self {
        Self { tries: most_tries, bytes: most_tries.saturating_mul(BYTES_PER_TRY).max(LEAST_BYTES) }
    }

    pub(super) fn is_spent(&self) -> bool {
        self.tries == 0 || self.bytes == 0
    }

    fn spend(&mut self, tries: u64, bytes: u64) {
        self.tries = self.tries.saturating_sub(tries);
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

impl Frame {
    /// The parts of a text, with the key among them. `key` makes the key with the label that it has there.
    pub(super) fn around<T>(
        &self,
        parts: impl Iterator<Item = T>,
        key: impl Fn(&'static str) -> T,
    ) -> Vec<T> {
        let front = matches!(self.secret, Secret::Front | Secret::Around).then(|| key(""));
        let back = match self.secret {
            Secret::Back | Secret::Around => Some(key("")),
            Secret::Labelled => Some(key("key=")),
            Secret::Key | Secret::Front => None,
        };
        front.into_iter().chain(parts).chain(back).collect()
    }
}

/// All frames for a digest of this length.
pub(super) fn frames(atoms: &[Atom], digest: usize) -> Frames {
    let mut frames = vec![Vec::new(); DEAREST + 1];
    let Some((_, plain, keyed)) = ALGORITHMS.iter().find(|(length, ..)| *length == digest) else {
        return frames;
    };
    // Where no part is empty, there is nothing to leave out.
    let closings = [(false, false, 0), (false, true, 3), (true, false, 1)];
    let closings =
        closings.get(..if atoms.iter().any(Atom::may_be_empty) { 3 } else { 2 }).unwrap_or_default();
    // Schemes with a plain hash mostly use a short one.
    let is_long = digest > 20;
    for (separator, dearer) in SEPARATORS {
        for (skips_empty, is_closed, more) in
            closings.iter().filter(|(.., more)| !separator.is_empty() || *more == 0)
        {
            let secrets =
                SECRETS.iter().filter(|(secret, ..)| *secret != Secret::Labelled || separator == "&");
            for (secret, is_keyed, cost) in secrets {
                let algorithm = if *is_keyed { *keyed } else { *plain };
                for (key, atom) in of(atoms, Kind::Key) {
                    let Ok(mac) = MacKey::new(algorithm, atom.value(0), Encoding::HexLower) else { continue };
                    // A secret in the text is mostly not encoded.
                    let of_key = if *is_keyed { atom.cost } else { 2 * atom.cost + 2 * usize::from(is_long) };
                    let frame = Frame {
                        algorithm,
                        key,
                        secret: *secret,
                        separator,
                        skips_empty: *skips_empty,
                        is_closed: *is_closed,
                    };
                    let all = frames.get_mut(of_key + cost + dearer + more);
                    all.into_iter().for_each(|all| all.push((frame.clone(), mac.start())));
                }
            }
        }
    }
    frames
}

/// The parts of a kind, the cheapest first.
fn of(atoms: &[Atom], kind: Kind) -> impl Iterator<Item = (usize, &Atom)> {
    let mut found: Vec<_> = atoms.iter().enumerate().filter(|(_, atom)| atom.kind == kind).collect();
    found.sort_by_key(|(_, atom)| atom.cost);
    found.into_iter().take(MOST_OF_A_KIND)
}

impl<'s> Search<'s> {
    pub(super) fn new(atoms: &'s [Atom], frames: &'s Frames, wanted: Vec<(usize, Vec<u8>)>) -> Self {
        let is_there = |template: &str| {
            let mut part = atoms.iter().filter(|atom| atom.said.template == template);
            part.any(|atom| wanted.iter().any(|(capture, _)| !atom.value(*capture).is_empty()))
        };
        let without_query = if is_there("{query}") { 2 } else { 0 };
        let without_body = if is_there("{body}") { 3 } else { 0 };
        // A hash within the text may hold the times and nonces.
        let kinds = [3, 0].map(|left_out| (ByCost::new(), extras(atoms, left_out)));
        Self { atoms, frames, wanted, without_query, without_body, kinds }
    }

    /// The first rule of this cost that `accept` takes. Callers must ask for costs one after the other.
    pub(super) fn at(
        &mut self,
        cost: usize,
        budget: &mut Budget,
        accept: &dyn Fn(&Hit) -> bool,
    ) -> Option<Hit> {
        if budget.is_spent() {
            return None;
        }
        for with_inner in [false, true] {
            let contents = self.contents(cost, with_inner);
            self.kinds.get_mut(usize::from(with_inner))?.0.push(contents);
        }
        for (contents, extras) in &self.kinds {
            for (of_content, contents) in contents.iter().enumerate() {
                for (extras, of_extras) in extras.iter().zip(0..=cost - of_content) {
                    let frames = self.frames.get(cost - of_content - of_extras)?;
                    let all =
                        contents.iter().flat_map(|content| extras.iter().map(move |extra| (content, extra)));
                    for parts in
                        all.filter(|_| !frames.is_empty()).flat_map(|(one, extra)| orders(one, extra))
                    {
                        let found = self.in_frames(frames, &parts, budget, accept);
                        if found.is_some() || budget.is_spent() {
                            return found;
                        }
                    }
                }
            }
        }
        None
    }

    /// Tries these parts, in this order, in all frames.
    fn in_frames(
        &self,
        frames: &[(Frame, Mac)],
        parts: &[usize],
        budget: &mut Budget,
        accept: &dyn Fn(&Hit) -> bool,
    ) -> Option<Hit> {
        budget.spend(0, BYTES_OF_PARTS);
        let atoms = || parts.iter().filter_map(|part| self.atoms.get(*part));
        let is_empty =
            atoms().any(|atom| self.wanted.iter().all(|(capture, _)| atom.value(*capture).is_empty()));
        let may_skip = atoms().any(Atom::may_be_empty);
        for (frame, mac) in frames {
            // An empty part shows only by its separator, and a separator shows only between two parts.
            let is_alone = parts.len() == 1 && frame.secret == Secret::Key && !frame.separator.is_empty();
            if parts.is_empty()
                || is_empty && (frame.separator.is_empty() || frame.skips_empty)
                || is_alone && !frame.is_closed
                || frame.skips_empty && !may_skip
            {
                continue;
            }
            let mut is_right = |(capture, digest): &(usize, Vec<u8>)| {
                let (text, mut mac) = (text(self.atoms, frame, parts, *capture), mac.clone());
                budget.spend(0, BYTES_OF_TEXT + text.len() as u64);
                mac.update(&text);
                mac.finish().digest() == digest.as_slice()
            };
            let fits = self.wanted.iter().all(&mut is_right);
            budget.spend(1, if fits { BYTES_OF_FILE } else { 0 });
            let hit = || Hit { frame: frame.clone(), parts: parts.to_vec() };
            if let Some(hit) = fits.then(hit).filter(|hit| accept(hit)) {
                return Some(hit);
            }
        }
        None
    }

    /// Method, host, address, query and body that together have this cost, in this order or with two neighbours swapped.
    fn contents(&self, cost: usize, with_inner: bool) -> Vec<Vec<usize>> {
        // The rest of the cost is for the frame.
        if cost > DEAREST - 2 {
            return Vec::new();
        }
        let mut contents = self.choices(cost, with_inner);
        for parts in cost.checked_sub(2).into_iter().flat_map(|cost| self.choices(cost, with_inner)) {
            for at in 1..parts.len() {
                let mut exchanged = parts.clone();
                exchanged.swap(at - 1, at);
                contents.push(exchanged);
            }
        }
        contents
    }

    fn choices(&self, cost: usize, with_inner: bool) -> Vec<Vec<usize>> {
        let mut choices: Vec<(usize, Vec<(usize, &Atom)>)> = vec![(0, Vec::new())];
        for kind in [Kind::Method, Kind::Host, Kind::Address, Kind::Query, Kind::Body] {
            let all: Vec<_> = of(self.atoms, kind).collect();
            for (spent, chosen) in choices.clone() {
                let fits = all.iter().filter(|(_, atom)| spent + atom.cost <= cost);
                choices
                    .extend(fits.map(|part| (spent + part.1.cost, [chosen.as_slice(), &[*part]].concat())));
            }
        }
        let is_it = |(spent, chosen): &(usize, Vec<(usize, &Atom)>)| {
            let has_inner = chosen.iter().any(|(_, atom)| matches!(atom.found, Some(Found::Inner(..))));
            has_inner == with_inner && self.odd(chosen).is_some_and(|odd| spent + odd == cost)
        };
        let parts =
            |(_, chosen): (usize, Vec<(usize, &Atom)>)| chosen.into_iter().map(|(part, _)| part).collect();
        choices.into_iter().filter(is_it).map(parts).collect()
    }

    /// The cost of an unusual choice; `None` where it is not tried.
    fn odd(&self, chosen: &[(usize, &Atom)]) -> Option<usize> {
        let has = |kind| chosen.iter().any(|(_, atom)| atom.kind == kind);
        let is_dear = |kind| chosen.iter().any(|(_, atom)| atom.kind == kind && atom.cost > 2);
        let queries = chosen.iter().filter(|(_, atom)| atom.reads_query).count();
        // Few schemes write both query and body in an unusual way.
        if queries > 1 || is_dear(Kind::Query) && is_dear(Kind::Body) {
            return None;
        }
        let odd = match (has(Kind::Method), has(Kind::Address)) {
            (false, true) => 1,
            (true, false) => 3,
            (_, has_address) => usize::from(has(Kind::Host) && !has_address),
        };
        let without_query = if queries == 0 { self.without_query } else { 0 };
        let without_body = if has(Kind::Body) { 0 } else { self.without_body };
        Some(odd + without_query + without_body)
    }
}

/// The sets of other values. Cheap sets have all times and nonces, since leaving one out costs more, and few of the rest.
fn extras(atoms: &[Atom], left_out: usize) -> ByCost {
    let mut sets = vec![(0, 0, Vec::new())];
    for (index, atom) in of(atoms, Kind::Extra) {
        let is_list = matches!(atom.found, Some(Found::Headers(_)));
        let with = |(cost, lost, set): &(usize, usize, Vec<usize>)| {
            (cost + atom.cost, if is_list { 0 } else { *lost }, [set.as_slice(), &[index]].concat())
        };
        let taken: Vec<_> = sets.iter().map(with).collect();
        if atom.cost == 0 {
            sets.iter_mut().for_each(|(_, lost, _)| *lost += left_out);
        }
        sets.extend(taken);
        sets.retain(|(cost, _, set)| *cost <= DEAREST && set.len() <= MOST_EXTRAS);
        sets.truncate(MOST_SETS);
    }
    let mut by_cost: ByCost = vec![Vec::new(); DEAREST + 1];
    for (cost, lost, set) in sets {
        by_cost.get_mut(cost + lost).into_iter().for_each(|sets| sets.push(set.clone()));
    }
    by_cost
}

/// The content with the extras inserted at all places.
fn orders(content: &[usize], extras: &[usize]) -> Vec<Vec<usize>> {
    extras.iter().fold(vec![content.to_vec()], |orders, extra| {
        let with = |order: Vec<usize>| {
            (0..=order.len()).map(move |at| {
                let mut order = order.clone();
                order.insert(at, *extra);
                order
            })
        };
        orders.into_iter().flat_map(with).collect()
    })
}

/// The text of one capture.
fn text(atoms: &[Atom], frame: &Frame, parts: &[usize], capture: usize) -> Value {
    let value = |index: &usize| atoms.get(*index).map(|atom| atom.value(capture)).unwrap_or_default();
    let key = |label: &'static str| match label {
        "" => Cow::Borrowed(value(&frame.key)),
        _ => Cow::Owned([label.as_bytes(), value(&frame.key)].concat()),
    };
    let mut values = frame.around(parts.iter().map(|part| Cow::Borrowed(value(part))), key);
    values.retain(|value| !frame.skips_empty || !value.is_empty());
    if frame.is_closed {
        values.push(Cow::default());
    }
    Value::new(values.join(frame.separator.as_bytes()))
}
