//! Netvisor: values of other clients, and our own for ISO-8859-15.

use countersign::SignedForm;
use countersign::netvisor::{Credentials, Language, MacAlgorithm, Netvisor, Stamp, TransactionId};
use http::HeaderMap;
use libtest_mimic::Trial;
use serde::Deserialize;

use crate::{capture, plain, trial};

/// Vectors of clients that encode as UTF-8 what is not ASCII: the crate, which encodes as ISO-8859-15 like the
/// vendor's sample, must not produce their value.
const OF_ANOTHER_CHARSET: [&str; 2] = ["hmac-utf8-raw-url", "sha256-utf8-euro"];

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    algorithm: String,
    encoding: String,
    inputs: Inputs,
    signed_string: String,
    signed_hex: Option<String>,
    hmac_key: Option<String>,
    expected: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inputs {
    url: String,
    sender: String,
    customer_id: String,
    partner_id: String,
    timestamp: String,
    language: String,
    organisation_id: String,
    transaction_id: String,
    timestamp_unix: i64,
    customer_key: String,
    partner_key: String,
}

pub(crate) fn trials() -> Vec<Trial> {
    [include_str!("netvisor.json"), include_str!("netvisor_latin9.json")]
        .into_iter()
        .flat_map(|text| serde_json::from_str::<File>(text).unwrap().vectors)
        .map(|vector| trial("netvisor", &vector.id.clone(), move || vector.check()))
        .collect()
}

impl Vector {
    fn check(&self) {
        self.check_own_arithmetic();
        let request = capture::Request::new(&self.inputs.url, "");
        let (provider, request) = (self.provider(), request.outgoing());
        let secret = |name: &str| match name {
            "customer_key" => plain::encode("iso-8859-15", &self.inputs.customer_key),
            "partner_key" => plain::encode("iso-8859-15", &self.inputs.partner_key),
            other => panic!("no secret {other}"),
        };
        let text = capture::signed_text(&provider, &request, &self.stamp(), secret);
        let headers = capture::applied(&provider, &request, self.stamp());
        if OF_ANOTHER_CHARSET.contains(&self.id.as_str()) {
            assert_ne!(text, self.signed_bytes(), "signed text");
            assert_eq!(
                text,
                plain::encode("iso-8859-15", &self.signed_string),
                "ISO-8859-15 is all that differs"
            );
            assert_ne!(headers["x-netvisor-authentication-mac"], self.expected.as_str(), "MAC");
        } else {
            assert_eq!(text, self.signed_bytes(), "signed text");
            assert_eq!(capture::signature_over(&provider, &self.signed_bytes()), self.expected, "HMAC key");
            assert_eq!(headers["x-netvisor-authentication-mac"], self.expected.as_str(), "MAC");
        }
        self.check_other_headers(&headers);
    }

    /// That the vector itself hangs together: inputs, signed text, key and value.
    fn check_own_arithmetic(&self) {
        let inputs = &self.inputs;
        let unix = inputs.timestamp_unix.to_string();
        let mut fields = vec![
            inputs.url.as_str(),
            &inputs.sender,
            &inputs.customer_id,
            &inputs.timestamp,
            &inputs.language,
            &inputs.organisation_id,
            &inputs.transaction_id,
        ];
        fields.extend(self.is_hmac().then_some(unix.as_str()));
        fields.extend([inputs.customer_key.as_str(), &inputs.partner_key]);
        assert_eq!(fields.join("&"), self.signed_string);
        if let Some(hex) = &self.signed_hex {
            assert_eq!(hex::encode(self.signed_bytes()), *hex);
        }
        let key = format!("{}&{}", inputs.customer_key, inputs.partner_key);
        assert_eq!(self.hmac_key, self.is_hmac().then(|| key.clone()));
        let digest = if self.is_hmac() {
            plain::hmac_sha256(&plain::encode(&self.encoding, &key), &self.signed_bytes())
        } else {
            plain::sha256(&self.signed_bytes())
        };
        assert_eq!(hex::encode(digest), self.expected);
    }

    fn check_other_headers(&self, headers: &HeaderMap) {
        let inputs = &self.inputs;
        let unix = inputs.timestamp_unix.to_string();
        let hmac = self.is_hmac();
        let expected = [
            ("x-netvisor-authentication-sender", Some(inputs.sender.as_str())),
            ("x-netvisor-authentication-customerid", Some(&inputs.customer_id)),
            ("x-netvisor-authentication-partnerid", Some(&inputs.partner_id)),
            ("x-netvisor-authentication-timestamp", Some(&inputs.timestamp)),
            ("x-netvisor-authentication-transactionid", Some(&inputs.transaction_id)),
            ("x-netvisor-authentication-machashcalculationalgorithm", Some(&self.algorithm)),
            ("x-netvisor-interface-language", Some(&inputs.language)),
            ("x-netvisor-organisation-id", Some(&inputs.organisation_id)),
            ("content-type", Some("text/plain")),
            ("x-netvisor-authentication-timestampunix", hmac.then_some(&unix)),
            ("x-netvisor-authentication-usehttpresponsestatuscodes", hmac.then_some("1")),
        ];
        for (name, value) in expected {
            let value = value.map(|value| plain::encode("iso-8859-15", value));
            assert_eq!(headers.get(name).map(|value| value.as_bytes().to_vec()), value, "{name}");
        }
        let present = expected.iter().filter(|(_, value)| value.is_some()).count();
        assert_eq!(headers.len(), present + 1, "these and the MAC, nothing else");
    }

    fn provider(&self) -> Netvisor {
        let inputs = &self.inputs;
        let credentials = Credentials {
            sender: inputs.sender.clone(),
            customer_id: inputs.customer_id.clone(),
            customer_key: inputs.customer_key.as_str().into(),
            partner_id: inputs.partner_id.clone(),
            partner_key: inputs.partner_key.as_str().into(),
            organisation_id: inputs.organisation_id.clone(),
        };
        let algorithm = if self.is_hmac() { MacAlgorithm::HmacSha256 } else { MacAlgorithm::Sha256 };
        // A URL printed with raw characters was signed before it was percent-encoded.
        let form = if inputs.url.is_ascii() { SignedForm::AsSent } else { SignedForm::Decoded };
        Netvisor::new(credentials).unwrap().algorithm(algorithm).signed_form(form)
    }

    fn stamp(&self) -> Stamp {
        let language: Language = self.inputs.language.parse().unwrap();
        let id = TransactionId::new(&self.inputs.transaction_id).unwrap();
        Stamp::given(&self.inputs.timestamp, self.inputs.timestamp_unix, id, language).unwrap()
    }

    fn signed_bytes(&self) -> Vec<u8> {
        plain::encode(&self.encoding, &self.signed_string)
    }

    fn is_hmac(&self) -> bool {
        self.algorithm == "HMACSHA256"
    }
}
