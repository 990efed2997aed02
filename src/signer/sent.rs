//! What is kept of a request until its reply is judged and read.

use std::any::Any;
use std::fmt;

use url::Url;

use super::{Scheme, Signed};
use crate::scope::printable_origin;

/// A signed request that was sent, for judging its reply.
pub struct Sent<S: Scheme> {
    pub(crate) signed: Signed<S>,
    pub(crate) url: Url,
    /// Whether the reply is a redirect that will be followed if the scheme agrees.
    pub(crate) is_redirected: bool,
}

impl<S: Scheme> Sent<S> {
    /// The URL that it was sent to, without the fragment.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Its signature and stamp.
    pub fn signed(&self) -> &Signed<S> {
        &self.signed
    }
}

/// Leaves out path and query, which may hold personal data.
impl<S: Scheme> fmt::Debug for Sent<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent")
            .field("signed", &self.signed)
            .field("origin", &printable_origin(&self.url))
            .finish()
    }
}

/// Held by a call until the body of its reply was read to its end or dropped: see [`Scheme::admit`](crate::Scheme::admit).
pub struct Permit(#[expect(dead_code, reason = "it is held for its drop")] Box<dyn Any + Send + Sync>);

impl Permit {
    /// Holds a value whose drop lets the next call go on, such as a permit of tokio's `Semaphore`.
    pub fn new(held: impl Any + Send + Sync) -> Self {
        Self(Box::new(held))
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}
