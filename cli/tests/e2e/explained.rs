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
