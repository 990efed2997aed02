//! Starting, watching and stopping.

use std::net::SocketAddr;
use std::time::Duration;

use countersign::SecretString;
use countersign_sandbox::{Credentials, Fault, Sandbox, StartError, Vendor};
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;

use crate::support::{client, client_of, last, last_refusal, send, signed, url_of};

fn address(url: &str) -> SocketAddr {
    url.trim_start_matches("http://").parse().unwrap()
}

#[tokio::test]
async fn stopping_frees_the_ports() {
    // An address that no other test listens on, where there are several: nobody else then takes the ports.
    let host = if cfg!(target_os = "linux") { [127, 0, 0, 17] } else { [127, 0, 0, 1] };
    let sandbox = Sandbox::builder().listen((host, 0).into()).start().await.unwrap();
    let idle = client(sandbox.vizion());
    idle.get(sandbox.vizion_url()).send().await.unwrap();
    sandbox.inject(Fault::Slow(Duration::from_secs(3600)));
    let waiting = tokio::spawn(idle.get(sandbox.vizion_url()).send());
    while sandbox.exchanges().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let addresses = Vendor::ALL.map(|vendor| address(url_of(&sandbox, vendor)));
    sandbox.stop().await;
    assert_eq!(waiting.await.unwrap().unwrap().status(), 200);
    for address in addresses {
        TcpStream::connect(address).await.unwrap_err();
    }
}

#[tokio::test]
async fn dropping_frees_the_ports_soon() {
    let sandbox = Sandbox::start().await.unwrap();
    let address = address(sandbox.netgiro_url());
    drop(sandbox);
    let stopped = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), stopped).await.unwrap();
}

#[tokio::test]
async fn only_loopback_is_listened_on() {
    let error = Sandbox::builder().listen(([0, 0, 0, 0], 0).into()).start().await.unwrap_err();
    assert!(matches!(error, StartError::NotLoopback), "{error}");
}

#[tokio::test]
async fn loopback_may_be_that_of_ipv6() {
    let address: SocketAddr = "[::1]:0".parse().unwrap();
    if let Err(error) = std::net::TcpListener::bind(address) {
        return eprintln!("skipped: this machine has no IPv6 loopback ({error})");
    }
    let sandbox = Sandbox::builder().listen(address).start().await.unwrap();
    for vendor in Vendor::ALL {
        client_of(&sandbox, vendor).get(url_of(&sandbox, vendor)).send().await.unwrap();
        assert_eq!(last_refusal(&sandbox), None, "{vendor}");
    }
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_says_whose() {
    let first = Sandbox::start().await.unwrap();
    let builder = Sandbox::builder().listen(address(first.netvisor_url()));
    let error = builder.start().await.unwrap_err();
    assert!(matches!(error, StartError::Listen { vendor: Vendor::Netvisor, .. }), "{error}");
}

#[tokio::test]
async fn credentials_are_those_that_were_given() {
    let credentials = Credentials::from_variables(|name| {
        Some(match name {
            "UNLEASHED_CLIENT_TYPE" => "own/client".to_owned(),
            "VIZION_WEBHOOK_KEYS" => "own-id=own-key".to_owned(),
            _ => format!("own-{name}"),
        })
    })
    .unwrap();
    let sandbox = Sandbox::builder().credentials(credentials).start().await.unwrap();
    let demo = Sandbox::start().await.unwrap();
    for vendor in Vendor::ALL {
        client_of(&sandbox, vendor).get(url_of(&sandbox, vendor)).send().await.unwrap();
        assert_eq!(last_refusal(&sandbox), None, "{vendor}");
    }
    let theirs = client(demo.unleashed().allow_origin(sandbox.unleashed_url()).unwrap());
    assert_eq!(theirs.get(sandbox.unleashed_url()).send().await.unwrap().status(), 403);

    let mut credentials = Credentials::demo();
    credentials.netgiro.secret_key = SecretString::from(" padded");
    let error = Sandbox::builder().credentials(credentials).start().await.unwrap_err();
    assert!(matches!(&error, StartError::Credentials(error) if error.code() == "field-padded"), "{error}");
}

#[test]
fn webhook_keys_that_cannot_be_read_are_refused_by_the_number_of_the_entry() {
    for (text, entry) in [("canary", 1), ("id=key,canary", 2), ("id=", 1), ("=canary", 1), ("id=key,", 2)] {
        let of = |name: &str| (name == "VIZION_WEBHOOK_KEYS").then(|| text.to_owned());
        let told = format!("{:#}", Credentials::from_variables(of).unwrap_err());
        assert!(told.contains(&format!("VIZION_WEBHOOK_KEYS: entry {entry} is not key-id=secret")), "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let shown = |credentials: &Credentials| {
        let Credentials { netvisor, netgiro, unleashed, vizion, .. } = credentials;
        [
            &*netvisor.sender,
            netvisor.customer_key.expose_secret(),
            &netgiro.app_key,
            netgiro.secret_key.expose_secret(),
            unleashed.api_key.expose_secret(),
            &vizion.webhook_key.id,
        ]
        .map(str::to_owned)
    };
    let of_empty = Credentials::from_variables(|_| Some(String::new())).unwrap();
    assert_eq!(shown(&of_empty), shown(&Credentials::demo()));
}

#[tokio::test]
async fn exchanges_are_seen_live_and_kept_in_bounded_number_and_size() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut live = sandbox.subscribe();
    let client = client(sandbox.vizion());
    for number in 0..300 {
        client.get(format!("{}/{number}", sandbox.vizion_url())).send().await.unwrap();
    }
    let kept = sandbox.exchanges();
    assert_eq!(kept.len(), 256);
    assert!(kept[0].url().ends_with("/44") && kept[255].url().ends_with("/299"));
    live.recv().await.unwrap_err(); // It has lagged behind, and goes on with the oldest that is left.
    assert!(live.recv().await.unwrap().url().ends_with("/44"));

    for _ in 0..20 {
        client.post(sandbox.vizion_url()).body(vec![b'a'; 1024 * 1024]).send().await.unwrap();
    }
    assert_eq!(sandbox.exchanges().len(), 15);
}

#[tokio::test]
async fn ports_that_do_not_exist_are_refused_at_once() {
    for port in [65532, 65535] {
        let refused = Sandbox::builder().listen(([127, 0, 0, 1], port).into()).start().await;
        assert!(matches!(refused, Err(StartError::PortsExhausted(refused)) if refused == port), "{port}");
    }
}

/// An id names an account, and is shown as in an explanation; a key or signature opens it.
#[tokio::test]
async fn ids_are_shown_and_keys_are_not() {
    let sandbox = Sandbox::start().await.unwrap();
    for (vendor, shown, masked) in [
        (Vendor::Netvisor, "x-netvisor-authentication-partnerid", "x-netvisor-authentication-mac"),
        (Vendor::Netgiro, "netgiro_appkey", "netgiro_signature"),
        (Vendor::Unleashed, "api-auth-id", "api-auth-signature"),
    ] {
        let request = signed(&sandbox, vendor);
        let sent = request.headers()[shown].clone();
        send(request).await;
        let exchange = last(&sandbox);
        let text = |wanted| exchange.headers().find(|(name, _)| *name == wanted).unwrap().1;
        assert_eq!(text(shown), sent.to_str().unwrap(), "{vendor}");
        assert!(text(masked).starts_with("<masked, "), "{vendor}");
    }
}

#[tokio::test]
async fn no_secret_is_shown() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut shown = format!("{sandbox:?} {:?}", Credentials::demo());
    let mut sent = Vec::new();
    for vendor in Vendor::ALL {
        let request = signed(&sandbox, vendor);
        sent.extend(request.headers().values().filter(|value| value.is_sensitive()).cloned());
        send(request).await;
        for exchange in sandbox.exchanges() {
            shown += &format!("{exchange:?} {:?}", exchange.headers().collect::<Vec<_>>());
        }
    }
    let secrets: Vec<_> = sent
        .iter()
        .filter_map(|value| value.to_str().ok())
        .filter(|value| value.len() == 64 || value.len() == 44 || value.starts_with("sandbox-"))
        .collect();
    assert_eq!(secrets.len(), 4, "one signature each, and a key");
    for secret in secrets {
        assert!(!shown.contains(secret));
    }
    for key in
        ["sandbox-customer-key", "sandbox-partner-key", "c2FuZGJveC1", "sandboxUnleashed", "sandbox-vizion"]
    {
        assert!(!shown.contains(key), "{key}");
    }
}

/// A client that follows a redirect takes its headers to a vendor that does not know them.
#[tokio::test]
async fn headers_that_authenticate_are_masked_whichever_vendor_they_reach() {
    let sandbox = Sandbox::start().await.unwrap();
    for (vendor, other) in Vendor::ALL.into_iter().flat_map(|vendor| Vendor::ALL.map(|other| (vendor, other)))
    {
        let mut request = signed(&sandbox, vendor);
        let target = request.uri().path_and_query().unwrap().to_string();
        *request.uri_mut() = format!("{}{target}", url_of(&sandbox, other)).parse().unwrap();
        let names = ["x-netvisor-authentication-mac", "netgiro_signature", "api-auth-signature", "x-api-key"];
        let sent: Vec<_> = names.iter().filter_map(|name| request.headers().get(*name)).cloned().collect();
        send(request).await;
        let shown = format!("{:?}", last(&sandbox).headers().collect::<Vec<_>>());
        assert_eq!(sent.len(), 1, "{vendor}");
        assert!(!shown.contains(sent[0].to_str().unwrap()), "{vendor} to {other}");
    }
}
