//! `--message`, `--har` and `--curl`: what was captured, for the verbs that judge it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::Args;
use countersign::redact::printable;
use countersign_cli::capture::{Capture, LONGEST, Unreadable, curl, har, raw};
use http::HeaderMap;
use serde::Serialize;

use crate::argument_values::whole_number;
use crate::commands::Context;
use crate::failure::Failure;
use crate::output;

/// More entries of a HAR file are not listed.
const MOST_LISTED: usize = 100;

/// A captured message, by one of two options.
#[derive(Args)]
pub(crate) struct MessageArgs {
    /// The raw request or reply, a request as `curl -v` prints it, or the JSON of webhook.site or API Gateway; - for standard input
    #[arg(short, long, value_name = "FILE|-", group = "capture")]
    message: Option<PathBuf>,

    /// A HAR file, as a browser or a proxy exports it
    #[arg(long, value_name = "FILE|-", group = "capture")]
    har: Option<PathBuf>,

    /// Which entry of the HAR file; without this option, several entries are listed
    #[arg(long, value_name = "N", requires = "har", value_parser = whole_number::<usize>(.., "give a whole number"))]
    entry: Option<usize>,
}

/// A captured request, by one of three options.
#[derive(Args)]
#[command(next_help_heading = "A captured request, in place of method and URL")]
pub(crate) struct RequestCaptureArgs {
    /// A curl command, as a browser or Postman copies it; nothing of it is run, and no file that it names is read
    #[arg(long, value_name = "@FILE|-", group = "capture", value_parser = curl_file)]
    curl: Option<PathBuf>,

    #[command(flatten)]
    message: MessageArgs,
}

impl RequestCaptureArgs {
    /// Whether there is one.
    pub(crate) fn is_given(&self) -> bool {
        self.curl.is_some() || self.message.message.is_some() || self.message.har.is_some()
    }

    /// Refuses `--entry` beside a method and a URL: there, clap does not ask for `--har`.
    pub(crate) fn check_absent(&self) -> Result<(), Failure> {
        match self.message.entry {
            Some(_) => Err(Failure::usage("--entry means nothing without --har")),
            None => Ok(()),
        }
    }

    /// Whether it is read from standard input.
    pub(crate) fn is_stdin(&self) -> bool {
        self.curl.as_deref().is_some_and(is_stdin) || self.message.is_stdin()
    }

    /// The request.
    pub(crate) fn request(&self, context: &Context) -> Result<Capture, Failure> {
        let request = match &self.curl {
            Some(path) => Some(read(path, curl::read)?),
            None => self.message.request(context)?,
        };
        request.ok_or_else(|| Failure::usage("give METHOD and URL, --curl, --message or --har"))
    }
}

/// Takes no command as an argument: it may hold a signature that is as good as a key, and whoever lists processes sees it.
pub(crate) fn curl_file(text: &str) -> Result<PathBuf, &'static str> {
    let file = if text == "-" { Some(text) } else { text.strip_prefix('@').filter(|file| !file.is_empty()) };
    file.map(PathBuf::from)
        .ok_or("give @FILE, or - for standard input: an argument is seen by whoever lists processes")
}

/// One line of the list of entries.
#[derive(Serialize)]
struct Listed {
    entry: usize,
    method: String,
    url: String,
}

impl MessageArgs {
    /// Whether a raw message is given.
    pub(crate) fn is_raw(&self) -> bool {
        self.message.is_some()
    }

    /// Whether it is read from standard input.
    pub(crate) fn is_stdin(&self) -> bool {
        self.message.as_deref().or(self.har.as_deref()).is_some_and(is_stdin)
    }

    /// The request, if one is given.
    pub(crate) fn request(&self, context: &Context) -> Result<Option<Capture>, Failure> {
        if let Some(path) = &self.message {
            return Ok(Some(read(path, raw::read_request)?));
        }
        Ok(self.exchange(context)?.map(|entry| entry.request()).transpose()?)
    }

    /// The reply that a raw message is.
    pub(crate) fn response(&self) -> Result<(HeaderMap, Bytes), Failure> {
        let path = self.message.as_ref().ok_or_else(|| Failure::usage("give --message or --har"))?;
        read(path, raw::read_response)
    }

    /// The chosen entry of the HAR file, if one is given.
    pub(crate) fn exchange(&self, context: &Context) -> Result<Option<har::Entry>, Failure> {
        let Some(path) = &self.har else { return Ok(None) };
        let entries = read(path, har::read)?;
        let (count, at) = (entries.len(), self.entry.unwrap_or(1));
        if count == 0 {
            return Err(Failure::usage("the HAR file has no entry"));
        }
        if count != 1 && self.entry.is_none() {
            list(&entries, context)?;
            return Err(Failure::usage(format!(
                "the HAR file has {count} entries: choose one with --entry N"
            )));
        }
        let chosen = at.checked_sub(1).and_then(|at| entries.into_iter().nth(at));
        chosen
            .map(Some)
            .ok_or_else(|| Failure::usage(format!("--entry {at}: the HAR file has {count}, counted from 1")))
    }
}

/// Prints the entries without their queries, where most secrets are.
fn list(entries: &[har::Entry], context: &Context) -> Result<(), Failure> {
    let listed = entries.iter().take(MOST_LISTED).enumerate().map(|(index, entry)| {
        let (method, url) = entry.summary();
        Listed { entry: index + 1, method: method.to_owned(), url: context.environment.masked(&url) }
    });
    let listed: Vec<_> = listed.collect();
    if context.json {
        return output::json(&serde_json::json!({ "entries": listed }));
    }
    for Listed { entry, method, url } in listed {
        output::line(&format!("{entry:>4}  {}  {}", printable(&method), printable(&url)))?;
    }
    Ok(())
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a file or standard input, up to the longest that a reader takes.
pub(crate) fn read<T>(
    path: &Path,
    reader: impl FnOnce(&[u8]) -> Result<T, Unreadable>,
) -> Result<T, Failure> {
    let name = if is_stdin(path) { Path::new("standard input") } else { path };
    let unreadable = |error: io::Error| Failure::usage(format!("cannot read {}: {error}", name.display()));
    let source: Box<dyn Read> =
        if is_stdin(path) { Box::new(io::stdin()) } else { Box::new(File::open(path).map_err(unreadable)?) };
    let mut text = Vec::new();
    source.take(LONGEST as u64 + 1).read_to_end(&mut text).map_err(unreadable)?;
    if text.len() > LONGEST {
        return Err(Failure::usage(format!("{} is longer than {} MiB", name.display(), LONGEST >> 20)));
    }
    reader(&text).map_err(|unreadable| Failure::from(unreadable).in_file(name))
}
