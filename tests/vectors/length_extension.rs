//! Netgíró's formula lets anyone lengthen a signed reply; verification must not.

use countersign::netgiro::{Netgiro, SentRequest, Stamp};
use http::HeaderMap;
use libtest_mimic::Trial;
use serde::Deserialize;

use crate::{capture, plain, trial};

#[derive(Deserialize)]
struct File {
    secret: String,
    nonce: String,
    url: String,
    honest: Reply,
    forged: Reply,
}

#[derive(Deserialize)]
struct Reply {
    body_hex: String,
    signature: String,
}

pub(crate) fn trials() -> Vec<Trial> {
    let file = || serde_json::from_str::<File>(include_str!("netgiro_length_extension.json")).unwrap();
    vec![
        trial("netgiro", "length-extension-honest", move || {
            let file = file();
            assert_eq!(file.judge(&file.honest), None);
        }),
        trial("netgiro", "length-extension-forged", move || {
            let file = file();
            assert!(file.forged.body().starts_with(&file.honest.body()));
            assert_eq!(file.judge(&file.forged), Some("reply-not-utf8"));
        }),
    ]
}

impl File {
    /// The code of the refusal; `None` for a reply that verified.
    fn judge(&self, reply: &Reply) -> Option<&'static str> {
        let text =
            [self.secret.as_bytes(), self.nonce.as_bytes(), self.url.as_bytes(), &reply.body()].concat();
        assert_eq!(hex::encode(plain::sha256(&text)), reply.signature, "the raw formula takes either");

        let provider = Netgiro::new("app-key", self.secret.as_str()).unwrap();
        let request = capture::Request::new(&self.url, "");
        let stamp = Stamp::with_nonce("635318618538563781").unwrap();
        let signed = capture::applied(&provider, &request.outgoing(), stamp);
        let sent = SentRequest::new(&request.with_headers(signed).outgoing());

        let mut headers = HeaderMap::new();
        headers.insert("netgiro_nonce", self.nonce.parse().unwrap());
        headers.insert("netgiro_signature", reply.signature.parse().unwrap());
        let refusal = provider.verify_reply(&sent, &headers, &reply.body()).err()?;
        assert_eq!(refusal.provider(), Some("netgiro"));
        Some(refusal.code())
    }
}

impl Reply {
    fn body(&self) -> Vec<u8> {
        hex::decode(&self.body_hex).unwrap()
    }
}
