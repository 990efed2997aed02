//! Whether a request may have taken effect.

use std::fmt;

/// Whether a request may have taken effect at the provider, which decides if it may be sent again.
///
/// It is about the effect of all attempts, not of one attempt alone: a repetition that is refused because the provider
/// knows the first attempt is [`Unknown`](Self::Unknown). There will be no fourth variant: a `match` needs no `_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The request was never sent, or the provider says that it refused it. Correct what the error names, and send it again.
    None,
    /// The provider says that it did what was asked, but the rest of its answer cannot be used. **Do not send it
    /// again**: ask the provider for the state.
    Done,
    /// Nobody can tell: the time ran out, the answer was cut off, does not verify, cannot be read, or is a 5xx. **Do
    /// not send the request again**, unless a second execution is harmless, or the request has an id by which the
    /// provider recognises the repetition. Otherwise, ask the provider for the state first.
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
