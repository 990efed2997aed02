//! V7: nothing in an answer switches its verification off; one loudly named setting does.

use countersign::fault::Kind;
use countersign::netgiro::{Reply, ReplyFault, Verdict};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;

use crate::support::chains::fault;
use crate::support::netgiro::{
    BODY, OFFLINE, client, fresh_nonce, headers, provider, reply_to, sent, signature,
};
use crate::support::server::{Answer, Server};

const URL: &str = "https://api.netgiro.is/v1/x";

fn tempting_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "(content-type|content-encoding|content-length|transfer-encoding|connection|upgrade|trailer|warning|via)",
        "(x-)?(netgiro|countersign)[_-](verified|unsigned|signature[_-]?alg|skip|version|appkey|referenceid|noncee)",
        "[a-z][a-z0-9-]{0,20}",
    ]
}

fn tempting_value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "(true|false|1|0|none|off|skip|identity|text/html|text/plain; charset=iso-8859-1|application/xml)"
            .prop_map(String::into_bytes),
        proptest::collection::vec(prop_oneof![0x20_u8..0x7f, 0x80_u8..], 0..30),
    ]
}

fn forged_headers() -> impl Strategy<Value = HeaderMap> {
    let forged = prop_oneof![
        Just(HeaderMap::new()),
        Just(headers("1", &"0".repeat(64))),
        "[0-9a-f]{64}".prop_map(|signature| headers("1", &signature)),
    ];
    (forged, proptest::collection::vec((tempting_name(), tempting_value()), 0..8)).prop_map(
        |(mut forged, more)| {
            for (name, value) in more {
                let name: HeaderName = name.parse().unwrap();
                forged.append(name, HeaderValue::from_bytes(&value).unwrap());
            }
            forged
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn v7_no_header_makes_a_forgery_pass(headers in forged_headers(), body in "(|\\{\\}|<a/>|\\PC{0,20})") {
        let verdict = OFFLINE.verify_reply(&sent(&OFFLINE, URL), &headers, body.as_bytes());
        prop_assert!(verdict.unwrap_err().kind() == Kind::Verification);
    }

    #[test]
    fn v7_no_header_makes_an_honest_reply_fail(more in forged_headers()) {
        let nonce = fresh_nonce();
        let mut headers = headers(&nonce, &signature(&nonce, URL, BODY.as_bytes()));
        for (name, value) in &more {
            if !matches!(name.as_str(), "netgiro_nonce" | "netgiro_signature") {
                headers.append(name, value.clone());
            }
        }
        OFFLINE.verify_reply(&sent(&OFFLINE, URL), &headers, BODY.as_bytes()).unwrap();
    }
}

#[tokio::test]
async fn v7_only_the_dangerous_setting_lets_a_forgery_through_and_marks_it() {
    let server = Server::start(|request, _| match &*request.target {
        "/unsigned" => Answer::new(200, BODY),
        "/honest" => reply_to(request),
        _ => Answer::new(200, BODY).header("netgiro_nonce", "1").header("netgiro_signature", "0".repeat(64)),
    })
    .await;
    let lax = client(provider(server.origin()).dangerous_report_only());
    let honest = lax.get(server.url("/honest")).send().await.unwrap();
    assert_eq!(honest.extensions().get::<Reply>().unwrap().verdict(), Verdict::Verified);

    let cases = [("/unsigned", ReplyFault::SignatureMissing), ("/wrong", ReplyFault::Mismatch)];
    for (path, expected) in cases {
        let strict = client(provider(server.origin()));
        let error = strict.get(server.url(path)).send().await.unwrap_err();
        assert_eq!(fault(&error).fault::<ReplyFault>(), Some(&expected));

        let response = lax.get(server.url(path)).send().await.unwrap();
        let reply = response.extensions().get::<Reply>().unwrap();
        assert_eq!(reply.verdict(), Verdict::Unverified(expected));
        assert_eq!(response.text().await.unwrap(), BODY);
    }
}
