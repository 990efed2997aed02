//! The reqwest-middleware adapter: gathers the inputs of the core, calls it, and applies the result in one step.

mod body;
mod client;
mod effect;
mod redirect;
pub(crate) mod reply;
mod settings;
mod status;

use std::pin::Pin;

use http::{Extensions, StatusCode, header};
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};
use url::Url;

pub(crate) use body::put_back;
pub(crate) use body::{hint_with, read_reply, rebuild, wrap_body};
pub use client::client_builder;
pub use effect::effect_of;
pub(crate) use redirect::redirect_origin;
pub use status::ErrorStatus;
pub(crate) use status::error_for_status;
pub(crate) use status::skew_note;

use crate::error::{Code, Effect, Error};
use crate::observer::Event;
use crate::signer::{Rewritten, Scheme, Sent, Signer};
use crate::signing::{RequestRef, as_sent};
use redirect::{Hop, RedirectFault};

pub(crate) const CODES: [&[(Code, &str)]; 3] =
    [body::StreamFault::CODES, RedirectFault::CODES, status::Answer::CODES];

/// Attach this to a request to send it unsigned, to any URL: it then carries no credentials. **Its reply is not
/// verified** and has no verdict.
///
/// ```no_run
/// # async fn run(client: reqwest_middleware::ClientWithMiddleware) -> reqwest_middleware::Result<()> {
/// client.get("https://api.netgiro.is/status").with_extension(countersign::Unsigned).send().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Unsigned;

#[async_trait::async_trait]
impl<S: Scheme> Middleware for Signer<S> {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        // First, so that a refused request neither waits nor is buffered.
        let (request, is_to_be_signed) = decide(self, request, extensions)?;
        if !is_to_be_signed {
            return next.run(request, extensions).await;
        }
        // Dropped on every way out but the last.
        let permit = S::admit(self, request.url()).await.map_err(|error| refuse(self, error))?;
        let pinned = self.pinned().await.map_err(|error| refuse(self, error))?;
        let signer = pinned.as_deref().unwrap_or(self);
        let response = match exchange(signer, request, extensions, next).await? {
            (response, Some(sent)) => S::judge(signer, sent, response).await?,
            (response, None) => response,
        };
        match permit {
            Some(permit) => body::hold(response, permit),
            None => Ok(response),
        }
    }
}

/// A response and its request; `None` if there is nothing more to judge.
type Answered<S> = (Response, Option<Sent<S>>);

/// Signs and sends a request that is in the scope, and follows the redirects that it may follow.
///
/// Rare steps are boxed, since a future is as large as the largest future that it may wait for.
async fn exchange<S: Scheme>(
    signer: &Signer<S>,
    mut request: Request,
    extensions: &mut Extensions,
    next: Next<'_>,
) -> Result<Answered<S>> {
    let transport = &signer.transport;
    if transport.timeout.is_some() && request.timeout().is_none() {
        *request.timeout_mut() = transport.timeout;
    }
    if transport.stream_limit.is_some() || transport.redirect_limit > 0 {
        return Box::pin(exchange_in_steps(signer, request, extensions, next)).await;
    }
    let signed = sign_and_run(signer, request, extensions, next);
    let (answer, sent) = signed.map_err(into_middleware_error)?;
    let response = check_answer(signer, &sent.url, answer.await)?;
    Ok((response, Some(sent)))
}

/// The request, and whether it is signed or passed on as it is.
fn decide<S: Scheme>(
    signer: &Signer<S>,
    request: Request,
    extensions: &Extensions,
) -> Result<(Request, bool)> {
    if extensions.get::<Unsigned>().is_some() {
        return Ok((request, false));
    }
    match signer.scope().check(request.url()) {
        Ok(()) => Ok((request, true)),
        Err(_) if signer.transport.pass_other_origins => {
            signer.scope().check_passing_on(request.url()).map_err(|error| refuse(signer, error))?;
            Ok((request, false))
        }
        Err(error) => Err(refuse(signer, error)),
    }
}

/// The pending answer, and the signed request to judge it by.
type UnderWay<'a, S> = (Pin<Box<dyn Future<Output = Result<Response>> + Send + 'a>>, Sent<S>);

/// Signs a request whose URL is in the scope, and hands it on.
fn sign_and_run<'a, S: Scheme>(
    signer: &Signer<S>,
    mut request: Request,
    extensions: &'a mut Extensions,
    next: Next<'a>,
) -> std::result::Result<UnderWay<'a, S>, Error> {
    signer.prepare_url(request.url_mut());
    let signed = signer.sign_in_scope(&outgoing(&request, extensions))?;
    signed.apply(request.headers_mut());
    let Rewritten { query, body } = signed.rewritten();
    if query.is_some() {
        request.url_mut().set_query(query);
    }
    if let Some(body) = body {
        *request.body_mut() = Some(body.to_vec().into());
        request.headers_mut().remove(http::header::CONTENT_LENGTH);
    }
    tracing::trace!(name: "countersign.signed", provider = signer.name(), "signed");
    let mut url = request.url().clone();
    // A fragment is not sent, and reqwest does not keep it in the answer.
    url.set_fragment(None);
    Ok((next.run(request, extensions), Sent { signed, url, is_redirected: false }))
}

/// As [`exchange`], for a request in the scope, but buffers its body first, and follows redirects within the origin.
/// Each hop is signed anew.
async fn exchange_in_steps<S: Scheme>(
    signer: &Signer<S>,
    mut request: Request,
    extensions: &mut Extensions,
    next: Next<'_>,
) -> Result<Answered<S>> {
    let transport = &signer.transport;
    if let Some(limit) = transport.stream_limit {
        body::buffer(&mut request, limit).await?.map_err(|error| refuse(signer, error))?;
    }
    let follows = transport.redirect_limit > 0;
    for hops_left in (0..=transport.redirect_limit).rev() {
        // For a later hop, the fault does not tell the effect: the first request was sent.
        let is_first = hops_left == transport.redirect_limit;
        let placed = |error: Error| if is_first { error } else { error.with_effect(Effect::Unknown) };
        let unsigned = if follows { request.try_clone() } else { None };
        let signed = sign_and_run(signer, request, extensions, next.clone());
        let (answer, sent) = signed.map_err(|error| into_middleware_error(placed(error)))?;
        let answer = answer.await;
        let answer = if is_first { answer } else { answer.map_err(|error| not_sent_on(signer, error)) };
        let response = check_answer(signer, &sent.url, answer)?;
        let hop = if follows { Hop::of(&response, &sent.url) } else { None };
        let Some(hop) = hop else { return Ok((response, Some(sent))) };
        request = hop.apply(unsigned, &sent.url, hops_left).map_err(|error| refuse(signer, error))?;
        let redirect = S::judge(signer, Sent { is_redirected: true, ..sent }, response).await?;
        if !S::may_follow(&redirect) {
            return Ok((redirect, None));
        }
        // The next hop is within the origin, but may carry user information.
        let checked = signer.scope().check(request.url());
        checked.map_err(|error| refuse(signer, error.with_effect(Effect::Unknown)))?;
    }
    Err(refuse(signer, Error::new(RedirectFault::TooMany)))
}

/// The error of a later hop. An error "not sent" would also seem to speak of the first request.
fn not_sent_on<S: Scheme>(signer: &Signer<S>, error: reqwest_middleware::Error) -> reqwest_middleware::Error {
    match error {
        reqwest_middleware::Error::Reqwest(cause) if effect_of(&cause) == Effect::None => {
            refuse(signer, Error::new(RedirectFault::Unreachable).with_source(cause.without_url()))
        }
        error => error,
    }
}

/// The answer to a request to `signed`, unless the client has followed a redirect with it.
fn check_answer<S: Scheme>(signer: &Signer<S>, signed: &Url, answer: Result<Response>) -> Result<Response> {
    let response = answer.map_err(|error| match redirect::exposed_by_failure(signed, error) {
        Ok(exposed) => refuse(signer, exposed),
        Err(error) => error,
    })?;
    redirect::check_final_url(signed, response.url()).map_err(|error| refuse(signer, error))?;
    if matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        signer.prepared.refused();
    }
    if signer.observer.is_observed()
        && let Some(seconds) = status::skew(response.headers().get(header::DATE), signer.now())
    {
        signer.tell(Event::ClockSkew(seconds));
    }
    Ok(response)
}

fn refuse<S: Scheme>(signer: &Signer<S>, error: Error) -> reqwest_middleware::Error {
    into_middleware_error(signer.refuse(error))
}

fn outgoing<'a>(request: &'a Request, extensions: &'a Extensions) -> RequestRef<'a> {
    let (method, url, headers) = (request.method(), request.url(), request.headers());
    match request.body().map(reqwest::Body::as_bytes) {
        None => RequestRef::new(method, url, headers, extensions, b""),
        Some(Some(bytes)) => RequestRef::new(method, url, headers, extensions, bytes),
        Some(None) => RequestRef::new(method, url, headers, extensions, b"").with_stream(),
    }
}

/// Logs a refusal, and wraps it.
pub(crate) fn into_middleware_error(error: Error) -> reqwest_middleware::Error {
    tracing::debug!(name: "countersign.refused", provider = error.provider(), code = error.code(), "refused");
    wrap(error)
}

/// Wraps an error so that [`Error::find`] finds it again, also through reqwest-retry.
pub(crate) fn wrap(error: Error) -> reqwest_middleware::Error {
    // With the next step, for programs that print only the outer error.
    let summary = format!("{error:#}");
    reqwest_middleware::Error::Middleware(anyhow::Error::new(error).context(summary))
}

/// Whether a gateway may have answered that it is overloaded or down. A retry layer must see such a status.
pub(crate) fn is_worth_a_retry(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

/// Whether two URLs are equal except for the fragment, which is never sent.
fn same_target(a: &Url, b: &Url) -> bool {
    as_sent(a) == as_sent(b)
}
