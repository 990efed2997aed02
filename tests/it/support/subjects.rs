//! Each provider, with its signature recomputed from the wire alone: no code of the crate, plain sha2 and hmac.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::Scheme;
use countersign::netgiro::Netgiro;
use countersign::netvisor::{Credentials, MacAlgorithm, Netvisor};
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;
use countersign::{SignedForm, Signer};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use sha2::{Digest as _, Sha256};

use super::noon;
use super::received::Received;

pub(crate) const APP_KEY: &str = "881E674F-7891-4C20-AFD8-56FE2624C4B5";
pub(crate) const SECRET_KEY: &str = "c2VjcmV0LWtleS1vZi10aGUtdGVzdHM=";
pub(crate) const CUSTOMER_KEY: &str = "customer-key";
pub(crate) const PARTNER_KEY: &str = "partner-key";
pub(crate) const API_KEY: &str = "unleashed-api-key";
pub(crate) const VIZION_KEY: &str = "vizion-api-key";

/// A client with `provider`, which may send its credentials to one more origin.
fn chain<S: Scheme>(client: reqwest::Client, signer: Signer<S>, origin: &str) -> ClientWithMiddleware {
    ClientBuilder::new(client).with(signer.dangerous_allow_http().allow_origin(origin).unwrap()).build()
}

/// A provider, set up in one way.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    /// The headers that each request must carry exactly once.
    pub(crate) headers: &'static [&'static str],
    /// A client that may send its credentials to one more origin.
    pub(crate) client: fn(reqwest::Client, origin: &str) -> ClientWithMiddleware,
    /// The signature that came, and the one that belongs to what came.
    pub(crate) signatures: fn(&Received) -> (String, String),
}

pub(crate) const SUBJECTS: [Subject; 6] = [
    Subject {
        name: "netvisor with HMAC-SHA256",
        headers: &[
            "x-netvisor-authentication-sender",
            "x-netvisor-authentication-customerid",
            "x-netvisor-authentication-partnerid",
            "x-netvisor-authentication-timestamp",
            "x-netvisor-authentication-transactionid",
            "x-netvisor-authentication-mac",
            "x-netvisor-authentication-machashcalculationalgorithm",
            "x-netvisor-interface-language",
            "x-netvisor-organisation-id",
            "x-netvisor-authentication-timestampunix",
            "x-netvisor-authentication-usehttpresponsestatuscodes",
            "content-type",
        ],
        client: |client, origin| chain(client, netvisor(MacAlgorithm::HmacSha256), origin),
        signatures: |request| {
            let key = format!("{CUSTOMER_KEY}&{PARTNER_KEY}");
            let text = netvisor_text(request, Some("x-netvisor-authentication-timestampunix"));
            (mac_header(request), hex::encode(hmac_sha256(key.as_bytes(), &text)))
        },
    },
    Subject {
        name: "netvisor with SHA256",
        headers: &[
            "x-netvisor-authentication-sender",
            "x-netvisor-authentication-customerid",
            "x-netvisor-authentication-partnerid",
            "x-netvisor-authentication-timestamp",
            "x-netvisor-authentication-transactionid",
            "x-netvisor-authentication-mac",
            "x-netvisor-authentication-machashcalculationalgorithm",
            "x-netvisor-interface-language",
            "x-netvisor-organisation-id",
            "content-type",
        ],
        client: |client, origin| chain(client, netvisor(MacAlgorithm::Sha256), origin),
        signatures: |request| {
            (mac_header(request), hex::encode(Sha256::digest(netvisor_text(request, None))))
        },
    },
    Subject {
        name: "netgiro",
        headers: &["netgiro_appkey", "netgiro_nonce", "netgiro_signature"],
        client: |client, origin| chain(client, netgiro(), origin),
        signatures: |request| {
            let nonce = request.header("netgiro_nonce");
            let signature = netgiro_signature(&nonce, &request.url(), &request.body);
            (request.header("netgiro_signature"), signature)
        },
    },
    Subject {
        name: "unleashed, query as sent",
        headers: UNLEASHED_HEADERS,
        client: |client, origin| chain(client, unleashed().signed_form(SignedForm::AsSent), origin),
        signatures: |request| unleashed_signatures(request, request.query().as_bytes()),
    },
    Subject {
        name: "unleashed, query decoded",
        headers: UNLEASHED_HEADERS,
        client: |client, origin| chain(client, unleashed(), origin),
        signatures: |request| {
            let decoded = percent_decoded(request.query().as_bytes());
            unleashed_signatures(request, String::from_utf8_lossy(&decoded).as_bytes())
        },
    },
    Subject {
        name: "vizion",
        headers: &["x-api-key"],
        client: |client, origin| chain(client, vizion(), origin),
        signatures: |request| (request.header("x-api-key"), VIZION_KEY.to_owned()),
    },
];

const UNLEASHED_HEADERS: &[&str] =
    &["accept", "content-type", "api-auth-id", "api-auth-signature", "client-type"];

pub(crate) fn netvisor(algorithm: MacAlgorithm) -> Netvisor {
    let credentials = Credentials {
        sender: "Hämeen Š ja kumpp.".into(),
        customer_id: "FI_1".into(),
        customer_key: CUSTOMER_KEY.into(),
        partner_id: "Acm_1".into(),
        partner_key: PARTNER_KEY.into(),
        organisation_id: "1234567-8".into(),
    };
    Netvisor::new(credentials).unwrap().algorithm(algorithm).clock(noon)
}

pub(crate) fn netgiro() -> Netgiro {
    Netgiro::new(APP_KEY, SECRET_KEY).unwrap()
}

pub(crate) fn unleashed() -> Unleashed {
    Unleashed::new("api-id", API_KEY).unwrap().client_type("acme/stock").unwrap()
}

pub(crate) fn vizion() -> Vizion {
    Vizion::new(VIZION_KEY).unwrap()
}

/// Netgíró's formula, which its replies follow too.
pub(crate) fn netgiro_signature(nonce: &str, url: &str, body: &[u8]) -> String {
    hex::encode(Sha256::digest([SECRET_KEY.as_bytes(), nonce.as_bytes(), url.as_bytes(), body].concat()))
}

fn netvisor_text(request: &Received, unix: Option<&str>) -> Vec<u8> {
    let url = request.url();
    let mut fields = vec![
        url.as_bytes(),
        request.only("x-netvisor-authentication-sender"),
        request.only("x-netvisor-authentication-customerid"),
        request.only("x-netvisor-authentication-timestamp"),
        request.only("x-netvisor-interface-language"),
        request.only("x-netvisor-organisation-id"),
        request.only("x-netvisor-authentication-transactionid"),
    ];
    fields.extend(unix.map(|name| request.only(name)));
    fields.extend([CUSTOMER_KEY.as_bytes(), PARTNER_KEY.as_bytes()]);
    fields.join(&b'&')
}

fn mac_header(request: &Received) -> String {
    request.header("x-netvisor-authentication-mac")
}

fn unleashed_signatures(request: &Received, signed: &[u8]) -> (String, String) {
    let expected = STANDARD.encode(hmac_sha256(API_KEY.as_bytes(), signed));
    (request.header("api-auth-signature"), expected)
}

fn hmac_sha256(key: &[u8], text: &[u8]) -> [u8; 32] {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().into()
}

/// `%` and two hex digits become a byte; anything else stays.
fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::new();
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        match (first, digit(tail.first()), digit(tail.get(1))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(16 * high + low).unwrap());
                rest = &tail[2..];
            }
            _ => {
                decoded.push(first);
                rest = tail;
            }
        }
    }
    decoded
}
