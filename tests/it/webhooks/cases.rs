//! Deliveries that must be refused, generated, each with the code of its refusal.

use bytes::Bytes;
use http::{HeaderValue, Request, header};

use super::sender::{COVERED, Sender, digest, quoted};
use super::{BODY, KEYS, NOW_MS};

pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) code: &'static str,
    pub(crate) request: Request<Bytes>,
}

/// Tampered before signing: the signature is right for what was done.
fn signed(code: &'static str, name: impl Into<String>, tamper: impl FnOnce(&mut Sender)) -> Case {
    let mut sender = Sender::honest();
    tamper(&mut sender);
    Case { name: name.into(), code, request: sender.send() }
}

/// Tampered on the way, after signing.
fn tampered(code: &'static str, name: impl Into<String>, tamper: impl FnOnce(&mut Request<Bytes>)) -> Case {
    let mut request = Sender::honest().send();
    tamper(&mut request);
    Case { name: name.into(), code, request }
}

/// The signature header rewritten after signing.
fn rewritten(code: &'static str, name: impl Into<String>, rewrite: impl FnOnce(&str) -> String) -> Case {
    tampered(code, name, |request| {
        let header = request.headers_mut().get_mut("x-vizion-signature").unwrap();
        *header = HeaderValue::from_bytes(rewrite(header.to_str().unwrap()).as_bytes()).unwrap();
    })
}

fn honest_signature() -> String {
    let header = Sender::honest().send().headers()["x-vizion-signature"].to_str().unwrap().to_owned();
    header.split("signature=").nth(1).unwrap()[..64].to_owned()
}

pub(super) fn w1_signature_and_digest() -> Vec<Case> {
    let honest = honest_signature();
    let malformed = [
        String::new(),
        honest[..62].to_owned(),
        honest[..63].to_owned(),
        format!("{honest}0"),
        format!("{honest}{honest}"),
        format!("g{}", &honest[1..]),
        format!(" {}", &honest[1..]),
        format!("{} ", &honest[1..]),
        format!("0x{}", &honest[2..]),
        "SFlytCGpsqb/9qYaKCQklGDvwgmrwfIERFnwt+yqPJw=".to_owned(),
    ];
    let mut cases: Vec<_> = malformed
        .into_iter()
        .map(|text| {
            rewritten("webhook-signature-malformed", format!("signature {text:?}"), |header| {
                header.replace(&honest, &text)
            })
        })
        .collect();
    for bit in (0..256).step_by(37).chain([255]) {
        cases.push(rewritten("webhook-signature-mismatch", format!("bit {bit} flipped"), |header| {
            let mut bytes = hex::decode(&honest).unwrap();
            bytes[bit / 8] ^= 1 << (bit % 8);
            header.replace(&honest, &hex::encode(bytes))
        }));
    }
    for zeros in ["0", "f"] {
        cases.push(rewritten("webhook-signature-mismatch", format!("all {zeros}"), |header| {
            header.replace(&honest, &zeros.repeat(64))
        }));
    }
    let of_body = digest(BODY.as_bytes());
    let digests = [
        String::new(),
        "SHA-256=".to_owned(),
        of_body[..of_body.len() - 1].to_owned(),
        format!("{of_body}0"),
        format!("{}g", &of_body[..of_body.len() - 1]),
        of_body.replace("SHA-256", "SHA-512"),
        of_body.replace("SHA-256=", ""),
        format!("{of_body},{of_body}"),
        format!("{of_body},MD5=00"),
    ];
    for text in digests {
        cases.push(signed("webhook-digest-malformed", format!("digest {text:?}"), |sender| {
            sender.set("digest", &text);
        }));
    }
    cases.push(signed("webhook-digest-mismatch", "a digest of nothing", |sender| {
        sender.set("digest", &digest(b""));
    }));
    cases
}

pub(super) fn w2_coverage() -> Vec<Case> {
    let mut cases = Vec::new();
    for name in ["(request-target)", "(created)", "host", "digest"] {
        cases.push(signed("webhook-not-covered", format!("{name} dropped, signed anew"), |sender| {
            sender.covered =
                COVERED.split(' ').filter(|covered| *covered != name).collect::<Vec<_>>().join(" ");
        }));
    }
    let lists = [
        String::new(),
        " ".to_owned(),
        format!("{COVERED} "),
        format!(" {COVERED}"),
        COVERED.replacen(' ', "  ", 1),
        format!("{COVERED} digest"),
        format!("{COVERED} (request-target)"),
        format!("{COVERED} (status)"),
        format!("{COVERED} ()"),
        format!("{COVERED} (created"),
        format!("{COVERED} Host"),
        COVERED.replace("host", "Host"),
        format!("{COVERED} na:me"),
        format!("{COVERED}\tdate"),
    ];
    for list in lists {
        cases.push(signed("webhook-coverage-malformed", format!("headers={list:?}"), |sender| {
            sender.covered = list;
        }));
    }
    cases.push(signed("webhook-covered-header-missing", "a listed header that is absent", |sender| {
        sender.covered = format!("{COVERED} x-absent");
    }));
    cases.push(tampered("webhook-covered-header-missing", "a listed header dropped on the way", |request| {
        request.headers_mut().remove(header::DATE);
    }));
    cases.push(signed("webhook-parameter-missing", "(expires) listed and not given", |sender| {
        sender.covered = format!("{COVERED} (expires)");
        sender.expires = None;
    }));
    for (name, body) in [("swapped", r#"{"event":"lost","note":"a b"}"#), ("empty", ""), ("longer", "{} ")] {
        cases.push(tampered("webhook-digest-mismatch", format!("body {name}"), |request| {
            *request.body_mut() = Bytes::from_static(body.as_bytes());
        }));
    }
    cases.push(tampered("webhook-signature-mismatch", "body and digest swapped", |request| {
        *request.body_mut() = Bytes::from_static(b"{}");
        request.headers_mut().insert("digest", digest(b"{}").try_into().unwrap());
    }));
    for (name, value) in [("content-type", "text/plain"), ("user-agent", "curl"), ("content-length", "1")] {
        cases.push(tampered("webhook-signature-mismatch", format!("{name} changed"), |request| {
            request.headers_mut().insert(name, HeaderValue::from_static(value));
        }));
    }
    cases.push(tampered("webhook-signature-mismatch", "a covered header given twice", |request| {
        request.headers_mut().append(header::DATE, HeaderValue::from_static("today"));
    }));
    cases.push(rewritten("webhook-signature-mismatch", "(expires) covered and raised", |_| {
        let mut sender = Sender::honest();
        sender.covered = format!("{COVERED} (expires)");
        let expires = sender.expires.clone().unwrap();
        let header = sender.send().headers()["x-vizion-signature"].to_str().unwrap().to_owned();
        header.replace(&expires, &(NOW_MS + 9_999_999).to_string())
    }));
    cases
}

pub(super) fn w4_headers_and_parameters() -> Vec<Case> {
    let mut cases = Vec::new();
    for name in ["x-vizion-signature", "digest", "host"] {
        cases.push(tampered("webhook-header-duplicate", format!("{name} twice"), |request| {
            let value = request.headers()[name].clone();
            request.headers_mut().append(name, value);
        }));
        cases.push(tampered("webhook-header-missing", format!("{name} missing"), |request| {
            request.headers_mut().remove(name);
        }));
    }
    for name in ["keyId", "signature", "algorithm", "created", "expires", "headers"] {
        for spelling in [name.to_owned(), name.to_uppercase()] {
            cases.push(rewritten("webhook-parameter-duplicate", format!("{spelling} twice"), |header| {
                format!("{header},{spelling}=1")
            }));
        }
    }
    for name in ["keyId", "signature", "algorithm", "created", "headers"] {
        cases.push(rewritten("webhook-parameter-missing", format!("no {name}"), |header| {
            header.replacen(&format!("{name}="), &format!("x{}=", name.len()), 1)
        }));
    }
    let malformed: [fn(&str) -> String; 13] = [
        |_| String::new(),
        |_| "Signature".to_owned(),
        |_| "Signature ".to_owned(),
        |header| header.replacen("Signature ", "", 1),
        |header| header.replacen("Signature", "Bearer", 1),
        |header| header.replacen("Signature ", "Signature  ", 1),
        |header| format!("{header},"),
        |header| format!("{header},,a=1"),
        |header| format!("{header},nothing"),
        |header| format!("{header},=1"),
        |header| header.replacen("keyId=", "keyId=\"", 1),
        |header| header.replacen("keyId=hmac-key-1", "keyId=hmac\"key", 1),
        |header| (0..16).fold(header.to_owned(), |header, n| format!("{header},x{n}=1")),
    ];
    for (index, rewrite) in malformed.into_iter().enumerate() {
        cases.push(rewritten("webhook-signature-header-malformed", format!("form {index}"), rewrite));
    }
    for (name, replacement) in
        [("escape", "keyId=\"hmac\\-key-1\""), ("text after quote", "keyId=\"hmac-key-1\"x")]
    {
        cases.push(rewritten("webhook-signature-header-malformed", name, |header| {
            header.replacen("keyId=hmac-key-1", replacement, 1)
        }));
    }
    cases.push(tampered("webhook-signature-header-malformed", "not UTF-8", |request| {
        let value = HeaderValue::from_bytes(b"Signature keyId=\xff").unwrap();
        request.headers_mut().insert("x-vizion-signature", value);
    }));
    cases
}

pub(super) fn w6_time() -> Vec<Case> {
    let mut cases = Vec::new();
    let at = |code, created: String| {
        signed(code, format!("created={created}"), |sender| {
            sender.created = created.clone();
            sender.expires = None;
        })
    };
    for text in [
        "",
        "+1685548865944",
        "01685548865944",
        "1685548865944.0",
        "1.685548865944e12",
        "1e3",
        "-",
        "-0",
        "0x18",
        " 1685548865944",
        "1685548865944 ",
        "1_685",
        "9223372036854775808",
        "-9223372036854775809",
        "now",
    ] {
        cases.push(at("webhook-time-malformed", text.to_owned()));
        cases.push(signed("webhook-time-malformed", format!("expires={text}"), |sender| {
            sender.expires = Some(text.to_owned());
        }));
    }
    for created in [NOW_MS - 300_001, NOW_MS - 3_600_000, 0, -1, -NOW_MS, i64::MIN, i64::MIN + 1] {
        cases.push(at("webhook-too-old", created.to_string()));
    }
    for created in [NOW_MS + 60_001, NOW_MS * 2, i64::MAX - 1, i64::MAX] {
        cases.push(at("webhook-too-early", created.to_string()));
    }
    for created in [NOW_MS / 1000, 1, 1_000_000_000] {
        cases.push(at("webhook-time-unit", created.to_string()));
    }
    for expires in [NOW_MS, NOW_MS - 1, 0, -1, i64::MIN] {
        cases.push(signed("webhook-expired", format!("expires={expires}"), |sender| {
            sender.expires = Some(expires.to_string());
        }));
    }
    cases.push(signed("webhook-time-unit", "expires in seconds", |sender| {
        sender.expires = Some((NOW_MS / 1000 + 3600).to_string());
    }));
    cases.push(signed("webhook-expired", "(expires) covered and past", |sender| {
        sender.covered = format!("{COVERED} (expires)");
        sender.expires = Some((NOW_MS - 1).to_string());
    }));
    let honest = Sender::honest();
    cases.push(signed("webhook-too-old", "an old delivery with expires raised", |sender| {
        sender.created = (NOW_MS - 300_001).to_string();
        sender.expires = Some(i64::MAX.to_string());
    }));
    cases.push(rewritten("webhook-signature-mismatch", "created raised on the way", |header| {
        header.replacen(&format!("created={}", honest.created), &format!("created={}", NOW_MS + 1), 1)
    }));
    cases
}

pub(crate) fn w7_keys() -> Vec<Case> {
    let mut cases = Vec::new();
    for id in ["hmac-key-3", "hmac-key-", "HMAC-KEY-1", "hmac-key-1 ", "", "(no id)"] {
        cases.push(signed("webhook-key-unknown", format!("keyId={id:?}"), |sender| {
            sender.key_id = id.to_owned();
        }));
    }
    let [(first_id, first), (second_id, second)] = KEYS;
    for (id, secret) in
        [(first_id, second), (second_id, first), (first_id, "the first secret "), (first_id, "other")]
    {
        cases.push(signed("webhook-signature-mismatch", format!("{id} with {secret:?}"), |sender| {
            sender.key_id = id.to_owned();
            sender.secret = secret.to_owned();
        }));
    }
    for algorithm in
        ["", "none", "SHA-1", "SHA-512", "hmac-sha1", "hmac-sha512", "rsa-sha256", "SHA-256 ", "MD5"]
    {
        cases.push(signed("webhook-algorithm-unknown", format!("algorithm={algorithm:?}"), |sender| {
            sender.algorithm = algorithm.to_owned();
        }));
        cases.push(signed("webhook-algorithm-unknown", format!("algorithm=\"{algorithm}\""), |sender| {
            sender.algorithm = algorithm.to_owned();
            sender.print = quoted;
        }));
    }
    cases
}

pub(super) fn w9_address() -> Vec<Case> {
    let mut cases: Vec<_> =
        ["other.example.com", "hooks.example.com:8443", "HOOKS.example.com", "127.0.0.1:3000"]
            .into_iter()
            .map(|host| {
                tampered("webhook-signature-mismatch", format!("host {host}"), |request| {
                    request.headers_mut().insert(header::HOST, HeaderValue::from_static(host));
                })
            })
            .collect();
    for target in [
        "/vizion",
        "/vizion?tenant=8",
        "/vizion/?tenant=7",
        "/other?tenant=7",
        "/Vizion?tenant=7",
        "/vizion?",
    ] {
        cases.push(tampered("webhook-signature-mismatch", format!("target {target}"), |request| {
            *request.uri_mut() = target.parse().unwrap();
        }));
    }
    for method in [http::Method::GET, http::Method::PUT] {
        cases.push(tampered("webhook-signature-mismatch", format!("method {method}"), |request| {
            *request.method_mut() = method.clone();
        }));
    }
    cases
}

pub(super) fn all() -> Vec<Case> {
    [
        w1_signature_and_digest(),
        w2_coverage(),
        w4_headers_and_parameters(),
        w6_time(),
        w7_keys(),
        w9_address(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
