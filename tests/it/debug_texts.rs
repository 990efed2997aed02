//! What the debug texts of signing show.

use countersign::RequestRef;
use countersign::signing::{Segment, SignedText};
use countersign::unleashed::Unleashed;

#[test]
fn a_debug_text_has_bytes_that_are_public_and_the_length_of_a_secret() {
    let [public, secret] = [Segment::public("url", b"/a"), Segment::secret("key", b"hush")];
    assert_eq!(format!("{public:?}"), r#"Segment { name: "url", kind: Public, length: 2, bytes: "/a" }"#);
    assert_eq!(format!("{secret:?}"), r#"Segment { name: "key", kind: Secret, length: 4 }"#);
    assert_eq!(format!("{:?}", SignedText::new(&mut |_| ())), "SignedText { .. }");
}

#[test]
fn what_is_signed_names_its_provider_and_nothing_else() {
    let unleashed = Unleashed::new("api-id", "api-key").unwrap();
    let request = http::Request::get("https://api.unleashedsoftware.com/Customers?a=1").body(()).unwrap();
    let signed = unleashed.sign(&RequestRef::from_http(&request).unwrap()).unwrap();
    assert_eq!(format!("{signed:?}"), r#"Signed { provider: "unleashed", .. }"#);
}
