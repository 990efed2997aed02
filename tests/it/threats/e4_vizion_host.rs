//! E4: Vizion's `host` is whatever arrived. A public origin or any host: chosen when the verifier is made.

use bytes::Bytes;
use countersign::vizion::webhook::{Scheme, Verifier, testing};
use countersign::webhook::Builder;
use http::{Request, header};

use crate::support::noon;

const SECRET: &str = "an example secret";
const OURS: &str = "https://hooks.example.com";

/// What is said of a delivery to our service that was signed for `url`.
fn verdict(builder: Builder<Scheme>, url: &str, change: impl FnOnce(&mut Request<Bytes>)) -> &'static str {
    let mut request = testing::sign("hmac-key-1", SECRET, url, "{}", noon()).unwrap();
    *request.uri_mut() = request.uri().path().parse().unwrap();
    change(&mut request);
    let (parts, body) = request.into_parts();
    let verifier = builder.key("hmac-key-1", SECRET).unwrap().build();
    verifier.verify(&parts, &body, noon()).map_or_else(|error| error.code(), |_| "accepted")
}

#[test]
fn e4_what_was_signed_for_another_host_of_the_organisation_is_refused_whatever_the_header_says() {
    let elsewhere = "https://other.example.com/vizion";
    for host in ["other.example.com", "hooks.example.com", "HOOKS.example.com", "10.0.0.7:3000"] {
        let ours = Verifier::builder(OURS).unwrap();
        let verdict = verdict(ours, elsewhere, |request| {
            request.headers_mut().insert(header::HOST, host.parse().unwrap());
        });
        assert_eq!(verdict, "webhook-signature-mismatch", "{host}");
    }
    let ours = Verifier::builder(OURS).unwrap();
    assert_eq!(verdict(ours, &format!("{OURS}/vizion"), |_| ()), "accepted");
}

#[test]
fn e4_a_verifier_for_any_host_says_so_in_its_name_and_takes_what_names_its_own() {
    let elsewhere = "https://other.example.com/vizion";
    assert_eq!(verdict(Verifier::builder_for_any_host(), elsewhere, |_| ()), "accepted");
    let renamed = verdict(Verifier::builder_for_any_host(), elsewhere, |request| {
        request.headers_mut().insert(header::HOST, "hooks.example.com".parse().unwrap());
    });
    assert_eq!(renamed, "webhook-signature-mismatch");
}

#[test]
fn e4_an_origin_that_is_none_is_refused_when_the_verifier_is_made() {
    for origin in ["", "hooks.example.com", "https://user@hooks.example.com", "ftp://hooks.example.com"] {
        let error = Verifier::builder(origin).unwrap_err();
        assert_eq!((error.code(), error.provider()), ("invalid-public-origin", Some("vizion")), "{origin}");
    }
}
