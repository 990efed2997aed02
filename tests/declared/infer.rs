//! Declarations that are found from requests that were accepted.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign::declared::Declaration;
use countersign::declared::infer::Evidence;
use countersign::random::OsRandomness;
use countersign::time::Clock;
use countersign::{RequestRef, SecretString};
use http::Request;
use serde_json::Value;

use crate::messages::scheme;
use crate::schemes::{file, vectors};

/// A clock that stands so many minutes after the requests that are known.
struct Later(u64);

impl Clock for Later {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(1_750_000_000_123 + 61_001 * self.0)
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A vector, as it is sent.
fn sent(vector: &Value) -> Request<Vec<u8>> {
    let request = &vector["request"];
    let builder = Request::builder().method(request["method"].as_str().unwrap());
    let builder = builder.uri(request["url"].as_str().unwrap());
    let headers = request["headers"].as_object().unwrap().iter();
    let builder =
        headers.fold(builder, |builder, (name, value)| builder.header(name, value.as_str().unwrap()));
    builder.body(request["body"].as_str().unwrap_or_default().as_bytes().to_vec()).unwrap()
}

/// Another request of the same kind, before it is signed: with more in its path, query and body.
fn another(vector: &Value, number: u64) -> Request<Vec<u8>> {
    let mut message = sent(vector);
    let uri = message.uri().to_string();
    let (address, query) =
        uri.split_once('?').map_or((&*uri, None), |(address, query)| (address, Some(query)));
    let query = query.map(|query| format!("?{query}&more={number}%2F")).unwrap_or_default();
    *message.uri_mut() = format!("{address}/more{number}{query}").parse().unwrap();
    let body = String::from_utf8(message.body().clone()).unwrap();
    *message.body_mut() = match body.trim_end().strip_suffix('}') {
        Some(open) if open.trim_end().ends_with('{') => format!("{open}\"more\":{number}}}").into_bytes(),
        Some(open) => format!("{open},\"more\":{number}}}").into_bytes(),
        None if body.contains('=') => format!("{body}&more={number}%2F").into_bytes(),
        None => body.into_bytes(),
    };
    message
}

/// What the search makes of a scheme.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    /// To rules, one of which accepts a request that it has not seen.
    Right,
    /// To rules that fit the captures only.
    Narrow(String),
    ToNothing(u64),
}

/// Infers a scheme from its vectors, or from the only one and a request that its own file signs.
fn infer(vectors: &[&Value]) -> Came {
    let first = vectors[0];
    let file = file(first);
    let declaration = Declaration::from_toml(&file).unwrap();
    let credentials: Vec<_> = declaration
        .credentials()
        .map(|(name, is_secret)| (name, text(&first["credentials"][name]), is_secret))
        .collect();
    let given: Vec<_> = credentials.iter().map(|(name, value, _)| (*name, value.as_str())).collect();
    let theirs = scheme(&file, &given);
    let make = |number: u64| {
        let mut message = another(vectors[vectors.len() - 1], number);
        let stamps = theirs.draw(&Later(number), &OsRandomness).unwrap();
        theirs.sign_http(&mut message, &stamps).unwrap();
        message
    };
    let mut messages: Vec<_> = vectors.iter().map(|vector| sent(vector)).collect();
    if messages.len() == 1 {
        messages.push(make(1));
    }
    let captures: Vec<_> = messages.iter().map(|message| RequestRef::from_http(message).unwrap()).collect();
    let is_id = |name: &str| credentials.iter().any(|(id, _, is_secret)| *id == name && !is_secret);
    let ids: Vec<_> = given.iter().copied().filter(|(name, _)| is_id(name)).collect();
    let secret = SecretString::from(text(&first["credentials"]["secret"]));
    let inferred = Declaration::infer(&Evidence {
        name: "found",
        origins: &[],
        captures: &captures,
        secret: &secret,
        ids: &ids,
        most_tries: 100_000,
    })
    .unwrap();
    let kept_back = make(2);
    let kept_back = RequestRef::from_http(&kept_back).unwrap();
    let accepts = |file: &str| {
        let found = Declaration::from_toml(file).unwrap();
        for outcome in found.check().vectors {
            assert!(outcome.made && outcome.verified && outcome.tampered_refused, "{outcome:?} in {file}");
        }
        let value =
            |name: &str| given.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
        found.with_credentials(value).is_ok_and(|ours| ours.scheme().verify(&kept_back).is_ok())
    };
    // All are looked at, so that the vectors of each are proved.
    let right = inferred.rules.iter().filter(|rule| accepts(&rule.file)).count();
    match inferred.rules.first() {
        Some(_) if right > 0 => Came::Right,
        Some(rule) => Came::Narrow(rule.signed.clone()),
        None => Came::ToNothing(inferred.tries),
    }
}

#[test]
fn three_in_four_of_the_schemes_are_found_from_two_requests() {
    let all = vectors();
    let mut names: Vec<&str> = all.iter().map(|vector| vector["file"].as_str().unwrap()).collect();
    names.sort_unstable();
    names.dedup();
    let came = |name: &&str| {
        let of: Vec<_> = all.iter().filter(|vector| vector["file"] == **name).collect();
        // Of several examples, those under one key.
        let credentials = &of[0]["credentials"];
        let of: Vec<_> = of.iter().copied().filter(|vector| vector["credentials"] == *credentials).collect();
        (name.to_string(), infer(&of))
    };
    let halves = names.split_at(names.len() / 2);
    let came: Vec<_> = std::thread::scope(|scope| {
        let first = scope.spawn(|| halves.0.iter().map(came).collect::<Vec<_>>());
        let second: Vec<_> = halves.1.iter().map(came).collect();
        first.join().unwrap().into_iter().chain(second).collect()
    });
    let missed: Vec<_> = came.iter().filter(|(_, came)| *came != Came::Right).collect();
    let found = came.len() - missed.len();
    println!("{found} of {} schemes are found; not these: {missed:#?}", came.len());
    assert!(found * 100 >= came.len() * 75, "{found} of {}: {missed:#?}", came.len());
}
