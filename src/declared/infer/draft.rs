//! The file that says a rule that was found, with a vector that is made anew: nothing of the captures stands in it but words
//! of the scheme.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{Method, Request};
use secrecy::SecretString;

use super::super::formula::Place;
use super::super::{Declaration, Result};
use super::fields::{Meaning, Piece, Seen, Taken, place_of, values};
use super::search::{Hit, Secret};
use super::vocabulary::{Atom, Found, Kind, Said};
use crate::error::Error;
use crate::random::Randomness;
use crate::signing::RequestRef;
use crate::signing::members::json_string;
use crate::time::Clock;

/// A text for TOML.
pub(super) fn quoted(text: &str) -> String {
    json_string(text).replace('\u{7f}', "\\u007f")
}

/// A key for TOML.
fn key(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !name.is_empty() && name.bytes().all(is_bare) { name.to_owned() } else { quoted(name) }
}

/// The table of `[send]` that a place is in, and its key.
pub(super) fn key_of(place: &Place) -> (&'static str, String) {
    match place {
        Place::Header(name) => ("header", key(name.as_str())),
        Place::Query(name) => ("query", key(name)),
        Place::Form(name) => ("form", key(name)),
        Place::Json(path) => ("json", path.iter().map(|name| key(name)).collect::<Vec<_>>().join(".")),
    }
}

/// What a file is written from.
pub(super) struct Draft<'d> {
    pub(super) name: &'d str,
    pub(super) origins: &'d [&'d str],
    pub(super) captures: &'d [RequestRef<'d>],
    pub(super) atoms: &'d [Atom],
    pub(super) taken: &'d [Taken],
    pub(super) seen: &'d [Seen],
    /// Which of the values is the signature, and how it is written.
    pub(super) signature: usize,
    pub(super) encoding: &'static [&'static str],
}

/// A rule: one text, or one for each of several methods.
#[derive(Clone)]
pub(super) struct Rule {
    pub(super) hits: Vec<(Vec<Method>, Hit)>,
    /// A part that is said otherwise.
    pub(super) instead: Option<(usize, Said)>,
}

/// A file, and what its credentials are in the captures.
pub(super) struct File {
    pub(super) text: String,
    pub(super) signed: String,
    pub(super) ids: Vec<(String, String)>,
}

/// The names that values have in a file.
#[derive(Default)]
struct Names {
    of_seen: Vec<(usize, String)>,
    credentials: Vec<String>,
    /// By their formats.
    stamps: Vec<(String, String)>,
    steps: Vec<(String, String)>,
}

impl Draft<'_> {
    /// The file of a rule, without vectors.
    pub(super) fn file(&self, rule: &Rule) -> Option<File> {
        let mut names = Names::default();
        let texts = rule.hits.iter().map(|(methods, hit)| Some((methods, self.text(rule, hit, &mut names)?)));
        let texts = texts.collect::<Option<Vec<_>>>()?;
        let mut send: Vec<(&str, String, String)> = Vec::new();
        for taken in
            self.taken.iter().enumerate().filter(|(index, taken)| self.is_placed(rule, *index, taken))
        {
            let (table, key) = key_of(&taken.1.place);
            send.push((table, key, self.placed(taken.1, &mut names)?));
        }
        let (_, hit) = rule.hits.first()?;
        let signed = match &*texts {
            [(_, text)] => text.clone(),
            several => {
                let all = several.iter().map(|(methods, text)| {
                    let methods: Vec<_> = methods.iter().map(|method| quoted(method.as_str())).collect();
                    format!("{{ methods = [{}], text = {} }}", methods.join(", "), quoted(text))
                });
                names.steps.push(("signed".into(), format!("[{}]", all.collect::<Vec<_>>().join(", "))));
                "{signed}".to_owned()
            }
        };
        let text = self.written(hit, &signed, &names, send);
        let signed: Vec<_> = texts.iter().map(|(_, text)| quoted(text)).collect();
        let ids =
            names.of_seen.iter().filter(|(_, name)| names.credentials.contains(name)).filter_map(
                |(index, name)| Some((name.clone(), self.seen.get(*index)?.texts.first()?.clone())),
            );
        let signed =
            format!("{} of {}, as {}", hit.frame.algorithm, signed.join(" or "), self.encoding.join(" in "));
        Some(File { text, signed, ids: ids.collect() })
    }

    fn written(
        &self,
        hit: &Hit,
        signed: &str,
        names: &Names,
        mut send: Vec<(&str, String, String)>,
    ) -> String {
        let mut file = format!("name = {}\n", quoted(self.name));
        let origins: Vec<_> = self.origins.iter().map(|origin| quoted(origin)).collect();
        let _ = match &*origins {
            [] => writeln!(
                file,
                "# origins = [\"https://…\"]: where requests may go. A webhook needs none.\norigins = []"
            ),
            all => writeln!(file, "origins = [{}]", all.join(", ")),
        };
        file.push_str("\n[credentials]\n");
        for name in &names.credentials {
            let _ = writeln!(file, "{name} = \"id\"");
        }
        file.push_str("secret = \"secret\"\n");
        if !names.stamps.is_empty() {
            file.push_str("\n[stamp]\n");
            for (name, format) in &names.stamps {
                let _ = writeln!(file, "{name} = {}", quoted(format));
            }
        }
        file.push_str("\n[let]\n");
        let (late, early): (Vec<_>, Vec<_>) =
            names.steps.iter().partition(|(_, made)| made.contains("{signature}"));
        for (name, made) in early {
            let _ = writeln!(file, "{name} = {made}");
        }
        let name = hit.frame.algorithm.as_str().to_ascii_lowercase();
        let hash = name.trim_start_matches("hmac-").replace('-', "");
        let key = self.atoms.get(hit.frame.key).map_or("", |atom| &atom.said.template);
        let key = match hit.frame.secret {
            _ if !hit.frame.algorithm.is_keyed() => format!("hash = \"{hash}\""),
            Secret::Key | Secret::Front | Secret::Back | Secret::Around | Secret::Labelled
                if key == "{secret}" =>
            {
                format!("mac = \"{hash}\"")
            }
            _ => format!("mac = \"{hash}\", key = {}", quoted(key)),
        };
        let encoding: Vec<_> = self.encoding.iter().map(|word| quoted(word)).collect();
        let encoding =
            if let [one] = &*encoding { one.clone() } else { format!("[{}]", encoding.join(", ")) };
        let _ = writeln!(file, "signature = {{ text = {}, {key}, as = {encoding} }}", quoted(signed));
        for (name, made) in late {
            let _ = writeln!(file, "{name} = {made}");
        }
        send.sort_by_key(|(table, ..)| *table);
        let mut last = "";
        for (table, key, value) in send {
            if table != last {
                let _ = writeln!(file, "\n[send.{table}]");
                last = table;
            }
            let _ = writeln!(file, "{key} = {value}");
        }
        file
    }

    /// The template of a hash of several parts.
    fn inner(&self, parts: &[usize], is_hex: bool, names: &mut Names) -> Option<String> {
        let mut text = String::new();
        for part in parts {
            let atom = self.atoms.get(*part)?;
            match atom.found {
                Some(Found::Value(seen)) => text.push_str(&self.template_of(seen, names)?),
                _ => text.push_str(&atom.said.template),
            }
        }
        let encoding = if is_hex { ", as = \"hex\"" } else { "" };
        let made = format!("{{ text = {}, hash = \"sha256\"{encoding} }}", quoted(&text));
        names.steps.push(("inner".to_owned(), made));
        Some("{inner}".to_owned())
    }

    /// The template of a text.
    fn text(&self, rule: &Rule, hit: &Hit, names: &mut Names) -> Option<String> {
        let frame = &hit.frame;
        let mut parts = Vec::new();
        for index in &hit.parts {
            let atom = self.atoms.get(*index)?;
            let instead = rule.instead.as_ref().filter(|(other, _)| other == index);
            let said = instead.map_or(&atom.said, |(_, said)| said);
            let may_be_empty = matches!(atom.kind, Kind::Query | Kind::Body(_)) || atom.may_be_empty();
            let template = match &atom.found {
                Some(Found::Value(seen)) => self.template_of(*seen, names)?,
                Some(Found::Inner(parts, is_hex)) => self.inner(parts, *is_hex, names)?,
                Some(Found::Field(field)) => self.template(&self.taken.get(*field)?.pieces, names)?,
                _ => said.template.clone(),
            };
            if let Some((name, made)) = &said.step
                && !names.steps.iter().any(|(other, _)| other == name)
            {
                names.steps.push(((*name).to_owned(), made.clone()));
            }
            parts.push((template, may_be_empty));
        }
        let key = self.atoms.get(frame.key)?.said.template.clone();
        if matches!(frame.secret, Secret::Front | Secret::Around) {
            parts.insert(0, (key.clone(), false));
        }
        match frame.secret {
            Secret::Back | Secret::Around => parts.push((key, false)),
            Secret::Labelled => parts.push((format!("key={key}"), false)),
            Secret::Key | Secret::Front => {}
        }
        let mut text = String::new();
        for (index, (template, may_be_empty)) in parts.iter().enumerate() {
            match template.strip_suffix('}').filter(|_| index > 0 && frame.skips_empty && *may_be_empty) {
                Some(open) => text.push_str(&format!("{open}|before:{}}}", frame.separator)),
                None if index > 0 => text.extend([frame.separator, template]),
                None => text.push_str(template),
            }
        }
        if frame.is_closed {
            text.push_str(frame.separator);
        }
        Some(text)
    }

    /// Whether a field is written by the signer.
    fn is_placed(&self, rule: &Rule, index: usize, taken: &Taken) -> bool {
        let values = values(&taken.pieces, self.seen);
        let meanings = || values.iter().filter_map(|value| self.seen.get(*value)).map(|seen| &seen.meaning);
        if values.contains(&self.signature) || meanings().any(|meaning| matches!(meaning, Meaning::Given(_)))
        {
            return true;
        }
        let parts = rule.hits.iter().flat_map(|(_, hit)| &hit.parts).filter_map(|part| self.atoms.get(*part));
        let parts = parts.flat_map(|atom| {
            let inner = if let Some(Found::Inner(parts, _)) = &atom.found { parts.as_slice() } else { &[] };
            [atom].into_iter().chain(inner.iter().filter_map(|part| self.atoms.get(*part)))
        });
        let is_covered = |atom: &Atom| match (&atom.found, &taken.place) {
            (Some(Found::Value(value)), _) => values.contains(value),
            (Some(Found::Field(field)), _) => *field == index,
            (Some(Found::Headers(prefix)), Place::Header(name)) => name.as_str().starts_with(&**prefix),
            (_, Place::Header(_)) => false,
            (_, Place::Query(_)) => matches!(atom.kind, Kind::Address(true) | Kind::Query | Kind::Body(true)),
            _ => matches!(atom.kind, Kind::Body(_)),
        };
        let place = place_of(self.taken, self.seen, self.signature);
        let is_beside = place.is_some_and(|place| key_of(place).0 == key_of(&taken.place).0);
        // In query and body, all but times and nonces is the caller's.
        let is_drawn =
            match self.seen.get(values.first().copied().unwrap_or(usize::MAX)).map(|seen| &seen.meaning) {
                _ if taken.place.is_header() => true,
                Some(Meaning::Time(_)) => true,
                Some(Meaning::Nonce(_)) => is_beside,
                _ => false,
            };
        let is_known = !meanings().any(|meaning| matches!(meaning, Meaning::Unknown));
        is_known && is_drawn && parts.into_iter().any(is_covered)
    }

    /// What is placed in a field, for TOML.
    fn placed(&self, taken: &Taken, names: &mut Names) -> Option<String> {
        let template = self.template(&taken.pieces, names)?;
        if taken.is_bare {
            return Some(quoted(&template.replace('}', "|bare}")));
        }
        for join in [", ", ","] {
            let items: Vec<_> = template.split(join).collect();
            let label = |item: &&str| item.split_once('=').map(|(label, _)| label.to_owned());
            let mut labels: Vec<_> =
                items.iter().filter_map(label).filter(|label| !label.contains(['{', ' '])).collect();
            labels.sort_unstable();
            labels.dedup();
            if items.len() > 1 && labels.len() == items.len() {
                let items: Vec<_> = items.into_iter().map(quoted).collect();
                return Some(format!("{{ text = [{}], join = {} }}", items.join(", "), quoted(join)));
            }
        }
        Some(quoted(&template))
    }

    fn template(&self, pieces: &[Piece], names: &mut Names) -> Option<String> {
        let mut template = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => template.push_str(&text.replace('{', "{{").replace('}', "}}")),
                Piece::Seen(seen) => template.push_str(&self.template_of(*seen, names)?),
                Piece::Bare(seen) => {
                    template.push_str(&self.template_of(*seen, names)?.replace('}', "|bare}"));
                }
            }
        }
        Some(template)
    }

    fn template_of(&self, index: usize, names: &mut Names) -> Option<String> {
        if index == self.signature {
            return Some("{signature}".to_owned());
        }
        if let Some((_, name)) = names.of_seen.iter().find(|(seen, _)| *seen == index) {
            return Some(format!("{{{name}}}"));
        }
        let seen = self.seen.get(index)?;
        let name = match &seen.meaning {
            Meaning::Made(template) => return Some(template.clone()),
            Meaning::Given(name) => name.clone(),
            Meaning::Time(_) => names.free("time"),
            Meaning::Nonce(_) | Meaning::Unknown => names.free("nonce"),
            Meaning::Id => names.free(&identifier(&seen.label)),
            Meaning::Encoded(_) => names.free("token"),
            Meaning::Object(..) => names.free("payload"),
        };
        match &seen.meaning {
            Meaning::Time(format) => names.stamps.push((name.clone(), (*format).to_owned())),
            Meaning::Nonce(format) => names.stamps.push((name.clone(), format.clone())),
            Meaning::Unknown => names.stamps.push((name.clone(), "alnum-32".to_owned())),
            Meaning::Encoded(pieces) => {
                let made =
                    format!("{{ text = {}, as = \"base64\" }}", quoted(&self.template(pieces, names)?));
                names.steps.push((name.clone(), made));
            }
            Meaning::Object(members, encoding) => {
                let member = |(label, pieces): &(String, Vec<Piece>)| {
                    Some(format!("{} = {}", key(label), quoted(&self.template(pieces, names)?)))
                };
                let members = members.iter().map(member).collect::<Option<Vec<_>>>()?.join(", ");
                names
                    .steps
                    .push((name.clone(), format!("{{ json = {{ {members} }}, as = {} }}", quoted(encoding))));
            }
            _ => names.credentials.push(name.clone()),
        }
        names.of_seen.push((index, name.clone()));
        Some(format!("{{{name}}}"))
    }

    /// The file with a vector: a message of the same kind, signed with a made-up key.
    pub(super) fn with_vector(&self, file: &str) -> Result<String> {
        let declaration = Declaration::from_toml(file)?;
        let made_up = |name: &str| match name {
            // In hex digits and in base64, so that a key may be decoded.
            "secret" => "made_6d6164652075702062792069".to_owned(),
            name => format!("made-up-{name}"),
        };
        let secret =
            if file.contains("last:_") { made_up("secret") } else { made_up("secret").replace("made_", "") };
        let value = |name: &str| if name == "secret" { secret.clone() } else { made_up(name) };
        let scheme = declaration.with_credentials(|name| Some(SecretString::from(value(name))))?;
        let scheme = scheme.scheme();
        let stamps = scheme.draw(&MadeUp, &MadeUp)?;
        let mut message = self.message(file);
        scheme.sign_http(&mut message, &stamps)?;
        let pairs = |pairs: Vec<(&str, String)>| {
            let pairs = pairs.into_iter().map(|(name, value)| format!("{} = {}", key(name), quoted(&value)));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        };
        let credentials = pairs(declaration.credentials().map(|(name, _)| (name, value(name))).collect());
        let stamps = pairs(declaration.stamps().zip(stamps.texts().map(str::to_owned)).collect());
        let headers = message.headers().iter();
        let headers = pairs(headers.map(|(name, value)| (name.as_str(), text(value.as_bytes()))).collect());
        let (method, url, body) =
            (message.method().as_str(), message.uri().to_string(), text(message.body()));
        Ok(format!(
            "{file}\n[[vector]]\nsource = \"made anew, with a made-up key\"\ncredentials = {credentials}\nstamp = {stamps}\n\
             method = {}\nurl = {}\nheaders = {headers}\nbody = {}\n",
            quoted(method),
            quoted(&url),
            quoted(&body)
        ))
    }

    /// A made-up message that has what the captures have.
    fn message(&self, file: &str) -> Request<Vec<u8>> {
        let has_query = self.captures.iter().any(|capture| capture.url_as_sent().contains('?'));
        let bodies = || self.captures.iter().filter_map(|capture| capture.body().ok());
        let (body, media_type) = match bodies().find(|body| !body.is_empty()) {
            None => ("", None),
            Some(body) if body.trim_ascii_start().starts_with(b"{") => {
                ("{\"amount\":1.5,\"note\":\"made up\"}", Some("application/json"))
            }
            Some(body) if body.contains(&b'=') && !body.trim_ascii_start().starts_with(b"<") => {
                ("b=2&a=made%20up", Some("application/x-www-form-urlencoded"))
            }
            Some(_) => ("made up", Some("text/plain")),
        };
        let mut message = Request::new(body.as_bytes().to_vec());
        let with_body =
            self.captures.iter().find(|capture| capture.body().is_ok_and(|body| !body.is_empty()));
        let like = with_body.or(self.captures.first());
        *message.method_mut() = like.map_or(Method::GET, |capture| capture.method().clone());
        let url = if has_query {
            "https://api.example.com/v1/items?b=2&a=x%20y"
        } else {
            "https://api.example.com/v1/items"
        };
        *message.uri_mut() = http::Uri::from_static(url);
        for header in file.split("{header.").skip(1).filter_map(|rest| rest.split(['}', '|']).next()) {
            if let Ok(name) = http::HeaderName::try_from(header) {
                message.headers_mut().insert(name, http::HeaderValue::from_static("made-up"));
            }
        }
        if let Some(media_type) = media_type {
            message
                .headers_mut()
                .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(media_type));
        }
        message
    }
}

/// A moment and a source that are the same each time.
struct MadeUp;

impl Clock for MadeUp {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(1_700_000_000_123)
    }
}

impl Randomness for MadeUp {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        bytes.iter_mut().zip((7..=u8::MAX).step_by(11).cycle()).for_each(|(byte, made_up)| *byte = made_up);
        Ok(())
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A name that a file may use.
fn identifier(label: &str) -> String {
    let name: String =
        label.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    let name = name.trim_matches('_').to_ascii_lowercase();
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        format!("{name}_id")
    } else {
        "id".to_owned()
    }
}

impl Names {
    fn free(&self, name: &str) -> String {
        let is_taken = |name: &String| {
            let mut others = self.stamps.iter().chain(&self.steps).map(|(name, _)| name);
            self.credentials.contains(name) || others.any(|other| other == name)
        };
        let numbered = (2..).map(|number| format!("{name}{number}"));
        [name.to_owned()].into_iter().chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
    }
}
