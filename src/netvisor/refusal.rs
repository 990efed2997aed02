//! Why Netvisor answered `FAILED`.

use std::fmt;

use crate::error::{Code, Fault};
use crate::fault::faults;
use crate::redact::printable;

/// A reply that says `FAILED`: its code and its text, in the language of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The kind of failure.
    pub code: FailureCode,
    /// The text after the code, as Netvisor wrote it.
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
        // The text is unauthenticated, so it is escaped: no control character reaches a terminal or log.
        write!(f, "Netvisor answered FAILED: {} :: {}", self.code, printable(&self.text))
    }
}

faults! {
    /// The meaning of a failed status.
    #[derive(Debug)]
    pub(super) enum Answer {
        NotAuthenticated = Refused, "netvisor-authentication-failed", "Netvisor answered FAILED: AUTHENTICATION_FAILED",
            "Check keys and ids first, then the clock, then SignedForm if the URL has encoded characters.";
        NotUnique = Refused Unknown, "netvisor-request-not-unique", "Netvisor answered FAILED: REQUEST_NOT_UNIQUE",
            "The transaction id was used before: if you gave a stable id, the first attempt has arrived.";
        Maintenance = Refused, "netvisor-failed", "Netvisor answered FAILED: it is being maintained",
            "Try again later.";
        Broken = Refused Unknown, "netvisor-failed", "Netvisor answered FAILED: something broke there",
            "Try again later.";
        Refused = Refused, "netvisor-failed", "Netvisor answered FAILED, and did nothing",
            "Read the text; correct the request.";
        // An earlier attempt may have written the data that is there already; an unknown code may mean anything.
        Unclear = Refused Unknown, "netvisor-failed", "Netvisor answered FAILED, for what is there already or an unknown reason",
            "Read the text; correct the request.";
    }
}

impl Fault for Failure {
    fn code(&self) -> Code {
        match self.code {
            FailureCode::AuthenticationFailed => Answer::NotAuthenticated,
            FailureCode::RequestNotUnique => Answer::NotUnique,
            FailureCode::SystemMaintenance => Answer::Maintenance,
            FailureCode::TechnicalError => Answer::Broken,
            FailureCode::InvalidData
            | FailureCode::InvalidDataSize
            | FailureCode::PeriodLock
            | FailureCode::ServiceAccessError => Answer::Refused,
            FailureCode::DuplicateData | FailureCode::Unknown(_) => Answer::Unclear,
        }
        .code()
    }
}

/// The codes in front of ` :: ` in a failed status.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureCode {
    /// The MAC or the credentials were not accepted.
    AuthenticationFailed,
    /// The data is not valid.
    InvalidData,
    /// The data is too large.
    InvalidDataSize,
    /// The data is there already.
    DuplicateData,
    /// The transaction id was used before.
    RequestNotUnique,
    /// The accounting period is locked.
    PeriodLock,
    /// The company has no right to this service.
    ServiceAccessError,
    /// Netvisor is being maintained. Netvisor spells it `SYSTEM_MAINTANANCE`; either spelling is read.
    SystemMaintenance,
    /// Something broke at Netvisor.
    TechnicalError,
    /// A code that is not known here, as Netvisor wrote it.
    Unknown(String),
}

/// The codes as Netvisor writes them. Of two spellings, Netvisor's own comes first.
const KNOWN: [(&str, FailureCode); 10] = [
    ("AUTHENTICATION_FAILED", FailureCode::AuthenticationFailed),
    ("INVALID_DATA", FailureCode::InvalidData),
    ("INVALID_DATA_SIZE", FailureCode::InvalidDataSize),
    ("DUPLICATE_DATA", FailureCode::DuplicateData),
    ("REQUEST_NOT_UNIQUE", FailureCode::RequestNotUnique),
    ("PERIOD_LOCK", FailureCode::PeriodLock),
    ("SERVICE_ACCESS_ERROR", FailureCode::ServiceAccessError),
    ("SYSTEM_MAINTANANCE", FailureCode::SystemMaintenance),
    ("SYSTEM_MAINTENANCE", FailureCode::SystemMaintenance),
    ("TECHNICAL_ERROR", FailureCode::TechnicalError),
];

/// Reads a code as Netvisor writes it.
impl From<&str> for FailureCode {
    fn from(text: &str) -> Self {
        let known = KNOWN.into_iter().find(|(name, _)| *name == text);
        known.map_or_else(|| Self::Unknown(text.to_owned()), |(_, code)| code)
    }
}

impl FailureCode {
    /// The code as Netvisor writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown(text) => text,
            known => KNOWN.iter().find(|(_, code)| code == known).map_or("", |(name, _)| name),
        }
    }
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
