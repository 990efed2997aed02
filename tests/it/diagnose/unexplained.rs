//! No diagnosis where there is no known mistake.

use countersign::diagnose::Outcome;
use proptest::prelude::*;

use super::made::Signing;
use super::subject::Subject;

/// Printable ASCII without `&`, which Netvisor refuses, and not padded with blanks.
const SECRET: &str = "[!-%'-~][ -%'-~]{0,40}[!-%'-~]";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn another_key_is_never_taken_for_a_mistake(
        secret in SECRET,
        other in SECRET,
        // Netvisor, with a thousand milliseconds to try, has its turn in the full searches below.
        subject in proptest::sample::select(&[Subject::Netgiro, Subject::Unleashed, Subject::UnleashedDecoded][..]),
    ) {
        let received = Signing::of(subject).signature();
        let diagnosis = subject.transcript(&secret, &other).diagnose_briefly(&received);
        prop_assert_eq!(diagnosis.code(), "unexplained");
        prop_assert_eq!(diagnosis.outcome(), Outcome::Unexplained);
        let is_said = diagnosis.not_tried().any(|why| why.contains("not every known mistake was tried"));
        prop_assert!(diagnosis.is_complete() || is_said);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn nor_for_two_mistakes(
        secret in SECRET,
        other in SECRET,
        subject in proptest::sample::select(&Subject::ALL[..]),
    ) {
        let received = Signing::of(subject).signature();
        let diagnosis = subject.transcript(&secret, &other).diagnose(&received);
        prop_assert_eq!(diagnosis.outcome(), Outcome::Unexplained);
        let is_said = diagnosis.not_tried().any(|why| why.contains("not every known mistake was tried"));
        prop_assert!(diagnosis.is_complete() || is_said);
    }
}
