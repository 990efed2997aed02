//! The inspector, over HTTP: who is answered, and with what.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use countersign::time::{Clock as _, SystemClock};
use countersign::vizion::webhook::Verifier;
use countersign_sandbox::{Credentials, Sandbox, Vendor};
use http::Request;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{send, send_raw, signed, signed_for};

fn authority(sandbox: &Sandbox) -> &str {
    sandbox.inspector_url().trim_start_matches("http://")
}

async fn get(sandbox: &Sandbox, target: &str, headers: &str) -> String {
    let request = format!("GET {target} HTTP/1.1\r\n{headers}connection: close\r\n\r\n");
    send_raw(sandbox.inspector_url(), &request).await
}

async fn post(sandbox: &Sandbox, headers: &str, form: &str) -> String {
    let (host, length) = (authority(sandbox), form.len());
    let head = format!("POST /webhooks HTTP/1.1\r\nhost: {host}\r\n{headers}content-length: {length}\r\n");
    send_raw(sandbox.inspector_url(), &format!("{head}connection: close\r\n\r\n{form}")).await
}

#[tokio::test]
async fn only_its_own_name_is_answered() {
    let sandbox = Sandbox::start().await.unwrap();
    let port = authority(&sandbox).rsplit(':').next().unwrap();
    for target in ["/", "/events", "/inspector.js", "/elsewhere"] {
        for host in [
            String::new(),
            "host: evil.example\r\n".to_owned(),
            format!("host: evil.example:{port}\r\n"),
            "host: 127.0.0.1\r\n".to_owned(),
            format!("host: {0}\r\nhost: {0}\r\n", authority(&sandbox)),
        ] {
            let answer = get(&sandbox, target, &host).await;
            assert!(
                answer.starts_with("HTTP/1.1 421") || answer.starts_with("HTTP/1.1 400"),
                "{host}{answer}"
            );
            assert!(!answer.contains("<html") && answer.contains("content-length: 0"), "{answer}");
        }
    }
    for host in [authority(&sandbox).to_owned(), format!("localhost:{port}"), format!("LOCALHOST:{port}")] {
        let answer = get(&sandbox, "/", &format!("host: {host}\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{host}: {answer}");
    }
}

#[tokio::test]
async fn browsers_are_told_to_load_and_run_nothing_else() {
    let sandbox = Sandbox::start().await.unwrap();
    for target in ["/", "/inspector.css", "/detail.css", "/inspector.js", "/icon.svg", "/elsewhere"] {
        let answer = get(&sandbox, target, &format!("host: {}\r\n", authority(&sandbox))).await;
        for told in [
            "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
             connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n",
            "x-content-type-options: nosniff\r\n",
            "cross-origin-resource-policy: same-origin\r\n",
            "cache-control: no-store\r\n",
        ] {
            assert!(answer.contains(told), "{target}: {answer}");
        }
        for inline in [" style=", "<style", " onclick=", "javascript:", "<script>"] {
            assert!(!answer.contains(inline), "{target} has {inline}");
        }
    }
}

#[tokio::test]
async fn the_stream_brings_what_was_missed_then_ends_with_the_sandbox() {
    let sandbox = Sandbox::start().await.unwrap();
    for vendor in Vendor::ALL {
        send(signed(&sandbox, vendor)).await;
    }
    let url = format!("{}/events?after=1", sandbox.inspector_url());
    let mut response = countersign::client_builder().build().unwrap().get(&url).send().await.unwrap();
    let mut stream = String::new();
    while !stream.contains("id: 4") {
        stream += &String::from_utf8_lossy(&response.chunk().await.unwrap().unwrap());
    }
    assert!(stream.contains("id: 2") && !stream.contains("id: 1\n"), "{stream}");
    sandbox.stop().await;
    while response.chunk().await.unwrap().is_some() {}
}

/// The page stays open in a browser when the sandbox is started again, and numbers begin anew.
#[tokio::test]
async fn the_stream_brings_everything_to_a_page_of_an_earlier_sandbox() {
    let sandbox = Sandbox::start().await.unwrap();
    send(signed(&sandbox, Vendor::Vizion)).await;
    let request = countersign::client_builder()
        .build()
        .unwrap()
        .get(format!("{}/events?after=7", sandbox.inspector_url()));
    let mut response = request.header("last-event-id", "41").send().await.unwrap();
    let mut stream = String::new();
    while !stream.contains("id: 1\n") {
        stream += &String::from_utf8_lossy(&response.chunk().await.unwrap().unwrap());
    }
}

/// A key under a wrong name is the commonest way not to be let in.
#[tokio::test]
async fn a_secret_in_a_wrong_place_is_not_shown() {
    let sandbox = Sandbox::start().await.unwrap();
    let key = "sandbox-vizion-key-7b3e";
    for vendor in Vendor::ALL {
        let target = format!("/{key}?key={key}");
        let mut request = signed_for(&sandbox, vendor, &target);
        request.headers_mut().insert("api-key", format!("Bearer {key}").parse().unwrap());
        send(request.map(|_| r#"{"key":"sandbox-vizion-key-7b3e"}"#)).await;
    }
    let page = get(&sandbox, "/", &format!("host: {}\r\n", authority(&sandbox))).await;
    assert!(page.contains("Bearer (secret)") && page.contains("?key=(secret)"), "{page}");
    assert!(!page.contains(key) && !format!("{:?}", sandbox.exchanges()).contains(key), "{page}");
}

/// Clients decode a secret that they should not, or log it in hex; the page must not hand it on.
#[tokio::test]
async fn a_secret_in_another_encoding_is_not_shown_either() {
    let sandbox = Sandbox::start().await.unwrap();
    let key = "sandbox-vizion-key-7b3e";
    // What the demo secret of Netgiro is the base64 of.
    let decoded = "sandbox-netgiro-secret-key";
    let forms = [
        hex::encode(key),
        hex::encode_upper(key),
        STANDARD.encode(key),
        URL_SAFE.encode(format!("user:{key}")),
        decoded.to_owned(),
        hex::encode(decoded),
    ];
    for form in &forms {
        let mut request = signed_for(&sandbox, Vendor::Vizion, &format!("/a?key={form}"));
        request.headers_mut().insert("x-mine", format!("Basic {form}").parse().unwrap());
        send(request).await;
    }
    let page = get(&sandbox, "/", &format!("host: {}\r\n", authority(&sandbox))).await;
    assert_eq!(page.matches("(secret)").count(), 3 * forms.len(), "{page}");
    for form in forms {
        // Without the digits of base64 that are shared with what stands around.
        assert!(!page.contains(&form[8..form.len() - 4]), "{form}");
    }
}

/// A signature is shown where it proves nothing elsewhere, and a wrong one never: it may be right elsewhere.
#[tokio::test]
async fn a_signature_is_shown_only_where_it_opens_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    for (vendor, target, accepted, shown) in [
        (Vendor::Netvisor, "/list", true, [true, true]),
        (Vendor::Netvisor, "/list", false, [true, false]),
        (Vendor::Netvisor, "/list?next=https://integration.netvisor.fi/", false, [false, false]),
        (Vendor::Netgiro, "/list", true, [true, true]),
        (Vendor::Netgiro, "/list", false, [true, false]),
        (Vendor::Netgiro, "/list?next=HTTPS://api.netgiro.is/", true, [false, false]),
        (Vendor::Netgiro, "/list?next=https://api.netgiro.is/", false, [false, false]),
        (Vendor::Unleashed, "/list", true, [false, false]),
        (Vendor::Unleashed, "/list", false, [false, false]),
    ] {
        let mut request = signed_for(&sandbox, vendor, target);
        if !accepted {
            let other = signed_for(&sandbox, vendor, "/other?a=b");
            for name in ["x-netvisor-authentication-mac", "netgiro_signature", "api-auth-signature"] {
                let value = other.headers().get(name);
                value.map(|value| request.headers_mut().insert(name, value.clone()));
            }
        }
        send(request).await;
        let page = get(&sandbox, "/", &format!("host: {}\r\n", authority(&sandbox))).await;
        let latest = page.split("<li ").nth(1).unwrap();
        assert_eq!(latest.contains("Refused"), !accepted, "{vendor} {target}");
        for (title, shown) in ["expected", "received"].into_iter().zip(shown) {
            let value = latest.split(&format!("<dt>{title}</dt><dd>")).nth(1).unwrap();
            assert_eq!(value.starts_with("<code>"), shown, "{vendor} {target} {accepted} {title}");
            assert_eq!(value.starts_with("<span class=\"masked\">"), !shown, "{vendor} {target} {title}");
        }
    }
}

#[tokio::test]
async fn a_webhook_is_sent_for_the_inspector_s_own_page_only() {
    let sandbox = Sandbox::start().await.unwrap();
    let form = "url=http://127.0.0.1:1/&body=x";
    for origin in ["", "origin: null\r\n", "origin: http://evil.example\r\n", "origin: https://127.0.0.1\r\n"]
    {
        assert!(post(&sandbox, origin, form).await.starts_with("HTTP/1.1 403"), "{origin}");
    }
    let own = format!("origin: {}\r\n", sandbox.inspector_url());
    let answer = post(&sandbox, &own, form).await;
    assert!(answer.contains("nothing accepts connections there"), "{answer}");
    let answer = post(&sandbox, &own, "url=http://example.com/&body=x").await;
    assert!(answer.contains("on loopback only"), "{answer}");
    assert!(
        get(&sandbox, "/webhooks", &format!("host: {}\r\n", authority(&sandbox))).await.contains(" 405 ")
    );
}

#[tokio::test]
async fn a_webhook_verifies_as_it_is_sent_and_none_of_its_forgeries_does() {
    let sandbox = Sandbox::start().await.unwrap();
    let own = format!("origin: {}\r\n", sandbox.inspector_url());
    for (forgery, verifies) in [("", true), ("tampered", false), ("stale", false), ("wrong-key", false)] {
        let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?a=b", receiver.local_addr().unwrap());
        let received = tokio::spawn(receive(receiver));
        let form = format!("url={}&body=%7B%22event%22%3A1%7D&forgery={forgery}", url.replace('?', "%3F"));
        let answer = post(&sandbox, &own, &form).await;
        assert!(answer.contains("<b>202 Accepted</b>"), "{answer}");

        let (parts, body) = received.await.unwrap().into_parts();
        let key = Credentials::demo().vizion.webhook_key;
        let verifier = Verifier::builder_for_any_host().key(&key.id, key.secret).unwrap().build();
        assert_eq!(verifier.verify(&parts, &body, SystemClock.now()).is_ok(), verifies, "{forgery}");
    }
}

/// Takes one request and answers it with 202.
async fn receive(listener: TcpListener) -> Request<Vec<u8>> {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut bytes = Vec::new();
    let end = loop {
        stream.read_buf(&mut bytes).await.unwrap();
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let target = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
    let mut request = Request::post(target);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        request = request.header(name, value);
    }
    let length: usize = request.headers_ref().unwrap()["content-length"].to_str().unwrap().parse().unwrap();
    while bytes.len() < end + length {
        stream.read_buf(&mut bytes).await.unwrap();
    }
    stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    request.body(bytes.split_off(end)).unwrap()
}
