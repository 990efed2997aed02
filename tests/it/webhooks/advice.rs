//! What a refusal advises about a delivery that was signed for another address.

use bytes::Bytes;
use http::Request;

use super::sender::Sender;
use super::{builder_at, now};

const ORIGIN: &str = "https://hooks.example.com";

/// The notes and the next step of a delivery's refusal.
fn said(request: Request<Bytes>) -> (String, String) {
    let (parts, body) = request.into_parts();
    let bound = builder_at(ORIGIN).build();
    let error = bound.verify(&parts, &body, now()).unwrap_err();
    let error = bound.diagnose(&parts, &body).unwrap().explain_refusal(error);
    (error.notes().join("; "), error.next_step().to_owned())
}

#[test]
fn w9_nobody_is_told_to_configure_the_host_of_somebody_else() {
    let mut sender = Sender::honest();
    sender.set("host", "evil.example.com");
    let direct = sender.send();
    let mut forwarded = direct.clone();
    forwarded.headers_mut().insert("host", "10.0.0.7:3000".parse().unwrap());
    forwarded.headers_mut().insert("x-forwarded-host", "evil.example.com".parse().unwrap());
    for request in [direct, forwarded] {
        let (notes, advice) = said(request);
        let proved = "other-host: It was signed for another host";
        assert!(notes.contains(proved) && notes.contains("evil.example.com"), "{notes}");
        assert!(advice.starts_with("Do not use it") && !advice.contains("onfigure"), "{advice}");
    }
}

#[test]
fn w9_a_path_of_the_own_host_is_one_to_configure() {
    let mut request = Sender::honest().send();
    *request.uri_mut() = "/in?tenant=7".parse().unwrap();
    request.headers_mut().insert("x-original-uri", "/vizion?tenant=7".parse().unwrap());
    let (notes, advice) = said(request);
    assert!(notes.contains("proxy-url: ") && notes.contains("https://hooks.example.com/vizion"), "{notes}");
    assert!(advice.starts_with("If that URL is yours, configure it as the public origin"), "{advice}");
}
