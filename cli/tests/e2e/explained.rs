//! `explain --expect`: the signature that somebody else computed.

use crate::support::{run, tool};

/// Signatures of one request by an independent implementation of the mistake (Python's hmac and hashlib).
const UNLEASHED: [(&str, &str); 2] = [
    ("/36QnfkYUiUen5K/7PDhGbYEnw9LJKC/a1+llptp2Ow=", "question-mark-included"),
    ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "wrong-key"),
];

#[test]
fn a_mistake_is_named_by_its_code() {
    for (signature, code) in UNLEASHED {
        let explained = run(tool()
            .args([
                "explain",
                "unleashed",
                "GET",
                "https://api.unleashedsoftware.com/Customers?customerCode=ACME",
            ])
            .args(["--expect", signature, "--json"])
            .envs([("UNLEASHED_API_ID", "api-id"), ("UNLEASHED_API_KEY", "unleashed-example-api-key")])
            .env("UNLEASHED_CLIENT_TYPE", "acme/stock"));
        assert_eq!(explained.code, 1);
        assert_eq!(explained.json()["diagnosis"]["code"], code);
    }
}

/// What is sent has the host in lower case, and no default port; somebody else may have signed what was typed.
#[test]
fn a_signature_of_the_url_as_it_was_typed_is_explained() {
    for (url, signature) in [
        // Plain SHA-256 of `secret1` and the URL without its fragment.
        (
            "https://API.Netgiro.is/v1/sales",
            "25ee454fb46ce7a333bf81639b2b63072c414c315dbfd212a76d5160e65c9101",
        ),
        (
            "https://API.Netgiro.is:443/v1/sales?a=b#c",
            "9963a8ee70b7799f65fb93684a40a31c3b286dd177d3812fb86b65092da1de7a",
        ),
    ] {
        let explained = run(tool()
            .args(["explain", "netgiro", "GET", url, "--nonce", "1", "--expect", signature, "--json"])
            .envs([("NETGIRO_APP_KEY", "app"), ("NETGIRO_SECRET_KEY", "secret")]));
        assert_eq!(explained.json()["diagnosis"]["reproduced"], true, "{url}: {}", explained.stdout);
    }
}
