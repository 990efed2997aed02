//! What can go wrong, as data. An [`Error`](crate::Error) carries a [`Fault`]; each enum of faults is a table.

use std::any::Any;
use std::fmt;

use crate::effect::Effect;

/// The family of a fault. Decide by it if you do not know the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A credential, an origin or a setting was refused when the provider was built.
    Configuration,
    /// The request was about to go where the credentials do not belong.
    Scope,
    /// The request cannot be signed as it is.
    Signing,
    /// A reply or webhook did not prove where it came from.
    Verification,
    /// The provider refused the request.
    Refused,
    /// The reply cannot be read, since it is not what was expected. Whether the request took effect is not known.
    Unreadable,
}

impl Kind {
    const fn effect(self) -> Effect {
        match self {
            Self::Configuration | Self::Signing | Self::Refused => Effect::None,
            // `Scope`, too: the request may have taken effect before its reply redirected elsewhere.
            Self::Scope | Self::Verification | Self::Unreadable => Effect::Unknown,
        }
    }
}

/// The fixed part of a fault. [`codes`](crate::codes) lists the codes of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// A stable, lower-case, hyphenated name that programs and runbooks may rely on, e.g. `origin-not-allowed`.
    pub name: &'static str,
    /// The family.
    pub kind: Kind,
    /// One sentence that tells the reader what to do.
    pub next_step: &'static str,
    /// Whether the request may have taken effect.
    pub effect: Effect,
}

impl Code {
    /// A code. The effect is [`Effect::None`] for the kinds [`Configuration`](Kind::Configuration),
    /// [`Signing`](Kind::Signing) and [`Refused`](Kind::Refused), where the request was not sent or was refused;
    /// otherwise [`Effect::Unknown`]. A fault with another effect, such as a refusal by a 5xx, overrides
    /// [`Fault::effect`].
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind, next_step: &'static str) -> Self {
        Self { name, kind, next_step, effect: kind.effect() }
    }

    /// The code with another effect than its kind has.
    pub(crate) const fn with_effect(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }
}

/// One way of failing: what happened (its `Display`), and its [`Code`].
///
/// A provider of your own states its faults by implementing this and handing them to [`Error::new`](crate::Error::new).
/// `Display` and `Debug` must never print a secret or a refused value.
///
/// ```
/// use std::fmt;
///
/// use countersign::Error;
/// use countersign::fault::{Code, Fault, Kind};
///
/// #[derive(Debug)]
/// struct NoAccount;
///
/// impl fmt::Display for NoAccount {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         f.write_str("the request names no account")
///     }
/// }
///
/// impl Fault for NoAccount {
///     fn code(&self) -> Code {
///         Code::new("acme-no-account", Kind::Signing, "Put the account into the path.")
///     }
/// }
///
/// assert_eq!(Error::new(NoAccount).code(), "acme-no-account");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no code of an error",
    note = "implement `countersign::fault::Fault`: a `Code`, and a message as `Display`"
)]
pub trait Fault: Any + fmt::Debug + fmt::Display + Send + Sync {
    /// The code.
    fn code(&self) -> Code;

    /// Whether the request may have taken effect. By default, the effect of the code.
    fn effect(&self) -> Effect {
        self.code().effect
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Configuration => "configuration",
            Self::Scope => "scope",
            Self::Signing => "signing",
            Self::Verification => "verification",
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
        })
    }
}

/// Defines an enum of faults as a table: variant, kind (and effect, if not the kind's), code, message, next step.
///
/// The compiler warns of a table that [`codes`](crate::codes) does not list: its `CODES` is then never used.
macro_rules! faults {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $name:ident {
            $(
                $(#[$doc:meta])*
                $variant:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? })?
                    = $kind:ident $($effect:ident)?, $code:literal, $message:literal, $next_step:expr;
            )+
        }
    ) => {
        $(#[$attribute])*
        $visibility enum $name {
            $($(#[$doc])* $variant $({ $($(#[$field_doc])* $field: $type),+ })?,)+
        }

        impl $name {
            /// Each code, and the message with the details of a case as `{detail}`.
            pub(crate) const CODES: &'static [($crate::fault::Code, &'static str)] = &[$((
                $crate::fault::Code::new($code, $crate::fault::Kind::$kind, $next_step)
                    $(.with_effect($crate::effect::Effect::$effect))?,
                $message,
            ),)+];
        }

        impl $crate::fault::Fault for $name {
            fn code(&self) -> $crate::fault::Code {
                match self {
                    $(Self::$variant { .. } => {
                        $crate::fault::Code::new($code, $crate::fault::Kind::$kind, $next_step)
                            $(.with_effect($crate::effect::Effect::$effect))?
                    })+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $(Self::$variant $({ $($field),+ })? => write!(f, $message),)+
                }
            }
        }
    };
}

pub(crate) use faults;
