//! Finds the declaration of a scheme from accepted requests and their secret: a diagnosis that starts from nothing.
//!
//! Values are recognised by their looks, never by the names of fields or providers, and no list of known schemes is tried.

mod draft;
mod fields;
mod inner;
mod search;
mod vocabulary;

use std::fmt;

use http::{HeaderName, Method};
use secrecy::SecretString;

use self::draft::{Draft, File, Rule};
use self::fields::{Encodings, Field, Meaning, Piece, Seen};
use self::search::{Budget, Frames, Hit, Search};
use self::vocabulary::{Atom, Found, Kind, add};
use super::formula::Place;
use super::{Declaration, Result};
use crate::signing::RequestRef;

const MOST_CAPTURES: usize = 16;
const LONGEST_BODY: usize = 4 << 20;
/// At most this many places of a signature are tried.
const MOST_CANDIDATES: usize = 6;
/// At most this many rules that fit equally well are given.
const MOST_RULES: usize = 6;
/// At most this many methods have a text of their own. Such rules cost `OF_METHODS` more.
const MOST_METHODS: usize = 4;
const OF_METHODS: usize = 1;

/// Requests that were accepted, and what is known about them.
#[derive(Clone, Copy)]
pub struct Evidence<'e> {
    /// The name of the file to make: lower-case letters, digits and hyphens.
    pub name: &'e str,
    /// Where requests may go; empty, if that is left open.
    pub origins: &'e [&'e str],
    /// The requests, as they were accepted: 1 to 16 of one scheme, with bodies of at most 4 MiB each.
    pub captures: &'e [RequestRef<'e>],
    /// The secret that signed them.
    pub secret: &'e SecretString,
    /// How many texts may be hashed, for all places of the signature together. Some 100,000 suffice for usual schemes.
    pub most_tries: u64,
    /// Ids in the captures, such as an account: their names in the file to make, and their values.
    pub ids: &'e [(&'e str, &'e str)],
}

/// The result of a search.
#[derive(Debug)]
#[non_exhaustive]
pub struct Inferred {
    /// The rules that reproduce all captures, the likeliest first. If there are several, another capture can decide between them.
    pub rules: Vec<InferredRule>,
    /// What another capture should have, or what else would help.
    pub advice: Vec<String>,
    /// How many texts were hashed.
    pub tries: u64,
    /// Whether the search reached none of its limits.
    pub is_whole: bool,
}

/// A rule that reproduces all captures.
#[derive(Debug)]
#[non_exhaustive]
pub struct InferredRule {
    /// What is signed and how, on one line. It holds no value of a capture.
    pub signed: String,
    /// The file, with a vector that is made up. It holds no value of a capture, except words of the scheme.
    pub file: String,
}

impl Declaration {
    /// Finds the declarations that reproduce accepted requests.
    ///
    /// # Errors
    /// `stream-body`; as [`Declaration::from_toml`], for a name, an origin or the name of an id that no file can have;
    /// and as [`Declaration::with_credentials`].
    pub fn infer(evidence: &Evidence<'_>) -> Result<Inferred> {
        let captures = evidence.captures;
        let mut inferred = Inferred { rules: Vec::new(), advice: Vec::new(), tries: 0, is_whole: false };
        let is_long = |capture: &RequestRef<'_>| capture.body().is_ok_and(|body| body.len() > LONGEST_BODY);
        if captures.is_empty() || captures.len() > MOST_CAPTURES || captures.iter().any(is_long) {
            inferred.advise("Send 1 to 16 captures with bodies of at most 4 MiB each.");
            return Ok(inferred);
        }
        let (anywhere, mut parts) = (Place::Header(HeaderName::from_static("signature")), Vec::new());
        vocabulary::evaluate(evidence, &vocabulary::parts(evidence), &anywhere, &mut parts)?;
        let is_part = |atom: &&Atom| !matches!(atom.kind, Kind::Key | Kind::Query);
        let is_whole = |atom: &&Atom| atom.values.iter().all(|value| !value.is_empty());
        let made = parts.iter().filter(is_part).filter(is_whole);
        let made = made.map(|atom| (atom.said.template.clone(), atom.values.to_vec())).collect();
        let (fields, seen) = fields::read(evidence, &made)?;
        let candidates = candidates(&fields, &seen);
        let mut is_whole = candidates.len() <= MOST_CANDIDATES;
        is_whole &= vocabulary::evaluate(evidence, &vocabulary::lists(evidence), &anywhere, &mut parts)?;
        let mut places = Vec::new();
        for (signature, place, encoding) in candidates.iter().take(MOST_CANDIDATES) {
            let mut atoms = parts.clone();
            if !place.is_header() {
                atoms.clear();
                let lines = [vocabulary::parts(evidence), vocabulary::lists(evidence)].concat();
                is_whole &= vocabulary::evaluate(evidence, &lines, place, &mut atoms)?;
            }
            is_whole &=
                vocabulary::evaluate(evidence, &vocabulary::header_lists(evidence), place, &mut atoms)?;
            add_values(evidence, &fields, &seen, (*signature, place), &mut atoms);
            inner::add_digests(&mut atoms, &seen);
            let digest = seen.get(*signature).and_then(|seen| fields::digest(seen.texts.first()?, encoding));
            let frames = search::frames(&atoms, digest.map_or(0, |digest| digest.len()));
            places.push((*signature, *place, *encoding, atoms, frames));
        }
        let mut hunts: Vec<_> = places
            .iter()
            .filter_map(|(signature, place, encoding, atoms, frames)| {
                let (signature, encoding, fields, seen) = (*signature, *encoding, &*fields, &*seen);
                Hunt::new(Draft { evidence, atoms, fields, seen, signature, place, encoding }, frames)
            })
            .collect();
        let mut budget = Budget::new(evidence.most_tries);
        // The likely rules of all places come before the unlikely ones of any.
        let number = hunts.len();
        let mut turns =
            (0..=search::DEAREST + OF_METHODS).flat_map(|cost| (0..number).map(move |hunt| (cost, hunt)));
        let found = turns.find_map(|(cost, hunt)| {
            let hunt = hunts.get_mut(hunt)?;
            hunt.at(cost, &mut budget).map(|rule| (rule, hunt.draft))
        });
        inferred.tries = evidence.most_tries - budget.tries;
        inferred.is_whole = is_whole && !budget.is_spent();
        match found {
            Some((rule, draft)) => inferred.take(&draft, &rule),
            None if candidates.is_empty() => inferred.advise("Nothing in the captures looks like a digest: capture the request as it is sent, with all its headers."),
            None => inferred.advise("Check that the secret is the one that signed these very requests, that all of them are of one API, and that nothing has changed them since; give ids that are signed with --credential."),
        }
        Ok(inferred)
    }
}

impl Evidence<'_> {
    /// The credential of this name.
    fn credential(&self, name: &str) -> Option<SecretString> {
        let id = self.ids.iter().find(|(other, _)| *other == name).map(|(_, id)| SecretString::from(*id));
        id.or_else(|| (name == "secret").then(|| self.secret.clone()))
    }
}

/// The search for one signature: by one rule for all captures, or by one rule for each method.
struct Hunt<'h> {
    draft: Draft<'h>,
    whole: Search<'h>,
    of_methods: Vec<(Method, Search<'h>, Option<Hit>)>,
}

impl<'h> Hunt<'h> {
    fn new(draft: Draft<'h>, frames: &'h Frames) -> Option<Self> {
        let captures = draft.evidence.captures;
        let digest = |text: &String| fields::digest(text, draft.encoding);
        let texts = draft.seen.get(draft.signature)?.texts.iter();
        let wanted = texts
            .enumerate()
            .map(|(capture, text)| Some((capture, digest(text)?)))
            .collect::<Option<Vec<_>>>()?;
        let mut methods: Vec<_> = captures.iter().map(|capture| capture.method().clone()).collect();
        methods.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
        methods.dedup();
        let is_usual = (2..=MOST_METHODS).contains(&methods.len())
            && methods.iter().all(|method| draft.evidence.is_label(method.as_str()));
        let of_method = |method: Method| {
            let is_of = |capture: &usize| captures.get(*capture).is_some_and(|one| *one.method() == method);
            let wanted = wanted.iter().filter(|(capture, _)| is_of(capture)).cloned().collect();
            let search = Search::new(draft.atoms, frames, wanted);
            (method, search, None)
        };
        let of_methods = methods.into_iter().filter(|_| is_usual).map(of_method).collect();
        Some(Self { draft, whole: Search::new(draft.atoms, frames, wanted), of_methods })
    }

    /// The rule of this cost, if there is one. Callers must ask for costs one after the other.
    fn at(&mut self, cost: usize, budget: &mut Budget) -> Option<Rule> {
        let draft = self.draft;
        if cost <= search::DEAREST {
            let is_good = |hit: &Hit| draft.proved(&vec![(None, hit.clone())]).is_some();
            if let Some(hit) = self.whole.at(cost, budget, &is_good) {
                return Some(vec![(None, hit)]);
            }
        }
        let cost = cost.checked_sub(OF_METHODS)?;
        let is_found = self.of_methods.iter().all(|(.., hit)| hit.is_some());
        for (_, search, hit) in self.of_methods.iter_mut().filter(|(.., hit)| hit.is_none()) {
            *hit = search.at(cost, budget, &|_| true);
        }
        let rule = self.of_methods.iter().map(|(method, _, hit)| Some((Some(method.clone()), hit.clone()?)));
        let rule: Rule = rule.collect::<Option<_>>()?;
        // Once all methods have their rules, they are proved only once.
        (!is_found && draft.proved(&rule).is_some()).then_some(rule)
    }
}

impl Draft<'_> {
    /// The file of a rule, if it loads like any other file and verifies all captures.
    fn proved(&self, rule: &Rule) -> Option<File> {
        let file = self.file(rule)?;
        let declaration = Declaration::from_toml(&file.text).ok()?;
        let signer = declaration.with_credentials(|name| {
            let id = file
                .ids
                .iter()
                .find(|(other, _)| other == name)
                .map(|(_, id)| SecretString::from(id.as_str()));
            id.or_else(|| self.evidence.credential(name))
        });
        let signer = signer.ok()?;
        let mut captures = self.evidence.captures.iter();
        captures.all(|capture| signer.scheme().verify(capture).is_ok()).then_some(file)
    }
}

/// The values that may be the signature, with their places, the likeliest first.
fn candidates<'f>(fields: &'f [Field], seen: &[Seen]) -> Vec<(usize, &'f Place, Encodings)> {
    let is_free = |seen: &&Seen| !matches!(seen.meaning, Meaning::Given(_) | Meaning::Made(_));
    let mut found = Vec::new();
    for (index, one) in seen.iter().enumerate() {
        let field = fields.iter().find(|field| fields::values(&field.pieces, seen).contains(&index));
        let digest = Some(one).filter(is_free).and_then(|one| one.digest);
        found.extend(field.zip(digest).map(|(field, encoding)| (index, one, &field.place, encoding)));
    }
    found.sort_by_key(|(_, seen, ..)| {
        let label = seen.label.to_ascii_lowercase();
        let is_named = ["sig", "mac", "digest", "hash"].iter().any(|word| label.contains(word));
        let is_same = seen.texts.len() > 1 && fields::all_same(&seen.texts);
        (is_same, !is_named, seen.texts.first().is_some_and(|text| text.len() <= 32))
    });
    found.into_iter().map(|(index, _, place, encoding)| (index, place, encoding)).collect()
}

/// Adds the values of the fields: words around the signature, times, nonces, ids.
fn add_values(
    evidence: &Evidence<'_>,
    fields: &[Field],
    seen: &[Seen],
    (signature, place): (usize, &Place),
    atoms: &mut Vec<Atom>,
) {
    let bytes = |text: &String| text.clone().into_bytes().into();
    let extra = |cost, template: &str, texts: &[String], found| {
        let values = texts.iter().map(bytes).collect::<Vec<_>>().into();
        Atom { found, values, ..Atom::new(Kind::Extra, cost, template) }
    };
    let mut earlier = Vec::new();
    for field in fields {
        let mut inner = fields::values(&field.pieces, seen);
        let is_around = inner.contains(&signature);
        for piece in field.pieces.iter().filter(|_| is_around) {
            match piece {
                Piece::Text(text) if text.bytes().any(|byte| byte.is_ascii_alphanumeric()) => {
                    let texts = vec![text.clone(); evidence.captures.len()];
                    add(atoms, extra(2, &draft::escaped(text), &texts, None));
                }
                _ => {}
            }
        }
        // A value that holds the signature is not signed.
        inner.retain(|value| !fields::values(&[Piece::Seen(*value, false)], seen).contains(&signature));
        let outer = fields::values(&field.pieces, &[]);
        for value in inner {
            let Some(one) = seen.get(value) else { continue };
            let (again, found) = (earlier.contains(&value), Some(Found::Value(value)));
            let cost = match (&one.meaning, &field.place) {
                (Meaning::Encoded(..), Place::Header(_)) => 0,
                // Within another value, which is more likely signed.
                (Meaning::Time(_) | Meaning::Nonce(_), _) if !outer.contains(&value) && !is_around => 1,
                (Meaning::Time(_) | Meaning::Nonce(_), Place::Header(_)) => 0,
                (Meaning::Time(_) | Meaning::Given(_), _) => 1,
                (Meaning::Nonce(_), _) if fields::table_of(&field.place) == fields::table_of(place) => 1,
                (Meaning::Word, Place::Header(name)) => {
                    if fields::is_of_http(name) {
                        3
                    } else {
                        2
                    }
                }
                (meaning @ (Meaning::Id | Meaning::Unknown), Place::Header(name))
                    if matches!(meaning, Meaning::Unknown) || fields::is_of_http(name) =>
                {
                    add(atoms, extra(3, &format!("{{header.{name}}}"), &one.texts, None));
                    continue;
                }
                (Meaning::Id, Place::Header(_)) => 2,
                _ => continue,
            };
            earlier.push(value);
            // A value that stands in two places may be signed twice.
            match extra(cost + usize::from(again), "", &one.texts, found) {
                atom if again => atoms.push(atom),
                atom => add(atoms, atom),
            }
        }
    }
}

impl Inferred {
    fn advise(&mut self, advice: &str) {
        if self.advice.iter().all(|known| known != advice) {
            self.advice.push(advice.to_owned());
        }
    }

    /// Takes the rule, and the rules that differ from it in one part and fit equally well.
    fn take(&mut self, draft: &Draft<'_>, rule: &Rule) {
        let mut ways = vec![(draft.atoms.to_vec(), rule.clone())];
        let used: Vec<_> = rule.iter().flat_map(|(_, hit)| hit.parts.iter().copied()).collect();
        let parts: Vec<_> = used.iter().filter_map(|part| draft.atoms.get(*part)).collect();
        let has = |kind| parts.iter().any(|atom| atom.kind == kind);
        let body = draft.atoms.iter().position(|atom| atom.said.template == "{body}" && atom.is_empty());
        if let (Some(body), [(None, hit)], true, false) = (body, &**rule, has(Kind::Address), has(Kind::Body))
            && hit.frame.separator.is_empty()
        {
            let parts = [&*hit.parts, &[body]].concat();
            ways.insert(0, (draft.atoms.to_vec(), vec![(None, Hit { parts, ..hit.clone() })]));
            self.advise("Whether a body is signed is not known: send a capture with a body.");
        }
        for (index, atom) in used.into_iter().zip(parts).filter(|(_, atom)| atom.found.is_none()) {
            for (_, said) in atom.others.iter().filter(|(cost, _)| *cost <= atom.cost + 1) {
                let mut atoms = draft.atoms.to_vec();
                atoms.get_mut(index).into_iter().for_each(|atom| atom.said = said.clone());
                ways.push((atoms, rule.clone()));
                self.advise(what_differs(atom.kind));
            }
        }
        for (atoms, rule) in ways.iter().take(MOST_RULES) {
            let file = Draft { atoms, ..*draft }.proved(rule);
            let rule = file.and_then(|file| {
                Some(InferredRule { file: draft.with_vector(&file.text).ok()?, signed: file.signed })
            });
            self.rules.extend(rule);
        }
        if self.rules.len() < 2 {
            self.advice.clear();
        }
    }
}

/// What another capture should have to tell two ways of writing a part from each other.
fn what_differs(kind: Kind) -> &'static str {
    match kind {
        Kind::Address => "Path, target and URL are alike here: send a capture with a query.",
        Kind::Query | Kind::Body => {
            "Lists of pairs are alike here: send a capture with three pairs that are not in alphabetical order, one of them with \
             a blank or a slash in its value."
        }
        Kind::Method | Kind::Host | Kind::Extra | Kind::Key => {
            "Send a capture in which more of the values differ."
        }
    }
}

impl fmt::Debug for Evidence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence").field("captures", &self.captures.len()).finish_non_exhaustive()
    }
}
