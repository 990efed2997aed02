//! Tells from the error of a call whether its request may have taken effect.

use std::error::Error as StdError;

use crate::error::{Effect, Error};

/// Tells from the error of a call whether its request may have taken effect. An error of this crate anywhere in the
/// chain says so itself ([`Error::effect`]). Of other errors, a connection that was never made and a request that could
/// not be built had no effect; for all others, the effect is unknown.
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
/// **It speaks of the last attempt only**, since a retry layer returns no other error. If the retry layer repeats
/// attempts that may have taken effect, an earlier attempt may have: let it repeat only attempts without effect, as
/// `examples/retry_without_effect.rs` does. Use a client that follows no redirects by itself, such as
/// [`client_builder`](crate::client_builder) makes: another client also reports "never connected" for the target of a
/// redirect.
#[must_use]
pub fn effect_of(error: &(dyn StdError + 'static)) -> Effect {
    match (Error::find(error), of_reqwest(error)) {
        (Some(known), _) => known.effect(),
        (None, Some(error)) if error.is_builder() || never_connected(error) => Effect::None,
        (None, _) => Effect::Unknown,
    }
}

/// The outermost error of reqwest. Both variants of `reqwest_middleware::Error` hide their content from `source`.
fn of_reqwest<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a reqwest::Error> {
    chain(error).find_map(|error| match error.downcast_ref() {
        Some(reqwest_middleware::Error::Reqwest(held)) => Some(held),
        Some(reqwest_middleware::Error::Middleware(held)) => held.downcast_ref(),
        None => error.downcast_ref(),
    })
}

/// Whether no connection was made for the request. The error of another connection, which its body was read from, lies
/// within another error of reqwest.
fn never_connected(error: &reqwest::Error) -> bool {
    error.is_connect() && !chain(error).skip(1).any(<dyn StdError + 'static>::is::<reqwest::Error>)
}

fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
