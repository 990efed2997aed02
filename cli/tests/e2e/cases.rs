//! Mistakes that people made, from public reports, each made anew with made-up keys (`tests/cases`): how many the tool
//! names, with the detail that tells what was done.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use crate::support::{run_with_input, tool};

const CASES: &str = include_str!("../cases/diagnose.json");
/// Cases of the same kind, made by other people from other reports.
const MORE: &str = include_str!("../cases/more.json");
/// Mistakes that a reviewer made, to see whether they are named.
const TRIED: &str = include_str!("../cases/tried.json");
const KEYS: &str = include_str!("../cases/keys.env");

/// So many of a hundred are named.
const NAMED: usize = 94;

/// What nothing can name, with the reason. Each other case has its code, and a detail that says what its name says.
const UNNAMED: [(usize, &str); 8] = [
    (5, "the host that was signed is nowhere in the message: the tool asks for the public origin"),
    (28, "the letter was replaced by `?` before the capture: told to be another body"),
    (127, "signed with a key that is not at hand"),
    (150, "an empty nonce is refused with its name before anything is explained"),
    (154, "what was signed beside the URL is not at hand"),
    (156, "the body of the request is not at hand where its reply is verified"),
    (200, "base64-decoded by a decoder that gives the same bytes as a cut at the hyphen: named as the cut"),
    (214, "neither the timestamp nor the transaction id is at hand: the tool asks for them"),
];

pub(crate) fn with_keys(command: &mut Command) -> &mut Command {
    let keys = KEYS.lines().filter_map(|line| line.split_once('='));
    command.envs(keys.map(|(name, value)| (name, value.trim_matches('\''))))
}

/// What came out: `accepted`, or a code and a detail.
fn outcome(case: &Value) -> (String, String) {
    let arguments = case["argv"].as_array().unwrap().iter().map(|argument| argument.as_str().unwrap());
    let input = BASE64.decode(case["stdin_base64"].as_str().unwrap_or_default()).unwrap();
    let ran = run_with_input(with_keys(&mut tool()).args(arguments).arg("--json"), &input);
    let Ok(told) = serde_json::from_str::<Value>(&ran.stdout) else {
        return ("error".to_owned(), ran.stderr);
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match &told["diagnosis"] {
        Value::Null if told["verdict"] == "verified" => ("accepted".to_owned(), String::new()),
        Value::Null => ("refused".to_owned(), text(&told["code"])),
        diagnosis => {
            let is_told_as_it_is = ["other-body", "signature-malformed", "signature-cut", "unexplained"];
            let code = text(&diagnosis["code"]);
            let proved = diagnosis["proved"] == true;
            assert!(proved || is_told_as_it_is.iter().any(|known| code.contains(known)), "{diagnosis}");
            assert!(!told["not_tried"].is_null(), "{told}");
            (code, text(&diagnosis["detail"]))
        }
    }
}

/// How many cases have their code, and a detail that says what the case's name says: all but those that nothing can name.
fn count_named(cases: &str, unnamed: &[(usize, &str)]) -> (usize, usize) {
    let cases: Value = serde_json::from_str(cases).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    let (mut named, mut wrong) = (0, Vec::new());
    for (place, case) in cases.iter().enumerate() {
        let (code, detail) = outcome(case);
        let expected = case["is"].as_str().unwrap();
        let says = case["says"].as_str().unwrap_or_default();
        if unnamed.iter().any(|(unnamed, _)| *unnamed == place) {
            continue;
        }
        if code == expected && detail.contains(says) {
            named += 1;
        } else {
            wrong.push(format!("{place} {}: {code}, {detail}; expected {expected}, {says}", case["name"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    (named, cases.len())
}

#[test]
fn what_people_did_is_named() {
    let (named, all) = count_named(CASES, &UNNAMED);
    assert!(100 * named >= NAMED * all, "{named} of {all}");
    assert!(UNNAMED.len() <= 15);
}

#[test]
fn what_other_people_did_is_named() {
    assert_eq!(count_named(MORE, &[]), (84, 84));
}

#[test]
fn what_a_reviewer_did_is_named() {
    assert_eq!(count_named(TRIED, &[]), (42, 42));
}

/// No case is known by heart.
#[test]
fn no_case_stands_in_the_source() {
    fn read(folder: &std::path::Path, text: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, text);
            } else {
                text.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
            }
        }
    }
    let mut source = String::new();
    read(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/diagnose"), &mut source);
    let values =
        KEYS.lines().filter_map(|line| line.split_once('=')).map(|(_, value)| value.trim_matches('\''));
    for value in values.filter(|value| value.len() > 2) {
        assert!(!source.contains(value), "{value}");
    }
    let cases = [CASES, MORE, TRIED].map(|cases| serde_json::from_str::<Value>(cases).unwrap());
    for case in cases.iter().flat_map(|cases| cases["cases"].as_array().unwrap()) {
        let long = |text: &&str| text.len() > 64;
        for text in case["argv"].as_array().unwrap().iter().filter_map(Value::as_str).filter(long) {
            assert!(!source.contains(text), "{text}");
        }
    }
}
