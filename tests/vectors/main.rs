//! The vectors of this folder, each as a test of its own by its id: `cargo test --test vectors -- hmac-ts-oracle`.

mod capture;
mod cavage;
mod length_extension;
mod netgiro;
mod netvisor;
mod plain;
mod unleashed;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = netvisor::trials();
    trials.extend(netgiro::trials());
    trials.extend(length_extension::trials());
    trials.extend(unleashed::trials());
    trials.extend(cavage::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test named `provider::id`, which fails when `check` panics.
fn trial(provider: &str, id: &str, check: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(format!("{provider}::{id}"), move || {
        check();
        Ok(())
    })
}
