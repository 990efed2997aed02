//! The four providers, set up alike.

use std::sync::Arc;

use countersign::Error;
use countersign::netgiro::Netgiro;
use countersign::netvisor::{Credentials, Netvisor};
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware};

use super::netgiro::{APP_KEY, SECRET};
use super::server::Received;

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
    macro_rules! chain {
        ($provider:expr, $auth_headers:expr) => {{
            let mut provider = $provider.follow_redirects(setup.redirects);
            for origin in setup.origins {
                provider = provider.allow_origin(origin).unwrap();
            }
            if setup.pass_other_origins {
                provider = provider.pass_other_origins_unsigned();
            }
            let name = countersign::Provider::name(&provider);
            Chain { name, auth_headers: $auth_headers, middleware: Arc::new(provider) }
        }};
    }
    [
        chain!(netvisor(), NETVISOR_HEADERS),
        chain!(
            Netgiro::new(APP_KEY, SECRET).unwrap(),
            &["netgiro_appkey", "netgiro_nonce", "netgiro_signature"]
        ),
        chain!(unleashed(), &["api-auth-id", "api-auth-signature", "client-type"]),
        chain!(Vizion::new("vizion-key").unwrap(), &["x-api-key"]),
    ]
}

pub(crate) fn netvisor() -> Netvisor {
    Netvisor::new(Credentials {
        sender: "Acme".into(),
        customer_id: "FI_1".into(),
        customer_key: "customer-key".into(),
        partner_id: "Acm_1".into(),
        partner_key: "partner-key".into(),
        organisation_id: "1234567-8".into(),
    })
    .unwrap()
}

pub(crate) fn unleashed() -> Unleashed {
    Unleashed::new("api-id", "api-key", "acme/stock").unwrap()
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

/// This crate's error under that of a call.
pub(crate) fn fault(error: &reqwest_middleware::Error) -> &Error {
    Error::find(error).unwrap_or_else(|| panic!("not ours: {error:?}"))
}
