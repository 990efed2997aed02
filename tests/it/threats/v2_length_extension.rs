//! V2: a reply that was lengthened without the secret is refused, although it verifies under the raw formula.

use std::sync::LazyLock;

use countersign::netgiro::SentRequest;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::support::netgiro::{BODY, OFFLINE, SECRET, headers, lengthen, sent};

const URL: &str = "https://api.netgiro.is/v1/sales/GetList?AllForCompany=true";
const NONCE: &str = "635318618538563999";

fn code_of(sent: &SentRequest, nonce: &str, body: &[u8], signature: &str) -> Option<&'static str> {
    OFFLINE.verify_reply(sent, &headers(nonce, signature), body).err().map(|error| error.code())
}

#[test]
fn v2_the_known_pair_is_told_apart() {
    let honest = "4081eb2cf15b8e197ff011841605b89767441478646c46bebdc64a3268cc296e";
    let sent = sent(&OFFLINE, URL);
    assert_eq!(code_of(&sent, NONCE, BODY.as_bytes(), honest), None);

    let suffix = br#"{"Success":false,"ResultCode":400}"#;
    let forged = [BODY.as_bytes(), &[0x80], &[0; 10], &0x0968_u64.to_be_bytes(), suffix].concat();
    let signature = "8dcb074891ec9855df1f036f3a9192eacf4604bc7a7ae1072c36c7b03853411b";
    assert_eq!(lengthen(NONCE, URL, BODY.as_bytes(), suffix), (forged.clone(), signature.to_owned()));
    assert_eq!(code_of(&sent, NONCE, &forged, signature), Some("reply-not-utf8"));
}

fn honest_body() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "\\PC{0,40}".prop_map(|text| format!(r#"{{"Success":true,"Message":"{text}","ResultCode":200}}"#)),
        r"\[[0-9]{1,20}\]",
        r#"<\?xml version="1.0" encoding="ISO-8859-1"\?><ApiResponse><Message>\PC{0,40}</Message></ApiResponse>"#,
        r"\PC{0,80}",
    ]
}

/// URLs of every length modulo a block of the hash.
static SENT: LazyLock<Vec<(String, SentRequest)>> = LazyLock::new(|| {
    let url = |length| format!("https://api.netgiro.is/v1/sales?{}", "x".repeat(length));
    (0..64).map(url).map(|url| (url.clone(), sent(&OFFLINE, &url))).collect()
});

fn sent_request() -> impl Strategy<Value = &'static (String, SentRequest)> {
    (0..SENT.len()).prop_map(|index| &SENT[index])
}

const CASES: u32 = 1_000;
const SUFFIXES: usize = 100;

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    /// 100,000 tries: to each honest reply, a hundred suffixes.
    #[test]
    fn v2_no_length_extension_passes(
        nonce in "[A-Za-z0-9-]{1,128}",
        (url, sent) in sent_request(),
        body in honest_body(),
        noise in proptest::collection::vec(any::<u8>(), 2 * SUFFIXES),
    ) {
        let suffixes = (0..SUFFIXES - 1).map(|n| &noise[n..2 * n]).chain([br#"{"Success":true,"ResultCode":200}"#.as_slice()]);
        for suffix in suffixes {
            let (forged, signature) = lengthen(&nonce, url, body.as_bytes(), suffix);
            // The attack is real: the signature is right for the lengthened body.
            let text = [SECRET.as_bytes(), nonce.as_bytes(), url.as_bytes(), &forged].concat();
            prop_assert_eq!(&signature, &hex::encode(Sha256::digest(text)));
            prop_assert_eq!(code_of(sent, &nonce, &forged, &signature), Some("reply-not-utf8"));
        }
    }
}
