//! What the inspector is shown.

use countersign::SignedForm;
use countersign_sandbox::{Credentials, Sandbox};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware};

/// Hostile to whoever puts it into HTML or into a line of an event stream.
pub(crate) const HOSTILE: &str =
    "{\"Note\":\"</pre><script>fetch('https://evil.example')</script>\r\ndata: \u{202e}x\"}";

/// Accepted by each vendor, then refused for a mistake that is known, for a key and for want of a header.
pub(crate) async fn send_all(sandbox: &Sandbox) {
    let netvisor = format!("{}/customerlist.nv?keyword=Sj%C3%B6berg", sandbox.netvisor_url());
    let unleashed =
        format!("{}/Customers?contactEmail=anna%40example.com&pageSize=20", sandbox.unleashed_url());
    let payment = format!("{}/v1/sales/CreatePayment", sandbox.netgiro_url());
    client(sandbox.vizion()).get(format!("{}/references", sandbox.vizion_url())).send().await.unwrap();
    client(sandbox.netvisor()).get(&netvisor).send().await.unwrap();
    client(sandbox.unleashed()).get(&unleashed).send().await.unwrap();
    let body = r#"{"Amount":4200,"Reference":"order-1841"}"#;
    client(sandbox.netgiro()).post(&payment).body(body).send().await.unwrap();
    let other =
        countersign::vizion::Vizion::new("another-key").unwrap().allow_origin(sandbox.vizion_url()).unwrap();
    client(other).get(format!("{}/references", sandbox.vizion_url())).send().await.unwrap();
    client(sandbox.netvisor().signed_form(SignedForm::Decoded)).get(&netvisor).send().await.unwrap();
    let mut credentials = Credentials::demo().netvisor;
    credentials.partner_key = "another-key".into();
    let other = countersign::netvisor::Netvisor::new(credentials).unwrap();
    let other = other.allow_origin(sandbox.netvisor_url()).unwrap();
    client(other).get(&netvisor).send().await.unwrap();
    send_refused(sandbox).await;
}

/// Refused with the diagnosis `query-not-decoded`.
pub(crate) async fn send_refused(sandbox: &Sandbox) {
    let url = format!("{}/Customers?contactEmail=anna%40example.com&pageSize=20", sandbox.unleashed_url());
    client(sandbox.unleashed().signed_form(SignedForm::AsSent)).get(url).send().await.unwrap();
}

/// Refused, with a URL of a thousand characters.
pub(crate) async fn send_long(sandbox: &Sandbox) {
    let url = format!("{}/references?filter={}", sandbox.vizion_url(), "a".repeat(1000));
    reqwest::get(url).await.unwrap();
}

pub(crate) async fn send_hostile(sandbox: &Sandbox) {
    let url = format!("{}/<img src=x onerror=alert(1)>?q=%3Cb%3E'\"&amp;", sandbox.netgiro_url());
    client(sandbox.netgiro()).post(url).body(HOSTILE).send().await.unwrap();
}

fn client(provider: impl Middleware) -> ClientWithMiddleware {
    ClientBuilder::new(countersign::client_builder().build().unwrap()).with(provider).build()
}
