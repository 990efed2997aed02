//! `infer`: the declaration that reproduces accepted requests.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use countersign::RequestRef;
use countersign::declared::Declaration;
use countersign::declared::infer::{Evidence, Inferred};
use countersign::redact::printable;
use countersign_cli::capture::{Capture, Unreadable, curl, raw};
use http::Extensions;
use serde::Serialize;

use super::Context;
use crate::argument_values::whole_number;
use crate::capture_args::{curl_file, read};
use crate::code::Code;
use crate::declaration::Pair;
use crate::failure::Failure;
use crate::output;
use crate::request::parse_url;

/// Find the declaration that reproduces accepted requests
///
/// Searches what is signed, in which order, with what between the parts, with which form of the key and which hash. Two requests
/// that differ in method, path, query and body leave little open. The file has a vector with a made-up key. From the captures it
/// takes only words of the scheme, such as `v1`, a label, or the beginning `/api/v1` of a path. If an id looks like such a word,
/// name it with --credential, or the file takes it too.
#[derive(Args)]
#[command(
    group(ArgGroup::new("captures").required(true).multiple(true)),
    after_long_help = "\
Exit codes: 0 one rule fits, 4 several fit and each is printed, 1 none fits, 2 the secret is not set or a capture cannot be read.

Examples:
  COUNTERSIGN_SECRET=… countersign infer --curl @accepted.sh --out acme.toml --name acme
  countersign infer --message get.http --message post.http --secret ACME_SECRET --credential account=ACME_ACCOUNT
  pbpaste | countersign infer --curl - --json"
)]
pub(crate) struct InferArgs {
    /// A pasted curl command; several must be of one scheme
    #[arg(long, value_name = "@FILE|-", group = "captures", value_parser = curl_file)]
    curl: Vec<PathBuf>,

    /// A raw request, or one as `curl -v` prints it
    #[arg(short, long, value_name = "FILE|-", group = "captures")]
    message: Vec<PathBuf>,

    /// The variable that holds the secret
    #[arg(long, value_name = "VARIABLE", default_value = "COUNTERSIGN_SECRET")]
    secret: String,

    /// An id in the requests, such as an account, and the variable that holds it
    #[arg(long, value_name = "NAME=VARIABLE")]
    credential: Vec<Pair>,

    /// The name of the file's provider
    #[arg(long, default_value = "inferred")]
    name: String,

    /// An origin to write into the file: where requests may go
    #[arg(long, value_name = "ORIGIN")]
    origin: Vec<String>,

    /// How many texts may be hashed: by default, some seconds
    #[arg(long, value_name = "N", default_value_t = 3_000_000, value_parser = whole_number::<u64>(.., "give a whole number"))]
    most_tries: u64,

    /// Write the file of the likeliest rule here
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl InferArgs {
    /// The variables whose values are not printed.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.credential.iter().map(|pair| pair.value.as_str()).chain([self.secret.as_str()])
    }
}

/// What was found, as `--json` prints it.
#[derive(Serialize)]
struct Found<'f> {
    rules: Vec<Rule<'f>>,
    advice: &'f [String],
    tries: u64,
    is_whole: bool,
}

#[derive(Serialize)]
struct Rule<'f> {
    signed: String,
    file: &'f str,
}

pub(crate) fn run(args: &InferArgs, context: &Context) -> Result<(), Failure> {
    let secret = context.environment.require(&args.secret)?;
    let ids = args
        .credential
        .iter()
        .map(|pair| Ok((pair.name.as_str(), context.environment.require(&pair.value)?)));
    let ids = ids.collect::<Result<Vec<_>, Failure>>()?;
    let captures = captures(args)?;
    let urls = captures.iter().map(|capture| Ok(capture.url()?));
    let texts = urls.collect::<Result<Vec<_>, Failure>>()?;
    let urls = texts.iter().map(|text| parse_url(text).map_err(Failure::usage));
    let urls = urls.collect::<Result<Vec<_>, Failure>>()?;
    let extensions = Extensions::new();
    let requests = captures.iter().zip(texts.iter().zip(&urls)).map(|(capture, (text, url))| {
        RequestRef::new(&capture.method, url, &capture.headers, &extensions, &capture.body).as_received(text)
    });
    let inferred = Declaration::infer(&Evidence {
        name: &args.name,
        origins: &args.origin.iter().map(String::as_str).collect::<Vec<_>>(),
        captures: &requests.collect::<Vec<_>>(),
        secret: &secret.into(),
        ids: &ids.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>(),
        most_tries: args.most_tries,
    })?;
    let masked = |text: &str| printable(&context.environment.masked(text));
    let Some(likeliest) = inferred.rules.first() else {
        return Err(none(&inferred));
    };
    let file = format!("{}{}", comment(&inferred, masked), likeliest.file);
    if let Some(path) = &args.out {
        write(path, &file)?;
    }
    if context.json {
        let rule =
            |rule: &countersign::declared::infer::InferredRule| (masked(&rule.signed), rule.file.clone());
        let rules: Vec<_> = inferred.rules.iter().map(rule).collect();
        let rules = rules.iter().map(|(signed, file)| Rule { signed: signed.clone(), file });
        let (advice, tries, is_whole) = (&*inferred.advice, inferred.tries, inferred.is_whole);
        output::json(&Found { rules: rules.collect(), advice, tries, is_whole })?;
    } else if let Some(path) = &args.out {
        output::raw(comment(&inferred, masked).as_bytes())?;
        output::line(&printable(&format!(
            "# written to {0}; prove it: countersign check {0}",
            path.display()
        )))?;
    } else {
        output::raw(file.as_bytes())?;
    }
    if inferred.rules.len() > 1 { Err(Failure::unclear_as_printed()) } else { Ok(()) }
}

/// The captures, first those of curl.
fn captures(args: &InferArgs) -> Result<Vec<Capture>, Failure> {
    type Reader = fn(&[u8]) -> Result<Capture, Unreadable>;
    let curls = args.curl.iter().map(|path| (path, curl::read as Reader));
    let messages = args.message.iter().map(|path| (path, raw::read_request as Reader));
    let capture = |(path, reader): (&PathBuf, Reader)| {
        let capture = read(path, reader)?;
        match &capture.body_is {
            Some(place) => {
                Err(Failure::usage(format!("the body is {place}: it may be signed, and is needed"))
                    .with_next_step("Hand over the raw request with --message FILE."))
            }
            None => Ok(capture),
        }
    };
    curls.chain(messages).map(capture).collect()
}

fn none(inferred: &Inferred) -> Failure {
    let bounded = if inferred.is_whole { "" } else { "; more combinations were left untried" };
    let message = match inferred.tries {
        0 => "nothing in the captures can be searched".to_owned(),
        _ => format!(
            "no rule reproduces the captures: {} texts were made of method, URL, query, body, headers and their digests, and \
         hashed under the secret in its usual forms{bounded}",
            inferred.tries
        ),
    };
    Failure::refused(Code::NoRule, message).with_next_step(&inferred.advice.join(" "))
}

/// The comment in front of the file that says what was found.
fn comment(inferred: &Inferred, masked: impl Fn(&str) -> String) -> String {
    let mut comment = match inferred.rules.len() {
        1 => "# One rule fits the captures:\n".to_owned(),
        count => format!("# {count} rules fit the captures. This file says the first:\n"),
    };
    for (index, rule) in inferred.rules.iter().enumerate() {
        comment.push_str(&format!("#   {}. {}\n", index + 1, masked(&rule.signed)));
    }
    inferred.advice.iter().for_each(|advice| comment.push_str(&format!("# {advice}\n")));
    comment + "\n"
}

fn write(path: &Path, file: &str) -> Result<(), Failure> {
    fs::write(path, file).map_err(|error| Failure::usage(format!("cannot write {}: {error}", path.display())))
}
