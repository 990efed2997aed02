//! `sign`: the headers of a signed request, which is not sent.

use clap::{Args, ValueEnum};
use countersign::Signer;
use countersign::redact::printable;
use http::{HeaderMap, HeaderValue};
use serde_json::json;
use url::Position;

use super::Context;
use crate::code::Code;
use crate::curl;
use crate::failure::Failure;
use crate::headers;
use crate::input::Data;
use crate::output;
use crate::providers::{self, Tool};
use crate::request::RequestArgs;
use crate::request_args::Reproduction;

/// Print the headers with which a request would be sent; nothing is sent
///
/// The output has the signature, which is the purpose of this command. Whoever has the signature can send this one
/// request in your name; for Unleashed, any request with the same query, for ever. The output has no key:
/// $VIZION_API_KEY stands for Vizion's, which is sent as it is.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  countersign sign vizion GET https://prod.vizionapi.com/references --output curl
  countersign sign netvisor POST 'https://isvapi.netvisor.fi/customer.nv?method=add' --data @customer.xml
  countersign sign netgiro GET https://api.netgiro.is/v1/sales/GetList --nonce 635318618538563781 --json")]
pub(crate) struct SignArgs {
    /// What to print; --json is short for json [default: headers]
    #[arg(short, long, value_enum)]
    output: Option<Output>,

    #[command(flatten)]
    pub(crate) request: RequestArgs,

    #[command(flatten)]
    given: Reproduction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// One header on each line
    Headers,
    /// One object: the URL, and the headers, name to value
    Json,
    /// A curl command, with $VARIABLE in place of what the environment holds
    Curl,
}

pub(crate) fn run<P: Tool>(args: &SignArgs, context: &Context) -> Result<(), Failure> {
    let output = match (args.output, context.json) {
        (None, false) => Output::Headers,
        (None | Some(Output::Json), true) => Output::Json,
        (Some(output), false) => output,
        (Some(_), true) => return Err(Failure::usage("--json and this --output cannot be used together")),
    };
    let provider = args.request.provider::<P>(&context.environment, &args.given)?;
    let mut request = args.request.request(&provider)?;
    let signed = providers::sign(&provider, &request.outgoing(), &args.given, &context.environment)?;
    signed.apply(&mut request.headers);
    request.rewrite(signed.rewritten());
    let body = signed.rewritten().body.map(|body| String::from_utf8_lossy(body).into_owned());
    if output != Output::Curl {
        note_other_bytes(&provider, &request.headers, context.json);
        if request.url.query() != args.request.url.url.query() {
            let query = request.url.query().unwrap_or_default();
            note_other_query(&context.environment.masked(query), context.json);
        }
        if let Some(body) = &body {
            let body = context.environment.masked(body);
            output::noted(
                Code::BodyRewritten,
                &format!("the body is signed and sent as {body}"),
                context.json,
            );
        }
    }
    let shown = |value: &HeaderValue| context.environment.masked(&P::header_text(value));
    let url = context.environment.masked(&request.url[..Position::AfterQuery]);
    match output {
        Output::Headers => {
            output::note(&format!("signed for {} {}", request.method, printable(&url)));
            output::line(headers::lines(&request.headers, shown).trim_end())
        }
        Output::Json => output::json(&json!({
            "url": url,
            "headers": headers::object(&request.headers, shown),
        })),
        Output::Curl => {
            let rewritten = body.map(Data::Text);
            let data = rewritten.as_ref().or(args.request.api.data.as_ref());
            let curl = curl::command::<P>(&request, data, &context.environment)?;
            if let Some(message) = curl.note {
                output::noted(Code::EnvFileNotRead, &message, context.json);
            }
            output::line(&curl.command)
        }
    }
}

/// Notes that the query is not sent as it was typed: servers read a `+` in two ways.
fn note_other_query(query: &str, json: bool) {
    let message = format!("the query is signed as `send` sends it; send exactly this query: ?{query}");
    output::noted(Code::QueryRewritten, &message, json);
}

/// Notes which headers have other bytes than the printed text: Netvisor's headers are in ISO-8859-15.
fn note_other_bytes<P: Tool>(provider: &Signer<P>, headers: &HeaderMap, json: bool) {
    let is_other = |value: &HeaderValue| P::header_text(value).as_bytes() != value.as_bytes();
    for (name, value) in
        headers.iter().filter(|(name, value)| P::sets_header(provider, name) && is_other(value))
    {
        let message = format!(
            "{name} is sent as the bytes \"{}\"; copied from here in UTF-8 it does not match the signature. --output curl \
             writes the bytes",
            value.as_bytes().escape_ascii()
        );
        output::noted(Code::HeaderNotAscii, &message, json);
    }
}
