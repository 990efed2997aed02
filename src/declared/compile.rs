//! Compiles the tables of a file to formulas.

use http::{HeaderName, Method};
use toml::de::DeValue;

use super::Result;
use super::check::{after, is_keyed, mark};
use super::document::{Document, Node, Table, Word};
use super::fault::Kind;
use super::formula::{
    Alternative, Encode, Expr, Formula, List, ListSource, Names, Place, Placement, Sort, Step,
};
use super::template::{Resolver, is_reserved};
use crate::signing::MacAlgorithm as A;
use crate::signing::filter::{self, Filter};

const MOST_NAMES: usize = 64;
const MOST_ALTERNATIVES: usize = 8;

const HASHES: [(&str, (A, A)); 5] = [
    ("md5", (A::Md5, A::HmacMd5)),
    ("sha1", (A::Sha1, A::HmacSha1)),
    ("sha256", (A::Sha256, A::HmacSha256)),
    ("sha384", (A::Sha384, A::HmacSha384)),
    ("sha512", (A::Sha512, A::HmacSha512)),
];
const ASYMMETRIC: [&str; 9] = ["rsa", "dsa", "25519", "rs256", "rs512", "es256", "es384", "ps256", "ps512"];
const SORTS: [(&str, Sort); 3] = [("name", Sort::Name), ("pair", Sort::Pair), ("value", Sort::Value)];
const CASES: [(&str, Filter); 2] = [("lower", Filter::Lower), ("upper", Filter::Upper)];
const ENCODINGS: [(&str, Encode); 3] = [
    ("as-sent", Encode::AsSent),
    ("percent", Encode::Again(Filter::Percent)),
    ("form", Encode::Again(Filter::Form)),
];

/// Compiles `[let]` and `[send]`.
pub(super) fn formula<'d>(
    names: &Names,
    steps: Table<'d>,
    send: Option<Table<'d>>,
    is_reply: bool,
) -> Result<Formula> {
    let (document, place) = (steps.document, steps.place);
    let entries = steps.entries();
    own_names(document, entries.iter().map(|(word, _)| *word), names)?;
    let steps: Vec<_> = entries.iter().map(|(word, _)| word.text).collect();
    let resolver = Resolver { document, names, steps: &steps, made: entries.len(), is_reply, is_each: false };
    let missing = || document.refuse(Kind::NoSignature, place, "a step `signature` is missing here");
    let signature = steps.iter().position(|name| *name == "signature").ok_or_else(missing)?;
    let steps = entries.into_iter().enumerate();
    let steps = steps.map(|(index, (word, node))| step(Resolver { made: index, ..resolver }, word, node));
    let mut steps: Vec<_> = steps.collect::<Result<_>>()?;
    mark(&mut steps, names);
    let (mut placements, mut send) = (Vec::new(), send);
    // A query may be made of the body.
    for kind in ["header", "default", "form", "json", "query"] {
        let table = send.as_mut().map(|send| send.table(kind)).transpose()?.flatten();
        table.map_or(Ok(()), |table| placed(resolver, &mut placements, table, (kind, &[])))?;
    }
    send.map_or(Ok(()), |send| send.finish())?;
    for placement in &mut placements {
        placement.after = after(&placement.value);
        placement.is_public = !is_keyed(&placement.value, &steps, names);
    }
    let mut formula = Formula { steps, signature, placements };
    let late: Vec<_> = formula.placements.iter().map(|one| formula.is_late(one)).collect();
    for (placement, is_late) in formula.placements.iter_mut().zip(late) {
        placement.is_late = is_late;
    }
    Ok(formula)
}

/// Refuses names that are taken, or that cannot stand in braces.
pub(super) fn own_names<'d>(
    document: Document<'d>,
    own: impl Iterator<Item = Word<'d>>,
    names: &Names,
) -> Result {
    let credentials = names.credentials.iter().map(|(name, _)| &**name);
    let mut taken: Vec<&str> = credentials.chain(names.stamps.iter().map(|one| &*one.name)).collect();
    for word in own {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let begins = word.text.starts_with(|first: char| first.is_ascii_alphabetic());
        if !begins || !word.text.bytes().all(is_letter) {
            let expected = "a name begins with a letter, and has letters, digits, _ and - only";
            return Err(document.refuse(Kind::Malformed, word, expected));
        }
        if is_reserved(word.text) || taken.contains(&word.text) {
            return Err(document.refuse(Kind::NameTaken, word, "another name is needed"));
        }
        taken.push(word.text);
        document.at_most(MOST_NAMES, taken.len(), word)?;
    }
    Ok(())
}

fn step<'d>(resolver: Resolver<'_, 'd>, name: Word<'d>, node: &'d Node<'d>) -> Result<Step> {
    let document = resolver.document;
    let value = match node.get_ref() {
        DeValue::Array(nodes) => {
            document.at_most(MOST_ALTERNATIVES, nodes.len(), name)?;
            let all = nodes.iter().map(|node| alternative(resolver, name, node));
            Expr::Either(all.collect::<Result<_>>()?)
        }
        _ => made(resolver, document.short(name, node, "text")?)?,
    };
    let step =
        Step { name: name.text.into(), line: document.line(name.at), value, is_key: false, is_hidden: false };
    if name.text == "signature" && step.digest().is_none_or(|(.., encode)| encode.is_empty()) {
        let expected = "it needs `mac` or `hash`, and `as`; put text around it in another step";
        return Err(document.refuse(Kind::NoSignature, name, expected));
    }
    Ok(step)
}

fn alternative<'d>(resolver: Resolver<'_, 'd>, name: Word<'d>, node: &'d Node<'d>) -> Result<Alternative> {
    let document = resolver.document;
    let mut table = document.short(name, node, "text")?;
    let methods = table.texts("methods")?.unwrap_or_default().into_iter().map(|word| {
        let malformed = |_| document.refuse(Kind::Malformed, word, "a method like GET is expected");
        Method::from_bytes(word.text.as_bytes()).map_err(malformed)
    });
    let methods = methods.collect::<Result<_>>()?;
    let condition = table.text("if")?.map(|word| resolver.template(word)).transpose()?;
    let value = resolver.template(table.needed_text("text")?)?;
    table.finish().map(|()| Alternative { methods, condition, value })
}

/// A step that is a table: a text, a list or an object, then its digest, then the encoding.
fn made(resolver: Resolver<'_, '_>, mut table: Table<'_>) -> Result<Expr> {
    let (document, place) = (table.document, table.place);
    let (text, pairs) = (table.texts("text")?, table.texts("pairs")?);
    let (headers, json) = (table.texts("headers")?, table.table("json")?);
    let value = match (text, pairs, headers, json) {
        (Some(words), None, None, None) => texts(resolver, &mut table, words)?,
        (None, Some(words), None, None) => {
            let sources = words.into_iter().map(|word| match (word.text, word.text.strip_prefix("json.")) {
                ("query", _) => Ok(ListSource::Query),
                ("form", _) => Ok(ListSource::Form),
                ("json", _) => Ok(ListSource::Json(Vec::new())),
                (_, Some(path)) => Ok(ListSource::Json(path.split('.').map(Into::into).collect())),
                _ => Err(document.refuse(
                    Kind::UnknownName,
                    word,
                    "expected one of query, form, json, json.PATH",
                )),
            });
            let sources = sources.collect::<Result<_>>()?;
            list(resolver, &mut table, sources, ["{name}={value}", "&"])?
        }
        (None, None, Some(words), None) => {
            let names = words.into_iter().map(|word| word.text.to_ascii_lowercase().into());
            list(resolver, &mut table, names.map(ListSource::Header).collect(), ["{name}:{value}\n", ""])?
        }
        (None, None, None, Some(members)) => Expr::Json(object(resolver, members)?, table.is_true("merge")?),
        _ => {
            return Err(document.refuse(
                Kind::Malformed,
                place,
                "a step has one of text, pairs, headers and json",
            ));
        }
    };
    let value = match (table.text("hash")?, table.text("mac")?, table.text("key")?) {
        (None, None, None) => value,
        (Some(word), None, None) => Expr::Digest(algorithm(document, word)?.0, None, Box::new(value)),
        (None, Some(word), key) => {
            let mut secrets = resolver.names.credentials.iter().filter(|(_, is_secret)| *is_secret);
            // Without `key`, the only secret is the key.
            let only = (secrets.next(), secrets.next());
            let only = if let (Some((name, _)), None) = only { format!("{{{name}}}") } else { String::new() };
            let key = key.unwrap_or(Word { text: &only, at: place.at });
            if key.text.is_empty() {
                return Err(document.refuse(Kind::KeyEmpty, word, "`key` says which secret is the key"));
            }
            let key = Some(Box::new(resolver.template(key)?));
            Expr::Digest(algorithm(document, word)?.1, key, Box::new(value))
        }
        _ => {
            return Err(document.refuse(
                Kind::Malformed,
                place,
                "there is either `hash`, or `mac` with its `key`",
            ));
        }
    };
    let is_encoding = |filter: &Filter| matches!(filter, Filter::Encode(_) | Filter::Percent);
    let encodings: Vec<_> = filter::PLAIN.into_iter().filter(|(_, filter)| is_encoding(filter)).collect();
    let words = table.texts("as")?.unwrap_or_default().into_iter();
    let filters = words.map(|word| one_of(document, word, &encodings));
    let filters: Vec<_> = filters.collect::<Result<_>>()?;
    table.finish()?;
    Ok(if filters.is_empty() { value } else { Expr::Filtered(Box::new(value), filters) })
}

/// One template, or several joined by a separator.
fn texts(resolver: Resolver<'_, '_>, table: &mut Table<'_>, words: Vec<Word<'_>>) -> Result<Expr> {
    let mut items = words.into_iter().map(|word| resolver.template(word)).collect::<Result<Vec<_>>>()?;
    let join = table.text("join")?.map(|word| word.text);
    Ok(match (join, items.len()) {
        (None, 1) => items.remove(0),
        (join, _) => Expr::Text(items, join.unwrap_or_default().into()),
    })
}

fn list(
    resolver: Resolver<'_, '_>,
    table: &mut Table<'_>,
    sources: Vec<ListSource>,
    [each, join]: [&'static str; 2],
) -> Result<Expr> {
    let (document, at) = (table.document, table.place.at);
    let patterns =
        |words: Option<Vec<Word<'_>>>| words.iter().flatten().map(|word| word.text.into()).collect();
    let added = table.table("add")?.map(Table::entries).unwrap_or_default().into_iter();
    let added =
        added.map(|(word, node)| Ok((word.text.into(), resolver.template(document.as_text(word, node)?)?)));
    let of_each = Resolver { steps: &[], made: 0, is_each: true, ..resolver };
    let encode = table.text("encode")?.map(|word| one_of(document, word, &ENCODINGS)).transpose()?;
    Ok(Expr::List(Box::new(List {
        sources,
        add: added.collect::<Result<_>>()?,
        case: table.text("case")?.map(|word| one_of(document, word, &CASES)).transpose()?,
        keep: patterns(table.texts("keep")?),
        drop: patterns(table.texts("drop")?),
        drop_empty: table.is_true("drop-empty")?,
        group: table.text("group")?.map(|word| word.text.into()),
        sort: table.text("sort")?.map(|word| one_of(document, word, &SORTS)).transpose()?,
        unique: table.is_true("unique")?,
        encode: encode.unwrap_or(Encode::Decoded),
        each: of_each.template(table.text("each")?.unwrap_or(Word { text: each, at }))?,
        join: table.text_or("join", join)?,
        names_join: table.text_or("names", " ")?,
        step: resolver.made,
    })))
}

fn object(resolver: Resolver<'_, '_>, table: Table<'_>) -> Result<Vec<(Box<str>, Expr)>> {
    let document = table.document;
    let bare = |text: &str| Expr::Filtered(Box::new(Expr::Literal(text.into())), vec![Filter::Bare]);
    let members = table.entries().into_iter().map(|(word, node)| {
        let value = match node.get_ref() {
            DeValue::String(text) => resolver.template(Word { text, at: node.span().start })?,
            DeValue::Integer(number) if number.radix() == 10 => bare(number.as_str()),
            DeValue::Boolean(truth) => bare(&truth.to_string()),
            DeValue::Table(table) => Expr::Json(object(resolver, document.table(word, table))?, false),
            _ => return Err(document.wrong_type(word, node, "a text, a number, true, false or a table")),
        };
        Ok((word.text.into(), value))
    });
    members.collect()
}

/// The plain hash and the HMAC of this name.
fn algorithm(document: Document<'_>, word: Word<'_>) -> Result<(A, A)> {
    let name = word.text.to_ascii_lowercase();
    if ASYMMETRIC.iter().any(|part| name.contains(part)) {
        return Err(document.refuse(Kind::Asymmetric, word, "such algorithms are out of scope"));
    }
    one_of(document, word, &HASHES)
}

/// The value of a word in a list of known words.
pub(super) fn one_of<T: Clone>(document: Document<'_>, word: Word<'_>, known: &[(&str, T)]) -> Result<T> {
    let found = known.iter().find(|(name, _)| *name == word.text).map(|(_, value)| value.clone());
    let names = || known.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| document.refuse(Kind::UnknownName, word, format!("expected one of {}", names())))
}

/// Adds the placements of a table; in a JSON object, also those of the tables within it.
fn placed<'d>(
    resolver: Resolver<'_, 'd>,
    placements: &mut Vec<Placement>,
    table: Table<'d>,
    (kind, within): (&str, &[Box<str>]),
) -> Result {
    let document = resolver.document;
    for (word, node) in table.entries() {
        let header = || {
            let malformed = |_| document.refuse(Kind::Malformed, word, "a header is named here");
            HeaderName::from_bytes(word.text.as_bytes()).map_err(malformed)
        };
        let place = match kind {
            "header" | "default" => Place::Header(header()?),
            "query" => Place::Query(word.text.into()),
            "form" => Place::Form(word.text.into()),
            _ => Place::Json([within, &[word.text.into()]].concat()),
        };
        if let (Place::Json(path), DeValue::Table(table)) = (&place, node.get_ref()) {
            placed(resolver, placements, document.table(word, table), (kind, path))?;
            continue;
        }
        let mut table = document.short(word, node, "text")?;
        let words = table.texts("text")?;
        let words = table.required("text", words)?;
        let value = texts(resolver, &mut table, words)?;
        table.finish()?;
        if placements.iter().any(|other| other.place == place) {
            return Err(document.refuse(Kind::PlacedTwice, word, "one of the two is enough"));
        }
        let line = document.line(word.at);
        let (after, is_late, is_public) = (0, false, false);
        let is_default = kind == "default";
        placements.push(Placement { place, is_default, line, value, after, is_late, is_public });
        document.at_most(MOST_NAMES, placements.len(), word)?;
    }
    Ok(())
}
