//! What each refusal says to do about it.

use countersign::codes;
use countersign::fault::Fault as _;
use countersign::netgiro::ReplyFault;

#[test]
fn each_refusal_says_what_to_do_about_it() {
    for (code, word) in [
        ("webhook-body-too-long", "Raise `body_limit`"),
        ("webhook-out-of-memory", "Lower `body_limit`"),
        ("webhook-body-unreadable", "cuts connections"),
        ("webhook-header-missing", "sender is the vendor"),
        ("webhook-covered-header-missing", "drops headers"),
        ("webhook-algorithm-unknown", "notices"),
        ("webhook-no-keys", "exchange_keys"),
        ("webhook-key-unknown", "rotated"),
        ("webhook-time-unit", "unit"),
        ("webhook-too-old", "clock first"),
        ("webhook-too-early", "clock first"),
        ("webhook-expired", "queue in front"),
        ("webhook-digest-mismatch", "bytes as received"),
        ("webhook-signature-mismatch", "Check the key"),
        ("webhook-body-empty", "accept_empty_bodies"),
        ("webhook-replayed", "recorded"),
        ("webhook-store-unreachable", "store back"),
        ("webhook-header-duplicate", "forged"),
        ("webhook-signature-malformed", "forged"),
        ("webhook-not-utf8", "forged"),
    ] {
        let next_steps: Vec<_> = codes::errors()
            .filter(|(listed, _)| listed.name == code)
            .map(|(listed, _)| listed.next_step)
            .collect();
        assert!(matches!(&next_steps[..], [next_step] if next_step.contains(word)), "{code}: {next_steps:?}");
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
