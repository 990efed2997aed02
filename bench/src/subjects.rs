//! The providers with fixed inputs, and the plain digests that their signatures are measured against.

use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use countersign::RequestRef;
use countersign::declared::Declared;
use countersign::netgiro::{self, Netgiro};
use countersign::netvisor::{self, Credentials, Language, MacAlgorithm, Netvisor, TransactionId};
use countersign::rotation::{CredentialSet, CredentialSource, Rotation};
use countersign::signing::{Segment, Signature, SignedText};
use countersign::unleashed::{self, Unleashed};
use countersign::vizion::webhook;
use countersign::{Error, Scheme, Signer};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Extensions, HeaderMap, Method, request};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::by_hand;

/// The secret that Netgíró published with its examples, as long as those that it issues.
pub const NETGIRO_SECRET: &str = concat!(
    "YCFd6hiA8lUjZejVcIf/LhRXO4wTDxY0JhOXvQZwnMSiNynSxmNIMjMf1HHwdV6cMN48NX3ZipA9q9hLPb9C1ZIzMH5dvELPAHceiu7LbZzm",
    "IAGeOf/OUaDrk2Zq2dbGacIAzU6yyk4KmOXRaSLi8KW8t3krdQSX7Ecm8Qunc/A=",
);
/// A nonce of .NET ticks.
pub const NETGIRO_NONCE: &str = "635318618538563781";
/// A call of Netgíró's.
pub const NETGIRO_URL: &str = "https://api.netgiro.is/v1/sales/GetList?AllForCompany=true";
/// A page of Unleashed's.
pub const UNLEASHED_URL: &str =
    "https://api.unleashedsoftware.com/Customers/2?pageSize=200&modifiedSince=2024-01-15T12:00:00";
/// A call of Netvisor's.
pub const NETVISOR_URL: &str = "https://integration.netvisor.fi/salesinvoicelist.nv?begindate=2024-01-15";

const NETGIRO_APP_KEY: &str = "881E674F-7891-4C20-AFD8-56FE2624C4B5";
const UNLEASHED_ID: &str = "9b2e5d1a-4c37-4f60-8a1e-d2c3b4a59687";
const UNLEASHED_KEY: &str = "kq3vYB8hT0mZp5XwR7nLd2FgJ6cVsA9uEiO1yKtQ4rHxMbNzWeUaPjGfCvDlS8T0oIqY==";
const UNLEASHED_CLIENT_TYPE: &str = "acme/stock";
const TIMESTAMP: &str = "2024-01-15 12:00:00";
const TRANSACTION_ID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";
const NETVISOR_CUSTOMER_KEY: &str = "customer-key-0123456789abcdef";
const NETVISOR_PARTNER_KEY: &str = "partner-key-0123456789abcdef";
const VIZION_KEY_ID: &str = "hmac-key-1";
const VIZION_SECRET: &str = "vizion-webhook-secret-0123456789abcdef";

/// A request without its own headers, as the signers see it.
pub struct Subject<S> {
    /// The signer of the request.
    pub signer: Signer<S>,
    method: Method,
    url: Url,
    headers: HeaderMap,
    extensions: Extensions,
    body: Vec<u8>,
}

impl<S: Scheme> Subject<S> {
    fn new(signer: Signer<S>, url: &str, body: Vec<u8>) -> Self {
        Self {
            signer,
            method: if body.is_empty() { Method::GET } else { Method::POST },
            url: url.parse().expect("the URLs above are valid"),
            headers: HeaderMap::new(),
            extensions: Extensions::new(),
            body,
        }
    }

    fn outgoing(&self) -> RequestRef<'_> {
        RequestRef::new(&self.method, &self.url, &self.headers, &self.extensions, &self.body)
    }

    /// The signature under a given stamp, not yet written as text.
    ///
    /// # Panics
    /// When the provider refuses the request, or signs nothing.
    pub fn signature(&self, stamp: &S::Stamp) -> Signature {
        let signature = self.signer.signature(&self.outgoing(), stamp);
        signature.expect("can be signed").expect("has a signature")
    }

    /// Whole signing: a fresh stamp, the signature, the headers.
    ///
    /// # Panics
    /// When the provider refuses the request.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        self.signer.sign(&self.outgoing()).expect("can be signed").apply(&mut headers);
        headers
    }
}

/// A Netgíró request with a body of `length` bytes.
///
/// # Panics
/// Never: the inputs are valid.
#[must_use]
pub fn netgiro(length: usize) -> Subject<netgiro::Scheme> {
    Subject::new(
        Netgiro::new(NETGIRO_APP_KEY, NETGIRO_SECRET).expect("valid"),
        NETGIRO_URL,
        vec![b'x'; length],
    )
}

/// The same credentials in what a user would write.
#[must_use]
pub fn netgiro_by_hand() -> by_hand::netgiro::Netgiro {
    by_hand::netgiro::Netgiro { app_key: NETGIRO_APP_KEY.to_owned(), secret: NETGIRO_SECRET.to_owned() }
}

/// The stamp of [`NETGIRO_NONCE`].
///
/// # Panics
/// Never: the nonce is valid.
#[must_use]
pub fn netgiro_stamp() -> netgiro::Stamp {
    netgiro::Stamp::with_nonce(NETGIRO_NONCE).expect("valid")
}

/// The bytes that the Netgíró signature is the digest of.
#[must_use]
pub fn netgiro_text(length: usize) -> Vec<u8> {
    [NETGIRO_SECRET.as_bytes(), NETGIRO_NONCE.as_bytes(), NETGIRO_URL.as_bytes(), &vec![b'x'; length]]
        .concat()
}

/// An Unleashed request.
///
/// # Panics
/// Never: the inputs are valid.
#[must_use]
pub fn unleashed() -> Subject<unleashed::Scheme> {
    let provider = Unleashed::new(UNLEASHED_ID, UNLEASHED_KEY)
        .and_then(|unleashed| unleashed.client_type(UNLEASHED_CLIENT_TYPE));
    Subject::new(provider.expect("valid"), UNLEASHED_URL, Vec::new())
}

/// Unleashed's signer, from a declaration.
///
/// # Panics
/// When the file or a credential is refused.
#[must_use]
pub fn declared_unleashed() -> Declared {
    let file = include_str!("../../tests/declared/unleashed.toml");
    let value = |name: &str| match name {
        "api_id" => Some(UNLEASHED_ID.into()),
        "api_key" => Some(UNLEASHED_KEY.into()),
        _ => Some(UNLEASHED_CLIENT_TYPE.into()),
    };
    Declared::from_toml(file).expect("it is tested").with_credentials(value).expect("they are good")
}

/// Unleashed's signer with keys that could change.
///
/// # Panics
/// Never: the inputs are valid.
pub async fn rotating_unleashed() -> Unleashed {
    let rotation = Rotation::start(Unchanging).await.expect("it is asked within a runtime");
    let unleashed = Unleashed::from_rotation(&rotation);
    unleashed.and_then(|unleashed| unleashed.client_type(UNLEASHED_CLIENT_TYPE)).expect("valid")
}

struct Unchanging;

#[async_trait::async_trait]
impl CredentialSource for Unchanging {
    async fn fetch(&self) -> Result<Option<CredentialSet>, Error> {
        let keys = [("UNLEASHED_API_ID", UNLEASHED_ID), ("UNLEASHED_API_KEY", UNLEASHED_KEY)];
        Ok(Some(CredentialSet::new(keys)))
    }
}

/// The same credentials in what a user would write.
#[must_use]
pub fn unleashed_by_hand() -> by_hand::unleashed::Unleashed {
    by_hand::unleashed::Unleashed {
        api_id: UNLEASHED_ID.to_owned(),
        api_key: UNLEASHED_KEY.to_owned(),
        client_type: UNLEASHED_CLIENT_TYPE.to_owned(),
    }
}

/// The HMAC that [`unleashed()`]'s signature is computed with, keyed beforehand, and the query that it covers.
///
/// # Panics
/// Never: the URL has a query.
#[must_use]
pub fn unleashed_hmac() -> (Hmac<Sha256>, &'static [u8]) {
    let (_, query) = UNLEASHED_URL.split_once('?').expect("has a query");
    (Hmac::new_from_slice(UNLEASHED_KEY.as_bytes()).expect("any length"), query.as_bytes())
}

/// One HMAC from a key's state.
#[must_use]
pub fn raw_hmac(keyed: &Hmac<Sha256>, text: &[u8]) -> [u8; 32] {
    keyed.clone().chain_update(text).finalize().into_bytes().into()
}

/// One digest.
#[must_use]
pub fn raw_digest(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// A Netvisor request. If `algorithm` says so, its MAC is the plain SHA-256 that Netvisor is phasing out.
///
/// # Panics
/// Never: the inputs are valid.
#[must_use]
pub fn netvisor(algorithm: MacAlgorithm) -> Subject<netvisor::Scheme> {
    let provider = Netvisor::new(netvisor_credentials()).expect("valid").parallel_calls(64);
    Subject::new(provider.algorithm(algorithm), NETVISOR_URL, Vec::new())
}

/// The same credentials in what a user would write.
#[must_use]
pub fn netvisor_by_hand() -> by_hand::netvisor::Netvisor {
    let credentials = netvisor_credentials();
    by_hand::netvisor::Netvisor {
        sender: credentials.sender,
        customer_id: credentials.customer_id,
        keys: format!("{NETVISOR_CUSTOMER_KEY}&{NETVISOR_PARTNER_KEY}"),
        partner_id: credentials.partner_id,
        organisation_id: credentials.organisation_id,
    }
}

/// The stamp of a fixed moment and id.
///
/// # Panics
/// Never: the inputs are valid.
#[must_use]
pub fn netvisor_stamp() -> netvisor::Stamp {
    let id = TransactionId::new(TRANSACTION_ID).expect("valid");
    netvisor::Stamp::given(TIMESTAMP, 1_705_320_000, id, Language::Fi).expect("valid")
}

/// The bytes that the plain SHA-256 MAC of Netvisor is the digest of.
#[must_use]
pub fn netvisor_text() -> Vec<u8> {
    let text = [
        NETVISOR_URL,
        "Acme integration",
        "FI_12345_678",
        TIMESTAMP,
        "FI",
        "1234567-8",
        TRANSACTION_ID,
        NETVISOR_CUSTOMER_KEY,
        NETVISOR_PARTNER_KEY,
    ];
    text.join("&").into_bytes()
}

/// A Vizion webhook with a JSON body, and its verifier.
pub struct Delivery {
    verifier: webhook::Verifier,
    parts: request::Parts,
    pub(crate) body: Bytes,
    at: SystemTime,
    keyed: Hmac<Sha256>,
    signing_string: Vec<u8>,
}

/// A delivery with a body of `length` bytes.
///
/// # Panics
/// Never: the inputs are valid.
#[must_use]
pub fn vizion(length: usize) -> Delivery {
    let at = UNIX_EPOCH + Duration::from_millis(1_685_548_865_944);
    let body = format!(r#"{{"event":"{}"}}"#, "x".repeat(length - 12));
    let url = "https://hooks.example.com/vizion";
    let (mut parts, body) =
        webhook::testing::sign(VIZION_KEY_ID, VIZION_SECRET, url, body, at).expect("valid").into_parts();
    // As a server of HTTP/1 hands it over.
    parts.uri = "/vizion".parse().expect("valid");
    let verifier = webhook::Verifier::builder_for_any_host();
    let verifier = verifier.key(VIZION_KEY_ID, VIZION_SECRET).expect("valid").build();
    let mut signing_string = Vec::new();
    let mut gather = |segment: Segment<'_>| signing_string.extend(segment.public_bytes().expect("no secret"));
    verifier.signed_text(&parts, &body, &mut SignedText::new(&mut gather)).expect("is signed");
    let keyed = Hmac::new_from_slice(VIZION_SECRET.as_bytes()).expect("any length");
    Delivery { verifier, parts, body, at, keyed, signing_string }
}

impl Delivery {
    /// Verifies it.
    ///
    /// # Panics
    /// Never: it is honest.
    pub fn verify(&self) -> webhook::Verified<Cow<'_, [u8]>> {
        self.verifier.verify(&self.parts, &self.body, self.at).expect("is honest")
    }

    /// Verifies it as a user would by hand.
    ///
    /// # Errors
    /// Never: it is honest.
    pub fn verify_by_hand(&self) -> anyhow::Result<()> {
        by_hand::vizion::verify(VIZION_KEY_ID, VIZION_SECRET, &self.parts, &self.body, self.at)
    }

    /// The digest and the HMAC alone.
    #[must_use]
    pub fn raw(&self) -> [[u8; 32]; 2] {
        [raw_digest(&self.body), raw_hmac(&self.keyed, &self.signing_string)]
    }
}

fn netvisor_credentials() -> Credentials {
    Credentials {
        sender: "Acme integration".into(),
        customer_id: "FI_12345_678".into(),
        customer_key: NETVISOR_CUSTOMER_KEY.into(),
        partner_id: "Acm_12345".into(),
        partner_key: NETVISOR_PARTNER_KEY.into(),
        organisation_id: "1234567-8".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The compared cases must do the same work: each signature is the digest that it is measured against.
    #[test]
    fn each_signature_is_the_digest_that_it_is_compared_with() {
        let hex = |digest: [u8; 32]| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        for length in [0, 256, 4096] {
            assert!(netgiro(length).signature(&netgiro_stamp()).matches(&raw_digest(&netgiro_text(length))));
        }
        let netvisor = netvisor(MacAlgorithm::Sha256).signature(&netvisor_stamp());
        assert!(netvisor.matches(&raw_digest(&netvisor_text())));
        let (keyed, query) = unleashed_hmac();
        assert!(unleashed().signature(&()).matches(&raw_hmac(&keyed, query)));
        let delivery = vizion(2048);
        let [digest, mac] = delivery.raw();
        let header = |name| delivery.parts.headers.get(name).and_then(|value| value.to_str().ok());
        assert!(header("digest").is_some_and(|value| value.ends_with(&hex(digest))));
        assert!(header("x-vizion-signature").is_some_and(|value| value.contains(&hex(mac))));
    }
}
