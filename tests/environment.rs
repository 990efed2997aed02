//! `from_env` reads the real environment of a process. Changing one's own is unsafe, so each test starts this program
//! again with the variables that it wants, and the child prints what became of it.

use std::env;
use std::process::{Command, ExitCode};

use countersign::Error;
use countersign::netgiro::Netgiro;
use countersign::netvisor::Netvisor;
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;
use libtest_mimic::{Arguments, Trial};

/// In a child: the provider to build.
const BUILD: &str = "COUNTERSIGN_TEST_BUILD";

const PROVIDERS: [(&str, &[&str]); 4] = [
    (
        "netvisor",
        &[
            "NETVISOR_SENDER",
            "NETVISOR_CUSTOMER_ID",
            "NETVISOR_CUSTOMER_KEY",
            "NETVISOR_PARTNER_ID",
            "NETVISOR_PARTNER_KEY",
            "NETVISOR_ORGANISATION_ID",
        ],
    ),
    ("netgiro", &["NETGIRO_APP_KEY", "NETGIRO_SECRET_KEY"]),
    ("unleashed", &["UNLEASHED_API_ID", "UNLEASHED_API_KEY"]),
    ("vizion", &["VIZION_API_KEY"]),
];

fn main() -> ExitCode {
    if let Ok(provider) = env::var(BUILD) {
        match build(&provider) {
            Ok(()) => println!("built"),
            Err(error) => println!("{error}"),
        }
        return ExitCode::SUCCESS;
    }
    let trials = PROVIDERS.into_iter().flat_map(|(provider, names)| {
        let trial = |what: &str, check: fn(&str, &[&str])| {
            Trial::test(format!("{provider}::{what}"), move || {
                check(provider, names);
                Ok(())
            })
        };
        [
            trial("builds_from_its_variables", |provider, names| {
                assert_eq!(in_child(provider, names), "built");
            }),
            trial("lists_what_is_missing", |provider, names| {
                assert_eq!(in_child(provider, &[]), format!("{provider}: not set: {}", names.join(", ")));
            }),
        ]
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn build(provider: &str) -> Result<(), Error> {
    match provider {
        "netvisor" => Netvisor::from_env().map(drop),
        "netgiro" => Netgiro::from_env().map(drop),
        "unleashed" => Unleashed::from_env().map(drop),
        "vizion" => Vizion::from_env().map(drop),
        unknown => panic!("no provider {unknown}"),
    }
}

/// What a process prints that builds `provider` with these variables set, and no other of its own.
fn in_child(provider: &str, names: &[&str]) -> String {
    let mut child = Command::new(env::current_exe().unwrap());
    for name in
        PROVIDERS.iter().flat_map(|(_, names)| *names).chain(&["NETVISOR_LANGUAGE", "UNLEASHED_CLIENT_TYPE"])
    {
        child.env_remove(name);
    }
    let output =
        child.env(BUILD, provider).envs(names.iter().map(|name| (name, "acme/stock"))).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
