//! `explain`: what is signed, piece by piece, and why another signature does not match.

use clap::Args;
use countersign::Signer;
use countersign::diagnose::{Comparison, Diagnosis, Outcome};
use countersign::explain::{Explanation, Transcript};
use countersign::redact::printable;
use http::{HeaderValue, header};
use serde::Serialize;

use super::Context;
use crate::failure::Failure;
use crate::input::Data;
use crate::output;
use crate::providers::Tool;
use crate::request::RequestArgs;
use crate::request_args::Reproduction;

/// Show what is signed, segment by segment, with every secret masked; nothing is sent
#[derive(Args)]
#[command(after_long_help = "\
Exits with 0 when the signature and the text match or none was given, with 1 when one of them does not match.

Examples:
  countersign explain netvisor GET https://integration.netvisor.fi/customerlist.nv
  countersign explain netgiro GET https://api.netgiro.is/v1/sales/GetList --nonce 635318618538563781 --json
  countersign explain unleashed GET 'https://api.unleashedsoftware.com/Customers?customerCode=ACME' --expect @theirs.txt
  countersign explain unleashed GET https://api.unleashedsoftware.com/Customers --expect @theirs.txt --signed-text @text.bin")]
pub(crate) struct ExplainArgs {
    /// The signature that somebody else computed: say which known mistake it comes from
    ///
    /// As given, from a file, or from standard input with @-. An argument is seen by whoever lists processes, and kept in
    /// the shell's history; Unleashed's signature of a query is as good as the key for that query, for ever.
    #[arg(long, value_name = "SIGNATURE|@FILE|@-", allow_hyphen_values = true)]
    expect: Option<Data>,

    /// The text that somebody else signed: say where it first differs, and with --expect, whether the key is the same
    ///
    /// Byte for byte, a line end at its end among them. Where secrets are part of it, leave them in; they are not shown.
    #[arg(long, value_name = "@FILE|@-")]
    signed_text: Option<Data>,

    #[command(flatten)]
    pub(crate) request: RequestArgs,

    #[command(flatten)]
    given: Reproduction,
}

#[derive(Serialize)]
struct Explained {
    explanation: Explanation,
    /// What the body is sent as, where the provider's headers do not say it. Other headers of your own may hold secrets.
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
    /// Refuses what cannot come out.
    fn check<P: Tool>(&self, provider: &Signer<P>) -> Result<(), Failure> {
        let needed = P::NEEDED_TO_REPRODUCE;
        for (flag, is_given, what) in [
            ("--expect", self.expect.is_some(), "signature"),
            ("--signed-text", self.signed_text.is_some(), "text"),
        ] {
            if is_given && !P::is_reproduced(provider, &self.given) {
                return Err(Failure::usage(format!(
                    "a fresh request never has an earlier {what}: {flag} needs {needed}"
                )));
            }
        }
        let inputs = [&self.request.data, &self.expect, &self.signed_text];
        match inputs.into_iter().flatten().filter(|input| **input == Data::StandardInput).count() {
            0 | 1 => Ok(()),
            _ => Err(Failure::usage("standard input is only one of --data, --expect and --signed-text")),
        }
    }
}

pub(crate) fn run<P: Tool>(args: &ExplainArgs, context: &Context) -> Result<(), Failure> {
    let provider = args.request.provider::<P>(&context.environment, &args.given)?;
    args.check::<P>(&provider)?;
    let request = args.request.request(&provider)?;
    let outgoing = request.outgoing();
    let transcript = match P::given_stamp(&provider, &args.given, &outgoing, &context.environment)? {
        Some(stamp) => Transcript::with_stamp(&provider, &outgoing, stamp)?,
        None => Transcript::of(&provider, &outgoing)?,
    };
    // Whoever signed may have had the URL as it was typed.
    let transcript = transcript.typed_url(args.request.url.typed_without_fragment());
    let transcript = context.environment.known_by(transcript);
    let expected = args.expect.as_ref().map(|expected| expected.read_text("--expect")).transpose()?;
    let signed_text =
        args.signed_text.as_ref().map(|text| text.read_unlisted("--signed-text")).transpose()?;
    let comparison = signed_text.map(|signed| transcript.compare(&signed, expected.as_deref()));
    let diagnosed = expected.map(|expected| Diagnosed::from(transcript.diagnose(&expected)));
    let shown = |value: &HeaderValue| context.environment.masked(&P::header_text(value));
    let content_type = request.headers.get(header::CONTENT_TYPE).map(shown);
    let explained = Explained { explanation: transcript.explain(), content_type, comparison, diagnosed };
    print(&explained, context.json)?;
    let differs = explained.comparison.is_some_and(|comparison| comparison.difference.is_some());
    let matches =
        explained.diagnosed.as_ref().is_none_or(|told| told.diagnosis.outcome() == Outcome::Matches);
    if matches && !differs { Ok(()) } else { Err(Failure::refused_as_printed()) }
}

fn print(explained: &Explained, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(explained);
    }
    output::line(explained.explanation.to_string().trim_end())?;
    if let Some(content_type) = &explained.content_type {
        output::line(&format!("also sent\n  content-type  \"{}\"", printable(content_type)))?;
    }
    under("comparison", explained.comparison.as_ref())?;
    under("diagnosis", explained.diagnosed.as_ref().map(|told| &told.diagnosis))
}

/// Prints what there is to print under a title.
pub(super) fn under(title: &str, text: Option<&impl ToString>) -> Result<(), Failure> {
    match text {
        Some(text) => output::line(&format!("{title}\n  {}", text.to_string().replace('\n', "\n  "))),
        None => Ok(()),
    }
}
