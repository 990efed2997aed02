//! What Unleashed's and Vizion's statuses mean.

use countersign::{unleashed, vizion};
use http::StatusCode;
use url::Url;

const ENCODING: &str = "the query has characters that may be percent-encoded or not";
const ORDER: &str = "the parameters may have been re-ordered on the way";
const CREDENTIALS: &str = "the API id or key may be wrong or revoked";

fn causes(url: &str) -> Vec<String> {
    let error = unleashed::refusal(StatusCode::FORBIDDEN, &Url::parse(url).unwrap()).unwrap();
    let text = error.to_string();
    let causes =
        text.strip_prefix("unleashed: the signature was not accepted (403); likely causes: ").unwrap();
    causes.split("; ").map(str::to_owned).collect()
}

#[test]
fn causes_follow_the_query() {
    assert_eq!(causes("https://h/Customers"), [CREDENTIALS]);
    assert_eq!(causes("https://h/Customers?a=1&b=2"), [ORDER, CREDENTIALS]);
    assert_eq!(causes("https://h/Customers?mail=a%40b"), [ENCODING, CREDENTIALS]);
    assert!(unleashed::refusal(StatusCode::OK, &Url::parse("https://h/").unwrap()).is_none());
}

#[test]
fn the_two_statuses_mean_the_reverse_of_the_usual() {
    let code = |status| vizion::refusal(status).map(|error| error.code());
    assert_eq!(code(StatusCode::UNAUTHORIZED), Some("vizion-no-permission"));
    assert_eq!(code(StatusCode::FORBIDDEN), Some("vizion-no-valid-key"));
    assert_eq!(code(StatusCode::OK), None);
}
