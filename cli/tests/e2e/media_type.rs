//! What a body is sent as, by `send`, and as `sign` and `explain` tell it.

use std::process::Command;

use crate::receiver::Receiver;
use crate::support::{VARIABLES, run, tool};

/// The content-type of a request off the wire; none is an empty text.
fn content_type(request: &[u8]) -> String {
    let head = std::str::from_utf8(request).unwrap().split("\r\n\r\n").next().unwrap();
    let values: Vec<_> = head.lines().filter_map(|line| line.strip_prefix("content-type: ")).collect();
    values.join(" and ")
}

#[test]
fn a_body_is_sent_as_what_it_is() {
    let xml = "<Root/>";
    for (provider, arguments, expected) in [
        ("netgiro", &["--data", r#"{"Amount":1}"#][..], "application/json"),
        ("netgiro", &["--data", xml], "application/xml"),
        ("netgiro", &["--data", "\u{feff}\n <Root/>"], "application/xml"),
        ("netgiro", &["--data", xml, "-H", "Content-Type: text/xml"], "text/xml"),
        ("vizion", &["--data", "{}"], "application/json"),
        ("unleashed", &["--data", "{}"], "application/json"),
        ("unleashed", &["--data", xml, "-H", "content-type: application/xml"], "application/xml"),
        ("netvisor", &["--data", xml], "text/plain"),
    ] {
        let receiver = Receiver::answering([200]);
        let told = |verb: &str, more: &[&str]| {
            let mut command: Command = tool();
            command.args([verb, provider, "POST", &receiver.url, "--allow-origin", receiver.origin()]);
            run(command.args(arguments).args(more).envs(VARIABLES))
        };
        let signed = told("sign", &["--json"]);
        assert_eq!(signed.json()["headers"]["content-type"], expected, "{provider} {arguments:?}");
        let curl = told("sign", &["--output", "curl"]).stdout;
        assert!(curl.contains(&format!("--header 'content-type: {expected}'")), "{curl}");
        assert_eq!(curl.matches("content-type").count(), 1, "{curl}");

        let explained = told("explain", &["--json"]).json();
        let headers = explained["explanation"]["headers"].as_array().unwrap();
        let own = headers.iter().find(|header| header["name"] == "content-type");
        let text = own.map_or(&explained["content_type"], |header| &header["text"]);
        assert_eq!(text, expected, "{provider} {arguments:?}: {explained}");
        let words = told("explain", &[]).stdout;
        assert!(words.contains(&format!("  \"{expected}\"\n")), "{words}");

        told("send", &[]);
        assert_eq!(content_type(&receiver.deliveries()[0]), expected, "{provider} {arguments:?}");
    }
}

#[test]
fn without_a_body_there_is_no_type() {
    for arguments in [&[][..], &["--data", ""]] {
        let mut command = tool();
        command.args(["sign", "vizion", "POST", "https://prod.vizionapi.com/references", "--json"]);
        let signed = run(command.args(arguments).envs(VARIABLES));
        assert_eq!(
            signed.json()["headers"],
            serde_json::json!({ "x-api-key": "$VIZION_API_KEY" }),
            "{arguments:?}"
        );
    }
}
