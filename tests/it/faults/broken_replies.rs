//! A server that breaks off, lies about lengths, or drips.

use crate::support::netgiro::{BODY, client, is_signed, provider, reply_to};
use crate::support::server::{Answer, Server, Step};

/// Spoils an honest reply.
type Spoil = Box<dyn Fn(Answer) -> Vec<Step> + Send + Sync>;

#[derive(Default)]
struct Scripts(Vec<(String, Spoil)>);

impl Scripts {
    fn add(&mut self, name: impl Into<String>, spoil: impl Fn(Answer) -> Vec<Step> + Send + Sync + 'static) {
        self.0.push((name.into(), Box::new(spoil)));
    }

    fn with_length(&mut self, length: impl ToString) {
        let length = length.to_string();
        self.add(format!("content-length {length}"), move |answer| {
            vec![answer.header("content-length", length.as_str()).step(), Step::Close]
        });
    }
}

/// None of these is a whole reply.
fn broken() -> Vec<(String, Spoil)> {
    let mut scripts = Scripts::default();
    for (name, end) in [("closed", Step::Close), ("reset", Step::Reset)] {
        for (place, behind_head) in [
            ("before the headers", None),
            ("within the status line", None),
            ("at the body", Some(0)),
            ("within the body", Some(20)),
        ] {
            let end = end.clone();
            scripts.add(format!("{name} {place}"), move |answer| {
                let length = match (place, behind_head) {
                    (_, Some(more)) => answer.head().len() + more,
                    ("before the headers", _) => 0,
                    _ => 12,
                };
                vec![Step::Send(answer.bytes()[..length].to_vec()), end.clone()]
            });
        }
        let end = end.clone();
        scripts.add(format!("{name} within the headers"), move |answer| {
            vec![Step::Send(answer.bytes()[..answer.head().len() - 9].to_vec()), end.clone()]
        });
    }
    for length in [0, 1, BODY.len() - 1, BODY.len() + 1, 10 * BODY.len()] {
        scripts.with_length(length);
    }
    for length in ["-1", "0x35", "5 3", "+53", "53,54", "99999999999999999999999", "x"] {
        scripts.with_length(length);
    }
    scripts.add("two lengths", |answer| {
        let second = (BODY.len() + 1).to_string();
        let answer = answer.header("content-length", BODY.len().to_string()).header("content-length", second);
        vec![answer.step(), Step::Close]
    });
    scripts.add("chunks that break off", |answer| {
        let head = answer.clone().header("transfer-encoding", "chunked").head();
        vec![Step::Send([head, b"35\r\n".to_vec(), answer.body].concat()), Step::Close]
    });
    scripts.add("called chunked and not", |answer| {
        vec![answer.header("transfer-encoding", "chunked").step(), Step::Close]
    });
    scripts.add("no HTTP at all", |_| vec![Step::Send(b"\x16\x03\x01\x00\x01\x01".to_vec()), Step::Close]);
    scripts.0
}

/// Odd, but whole: if it is handed on, then every byte of it.
fn odd() -> Vec<(String, Spoil)> {
    let mut scripts = Scripts::default();
    scripts.with_length(BODY.len());
    scripts.add("a length and chunks", |answer| {
        let head = answer.clone().header("content-length", "5").header("transfer-encoding", "chunked").head();
        let chunk = format!("{:x}\r\n{BODY}\r\n0\r\n\r\n", BODY.len());
        vec![Step::Send([head, chunk.into_bytes()].concat()), Step::Close]
    });
    scripts.add("one byte at a time", |answer| vec![Step::Drip(answer.bytes()), Step::Close]);
    scripts.add("no length, ended by closing", |answer| {
        let head = String::from_utf8(answer.head())
            .unwrap()
            .replace(&format!("content-length: {}\r\n", BODY.len()), "");
        vec![Step::Send([head.as_bytes(), &answer.body].concat()), Step::Close]
    });
    scripts.add("more behind the end", |answer| {
        vec![Step::Send([answer.bytes(), answer.bytes()].concat()), Step::Close]
    });
    scripts.0
}

/// What each script gives; after each, an honest request must still pass.
async fn run(scripts: Vec<(String, Spoil)>) -> Vec<(String, Result<String, reqwest_middleware::Error>)> {
    let names: Vec<_> = scripts.iter().map(|(name, _)| name.clone()).collect();
    let server = Server::start(move |request, _| match request.target[1..].parse::<usize>() {
        Ok(index) => (scripts[index].1)(reply_to(request)),
        Err(_) => vec![reply_to(request).step()],
    })
    .await;
    let client = client(provider(server.origin()));
    let mut results = Vec::new();
    for (index, name) in names.into_iter().enumerate() {
        let result = match client.get(server.url(&format!("/{index}"))).send().await {
            Ok(response) => response.text().await.map_err(Into::into),
            Err(error) => Err(error),
        };
        results.push((name, result));
        assert_eq!(client.get(server.url("/honest")).send().await.unwrap().text().await.unwrap(), BODY);
    }
    let requests = server.requests();
    assert!(requests.iter().all(is_signed));
    let mut nonces: Vec<_> = requests.iter().map(|request| request.header("netgiro_nonce")).collect();
    nonces.sort_unstable();
    nonces.dedup();
    assert_eq!(nonces.len(), requests.len());
    results
}

#[tokio::test]
async fn faults_no_broken_reply_is_returned() {
    for (name, result) in run(broken()).await {
        assert!(result.is_err(), "{name}: {result:?}");
    }
}

#[tokio::test]
async fn faults_an_odd_reply_is_returned_whole_or_not_at_all() {
    let mut returned = 0;
    for (name, result) in run(odd()).await {
        if let Ok(body) = result {
            assert_eq!(body, BODY, "{name}");
            returned += 1;
        }
    }
    assert!(returned >= 4, "{returned}");
}
