//! Writes the file of a rule that was found, with a made-up vector. Of the captures, only words of the scheme stand in it.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderName, HeaderValue, Method, Request, Uri, header};

use super::super::formula::Place;
use super::super::{Declaration, Result};
use super::Evidence;
use super::fields::{Encodings, Field, Meaning, Piece, Seen, table_of, values};
use super::search::Hit;
use super::vocabulary::{Atom, Found, Kind};
use crate::error::Error;
use crate::random::Randomness;
use crate::redact::is_hidden;
use crate::signing::members::json_string;
use crate::time::Clock;

/// A rule: one text, or one for each of several methods.
pub(super) type Rule = Vec<(Option<Method>, Hit)>;

/// A text for TOML, with invisible characters escaped.
pub(super) fn quoted(text: &str) -> String {
    let escaped = |letter: char| {
        if is_hidden(letter) { format!("\\U{:08x}", u32::from(letter)) } else { letter.into() }
    };
    json_string(text).chars().map(escaped).collect()
}

/// A key for TOML.
fn key(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !name.is_empty() && name.bytes().all(is_bare) { name.to_owned() } else { quoted(name) }
}

/// The key of a place, in its table of `[send]`.
pub(super) fn key_of(place: &Place) -> String {
    match place {
        Place::Header(name) => key(name.as_str()),
        Place::Query(name) | Place::Form(name) => key(name),
        Place::Json(path) => path.iter().map(|name| key(name)).collect::<Vec<_>>().join("."),
    }
}

/// Texts for TOML; several texts are a list.
fn listed<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let texts: Vec<_> = texts.into_iter().map(quoted).collect();
    if let [one] = &*texts { one.clone() } else { format!("[{}]", texts.join(", ")) }
}

/// Names and values of TOML, as a table on one line.
fn table<'t>(pairs: impl Iterator<Item = (&'t str, String)>) -> String {
    let pairs: Vec<_> = pairs.map(|(name, value)| format!("{} = {}", key(name), quoted(&value))).collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// The beginning of a file: its name, and its credentials.
pub(super) fn head<'n>(evidence: &Evidence<'_>, ids: impl Iterator<Item = &'n str>) -> String {
    let mut file = format!("name = {}\n", quoted(evidence.name));
    if evidence.origins.is_empty() {
        file.push_str("# origins = [\"https://…\"]: where requests may go. A webhook needs none.\n");
    }
    let origins: Vec<_> = evidence.origins.iter().map(|origin| quoted(origin)).collect();
    let _ = writeln!(file, "origins = [{}]\n\n[credentials]", origins.join(", "));
    for name in ids {
        let _ = writeln!(file, "{} = \"id\"", key(name));
    }
    file + "secret = \"secret\"\n\n"
}

/// What it takes to write a file.
#[derive(Clone, Copy)]
pub(super) struct Draft<'d> {
    pub(super) evidence: &'d Evidence<'d>,
    pub(super) atoms: &'d [Atom],
    pub(super) fields: &'d [Field],
    pub(super) seen: &'d [Seen],
    /// The index of the signature among the values, its place, and its encoding.
    pub(super) signature: usize,
    pub(super) place: &'d Place,
    pub(super) encoding: Encodings,
}

/// A file, and the values of its ids in the captures.
pub(super) struct File {
    pub(super) text: String,
    pub(super) signed: String,
    pub(super) ids: Vec<(String, String)>,
}

/// The names of values in a file.
#[derive(Default)]
struct Names<'n> {
    /// The ids that were given.
    given: &'n [(&'n str, &'n str)],
    of_seen: Vec<(usize, String)>,
    ids: Vec<(String, String)>,
    /// By their formats.
    stamps: Vec<(String, String)>,
    steps: Vec<(String, String)>,
}

impl Names<'_> {
    fn free(&self, name: &str) -> String {
        let own = || self.ids.iter().chain(&self.stamps).chain(&self.steps).map(|(name, _)| name.as_str());
        let is_taken =
            |name: &String| own().chain(self.given.iter().map(|(name, _)| *name)).any(|other| other == name);
        let numbered = (2..).map(|number| format!("{name}{number}"));
        [name.to_owned()].into_iter().chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
    }
}

impl Draft<'_> {
    /// The file of a rule, without vectors.
    pub(super) fn file(&self, rule: &Rule) -> Option<File> {
        let mut names = Names { given: self.evidence.ids, ..Names::default() };
        let texts = rule.iter().map(|(method, hit)| Some((method, self.text(hit, &mut names)?)));
        let texts = texts.collect::<Option<Vec<_>>>()?;
        let mut send: Vec<(&str, String, String)> = Vec::new();
        for field in self.fields.iter().filter(|field| self.is_placed(rule, field)) {
            send.push((table_of(&field.place), key_of(&field.place), self.placed(field, &mut names)?));
        }
        send.sort_by_key(|(table, ..)| *table);
        let signed = match &*texts {
            [(None, text)] => text.clone(),
            several => {
                let one = |(method, text): &(&Option<Method>, String)| {
                    let methods = method.iter().map(|method| quoted(method.as_str())).collect::<String>();
                    format!("{{ methods = [{methods}], text = {} }}", quoted(text))
                };
                let all: Vec<_> = several.iter().map(one).collect();
                let name = names.free("signed");
                names.steps.push((name.clone(), format!("[{}]", all.join(", "))));
                format!("{{{name}}}")
            }
        };
        let (_, hit) = rule.first()?;
        let mut text = head(self.evidence, names.ids.iter().map(|(name, _)| name.as_str()));
        let mut section = |name: &str, lines: &[(String, String)]| {
            if !lines.is_empty() {
                let _ = writeln!(text, "[{name}]");
                lines.iter().for_each(|(name, value)| {
                    let _ = writeln!(text, "{name} = {value}");
                });
                text.push('\n');
            }
        };
        let stamps: Vec<_> =
            names.stamps.iter().map(|(name, format)| (name.clone(), quoted(format))).collect();
        section("stamp", &stamps);
        let (late, mut steps): (Vec<_>, Vec<_>) =
            names.steps.into_iter().partition(|(_, made)| made.contains("{signature}"));
        steps.push(("signature".to_owned(), self.digest(hit, &signed)?));
        section("let", &[steps, late].concat());
        for lines in send.chunk_by(|(one, ..), (other, ..)| one == other) {
            let table = lines.first().map_or("", |(table, ..)| table);
            let lines: Vec<_> = lines.iter().map(|(_, name, value)| (name.clone(), value.clone())).collect();
            section(&format!("send.{table}"), &lines);
        }
        let texts: Vec<_> = texts.iter().map(|(_, text)| quoted(text)).collect();
        let signed =
            format!("{} of {}, as {}", hit.frame.algorithm, texts.join(" or "), self.encoding.join(" in "));
        Some(File { text, signed, ids: names.ids })
    }

    /// The step `signature`.
    fn digest(&self, hit: &Hit, signed: &str) -> Option<String> {
        let algorithm = hit.frame.algorithm;
        let hash = algorithm.as_str().to_ascii_lowercase().replace("hmac-", "").replace('-', "");
        let key = &self.atoms.get(hit.frame.key)?.said.template;
        let word = if algorithm.is_keyed() { "mac" } else { "hash" };
        // The only secret is the key unless another is named.
        let key = if algorithm.is_keyed() && key != "{secret}" {
            format!(", key = {}", quoted(key))
        } else {
            String::new()
        };
        let encoding = listed(self.encoding.iter().copied());
        Some(format!("{{ text = {}, {word} = \"{hash}\"{key}, as = {encoding} }}", quoted(signed)))
    }

    /// The template of the signed text.
    fn text(&self, hit: &Hit, names: &mut Names<'_>) -> Option<String> {
        let frame = &hit.frame;
        let mut part = |index: &usize| {
            let atom = self.atoms.get(*index)?;
            let may_be_empty = matches!(atom.kind, Kind::Query | Kind::Body) || atom.may_be_empty();
            Some((self.part(atom, names)?, may_be_empty))
        };
        let parts = hit.parts.iter().map(&mut part).collect::<Option<Vec<_>>>()?;
        let key = &self.atoms.get(frame.key)?.said.template;
        let mut text = String::new();
        for (index, (template, may_be_empty)) in
            frame.around(parts.into_iter(), |label| (format!("{label}{key}"), false)).iter().enumerate()
        {
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

    /// The template of a part of the signed text.
    fn part(&self, atom: &Atom, names: &mut Names<'_>) -> Option<String> {
        match &atom.found {
            Some(Found::Value(seen)) => return self.template_of(*seen, names),
            Some(Found::Inner(parts, is_hex)) => {
                let parts = parts.iter().map(|part| self.part(self.atoms.get(*part)?, names));
                let text = quoted(&parts.collect::<Option<String>>()?);
                let encoding = if *is_hex { ", as = \"hex\"" } else { "" };
                let name = names.free("inner");
                names.steps.push((name.clone(), format!("{{ text = {text}, hash = \"sha256\"{encoding} }}")));
                return Some(format!("{{{name}}}"));
            }
            _ => {}
        }
        let step = atom.said.step.as_ref().map(|(name, made)| ((*name).to_owned(), made.clone()));
        names.steps.extend(step.filter(|step| !names.steps.contains(step)));
        Some(atom.said.template.clone())
    }

    /// Whether the signer writes a field.
    fn is_placed(&self, rule: &Rule, field: &Field) -> bool {
        let values = values(&field.pieces, self.seen);
        let meanings: Vec<_> =
            values.iter().filter_map(|value| self.seen.get(*value)).map(|seen| &seen.meaning).collect();
        if values.contains(&self.signature)
            || meanings.iter().any(|meaning| matches!(meaning, Meaning::Given(_)))
        {
            return true;
        }
        // In query and body, the caller sets all but times and nonces.
        let is_drawn = match meanings.first() {
            _ if field.place.is_header() => true,
            Some(Meaning::Time(_)) => true,
            Some(Meaning::Nonce(_)) => table_of(self.place) == table_of(&field.place),
            _ => false,
        };
        let is_covered = |atom: &Atom| match (&atom.found, &field.place) {
            (Some(Found::Value(value)), _) => values.contains(value),
            (Some(Found::Headers(prefix)), Place::Header(name)) => name.as_str().starts_with(prefix),
            (_, Place::Header(_)) => false,
            (_, Place::Query(_)) => atom.reads_query,
            _ => atom.kind == Kind::Body,
        };
        let mut parts: Vec<_> =
            rule.iter().flat_map(|(_, hit)| &hit.parts).filter_map(|part| self.atoms.get(*part)).collect();
        let inner = |atom: &&Atom| {
            if let Some(Found::Inner(parts, _)) = &atom.found { parts.clone() } else { Vec::new() }
        };
        let inner: Vec<_> = parts.iter().flat_map(inner).collect();
        parts.extend(inner.iter().filter_map(|part| self.atoms.get(*part)));
        let is_known = !meanings.iter().any(|meaning| matches!(meaning, Meaning::Unknown));
        is_known && is_drawn && parts.into_iter().any(is_covered)
    }

    /// The value that is placed in a field, for TOML.
    fn placed(&self, field: &Field, names: &mut Names<'_>) -> Option<String> {
        let template = self.template(&field.pieces, names)?;
        for join in [", ", ","] {
            let items: Vec<_> = template.split(join).collect();
            let label = |item: &&str| item.split_once('=').map(|(label, _)| label.to_owned());
            let mut labels: Vec<_> =
                items.iter().filter_map(label).filter(|label| !label.contains(['{', ' '])).collect();
            labels.sort_unstable();
            labels.dedup();
            if items.len() > 1 && labels.len() == items.len() {
                return Some(format!("{{ text = {}, join = {} }}", listed(items), quoted(join)));
            }
        }
        Some(quoted(&template))
    }

    fn template(&self, pieces: &[Piece], names: &mut Names<'_>) -> Option<String> {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => Some(escaped(text)),
            Piece::Seen(seen, false) => self.template_of(*seen, names),
            Piece::Seen(seen, true) => Some(self.template_of(*seen, names)?.replace('}', "|bare}")),
        };
        pieces.iter().map(piece).collect()
    }

    fn template_of(&self, index: usize, names: &mut Names<'_>) -> Option<String> {
        let seen = self.seen.get(index)?;
        let known = names.of_seen.iter().find(|(seen, _)| *seen == index).map(|(_, name)| name.clone());
        let name = match (&seen.meaning, known) {
            _ if index == self.signature => "signature".to_owned(),
            (_, Some(name)) => name,
            (Meaning::Made(template), _) => return Some(template.clone()),
            (Meaning::Word, _) => return Some(escaped(seen.texts.first()?)),
            (_, None) => {
                let name = self.named(seen, names)?;
                names.of_seen.push((index, name.clone()));
                name
            }
        };
        Some(format!("{{{name}}}"))
    }

    /// Declares a value, and returns its name.
    fn named(&self, seen: &Seen, names: &mut Names<'_>) -> Option<String> {
        let text = || seen.texts.first().cloned();
        let (name, made) = match &seen.meaning {
            Meaning::Time(format) => (names.free("time"), (*format).to_owned()),
            Meaning::Nonce(format) => (names.free("nonce"), format.clone()),
            Meaning::Encoded(members, encoding) => {
                let made = members
                    .iter()
                    .map(|(label, pieces)| Some((label.as_str(), self.template(pieces, names)?)));
                let made = made.collect::<Option<Vec<_>>>()?;
                let what = match &*made {
                    [("", text)] => format!("text = {}", quoted(text)),
                    _ => format!("json = {}", table(made.into_iter())),
                };
                (names.free("token"), format!("{{ {what}, as = {} }}", listed(encoding.iter().copied())))
            }
            Meaning::Given(name) => (name.clone(), text()?),
            Meaning::Id => (names.free(&identifier(&seen.label)), text()?),
            Meaning::Unknown | Meaning::Made(_) | Meaning::Word => {
                (names.free("nonce"), "alnum-32".to_owned())
            }
        };
        let list = match &seen.meaning {
            Meaning::Given(_) | Meaning::Id => &mut names.ids,
            Meaning::Encoded(..) => &mut names.steps,
            _ => &mut names.stamps,
        };
        list.push((name.clone(), made));
        Some(name)
    }

    /// The file with a vector: a message of the same kind, signed with a made-up key.
    pub(super) fn with_vector(&self, file: &str) -> Result<String> {
        let declaration = Declaration::from_toml(file)?;
        // Valid in hex and in base64, so that a file may decode the key.
        let secret = if file.contains("last:_") {
            "made_6d6164652075702062792069"
        } else {
            "6d6164652075702062792069"
        };
        let value = |name: &str| if name == "secret" { secret.to_owned() } else { format!("made-up-{name}") };
        let signer = declaration.with_credentials(|name| Some(value(name).into()))?;
        let stamps = signer.scheme().draw(&MadeUp, &MadeUp)?;
        let mut message = self.message(file);
        signer.scheme().sign_http(&mut message, &stamps)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = message.headers().iter().map(|(name, value)| (name.as_str(), text(value.as_bytes())));
        Ok(format!(
            "{file}[[vector]]\nsource = \"made anew, with a made-up key\"\ncredentials = {}\nstamp = {}\nmethod = {}\n\
             url = {}\nheaders = {}\nbody = {}\n",
            table(declaration.credentials().map(|(name, _)| (name, value(name)))),
            table(declaration.stamps().zip(stamps.texts().map(str::to_owned))),
            quoted(message.method().as_str()),
            quoted(&message.uri().to_string()),
            table(headers),
            quoted(&text(message.body()))
        ))
    }

    /// A made-up message with the parts that the captures have.
    fn message(&self, file: &str) -> Request<Vec<u8>> {
        let captures = self.evidence.captures;
        let mut bodies =
            captures.iter().map(|capture| (capture, capture.body().unwrap_or_default().trim_ascii_start()));
        let with_body = bodies.find(|(_, body)| !body.is_empty());
        let (text, media_type) = match with_body.map(|(_, body)| body) {
            None => ("", None),
            Some([b'{', ..]) => ("{\"amount\":1.5,\"note\":\"made up\"}", Some("application/json")),
            Some(body) if body.contains(&b'=') && !body.starts_with(b"<") => {
                ("b=2&a=made%20up", Some("application/x-www-form-urlencoded"))
            }
            Some(_) => ("made up", Some("text/plain")),
        };
        let mut message = Request::new(text.as_bytes().to_vec());
        let method = with_body
            .map(|(capture, _)| capture)
            .or(captures.first())
            .map(|capture| capture.method().clone());
        *message.method_mut() =
            method.filter(|method| self.evidence.is_label(method.as_str())).unwrap_or_default();
        let has_query = captures.iter().any(|capture| capture.url_as_sent().contains('?'));
        let query = if has_query { "?b=2&a=x%20y" } else { "" };
        *message.uri_mut() =
            format!("https://api.example.com/v1/items{query}").parse().unwrap_or_else(|_| Uri::default());
        for name in file.split("{header.").skip(1).filter_map(|rest| rest.split(['}', '|']).next()) {
            let name = HeaderName::try_from(name).map(|name| (name, HeaderValue::from_static("made-up")));
            message.headers_mut().extend(name);
        }
        let media_type = media_type.map(|text| (header::CONTENT_TYPE, HeaderValue::from_static(text)));
        message.headers_mut().extend(media_type);
        message
    }
}

/// A clock and a source of randomness that never change.
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

/// A literal text, escaped for a template.
pub(super) fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// A name that a file may use.
fn identifier(label: &str) -> String {
    let name: String =
        label.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    let name = name.trim_matches('_').to_ascii_lowercase();
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic());
    if begins { format!("{name}_id") } else { "id".to_owned() }
}
