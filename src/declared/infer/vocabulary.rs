//! The parts that a signature may be made of. Each is a line of a declaration, with the value that it makes of each capture.

use std::rc::Rc;

use super::super::evaluate::Value;
use super::super::formula::Place;
use super::super::scheme::Stamps;
use super::super::{Declaration, Result};
use super::Evidence;
use super::draft::{head, key_of, quoted};
use super::fields::table_of;
use crate::signing::members::raw_pairs;
use crate::signing::{RequestRef, Segment, SignedText};

/// The values of all captures together may have this many bytes.
const MOST_BYTES: usize = 128 << 20;

/// What a part of a signed text is about. A text has at most one part of each kind, except for extras.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Method,
    Host,
    Address,
    Query,
    Body,
    Extra,
    Key,
}

/// How a file writes a part.
#[derive(Clone, Debug, Default)]
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
    /// A dearer part is tried later.
    pub(super) cost: usize,
    pub(super) said: Said,
    /// The value in each capture.
    pub(super) values: Rc<Vec<Value>>,
    /// Whether the part holds the query.
    pub(super) reads_query: bool,
    /// Other ways of writing the part, which make the same values of these captures but may differ on others.
    pub(super) others: Vec<(usize, Said)>,
    /// Where in the captures it was found.
    pub(super) found: Option<Found>,
}

/// Where a part was found.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// A value of a field, by its index.
    Value(usize),
    /// The headers whose names begin with this text.
    Headers(String),
    /// A hash of other parts, and whether it is in hex.
    Inner(Vec<usize>, bool),
}

/// Parts of messages, and keys. Dearer ones are tried later.
const TEMPLATES: &[(Kind, usize, &str)] = &[
    (Kind::Method, 0, "{method}"),
    (Kind::Method, 3, "{method|lower}"),
    (Kind::Host, 2, "{host}"),
    (Kind::Address, 0, "{target}"),
    (Kind::Address, 1, "{path}"),
    (Kind::Address, 1, "{url}"),
    (Kind::Address, 3, "{scheme}://{host}{path}"),
    (Kind::Address, 3, "{target|unpercent}"),
    (Kind::Address, 4, "{host}{target}"),
    (Kind::Address, 4, "{target|cut:/}"),
    (Kind::Address, 4, "{path|cut:/}"),
    (Kind::Address, 3, "{path|last:/}"),
    (Kind::Address, 3, "/api{path}"),
    (Kind::Address, 4, "/api{target}"),
    (Kind::Address, 3, "{path|percent}"),
    (Kind::Address, 5, "{url|percent}"),
    (Kind::Query, 1, "{query}"),
    (Kind::Query, 2, "{query|unpercent}"),
    (Kind::Query, 4, "{query|percent}"),
    (Kind::Body, 0, "{body}"),
    (Kind::Body, 2, "{body|sha256|hex}"),
    (Kind::Body, 2, "{body|base64}"),
    (Kind::Body, 3, "{body|sha256|base64}"),
    (Kind::Body, 3, "{body|md5|hex}"),
    (Kind::Body, 3, "{body|md5|base64}"),
    (Kind::Body, 3, "{body|sha512|hex}"),
    (Kind::Body, 4, "{body|sha512|base64}"),
    (Kind::Body, 4, "{body|sha256}"),
    (Kind::Body, 4, "{body|sha1|hex}"),
    (Kind::Body, 4, "{body|sha256|HEX}"),
    (Kind::Body, 4, "{body|md5|HEX}"),
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

impl Atom {
    pub(super) fn new(kind: Kind, cost: usize, template: impl Into<String>) -> Self {
        let template = template.into();
        let reads_query = ["{target", "{url", "{query"].iter().any(|name| template.contains(name));
        let said = Said { template, step: None };
        Self { kind, cost, said, values: Rc::default(), reads_query, others: Vec::new(), found: None }
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

/// Adds a part. If a part of the same kind has the same values, the new part becomes another way of writing it.
pub(super) fn add(atoms: &mut Vec<Atom>, atom: Atom) {
    match atoms.iter_mut().find(|other| other.kind == atom.kind && other.values == atom.values) {
        Some(known) if known.cost <= atom.cost => known.others.push((atom.cost, atom.said)),
        Some(known) => {
            let earlier = std::mem::replace(known, atom);
            known.others.push((earlier.cost, earlier.said));
            known.others.extend(earlier.others);
        }
        None => atoms.push(atom),
    }
}

/// Evaluates each line on the captures, with the signature at this place. Returns whether all values were made.
pub(super) fn evaluate(
    evidence: &Evidence<'_>,
    lines: &[Atom],
    place: &Place,
    atoms: &mut Vec<Atom>,
) -> Result<bool> {
    let (mut left, head) = (MOST_BYTES, head(evidence, evidence.ids.iter().map(|(name, _)| *name)));
    for line in lines {
        let Said { template, step } = &line.said;
        let step = step.as_ref().map(|(name, made)| format!("{name} = {made}\n")).unwrap_or_default();
        let signature =
            format!("signature = {{ text = {}, mac = \"sha256\", as = \"hex\" }}", quoted(template));
        let send = format!("[send.{}]\n{} = \"{{signature}}\"", table_of(place), key_of(place));
        let file = Declaration::from_toml(&format!("{head}[let]\n{step}{signature}\n{send}\n"))?;
        let signer = file.with_credentials(|name| evidence.credential(name))?;
        let value = |capture: &RequestRef<'_>| {
            let mut value = Value::default();
            let mut gather = |segment: Segment<'_>| value.extend_from_slice(segment.bytes());
            signer.scheme().state(capture, &Stamps(Vec::new()), &mut SignedText::new(&mut gather)).ok()?;
            Some(value)
        };
        let Some(values) = evidence.captures.iter().map(value).collect::<Option<Vec<_>>>() else { continue };
        match left.checked_sub(values.iter().map(|value| value.len()).sum()) {
            Some(rest) => left = rest,
            None => return Ok(false),
        }
        add(atoms, Atom { values: Rc::new(values), ..line.clone() });
    }
    Ok(true)
}

/// The parts that messages have, and keys.
pub(super) fn parts(evidence: &Evidence<'_>) -> Vec<Atom> {
    let templates = TEMPLATES.iter().map(|(kind, cost, template)| Atom::new(*kind, *cost, *template));
    let secret = secrecy::ExposeSecret::expose_secret(evidence.secret);
    let is_hex = secret.len().is_multiple_of(2) && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_base64 = secret.len().is_multiple_of(4) && secret.contains(['+', '/', '=']);
    // Without a `_` in the secret, `last:_` gives the whole secret.
    let templates = templates.filter(|atom| secret.contains('_') || !atom.said.template.contains("last:_"));
    // A secret that looks encoded mostly is encoded.
    let with_cost = |atom: Atom| match &*atom.said.template {
        "{secret|unbase64}" if is_base64 => Atom { cost: 0, ..atom },
        "{secret}" if is_base64 => Atom { cost: 1, ..atom },
        "{secret|unhex}" if is_hex => Atom { cost: 1, ..atom },
        _ => atom,
    };
    templates.map(with_cost).chain(cuts(evidence)).collect()
}

/// Paths with a beginning cut off that all captures share.
fn cuts(evidence: &Evidence<'_>) -> Vec<Atom> {
    let mut paths = evidence.captures.iter().map(RequestRef::path_as_sent);
    let Some(first) = paths.next() else { return Vec::new() };
    let ends = first.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).take(2);
    let fronts = ends.filter_map(|end| first.get(..end)).filter(|front| evidence.is_label(front));
    let shared = fronts.filter(|front| paths.clone().all(|path| path.starts_with(front)));
    shared
        .flat_map(|front| {
            ["path", "target"].map(|part| Atom::new(Kind::Address, 4, format!("{{{part}|cut:{front}}}")))
        })
        .collect()
}

/// Lists of pairs and members, in the ways that they are written.
pub(super) fn lists(evidence: &Evidence<'_>) -> Vec<Atom> {
    let captures = evidence.captures;
    let has_query = captures.iter().any(|capture| capture.query_as_sent().contains('='));
    let bodies = || captures.iter().filter_map(|capture| capture.body().ok());
    let has_json = bodies().any(|body| body.starts_with(b"{"));
    let has_form = !has_json && bodies().any(|body| body.contains(&b'='));
    let mut lists = Vec::new();
    for (is_there, kind, name, source, cost) in [
        (has_query, Kind::Query, "fields", "pairs = [\"query\"]", 2),
        (has_form, Kind::Body, "form_fields", "pairs = [\"form\"]", 2),
        (has_form && has_query, Kind::Body, "fields", "pairs = [\"query\", \"form\"]", 3),
        (has_json, Kind::Body, "members", "pairs = [\"json\"]", 2),
    ] {
        for (index, style) in STYLES.iter().enumerate().filter(|_| is_there) {
            for (way, dearer) in WAYS.iter().take(if index < 3 { 10 } else { 2 }) {
                // For members, the order of the message is as likely as a sorted one.
                let dearer = if way.is_empty() && name == "members" { 0 } else { *dearer };
                list(&mut lists, (kind, name, cost + dearer), &format!("{source}{way}"), *style);
            }
        }
    }
    let names = captures.iter().flat_map(|capture| raw_pairs(capture.query_as_sent()));
    for prefix in prefixes(evidence, names.map(|(name, _)| name)) {
        let source =
            format!("pairs = [\"query\"], keep = [{}], sort = \"name\"", quoted(&format!("{prefix}*")));
        STYLES.iter().take(4).for_each(|style| list(&mut lists, (Kind::Query, "fields", 3), &source, *style));
    }
    lists
}

/// Lists of headers whose names begin alike.
pub(super) fn header_lists(evidence: &Evidence<'_>) -> Vec<Atom> {
    let names = evidence.captures.iter().flat_map(|capture| capture.headers().keys());
    let of_prefix = |prefix: String| {
        let source = format!("headers = [{}], sort = \"name\"", quoted(&format!("{prefix}*")));
        let mut lists = Vec::new();
        STYLES.iter().take(7).for_each(|style| list(&mut lists, (Kind::Extra, "named", 1), &source, *style));
        lists.into_iter().map(move |list| Atom { found: Some(Found::Headers(prefix.clone())), ..list })
    };
    prefixes(evidence, names.map(http::HeaderName::as_str)).into_iter().flat_map(of_prefix).collect()
}

fn list(
    lists: &mut Vec<Atom>,
    (kind, name, cost): (Kind, &'static str, usize),
    source: &str,
    (each, join, dearer): (&str, &str, usize),
) {
    let made = format!("{{ {source}, each = {}, join = {} }}", quoted(each), quoted(join));
    let said = Said { template: format!("{{{name}}}"), step: Some((name, made)) };
    let reads_query = source.contains("\"query\"");
    lists.push(Atom { said, reads_query, ..Atom::new(kind, cost + dearer, "") });
}

/// Beginnings, up to a hyphen, that several names share.
fn prefixes<'n>(evidence: &Evidence<'_>, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names.dedup();
    let ends = |name: &'n str| name.match_indices('-').filter_map(move |(at, _)| name.get(..=at));
    let mut all: Vec<_> = names.iter().flat_map(|name| ends(name)).filter(|front| front.len() > 2).collect();
    all.sort_unstable();
    all.dedup();
    let is_shared = |front: &&str| names.iter().filter(|name| name.starts_with(front)).count() > 1;
    all.into_iter()
        .filter(is_shared)
        .filter(|front| evidence.is_label(front))
        .take(6)
        .map(str::to_owned)
        .collect()
}
