//! What keeps a diagnosis from trying all that is known.

use super::attempt::{Attempt, Key};
use super::budget::Budget;
use crate::explain::Transcript;
use crate::signing::{SegmentKind, Source};

/// A reason why not every known mistake was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Untried {
    LongMessage,
    UnstatedKey,
    UnstatedOrigins,
}

impl Untried {
    /// Those that lie in what is stated of the message.
    pub(super) fn of(transcript: &Transcript) -> Vec<Self> {
        let is_prepared = matches!(Attempt::of(transcript, &Budget::new(0)).key, Key::Prepared(_));
        let mut public = transcript.text.iter().filter(|part| part.kind == SegmentKind::Public).peekable();
        let are_unstated = public.peek().is_some() && public.all(|part| part.source == Source::Unstated);
        let reasons = [(is_prepared, Self::UnstatedKey), (are_unstated, Self::UnstatedOrigins)];
        reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason).collect()
    }

    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::LongMessage => "The message is long, so not every known mistake was tried.",
            Self::UnstatedKey => {
                "What the key is made of is not stated, so no mistake with it was tried: a provider states it in \
                 `mac_key_text`, a transcript in `key`."
            }
            Self::UnstatedOrigins => {
                "Where the parts of the text come from is not stated, so no mistake with body or URL was tried: \
                 `Segment::with_origin` states it."
            }
        }
    }
}
