//! Faults between a client and a provider, on demand.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use countersign::netvisor::FailureCode;
use futures_util::{StreamExt as _, stream};
use http::{HeaderValue, Response, StatusCode, header};
use url::Url;

use crate::media::with_status;
use crate::verdict::Verdict;

/// A fault that the sandbox's answers have, from [`Sandbox::inject`](crate::Sandbox::inject) on.
///
/// The first five are forgeries of Netgíró's replies. They do not affect the other providers, which sign no replies.
/// `FromStr` and `Display` have the names given here in quotes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// "wrong-signature": one digit of the reply's signature is changed.
    WrongSignature,
    /// "tampered": the body was changed after it was signed, from success to failure or the reverse.
    Tampered,
    /// "reflected": the request's own body, nonce and signature come back.
    Reflected,
    /// "extended": a length extension of the honest reply, whose signature is computed without the secret.
    Extended,
    /// "stale": the first reply to this URL, again.
    Stale,
    /// "redirect" or "redirect=URL": accepted requests get a 307, by default to the same path on another of the
    /// sandbox's ports. If a client follows, the [`Exchange`](crate::Exchange) there shows what the client took along.
    Redirect(Option<Url>),
    /// "failed=CODE", e.g. "failed=SERVICE_ACCESS_ERROR": Netvisor answers accepted requests with `FAILED` and this code, and
    /// with the code's status if the client has asked for statuses. Does not affect the other providers.
    Failed(FailureCode),
    /// "503": a gateway's answer, unsigned and empty.
    Unavailable,
    /// "slow" (3 s) or "slow=SECONDS": the answer comes late.
    Slow(Duration),
    /// "cut-off": the connection ends in the middle of the body.
    CutOff,
}

impl Fault {
    /// The name of one fault of each kind, as `FromStr` reads it.
    pub const EXAMPLES: [&str; 10] = [
        "wrong-signature",
        "tampered",
        "reflected",
        "extended",
        "stale",
        "redirect",
        "failed=PERIOD_LOCK",
        "503",
        "slow",
        "cut-off",
    ];

    /// Whether an answer has the fault. Only accepted requests are redirected: a client that follows to another provider's
    /// port has the wrong headers there, and must not be redirected again. Only accepted requests get `FAILED`, too: others
    /// have a reason of their own.
    pub(crate) fn concerns(&self, verdict: &Verdict) -> bool {
        *verdict == Verdict::Accepted || !matches!(self, Self::Redirect(_) | Self::Failed(_))
    }

    /// The answer with the fault. `elsewhere` is where a redirect leads by default.
    pub(crate) fn transmit(&self, reply: Response<Bytes>, elsewhere: &str) -> Response<Body> {
        match self {
            Self::Redirect(target) => redirect(target.as_ref().map_or(elsewhere, Url::as_str)),
            Self::Unavailable => with_status(StatusCode::SERVICE_UNAVAILABLE).map(Body::from),
            Self::CutOff => cut_off(reply),
            _ => reply.map(Body::from),
        }
    }

    /// How long the answer is held back.
    pub(crate) fn delay(&self) -> Duration {
        if let Self::Slow(delay) = self { *delay } else { Duration::ZERO }
    }
}

/// The fault of the coming answers.
#[derive(Clone, Debug, Default)]
pub(crate) enum Injected {
    #[default]
    None,
    Always(Fault),
    Next(usize, Fault),
}

impl Injected {
    /// The fault of one answer.
    pub(crate) fn next(&mut self) -> Option<Fault> {
        match self {
            Self::None | Self::Next(0, _) => None,
            Self::Always(fault) => Some(fault.clone()),
            Self::Next(left, fault) => {
                *left -= 1;
                Some(fault.clone())
            }
        }
    }
}

fn redirect(target: &str) -> Response<Body> {
    let mut response = with_status(StatusCode::TEMPORARY_REDIRECT).map(Body::from);
    // A URL is printable ASCII, so the value is always one.
    if let Ok(target) = HeaderValue::from_str(target) {
        response.headers_mut().insert(header::LOCATION, target);
    }
    response
}

/// Announces the whole body, or one byte if there is no body, and breaks off after half of it.
fn cut_off(reply: Response<Bytes>) -> Response<Body> {
    let (mut parts, body) = reply.into_parts();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len().max(1)));
    let half = body.slice(..body.len() / 2);
    let ending = stream::once(async {
        // Lets what was written so far go out first.
        tokio::task::yield_now().await;
        Err(std::io::Error::other("cut off on demand"))
    });
    Response::from_parts(parts, Body::from_stream(stream::iter([Ok(half)]).chain(ending)))
}

/// Whether a text has the form of Netvisor's codes.
fn is_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// The text is not the name of a fault.
#[derive(Debug, thiserror::Error)]
#[error(
    "not a fault: use wrong-signature, tampered, reflected, extended, stale, redirect[=URL], failed=CODE, 503, slow[=SECONDS] or \
     cut-off"
)]
pub struct UnknownFault;

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let (name, argument) = match text.split_once('=') {
            Some((name, argument)) => (name, Some(argument)),
            None => (text, None),
        };
        Ok(match (name, argument) {
            ("wrong-signature", None) => Self::WrongSignature,
            ("tampered", None) => Self::Tampered,
            ("reflected", None) => Self::Reflected,
            ("extended", None) => Self::Extended,
            ("stale", None) => Self::Stale,
            ("redirect", None) => Self::Redirect(None),
            ("redirect", Some(url)) => Self::Redirect(Some(url.parse().map_err(|_| UnknownFault)?)),
            ("failed", Some(code)) if is_code(code) => Self::Failed(code.into()),
            ("503", None) => Self::Unavailable,
            ("slow", None) => Self::Slow(Duration::from_secs(3)),
            ("slow", Some(seconds)) => {
                let seconds = seconds.parse().map_err(|_| UnknownFault)?;
                Self::Slow(Duration::try_from_secs_f64(seconds).map_err(|_| UnknownFault)?)
            }
            ("cut-off", None) => Self::CutOff,
            _ => return Err(UnknownFault),
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongSignature => f.write_str("wrong-signature"),
            Self::Tampered => f.write_str("tampered"),
            Self::Reflected => f.write_str("reflected"),
            Self::Extended => f.write_str("extended"),
            Self::Stale => f.write_str("stale"),
            Self::Redirect(None) => f.write_str("redirect"),
            Self::Redirect(Some(url)) => write!(f, "redirect={url}"),
            Self::Failed(code) => write!(f, "failed={code}"),
            Self::Unavailable => f.write_str("503"),
            Self::Slow(delay) => write!(f, "slow={}", delay.as_secs_f64()),
            Self::CutOff => f.write_str("cut-off"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_reads_back_from_its_name() {
        // Printed, "slow" has its seconds.
        let examples = Fault::EXAMPLES.into_iter().filter(|name| *name != "slow");
        let more = ["redirect=https://elsewhere.example/path", "failed=SOMETHING_NEW", "slow=0.25"];
        for name in examples.chain(more) {
            assert_eq!(name.parse::<Fault>().unwrap().to_string(), name);
        }
        assert_eq!("slow".parse::<Fault>().unwrap(), Fault::Slow(Duration::from_secs(3)));
        for wrong in
            ["", "503=1", "slow=-1", "slow=soon", "redirect=here", "Stale", "failed", "failed=", "failed=a b"]
        {
            wrong.parse::<Fault>().unwrap_err();
        }
    }

    #[test]
    fn the_examples_are_those_that_the_error_names() {
        let told = UnknownFault.to_string();
        let told = told.trim_start_matches("not a fault: use ").replace(" or ", ", ");
        let known: Vec<_> = told.split(", ").map(|name| name.split(['[', '=']).next().unwrap()).collect();
        assert_eq!(Fault::EXAMPLES.map(|fault| fault.split('=').next().unwrap()).as_slice(), known);
        assert!(Fault::EXAMPLES.iter().all(|fault| fault.parse::<Fault>().is_ok()));
    }
}
