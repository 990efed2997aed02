//! Mistakes with secrets: used in another form than the one issued.

use std::rc::Rc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use md5::Md5;
use sha2::{Digest as _, Sha256};

use super::attempt::{Attempt, Variant, Variants};
use super::places::Place;
use super::reading;
use crate::explain::{Part, Transcript};
use crate::signing::{Origin, SegmentKind};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

type Form = fn(&[u8]) -> Option<Vec<u8>>;

static BASE64_DECODED: [Form; 1] = [|secret| {
    let decode = |alphabet| GeneralPurpose::new(alphabet, LENIENT).decode(secret).ok();
    decode(&alphabet::STANDARD).or_else(|| decode(&alphabet::URL_SAFE))
}];

static SURROUNDED_BY_WHITESPACE: [Form; 7] = [
    |secret| Some([secret, b"\n"].concat()),
    |secret| Some([secret, b"\r\n"].concat()),
    |secret| Some([secret, b" "].concat()),
    |secret| Some([b" ", secret].concat()),
    |secret| Some([secret, b"\r"].concat()),
    |secret| Some([secret, b"\t"].concat()),
    |secret| Some([b" ", secret, b" "].concat()),
];

static OTHERWISE_ENCODED: [Form; 6] = [
    reading::hex_digits,
    |secret| Some(STANDARD.encode(secret).into_bytes()),
    |secret| Some([b"\"", secret, b"\""].concat()),
    |secret| Some([b"'", secret, b"'"].concat()),
    |secret| Some(const_hex::encode(secret).into_bytes()),
    // Bytes, as Python prints them.
    |secret| Some([b"b'", secret, b"'"].concat()),
];

static IN_ANOTHER_CASE: [Form; 2] =
    [|secret| Some(secret.to_ascii_lowercase()), |secret| Some(secret.to_ascii_uppercase())];

/// As a hand copies it, as a file of settings is cut at a sign that means something there, or without its padding.
static CUT: [Form; 7] = [
    |secret| secret.split_last().map(|(_, rest)| rest.to_vec()),
    |secret| secret.split_first().map(|(_, rest)| rest.to_vec()),
    |secret| up_to(secret, b'='),
    |secret| up_to(secret, b'#'),
    |secret| up_to(secret, b'$'),
    |secret| up_to(secret, b'&'),
    |secret| up_to(secret, b'%'),
];

/// What takes the place of a setting that is not there.
static UNSET: [Form; 5] = [
    |_| Some(Vec::new()),
    |_| Some(b"undefined".to_vec()),
    |_| Some(b"null".to_vec()),
    |_| Some(b"None".to_vec()),
    |_| Some(b"nil".to_vec()),
];

static HASHED: [Form; 3] = [
    |secret| Some(const_hex::encode(Sha256::digest(secret)).into_bytes()),
    |secret| Some(Sha256::digest(secret).to_vec()),
    |secret| Some(const_hex::encode(Md5::digest(secret)).into_bytes()),
];

fn up_to(secret: &[u8], sign: u8) -> Option<Vec<u8>> {
    let end = secret.iter().position(|byte| *byte == sign)?;
    secret.get(..end).map(<[u8]>::to_vec)
}

pub(super) fn base64_decoded<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &BASE64_DECODED)
}

pub(super) fn surrounded_by_whitespace<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &SURROUNDED_BY_WHITESPACE)
}

pub(super) fn otherwise_encoded<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &OTHERWISE_ENCODED)
}

pub(super) fn in_another_case<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &IN_ANOTHER_CASE)
}

pub(super) fn cut<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &CUT)
}

pub(super) fn unset<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &UNSET)
}

pub(super) fn hashed<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(attempt, &HASHED)
}

/// One secret replaced by another, by a public credential of the text, or by the value of a header.
pub(super) fn mixed_up<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let names = names_of_secrets(attempt);
    let parts = || attempt.text.iter().chain(attempt.key_parts());
    let of_parts = parts().filter(|part| part.origin == Origin::Credential);
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
}

fn places(attempt: &Attempt) -> &'static [Place] {
    let [in_text, in_key] = [&attempt.text, attempt.key_parts()].map(|parts| parts.iter().any(is_secret));
    if in_text && in_key { &[Place::Everywhere, Place::Key, Place::Text] } else { &[Place::Everywhere] }
}

fn with_secrets(place: Place, attempt: &Attempt, names: &[&str], chosen: Chosen) -> Option<Variant> {
    let rewrite = |part: &Part| {
        let number = names.iter().position(|name| is_secret(part) && *name == part.name())?;
        chosen.form(number)?(&part.bytes)
    };
    let attempt = match place {
        Place::Everywhere => attempt.with_parts(rewrite)?,
        Place::Key => attempt.with_key(rewrite)?,
        Place::Text => attempt.with_text(rewrite)?,
    };
    let which = match chosen {
        Chosen::All(_) => None,
        Chosen::Only(number, _) => names.get(number).copied(),
        Chosen::Each(..) => Some("each in another way"),
    };
    Some(Variant { attempt, detail: place.detail(which) })
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
