//! What may be shown of signatures.
//!
//! A signature is shown where it proves nothing to anybody but the sandbox:
//! - The expected one, where the keys are the demo ones, and not even those could open anything with it: the signed text
//!   has the sandbox's own URL, on loopback, and no `https:` anywhere. Netgíró's fields are not separated, so that whoever
//!   chooses the path or the nonce could otherwise have a text signed that reads as nonce and URL of the real Netgíró.
//!   Never Unleashed's: it names no host and holds for good.
//! - The received one, where it is the expected one. Any other may be right elsewhere: it can come from real
//!   credentials, a real URL, or an empty query.

use countersign::explain::{Explanation, Fingerprint};
use countersign::signing::Source;

use crate::request::Received;

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
    pub(crate) fn of(expected: &str, received: &[u8], may_show: bool) -> Self {
        let shown = |text: &[u8]| {
            if may_show && text == expected.as_bytes() {
                Shown::Text(expected.to_owned())
            } else {
                Shown::Masked { length: text.len(), fingerprint: Fingerprint::of(text) }
            }
        };
        Self { expected: shown(expected.as_bytes()), received: shown(received) }
    }
}

/// Whether the signature of this text could open nothing at a vendor's.
pub(crate) fn prove_nothing(arrived: &Received, explanation: &Explanation) -> bool {
    let names_host = explanation.segments().iter().any(|segment| segment.source() == Source::RequestUrl);
    let public = explanation.segments().iter().filter_map(|segment| segment.value().bytes());
    // In one run: neither secrets nor separators may hide the word, nor the border of two segments.
    let text = public.collect::<Vec<_>>().concat().to_ascii_lowercase();
    arrived.is_for_loopback() && names_host && !text.windows(6).any(|window| window == b"https:")
}
