//! Why a delivery was refused.

use crate::error::{Class, Effect, Fault};

/// Why a webhook was not handed on. The sender never learns which it was; the log and
/// [`on_refused`](super::Builder::on_refused) do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryFault {
    /// The body is longer than the limit.
    #[error("the body is longer than {limit} bytes")]
    BodyTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body is longer than what memory is left.
    #[error("there is not enough memory for the body")]
    OutOfMemory,
    /// The connection broke while the body was read.
    #[error("the body could not be read to its end")]
    BodyUnreadable,
    /// A header that the scheme needs is absent.
    #[error("the header {name} is missing")]
    HeaderMissing {
        /// The header's name.
        name: &'static str,
    },
    /// A header that may be there once is there twice; for `host`, also when the request's target names another one.
    #[error("the header {name} is there more than once")]
    HeaderDuplicate {
        /// The header's name.
        name: &'static str,
    },
    /// The signature header is not a list of parameters as the scheme writes it.
    #[error("the signature header is not `Signature name=value,…`")]
    SignatureHeaderMalformed,
    /// A parameter of the signature header is there twice.
    #[error("a parameter of the signature header is there more than once")]
    ParameterDuplicate,
    /// A parameter of the signature header is absent.
    #[error("the signature header has no parameter {name}")]
    ParameterMissing {
        /// The parameter's name.
        name: &'static str,
    },
    /// The signature is not a whole digest in the scheme's encoding.
    #[error("the signature is not a whole digest in the scheme's encoding")]
    SignatureMalformed,
    /// The digest header is not one SHA-256 digest.
    #[error("the digest header is not one SHA-256 digest")]
    DigestMalformed,
    /// A time is not a plain decimal integer.
    #[error("{name} is not a plain decimal integer")]
    TimeMalformed {
        /// The parameter or header.
        name: &'static str,
    },
    /// The nonce is not 1 to 128 letters, digits or `-`.
    #[error("the nonce is not 1 to 128 letters, digits or '-'")]
    NonceMalformed,
    /// The path or query is not in the normalised form in which clients send it.
    #[error("the path or query is not in the normalised form in which clients send it")]
    TargetNotNormalised,
    /// The list of covered headers is empty, repeats a name, or has one that is not a header.
    #[error("the list of covered headers is empty, repeats a name, or has one that is not a header")]
    CoverageMalformed,
    /// Something that must be signed is not.
    #[error("the signature does not cover {name}")]
    NotCovered {
        /// The header or pseudo-header.
        name: &'static str,
    },
    /// A header is listed as covered and absent.
    #[error("a header that the signature is said to cover is missing")]
    CoveredHeaderMissing,
    /// Another algorithm than the scheme's.
    #[error("the signature names another algorithm than the scheme's")]
    AlgorithmUnknown,
    /// There are no keys at all: none were given, or the last was retired.
    #[error("no key is configured")]
    NoKeys,
    /// No key has this id: it never had one, or the key was retired.
    #[error("no key has the id that the signature names")]
    KeyUnknown,
    /// A time in seconds where milliseconds are wanted, or the reverse.
    #[error("the time is not in {unit}")]
    TimeUnit {
        /// The unit that the scheme uses.
        unit: &'static str,
    },
    /// Signed longer ago than the window.
    #[error("the delivery was signed {by_seconds} s longer ago than allowed")]
    TooOld {
        /// By how much, in seconds, rounded up.
        by_seconds: u64,
    },
    /// Signed further ahead than the window.
    #[error("the delivery was signed {by_seconds} s further in the future than allowed")]
    TooEarly {
        /// By how much, in seconds, rounded up.
        by_seconds: u64,
    },
    /// The sender's own limit has passed.
    #[error("the delivery has expired by the sender's own limit")]
    Expired,
    /// The body is not the one that the digest was made of.
    #[error("the digest does not match the body")]
    DigestMismatch,
    /// The signature does not cover what arrived. `diagnose_refusals`, on the verifier's builder, looks for the known mistake
    /// that explains it.
    #[error("the signature does not match what arrived")]
    SignatureMismatch,
    /// The body is not valid UTF-8: the mark of a length extension, which plain SHA-256 lets through.
    #[error("the body is not valid UTF-8, as after a length extension")]
    NotUtf8,
    /// The body is empty, where the scheme marks no border between URL and body.
    #[error("the body is empty")]
    BodyEmpty,
    /// The body is not empty, and does not begin with `{`, `[` or `<` and end with `}`, `]` or `>` to match.
    #[error("the body is not one JSON object or array, nor XML")]
    NotOneDocument,
    /// This delivery was accepted before.
    #[error("the delivery has been accepted before")]
    Replayed,
    /// The replay store did not answer, or is full; the error underneath says which. The delivery verified: the layer answers
    /// 503 with `Retry-After`, where it answers 401 to everything else.
    #[error("the replay store could not say whether this is a repetition")]
    StoreUnreachable,
}

impl DeliveryFault {
    /// Whether a mistake in what was signed, or with which key, may be the reason.
    pub(super) fn is_mismatch(&self) -> bool {
        matches!(
            self,
            Self::SignatureMalformed | Self::KeyUnknown | Self::DigestMismatch | Self::SignatureMismatch
        )
    }
}

impl Fault for DeliveryFault {
    fn code(&self) -> &'static str {
        match self {
            Self::BodyTooLong { .. } => "webhook-body-too-long",
            Self::OutOfMemory => "webhook-out-of-memory",
            Self::BodyUnreadable => "webhook-body-unreadable",
            Self::HeaderMissing { .. } => "webhook-header-missing",
            Self::HeaderDuplicate { .. } => "webhook-header-duplicate",
            Self::SignatureHeaderMalformed => "webhook-signature-header-malformed",
            Self::ParameterDuplicate => "webhook-parameter-duplicate",
            Self::ParameterMissing { .. } => "webhook-parameter-missing",
            Self::SignatureMalformed => "webhook-signature-malformed",
            Self::DigestMalformed => "webhook-digest-malformed",
            Self::TimeMalformed { .. } => "webhook-time-malformed",
            Self::NonceMalformed => "webhook-nonce-malformed",
            Self::TargetNotNormalised => "webhook-target-not-normalised",
            Self::CoverageMalformed => "webhook-coverage-malformed",
            Self::NotCovered { .. } => "webhook-not-covered",
            Self::CoveredHeaderMissing => "webhook-covered-header-missing",
            Self::AlgorithmUnknown => "webhook-algorithm-unknown",
            Self::NoKeys => "webhook-no-keys",
            Self::KeyUnknown => "webhook-key-unknown",
            Self::TimeUnit { .. } => "webhook-time-unit",
            Self::TooOld { .. } => "webhook-too-old",
            Self::TooEarly { .. } => "webhook-too-early",
            Self::Expired => "webhook-expired",
            Self::DigestMismatch => "webhook-digest-mismatch",
            Self::SignatureMismatch => "webhook-signature-mismatch",
            Self::BodyEmpty => "webhook-body-empty",
            Self::NotUtf8 => "webhook-not-utf8",
            Self::NotOneDocument => "webhook-not-one-document",
            Self::Replayed => "webhook-replayed",
            Self::StoreUnreachable => "webhook-store-unreachable",
        }
    }

    fn class(&self) -> Class {
        Class::Verification
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::BodyTooLong { .. } => "Raise `body_limit` if deliveries of this size are expected.",
            Self::OutOfMemory => "Lower `body_limit` to what memory can hold.",
            Self::BodyUnreadable => {
                "Look for a proxy or network between the vendor and here that cuts connections."
            }
            Self::HeaderMissing { .. } => {
                "See whether the sender is the vendor at all, and whether a proxy drops this header."
            }
            Self::CoveredHeaderMissing => "See which proxy in front of this service drops headers.",
            Self::AlgorithmUnknown => {
                "Check the vendor's notices for a new scheme; never accept an older one."
            }
            Self::NoKeys => "Give the verifier the vendor's key, when it is built or with `exchange_keys`.",
            Self::KeyUnknown => "If the vendor rotated its keys, add the new one under its id.",
            Self::TimeUnit { .. } => {
                "Correct the unit in whatever signs; the vendor's own deliveries have it right."
            }
            Self::TooOld { .. } | Self::TooEarly { .. } => {
                "Check this machine's clock first; after that, the sender's, and how long deliveries queue."
            }
            Self::Expired => "Check this machine's clock, and how long deliveries queue in front of it.",
            Self::DigestMismatch => {
                "Hand over the bytes as received: something in between parses and prints the body again."
            }
            Self::SignatureMismatch => {
                "Check the key, then whether something in between changes what the signature covers."
            }
            Self::BodyEmpty => {
                "Treat the delivery as forged, unless the vendor does call you back without a body: see `accept_empty_bodies`."
            }
            Self::Replayed => {
                "Nothing, if the vendor repeats deliveries; otherwise someone has recorded one."
            }
            Self::StoreUnreachable => {
                "Bring the replay store back, or give it more room: the error underneath says what it lacks."
            }
            _ => "Treat the delivery as forged; the vendor's own are well-formed.",
        }
    }

    /// What is refused reaches no handler; an earlier copy may have.
    fn effect(&self) -> Effect {
        if *self == Self::Replayed { Effect::Unknown } else { Effect::None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_says_what_to_do_about_it() {
        let name = "digest";
        for (refused, word) in [
            (DeliveryFault::BodyTooLong { limit: 1 }, "Raise `body_limit`"),
            (DeliveryFault::OutOfMemory, "Lower `body_limit`"),
            (DeliveryFault::BodyUnreadable, "cuts connections"),
            (DeliveryFault::HeaderMissing { name }, "sender is the vendor"),
            (DeliveryFault::CoveredHeaderMissing, "drops headers"),
            (DeliveryFault::AlgorithmUnknown, "notices"),
            (DeliveryFault::NoKeys, "exchange_keys"),
            (DeliveryFault::KeyUnknown, "rotated"),
            (DeliveryFault::TimeUnit { unit: "seconds" }, "unit"),
            (DeliveryFault::TooOld { by_seconds: 1 }, "clock first"),
            (DeliveryFault::TooEarly { by_seconds: 1 }, "clock first"),
            (DeliveryFault::Expired, "queue in front"),
            (DeliveryFault::DigestMismatch, "bytes as received"),
            (DeliveryFault::SignatureMismatch, "Check the key"),
            (DeliveryFault::BodyEmpty, "accept_empty_bodies"),
            (DeliveryFault::Replayed, "recorded"),
            (DeliveryFault::StoreUnreachable, "store back"),
            (DeliveryFault::HeaderDuplicate { name }, "forged"),
            (DeliveryFault::SignatureMalformed, "forged"),
            (DeliveryFault::NotUtf8, "forged"),
        ] {
            assert!(refused.next_step().contains(word), "{refused:?}: {}", refused.next_step());
        }
    }
}
