//! A replay store in Redis, for a service on several machines.

use std::fmt;
use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, RedisResult};
use secrecy::{ExposeSecret as _, SecretString};

use super::{ConnectFault, ReplayKey, ReplayStore, StoreError};
use crate::error::Error;
use crate::random::{OsRandomness, Randomness as _};

/// The time-out of connecting and of an answer. Connecting is tried twice before a delivery is refused.
const PATIENCE: Duration = Duration::from_secs(1);

/// Deletes the entry of a claim that got no answer, and no other entry.
const WITHDRAW: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/// How long a withdrawal waits before it asks again: first and longest pause.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(5)];

/// Remembers accepted deliveries in Redis (or a server that speaks its protocol), with `SET key token NX PX ttl`: one
/// round trip, atomic on the server. Reconnects by itself; clones share one connection. A Redis user with few rights
/// needs `SET`, `DEL`, `EXISTS`, `EVAL` and `GET`, and `PING` for [`ping`](Self::ping).
///
/// While Redis does not answer, deliveries are refused. If only the answer was lost, Redis may remember the delivery: a task of
/// the tokio runtime deletes it as soon as Redis answers, and the retry is let in. If the process ends before that, the retry
/// is refused.
///
/// It remembers only as well as your Redis does. To forget nothing in a restart or failover, Redis needs `appendonly
/// yes` with `appendfsync always`, `maxmemory-policy noeviction`, and no replica that may take over before it has
/// caught up.
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
    /// A store at `redis://[user:password@]host[:port][/database]`, or with the feature `redis-tls` at `rediss://…`,
    /// with a certificate that this machine trusts. Connects with the first delivery. For a certificate of your own, a
    /// client certificate or a cluster, hand a connection to [`RedisStore::new`].
    ///
    /// Must be called within a tokio runtime, which keeps the connection.
    ///
    /// # Errors
    /// `invalid-redis-url`, if the crate `redis` cannot read the URL; `no-tokio-runtime`, outside of a runtime.
    pub fn connect(url: impl Into<SecretString>) -> Result<Self, Error> {
        // The crate's error about an invalid URL may quote the password, so it is not kept as the source.
        let invalid = |_: RedisError| Error::new(ConnectFault::InvalidUrl);
        // Without a runtime, the crate would panic.
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

/// Chooses the cryptography of rustls if the process has not. In a program that is built with two of them, rustls would
/// choose none, and panic when it connects.
#[cfg(feature = "redis-tls")]
fn choose_cryptography() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Fails if another thread has just chosen.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> RedisStore<C> {
    /// A store over your own connection: any connection of the crate `redis`, such as one with your own certificate or
    /// one to a cluster, which may need features of that crate. Give the connection time-outs: a delivery waits as long
    /// as the connection does.
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

    /// Puts `prefix` in front of the keys instead of `countersign:replay:`. All verifiers that share deliveries need
    /// the same prefix.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Checks that Redis answers, e.g. when a service starts.
    ///
    /// # Errors
    /// When Redis cannot be reached, or refuses.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(redis::cmd("PING").exec_async(&mut self.connection.clone()).await?)
    }

    fn name(&self, key: &ReplayKey) -> String {
        format!("{}{key}", self.prefix)
    }
}

/// A random token, which identifies a claim.
fn token() -> Result<String, Error> {
    let mut token = [0; 16];
    OsRandomness.fill(&mut token)?;
    Ok(hex::encode(token))
}

/// Takes back a claim whose answer was lost: its delivery was not let in, but the claim would keep out the retry. The
/// claim may still be on its way by another connection, so this asks Redis until the claim was there, or until it would
/// have expired.
fn withdraw<C: ConnectionLike + Send + 'static>(mut connection: C, name: &str, token: &str, life: Duration) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    let mut delete = redis::cmd("EVAL");
    delete.arg(WITHDRAW).arg(1).arg(name).arg(token);
    runtime.spawn(tokio::time::timeout(life, async move {
        let [mut pause, longest] = PAUSES;
        while !matches!(delete.query_async(&mut connection).await, Ok(1)) {
            tokio::time::sleep(pause).await;
            pause = longest.min(pause * 2);
        }
    }));
}

#[async_trait::async_trait]
impl<C: ConnectionLike + Clone + Send + Sync + 'static> ReplayStore for RedisStore<C> {
    async fn insert_if_absent(&self, key: &ReplayKey, ttl: Duration) -> Result<bool, StoreError> {
        // Redis refuses a life of 0 ms, and a life that overflows its signed 64 bits of milliseconds.
        let milliseconds = ttl.as_millis().clamp(1, 1 << 52);
        let (name, token) = (self.name(key), token()?);
        let mut set = redis::cmd("SET");
        set.arg(&name).arg(&token).arg("NX").arg("PX").arg(milliseconds.to_string());
        let stored: RedisResult<Option<String>> = set.query_async(&mut self.connection.clone()).await;
        if stored.is_err() {
            withdraw(self.connection.clone(), &name, &token, ttl);
        }
        Ok(stored?.is_some())
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
