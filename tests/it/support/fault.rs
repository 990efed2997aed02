//! A fault that the crate does not know, as a provider of a user's own has them.

use std::fmt;

use countersign::Error;
use countersign::fault::{Code, Fault, Kind};

/// Its code.
#[derive(Debug)]
pub(crate) struct TestFault(pub(crate) &'static str);

impl fmt::Display for TestFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a test's own fault")
    }
}

impl Fault for TestFault {
    fn code(&self) -> Code {
        Code::new(self.0, Kind::Signing, "None.")
    }
}

/// A sentence of several words, not a code.
pub(crate) fn assert_says_what_to_do(error: &Error) {
    let next_step = error.next_step();
    assert!(next_step.ends_with('.') && next_step.split(' ').count() >= 4, "{error:#}: {next_step:?}");
}
