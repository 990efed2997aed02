//! No secret and no signature in what explanations and diagnoses print.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use countersign::diagnose::Diagnosis;
use countersign::explain::Transcript;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use serde::Serialize;

use super::made::Signing;
use super::mistakes::MISTAKES;
use super::subject::{OTHER_SECRET, SECRET, Subject};

#[test]
fn explanations_and_diagnoses_keep_secrets() {
    let secrets: Vec<String> = [SECRET.as_bytes(), OTHER_SECRET.as_bytes()]
        .into_iter()
        .flat_map(|secret| [secret.to_vec(), BASE64.decode(secret).unwrap()])
        .flat_map(|secret| written(&secret))
        .collect();
    for subject in Subject::ALL {
        let right = Signing::of(subject);
        let transcript = subject.transcript(SECRET, OTHER_SECRET);
        let mut forbidden = [secrets.clone(), written(right.signature().as_bytes()).to_vec()].concat();
        let explanation = transcript.explain();
        check(&forbidden, &printed(&explanation));
        check(&forbidden, &[format!("{transcript:?}")]);
        for (_, make) in MISTAKES {
            let mut signing = right.clone();
            make(&mut signing);
            let received = signing.signature();
            forbidden.push(received.clone());
            check(&forbidden, &printed(&diagnose(&transcript, &received)));
            forbidden.pop();
        }
    }
}

fn diagnose(transcript: &Transcript, received: &str) -> Diagnosis {
    transcript.diagnose_briefly(received)
}

/// The ways in which bytes could end up in a text.
fn written(bytes: &[u8]) -> [String; 4] {
    let plain = String::from_utf8_lossy(bytes).into_owned();
    [plain, hex::encode(bytes), BASE64.encode(bytes), percent_encode(bytes, NON_ALPHANUMERIC).to_string()]
}

fn printed<T: std::fmt::Display + std::fmt::Debug + Serialize>(shown: &T) -> [String; 4] {
    let json = serde_json::to_string(shown).unwrap();
    [format!("{shown}"), format!("{shown:?}"), format!("{shown:#?}"), json]
}

fn check(forbidden: &[String], texts: &[String]) {
    for (secret, text) in forbidden.iter().flat_map(|secret| texts.iter().map(move |text| (secret, text))) {
        assert!(!text.contains(secret.as_str()), "{secret} in {text}");
    }
}
