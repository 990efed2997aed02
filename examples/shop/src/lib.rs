//! A small shop: it takes payments by Netgíró, books them in Netvisor, knows its customers from Unleashed, and follows its
//! containers by Vizion. It keeps its memory in Redis, so that it can run on several machines.
//!
//! Read [`payment`] first: if the answer to a payment is lost, the shop looks the payment up and never simply sends it again.

#![expect(clippy::missing_errors_doc, reason = "an example: what fails is ShopError, or what the type says")]

pub mod books;
pub mod containers;
pub mod customers;
pub mod memory;
pub mod payment;
pub mod redis_server;
pub mod webhooks;

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use countersign::netgiro::Netgiro;
use countersign::netvisor::Netvisor;
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;

use memory::Memory;

/// An API, and the client that signs for it.
#[derive(Clone, Debug)]
pub struct Api {
    client: ClientWithMiddleware,
    /// E.g. `https://api.netgiro.is`.
    origin: String,
}

/// How long the shop waits.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For an answer.
    pub answer: Duration,
    /// Before the first repetition of a read.
    pub retry: Duration,
}

impl Api {
    /// For calls that are sent once: their effect must not happen twice.
    pub fn new(signer: impl Middleware, origin: &str, patience: Patience) -> reqwest::Result<Self> {
        let http = countersign::client_builder().timeout(patience.answer).build()?;
        Ok(Self { client: ClientBuilder::new(http).with(signer).build(), origin: origin.to_owned() })
    }

    /// For reads, which are sent again after a 429 or a 5xx. The retry stands outside the signer, so each attempt is signed
    /// anew.
    pub fn of_reads(signer: impl Middleware, origin: &str, patience: Patience) -> reqwest::Result<Self> {
        let http = countersign::client_builder().timeout(patience.answer).build()?;
        let bounds = (patience.retry, patience.retry * 10);
        let policy = ExponentialBackoff::builder().retry_bounds(bounds.0, bounds.1).build_with_max_retries(3);
        let retry = RetryTransientMiddleware::new_with_policy(policy);
        Ok(Self {
            client: ClientBuilder::new(http).with(retry).with(signer).build(),
            origin: origin.to_owned(),
        })
    }

    fn url(&self, target: &str) -> String {
        format!("{}{target}", self.origin)
    }
}

/// The shop. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Shop {
    netgiro: Api,
    netvisor: Api,
    unleashed: Api,
    vizion: Api,
    memory: Memory,
}

/// Where the providers are: a test has the sandbox's addresses here.
#[derive(Clone, Debug)]
pub struct Origins {
    /// Netgíró's.
    pub netgiro: String,
    /// Netvisor's.
    pub netvisor: String,
    /// Unleashed's.
    pub unleashed: String,
    /// Vizion's.
    pub vizion: String,
}

impl Shop {
    /// A shop with the signers of its four accounts.
    pub fn new(
        (netgiro, netvisor, unleashed, vizion): (Netgiro, Netvisor, Unleashed, Vizion),
        origins: &Origins,
        patience: Patience,
        memory: Memory,
    ) -> reqwest::Result<Self> {
        Ok(Self {
            netgiro: Api::new(netgiro, &origins.netgiro, patience)?,
            netvisor: Api::new(netvisor.fail_on_failed(), &origins.netvisor, patience)?,
            unleashed: Api::of_reads(unleashed, &origins.unleashed, patience)?,
            vizion: Api::of_reads(vizion, &origins.vizion, patience)?,
            memory,
        })
    }

    /// The shop's routes; the providers' webhooks below `/webhooks`.
    pub fn router(self, webhooks: Router<Self>) -> Router {
        Router::new()
            .route("/orders/{reference}", get(payment::state))
            .route("/orders/{reference}/pay", post(payment::pay))
            .route("/customers", get(customers::list))
            .route("/containers/{reference}", get(containers::last_milestone))
            .nest("/webhooks", webhooks)
            .with_state(self)
    }
}

/// Why the shop cannot do what it was asked to do.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// A provider could not be called, or its answer does not verify or cannot be read.
    #[error("a provider did not answer as it should")]
    Provider(#[from] reqwest_middleware::Error),
    /// A provider said no.
    #[error(transparent)]
    Refused(#[from] countersign::Error),
    /// Redis is out of reach.
    #[error("the memory is out of reach")]
    Memory(#[from] redis::RedisError),
    /// There is no such order or container.
    #[error("there is nothing of that name")]
    Unknown,
}

/// A 5xx makes the providers deliver a webhook again.
impl IntoResponse for ShopError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Provider(_) | Self::Refused(_) => StatusCode::BAD_GATEWAY,
            Self::Memory(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unknown => StatusCode::NOT_FOUND,
        };
        (status, self.to_string()).into_response()
    }
}
