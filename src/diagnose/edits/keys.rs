//! The secrets: in another form, in text and key alike or in one of them; cut, named, or another.

use super::forms::{WORDS, written};
use crate::diagnose::attempt::{Attempt, Key, NO_SECRETS, is_unset, join, joined};
use crate::diagnose::mistake::{self, Mistake};
use crate::diagnose::search::{Flow, Search};
use crate::diagnose::ways::{self, ENCODINGS, HASHES, OF_SECRETS, USUAL, Way, other_case};
use crate::explain::Part;
use crate::redact::printable;
use crate::signing::{Segment, SegmentKind, Source};

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Everywhere,
    Key,
    Text,
}

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

/// Tries the secrets changed: all, each alone; in text and key, in one of them. `change` gives nothing where it cannot be.
fn each(
    search: &Search<'_>,
    mistake: &'static Mistake,
    detail: &str,
    change: &dyn Fn(&Part) -> Option<Part>,
) -> Flow {
    let names = names(search);
    place(search, mistake, detail, change)?;
    if names.len() < 2 {
        return Flow::Continue(());
    }
    names.iter().try_for_each(|name| {
        let one = |part: &Part| if part.name() == name { change(part) } else { None };
        place(search, mistake, &format!("{name} {detail}"), &one)
    })
}

fn place(
    search: &Search<'_>,
    mistake: &'static Mistake,
    detail: &str,
    change: &dyn Fn(&Part) -> Option<Part>,
) -> Flow {
    let base = &search.base;
    let other = |parts: &[Part]| {
        let mut changed = false;
        let one = |part: &Part| {
            let other =
                if is_secret(part) { change(part).filter(|other| other.bytes != part.bytes) } else { None };
            changed |= other.is_some();
            other.unwrap_or_else(|| part.clone())
        };
        let parts: Vec<Part> = parts.iter().map(one).collect();
        changed.then_some(parts)
    };
    let (text, key) = (other(&base.text), other(base.key_parts()));
    let mut tries = match (text, key) {
        (Some(text), Some(key)) => vec![
            (Place::Everywhere, base.with_text(text.clone()).with_key(key.clone())),
            (Place::Key, base.with_key(key)),
            (Place::Text, base.with_text(text)),
        ],
        (Some(text), None) => vec![(Place::Everywhere, base.with_text(text))],
        (None, Some(key)) => vec![(Place::Everywhere, base.with_key(key))],
        (None, None) => Vec::new(),
    };
    tries.drain(..).try_for_each(|(place, attempt)| {
        let detail = match place {
            Place::Everywhere => detail.to_owned(),
            Place::Key => format!("{detail}, in the key only"),
            Place::Text => format!("{detail}, in the text only"),
        };
        search.attempt(mistake, &detail, &attempt)
    })
}

fn in_ways<'w>(search: &Search<'_>, ways: impl IntoIterator<Item = &'w Way>) -> Flow {
    let base = &search.base;
    ways.into_iter().try_for_each(|way| {
        each(search, way.names.secret, way.says, &|part| {
            Some(part.with_bytes(written(way, part).filter(|bytes| !bytes.is_empty())?))
        })?;
        let parts = base.key_parts();
        let whole =
            ways::write(way.filters, &join(parts)).filter(|whole| parts.len() > 1 && !whole.is_empty());
        whole.map_or(Flow::Continue(()), |whole| {
            let detail = format!("the whole key {}", way.says);
            search.attempt(way.names.secret, &detail, &base.with_key(joined("key", parts, whole)))
        })
    })
}

/// With white space, decoded, encoded, in quotes, in another case; where there are two, each with other white space.
pub(super) fn forms(search: &Search<'_>) -> Flow {
    in_ways(search, USUAL.iter().chain(ENCODINGS))?;
    in_ways(search, OF_SECRETS.iter().take(4))?;
    let names = names(search);
    let [first, second] = names.as_slice() else { return Flow::Continue(()) };
    let spaces = USUAL.get(..8).unwrap_or_default();
    for one in spaces {
        for two in spaces.iter().filter(|two| two.says != one.says) {
            let detail = format!("{first} {}, {second} {}", one.says, two.says);
            let change = |part: &Part| {
                let way = if part.name() == first { one } else { two };
                Some(part.with_bytes(written(way, part)?))
            };
            place(search, one.names.secret, &detail, &change)?;
        }
    }
    Flow::Continue(())
}

/// Another credential, id or setting, another key of the verifier, or only one part of the key.
pub(super) fn others(search: &Search<'_>) -> Flow {
    let base = &search.base;
    for (id, key) in &search.transcript.other_keys {
        let other = Attempt { key: Key::Prepared(key.clone()), ..base.clone() };
        if base.algorithm == key.algorithm() {
            search.attempt(&mistake::WRONG_KEY_ID, &key_named(id), &other)?;
        }
    }
    let parts = base.key_parts();
    if parts.len() > 1 {
        for part in parts.iter().filter(|part| is_secret(part)) {
            search.attempt(
                &mistake::KEY_INCOMPLETE,
                &format!("only {}", part.name()),
                &base.with_key(vec![part.clone()]),
            )?;
        }
    }
    // What is no secret is no other one: it has a name of its own.
    let short = search.hand.iter().filter(|part| part.bytes.len() <= 1 << 10 && !is_unset(&part.bytes));
    for other in short {
        // Whether it is a secret is not for the one in whose place it stands to say.
        let change = |part: &Part| Some(Part { name: part.name.clone(), ..other.clone() });
        each(search, &mistake::SECRET_MIXED_UP, &format!("{} in its place", other.name()), &change)?;
        if parts.len() > 1 {
            search.attempt(
                &mistake::SECRET_MIXED_UP,
                &format!("{} as the whole key", other.name()),
                &base.with_key(vec![other.clone()]),
            )?;
        }
    }
    NO_SECRETS.iter().try_for_each(|word| no_secret(search, word))
}

pub(in crate::diagnose) fn key_named(id: &str) -> String {
    format!("the key {}", printable(id))
}

/// A word in place of the secret, which is then none.
fn no_secret(search: &Search<'_>, word: &str) -> Flow {
    let public = |part: &Part| {
        Some(Part::of(Segment::public(part.name(), word.as_bytes()).with_source(Source::Literal)))
    };
    let detail = if word.is_empty() { "empty".to_owned() } else { format!("`{word}`") };
    each(search, &mistake::SECRET_UNSET, &detail, &public)
}

/// The length of the longest secret, as far as one is changed letter by letter.
fn longest(search: &Search<'_>) -> usize {
    let secrets = search.base.text.iter().chain(search.base.key_parts()).filter(|part| is_secret(part));
    secrets.map(|part| part.bytes.len()).max().unwrap_or_default().min(128)
}

/// Cut at a sign or to any length, padded, masked, hashed.
pub(super) fn cut(search: &Search<'_>) -> Flow {
    in_ways(search, OF_SECRETS)?;
    in_ways(search, HASHES)?;
    for length in 6..longest(search) {
        each(search, &mistake::SECRET_CUT, &format!("its first {length} characters"), &|part| {
            text(part, &|letters| Some(letters.get(..length)?.iter().collect()))
        })?;
        each(search, &mistake::SECRET_CUT, &format!("its last {length} characters"), &|part| {
            text(part, &|letters| Some(letters.get(letters.len().checked_sub(length)?..)?.iter().collect()))
        })?;
    }
    Flow::Continue(())
}

/// The text of a secret changed, its letters taken as characters.
fn text(part: &Part, change: &dyn Fn(&[char]) -> Option<String>) -> Option<Part> {
    let text = zeroize::Zeroizing::new(part.text());
    let letters: Vec<char> = text.chars().collect();
    change(&letters).map(|text| part.with_bytes(text.into_bytes()))
}

/// As a page shows it that hides most of it.
pub(super) fn masked(search: &Search<'_>) -> Flow {
    for shown in [0, 2, 3, 4, 5, 6, 8] {
        for mask in ["*", "•", "x", "X", "."] {
            for (kind, detail) in ["in front and behind", "in front", "behind"].into_iter().enumerate() {
                for length in [None, Some(3), Some(4), Some(5), Some(6), Some(8), Some(10), Some(12)] {
                    let masked = |letters: &[char]| {
                        let hidden = letters.len().checked_sub(if kind == 0 { 2 * shown } else { shown })?;
                        let front: String = letters.get(..shown)?.iter().collect();
                        let back: String = letters.get(letters.len() - shown..)?.iter().collect();
                        let mask = mask.repeat(length.unwrap_or(hidden));
                        Some(match kind {
                            0 => format!("{front}{mask}{back}"),
                            1 => format!("{front}{mask}"),
                            _ => format!("{mask}{back}"),
                        })
                    };
                    let detail = format!("masked by `{mask}`, with {shown} characters {detail}");
                    each(search, &mistake::SECRET_CUT, &detail, &|part| text(part, &masked))?;
                }
            }
        }
    }
    Flow::Continue(())
}

/// The name of the variable in place of its value, or beside it; a placeholder.
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
    let transcript = search.transcript;
    for part in search.base.text.iter().chain(search.base.key_parts()).filter(|part| is_secret(part)) {
        let known = transcript.credentials.iter().filter(|known| known.bytes == part.bytes).map(Part::name);
        let names: Vec<String> =
            known.chain([part.name()]).flat_map(|name| [name.to_owned(), name.to_uppercase()]).collect();
        for name in names {
            for (what, wrap) in WRAPS {
                let word = wrap(&name);
                let public =
                    Part::of(Segment::public(part.name(), word.as_bytes()).with_source(Source::Literal));
                let change = |other: &Part| (other.name == part.name).then(|| public.clone());
                place(search, &mistake::SECRET_UNSET, &format!("the name of its variable, {what}"), &change)?;
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
                let change = |part: &Part| {
                    Some(part.with_bytes([front.as_bytes(), &part.bytes, back.as_bytes()].concat()))
                };
                place(search, &mistake::SECRET_PADDED, what, &change)?;
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
    for at in 0..longest(search) {
        type Change = fn(&mut Vec<char>, usize);
        let changes: [(&str, &'static Mistake, Change); 9] = [
            ("left out", &mistake::SECRET_CUT, |letters, at| _ = letters.remove(at)),
            ("twice", &mistake::SECRET_PADDED, |letters, at| {
                letters.splice(at..at, letters.get(at).copied().into_iter().collect::<Vec<_>>());
            }),
            ("behind a line end", &mistake::SECRET_PADDED, |letters, at| letters.insert(at, '\n')),
            ("behind a blank", &mistake::SECRET_PADDED, |letters, at| letters.insert(at, ' ')),
            ("behind a hyphen", &mistake::SECRET_PADDED, |letters, at| letters.insert(at, '-')),
            ("behind a soft hyphen", &mistake::SECRET_PADDED, |letters, at| letters.insert(at, '\u{ad}')),
            ("behind a zero-width space", &mistake::SECRET_PADDED, |letters, at| {
                letters.insert(at, '\u{200b}');
            }),
            ("swapped with the next", &mistake::SECRET_ENCODED, |letters, at| {
                if at + 1 < letters.len() {
                    letters.swap(at, at + 1);
                }
            }),
            ("in the other case", &mistake::SECRET_CASE, |letters, at| {
                letters.iter_mut().skip(at).take(1).for_each(|letter| *letter = other_case(*letter));
            }),
        ];
        for (detail, mistake, change) in changes {
            each(search, mistake, &format!("character {} {detail}", at + 1), &|part| {
                let mut letters: Vec<char> = part.text().chars().collect();
                if at >= letters.len() {
                    return None;
                }
                change(&mut letters, at);
                Some(part.with_bytes(letters.into_iter().collect::<String>().into_bytes()))
            })?;
        }
    }
    Flow::Continue(())
}
