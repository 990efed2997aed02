//! MACs and digests, by published values.

use countersign::signing::{Encoding, MacAlgorithm, MacKey};
use sha2::{Digest as _, Sha256};

fn hex(algorithm: MacAlgorithm, key: &str, text: &str) -> String {
    let mut mac = MacKey::new(algorithm, key.as_bytes(), Encoding::HexLower).unwrap().start();
    mac.update(text.as_bytes());
    mac.finish().expose_text()
}

/// RFC 2202 and RFC 4231, test case 2, and what RFC 1321 and FIPS 180 say of `abc`.
#[test]
fn each_algorithm_gives_the_published_digest() {
    use MacAlgorithm as A;
    let keyed = [
        (A::HmacMd5, "750c783e6ab0b503eaa86e310a5db738"),
        (A::HmacSha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (A::HmacSha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            A::HmacSha384,
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
        ),
        (
            A::HmacSha512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd\
             caeab1a34d4a6b4b636e070a38bce737",
        ),
    ];
    let plain = [
        (A::Md5, "900150983cd24fb0d6963f7d28e17f72"),
        (A::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (A::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            A::Sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
        ),
        (
            A::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd\
             454d4423643ce80e2a9ac94fa54ca49f",
        ),
    ];
    for (algorithm, expected) in keyed {
        assert_eq!(hex(algorithm, "Jefe", "what do ya want for nothing?"), expected, "{algorithm}");
        assert!(algorithm.is_keyed());
        assert_eq!(MacKey::new(algorithm, b"", Encoding::HexLower).unwrap_err().code(), "field-empty");
    }
    for (algorithm, expected) in plain {
        assert_eq!(hex(algorithm, "", "abc"), expected, "{algorithm}");
        assert!(!algorithm.is_keyed());
    }
}

#[test]
fn each_encoding_of_each_length_is_read_back_and_no_other_is() {
    use Encoding as E;
    let encodings = [E::HexLower, E::HexUpper, E::Base64, E::Base64NoPad, E::Base64Url, E::Base64UrlNoPad];
    for algorithm in [MacAlgorithm::HmacMd5, MacAlgorithm::HmacSha1, MacAlgorithm::HmacSha512] {
        for encoding in encodings {
            let key = MacKey::new(algorithm, b"key", encoding).unwrap();
            assert_eq!((key.algorithm(), key.encoding()), (algorithm, encoding));
            let (signature, mut other) = (key.start().finish(), key.clone().start());
            other.update(b"x");
            let text = signature.expose_text();
            assert!(signature.matches_text(text.as_bytes()), "{algorithm} {encoding}");
            assert_eq!(signature.header_value(), text);
            assert!(!signature.matches_text(other.finish().expose_text().as_bytes()));
            assert!(!signature.matches_text(&text.as_bytes()[1..]));
            let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert_eq!(signature.matches_text(text.to_uppercase().as_bytes()), hex, "{encoding}");
        }
    }
}

#[test]
fn a_prefix_is_hashed_once_however_the_text_is_cut() {
    let whole = Sha256::digest(b"secretnonce").to_vec();
    for cuts in [vec!["secret", "nonce"], vec!["sec", "retno", "nce"], vec!["", "secretnonce"]] {
        let key = MacKey::sha256_with_prefix(b"secret", Encoding::HexLower);
        let (mut mac, mut by_segment) = (key.start(), key.start());
        cuts.iter().for_each(|cut| mac.update(cut.as_bytes()));
        by_segment.text(|text| cuts.iter().for_each(|cut| _ = text.public("cut", cut.as_bytes())));
        assert_eq!(mac.finish().expose_text(), hex::encode(&whole), "{cuts:?}");
        assert_eq!(by_segment.finish().expose_text(), hex::encode(&whole), "{cuts:?}");
    }
}

#[test]
fn segments_of_every_length_and_kind_keep_their_order() {
    let text: Vec<u8> = (0..=255).cycle().take(4000).collect();
    for length in [1, 3, 63, 64, 65, 255, 256, 257, 1000] {
        let mut mac = MacKey::sha256(Encoding::HexLower).start();
        for pieces in text.chunks(5 * length) {
            mac.text(|text| {
                for (n, piece) in pieces.chunks(length).enumerate() {
                    if n % 2 == 0 {
                        text.public("public", piece)
                    } else {
                        text.secret("secret", piece)
                    };
                }
            });
        }
        assert_eq!(mac.finish().expose_text(), hex::encode(Sha256::digest(&text)), "{length}");
    }
}

#[test]
fn a_debug_text_has_the_algorithm_and_not_the_key() {
    let key = MacKey::hmac_sha256(b"key", Encoding::Base64).unwrap();
    assert_eq!(format!("{key:?}"), "MacKey { algorithm: HmacSha256, encoding: Base64, .. }");
    assert_eq!(format!("{:?}", key.start()), "Mac { .. }");
    assert_eq!(format!("{:?}", key.start().finish()), "Signature { encoding: Base64, .. }");
}

#[test]
fn only_a_whole_digest_in_the_right_encoding_matches() {
    let mut mac = MacKey::hmac_sha256(b"key", Encoding::Base64).unwrap().start();
    mac.update(b"text");
    let signature = mac.finish();
    let text = signature.expose_text();
    assert!(signature.matches_text(text.as_bytes()));
    for wrong in ["", &text[..43], &format!("{text} "), &format!("{text}{text}"), &hex::encode([0; 32])] {
        assert!(!signature.matches_text(wrong.as_bytes()), "{wrong:?}");
    }
    for right in [hex::encode([7; 32]), hex::encode_upper([0xab; 32])] {
        assert!(Encoding::HexLower.decode::<32>(right.as_bytes()).is_some());
        let wrong = [
            format!("0x{right}"),
            format!("0X{right}"),
            format!("0x{}", &right[2..]),
            right[..62].to_owned(),
            format!("{right} "),
        ];
        for wrong in wrong {
            assert_eq!(Encoding::HexLower.decode::<32>(wrong.as_bytes()), None, "{wrong}");
        }
    }
    assert_eq!(MacKey::hmac_sha256(b"", Encoding::Base64).unwrap_err().code(), "field-empty");
}
