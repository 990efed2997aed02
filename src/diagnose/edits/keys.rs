//! The secrets: another form in the text, in the key or in both; a cut one, its name, or another secret.

use zeroize::Zeroizing;

use super::forms::{WORDS, written};
use crate::diagnose::attempt::{Attempt, Change, Key, NO_SECRETS, is_unset, join, joined};
use crate::diagnose::mistake::{
    KEY_INCOMPLETE, Mistake, SECRET_CASE, SECRET_CUT, SECRET_ENCODED, SECRET_MIXED_UP, SECRET_PADDED,
    SECRET_UNSET, WRONG_KEY_ID,
};
use crate::diagnose::search::{Flow, Search};
use crate::diagnose::ways::{self, ENCODINGS, HASHES, OF_SECRETS, USUAL, Way, other_case};
use crate::explain::Part;
use crate::redact::printable;
use crate::signing::{Segment, SegmentKind, Source};

fn is_secret(part: &Part) -> bool {
    part.kind == SegmentKind::Secret
}

/// The names of the secrets, in their order.
fn names(search: &Search<'_>) -> Vec<String> {
    let base = &search.base;
    let mut names: Vec<String> = Vec::new();
    for part in base.text.iter().chain(base.key_parts()).filter(|part| is_secret(part)) {
        if !names.iter().any(|known| known == part.name()) {
            names.push(part.name().to_owned());
        }
    }
    names
}

/// Tries the secrets changed: all, and each alone. `change` gives `None` where it does not apply.
fn each(search: &Search<'_>, mistake: Mistake, detail: &str, change: Change<'_>) -> Flow {
    let secret = |part: &Part| if is_secret(part) { change(part) } else { None };
    search.each(mistake, detail, &secret)?;
    let names = names(search);
    names.iter().filter(|_| names.len() > 1).try_for_each(|name| {
        let one = |part: &Part| if part.name() == name { secret(part) } else { None };
        search.each(mistake, &format!("{name} {detail}"), &one)
    })
}

fn in_ways<'w>(search: &Search<'_>, ways: impl IntoIterator<Item = &'w Way>) -> Flow {
    let (base, parts) = (&search.base, search.base.key_parts());
    ways.into_iter().try_for_each(|way| {
        each(search, way.names.secret, way.says, &|part| {
            Some(part.with_bytes(written(way, part).filter(|bytes| !bytes.is_empty())?))
        })?;
        let whole = if parts.len() > 1 { ways::write(way.filters, &join(parts)) } else { None };
        whole.filter(|whole| !whole.is_empty()).map_or(Flow::Continue(()), |whole| {
            let key = base.with_key(joined("key", parts, whole));
            search.attempt(way.names.secret, format_args!("the whole key {}", way.says), &key)
        })
    })
}

/// With white space, decoded, encoded, in quotes, in another case; of two secrets, each with other white space.
pub(super) fn forms(search: &Search<'_>) -> Flow {
    in_ways(search, USUAL.iter().chain(ENCODINGS))?;
    in_ways(search, OF_SECRETS.iter().take(4))?;
    let names = names(search);
    let [first, second] = names.as_slice() else { return Flow::Continue(()) };
    let spaces = USUAL.get(..8).unwrap_or_default();
    for (one, two) in spaces.iter().flat_map(|one| spaces.iter().map(move |two| (one, two))) {
        let change = |part: &Part| {
            let way = if part.name() == first { one } else { two };
            Some(part.with_bytes(written(way, part).filter(|_| is_secret(part))?))
        };
        let detail = format!("{first} {}, {second} {}", one.says, two.says);
        search.each(one.names.secret, &detail, &change)?;
    }
    Flow::Continue(())
}

/// Another credential, id or setting, another key of the verifier, or only one part of the key.
pub(super) fn others(search: &Search<'_>) -> Flow {
    let base = &search.base;
    for (id, key) in search.transcript.other_keys.iter().filter(|(_, key)| base.algorithm == key.algorithm())
    {
        let other = Attempt { key: Key::Prepared(key.clone()), ..base.clone() };
        search.attempt(WRONG_KEY_ID, key_named(id), &other)?;
    }
    let has_parts = base.key_parts().len() > 1;
    for part in base.key_parts().iter().filter(|part| has_parts && is_secret(part)) {
        let alone = base.with_key(vec![part.clone()]);
        search.attempt(KEY_INCOMPLETE, format_args!("only {}", part.name()), &alone)?;
    }
    // A word for nothing has its own mistake.
    for other in search.hand.iter().filter(|part| part.bytes.len() <= 1 << 10 && !is_unset(&part.bytes)) {
        // The other value brings its own kind: it may not be a secret.
        let change = |part: &Part| Some(Part { name: part.name.clone(), ..other.clone() });
        each(search, SECRET_MIXED_UP, &format!("{} in its place", other.name()), &change)?;
        if has_parts {
            let alone = base.with_key(vec![other.clone()]);
            search.attempt(SECRET_MIXED_UP, format_args!("{} as the whole key", other.name()), &alone)?;
        }
    }
    NO_SECRETS.iter().try_for_each(|word| no_secret(search, word))
}

pub(in crate::diagnose) fn key_named(id: &str) -> String {
    format!("the key {}", printable(id))
}

/// A word in place of the secret.
fn no_secret(search: &Search<'_>, word: &str) -> Flow {
    let detail = if word.is_empty() { "empty".to_owned() } else { format!("`{word}`") };
    each(search, SECRET_UNSET, &detail, &|part| Some(public(part.name(), word)))
}

fn public(name: &str, word: &str) -> Part {
    Part::of(Segment::public(name, word.as_bytes()).with_source(Source::Literal))
}

/// The length of the longest secret, at most the 128 letters that are changed one by one.
fn longest(search: &Search<'_>) -> usize {
    let secrets = search.base.text.iter().chain(search.base.key_parts()).filter(|part| is_secret(part));
    secrets.map(|part| part.bytes.len()).max().unwrap_or_default().min(128)
}

/// Secrets cut at a sign or to any length, padded, or hashed.
pub(super) fn cut(search: &Search<'_>) -> Flow {
    in_ways(search, OF_SECRETS)?;
    in_ways(search, HASHES)?;
    for length in 6..longest(search) {
        each(search, SECRET_CUT, &format!("its first {length} characters"), &|part| {
            text(part, &|letters| Some(letters.get(..length)?.iter().collect()))
        })?;
        each(search, SECRET_CUT, &format!("its last {length} characters"), &|part| {
            text(part, &|letters| Some(letters.get(letters.len().checked_sub(length)?..)?.iter().collect()))
        })?;
    }
    Flow::Continue(())
}

/// Changes the text of a secret character by character.
fn text(part: &Part, change: &dyn Fn(&[char]) -> Option<String>) -> Option<Part> {
    let text = Zeroizing::new(part.text());
    let letters: Vec<char> = text.chars().collect();
    change(&letters).map(|text| part.with_bytes(text.into_bytes()))
}

/// The secret as a page shows it that hides most of its letters.
pub(super) fn masked(search: &Search<'_>) -> Flow {
    const PLACES: [(&str, bool, bool); 3] =
        [("in front and behind", true, true), ("in front", true, false), ("behind", false, true)];
    for shown in [0, 2, 3, 4, 5, 6, 8] {
        for (mask, (place, in_front, behind)) in
            ["*", "•", "x", "X", "."].into_iter().flat_map(|mask| PLACES.map(|place| (mask, place)))
        {
            let detail = format!("masked by `{mask}`, with {shown} characters {place}");
            let [front, back] = [in_front, behind].map(|is_shown| if is_shown { shown } else { 0 });
            for length in [None, Some(3), Some(4), Some(5), Some(6), Some(8), Some(10), Some(12)] {
                let masked = |letters: &[char]| {
                    let end = letters.len().checked_sub(back).filter(|end| *end >= front)?;
                    let hidden = mask.repeat(length.unwrap_or(end - front));
                    let [front, back] = [letters.get(..front)?, letters.get(end..)?].map(String::from_iter);
                    Some(front + &hidden + &back)
                };
                each(search, SECRET_CUT, &detail, &|part| text(part, &masked))?;
            }
        }
    }
    Flow::Continue(())
}

/// The name of the variable in place of its value, or beside it; or a placeholder.
pub(super) fn named(search: &Search<'_>) -> Flow {
    type Wrap = (&'static str, fn(&str) -> String);
    #[rustfmt::skip]
    const WRAPS: [Wrap; 19] = [
        ("in `${}`", |name| format!("${{{name}}}")),
        ("in `{{}}`", |name| format!("{{{{{name}}}}}")),
        ("in `{{ }}`", |name| format!("{{{{ {name} }}}}")),
        ("in `%…%`", |name| format!("%{name}%")),
        ("behind `$`", |name| format!("${name}")),
        ("alone", str::to_owned),
        ("in `<>`", |name| format!("<{name}>")),
        ("in `{}`", |name| format!("{{{name}}}")),
        ("in `[]`", |name| format!("[{name}]")),
        ("in `#{}`", |name| format!("#{{{name}}}")),
        ("behind `process.env.`", |name| format!("process.env.{name}")),
        ("in `$()`", |name| format!("$({name})")),
        ("in `${{ secrets. }}`", |name| format!("${{{{ secrets.{name} }}}}")),
        ("in `${env: }`", |name| format!("${{env:{name}}}")),
        ("behind `@`", |name| format!("@{name}")),
        ("behind `$env:`", |name| format!("$env:{name}")),
        ("behind `/run/secrets/`", |name| format!("/run/secrets/{}", name.to_lowercase())),
        ("behind `your_`", |name| format!("your_{}", name.to_lowercase())),
        ("behind `YOUR_`", |name| format!("YOUR_{name}")),
    ];
    for part in search.base.text.iter().chain(search.base.key_parts()).filter(|part| is_secret(part)) {
        let known = search.transcript.credentials.iter().filter(|known| known.bytes == part.bytes);
        let names = known.map(Part::name).chain([part.name()]);
        for name in names.flat_map(|name| [name.to_owned(), name.to_uppercase()]) {
            let is_it = |other: &Part| is_secret(other) && other.name == part.name;
            for (what, wrap) in WRAPS {
                let word = public(part.name(), &wrap(&name));
                let detail = format!("the name of its variable, {what}");
                search.each(SECRET_UNSET, &detail, &|other| is_it(other).then(|| word.clone()))?;
            }
            for (what, front, back) in [
                ("its name and `=` in front of it", format!("{name}="), ""),
                ("its name, `=` and quotes", format!("{name}=\""), "\""),
                ("`export`, its name and `=` in front of it", format!("export {name}="), ""),
                ("its name and a colon in front of it", format!("{name}: "), ""),
                ("its name and a colon in front of it", format!("{name}:"), ""),
                ("its name, as JSON", format!("{{\"{name}\":\""), "\"}"),
                ("its name, as JSON", format!("{{\"{name}\": \""), "\"}"),
            ] {
                let around =
                    |part: &Part| part.with_bytes([front.as_bytes(), &part.bytes, back.as_bytes()].concat());
                search.each(SECRET_PADDED, what, &|part| is_secret(part).then(|| around(part)))?;
            }
        }
    }
    #[rustfmt::skip]
    let placeholders = [
        "secret", "key", "test", "password", "changeme", "your-secret", "your_api_key", "your-api-key", "API_KEY", "SECRET", "apikey", "xxx", "(secret)", "[REDACTED]",
        "***", "****", "********", "<secret>", "TODO", "string", "example", "dummy", "REPLACE_ME", "...", "…", "redacted", "<redacted>",
    ];
    placeholders.iter().chain(&WORDS).try_for_each(|word| no_secret(search, word))
}

/// One character left out, doubled, swapped with the next, or in the other case.
pub(super) fn one_letter(search: &Search<'_>) -> Flow {
    type Edit = fn(&mut Vec<char>, usize);
    let changes: [(&str, Mistake, Edit); 9] = [
        ("left out", SECRET_CUT, |letters, at| _ = letters.remove(at)),
        ("twice", SECRET_PADDED, |letters, at| {
            letters.splice(at..at, letters.get(at).copied().into_iter().collect::<Vec<_>>());
        }),
        ("behind a line end", SECRET_PADDED, |letters, at| letters.insert(at, '\n')),
        ("behind a blank", SECRET_PADDED, |letters, at| letters.insert(at, ' ')),
        ("behind a hyphen", SECRET_PADDED, |letters, at| letters.insert(at, '-')),
        ("behind a soft hyphen", SECRET_PADDED, |letters, at| letters.insert(at, '\u{ad}')),
        ("behind a zero-width space", SECRET_PADDED, |letters, at| letters.insert(at, '\u{200b}')),
        ("swapped with the next", SECRET_ENCODED, |letters, at| {
            letters.get_mut(at..at + 2).unwrap_or_default().reverse();
        }),
        ("in the other case", SECRET_CASE, |letters, at| {
            letters.iter_mut().skip(at).take(1).for_each(|letter| *letter = other_case(*letter));
        }),
    ];
    for at in 0..longest(search) {
        for (detail, mistake, change) in changes {
            each(search, mistake, &format!("character {} {detail}", at + 1), &|part| {
                text(part, &|letters| {
                    let mut letters = Some(letters.to_vec()).filter(|letters| at < letters.len())?;
                    change(&mut letters, at);
                    Some(letters.into_iter().collect())
                })
            })?;
        }
    }
    Flow::Continue(())
}
