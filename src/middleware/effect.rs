//! Whether a request may have taken effect, told from the error that its call ended in.

use std::error::Error as StdError;

use crate::error::{Effect, Error};

/// Whether a request may have taken effect, told from the error of its call: this crate's, wherever it lies, says it by
/// itself ([`Error::effect`]); one of the connection passes through the middleware as it came. A connection that was never
/// made and a request that could not be built have had none; of everything else nothing is known.
///
/// ```no_run
/// # async fn pay(client: reqwest_middleware::ClientWithMiddleware, cart: String) -> anyhow::Result<()> {
/// use countersign::{Effect, effect_of};
///
/// let sent = client.post("https://api.netgiro.is/v1/Checkout/InsertCart").body(cart).send().await;
/// match sent.map_err(|error| effect_of(&error)) {
///     Ok(reply) => println!("{}", reply.status()),
///     Err(Effect::None) => println!("nothing was charged: it may be tried again"),
///     Err(Effect::Done | Effect::Unknown) => println!("ask for the state of the cart before anything else"),
/// }
/// # Ok(()) }
/// ```
///
/// **It speaks of the last attempt**, since a retry layer hands on no other error: where that layer repeats what may have
/// taken effect, an earlier attempt may have. Let it repeat only what had none, as `examples/retry_without_effect.rs` does.
/// And it takes a client that follows no redirects by itself, as those of [`client_builder`](crate::client_builder):
/// another one also calls a connection never made that a redirect led to.
#[must_use]
pub fn effect_of(error: &(dyn StdError + 'static)) -> Effect {
    match (Error::find(error), of_reqwest(error)) {
        (Some(known), _) => known.effect(),
        (None, Some(error)) if error.is_builder() || never_connected(error) => Effect::None,
        (None, _) => Effect::Unknown,
    }
}

/// The outermost error of reqwest's. Both variants of `reqwest_middleware::Error` hide what they hold from `source`.
fn of_reqwest<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a reqwest::Error> {
    chain(error).find_map(|error| match error.downcast_ref() {
        Some(reqwest_middleware::Error::Reqwest(held)) => Some(held),
        Some(reqwest_middleware::Error::Middleware(held)) => held.downcast_ref(),
        None => error.downcast_ref(),
    })
}

/// Whether no connection was made for the request. One that its body was to be read from is another's, and its error lies
/// within one of reqwest's own.
fn never_connected(error: &reqwest::Error) -> bool {
    error.is_connect() && !chain(error).skip(1).any(<dyn StdError + 'static>::is::<reqwest::Error>)
}

fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
