//! What `infer` may write, print and cost.

use countersign::declared::Declaration;
use countersign::declared::infer::{Evidence, Inferred};
use countersign::redact::is_hidden;
use countersign::{Error, RequestRef, SecretString};
use http::Request;

use crate::messages::{scheme, signed};
use crate::schemes::vectors;

const SECRET: &str = "canarysecret";
const TIMES: [&str; 2] = ["1755555555", "1755555632"];

/// The head of a file with an id `account`, a time, and what is signed and placed.
fn file(signed: &str, send: &str) -> String {
    format!(
        "name = \"acme\"\n[credentials]\naccount = \"id\"\nsecret = \"secret\"\n[stamp]\ntime = \"unix\"\n[let]\n\
         signature = {{ text = \"{signed}\", mac = \"sha256\", as = \"hex\" }}\n{send}\n"
    )
}

/// Two requests as a file signs them, at a path that begins with `front`.
fn captured(file: &str, account: &str, front: &str) -> [Request<Vec<u8>>; 2] {
    let scheme = scheme(file, &[("account", account), ("secret", SECRET)]);
    let requests =
        [("POST", "pay?canaryname=canaryquery", r#"{"canarymember":"canarybody"}"#), ("GET", "list", "")];
    let [post, get] = requests.map(|(method, target, body)| {
        let builder =
            Request::builder().method(method).uri(format!("https://canaryhost.example{front}/{target}"));
        builder.header("cookie", "canarycookie=canaryvalue").body(body.as_bytes().to_vec()).unwrap()
    });
    let sign = |time, message| signed(&scheme, &[("time", time)], message);
    [sign(TIMES[0], post), sign(TIMES[1], get)]
}

fn infer(
    captures: &[Request<Vec<u8>>],
    secret: &str,
    change: impl FnOnce(&mut Evidence<'_>),
) -> Result<Inferred, Error> {
    let captures: Vec<_> = captures.iter().map(|message| RequestRef::from_http(message).unwrap()).collect();
    let secret = SecretString::from(secret);
    let (name, origins, ids) = ("found", &[][..], &[][..]);
    let mut evidence =
        Evidence { name, origins, captures: &captures, secret: &secret, ids, most_tries: 20_000 };
    change(&mut evidence);
    Declaration::infer(&evidence)
}

fn assert_has_none(inferred: &Inferred, values: &[&str]) {
    for rule in &inferred.rules {
        let all = format!("{}\n{}", rule.signed, rule.file).to_ascii_lowercase();
        for value in values.iter().chain(&["canary", TIMES[0], TIMES[1]]) {
            assert!(!all.contains(value), "{value} in {all}");
        }
        for outcome in Declaration::from_toml(&rule.file).unwrap().check().vectors {
            assert!(outcome.made && outcome.verified && outcome.tampered_refused, "{outcome:?}");
        }
    }
}

#[test]
fn no_value_of_a_capture_stands_in_a_file() {
    let sent = "[send.header]\nx-time = \"{time}\"\n";
    let with_user = format!("{sent}x-user = \"{{account}}\"\nx-signature = \"{{signature}}\"");
    let text = "{time}{account}{method}{target}{body}";
    // As ids look that are no words, alone, in front of the signature, and as its label.
    for account in ["marshall", "alisha", "47110", "joe", "4711", "shannon-2", "sha-99887766"] {
        let captures = captured(&file(text, &with_user), account, "/v1");
        let inferred = infer(&captures, SECRET, |_| {}).unwrap();
        assert!(!inferred.rules.is_empty(), "{account}");
        assert_has_none(&inferred, &[account]);
    }
    for account in ["acct-9f8e7d", "8817263", "user42"] {
        for between in [" ", "="] {
            let send = format!("{sent}x-signature = \"{{account}}{between}{{signature}}\"");
            let captures = captured(&file("{time}{method}{target}{body}", &send), account, "/v1");
            let inferred = infer(&captures, SECRET, |_| {}).unwrap();
            assert!(!inferred.rules.is_empty(), "{account}");
            assert_has_none(&inferred, &[account]);
        }
    }
}

#[test]
fn a_beginning_of_paths_is_cut_off_where_it_has_words_only() {
    let send = "[send.header]\nx-time = \"{time}\"\nx-account = \"{account}\"\nx-signature = \"{signature}\"";
    let cut = |front: &str| {
        let text = format!("{{time}}{{method}}{{target|cut:{front}}}{{body}}");
        infer(&captured(&file(&text, send), "a-1234567", front), SECRET, |_| {}).unwrap()
    };
    let words = cut("/api/v1");
    assert!(words.rules[0].signed.contains("{target|cut:/api/v1}"), "{words:?}");
    let (hooks, accounts) = (format!("/hooks/{SECRET}"), "/accounts/8817263");
    assert_has_none(&cut(&hooks), &[]);
    assert_has_none(&cut(accounts), &["8817263"]);
}

#[test]
fn an_id_that_is_given_is_named_wherever_it_stands() {
    let send = "[send.header]\nx-time = \"{time}\"\nx-signature = \"{account} {signature}\"";
    let captures = captured(&file("{time}{method}{target}{body}", send), "acme", "/v1");
    let inferred = infer(&captures, SECRET, |evidence| evidence.ids = &[("time", "acme")]).unwrap();
    assert!(inferred.rules[0].file.contains("x-signature = \"{time} {signature}\""), "{inferred:?}");
    assert_has_none(&inferred, &["acme"]);
}

#[test]
fn nothing_hidden_is_in_a_file() {
    let send = "[send.query]\n\"t\\u009b31m\\u202e\" = \"{time}\"\nsign = \"{signature}\"\n[send.header]\nx-a = \"{account}\"";
    let captures = captured(&file("{time}{method}{path}{body}", send), "a-1234567", "/v1");
    let inferred = infer(&captures, SECRET, |_| {}).unwrap();
    assert!(inferred.rules[0].file.contains("\"t\\U0000009b31m\\U0000202e\" = \"{time}\""), "{inferred:?}");
    let hidden = inferred
        .rules
        .iter()
        .flat_map(|rule| rule.file.chars())
        .find(|letter| is_hidden(*letter) && *letter != '\n');
    assert_eq!(hidden, None);
    assert_has_none(&inferred, &[]);
}

#[test]
fn names_that_no_file_can_have_are_refused_before_the_search() {
    let send = "[send.header]\nx-time = \"{time}\"\nx-account = \"{account}\"\nx-signature = \"{signature}\"";
    let captures = captured(&file("{time}{body}", send), "a-1234567", "");
    let code = |change: &dyn Fn(&mut Evidence<'_>)| infer(&captures, SECRET, change).unwrap_err().code();
    assert_eq!(code(&|evidence| evidence.name = "Bad Name"), "declaration-name");
    assert_eq!(code(&|evidence| evidence.name = "vizion"), "declaration-name");
    assert_eq!(code(&|evidence| evidence.origins = &["ftp://h"]), "declaration-origin");
    assert_eq!(code(&|evidence| evidence.ids = &[("method", "a-1234567")]), "declaration-name-taken");
    assert_eq!(code(&|evidence| evidence.ids = &[("secret", "a-1234567")]), "declaration-malformed");
    assert_eq!(code(&|evidence| evidence.ids = &[("a b", "a-1234567")]), "declaration-malformed");
    assert_eq!(code(&|evidence| evidence.ids = &[("account", "")]), "field-empty");
}

#[test]
fn no_more_texts_are_hashed_than_were_asked_for_wherever_the_signature_may_be() {
    let send = "[send.header]\nx-time = \"{time}\"\nx-account = \"{account}\"\nx-signature = \"{signature}\"";
    let plain = captured(&file("{time}{body}", send), "a-1234567", "");
    let [mut post, mut get] = plain.clone();
    for (index, message) in [&mut post, &mut get].into_iter().enumerate() {
        for name in ["x-trace", "x-digest", "x-mac"] {
            message.headers_mut().insert(
                name,
                format!("{name:0>30}{index:034x}").replace(['x', '-'], "0").try_into().unwrap(),
            );
        }
    }
    let captures = [post, get];
    for most_tries in [0, 1, 3000] {
        let inferred =
            infer(&captures, "another secret", |evidence| evidence.most_tries = most_tries).unwrap();
        assert_eq!((inferred.tries, inferred.is_whole, inferred.rules.len()), (most_tries, false, 0));
    }
    let found = infer(&plain, SECRET, |evidence| evidence.most_tries = u64::MAX).unwrap();
    assert!(found.is_whole && found.tries < 20_000 && !found.rules.is_empty(), "{found:?}");
}

#[test]
fn long_bodies_and_many_members_are_searched_within_bounds() {
    let send = "[send.header]\nx-time = \"{time}\"\nx-account = \"{account}\"\nx-signature = \"{signature}\"";
    let mut captures = captured(&file("{time}{body}", send), "a-1234567", "");
    let members: Vec<_> = (0..60_000).map(|index| format!("\"{index}\":\"{index:060x}\"")).collect();
    *captures[0].body_mut() = format!("{{{}}}", members.join(",")).into_bytes();
    assert!((4 << 20..5 << 20).contains(&captures[0].body().len()));
    let refused = infer(&captures, SECRET, |_| {}).unwrap();
    assert_eq!((refused.tries, refused.is_whole), (0, false));
    assert!(refused.advice[0].contains("4 MiB"), "{refused:?}");
    captures[0].body_mut().truncate(4 << 20);
    let inferred = infer(&captures, SECRET, |evidence| evidence.most_tries = 1000).unwrap();
    assert!(!inferred.is_whole && inferred.tries <= 1000, "{inferred:?}");
}

#[test]
fn no_scheme_that_is_known_is_named_in_the_search() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/declared/infer");
    let sources =
        std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let sources = sources.collect::<String>().to_ascii_lowercase();
    let words: Vec<_> = sources.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    for vector in vectors() {
        let name = vector["file"].as_str().unwrap();
        let named = name.split(['-', '_']).find(|part| part.len() > 4 && words.contains(part));
        assert_eq!(named, None, "{name}");
    }
}
