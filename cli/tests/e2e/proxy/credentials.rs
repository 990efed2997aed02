//! Requirement 8: credentials that change without a restart.

use super::support::{OK, Proxy, Upstream, header};
use crate::support::tool;

#[test]
fn a_file_is_read_again_when_the_proxy_is_told() {
    let upstream = Upstream::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.env");
    let write = |text: &str| std::fs::write(&file, text).unwrap();
    write("VIZION_API_KEY=first");
    let mut command = tool();
    command.args(["proxy", "--listen", "127.0.0.1:0", "--json", "vizion", "--env-file"]).arg(&file);
    command.args(["--upstream", &format!("vizion={}", upstream.origin())]);
    let proxy = Proxy::start_as(command);
    let sent = || {
        assert_eq!(proxy.get("/vizion/a", "").status(), 200);
        header(&upstream.request(), "x-api-key").unwrap().to_owned()
    };
    assert_eq!(sent(), "first");
    write("VIZION_API_KEY=second");
    assert_eq!(sent(), "first");
    proxy.signal("HUP");
    assert_eq!(proxy.note(), "countersign: the credentials were read again");
    assert_eq!(sent(), "second");
    // What cannot be used takes no other's place.
    write("VIZION_API_KEY=");
    proxy.signal("HUP");
    assert!(proxy.note().contains("missing-variables"));
    assert_eq!(sent(), "second");
}
