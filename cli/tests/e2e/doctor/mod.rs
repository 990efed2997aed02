//! `doctor`: what it finds out, and what it never does.

mod found_out;
mod restrained;
mod server;

use std::process::Command;

use serde_json::Value;

use crate::support::{Ran, RunningSandbox, run, tool};

/// `doctor PROVIDER` of this URL, allowed there.
fn doctor(provider: &str, url: &str) -> Command {
    let origin = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let mut command = tool();
    command.args(["doctor", provider, "--url", url, "--allow-origin", &origin, "--json"]);
    command
}

/// The same of a provider of the sandbox, with its credentials.
fn of_sandbox(sandbox: &RunningSandbox, provider: &str) -> Ran {
    let path = match provider {
        "netvisor" => "/customerlist.nv?keyword=countersign",
        "netgiro" => "/v1/sales/GetList",
        "unleashed" => "/Customers/1?pageSize=1",
        _ => "/carriers",
    };
    let mut command = doctor(provider, &(sandbox.url(provider) + path));
    run(command.arg("--env-file").arg(sandbox.env_file()))
}

/// What was found of each thing, in the order in which it was found.
fn found(ran: &Ran) -> Vec<(String, String)> {
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    let object = ran.json();
    let findings = object["findings"].as_array().unwrap().iter();
    findings.map(|finding| (text(finding, "about"), text(finding, "found"))).collect()
}

/// The same, where `reached`, `clock` and `credentials` come first and are as they should be.
fn found_besides(ran: &Ran) -> Vec<(String, String)> {
    let mut found = found(ran);
    let usual = [("reached", "yes"), ("clock", "right"), ("credentials", "accepted")];
    assert_eq!(found.drain(..3).collect::<Vec<_>>(), usual.map(owned), "{}", ran.stdout);
    found
}

fn owned((about, found): (&str, &str)) -> (String, String) {
    (about.to_owned(), found.to_owned())
}
