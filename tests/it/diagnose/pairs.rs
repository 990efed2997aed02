//! Two mistakes made together: found, and named with both codes.

use countersign::diagnose::Outcome;

use super::made::Signing;
use super::mistakes::{MISTAKES, Made};
use super::subject::Subject;

/// From different stages: the address, the fields, the secret, the encoding.
const COMBINED: [&str; 10] = [
    "query-decoded",
    "query-reordered",
    "body-missing",
    "local-time",
    "separator-missing",
    "secret-surrounding-whitespace",
    "secret-case",
    "utf-16",
    "sha-512",
    "base64-for-hex",
];

#[test]
fn two_mistakes_are_found_together() {
    let chosen = COMBINED.map(|code| first_made(code));
    let mut tried = 0;
    for subject in [Subject::Netgiro, Subject::NetvisorHmac, Subject::Unleashed] {
        let right = Signing::of(subject);
        let changes = |made: &Made| after(&right, &[made]).signature() != right.signature();
        let possible: Vec<_> = chosen.iter().filter(|made| changes(made)).collect();
        for (place, first) in possible.iter().enumerate() {
            for second in possible.iter().skip(place + 1) {
                let diagnosis = subject.diagnose(&after(&right, &[first, second]).signature());
                assert_eq!(diagnosis.outcome(), Outcome::Reproduced, "{subject:?} {} {}", first.0, second.0);
                assert_eq!(diagnosis.code(), format!("{}+{}", first.0, second.0), "{subject:?}");
                tried += 1;
            }
        }
    }
    assert!(tried > 20, "{tried}");
}

fn first_made(code: &str) -> Made {
    *MISTAKES.iter().find(|(made, _)| *made == code).unwrap()
}

fn after(right: &Signing, made: &[&Made]) -> Signing {
    let mut signing = right.clone();
    made.iter().for_each(|(_, make)| make(&mut signing));
    signing
}
