//! Whether a request may have taken effect.

use std::fmt;

/// Whether a request may have taken effect at the provider: what decides if it may be sent again.
///
/// It speaks of what was asked for, not of one attempt alone: of a repetition that is refused because the first attempt is
/// known already, it says [`Unknown`](Self::Unknown). There will be no fourth answer: a `match` needs no `_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// None: the request was never sent, or the provider says that it refused it. Correct what the error names, and send
    /// it again.
    None,
    /// The provider says that it did what was asked, and the rest of its answer cannot be used. **Do not send it again**:
    /// ask for the state of what it made.
    Done,
    /// Nobody can tell: the time ran out, the answer was cut off, does not verify, cannot be read, or is a 5xx. **Do not
    /// send it again** unless it may be done twice, or carries what the provider tells a repetition by: ask the provider
    /// for the state first.
    Unknown,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Done => "done",
            Self::Unknown => "unknown",
        })
    }
}
