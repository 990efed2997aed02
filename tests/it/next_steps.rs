//! What each refusal says to do about it.

use std::borrow::Cow;

use countersign::fault::Fault as _;
use countersign::netgiro::ReplyFault;
use countersign::webhook::DeliveryFault;

#[test]
fn each_refusal_says_what_to_do_about_it() {
    let name = Cow::Borrowed("digest");
    for (refused, word) in [
        (DeliveryFault::BodyTooLong { limit: 1 }, "Raise `body_limit`"),
        (DeliveryFault::OutOfMemory, "Lower `body_limit`"),
        (DeliveryFault::BodyUnreadable, "cuts connections"),
        (DeliveryFault::HeaderMissing { name: name.clone() }, "sender is the vendor"),
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
        assert!(refused.code().next_step.contains(word), "{refused:?}: {}", refused.code().next_step);
    }
}

#[test]
fn the_next_step_fits_the_fault() {
    for (fault, expected) in [
        (ReplyFault::SignatureMissing, "between you and Netgíró"),
        (ReplyFault::NonceMissing, "between you and Netgíró"),
        (ReplyFault::Mismatch, "Check the secret key"),
        (ReplyFault::TooLong, "Raise `reply_limit`"),
        (ReplyFault::OutOfMemory, "Lower `reply_limit`"),
        (ReplyFault::Replayed, "forged"),
    ] {
        assert!(fault.code().next_step.contains(expected), "{fault:?}");
    }
}
