//! `sign` of a header that is not in UTF-8.

use crate::support::{Ran, VARIABLES, run, tool};

fn sign(sender: &str, arguments: &[&str]) -> Ran {
    let mut command = tool();
    command.args(["sign", "netvisor", "GET", "https://integration.netvisor.fi/customerlist.nv"]);
    run(command.args(arguments).envs(VARIABLES).env("NETVISOR_SENDER", sender))
}

/// The MAC covers these bytes, and a client that is given the text sends others.
const BYTES: &str = r#"x-netvisor-authentication-sender is sent as the bytes "Testi \xd6y \xa4""#;

#[test]
fn the_bytes_of_a_header_that_is_not_ascii_are_noted() {
    for arguments in [&[][..], &["--output", "json"]] {
        let signed = sign("Testi Öy €", arguments);
        assert_eq!(signed.code, 0);
        assert!(signed.stdout.contains("Testi Öy €"), "{}", signed.stdout);
        assert!(signed.stderr.starts_with(&format!("countersign: {BYTES}")), "{}", signed.stderr);
    }
    let signed = sign("Testi Öy €", &["--json"]);
    assert_eq!(signed.json()["headers"]["x-netvisor-authentication-sender"], "Testi Öy €");
    let note: serde_json::Value = serde_json::from_str(&signed.stderr).unwrap();
    assert_eq!(note["note"]["code"], "header-not-ascii");
    assert!(note["note"]["message"].as_str().unwrap().starts_with(BYTES), "{note}");
}

#[test]
fn there_is_nothing_to_note_where_text_and_bytes_are_the_same() {
    let signed_for = "signed for GET https://integration.netvisor.fi/customerlist.nv\n";
    for (sender, arguments, noted) in
        [("Testi Oy", &[][..], signed_for), ("Testi Oy", &["--json"], ""), ("Öy", &["--output", "curl"], "")]
    {
        let signed = sign(sender, arguments);
        assert_eq!((signed.code, signed.stderr.as_str()), (0, noted), "{sender} {arguments:?}");
    }
    let url = &sign("Testi Oy", &["--json"]).json()["url"];
    assert_eq!(url, "https://integration.netvisor.fi/customerlist.nv");
}
