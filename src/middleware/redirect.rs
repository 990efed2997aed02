//! Redirects: seen through when the client followed one, followed within the origin when asked to.

use http::{Method, StatusCode, header};
use reqwest::{Request, Response};
use url::Url;

use super::same_target;
use crate::error::{Class, Error, Fault};
use crate::scope::{printable_origin, same_origin};

/// Fails when a response comes from elsewhere than where the signed request was sent: the client followed a redirect
/// below the chain and took our headers along.
pub(super) fn check_final_url(signed: &Url, answered: &Url) -> Result<(), Error> {
    if same_target(signed, answered) {
        Ok(())
    } else if same_origin(signed, answered) {
        Err(Error::new(RedirectFault::FollowedWithin))
    } else {
        Err(Error::new(RedirectFault::Exposed { origin: printable_origin(answered) }))
    }
}

/// The same, told from the error of a client that gave up on following. Any other error comes back as it is.
///
/// Two cases cannot be seen from above the client: a chain of redirects that ends where it began, and a connection
/// that breaks after a redirect was followed. `client_builder()` has neither.
pub(super) fn exposed_by_failure(
    signed: &Url,
    error: reqwest_middleware::Error,
) -> Result<Error, reqwest_middleware::Error> {
    let reqwest_middleware::Error::Reqwest(cause) = error else {
        return Err(error);
    };
    let followed = cause.url().filter(|_| cause.is_redirect()).map(|url| check_final_url(signed, url));
    match followed {
        // reqwest's error prints the URL, whose query may hold personal data.
        Some(Err(exposed)) => Ok(exposed.with_source(cause.without_url())),
        _ => Err(cause.into()),
    }
}

/// Where a redirect leads, and with which method.
pub(super) struct Hop {
    location: Option<Url>,
    status: StatusCode,
}

impl Hop {
    /// The hop that a response asks for; `None` when it is no redirect.
    pub(super) fn of(response: &Response, from: &Url) -> Option<Self> {
        let status = response.status();
        let location = response.headers().get(header::LOCATION)?;
        matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
            .then(|| Self { location: location.to_str().ok().and_then(|text| from.join(text).ok()), status })
    }

    /// The request of this hop, made from an unsigned copy of the one before (RFC 9110, section 15.4).
    pub(super) fn apply(
        self,
        before: Option<Request>,
        from: &Url,
        hops_left: usize,
    ) -> Result<Request, Error> {
        if hops_left == 0 {
            return Err(Error::new(RedirectFault::TooMany));
        }
        let location = self.location.ok_or_else(|| Error::new(RedirectFault::Unreadable))?;
        if !same_origin(&location, from) {
            return Err(Error::new(RedirectFault::CrossOrigin { origin: printable_origin(&location) }));
        }
        let mut request = before.ok_or_else(|| Error::new(RedirectFault::StreamBody))?;
        *request.url_mut() = location;
        if let Some(method) = method_without_body(self.status, request.method()) {
            *request.method_mut() = method;
            drop_body(&mut request);
        }
        Ok(request)
    }
}

/// The method of the next hop where that hop has no body; `None` where both stay as they are.
fn method_without_body(status: StatusCode, method: &Method) -> Option<Method> {
    match (status, method) {
        (StatusCode::SEE_OTHER, &Method::HEAD) => Some(Method::HEAD),
        (StatusCode::SEE_OTHER, _) => Some(Method::GET),
        (StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND, &Method::POST) => Some(Method::GET),
        _ => None,
    }
}

fn drop_body(request: &mut Request) {
    *request.body_mut() = None;
    for name in [
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::CONTENT_LANGUAGE,
        header::CONTENT_LOCATION,
        header::TRANSFER_ENCODING,
    ] {
        request.headers_mut().remove(name);
    }
}

#[derive(Debug, thiserror::Error)]
pub(super) enum RedirectFault {
    #[error("the client followed a redirect to {origin} and exposed the credential headers there")]
    Exposed { origin: String },
    #[error("the client followed a redirect, so the answer is to a URL that was not signed")]
    FollowedWithin,
    #[error("the reply redirects to another origin, {origin}")]
    CrossOrigin { origin: String },
    #[error("the reply redirects to a location that is no URL")]
    Unreadable,
    #[error("the replies redirect more often than allowed")]
    TooMany,
    #[error("the reply redirects a request whose body is a stream and cannot be sent again")]
    StreamBody,
}

impl Fault for RedirectFault {
    fn code(&self) -> &'static str {
        match self {
            Self::Exposed { .. } => "redirect-exposed-credentials",
            Self::FollowedWithin => "redirect-followed",
            Self::CrossOrigin { .. } => "redirect-cross-origin",
            Self::Unreadable => "redirect-unreadable",
            Self::TooMany => "redirect-limit",
            Self::StreamBody => "redirect-stream-body",
        }
    }
    fn class(&self) -> Class {
        Class::Scope
    }
    fn next_step(&self) -> &'static str {
        match self {
            Self::Exposed { .. } => {
                "Rotate the provider's keys, then build the client with `countersign::client_builder()`."
            }
            Self::FollowedWithin => {
                "Build the client with `countersign::client_builder()`, which follows none."
            }
            Self::CrossOrigin { .. } => "Ask the provider which URL to use; credentials are not sent along.",
            Self::Unreadable | Self::TooMany => "Ask the provider which URL to use.",
            Self::StreamBody => "Send the body as bytes, or use the final URL at once.",
        }
    }
}
