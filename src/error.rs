//! The crate's one error type.
//!
//! A [`Fault`] says what went wrong; the part that found it states it in a table. [`Error`] carries the fault through
//! reqwest-middleware and reqwest-retry, and [`Error::find`] gets it back.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

pub(crate) use crate::effect::Effect;
pub(crate) use crate::fault::{Code, Fault, Kind};

/// Any error, to be kept underneath another.
pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// Why a request was not sent, or why its reply or a webhook was refused.
///
/// `Display` says what happened, with the provider's name in front; `{:#}` adds the code and the next step.
///
/// ```
/// use countersign::{Effect, netgiro::ApiResponse};
///
/// # #[derive(Debug, serde::Deserialize)] struct Cart;
/// let reply = br#"{"Success":false,"Message":"No","ResultCode":10302}"#;
/// let error = ApiResponse::<Cart>::from_slice(reply).unwrap_err();
/// assert_eq!((error.code(), error.effect()), ("netgiro-declined", Effect::None));
/// println!("{error:#}");
/// ```
#[non_exhaustive]
pub struct Error(Box<Inner>);

struct Inner {
    fault: Box<dyn Fault>,
    provider: Option<Cow<'static, str>>,
    reference_id: Option<String>,
    notes: Vec<String>,
    /// In place of the fault's next step, where more is known.
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

    /// Finds this crate's error inside another error: a `reqwest_middleware::Error`, an error of reqwest-retry, or a
    /// type of your own whose `source()` leads here. Give an `anyhow::Error` or a box as `&*error`.
    ///
    /// ```
    /// use countersign::Error;
    ///
    /// let error = || countersign::vizion::Vizion::new("").map(drop).unwrap_err();
    /// let of_any = anyhow::Error::new(error());
    /// let boxed: Box<dyn std::error::Error + Send + Sync> = error().into();
    /// for found in [Error::find(&*of_any), Error::find(&*boxed)] {
    ///     assert_eq!(found.map(Error::code), Some("field-empty"));
    /// }
    /// ```
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
        self.0.fault.code().name
    }

    /// What to do about it, in a sentence or two.
    #[must_use]
    pub fn next_step(&self) -> &str {
        self.0.next_step.as_deref().unwrap_or(self.0.fault.code().next_step)
    }

    /// Whether the request may have taken effect, and so whether it may be sent again. For a webhook: whether your
    /// handler may have run. [`effect_of`](crate::effect_of) tells it for any error of a call, also for errors of the
    /// connection.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.0.effect.unwrap_or_else(|| self.0.fault.effect())
    }

    /// The provider's name, e.g. `netgiro`, where one was involved.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.0.provider.as_deref()
    }

    /// The reference id of the reply concerned, for the provider's support. Unauthenticated, printable ASCII.
    #[must_use]
    pub fn reference_id(&self) -> Option<&str> {
        self.0.reference_id.as_deref()
    }

    /// Other observations, such as a clock that is off, or the known mistake that explains a signature.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.0.notes
    }

    /// The fault as its own type, which has the provider's details.
    #[must_use]
    pub fn fault<F: Fault>(&self) -> Option<&F> {
        let fault: &dyn std::any::Any = &*self.0.fault;
        fault.downcast_ref()
    }

    /// The family of the fault. Decide by it if you do not know the code.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.fault.code().kind
    }

    /// Says which provider the error came from, unless that is already known.
    #[must_use]
    pub fn in_provider(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.provider.get_or_insert_with(|| name.into());
        self
    }

    /// Adds the error underneath.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds an observation, e.g. a clock that is off. Must not hold a secret.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    /// Replaces the next step of the fault.
    pub(crate) fn with_next_step(mut self, next_step: impl Into<Cow<'static, str>>) -> Self {
        self.0.next_step = Some(next_step.into());
        self
    }

    /// Replaces the effect of the fault, where more is known.
    pub(crate) fn with_effect(mut self, effect: Effect) -> Self {
        self.0.effect = Some(effect);
        self
    }

    pub(crate) fn with_reference_id(mut self, reference_id: Option<String>) -> Self {
        self.0.reference_id = reference_id;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(provider) = &self.0.provider {
            write!(f, "{provider}: ")?;
        }
        write!(f, "{}", self.0.fault)?;
        if let Some(id) = self.reference_id() {
            // Quoted, since the id is not authenticated and may hold a misleading sentence.
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
