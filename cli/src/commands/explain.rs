//! `explain`: what is signed, piece by piece, and why another signature does not match.

use clap::{ArgGroup, Args};
use countersign::Signer;
use countersign::diagnose::{Comparison, Diagnosis, Outcome};
use countersign::explain::{Explanation, Transcript};
use countersign::redact::printable;
use http::{HeaderValue, Method, header};
use serde::Serialize;

use super::Context;
use crate::capture_args::RequestCaptureArgs;
use crate::capture_notes::{self, CaptureNotes};
use crate::failure::Failure;
use crate::input::Data;
use crate::output;
use crate::providers::{self, Tool};
use crate::request::{ApiArgs, Request, TypedUrl, method};
use crate::request_args::Reproduction;

/// Show what is signed, segment by segment, with every secret masked; nothing is sent
#[derive(Args)]
#[command(
    group(ArgGroup::new("capture")),
    override_usage = "\
countersign explain [OPTIONS] <PROVIDER> <METHOD> <URL>
       countersign explain [OPTIONS] <PROVIDER> <--curl <@FILE|->|--message <FILE|->|--har <FILE|->>",
    after_long_help = "\
Exits with 0 when the signature and the text match or none was given, with 1 when one of them, or
another header of a captured request, does not match.

Examples:
  countersign explain netvisor GET https://integration.netvisor.fi/customerlist.nv
  countersign explain netgiro GET https://api.netgiro.is/v1/sales/GetList --nonce 635318618538563781 --json
  countersign explain unleashed GET 'https://api.unleashedsoftware.com/Customers?customerCode=ACME' --expect @theirs.txt
  countersign explain unleashed GET https://api.unleashedsoftware.com/Customers --expect @theirs.txt --signed-text @text.bin
  countersign explain netgiro --curl @pasted.txt
  countersign explain netvisor --har traffic.har --entry 3"
)]
pub(crate) struct ExplainArgs {
    /// The signature that somebody else computed: say which known mistake it comes from
    ///
    /// As given, from a file, or from standard input with @-. Other users can see an argument in the list of processes,
    /// and the shell keeps it in its history; Unleashed's signature of a query is as good as the key for that query,
    /// for ever.
    #[arg(long, value_name = "SIGNATURE|@FILE|@-", allow_hyphen_values = true)]
    expect: Option<Data>,

    /// The text that somebody else signed: say where it first differs, and with --expect, whether the key is the same
    ///
    /// Byte for byte, including a line end at its end. If secrets are part of the text, leave them in; they are not
    /// shown.
    #[arg(long, value_name = "@FILE|@-")]
    signed_text: Option<Data>,

    #[command(flatten)]
    pub(crate) api: ApiArgs,

    /// The HTTP method
    #[arg(help_heading = None, value_parser = method(), hide_possible_values = true, required_unless_present_any = ["capture", "entry"], conflicts_with = "capture")]
    method: Option<Method>,

    /// The whole URL, with its query
    #[arg(help_heading = None, value_parser = TypedUrl::parse, required_unless_present_any = ["capture", "entry"], conflicts_with = "capture")]
    url: Option<TypedUrl>,

    #[command(flatten)]
    captured: RequestCaptureArgs,

    #[command(flatten)]
    given: Reproduction,
}

/// A request, and what it may have been signed with.
struct Asked<P: Tool> {
    provider: Signer<P>,
    request: Request,
    given: Reproduction,
    /// The URL as somebody typed it.
    url: TypedUrl,
    expected: Option<String>,
    captured: Option<CaptureNotes>,
}

#[derive(Serialize)]
struct Explained {
    #[serde(skip_serializing_if = "Option::is_none")]
    captured: Option<CaptureNotes>,
    explanation: Explanation,
    /// The media type of the body, if the provider's headers do not give it. Other headers of your own may hold secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<Comparison>,
    #[serde(flatten)]
    diagnosed: Option<Diagnosed>,
}

/// A diagnosis, and what it could not try.
#[derive(Serialize)]
pub(super) struct Diagnosed {
    pub(super) diagnosis: Diagnosis,
    not_tried: Vec<&'static str>,
}

impl From<Diagnosis> for Diagnosed {
    fn from(diagnosis: Diagnosis) -> Self {
        Self { not_tried: diagnosis.not_tried().collect(), diagnosis }
    }
}

impl ExplainArgs {
    /// Refuses flags that cannot give a result.
    fn check<P: Tool>(&self, provider: &Signer<P>) -> Result<(), Failure> {
        let needed = P::NEEDED_TO_REPRODUCE;
        for (flag, is_given, what) in [
            ("--expect", self.expect.is_some(), "signature"),
            ("--signed-text", self.signed_text.is_some(), "text"),
        ] {
            if is_given && !self.captured.is_given() && !P::is_reproduced(provider, &self.given) {
                return Err(Failure::usage(format!(
                    "a fresh request never has an earlier {what}: {flag} needs {needed}"
                )));
            }
        }
        let inputs = [&self.api.data, &self.expect, &self.signed_text];
        let read = inputs.into_iter().flatten().filter(|input| **input == Data::StandardInput).count();
        match read + usize::from(self.captured.is_stdin()) {
            0 | 1 => Ok(()),
            _ => Err(Failure::usage(
                "standard input is only one of --data, --expect, --signed-text and a capture",
            )),
        }
    }

    /// The request that the arguments describe, or one that was captured.
    fn asked<P: Tool>(&self, context: &Context) -> Result<Asked<P>, Failure> {
        let (environment, given) = (&context.environment, &self.given);
        let expected = || self.expect.as_ref().map(|expected| expected.read_text("--expect")).transpose();
        if let (Some(method), Some(url)) = (&self.method, &self.url) {
            self.captured.check_absent()?;
            let provider = self.api.provider::<P>(environment, given, &url.url)?;
            self.check::<P>(&provider)?;
            let request = self.api.request(&provider, method, url)?;
            let (given, url, expected) = (given.clone(), url.clone(), expected()?);
            return Ok(Asked { provider, request, given, url, expected, captured: None });
        }
        let capture = self.captured.request(context)?;
        let url = format!("{}{}", capture.url()?, capture.fragment);
        let url = TypedUrl::parse(&url).map_err(Failure::usage)?;
        let provider = self.api.provider::<P>(environment, given, &url.url)?;
        self.check::<P>(&provider)?;
        let mut notes = CaptureNotes::of(&capture, self.api.data.is_some());
        let request = self.api.captured(&provider, capture, &url)?;
        notes.compare_length(&request.headers, request.body.as_deref().unwrap_or_default());
        let mut given = given.clone();
        let taken = P::take_captured(provider, &request.outgoing(), &mut given);
        let (provider, signature) = taken.map_err(|failure| notes.told_with(failure))?;
        let signed = providers::sign(&provider, &request.outgoing(), &given, environment)?;
        notes.compare(&provider, &request.headers, &signed);
        let expected = expected()?.or_else(|| signed.signature().map(|_| signature));
        Ok(Asked { provider, request, given, url, expected, captured: Some(notes) })
    }
}

pub(crate) fn run<P: Tool>(args: &ExplainArgs, context: &Context) -> Result<(), Failure> {
    let Asked { provider, request, given, url, expected, captured } = args.asked::<P>(context)?;
    let outgoing = request.outgoing();
    let transcript = match P::given_stamp(&provider, &given, &context.environment)? {
        Some(stamp) => Transcript::with_stamp(&provider, &outgoing, stamp)?,
        None => Transcript::of(&provider, &outgoing)?,
    };
    // The signer may have signed the URL as it was typed.
    let transcript = transcript.typed_url(url.typed_without_fragment());
    let transcript = context.environment.known_by(transcript);
    let transcript = transcript.hiding(&capture_notes::secrets(&request.headers));
    let explanation = transcript.explain();
    let captured = captured.map(|notes| notes.judge_body(&explanation)).transpose()?;
    let signed_text =
        args.signed_text.as_ref().map(|text| text.read_unlisted("--signed-text")).transpose()?;
    let comparison = signed_text.map(|signed| transcript.compare(&signed, expected.as_deref()));
    let diagnosed = expected.map(|expected| Diagnosed::from(transcript.diagnose(&expected)));
    let shown = |value: &HeaderValue| context.environment.masked(&P::header_text(value));
    // What a capture does not sign is not shown.
    let content_type = request.headers.get(header::CONTENT_TYPE).filter(|_| captured.is_none()).map(shown);
    let explained = Explained { captured, explanation, content_type, comparison, diagnosed };
    print(&explained, context.json)?;
    let differs = explained.comparison.is_some_and(|comparison| comparison.difference.is_some());
    let matches =
        explained.diagnosed.as_ref().is_none_or(|told| told.diagnosis.outcome() == Outcome::Matches);
    let is_complete = explained.captured.is_none_or(|notes| notes.is_complete());
    if matches && is_complete && !differs { Ok(()) } else { Err(Failure::refused_as_printed()) }
}

fn print(explained: &Explained, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(explained);
    }
    under("captured", explained.captured.as_ref())?;
    output::line(explained.explanation.to_string().trim_end())?;
    if let Some(content_type) = &explained.content_type {
        output::line(&format!("also sent\n  content-type  \"{}\"", printable(content_type)))?;
    }
    under("comparison", explained.comparison.as_ref())?;
    under("diagnosis", explained.diagnosed.as_ref().map(|told| &told.diagnosis))
}

/// Prints a text, if there is one, under a title.
pub(super) fn under(title: &str, text: Option<&impl ToString>) -> Result<(), Failure> {
    match text {
        Some(text) => output::line(&format!("{title}\n  {}", text.to_string().replace('\n', "\n  "))),
        None => Ok(()),
    }
}
