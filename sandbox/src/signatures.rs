//! Which signatures may be shown.
//!
//! A signature is shown if it proves nothing to anybody but the sandbox:
//! - The expected signature, if the keys are the demo keys and the signed text has the sandbox's own URL, on loopback, and no
//!   `https:` anywhere. Netgíró's fields are not separated: otherwise, whoever chooses the path or the nonce could have a text
//!   signed that reads as a nonce and a URL of the real Netgíró. Unleashed's signature is never shown: it names no host and
//!   holds for good.
//! - The received signature, if it is the expected one. Any other may be right elsewhere: it can come from real
//!   credentials, a real URL, or an empty query.

use countersign::explain::{Explanation, Fingerprint};
use countersign::signing::Source;

use crate::request::Received;

/// The expected and the received signature of a request.
#[derive(Debug)]
pub(crate) struct Signatures {
    pub(crate) expected: Shown,
    pub(crate) received: Shown,
}

/// A signature, or its masked form.
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

/// Whether the signature of this text opens nothing at the real provider.
pub(crate) fn prove_nothing(arrived: &Received, explanation: &Explanation) -> bool {
    let names_host = explanation.segments().iter().any(|segment| segment.source() == Source::RequestUrl);
    let public = explanation.segments().iter().filter_map(|segment| segment.value().bytes());
    // Joined: neither secrets, separators nor the border of two segments may hide the word.
    let text = public.collect::<Vec<_>>().concat().to_ascii_lowercase();
    arrived.is_for_loopback() && names_host && !text.windows(6).any(|window| window == b"https:")
}
