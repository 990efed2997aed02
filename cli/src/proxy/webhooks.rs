//! The listener whose requests are verified. It signs nothing for its callers.

use std::convert::Infallible;
use std::error::Error as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use countersign::rotation::Rotation;
use countersign::scope::is_loopback;
use countersign::time::{Clock as _, SystemClock};
use countersign::webhook::{RedisStore, Scheme, Verified, Verifier};
use http::header::{HeaderMap, HeaderName};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::Full;
use reqwest::Client;
use tokio::sync::{mpsc, watch};
use tower::{Layer as _, Service, service_fn};
use url::{Position, Url};

use super::answer::{self, Answer, Refusal};
use super::events::Events;
use super::show::Show;
use crate::client;
use crate::code::Code;
use crate::failure::{Failure, with_causes};
use crate::headers::for_next_hop;
use crate::input::lines_of;
use crate::listener::{Address, Arriving, Limits, Listener};
use crate::output;
use crate::providers::delivery::Signer;
use crate::providers::webhooks::{Webhooks, stripping};
use crate::request::parse_url;
use crate::request_args::ProviderName;

const VERIFIED: HeaderName = HeaderName::from_static("countersign-verified");

/// How long a sender waits at most, from the head of a delivery to the head of its answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Anybody can connect here. So memory holds at most this many bodies of strangers, each up to the verifier's limit.
const LIMITS: Limits = Limits { connections: 256, silence: Duration::from_secs(30), for_whole_body: true };

/// Code and cause of a refusal. They wait here, with the request, until the answer's status is known.
type Refused = Arc<OnceLock<(String, String)>>;

/// Options for incoming webhooks.
#[derive(Args)]
#[command(next_help_heading = "Webhooks")]
pub(super) struct WebhookArgs {
    /// Whose deliveries are verified, with the keys of its variables: netgiro, unleashed, vizion, or the path of a declaration (*.toml)
    #[arg(
        long,
        value_name = "PROVIDER",
        value_parser = ProviderName::of_sender(),
        hide_possible_values = true,
        group = "served",
        requires = "webhooks_listen",
        requires = "application"
    )]
    pub(super) webhooks: Option<ProviderName>,

    /// Where deliveries come in: any address and a port, or unix:PATH. This listener signs nothing
    #[arg(long, value_name = "ADDRESS", requires = "webhooks")]
    pub(super) webhooks_listen: Option<Address>,

    /// The origin that the provider was told, which its signature covers
    #[arg(long, value_name = "ORIGIN", requires = "webhooks")]
    public_origin: Option<String>,

    /// Remove this prefix, which a proxy put in front of the path, before the signature is checked, e.g. /internal/v1
    #[arg(long, value_name = "PATH", requires = "webhooks")]
    strip_prefix: Option<String>,

    /// Send verified deliveries to this origin, on this machine
    #[arg(long, value_name = "ORIGIN", value_parser = parse_url, group = "application", requires = "webhooks")]
    to: Option<Url>,

    /// Send verified deliveries to this origin on any machine: anybody else who can call it can make up deliveries
    #[arg(long, value_name = "ORIGIN", value_parser = parse_url, group = "application", requires = "webhooks")]
    dangerous_to: Option<Url>,

    /// Remember deliveries in Redis, for a service on several machines [default: $COUNTERSIGN_REDIS_URL, else in memory]
    ///
    /// A URL with a password belongs into the variable: the arguments of a program can be seen by all users of the machine.
    #[arg(long, value_name = "URL", requires = "webhooks")]
    pub(super) redis: Option<String>,

    /// Print each delivery and its answer; a line of "r" on standard input delivers the last again, signed anew
    #[arg(long, requires = "webhooks")]
    show: bool,
}

impl WebhookArgs {
    /// Where deliveries go.
    fn application(&self) -> Result<&Url, Failure> {
        let to = self.to.as_ref().or(self.dangerous_to.as_ref());
        let to = to.ok_or_else(|| Failure::usage("--to is missing"))?;
        if to[Position::BeforePath..] != *"/" || !to.username().is_empty() || to.password().is_some() {
            return Err(Failure::usage("--to is scheme://host[:port]: the path is the delivery's own"));
        }
        if self.to.is_some() && !is_loopback(to) {
            let message = "--to leads to another machine: whoever else can call the application there can make up deliveries";
            return Err(Failure::unusable(Code::ProxyBeyondLoopback, message));
        }
        Ok(to)
    }
}

/// What verifies the deliveries of one provider, and where they go.
pub(super) struct Receiver<S: Scheme> {
    sender: ProviderName,
    name: String,
    rotation: Rotation,
    verifier: Verifier<S>,
    application: Client,
    /// Where all deliveries go, whatever they name.
    to: String,
    public_origin: String,
    strip_prefix: String,
    events: Arc<Events>,
    show: Option<Show>,
}

impl<S: Webhooks> Receiver<S> {
    pub(super) fn new(
        args: &WebhookArgs,
        sender: &ProviderName,
        rotation: &Rotation,
        store: Option<RedisStore>,
        events: Arc<Events>,
    ) -> Result<Self, Failure> {
        let to = args.application()?;
        let public_origin = match &args.public_origin {
            Some(origin) => origin.clone(),
            // Its signature covers neither host nor path.
            None if *sender == ProviderName::Unleashed => "http://localhost".to_owned(),
            None => return Err(Failure::usage("--public-origin is missing: the signature covers it")),
        };
        let builder = S::builder(sender, &public_origin, rotation)?.observer(Arc::clone(&events.metrics));
        let builder = stripping(builder, args.strip_prefix.as_deref())?;
        let mut builder = builder.on_refused(|error, parts| {
            if let Some(refused) = parts.extensions.get::<Refused>() {
                let cause = error.source().map(with_causes).unwrap_or_default();
                let _ = refused.set((error.code().to_owned(), cause));
            }
        });
        if let Some(store) = store {
            builder = builder.replay_store(store);
        }
        Ok(Self {
            sender: sender.clone(),
            name: sender.name()?,
            rotation: rotation.clone(),
            verifier: builder.build(),
            // No time-out: only the application says when it has done with a delivery.
            application: client::unchanging(to, None)?,
            to: to[..Position::BeforePath].to_owned(),
            public_origin,
            strip_prefix: args.strip_prefix.clone().unwrap_or_default(),
            events,
            show: args.show.then(Show::default),
        })
    }

    /// Verifies deliveries and hands them on, until `stopping`. With `--show`, repeats the last delivery on demand.
    pub(super) async fn serve(self, listener: Listener, stopping: watch::Receiver<bool>) {
        let receiver = Arc::new(self);
        let delivering = Arc::clone(&receiver);
        let application = service_fn(move |request| {
            let receiver = Arc::clone(&delivering);
            async move { Ok::<_, Infallible>(receiver.deliver(request).await) }
        });
        // A sender may come again after the application failed, and need not if only the answer was lost.
        let layer = receiver.verifier.layer().forget_failed().acknowledge_duplicates();
        let verified = layer.layer(application);
        let (under_way, mut all_ended) = mpsc::channel(1);
        let (answering, again) = (Arc::clone(&receiver), (verified.clone(), under_way.clone()));
        let serving = listener.serve(LIMITS, stopping, move |request: Request<Arriving>| {
            Arc::clone(&answering).answer(verified.clone(), request, under_way.clone())
        });
        tokio::pin!(serving);
        let mut asked = receiver.show.as_ref().map(|_| lines_of("r"));
        loop {
            tokio::select! {
                () = &mut serving => break,
                Some(()) = async { asked.as_mut()?.recv().await }, if asked.is_some() => {}
            }
            match receiver.signed_anew() {
                Ok(Some(request)) => {
                    let (verified, under_way) = again.clone();
                    tokio::spawn(Arc::clone(&receiver).answer(verified, request, under_way));
                }
                Ok(None) => output::note("countersign: nothing was delivered yet"),
                Err(failure) => output::failure(&failure, false),
            }
        }
        drop(again);
        // Also for deliveries whose senders have left.
        all_ended.recv().await;
    }

    /// The last delivery, as the provider would send it now.
    fn signed_anew(&self) -> Result<Option<Request<Full<Bytes>>>, Failure> {
        let Some((target, body)) = self.show.as_ref().and_then(Show::last) else { return Ok(None) };
        let sent = target.strip_prefix(self.strip_prefix.trim_end_matches('/')).unwrap_or(&target);
        let url = format!("{}{sent}", self.public_origin.trim_end_matches('/'));
        let signer = Signer::of(&self.sender, &self.rotation.latest(), None)?;
        let (mut parts, body) = signer.sign(&url, &body, SystemClock.now())?.into_parts();
        // The target as a server of HTTP/1 gets it; a declaration may place something in the query.
        let path = target.split('?').next().unwrap_or_default();
        let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        parts.uri = format!("{path}{query}")
            .parse()
            .map_err(|_| Failure::usage("the target cannot be read again"))?;
        Ok(Some(Request::from_parts(parts, Full::new(body))))
    }

    /// Answers a delivery. The delivery stays with the application until the application has answered, even if the sender has
    /// left: otherwise, a retry would be handed on at the same time.
    async fn answer<B, V>(
        self: Arc<Self>,
        mut verified: V,
        mut request: Request<B>,
        under_way: mpsc::Sender<()>,
    ) -> Answer
    where
        V: Service<Request<B>, Response = Answer, Error = Infallible, Future: Send + 'static>,
    {
        remove_verified(request.headers_mut());
        let (method, target) = (request.method().clone(), target_of(request.uri()).to_owned());
        let refused = Refused::default();
        request.extensions_mut().insert(Arc::clone(&refused));
        let (receiver, handing_on) = (Arc::clone(&self), verified.call(request));
        let answering = tokio::spawn(async move {
            let Ok(answer) = handing_on.await;
            if let Some((code, cause)) = refused.get() {
                receiver.events.refused(&receiver.name, answer.status(), code, cause);
            }
            if let Some(show) = &receiver.show {
                show.answered(&method, &target, answer.status());
            }
            drop(under_way);
            answer
        });
        let Ok(answered) = tokio::time::timeout(PATIENCE, answering).await else {
            let status = StatusCode::REQUEST_TIMEOUT;
            self.events.refused(&self.name, status, Code::ApplicationSilent.name(), "");
            return answer::empty(status);
        };
        answered.unwrap_or_else(|_| answer::empty(StatusCode::INTERNAL_SERVER_ERROR))
    }

    /// Hands a delivery on as it came, and says who signed it.
    async fn deliver(&self, request: Request<Full<Bytes>>) -> Answer {
        let (mut parts, _) = request.into_parts();
        let Some(delivery) = parts.extensions.remove::<Verified<S, Bytes>>() else {
            // The layer hands on only verified deliveries.
            return answer::empty(StatusCode::INTERNAL_SERVER_ERROR);
        };
        let target = target_of(&parts.uri).to_owned();
        if let Some(show) = &self.show {
            show.delivered(&target, &delivery);
        }
        let refused = parts.extensions.remove::<Refused>();
        let answered = match client::untouched(&self.to, &target) {
            Some(url) => self.hand_on(parts, url, &delivery).await,
            None => Err(Refusal::new(StatusCode::BAD_REQUEST, Code::TargetNotNormalised, "")),
        };
        answered.unwrap_or_else(|refusal| {
            let _ = refused.map(|refused| refused.set((refusal.code, refusal.message)));
            // The sender must not learn where the application is and why it does not answer.
            answer::empty(refusal.status)
        })
    }

    async fn hand_on(
        &self,
        parts: Parts,
        url: Url,
        delivery: &Verified<S, Bytes>,
    ) -> Result<Answer, Refusal> {
        let mut headers = for_next_hop(parts.headers);
        headers.insert(VERIFIED, verified_by(delivery.provider(), delivery.key_id()));
        let sending =
            self.application.request(parts.method, url).headers(headers).body(Bytes::clone(delivery));
        let answered = sending.send().await.map_err(reqwest_middleware::Error::from)?;
        answer::handed_on(answered)
    }
}

fn target_of(uri: &Uri) -> &str {
    uri.path_and_query().map_or("", PathAndQuery::as_str)
}

/// The value of [`VERIFIED`], such as `vizion; key="hmac-key-1"`.
fn verified_by(provider: &str, key_id: Option<&str>) -> HeaderValue {
    let key = key_id.map(|id| format!("; key=\"{}\"", id.replace('\\', "\\\\").replace('"', "\\\"")));
    let text = format!("{provider}{}", key.unwrap_or_default());
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("unnamed"))
}

/// Removes every header that an application may read as [`VERIFIED`]: gateways to programs turn a header's name into that of
/// a variable, in which all but letters and digits become `_`.
fn remove_verified(headers: &mut HeaderMap) {
    let spelt = |name: &HeaderName| {
        let same = |(one, other): (u8, u8)| one == other || !one.is_ascii_alphanumeric() && other == b'-';
        name.as_str().len() == VERIFIED.as_str().len()
            && name.as_str().bytes().zip(VERIFIED.as_str().bytes()).all(same)
    };
    let found: Vec<_> = headers.keys().filter(|name| spelt(name)).cloned().collect();
    for name in found {
        headers.remove(name);
    }
}
