//! An address, cut into the pieces whose case somebody may have changed.

use super::address::{after_scheme, is_query};
use super::letters::{initial_upper, second_word};

/// Of longer URLs, only so many pieces are tried one by one.
pub(super) const MOST_PIECES: usize = 48;

/// With all between them; a URL with 60 parameters has as many.
const MOST_IN_ALL: usize = 256;

/// Of no more pieces than this, every selection is tried.
const MOST_SELECTED: usize = 5;

pub(super) type Form = fn(&str) -> String;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Scheme,
    Host,
    Path,
    Name,
    Value,
    /// What stands between two pieces.
    Between,
}

/// An address, cut at its delimiters.
pub(super) struct Pieces<'u>(Vec<(Group, &'u str)>);

impl<'u> Pieces<'u> {
    pub(super) fn of(address: &'u str) -> Self {
        let mut pieces = Vec::new();
        let (target, query) = match address.split_once('?') {
            _ if is_query(address) => ("", Some(address)),
            Some((target, query)) => (target, Some(query)),
            None => (address, None),
        };
        let rest = after_scheme(target).unwrap_or(target);
        if let Some(scheme) = target.strip_suffix(rest).and_then(|start| start.strip_suffix("://")) {
            let (host, path) =
                rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or_default();
            pieces.extend([(Group::Scheme, scheme), (Group::Between, "://")]);
            cut(host, Group::Host, ".", &mut pieces);
            cut(path, Group::Path, "/", &mut pieces);
        } else {
            cut(target, Group::Path, "/", &mut pieces);
        }
        if query.is_some() && !is_query(address) {
            pieces.push((Group::Between, "?"));
        }
        for (place, parameter) in query.iter().flat_map(|query| query.split('&')).enumerate() {
            pieces.extend((place > 0).then_some((Group::Between, "&")));
            match parameter.split_once('=') {
                Some((name, value)) => {
                    pieces.extend([(Group::Name, name), (Group::Between, "="), (Group::Value, value)]);
                }
                None => pieces.push((Group::Name, parameter)),
            }
        }
        Self(pieces)
    }

    /// The address with the chosen pieces in another form.
    pub(super) fn with(
        &self,
        form: impl Fn(&str) -> String,
        chosen: impl Fn(Group, usize) -> bool,
    ) -> String {
        let mut address = String::with_capacity(self.0.iter().map(|(_, piece)| piece.len()).sum());
        for (place, (group, piece)) in self.0.iter().enumerate() {
            if chosen(*group, place) {
                address.push_str(&form(piece));
            } else {
                address.push_str(piece);
            }
        }
        address
    }

    /// Whether hundreds of spellings are too much to write: a stranger chooses the address.
    pub(super) fn are_many(&self) -> bool {
        self.0.len() > MOST_IN_ALL
    }

    fn places(&self, groups: &[Group]) -> Vec<usize> {
        let of_groups = self.0.iter().enumerate().filter(|(_, (group, piece))| {
            groups.contains(group) && piece.bytes().any(|byte| byte.is_ascii_alphabetic())
        });
        of_groups.map(|(place, _)| place).take(MOST_PIECES).collect()
    }

    pub(super) fn one_by_one(&self, groups: &[Group], forms: &[Form]) -> impl Iterator<Item = String> {
        let places = self.places(groups);
        forms.iter().flat_map(move |form| {
            places.clone().into_iter().map(move |chosen| self.with(*form, |_, place| place == chosen))
        })
    }

    /// Each lower-case path segment or name written as two words: a capital inside, with or without one in front.
    pub(super) fn humps(&self) -> impl Iterator<Item = String> {
        const LONGEST_WORDS: usize = 24;
        let is_lower = |place: &usize| {
            let piece = self.0.get(*place).map_or("", |(_, piece)| piece);
            piece.len() <= LONGEST_WORDS && !piece.contains(|c: char| c.is_ascii_uppercase() || c == '%')
        };
        let places =
            self.places(&[Group::Path, Group::Name]).into_iter().filter(is_lower).take(MOST_SELECTED);
        let words = places.flat_map(|place| (1..LONGEST_WORDS).map(move |start| (place, start)));
        words.flat_map(|(place, start)| {
            [str::to_owned as Form, initial_upper]
                .map(|front| self.with(|piece| second_word(&front(piece), start), |_, other| other == place))
        })
    }

    /// Each selection of the pieces of one kind, if they are few.
    pub(super) fn selections(&self, group: Group, form: Form) -> impl Iterator<Item = String> {
        let places = self.places(&[group]);
        let selections = if places.len() > MOST_SELECTED { 0 } else { 1_u32 << places.len() };
        (0..selections).map(move |selection| {
            self.with(form, |_, place| {
                let number = places.iter().position(|chosen| *chosen == place);
                number.is_some_and(|number| (selection >> number) & 1 == 1)
            })
        })
    }
}

fn cut<'u>(text: &'u str, group: Group, delimiter: &'static str, pieces: &mut Vec<(Group, &'u str)>) {
    for (place, piece) in text.split(delimiter).enumerate() {
        pieces.extend((place > 0).then_some((Group::Between, delimiter)));
        pieces.push((group, piece));
    }
}
