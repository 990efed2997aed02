//! Where randomness comes from.

use crate::error::{Class, Error, Fault};

/// A source of unpredictable bytes for transaction ids and nonces.
pub trait Randomness: Send + Sync + 'static {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// When the source has none to give.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error>;
}

/// The operating system's generator: the default everywhere. Each call asks the system, so a forked process
/// cannot repeat its parent's values.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    #[expect(clippy::disallowed_methods, reason = "the one place where the system's generator is asked")]
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        getrandom::fill(bytes).map_err(|source| Error::new(NoRandomness).with_source(source))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
struct NoRandomness;

impl Fault for NoRandomness {
    fn code(&self) -> &'static str {
        "randomness-unavailable"
    }
    fn class(&self) -> Class {
        Class::Signing
    }
    fn next_step(&self) -> &'static str {
        "Check that the process may call getrandom or read /dev/urandom."
    }
}
