//! E7: no key is printed in another spelling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::{VARIABLES, run, tool};

const KEY: &str = "canary/unlea+shed=4";

/// As Unleashed's key may have been written by whoever put it into a wrong place.
fn spellings() -> Vec<String> {
    let percent: String = KEY.bytes().map(|byte| format!("%{byte:02x}")).collect();
    vec![
        KEY.replace('/', "\\/"),
        KEY.replace('/', "\\u002f").replace('+', "\\u002B"),
        KEY.replace('/', "%2f").replace('+', "%2B"),
        percent.replace('%', "%25"),
        percent,
        KEY.bytes().map(|byte| format!("{byte:02X}")).collect(),
        STANDARD.encode(format!("user:{KEY}")),
    ]
}

#[test]
fn a_key_is_masked_in_every_spelling() {
    for text in spellings() {
        let url = format!("https://api.unleashedsoftware.com/a?b={}", text.replace('\\', "%5C"));
        let header = format!("x-other: {text}");
        for verb in [&["explain"][..], &["explain", "--json"], &["sign"], &["sign", "--json"]] {
            let mut command = tool();
            command.args([verb[0], "unleashed", "GET", &url, "-H", &header]).args(&verb[1..]);
            let ran = run(command.envs(VARIABLES).env("UNLEASHED_API_KEY", KEY));
            assert_eq!(ran.code, 0, "{verb:?}: {}", ran.stderr);
            let (printed, middle) = (ran.stdout + &ran.stderr, &text[7..text.len() - 4]);
            assert!(!printed.contains(middle), "{middle} in what {verb:?} prints: {printed}");
        }
    }
}

/// Unleashed's signature of no query opens every such request, for ever.
#[test]
fn the_signature_of_no_query_is_masked_in_a_query() {
    let sign = |url: &str, verb: &str| {
        let url = format!("https://api.unleashedsoftware.com{url}");
        let mut command = tool();
        run(command.args([verb, "unleashed", "GET", &url, "--json"]).envs(VARIABLES))
    };
    let signed = sign("/Customers", "sign").json();
    let eternal = signed["headers"]["api-auth-signature"].as_str().unwrap();
    let explained = sign(&format!("/Customers?api-auth-signatur={eternal}"), "explain");
    assert!(explained.stdout.contains("(secret)"), "{}", explained.stdout);
    assert!(!explained.stdout.contains(eternal.trim_end_matches('=')), "{}", explained.stdout);
}
