//! The published HMAC vectors of the Cavage draft's other implementations.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use countersign::signing::{Encoding, MacKey};
use serde_json::Value;

#[test]
fn cavage_vectors_have_the_published_signatures() {
    let file: Value = serde_json::from_str(include_str!("../../vectors/vizion_cavage.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 5);
    for vector in vectors {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (key, signed) = (text(&vector["inputs"]["key"]), text(&vector["inputs"]["signing_string"]));
        let mut mac = MacKey::hmac_sha256(key.as_bytes(), Encoding::HexLower).unwrap().start();
        mac.update(signed.as_bytes());
        let signature = mac.finish();
        assert_eq!(signature.expose_text(), text(&vector["expected_hex"]), "{}", vector["id"]);
        let published = BASE64.decode(text(&vector["expected"])).unwrap();
        assert!(signature.matches(&published), "{}", vector["id"]);
    }
}
