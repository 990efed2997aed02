//! The known mistakes, as data: in the order in which they are tried, made and ranked.
//!
//! Two mistakes made together are made in this order: first what changes an address or a field, then how fields are
//! joined and written, then the key, the hash last.

mod address;
mod content;
mod fields;
mod hash;
mod secret;

#[cfg(any(feature = "netgiro", feature = "webhook"))]
pub(super) use address::{OTHER_HOST, PROXY_URL};

use super::algorithm;
use super::attempt::{Attempt, Variants};
use super::finding::Finding;
use crate::explain::Transcript;

/// A known mistake: what it is called, what to do about it, and how to make it.
pub(crate) struct Mistake {
    /// Stable; programs and runbooks rely on it.
    pub(crate) code: &'static str,
    pub(crate) sentence: &'static str,
    pub(crate) fix: &'static str,
    /// The ways of making it, on top of what an attempt holds already; none where it cannot be made.
    pub(crate) variants: for<'a> fn(&'a Transcript, &'a Attempt) -> Variants<'a>,
}

impl Mistake {
    pub(super) fn finding(&self) -> Finding {
        Finding::new(self.code, self.sentence, self.fix)
    }

    pub(super) fn is_undone_by(&self, second: &Self) -> bool {
        UNDONE.contains(&(self.code, second.code))
    }

    pub(super) fn is_seldom_combined(&self) -> bool {
        SELDOM_COMBINED.contains(&self.code)
    }
}

/// All mistakes: those of any provider, then those of one provider's format.
pub(super) fn all() -> impl Iterator<Item = &'static Mistake> {
    let all = address::MISTAKES.iter().chain(content::MISTAKES).chain(fields::MISTAKES);
    let all = all.chain(secret::MISTAKES).chain(hash::MISTAKES);
    #[cfg(feature = "netvisor")]
    let all = all.chain(&crate::netvisor::MISTAKES);
    #[cfg(feature = "netgiro")]
    let all = all.chain(&crate::netgiro::MISTAKES);
    all
}

/// Made together with another, these are tried last: a long body would use up the work allowed before the likelier pairs
/// have had their turn.
const SELDOM_COMBINED: [&str; 23] = [
    "language-other",
    "query-converted",
    "parameter-missing",
    "slash-doubled",
    "other-environment",
    "body-members",
    "body-converted",
    "clock-read-twice",
    "separator-other",
    "text-line-end",
    "byte-order-mark",
    "secret-case",
    "secret-cut",
    "secret-padded",
    "secret-unset",
    "secret-hashed",
    "secret-mixed-up",
    "secret-signed-twice",
    "utf-16",
    "sha-1",
    "sha-384",
    "sha-512",
    "hashed-twice",
];

/// What the second makes of the first is right again but for what it leaves behind, which is a mistake by itself.
const UNDONE: [(&str, &str); 1] = [("hmac-for-plain-hash", "plain-hash-for-hmac")];

pub(super) const WRONG_KEY_ID: Mistake = Mistake {
    code: "wrong-key-id",
    sentence: "Another key signed than the key id says.",
    fix: "Send the id of the key that signs; after a rotation, change both together.",
    variants: algorithm::other_key,
};

/// What may have happened to a message where it was received, so that a right signature looks like one with this mistake.
#[cfg(any(feature = "netgiro", feature = "webhook"))]
pub(super) fn cause_on_receipt(code: &str) -> Option<&'static str> {
    let is_of_body = code.starts_with("body-") && code != "body-included";
    if is_of_body || ["byte-order-mark", "charset"].contains(&code) {
        return Some(
            "Look first whether a framework or a proxy here reads the body, decodes it or writes it anew before it is \
             verified: verify the bytes that arrived.",
        );
    }
    address::MISTAKES.iter().any(|mistake| mistake.code == code).then_some(
        "Look first whether a framework or a proxy here changes the URL before it is verified: verify the one that the \
         sender used.",
    )
}

/// What a diagnosis says where no mistake is proved.
pub(super) struct Conclusion(&'static str, &'static str, &'static str);

impl Conclusion {
    #[cfg(any(feature = "netgiro", feature = "webhook"))]
    pub(super) fn code(&self) -> &'static str {
        self.0
    }

    pub(super) fn finding(&self) -> Finding {
        Finding::new(self.0, self.1, self.2)
    }
}

pub(super) static MATCHES: Conclusion =
    Conclusion("matches", "The signature is the expected one.", "Nothing needs to be done.");
pub(super) static UNEXPLAINED: Conclusion = Conclusion(
    "unexplained",
    "No known mistake reproduces this signature: a nonce, timestamp, body or other value is not the one compared with, or the \
     key is not.",
    "Compare the explanations of both messages value by value, and the fingerprints of the keys. Given the text that was \
     signed, a comparison tells whether it is the text.",
);
pub(super) static SECRET_SENT: Conclusion = Conclusion(
    "secret-sent-as-signature",
    "The secret itself was sent in place of a signature.",
    "Rotate it: whoever saw the message has it. Then send what is computed with the new one.",
);
#[cfg(feature = "webhook")]
pub(super) static OTHER_BODY: Conclusion = Conclusion(
    "other-body",
    "The signature is right, and the body is not the one that its digest was made of.",
    "Hand over the bytes as received; if they are, the body was changed or cut off on the way.",
);
pub(super) static MALFORMED: Conclusion = Conclusion(
    "signature-malformed",
    "This is not the text of a signature.",
    "Copy the whole value of the header; look for something that cuts it off.",
);
pub(super) static NOT_SIGNED: Conclusion = Conclusion(
    "not-signed",
    "This provider's requests carry an API key and no signature.",
    "Check the key; there is no signature to compare.",
);

/// The code and the sentence of each mistake and of each conclusion.
pub(super) fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    let conclusions = [&MATCHES, &UNEXPLAINED, &SECRET_SENT, &MALFORMED, &NOT_SIGNED].into_iter();
    #[cfg(feature = "webhook")]
    let conclusions = conclusions.chain([&OTHER_BODY]);
    let mistakes = all().chain([&WRONG_KEY_ID]).map(|mistake| (mistake.code, mistake.sentence));
    mistakes.chain(conclusions.map(|Conclusion(code, sentence, _)| (*code, *sentence)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mistake_has_a_code_of_its_own() {
        let codes: Vec<&str> = all().map(|mistake| mistake.code).collect();
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), codes.len());
        let pairs = UNDONE.iter().flat_map(|(first, second)| [first, second]);
        assert!(SELDOM_COMBINED.iter().chain(pairs).all(|code| codes.contains(code)));
    }
}
