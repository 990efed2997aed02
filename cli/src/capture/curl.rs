//! A curl command, as browsers and Postman copy it and as people type it. It is read as curl would: what it sends counts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::Method;

use super::recognise::{Wanted, instead};
use super::shell_words::Command;
use super::{Capture, Unreadable, absolute, in_utf8};

const JSON: &str = "application/json";

/// More commands are not looked at for the one that is curl's.
const MOST_COMMANDS: usize = 64;

/// More letters of options in one word are not read.
const MOST_LETTERS: usize = 64;

/// curl's options that take a value, each behind its letter. Those that `Read::option` does not know change nothing that is signed.
const WITH_VALUE: &str = "X=request H=header d=data =data-ascii =data-binary =data-raw =data-urlencode =json F=form \
    =form-string T=upload-file =url =url-query u=user =oauth2-bearer b=cookie A=user-agent e=referer =cacert =capath E=cert \
    =cert-type =ciphers =connect-timeout =connect-to c=cookie-jar =dns-servers D=dump-header =expect100-timeout =interface \
    =keepalive-time =key =key-type =limit-rate =max-filesize =max-redirs m=max-time =noproxy o=output =output-dir =pass \
    x=proxy =proxy-header U=proxy-user =resolve =retry =retry-delay =retry-max-time =socks5 =socks5-hostname =stderr \
    =tls-max =trace =trace-ascii =unix-socket w=write-out";

/// Those that take none.
const FLAGS: &str = "G=get I=head :=next =compressed f=fail =fail-with-body g=globoff =http0.9 0=http1.0 =http1.1 =http2 \
    =http2-prior-knowledge =http3 i=include k=insecure 4=ipv4 6=ipv6 j=junk-session-cookies L=location =location-trusted \
    N=no-buffer =no-keepalive =no-progress-meter =path-as-is #=progress-bar J=remote-header-name O=remote-name \
    R=remote-time =retry-all-errors =retry-connrefused S=show-error s=silent =tcp-nodelay 1=tlsv1 =tlsv1.2 =tlsv1.3 \
    =trace-time v=verbose";

/// The name of an option in one of the lists, by its name or by its letter.
fn known(list: &'static str, is_it: impl Fn(&str, &str) -> bool) -> Option<&'static str> {
    let mut options = list.split_ascii_whitespace().filter_map(|option| option.split_once('='));
    options.find(|(letter, name)| is_it(letter, name)).map(|(_, name)| name)
}

/// Reads the first curl command of a text.
///
/// An unknown option takes the next word for its value, unless that begins with a hyphen or is a URL.
///
/// # Errors
/// When there is none, it is cut off, or it is written for a shell of Windows.
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
    Err(Unreadable::new("it has no curl command"))
}

/// No shell takes these for quotes.
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

/// What ended a command, in words.
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
    /// Behind the URL's own query.
    query: Vec<Vec<u8>>,
    data: Option<Vec<u8>>,
    /// What curl calls the body, where no header does.
    media_type: &'static str,
    has_more_urls: bool,
    is_get: bool,
    is_head: bool,
    is_upload: bool,
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
                [b'-', b'-', name @ ..] if !name.is_empty() => self.long(name, &mut words)?,
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
        if let Some(name) = known(FLAGS, |_, known| known.as_bytes() == name) {
            return Ok(self.flag(name));
        }
        if let Some(name) = known(WITH_VALUE, |_, known| known.as_bytes() == name) {
            let value = value.map(<[u8]>::to_vec).or_else(|| words.next());
            self.option(name, value.ok_or_else(|| without_value(name))?)?;
            return Ok(false);
        }
        self.pass_over(word, value.is_some(), words);
        Ok(false)
    }

    /// Reads `-abc value`: several letters, of which the last may take a value, also one that follows at once.
    fn letters(
        &mut self,
        letters: &[u8],
        words: &mut Words<impl Iterator<Item = Vec<u8>>>,
    ) -> Result<bool, Unreadable> {
        for (at, letter) in letters.iter().enumerate().take(MOST_LETTERS) {
            let is_it = |known: &str, _: &str| known.as_bytes() == [*letter];
            if let Some(name) = known(WITH_VALUE, is_it) {
                let behind = letters.get(at + 1..).filter(|rest| !rest.is_empty());
                let value = behind.map(<[u8]>::to_vec).or_else(|| words.next());
                self.option(name, value.ok_or_else(|| without_value(name))?)?;
                return Ok(false);
            }
            match known(FLAGS, is_it) {
                Some(name) if self.flag(name) => return Ok(true),
                Some(_) => {}
                // Whatever follows at once may be its value.
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
            "cookie" => self.notes.push(format!("The cookies of {} are not read.", file_name(&value))),
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
        let uri = absolute(&with_query(&url, &self.query)?)?;
        let method = match (&self.method, self.is_head, self.is_upload) {
            (Some(method), ..) => {
                Method::from_bytes(method).map_err(|_| Unreadable::new("its method is none"))?
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
        if !self.passed_over.is_empty() {
            self.notes.push(format!("Unknown options were passed over: {}.", self.passed_over.join(", ")));
        }
        capture.body = self.data.unwrap_or_default().into();
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

/// What `--data-urlencode` makes of `TEXT`, `=TEXT` and `NAME=TEXT`; an error is the name of a file.
fn url_encoded(value: &[u8]) -> Result<Vec<u8>, &[u8]> {
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

/// As curl does it: a blank is `+`, and only `-._~` and letters and digits of ASCII stand for themselves.
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

/// The URL with what goes behind its query. Without a scheme, curl takes http.
fn with_query(url: &[u8], query: &[Vec<u8>]) -> Result<String, Unreadable> {
    let text =
        |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| Unreadable::new("its URL is not UTF-8"));
    let mut url = text(url.split(|byte| *byte == b'#').next().unwrap_or_default())?;
    if !url.contains("://") {
        url.insert_str(0, "http://");
    }
    for part in query {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&text(part)?);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(command: &str) -> String {
        let capture = read(command.as_bytes()).unwrap();
        let headers =
            capture.headers.iter().map(|(name, value)| format!(" {name}={}", value.to_str().unwrap()));
        let body = String::from_utf8_lossy(&capture.body).into_owned();
        format!("{} {}{} {body}", capture.method, capture.uri, headers.collect::<String>())
            .trim_end()
            .to_owned()
    }

    /// What curl 7.88 sends, as a server printed it, without the headers that curl always adds.
    #[test]
    fn what_is_read_is_what_curl_sends() {
        let form = "content-type=application/x-www-form-urlencoded";
        for (command, sent) in [
            ("curl https://h/p", "GET https://h/p".to_owned()),
            ("curl h/p -sSXPUT", "PUT http://h/p".to_owned()),
            ("curl https://h -I", "HEAD https://h/".to_owned()),
            ("curl https://h/ -d a=b --data-raw @x -d ''", format!("POST https://h/ {form} a=b&@x&")),
            (
                "curl https://h/ --data-urlencode 'a b+c=d e~é&' --data-urlencode '=x y' --data-urlencode 'plain z'",
                format!("POST https://h/ {form} a b+c=d+e~%C3%A9%26&x+y&plain+z"),
            ),
            ("curl -G 'https://h/p?x=1#f' -d q=1 -d r=2", "GET https://h/p?x=1&q=1&r=2".to_owned()),
            (
                "curl https://h/p --url-query 'a=b c' --url-query '+raw=%20'",
                "GET https://h/p?a=b+c&raw=%20".to_owned(),
            ),
            (
                "curl https://h/ --json '{\"a\":1}' --json=2 -H 'Content-Type: x/y'",
                "POST https://h/ content-type=x/y accept=application/json {\"a\":1}2".to_owned(),
            ),
            ("curl https://h/ -d a -H Content-Type:", "POST https://h/ a".to_owned()),
            ("curl https://h/ -H 'X-E;' -H 'x:   y  ' -HZ:1", "GET https://h/ x-e= x=y z=1".to_owned()),
            (
                "curl https://h/ -A a -e 'http://r;auto'",
                "GET https://h/ user-agent=a referer=http://r".to_owned(),
            ),
            (
                "curl https://h/ -u me:pw -b a=b",
                "GET https://h/ authorization=Basic bWU6cHc= cookie=a=b".to_owned(),
            ),
            ("$ cd /tmp && FOO=1 /usr/bin/curl https://h/", "GET https://h/".to_owned()),
            (
                "curl https://h/ -A 'Invoke-WebRequest'",
                "GET https://h/ user-agent=Invoke-WebRequest".to_owned(),
            ),
            ("# a 'comment\ncurl https://h/", "GET https://h/".to_owned()),
        ] {
            assert_eq!(shown(command), sent, "{command}");
        }
    }

    #[test]
    fn an_unknown_option_is_named_and_takes_a_value_that_is_no_url_and_no_option() {
        for (command, url, named) in [
            ("curl --frob x https://h/", "https://h/", "--frob."),
            ("curl --frob https://h/", "https://h/", "--frob."),
            ("curl --frob -s https://h/", "https://h/", "--frob."),
            ("curl --frob=x h", "http://h/", "--frob."),
            ("curl -?vX https://h/ --SECRET_x", "https://h/", "-?, one that is not shown."),
        ] {
            let capture = read(command.as_bytes()).unwrap();
            assert_eq!(capture.uri, url, "{command}");
            assert!(capture.notes[0].ends_with(named), "{:?}", capture.notes);
        }
    }

    #[test]
    fn what_is_elsewhere_is_named_and_not_read() {
        for (command, told) in [
            ("curl https://h/ -d @/etc/passwd", "in the file /etc/passwd"),
            ("curl https://h/ --data-binary @-", "in standard input"),
            ("curl https://h/ --json @a.json", "in the file a.json"),
            ("curl https://h/ --data-urlencode name@f", "in the file f"),
            ("curl https://h/ -T up.bin", "in the file up.bin"),
            ("curl https://h/ -F a=b", "a form of -F, whose boundary curl draws anew each time"),
        ] {
            let capture = read(command.as_bytes()).unwrap();
            assert_eq!((capture.body_is.as_deref(), &*capture.body), (Some(told), &b""[..]), "{command}");
        }
        for command in ["curl -G https://h/ -d @q", "curl https://h/ --url-query a@q"] {
            assert_eq!(read(command.as_bytes()).unwrap_err().message, "its query is in the file q");
        }
        let notes = read(b"curl https://h/?a=1&b=2 -H @headers").unwrap().notes;
        assert_eq!(notes, ["What follows the command, from its first & without quotes on, is not read."]);
        let notes = read(b"curl https://h/ -H @headers -b jar --next https://i/").unwrap().notes;
        assert_eq!(notes.len(), 3, "{notes:?}");
    }

    #[test]
    fn what_is_no_command_is_refused() {
        for (text, told) in [
            ("", "it is empty"),
            ("ls -l", "no curl command"),
            ("curl", "no URL"),
            ("curl -H", "--header has no value"),
            ("curl https://h/ -X 'A B'", "method"),
            ("curl https://h/ -H 'a b: c'", "a header has no valid name"),
            ("curl https://h/ -H $'a: b\\nc'", "the header a has no valid value"),
            ("curl 'file:///etc/passwd'", "not an http or https URL"),
            ("curl \u{201c}https://h/\u{201d} -H \u{2018}a: b\u{2019}", "typographic"),
        ] {
            let refused = read(text.as_bytes()).unwrap_err();
            assert!(refused.message.contains(told), "{text}: {refused:?}");
        }
        let many = format!("curl https://h/{}", " -H a:b".repeat(200));
        assert_eq!(read(many.as_bytes()).unwrap_err().message, "it has more than 128 headers");
        let many = format!("curl https://h/{}", " a".repeat(5000));
        assert_eq!(read(many.as_bytes()).unwrap_err().message, "the command has more than 4096 words");
    }
}
