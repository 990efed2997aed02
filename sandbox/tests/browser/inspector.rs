//! What a person sees.

use std::path::Path;
use std::time::UNIX_EPOCH;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use countersign_sandbox::{Credentials, Sandbox};
use serde_json::json;

use crate::chromium::Chromium;
use crate::requests::{send_all, send_hostile, send_long, send_refused};

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
async fn webhooks_of_all_three_senders_are_sent_with_the_body_of_an_event() {
    let Some(mut browser) = browser().await else { return };
    let sandbox = Sandbox::start().await.unwrap();
    browser.open(sandbox.inspector_url()).await;
    for (sender, event, header, told) in [
        ("netgiro", "cancelled", "netgiro_signature", "Canceled"),
        ("unleashed", "salesorder.created-as-string", "x-unleashed-signature", "salesOrderGuid"),
        ("vizion", "vessel-arrived", "x-vizion-signature", "Vessel arrived"),
    ] {
        let choose = |id: &str, value: &str| {
            format!(
                "(() => {{ const chosen = document.getElementById('{id}'); \
                 chosen.value = [...chosen.options].find((o) => !o.disabled && (o.value === '{value}')).value; \
                 chosen.dispatchEvent(new Event('change')); }})()"
            )
        };
        browser.evaluate(&choose("sender", sender)).await;
        browser.evaluate(&choose("event", event)).await;
        let url = format!("document.querySelector('[name=url]').value = '{}/{sender}'", sandbox.vizion_url());
        browser.evaluate(&url).await;
        browser.evaluate("document.getElementById('delivered').textContent = ''").await;
        browser.evaluate("document.getElementById('webhook').requestSubmit()").await;
        browser.wait("document.getElementById('delivered').textContent.includes('403 Forbidden')").await;
        let delivered = sandbox.exchanges().pop().unwrap();
        assert!(delivered.headers().any(|(name, _)| name == header), "{sender}");
        assert!(String::from_utf8_lossy(delivered.body()).contains(told), "{sender}");
    }
    assert_clean(&browser, &sandbox);
}

#[tokio::test]
async fn an_empty_page_has_the_addresses_and_a_command_to_copy() {
    let Some(mut browser) = browser().await else { return };
    let sandbox = Sandbox::start().await.unwrap();
    browser.open(sandbox.inspector_url()).await;
    // Headless, there is no clipboard.
    browser.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }").await;
    for (button, copied) in [
        (".addresses div:nth-child(2) .copy", sandbox.netgiro_url().to_owned()),
        (
            "[data-copy-of=command]",
            format!(
                "countersign send vizion GET {0}/references --allow-origin {0} --env-file demo.env",
                sandbox.vizion_url()
            ),
        ),
    ] {
        browser.evaluate(&format!("document.querySelector('{button}').click()")).await;
        browser.wait(&format!("document.querySelector('{button}').textContent === 'Copied'")).await;
        assert_eq!(browser.evaluate("window.copied").await, copied);
    }
    send_refused(&sandbox).await;
    browser.wait("document.querySelector('#exchanges > li section .copy') !== null").await;
    browser.evaluate("document.querySelector('#exchanges > li section .copy').click()").await;
    browser
        .wait("window.copied.startsWith('GET /Customers?contactEmail=anna%40example.com&pageSize=20\\n')")
        .await;
    assert_eq!(browser.evaluate("getComputedStyle(document.querySelector('.empty')).display").await, "none");
    assert_clean(&browser, &sandbox);
}

#[tokio::test]
async fn what_should_be_signed_stands_beside_what_was_signed() {
    let Some(mut browser) = browser().await else { return };
    let sandbox = Sandbox::start().await.unwrap();
    send_all(&sandbox).await;
    browser.open(sandbox.inspector_url()).await;
    let item =
        "[...document.querySelectorAll('li.unleashed.refused')].find((li) => li.querySelector('.was'))";
    let text = |class: &str| format!("{item}.querySelector('.{class}').textContent");
    let should = browser.evaluate(&text("should")).await;
    assert!(should.as_str().unwrap().ends_with("contactEmail=anna@example.com&pageSize=20"), "{should}");
    let was = browser.evaluate(&text("was")).await;
    assert!(was.as_str().unwrap().ends_with("contactEmail=anna%40example.com&pageSize=20"), "{was}");
    let accepted = "document.querySelectorAll('li.accepted .was').length";
    assert_eq!(browser.evaluate(accepted).await, 0);
    assert_clean(&browser, &sandbox);
}

#[tokio::test]
async fn requests_are_searched_counted_linked_and_cleared() {
    let Some(mut browser) = browser().await else { return };
    let sandbox = Sandbox::start().await.unwrap();
    send_all(&sandbox).await;
    browser.open(&format!("{}/#exchange-3", sandbox.inspector_url())).await;
    browser.wait("document.getElementById('connection').dataset.state === 'live'").await;
    let count = "document.getElementById('count').textContent";
    assert_eq!(browser.evaluate(count).await, "8 of 8 shown");
    let open =
        "[...document.querySelectorAll('li:has(details[open])')].map((li) => li.dataset.number).join()";
    assert_eq!(browser.evaluate(open).await, "3");
    browser
        .evaluate("location.hash = document.querySelector('#exchange-5 .link').getAttribute('href')")
        .await;
    browser.wait(&format!("{open} === '5'")).await;

    let search = |text: &str| {
        format!(
            "(() => {{ const search = document.getElementById('search'); search.value = '{text}'; \
             search.dispatchEvent(new Event('input', {{ bubbles: true }})); return {count}; }})()"
        )
    };
    assert_eq!(browser.evaluate(&search("ORDER-1841")).await, "1 of 8 shown");
    assert_eq!(browser.evaluate(&search("nothing of the kind")).await, "0 of 8 shown");
    assert_eq!(browser.evaluate(&search("")).await, "8 of 8 shown");
    browser.evaluate("document.getElementById('vendor-netvisor').click()").await;
    assert_eq!(browser.evaluate(count).await, "3 of 8 shown");
    browser.evaluate("document.getElementById('vendor-all').click()").await;

    browser.evaluate("document.getElementById('clear').click()").await;
    assert_eq!(browser.evaluate(count).await, "0 of 8 shown");
    send_refused(&sandbox).await;
    browser.wait(&format!("{count} === '1 of 9 shown'")).await;
    assert_clean(&browser, &sandbox);
}

#[tokio::test]
async fn of_more_requests_than_the_page_shows_it_says_how_many_there_were() {
    let Some(mut browser) = browser().await else { return };
    let sandbox = Sandbox::start().await.unwrap();
    for _ in 0..102 {
        send_refused(&sandbox).await;
    }
    browser.open(sandbox.inspector_url()).await;
    let count = "document.getElementById('count').textContent";
    assert_eq!(browser.evaluate(count).await, "100 of 102 shown");
    browser.wait("document.getElementById('connection').dataset.state === 'live'").await;
    send_refused(&sandbox).await;
    browser.wait(&format!("{count} === '100 of 103 shown'")).await;
}

#[tokio::test]
async fn the_page_says_when_the_sandbox_is_gone() {
    let Some(mut browser) = browser().await else { return };
    let sandbox = Sandbox::start().await.unwrap();
    browser.open(sandbox.inspector_url()).await;
    browser.wait("document.getElementById('connection').dataset.state === 'live'").await;
    assert_eq!(browser.evaluate("document.getElementById('gone').hidden").await, true);
    sandbox.stop().await;
    browser.wait("document.getElementById('connection').dataset.state === 'gone'").await;
    assert_eq!(browser.evaluate("document.getElementById('gone').hidden").await, false);
    let told = browser.evaluate("document.getElementById('connection').innerText").await;
    assert_eq!(told, "Gone");
}

#[tokio::test]
async fn a_long_url_is_cut_on_a_narrow_screen_until_it_is_opened() {
    let Some(mut browser) = browser().await else { return };
    let sandbox = Sandbox::start().await.unwrap();
    send_long(&sandbox).await;
    resize(&mut browser, 390, 800).await;
    browser.open(sandbox.inspector_url()).await;
    let height = "document.querySelector('.line').getBoundingClientRect().height";
    assert!(browser.evaluate(height).await.as_f64().unwrap() < 60.0);
    assert_eq!(browser.evaluate("document.documentElement.scrollWidth > innerWidth").await, false);
    browser.evaluate("document.querySelector('#exchanges details').open = true").await;
    assert!(browser.evaluate(height).await.as_f64().unwrap() > 200.0);
}

#[tokio::test]
async fn with_real_keys_the_page_works_and_sends_no_webhook_that_they_would_sign() {
    let Some(mut browser) = browser().await else { return };
    let real = |name: &str| name.contains("_KEY").then(|| "a=real-key".to_owned());
    let one_real = |name: &str| real(name).filter(|_| name == "VIZION_WEBHOOK_KEYS");
    for (credentials, senders) in [
        (Credentials::from_variables(one_real).unwrap(), "netgiro,unleashed"),
        (Credentials::from_variables(real).unwrap(), ""),
    ] {
        let sandbox = Sandbox::builder().credentials(credentials).start().await.unwrap();
        browser.open(sandbox.inspector_url()).await;
        browser.wait("document.getElementById('connection').dataset.state === 'live'").await;
        let offered = "[...document.querySelectorAll('#sender option')].map((option) => option.value).join()";
        assert_eq!(browser.evaluate(offered).await, senders);
        let told = "document.querySelector('.webhook').textContent.includes('countersign trigger vizion')";
        assert_eq!(browser.evaluate(told).await, senders.is_empty());
    }
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

/// Writes `inspector-*.png` to the target directory, from which `scripts/screenshot.sh` takes those for the documentation.
#[tokio::test]
async fn screenshots_are_taken() {
    let Some(mut browser) = browser().await else { return };
    let sandbox = Sandbox::start().await.unwrap();
    send_all(&sandbox).await;
    for (name, scheme, width, open) in [
        ("light", "light", 1180, 3),
        ("dark", "dark", 1180, 1),
        ("390", "light", 390, 1),
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
