//! What cannot be proxied is told before anybody is listened to.

use std::os::unix::fs::PermissionsExt as _;

use super::support::{Proxy, refusal};
use crate::support::{VARIABLES, tool};

fn error_code(arguments: &[&str]) -> String {
    let mut command = tool();
    command.envs(VARIABLES).args(["proxy", "--json"]).args(arguments);
    refusal(command)
}

#[test]
fn what_signs_listens_on_this_machine_alone() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:4100"] {
        assert_eq!(error_code(&["vizion", "--listen", address]), "proxy-beyond-loopback", "{address}");
    }
}

#[test]
fn a_provider_is_named_once() {
    assert_eq!(error_code(&["vizion", "netgiro", "vizion"]), "proxy-name-taken");
}

#[test]
fn an_upstream_is_where_credentials_may_go() {
    for (origin, code) in [
        ("http://vizion.example", "plain-http"),
        ("https://vizion.example/path", "invalid-origin"),
        ("https://user@vizion.example", "invalid-origin"),
        ("vizion.example", "invalid-origin"),
    ] {
        assert_eq!(error_code(&["vizion", "--upstream", &format!("vizion={origin}")]), code, "{origin}");
    }
    assert_eq!(error_code(&["vizion", "--upstream", "netgiro=https://a.example"]), "usage");
}

#[test]
fn credentials_that_are_missing_are_named() {
    let mut command = tool();
    command.args(["proxy", "--json", "vizion"]);
    assert_eq!(refusal(command), "missing-variables");
}

#[test]
fn a_socket_takes_no_file_s_place() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sock");
    let address = format!("unix:{}", path.display());
    std::fs::write(&path, "precious").unwrap();
    assert_eq!(error_code(&["vizion", "--listen", &address]), "usage");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    std::fs::remove_file(&path).unwrap();
    // Nor that of another proxy, while it runs.
    let mut command = tool();
    command.envs(VARIABLES).args(["proxy", "--json", "vizion", "--listen", &address]);
    let proxy = Proxy::start_as(command);
    assert_eq!(error_code(&["vizion", "--listen", &address]), "usage");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    drop(proxy);
    // Killed, it has left its socket behind.
    let mut command = tool();
    command.envs(VARIABLES).args(["proxy", "--json", "vizion", "--listen", &address]);
    let proxy = Proxy::start_as(command);
    proxy.signal("TERM");
    assert!(proxy.ended().success());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_path_of_the_proxys_own_is_no_providers() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["healthz", "metrics", "acme"] {
        let file = directory.path().join(format!("{name}.toml"));
        let text = format!(
            "name = \"{name}\"\norigins = [\"https://api.acme.example\"]\ncredentials = {{ secret = \"secret\" }}\n\
             [let]\nsignature = {{ text = \"{{method}}{{body}}\", mac = \"sha256\", as = \"hex\" }}\n\
             [send.header]\nx-signature = \"{{signature}}\"\n"
        );
        std::fs::write(&file, text).unwrap();
        let mut command = tool();
        command
            .env(format!("{}_SECRET", name.to_uppercase()), "a secret")
            .args(["proxy", "--json", "--listen"]);
        command.arg("127.0.0.1:0").arg(&file);
        if name == "acme" {
            assert_eq!(Proxy::start_as(command).addresses["upstreams"]["acme"], "https://api.acme.example");
        } else {
            assert_eq!(refusal(command), "proxy-name-taken", "{name}");
        }
    }
}
