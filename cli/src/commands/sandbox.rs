//! `sandbox`: the four providers, played on loopback.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use countersign::SignedForm;
use countersign::redact::printable;
use countersign_sandbox::{
    Builder, Credentials, DeclaredSandbox, Exchange, Fault, Quirk, Sandbox, Script, StartError, Told, Vendor,
    Verdict,
};
use serde::Serialize;
use tokio::sync::broadcast::error::RecvError;

use super::Context;
use crate::argument_values::Offering;
use crate::declaration::{DeclarationFile, Pair};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::output;
use crate::request_args::Form;

/// Play the four providers on loopback until interrupted, and print their addresses and the inspector page's
///
/// The keys are made up and open nothing; --write-env puts them into a file. With --use-environment, a provider has the real
/// keys of the environment if there are any; then it signs an answer only if the request was signed right. Without --json,
/// each request and its verdict are printed on standard error.
#[derive(Args)]
#[command(after_long_help = "\
Faults of --fault:
  wrong-signature, tampered, reflected, extended, stale   forged replies of Netgíró's
  failed=CODE                                              Netvisor's FAILED, e.g. failed=PERIOD_LOCK
  redirect[=URL], 503, slow[=SECONDS], cut-off             of all four

A script for --script is a list of replies; the first that matches a request and is not used up answers it:
  [[reply]]
  provider = \"netgiro\"
  method = \"POST\"                  # any, if left out; so are path, and query = { name = \"value\" }
  path = \"/v1/checkout/*\"          # * at the end for any rest
  ready = \"declined\"               # or status, headers, and body or file, in the script's folder
  times = 1                        # always, if left out
  effect = \"after\"                 # a gateway's answer, unsigned, after (or \"before\") the request took effect
For an unknown ready reply, the error lists the names that exist.

Examples:
  countersign sandbox --write-env demo.env
  countersign sandbox --listen 127.0.0.1:8100 --fault slow=10
  countersign sandbox --script replies.toml
  countersign sandbox --quirk netvisor-decoded --quirk netvisor-utf8
  countersign sandbox --use-environment --env-file test.env
  countersign sandbox --provider acme.toml --script replies.toml
  countersign sandbox --json")]
pub(crate) struct SandboxArgs {
    /// The loopback address and first port: one port for each provider, then one for the page; 0 takes free ports
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,

    /// Give every answer this fault
    #[arg(long, value_name = "NAME", value_parser = fault(), hide_possible_values = true)]
    fault: Option<Fault>,

    /// Make a provider do this in another way than by default; may be given several times
    #[arg(long, value_name = "NAME", value_parser = quirk())]
    quirk: Vec<Quirk>,

    /// Play only the provider that this file declares, with credentials of the environment: 200, or what --script says
    #[arg(long, value_name = "FILE.toml", conflicts_with_all = ["fault", "quirk", "form", "use_environment", "allow_host", "write_env"])]
    provider: Option<PathBuf>,

    /// Take a credential of --provider from this variable, e.g. secret=SHOP_KEY [default: those named after the file]
    #[arg(long, value_name = "CREDENTIAL=VARIABLE", requires = "provider")]
    credential: Vec<Pair>,

    /// Answer accepted requests with the replies of this TOML file
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

    /// Take this form of URLs and queries to be signed [default: as-sent for netvisor, decoded for unleashed]
    #[arg(long, value_name = "NAME")]
    form: Option<Form>,

    /// Take credentials from the environment and the file of --env-file, and made-up ones for the rest
    #[arg(long)]
    use_environment: bool,

    /// Also answer to this host name, such as that of a container; any other name gets 421
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,

    /// Write the made-up credentials to a new file, for --env-file
    #[arg(long, value_name = "FILE")]
    write_env: Option<PathBuf>,
}

/// Reads a fault.
fn fault() -> impl TypedValueParser<Value = Fault> {
    Offering::new(Fault::EXAMPLES, Fault::from_str)
}

/// Reads the name of a quirk, so that help, errors and completions list all quirks.
fn quirk() -> impl TypedValueParser<Value = Quirk> {
    PossibleValuesParser::new(Quirk::ALL.map(Quirk::name)).try_map(|name| name.parse::<Quirk>())
}

/// Where the providers listen, as `--json` prints it.
#[derive(Serialize)]
struct Addresses<'a> {
    netvisor: &'a str,
    netgiro: &'a str,
    unleashed: &'a str,
    vizion: &'a str,
    inspector: &'a str,
    /// The providers whose keys are not the made-up ones.
    real_keys: &'a [&'static str],
}

pub(crate) async fn run(args: SandboxArgs, context: &Context) -> Result<(), Failure> {
    if let Some(path) = &args.provider {
        return declared(path, &args, context).await;
    }
    if context.environment.has_file() && !args.use_environment {
        let message = "--env-file means nothing to the sandbox without --use-environment";
        return Err(Failure::usage(message));
    }
    let environment = args.use_environment.then_some(&context.environment);
    if let Some(path) = &args.write_env {
        write_demo_credentials(path, environment)?;
    }
    let credentials = match environment {
        Some(environment) => environment.supply(|lookup| Credentials::from_variables(lookup))??,
        None => Credentials::demo(),
    };
    let is_real = |vendor: &Vendor| !credentials.has_demo_keys(*vendor);
    let real_keys: Vec<_> = Vendor::ALL.into_iter().filter(is_real).map(Vendor::name).collect();
    let mut builder = Sandbox::builder().credentials(credentials).listen(args.listen);
    if let Some(form) = args.form.map(SignedForm::from) {
        builder = builder.netvisor_signed_form(form).unleashed_signed_form(form);
    }
    builder = args.quirk.into_iter().fold(builder, Builder::quirk);
    if let Some(fault) = args.fault {
        builder = builder.fault(fault);
    }
    if let Some(path) = args.script {
        builder = builder.script(Script::read(path).map_err(|error| Failure::usage(error.to_string()))?);
    }
    builder = args.allow_host.into_iter().fold(builder, Builder::allow_host);
    let sandbox = builder.start().await.map_err(start_failure)?;
    print_addresses(&sandbox, &real_keys, context.json)?;
    tokio::select! {
        () = tell_exchanges(&sandbox), if !context.json => {}
        () = interrupted() => {}
    }
    sandbox.stop().await;
    Ok(())
}

/// Plays the provider that a file declares.
async fn declared(path: &Path, args: &SandboxArgs, context: &Context) -> Result<(), Failure> {
    let signer = DeclarationFile::read(path, &args.credential)?.signer(&context.environment)?;
    let script = args.script.as_ref().map(Script::read).transpose();
    let script = script.map_err(|error| Failure::usage(error.to_string()))?;
    let (name, json) = (signer.name().to_owned(), context.json);
    let tell = move |told: &Told| {
        if !json {
            output::note(&printable(&told.to_string()));
        }
    };
    let sandbox = DeclaredSandbox::start(signer, args.listen, script, tell).await.map_err(start_failure)?;
    if json {
        output::json(&serde_json::json!({ name: sandbox.url() }))?;
    } else {
        output::line(&format!("{name:10} {}", sandbox.url()))?;
    }
    interrupted().await;
    sandbox.stop().await;
    Ok(())
}

fn start_failure(error: StartError) -> Failure {
    match error {
        StartError::Credentials(error) => error.into(),
        StartError::Listen { vendor, source } => {
            Failure::usage(format!("cannot listen for {}: {source}", vendor.name()))
        }
        StartError::ListenDeclared(source) => {
            Failure::usage(format!("cannot listen for the declared provider: {source}"))
        }
        StartError::ListenInspector(source) => {
            Failure::usage(format!("cannot listen for the inspector: {source}"))
        }
        error => Failure::usage(error.to_string()),
    }
}

fn print_addresses(sandbox: &Sandbox, real_keys: &[&'static str], json: bool) -> Result<(), Failure> {
    let addresses = Addresses {
        netvisor: sandbox.netvisor_url(),
        netgiro: sandbox.netgiro_url(),
        unleashed: sandbox.unleashed_url(),
        vizion: sandbox.vizion_url(),
        inspector: sandbox.inspector_url(),
        real_keys,
    };
    if json {
        return output::json(&addresses);
    }
    let Addresses { netvisor, netgiro, unleashed, vizion, inspector, .. } = addresses;
    for (vendor, address) in Vendor::ALL.iter().zip([netvisor, netgiro, unleashed, vizion]) {
        output::line(&format!("{:10} {address}", vendor.name()))?;
    }
    output::line(&format!("{:10} {inspector}", "inspector"))?;
    if !real_keys.is_empty() {
        output::note(&format!("real keys: {}", real_keys.join(", ")));
    }
    Ok(())
}

/// Prints each request and its verdict, until the sandbox stops.
async fn tell_exchanges(sandbox: &Sandbox) {
    let mut exchanges = sandbox.subscribe();
    loop {
        match exchanges.recv().await {
            Ok(exchange) => {
                let url = printable(&exchange.redacted_url());
                let (status, verdict) = (exchange.status().as_u16(), verdict(&exchange));
                output::note(&format!("{status} {} {url} {verdict}", exchange.method()));
            }
            Err(RecvError::Lagged(missed)) => output::note(&format!("({missed} requests are not shown)")),
            Err(RecvError::Closed) => return,
        }
    }
}

/// The verdict as in `x-countersign-diagnosis`, with the fix.
fn verdict(exchange: &Exchange) -> String {
    match (exchange.verdict(), exchange.diagnosis()) {
        (Verdict::Accepted, _) => "accepted".to_owned(),
        (Verdict::Refused(_), Some(diagnosis)) => {
            let (code, sentence, fix) = (diagnosis.code(), diagnosis.sentence(), diagnosis.fix());
            format!("refused: {} {} [{code}]", printable(sentence), printable(fix))
        }
        (Verdict::Refused(refusal), None) => {
            let fix = refusal.fix().map(|fix| format!(". {fix}")).unwrap_or_default();
            format!("refused: {refusal}{fix} [{}]", refusal.code())
        }
    }
}

/// Waits for Ctrl-C, or for SIGTERM on systems that have it.
async fn interrupted() {
    #[cfg(unix)]
    if let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        return;
    }
    // If the process cannot wait for Ctrl-C, Ctrl-C ends it by itself.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Writes the made-up credentials that are in use: those that the environment lacks, if it is used. Never replaces a file: it
/// may hold real credentials.
fn write_demo_credentials(path: &Path, environment: Option<&Environment>) -> Result<(), Failure> {
    let mut text = String::new();
    for (name, value) in Credentials::demo_variables() {
        let real = environment.map(|environment| environment.get(name)).transpose()?.flatten();
        if real.is_none() {
            text.push_str(&format!("{name}='{value}'\n"));
        }
    }
    let unwritable = |error| Failure::usage(format!("cannot write {}: {error}", path.display()));
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(unwritable)?;
    file.write_all(text.as_bytes()).map_err(unwritable)
}
