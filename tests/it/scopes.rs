//! Where credentials may go.

use countersign::scope::Scope;
use url::Url;

#[test]
fn an_allowed_host_in_clear_is_told_from_another_host() {
    let scope = Scope::new(["https://a.example", "http://127.0.0.1:1"]).unwrap();
    for (url, code, next_step) in [
        ("http://a.example/", "plain-http", "Use https"),
        ("http://a.example:8080/", "plain-http", "Use https"),
        ("http://b.example/", "origin-not-allowed", "If the host is"),
        ("https://b.example/", "origin-not-allowed", "If the host is"),
        ("ftp://a.example/", "origin-not-allowed", "If the host is"),
        ("http://127.0.0.1:2/", "origin-not-allowed", "If the host is"),
    ] {
        let error = scope.check(&Url::parse(url).unwrap()).unwrap_err();
        assert_eq!(error.code(), code, "{url}");
        assert!(error.next_step().starts_with(next_step), "{url}");
    }
}

#[test]
fn origins_are_listed_in_the_order_in_which_they_were_allowed() {
    let scope = Scope::new(["https://a.example:443", "https://b.example:8443", "http://[::1]:1"]).unwrap();
    let expected = ["https://a.example", "https://b.example:8443", "http://[::1]:1"];
    assert!(scope.origins().eq(expected));
}
