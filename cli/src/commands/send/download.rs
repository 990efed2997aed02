//! The body of an answer, on its way to standard output.

use std::io::{self, IsTerminal as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Response;

use crate::failure::Failure;
use crate::output;
use crate::printable::PrintableBody;

/// A download shows its progress from here on.
const LONG: u64 = 1024 * 1024;

/// What is kept of a body that has arrived.
#[derive(Default)]
pub(super) struct Download {
    /// The first bytes, or all of them if they are collected.
    pub(super) start: Vec<u8>,
}

impl Download {
    /// Prints the body while it arrives: as it is, or escaped on a terminal. Keeps the first `keep` bytes.
    pub(super) async fn printing(response: Response, keep: usize) -> Result<Self, Failure> {
        let mut escaped = io::stdout().is_terminal().then(PrintableBody::default);
        let printed = Self::read(response, keep, |chunk| match &mut escaped {
            Some(escaped) => output::read_on(escaped.push(chunk).as_bytes()),
            None => output::read_on(chunk),
        })
        .await?;
        if let Some(escaped) = escaped {
            output::line(&escaped.finish())?;
        }
        Ok(printed)
    }

    /// Collects the whole body.
    pub(super) async fn collecting(response: Response) -> Result<Self, Failure> {
        Self::read(response, usize::MAX, |_| Ok(true)).await
    }

    /// Gives `each` the chunks as they arrive, until it wants no more and enough is kept to judge by.
    async fn read(
        mut response: Response,
        keep: usize,
        mut each: impl FnMut(&[u8]) -> Result<bool, Failure>,
    ) -> Result<Self, Failure> {
        let mut progress = Progress::new(response.content_length());
        let (mut start, mut wanted) = (Vec::new(), true);
        while let Some(chunk) = response.chunk().await? {
            let kept = chunk.len().min(keep - start.len());
            start.extend(chunk.iter().take(kept));
            progress.advance(chunk.len());
            wanted = wanted && progress.hide_while(|| each(&chunk))?;
            if !wanted && start.len() == keep {
                break;
            }
        }
        Ok(Self { start })
    }

    /// The name and the text of the body in JSON: as it is if it is UTF-8, or else in base64.
    pub(super) fn body_for_json(&self) -> (&'static str, String) {
        match std::str::from_utf8(&self.start) {
            Ok(text) => ("body", text.to_owned()),
            Err(_) => ("body_base64", BASE64.encode(&self.start)),
        }
    }
}

/// A bar on standard error, if that is a terminal and the download is long.
struct Progress {
    bar: Option<ProgressBar>,
    arrived: u64,
    length: Option<u64>,
}

impl Progress {
    fn new(length: Option<u64>) -> Self {
        Self { bar: None, arrived: 0, length }
    }

    fn advance(&mut self, bytes: usize) {
        // A chunk is far shorter than 2^64 bytes.
        self.arrived += u64::try_from(bytes).unwrap_or_default();
        if self.arrived.max(self.length.unwrap_or_default()) >= LONG {
            self.bar.get_or_insert_with(|| bar(self.length)).set_position(self.arrived);
        }
    }

    /// Hides the bar while `print` writes to the same terminal.
    fn hide_while<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Draws nothing unless standard error is a terminal.
fn bar(length: Option<u64>) -> ProgressBar {
    let template = match length {
        Some(_) => "{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        None => "{spinner} {bytes} {bytes_per_sec}",
    };
    let bar = length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    // The templates are constant, and tested.
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_appears_on_long_downloads_only() {
        let mut progress = Progress::new(None);
        progress.advance(1024 * 1024 - 1);
        assert!(progress.bar.is_none());
        progress.advance(1);
        assert_eq!(progress.bar.as_ref().map(ProgressBar::position), Some(LONG));

        let mut announced = Progress::new(Some(LONG));
        announced.advance(1);
        assert_eq!(announced.bar.as_ref().and_then(ProgressBar::length), Some(LONG));
        let mut short = Progress::new(Some(LONG - 1));
        short.advance(1);
        assert!(short.bar.is_none());
    }
}
