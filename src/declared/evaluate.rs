//! The evaluator of signing, verifying and explaining alike.

use std::borrow::Cow;
use std::cell::Cell;

use http::{HeaderName, HeaderValue};
use secrecy::SecretString;
use zeroize::{Zeroize as _, Zeroizing};

use super::Result;
use super::check::{is_fixed, is_secret};
use super::fault::{Kind, fault};
use super::formula::{Expr, Formula, Names, PARTS, Part, Place, Placement, Source, Step};
use super::message::Address;
use super::receive::Claim;
use crate::signing::filter::Filter;
use crate::signing::members::{json_members, json_string, with_member, with_pair};
use crate::signing::{self, Charset, Digest, Encoding, MacKey, RequestRef, Segment, Signature, SignedText};

/// A value, which is wiped since it may be a secret.
pub(super) type Value = Zeroizing<Vec<u8>>;

/// The name and value of a pair, member or header.
pub(super) type Pair<'c> = (Cow<'c, [u8]>, Cow<'c, [u8]>);

/// One pair of a list, and whether it must not be shown.
pub(super) type Each<'e> = Option<(&'e Pair<'e>, bool)>;

/// What is the same for each message, and made only once.
#[derive(Default)]
pub(super) struct Prepared {
    /// The key of each step.
    pub(super) keys: Vec<Option<MacKey>>,
    /// The value of each placement that is a header.
    headers: Vec<Option<HeaderValue>>,
}

/// Signing a message may make at most this many times its length, plus `MOST_BESIDES`.
const MOST_PER_BYTE: usize = 64;
const MOST_BESIDES: usize = 1 << 20;

/// What it takes to sign a message, besides the message.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'c> {
    pub(super) names: &'c Names,
    pub(super) formula: &'c Formula,
    pub(super) prepared: &'c Prepared,
    pub(super) credentials: &'c [SecretString],
    pub(super) stamps: &'c [Box<str>],
    /// What was read out of a received message. The placed values are already in such a message.
    pub(super) reading: Option<&'c Claim<'c>>,
    /// In a reply: its status, and the request that it answers.
    pub(super) reply_to: Option<(u16, &'c Context<'c>)>,
}

/// A message that is being evaluated.
pub(super) struct Context<'c> {
    pub(super) inputs: Inputs<'c>,
    pub(super) message: &'c RequestRef<'c>,
    pub(super) url: Address<'c>,
    /// The query and body that are signed.
    pub(super) query: Option<Cow<'c, str>>,
    pub(super) body: Option<Cow<'c, [u8]>>,
    /// How many steps are made, and their values.
    made: usize,
    steps: Vec<(usize, Value)>,
    /// Written only where it is named, which is mostly once, where it is placed.
    signature: Option<Digest>,
    left: Cell<usize>,
}

/// What signing adds to a message.
#[derive(Debug)]
#[non_exhaustive]
pub struct Placed {
    /// The headers. Each replaces all headers of the same name.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The query, where something is placed in it.
    pub query: Option<String>,
    /// The body, where something is placed in it.
    pub body: Option<Vec<u8>>,
}

/// Prepares a formula for these credentials.
pub(super) fn prepare(names: &Names, formula: &Formula, credentials: &[SecretString]) -> Result<Prepared> {
    let (method, headers, extensions) = Default::default();
    let url = url::Url::parse("https://localhost/").map_err(|_| fault(Kind::Unwritable, "localhost"))?;
    let message = RequestRef::new(&method, &url, &headers, &extensions, &[]);
    let (stamps, reading, reply_to) = Default::default();
    let none = Prepared::default();
    let inputs = Inputs { names, formula, prepared: &none, credentials, stamps, reading, reply_to };
    let context = Context::bare(inputs, &message);
    let is_fixed = |value: &Expr| is_fixed(value, &formula.steps);
    let has_fixed_key = |step: &&Step| step.digest().is_some_and(|(_, key, ..)| key.is_none_or(is_fixed));
    let key = |step| Some(step).filter(has_fixed_key).map(|step| context.key(step)).transpose();
    // Steps are made anew for each message.
    let is_plain = |value: &Expr| is_fixed(value) && value.all().iter().all(|one| one.step().is_none());
    let headers = formula.placements.iter().map(|one| {
        let fixed = Some(one).filter(|one| one.place.is_header() && is_plain(&one.value));
        fixed.map(|one| header_value(one, context.bytes(&one.value)?)).transpose()
    });
    let headers = headers.collect::<Result<_>>()?;
    Ok(Prepared { keys: formula.steps.iter().map(key).collect::<Result<_>>()?, headers })
}

/// The value of a header, marked sensitive unless nobody could use it to sign.
fn header_value(placement: &Placement, mut value: Value) -> Result<HeaderValue> {
    let value = HeaderValue::try_from(std::mem::take(&mut *value));
    let mut value = value.map_err(|_| fault(Kind::Unwritable, placement.place.name()))?;
    value.set_sensitive(!placement.is_public);
    Ok(value)
}

impl<'c> Context<'c> {
    /// The message that is signed: with the values that are placed before signing, and without those that are placed after.
    pub(super) fn new(inputs: Inputs<'c>, message: &'c RequestRef<'c>) -> Result<Self> {
        let mut context = Self::bare(inputs, message);
        for placement in inputs.formula.placements.iter().filter(|one| !one.place.is_header()) {
            if placement.is_late {
                context.exchange(placement, None)?;
            } else if inputs.reading.is_none() {
                let value = context.bytes(&placement.value)?;
                context.exchange(placement, Some(&value))?;
            }
        }
        Ok(context)
    }

    fn bare(inputs: Inputs<'c>, message: &'c RequestRef<'c>) -> Self {
        let url = Address::new(message.url_as_sent());
        let query = url.whole.split_once('?').map(|(_, query)| Cow::Borrowed(query));
        let body = message.body().ok();
        let length = url.whole.len().saturating_add(body.map_or(0, <[u8]>::len));
        let left = Cell::new(length.saturating_mul(MOST_PER_BYTE).saturating_add(MOST_BESIDES));
        let (made, steps, signature) = Default::default();
        Self { inputs, message, url, query, body: body.map(Cow::Borrowed), made, steps, signature, left }
    }

    /// Replaces a placed value of the query or body; `None` takes it out.
    fn exchange(&mut self, placement: &Placement, value: Option<&[u8]>) -> Result {
        match &placement.place {
            Place::Header(_) => {}
            Place::Query(name) => {
                let query = with_pair(self.query.as_deref().unwrap_or_default(), name, value);
                // A question mark with an empty query stays.
                let is_there = !query.is_empty() || self.query.as_deref() == Some("");
                self.query = is_there.then_some(Cow::Owned(query));
            }
            Place::Form(name) => {
                let form = self.form()?.ok_or_else(|| fault(Kind::Body, name.clone()))?;
                self.body = Some(Cow::Owned(with_pair(form, name, value).into_bytes()));
            }
            Place::Json(path) => {
                let json = value.map(|value| as_json(&placement.value, value)).transpose()?;
                let body = with_member(self.body()?, path, json.as_deref());
                self.body = Some(Cow::Owned(body.ok_or_else(|| fault(Kind::Body, placement.place.name()))?));
            }
        }
        Ok(())
    }

    /// Makes the steps before `end`.
    fn make_until(&mut self, end: usize) -> Result {
        let formula = self.inputs.formula;
        for (index, step) in formula.steps.iter().enumerate().take(end).skip(self.made) {
            if let Some(value) = self.inputs.reading.and_then(|reading| reading.step(index)) {
                self.steps.push((index, Zeroizing::new(value.to_vec())));
            } else if step.is_kept() && index != formula.signature {
                let value = self.value_of(index, step)?;
                self.steps.push((index, value));
            }
        }
        self.made = self.made.max(end);
        Ok(())
    }

    /// The value of a step, once the steps that it names are made.
    pub(super) fn value_of(&self, index: usize, step: &Step) -> Result<Value> {
        match step.digest() {
            Some((.., encode)) => self.written(step, self.digest(index, step)?.digest(), encode),
            None => self.bytes(&step.value),
        }
    }

    /// The step `signature`, its key and its text, once the steps before it are made.
    fn signature(&mut self) -> Result<(&'c Step, Option<&'c Expr>, &'c Expr)> {
        let formula = self.inputs.formula;
        self.make_until(formula.signature)?;
        let signing = formula.signing().map(|(step, (_, key, text, _))| (step, key, text));
        signing.ok_or_else(|| fault(Kind::Unwritable, "signature"))
    }

    /// States the text of the signature.
    pub(super) fn state_signature(&mut self, text: &mut SignedText<'_>) -> Result {
        let (_, _, value) = self.signature()?;
        self.state(value, None, text)
    }

    /// States the bytes of the key of the signature; nothing for a plain hash.
    pub(super) fn state_key(&mut self, text: &mut SignedText<'_>) -> Result {
        let (_, key, _) = self.signature()?;
        key.map_or(Ok(()), |key| self.push(segment("key", true, &self.bytes(key)?), text))
    }

    /// The text of the signature, with secrets masked.
    pub(super) fn signed_text(&mut self) -> Result<String> {
        let mut shown = String::new();
        let mut show = |segment: Segment<'_>| match segment.public_bytes() {
            Some(bytes) => shown.push_str(&String::from_utf8_lossy(bytes)),
            None => shown.push('…'),
        };
        self.state_signature(&mut SignedText::new(&mut show))?;
        Ok(shown)
    }

    /// The key of the signature.
    pub(super) fn signature_key(&mut self) -> Result<MacKey> {
        let (step, ..) = self.signature()?;
        self.key(step)
    }

    /// Makes the signature, and the steps before and after it.
    pub(super) fn sign(&mut self) -> Result<Signature> {
        let (step, ..) = self.signature()?;
        let signature = self.digest(self.inputs.formula.signature, step)?;
        self.finish(signature.digest())?;
        Ok(signature)
    }

    /// Takes a digest as the signature, and makes the steps after it.
    pub(super) fn finish(&mut self, digest: &[u8]) -> Result {
        self.signature()?;
        self.signature = Some(Digest::new(digest));
        self.make_until(self.inputs.formula.steps.len())
    }

    /// Makes all placed values, once all steps are made.
    pub(super) fn place(&self) -> Result<Placed> {
        self.place_each(|placement| self.bytes(&placement.value))
    }

    /// Places the value that `make` makes of each placement.
    pub(super) fn place_each(&self, make: impl Fn(&Placement) -> Result<Value>) -> Result<Placed> {
        let Inputs { formula, prepared, .. } = self.inputs;
        let mut headers = Vec::with_capacity(formula.placements.len());
        let mut whole = Self::bare(self.inputs, self.message);
        for (index, placement) in formula.placements.iter().enumerate() {
            let fixed = prepared.headers.get(index).cloned().flatten();
            match &placement.place {
                Place::Header(name) if placement.is_default && self.message.headers().contains_key(name) => {}
                Place::Header(name) => {
                    let made = || header_value(placement, make(placement)?);
                    headers.push((name.clone(), fixed.map_or_else(made, Ok)?));
                }
                _ => whole.exchange(placement, Some(&make(placement)?))?,
            }
        }
        Ok(Placed { headers, query: whole.query.and_then(owned), body: whole.body.and_then(owned) })
    }

    /// The bytes of a value.
    pub(super) fn bytes(&self, value: &Expr) -> Result<Value> {
        if let Some(kept) = value.step().map(|index| self.kept(index)).transpose()?.flatten() {
            self.charge(kept.len())?;
            return Ok(Zeroizing::new(kept.into_owned()));
        }
        let mut bytes = Value::default();
        let mut gather = |segment: Segment<'_>| bytes.extend_from_slice(segment.bytes());
        self.state(value, None, &mut SignedText::new(&mut gather))?;
        Ok(bytes)
    }

    fn digest(&self, index: usize, step: &Step) -> Result<Signature> {
        let key = match self.inputs.prepared.keys.get(index) {
            Some(Some(key)) => Cow::Borrowed(key),
            _ => Cow::Owned(self.key(step)?),
        };
        let mut mac = key.start();
        mac.text(|text| step.digest().map_or(Ok(()), |(_, _, value, _)| self.state(value, None, text)))?;
        Ok(mac.finish())
    }

    fn key(&self, step: &Step) -> Result<MacKey> {
        let unwritable = || fault(Kind::Unwritable, step.name.clone());
        let (algorithm, key, _, encode) = step.digest().ok_or_else(unwritable)?;
        let encoding = encode.iter().rev().find_map(|filter| match filter {
            Filter::Encode(encoding) => Some(*encoding),
            _ => None,
        });
        let key = key.map(|key| self.bytes(key)).transpose()?.unwrap_or_default();
        MacKey::new(algorithm, &key, encoding.unwrap_or(Encoding::HexLower)).map_err(|_| unwritable())
    }

    /// States a value, part by part. Within a list, `each` is a pair, and whether the pair must not be shown.
    fn state(&self, value: &Expr, each: Each<'_>, text: &mut SignedText<'_>) -> Result {
        self.charge(1)?;
        match value {
            Expr::Literal(literal) => self.push(Segment::separator(literal), text),
            Expr::Text(items, join) => {
                self.joined(items, join, text, |item, text| self.state(item, each, text))
            }
            Expr::Either(all) => {
                for one in all {
                    let fits = one.methods.is_empty() || one.methods.contains(self.message.method());
                    let condition =
                        one.condition.as_ref().map(|condition| self.bytes(condition)).transpose()?;
                    if fits && condition.is_none_or(|condition| !condition.is_empty()) {
                        return self.state(&one.value, each, text);
                    }
                }
                Ok(())
            }
            Expr::List(list) => {
                let is_secret = is_secret(value, &self.inputs.formula.steps, self.inputs.names);
                let pairs = self.list(list)?;
                self.charge(pairs.iter().map(|(name, value)| name.len() + value.len()).sum())?;
                self.joined(&pairs, &list.join, text, |pair, text| {
                    self.state(&list.each, Some((pair, is_secret)), text)
                })
            }
            Expr::Name(_, Source::Step(index)) if !self.is_kept(*index) => {
                let Some(step) = self.inputs.formula.steps.get(*index) else { return Ok(()) };
                let Some((.., encode)) = step.digest() else { return self.state(&step.value, each, text) };
                // Named before it is made: by a key that never changes, or by a placed value that is then signed.
                let bytes = self.written(step, self.digest(*index, step)?.digest(), encode)?;
                self.push(self.segment(value, each, &bytes), text)
            }
            Expr::Name(_, source) => {
                let bytes = self.source(source, each)?;
                self.push(self.segment(value, each, &bytes), text)
            }
            Expr::Filtered(inner, filters) => {
                let bytes = match &**inner {
                    Expr::Name(_, source) if inner.step().is_none_or(|index| self.is_kept(index)) => {
                        self.source(source, each)?
                    }
                    inner => Cow::Owned(self.bytes(inner)?.to_vec()),
                };
                let bytes = self.filtered(inner.label(), bytes, filters)?;
                let segment = self.segment(inner, each, &bytes);
                let is_latin9 = filters.last() == Some(&Filter::Latin9);
                self.push(if is_latin9 { segment.with_charset(Charset::Latin9) } else { segment }, text)?;
                if let Cow::Owned(mut bytes) = bytes {
                    bytes.zeroize();
                }
                Ok(())
            }
            Expr::Json(members, merge) => {
                let json = self.json(members, *merge)?;
                self.push(self.segment(value, each, json.as_bytes()), text)
            }
            // Only a step can be a digest, and a step is made where it is named.
            Expr::Digest(..) => Err(fault(Kind::Unwritable, "digest")),
        }
    }

    fn joined<T>(
        &self,
        items: &[T],
        join: &str,
        text: &mut SignedText<'_>,
        state: impl Fn(&T, &mut SignedText<'_>) -> Result,
    ) -> Result {
        for (index, item) in items.iter().enumerate() {
            if index > 0 && !join.is_empty() {
                self.push(Segment::separator(join), text)?;
            }
            state(item, text)?;
        }
        Ok(())
    }

    /// The segment of a value, with its source and charset.
    fn segment<'s>(&self, value: &'s Expr, each: Each<'s>, bytes: &'s [u8]) -> Segment<'s> {
        if let (Expr::Name(_, Source::Each(_)), Some(((name, _), is_secret))) = (value, each) {
            return segment(std::str::from_utf8(name).unwrap_or("name"), is_secret, bytes);
        }
        let names = self.inputs.names;
        let origin = match value {
            Expr::Name(_, Source::Part(part)) => PARTS
                .iter()
                .find(|(_, other, ..)| other == part)
                .map_or(signing::Source::Unstated, |(.., origin)| *origin),
            Expr::Name(_, Source::At(Place::Header(_))) => signing::Source::RequestHeader,
            Expr::Name(_, Source::At(Place::Query(_))) => signing::Source::RequestQuery,
            Expr::Name(_, Source::At(_)) => signing::Source::Body,
            Expr::Name(_, Source::Credential(_)) => signing::Source::Credential,
            Expr::Name(_, Source::Stamp(index)) => match names.stamps.get(*index) {
                Some(stamp) if stamp.format.is_drawn() => signing::Source::Drawn,
                _ => signing::Source::Clock,
            },
            _ => signing::Source::Unstated,
        };
        let is_secret = match value {
            Expr::Name(_, Source::Credential(index)) => names.is_secret(*index),
            Expr::Name(_, Source::Step(index)) => {
                self.inputs.formula.steps.get(*index).is_some_and(|step| step.is_hidden)
            }
            Expr::Json(..) => is_secret(value, &self.inputs.formula.steps, names),
            _ => false,
        };
        if is_secret {
            return segment(value.label(), true, bytes);
        }
        let charset = if matches!(value, Expr::Name(_, Source::Part(Part::Body) | Source::Step(_))) {
            Charset::Bytes
        } else {
            Charset::Utf8
        };
        segment(value.label(), false, bytes).with_source(origin).with_charset(charset)
    }

    fn push(&self, segment: Segment<'_>, text: &mut SignedText<'_>) -> Result {
        self.charge(segment.bytes().len())?;
        text.push(segment);
        Ok(())
    }

    /// Counts work against the limit for a message of this length.
    pub(super) fn charge(&self, bytes: usize) -> Result {
        let left = self.left.get().checked_sub(bytes).ok_or_else(|| fault(Kind::TooLong, "signature"));
        left.map(|left| self.left.set(left))
    }

    fn filtered<'v>(
        &self,
        name: &str,
        mut value: Cow<'v, [u8]>,
        filters: &[Filter],
    ) -> Result<Cow<'v, [u8]>> {
        for filter in filters {
            self.charge(value.len())?;
            let written = match value {
                Cow::Borrowed(bytes) => filter.apply(bytes),
                Cow::Owned(bytes) => {
                    let bytes = Zeroizing::new(bytes);
                    filter.apply(&bytes).map(|written| Cow::Owned(written.into_owned()))
                }
            };
            value = written.ok_or_else(|| fault(Kind::Unwritable, name))?;
        }
        Ok(value)
    }

    /// A digest in the encoding of its step.
    fn written(&self, step: &Step, digest: &[u8], encode: &[Filter]) -> Result<Value> {
        Ok(Zeroizing::new(self.filtered(&step.name, Cow::Borrowed(digest), encode)?.into_owned()))
    }

    fn is_kept(&self, index: usize) -> bool {
        let is_signed = index == self.inputs.formula.signature && self.signature.is_some();
        is_signed || self.steps.iter().any(|(step, _)| *step == index)
    }

    /// The bytes of a step that is made.
    pub(super) fn kept(&self, index: usize) -> Result<Option<Cow<'_, [u8]>>> {
        let formula = self.inputs.formula;
        if let (Some(digest), true) = (&self.signature, index == formula.signature) {
            let (step, (.., encode)) =
                formula.signing().ok_or_else(|| fault(Kind::Unwritable, "signature"))?;
            return self.filtered(&step.name, Cow::Borrowed(digest.as_bytes()), encode).map(Some);
        }
        let step = self.steps.iter().find(|(step, _)| *step == index);
        Ok(step.map(|(_, value)| Cow::Borrowed(value.as_slice())))
    }

    fn json(&self, members: &[(Box<str>, Expr)], merge: bool) -> Result<String> {
        let mut parts = Vec::with_capacity(members.len());
        for (name, value) in members {
            parts.push(format!("{}:{}", json_string(name), as_json(value, &self.bytes(value)?)?));
        }
        if merge {
            let members = json_members(self.body()?).ok_or_else(|| fault(Kind::Body, "merge"))?;
            parts
                .extend(members.iter().map(|(name, value)| format!("{}:{}", json_string(name), value.get())));
        }
        Ok(format!("{{{}}}", parts.join(",")))
    }
}

/// A value as JSON: a string, unless the value is an object or its last filter is `bare`.
fn as_json(value: &Expr, bytes: &[u8]) -> Result<String> {
    let text = std::str::from_utf8(bytes).map_err(|_| fault(Kind::Unwritable, value.label()))?;
    let is_bare = match value {
        Expr::Filtered(_, filters) => filters.last() == Some(&Filter::Bare),
        value => matches!(value, Expr::Json(..)),
    };
    Ok(if is_bare { text.to_owned() } else { json_string(text) })
}

fn segment<'s>(name: &'s str, is_secret: bool, bytes: &'s [u8]) -> Segment<'s> {
    if is_secret { Segment::secret(name, bytes) } else { Segment::public(name, bytes) }
}

fn owned<T: ToOwned + ?Sized>(value: Cow<'_, T>) -> Option<T::Owned> {
    if let Cow::Owned(value) = value { Some(value) } else { None }
}
