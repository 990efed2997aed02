//! E1: with keys other than the demo ones, only who has signed is answered with a signature; no port answers to a foreign
//! host.

use countersign::RequestRef;
use countersign::netgiro::{Netgiro, Stamp};
use countersign_sandbox::{Credentials, Fault, Refusal, Sandbox, StartError, Vendor};
use http::{HeaderMap, HeaderValue, Request};
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;

use crate::support::{client_of, last_refusal, send, send_raw, signed, url_of};

const SIGNATURE: &str = "netgiro_signature";

/// As `countersign sandbox --use-environment` has them, where the environment has all keys.
fn real() -> Credentials {
    Credentials::from_variables(|name| name.contains("_KEY").then(|| format!("real-{name}=1"))).unwrap()
}

async fn sandbox_with(credentials: Credentials) -> Sandbox {
    Sandbox::builder().credentials(credentials).start().await.unwrap()
}

async fn page(sandbox: &Sandbox) -> String {
    let client = countersign::client_builder().build().unwrap();
    client.get(sandbox.inspector_url()).send().await.unwrap().text().await.unwrap()
}

/// What a stranger sends without a key: the URL of the real Netgíró as a query of the sandbox's.
async fn steal(sandbox: &Sandbox) -> HeaderMap {
    let origin = sandbox.netgiro_url();
    let (_, host) = origin.split_once("//").unwrap();
    let request = format!("HEAD /?x={REAL_URL} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    let answer = send_raw(origin, &request).await;
    let lines = answer.lines().filter_map(|line| line.split_once(": "));
    lines.map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap())).collect()
}

const REAL_URL: &str = "https://api.netgiro.is/v1/sales/GetList?AllForCompany=true";

#[tokio::test]
async fn nobody_gets_a_signature_that_is_right_at_the_real_netgiro() {
    // That this is an attack shows with the demo keys, whose signature opens nothing: read with another border between
    // nonce and URL, the reply's is that of a request to the real API.
    let sandbox = sandbox_with(Credentials::demo()).await;
    let stolen = steal(&sandbox).await;
    let nonce = format!("{}{}/?x=", stolen["netgiro_nonce"].to_str().unwrap(), sandbox.netgiro_url());
    let demo = Credentials::demo().netgiro;
    let provider = Netgiro::new(&demo.app_key, demo.secret_key.expose_secret()).unwrap();
    let request = Request::get(REAL_URL).body("").unwrap();
    let outgoing = RequestRef::from_http(&request).unwrap();
    let right = provider.sign_with(&outgoing, Stamp::with_nonce(&nonce).unwrap()).unwrap();
    assert_eq!(right.signature().unwrap().expose_text(), stolen[SIGNATURE].to_str().unwrap());

    let sandbox = sandbox_with(real()).await;
    let answered = steal(&sandbox).await;
    assert!(answered.contains_key("x-countersign-diagnosis"), "{answered:?}");
    assert!(!answered.contains_key(SIGNATURE), "{answered:?}");
}

#[tokio::test]
async fn with_a_real_key_a_reply_is_signed_only_where_the_request_was_accepted() {
    let sandbox = sandbox_with(real()).await;
    let accepted = signed(&sandbox, Vendor::Netgiro);
    let wrong = |name, value| {
        let mut request = signed(&sandbox, Vendor::Netgiro);
        request.headers_mut().insert(name, HeaderValue::from_static(value));
        request
    };
    let unsigned = Request::post(accepted.uri()).body("{}").unwrap();
    let client = client_of(&sandbox, Vendor::Netgiro);
    for fault in
        [None, Some(Fault::WrongSignature), Some(Fault::Tampered), Some(Fault::Extended), Some(Fault::Stale)]
    {
        sandbox.heal();
        // Verified by the library's middleware.
        client.post(accepted.uri().to_string()).body("{}").send().await.unwrap();
        fault.into_iter().for_each(|fault| sandbox.inject(fault));
        for refused in [
            unsigned.clone(),
            wrong("netgiro_appkey", "another"),
            wrong("netgiro_nonce", "1"),
            wrong(SIGNATURE, "00"),
        ] {
            let answer = send(refused).await;
            assert!(!answer.headers().contains_key(SIGNATURE), "{answer:?}");
            assert!(answer.headers().contains_key("x-countersign-diagnosis"), "{answer:?}");
        }
        sandbox.heal();
    }
    // A recording of what somebody else has signed is not signed by who sends it.
    assert!(send(accepted.clone()).await.headers().contains_key(SIGNATURE));
    assert!(!send(accepted).await.headers().contains_key(SIGNATURE));
    assert_eq!(last_refusal(&sandbox), Some(Refusal::Repeated("netgiro_nonce")));
}

#[tokio::test]
async fn with_real_keys_the_page_shows_no_expected_signature() {
    for (credentials, shown) in [(Credentials::demo(), true), (real(), false)] {
        let sandbox = sandbox_with(credentials).await;
        for vendor in [Vendor::Netvisor, Vendor::Netgiro, Vendor::Unleashed] {
            let right = signed(&sandbox, vendor);
            let names = ["x-netvisor-authentication-mac", SIGNATURE, "api-auth-signature"];
            let (name, signature) =
                names.iter().find_map(|name| Some((*name, right.headers().get(*name)?.clone()))).unwrap();
            let mut wrong = right.clone();
            wrong.headers_mut().insert(name, HeaderValue::from_static("00"));
            for request in [right, wrong] {
                send(request).await;
                let page = page(&sandbox).await;
                let shown = shown && vendor != Vendor::Unleashed;
                assert_eq!(page.contains(signature.to_str().unwrap()), shown, "{vendor}");
            }
        }
    }
}

#[tokio::test]
async fn with_a_real_key_only_the_program_that_holds_the_sandbox_sends_webhooks() {
    for (credentials, status, attempts) in [(Credentials::demo(), "200 OK", 2), (real(), "403 Forbidden", 1)]
    {
        let sandbox = sandbox_with(credentials).await;
        let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hook = format!("http://{}/hook", receiver.local_addr().unwrap());
        let received = tokio::spawn(async move {
            let mut received = 0;
            while let Ok((stream, _)) = receiver.accept().await {
                received += 1;
                let answered = stream.writable().await.and_then(|()| {
                    stream.try_write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").map(|_| ())
                });
                answered.unwrap();
                if received == attempts {
                    break;
                }
            }
            received
        });

        let (origin, form) = (sandbox.inspector_url(), format!("url={hook}&body=x"));
        let (_, host) = origin.split_once("//").unwrap();
        let asked = format!(
            "POST /webhooks HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{form}",
            form.len()
        );
        let answer = send_raw(origin, &asked).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        assert_eq!(page(&sandbox).await.contains("<form id=\"webhook\""), status == "200 OK");

        let delivered = sandbox.vizion_webhook(&hook, "x").send().await.unwrap();
        assert!(delivered.is_acknowledged(), "{delivered:?}");
        assert_eq!(received.await.unwrap(), attempts, "the page has sent one with the demo key alone");
    }
}

#[tokio::test]
async fn every_port_answers_only_to_its_own_names() {
    let sandbox = Sandbox::builder().allow_host("sandbox").allow_host("proxy:8080").start().await.unwrap();
    let origins =
        Vendor::ALL.map(|vendor| url_of(&sandbox, vendor)).into_iter().chain([sandbox.inspector_url()]);
    for origin in origins {
        let (_, own) = origin.split_once("//").unwrap();
        let port = own.rsplit(':').next().unwrap();
        let answers = async |target: &str, hosts: &[&str]| {
            let hosts: String = hosts.iter().map(|host| format!("host: {host}\r\n")).collect();
            let request = format!("HEAD {target} HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
            let answer = send_raw(origin, &request).await;
            assert!(!answer.contains(SIGNATURE) || !answer.starts_with("HTTP/1.1 421"), "{answer}");
            // Of two hosts, hyper itself says that the request is bad.
            !answer.starts_with("HTTP/1.1 421") && !answer.starts_with("HTTP/1.1 400")
        };
        for host in [
            own,
            &format!("localhost:{port}"),
            &format!("LocalHost:{port}"),
            "sandbox",
            &format!("sandbox:{port}"),
            "proxy:8080",
        ] {
            assert!(answers("/", &[host]).await, "{origin}: {host}");
            assert!(answers(&format!("http://{own}/"), &[host]).await, "{origin}: {host}");
        }
        for host in [
            "api.netgiro.is",
            "shop.example.is",
            "127.0.0.1",
            "localhost",
            &format!("evil.example:{port}"),
            "proxy",
            "sandbox:1",
        ] {
            assert!(!answers("/?order=7", &[host]).await, "{origin}: {host}");
            assert!(!answers(&format!("http://{host}/"), &[own]).await, "{origin}: {host}");
        }
        assert!(!answers("/", &[]).await && !answers("/", &[own, "evil.example"]).await, "{origin}");
    }
    assert!(sandbox.exchanges().iter().any(|exchange| exchange.status() == 421));
}

#[tokio::test]
async fn a_name_that_no_host_can_have_is_refused() {
    for name in ["", "http://sandbox", "sand box", "user@sandbox", "sandbox/"] {
        let refused = Sandbox::builder().allow_host(name).start().await.unwrap_err();
        assert!(matches!(&refused, StartError::HostName(refused) if refused == name), "{refused}");
    }
}

#[test]
fn one_real_key_is_enough_to_be_careful() {
    assert!(Vendor::ALL.iter().all(|vendor| Credentials::demo().has_demo_keys(*vendor)));
    assert!(Vendor::ALL.iter().all(|vendor| !real().has_demo_keys(*vendor)));
    for (variable, vendor) in [
        ("NETVISOR_PARTNER_KEY", Vendor::Netvisor),
        ("NETGIRO_SECRET_KEY", Vendor::Netgiro),
        ("UNLEASHED_WEBHOOK_KEY", Vendor::Unleashed),
        ("VIZION_WEBHOOK_KEYS", Vendor::Vizion),
    ] {
        let credentials =
            Credentials::from_variables(|name| (name == variable).then(|| "a=real".to_owned())).unwrap();
        for other in Vendor::ALL {
            assert_eq!(credentials.has_demo_keys(other), other != vendor, "{variable}");
        }
    }
}
