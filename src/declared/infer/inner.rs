//! A SHA-256 of several parts, which is itself a part.

use std::rc::Rc;

use super::fields::{Meaning, Seen};
use super::vocabulary::{Atom, Found, Kind, add};
use crate::signing::filter::Filter;
use crate::signing::{Encoding, MacAlgorithm};

/// Adds digests of times and nonces together with the parts that most schemes sign.
pub(super) fn add_digests(atoms: &mut Vec<Atom>, seen: &[Seen]) {
    let cheapest = |most, is: &dyn Fn(&Atom) -> bool| {
        let mut found: Vec<_> =
            atoms.iter().enumerate().filter(|(_, atom)| !atom.is_empty() && is(atom)).collect();
        found.sort_by_key(|(_, atom)| atom.cost);
        found.into_iter().take(most).map(|(index, _)| index).collect::<Vec<_>>()
    };
    let is_stamp = |atom: &Atom| match atom.found {
        Some(Found::Value(value)) => {
            seen.get(value).is_some_and(|seen| matches!(seen.meaning, Meaning::Time(_) | Meaning::Nonce(_)))
        }
        _ => false,
    };
    let is_address = |atom: &Atom| {
        let template = &*atom.said.template;
        let is_cut = template.starts_with("{path|cut:/") && template != "{path|cut:/}";
        is_cut || ["{path}", "{target}"].contains(&template)
    };
    let stamps = cheapest(3, &is_stamp);
    let one = |kind: Kind| vec![Vec::new(), cheapest(1, &|atom| atom.kind == kind)];
    let (method, query, body) = (one(Kind::Method), one(Kind::Query), one(Kind::Body));
    let addresses = cheapest(4, &is_address).into_iter().map(|address| vec![address]);
    let address = [Vec::new()].into_iter().chain(addresses).collect::<Vec<_>>();
    let stamps = vec![Vec::new(), stamps.clone(), stamps.into_iter().rev().collect()];
    let mut all = product(&[&stamps, &method, &address, &query, &body]);
    all.extend(product(&[&query, &body, &stamps, &address]));
    all.retain(|parts| parts.len() > 1);
    all.sort_unstable_by_key(|parts| (parts.len(), parts.clone()));
    all.dedup();
    for (parts, is_hex) in all.iter().flat_map(|parts| [(parts, false), (parts, true)]) {
        let of: Vec<_> = parts.iter().filter_map(|part| atoms.get(*part)).collect();
        let digest = |capture: usize| {
            let text: Vec<_> = of.iter().map(|atom| atom.value(capture)).collect();
            let digest = Filter::Digest(MacAlgorithm::Sha256).apply(&text.concat())?.into_owned();
            let written =
                if is_hex { Filter::Encode(Encoding::HexLower).apply(&digest)?.into_owned() } else { digest };
            Some(written.into())
        };
        let captures = of.first().map_or(0, |atom| atom.values.len());
        let Some(values) = (0..captures).map(digest).collect::<Option<Vec<_>>>() else { continue };
        let cost = 3 + usize::from(parts.len() > 3) + usize::from(is_hex);
        let (values, found) = (Rc::new(values), Some(Found::Inner(parts.clone(), is_hex)));
        let reads_query = of.iter().any(|atom| atom.reads_query);
        add(atoms, Atom { values, found, reads_query, ..Atom::new(Kind::Body, cost, "{inner}") });
    }
}

/// All ways of taking one list of each choice, joined in order.
fn product(choices: &[&Vec<Vec<usize>>]) -> Vec<Vec<usize>> {
    choices.iter().fold(vec![Vec::new()], |all, choice| {
        all.iter().flat_map(|front| choice.iter().map(move |back| [&**front, back].concat())).collect()
    })
}
