//! Credentials out of variables: what is missing is listed all at once.

use countersign::Error;
use countersign::fault::Kind;
use countersign::netgiro::Netgiro;
use countersign::netvisor::Netvisor;
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;

type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

struct Source {
    provider: &'static str,
    names: &'static [&'static str],
    build: fn(Lookup<'_>) -> Result<(), Error>,
}

const SOURCES: [Source; 4] = [
    Source {
        provider: "netvisor",
        names: &[
            "NETVISOR_SENDER",
            "NETVISOR_CUSTOMER_ID",
            "NETVISOR_CUSTOMER_KEY",
            "NETVISOR_PARTNER_ID",
            "NETVISOR_PARTNER_KEY",
            "NETVISOR_ORGANISATION_ID",
        ],
        build: |lookup| Netvisor::from_variables(lookup).map(drop),
    },
    Source {
        provider: "netgiro",
        names: &["NETGIRO_APP_KEY", "NETGIRO_SECRET_KEY"],
        build: |lookup| Netgiro::from_variables(lookup).map(drop),
    },
    Source {
        provider: "unleashed",
        names: &["UNLEASHED_API_ID", "UNLEASHED_API_KEY"],
        build: |lookup| Unleashed::from_variables(lookup).map(drop),
    },
    Source {
        provider: "vizion",
        names: &["VIZION_API_KEY"],
        build: |lookup| Vizion::from_variables(lookup).map(drop),
    },
];

/// A value that suits each variable.
const GOOD: &str = "acme/stock";

#[test]
fn every_set_of_missing_variables_is_listed_whole() {
    for source in &SOURCES {
        for missing_set in 0..1_u32 << source.names.len() {
            let is_missing = |name: &str| {
                let index = source.names.iter().position(|known| *known == name);
                index.is_some_and(|index| missing_set & 1 << index != 0)
            };
            let missing: Vec<_> = source.names.iter().copied().filter(|name| is_missing(name)).collect();
            for stand_in in [None, Some(String::new())] {
                let lookup = |name: &str| match name {
                    "NETVISOR_LANGUAGE" | "UNLEASHED_CLIENT_TYPE" => None,
                    _ if is_missing(name) => stand_in.clone(),
                    _ => Some(GOOD.to_owned()),
                };
                match (source.build)(&lookup) {
                    Ok(()) => assert!(missing.is_empty(), "{missing:?}"),
                    Err(error) => check_missing(source, &error, &missing),
                }
            }
        }
    }
}

fn check_missing(source: &Source, error: &Error, missing: &[&str]) {
    assert_eq!((error.code(), error.provider()), ("missing-variables", Some(source.provider)));
    assert_eq!(error.kind(), Kind::Configuration);
    let listed = error.to_string();
    let listed: Vec<_> = listed.rsplit(": ").next().unwrap().split(", ").collect();
    assert_eq!(listed, missing);
    assert!(!format!("{error:#} {error:?}").contains(GOOD));
}

#[test]
fn a_variable_is_checked_like_any_other_value() {
    for source in &SOURCES {
        for name in source.names {
            let lookup = |asked: &str| match asked {
                "NETVISOR_LANGUAGE" | "UNLEASHED_CLIENT_TYPE" => None,
                _ if asked == *name => Some(" c4n4ry".to_owned()),
                _ => Some(GOOD.to_owned()),
            };
            let error = (source.build)(&lookup).unwrap_err();
            assert_eq!((error.code(), error.provider()), ("field-padded", Some(source.provider)), "{name}");
            let (_, field) = name.split_once('_').unwrap();
            let texts = format!("{error:#} {error:?}");
            assert!(texts.contains(&field.to_lowercase()) && !texts.contains("c4n4ry"), "{texts}");
        }
    }
}

#[test]
fn the_language_is_optional_and_checked() {
    let with = |language: Option<&str>| {
        let lookup = |name: &str| match name {
            "NETVISOR_LANGUAGE" => language.map(str::to_owned),
            _ => Some(GOOD.to_owned()),
        };
        Netvisor::from_variables(lookup)
    };
    for fine in [None, Some(""), Some("FI"), Some("SE"), Some("EN")] {
        with(fine).unwrap();
    }
    for wrong in ["fi", "FR", " FI"] {
        let error = with(Some(wrong)).unwrap_err();
        assert_eq!((error.code(), error.provider()), ("field-language", Some("netvisor")), "{wrong}");
    }
}

#[test]
fn the_client_type_is_optional_and_any_printable_ascii() {
    let sent = |client_type: Option<&str>| {
        let lookup = |name: &str| match name {
            "UNLEASHED_CLIENT_TYPE" => client_type.map(str::to_owned),
            _ => Some(GOOD.to_owned()),
        };
        let unleashed = Unleashed::from_variables(lookup)?;
        let mut request = http::Request::get("https://api.unleashedsoftware.com/Customers").body(()).unwrap();
        unleashed.sign_http(&mut request)?;
        let value = request.headers().get("client-type");
        Ok::<_, Error>(value.map(|value| value.to_str().unwrap().to_owned()))
    };
    for none in [None, Some("")] {
        assert_eq!(sent(none).unwrap(), None);
    }
    for fine in ["acme/stock", "API-Sandbox", "Acme Pty Ltd"] {
        assert_eq!(sent(Some(fine)).unwrap().as_deref(), Some(fine));
    }
    for (wrong, code) in [("Käse/app", "field-not-ascii"), (" padded", "field-padded")] {
        let error = sent(Some(wrong)).unwrap_err();
        assert_eq!((error.code(), error.provider()), (code, Some("unleashed")), "{wrong}");
    }
}
