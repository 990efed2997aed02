//! What `sandbox` tells of each request on standard error.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::support::{run, tool};

/// A refusal comes with its diagnosis and its fix, and a key that is in the URL by mistake is left out.
#[test]
fn a_refusal_is_told_with_its_diagnosis_and_without_keys() {
    let mut command = tool();
    let credentials = [
        ("UNLEASHED_API_ID", "api-id"),
        ("UNLEASHED_API_KEY", "canary-unleashed-key"),
        ("UNLEASHED_CLIENT_TYPE", "acme/stock"),
    ];
    command
        .args(["sandbox", "--use-environment"])
        .envs(credentials)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut sandbox = command.spawn().unwrap();
    let mut addresses = BufReader::new(sandbox.stdout.take().unwrap()).lines();
    let unleashed =
        addresses.by_ref().map(Result::unwrap).find(|line| line.starts_with("unleashed ")).unwrap();
    let origin = unleashed.split_whitespace().nth(1).unwrap();
    let url = format!("{origin}/Customers?key=canary-unleashed-key&name=%C3%84rla");
    let mut send = tool();
    send.args(["send", "unleashed", "GET", &url, "--allow-origin", origin, "--form", "as-sent"]);
    assert_eq!(run(send.envs(credentials)).code, 1);

    let mut told = BufReader::new(sandbox.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(told.next().unwrap(), "real keys: unleashed");
    let told = told.next().unwrap();
    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
    assert!(told.starts_with(&format!("403 GET {origin}/Customers?key=(secret)&name=")), "{told}");
    assert!(told.contains("choose `SignedForm::AsSent`") && told.ends_with(" [query-not-decoded]"), "{told}");
}
