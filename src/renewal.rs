//! Credentials that change while they are in use: what signers and verifiers know of a rotation. Only the feature
//! `rotation` implements this.

use std::pin::Pin;
use std::sync::Arc;

use crate::error::Error;
use crate::observer::Observed;

/// Ends when there are valid credentials, or when there will be none.
pub(crate) type Ready<'r> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'r>>;

/// Keeps credentials fresh.
pub(crate) trait Renewal: Send + Sync {
    /// A future to await before the credentials are used, which waits for new ones if these have expired. `None`, for
    /// nearly all requests, if the source is not due.
    fn ready(&self) -> Option<Ready<'_>>;

    /// The provider did not accept the credentials, or a sender has signed with others.
    fn refused(&self);
}

/// A value made of credentials, which is replaced as a whole.
pub(crate) trait Renewed<T>: Renewal {
    fn load(&self) -> Arc<T>;

    /// A copy of the same rotation whose value `change` has changed.
    fn changed(&self, observer: Observed, change: Box<dyn FnOnce(&mut T) + '_>) -> Arc<dyn Renewed<T>>;
}
