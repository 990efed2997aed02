//! What a careful user would write instead of using the crate: one middleware or handler for each provider, as plain as
//! possible. None has a scope, a memory of nonces, a limit, or an error with a type.

pub mod netgiro;
pub mod netvisor;
pub mod unleashed;
pub mod vizion;

use std::time::{SystemTime, UNIX_EPOCH};

use http::HeaderValue;
use http::header::InvalidHeaderValue;

fn value(text: impl TryInto<HeaderValue, Error = InvalidHeaderValue>) -> anyhow::Result<HeaderValue> {
    Ok(text.try_into()?)
}

fn nanos_since_1970() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos()
}

fn millis_since_1970(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
}

#[cfg(test)]
mod tests {
    use countersign::netgiro;
    use countersign::netvisor::{Language, MacAlgorithm, Stamp, TransactionId};
    use http::{Extensions, HeaderMap};
    use reqwest::{Request, Response};
    use reqwest_middleware::{Middleware, Next, Result};

    use crate::client::runtime;
    use crate::subjects::{self, NETGIRO_URL, NETVISOR_URL, UNLEASHED_URL};

    /// Answers with the headers of the request: the code by hand cannot tell them from a reply's.
    struct Echo;

    #[async_trait::async_trait]
    impl Middleware for Echo {
        async fn handle(&self, request: Request, _: &mut Extensions, _: Next<'_>) -> Result<Response> {
            let mut reply = http::Response::new("");
            *reply.headers_mut() = request.headers().clone();
            Ok(reply.into())
        }
    }

    fn sent_by(middleware: impl Middleware, url: &str) -> HeaderMap {
        let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new());
        let sent = client.with(middleware).with(Echo).build().get(url).send();
        runtime().unwrap().block_on(sent).unwrap().headers().clone()
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        let mut names: Vec<_> = headers.keys().map(http::HeaderName::as_str).collect();
        names.sort_unstable();
        names
    }

    /// The compared clients must do the same work.
    #[test]
    fn what_is_written_by_hand_sends_what_the_crate_sends() {
        assert_eq!(sent_by(subjects::unleashed_by_hand(), UNLEASHED_URL), subjects::unleashed().headers());

        let (sent, subject) = (sent_by(subjects::netgiro_by_hand(), NETGIRO_URL), subjects::netgiro(0));
        assert_eq!(names(&sent), names(&subject.headers()));
        let stamp = netgiro::Stamp::with_nonce(sent["netgiro_nonce"].to_str().unwrap()).unwrap();
        assert_eq!(sent["netgiro_signature"], &*subject.signature(&stamp).expose_text());

        let sent = sent_by(subjects::netvisor_by_hand(), NETVISOR_URL);
        let subject = subjects::netvisor(MacAlgorithm::HmacSha256);
        assert_eq!(names(&sent), names(&subject.headers()));
        let text = |name: &str| sent[&*format!("x-netvisor-authentication-{name}")].to_str().unwrap();
        let id = TransactionId::new(text("transactionid")).unwrap();
        let unix = text("timestampunix").parse().unwrap();
        let stamp = Stamp::given(text("timestamp"), unix, id, Language::Fi).unwrap();
        assert_eq!(text("mac"), subject.signature(&stamp).expose_text());
    }

    #[test]
    fn what_is_written_by_hand_refuses_another_body() {
        let (mut delivery, other) = (subjects::vizion(64), subjects::vizion(65));
        delivery.verify_by_hand().unwrap();
        delivery.body = other.body;
        assert!(delivery.verify_by_hand().is_err());
    }
}
