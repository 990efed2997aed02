//! What a signature may be made of: each is a line of a declaration, and what the declaration makes of each capture.

use std::fmt::Write as _;

use secrecy::{ExposeSecret as _, SecretString};

use super::super::evaluate::Value;
use super::super::formula::Place;
use super::super::scheme::Stamps;
use super::super::{Declaration, Result, Scheme};
use super::draft::{key_of, quoted};
use crate::signing::RequestRef;

/// What a part of a signed text is about. No two of one kind are signed together, but for extras.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Method,
    Host,
    /// Whether the query is in it.
    Address(bool),
    Query,
    /// Whether the query is in it.
    Body(bool),
    Extra,
    Key,
}

/// How a part is said in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// The template, as it stands in the text.
    pub(super) template: String,
    /// The step that the template names, and how it is made.
    pub(super) step: Option<(&'static str, String)>,
}

/// A part of a signed text, or a key.
#[derive(Clone)]
pub(super) struct Atom {
    pub(super) kind: Kind,
    /// The dearer, the later it is tried.
    pub(super) cost: usize,
    pub(super) said: Said,
    /// Of each capture.
    pub(super) values: Vec<Value>,
    /// What makes the same of these captures, and may not of others.
    pub(super) others: Vec<(usize, Said)>,
    /// Where in the captures it was found.
    pub(super) found: Option<Found>,
}

/// Where a part was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A value of a field, by its index; a whole field.
    Value(usize),
    Field(usize),
    /// In the headers whose names begin so.
    Headers(Box<str>),
    /// A hash of other parts, and whether it is in hex.
    Inner(Vec<usize>, bool),
}

const TEMPLATES: &[(Kind, usize, &str)] = &[
    (Kind::Method, 0, "{method}"),
    (Kind::Method, 3, "{method|lower}"),
    (Kind::Host, 2, "{host}"),
    (Kind::Address(true), 0, "{target}"),
    (Kind::Address(false), 1, "{path}"),
    (Kind::Address(true), 1, "{url}"),
    (Kind::Address(false), 3, "{scheme}://{host}{path}"),
    (Kind::Address(true), 3, "{target|unpercent}"),
    (Kind::Address(true), 4, "{host}{target}"),
    (Kind::Address(true), 4, "{target|cut:/}"),
    (Kind::Address(false), 4, "{path|cut:/}"),
    (Kind::Address(false), 3, "{path|last:/}"),
    (Kind::Address(false), 3, "/api{path}"),
    (Kind::Address(true), 4, "/api{target}"),
    (Kind::Address(false), 3, "{path|percent}"),
    (Kind::Address(true), 5, "{url|percent}"),
    (Kind::Query, 1, "{query}"),
    (Kind::Query, 2, "{query|unpercent}"),
    (Kind::Query, 4, "{query|percent}"),
    (Kind::Body(false), 0, "{body}"),
    (Kind::Body(false), 2, "{body|sha256|hex}"),
    (Kind::Body(false), 2, "{body|base64}"),
    (Kind::Body(false), 3, "{body|sha256|base64}"),
    (Kind::Body(false), 3, "{body|md5|hex}"),
    (Kind::Body(false), 3, "{body|md5|base64}"),
    (Kind::Body(false), 3, "{body|sha512|hex}"),
    (Kind::Body(false), 4, "{body|sha512|base64}"),
    (Kind::Body(false), 4, "{body|sha256}"),
    (Kind::Body(false), 4, "{body|sha1|hex}"),
    (Kind::Body(false), 4, "{body|sha256|HEX}"),
    (Kind::Body(false), 4, "{body|md5|HEX}"),
    (Kind::Key, 0, "{secret}"),
    (Kind::Key, 3, "{secret|unbase64}"),
    (Kind::Key, 1, "{secret|last:_|unbase64}"),
    (Kind::Key, 3, "{secret|unhex}"),
    (Kind::Key, 3, "{secret|base64}"),
    (Kind::Key, 3, "{secret|upper}"),
    (Kind::Key, 3, "{secret|lower}"),
    (Kind::Key, 2, "{secret}&"),
    (Kind::Key, 4, "{secret|last:_}"),
    (Kind::Key, 4, "{secret|md5|hex}"),
    (Kind::Key, 4, "{secret|sha256|hex}"),
    (Kind::Key, 4, "{secret|sha256}"),
];

/// How the pairs of a list are written and joined.
const STYLES: [(&str, &str, usize); 10] = [
    ("{name}={value}", "&", 0),
    ("{name}{value}", "", 1),
    ("{name}={value}", "", 1),
    ("{name}:{value}\n", "", 1),
    ("{value}", "", 2),
    ("{name}={value}", ",", 1),
    ("{name}:{value}", "\n", 2),
    ("{name}={value}", "\n", 3),
    ("{name}={value}", "|", 3),
    ("{value}", "|", 3),
];

/// A line of a file that is evaluated.
struct Line {
    kind: Kind,
    cost: usize,
    said: Said,
    found: Option<Found>,
}

/// Lines are read so many at a time: a file has no more names.
const CHUNK: usize = 48;

/// Parts of paths that are cut off may be words of these only, since they stand in the file.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte))
}

/// All parts that the captures themselves have, each value once for its kind.
pub(super) fn atoms(
    captures: &[RequestRef<'_>],
    secret: &SecretString,
    signature: Option<&Place>,
) -> Result<Vec<Atom>> {
    let template = |(kind, cost, text): &(Kind, usize, &str)| Line {
        kind: *kind,
        cost: *cost,
        said: Said { template: (*text).to_owned(), step: None },
        found: None,
    };
    let mut lines: Vec<_> = TEMPLATES.iter().map(template).collect();
    // What is behind a mark that a secret has not is the secret.
    lines.retain(|line| secret.expose_secret().contains('_') || !line.said.template.contains("last:_"));
    lines.extend(cuts(captures).iter().map(|(kind, cost, text)| template(&(*kind, *cost, text))));
    // Without a signature, it is only asked what fields are made of.
    if signature.is_some() {
        lists(captures, &mut lines);
    }
    let mut atoms: Vec<Atom> = Vec::new();
    for chunk in lines.chunks(CHUNK) {
        let file = Declaration::from_toml(&file(chunk, signature))?;
        let scheme = Scheme::new(file, vec![secret.clone()])?;
        let none = Stamps(Vec::new());
        for (index, line) in chunk.iter().enumerate() {
            // Each line is bounded by itself.
            let value = |capture: &RequestRef<'_>| {
                let context = scheme.sending(capture, &none).ok()?;
                let step = context.inputs.formula.steps.get(index)?;
                context.value_of(index, step).ok()
            };
            if let Some(values) = captures.iter().map(value).collect::<Option<Vec<_>>>() {
                let atom = Atom::new(line.kind, line.cost, line.said.clone(), values);
                add(&mut atoms, Atom { found: line.found.clone(), ..atom });
            }
        }
    }
    Ok(atoms)
}

/// Adds a part; what makes the same as one of its kind is another name for that.
pub(super) fn add(atoms: &mut Vec<Atom>, atom: Atom) {
    let is_it = |other: &&mut Atom| alike(other.kind, atom.kind) && other.values == atom.values;
    match atoms.iter_mut().find(is_it) {
        Some(known) if known.cost <= atom.cost => known.others.push((atom.cost, atom.said)),
        Some(known) => {
            let earlier = std::mem::replace(known, atom);
            known.others.push((earlier.cost, earlier.said));
            known.others.extend(earlier.others);
        }
        None => atoms.push(atom),
    }
}

fn alike(one: Kind, other: Kind) -> bool {
    matches!((one, other), (Kind::Address(_), Kind::Address(_))) || one == other
}

impl Atom {
    pub(super) fn new(kind: Kind, cost: usize, said: Said, values: Vec<Value>) -> Self {
        Self { kind, cost, said, values, others: Vec::new(), found: None }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.iter().all(|value| value.is_empty())
    }

    pub(super) fn may_be_empty(&self) -> bool {
        self.values.iter().any(|value| value.is_empty())
    }

    pub(super) fn value(&self, capture: usize) -> &[u8] {
        self.values.get(capture).map(|value| value.as_slice()).unwrap_or_default()
    }
}

/// A file that has the lines as steps, and the signature where the captures have theirs.
fn file(lines: &[Line], signature: Option<&Place>) -> String {
    let mut file = "name = \"x\"\n[credentials]\nsecret = \"secret\"\n[let]\n".to_owned();
    for (index, Line { said, .. }) in lines.iter().enumerate() {
        let made = said.step.as_ref().map_or_else(|| quoted(&said.template), |(_, made)| made.clone());
        let _ = writeln!(file, "v{index} = {made}");
    }
    file.push_str("signature = { text = \"{method}\", mac = \"sha256\", as = \"hex\" }\n");
    let (table, key) = signature.map_or_else(|| ("header", "\"signature\"".to_owned()), key_of);
    let _ = writeln!(file, "[send.{table}]\n{key} = \"{{signature}}\"");
    file
}

/// The beginnings that all paths share, cut off.
fn cuts(captures: &[RequestRef<'_>]) -> Vec<(Kind, usize, String)> {
    let paths: Vec<_> = captures.iter().map(RequestRef::path_as_sent).collect();
    let Some(first) = paths.first() else { return Vec::new() };
    let ends = first.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).take(2);
    let fronts = ends.filter_map(|end| first.get(..end));
    let shared = fronts.filter(|front| is_plain(front) && paths.iter().all(|path| path.starts_with(front)));
    let cut = |front| {
        [("path", false), ("target", true)]
            .map(|(part, has_query)| (Kind::Address(has_query), 4, format!("{{{part}|cut:{front}}}")))
    };
    shared.flat_map(cut).collect()
}

/// Lists of pairs, of members and of headers, in the ways that they are written.
fn lists(captures: &[RequestRef<'_>], lines: &mut Vec<Line>) {
    let has_query = captures.iter().any(|capture| capture.query_as_sent().contains('='));
    let body = |capture: &RequestRef<'_>| capture.body().ok().map(<[u8]>::to_vec).unwrap_or_default();
    let has_json = captures.iter().any(|capture| body(capture).starts_with(b"{"));
    let has_form = !has_json && captures.iter().any(|capture| body(capture).contains(&b'='));
    let sources = [
        (has_query, Kind::Query, "fields", "pairs = [\"query\"]", 2),
        (has_form, Kind::Body(false), "form_fields", "pairs = [\"form\"]", 2),
        (has_form && has_query, Kind::Body(true), "fields", "pairs = [\"query\", \"form\"]", 3),
        (has_json, Kind::Body(false), "members", "pairs = [\"json\"]", 2),
    ];
    for (_, kind, name, source, cost) in sources.into_iter().filter(|(is_there, ..)| *is_there) {
        for (index, style) in STYLES.iter().enumerate() {
            let ways: &[_] = if index < 3 { &WAYS } else { WAYS.get(..2).unwrap_or_default() };
            for (way, dearer) in ways {
                // Members are as often in the order of the message.
                let dearer = if way.is_empty() && name == "members" { 0 } else { *dearer };
                list(lines, (kind, name, cost + dearer), &format!("{source}{way}"), *style, None);
            }
        }
    }
    for prefix in
        prefixes(captures.iter().flat_map(|capture| capture.headers().keys().map(http::HeaderName::as_str)))
    {
        for style in STYLES.iter().take(7) {
            let source = format!("headers = [{}], sort = \"name\"", quoted(&format!("{prefix}*")));
            let found = Found::Headers(prefix.as_str().into());
            list(lines, (Kind::Extra, "named", 1), &source, *style, Some(found));
        }
    }
    let names =
        captures.iter().flat_map(|capture| crate::signing::members::raw_pairs(capture.query_as_sent()));
    for prefix in prefixes(names.map(|(name, _)| name)) {
        for style in STYLES.iter().take(4) {
            let source =
                format!("pairs = [\"query\"], keep = [{}], sort = \"name\"", quoted(&format!("{prefix}*")));
            list(lines, (Kind::Query, "fields", 3), &source, *style, None);
        }
    }
}

/// How the pairs of a list are put in order and encoded.
const WAYS: [(&str, usize); 10] = [
    (", sort = \"name\"", 0),
    ("", 1),
    (", sort = \"name\", encode = \"percent\"", 1),
    (", encode = \"percent\"", 1),
    (", drop-empty = true, sort = \"name\"", 1),
    (", sort = \"name\", encode = \"form\"", 2),
    (", sort = \"name\", encode = \"as-sent\"", 2),
    (", unique = true, sort = \"pair\"", 1),
    (", group = \",\", sort = \"name\"", 2),
    (", sort = \"value\"", 3),
];

fn list(
    lines: &mut Vec<Line>,
    (kind, name, cost): (Kind, &'static str, usize),
    source: &str,
    style: (&str, &str, usize),
    found: Option<Found>,
) {
    let (each, join, dearer) = style;
    let made = format!("{{ {source}, each = {}, join = {} }}", quoted(each), quoted(join));
    let mut add = |template, cost| {
        let said = Said { template, step: Some((name, made.clone())) };
        lines.push(Line { kind, cost, said, found: found.clone() });
    };
    add(format!("{{{name}}}"), cost + dearer);
    if (each, join) == ("{name}={value}", "&") {
        add(format!("{{{name}|percent}}"), cost + 2);
    }
}

/// What several names begin with, up to a hyphen.
fn prefixes<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names.dedup();
    let ends = |name: &'n str| name.match_indices('-').filter_map(move |(at, _)| name.get(..=at));
    let mut all: Vec<_> = names.iter().flat_map(|name| ends(name)).filter(|front| front.len() > 2).collect();
    all.sort_unstable();
    all.dedup();
    let is_shared = |front: &&str| names.iter().filter(|name| name.starts_with(front)).count() > 1;
    all.into_iter().filter(is_shared).filter(|front| is_plain(front)).take(6).map(str::to_owned).collect()
}
