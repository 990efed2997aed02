//! `check` and `new`: declarations and their vectors.

use std::path::PathBuf;

use serde_json::json;

use crate::support::{run, tool};

fn shipped(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../declarations").join(name)
}

#[test]
fn a_new_file_is_one_that_holds() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("acme-pay.toml");
    let printed = run(tool().args(["new", "acme-pay"]));
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    assert!(printed.stdout.contains("name = \"acme-pay\"") && printed.stdout.contains("ACME_PAY_SECRET"));
    std::fs::write(&file, &printed.stdout).unwrap();
    let checked = run(tool().arg("check").arg(&file).arg("--json"));
    let expected = json!({
        "file": file.to_str().unwrap(),
        "name": "acme-pay",
        "vectors": [{ "source": "made up", "made": true, "verified": true, "tampered_refused": true }],
        "warnings": [],
        "covers": { "method": true, "host": false, "path": true, "query": true, "body": true, "time": true },
    });
    assert_eq!((checked.code, checked.json()), (0, expected));
    for name in ["netvisor", "a\"\nx = 1", "Acme", ""] {
        let refused = run(tool().args(["new", name, "--json"]));
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{name:?}");
    }
}

#[test]
fn a_vector_that_does_not_hold_is_told_with_what_differs() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("slack.toml");
    let text = std::fs::read_to_string(shipped("slack.toml")).unwrap();
    std::fs::write(&file, text.replace("v0:{time}:", "v0.{time}:")).unwrap();
    let checked = run(tool().arg("check").arg(&file).arg(shipped("github.toml")));
    assert_eq!((checked.code, checked.stderr.as_str()), (1, ""));
    for said in [
        "FAILED line",
        "made: no; verified: no; refused when tampered with: yes",
        "signed: \"v0.1531420618:token=xyzz0WbapA4vBCDEFasx0q6G&",
        "header x-slack-signature: made \"v0=",
        "[declared-signature-mismatch]",
        "ok     line 17: GitHub docs",
        "[no-stamp]",
        "covers: method no, host no, path no, query no, body yes, time -",
    ] {
        assert!(checked.stdout.contains(said), "{said}: {}", checked.stdout);
    }
    assert!(
        !checked.stdout.contains("8f742231b10e8888abcd99yyyzzz85a5"),
        "a key of a vector is masked as any other"
    );
}

#[test]
fn a_file_that_is_refused_is_told_with_its_line_and_the_others_are_checked() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("bad.toml");
    std::fs::write(&file, "name = \"acme\"\nsecrets = 1\n").unwrap();
    let checked = run(tool().arg("check").arg(&file).arg(shipped("github.toml")).arg("--json"));
    assert_eq!((checked.code, checked.json()["name"].as_str()), (2, Some("github")));
    assert_eq!(checked.error_code(), "declaration-malformed");
    assert!(checked.stderr.contains("bad.toml: line "), "{}", checked.stderr);
    assert_eq!(run(tool().args(["check", "no-such-file.toml"])).code, 2);
}
