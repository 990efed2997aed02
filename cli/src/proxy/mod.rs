//! `proxy`: signs and verifies for programs of this machine, whatever language they are written in.

mod answer;
mod events;
mod guard;
mod provider;
mod show;
mod signing;
mod webhooks;

use std::pin::Pin;
use std::sync::Arc;

use clap::Args;
use countersign::observer::Metrics;
use tokio::sync::watch;

use crate::code::Code;
use crate::declaration::Pair;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::listener::{Address, Listener};
use crate::output;
use crate::providers::webhooks::{Webhooks, with_sender};
use crate::request_args::ProviderName;
use crate::signals::{Signal, Signals};
use events::Events;
use guard::Guard;
use provider::Provider;
use signing::Signing;
use webhooks::{Receiver, WebhookArgs};

/// Sign the requests of programs on this machine and verify the replies; verify webhooks before an application has them
///
/// Each provider stands on a path of its name: what calls http://127.0.0.1:4100/netgiro/v1/sales/GetList is answered by
/// https://api.netgiro.is/v1/sales/GetList. The path, the query and the body go on byte for byte. What is refused is answered
/// with a problem of RFC 9457 and its code in the header countersign-code. Redirects are handed on, and nothing is repeated.
/// /healthz answers while the proxy runs, /metrics counts for Prometheus.
///
/// Webhooks come in by a listener of their own, which never signs. What verifies, is fresh and comes for the first time is
/// handed on byte for byte with the header countersign-verified.
///
/// Ends with 0 at SIGTERM, once the requests that are under way are answered. At SIGHUP, reads credentials again.
#[derive(Args)]
#[command(after_long_help = "\
Any user of this machine can call a loopback address, and so have requests signed. A socket is for one user alone.

Examples:
  countersign proxy netgiro netvisor --env-file /etc/countersign.env --listen unix:/run/countersign/sock
  countersign proxy unleashed acme.toml --upstream unleashed=http://127.0.0.1:8102 --env-file demo.env
  curl --unix-socket /run/countersign/sock 'http://localhost/netgiro/v1/sales/GetList?AllForCompany=true'
  countersign proxy --webhooks vizion --webhooks-listen 0.0.0.0:8080 --public-origin https://hooks.example.com \\
      --to http://127.0.0.1:3000")]
pub(crate) struct ProxyArgs {
    /// Whose requests are signed: netvisor, netgiro, unleashed, vizion, or the path of a declaration, which ends in .toml
    #[arg(value_name = "PROVIDER", required_unless_present = "webhooks")]
    providers: Vec<ProviderName>,

    /// Where requests come in: a loopback address and a port, or unix:PATH, a socket for this user alone
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4100")]
    listen: Address,

    /// Where a provider's requests go, in place of its production host; https, or loopback
    #[arg(long, value_name = "PROVIDER=ORIGIN")]
    upstream: Vec<Pair>,

    #[command(flatten)]
    webhooks: WebhookArgs,
}

/// The proxy's own paths, which no provider can have.
const OWN_PATHS: [&str; 2] = ["healthz", "metrics"];

impl ProxyArgs {
    fn providers(&self, environment: &Environment, metrics: &Arc<Metrics>) -> Result<Vec<Provider>, Failure> {
        let mut providers: Vec<Provider> = Vec::new();
        for name in &self.providers {
            let provider = Provider::build(name, &self.upstream, environment, metrics)?;
            let name = provider.name();
            if OWN_PATHS.contains(&name) {
                let message =
                    format!("/{name} is a path of the proxy's own: give the declaration another name");
                return Err(Failure::unusable(Code::ProxyNameTaken, message));
            }
            if providers.iter().any(|other| other.name() == name) {
                return Err(Failure::unusable(Code::ProxyNameTaken, format!("{name} is named twice")));
            }
            providers.push(provider);
        }
        let is_there = |pair: &Pair| providers.iter().any(|provider| provider.name() == pair.name);
        match self.upstream.iter().find(|pair| !is_there(pair)) {
            Some(Pair { name, .. }) => {
                Err(Failure::usage(format!("--upstream is for {name}, which the proxy is not started for")))
            }
            None => Ok(providers),
        }
    }
}

type Reload = dyn Fn(&Environment) -> Result<(), Failure>;

/// The webhooks' side of a proxy, whoever sends them.
struct Inbound<'c> {
    address: Option<Address>,
    serving: Pin<Box<dyn Future<Output = ()> + 'c>>,
    reload: Box<Reload>,
}

impl<'c> Inbound<'c> {
    async fn start(
        args: &WebhookArgs,
        environment: &'c Environment,
        events: &Arc<Events>,
        stopping: watch::Receiver<bool>,
    ) -> Result<Self, Failure> {
        let (Some(sender), Some(address)) = (&args.webhooks, &args.webhooks_listen) else {
            return Ok(Self { address: None, serving: Box::pin(async {}), reload: Box::new(|_| Ok(())) });
        };
        with_sender!(sender, S => {
            let receiver = Receiver::<S>::new(args, sender, environment, Arc::clone(events))?;
            let listener = Listener::bind(address).await?;
            let address = Some(listener.address()?);
            let (sender, verifier) = (sender.clone(), receiver.verifier.clone());
            Ok(Self {
                address,
                serving: Box::pin(receiver.serve(listener, stopping, environment)),
                reload: Box::new(move |environment| {
                    verifier.exchange_keys(S::keys(&sender, environment)?);
                    Ok(())
                }),
            })
        })
    }
}

pub(crate) async fn run(args: &ProxyArgs, environment: &Environment, json: bool) -> Result<(), Failure> {
    let mut signals = Signals::new()?;
    let events = Arc::new(Events::new(json));
    let (stop, stopping) = watch::channel(false);
    let providers = args.providers(environment, &events.metrics)?;
    if !args.listen.is_local() {
        let message =
            format!("{} can be reached from other machines, which could have requests signed", args.listen);
        return Err(Failure::unusable(Code::ProxyBeyondLoopback, message));
    }
    let inbound = Inbound::start(&args.webhooks, environment, &events, stopping.clone()).await?;
    let listener = Listener::bind(&args.listen).await?;
    let address = listener.address()?;
    print_addresses(&address, &providers, inbound.address.as_ref(), json)?;
    let metrics = Arc::clone(&events.metrics);
    let signing = Arc::new(Signing::new(Guard::of(&address), events, providers));

    let answering = Arc::clone(&signing);
    let outbound = listener.serve(stopping, move |request| {
        let signing = Arc::clone(&answering);
        async move { signing.answer(request).await }
    });
    let commanded = async {
        while signals.next().await == Signal::Reload {
            let read = environment.read_again().and_then(|environment| {
                let providers = args.providers(&environment, &metrics)?;
                (inbound.reload)(&environment)?;
                Ok(providers)
            });
            match read {
                Ok(providers) => {
                    signing.exchange(providers);
                    output::note("countersign: the credentials were read again");
                }
                // Those stay that can be used.
                Err(failure) => output::failure(&failure, json),
            }
        }
        // Who serves has ended if it cannot be told.
        let _ = stop.send(true);
        // Asked once more, the proxy waits for nobody.
        while signals.next().await == Signal::Reload {}
    };
    tokio::select! {
        _ = async { tokio::join!(outbound, inbound.serving) } => {}
        () = commanded => {}
    }
    Ok(())
}

fn print_addresses(
    listen: &Address,
    providers: &[Provider],
    webhooks: Option<&Address>,
    json: bool,
) -> Result<(), Failure> {
    if json {
        let upstreams =
            providers.iter().map(|provider| (provider.name().to_owned(), provider.origin().into()));
        let upstreams: serde_json::Map<_, _> = upstreams.collect();
        let webhooks = webhooks.map(Address::to_string);
        let addresses =
            serde_json::json!({ "listen": listen.to_string(), "upstreams": upstreams, "webhooks": webhooks });
        return output::json(&addresses);
    }
    for provider in providers {
        output::line(&format!("{listen}/{name}/ → {}/", provider.origin(), name = provider.name()))?;
    }
    webhooks.map_or(Ok(()), |address| output::line(&format!("{address} for webhooks")))
}
