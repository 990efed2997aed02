//! What Unleashed's and Vizion's statuses mean.

use countersign::{unleashed, vizion};
use http::StatusCode;
use url::Url;

fn causes(url: &str) -> Vec<unleashed::Cause> {
    let error = unleashed::refusal(StatusCode::FORBIDDEN, &Url::parse(url).unwrap()).unwrap();
    error.fault::<unleashed::Refusal>().unwrap().causes().to_vec()
}

#[test]
fn causes_follow_the_query() {
    assert_eq!(causes("https://h/Customers"), [unleashed::Cause::Credentials]);
    assert_eq!(
        causes("https://h/Customers?a=1&b=2"),
        [unleashed::Cause::ParameterOrder, unleashed::Cause::Credentials]
    );
    assert_eq!(
        causes("https://h/Customers?mail=a%40b"),
        [unleashed::Cause::Encoding, unleashed::Cause::Credentials]
    );
    assert!(unleashed::refusal(StatusCode::OK, &Url::parse("https://h/").unwrap()).is_none());
}

#[test]
fn the_two_statuses_mean_the_reverse_of_the_usual() {
    let code = |status| vizion::refusal(status).map(|error| error.code());
    assert_eq!(code(StatusCode::UNAUTHORIZED), Some("vizion-no-permission"));
    assert_eq!(code(StatusCode::FORBIDDEN), Some("vizion-no-valid-key"));
    assert_eq!(code(StatusCode::OK), None);
}
