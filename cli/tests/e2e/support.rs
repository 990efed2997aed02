//! Running the tool, and a sandbox that it runs.

use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What each provider needs.
pub(crate) const VARIABLES: [(&str, &str); 12] = [
    ("NETVISOR_SENDER", "Acme"),
    ("NETVISOR_CUSTOMER_ID", "FI_1"),
    ("NETVISOR_CUSTOMER_KEY", "customer key"),
    ("NETVISOR_PARTNER_ID", "Acm_1"),
    ("NETVISOR_PARTNER_KEY", "partner key"),
    ("NETVISOR_ORGANISATION_ID", "1234567-8"),
    ("NETGIRO_APP_KEY", "app-key"),
    ("NETGIRO_SECRET_KEY", "secret key"),
    ("UNLEASHED_API_ID", "api-id"),
    ("UNLEASHED_API_KEY", "api key"),
    ("UNLEASHED_CLIENT_TYPE", "acme/stock"),
    ("VIZION_API_KEY", "vizion-key"),
];

/// A command with no credentials in its environment.
pub(crate) fn tool() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.env_clear();
    command
}

/// What a run printed, and how it ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn run(command: &mut Command) -> Ran {
    ended(command.stdin(Stdio::null()).output().unwrap())
}

pub(crate) fn run_with_input(command: &mut Command, input: &[u8]) -> Ran {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A run that fails over its arguments ends without reading.
    if let Err(error) = child.stdin.take().unwrap().write_all(input) {
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    }
    ended(child.wait_with_output().unwrap())
}

fn ended(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("{}{}", self.stdout, self.stderr))
    }

    /// The stable code of the failure that a run with `--json` reported.
    pub(crate) fn error_code(&self) -> String {
        let error: Value = serde_json::from_str(&self.stderr).unwrap_or_else(|_| panic!("{}", self.stderr));
        error["error"]["code"].as_str().unwrap().to_owned()
    }
}

/// `countersign sandbox`, stopped when dropped.
pub(crate) struct RunningSandbox {
    child: Child,
    addresses: Value,
    directory: TempDir,
}

impl RunningSandbox {
    /// With made-up credentials.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_as(tool(), arguments)
    }

    /// In the command's environment, whose credentials `--use-environment` takes.
    pub(crate) fn start_as(mut command: Command, arguments: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        command.args(["sandbox", "--json", "--write-env"]).arg(directory.path().join("demo.env"));
        let mut child = command.args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, addresses: serde_json::from_str(&line).unwrap(), directory }
    }

    pub(crate) fn url(&self, provider: &str) -> String {
        self.addresses[provider].as_str().unwrap().to_owned()
    }

    /// The providers of which it says that their keys are real.
    pub(crate) fn real_keys(&self) -> Vec<&str> {
        self.addresses["real_keys"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
    }

    pub(crate) fn env_file(&self) -> PathBuf {
        self.directory.path().join("demo.env")
    }

    /// A file beside the sandbox's, with this content.
    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// `verb PROVIDER METHOD URL` to the sandbox, allowed there and with its credentials.
    pub(crate) fn command(&self, verb: &str, provider: &str, method: &str, path: &str) -> Command {
        let origin = self.url(provider);
        let mut command = tool();
        command.args([verb, provider, method, &format!("{origin}{path}")]);
        command.args(["--allow-origin", &origin, "--env-file"]).arg(self.env_file());
        command
    }
}

impl Drop for RunningSandbox {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has noticed by then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
