//! Redirects: detects those that the client has followed, and follows redirects within the origin on request.

use http::{Method, StatusCode, header};
use reqwest::{Request, Response};
use url::Url;

use super::same_target;
use crate::error::Error;
use crate::fault::faults;
use crate::scope::{printable_origin, same_origin};

/// Fails if a response comes from another URL than the signed one: the client has followed a redirect below the chain
/// and took our headers along. An answer from the signed URL passes, even if redirects led away and back: the answer
/// does not show that.
pub(super) fn check_final_url(signed: &Url, answered: &Url) -> Result<(), Error> {
    if same_target(signed, answered) { Ok(()) } else { Err(exposed_at(signed, answered)) }
}

/// The same check, for the error of a client that failed at a redirect. Any other error comes back as it is. So does
/// the error of a connection that broke after a redirect was followed, since it names the signed URL.
pub(super) fn exposed_by_failure(
    signed: &Url,
    error: reqwest_middleware::Error,
) -> Result<Error, reqwest_middleware::Error> {
    let cause = match error {
        reqwest_middleware::Error::Reqwest(cause) => cause,
        reqwest_middleware::Error::Middleware(wrapped) if is_of_redirect(&wrapped) => {
            // The inner error prints the URL.
            return Ok(Error::new(RedirectFault::Followed));
        }
        other => return Err(other),
    };
    let names_another = cause.url().is_some_and(|url| !same_target(signed, url));
    if !cause.is_redirect() && !names_another {
        return Err(cause.into());
    }
    if is_about_the_next_url(&cause) {
        // The inner error prints that URL, which cannot be removed.
        return Ok(Error::new(RedirectFault::Followed));
    }
    let answered = cause.url().filter(|_| cause.is_redirect());
    let exposed = answered.map_or_else(|| Error::new(RedirectFault::Followed), |url| exposed_at(signed, url));
    // reqwest's error prints the URL, whose query may hold personal data.
    Ok(exposed.with_source(cause.without_url()))
}

/// Whether a middleware below has wrapped the error of a redirect. The error of another URL says nothing: it may be
/// about a request of that middleware.
fn is_of_redirect(wrapped: &anyhow::Error) -> bool {
    wrapped.chain().any(|cause| match cause.downcast_ref::<reqwest::Error>() {
        Some(cause) => cause.is_redirect(),
        // reqwest-retry replaces reqwest's error by its own, with the same text and another type.
        None => cause.to_string().starts_with("error following redirect"),
    })
}

/// The same origin proves nothing: redirects may have led away and back.
fn exposed_at(signed: &Url, answered: &Url) -> Error {
    Error::new(if same_origin(signed, answered) {
        RedirectFault::Followed
    } else {
        RedirectFault::Exposed { origin: printable_origin(answered) }
    })
}

/// Whether the error names the next URL, which the client refused, not the URL that redirected there.
fn is_about_the_next_url(error: &reqwest::Error) -> bool {
    std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<reqwest::Error>)
}

/// The origin that a redirect leads to, which may be printed; `None` if the response is no redirect.
pub(crate) fn redirect_origin(response: &Response) -> Option<String> {
    Hop::of(response, response.url())?.location.as_ref().map(printable_origin)
}

/// Where a redirect leads, and with which method.
pub(super) struct Hop {
    location: Option<Url>,
    status: StatusCode,
}

impl Hop {
    /// The hop that a response asks for; `None` if it is no redirect.
    pub(super) fn of(response: &Response, from: &Url) -> Option<Self> {
        let status = response.status();
        if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let location = response.headers().get(header::LOCATION)?;
        Some(Self { location: location.to_str().ok().and_then(|text| from.join(text).ok()), status })
    }

    /// The request of this hop, made from an unsigned copy of the request before (RFC 9110, section 15.4).
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

/// The method of the next hop, if that hop has no body; `None` if method and body stay.
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

faults! {
    #[derive(Debug)]
    pub(super) enum RedirectFault {
        Exposed { origin: String } = Scope, "redirect-exposed-credentials",
            "the client followed a redirect to {origin} and exposed the credential headers there",
            "Rotate the provider's keys, then build the client with `countersign::client_builder()`.";
        // A policy that stops at once has the same error as a policy that stops later.
        Followed = Scope, "redirect-followed",
            "the client followed redirects by itself and may have sent the credential headers to an unknown origin",
            "Rotate the provider's keys, unless the client's own policy stops at the first redirect; then build the \
             client with `countersign::client_builder()`.";
        CrossOrigin { origin: String } = Scope, "redirect-cross-origin",
            "the reply redirects to another origin, {origin}",
            "Ask the provider which URL to use; no credentials were sent to the other origin.";
        Unreadable = Scope, "redirect-unreadable", "the reply redirects to a location that is no URL",
            "Ask the provider which URL to use.";
        Unreachable = Scope, "redirect-unreachable", "the reply redirects to a URL that no request could be sent to",
            "Ask the provider which URL to use; the request that it redirected may have taken effect.";
        TooMany = Scope, "redirect-limit", "the replies redirect more often than allowed",
            "Ask the provider which URL to use.";
        StreamBody = Scope, "redirect-stream-body",
            "the reply redirects a request whose body is a stream and cannot be sent again",
            "Send the body as bytes, or use the final URL at once.";
    }
}
