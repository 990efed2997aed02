//! V1: a forged reply is refused, each for its own reason.

use countersign::fault::Kind;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::support::chains::fault;
use crate::support::netgiro::{BODY, SECRET, client, fresh_nonce, provider, signature};
use crate::support::received::Received;
use crate::support::server::{Answer, Server};

/// An honest reply that nobody sent: what a forger starts from.
struct Honest {
    request_nonce: String,
    request_signature: String,
    url: String,
    nonce: String,
    signature: String,
}

impl Honest {
    fn to(request: &Received) -> Self {
        let (url, nonce) = (request.url(), fresh_nonce());
        Self {
            request_nonce: request.header("netgiro_nonce"),
            request_signature: request.header("netgiro_signature"),
            signature: signature(&nonce, &url, BODY.as_bytes()),
            url,
            nonce,
        }
    }

    fn answer(&self) -> Answer {
        self.with(&self.nonce, &self.signature)
    }

    fn with(&self, nonce: impl AsRef<[u8]>, signature: impl AsRef<[u8]>) -> Answer {
        Answer::new(200, BODY)
            .header("netgiro_nonce", nonce.as_ref())
            .header("netgiro_signature", signature.as_ref())
    }

    fn signed_as(&self, signature: impl AsRef<[u8]>) -> Answer {
        self.with(&self.nonce, signature)
    }

    /// Signed with the right secret, for this nonce.
    fn signed(&self, nonce: &str, body: &[u8]) -> Answer {
        let mut answer = self.with(nonce, signature(nonce, &self.url, body));
        answer.body = body.to_vec();
        answer
    }
}

struct Forgery {
    name: String,
    code: &'static str,
    make: Box<dyn Fn(&Honest) -> Answer + Send + Sync>,
}

#[derive(Default)]
struct Forgeries(Vec<Forgery>);

impl Forgeries {
    fn add(
        &mut self,
        code: &'static str,
        name: impl Into<String>,
        make: impl Fn(&Honest) -> Answer + Send + Sync + 'static,
    ) {
        self.0.push(Forgery { name: name.into(), code, make: Box::new(make) });
    }

    fn all() -> Vec<Forgery> {
        let mut forgeries = Self::default();
        forgeries.malformed_signatures();
        forgeries.malformed_nonces();
        forgeries.missing_and_duplicate_headers();
        forgeries.flipped_bits();
        forgeries.signed_otherwise();
        forgeries.signed_but_no_reply();
        forgeries.0
    }

    fn malformed_signatures(&mut self) {
        const CODE: &str = "reply-signature-malformed";
        for length in [0, 1, 2, 32, 62, 63] {
            self.add(CODE, format!("cut to {length}"), move |honest| {
                honest.signed_as(&honest.signature[..length])
            });
        }
        for more in ["0", "00", "=", " 00"] {
            self.add(CODE, format!("followed by {more}"), move |honest| {
                honest.signed_as(honest.signature.clone() + more)
            });
        }
        self.add(CODE, "twice in one value", |honest| honest.signed_as(honest.signature.repeat(2)));
        self.add(CODE, "as a list", |honest| honest.signed_as(format!("{0}, {0}", honest.signature)));
        self.add(CODE, "behind 0x", |honest| honest.signed_as(format!("0x{}", &honest.signature[2..])));
        self.add(CODE, "in quotes", |honest| honest.signed_as(format!("\"{}\"", honest.signature)));
        self.add(CODE, "in base64", |honest| {
            use base64::Engine as _;
            let digest = hex::decode(&honest.signature).unwrap();
            honest.signed_as(base64::engine::general_purpose::STANDARD.encode(digest))
        });
        for (position, byte) in
            [(0, b'g'), (13, b' '), (31, b'-'), (32, b'\t'), (47, b'G'), (63, 0xb5), (63, b':')]
        {
            self.add(CODE, format!("{byte:#x} at {position}"), move |honest| {
                let mut signature = honest.signature.clone().into_bytes();
                signature[position] = byte;
                honest.signed_as(signature)
            });
        }
    }

    fn malformed_nonces(&mut self) {
        const CODE: &str = "reply-nonce-malformed";
        for nonce in
            ["", "1:2", "1/2", "1.2", "1 2", "1%3A", "1+2", "1=2", "1_2", "1?2", "\u{b5}", "1;2", "{1}"]
        {
            self.add(CODE, format!("nonce {nonce:?}"), move |honest| honest.signed(nonce, BODY.as_bytes()));
        }
        self.add(CODE, "nonce of 129", |honest| honest.signed(&"1".repeat(129), BODY.as_bytes()));
        self.add(CODE, "the URL moved into the nonce", |honest| {
            honest.with(format!("{}{}", honest.nonce, honest.url), &honest.signature)
        });
    }

    fn missing_and_duplicate_headers(&mut self) {
        self.add("reply-signature-missing", "no signature", |honest| {
            honest.answer().without("netgiro_signature")
        });
        self.add("reply-nonce-missing", "no nonce", |honest| honest.answer().without("netgiro_nonce"));
        for name in ["netgiro_signature", "netgiro_nonce"] {
            self.add("reply-header-duplicate", format!("{name} twice"), move |honest| {
                let same = honest.answer().headers.into_iter().find(|(known, _)| known == name).unwrap().1;
                honest.answer().header(name, same)
            });
            self.add("reply-header-duplicate", format!("{name} and an empty one"), move |honest| {
                honest.answer().header(name, "")
            });
        }
    }

    fn flipped_bits(&mut self) {
        const CODE: &str = "reply-signature-mismatch";
        for bit in (0..256).step_by(19) {
            self.add(CODE, format!("signature bit {bit}"), move |honest| {
                let mut digest = hex::decode(&honest.signature).unwrap();
                digest[bit / 8] ^= 1 << (bit % 8);
                honest.signed_as(hex::encode(digest))
            });
        }
        for bit in (0..8 * BODY.len()).step_by(29) {
            self.add(CODE, format!("body bit {bit}"), move |honest| {
                let mut answer = honest.answer();
                answer.body[bit / 8] ^= 1 << (bit % 8);
                answer
            });
        }
        for position in [0, 3, 6] {
            self.add(CODE, format!("nonce character {position}"), move |honest| {
                let mut nonce = honest.nonce.clone().into_bytes();
                nonce[position] = if nonce[position] == b'x' { b'y' } else { b'x' };
                honest.with(nonce, &honest.signature)
            });
        }
    }

    fn signed_otherwise(&mut self) {
        const CODE: &str = "reply-signature-mismatch";
        self.add(CODE, "all zeros", |honest| honest.signed_as("0".repeat(64)));
        self.add(CODE, "all ones", |honest| honest.signed_as("f".repeat(64)));
        type Text = fn(&Honest) -> String;
        let texts: [(&str, Text); 8] = [
            ("no secret", |honest| format!("{}{}{BODY}", honest.nonce, honest.url)),
            ("no nonce", |honest| format!("{SECRET}{}{BODY}", honest.url)),
            ("no url", |honest| format!("{SECRET}{}{BODY}", honest.nonce)),
            ("no body", |honest| format!("{SECRET}{}{}", honest.nonce, honest.url)),
            ("another secret", |honest| format!("secret{}{}{BODY}", honest.nonce, honest.url)),
            ("another url", |honest| format!("{SECRET}{}{}?{BODY}", honest.nonce, honest.url)),
            ("url in upper case", |honest| {
                format!("{SECRET}{}{}{BODY}", honest.nonce, honest.url.to_uppercase())
            }),
            ("the request's nonce", |honest| format!("{SECRET}{}{}{BODY}", honest.request_nonce, honest.url)),
        ];
        for (name, text) in texts {
            self.add(CODE, name, move |honest| honest.signed_as(hex::encode(Sha256::digest(text(honest)))));
        }
        self.add(CODE, "HMAC instead", |honest| {
            let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
            mac.update(format!("{}{}{BODY}", honest.nonce, honest.url).as_bytes());
            honest.signed_as(hex::encode(mac.finalize().into_bytes()))
        });
        for (name, body) in [("empty", ""), ("cut", &BODY[..BODY.len() - 1]), ("doubled", &BODY.repeat(2))] {
            let body = body.to_owned();
            self.add(CODE, format!("body {name}"), move |honest| {
                let mut answer = honest.answer();
                answer.body = body.clone().into_bytes();
                answer
            });
        }
    }

    /// What only a holder of the secret can sign, and still is no reply: a text of another meaning, or our own.
    fn signed_but_no_reply(&mut self) {
        for body in [
            "hello",
            "{} x",
            "x{}",
            "[1",
            "{\"a\":1]",
            "<a/>{}",
            "<a/>7",
            "\u{feff}{}",
            "42",
            "\"text\"",
            "null",
        ] {
            self.add("reply-not-one-document", format!("body {body}"), move |honest| {
                honest.signed(&honest.nonce, body.as_bytes())
            });
        }
        for body in [&b"{\"a\":\"\xe4\"}"[..], b"\xff\xfe{\0}\0", b"{}\x80"] {
            self.add("reply-not-utf8", format!("body {body:?}"), move |honest| {
                honest.signed(&honest.nonce, body)
            });
        }
        self.add("reply-reflected", "our nonce", |honest| {
            honest.signed(&honest.request_nonce, BODY.as_bytes())
        });
        self.add("reply-reflected", "our signature", |honest| honest.signed_as(&honest.request_signature));
        self.add("reply-reflected", "our signature in upper case", |honest| {
            honest.signed_as(honest.request_signature.to_uppercase())
        });
    }
}

#[tokio::test]
async fn v1_forged_replies_are_refused_each_for_its_own_reason() {
    let forgeries = Forgeries::all();
    assert!(forgeries.len() >= 60, "{}", forgeries.len());
    let expected: Vec<_> = forgeries.iter().map(|forgery| (forgery.name.clone(), forgery.code)).collect();
    let server = Server::start(move |request, _| {
        let index: usize = request.target.rsplit('/').next().unwrap().parse().unwrap();
        (forgeries[index].make)(&Honest::to(request))
    })
    .await;
    let client = client(provider(server.origin()));
    for (index, (name, code)) in expected.iter().enumerate() {
        let url = server.url(&format!("/v1/sales/{index}"));
        for request in [client.get(&url), client.post(&url).body(r#"{"Amount":1000}"#)] {
            let error = request.send().await.expect_err(name);
            assert_eq!(fault(&error).code(), *code, "{name}");
            assert_eq!(fault(&error).kind(), Kind::Verification, "{name}");
        }
    }
}

#[tokio::test]
async fn v1_an_honest_reply_is_accepted_in_hex_of_either_case() {
    let server = Server::start(|request, _| {
        let honest = Honest::to(request);
        match &*request.target {
            "/upper" => honest.signed_as(honest.signature.to_uppercase()),
            _ => honest.answer(),
        }
    })
    .await;
    let client = client(provider(server.origin()));
    for path in ["/lower", "/upper"] {
        for request in [client.get(server.url(path)), client.post(server.url(path)).body("{}")] {
            assert_eq!(request.send().await.unwrap().text().await.unwrap(), BODY);
        }
    }
}
