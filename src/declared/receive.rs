//! Reads the placed values back out of a message, and compares them with what should be there.

use std::time::{Duration, SystemTime};

use subtle::ConstantTimeEq as _;

use super::evaluate::{Context, Value};
use super::fault::{Kind, fault};
use super::formula::{Expr, Formula, ListSource, Placement, Source};
use super::message::values_at;
use super::scheme::Stamps;
use super::{Declaration, Result};
use crate::signing::filter::Filter;
use crate::signing::members::{json_members, json_text};
use crate::signing::{Encoding, RequestRef};

/// A list of headers with more names than this is refused.
const MOST_NAMES: usize = 64;

/// What a message says about itself, read back from the places. Nothing in it is proved before
/// [`Scheme::confirm`](super::Scheme::confirm) has accepted it.
#[derive(Debug)]
pub struct Claim<'d> {
    declaration: &'d Declaration,
    formula: &'d Formula,
    pub(super) stamps: Stamps,
    pub(super) ids: Vec<(usize, Box<str>)>,
    /// The JSON steps, as they were received.
    steps: Vec<(usize, Vec<u8>)>,
    /// The lists of covered headers.
    lists: Vec<(usize, Vec<ListSource>)>,
    compared: Vec<Compared<'d>>,
}

/// A value that must equal the value that we would have made.
#[derive(Debug)]
struct Compared<'f> {
    value: &'f Expr,
    received: Vec<u8>,
    place: Box<str>,
}

fn undo(filters: &[Filter], bytes: &[u8]) -> Option<Vec<u8>> {
    filters.iter().rev().try_fold(bytes.to_vec(), |bytes, filter| filter.undo(&bytes))
}

impl<'f> Claim<'f> {
    /// Reads all placed values.
    pub(super) fn read(
        declaration: &'f Declaration,
        formula: &'f Formula,
        message: &RequestRef<'_>,
    ) -> Result<Self> {
        let named = &declaration.0.names.stamps;
        let stamps = Stamps(vec![Box::default(); named.len()]);
        let (ids, steps, lists, compared) = Default::default();
        let mut claim = Self { declaration, formula, stamps, ids, steps, lists, compared };
        for Placement { place, value, .. } in formula.read() {
            let (headers, query) = (message.headers(), message.query_as_sent());
            let mut found = values_at(place, headers, query, || message.body())?;
            let received = found.pop().ok_or_else(|| fault(Kind::Missing, place.name()))?;
            if !found.is_empty() {
                return Err(fault(Kind::Duplicate, place.name()));
            }
            claim.value(value, &received, &place.name())?;
        }
        for (index, (text, stamp)) in claim.stamps.texts().zip(named).enumerate() {
            if text.is_empty() && formula.names_stamp(index) {
                return Err(fault(Kind::Missing, stamp.name.clone()));
            }
        }
        Ok(claim)
    }

    /// The stamps, by name.
    pub fn stamps(&self) -> impl Iterator<Item = (&str, &str)> {
        self.declaration.stamps().zip(self.stamps.texts())
    }

    /// The ids that the message names, by name.
    pub fn ids(&self) -> impl Iterator<Item = (&str, &str)> {
        let names = &self.declaration.0.names.credentials;
        self.ids.iter().filter_map(|(index, id)| names.get(*index).map(|(name, _)| (&**name, &**id)))
    }

    /// Takes a value apart, or keeps it for comparison.
    fn value(&mut self, value: &'f Expr, bytes: &[u8], place: &str) -> Result {
        let illegible = || fault(Kind::Illegible, place);
        let text = || std::str::from_utf8(bytes).map_err(|_| illegible());
        match value {
            Expr::Literal(literal) if literal.as_bytes() == bytes => Ok(()),
            Expr::Literal(_) => Err(illegible()),
            Expr::Name(_, Source::Stamp(index)) => {
                let (text, stamp) = (text()?, self.stamps.0.get_mut(*index).ok_or_else(illegible)?);
                let other = std::mem::replace(stamp, text.into());
                match &*other {
                    _ if text.is_empty() => Err(illegible()),
                    other if other.is_empty() || other == text => Ok(()),
                    _ => Err(fault(Kind::Duplicate, place)),
                }
            }
            Expr::Name(_, Source::Credential(index)) => {
                self.ids.push((*index, text()?.into()));
                Ok(())
            }
            Expr::Name(_, Source::Names(index)) => self.names(*index, text()?, place),
            value if !value.is_readable(&self.formula.steps) => {
                self.compare_later(value, bytes, place);
                Ok(())
            }
            Expr::Name(_, Source::Step(index)) => {
                let step = self.formula.steps.get(*index).ok_or_else(illegible)?;
                let json = step.value.all().into_iter().find(|part| matches!(part, Expr::Json(..)));
                match json {
                    // An object with the body in it is made again; any other is taken as it was received, in any layout.
                    Some(Expr::Json(_, true)) => self.compare_later(value, bytes, place),
                    Some(_) => self.steps.push((*index, bytes.to_vec())),
                    None => {}
                }
                self.value(&step.value, bytes, place)
            }
            Expr::Filtered(value, filters) => {
                self.value(value, &undo(filters, bytes).ok_or_else(illegible)?, place)
            }
            Expr::Text(items, join) if join.is_empty() => self.template(items, bytes, place),
            Expr::Text(items, join) => self.items(items, join, text()?, place),
            Expr::Json(members, _) => self.object(members, bytes, place),
            _ => Ok(()),
        }
    }

    fn compare_later(&mut self, value: &'f Expr, received: &[u8], place: &str) {
        self.compared.push(Compared { value, received: received.to_vec(), place: place.into() });
    }

    /// Takes a text apart: each value ends where the next literal text begins, or at the end of the text.
    fn template(&mut self, items: &'f [Expr], bytes: &[u8], place: &str) -> Result {
        let illegible = || fault(Kind::Illegible, place);
        let mut rest = bytes;
        for (index, item) in items.iter().enumerate() {
            let next = items.get(index + 1).and_then(Expr::literal).map(str::as_bytes);
            let end = match (item.literal(), next) {
                (Some(literal), _) => Some(literal.len()),
                (None, Some(last)) if index + 2 == items.len() => rest.strip_suffix(last).map(<[u8]>::len),
                (None, Some(next)) => rest.windows(next.len()).position(|window| window == next),
                (None, None) => Some(rest.len()),
            };
            let (value, behind) = end.and_then(|end| rest.split_at_checked(end)).ok_or_else(illegible)?;
            self.value(item, value, place)?;
            rest = behind;
        }
        if rest.is_empty() { Ok(()) } else { Err(illegible()) }
    }

    /// Reads a list. Its items may come in any order and more than once, with unknown items among them.
    fn items(&mut self, items: &'f [Expr], join: &str, text: &str, place: &str) -> Result {
        let join = if join.trim().is_empty() { join } else { join.trim() };
        let mut found = vec![false; items.len()];
        for part in text.split(join).map(str::trim) {
            let is_it = |item: &Expr| item.begins_with().is_none_or(|label| part.starts_with(label));
            if let Some((item, found)) = items.iter().zip(&mut found).find(|(item, _)| is_it(item)) {
                *found = true;
                self.value(item, part.as_bytes(), place)?;
            }
        }
        if found.contains(&false) { Err(fault(Kind::Illegible, place)) } else { Ok(()) }
    }

    fn object(&mut self, members: &'f [(Box<str>, Expr)], bytes: &[u8], place: &str) -> Result {
        let received = json_members(bytes).ok_or_else(|| fault(Kind::Illegible, place))?;
        for (name, value) in members {
            let found: Vec<_> = received.iter().filter(|(other, _)| *other == **name).collect();
            match &*found {
                [] => return Err(fault(Kind::Missing, name.clone())),
                [(_, one)] => self.value(value, &json_text(one), name)?,
                _ => return Err(fault(Kind::Duplicate, name.clone())),
            }
        }
        Ok(())
    }

    /// Reads the names of covered headers, which must include all that the file lists.
    fn names(&mut self, index: usize, text: &str, place: &str) -> Result {
        let step = self.formula.steps.get(index);
        let Some(Expr::List(list)) = step.map(|step| &step.value) else { return Ok(()) };
        let names: Vec<_> = text.split(&*list.names_join).collect();
        let is_letter = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_uppercase() && byte != b'*';
        let is_name = |name: &&str| !name.is_empty() && name.bytes().all(is_letter);
        let is_repeated =
            |(index, name): (usize, &&str)| names.iter().skip(index + 1).any(|other| other == name);
        if names.len() > MOST_NAMES || !names.iter().all(is_name) || names.iter().enumerate().any(is_repeated)
        {
            return Err(fault(Kind::Illegible, place));
        }
        let names: Vec<_> = names.into_iter().map(|name| ListSource::Header(name.into())).collect();
        for source in &list.sources {
            match source {
                ListSource::Header(name) if !name.contains('*') && !names.contains(source) => {
                    return Err(fault(Kind::NotCovered, name.clone()));
                }
                _ => {}
            }
        }
        self.lists.push((index, names));
        Ok(())
    }

    /// The received value of a step.
    pub(super) fn step(&self, index: usize) -> Option<&[u8]> {
        self.steps.iter().find(|(step, _)| *step == index).map(|(_, value)| &**value)
    }

    /// The received names of a list.
    pub(super) fn list(&self, index: usize) -> Option<&[ListSource]> {
        self.lists.iter().find(|(step, _)| *step == index).map(|(_, names)| &**names)
    }

    /// The received signatures: one, or several if the sender rotates keys.
    pub fn signatures(&self) -> impl Iterator<Item = &[u8]> {
        let is_signature = |one: &&Compared<'_>| one.value.step() == Some(self.formula.signature);
        self.compared.iter().filter(is_signature).map(|one| &*one.received)
    }

    /// The times of the message by its stamps, and how long the message is good after each. `None` for a time that
    /// cannot be read.
    pub(super) fn times(&self) -> Vec<Option<(SystemTime, Option<Duration>)>> {
        let stamps = self.declaration.0.names.stamps.iter().map(|stamp| &stamp.format);
        let times = stamps.zip(self.stamps.texts()).filter(|(format, _)| format.is_time());
        times.map(|(format, text)| format.read(text).map(|time| (time, format.life()))).collect()
    }

    /// Compares each value with the value that we would have made. Compares all of them, even after a difference.
    pub(super) fn compare(&self, context: &Context<'_>) -> Result {
        let mut values: Vec<(&Compared<'f>, Value, bool)> = Vec::new();
        for one in &self.compared {
            let is_it = |(other, ..): &&mut (&Compared<'f>, _, _)| std::ptr::eq(other.value, one.value);
            // Of a value that is sent more than once, one must be right.
            match values.iter_mut().find(is_it) {
                Some((_, expected, is_there)) => *is_there |= self.is_equal(one, expected),
                None => {
                    let expected = context.bytes(one.value)?;
                    let is_there = self.is_equal(one, &expected);
                    values.push((one, expected, is_there));
                }
            }
        }
        let wrong: Vec<_> = values.iter().filter(|(.., is_there)| !is_there).map(|(one, ..)| one).collect();
        match wrong.iter().find(|one| one.value.step() != Some(self.formula.signature)) {
            Some(one) => Err(fault(Kind::Mismatch, one.place.clone())),
            None if wrong.is_empty() => Ok(()),
            None => Err(fault(Kind::WrongSignature, "signature")),
        }
    }

    /// Compares in constant time; hex may be in either case.
    fn is_equal(&self, one: &Compared<'_>, expected: &[u8]) -> bool {
        let value = one
            .value
            .step()
            .and_then(|step| self.formula.steps.get(step))
            .map_or(one.value, |step| &step.value);
        let last = if let Expr::Filtered(_, filters) = value { filters.last() } else { None };
        if let Some(Filter::Encode(Encoding::HexLower | Encoding::HexUpper)) = last {
            return expected.to_ascii_lowercase().ct_eq(&one.received.to_ascii_lowercase()).into();
        }
        expected.ct_eq(&one.received).into()
    }
}
