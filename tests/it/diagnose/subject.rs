//! The providers under test, and one request to each.

use countersign::Signer;
use countersign::diagnose::Diagnosis;
use countersign::explain::{Explained, Transcript};
use countersign::netgiro::{self, Netgiro};
use countersign::netvisor::{self, Credentials, Language, MacAlgorithm, Netvisor, TransactionId};
use countersign::unleashed::Unleashed;
use countersign::{RequestRef, SignedForm};
use http::{Extensions, HeaderMap, Method};
use url::Url;

/// Base64 texts, as vendors issue them.
pub(super) const SECRET: &str = "Y2FuYXJ5LXNlY3JldC1vbmUtZm9yLXRlc3Rz";
pub(super) const OTHER_SECRET: &str = "Y2FuYXJ5LXNlY3JldC10d28tZm9yLXRlc3Rz";

pub(super) const NONCE: &str = "635318618538563781";
pub(super) const SENDER: &str = "Käse €";
pub(super) const TIMESTAMP: &str = "2024-01-15 12:00:00";
pub(super) const UNIX: i64 = 1_705_312_800;
pub(super) const BODY: &str = r#"{"total":100,"name":"Jürgen","items":[1,2]}"#;

const PATH: &str = "/v1/Sales%2fList/Items?name=J%C3%BCrgen%40x&b=2&a=1+1#part";

/// A provider in one of its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Netgiro,
    NetvisorHmac,
    NetvisorHmacDecoded,
    NetvisorSha256,
    Unleashed,
    UnleashedDecoded,
}

impl Subject {
    pub(super) const ALL: [Self; 6] = [
        Self::Netgiro,
        Self::NetvisorHmac,
        Self::NetvisorHmacDecoded,
        Self::NetvisorSha256,
        Self::Unleashed,
        Self::UnleashedDecoded,
    ];

    pub(super) fn url(self) -> Url {
        let origin = match self {
            Self::Netgiro => "https://api.netgiro.is",
            Self::NetvisorHmac | Self::NetvisorHmacDecoded | Self::NetvisorSha256 => {
                "https://integration.netvisor.fi"
            }
            Self::Unleashed | Self::UnleashedDecoded => "https://api.unleashedsoftware.com",
        };
        format!("{origin}{PATH}").parse().unwrap()
    }

    /// The transcript of the request to this subject, made with the given secrets.
    pub(super) fn transcript(self, secret: &str, other_secret: &str) -> Transcript {
        self.transcript_of(secret, other_secret, NONCE, SENDER)
    }

    /// The same with another nonce and another sender.
    pub(super) fn transcript_with(self, nonce: &str, sender: &str) -> Transcript {
        self.transcript_of(SECRET, OTHER_SECRET, nonce, sender)
    }

    fn transcript_of(self, secret: &str, other_secret: &str, nonce: &str, sender: &str) -> Transcript {
        let netvisor = |algorithm, form| {
            let credentials = Credentials {
                sender: sender.into(),
                customer_id: "FI_1".into(),
                customer_key: secret.into(),
                partner_id: "Acm_1".into(),
                partner_key: other_secret.into(),
                organisation_id: "1234567-8".into(),
            };
            let provider = Netvisor::new(credentials).unwrap().algorithm(algorithm).signed_form(form);
            let id = TransactionId::new("transaction123").unwrap();
            let stamp = netvisor::Stamp::given(TIMESTAMP, UNIX, id, Language::Fi).unwrap();
            self.record(&provider, stamp)
        };
        let unleashed = |form| {
            let provider = Unleashed::new("api-id", secret).unwrap().signed_form(form);
            self.record(&provider, ())
        };
        match self {
            Self::Netgiro => {
                let provider = Netgiro::new("app-key", secret).unwrap();
                self.record(&provider, netgiro::Stamp::with_nonce(nonce).unwrap())
            }
            Self::NetvisorHmac => netvisor(MacAlgorithm::HmacSha256, SignedForm::AsSent),
            Self::NetvisorHmacDecoded => netvisor(MacAlgorithm::HmacSha256, SignedForm::Decoded),
            Self::NetvisorSha256 => netvisor(MacAlgorithm::Sha256, SignedForm::AsSent),
            Self::Unleashed => unleashed(SignedForm::AsSent),
            Self::UnleashedDecoded => unleashed(SignedForm::Decoded),
        }
    }

    pub(super) fn diagnose(self, received: &str) -> Diagnosis {
        self.transcript(SECRET, OTHER_SECRET).diagnose(received)
    }

    fn record<S: Explained>(self, provider: &Signer<S>, stamp: S::Stamp) -> Transcript {
        let (url, headers, extensions) = (self.url(), HeaderMap::new(), Extensions::new());
        let request = RequestRef::new(&Method::POST, &url, &headers, &extensions, BODY.as_bytes());
        Transcript::with_stamp(provider, &request, stamp).unwrap()
    }
}
