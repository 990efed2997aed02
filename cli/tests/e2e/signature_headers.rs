//! `-H`: headers of one's own.

use std::process::Command;

use crate::support::{Ran, VARIABLES, run, tool};

const PROVIDERS: [(&str, &str); 4] = [
    ("netvisor", "https://integration.netvisor.fi/customerlist.nv"),
    ("netgiro", "https://api.netgiro.is/v1/sales"),
    ("unleashed", "https://api.unleashedsoftware.com/Customers"),
    ("vizion", "https://prod.vizionapi.com/references"),
];

fn with_header(verb: &str, (provider, url): (&str, &str), header: &str, more: &[&str]) -> Ran {
    let mut command: Command = tool();
    command.args([verb, provider, "GET", url, "--json", "-H", header]).args(more);
    run(command.envs(VARIABLES))
}

/// The list of each provider's headers is what `sign` prints, so that one that the library adds is missed here.
#[test]
fn a_header_that_the_provider_sets_is_refused_by_its_name() {
    for provider in PROVIDERS {
        let signed = with_header("sign", provider, "x-mine: 1", &[]).json()["headers"].clone();
        assert_eq!(signed["x-mine"], "1");
        let own: Vec<_> = signed.as_object().unwrap().keys().collect();
        for name in
            own.into_iter().filter(|name| !["x-mine", "accept", "content-type"].contains(&name.as_str()))
        {
            for verb in ["sign", "explain", "send"] {
                let refused = with_header(verb, provider, &format!("{}: canary", name.to_uppercase()), &[]);
                assert_eq!((refused.code, refused.error_code().as_str()), (2, "usage"), "{verb} {name}");
                assert!(refused.stderr.contains(&format!("-H {name}: ")), "{}", refused.stderr);
                assert!(!(refused.stdout + &refused.stderr).contains("canary"), "{name}");
            }
        }
    }
}

#[test]
fn what_the_provider_leaves_open_is_yours() {
    let [netvisor, _, unleashed, _] = PROVIDERS;
    let media_type = with_header("sign", unleashed, "Accept: application/xml", &[]);
    assert_eq!(media_type.json()["headers"]["accept"], "application/xml");
    let name = "x-netvisor-authentication-usehttpresponsestatuscodes";
    let signed = with_header("sign", netvisor, &format!("{name}: 1"), &["--algorithm", "sha256"]);
    assert_eq!(signed.json()["headers"][name], "1");
}

#[test]
fn a_header_that_cannot_be_read_is_never_quoted() {
    for (header, message) in [
        ("X-API-Key canary", "the header of -H number 1 is not NAME: VALUE"),
        ("canary x: 1", "the header of -H number 1 is not NAME: VALUE"),
        ("x-mine: can\u{7}ary canary", "-H x-mine: the value has a character that no header may have"),
    ] {
        let refused = with_header("sign", PROVIDERS[3], header, &[]);
        assert_eq!((refused.code, refused.error_code().as_str()), (2, "usage"), "{header}");
        assert!(refused.stderr.contains(message) && !refused.stderr.contains("canary"), "{}", refused.stderr);
    }
}
