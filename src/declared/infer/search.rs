//! The search: which parts, in which order, with what between them and under which key, have the digest that was received.
//!
//! Likeliest first: each choice has a cost, and combinations are tried by the sum. What is left out that is mostly signed, a
//! time or a body, costs as well.

use super::super::evaluate::Value;
use super::vocabulary::{Atom, Found, Kind};
use crate::signing::{Encoding, Mac, MacAlgorithm, MacKey};

/// What a search may hash for each try, and in any case: long bodies are tried less often.
const BYTES_PER_TRY: u64 = 512;
const LEAST_BYTES: u64 = 32 << 20;
const DEAREST: usize = 12;
/// More of one kind are not tried.
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

/// How a key comes to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secret {
    /// As the key of a MAC.
    Key,
    /// In the text: in front, behind or around it.
    Front,
    Back,
    Around,
    /// Behind it, as `key=…`.
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
    /// Whether a part that is empty takes its separator along.
    pub(super) skips_empty: bool,
    /// Whether a separator stands at the end.
    pub(super) is_closed: bool,
}

impl Frame {
    /// Whether the same parts come to the same text.
    fn has_text_of(&self, other: &Self) -> bool {
        let with_key = |frame: &Self| Some(frame.key).filter(|_| frame.secret != Secret::Key);
        self.separator == other.separator
            && self.secret == other.secret
            && (self.skips_empty, self.is_closed) == (other.skips_empty, other.is_closed)
            && with_key(self) == with_key(other)
    }
}

/// A rule that gives the signatures of all captures.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub(super) frame: Frame,
    /// The parts, by their index, in order.
    pub(super) parts: Vec<usize>,
}

/// What is searched for, and in what.
pub(super) struct Search<'s> {
    pub(super) atoms: &'s [Atom],
    /// The captures that a rule must reproduce, with their digests.
    wanted: Vec<(usize, Vec<u8>)>,
    has_query: bool,
    has_body: bool,
    most_tries: u64,
    pub(super) tries: u64,
    bytes: u64,
    pub(super) is_whole: bool,
}

/// Parts by what they cost, in order.
type ByCost = Vec<Vec<Vec<usize>>>;

impl<'s> Search<'s> {
    pub(super) fn new(
        atoms: &'s [Atom],
        wanted: Vec<(usize, Vec<u8>)>,
        [has_query, has_body]: [bool; 2],
        most_tries: u64,
    ) -> Self {
        Self { atoms, wanted, has_query, has_body, most_tries, tries: 0, bytes: 0, is_whole: true }
    }

    /// Whether a part is empty in all captures.
    fn is_empty(&self, atom: &Atom) -> bool {
        self.wanted.iter().all(|(capture, _)| atom.value(*capture).is_empty())
    }

    /// The first rule that `accept` takes.
    pub(super) fn run<T>(&mut self, mut accept: impl FnMut(&Hit) -> Option<T>) -> Option<T> {
        let frames = self.frames();
        // A hash within the text may have taken in the times and nonces.
        let kinds = [(self.contents(false), self.extras(3)), (self.contents(true), self.extras(0))];
        for total in 0..=DEAREST {
            let costs = kinds.iter().flat_map(|(contents, extras)| {
                let contents = contents.iter().enumerate().take(total + 1);
                contents.flat_map(move |(cost, contents)| {
                    extras
                        .iter()
                        .enumerate()
                        .take(total + 1 - cost)
                        .map(move |(more, extras)| (cost, contents, more, extras))
                })
            });
            for (cost, contents, more, extras) in costs {
                let Some(frames) = frames.get(total - cost - more).filter(|frames| !frames.is_empty()) else {
                    continue;
                };
                let all =
                    contents.iter().flat_map(|content| extras.iter().map(move |extras| (content, extras)));
                for parts in all.flat_map(|(content, extras)| orders(content, extras)) {
                    let found = self.tried(frames, &parts, &mut accept);
                    if found.is_some() || !self.is_whole {
                        return found;
                    }
                }
            }
        }
        None
    }

    /// Tries the parts in this order, in all frames.
    fn tried<T>(
        &mut self,
        frames: &[(Frame, Mac)],
        parts: &[usize],
        accept: &mut impl FnMut(&Hit) -> Option<T>,
    ) -> Option<T> {
        let atoms = self.atoms;
        let is_empty = parts.iter().filter_map(|part| atoms.get(*part)).any(|atom| self.is_empty(atom));
        let may_skip = parts.iter().filter_map(|part| atoms.get(*part)).any(Atom::may_be_empty);
        let mut last: Option<(&Frame, Value)> = None;
        for (frame, mac) in frames {
            // A part that is empty shows by its separator alone; and a separator between two parts.
            let is_alone = parts.len() == 1 && frame.secret == Secret::Key && !frame.separator.is_empty();
            if parts.is_empty()
                || is_empty && (frame.separator.is_empty() || frame.skips_empty)
                || is_alone && !frame.is_closed
                || frame.skips_empty && !may_skip
            {
                continue;
            }
            let (capture, digest) = self.wanted.first()?;
            let known = last.take().filter(|(earlier, _)| earlier.has_text_of(frame));
            let written = known.map_or_else(|| text(atoms, frame, parts, *capture), |(_, text)| text);
            self.tries += 1;
            self.bytes += 128 + written.len() as u64;
            if is_digest_of(mac, &written, digest) {
                let mut others = self.wanted.iter().skip(1);
                let fits = others
                    .all(|(capture, digest)| is_digest_of(mac, &text(atoms, frame, parts, *capture), digest));
                let hit = || Hit { frame: frame.clone(), parts: parts.to_vec() };
                if let Some(found) = Some(hit()).filter(|_| fits).and_then(|hit| accept(&hit)) {
                    return Some(found);
                }
            }
            last = Some((frame, written));
        }
        self.is_whole =
            self.tries < self.most_tries && self.bytes < (self.most_tries * BYTES_PER_TRY).max(LEAST_BYTES);
        None
    }

    /// All that surrounds a text, by what it costs, with the state that hashing starts from.
    fn frames(&self) -> Vec<Vec<(Frame, Mac)>> {
        let mut frames = vec![Vec::new(); DEAREST + 1];
        let Some((plain, keyed)) = self.wanted.first().and_then(|(_, digest)| algorithms(digest.len()))
        else {
            return frames;
        };
        // Nothing is skipped where nothing is empty.
        let closings = [(false, false, 0), (false, true, 3), (true, false, 1)];
        let skips = self.atoms.iter().any(Atom::may_be_empty);
        let dear = if self.wanted.iter().any(|(_, digest)| digest.len() > 20) { 2 } else { 0 };
        for (separator, dearer) in SEPARATORS {
            for (skips_empty, is_closed, more) in closings.into_iter().take(if skips { 3 } else { 2 }) {
                if separator.is_empty() && more > 0 {
                    continue;
                }
                for (secret, is_keyed, cost) in [
                    (Secret::Key, true, 0),
                    (Secret::Back, false, 1 + dear),
                    (Secret::Front, false, 1 + dear),
                    (Secret::Around, false, 2 + dear),
                    (Secret::Labelled, false, dear),
                    (Secret::Labelled, true, 1),
                ] {
                    if secret == Secret::Labelled && separator != "&" {
                        continue;
                    }
                    for (key, atom) in self.of(|kind| kind == Kind::Key) {
                        let algorithm = if is_keyed { keyed } else { plain };
                        let Ok(mac) = MacKey::new(algorithm, atom.value(0), Encoding::HexLower) else {
                            continue;
                        };
                        // In a text, a secret is mostly as it is.
                        let of_key = if is_keyed { atom.cost } else { 2 * atom.cost };
                        let cost = of_key + cost + dearer + more;
                        let frame = Frame { algorithm, key, secret, separator, skips_empty, is_closed };
                        frames
                            .get_mut(cost)
                            .into_iter()
                            .for_each(|all| all.push((frame.clone(), mac.start())));
                    }
                }
            }
        }
        frames
    }

    fn of(&self, is: impl Fn(Kind) -> bool) -> impl Iterator<Item = (usize, &'s Atom)> {
        let atoms = self.atoms.iter().enumerate();
        let mut found: Vec<_> = atoms.filter(|(_, atom)| is(atom.kind)).collect();
        found.sort_by_key(|(_, atom)| atom.cost);
        found.into_iter().take(MOST_OF_A_KIND)
    }

    /// Method, address, query and body, in this order or with two of them exchanged.
    fn contents(&self, with_inner: bool) -> ByCost {
        let optional = |is: fn(Kind) -> bool| {
            let all = self.of(is).map(|(index, atom)| Some((index, atom)));
            [None].into_iter().chain(all).collect::<Vec<_>>()
        };
        let is_body = |kind| matches!(kind, Kind::Body(_));
        let [methods, hosts, queries] =
            [|kind| kind == Kind::Method, |kind| kind == Kind::Host, |kind| kind == Kind::Query]
                .map(optional);
        let [addresses, bodies] = [|kind| matches!(kind, Kind::Address(_)), is_body].map(optional);
        let mut by_cost: ByCost = vec![Vec::new(); DEAREST + 1];
        for address in &addresses {
            for body in &bodies {
                for query in &queries {
                    let is_inner = body.is_some_and(|(_, atom)| matches!(atom.found, Some(Found::Inner(..))));
                    if is_inner != with_inner {
                        continue;
                    }
                    let parts = [address, query, body].into_iter().flatten();
                    let reads =
                        |kind: Kind| matches!(kind, Kind::Address(true) | Kind::Query | Kind::Body(true));
                    let queries = parts.filter(|(_, atom)| reads(atom.kind)).count();
                    if queries > 1 {
                        continue;
                    }
                    // Few schemes write both in a way of their own.
                    if [query, body].into_iter().all(|part| part.is_some_and(|(_, atom)| atom.cost > 2)) {
                        continue;
                    }
                    // What is left out that is mostly signed.
                    let mut cost = if body.is_none() && self.has_body { 3 } else { 0 };
                    cost += if queries == 0 && self.has_query { 2 } else { 0 };
                    for method in &methods {
                        for host in &hosts {
                            let odd = match (method, address) {
                                (None, Some(_)) => 1,
                                (Some(_), None) => 3,
                                _ => usize::from(host.is_some() && address.is_none()),
                            };
                            let chosen = [method, host, address, query, body].into_iter().flatten();
                            add_content(&mut by_cost, cost + odd, chosen.collect());
                        }
                    }
                }
            }
        }
        by_cost
    }

    /// The sets of other values: mostly all times and nonces, since one that is left out is dearer, and few of the rest.
    fn extras(&self, left_out: usize) -> ByCost {
        let mut sets = vec![(0, 0, Vec::new())];
        for (index, atom) in self.of(|kind| kind == Kind::Extra) {
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
}

/// The content with the extras put in, in all ways.
fn orders(content: &[usize], extras: &[usize]) -> Vec<Vec<usize>> {
    let mut orders = vec![content.to_vec()];
    for extra in extras {
        let with = |order: Vec<usize>| {
            (0..=order.len()).map(move |at| {
                let mut order = order.clone();
                order.insert(at, *extra);
                order
            })
        };
        orders = orders.into_iter().flat_map(with).collect();
    }
    orders
}

fn is_digest_of(mac: &Mac, text: &[u8], digest: &[u8]) -> bool {
    let mut mac = mac.clone();
    mac.update(text);
    mac.finish().digest() == digest
}

fn add_content(by_cost: &mut ByCost, cost: usize, chosen: Vec<&(usize, &Atom)>) {
    let cost = cost + chosen.iter().map(|(_, atom)| atom.cost).sum::<usize>();
    let parts: Vec<_> = chosen.iter().map(|(index, _)| *index).collect();
    let mut add = |cost: usize, parts: Vec<usize>| {
        // The rest is for what surrounds them.
        by_cost
            .get_mut(cost)
            .filter(|_| cost < DEAREST - 1)
            .into_iter()
            .for_each(|all| all.push(parts.clone()));
    };
    for at in 1..parts.len() {
        let mut parts = parts.clone();
        parts.swap(at - 1, at);
        add(cost + 2, parts);
    }
    add(cost, parts);
}

/// The text of one capture.
pub(super) fn text(atoms: &[Atom], frame: &Frame, parts: &[usize], capture: usize) -> Value {
    let value = |index: &usize| atoms.get(*index).map(|atom| atom.value(capture)).unwrap_or_default();
    let secret = value(&frame.key);
    let front = matches!(frame.secret, Secret::Front | Secret::Around).then_some(secret);
    let back = matches!(frame.secret, Secret::Back | Secret::Around | Secret::Labelled).then_some(secret);
    let values = front.into_iter().chain(parts.iter().map(value)).chain(back);
    let values: Vec<_> = values.filter(|value| !frame.skips_empty || !value.is_empty()).collect();
    let mut text =
        Value::new(Vec::with_capacity(values.iter().map(|value| value.len() + 1).sum::<usize>() + 4));
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            text.extend_from_slice(frame.separator.as_bytes());
        }
        if frame.secret == Secret::Labelled && index + 1 == values.len() {
            text.extend_from_slice(b"key=");
        }
        text.extend_from_slice(value);
    }
    if frame.is_closed {
        text.extend_from_slice(frame.separator.as_bytes());
    }
    text
}

/// The hash and the HMAC whose digests have this length.
fn algorithms(length: usize) -> Option<(MacAlgorithm, MacAlgorithm)> {
    use MacAlgorithm as A;
    match length {
        16 => Some((A::Md5, A::HmacMd5)),
        20 => Some((A::Sha1, A::HmacSha1)),
        32 => Some((A::Sha256, A::HmacSha256)),
        48 => Some((A::Sha384, A::HmacSha384)),
        64 => Some((A::Sha512, A::HmacSha512)),
        _ => None,
    }
}
