//! S2: the bytes that are signed are the bytes that are sent, whatever the URL and body.

use countersign::RequestRef;
use countersign::Scheme;
use countersign::Signer;
use countersign::signing::{Encoding, MacKey, Segment, SignedText};
use http::{Extensions, HeaderMap, Method};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};

use crate::support::chains::{self, CUSTOMER_KEY, PARTNER_KEY, UNLEASHED_KEY, netvisor, unleashed};
use crate::support::netgiro::{OFFLINE, SECRET, reply_to};
use crate::support::server::Server;

const REQUESTS: usize = 10_000;

/// Anything that `url` makes a URL of: it encodes what may not be sent, and that is what must be signed.
fn target() -> impl Strategy<Value = String> {
    let piece = || {
        prop_oneof![
            "[a-zA-Z0-9._~-]{0,8}",
            "[ -~]{0,8}",
            "%[0-9a-fA-F]{2}",
            "\\PC{0,4}",
            "(\\.\\./|//|\\+|%)"
        ]
    };
    let pieces = || proptest::collection::vec(piece(), 0..5).prop_map(|pieces| pieces.concat());
    (pieces(), proptest::option::of(pieces())).prop_map(|(path, query)| match query {
        None => path,
        Some(query) => format!("{path}?{query}"),
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(Vec::new()),
        proptest::collection::vec(any::<u8>(), 0..100),
        proptest::collection::vec(any::<u8>(), 500)
    ]
}

#[tokio::test]
async fn s2_what_is_signed_is_what_is_sent() {
    let server = Server::start(|request, _| reply_to(request)).await;
    let clients = chains::all(server.origin()).map(|chain| (chain.recommended(), chain));
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let strategy = (target(), body());
    let mut sent = 0;
    while sent < REQUESTS {
        let (target, body) = strategy.new_tree(&mut runner).unwrap().current();
        let (client, _) = &clients[sent % 3];
        // A target such as `//host` or one with a bad port names no path of this server.
        let url = url::Url::parse(&server.url("/")).unwrap().join(&target.replace('\\', "/"));
        let Some(url) =
            url.ok().filter(|url| server.url("/").starts_with(&url.origin().ascii_serialization()))
        else {
            continue;
        };
        if url.scheme() != "http" || !url.username().is_empty() || url.password().is_some() {
            continue;
        }
        let request = client.post(url.clone()).header("content-type", "application/json").body(body.clone());
        let result = request.send().await;
        assert!(result.is_ok(), "{url}: {result:?}");
        sent += 1;
        if sent % 100 == 0 || sent == REQUESTS {
            let received = server.take_requests();
            for (request, turn) in received.iter().zip(sent - received.len()..) {
                let (_, chain) = &clients[turn % 3];
                assert!(chain.is_signed(request), "{} {request:?}", chain.name);
                // Read in two ways: what is signed of it would be one of them.
                assert!(chain.name != "unleashed" || !request.query().contains('+'), "{request:?}");
            }
        }
    }
}

/// The stated segments, joined; the bytes of a secret are put in by its name, since they are never shown.
fn joined<S: Scheme>(provider: &Signer<S>, request: &RequestRef<'_>, stamp: &S::Stamp) -> Vec<u8> {
    let mut text = Vec::new();
    let mut join = |segment: Segment<'_>| {
        text.extend(segment.public_bytes().unwrap_or_else(|| match segment.name() {
            "secret_key" => SECRET.as_bytes(),
            "customer_key" => CUSTOMER_KEY.as_bytes(),
            "partner_key" => PARTNER_KEY.as_bytes(),
            other => panic!("{other}"),
        }));
    };
    provider.scheme().signed_text(request, stamp, &mut SignedText::new(&mut join)).unwrap();
    text
}

fn check_segments<S: Scheme>(
    provider: &Signer<S>,
    origin: &str,
    target: &str,
    body: &[u8],
) -> Result<(), TestCaseError> {
    let Ok(mut url) = url::Url::parse(&format!("{origin}/{target}")) else { return Ok(()) };
    provider.prepare_url(&mut url);
    let (headers, extensions) = (HeaderMap::new(), Extensions::new());
    let request = RequestRef::new(&Method::POST, &url, &headers, &extensions, body);
    let signed = provider.sign(&request).unwrap();
    let mut mac = match provider.name() {
        "netgiro" => MacKey::sha256(Encoding::HexLower),
        "netvisor" => {
            MacKey::hmac_sha256(format!("{CUSTOMER_KEY}&{PARTNER_KEY}").as_bytes(), Encoding::HexLower)
                .unwrap()
        }
        _ => MacKey::hmac_sha256(UNLEASHED_KEY.as_bytes(), Encoding::Base64).unwrap(),
    }
    .start();
    mac.update(&joined(provider, &request, signed.stamp()));
    prop_assert_eq!(mac.finish().expose_text(), signed.signature().unwrap().expose_text());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn s2_segments_joined_hash_to_the_signature(target in target(), body in body()) {
        check_segments(&*OFFLINE, "https://api.netgiro.is", &target, &body)?;
        check_segments(&netvisor(), "https://isvapi.netvisor.fi", &target, &body)?;
        check_segments(&unleashed(), "https://api.unleashedsoftware.com", &target, &body)?;
    }
}
