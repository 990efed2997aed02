//! A scheme of one's own, stated segment by segment.

use countersign::explain::Transcript;
use countersign::signing::{Encoding, MacKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const KEY: &[u8] = b"a key of our own";

fn signature(text: &str) -> String {
    hex::encode(Hmac::<Sha256>::new_from_slice(KEY).unwrap().chain_update(text).finalize().into_bytes())
}

#[test]
fn each_separator_may_stand_at_the_end() {
    let transcript = Transcript::new("ours", &MacKey::hmac_sha256(KEY, Encoding::HexLower).unwrap())
        .key(|key| _ = key.secret("key", KEY))
        .text(|text| {
            text.public("name", b"host").separator(": ").public("host", b"a").separator("\n");
            text.public("name of the time", b"time").separator(": ").public("time", b"1700000000");
        });
    let text = "host: a\ntime: 1700000000";
    assert_eq!(transcript.diagnose(&signature(text)).code(), "matches");
    assert_eq!(transcript.diagnose(&signature(&format!("{text}\n"))).code(), "separator-trailing");
    assert_eq!(transcript.diagnose(&signature(&format!("{text}: "))).code(), "separator-trailing");
}
