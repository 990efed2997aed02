//! A curl command, as browsers and Postman copy it and as people type it. The result is the request that curl would send.

mod options;
mod target;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::Method;

use super::recognise::{Wanted, instead};
use super::shell_words::Command;
use super::{Capture, Unreadable, absolute, in_utf8};
use options::Known;
use target::{Target, url_encoded};

const JSON: &str = "application/json";

const NO_COMMAND: &str =
    "Copy the request as cURL; a raw one is handed over with --message FILE, a HAR file with --har FILE.";

/// How many commands of a text are searched for curl's.
const MOST_COMMANDS: usize = 64;

/// How many letters of options in one word are read.
const MOST_LETTERS: usize = 64;

/// Reads the first curl command of a text.
///
/// An unknown option takes the next word as its value, unless the word begins with a hyphen or is a URL.
///
/// # Errors
/// When the text has no curl command, or the command is cut off or written for a shell of Windows.
pub fn read(text: &[u8]) -> Result<Capture, Unreadable> {
    let text = in_utf8(text);
    if let Some(other) = instead(&text, Wanted::Curl) {
        return Err(other);
    }
    let mut rest = &*text;
    for _ in 0..MOST_COMMANDS {
        let (command, behind) = Command::read(rest)?;
        if let Some(at) = command.words.iter().position(|word| is_curl(word)) {
            let mut read = Read::default();
            read.words(command.words.into_iter().skip(at + 1))?;
            if command.is_expanded {
                read.notes.push(
                    "A shell would put something in place of a $NAME or of a command within: here it stands as it is written."
                        .to_owned(),
                );
            }
            let is_more = |byte: &u8| !byte.is_ascii_whitespace() && !b";&)".contains(byte);
            if behind.iter().any(is_more) && !behind.starts_with(b"#") {
                read.notes
                    .push(format!("What follows the command, from its {} on, is not read.", end(behind)));
            }
            return read
                .capture()
                .map_err(|refused| if has_typographic_quotes(&text) { typographic() } else { refused });
        }
        rest = next_command(behind);
    }
    Err(Unreadable::new("it has no curl command").step(NO_COMMAND))
}

/// Whether a text has typographic quotes, which are no quotes to a shell.
fn has_typographic_quotes(text: &[u8]) -> bool {
    String::from_utf8_lossy(text).contains(['\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}'])
}

fn typographic() -> Unreadable {
    Unreadable::new(
        "the quotes of the command are typographic ones, as a chat or an office program makes them",
    )
    .step("Write each of them as ' again.")
}

fn is_curl(word: &[u8]) -> bool {
    let name = word.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or_default();
    name == b"curl" || name.eq_ignore_ascii_case(b"curl.exe")
}

/// Describes what ended a command.
fn end(behind: &[u8]) -> &'static str {
    match behind.first() {
        Some(b'&') => "first & without quotes",
        Some(b'|') => "first | without quotes",
        Some(b';') => "first ; without quotes",
        Some(b'<' | b'>') => "first redirection",
        Some(b'(' | b')') => "first parenthesis without quotes",
        _ => "first line end without a backslash",
    }
}

fn next_command(behind: &[u8]) -> &[u8] {
    match behind.split_first() {
        // A comment, up to its end.
        Some((b'#', _)) => {
            let end = behind.iter().position(|byte| *byte == b'\n').unwrap_or(behind.len());
            behind.get(end..).unwrap_or_default()
        }
        Some((_, rest)) => rest,
        None => behind,
    }
}

/// What the options say.
#[derive(Default)]
struct Read {
    method: Option<Vec<u8>>,
    url: Option<Vec<u8>>,
    /// Pairs to add behind the URL's own query.
    query: Vec<Vec<u8>>,
    data: Option<Vec<u8>>,
    /// The media type that curl sets if no header does.
    media_type: &'static str,
    has_more_urls: bool,
    is_get: bool,
    is_head: bool,
    is_upload: bool,
    is_globoff: bool,
    is_path_as_is: bool,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// Names of headers that curl is told to leave out.
    left_out: Vec<Vec<u8>>,
    body_is: Option<String>,
    passed_over: Vec<String>,
    notes: Vec<String>,
}

impl Read {
    fn words(&mut self, words: impl Iterator<Item = Vec<u8>>) -> Result<(), Unreadable> {
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            let next_request = match &*word {
                // Options may follow even here.
                b"--" => false,
                [b'-', b'-', name @ ..] => self.long(name, &mut words)?,
                [b'-', letters @ ..] if !letters.is_empty() => self.letters(letters, &mut words)?,
                _ => {
                    self.url(word);
                    false
                }
            };
            if next_request {
                self.notes.push("What follows --next is another request, and not read.".to_owned());
                break;
            }
        }
        Ok(())
    }

    /// Reads `--name value`, and returns whether it begins another request.
    fn long(
        &mut self,
        word: &[u8],
        words: &mut Words<impl Iterator<Item = Vec<u8>>>,
    ) -> Result<bool, Unreadable> {
        let (name, value) = match word.iter().position(|byte| *byte == b'=') {
            Some(at) => (word.get(..at).unwrap_or_default(), word.get(at + 1..)),
            None => (word, None),
        };
        match options::by_name(name) {
            Some(Known::Flag(name)) => return Ok(self.flag(name)),
            Some(Known::NoFlag) => {}
            Some(Known::WithValue(name)) => {
                let value = value.map(<[u8]>::to_vec).or_else(|| words.next());
                self.option(name, value.ok_or_else(|| without_value(name))?)?;
            }
            None => self.pass_over(word, value.is_some(), words),
        }
        Ok(false)
    }

    /// Reads `-abc value`: several letters, of which the last may take a value, also without a blank.
    fn letters(
        &mut self,
        letters: &[u8],
        words: &mut Words<impl Iterator<Item = Vec<u8>>>,
    ) -> Result<bool, Unreadable> {
        for (at, letter) in letters.iter().enumerate().take(MOST_LETTERS) {
            match options::by_letter(*letter) {
                Some(Known::WithValue(name)) => {
                    let behind = letters.get(at + 1..).filter(|rest| !rest.is_empty());
                    let value = behind.map(<[u8]>::to_vec).or_else(|| words.next());
                    self.option(name, value.ok_or_else(|| without_value(name))?)?;
                    break;
                }
                Some(Known::Flag(name)) if self.flag(name) => return Ok(true),
                Some(_) => {}
                // The rest of the word may be its value.
                None => {
                    self.pass_over(&[*letter], at + 1 < letters.len(), words);
                    break;
                }
            }
        }
        Ok(false)
    }

    fn flag(&mut self, name: &str) -> bool {
        self.is_get |= name == "get";
        self.is_head |= name == "head";
        self.is_globoff |= name == "globoff";
        self.is_path_as_is |= name == "path-as-is";
        name == "next"
    }

    /// Passes over an unknown option, with the value that it may have.
    fn pass_over(&mut self, word: &[u8], has_value: bool, words: &mut Words<impl Iterator<Item = Vec<u8>>>) {
        let is_letter = |byte: &u8| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'.' | b'0'..=b'9');
        let name = word.split(|byte| *byte == b'=').next().unwrap_or_default();
        self.passed_over.push(match (name, std::str::from_utf8(name)) {
            ([letter], _) if letter.is_ascii_graphic() => format!("-{}", char::from(*letter)),
            (name, Ok(text)) if name.len() <= 32 && name.iter().all(is_letter) => format!("--{text}"),
            _ => "one that is not shown".to_owned(),
        });
        let is_value = |next: &Vec<u8>| {
            !next.starts_with(b"-") && !next.starts_with(b"http://") && !next.starts_with(b"https://")
        };
        if !has_value {
            words.next_if(is_value);
        }
    }

    fn url(&mut self, url: Vec<u8>) {
        match self.url {
            None => self.url = Some(url),
            Some(_) => self.has_more_urls = true,
        }
    }

    fn option(&mut self, name: &str, value: Vec<u8>) -> Result<(), Unreadable> {
        match name {
            "data" | "data-ascii" | "data-binary" | "data-raw" | "data-urlencode" => {
                self.media_type = "application/x-www-form-urlencoded";
            }
            "json" => self.media_type = JSON,
            "form" | "form-string" => self.media_type = "multipart/form-data",
            _ => {}
        }
        match name {
            "request" => self.method = Some(value),
            "url" => self.url(value),
            "header" => self.header(&value),
            "data" | "data-ascii" | "data-binary" => match value.strip_prefix(b"@") {
                Some(file) => self.file(file),
                None => self.data(&value, b"&"),
            },
            "data-raw" => self.data(&value, b"&"),
            "data-urlencode" => match url_encoded(&value) {
                Ok(encoded) => self.data(&encoded, b"&"),
                Err(file) => self.file(file),
            },
            "json" => match value.strip_prefix(b"@") {
                Some(file) => self.file(file),
                None => self.data(&value, b""),
            },
            "form" | "form-string" => {
                self.body_is = Some("a form of -F, whose boundary curl draws anew each time".to_owned());
            }
            "upload-file" => {
                self.is_upload = true;
                self.file(&value);
            }
            "url-query" => {
                match value.strip_prefix(b"+").map(<[u8]>::to_vec).map_or_else(|| url_encoded(&value), Ok) {
                    Ok(encoded) => self.query.push(encoded),
                    Err(file) => {
                        return Err(query_in(file));
                    }
                }
            }
            "user" => self.set_header("authorization", format!("Basic {}", BASE64.encode(&value)).as_bytes()),
            "oauth2-bearer" => self.set_header("authorization", &[b"Bearer ", &*value].concat()),
            "cookie" if value.contains(&b'=') => self.set_header("cookie", &value),
            // The value may also be a cookie without a name, which is a secret.
            "cookie" => self.notes.push("The file of cookies that -b names is not read.".to_owned()),
            "user-agent" => self.set_header("user-agent", &value),
            "referer" => {
                let value = value.strip_suffix(b";auto").unwrap_or(&value);
                self.set_header("referer", value);
            }
            _ => {}
        }
        Ok(())
    }

    /// `NAME: VALUE`, `NAME;` for an empty value, `NAME:` to leave one out, or a file.
    fn header(&mut self, line: &[u8]) {
        if let Some(file) = line.strip_prefix(b"@") {
            let file = file_name(file);
            self.notes.push(format!("The headers of {file} are not read: write them into the command."));
            return;
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = match (colon, line.trim_ascii_end()) {
            (Some(at), _) => line.split_at_checked(at).unwrap_or_default(),
            (None, [name @ .., b';']) => (name, &b": "[..]),
            // curl does not send it.
            (None, _) => return,
        };
        let name = name.trim_ascii().to_vec();
        match value.get(1..).unwrap_or_default() {
            value if !value.trim_ascii().is_empty() || colon.is_none() => {
                self.headers.push((name, value.trim_ascii().to_vec()));
            }
            _ => self.left_out.push(name),
        }
    }

    fn set_header(&mut self, name: &str, value: &[u8]) {
        self.headers.push((name.as_bytes().to_vec(), value.to_vec()));
    }

    /// A header that curl adds, unless the command has one of that name.
    fn default_header(&mut self, name: &str, value: &str) {
        let is_it = |known: &Vec<u8>| known.eq_ignore_ascii_case(name.as_bytes());
        if !self.headers.iter().any(|(known, _)| is_it(known)) && !self.left_out.iter().any(is_it) {
            self.set_header(name, value.as_bytes());
        }
    }

    fn data(&mut self, value: &[u8], join: &[u8]) {
        match &mut self.data {
            Some(data) => data.extend_from_slice(&[join, value].concat()),
            None => self.data = Some(value.to_vec()),
        }
    }

    fn file(&mut self, file: &[u8]) {
        self.body_is = Some(format!("in {}", file_name(file)));
    }

    fn capture(mut self) -> Result<Capture, Unreadable> {
        let url = self.url.take().ok_or_else(|| Unreadable::new("the curl command has no URL"))?;
        if self.is_get {
            if let Some(file) = &self.body_is {
                return Err(Unreadable::new(format!("its query is {file}")).step(QUERY_STEP));
            }
            self.query.extend(self.data.take());
        } else if !self.media_type.is_empty() {
            self.default_header("content-type", self.media_type);
        }
        if self.media_type == JSON {
            self.default_header("accept", JSON);
        }
        let target = Target { url: &url, query: &self.query, is_path_as_is: self.is_path_as_is };
        let uri = absolute(&target.sent()?)?;
        let method = match (&self.method, self.is_head, self.is_upload) {
            (Some(method), ..) => {
                Method::from_bytes(method).map_err(|_| Unreadable::new("its method is not valid"))?
            }
            (None, true, _) => Method::HEAD,
            (None, false, true) => Method::PUT,
            _ if self.data.is_some() || self.body_is.is_some() => Method::POST,
            _ => Method::GET,
        };
        let mut capture = Capture::new(method, uri);
        for (name, value) in &self.headers {
            capture.header(name, value)?;
        }
        if self.has_more_urls {
            self.notes.push("It has another URL: only the first is judged.".to_owned());
        }
        if !self.is_globoff
            && capture.uri.path_and_query().is_some_and(|target| target.as_str().contains(['{', '[']))
        {
            let note =
                "Without -g, curl makes several URLs of one with { or [: here it stands as it is written.";
            self.notes.push(note.to_owned());
        }
        if !self.passed_over.is_empty() {
            self.notes.push(format!("Unknown options were passed over: {}.", self.passed_over.join(", ")));
        }
        capture.body = self.data.unwrap_or_default().into();
        capture.fragment = target.fragment();
        (capture.body_is, capture.notes) = (self.body_is, self.notes);
        Ok(capture)
    }
}

type Words<I> = std::iter::Peekable<I>;

fn without_value(name: &str) -> Unreadable {
    Unreadable::new(format!("the option --{name} has no value: the command is cut off"))
}

const QUERY_STEP: &str = "Nothing that a command names is read: write the query into its URL.";

fn query_in(file: &[u8]) -> Unreadable {
    Unreadable::new(format!("its query is in {}", file_name(file))).step(QUERY_STEP)
}

/// `the file NAME`, cut where that is long.
fn file_name(name: &[u8]) -> String {
    match name {
        b"-" | b"." => "standard input".to_owned(),
        name => format!("the file {}", String::from_utf8_lossy(name).chars().take(100).collect::<String>()),
    }
}
