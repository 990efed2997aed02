//! The URL that curl sends for the URL of a command.

use super::Unreadable;

/// What a command says about its URL.
pub(super) struct Target<'c> {
    pub(super) url: &'c [u8],
    /// Pairs to add behind its query.
    pub(super) query: &'c [Vec<u8>],
    /// Whether `.` and `..` stay in the path.
    pub(super) is_path_as_is: bool,
}

impl Target<'_> {
    /// The fragment from its `#` on, as it was typed.
    pub(super) fn fragment(&self) -> String {
        let at = self.url.iter().position(|byte| *byte == b'#').unwrap_or(self.url.len());
        String::from_utf8_lossy(self.url.get(at..).unwrap_or_default()).into_owned()
    }

    /// The URL as curl sends it. Without a scheme, curl takes http.
    pub(super) fn sent(&self) -> Result<String, Unreadable> {
        let url = text(self.url.split(|byte| *byte == b'#').next().unwrap_or_default())?;
        let scheme = url.split_once("://").map(|(scheme, _)| scheme);
        let has_scheme = scheme.is_some_and(|scheme| !scheme.contains(['/', '?']));
        let url = if has_scheme { url } else { format!("http://{url}") };
        let (origin, path, query) = parts(&url);
        let path = if self.is_path_as_is { path.to_owned() } else { without_dots(path) };
        let mut sent = format!("{origin}{path}{query}");
        for part in self.query {
            sent.push_str(match sent.split_once('?') {
                None => "?",
                Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
                Some(_) => "&",
            });
            sent.push_str(&text(part)?);
        }
        Ok(sent)
    }
}

fn text(bytes: &[u8]) -> Result<String, Unreadable> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Unreadable::new("its URL is not UTF-8"))
}

/// The origin, the path, and the query with its `?`.
fn parts(url: &str) -> (&str, &str, &str) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end_of = |from: usize, ends: &[char]| {
        url.get(from..).and_then(|rest| rest.find(ends)).map_or(url.len(), |at| from + at)
    };
    let path = end_of(authority, &['/', '?']);
    let query = end_of(path, &['?']);
    let part = |from: usize, to: usize| url.get(from..to).unwrap_or_default();
    (part(0, path), part(path, query), part(query, url.len()))
}

/// The path without `.` and `..`, as of RFC 3986, section 5.2.4.
fn without_dots(path: &str) -> String {
    let mut kept = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            other => {
                kept.push(other);
                continue;
            }
        }
        if segments.peek().is_none() {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

/// What `--data-urlencode` makes of `TEXT`, `=TEXT` and `NAME=TEXT`; an error is the name of a file.
pub(super) fn url_encoded(value: &[u8]) -> Result<Vec<u8>, &[u8]> {
    let place = |sign| value.iter().position(|byte| *byte == sign);
    let Some(at) = place(b'=').or_else(|| place(b'@')) else { return Ok(percent_encoded(value)) };
    let (name, text) = value.split_at_checked(at).unwrap_or_default();
    match text.split_first() {
        Some((b'@', file)) => Err(file),
        Some((_, text)) if name.is_empty() => Ok(percent_encoded(text)),
        Some((_, text)) => Ok([name, b"=", &percent_encoded(text)].concat()),
        None => Ok(Vec::new()),
    }
}

/// Encodes as curl does: a blank becomes `+`, and only `-._~` and letters and digits of ASCII stay as they are.
fn percent_encoded(text: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            b' ' => encoded.push(b'+'),
            b'-' | b'.' | b'_' | b'~' => encoded.push(*byte),
            byte if byte.is_ascii_alphanumeric() => encoded.push(*byte),
            byte => encoded.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    encoded
}
