//! Remembering in Redis, for a service on several machines.

use std::fmt;
use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError};
use secrecy::{ExposeSecret as _, SecretString};

use super::{ConnectFault, ReplayKey, ReplayStore, StoreError};
use crate::error::Error;

/// Each of connecting and answering may take this long, and connecting is tried twice before a delivery is refused.
const PATIENCE: Duration = Duration::from_secs(1);

/// Remembers accepted deliveries in Redis (or a server that speaks its protocol), with `SET key 1 NX PX ttl`: one
/// round trip, atomic on the server. Reconnects by itself; clones share one connection.
///
/// While Redis does not answer, deliveries are refused. If only the answer was lost, Redis may remember the delivery:
/// the retry, an exact copy, is then refused.
///
/// It remembers as well as your Redis does. So that a restart or failover forgets nothing: `appendonly yes` with
/// `appendfsync always`, `maxmemory-policy noeviction`, and no replica that may take over before it has caught up.
///
/// ```no_run
/// # fn run(secret: countersign::SecretString) -> Result<(), countersign::Error> {
/// use countersign::{vizion, webhook::RedisStore};
///
/// let store = RedisStore::connect("redis://redis.internal:6379")?;
/// let verifier = vizion::webhook::Verifier::builder("https://hooks.example.com")?
///     .key("hmac-key-1", secret)?
///     .replay_store(store)
///     .build();
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct RedisStore<C = ConnectionManager> {
    connection: C,
    prefix: String,
}

impl RedisStore {
    /// A store at `redis://[user:password@]host[:port][/database]`, or with the feature `redis-tls` at `rediss://…`, whose
    /// certificate has to be one that this machine trusts. Connects with the first delivery. For a certificate of your own,
    /// a client's certificate or a cluster, hand a connection to [`RedisStore::new`].
    ///
    /// Must be called within a tokio runtime, which keeps the connection.
    ///
    /// # Errors
    /// `invalid-redis-url`, when the crate `redis` cannot read it; `no-tokio-runtime` outside of one.
    pub fn connect(url: impl Into<SecretString>) -> Result<Self, Error> {
        // What the crate says about an invalid URL may hold its password, so it is not kept as the source.
        let invalid = |_: RedisError| Error::new(ConnectFault::InvalidUrl);
        // Without one, the crate would panic.
        tokio::runtime::Handle::try_current().map_err(|_| Error::new(ConnectFault::NoRuntime))?;
        #[cfg(feature = "redis-tls")]
        choose_cryptography();
        let client = Client::open(url.into().expose_secret()).map_err(invalid)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(1);
        ConnectionManager::new_lazy_with_config(client, config).map(Self::new).map_err(invalid)
    }
}

/// Where the process has not chosen what rustls computes with, chooses it: of two that the program happens to be built with,
/// rustls takes neither, and panics when it connects.
#[cfg(feature = "redis-tls")]
fn choose_cryptography() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // It fails where another thread has just done so.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> RedisStore<C> {
    /// A store over a connection of yours: any that the crate `redis` has, as one with a certificate of yours or one to a
    /// cluster, with the features of that crate which they need. Give it time-outs: a delivery waits as long as the
    /// connection does.
    ///
    /// ```no_run
    /// # async fn run() -> redis::RedisResult<()> {
    /// use countersign::webhook::RedisStore;
    /// use redis::cluster::ClusterClientBuilder;
    /// use std::time::Duration;
    ///
    /// let cluster = ClusterClientBuilder::new(["redis://a.internal", "redis://b.internal", "redis://c.internal"])
    ///     .connection_timeout(Duration::from_secs(1))
    ///     .response_timeout(Duration::from_secs(1))
    ///     .build()?;
    /// let store = RedisStore::new(cluster.get_async_connection().await?);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn new(connection: C) -> Self {
        Self { connection, prefix: "countersign:replay:".to_owned() }
    }

    /// Puts `prefix` in front of the keys instead of `countersign:replay:`. All verifiers that share the deliveries need
    /// the same one.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    fn name(&self, key: &ReplayKey) -> String {
        format!("{}{key}", self.prefix)
    }
}

#[async_trait::async_trait]
impl<C: ConnectionLike + Clone + Send + Sync + 'static> ReplayStore for RedisStore<C> {
    async fn insert_if_absent(&self, key: &ReplayKey, ttl: Duration) -> Result<bool, StoreError> {
        // Redis refuses a life of 0 ms, and one beyond what its signed 64 bits of milliseconds hold.
        let milliseconds = ttl.as_millis().clamp(1, 1 << 52);
        let mut set = redis::cmd("SET");
        set.arg(self.name(key)).arg(1).arg("NX").arg("PX").arg(milliseconds.to_string());
        let stored: Option<String> = set.query_async(&mut self.connection.clone()).await?;
        Ok(stored.is_some())
    }

    async fn forget(&self, key: &ReplayKey) -> Result<(), StoreError> {
        let mut delete = redis::cmd("DEL");
        delete.arg(self.name(key));
        Ok(delete.query_async(&mut self.connection.clone()).await?)
    }

    async fn contains(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        let mut exists = redis::cmd("EXISTS");
        exists.arg(self.name(key));
        Ok(exists.query_async(&mut self.connection.clone()).await?)
    }
}

impl<C> fmt::Debug for RedisStore<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
