//! A captured webhook or reply of a provider that a file declares.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use countersign::RequestRef;
use countersign::declared::{Claim, Declared, Sent};
use countersign::time::{Clock as _, SystemClock};
use countersign_cli::capture::Capture;
use http::{Method, StatusCode, header};
use url::Url;

use super::workings::Judged;
use super::{Captured, Verdict, moment, webhook};
use crate::commands::Context;
use crate::declaration::{DeclarationFile, Pair};
use crate::failure::Failure;
use crate::providers::webhooks::stripping;
use crate::request::{method, parse_url};

#[derive(Args)]
pub(super) struct DeclaredArgs {
    /// The declaration
    #[arg(value_name = "FILE.toml")]
    file: PathBuf,

    #[command(flatten)]
    captured: Captured,

    /// Judge as if it were this time: seconds or milliseconds since 1970, or as 2023-05-31T16:01:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment::parse, conflicts_with = "reply")]
    at: Option<SystemTime>,

    /// The origin that the sender was told [default: the host that the message names]
    #[arg(long, value_name = "ORIGIN", conflicts_with = "reply")]
    public_origin: Option<String>,

    /// Remove this prefix, which a proxy put in front of the path, before the signature is checked, e.g. /internal/v1
    #[arg(long, value_name = "PATH", conflicts_with = "reply")]
    strip_prefix: Option<String>,

    /// The message is a reply to a request of yours
    #[arg(long)]
    reply: bool,

    /// The URL of the request [default: that of the HAR file]
    #[arg(long, value_parser = parse_url, requires = "reply")]
    url: Option<Url>,

    /// The method of the request [default: that of the HAR file, or GET]
    #[arg(long, value_parser = method(), hide_possible_values = true, requires = "reply")]
    method: Option<Method>,

    /// The status of the reply, if it is signed [default: that of the HAR file, or 200]
    #[arg(long, requires = "reply")]
    status: Option<StatusCode>,

    /// A stamp of the request, e.g. time=1700000000: to recognise a request that was sent back as a reply
    #[arg(long, value_name = "STAMP=TEXT", requires = "reply")]
    stamp: Vec<Pair>,

    /// Take a credential from this variable, e.g. secret=SHOP_KEY [default: those named after the file]
    #[arg(long, value_name = "CREDENTIAL=VARIABLE")]
    credential: Vec<Pair>,
}

pub(super) fn judge(args: &DeclaredArgs, context: &Context) -> Result<Judged, Failure> {
    let file = DeclarationFile::read(&args.file, &args.credential)?;
    let signer = file.signer(&context.environment)?;
    if args.reply {
        return judge_reply(args, &signer, context);
    }
    let (parts, body) = args.captured.request(context)?;
    let named = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let named = named.map(|host| format!("https://{host}"));
    let origin = args.public_origin.clone().or(named).unwrap_or_else(|| "https://localhost".to_owned());
    let verifier = file.declaration.webhooks(&origin)?.dangerous_short_key(&signer)?;
    let verifier = stripping(verifier, args.strip_prefix.as_deref())?.body_limit(usize::MAX).build();
    let now = args.at.unwrap_or_else(|| SystemClock.now());
    webhook::judge_request(&verifier, &args.captured, now, &parts, &body, context)
}

fn judge_reply(args: &DeclaredArgs, signer: &Declared, context: &Context) -> Result<Judged, Failure> {
    let (scheme, declaration) = (signer.scheme(), signer.scheme().declaration().clone());
    let reply = args.captured.reply(context)?;
    let url = reply.url(args.url.as_ref())?;
    let captured = reply.request.map(Capture::into_request).unwrap_or_default();
    let method = args.method.as_ref().unwrap_or(captured.method());
    let request = RequestRef::new(method, &url, captured.headers(), captured.extensions(), captured.body());
    let claim = declaration.read(&request).ok();
    // A stamp that is not given is empty: then a request that was sent back is not recognised.
    let given = |name| {
        let read = claim.iter().flat_map(Claim::stamps).find(|(known, _)| *known == name);
        let given = args.stamp.iter().find(|pair| pair.name == name).map(|pair| pair.value.as_str());
        given.or(read.map(|(_, text)| text)).unwrap_or_default()
    };
    let stamps = scheme.given_stamps(declaration.stamps().map(|name| (name, given(name))))?;
    let status = args.status.or(reply.status).unwrap_or_default();
    let sent = Sent { request: &request, stamps: &stamps, status };
    let verdict = scheme.verify_reply(&sent, &sent.reply(&reply.headers, &reply.body)).map(|_| Verdict {
        verdict: "verified",
        provider: signer.name().to_owned(),
        key_id: None,
        signed: None,
        reference_id: None,
        note: None,
    });
    Ok(Judged::without_workings(verdict.map_err(|error| error.in_provider(signer.name().to_owned()))))
}
