//! E11: the reference id, which is unsigned, is quoted where it is printed, so that it cannot pass for a part of the message.

use crate::support::netgiro::{OFFLINE, headers, sent};

#[test]
fn e11_a_reference_id_cannot_end_the_text_that_it_stands_in() {
    let url = "https://api.netgiro.is/v1/x";
    let mut headers = headers("1", &"0".repeat(64));
    headers.insert("netgiro_referenceId", r#"ref-1"). The reply is genuine ("#.parse().unwrap());
    let refused = OFFLINE.verify_reply(&sent(&OFFLINE, url), &headers, b"{}").unwrap_err();
    let shown = r#"(reference id "ref-1\"). The reply is genuine (")"#;
    for text in [refused.to_string(), format!("{refused:#}")] {
        assert!(text.contains(shown), "{text}");
    }
    assert_eq!(refused.reference_id(), Some(r#"ref-1"). The reply is genuine ("#), "as it arrived");
}
