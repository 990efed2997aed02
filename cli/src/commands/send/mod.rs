//! `send`: a signed request, and the verified answer.

mod download;
mod hint;

use std::time::Duration;

use clap::Args;
use countersign::netvisor::TransactionId;
use http::{HeaderMap, HeaderValue, StatusCode};
use reqwest::Response;
use reqwest_middleware::ClientWithMiddleware;
use serde_json::{Map, Value};
use url::Url;

use super::Context;
use crate::argument_values::whole_number;
use crate::client;
use crate::code::Code;
use crate::failure::Failure;
use crate::headers;
use crate::output;
use crate::providers::{Answer, Proof, Tool};
use crate::request::{Request, RequestArgs};
use crate::request_args::Reproduction;
use download::Download;
use hint::Hint;

/// Sign and send a request, verify the reply if the provider signs it, and print its body
///
/// The body goes to standard output as it is; on a terminal, control characters are escaped. Redirects are not
/// followed. In the headers of --include and --json, a key that the server sends back is masked.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  countersign send vizion GET https://demo.vizionapi.com/carriers --include
  countersign send netgiro POST https://api.test.netgiro.is/v1/Checkout/InsertCart --data @cart.json
  countersign send netvisor POST 'https://isvapi.netvisor.fi/customer.nv?method=add' --data @- < customer.xml")]
pub(crate) struct SendArgs {
    /// A transaction id of your own: a repeat is then refused instead of done twice (netvisor)
    #[arg(long, value_name = "TEXT")]
    transaction_id: Option<String>,

    /// Print the status and the headers before the body
    #[arg(short, long)]
    include: bool,

    /// Give up when nothing has arrived for this long
    #[arg(long, value_name = "SECONDS", default_value_t = 360, value_parser = whole_number::<u64>(.., "give a whole number of seconds"))]
    timeout: u64,

    #[command(flatten)]
    pub(crate) request: RequestArgs,
}

pub(crate) async fn run<P: Tool>(args: &SendArgs, context: &Context) -> Result<(), Failure> {
    let given = Reproduction { transaction_id: args.transaction_id.clone(), ..Reproduction::default() };
    let provider = args.request.provider::<P>(&context.environment, &given)?;
    let mut request = args.request.request(&provider)?;
    if let Some(id) = &args.transaction_id {
        request.extensions.insert(TransactionId::new(id)?);
    }
    let client = client::for_url(&request.url, Duration::from_secs(args.timeout))?;
    // The hint is taken from the answer before the provider judges it, which may withhold the answer.
    let client = reqwest_middleware::ClientBuilder::new(client).with(provider).with(hint::take).build();
    let shown = |value: &HeaderValue| context.environment.masked(&headers::utf8(value));
    let hinted = |failure: Failure, hint: Option<&Hint>| match hint {
        Some(hint) => failure.with_note(&hint.told(shown)),
        None => failure,
    };
    let (sent, hint) = send(&client, request).await?;
    let response = sent.map_err(|failure| hinted(failure, hint.as_ref()))?;

    let head = Head::of(&response);
    let printed = if context.json {
        Download::collecting(response).await?
    } else {
        if args.include {
            output::line(&head.lines(shown))?;
        }
        Download::printing(response, P::KEPT).await?
    };
    let answer =
        Answer { status: head.status, url: &head.url, extensions: &head.extensions, start: &printed.start };
    let proof = P::proof(&answer);
    if context.json {
        let verified = proof.as_ref().is_ok_and(|proof| *proof == Proof::Verified);
        output::json(&head.json(&printed, verified, shown))?;
    }
    let judged = proof.and_then(|_| judge::<P>(&answer));
    judged.map_err(|failure| hinted(failure, hint.as_ref()))
}

/// The answer, or why there is none; and the hint that came with it.
async fn send(
    client: &ClientWithMiddleware,
    request: Request,
) -> Result<(Result<Response, Failure>, Option<Hint>), Failure> {
    let Request { method, url, headers, mut extensions, body, .. } = request;
    let mut builder = client.request(method, url).headers(headers);
    if let Some(body) = body {
        builder = builder.body(body);
    }
    let request = builder.build()?;
    let sent = client.execute_with_extensions(request, &mut extensions).await;
    Ok((sent.map_err(Failure::from), extensions.remove()))
}

/// Whether the answer says yes.
fn judge<P: Tool>(answer: &Answer<'_>) -> Result<(), Failure> {
    P::check(answer)?;
    let status = answer.status;
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        return Ok(());
    }
    let mut message = format!("the answer is {status}");
    if status.is_redirection() {
        message.push_str(", a redirect, which is not followed: send to the URL that it names");
    }
    Err(Failure::refused(Code::HttpStatus, message))
}

/// An answer without its body.
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

    /// The status line, the headers and an empty line, without control characters of the server's.
    fn lines(&self, shown: impl Fn(&HeaderValue) -> String) -> String {
        format!("{:?} {}\n{}", self.version, self.status, headers::lines(&self.headers, shown))
    }

    fn json(
        &self,
        printed: &Download,
        verified: bool,
        shown: impl Fn(&HeaderValue) -> String,
    ) -> Map<String, Value> {
        let (body_name, body) = printed.body_for_json();
        let fields: [(_, Value); 4] = [
            ("status", self.status.as_u16().into()),
            ("verified", verified.into()),
            ("headers", headers::object(&self.headers, shown).into()),
            (body_name, body.into()),
        ];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
