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
use crate::lock::lock;
use crate::request::Received;
use crate::seen::Seen;
use crate::verdict::Refusal;

/// For how many URLs the first reply is kept for a replay.
const FIRST_REPLIES: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// How Netgíró signs its replies, as far as public sources leave that open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signs {
    /// Whether replies with the status of an error are signed.
    pub(crate) errors: bool,
    pub(crate) nonce: SignedNonce,
}

/// Which nonce signs a reply.
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

    /// The first signed reply to a URL: this reply, if there was none before.
    fn first_reply(&self, arrived: &Received, reply: Response<Bytes>) -> Response<Bytes> {
        lock(&self.first_replies).get_or_insert(arrived.url.clone(), || reply).clone()
    }
}
