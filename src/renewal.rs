//! Credentials that change while they are in use: what a signer and a verifier know of a rotation. The feature `rotation`
//! makes them; without it nobody does.

use std::pin::Pin;
use std::sync::Arc;

use crate::error::Error;
use crate::observer::Observed;

/// Ends when there are credentials that can be used, or none can be had.
pub(crate) type Ready<'r> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'r>>;

/// Keeps credentials fresh.
pub(crate) trait Renewal: Send + Sync {
    /// What to wait for before the credentials are used: new ones, where these have expired. Nothing while it is not yet
    /// time to ask, as on the way of nearly all requests.
    fn ready(&self) -> Option<Ready<'_>>;

    /// The provider did not accept the credentials, or a sender has signed with others.
    fn refused(&self);
}

/// What is made of credentials, exchanged as a whole.
pub(crate) trait Renewed<T>: Renewal {
    fn load(&self) -> Arc<T>;

    /// Another one, of the same rotation, with what `change` has changed.
    fn changed(&self, observer: Observed, change: Box<dyn FnOnce(&mut T) + '_>) -> Arc<dyn Renewed<T>>;
}
