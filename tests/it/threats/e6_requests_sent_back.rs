//! E6: a request of another value, process or run does not verify as a reply: its nonce has a form that no reply has, so
//! that it is refused without a memory of requests.

use countersign::RequestRef;
use countersign::netgiro::{Netgiro, SentRequest, Stamp};

use crate::support::netgiro::{APP_KEY, BODY, SECRET, headers, sent, signature};

const URL: &str = "https://api.netgiro.is/v1/Checkout/InsertCart";

fn fresh() -> Netgiro {
    Netgiro::new(APP_KEY, SECRET).unwrap()
}

/// What a value that has signed nothing before says to a reply to a request of its own.
fn code_of(nonce: &str, signature: &str) -> Option<&'static str> {
    let provider = fresh();
    let judged = provider.verify_reply(&sent(&provider, URL), &headers(nonce, signature), BODY.as_bytes());
    judged.err().map(|error| error.code())
}

#[test]
fn e6_a_request_of_another_value_is_no_reply() {
    let mut request = http::Request::post(URL).body(BODY).unwrap();
    fresh().sign_http(&mut request).unwrap();
    let [nonce, mac] =
        ["netgiro_nonce", "netgiro_signature"].map(|name| request.headers()[name].to_str().unwrap());
    assert_eq!(mac, signature(nonce, URL, BODY.as_bytes()), "a reply would have this signature, too");
    assert_eq!(code_of(nonce, mac), Some("reply-reflected"));
}

#[test]
fn e6_a_request_of_another_process_or_run_is_no_reply() {
    // Of the years 1902, 2014, 2026 and 2922.
    for nonce in ["6000000000000000007", "6353186185385637817", "6392000000000065537", "9219999999999999997"]
    {
        assert_eq!(
            code_of(nonce, &signature(nonce, URL, BODY.as_bytes())),
            Some("reply-reflected"),
            "{nonce}"
        );
        // Also with a signature that cannot be read, so that nobody is told how it should be written.
        assert_eq!(code_of(nonce, "AAAA"), Some("reply-reflected"), "{nonce}");
    }
}

#[test]
fn e6_a_reply_with_the_vendors_ticks_is_taken() {
    // Of the years 317, 2014 and 3169; the second ends as our nonces do.
    for nonce in ["100000000000000000", "635318618538563787", "999999999999999999"] {
        assert_eq!(code_of(nonce, &signature(nonce, URL, BODY.as_bytes())), None, "{nonce}");
    }
}

#[test]
fn e6_the_nonce_of_the_request_itself_is_refused_whatever_its_form() {
    let provider = fresh();
    for nonce in ["42", "635318618538563781", "A-1"] {
        let mut request = http::Request::get(URL).body(()).unwrap();
        let stamp = Stamp::with_nonce(nonce).unwrap();
        let signed = provider.sign_with(&RequestRef::from_http(&request).unwrap(), stamp).unwrap();
        signed.apply(request.headers_mut());
        let sent = SentRequest::new(&RequestRef::from_http(&request).unwrap());
        // With a body that the request did not have, so that the signature is another.
        let headers = headers(nonce, &signature(nonce, URL, BODY.as_bytes()));
        let refused = provider.verify_reply(&sent, &headers, BODY.as_bytes()).unwrap_err();
        assert_eq!(refused.code(), "reply-reflected", "{nonce}");
    }
}
