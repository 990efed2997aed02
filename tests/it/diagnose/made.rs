//! Signatures made by plain code that shares nothing with the library, with mistakes in them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};

use super::subject::{BODY, NONCE, OTHER_SECRET, SECRET, SENDER, Subject, TIMESTAMP, UNIX};

/// A signature about to be computed: named fields, a key, a hash, and how all are written.
#[derive(Clone)]
pub(super) struct Signing {
    pub(super) url: url::Url,
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) separator: &'static str,
    pub(super) key: Vec<(&'static str, String)>,
    pub(super) hash: Hash,
    pub(super) charset: fn(&str) -> Vec<u8>,
    pub(super) write: fn(&[u8]) -> String,
    /// Where a secret is no text any more.
    pub(super) raw_secret: Option<fn(&str) -> Vec<u8>>,
    /// What becomes of the joined text and of the joined key before they are hashed.
    pub(super) text_form: fn(Vec<u8>) -> Vec<u8>,
    pub(super) key_form: fn(Vec<u8>) -> Vec<u8>,
    /// Makes a digest of key and text in place of `hash`.
    pub(super) other_hash: Option<OtherHash>,
}

/// Of a key and a text.
type OtherHash = fn(&[u8], &[u8]) -> Vec<u8>;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Plain,
    Hmac,
    PlainMd5,
    HmacMd5,
}

impl Signing {
    /// The right one.
    pub(super) fn of(subject: Subject) -> Self {
        let url = subject.url();
        let sent = url[..url::Position::AfterQuery].to_owned();
        let query = url.query().unwrap().to_owned();
        let secrets = || vec![("customer_key", SECRET.to_owned()), ("partner_key", OTHER_SECRET.to_owned())];
        let netvisor = |address: String, unix: bool| {
            let mut fields = vec![
                ("address", address),
                ("sender", SENDER.to_owned()),
                ("customer_id", "FI_1".to_owned()),
                ("timestamp", TIMESTAMP.to_owned()),
                ("language", "FI".to_owned()),
                ("organisation_id", "1234567-8".to_owned()),
                ("transaction_id", "transaction123".to_owned()),
            ];
            fields.extend(unix.then(|| ("unix", UNIX.to_string())));
            fields.extend(secrets());
            fields
        };
        let api_key = vec![("api_key", SECRET.to_owned())];
        let (fields, key) = match subject {
            Subject::Netgiro => {
                let fields = [("secret", SECRET), ("nonce", NONCE), ("address", &sent), ("body", BODY)];
                (fields.map(|(name, value)| (name, value.to_owned())).to_vec(), Vec::new())
            }
            Subject::NetvisorHmac => (netvisor(sent, true), secrets()),
            Subject::NetvisorHmacDecoded => (netvisor(decoded(&sent), true), secrets()),
            Subject::NetvisorSha256 => (netvisor(sent, false), Vec::new()),
            Subject::Unleashed => (vec![("address", query)], api_key),
            Subject::UnleashedDecoded => (vec![("address", decoded(&query))], api_key),
        };
        Self {
            url,
            separator: if fields.len() > 4 { "&" } else { "" },
            hash: if key.is_empty() { Hash::Plain } else { Hash::Hmac },
            charset: if fields.len() > 4 { latin_9 } else { utf_8 },
            write: if fields.len() == 1 {
                |digest| BASE64.encode(digest)
            } else {
                |digest| hex::encode(digest)
            },
            fields,
            key,
            raw_secret: None,
            text_form: |text| text,
            key_form: |key| key,
            other_hash: None,
        }
    }

    pub(super) fn signature(&self) -> String {
        let text = (self.text_form)(self.join(&self.fields));
        let key = (self.key_form)(self.join(&self.key));
        if let Some(digest) = self.other_hash {
            return (self.write)(&digest(&key, &text));
        }
        let digest = match self.hash {
            Hash::Plain => Sha256::digest(&text).to_vec(),
            Hash::PlainMd5 => Md5::digest(&text).to_vec(),
            Hash::Hmac => Hmac::<Sha256>::new_from_slice(&key)
                .unwrap()
                .chain_update(&text)
                .finalize()
                .into_bytes()
                .to_vec(),
            Hash::HmacMd5 => Hmac::<Md5>::new_from_slice(&key)
                .unwrap()
                .chain_update(&text)
                .finalize()
                .into_bytes()
                .to_vec(),
        };
        (self.write)(&digest)
    }

    /// Whether anybody could have made it: every secret is nothing, or a public id.
    pub(super) fn is_keyless(&self) -> bool {
        let mut secrets = self.fields.iter().chain(&self.key).filter(|(name, _)| is_secret(name));
        secrets.all(|(_, value)| ["", "undefined", "api-id"].contains(&value.as_str()))
    }

    fn join(&self, fields: &[(&'static str, String)]) -> Vec<u8> {
        let bytes: Vec<Vec<u8>> = fields.iter().map(|(name, value)| self.bytes(name, value)).collect();
        bytes.join(self.separator.as_bytes())
    }

    fn bytes(&self, name: &str, value: &str) -> Vec<u8> {
        match self.raw_secret {
            Some(raw) if is_secret(name) => raw(value),
            _ => (self.charset)(value),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| *field == name)
    }

    /// Rewrites the fields of that name.
    pub(super) fn edit(&mut self, name: &str, edit: impl Fn(&str) -> String) {
        for (_, value) in self.fields.iter_mut().filter(|(field, _)| *field == name) {
            *value = edit(value);
        }
    }

    /// Rewrites the query, be it by itself or in a URL.
    pub(super) fn edit_query(&mut self, edit: impl Fn(&str) -> String) {
        self.edit("address", |address| match address.split_once('?') {
            Some((before, query)) => format!("{before}?{}", edit(query)),
            None => edit(address),
        });
    }

    /// Rewrites the address where it is a whole URL.
    pub(super) fn edit_url(&mut self, edit: impl Fn(&str) -> String) {
        self.edit(
            "address",
            |address| {
                if address.contains("://") { edit(address) } else { address.to_owned() }
            },
        );
    }

    pub(super) fn edit_secrets(&mut self, edit: impl Fn(&str) -> String) {
        for (_, value) in self.fields.iter_mut().chain(&mut self.key).filter(|(name, _)| is_secret(name)) {
            *value = edit(value);
        }
    }

    pub(super) fn insert(&mut self, place: usize, name: &'static str, value: &str) {
        self.fields.insert(place, (name, value.to_owned()));
    }
}

pub(super) fn is_secret(name: &str) -> bool {
    ["secret", "api_key", "customer_key", "partner_key"].contains(&name)
}

pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

pub(super) fn utf_8(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

pub(super) fn latin_1(text: &str) -> Vec<u8> {
    text.chars().map(|c| if c == '€' { b'?' } else { u8::try_from(u32::from(c)).unwrap() }).collect()
}

pub(super) fn latin_9(text: &str) -> Vec<u8> {
    text.chars().map(|c| if c == '€' { 0xa4 } else { u8::try_from(u32::from(c)).unwrap() }).collect()
}

pub(super) fn right_hash(key: &[u8], text: &[u8]) -> Vec<u8> {
    match key {
        [] => Sha256::digest(text).to_vec(),
        key => hmac(Hmac::<Sha256>::new_from_slice(key).unwrap(), text),
    }
}

pub(super) fn hmac<M: hmac::Mac>(mac: M, text: &[u8]) -> Vec<u8> {
    mac.chain_update(text).finalize().into_bytes().to_vec()
}

pub(super) fn marked(text: Vec<u8>) -> Vec<u8> {
    [&b"\xef\xbb\xbf"[..], &text].concat()
}

pub(super) fn utf_16_le(text: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8(text).unwrap();
    text.encode_utf16().flat_map(|unit| [(unit & 0xff) as u8, (unit >> 8) as u8]).collect()
}

pub(super) fn marked_utf_16_le(text: Vec<u8>) -> Vec<u8> {
    [&b"\xff\xfe"[..], &utf_16_le(text)].concat()
}

pub(super) fn utf_16_be(text: Vec<u8>) -> Vec<u8> {
    utf_16_le(text).chunks(2).flat_map(|unit| [unit[1], unit[0]]).collect()
}
