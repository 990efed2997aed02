//! Why Netvisor said `FAILED`.

use std::fmt;

use crate::error::{Class, Effect, Fault};
use crate::redact::printable;

/// A reply that says `FAILED`: its code and its text, in the language of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// What kind of failure.
    pub code: FailureCode,
    /// What follows the code, as Netvisor wrote it.
    pub text: String,
}

impl Failure {
    /// Reads `CODE :: text`.
    pub(super) fn parse(status: &str) -> Self {
        let (code, text) = status.split_once("::").unwrap_or((status, ""));
        Self { code: FailureCode::from(code.trim()), text: text.trim().to_owned() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Unauthenticated text: escaped, so that no control character of it reaches a terminal or log.
        write!(f, "Netvisor answered FAILED: {} :: {}", self.code, printable(&self.text))
    }
}

impl Fault for Failure {
    fn code(&self) -> &'static str {
        match self.code {
            FailureCode::AuthenticationFailed => "netvisor-authentication-failed",
            FailureCode::RequestNotUnique => "netvisor-request-not-unique",
            _ => "netvisor-failed",
        }
    }
    fn class(&self) -> Class {
        Class::Refused
    }
    fn next_step(&self) -> &'static str {
        match self.code {
            FailureCode::AuthenticationFailed => {
                "Check keys and ids first, then the clock, then SignedForm if the URL has encoded characters."
            }
            FailureCode::RequestNotUnique => {
                "The transaction id was used before: if it was a stable one, the first attempt has arrived."
            }
            FailureCode::SystemMaintenance | FailureCode::TechnicalError => "Try again later.",
            _ => "Read the text; correct the request.",
        }
    }
    fn effect(&self) -> Effect {
        match self.code {
            FailureCode::AuthenticationFailed
            | FailureCode::InvalidData
            | FailureCode::InvalidDataSize
            | FailureCode::PeriodLock
            | FailureCode::ServiceAccessError
            | FailureCode::SystemMaintenance => Effect::None,
            // An earlier attempt may have written what is there already; what broke may have broken afterwards.
            FailureCode::RequestNotUnique
            | FailureCode::DuplicateData
            | FailureCode::TechnicalError
            | FailureCode::Unknown(_) => Effect::Unknown,
        }
    }
}

macro_rules! failure_codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal $(| $alias:literal)*,)+) => {
        /// The codes in front of ` :: ` in a failed status.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum FailureCode {
            $($(#[$doc])* $name,)+
            /// A code that is not known here, as Netvisor wrote it.
            Unknown(String),
        }

        /// Reads a code as Netvisor writes it.
        impl From<&str> for FailureCode {
            fn from(text: &str) -> Self {
                match text {
                    $($text $(| $alias)* => Self::$name,)+
                    _ => Self::Unknown(text.to_owned()),
                }
            }
        }

        impl FailureCode {
            /// The code as Netvisor writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $text,)+
                    Self::Unknown(text) => text,
                }
            }
        }
    };
}

failure_codes! {
    /// The MAC or the credentials were not accepted.
    AuthenticationFailed = "AUTHENTICATION_FAILED",
    /// The data is not valid.
    InvalidData = "INVALID_DATA",
    /// The data is too large.
    InvalidDataSize = "INVALID_DATA_SIZE",
    /// The data is there already.
    DuplicateData = "DUPLICATE_DATA",
    /// The transaction id was used before.
    RequestNotUnique = "REQUEST_NOT_UNIQUE",
    /// The accounting period is locked.
    PeriodLock = "PERIOD_LOCK",
    /// The company has no right to this service.
    ServiceAccessError = "SERVICE_ACCESS_ERROR",
    /// Netvisor is being maintained; spelt `SYSTEM_MAINTANANCE` by Netvisor, and read in either spelling.
    SystemMaintenance = "SYSTEM_MAINTANANCE" | "SYSTEM_MAINTENANCE",
    /// Something broke at Netvisor.
    TechnicalError = "TECHNICAL_ERROR",
}

impl fmt::Display for FailureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(self.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart_from_their_text() {
        let failure = Failure::parse("AUTHENTICATION_FAILED :: Integration keys :: are not valid");
        assert_eq!(failure.code, FailureCode::AuthenticationFailed);
        assert_eq!(failure.text, "Integration keys :: are not valid");
        assert_eq!(Failure::parse("SYSTEM_MAINTENANCE").code, FailureCode::SystemMaintenance);
        assert_eq!(Failure::parse("NEW_CODE :: x").code.as_str(), "NEW_CODE");
        assert!(!Failure::parse("X :: \u{1b}[2J").to_string().contains('\u{1b}'));
    }
}
