//! Another case in the URL, or in a piece of it.

use std::collections::HashSet;

use super::address::{is_address, rewrite, rewritten, typed_url, with_path, with_query};
use super::attempt::{Attempt, Variant, Variants};
use super::letters::{
    initial_lower, initial_upper, lower, lower_escapes, title_case, toggled, upper, upper_escapes,
};
use super::pieces::{Form, Group, MOST_PIECES, Pieces};
use crate::explain::{Part, Transcript};

pub(super) fn other<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let as_typed = typed_url(transcript, attempt).filter(|typed| differs_in_case(attempt, &typed.attempt));
    let escapes = rewritten(
        attempt,
        &[|url| Some(url.to_lowercase()), |url| Some(lower_escapes(url)), |url| Some(upper_escapes(url))],
    );
    let in_path =
        respelled(attempt, |pieces| pieces.one_by_one(&[Group::Path], &[toggled as Form]).collect());
    let whole = rewritten(
        attempt,
        &[
            |url| with_path(url, |path| Some(path.to_lowercase())),
            |url| with_path(url, |path| Some(capitalised(path))),
            |url| with_query(url, |query| Some(query.to_lowercase())),
            |url| Some(url.to_uppercase()),
        ],
    );
    Box::new(as_typed.chain(escapes).chain(in_path).chain(whole).chain(respelled(attempt, unlikely)))
}

/// Whether two attempts have the same text but for the case of its letters.
fn differs_in_case(one: &Attempt, other: &Attempt) -> bool {
    let same = |(one, other): (&Part, &Part)| one.bytes.eq_ignore_ascii_case(&other.bytes);
    one.text.len() == other.text.len() && one.text.iter().zip(&other.text).all(same)
}

/// The attempt with each of the spellings that `respell` gives of its address, made when the first is asked for.
fn respelled<'a>(attempt: &'a Attempt, respell: fn(&Pieces<'_>) -> Vec<String>) -> Variants<'a> {
    let Some(address) = attempt.text.iter().find(|part| is_address(part)) else {
        return Box::new(std::iter::empty());
    };
    let spellings = move || {
        let address = address.text();
        let mut known = HashSet::from([address.clone()]);
        let mut spellings = respell(&Pieces::of(&address));
        spellings.retain(|spelling| known.insert(spelling.clone()));
        spellings
    };
    let respell = move |spelling: String| {
        rewrite(attempt, |part, _| (part.name == address.name).then(|| spelling.clone())).map(Variant::from)
    };
    Box::new(std::iter::once_with(spellings).flatten().filter_map(respell))
}

/// Each piece by itself, all pieces of some kinds, and some of the few host labels, path segments and names; none of an
/// address with many pieces.
fn unlikely(pieces: &Pieces<'_>) -> Vec<String> {
    use Group::{Host, Name, Path, Scheme, Value};
    if pieces.are_many() {
        return Vec::new();
    }
    let one_by_one =
        pieces.one_by_one(&[Host, Path, Name, Value, Scheme], &[toggled, lower, upper, title_case]);
    let kinds: [&[Group]; 8] = [
        &[Host],
        &[Path],
        &[Name],
        &[Value],
        &[Path, Name],
        &[Name, Value],
        &[Path, Name, Value],
        &[Scheme, Host],
    ];
    let forms: [Form; 6] = [lower, upper, toggled, initial_upper, initial_lower, title_case];
    let by_kind = kinds
        .into_iter()
        .flat_map(|kinds| forms.into_iter().map(|form| pieces.with(form, |group, _| kinds.contains(&group))));
    let selected = [Path, Name].into_iter().flat_map(|group| pieces.selections(group, toggled));
    let hosts = pieces
        .selections(Host, upper)
        .flat_map(|some_upper| Pieces::of(&some_upper).selections(Host, initial_upper).collect::<Vec<_>>());
    let address = pieces.with(lower, |_, _| false);
    let escapes = escapes_one_by_one(&address);
    escapes.chain(one_by_one).chain(by_kind).chain(selected).chain(hosts).chain(pieces.humps()).collect()
}

/// Each escape that occurs, wherever it does, in another case.
fn escapes_one_by_one(address: &str) -> impl Iterator<Item = String> {
    let mut escapes: Vec<&str> = address
        .match_indices('%')
        .filter_map(|(start, _)| address.get(start..start + 3))
        .filter(|escape| escape.bytes().any(|byte| byte.is_ascii_alphabetic()))
        .take(MOST_PIECES)
        .collect();
    escapes.sort_unstable();
    escapes.dedup();
    escapes.into_iter().flat_map(|escape| {
        [lower_escapes(escape), upper_escapes(escape)].map(|other| address.replace(escape, &other))
    })
}

/// The first letter of each segment of a path in upper case.
fn capitalised(path: &str) -> String {
    path.split('/').map(initial_upper).collect::<Vec<_>>().join("/")
}
