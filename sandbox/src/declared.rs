//! A provider that a file declares, played on loopback.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use bytes::Bytes;
use countersign::Error;
use countersign::declared::{Claim, Declared, Sent};
use countersign::random::OsRandomness;
use countersign::time::SystemClock;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::error::StartError;
use crate::hosts::Hosts;
use crate::media::with_status;
use crate::replies::{Replies, Reply, Script, ScriptError, Scripted};
use crate::request::Received;

/// The longest body that is accepted: 1 MiB.
const BODY_LIMIT: usize = 1024 * 1024;

const DIAGNOSIS: HeaderName = HeaderName::from_static("x-countersign-diagnosis");

/// Plays a declared provider: verifies each request, and answers 200 or what a script says, signed if the file has `[reply]`.
/// A request that does not verify gets a 401, with the reason in `x-countersign-diagnosis`.
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use countersign::declared::Declared;
/// use countersign_sandbox::DeclaredSandbox;
///
/// let acme = Declared::from_toml(
///     r#"
///     name = "acme"
///     [credentials]
///     secret = "secret"
///     [let]
///     signature = { text = "{url}{body}", mac = "sha256", as = "hex" }
///     [send.header]
///     x-signature = "{signature}"
///     "#,
/// )?;
/// let acme = acme.with_credentials(|_| Some("a made-up secret".into()))?;
/// let sandbox = DeclaredSandbox::start(acme.clone(), "127.0.0.1:0".parse()?, None, |told| println!("{told}")).await?;
/// let client = acme.allow_origin(sandbox.url())?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct DeclaredSandbox {
    url: String,
    stop: CancellationToken,
    served: JoinHandle<std::io::Result<()>>,
}

/// The outcome of one request, in words: its status, method and path, and the verdict.
#[derive(Debug)]
pub struct Told {
    status: StatusCode,
    method: http::Method,
    path: String,
    refusal: Option<Error>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, method, path, refusal } = self;
        write!(f, "{} {method} {path} ", status.as_u16())?;
        match refusal {
            None => f.write_str("accepted"),
            Some(error) => write!(f, "refused: {error} [{}]", error.code()),
        }
    }
}

struct Stage {
    signer: Declared,
    hosts: Hosts,
    replies: Replies,
    tell: Box<dyn Fn(&Told) + Send + Sync>,
}

impl DeclaredSandbox {
    /// Plays on a loopback address; port 0 takes a free port. `tell` is called for each request.
    ///
    /// # Errors
    /// When the address is not loopback or cannot be bound, or a script names another provider or a ready reply.
    pub async fn start(
        signer: Declared,
        listen: SocketAddr,
        script: Option<Script>,
        tell: impl Fn(&Told) + Send + Sync + 'static,
    ) -> Result<Self, StartError> {
        if !listen.ip().is_loopback() {
            return Err(StartError::NotLoopback);
        }
        let replies = Replies::default();
        for Scripted { line, provider, matcher, reply } in script.into_iter().flat_map(Script::into_replies) {
            let added = if provider == signer.name() {
                replies.add(&provider, &[], matcher, reply).map_err(|error| ScriptError::new(line, error))
            } else {
                Err(ScriptError::new(
                    line,
                    format!("there is no provider {provider:?}: there is {}", signer.name()),
                ))
            };
            added?;
        }
        let listener = TcpListener::bind(listen).await.map_err(StartError::ListenDeclared)?;
        let address = listener.local_addr().map_err(StartError::ListenDeclared)?;
        let url = format!("http://{address}");
        let (stop, hosts) = (CancellationToken::new(), Hosts::of(&url, &[]));
        let stage = Arc::new(Stage { signer, hosts, replies, tell: Box::new(tell) });
        let router = Router::new().fallback(answer).with_state(stage);
        let stopped = stop.clone().cancelled_owned();
        let served =
            tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(stopped).into_future());
        Ok(Self { url, stop, served })
    }

    /// Where it listens, `http://address:port`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops, and returns when the requests under way are answered.
    pub async fn stop(mut self) {
        self.stop.cancel();
        // Whatever the result, the server has ended.
        let _ = (&mut self.served).await;
    }
}

impl Drop for DeclaredSandbox {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn answer(State(stage): State<Arc<Stage>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let admitted = stage.hosts.admit(&parts);
    let arrived = Received::read(parts, body, BODY_LIMIT).await;
    let method = arrived.method.clone();
    let path = arrived.target().split('?').next().unwrap_or_default().to_owned();
    let (reply, refusal) = match (admitted, arrived.check()) {
        (false, _) => (with_status(StatusCode::MISDIRECTED_REQUEST), None),
        (true, Err(_)) => (with_status(StatusCode::PAYLOAD_TOO_LARGE), None),
        (true, Ok(())) => match stage.verified(&arrived) {
            Ok(reply) => (reply, None),
            Err(error) => (refused(&error), Some(error)),
        },
    };
    (stage.tell)(&Told { status: reply.status(), method, path, refusal });
    reply.map(Body::from)
}

impl Stage {
    fn verified(&self, arrived: &Received) -> Result<Response<Bytes>, Error> {
        let scheme = self.signer.scheme();
        let Ok(request) = arrived.outgoing() else { return Ok(with_status(StatusCode::BAD_REQUEST)) };
        let claim = scheme.verify(&request)?;
        let chosen = self.replies.take(self.signer.name(), arrived, || Ok(())).ok().flatten();
        let is_gateways = chosen.as_ref().is_some_and(Reply::is_gateways);
        let plain = || with_status(StatusCode::OK);
        // A declared provider has no ready replies, as the script was checked for.
        let reply = chosen.map_or_else(plain, |chosen| chosen.make(|_| plain()));
        if is_gateways || !scheme.declaration().signs_replies() {
            return Ok(reply);
        }
        self.signed(arrived, &claim, reply)
    }

    fn signed(
        &self,
        arrived: &Received,
        claim: &Claim<'_>,
        mut reply: Response<Bytes>,
    ) -> Result<Response<Bytes>, Error> {
        let scheme = self.signer.scheme();
        let Ok(request) = arrived.outgoing() else { return Ok(reply) };
        let stamps = scheme.given_stamps(claim.stamps())?;
        let sent = Sent { request: &request, stamps: &stamps, status: reply.status() };
        let fresh = scheme.draw(&SystemClock, &OsRandomness)?;
        let (placed, _) = scheme.place_reply(&sent, &sent.reply(reply.headers(), reply.body()), &fresh)?;
        for (name, value) in placed.headers {
            reply.headers_mut().insert(name, value);
        }
        if let Some(body) = placed.body {
            *reply.body_mut() = body.into();
        }
        Ok(reply)
    }
}

/// A 401 with the reason: `code; sentence`, in printable ASCII.
fn refused(error: &Error) -> Response<Bytes> {
    let printable = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
    let text: String = format!("{}; {error}", error.code()).chars().map(printable).collect();
    let mut reply = with_status(StatusCode::UNAUTHORIZED);
    if let Ok(value) = HeaderValue::try_from(text) {
        reply.headers_mut().insert(DIAGNOSIS, value);
    }
    reply
}
