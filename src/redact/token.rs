//! Tokens of which only the length is known.

const MASK: &str = "(masked)";

/// `text` with a mask in place of each run of characters that is as long as a key or a signature. For text of
/// strangers, which may quote secrets, where the secrets are not known.
pub(crate) fn without_tokens(text: &str) -> String {
    let mut printed = String::with_capacity(text.len());
    for piece in text.split_inclusive(|character| !is_of_token(character)) {
        let token = piece.trim_end_matches(|character| !is_of_token(character));
        if may_be_secret(token) {
            printed.push_str(MASK);
            printed.extend(piece.strip_prefix(token));
        } else {
            printed.push_str(piece);
        }
    }
    printed
}

/// 20 digits of base64 hold 120 bits: no key should have fewer. Long words have no decimal digit.
fn may_be_secret(token: &str) -> bool {
    token.len() >= 32 || token.len() >= 20 && token.bytes().any(|byte| byte.is_ascii_digit())
}

/// The characters of hex and base64 in both alphabets, and those of their escapes in percent-encoding and JSON.
pub(crate) fn is_of_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "+/=-_%\\".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_key_or_a_signature_is_masked_and_words_are_not() {
        let words = "InvalidOperationException: /Customers/2?pageSize=200 at 2026-08-01T00:00:00, äöü";
        assert_eq!(without_tokens(words), words);
        for token in [
            "canary/unleashed+key=44ac",
            "canary%2Funleashed%2Bkey%3D44ac",
            r"canary\/unleashed\u002bkey=44ac",
            "5a4db0c5-0000-4000-8000-5a4db0c50002",
            &"ab".repeat(16),
            "/36QnfkYUiUen5K/7PDhGbYEnw9LJKC/a1+llptp2Ow=",
        ] {
            let text = format!("{{\"key\":\"{token}\"}} {token}");
            assert_eq!(without_tokens(&text), r#"{"key":"(masked)"} (masked)"#, "{token}");
        }
    }
}
