//! What is accepted, and how it is answered.

use std::time::UNIX_EPOCH;

use countersign::netvisor::{MacAlgorithm, Netvisor, ResponseStatus};
use countersign::time::{Clock as _, SystemClock};
use countersign::{RequestRef, SignedForm};
use countersign_sandbox::{Credentials, Sandbox, Vendor};
use http::{Extensions, HeaderMap, Method};

use crate::support::{client, client_of, last, last_refusal, send, send_raw, signed, url_of};

#[tokio::test]
async fn each_vendor_accepts_what_the_library_signs() {
    let sandbox = Sandbox::start().await.unwrap();
    for vendor in Vendor::ALL {
        let client = client_of(&sandbox, vendor);
        for target in ["", "/?", "/a?b", "/Ä ö?q=ü+%2F%2f'()*!~€", "/a%41/../b?x=1&y=#fragment"] {
            for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
                let url = format!("{}{target}", url_of(&sandbox, vendor));
                let response = client.request(method.clone(), &url).body("ä body").send().await.unwrap();
                assert_eq!(last_refusal(&sandbox), None, "{vendor} {method} {target}");
                assert_eq!(response.status(), 200, "{vendor} {method} {target}");
                assert_eq!(last(&sandbox).vendor(), vendor);
                assert_eq!(last(&sandbox).body(), "ä body");
            }
        }
    }
}

#[tokio::test]
async fn netvisor_takes_both_algorithms_and_any_sender_in_latin_9() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = format!("{}/customerlist.nv", sandbox.netvisor_url());
    for algorithm in [MacAlgorithm::HmacSha256, MacAlgorithm::Sha256] {
        let mut credentials = Credentials::demo().netvisor;
        credentials.sender = "Äyrämö & Šön €".replace('&', "+");
        let provider = Netvisor::new(credentials).unwrap().algorithm(algorithm);
        let provider = provider.allow_origin(sandbox.netvisor_url()).unwrap();
        let reply = client(provider).get(&url).send().await.unwrap().bytes().await.unwrap();
        assert_eq!(ResponseStatus::from_slice(&reply).unwrap(), Some(ResponseStatus::Ok), "{algorithm:?}");
        let exchange = last(&sandbox);
        let sender = exchange.headers().find(|(name, _)| name.as_str().ends_with("-sender")).unwrap().1;
        assert_eq!(sender, "Äyrämö + Šön €");
    }
}

#[tokio::test]
async fn the_signed_form_is_the_one_that_was_chosen() {
    for (sandbox_form, client_form) in [
        (SignedForm::AsSent, SignedForm::AsSent),
        (SignedForm::AsSent, SignedForm::Decoded),
        (SignedForm::Decoded, SignedForm::AsSent),
        (SignedForm::Decoded, SignedForm::Decoded),
    ] {
        let builder = Sandbox::builder();
        let builder = builder.netvisor_signed_form(sandbox_form).unleashed_signed_form(sandbox_form);
        let sandbox = builder.start().await.unwrap();
        for (url, client) in [
            (sandbox.netvisor_url(), client(sandbox.netvisor().signed_form(client_form))),
            (sandbox.unleashed_url(), client(sandbox.unleashed().signed_form(client_form))),
        ] {
            client.get(format!("{url}/list?mail=a%40b")).send().await.unwrap();
            let accepted = last_refusal(&sandbox).is_none();
            assert_eq!(accepted, sandbox_form == client_form, "{sandbox_form:?} {client_form:?}");
        }
    }
}

#[tokio::test]
async fn each_vendor_takes_the_form_that_the_library_signs_by_default() {
    let sandbox = Sandbox::start().await.unwrap();
    for (vendor, form) in [(Vendor::Netvisor, SignedForm::AsSent), (Vendor::Unleashed, SignedForm::Decoded)] {
        for client in [
            client_of(&sandbox, vendor),
            match vendor {
                Vendor::Netvisor => client(sandbox.netvisor().signed_form(form)),
                _ => client(sandbox.unleashed().signed_form(form)),
            },
        ] {
            client.get(format!("{}/list?mail=a%40b", url_of(&sandbox, vendor))).send().await.unwrap();
            assert_eq!(last_refusal(&sandbox), None, "{vendor}");
        }
    }
}

/// `Url` would make `%27` of the apostrophe; a client that sends it as it is signs it as it is.
#[tokio::test]
async fn what_is_judged_is_the_bytes_that_arrived() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = format!("{}/Customers?name=O'Neil", sandbox.unleashed_url());
    let (parsed, headers, extensions) = (url.parse().unwrap(), HeaderMap::new(), Extensions::new());
    let outgoing = RequestRef::new(&Method::GET, &parsed, &headers, &extensions, b"").as_received(&url);
    let mut headers = HeaderMap::new();
    sandbox.unleashed().sign_with(&outgoing, ()).unwrap().apply(&mut headers);

    let host = sandbox.unleashed_url().trim_start_matches("http://");
    let mut request = format!("GET /Customers?name=O'Neil HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in &headers {
        request += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    let answer = send_raw(sandbox.unleashed_url(), &(request + "\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(last(&sandbox).url(), url);
}

#[tokio::test]
async fn answers_come_in_the_format_that_was_asked_for() {
    let sandbox = Sandbox::start().await.unwrap();
    let expectations = [
        (
            Vendor::Netgiro,
            "*/*",
            "application/json",
            r#"{"Success":true,"Message":"Success","ResultCode":200}"#,
        ),
        (Vendor::Netgiro, "application/xml", "application/xml", "<ApiResponse><Success>true</Success>"),
        (Vendor::Netvisor, "*/*", "application/xml", "<Root><ResponseStatus><Status>OK</Status><TimeStamp>"),
        (Vendor::Unleashed, "application/json", "application/json", r#""Pagination":{"NumberOfItems":3,"#),
        (Vendor::Unleashed, "application/xml", "application/xml", "<NumberOfItems>3</NumberOfItems>"),
        (Vendor::Vizion, "*/*", "application/json", r#"[{"id":"#),
    ];
    for (vendor, accept, media_type, part) in expectations {
        let request = client_of(&sandbox, vendor).get(url_of(&sandbox, vendor)).header("accept", accept);
        let response = request.send().await.unwrap();
        let received = response.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(received.starts_with(media_type), "{vendor} {accept}: {received}");
        let body = response.text().await.unwrap();
        assert!(body.contains(part), "{vendor} {accept}: {body}");
    }
}

/// The answer to it has no body, so none is what its signature covers.
#[tokio::test]
async fn a_head_request_of_netgiro_s_gets_an_answer_that_verifies() {
    let sandbox = Sandbox::start().await.unwrap();
    let response = client(sandbox.netgiro()).head(sandbox.netgiro_url()).send().await.unwrap();
    assert_eq!((response.status().as_u16(), last_refusal(&sandbox)), (200, None));
    assert_eq!(response.bytes().await.unwrap(), "");
}

/// As the vendor's own do. Ours have one digit more, so that none passes for a reply's.
#[tokio::test]
async fn the_nonces_of_netgiro_s_replies_are_ticks_and_never_twice_the_same() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut nonces = Vec::new();
    for _ in 0..50 {
        let reply = send(signed(&sandbox, Vendor::Netgiro)).await;
        let nonce = reply.headers()["netgiro_nonce"].to_str().unwrap().to_owned();
        let since_year_one = SystemClock.now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 62_135_596_800;
        let seconds = nonce.parse::<u64>().unwrap() / 10_000_000;
        assert!(nonce.len() == 18 && seconds.abs_diff(since_year_one) < 60, "{nonce}");
        nonces.push(nonce);
    }
    assert!(nonces.is_sorted_by(|one, next| one < next), "{nonces:?}");
}

#[tokio::test]
async fn unleashed_does_not_insist_on_the_client_type() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut request = signed(&sandbox, Vendor::Unleashed);
    request.headers_mut().remove("client-type").unwrap();
    assert_eq!(send(request).await.status(), 200);
}
