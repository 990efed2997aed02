//! Requirement 3: where a request goes is settled when the proxy is started.

use super::support::{OK, Proxy, Upstream, header};

#[test]
fn no_path_leads_to_another_host() {
    let upstream = Upstream::answering(OK);
    let proxy = Proxy::to("vizion", &upstream);
    for (path, sent) in [
        ("/vizion//evil.example/a", "//evil.example/a"),
        ("/vizion/@evil.example/", "/@evil.example/"),
        ("/vizion/http://evil.example/", "/http://evil.example/"),
    ] {
        assert_eq!(proxy.get(path, "").status(), 200, "{path}");
        let request = upstream.request();
        assert!(request.starts_with(&format!("GET {sent} HTTP/1.1\r\n")), "{request}");
        assert_eq!(header(&request, "host"), Some(&*upstream.host()));
    }
    for path in
        ["/vizion@evil.example/", "/vizion.evil.example/", "/vizion:80/", "/unleashed/", "/", "/Vizion/a"]
    {
        assert_eq!(proxy.get(path, "").refused(), (404, "proxy-provider"), "{path}");
    }
    assert_eq!(upstream.others(), 0);
}

#[test]
fn each_provider_has_its_own_upstream_and_headers() {
    let (vizion, unleashed) = (Upstream::answering(OK), Upstream::answering(OK));
    let [of_vizion, of_unleashed] =
        [("vizion", &vizion), ("unleashed", &unleashed)].map(|(name, to)| format!("{name}={}", to.origin()));
    let arguments = ["unleashed", "vizion", "--upstream", &of_vizion, "--upstream", &of_unleashed];
    let proxy = Proxy::start(&arguments);
    assert_eq!(proxy.addresses["upstreams"]["vizion"], vizion.origin());
    for (path, upstream, signed) in
        [("/vizion/a", &vizion, "x-api-key"), ("/unleashed/a", &unleashed, "api-auth-signature")]
    {
        assert_eq!(proxy.get(path, "").status(), 200);
        let request = upstream.request();
        let is_signed = |name| header(&request, name).is_some();
        assert!(request.starts_with("GET /a HTTP/1.1\r\n") && is_signed(signed), "{request}");
        assert_ne!(is_signed("x-api-key"), is_signed("api-auth-signature"));
    }
    assert_eq!(vizion.others() + unleashed.others(), 0);
}
