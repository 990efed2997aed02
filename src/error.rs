//! The crate's one error type.
//!
//! What went wrong is a [`Fault`], stated in the folder of the part that found it. [`Error`] carries it through
//! reqwest-middleware and reqwest-retry, where [`Error::find`] gets it back.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

type BoxError = Box<dyn StdError + Send + Sync>;

/// The family a fault belongs to; each has a predicate on [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Class {
    /// A credential, an origin or a setting was refused when the provider was built.
    Configuration,
    /// The request was about to go where the credentials do not belong.
    Scope,
    /// The request cannot be signed as it is.
    Signing,
    /// A reply or webhook did not prove where it came from.
    Verification,
    /// The provider answered, and its answer is no.
    Refused,
    /// What came is not what was expected, and cannot be read. Whether the request took effect is not known.
    Unreadable,
}

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

impl Class {
    /// What a fault of the class says where it says nothing of its own.
    fn effect(self) -> Effect {
        match self {
            Self::Configuration | Self::Signing | Self::Refused => Effect::None,
            // Scope: a redirect was answered, and the request with it.
            Self::Scope | Self::Verification | Self::Unreadable => Effect::Unknown,
        }
    }
}

/// One way of failing: what happened (its `Display`), a stable code, and what to do next.
///
/// A provider of your own states its faults by implementing this and handing them to [`Error::new`].
/// `Display` and `Debug` must never print a secret or a refused value.
pub trait Fault: std::any::Any + fmt::Debug + fmt::Display + Send + Sync {
    /// A stable, lower-case, hyphenated name that programs and runbooks may rely on.
    fn code(&self) -> &'static str;
    /// The family, which decides the predicates on [`Error`].
    fn class(&self) -> Class;
    /// One sentence that tells the reader what to do.
    fn next_step(&self) -> &'static str;
    /// Whether the request may have taken effect. By default none where the class says that it was not sent or that the
    /// provider refused it ([`Configuration`](Class::Configuration), [`Signing`](Class::Signing),
    /// [`Refused`](Class::Refused)), else unknown. A refusal that leaves it open, such as a 5xx, must say so here.
    fn effect(&self) -> Effect {
        self.class().effect()
    }
}

/// Why a request was not sent, or what came back was not handed on.
///
/// `Display` says what happened, with the provider's name in front; `{:#}` adds the code and the next step.
#[non_exhaustive]
pub struct Error(Box<Inner>);

struct Inner {
    fault: Box<dyn Fault>,
    provider: Option<&'static str>,
    reference_id: Option<http::HeaderValue>,
    notes: Vec<String>,
    /// Where more is known than the fault says.
    next_step: Option<Cow<'static, str>>,
    effect: Option<Effect>,
    source: Option<BoxError>,
}

impl Error {
    /// Wraps a fault.
    pub fn new(fault: impl Fault) -> Self {
        Self(Box::new(Inner {
            fault: Box::new(fault),
            provider: None,
            reference_id: None,
            notes: Vec::new(),
            next_step: None,
            effect: None,
            source: None,
        }))
    }

    /// Finds this crate's error under any other: `reqwest_middleware::Error`, `anyhow::Error`, one from
    /// reqwest-retry, or a type of your own whose `source()` leads here.
    #[must_use]
    pub fn find<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            next = error.source();
        }
        None
    }

    /// The stable code of the fault, e.g. `origin-not-allowed`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.fault.code()
    }

    /// What to do about it, in a sentence or two.
    #[must_use]
    pub fn next_step(&self) -> &str {
        self.0.next_step.as_deref().unwrap_or_else(|| self.0.fault.next_step())
    }

    /// Whether the request may have taken effect, and so whether it may be sent again. Of a webhook: whether your handler
    /// may have run. [`effect_of`](crate::effect_of) tells it of any error of a call, those of the connection too.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.0.effect.unwrap_or_else(|| self.0.fault.effect())
    }

    /// The provider's name, e.g. `netgiro`, where one was involved.
    #[must_use]
    pub fn provider(&self) -> Option<&'static str> {
        self.0.provider
    }

    /// The reference id of the reply concerned, for the provider's support. Unauthenticated, printable ASCII.
    #[must_use]
    pub fn reference_id(&self) -> Option<&str> {
        self.0.reference_id.as_ref()?.to_str().ok()
    }

    /// What else was noticed: a clock that is off, a known mistake that would explain a signature.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.0.notes
    }

    /// The fault as the type it was raised with, for a provider's own details.
    #[must_use]
    pub fn fault<F: Fault>(&self) -> Option<&F> {
        let fault: &dyn std::any::Any = &*self.0.fault;
        fault.downcast_ref()
    }

    /// The family of the fault: what to go by where a code is not known.
    #[must_use]
    pub fn class(&self) -> Class {
        self.0.fault.class()
    }

    /// A credential, an origin or a setting was refused; nothing was sent.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        self.class() == Class::Configuration
    }

    /// The credentials were about to go, or went, where they do not belong.
    #[must_use]
    pub fn is_scope(&self) -> bool {
        self.class() == Class::Scope
    }

    /// The request could not be signed as it was; nothing was sent.
    #[must_use]
    pub fn is_signing(&self) -> bool {
        self.class() == Class::Signing
    }

    /// What came back did not verify; its bytes are gone.
    #[must_use]
    pub fn is_verification(&self) -> bool {
        self.class() == Class::Verification
    }

    /// The provider refused the request.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.class() == Class::Refused
    }

    /// What came cannot be read as what was expected: no refusal, the request may have taken effect.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.class() == Class::Unreadable
    }

    /// Says which provider the error came from, unless that is already known.
    #[must_use]
    pub fn in_provider(mut self, name: &'static str) -> Self {
        self.0.provider.get_or_insert(name);
        self
    }

    /// Adds the error underneath.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds something noticed on the way, e.g. a clock that is off. Must not hold a secret.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    /// Says what to do instead of what the fault says.
    #[cfg(any(feature = "webhook", feature = "netgiro"))]
    pub(crate) fn with_next_step(mut self, next_step: impl Into<Cow<'static, str>>) -> Self {
        self.0.next_step = Some(next_step.into());
        self
    }

    /// Says what is known of the effect where the fault alone does not tell.
    #[cfg(any(feature = "middleware", feature = "netgiro"))]
    pub(crate) fn with_effect(mut self, effect: Effect) -> Self {
        self.0.effect = Some(effect);
        self
    }

    /// Notes the status of the reply concerned.
    #[cfg(all(feature = "middleware", any(feature = "netvisor", feature = "netgiro")))]
    pub(crate) fn with_status(self, status: http::StatusCode) -> Self {
        self.with_note(format!("the reply's status was {}", status.as_u16()))
    }

    /// Notes when the `Date` of a refusal is more than a minute away from the local clock.
    #[cfg(feature = "middleware")]
    pub(crate) fn with_skew(self, reply: &http::HeaderMap, clock: &dyn crate::time::Clock) -> Self {
        let note = crate::time::skew_note(reply.get(http::header::DATE), clock.now());
        note.into_iter().fold(self, Self::with_note)
    }

    #[cfg(feature = "netgiro")]
    pub(crate) fn with_reference_id(mut self, reference_id: Option<http::HeaderValue>) -> Self {
        self.0.reference_id = reference_id;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(provider) = self.0.provider {
            write!(f, "{provider}: ")?;
        }
        write!(f, "{}", self.0.fault)?;
        if let Some(id) = self.reference_id() {
            // Quoted, since whoever answered may write a sentence of their own into it.
            write!(f, " (reference id {id:?})")?;
        }
        for note in &self.0.notes {
            write!(f, "; {note}")?;
        }
        if f.alternate() {
            write!(f, " [{}]. {}", self.code(), self.next_step())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("code", &self.code())
            .field("message", &format_args!("{self}"))
            .field("next_step", &self.next_step())
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
