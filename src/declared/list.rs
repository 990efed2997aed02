//! Lists of pairs, members and headers.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use http::HeaderName;

use super::Result;
use super::evaluate::{Context, Pair};
use super::fault::{Kind, fault};
use super::formula::{Encode, Expr, List, ListSource, Place, Sort, fits};
use crate::signing::filter::Filter;
use crate::signing::members::{decoded, json_members, json_text, json_values, raw_pairs};

impl Context<'_> {
    /// The names and values of a list, in order.
    pub(super) fn list<'p>(&'p self, list: &'p List) -> Result<Vec<Pair<'p>>> {
        let mut pairs: Vec<Pair<'p>> = Vec::new();
        let text = |text: &'p str| {
            if list.encode == Encode::AsSent { Cow::Borrowed(text.as_bytes()) } else { decoded(text) }
        };
        let raw = |pairs: &mut Vec<Pair<'p>>, all: &'p str| {
            pairs.extend(raw_pairs(all).map(|(name, value)| (text(name), text(value))));
        };
        // A received message names the headers that are listed.
        let claimed = self.inputs.reading.and_then(|reading| reading.list(list.step));
        for source in claimed.unwrap_or(&list.sources) {
            match source {
                ListSource::Query => raw(&mut pairs, self.query()),
                ListSource::Form => raw(&mut pairs, self.form()?.unwrap_or_default()),
                ListSource::Json(path) => {
                    let within = json_values(self.body()?, path);
                    let members = within.first().and_then(|object| json_members(object.get().as_bytes()));
                    let members = members.unwrap_or_default().into_iter();
                    pairs.extend(
                        members.map(|(name, value)| (Cow::Owned(name.into_bytes()), json_text(value))),
                    );
                }
                ListSource::Header(pattern) => match list.add.iter().find(|(name, _)| name == pattern) {
                    Some((name, value)) => {
                        pairs.push((Cow::Borrowed(name.as_bytes()), Cow::Owned(self.bytes(value)?.to_vec())));
                    }
                    None => {
                        let before = pairs.len();
                        self.headers(pattern, list.step, &mut pairs)?;
                        if claimed.is_some() && pairs.len() == before {
                            return Err(fault(Kind::Missing, pattern.clone()));
                        }
                    }
                },
            }
        }
        for (name, value) in &list.add {
            if !list.sources.contains(&ListSource::Header(name.clone())) {
                pairs.push((Cow::Borrowed(name.as_bytes()), Cow::Owned(self.bytes(value)?.to_vec())));
            }
        }
        let written =
            |filter: &Filter, part: &[u8]| Cow::Owned(filter.apply(part).unwrap_or_default().into_owned());
        if let Some(case) = &list.case {
            pairs.iter_mut().for_each(|(name, _)| *name = written(case, name));
        }
        let fit = |patterns: &[Box<str>], name: &[u8]| {
            std::str::from_utf8(name).is_ok_and(|name| patterns.iter().any(|pattern| fits(pattern, name)))
        };
        pairs.retain(|(name, value)| {
            (list.keep.is_empty() || fit(&list.keep, name))
                && !fit(&list.drop, name)
                && !(list.drop_empty && (value.is_empty() || **value == *b"null"))
        });
        if let Encode::Again(filter) = &list.encode {
            let parts = pairs.iter_mut().flat_map(|(name, value)| [name, value]);
            parts.for_each(|part| *part = written(filter, part));
        }
        match list.sort {
            None => {}
            Some(Sort::Name) => pairs.sort_by(|(one, _), (other, _)| one.cmp(other)),
            Some(Sort::Pair) => pairs.sort(),
            Some(Sort::Value) => pairs.sort_by(|(_, one), (_, other)| one.cmp(other)),
        }
        if list.unique {
            let mut seen = HashSet::new();
            pairs.retain(|pair| seen.insert(pair.clone()));
        }
        Ok(match &list.group {
            Some(join) => grouped(pairs, join),
            None => pairs,
        })
    }

    /// Adds the headers that fit a pattern, sorted by name. A header that is placed after the step is left out.
    fn headers<'p>(&'p self, pattern: &str, step: usize, pairs: &mut Vec<Pair<'p>>) -> Result {
        let placed = |is_made: bool| {
            let placements = self.inputs.formula.read().filter(move |one| (one.after <= step) == is_made);
            placements.filter_map(|one| if let Place::Header(name) = &one.place { Some(name) } else { None })
        };
        let mut names: Vec<Cow<'p, HeaderName>> = match HeaderName::from_bytes(pattern.as_bytes()) {
            Ok(name) if !pattern.contains('*') => vec![Cow::Owned(name)],
            _ => {
                let made = placed(true).filter(|_| self.inputs.reading.is_none());
                let all = self.message.headers().keys().chain(made);
                all.filter(|name| fits(pattern, name.as_str())).map(Cow::Borrowed).collect()
            }
        };
        names.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
        names.dedup();
        for name in names.into_iter().filter(|name| !placed(false).any(|later| *later == **name)) {
            if let Some(value) = self.header(&name)? {
                pairs.push((Cow::Owned(name.as_str().as_bytes().to_vec()), value));
            }
        }
        Ok(())
    }

    /// The names of a list, joined.
    pub(super) fn listed_names(&self, index: usize) -> Result<Vec<u8>> {
        let step = self.inputs.formula.steps.get(index);
        let Some(Expr::List(list)) = step.map(|step| &step.value) else { return Ok(Vec::new()) };
        let listed = self.list(list)?;
        let names: Vec<&[u8]> = listed.iter().map(|(name, _)| &**name).collect();
        Ok(names.join(list.names_join.as_bytes()))
    }
}

/// Joins the values of each name, at the place of the first.
fn grouped<'p>(pairs: Vec<Pair<'p>>, join: &str) -> Vec<Pair<'p>> {
    let (mut places, mut grouped) = (HashMap::new(), Vec::<Pair<'p>>::new());
    for (name, value) in pairs {
        match places.get(&name).and_then(|place: &usize| grouped.get_mut(*place)) {
            Some((_, values)) => values.to_mut().extend([join.as_bytes(), &value].concat()),
            None => {
                places.insert(name.clone(), grouped.len());
                grouped.push((name, value));
            }
        }
    }
    grouped
}
