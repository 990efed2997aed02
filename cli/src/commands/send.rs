//! `send`: a signed request, and the verified answer.

mod download;

use std::time::Duration;

use clap::Args;
use countersign::netvisor::TransactionId;
use http::{HeaderMap, StatusCode};
use reqwest::{Client, Response};
use reqwest_middleware::ClientWithMiddleware;
use url::Url;

use super::Context;
use crate::args::Reproduction;
use crate::failure::Failure;
use crate::output;
use crate::printable::printable;
use crate::providers::{self, Answer, Proof, Tool};
use crate::request::{Request, RequestArgs};
use download::Download;

/// Sign and send a request, verify the answer where the provider signs it, and print its body
///
/// The body goes to standard output as it is, but for a terminal, where control characters are escaped. Redirects are
/// not followed.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  countersign send vizion GET https://demo.vizionapi.com/carriers
  countersign send netgiro POST https://api.test.netgiro.is/v1/Checkout/InsertCart \\
      --header 'content-type: application/json' --data @cart.json
  countersign send netvisor POST 'https://isvapi.netvisor.fi/customer.nv?method=add' --data @- < customer.xml")]
pub(crate) struct SendArgs {
    #[command(flatten)]
    pub(crate) request: RequestArgs,

    /// A transaction id of your own: a repeat is then refused instead of done twice (netvisor)
    #[arg(long, value_name = "TEXT")]
    transaction_id: Option<String>,

    /// Print the status and the headers before the body
    #[arg(short, long)]
    include: bool,

    /// Give up when nothing has arrived for this long
    #[arg(long, value_name = "SECONDS", default_value_t = 150)]
    timeout: u64,
}

pub(crate) async fn run<P: Tool>(args: &SendArgs, context: &Context) -> Result<(), Failure> {
    let given = Reproduction { transaction_id: args.transaction_id.clone(), ..Reproduction::default() };
    let provider: P = providers::build(&context.environment, &args.request.settings, &given)?;
    let mut request = args.request.request()?;
    if let Some(id) = &args.transaction_id {
        request.extensions.insert(TransactionId::new(id)?);
    }
    let client = client(&request.url, Duration::from_secs(args.timeout))?;
    let client = reqwest_middleware::ClientBuilder::new(client).with(provider).build();
    let response = send(&client, request).await?;

    let head = Head::of(&response);
    let printed = if context.json {
        Download::collecting(response).await?
    } else {
        if args.include {
            output::line(&head.lines())?;
        }
        Download::printing(response).await?
    };
    let answer =
        Answer { status: head.status, url: &head.url, extensions: &head.extensions, start: &printed.start };
    let judged = judge::<P>(&answer, &head.headers);
    if context.json {
        let verified = judged.as_ref().is_ok_and(|proof| *proof == Proof::Verified);
        output::json(&head.json(&printed, verified))?;
    }
    judged.map(|_| ())
}

fn client(url: &Url, timeout: Duration) -> Result<Client, Failure> {
    let mut builder = countersign::client_builder()
        .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(timeout)
        .read_timeout(timeout);
    if url.scheme() == "http" {
        // What is allowed in clear, to loopback above all, is not allowed to go through somebody's proxy in clear.
        builder = builder.no_proxy();
    }
    Ok(builder.build()?)
}

async fn send(client: &ClientWithMiddleware, request: Request) -> Result<Response, Failure> {
    let Request { method, url, headers, mut extensions, body } = request;
    let mut builder = client.request(method, url).headers(headers);
    if let Some(body) = body {
        builder = builder.body(body);
    }
    let request = builder.build()?;
    Ok(client.execute_with_extensions(request, &mut extensions).await?)
}

/// Whether the answer is a yes. `x-countersign-diagnosis` is what the sandbox thinks went wrong.
fn judge<P: Tool>(answer: &Answer<'_>, headers: &HeaderMap) -> Result<Proof, Failure> {
    let hint = headers.get("x-countersign-diagnosis").map(|hint| String::from_utf8_lossy(hint.as_bytes()));
    let hint = hint.map(|hint| format!("the server's diagnosis: {}", printable(&hint)));
    let judged = P::judge(answer).map_err(|error| match &hint {
        Some(hint) => error.with_note(hint.clone()),
        None => error,
    });
    let proof = judged?;
    let status = answer.status;
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        return Ok(proof);
    }
    let message = if status.is_redirection() {
        format!("the answer is a redirect ({status}), which is not followed: send to the URL that it names")
    } else {
        format!("the answer is {status}")
    };
    let message = hint.map_or_else(|| message.clone(), |hint| format!("{message}; {hint}"));
    Err(Failure::refused("http-status", message))
}

/// An answer, but for its body.
struct Head {
    url: Url,
    status: StatusCode,
    version: http::Version,
    headers: HeaderMap,
    extensions: http::Extensions,
}

impl Head {
    fn of(response: &Response) -> Self {
        Self {
            url: response.url().clone(),
            status: response.status(),
            version: response.version(),
            headers: response.headers().clone(),
            extensions: response.extensions().clone(),
        }
    }

    /// The status line and the headers, with an empty line at the end, and no control character of the server's.
    fn lines(&self) -> String {
        let mut lines = format!("{:?} {}\n", self.version, self.status);
        for (name, value) in &self.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            lines.push_str(&format!("{name}: {}\n", printable(&value)));
        }
        lines
    }

    fn json(&self, printed: &Download, verified: bool) -> serde_json::Value {
        let headers: serde_json::Map<_, _> = self
            .headers
            .keys()
            .map(|name| {
                let values: Vec<_> = self.headers.get_all(name).iter().collect();
                let text =
                    |value: &&http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.to_string(), values.iter().map(text).collect::<Vec<_>>().join(", ").into())
            })
            .collect();
        let mut object = serde_json::json!({
            "status": self.status.as_u16(),
            "verified": verified,
            "headers": headers,
        });
        let (name, text) = printed.body_for_json();
        object[name] = text.into();
        object
    }
}
