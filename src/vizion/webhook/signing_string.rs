//! What Vizion signs: one line per covered header.

use std::borrow::Cow;

use http::{HeaderName, header};

use crate::signing::{Origin, Segment, SignedText};
use crate::webhook::{Delivery, Refused};

/// What must be covered. Without the first a delivery could go to another path, without the last have another body.
pub(super) const REQUIRED: [&str; 4] = ["(request-target)", "(created)", "host", "digest"];

/// More covered headers than this are not read.
const MOST_LINES: usize = 64;

/// The lines of a signing string, in the order of the list.
#[derive(Debug)]
pub(super) struct SigningString<'r>(Vec<(&'r str, Cow<'r, [u8]>)>);

/// The two times that a line may state.
#[derive(Clone, Copy)]
pub(super) struct Stated {
    pub(super) created: i64,
    pub(super) expires: Option<i64>,
}

impl<'r> SigningString<'r> {
    /// Gathers what the listed names stand for.
    pub(super) fn gather(list: &'r str, times: Stated, delivery: &Delivery<'r>) -> Result<Self, Refused> {
        let names = names(list)?;
        for name in REQUIRED {
            if !names.contains(&name) {
                return Err(Refused::NotCovered { name });
            }
        }
        let line = |name| Ok((name, value(name, times, delivery)?));
        names.into_iter().map(line).collect::<Result<_, _>>().map(Self)
    }

    /// States the length of the body that was signed, in place of the one that whoever pretty-printed it wrote. Vizion
    /// covers `content-length`, so the delivery could not verify otherwise.
    pub(super) fn restate_length(&mut self, length: usize) {
        for (_, value) in self.0.iter_mut().filter(|(name, _)| *name == header::CONTENT_LENGTH.as_str()) {
            *value = Cow::Owned(length.to_string().into_bytes());
        }
    }

    /// States it: `name: value`, LF between lines, none at the end.
    pub(super) fn state(&self, text: &mut SignedText<'_>) {
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                text.separator("\n");
            }
            text.separator(name).separator(": ");
            state_value(name, value, text);
        }
    }
}

/// States a line's value with where it came from, so that diagnoses know which mistakes go with it.
fn state_value(name: &str, value: &[u8], text: &mut SignedText<'_>) {
    let segment = Segment::public(name, value);
    match name {
        "(request-target)" => {
            let space = value.iter().position(|byte| *byte == b' ').unwrap_or_default();
            let (method, target) = value.split_at_checked(space).unwrap_or_default();
            text.push(Segment::public("method", method).with_origin(Origin::RequestMethod))
                .separator(" ")
                .push(Segment::public("target", target.trim_ascii_start()).with_origin(Origin::RequestTarget))
        }
        "(created)" | "(expires)" => text.push(segment.with_origin(Origin::Clock)),
        "host" => text.push(segment.with_origin(Origin::RequestHost)),
        _ => text.push(segment.with_origin(Origin::RequestHeader)),
    };
}

fn names(list: &str) -> Result<Vec<&str>, Refused> {
    let mut names: Vec<&str> = Vec::with_capacity(8);
    for name in list.split(' ') {
        if !is_name(name) || names.contains(&name) || names.len() == MOST_LINES {
            return Err(Refused::CoverageMalformed);
        }
        names.push(name);
    }
    Ok(names)
}

/// A pseudo-header of the draft, or a header's name in lower case.
fn is_name(name: &str) -> bool {
    matches!(name, "(request-target)" | "(created)" | "(expires)")
        || HeaderName::from_lowercase(name.as_bytes()).is_ok()
}

fn value<'r>(name: &'r str, times: Stated, delivery: &Delivery<'r>) -> Result<Cow<'r, [u8]>, Refused> {
    match name {
        "(request-target)" => {
            let method = delivery.method().as_str().to_ascii_lowercase();
            Ok(Cow::Owned(format!("{method} {}", delivery.target()).into_bytes()))
        }
        // The text of an integer is unique here, so printing it again gives what was printed.
        "(created)" => Ok(Cow::Owned(times.created.to_string().into_bytes())),
        "(expires)" => match times.expires {
            Some(expires) => Ok(Cow::Owned(expires.to_string().into_bytes())),
            None => Err(Refused::ParameterMissing { name: "expires" }),
        },
        "host" => delivery.host().map(|host| Cow::Borrowed(host.trim_ascii())),
        _ => instances(name, delivery),
    }
}

/// All instances of a header, trimmed, joined by `, `. A header value cannot hold CR or LF: its type forbids it.
fn instances<'r>(name: &str, delivery: &Delivery<'r>) -> Result<Cow<'r, [u8]>, Refused> {
    let mut values = delivery.headers().get_all(name).iter().map(|value| value.as_bytes().trim_ascii());
    let first = values.next().ok_or(Refused::CoveredHeaderMissing)?;
    Ok(values.fold(Cow::Borrowed(first), |joined, value| Cow::Owned([&*joined, b", ", value].concat())))
}
