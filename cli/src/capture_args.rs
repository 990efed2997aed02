//! `--message`, `--har` and `--curl`: what was captured, for the verbs that judge it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::Args;
use countersign::redact::printable;
use countersign_cli::capture::{Capture, LONGEST, har, raw};
use http::HeaderMap;
use serde::Serialize;

use crate::commands::Context;
use crate::failure::Failure;
use crate::output;

/// More entries of a HAR file are not listed.
const MOST_LISTED: usize = 100;

/// A message, one of the two.
#[derive(Args)]
pub(crate) struct MessageArgs {
    /// The raw request or reply, a request as `curl -v` prints it, or the JSON of webhook.site or API Gateway; - for standard input
    #[arg(short, long, value_name = "FILE|-", group = "capture")]
    message: Option<PathBuf>,

    /// A HAR file, as a browser or a proxy exports it
    #[arg(long, value_name = "FILE|-", group = "capture")]
    har: Option<PathBuf>,

    /// Which entry of the HAR file; without it, they are listed where there are several
    #[arg(long, value_name = "N", requires = "har")]
    entry: Option<usize>,
}

/// What is told of an entry that can be chosen.
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

    /// The request, where one is given.
    pub(crate) fn request(&self, context: &Context) -> Result<Option<Capture>, Failure> {
        if let Some(path) = &self.message {
            return Ok(Some(raw::read_request(&read(path)?)?));
        }
        Ok(self.exchange(context)?.map(|entry| entry.request()).transpose()?)
    }

    /// The reply that a raw message is.
    pub(crate) fn response(&self) -> Result<(HeaderMap, Bytes), Failure> {
        let path = self.message.as_ref().ok_or_else(|| Failure::usage("give --message or --har"))?;
        Ok(raw::read_response(&read(path)?)?)
    }

    /// The chosen entry of the HAR file, where one is given.
    pub(crate) fn exchange(&self, context: &Context) -> Result<Option<har::Entry>, Failure> {
        let Some(path) = &self.har else { return Ok(None) };
        let entries = har::read(&read(path)?)?;
        let (count, at) = (entries.len(), self.entry.unwrap_or(1));
        if count != 1 && self.entry.is_none() {
            list(&entries, context)?;
            return Err(Failure::usage(format!(
                "the HAR file has {count} entries: choose one with --entry N"
            )));
        }
        let chosen = at.checked_sub(1).and_then(|at| entries.into_iter().nth(at));
        chosen
            .map(Some)
            .ok_or_else(|| Failure::usage(format!("--entry {at}: the HAR file has {count}, from 1 on")))
    }
}

/// Prints the entries, without their queries, in which most secrets stand.
fn list(entries: &[har::Entry], context: &Context) -> Result<(), Failure> {
    let listed = entries.iter().take(MOST_LISTED).enumerate().map(|(index, entry)| {
        let (method, url) = entry.summary();
        Listed { entry: index + 1, method: method.to_owned(), url: context.environment.masked(url) }
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

pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a file or standard input, up to the longest that a reader takes.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let name = if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() };
    let unreadable = |error: io::Error| Failure::usage(format!("cannot read {name}: {error}"));
    let source: Box<dyn Read> =
        if is_stdin(path) { Box::new(io::stdin()) } else { Box::new(File::open(path).map_err(unreadable)?) };
    let mut text = Vec::new();
    source.take(LONGEST as u64 + 1).read_to_end(&mut text).map_err(unreadable)?;
    if text.len() > LONGEST {
        return Err(Failure::usage(format!("{name} is longer than {} MiB", LONGEST >> 20)));
    }
    Ok(text)
}
