//! Replies that a test signs without a sandbox.

use countersign::RequestRef;
use countersign::netgiro::testing::sign_reply;
use countersign::netgiro::{Netgiro, SentRequest};

const SECRET: &str = "a secret key";

#[test]
fn a_reply_that_a_test_signs_verifies_and_one_that_differs_does_not() {
    let netgiro = Netgiro::new("app-key", SECRET).unwrap();
    let url = "https://api.netgiro.is/v1/checkout/CheckCart?a=%C3%AD";
    let mut request = http::Request::post(url).body(b"{}".to_vec()).unwrap();
    netgiro.sign_http(&mut request).unwrap();
    let sent = SentRequest::new(&RequestRef::from_http(&request).unwrap());
    let verify = |reply: http::Response<bytes::Bytes>| {
        netgiro.verify_reply(&sent, reply.headers(), reply.body()).map_err(|error| error.code())
    };
    let body = r#"{"Success":true,"ResultCode":10200}"#;
    for nonce in ["1", "635318618538563781", "another-nonce"] {
        verify(sign_reply(SECRET, url, body, nonce).unwrap()).unwrap();
    }
    verify(sign_reply(SECRET, url, "", "2").unwrap()).unwrap();
    let fragment = format!("{url}#part");
    verify(sign_reply(SECRET, &fragment, body, "3").unwrap()).unwrap();

    let mismatch = Err("reply-signature-mismatch");
    assert_eq!(verify(sign_reply("another key", url, body, "4").unwrap()).map(drop), mismatch);
    assert_eq!(
        verify(sign_reply(SECRET, "https://api.netgiro.is/v1/", body, "5").unwrap()).map(drop),
        mismatch
    );
    assert_eq!(verify(sign_reply(SECRET, url, body, "6").unwrap().map(|_| "{}".into())).map(drop), mismatch);
    assert_eq!(verify(sign_reply(SECRET, url, body, "1").unwrap()).map(drop), Err("reply-replayed"));
    assert_eq!(
        verify(sign_reply(SECRET, url, body, "6353186185385637817").unwrap()).map(drop),
        Err("reply-reflected")
    );
}

#[test]
fn what_cannot_be_signed_is_an_error_that_names_the_field() {
    for (secret, url, nonce, code) in [
        ("", "https://api.netgiro.is/", "1", "field-empty"),
        (SECRET, "/v1/checkout", "1", "url-not-absolute"),
        (SECRET, "https://api.netgiro.is/", "", "field-empty"),
        (SECRET, "https://api.netgiro.is/", "ä", "field-not-ascii"),
    ] {
        let error = sign_reply(secret, url, "", nonce).unwrap_err();
        assert_eq!((error.code(), error.provider()), (code, Some("netgiro")), "{error}");
    }
}
