//! Nothing of a key is in an answer of the proxy's own, on standard output or on standard error.

use super::support::{Proxy, Upstream, read_whole};
use crate::support::tool;

const KEY: &str = "canary-5a4db0c5-of-a-key";

#[test]
fn no_key_is_told() {
    // It hangs up on whoever calls.
    let upstream = Upstream::serving(|stream, request| *request = read_whole(stream));
    let providers = ["netvisor", "netgiro", "unleashed", "vizion"];
    let mut command = tool();
    for name in [
        "NETVISOR_CUSTOMER_KEY",
        "NETVISOR_PARTNER_KEY",
        "NETGIRO_SECRET_KEY",
        "UNLEASHED_API_KEY",
        "VIZION_API_KEY",
        "NETVISOR_SENDER",
        "NETVISOR_CUSTOMER_ID",
        "NETVISOR_PARTNER_ID",
        "NETVISOR_ORGANISATION_ID",
        "NETGIRO_APP_KEY",
        "UNLEASHED_API_ID",
    ] {
        command.env(name, KEY);
    }
    command.args(["proxy", "--json", "--listen", "127.0.0.1:0"]).args(providers);
    for name in providers {
        command.args(["--upstream", &format!("{name}={}", upstream.origin())]);
    }
    let proxy = Proxy::start_as(command);
    assert!(!proxy.addresses.to_string().contains(KEY));
    for name in providers {
        for (target, lines, status) in [
            ("/a", "", 502),
            ("/a/../b", "", 400),
            ("/a", "origin: http://evil.example\r\n", 403),
            ("x/a", "", 404),
        ] {
            let reply = proxy.get(&format!("/{name}{target}"), lines);
            assert_eq!(reply.status(), status, "{name}{target}");
            let told = [reply.head, String::from_utf8(reply.body).unwrap(), proxy.note()];
            assert!(!told.concat().contains("canary"), "{told:?}");
        }
    }
    let figures = String::from_utf8(proxy.get("/metrics", "").body).unwrap();
    assert!(figures.contains("code=\"transport\"") && !figures.contains("canary"), "{figures}");
}
