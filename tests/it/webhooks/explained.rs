//! What an explanation of a delivery shows.

use http::HeaderValue;

use super::builder;
use super::sender::Sender;

#[test]
fn a_covered_header_that_holds_a_credential_is_masked() {
    let mut sender = Sender::honest();
    sender.covered.push_str(" authorization x-static x-shown");
    for name in ["authorization", "x-static", "x-shown"] {
        sender.set(name, &format!("{name}-canary"));
    }
    let mut marked = HeaderValue::from_static("x-static-canary");
    marked.set_sensitive(true);
    sender.headers.insert("x-static", marked);
    let (parts, body) = sender.send().into_parts();
    let explanation = builder().build().transcript(&parts, &body).unwrap().explain();
    let text = format!("{explanation} {}", serde_json::to_string(&explanation).unwrap());
    let shown = ["authorization", "x-static", "x-shown"].map(|name| text.contains(&format!("{name}-canary")));
    assert_eq!(shown, [false, false, true], "{text}");
}
