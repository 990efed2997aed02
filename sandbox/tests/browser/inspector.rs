//! What a person sees.

use std::path::Path;
use std::time::UNIX_EPOCH;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use countersign_sandbox::{Credentials, Sandbox};
use serde_json::json;

use crate::chromium::Chromium;
use crate::requests::{send_all, send_hostile, send_refused};

async fn browser() -> Option<Chromium> {
    let browser = Chromium::start().await;
    if browser.is_none() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "chromium is not installed");
        eprintln!("SKIPPED: chromium is not installed");
    }
    browser
}

#[tokio::test]
async fn a_refused_request_appears_live_with_its_diagnosis() {
    let Some(mut browser) = browser().await else { return };
    let sandbox = Sandbox::start().await.unwrap();
    browser.open(sandbox.inspector_url()).await;
    browser.wait("document.getElementById('connection').dataset.state === 'live'").await;
    assert_eq!(browser.evaluate("document.querySelectorAll('#exchanges > li').length").await, 0);

    send_refused(&sandbox).await;
    browser.wait("document.querySelector('#exchanges > li.refused') !== null").await;
    let text = "document.querySelector('#exchanges > li').textContent";
    for told in [
        "query-not-decoded",
        "signed as it is sent, without its percent-encoding",
        "SignedForm::AsSent",
        "Unleashed",
    ] {
        assert_eq!(browser.evaluate(&format!("{text}.includes('{told}')")).await, true, "{told}");
    }
    let announced = browser.evaluate("document.getElementById('announcement').textContent").await;
    assert!(announced.as_str().unwrap().starts_with("Unleashed: GET refused, "), "{announced}");
    assert_clean(&browser, &sandbox);
}

/// Between the arrival, by the sandbox's clock, and the page's change, by the browser's. The best of three, since
/// another program may hold either up.
#[tokio::test]
async fn a_refused_request_appears_within_a_second() {
    let Some(mut browser) = browser().await else { return };
    let sandbox = Sandbox::start().await.unwrap();
    browser.open(sandbox.inspector_url()).await;
    browser.wait("document.getElementById('connection').dataset.state === 'live'").await;
    let observe = "new MutationObserver(() => { window.changed = Date.now(); }) \
        .observe(document.getElementById('exchanges'), { childList: true })";
    browser.evaluate(observe).await;
    let mut delays = Vec::new();
    for count in 1..=3 {
        send_refused(&sandbox).await;
        browser.wait(&format!("document.querySelectorAll('#exchanges > li').length === {count}")).await;
        let changed = browser.evaluate("window.changed").await.as_u64().unwrap();
        let arrived = sandbox.exchanges().pop().unwrap().at().duration_since(UNIX_EPOCH).unwrap();
        delays.push(changed.saturating_sub(arrived.as_millis().try_into().unwrap()));
    }
    assert!(*delays.iter().min().unwrap() < 1000, "{delays:?} ms");
}

#[tokio::test]
async fn a_webhook_is_sent_from_the_page_and_only_to_loopback() {
    let Some(mut browser) = browser().await else { return };
    let sandbox = Sandbox::start().await.unwrap();
    browser.open(sandbox.inspector_url()).await;
    for (url, told) in [
        // The sandbox's Vizion answers webhooks as any request without a key.
        (sandbox.vizion_url(), "403 Forbidden"),
        ("https://hooks.example.com/", "on loopback only"),
    ] {
        browser.evaluate(&format!("document.querySelector('[name=url]').value = '{url}/'")).await;
        browser.evaluate("document.getElementById('webhook').requestSubmit()").await;
        browser.wait(&format!("document.getElementById('delivered').textContent.includes('{told}')")).await;
    }
    assert_eq!(sandbox.exchanges().len(), 1);
    assert_clean(&browser, &sandbox);
}

#[tokio::test]
async fn with_a_real_key_the_page_works_and_has_no_form_for_webhooks() {
    let Some(mut browser) = browser().await else { return };
    let mut credentials = Credentials::demo();
    credentials.vizion.webhook_key.secret = "real-webhook-key".into();
    let sandbox = Sandbox::builder().credentials(credentials).start().await.unwrap();
    browser.open(sandbox.inspector_url()).await;
    browser.wait("document.getElementById('connection').dataset.state === 'live'").await;
    assert_eq!(browser.evaluate("document.querySelector('.webhook form') === null").await, true);
    let told = "document.querySelector('.webhook').textContent.includes('countersign trigger vizion')";
    assert_eq!(browser.evaluate(told).await, true);
    assert_clean(&browser, &sandbox);
}

#[tokio::test]
async fn what_a_stranger_sent_is_text_and_secrets_are_nowhere() {
    let Some(mut browser) = browser().await else { return };
    let sandbox = Sandbox::start().await.unwrap();
    send_all(&sandbox).await;
    browser.open(sandbox.inspector_url()).await;
    browser.wait("document.getElementById('connection').dataset.state === 'live'").await;
    // One that the page has from its start and one that the stream brings.
    for count in [9, 10] {
        send_hostile(&sandbox).await;
        browser.wait(&format!("document.querySelectorAll('#exchanges > li').length === {count}")).await;
    }
    let shown = "document.querySelector('#exchanges > li pre.request').textContent";
    assert_eq!(browser.evaluate(&format!("{shown}.includes('</pre><script>fetch')")).await, true);
    assert_eq!(
        browser.evaluate("document.querySelectorAll('#exchanges script, #exchanges img').length").await,
        0
    );

    let html = browser.evaluate("document.documentElement.outerHTML").await.as_str().unwrap().to_owned();
    for secret in secrets(&sandbox) {
        assert!(!html.contains(&secret), "a secret of {} characters is on the page", secret.len());
    }
    assert_clean(&browser, &sandbox);
}

#[tokio::test]
async fn the_keyboard_opens_a_request_and_pausing_holds_back_what_arrives() {
    let Some(mut browser) = browser().await else { return };
    let sandbox = Sandbox::start().await.unwrap();
    send_all(&sandbox).await;
    browser.open(sandbox.inspector_url()).await;
    browser.wait("document.getElementById('connection').dataset.state === 'live'").await;
    browser.evaluate("document.querySelector('#exchanges summary').focus()").await;
    browser.press("Enter", 13).await;
    browser.wait("document.querySelector('#exchanges > li > details').open").await;

    browser.evaluate("document.getElementById('pause').focus()").await;
    browser.press("Enter", 13).await;
    browser.wait("document.getElementById('connection').dataset.state === 'paused'").await;
    send_refused(&sandbox).await;
    assert_eq!(browser.evaluate("document.querySelectorAll('#exchanges > li').length").await, 8);
    browser.press("Enter", 13).await;
    browser.wait("document.querySelectorAll('#exchanges > li').length === 9").await;
    assert_clean(&browser, &sandbox);
}

/// Writes `inspector-*.png` to the target directory, from which `scripts/screenshot.sh` takes one for the documentation.
#[tokio::test]
async fn screenshots_are_taken() {
    let Some(mut browser) = browser().await else { return };
    let sandbox = Sandbox::start().await.unwrap();
    send_all(&sandbox).await;
    for (name, scheme, width, open) in [
        ("light", "light", 1180, 3),
        ("dark", "dark", 1180, 1),
        ("narrow", "light", 390, 1),
        ("whole", "dark", 1180, 5),
    ] {
        let scheme = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.call("Emulation.setEmulatedMedia", scheme).await;
        resize(&mut browser, width, 800).await;
        browser.open(sandbox.inspector_url()).await;
        browser.wait("document.getElementById('connection').dataset.state === 'live'").await;
        let item = format!("document.querySelector('#exchanges > li:nth-child({open}) > details')");
        browser.evaluate(&format!("{item}.open = true")).await;
        if name == "whole" {
            browser
                .evaluate("document.querySelectorAll('.hex, .webhook').forEach((d) => { d.open = true; })")
                .await;
        }
        let height = browser.evaluate("document.documentElement.scrollHeight").await;
        let overflow = browser.evaluate("document.documentElement.scrollWidth > innerWidth").await;
        assert_eq!(overflow, false, "{name}: nothing is wider than the window");
        resize(&mut browser, width, height.as_u64().unwrap()).await;
        browser
            .evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished))")
            .await;
        let shot = browser.call("Page.captureScreenshot", json!({ "format": "png" })).await;
        let png = BASE64.decode(shot["data"].as_str().unwrap()).unwrap();
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(directory.join(format!("inspector-{name}.png")), png).unwrap();
    }
}

async fn resize(browser: &mut Chromium, width: u64, height: u64) {
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    browser.call("Emulation.setDeviceMetricsOverride", size).await;
}

/// Nothing on the console, and no request to anywhere but the inspector.
fn assert_clean(browser: &Chromium, sandbox: &Sandbox) {
    for kind in ["Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"] {
        assert!(browser.events(kind).is_empty(), "{:?}", browser.events(kind));
    }
    let requests = browser.events("Network.requestWillBeSent");
    assert!(!requests.is_empty());
    for request in requests {
        let url = request["request"]["url"].as_str().unwrap();
        assert!(url.starts_with(&format!("{}/", sandbox.inspector_url())), "{url}");
    }
}

/// Every key of the demo account, and every signature of Unleashed's that would open something.
fn secrets(sandbox: &Sandbox) -> Vec<String> {
    use secrecy::ExposeSecret as _;
    let Credentials { netvisor, netgiro, unleashed, vizion, .. } = Credentials::demo();
    let keys = [
        netvisor.customer_key,
        netvisor.partner_key,
        netgiro.secret_key,
        unleashed.api_key,
        vizion.api_key,
        vizion.restricted_api_key,
    ];
    let mut secrets: Vec<_> = keys.iter().map(|key| key.expose_secret().to_owned()).collect();
    let url = format!("{}/Customers?contactEmail=anna%40example.com&pageSize=20", sandbox.unleashed_url());
    for form in [countersign::SignedForm::AsSent, countersign::SignedForm::Decoded] {
        let mut request = http::Request::get(&url).body(()).unwrap();
        sandbox.unleashed().signed_form(form).sign_http(&mut request).unwrap();
        secrets.push(request.headers()["api-auth-signature"].to_str().unwrap().to_owned());
    }
    secrets
}
