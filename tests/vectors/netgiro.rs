//! Netgíró: published values, those of the other signatures by arithmetic, and the published values that are wrong.

use std::collections::HashMap;

use countersign::netgiro::{Netgiro, Stamp};
use countersign::signing::{Encoding, MacKey};
use libtest_mimic::Trial;
use serde::Deserialize;

use crate::{capture, plain, trial};

const APP_KEY: &str = "881E674F-7891-4C20-AFD8-56FE2624C4B5";

#[derive(Deserialize)]
struct File {
    published_but_wrong: Vec<Wrong>,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Wrong {
    value: String,
}

#[derive(Clone, Deserialize)]
struct Vector {
    id: String,
    inputs: HashMap<String, String>,
    signed_string_order: Vec<String>,
    expected: String,
}

pub(crate) fn trials() -> Vec<Trial> {
    let file: File = serde_json::from_str(include_str!("netgiro.json")).unwrap();
    let vectors = file.vectors.clone();
    let right =
        file.vectors.into_iter().map(|vector| trial("netgiro", &vector.id.clone(), move || vector.check()));
    let wrong = file.published_but_wrong.into_iter().map(|wrong| {
        let vectors = vectors.clone();
        trial("netgiro", &format!("published-but-wrong-{}", &wrong.value[..8]), move || wrong.check(&vectors))
    });
    right.chain(wrong).collect()
}

impl Vector {
    fn check(&self) {
        let text = self.signed_string();
        assert_eq!(hex::encode(plain::sha256(text.as_bytes())), self.expected, "the vector itself");
        self.check_prefixed_key(&text);
        if self.is_api_request() {
            self.check_request(&text);
        }
    }

    /// The key with the secret's hash state kept, as all of Netgíró's signatures start with the secret.
    fn check_prefixed_key(&self, text: &str) {
        let key = MacKey::sha256_with_prefix(self.inputs["secret"].as_bytes(), Encoding::HexLower);
        let mut mac = key.start();
        mac.update(text.as_bytes());
        assert_eq!(mac.finish().expose_text(), self.expected, "secret taken in once");
    }

    fn check_request(&self, text: &str) {
        let request = capture::Request::new(&self.inputs["url"], &self.inputs["body"]);
        let (provider, request) = (self.provider(), request.outgoing());
        let secret = |name: &str| {
            assert_eq!(name, "secret_key");
            self.inputs["secret"].clone().into()
        };
        let captured = capture::signed_text(&provider, &request, &self.stamp(), secret);
        assert_eq!(captured, text.as_bytes(), "signed text");
        assert_eq!(capture::signature_over(&provider, text.as_bytes()), self.expected, "key");
        let headers = capture::applied(&provider, &request, self.stamp());
        assert_eq!(headers["netgiro_appkey"], APP_KEY);
        assert_eq!(headers["netgiro_nonce"], self.inputs["nonce"].as_str());
        assert_eq!(headers["netgiro_signature"], self.expected.as_str());
        assert_eq!(headers.len(), 3, "these and nothing else");
    }

    /// Whether this is a signature of an API request; the others are of forms and callbacks.
    fn is_api_request(&self) -> bool {
        self.signed_string_order == ["secret", "nonce", "url", "body"]
    }

    fn signed_string(&self) -> String {
        self.signed_string_order.iter().map(|name| self.inputs[name].as_str()).collect()
    }

    fn provider(&self) -> Netgiro {
        Netgiro::new(APP_KEY, self.inputs["secret"].as_str()).unwrap()
    }

    fn stamp(&self) -> Stamp {
        Stamp::with_nonce(&self.inputs["nonce"]).unwrap()
    }
}

impl Wrong {
    /// None of the vendor's examples gives this value, and none takes it for its own.
    fn check(&self, vectors: &[Vector]) {
        let requests: Vec<_> = vectors.iter().filter(|vector| vector.is_api_request()).collect();
        assert_eq!(requests.len(), 2);
        for vector in requests {
            let request = capture::Request::new(&vector.inputs["url"], &vector.inputs["body"]);
            let (provider, request) = (vector.provider(), request.outgoing());
            let signed = provider.sign_with(&request, vector.stamp()).unwrap();
            let signature = signed.signature().unwrap();
            assert_ne!(signature.expose_text(), self.value, "{}", vector.id);
            assert!(!signature.matches_text(self.value.as_bytes()), "{}", vector.id);
        }
    }
}
