//! Requests, as they are read to be signed.

use countersign::RequestRef;
use http::{Extensions, HeaderMap, Method};
use url::Url;

#[test]
fn an_http_request_is_signed_only_for_the_url_that_every_client_sends() {
    let code = |url: &str| {
        let request = http::Request::get(url).body(()).unwrap();
        RequestRef::from_http(&request)
            .map(|read| read.url_as_sent().to_owned())
            .map_err(|error| error.code())
    };
    for (url, sent) in [
        ("https://h", "https://h/"),
        ("HTTPS://h/", "https://h/"),
        ("https://h?a=1", "https://h/?a=1"),
        ("https://h/a?", "https://h/a?"),
        ("https://h:8443/a%2Fb?q=%2f#fragment", "https://h:8443/a%2Fb?q=%2f"),
        ("http://[::1]:1/", "http://[::1]:1/"),
    ] {
        assert_eq!(code(url).as_deref(), Ok(sent), "{url}");
    }
    for url in [
        "https://H/",
        "https://h:443/",
        "http://h:80/",
        "https://h:08443/",
        "http://127.1/",
        "http://[0:0::1]/",
        "https://h/a/./b",
        "https://h/?name=O'Neil",
    ] {
        assert_eq!(code(url), Err("url-not-normalised"), "{url}");
    }
    for url in ["/a", "h", "h:8080", "localhost:n"] {
        assert_eq!(code(url), Err("url-not-absolute"), "{url}");
    }
}

#[test]
fn a_request_is_read_as_it_is() {
    let request = http::Request::put("https://h/a").body(()).unwrap();
    let read = RequestRef::from_http(&request).unwrap();
    assert_eq!((read.method(), read.body().unwrap()), (&Method::PUT, &b""[..]));
    let request = http::Request::put("https://h/a").body("text").unwrap();
    assert_eq!(RequestRef::from_http(&request).unwrap().body().unwrap(), b"text");
}

#[test]
fn a_received_url_keeps_the_characters_that_arrived() {
    let (headers, extensions) = (HeaderMap::new(), Extensions::new());
    let text = "https://h/a?name=O'Neil&q=?";
    let url = Url::parse(text).unwrap();
    let sent = RequestRef::new(&Method::GET, &url, &headers, &extensions, b"");
    assert_eq!(sent.query_as_sent(), "name=O%27Neil&q=?");
    let received = sent.as_received(text);
    assert_eq!((received.url_as_sent(), received.query_as_sent()), (text, "name=O'Neil&q=?"));
}
