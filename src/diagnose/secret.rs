//! Mistakes with secrets: used in another form than the one issued.

use std::rc::Rc;

use super::attempt::{Attempt, Variant, Variants};
use super::places::Place;
use super::secret_forms::{self as forms, Form};
use crate::explain::{Part, Transcript};
use crate::signing::{SegmentKind, Source};

pub(super) fn base64_decoded<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &forms::BASE64_DECODED)
}

pub(super) fn surrounded_by_whitespace<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &forms::SURROUNDED_BY_WHITESPACE)
}

pub(super) fn otherwise_encoded<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &forms::OTHERWISE_ENCODED)
}

pub(super) fn in_another_case<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &forms::IN_ANOTHER_CASE)
}

pub(super) fn cut<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &forms::CUT)
}

pub(super) fn padded<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &forms::PADDED)
}

pub(super) fn unset<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &forms::UNSET)
}

pub(super) fn hashed<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &forms::HASHED)
}

/// One secret replaced by another, by a public credential of the text, or by the value of a header.
pub(super) fn mixed_up<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let names = names_of_secrets(attempt);
    let parts = || attempt.text.iter().chain(attempt.key_parts());
    let of_parts = parts().filter(|part| part.source == Source::Credential);
    let of_parts = of_parts.map(|part| (part.name(), part.bytes.as_slice()));
    let of_headers = transcript.public_headers().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let mut known = Vec::new();
    let mut candidates: Vec<(&str, &[u8])> = of_parts.chain(of_headers).collect();
    candidates.retain(|(_, value)| {
        let is_new = !value.is_empty() && !known.contains(value);
        known.push(*value);
        is_new
    });
    let count = names.len();
    Box::new((0..count).flat_map(move |number| {
        let names = Rc::clone(&names);
        candidates.clone().into_iter().filter_map(move |(other, value)| {
            let name = names.get(number)?;
            let replace = |part: &Part| (is_secret(part) && part.name() == *name).then(|| value.to_vec());
            let attempt = attempt.with_parts(replace)?;
            Some(Variant { attempt, detail: Some(format!("{other} in place of {name}")) })
        })
    }))
}

/// Every secret in one of the forms; where there are several, also one of them only, and where there are two, each in a
/// form of its own. All of that in text and key alike, in the key only, and in the text only.
fn in_forms<'a>(attempt: &'a Attempt, forms: &'static [Form]) -> Variants<'a> {
    let names = names_of_secrets(attempt);
    Box::new(choices(names.len(), forms).into_iter().flat_map(move |choices| {
        let names = Rc::clone(&names);
        places(attempt).iter().flat_map(move |place| {
            let names = Rc::clone(&names);
            choices
                .clone()
                .into_iter()
                .filter_map(move |chosen| with_secrets(*place, attempt, &names, chosen))
        })
    }))
}

/// The form that each secret is used in, by its number; the others as issued.
#[derive(Clone, Copy)]
enum Chosen {
    All(Form),
    Only(usize, Form),
    Each(Form, Form),
}

fn choices(count: usize, forms: &[Form]) -> [Vec<Chosen>; 3] {
    let all = forms.iter().map(|form| Chosen::All(*form)).collect();
    if count < 2 {
        return [all, Vec::new(), Vec::new()];
    }
    let only =
        (0..count).flat_map(|number| forms.iter().map(move |form| Chosen::Only(number, *form))).collect();
    let mut each = Vec::new();
    for (place, first) in forms.iter().enumerate().filter(|_| count == 2) {
        let others = forms.iter().enumerate().filter(|(other, _)| *other != place);
        each.extend(others.map(|(_, second)| Chosen::Each(*first, *second)));
    }
    [all, only, each]
}

impl Chosen {
    fn form(self, number: usize) -> Option<Form> {
        match self {
            Self::All(form) => Some(form),
            Self::Only(chosen, form) => (chosen == number).then_some(form),
            Self::Each(first, second) => Some(if number == 0 { first } else { second }),
        }
    }

    fn describe(self, names: &[&str]) -> String {
        let of = |number: usize, form: Form| {
            let words = [names.get(number).copied().unwrap_or_default(), form.name];
            words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        };
        match self {
            Self::All(form) => form.name.to_owned(),
            Self::Only(number, form) => of(number, form),
            Self::Each(first, second) => format!("{}, {}", of(0, first), of(1, second)),
        }
    }
}

fn places(attempt: &Attempt) -> &'static [Place] {
    let [in_text, in_key] = [&attempt.text, attempt.key_parts()].map(|parts| parts.iter().any(is_secret));
    if in_text && in_key { &[Place::Everywhere, Place::Key, Place::Text] } else { &[Place::Everywhere] }
}

fn with_secrets(place: Place, attempt: &Attempt, names: &[&str], chosen: Chosen) -> Option<Variant> {
    let rewrite = |part: &Part| {
        let number = names.iter().position(|name| is_secret(part) && *name == part.name())?;
        (chosen.form(number)?.make)(&part.bytes)
    };
    let attempt = match place {
        Place::Everywhere => attempt.with_parts(rewrite)?,
        Place::Key => attempt.with_key(rewrite)?,
        Place::Text => attempt.with_text(rewrite)?,
    };
    Some(Variant { attempt, detail: place.detail(Some(&chosen.describe(names))) })
}

fn names_of_secrets(attempt: &Attempt) -> Rc<[&str]> {
    let secrets = attempt.text.iter().chain(attempt.key_parts()).filter(|part| is_secret(part));
    let mut names: Vec<&str> = secrets.map(Part::name).collect();
    names.sort_unstable();
    names.dedup();
    names.into()
}

fn is_secret(part: &Part) -> bool {
    part.kind == SegmentKind::Secret
}
