//! `proxy`: signs and verifies for programs in any language on this machine.

mod answer;
mod events;
mod provider;
mod show;
mod signing;
mod webhooks;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use clap::{ArgGroup, Args};
use countersign::webhook::RedisStore;
use tokio::sync::watch;

use crate::code::Code;
use crate::declaration::Pair;
use crate::environment::sources::Sources;
use crate::environment::{Environment, replay_store};
use crate::failure::Failure;
use crate::listener::{Address, Guard, Limits, Listener};
use crate::log;
use crate::output;
use crate::providers::webhooks::with_sender;
use crate::request_args::ProviderName;
use crate::signals::{Signal, Signals};
use events::Events;
use provider::Provider;
use signing::Signing;
use webhooks::{Receiver, WebhookArgs};

/// Sign the requests of programs on this machine and verify the replies; verify webhooks before an application gets them
///
/// The path begins with the provider's name: a call of http://127.0.0.1:4100/netgiro/v1/sales/GetList goes to
/// https://api.netgiro.is/v1/sales/GetList. Path, query and body stay as they are, byte for byte. The answer to a refused
/// request is a problem of RFC 9457, with its code in the header countersign-code. Redirects are handed back, and nothing
/// is sent twice. /healthz answers while the proxy runs, /metrics counts for Prometheus.
///
/// Webhooks come in by a listener of their own, which never signs. A delivery that verifies, is fresh and comes for the
/// first time goes to the application byte for byte, with the header countersign-verified.
///
/// At SIGTERM, ends with 0 after it has answered the requests under way. At SIGHUP, reads the credentials again.
#[derive(Args)]
#[command(
    group(ArgGroup::new("served").required(true).multiple(true)),
    override_usage = "\
countersign proxy [OPTIONS] <PROVIDER>...
       countersign proxy [OPTIONS] [PROVIDER]... --webhooks <PROVIDER> --webhooks-listen <ADDRESS> \
                        <--to <ORIGIN>|--dangerous-to <ORIGIN>>",
    after_long_help = "\
Any user of this machine can call a loopback address, and so have requests signed. Only its own user can open a socket.

Examples:
  countersign proxy netgiro netvisor --env-file /etc/countersign.env --listen unix:/run/countersign/sock
  countersign proxy unleashed acme.toml --upstream unleashed=http://127.0.0.1:8102 --env-file demo.env
  curl --unix-socket /run/countersign/sock 'http://localhost/netgiro/v1/sales/GetList?AllForCompany=true'
  countersign proxy --webhooks vizion --webhooks-listen 0.0.0.0:8080 --public-origin https://hooks.example.com \\
      --to http://127.0.0.1:3000"
)]
pub(crate) struct ProxyArgs {
    /// Whose requests are signed: netvisor, netgiro, unleashed, vizion, or the path of a declaration, which ends in .toml
    #[arg(value_name = "PROVIDER", value_parser = ProviderName::of_api(), hide_possible_values = true, group = "served")]
    providers: Vec<ProviderName>,

    /// Where requests come in: a loopback address and a port, or unix:PATH, a socket for this user alone
    /// [default: 127.0.0.1:4100, if a provider is named]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<Address>,

    /// Where a provider's requests go, in place of its production host; https, or loopback
    #[arg(long, value_name = "PROVIDER=ORIGIN")]
    upstream: Vec<Pair>,

    /// Where a provider's credentials come from, in place of the environment: file:PATH, or command:PROGRAM ARGUMENT…
    ///
    /// Either gives {"credentials": {"NAME": "value"}, "expires_at": TIME}, with the names of the variables, and is asked again
    /// while the proxy runs. A command is run without a shell.
    #[arg(long, value_name = "PROVIDER=SOURCE")]
    credentials: Vec<Pair>,

    #[command(flatten)]
    webhooks: WebhookArgs,
}

/// Programs of this machine call here: more connections than they need, and fewer than the system has descriptors.
const LIMITS: Limits = Limits { connections: 1024, silence: Duration::from_secs(60), for_whole_body: false };

/// The proxy's own paths, which no provider can have.
const OWN_PATHS: [&str; 2] = ["healthz", "metrics"];

impl ProxyArgs {
    /// Where requests to be signed come in, if anywhere.
    fn listens(&self) -> Result<Option<Address>, Failure> {
        let default = (!self.providers.is_empty()).then(Address::default);
        let listen = self.listen.clone().or(default);
        if let Some(beyond) = listen.as_ref().filter(|address| !address.is_local()) {
            let message =
                format!("{beyond} can be reached from other machines, which could have requests signed");
            return Err(Failure::unusable(Code::ProxyBeyondLoopback, message));
        }
        Ok(listen)
    }

    /// Fails if two providers have one name, or an option names a provider that is not there.
    fn check_names(&self) -> Result<(), Failure> {
        let mut names = Vec::new();
        for provider in &self.providers {
            let name = provider.name()?;
            if OWN_PATHS.contains(&name.as_str()) {
                let message =
                    format!("/{name} is a path of the proxy's own: give the declaration another name");
                return Err(Failure::unusable(Code::ProxyNameTaken, message));
            }
            if names.contains(&name) {
                return Err(Failure::unusable(Code::ProxyNameTaken, format!("{name} is named twice")));
            }
            names.push(name);
        }
        check_each("--upstream", &self.upstream, &names)?;
        names.extend(self.webhooks.webhooks.as_ref().map(ProviderName::name).transpose()?);
        check_each("--credentials", &self.credentials, &names)
    }

    /// The variables of declarations.
    fn declared(&self) -> Result<Vec<String>, Failure> {
        let mut variables = Vec::new();
        for provider in self.providers.iter().chain(&self.webhooks.webhooks) {
            if let ProviderName::File(_) = provider {
                variables.extend(provider.file()?.variables().map(str::to_owned));
            }
        }
        Ok(variables)
    }
}

fn check_each(option: &str, given: &[Pair], names: &[String]) -> Result<(), Failure> {
    for (index, Pair { name, .. }) in given.iter().enumerate() {
        if !names.contains(name) {
            let message = format!("{option} is for {name}, which the proxy is not started for");
            return Err(Failure::usage(message));
        }
        if given.iter().take(index).any(|other| other.name == *name) {
            return Err(Failure::usage(format!("{option} is given twice for {name}")));
        }
    }
    Ok(())
}

/// The proxy's side for webhooks of any provider: where it listens, and the future that serves.
type Inbound = (Option<Address>, Pin<Box<dyn Future<Output = ()>>>);

async fn inbound(
    args: &WebhookArgs,
    sources: &Sources,
    store: Option<RedisStore>,
    events: &Arc<Events>,
    stopping: watch::Receiver<bool>,
) -> Result<Inbound, Failure> {
    let (Some(sender), Some(address)) = (&args.webhooks, &args.webhooks_listen) else {
        return Ok((None, Box::pin(async {})));
    };
    with_sender!(sender, S => {
        let rotation = sources.of(&sender.name()?);
        let receiver = Receiver::<S>::new(args, sender, rotation, store, Arc::clone(events))?;
        let listener = Listener::bind(address).await?;
        Ok((Some(listener.address()?), Box::pin(receiver.serve(listener, stopping))))
    })
}

pub(crate) async fn run(args: &ProxyArgs, environment: Environment, json: bool) -> Result<(), Failure> {
    args.check_names()?;
    let listens = args.listens()?;
    log::to_standard_error(json);
    let mut signals = Signals::new()?;
    let events = Arc::new(Events::new(json));
    let store = match args.webhooks.webhooks {
        Some(_) => replay_store::redis(args.webhooks.redis.as_deref(), &environment).await?,
        None => None,
    };
    let sources = tokio::select! {
        started = Sources::start(environment, args.declared()?, &args.credentials) => Arc::new(started?),
        () = signals.stop() => return Ok(()),
    };
    let built = args.providers.iter().map(|name| Provider::build(name, &args.upstream, &sources, &events));
    let providers = built.collect::<Result<Vec<_>, _>>()?;
    let (stop, stopping) = watch::channel(false);
    let (webhooks, inbound) = inbound(&args.webhooks, &sources, store, &events, stopping.clone()).await?;
    let listener = match &listens {
        Some(address) => Some(Listener::bind(address).await?),
        None => None,
    };
    let address = listener.as_ref().map(Listener::address).transpose()?;
    print_addresses(address.as_ref(), &providers, webhooks.as_ref(), json)?;
    let outbound = async {
        let (Some(listener), Some(address)) = (listener, address) else { return };
        let signing = Arc::new(Signing { guard: Guard::of(&address), events, providers });
        let answer = move |request| {
            let signing = Arc::clone(&signing);
            async move { signing.answer(request).await }
        };
        listener.serve(LIMITS, stopping, answer).await;
    };
    let commanded = async {
        while signals.next().await == Signal::Reload {
            // Not awaited: a source that hangs would keep the proxy from ending.
            tokio::spawn(reload(Arc::clone(&sources), json));
        }
        // Fails only if everything that serves has ended.
        let _ = stop.send(true);
        // At the second signal, the proxy waits for nobody.
        signals.stop().await;
    };
    tokio::select! {
        _ = async { tokio::join!(outbound, inbound) } => {}
        () = commanded => {}
    }
    Ok(())
}

async fn reload(sources: Arc<Sources>, json: bool) {
    let failures = sources.reload().await;
    for failure in &failures {
        output::failure(failure, json);
    }
    if failures.is_empty() {
        output::note("countersign: the credentials were read again");
    }
}

fn print_addresses(
    listen: Option<&Address>,
    providers: &[Provider],
    webhooks: Option<&Address>,
    json: bool,
) -> Result<(), Failure> {
    if json {
        let upstreams =
            providers.iter().map(|provider| (provider.name().to_owned(), provider.origin().into()));
        let upstreams: serde_json::Map<_, _> = upstreams.collect();
        let (listen, webhooks) = (listen.map(Address::to_string), webhooks.map(Address::to_string));
        let addresses = serde_json::json!({ "listen": listen, "upstreams": upstreams, "webhooks": webhooks });
        return output::json(&addresses);
    }
    for (provider, listen) in providers.iter().zip(listen.into_iter().cycle()) {
        output::line(&format!("{listen}/{name}/ → {}/", provider.origin(), name = provider.name()))?;
    }
    webhooks.map_or(Ok(()), |address| output::line(&format!("{address} for webhooks")))
}
