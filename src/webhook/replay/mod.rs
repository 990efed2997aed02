//! Replay stores, which let each delivery in only once.

mod memory;
#[cfg(feature = "redis")]
mod redis;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use sha2::{Digest as _, Sha256};

#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
use crate::fault::faults;
pub use memory::MemoryStore;

faults! {
    #[derive(Debug)]
    #[cfg_attr(not(feature = "redis"), expect(dead_code, reason = "the codes are listed in any case"))]
    pub(super) enum ConnectFault {
        InvalidUrl = Configuration, "invalid-redis-url", "the Redis URL cannot be read",
            "Write it like redis://redis.internal:6379/0; rediss:// needs the feature redis-tls.";
        NoRuntime = Configuration, "no-tokio-runtime", "a Redis store was made outside of a tokio runtime",
            "Call it in an async function that tokio runs, such as `#[tokio::main]`.";
    }
}

/// What a store answers when it cannot say whether a delivery is new.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// Remembers which deliveries were accepted.
///
/// The verifier asks the store last, after the signature was found right, so a forgery never gets in. Implement this
/// trait with [`async_trait`](https://docs.rs/async-trait) over any store that has an atomic "insert unless present".
/// Each call must end by itself: set a time-out.
///
/// ```
/// use std::collections::HashSet;
/// use std::sync::Mutex;
/// use std::time::Duration;
///
/// use countersign::webhook::{ReplayKey, ReplayStore, StoreError};
///
/// /// For the hour of a test: it never forgets by itself.
/// #[derive(Default)]
/// struct Ever(Mutex<HashSet<ReplayKey>>);
///
/// #[async_trait::async_trait]
/// impl ReplayStore for Ever {
///     async fn insert_if_absent(&self, key: &ReplayKey, _for: Duration) -> Result<bool, StoreError> {
///         Ok(self.0.lock().map_err(|_| "poisoned")?.insert(*key))
///     }
///
///     async fn forget(&self, key: &ReplayKey) -> Result<(), StoreError> {
///         self.0.lock().map_err(|_| "poisoned")?.remove(key);
///         Ok(())
///     }
///
///     async fn contains(&self, key: &ReplayKey) -> Result<bool, StoreError> {
///         Ok(self.0.lock().map_err(|_| "poisoned")?.contains(key))
///     }
/// }
/// ```
#[async_trait::async_trait]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not remember deliveries",
    note = "use `MemoryStore` or `RedisStore`, or implement `ReplayStore`"
)]
pub trait ReplayStore: Send + Sync + 'static {
    /// Remembers `key` for at least `ttl`. Returns `true` if the key was new, `false` if it was known. Of any number of
    /// simultaneous calls with one key, on any machines, exactly one may get `true`.
    ///
    /// # Errors
    /// When the store cannot say. The delivery is then refused.
    async fn insert_if_absent(&self, key: &ReplayKey, ttl: Duration) -> Result<bool, StoreError>;

    /// Forgets `key`, so that the next call of `insert_if_absent` gets `true` for it. An unknown key is no error. Only
    /// a caller that got `true` for a key asks for this, and only once.
    ///
    /// There is no default implementation: a store that silently kept the key would lose deliveries whose retry should be let in.
    ///
    /// # Errors
    /// When the store may still know the key, or cannot forget at all. The retry of the delivery is then refused.
    async fn forget(&self, key: &ReplayKey) -> Result<(), StoreError>;

    /// Whether `key` is remembered. Called only if the layer acknowledges duplicates.
    ///
    /// # Errors
    /// When the store cannot say. The repetition is then refused.
    async fn contains(&self, key: &ReplayKey) -> Result<bool, StoreError>;
}

#[async_trait::async_trait]
impl<T: ReplayStore + ?Sized> ReplayStore for Arc<T> {
    async fn insert_if_absent(&self, key: &ReplayKey, ttl: Duration) -> Result<bool, StoreError> {
        (**self).insert_if_absent(key, ttl).await
    }

    async fn forget(&self, key: &ReplayKey) -> Result<(), StoreError> {
        (**self).forget(key).await
    }

    async fn contains(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        (**self).contains(key).await
    }
}

/// Identifies a delivery by its provider and the decoded signature, so that another spelling of the same signature does
/// not count as new.
///
/// `Display` gives `provider:` and 64 hex digits. The key under which a store keeps that a delivery was handled ends in
/// `:handled`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplayKey {
    provider: &'static str,
    signature: [u8; 32],
    is_of_handled: bool,
}

impl ReplayKey {
    pub(crate) fn new(provider: &'static str, signature: [u8; 32]) -> Self {
        Self { provider, signature, is_of_handled: false }
    }

    /// The key that says that this delivery was handled at a place.
    pub(super) fn of_handled(self, Place(place): &Place) -> Self {
        let signature = Sha256::new().chain_update(self.signature).chain_update(place).finalize().into();
        Self { is_of_handled: true, signature, ..self }
    }
}

/// The digest of method, host and target. Not every scheme signs these, so a copy may come in at another route, whose
/// handler has not seen the delivery.
#[derive(Clone, Copy)]
pub(super) struct Place([u8; 32]);

impl Place {
    pub(super) fn of(method: &Method, host: &[u8], target: &str) -> Self {
        // A line end occurs in none of these.
        let text = [method.as_str().as_bytes(), host, target.as_bytes()].join(&b'\n');
        Self(Sha256::digest(text).into())
    }
}

impl fmt::Display for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; 64];
        // The buffer is exactly twice the signature, the only length that the encoder accepts.
        let _ = hex::encode_to_slice(self.signature, &mut buffer);
        let handled = if self.is_of_handled { ":handled" } else { "" };
        write!(f, "{}:{}{handled}", self.provider, String::from_utf8_lossy(&buffer))
    }
}
