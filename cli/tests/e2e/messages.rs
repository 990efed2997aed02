//! `verify --message`: what people hand over as a captured message.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::support::{Ran, run_with_input, tool};

const HEADERS: &str = "host: h\r\nx-unleashed-timestamp: 1705312800\r\n\
    x-unleashed-signature: EcfN/BKQoaiDVkUaorogHXdsD3q+aJchRgOiQmTFXe8=\r\n\r\n{\"a\":1}";

fn verify(message: &str) -> Ran {
    verify_bytes(message.as_bytes())
}

fn verify_bytes(message: &[u8]) -> Ran {
    let mut command = tool();
    command.args(["verify", "unleashed", "--message", "-", "--at", "1705312801", "--json"]);
    run_with_input(command.env("UNLEASHED_WEBHOOK_KEY", "signing key"), message)
}

fn verify_reply(message: &str) -> Ran {
    let mut command = tool();
    command.args(["verify", "netgiro-reply", "--message", "-", "--url", "https://api.netgiro.is/", "--json"]);
    command.envs([("NETGIRO_APP_KEY", "app"), ("NETGIRO_SECRET_KEY", "a secret")]);
    run_with_input(&mut command, message.as_bytes())
}

#[test]
fn what_tools_change_of_a_message_is_read_all_the_same() {
    for first_line in
        ["POST /hook HTTP/1.1", "\u{feff}POST /hook HTTP/1.1", "POST /hook HTTP/2", "POST /hook HTTP/2.0"]
    {
        let verdict = verify(&format!("{first_line}\r\n{HEADERS}"));
        assert_eq!(verdict.code, 0, "{first_line}: {}{}", verdict.stdout, verdict.stderr);
    }
    let utf_16: Vec<u8> = format!("\u{feff}POST /hook HTTP/1.1\r\n{HEADERS}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(verify_bytes(&utf_16).code, 0);
    let reply = "\u{feff}HTTP/2.0 200 OK\r\nnetgiro_nonce: 7\r\n\r\n{}";
    assert_eq!(verify_reply(reply).json()["code"], "reply-signature-missing");
}

#[test]
fn what_is_no_such_message_is_told_what_it_is() {
    for (message, told) in [
        (format!("HTTP/1.1 200 OK\r\n{HEADERS}"), "it is a response"),
        (HEADERS.to_owned(), "its first line is missing"),
        (
            "* Connected to h\r\n> POST /hook HTTP/1.1\r\n> Content-Length: 7\r\n> \r\n".to_owned(),
            "the body is not in what `curl -v` prints",
        ),
        ("{\"a\":1}".to_owned(), "it is JSON alone, as of a body"),
        ("{\"log\":{\"entries\":[]}}".to_owned(), "it is a HAR file"),
        ("HTTP_HOST: h\nHTTP_X_UNLEASHED_TIMESTAMP: 1\n".to_owned(), "the names that CGI gives them"),
        ("POST / HTTP/1.1\nHTTP_X_UNLEASHED_TIMESTAMP: 1\n\n".to_owned(), "the names that CGI gives them"),
        ("curl https://h/ -d 1".to_owned(), "it is a curl command"),
        ("fetch(\"https://h/\", {".to_owned(), "it is a call of fetch in JavaScript"),
        ("Invoke-WebRequest -Uri \"https://h/\"".to_owned(), "it is a command of PowerShell"),
        ("<a/>".to_owned(), "it is XML alone, as of a body"),
        ("\t0x0000:  4500 003c 1c46 4000".to_owned(), "it is packets, as tcpdump prints them"),
        (
            "12:20:00.1 IP a.1 > b.80: Flags [P.]\n\t0x0000:  4500 003c".to_owned(),
            "it is packets, as tcpdump prints them",
        ),
        ("Host: h\r\nX-Unleashed-Timestamp: 1\r\n".to_owned(), "its first line is missing"),
        (
            "Request URL\nhttps://h/hook\nRequest Method\nPOST\n".to_owned(),
            "it is a table of the browser's tools",
        ),
        (
            "== Info: Connected\n=> Send header, 9 bytes\n0000: POST /".to_owned(),
            "`curl --trace-ascii` prints",
        ),
        (BASE64.encode(format!("POST /hook HTTP/1.1\r\n{HEADERS}")), "it is base64"),
        ("PK\u{3}\u{4}\0\0\0".to_owned(), "it is compressed"),
        ("%PDF-1.7\n".to_owned(), "it is a picture or a document"),
        ("Array\n(\n    [HTTP_HOST] => h\n)".to_owned(), "it is what PHP prints of an array"),
        ("array (\n  'HTTP_HOST' => 'h',\n)".to_owned(), "it is what PHP prints of an array"),
        ("array(1) {\n  [\"HTTP_HOST\"]=>\n".to_owned(), "it is what PHP prints of an array"),
        ("{\"host\":\"h\",\"x-unleashed-timestamp\":\"1\"}".to_owned(), "it is JSON with headers in it"),
        ("{\"data\":[{\"headers\":{\"a\":[\"b\"]}}]}".to_owned(), "it is JSON with headers in it"),
        (
            "{\"info\":{\"schema\":\"https://schema.getpostman.com/json\"}}".to_owned(),
            "it is a collection of Postman's",
        ),
        ("wget --post-data=1 https://h/".to_owned(), "it is a command of wget"),
        ("http POST h/hook a=1".to_owned(), "it is a command of HTTPie"),
        (
            "1.2.3.4 - - [27/Nov/2025:12:20:00 +0000] \"POST /hook HTTP/1.1\" 200 2 \"-\" \"x\"".to_owned(),
            "it is a line of a server's log",
        ),
        (format!(":method: POST\r\n:path: /hook\r\n{HEADERS}"), "it has pseudo-headers of HTTP/2"),
        (String::new(), "it is empty"),
    ] {
        assert_told(&verify(&message), told);
    }
    for packed in [&b"\x1f\x8b\x08\0"[..], b"\x28\xb5\x2f\xfd\0"] {
        assert_told(&verify_bytes(packed), "it is compressed");
    }
    assert_told(&verify_bytes(b"\x89PNG\r\n\x1a\n"), "it is a picture or a document");
    assert_told(
        &verify_bytes(b"\xd4\xc3\xb2\xa1\x02\0\x04\0"),
        "it is packets, as tcpdump and Wireshark save them",
    );
    // `verify` has no --curl: it says who has.
    assert_told(&verify("curl https://h/"), "Hand it over to `explain` or `infer` with --curl @FILE");
    for (message, told) in [
        (format!("GET / HTTP/1.1\r\n{HEADERS}"), "it is a request"),
        (format!("GET / HTTP/2\r\n{HEADERS}"), "it is a request"),
        (HEADERS.to_owned(), "its first line is missing"),
        (format!("< HTTP/1.1 200 OK\r\n< {HEADERS}"), "it is what `curl -v` prints"),
    ] {
        assert_told(&verify_reply(&message), told);
    }
}

fn assert_told(refused: &Ran, told: &str) {
    assert_eq!((refused.code, refused.error_code().as_str()), (2, "usage"));
    assert!(refused.stderr.contains(told), "{told}: {}", refused.stderr);
}

/// Forms in which those who receive webhooks for others hand them on.
#[test]
fn the_json_of_a_receiver_is_read_as_the_request_in_it() {
    let signed = r#""host":"h","x-unleashed-timestamp":"1705312800",
        "x-unleashed-signature":"EcfN/BKQoaiDVkUaorogHXdsD3q+aJchRgOiQmTFXe8=""#;
    let webhook_site = format!(
        r#"{{"uuid":"u","method":"POST","content":"{{\"a\":1}}","headers":{{{}}},"url":"https://webhook.site/u"}}"#,
        signed.replace("\":\"", "\":[\"").replace("\",", "\"],") + "]"
    );
    let gateway = format!(
        r#"{{"version":"2.0","rawPath":"/hook","rawQueryString":"","headers":{{{signed}}},"body":"eyJhIjoxfQ==",
            "isBase64Encoded":true,"requestContext":{{"http":{{"method":"POST"}}}}}}"#
    );
    for event in [webhook_site, gateway] {
        let verdict = verify(&event);
        assert_eq!(verdict.code, 0, "{}{}", verdict.stdout, verdict.stderr);
    }
}
