//! What a bare 403 may mean.

use std::fmt;

use http::StatusCode;
use url::Url;

use super::credentials::NAME;
use crate::error::{Code, Error, Fault};
use crate::fault::faults;

/// A likely cause of a 403, told from the query that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The query has characters that some programs percent-encode and others do not, or that are encoded: the server may
    /// have computed the signature over another spelling, such as the other [`SignedForm`](crate::SignedForm).
    Encoding,
    /// The query has several parameters, and something on the way may have put them in another order.
    ParameterOrder,
    /// The API key or id is wrong, belongs to another account, or was revoked.
    Credentials,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Encoding => "the query has characters that may be percent-encoded or not",
            Self::ParameterOrder => "the parameters may have been re-ordered on the way",
            Self::Credentials => "the API id or key may be wrong or revoked",
        })
    }
}

/// A 403 from Unleashed: the signature, or the credentials behind it, were not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    causes: Vec<Cause>,
}

impl Refusal {
    /// The likely causes, likeliest first.
    #[must_use]
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature was not accepted (403); likely causes: ")?;
        for (index, cause) in self.causes.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{cause}")?;
        }
        Ok(())
    }
}

faults! {
    /// What a 403 comes to, by its likeliest cause.
    #[derive(Debug)]
    pub(super) enum Answer {
        Encoding = Refused, "unleashed-forbidden", "the signature was not accepted (403), maybe for an encoded query",
            "Try the same request with letters and digits only; if the query has a `%`, also the other SignedForm.";
        ParameterOrder = Refused, "unleashed-forbidden", "the signature was not accepted (403), maybe for the order of parameters",
            "Try the same request with one parameter, past any proxy of yours.";
        Credentials = Refused, "unleashed-forbidden", "the signature was not accepted (403), maybe for the credentials",
            "Check the API id and key under Integration, API Access, in Unleashed.";
    }
}

impl Fault for Refusal {
    fn code(&self) -> Code {
        match self.causes.first() {
            Some(Cause::Encoding) => Answer::Encoding,
            Some(Cause::ParameterOrder) => Answer::ParameterOrder,
            _ => Answer::Credentials,
        }
        .code()
    }
}

/// Explains a status: an error for a 403, with what the URL that was sent makes likely; `None` for any other.
#[must_use]
pub fn refusal(status: StatusCode, url: &Url) -> Option<Error> {
    if status != StatusCode::FORBIDDEN {
        return None;
    }
    let query = url.query().unwrap_or_default();
    let mut causes = Vec::new();
    if query.contains(['%', '+', '@', '\'', '(', ')', '*', '!', '~']) {
        causes.push(Cause::Encoding);
    }
    if query.contains('&') {
        causes.push(Cause::ParameterOrder);
    }
    causes.push(Cause::Credentials);
    Some(Error::new(Refusal { causes }).in_provider(NAME))
}
