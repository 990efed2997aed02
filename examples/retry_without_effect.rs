//! Payments behind a retry layer: repeated only if the last attempt certainly had no effect.
//!
//! ```sh
//! cargo run --example retry_without_effect
//! ```

use std::net::TcpListener;
use std::time::Duration;

use countersign::{Effect, effect_of};
use countersign_sandbox::{Fault, Sandbox};
use reqwest::Response;
use reqwest_middleware::{ClientBuilder, Error};
use reqwest_retry::policies::ExponentialBackoff;
use reqwest_retry::{RetryTransientMiddleware, Retryable, RetryableStrategy};

/// Repeats a request whose connection was never made.
struct WithoutEffect;

impl RetryableStrategy for WithoutEffect {
    fn handle(&self, attempt: &Result<Response, Error>) -> Option<Retryable> {
        match attempt {
            // Whatever the status: the provider got the request, or a gateway did.
            Ok(_) => None,
            // The same request would be refused again.
            Err(error) if countersign::Error::find(error).is_some() => Some(Retryable::Fatal),
            Err(error) => Some(match effect_of(error) {
                Effect::None => Retryable::Transient,
                Effect::Done | Effect::Unknown => Retryable::Fatal,
            }),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    // A port at which nobody listens: the provider is down.
    let closed = format!("http://{}", TcpListener::bind("127.0.0.1:0")?.local_addr()?);

    let policy = ExponentialBackoff::builder()
        .retry_bounds(Duration::from_millis(10), Duration::from_millis(50))
        .build_with_max_retries(2);
    let client = ClientBuilder::new(countersign::client_builder().build()?)
        .with(RetryTransientMiddleware::new_with_policy_and_strategy(policy, WithoutEffect))
        .with(sandbox.netgiro().allow_origin(&closed)?)
        .build();
    let pay = |origin: &str| {
        let cart = r#"{"Amount":1000,"Reference":"991100-123","CustomerId":"8223281"}"#;
        client.post(format!("{origin}/v1/Checkout/InsertCart")).body(cart).send()
    };

    // Nothing was sent, three times: you may tell the customer so.
    let error = pay(&closed).await.err().ok_or("somebody listens")?;
    println!("no connection: {error}; effect: {:?}", effect_of(&error));
    assert_eq!(error.to_string(), "Request failed after 2 retries");
    assert_eq!(effect_of(&error), Effect::None);

    // The answer was lost on its way: the cart may be there, so it is not sent again.
    sandbox.inject_next(1, Fault::CutOff);
    let error = pay(sandbox.netgiro_url()).await.err().ok_or("the answer came through")?;
    println!("cut off: effect: {:?}, sent {} time(s)", effect_of(&error), sandbox.exchanges().len());
    assert_eq!((effect_of(&error), sandbox.exchanges().len()), (Effect::Unknown, 1));

    // The cart may also be there after a forged reply, and after a gateway's 503, which keeps its status.
    sandbox.inject_next(1, Fault::Tampered);
    let error = pay(sandbox.netgiro_url()).await.err().ok_or("a forged reply was handed on")?;
    println!("forged: effect: {:?}, sent {} time(s)", effect_of(&error), sandbox.exchanges().len() - 1);
    assert_eq!((effect_of(&error), sandbox.exchanges().len()), (Effect::Unknown, 2));

    sandbox.inject_next(1, Fault::Unavailable);
    let status = pay(sandbox.netgiro_url()).await?.status();
    println!("a gateway's {status}: sent {} time(s)", sandbox.exchanges().len() - 2);
    assert_eq!((status.as_u16(), sandbox.exchanges().len()), (503, 3));
    Ok(())
}
