//! Any bytes as Vizion's signature header: no panic, and nothing accepted, since no key made a signature.
#![no_main]

use std::time::UNIX_EPOCH;

use countersign::signing::SignedText;
use countersign::vizion::webhook::Verifier;
use http::{HeaderValue, Request};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(signature) = HeaderValue::from_bytes(bytes) else { return };
    let verifier = Verifier::builder().key("hmac-key-1", "secret").unwrap().build();
    let request = Request::post("/vizion?a=1")
        .header("host", "hooks.example.com")
        .header("digest", "SHA-256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        .header("x-vizion-signature", signature)
        .body(())
        .unwrap();
    let (parts, ()) = request.into_parts();
    assert!(verifier.verify(&parts, b"", UNIX_EPOCH).is_err());

    let mut length = 0;
    let mut count = |segment: countersign::signing::Segment<'_>| length += segment.public_bytes().map_or(0, <[u8]>::len);
    if verifier.signed_text(&parts, b"", &mut SignedText::new(&mut count)).is_ok() {
        assert!(length > 0, "what is covered has a text");
    }
});
