//! The declaration of a scheme, found from requests that were accepted and their secret: a diagnosis with an empty start.
//!
//! Values are told by what they look like, never by the names of fields or providers; no known scheme is among what is tried.

mod draft;
mod fields;
mod search;
mod vocabulary;

use std::fmt;

use http::Method;
use secrecy::{ExposeSecret as _, SecretString};

use self::draft::{Draft, File, Rule};
use self::fields::{Known, Meaning, Piece, Seen, Taken};
use self::search::{Hit, Search};
use self::vocabulary::{Atom, Found, Kind, Said, add};
use super::formula::Place;
use super::{Declaration, Result};
use crate::signing::filter::Filter;
use crate::signing::{Encoding, MacAlgorithm, RequestRef};

const MOST_CAPTURES: usize = 16;
const LONGEST_BODY: usize = 1 << 20;
/// Places where a signature may be are tried up to so many.
const MOST_CANDIDATES: usize = 6;
/// Rules that fit as well are given up to so many.
const MOST_RULES: usize = 6;

/// Requests that were accepted, and what is known of them.
#[derive(Clone, Copy)]
pub struct Evidence<'e> {
    /// The name of the file to be made: lower-case letters, digits and hyphens.
    pub name: &'e str,
    /// Where requests may go; none, if that is left open.
    pub origins: &'e [&'e str],
    /// The requests, as they were accepted. All are of one scheme.
    pub captures: &'e [RequestRef<'e>],
    /// The secret that signed them.
    pub secret: &'e SecretString,
    /// How many texts may be hashed, of all places where a signature may be: some 100,000 for what is usual.
    pub most_tries: u64,
    /// Ids that stand in them, such as an account: the names that they shall have in the file, and their values.
    pub ids: &'e [(&'e str, &'e str)],
}

/// What was found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Inferred {
    /// The rules that reproduce all captures, the likeliest first. Where there are several, another capture tells which it is.
    pub rules: Vec<InferredRule>,
    /// What another capture should have, or what would help.
    pub advice: Vec<String>,
    /// How many texts were hashed.
    pub tries: u64,
    /// Whether everything was tried, rather than what fits into the limits.
    pub is_whole: bool,
}

/// A rule that reproduces all captures.
#[derive(Debug)]
#[non_exhaustive]
pub struct InferredRule {
    /// What is signed and how, on one line. No value of a capture is in it.
    pub signed: String,
    /// The file, with a vector that is made anew: no value of a capture is in it, but for words of the scheme.
    pub file: String,
}

impl Declaration {
    /// Finds the declarations that reproduce requests which were accepted.
    ///
    /// # Errors
    /// `stream-body`; and those of [`Declaration::from_toml`], for a name or an origin that is none.
    pub fn infer(evidence: &Evidence<'_>) -> Result<Inferred> {
        let captures = evidence.captures;
        let mut inferred = Inferred { rules: Vec::new(), advice: Vec::new(), tries: 0, is_whole: true };
        let is_long = |capture: &RequestRef<'_>| capture.body().is_ok_and(|body| body.len() > LONGEST_BODY);
        if captures.is_empty() || captures.len() > MOST_CAPTURES || captures.iter().any(is_long) {
            inferred.is_whole = false;
            inferred.advice.push("Send 1 to 16 captures with bodies of at most 1 MiB each.".into());
            return Ok(inferred);
        }
        let secret = evidence.secret.expose_secret();
        let own = vocabulary::atoms(captures, evidence.secret, None)?;
        let own = own.into_iter().filter(|atom| !matches!(atom.kind, Kind::Key | Kind::Query));
        let own = own.filter(|atom| atom.values.iter().all(|value| !value.is_empty()));
        let made = own.map(|atom| (atom.said.template, atom.values)).collect();
        let known = Known { secret, given: evidence.ids, made };
        let (taken, seen) = fields::take_apart(&fields::fields(captures)?, &known);
        let candidates = candidates(&taken, &seen);
        let drafts = candidates.iter().take(MOST_CANDIDATES).map(|(signature, encoding)| {
            let place = fields::place_of(&taken, &seen, *signature);
            let atoms = place.map(|place| all_atoms(evidence, &taken, &seen, *signature, place));
            Ok((*signature, *encoding, atoms.transpose()?.unwrap_or_default()))
        });
        let drafts = drafts.collect::<Result<Vec<_>>>()?;
        // The likely rules of all places come before the unlikely ones of any.
        let each = evidence.most_tries / (drafts.len() as u64).max(1);
        for most_tries in [each / 8, each - each / 8] {
            for (signature, encoding, atoms) in &drafts {
                let (Evidence { name, origins, .. }, signature, encoding) =
                    (*evidence, *signature, *encoding);
                let draft =
                    Draft { name, origins, captures, atoms, taken: &taken, seen: &seen, signature, encoding };
                if let Some(rule) = search(evidence, &draft, most_tries, &mut inferred) {
                    inferred.rules_of(evidence, &draft, &rule);
                    return Ok(inferred);
                }
            }
        }
        if candidates.is_empty() {
            inferred.advice.push("Nothing in the captures looks like a digest: capture the request as it is sent, with all its headers.".into());
        } else if inferred.rules.is_empty() {
            inferred.advice.push("Check that the secret is the one that signed these very requests, and that nothing has changed them since; give ids that are signed with --credential.".into());
        }
        Ok(inferred)
    }
}

/// The values that may be the signature, the likeliest first.
fn candidates(taken: &[Taken], seen: &[Seen]) -> Vec<(usize, &'static [&'static str])> {
    let placed: Vec<_> = taken.iter().flat_map(|taken| fields::values(&taken.pieces, seen)).collect();
    let mut found: Vec<_> = seen
        .iter()
        .enumerate()
        .filter(|(index, seen)| {
            placed.contains(index) && !matches!(seen.meaning, Meaning::Given(_) | Meaning::Made(_))
        })
        .filter_map(|(index, seen)| Some((index, seen, seen.digest?)))
        .collect();
    found.sort_by_key(|(_, seen, _)| {
        let texts: Vec<_> = seen.texts.iter().map(String::as_str).collect();
        let is_same = texts.len() > 1 && fields::all_same(&texts);
        let label = seen.label.to_ascii_lowercase();
        let is_named = ["sig", "mac", "digest", "hash"].iter().any(|word| label.contains(word));
        (is_same, !is_named, seen.texts.first().is_some_and(|text| text.len() <= 32))
    });
    found.into_iter().map(|(index, _, encoding)| (index, encoding)).collect()
}

/// What the captures have and what stands in their fields.
fn all_atoms(
    evidence: &Evidence<'_>,
    taken: &[Taken],
    seen: &[Seen],
    signature: usize,
    place: &Place,
) -> Result<Vec<Atom>> {
    let mut atoms = vocabulary::atoms(evidence.captures, evidence.secret, Some(place))?;
    let values = |value: usize| {
        seen.get(value)
            .map(|seen| seen.texts.iter().map(|text| text.clone().into_bytes().into()).collect::<Vec<_>>())
    };
    let mut seen_so_far = Vec::new();
    let mut extra = |cost, template: String, values, found, again: bool| {
        let atom = Atom { found, ..Atom::new(Kind::Extra, cost, Said { template, step: None }, values) };
        if again {
            atoms.push(atom);
        } else {
            add(&mut atoms, atom);
        }
    };
    for (index, one) in taken.iter().enumerate() {
        let is_beside = std::mem::discriminant(&one.place) == std::mem::discriminant(place);
        let mut inner = fields::values(&one.pieces, seen);
        if inner.contains(&signature) {
            for piece in &one.pieces {
                if let Piece::Text(text) = piece
                    && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
                {
                    let values = vec![text.clone().into_bytes().into(); evidence.captures.len()];
                    extra(2, text.replace('{', "{{").replace('}', "}}"), values, None, false);
                }
            }
        } else if let (Place::Header(name), [Piece::Text(text)]) = (&one.place, &*one.pieces) {
            let values = vec![text.clone().into_bytes().into(); evidence.captures.len()];
            extra(
                if is_of_http(name) { 3 } else { 2 },
                text.clone(),
                values,
                Some(Found::Field(index)),
                false,
            );
        }
        // What holds the signature is no part of what is signed.
        inner.retain(|value| !fields::values(&[Piece::Seen(*value)], seen).contains(&signature));
        let outer = fields::values(&one.pieces, &[]);
        for value in inner {
            let Some((one_seen, values)) = seen.get(value).zip(values(value)) else { continue };
            let (is_header, found) = (one.place.is_header(), Some(Found::Value(value)));
            let cost = match (&one_seen.meaning, &one.place) {
                (Meaning::Encoded(_) | Meaning::Object(..), Place::Header(_)) => 0,
                // Within another value, which is signed in its place.
                (Meaning::Time(_) | Meaning::Nonce(_), _)
                    if !outer.contains(&value) && !one.is_around(signature, seen) =>
                {
                    1
                }
                (Meaning::Time(_) | Meaning::Nonce(_), Place::Header(_)) => 0,
                (Meaning::Time(_), _) => 1,
                (Meaning::Nonce(_), _) if is_beside => 1,
                (Meaning::Given(_), _) => 1,
                (meaning @ (Meaning::Id | Meaning::Unknown), Place::Header(name))
                    if matches!(meaning, Meaning::Unknown) || is_of_http(name) =>
                {
                    extra(3, format!("{{header.{name}}}"), values, None, false);
                    continue;
                }
                (Meaning::Id, _) if is_header => 2,
                _ => continue,
            };
            // What stands in two places may be signed twice.
            let again = seen_so_far.contains(&value);
            seen_so_far.push(value);
            extra(cost + usize::from(again), String::new(), values, found, again);
        }
    }
    inner_digests(&mut atoms, seen);
    key_costs(&mut atoms, evidence.secret.expose_secret());
    Ok(atoms)
}

/// A secret that looks encoded mostly is.
fn key_costs(atoms: &mut [Atom], secret: &str) {
    let is_hex = secret.len().is_multiple_of(2) && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_base64 = secret.len().is_multiple_of(4) && secret.contains(['+', '/', '=']);
    for atom in atoms.iter_mut().filter(|atom| atom.kind == Kind::Key) {
        atom.cost = match &*atom.said.template {
            "{secret|unbase64}" if is_base64 => 0,
            "{secret}" if is_base64 => 1,
            "{secret|unhex}" if is_hex => 1,
            _ => atom.cost,
        };
    }
}

/// HTTP's own headers: the caller or its client sets them.
fn is_of_http(name: &http::HeaderName) -> bool {
    use http::header as h;
    [
        h::CONTENT_TYPE,
        h::ACCEPT,
        h::USER_AGENT,
        h::HOST,
        h::CONTENT_LENGTH,
        h::ACCEPT_ENCODING,
        h::ACCEPT_LANGUAGE,
        h::CONNECTION,
        h::COOKIE,
        h::ORIGIN,
        h::REFERER,
    ]
    .contains(name)
}

/// SHA-256 of several parts, which is then a part itself: times and nonces with what is mostly signed.
fn inner_digests(atoms: &mut Vec<Atom>, seen: &[Seen]) {
    let of = |is: &dyn Fn(&Atom) -> bool, most: usize| {
        let mut found: Vec<_> =
            atoms.iter().enumerate().filter(|(_, atom)| !atom.is_empty() && is(atom)).collect();
        found.sort_by_key(|(_, atom)| atom.cost);
        found.into_iter().take(most).map(|(index, _)| vec![index]).collect::<Vec<_>>()
    };
    let is_stamp = |atom: &Atom| match atom.found {
        Some(Found::Value(value)) => {
            seen.get(value).is_some_and(|seen| matches!(seen.meaning, Meaning::Time(_) | Meaning::Nonce(_)))
        }
        _ => false,
    };
    let stamps: Vec<_> = of(&is_stamp, 3).concat();
    let one = |kind: Kind| [vec![], of(&|atom| atom.kind == kind, 1).concat()];
    let (methods, queries, bodies) = (one(Kind::Method), one(Kind::Query), one(Kind::Body(false)));
    let is_address = |atom: &Atom| {
        let template = &*atom.said.template;
        matches!(template, "{path}" | "{target}")
            || template.starts_with("{path|cut:/") && template != "{path|cut:/}"
    };
    let addresses = of(&is_address, 4);
    let reversed: Vec<_> = stamps.iter().rev().copied().collect();
    let mut all: Vec<Vec<usize>> = Vec::new();
    for body in &bodies {
        for query in &queries {
            for address in [vec![]].iter().chain(&addresses) {
                for stamps in [&vec![], &stamps, &reversed] {
                    for method in &methods {
                        all.push([stamps, method, address, query, body].map(Vec::as_slice).concat());
                    }
                    all.push([query, body, stamps, address].map(Vec::as_slice).concat());
                }
            }
        }
    }
    all.sort_unstable_by_key(|parts| (parts.len(), parts.clone()));
    all.dedup();
    let digests =
        all.iter().filter(|parts| parts.len() > 1).flat_map(|parts| [(parts, false), (parts, true)]);
    let digests = digests.filter_map(|(parts, is_hex)| {
        let value = |capture: usize| {
            let values: Vec<_> =
                parts.iter().filter_map(|part| Some(atoms.get(*part)?.value(capture))).collect();
            let digest = Filter::Digest(MacAlgorithm::Sha256).apply(&values.concat())?.into_owned();
            let digest =
                if is_hex { Filter::Encode(Encoding::HexLower).apply(&digest)?.into_owned() } else { digest };
            Some(digest.into())
        };
        let values = (0..atoms.first()?.values.len()).map(value).collect::<Option<Vec<_>>>()?;
        let said = Said { template: "{inner}".to_owned(), step: None };
        let reads_query = parts
            .iter()
            .filter_map(|part| atoms.get(*part))
            .any(|atom| matches!(atom.kind, Kind::Query | Kind::Address(true)));
        let atom = Atom::new(
            Kind::Body(reads_query),
            3 + usize::from(parts.len() > 3) + usize::from(is_hex),
            said,
            values,
        );
        Some(Atom { found: Some(Found::Inner(parts.clone(), is_hex)), ..atom })
    });
    let digests: Vec<_> = digests.collect();
    digests.into_iter().for_each(|atom| add(atoms, atom));
}

fn search(
    evidence: &Evidence<'_>,
    draft: &Draft<'_>,
    most_tries: u64,
    inferred: &mut Inferred,
) -> Option<Rule> {
    let texts = draft.seen.get(draft.signature)?.texts.iter();
    let wanted =
        texts.enumerate().map(|(capture, text)| Some((capture, fields::digest(text, draft.encoding)?)));
    let wanted = wanted.collect::<Option<Vec<_>>>()?;
    let mut run = |wanted: Vec<(usize, Vec<u8>)>, accept: &dyn Fn(&Hit) -> bool| {
        let some = |(capture, _): &(usize, Vec<u8>)| evidence.captures.get(*capture);
        let has_query = wanted.iter().filter_map(some).any(|one| !one.query_as_sent().is_empty());
        let has_body =
            wanted.iter().filter_map(some).any(|one| one.body().is_ok_and(|body| !body.is_empty()));
        let mut search = Search::new(draft.atoms, wanted, [has_query, has_body], most_tries);
        let found = search.run(|hit| accept(hit).then(|| hit.clone()));
        inferred.tries += search.tries;
        inferred.is_whole = search.is_whole;
        found
    };
    let rule = |hit: &Hit| Rule { hits: vec![(Vec::new(), hit.clone())], instead: None };
    let is_good = |rule: &Rule| draft.file(rule).is_some_and(|file| reproduces(evidence, &file));
    if let Some(hit) = run(wanted.clone(), &|hit| is_good(&rule(hit))) {
        return Some(rule(&hit));
    }
    // One text for each method.
    let mut methods: Vec<Method> = Vec::new();
    evidence.captures.iter().for_each(|capture| {
        if !methods.contains(capture.method()) {
            methods.push(capture.method().clone());
        }
    });
    if methods.len() < 2 || methods.len() > 4 {
        return None;
    }
    let mut hits: Vec<(Vec<Method>, Hit)> = Vec::new();
    for method in methods {
        let is_of =
            |capture: &usize| evidence.captures.get(*capture).is_some_and(|one| *one.method() == method);
        let some = wanted.iter().filter(|(capture, _)| is_of(capture)).cloned().collect();
        let hit = run(some, &|_| true)?;
        hits.push((vec![method], hit));
    }
    let rule = Rule { hits, instead: None };
    is_good(&rule).then_some(rule)
}

/// Whether a file, loaded as any other, verifies all captures.
fn reproduces(evidence: &Evidence<'_>, file: &File) -> bool {
    let verify = || {
        let declaration = Declaration::from_toml(&file.text)?;
        let scheme = declaration.with_credentials(|name| {
            let id = file.ids.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str().into());
            id.or_else(|| (name == "secret").then(|| evidence.secret.clone()))
        })?;
        evidence.captures.iter().try_for_each(|capture| scheme.scheme().verify(capture).map(drop))
    };
    let verified: Result = verify();
    verified.is_ok()
}

impl Taken {
    /// Whether the field holds the signature.
    fn is_around(&self, signature: usize, seen: &[Seen]) -> bool {
        fields::values(&self.pieces, seen).contains(&signature)
    }
}

impl Inferred {
    /// The rule, and those that differ from it in one part and fit as well.
    fn rules_of(&mut self, evidence: &Evidence<'_>, draft: &Draft<'_>, rule: &Rule) {
        let mut rules = vec![rule.clone()];
        let mut advise = |advice: &str| {
            if self.advice.iter().all(|known| known != advice) {
                self.advice.push(advice.to_owned());
            }
        };
        let has_body = evidence.captures.iter().any(|one| one.body().is_ok_and(|body| !body.is_empty()));
        let parts =
            || rule.hits.iter().flat_map(|(_, hit)| &hit.parts).filter_map(|part| draft.atoms.get(*part));
        let is_of_message = parts().any(|atom| matches!(atom.kind, Kind::Address(_)));
        if !has_body && is_of_message && !parts().any(|atom| matches!(atom.kind, Kind::Body(_))) {
            let body = draft.atoms.iter().position(|atom| atom.said.template == "{body}");
            let with_body = body.and_then(|body| with_body(rule, body));
            if let Some(with_body) = with_body {
                rules.insert(0, with_body);
                advise("Whether a body is signed is not known: send a capture with a body.");
            }
        }
        for (_, hit) in &rule.hits {
            for index in &hit.parts {
                let Some(atom) = draft.atoms.get(*index).filter(|atom| atom.found.is_none()) else {
                    continue;
                };
                for (_, said) in atom.others.iter().filter(|(cost, _)| *cost <= atom.cost + 1) {
                    rules.push(Rule { instead: Some((*index, said.clone())), ..rule.clone() });
                    advise(what_differs(atom.kind));
                }
            }
        }
        for rule in rules.iter().take(MOST_RULES) {
            let Some(file) = draft.file(rule).filter(|file| reproduces(evidence, file)) else { continue };
            let Ok(text) = draft.with_vector(&file.text) else { continue };
            self.rules.push(InferredRule { signed: file.signed, file: text });
        }
        if self.rules.len() < 2 {
            self.advice.clear();
        }
    }
}

/// The rule with a body at the end, where none that is empty would show.
fn with_body(rule: &Rule, body: usize) -> Option<Rule> {
    let [(methods, hit)] = &*rule.hits else { return None };
    if !hit.frame.separator.is_empty() {
        return None;
    }
    let mut hit = hit.clone();
    hit.parts.push(body);
    Some(Rule { hits: vec![(methods.clone(), hit)], instead: None })
}

/// What another capture should have, so that two ways of saying a part differ.
fn what_differs(kind: Kind) -> &'static str {
    match kind {
        Kind::Address(_) => "Path, target and URL are alike here: send a capture with a query.",
        Kind::Query | Kind::Body(_) => {
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
