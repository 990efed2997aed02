//! The four providers, set up alike.

use std::sync::Arc;

use base64::Engine as _;
use countersign::Scheme;
use countersign::netgiro::Netgiro;
use countersign::netvisor::{Credentials, Netvisor};
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;
use countersign::{Error, Signer};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware};

use super::netgiro::{APP_KEY, SECRET};
use super::received::Received;
use sha2::Sha256;

pub(crate) const CUSTOMER_KEY: &str = "canary/customer+key=5d1f";
pub(crate) const PARTNER_KEY: &str = "canary/partner+key=91b7";
pub(crate) const UNLEASHED_KEY: &str = "canary/unleashed+key=44ac";
pub(crate) const VIZION_KEY: &str = "canary/vizion+key=7e20";

/// One provider's middleware, and the headers that it adds and no one else.
#[derive(Clone)]
pub(crate) struct Chain {
    pub(crate) name: &'static str,
    pub(crate) auth_headers: &'static [&'static str],
    pub(crate) middleware: Arc<dyn Middleware>,
}

impl Chain {
    pub(crate) fn over(&self, client: reqwest::ClientBuilder) -> ClientWithMiddleware {
        ClientBuilder::new(client.build().unwrap()).with_arc(self.middleware.clone()).build()
    }

    pub(crate) fn recommended(&self) -> ClientWithMiddleware {
        self.over(countersign::client_builder())
    }

    /// Whether a request that arrived carries each header once and the signature that the provider would compute.
    pub(crate) fn is_signed(&self, request: &Received) -> bool {
        let each_once = self.auth_headers.iter().all(|name| request.all(name).count() == 1);
        each_once
            && match self.name {
                "netvisor" => netvisor_mac(request) == request.header("x-netvisor-authentication-mac"),
                "netgiro" => super::netgiro::is_signed(request),
                "unleashed" => unleashed_mac(request) == request.header("api-auth-signature"),
                _ => request.header("x-api-key") == VIZION_KEY,
            }
    }

    /// What makes one attempt differ from another: the nonce or transaction id, where there is one.
    pub(crate) fn nonce(&self, request: &Received) -> Option<String> {
        match self.name {
            "netvisor" => Some(request.header("x-netvisor-authentication-transactionid")),
            "netgiro" => Some(request.header("netgiro_nonce")),
            _ => None,
        }
    }

    /// How many headers of ours a request carries.
    pub(crate) fn count(&self, request: &Received) -> usize {
        self.auth_headers.iter().map(|name| request.all(name).count()).sum()
    }
}

/// What a test wants different from the defaults.
#[derive(Clone, Copy, Default)]
pub(crate) struct Setup<'a> {
    pub(crate) origins: &'a [&'a str],
    pub(crate) redirects: usize,
    pub(crate) pass_other_origins: bool,
}

pub(crate) fn all(origin: &str) -> [Chain; 4] {
    set_up(Setup { origins: &[origin], ..Setup::default() })
}

pub(crate) fn set_up(setup: Setup<'_>) -> [Chain; 4] {
    let netgiro = Netgiro::new(APP_KEY, SECRET).unwrap();
    [
        chain("netvisor", netvisor(), NETVISOR_HEADERS, &setup),
        chain("netgiro", netgiro, &["netgiro_appkey", "netgiro_nonce", "netgiro_signature"], &setup),
        chain("unleashed", unleashed(), &["api-auth-id", "api-auth-signature", "client-type"], &setup),
        chain("vizion", Vizion::new(VIZION_KEY).unwrap(), &["x-api-key"], &setup),
    ]
}

fn chain<S: Scheme>(
    name: &'static str,
    signer: Signer<S>,
    auth_headers: &'static [&'static str],
    setup: &Setup<'_>,
) -> Chain {
    let allow = |signer: Signer<S>, origin: &&str| signer.allow_origin(origin).unwrap();
    let mut signer = setup.origins.iter().fold(signer.follow_redirects(setup.redirects), allow);
    if setup.pass_other_origins {
        signer = signer.pass_other_origins_unsigned();
    }
    Chain { name, auth_headers, middleware: Arc::new(signer) }
}

pub(crate) fn netvisor() -> Netvisor {
    Netvisor::new(Credentials {
        sender: "Acme".into(),
        customer_id: "FI_1".into(),
        customer_key: CUSTOMER_KEY.into(),
        partner_id: "Acm_1".into(),
        partner_key: PARTNER_KEY.into(),
        organisation_id: "1234567-8".into(),
    })
    .unwrap()
}

pub(crate) fn unleashed() -> Unleashed {
    Unleashed::new("api-id", UNLEASHED_KEY).unwrap().client_type("acme/stock").unwrap()
}

const NETVISOR_HEADERS: &[&str] = &[
    "x-netvisor-authentication-sender",
    "x-netvisor-authentication-customerid",
    "x-netvisor-authentication-partnerid",
    "x-netvisor-authentication-timestamp",
    "x-netvisor-authentication-timestampunix",
    "x-netvisor-authentication-transactionid",
    "x-netvisor-authentication-mac",
    "x-netvisor-authentication-machashcalculationalgorithm",
    "x-netvisor-authentication-usehttpresponsestatuscodes",
    "x-netvisor-interface-language",
    "x-netvisor-organisation-id",
];

fn netvisor_mac(request: &Received) -> String {
    let of = |name: &str| request.header(&format!("x-netvisor-{name}"));
    let text = [
        request.url(),
        of("authentication-sender"),
        of("authentication-customerid"),
        of("authentication-timestamp"),
        of("interface-language"),
        of("organisation-id"),
        of("authentication-transactionid"),
        of("authentication-timestampunix"),
        CUSTOMER_KEY.to_owned(),
        PARTNER_KEY.to_owned(),
    ];
    hex::encode(hmac(&format!("{CUSTOMER_KEY}&{PARTNER_KEY}"), &text.join("&")))
}

fn unleashed_mac(request: &Received) -> String {
    let query = percent_encoding::percent_decode_str(request.query()).decode_utf8_lossy();
    base64::engine::general_purpose::STANDARD.encode(hmac(UNLEASHED_KEY, &query))
}

fn hmac(key: &str, text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// This crate's error under that of a call.
pub(crate) fn fault(error: &reqwest_middleware::Error) -> &Error {
    Error::find(error).unwrap_or_else(|| panic!("not ours: {error:?}"))
}
