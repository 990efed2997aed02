//! What a query of Unleashed's is sent as, and what of it is signed: over a socket, with the signature recomputed by hand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use countersign::fault::Kind;
use countersign::unleashed::Unleashed;
use countersign::{Error, RequestRef, SignedForm};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Extensions, HeaderMap, Method, Request};
use reqwest_middleware::ClientBuilder;
use sha2::Sha256;
use url::Url;

use crate::support::client;
use crate::support::received::Received;
use crate::support::server::{Answer, Server};
use crate::support::subjects::{API_KEY, unleashed};

const LIST: &str = "https://api.unleashedsoftware.com/Customers";

fn signature_of(text: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(API_KEY.as_bytes()).unwrap().chain_update(text);
    BASE64.encode(mac.finalize().into_bytes())
}

/// Sends a list of parameters as a form, and returns the query that arrived and the signature that came with it.
async fn arrived(set: fn(Unleashed) -> Unleashed, parameters: &[(&str, &str)]) -> (String, String) {
    let server = Server::start(|_, _| Answer::new(200, "{}")).await;
    let provider = set(unleashed()).allow_origin(server.origin()).unwrap();
    let client = ClientBuilder::new(client()).with(provider).build();
    let response = client.get(server.url("/Customers+1")).query(parameters).send().await.unwrap();
    let [request] = &server.take_requests()[..] else { panic!() };
    assert!(request.target.starts_with("/Customers+1"), "{}", request.target);
    assert_eq!(response.url().query().unwrap_or_default(), request.query());
    (request.query().to_owned(), request.header("api-auth-signature"))
}

#[tokio::test]
async fn what_is_signed_is_what_is_sent_with_its_percent_encoding_undone() {
    for (parameters, sent, signed) in [
        (
            &[("modifiedSince", "2026-08-01T00:00:00")][..],
            "modifiedSince=2026-08-01T00%3A00%3A00",
            "modifiedSince=2026-08-01T00:00:00",
        ),
        (
            &[("customerName", "Acme & Sons"), ("pageSize", "20")],
            "customerName=Acme%20%26%20Sons&pageSize=20",
            "customerName=Acme & Sons&pageSize=20",
        ),
        (&[("sum", "1+1"), ("ä", "€")], "sum=1%2B1&%C3%A4=%E2%82%AC", "sum=1+1&ä=€"),
        (&[("pageSize", "200")], "pageSize=200", "pageSize=200"),
    ] {
        let (query, signature) = arrived(|unleashed| unleashed, parameters).await;
        assert_eq!((query.as_str(), signature), (sent, signature_of(signed)));
    }
}

#[tokio::test]
async fn another_form_is_signed_where_it_was_chosen() {
    let as_sent = |unleashed: Unleashed| unleashed.signed_form(SignedForm::AsSent);
    let parameters = [("modifiedSince", "2026-08-01T00:00:00"), ("name", "a b")];
    let (query, signature) = arrived(as_sent, &parameters).await;
    assert_eq!(query, "modifiedSince=2026-08-01T00%3A00%3A00&name=a%20b");
    assert_eq!(signature, signature_of(&query));

    let (query, signature) = arrived(Unleashed::keep_plus_in_query, &parameters).await;
    assert_eq!(query, "modifiedSince=2026-08-01T00%3A00%3A00&name=a+b");
    assert_eq!(signature, signature_of("modifiedSince=2026-08-01T00:00:00&name=a+b"));
}

#[tokio::test]
async fn each_hop_of_a_redirect_is_sent_as_it_is_signed() {
    let server = Server::start(|request, _| match request.query() {
        "first=a%20b" => Answer::redirect(307, "/next?second=c+d%3A"),
        _ => Answer::new(200, "{}"),
    })
    .await;
    let provider = unleashed().follow_redirects(1).allow_origin(server.origin()).unwrap();
    let client = ClientBuilder::new(client()).with(provider).build();
    client.get(server.url("/list?first=a+b")).send().await.unwrap();
    let requests = server.take_requests();
    let queries: Vec<_> = requests.iter().map(Received::query).collect();
    assert_eq!(queries, ["first=a%20b", "second=c%20d%3A"]);
    assert_eq!(requests[1].header("api-auth-signature"), signature_of("second=c d:"));
}

#[test]
fn the_uri_of_a_signed_request_is_the_one_that_was_signed() {
    let mut request = Request::get(format!("{LIST}?name=a+b&at=%3A")).body(()).unwrap();
    unleashed().sign_http(&mut request).unwrap();
    assert_eq!(request.uri().to_string(), format!("{LIST}?name=a%20b&at=%3A"));
    assert_eq!(request.headers()["api-auth-signature"], signature_of("name=a b&at=:"));

    let mut request = Request::get(format!("{LIST}?name=a+b")).body(()).unwrap();
    unleashed().keep_plus_in_query().sign_http(&mut request).unwrap();
    assert_eq!(request.uri().to_string(), format!("{LIST}?name=a+b"));
    assert_eq!(request.headers()["api-auth-signature"], signature_of("name=a+b"));
}

#[test]
fn a_request_that_cannot_be_changed_is_not_signed_with_a_plus_in_its_query() {
    let (headers, extensions) = (HeaderMap::new(), Extensions::new());
    let url: Url = format!("{LIST}/a+b?name=a+b#c+d").parse().unwrap();
    let outgoing = |url| RequestRef::new(&Method::GET, url, &headers, &extensions, b"");
    let refused = unleashed().sign(&outgoing(&url)).map(drop).unwrap_err();
    assert_eq!((refused.code(), refused.provider()), ("query-ambiguous", Some("unleashed")));
    assert!(refused.kind() == Kind::Signing && refused.next_step().contains("`%20`"), "{refused:?}");
    assert!(!format!("{refused:#} {refused:?}").contains("a+b"));
    let explained = countersign::explain::explain(&unleashed(), &outgoing(&url));
    assert_eq!(explained.map(drop).unwrap_err().code(), "query-ambiguous");
    unleashed().keep_plus_in_query().sign(&outgoing(&url)).map(drop).unwrap();

    let (provider, mut prepared) = (unleashed(), url.clone());
    assert!(provider.prepare_url(&mut prepared) && !provider.prepare_url(&mut prepared));
    assert_eq!(prepared.as_str(), format!("{LIST}/a+b?name=a%20b#c+d"));
    let signed = provider.sign(&outgoing(&prepared)).unwrap();
    assert_eq!(signed.signature().unwrap().expose_text(), signature_of("name=a b"));
}

/// `http` holds no URI of 64 KiB or more.
#[test]
fn a_query_that_is_too_long_with_its_blanks_is_an_error() {
    let url = format!("{LIST}?name={}", "+".repeat(30_000));
    let mut request = Request::get(&url).body(()).unwrap();
    let error: Error = unleashed().sign_http(&mut request).unwrap_err();
    assert_eq!((error.code(), error.provider()), ("query-ambiguous", Some("unleashed")));
    assert_eq!((request.uri().to_string(), request.headers().len()), (url, 0));
}
