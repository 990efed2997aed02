//! Mistakes with secrets: used in another form than the one issued.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::attempt::{Attempt, Variant, Variants};
use crate::explain::{Part, Transcript};
use crate::signing::SegmentKind;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

type Form = fn(&[u8]) -> Option<Vec<u8>>;

pub(super) fn base64_decoded<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(
        attempt,
        &[
            |secret| GeneralPurpose::new(&alphabet::STANDARD, LENIENT).decode(secret).ok(),
            |secret| GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT).decode(secret).ok(),
        ],
    )
}

pub(super) fn surrounded_by_whitespace<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(
        attempt,
        &[
            |secret| Some([secret, b"\n"].concat()),
            |secret| Some([secret, b"\r\n"].concat()),
            |secret| Some([secret, b" "].concat()),
            |secret| Some([b" ", secret].concat()),
            |secret| Some([secret, b"\r"].concat()),
            |secret| Some([secret, b"\t"].concat()),
            |secret| Some([b" ", secret, b" "].concat()),
        ],
    )
}

pub(super) fn otherwise_encoded<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    in_forms(
        attempt,
        &[
            |secret| hex::decode(secret).ok(),
            |secret| Some(STANDARD.encode(secret).into_bytes()),
            |secret| Some([b"\"", secret, b"\""].concat()),
            |secret| Some([b"'", secret, b"'"].concat()),
        ],
    )
}

/// Every secret in one of the forms, or, where there are several, one of them only; in the text and in the key alike.
fn in_forms<'a>(attempt: &'a Attempt, forms: &'static [Form]) -> Variants<'a> {
    let mut names: Vec<&str> = secrets(attempt).map(Part::name).collect();
    names.sort_unstable();
    names.dedup();
    let one_by_one = if names.len() > 1 { names.into_iter().map(Some).collect() } else { Vec::new() };
    let which = std::iter::once(None).chain(one_by_one);
    let rewritten = move |form: &'static Form, which: Option<&str>| {
        attempt.with_parts(|part| {
            let chosen = part.kind == SegmentKind::Secret && which.is_none_or(|name| name == part.name());
            if chosen { form(&part.bytes) } else { None }
        })
    };
    let variants = which.flat_map(move |which| {
        forms.iter().filter_map(move |form| {
            let attempt = rewritten(form, which)?;
            Some(Variant { attempt, detail: which.map(str::to_owned) })
        })
    });
    Box::new(variants)
}

fn secrets(attempt: &Attempt) -> impl Iterator<Item = &Part> {
    attempt.text.iter().chain(attempt.key_parts()).filter(|part| part.kind == SegmentKind::Secret)
}
