//! An honest delivery with one header or the body replaced by any bytes: accepted only where the signed bytes are as before.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use countersign::vizion::webhook::{Verifier, testing};
use http::{HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;

const BODY: &[u8] = br#"{"event":"arrived","note":"a b"}"#;
const HEADERS: [&str; 7] =
    ["x-vizion-signature", "digest", "host", "date", "user-agent", "content-type", "content-length"];

fuzz_target!(|input: (u8, bool, &[u8])| {
    let (place, append, bytes) = input;
    let now = UNIX_EPOCH + Duration::from_millis(1_685_548_865_944);
    let verifier = Verifier::builder().key("hmac-key-1", "secret").unwrap().accept_pretty_printed_body().build();
    let request =
        testing::sign("hmac-key-1", "secret", "https://hooks.example.com/vizion?a=1", BODY, now).unwrap();
    let (mut parts, honest) = request.into_parts();
    let mut body = honest.to_vec();
    match HEADERS.get(usize::from(place)) {
        None => body = bytes.to_vec(),
        Some(name) => {
            let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
            let name = HeaderName::from_static(name);
            if append {
                parts.headers.append(name, value);
            } else {
                parts.headers.insert(name, value);
            }
        }
    }
    if let Ok(verified) = verifier.verify(&parts, &body, now) {
        assert_eq!(&**verified, BODY, "nothing but the signed body is handed on");
    }
});
