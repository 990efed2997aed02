//! Unleashed: values that several clients and the vendor's own code agree on.

use countersign::unleashed::Unleashed;
use libtest_mimic::Trial;
use serde::Deserialize;

use crate::{capture, plain, trial};

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    inputs: Inputs,
    expected: String,
}

#[derive(Deserialize)]
struct Inputs {
    api_key: String,
    query_string: String,
}

pub(crate) fn trials() -> Vec<Trial> {
    let file: File = serde_json::from_str(include_str!("unleashed.json")).unwrap();
    file.vectors
        .into_iter()
        .map(|vector| trial("unleashed", &vector.id.clone(), move || vector.check()))
        .collect()
}

impl Vector {
    fn check(&self) {
        let query = &self.inputs.query_string;
        let digest = plain::hmac_sha256(self.inputs.api_key.as_bytes(), query.as_bytes());
        assert_eq!(plain::base64(digest), self.expected, "the vector itself");

        let provider = Unleashed::new("api-id", self.inputs.api_key.as_str())
            .unwrap()
            .client_type("acme/stock")
            .unwrap();
        let separator = if query.is_empty() { "" } else { "?" };
        let url = format!("https://api.unleashedsoftware.com/Customers{separator}{query}");
        let request = capture::Request::new(&url, "");
        let request = request.outgoing();
        let text = capture::signed_text(&provider, &request, &(), |name| panic!("no secret {name}"));
        assert_eq!(text, query.as_bytes(), "signed text");
        assert_eq!(capture::signature_over(&provider, query.as_bytes()), self.expected, "key");

        let headers = capture::applied(&provider, &request, ());
        assert_eq!(headers["api-auth-signature"], self.expected.as_str());
        assert_eq!(headers["api-auth-id"], "api-id");
        assert_eq!(headers["client-type"], "acme/stock");
        assert_eq!(headers["accept"], "application/json");
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(headers.len(), 5, "these and nothing else");
    }
}
