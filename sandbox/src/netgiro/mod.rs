//! Netgíró, played.

mod extension;
mod forge;
mod judge;
mod reply;

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;

use bytes::Bytes;
use countersign::Error;
use countersign::netgiro::Netgiro as Provider;
use http::Response;
use lru::LruCache;
use secrecy::ExposeSecret as _;

use crate::credentials::NetgiroCredentials;
use crate::fault::Fault;
use crate::lock::lock;
use crate::provider::Play;
use crate::request::Received;
use crate::seen::Seen;
use crate::vendor::Vendor;
use crate::verdict::{Refusal, Verdict};
use crate::workings::Workings;

/// For how many URLs the first reply is kept, to be replayed.
const FIRST_REPLIES: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// How it signs its replies, where public sources leave that open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signs {
    /// Whether replies with the status of an error are signed.
    pub(crate) errors: bool,
    pub(crate) nonce: SignedNonce,
}

/// Whose nonce the signature of a reply is made with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SignedNonce {
    OfReply,
    OfRequest,
}

impl Default for Signs {
    fn default() -> Self {
        Self { errors: true, nonce: SignedNonce::OfReply }
    }
}

pub(crate) struct Netgiro {
    app_key: String,
    secret_length: usize,
    provider: Provider,
    signs: Signs,
    nonces: Seen,
    answered: AtomicU64,
    first_replies: Mutex<LruCache<String, Response<Bytes>>>,
}

impl Netgiro {
    pub(crate) fn new(credentials: &NetgiroCredentials, signs: Signs) -> Result<Self, Error> {
        Ok(Self {
            app_key: credentials.app_key.clone(),
            secret_length: credentials.secret_key.expose_secret().len(),
            provider: credentials.provider()?.dangerous_allow_http(),
            signs,
            nonces: Seen::new(),
            answered: AtomicU64::new(0),
            first_replies: Mutex::new(LruCache::new(FIRST_REPLIES)),
        })
    }

    /// The provider, for the origin that the client called.
    fn provider(&self, arrived: &Received) -> Result<Provider, Refusal> {
        self.provider.clone().allow_origin(&arrived.origin()?).map_err(|_| Refusal::UrlMalformed)
    }

    /// The first signed reply that was given to a URL: this one, if none was before.
    fn first_reply(&self, arrived: &Received, reply: Response<Bytes>) -> Response<Bytes> {
        lock(&self.first_replies).get_or_insert(arrived.url.clone(), || reply).clone()
    }
}

impl Play for Netgiro {
    const VENDOR: Vendor = Vendor::Netgiro;
    const SIGNED_BY: &'static [&'static str] = &[judge::APP_KEY, judge::NONCE, judge::SIGNATURE];

    fn ready_names() -> Vec<String> {
        reply::READY.iter().map(|ready| ready.name.to_owned()).collect()
    }

    fn ready(&self, name: &str, arrived: &Received) -> Response<Bytes> {
        self.ready(name, arrived)
    }

    fn process(&self, arrived: &Received) -> Result<(), Refusal> {
        self.process(arrived)
    }

    fn judge(&self, arrived: &Received, workings: &mut Workings) -> Result<(), Refusal> {
        self.judge(arrived, workings)
    }

    fn reply(&self, arrived: &Received, verdict: &Verdict) -> Response<Bytes> {
        self.reply(arrived, verdict)
    }

    fn sign(&self, arrived: &Received, reply: Response<Bytes>) -> Response<Bytes> {
        let signed = self.sign(arrived, reply);
        self.first_reply(arrived, signed.clone());
        signed
    }

    fn forge(&self, fault: &Fault, arrived: &Received, honest: Response<Bytes>) -> Response<Bytes> {
        self.forge(fault, arrived, honest)
    }
}
