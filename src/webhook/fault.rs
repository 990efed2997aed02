//! Why a delivery was refused.

use std::borrow::Cow;

use crate::fault::faults;
use crate::time::Seconds;

const FORGED: &str = "Treat the delivery as forged; the vendor's own are well-formed.";

faults! {
    /// Why a webhook was not handed on. The log and [`on_refused`](super::Builder::on_refused) get the reason; the
    /// sender never does.
    // Refused deliveries have no effect, since they reach no handler. Of a repeated one, an earlier copy may have.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum DeliveryFault {
        /// The body is longer than the limit.
        BodyTooLong {
            /// The limit in bytes.
            limit: usize,
        } = Verification None, "webhook-body-too-long",
            "the body is longer than {limit} bytes",
            "Raise `body_limit` if deliveries of this size are expected.";
        /// The body does not fit into memory.
        OutOfMemory = Verification None, "webhook-out-of-memory",
            "there is not enough memory for the body",
            "Lower `body_limit` to what memory can hold.";
        /// The connection broke while the body was read.
        BodyUnreadable = Verification None, "webhook-body-unreadable",
            "the body could not be read to its end",
            "Look for a proxy or network between the vendor and here that cuts connections.";
        /// A header that the scheme needs is absent.
        HeaderMissing {
            /// The header's name.
            name: Cow<'static, str>,
        } = Verification None, "webhook-header-missing",
            "the header {name} is missing",
            "See whether the sender is the vendor at all, and whether a proxy drops this header.";
        /// A header that may occur once occurs more than once. For `host`, also if the target of the request names another host.
        HeaderDuplicate {
            /// The header's name.
            name: Cow<'static, str>,
        } = Verification None, "webhook-header-duplicate",
            "the header {name} is there more than once", FORGED;
        /// The signature header is not a list of parameters as the scheme writes it.
        SignatureHeaderMalformed = Verification None, "webhook-signature-header-malformed",
            "the signature header is not `Signature name=value,…`", FORGED;
        /// A parameter of the signature header occurs more than once.
        ParameterDuplicate = Verification None, "webhook-parameter-duplicate",
            "a parameter of the signature header is there more than once", FORGED;
        /// A parameter of the signature header is absent.
        ParameterMissing {
            /// The parameter's name.
            name: Cow<'static, str>,
        } = Verification None, "webhook-parameter-missing",
            "the signature header has no parameter {name}", FORGED;
        /// The signature is not a whole digest in the scheme's encoding.
        SignatureMalformed = Verification None, "webhook-signature-malformed",
            "the signature is not a whole digest in the scheme's encoding", FORGED;
        /// The digest header is not one SHA-256 digest.
        DigestMalformed = Verification None, "webhook-digest-malformed",
            "the digest header is not one SHA-256 digest", FORGED;
        /// A time is not a plain decimal integer.
        TimeMalformed {
            /// The parameter or header.
            name: Cow<'static, str>,
        } = Verification None, "webhook-time-malformed",
            "{name} is not a plain decimal integer", FORGED;
        /// The nonce is not 1 to 128 letters, digits or `-`.
        NonceMalformed = Verification None, "webhook-nonce-malformed",
            "the nonce is not 1 to 128 letters, digits or '-'", FORGED;
        /// The path or query is not in the normalised form in which clients send it.
        TargetNotNormalised = Verification None, "webhook-target-not-normalised",
            "the path or query is not in the normalised form in which clients send it", FORGED;
        /// The path does not begin with the prefix of [`strip_prefix`](super::Builder::strip_prefix), which a proxy adds.
        PrefixMissing = Verification None, "webhook-prefix-missing",
            "the path does not begin with the prefix that is to be stripped",
            "Compare `strip_prefix` with what the proxy adds; do not use a delivery that went around the proxy.";
        /// The list of covered headers is empty, repeats a name, or has a name that is no header.
        CoverageMalformed = Verification None, "webhook-coverage-malformed",
            "the list of covered headers is empty, repeats a name, or has one that is not a header", FORGED;
        /// A header or pseudo-header that must be signed is not signed.
        NotCovered {
            /// The header or pseudo-header.
            name: Cow<'static, str>,
        } = Verification None, "webhook-not-covered",
            "the signature does not cover {name}", FORGED;
        /// A header that is listed as covered is absent.
        CoveredHeaderMissing = Verification None, "webhook-covered-header-missing",
            "a header that the signature is said to cover is missing",
            "See which proxy in front of this service drops headers.";
        /// The signature names another algorithm than the scheme's.
        AlgorithmUnknown = Verification None, "webhook-algorithm-unknown",
            "the signature names another algorithm than the scheme's",
            "Check the vendor's notices for a new scheme; never accept an older one.";
        /// There are no keys: none were given, or the last was retired.
        NoKeys = Verification None, "webhook-no-keys",
            "no key is configured",
            "Give the verifier the vendor's key, when it is built or with `exchange_keys`.";
        /// No key has this id: it never had one, or the key was retired.
        KeyUnknown = Verification None, "webhook-key-unknown",
            "no key has the id that the signature names",
            "If the vendor rotated its keys, add the new one under its id.";
        /// A time in seconds where milliseconds are wanted, or the reverse.
        TimeUnit {
            /// The unit that the scheme uses.
            unit: &'static str,
        } = Verification None, "webhook-time-unit",
            "the time is not in {unit}",
            "Correct the unit in whatever signs; the vendor's own deliveries have it right.";
        /// Signed longer ago than the window.
        TooOld {
            /// By how much, rounded up.
            by: Seconds,
        } = Verification None, "webhook-too-old",
            "the delivery was signed {by} longer ago than allowed",
            "Check this machine's clock first; after that, the sender's, and how long deliveries queue.";
        /// Signed further ahead than the window.
        TooEarly {
            /// By how much, rounded up.
            by: Seconds,
        } = Verification None, "webhook-too-early",
            "the delivery was signed {by} further in the future than allowed",
            "Check this machine's clock first; after that, the sender's, and how long deliveries queue.";
        /// The sender's own limit has passed.
        Expired = Verification None, "webhook-expired",
            "the delivery has expired by the sender's own limit",
            "Check this machine's clock, and how long deliveries queue in front of it.";
        /// The digest was made of another body.
        DigestMismatch = Verification None, "webhook-digest-mismatch",
            "the digest does not match the body",
            "Hand over the bytes as received: something in between parses and prints the body again.";
        /// The signature does not cover what arrived. `diagnose_refusals`, on the verifier's builder, looks for the known mistake
        /// that explains it.
        SignatureMismatch = Verification None, "webhook-signature-mismatch",
            "the signature does not match what arrived",
            "Check the key, then whether something in between changes what the signature covers.";
        /// The body is not valid UTF-8: the mark of a length extension, which plain SHA-256 lets through.
        NotUtf8 = Verification None, "webhook-not-utf8",
            "the body is not valid UTF-8, as after a length extension", FORGED;
        /// The body is empty, and the scheme marks no border between URL and body.
        BodyEmpty = Verification None, "webhook-body-empty",
            "the body is empty",
            "Treat the delivery as forged, unless the vendor does call you back without a body: see `accept_empty_bodies`.";
        /// The body is not empty, and does not begin with `{`, `[` or `<` and end with `}`, `]` or `>` to match.
        NotOneDocument = Verification None, "webhook-not-one-document",
            "the body is not one JSON object or array, nor XML", FORGED;
        /// A value that the declaration places in deliveries is missing.
        ValueMissing {
            /// The name that it is placed under.
            name: String,
        } = Verification None, "webhook-value-missing",
            "{name} is missing",
            "See whether the sender is the vendor at all, and whether a proxy drops it.";
        /// A value that the declaration places, or signs by its name, occurs more than once.
        ValueDuplicate {
            /// The name that it has.
            name: String,
        } = Verification None, "webhook-value-duplicate",
            "{name} is there more than once", FORGED;
        /// A value that the declaration places does not have the declared form.
        ValueMalformed {
            /// The name that it is placed under.
            name: String,
        } = Verification None, "webhook-value-malformed",
            "{name} is not as the declaration says", FORGED;
        /// A value that goes with the signature differs from what the message should have.
        ValueMismatch {
            /// The name that it is placed under.
            name: String,
        } = Verification None, "webhook-value-mismatch",
            "{name} has another value than the message should have",
            "See whether a proxy changes method, host or path; else treat the delivery as forged.";
        /// The text that should have been signed cannot be made from the delivery.
        TextUnmakeable = Verification None, "webhook-text-unmakeable",
            "the text that should have been signed cannot be made from this delivery", FORGED;
        /// This delivery was accepted before.
        Replayed = Verification, "webhook-replayed",
            "the delivery has been accepted before",
            "Nothing, if the vendor repeats deliveries; otherwise someone has recorded one.";
        /// The replay store did not answer, or is full; the error underneath says which. The delivery verified, so the
        /// layer answers 503 with `Retry-After` instead of 401.
        StoreUnreachable = Verification None, "webhook-store-unreachable",
            "the replay store could not say whether this delivery is a copy",
            "Bring the replay store back, or give it more room: the error underneath says what it lacks.";
        /// The rotating keys have expired, and there are no new ones: see `rotation`. The layer answers 503 with `Retry-After`.
        KeysExpired = Verification None, "webhook-keys-expired", "the keys have expired, and no new ones could be had",
            "See why the source gives no credentials: the log has `countersign.rotation_failed` with the reason.";
    }
}

impl DeliveryFault {
    /// Whether the reason may be a mistake in the signed text or with the key.
    pub(super) fn is_mismatch(&self) -> bool {
        matches!(
            self,
            Self::SignatureMalformed | Self::KeyUnknown | Self::DigestMismatch | Self::SignatureMismatch
        )
    }
}
