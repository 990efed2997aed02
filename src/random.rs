//! Where randomness comes from.

use crate::error::Error;
use crate::fault::faults;

/// A source of unpredictable bytes for transaction ids and nonces.
///
/// ```
/// use countersign::Error;
/// use countersign::random::Randomness;
///
/// /// Only for tests that compare with known bytes.
/// struct Sevens;
///
/// impl Randomness for Sevens {
///     fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
///         bytes.fill(7);
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` is no source of randomness", note = "use `OsRandomness`")]
pub trait Randomness: Send + Sync + 'static {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// When the source has no bytes to give.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error>;
}

/// The operating system's generator: the default everywhere. Each call asks the system, so a forked process
/// cannot repeat its parent's values.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    #[expect(clippy::disallowed_methods, reason = "the one place where the system's generator is asked")]
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        getrandom::fill(bytes).map_err(|source| Error::new(RandomnessFault::Unavailable).with_source(source))
    }
}

faults! {
    #[derive(Debug)]
    pub(crate) enum RandomnessFault {
        Unavailable = Signing, "randomness-unavailable", "the operating system gave no random bytes",
            "Check that the process may call getrandom or read /dev/urandom.";
    }
}
