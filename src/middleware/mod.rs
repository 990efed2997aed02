//! The reqwest-middleware adapter: gathers what the core needs, calls it, applies the result in one step.
//!
//! Order matters. From the outside in: tracing, cache, retry, signer. A retry layer outside the signer has each attempt
//! signed anew; inside, one nonce would be sent again and again.
//!
//! To the provider each attempt is a request of its own, also that of a `POST` whose answer was lost: for what must not happen
//! twice, have the retry layer repeat only what had no effect, which [`effect_of`] tells.

mod body;
mod client;
mod effect;
mod redirect;
mod replies;
mod signer;
mod status;

use std::ops::ControlFlow;
use std::pin::Pin;
use std::time::Duration;

use http::{Extensions, StatusCode};
use reqwest::{Request, Response};
use reqwest_middleware::{Next, Result};
use url::Url;

#[cfg(feature = "netvisor")]
pub(crate) use body::put_back;
#[cfg(feature = "netgiro")]
pub(crate) use body::{hint_with, read_reply, rebuild, wrap_body};
pub use client::client_builder;
pub use effect::effect_of;
#[cfg(feature = "netgiro")]
pub(crate) use redirect::redirect_origin;
pub(crate) use replies::{Replies, Unjudged};
pub use signer::Signer;
#[cfg(any(feature = "netvisor", feature = "unleashed", feature = "vizion"))]
pub use status::ErrorStatus;
#[cfg(any(feature = "netvisor", feature = "unleashed", feature = "vizion"))]
pub(crate) use status::error_for_status;
#[cfg(feature = "netgiro")]
pub(crate) use status::skew_note;

use crate::error::{Code, Effect, Error};
use crate::signing::{Provider, RequestRef, as_sent, prepare_url, sign_in_scope};
use redirect::{Hop, RedirectFault};

pub(crate) const CODES: [&[(Code, &str)]; 3] =
    [body::StreamFault::CODES, RedirectFault::CODES, status::Answer::CODES];

/// Attach this to a request to send it without a signature: it then carries nothing of ours, wherever it goes. **Its reply
/// is not verified** and carries no verdict.
///
/// ```no_run
/// # async fn run(client: reqwest_middleware::ClientWithMiddleware) -> reqwest_middleware::Result<()> {
/// client.get("https://api.netgiro.is/status").with_extension(countersign::Unsigned).send().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Unsigned;

/// How a provider's requests are sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transport {
    /// Requests to other origins are passed on unsigned instead of being refused.
    pub(crate) pass_other_origins: bool,
    /// How many same-origin redirects are followed, each hop signed anew.
    pub(crate) redirect_limit: usize,
    /// How much of a stream is buffered so that it can be signed; `None` leaves streams to the provider.
    pub(crate) stream_limit: Option<usize>,
    /// The time-out of a signed request that has none of its own; `None` leaves it to the client.
    pub(crate) timeout: Option<Duration>,
}

/// A response, and the URL of the request that it answers with what was kept of it: `None` where there is nothing more to
/// judge.
pub(crate) type Answered<K> = (Response, Option<(Url, K)>);

/// Signs and sends a request, and follows the redirects that it may follow.
///
/// A future is as large as the largest thing that it may ever wait for, and one above 1 KiB costs more to allocate and to
/// move than a signature does. So what happens rarely is boxed, and the request is not borrowed here, which would have it
/// kept twice.
pub(crate) async fn exchange<P: Provider, R: Replies<P>>(
    provider: &P,
    replies: &R,
    transport: &Transport,
    request: Request,
    extensions: &mut Extensions,
    next: Next<'_>,
) -> Result<Answered<R::Kept>> {
    // First of all, so that nothing is buffered for a request that is refused.
    let (mut request, is_to_be_signed) = decide(provider, transport, request, extensions)?;
    if !is_to_be_signed {
        return Ok((next.run(request, extensions).await?, None));
    }
    if transport.timeout.is_some() && request.timeout().is_none() {
        *request.timeout_mut() = transport.timeout;
    }
    if transport.stream_limit.is_some() || transport.redirect_limit > 0 {
        return Box::pin(exchange_in_steps(provider, replies, transport, request, extensions, next)).await;
    }
    let signed = sign_and_run(provider, replies, request, extensions, next);
    let (answer, url, kept) = signed.map_err(into_middleware_error)?;
    let response = check_answer(provider, &url, answer.await)?;
    Ok((response, Some((url, kept))))
}

/// The request, and whether it is signed or passed on as it is.
fn decide<P: Provider>(
    provider: &P,
    transport: &Transport,
    request: Request,
    extensions: &Extensions,
) -> Result<(Request, bool)> {
    if extensions.get::<Unsigned>().is_some() {
        return Ok((request, false));
    }
    match provider.scope().check(request.url()) {
        Ok(()) => Ok((request, true)),
        Err(_) if transport.pass_other_origins => {
            provider.scope().check_passing_on(request.url()).map_err(|error| refuse(provider, error))?;
            Ok((request, false))
        }
        Err(error) => Err(refuse(provider, error)),
    }
}

/// The answer that is under way, the URL that it comes from, and what of the signed request it is judged by.
type UnderWay<'a, K> = (Pin<Box<dyn Future<Output = Result<Response>> + Send + 'a>>, Url, K);

/// Signs a request whose URL is in the scope, and hands it on.
fn sign_and_run<'a, P: Provider, R: Replies<P>>(
    provider: &P,
    replies: &R,
    mut request: Request,
    extensions: &'a mut Extensions,
    next: Next<'a>,
) -> std::result::Result<UnderWay<'a, R::Kept>, Error> {
    prepare_url(provider, request.url_mut());
    let signed = sign_in_scope(provider, &outgoing(&request, extensions))?;
    let kept = replies.keep(&signed);
    signed.apply(request.headers_mut());
    let mut url = request.url().clone();
    // Neither sent nor, by reqwest, kept in the answer.
    url.set_fragment(None);
    Ok((next.run(request, extensions), url, kept))
}

/// As [`exchange`], of a request that is in the scope, with its body buffered first, and redirects within the origin
/// followed, each hop signed anew.
async fn exchange_in_steps<P: Provider, R: Replies<P>>(
    provider: &P,
    replies: &R,
    transport: &Transport,
    mut request: Request,
    extensions: &mut Extensions,
    next: Next<'_>,
) -> Result<Answered<R::Kept>> {
    if let Some(limit) = transport.stream_limit {
        body::buffer(&mut request, limit).await?.map_err(|error| refuse(provider, error))?;
    }
    let follows = transport.redirect_limit > 0;
    for hops_left in (0..=transport.redirect_limit).rev() {
        // Of a later hop's error the fault alone does not tell the effect: the request before it was sent.
        let is_first = hops_left == transport.redirect_limit;
        let placed = |error: Error| if is_first { error } else { error.with_effect(Effect::Unknown) };
        let unsigned = if follows { request.try_clone() } else { None };
        let signed = sign_and_run(provider, replies, request, extensions, next.clone());
        let (answer, url, kept) = signed.map_err(|error| into_middleware_error(placed(error)))?;
        let answer = answer.await;
        let answer = if is_first { answer } else { answer.map_err(|error| not_sent_on(provider, error)) };
        let response = check_answer(provider, &url, answer)?;
        let hop = if follows { Hop::of(&response, &url) } else { None };
        let Some(hop) = hop else { return Ok((response, Some((url, kept)))) };
        request = hop.apply(unsigned, &url, hops_left).map_err(|error| refuse(provider, error))?;
        if let ControlFlow::Break(response) = replies.vouch(url, kept, response).await? {
            return Ok((response, None));
        }
        // The next hop is within the origin, but may carry user information.
        let checked = provider.scope().check(request.url());
        checked.map_err(|error| refuse(provider, error.with_effect(Effect::Unknown)))?;
    }
    Err(refuse(provider, Error::new(RedirectFault::TooMany)))
}

/// The error of a later hop. One that says that nothing was sent would speak of the request before it, too.
fn not_sent_on<P: Provider>(provider: &P, error: reqwest_middleware::Error) -> reqwest_middleware::Error {
    match error {
        reqwest_middleware::Error::Reqwest(cause) if effect_of(&cause) == Effect::None => {
            refuse(provider, Error::new(RedirectFault::Unreachable).with_source(cause.without_url()))
        }
        error => error,
    }
}

/// The answer to a request to `signed`, unless the client went on to somewhere else with it.
fn check_answer<P: Provider>(provider: &P, signed: &Url, answer: Result<Response>) -> Result<Response> {
    let response = answer.map_err(|error| match redirect::exposed_by_failure(signed, error) {
        Ok(exposed) => refuse(provider, exposed),
        Err(error) => error,
    })?;
    redirect::check_final_url(signed, response.url()).map_err(|error| refuse(provider, error))?;
    Ok(response)
}

fn refuse<P: Provider>(provider: &P, error: Error) -> reqwest_middleware::Error {
    into_middleware_error(error.in_provider(provider.name()))
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
    tracing::debug!(provider = error.provider(), code = error.code(), "refused");
    wrap(error)
}

/// Wraps an error so that [`Error::find`] finds it again, also through reqwest-retry.
pub(crate) fn wrap(error: Error) -> reqwest_middleware::Error {
    // The next step too: a program that prints the outer error only has no other chance to say it.
    let summary = format!("{error:#}");
    reqwest_middleware::Error::Middleware(anyhow::Error::new(error).context(summary))
}

/// Whether a gateway may have answered that it is overloaded or down: a status that a retry layer must get to see.
pub(crate) fn is_worth_a_retry(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

/// Whether two URLs are one request target: equal but for the fragment, which is never sent.
fn same_target(a: &Url, b: &Url) -> bool {
    as_sent(a) == as_sent(b)
}
