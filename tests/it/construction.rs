//! Bad input is refused when a provider is built: by the field's name, never with its value.

use std::time::UNIX_EPOCH;

use countersign::Error;
use countersign::netgiro::{self, Netgiro};
use countersign::netvisor::{self, Credentials, Language, Netvisor, TransactionId};
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;

/// Stands in every value that has room for it; no error may print it.
const CANARY: &str = "c4n4ry";

/// What a field may hold, beyond what none may.
#[derive(Clone, Copy)]
enum Kind {
    /// A key that is hashed as UTF-8 text.
    Key,
    /// A header in printable ASCII.
    Ascii,
    /// A part of Netvisor's signed text, in ISO-8859-15.
    Latin9,
}
use Kind::{Ascii, Key, Latin9};

struct Field {
    provider: &'static str,
    name: &'static str,
    kind: Kind,
    /// Builds what has the field, with `value` for it.
    build: fn(name: &str, value: &str) -> Result<(), Error>,
}

const FIELDS: [Field; 15] = [
    field("netvisor", "sender", Latin9, netvisor_with),
    field("netvisor", "customer_id", Latin9, netvisor_with),
    field("netvisor", "customer_key", Latin9, netvisor_with),
    field("netvisor", "partner_id", Latin9, netvisor_with),
    field("netvisor", "partner_key", Latin9, netvisor_with),
    field("netvisor", "organisation_id", Latin9, netvisor_with),
    field("netvisor", "transaction_id", Latin9, |_, value| TransactionId::new(value).map(drop)),
    field("netvisor", "timestamp", Latin9, |_, value| {
        netvisor::Stamp::given(value, 0, TransactionId::new("id")?, Language::Fi).map(drop)
    }),
    field("netgiro", "app_key", Ascii, |_, value| Netgiro::new(value, "secret").map(drop)),
    field("netgiro", "secret_key", Key, |_, value| Netgiro::new("app-key", value).map(drop)),
    field("netgiro", "nonce", Ascii, |_, value| netgiro::Stamp::with_nonce(value).map(drop)),
    field("unleashed", "api_id", Ascii, |_, value| Unleashed::new(value, "key").map(drop)),
    field("unleashed", "api_key", Key, |_, value| Unleashed::new("id", value).map(drop)),
    field("unleashed", "client_type", Ascii, |_, value| {
        Unleashed::new("id", "key")?.client_type(value).map(drop)
    }),
    field("vizion", "api_key", Ascii, |_, value| Vizion::new(value).map(drop)),
];

const fn field(
    provider: &'static str,
    name: &'static str,
    kind: Kind,
    build: fn(&str, &str) -> Result<(), Error>,
) -> Field {
    Field { provider, name, kind, build }
}

fn netvisor_with(name: &str, value: &str) -> Result<(), Error> {
    let or = |field: &str, usual: &str| if field == name { value.to_owned() } else { usual.to_owned() };
    Netvisor::new(Credentials {
        sender: or("sender", "Acme"),
        customer_id: or("customer_id", "FI_1"),
        customer_key: or("customer_key", "key").into(),
        partner_id: or("partner_id", "Acm_1"),
        partner_key: or("partner_key", "key").into(),
        organisation_id: or("organisation_id", "1234567-8"),
    })
    .map(drop)
}

/// The code that a kind of field refuses a value with; `None` where the value is fine.
type Verdict = fn(Kind) -> Option<&'static str>;

fn values() -> Vec<(String, Verdict)> {
    let mut values: Vec<(String, Verdict)> = Vec::new();
    for blank in ["", " ", "   ", "\t", "\n", "\r\n", "\u{a0}", "\u{3000}"] {
        values.push((blank.to_owned(), |_| Some("field-empty")));
    }
    for space in [" ", "\t", "\n", "\r", "\r\n", "\u{b}", "\u{a0}", "\u{2003}", "\u{3000}"] {
        values.push((format!("{space}{CANARY}"), |_| Some("field-padded")));
        values.push((format!("{CANARY}{space}"), |_| Some("field-padded")));
    }
    for control in (0..0x20).chain(0x7f..0xa0).filter_map(char::from_u32) {
        values.push((format!("{CANARY}{control}{CANARY}"), |_| Some("field-control-character")));
    }
    for unmappable in ['漢', '¤', '¼', '🦀', 'Σ'] {
        values.push((format!("{CANARY}{unmappable}"), |kind| match kind {
            Key => None,
            Ascii => Some("field-not-ascii"),
            Latin9 => Some("field-unmappable-character"),
        }));
    }
    for latin9 in ['ä', 'Ö', '€', 'Š', 'ÿ'] {
        values.push((format!("{CANARY}{latin9}"), |kind| match kind {
            Key | Latin9 => None,
            Ascii => Some("field-not-ascii"),
        }));
    }
    for ampersand in ["&", "&amp;", "&#8364;", "&id=1"] {
        values.push((format!("{CANARY}{ampersand}"), |kind| match kind {
            Key | Ascii => None,
            Latin9 => Some("field-ampersand"),
        }));
    }
    // Client types in use: some of Unleashed's accounts send a name of several words, and no slash.
    for fine in [
        "",
        "/stock_sync-2.0",
        "-Sandbox",
        "BI/Integration",
        " Pty Ltd",
        "/a%20?!",
        "/a/b",
        &"/long".repeat(20),
    ] {
        values.push((format!("{CANARY}{fine}"), |_| None));
    }
    values
}

#[test]
fn each_bad_value_of_each_field_is_a_typed_error() {
    for field in &FIELDS {
        for (value, expected) in values() {
            let case = format!("{} {} {value:?}", field.provider, field.name);
            let (result, expected) = ((field.build)(field.name, &value), expected(field.kind));
            assert_eq!(result.as_ref().err().map(Error::code), expected, "{case}");
            let Err(error) = result else { continue };
            assert_eq!(error.kind(), countersign::fault::Kind::Configuration, "{case}");
            assert_eq!(error.provider(), Some(field.provider), "{case}");
            let texts = format!("{error}\n{error:#}\n{error:?}\n{error:#?}");
            assert!(texts.contains(field.name), "{case}: {texts}");
            assert!(!texts.to_lowercase().contains(CANARY), "{case}: {texts}");
        }
    }
}

#[test]
fn a_bad_origin_is_refused_by_the_provider_that_it_was_given_to() {
    let cases = [
        ("", "invalid-origin"),
        ("api.netgiro.is", "invalid-origin"),
        ("https://host/path", "invalid-origin"),
        ("https://host?a=1", "invalid-origin"),
        ("https://host#a", "invalid-origin"),
        ("https://c4n4ry@host", "invalid-origin"),
        ("https://user:c4n4ry@host", "invalid-origin"),
        ("ftp://host", "invalid-origin"),
        ("https://*.netgiro.is", "invalid-origin"),
        ("file:///etc", "invalid-origin"),
        ("http://proxy.example", "plain-http"),
        ("http://localhost.example", "plain-http"),
        ("http://128.0.0.1", "plain-http"),
    ];
    for (origin, code) in cases {
        let error = Vizion::new("key").unwrap().allow_origin(origin).unwrap_err();
        assert_eq!((error.code(), error.provider()), (code, Some("vizion")), "{origin}");
        assert!(!format!("{error:#} {error:?}").contains(CANARY), "{origin}");
    }
    for fine in ["https://proxy.example:8443", "http://127.8.9.1", "http://[::1]:80", "http://localhost:1"] {
        Vizion::new("key").unwrap().allow_origin(fine).unwrap();
    }
}

#[test]
fn a_language_is_one_of_three() {
    for text in ["", "fi", "FI ", "FR", "SV"] {
        let error = text.parse::<Language>().unwrap_err();
        assert_eq!((error.code(), error.provider()), ("field-language", Some("netvisor")), "{text:?}");
    }
    assert_eq!(["FI", "SE", "EN"].map(|text| text.parse::<Language>().unwrap().as_str()), ["FI", "SE", "EN"]);
}

#[test]
fn an_id_and_a_nonce_can_be_read_back_and_stored() {
    for text in ["id-1", "Tämä maksaa 5 €"] {
        let id = TransactionId::new(text).unwrap();
        assert_eq!((id.text().as_str(), &TransactionId::new(&id.text()).unwrap()), (text, &id));
        let stamp = netvisor::Stamp::at(UNIX_EPOCH, id.clone(), Language::Fi).unwrap();
        assert_eq!(stamp.transaction_id(), id);
    }
    assert_eq!(netgiro::Stamp::with_nonce("635318618538563781").unwrap().nonce(), "635318618538563781");
}
