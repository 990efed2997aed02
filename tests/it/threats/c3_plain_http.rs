//! C3: credentials do not travel in clear, loopback excepted.

use countersign::fault::Kind;
use countersign::netgiro::Netgiro;
use countersign::scope::Scope;
use url::Url;

use crate::support::netgiro::{APP_KEY, SECRET};

const LOOPBACK: [&str; 6] = [
    "http://127.0.0.1",
    "http://127.0.0.1:8080",
    "http://127.8.9.1",
    "http://localhost",
    "http://LOCALHOST:1",
    "http://[::1]:1",
];

const BEYOND: [&str; 8] = [
    "http://proxy.example",
    "http://10.0.0.1",
    "http://0.0.0.0",
    "http://128.0.0.1",
    "http://[::2]",
    "http://[::ffff:7f00:1]",
    "http://localhost.example",
    "http://a.localhost",
];

#[test]
fn c3_plain_http_is_allowed_on_loopback_only() {
    for origin in LOOPBACK {
        Scope::new([origin]).unwrap().check(&Url::parse(origin).unwrap()).unwrap();
    }
    for origin in BEYOND {
        let error = Scope::new([origin]).unwrap_err();
        assert_eq!(error.code(), "plain-http", "{origin}");
        assert_eq!(error.kind(), Kind::Scope);
    }
}

#[test]
fn c3_only_the_dangerous_setting_lets_plain_http_leave_the_machine() {
    let netgiro = || Netgiro::new(APP_KEY, SECRET).unwrap();
    let sign = |provider: &Netgiro, url| provider.sign_http(&mut http::Request::get(url).body(()).unwrap());
    for origin in BEYOND {
        assert_eq!(netgiro().allow_origin(origin).unwrap_err().code(), "plain-http");
        let lax = netgiro().dangerous_allow_http().allow_origin(origin).unwrap();
        sign(&lax, origin).unwrap();
        // It opens the origins that were named, not the vendor's.
        assert_eq!(sign(&lax, "http://api.netgiro.is/").unwrap_err().code(), "origin-not-allowed");
    }
}
