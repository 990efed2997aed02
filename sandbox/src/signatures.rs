//! What may be shown of signatures.
//!
//! A signature is shown where it proves nothing to anybody but the sandbox, even with real credentials:
//! - The expected one, where the signed text has the sandbox's own URL, on loopback, and no `https:` anywhere.
//!   Netgíró's fields are not separated, so that whoever chooses the path or the nonce could otherwise have a text
//!   signed that reads as nonce and URL of the real Netgíró. Never Unleashed's: it names no host and holds for good.
//! - The received one, where it is the expected one. Any other may be right elsewhere: it can come from real
//!   credentials, a real URL, or an empty query.

use countersign::explain::{Explanation, Fingerprint};
use countersign::signing::{Origin, Signature};

use crate::arrived::Arrived;

/// The signature that a request should have, and the one that it has.
#[derive(Debug)]
pub(crate) struct Signatures {
    pub(crate) expected: Shown,
    pub(crate) received: Shown,
}

/// A signature, or what may be told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Text(String),
    Masked { length: usize, fingerprint: Fingerprint },
}

impl Signatures {
    pub(crate) fn of(
        arrived: &Arrived,
        explanation: &Explanation,
        expected: Option<&Signature>,
        received: &[u8],
        matches: bool,
    ) -> Self {
        let expected_text = expected.map(Signature::expose_text).unwrap_or_default();
        let masked = |text: &[u8]| Shown::Masked { length: text.len(), fingerprint: Fingerprint::of(text) };
        let expected = if arrived.is_for_loopback() && proves_nothing_elsewhere(explanation) {
            Shown::Text(expected_text)
        } else {
            masked(expected_text.as_bytes())
        };
        let received = if matches { expected.clone() } else { masked(received) };
        Self { expected, received }
    }
}

fn proves_nothing_elsewhere(explanation: &Explanation) -> bool {
    let names_host = explanation.segments().iter().any(|segment| segment.origin() == Origin::RequestUrl);
    let public = explanation.segments().iter().filter_map(|segment| segment.value().bytes());
    // In one run: neither secrets nor separators may hide the word, nor the border of two segments.
    let text = public.collect::<Vec<_>>().concat().to_ascii_lowercase();
    names_host && !text.windows(6).any(|window| window == b"https:")
}
