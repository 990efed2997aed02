//! L2: a field or key that would shift the signed text or break a header is refused at construction, by name.
//! L3: a character outside the charset is refused; what is hashed is what is sent.

use countersign::Error;
use countersign::fault::Kind;
use countersign::netgiro::Netgiro;
use countersign::netvisor::{Credentials, Netvisor};
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;

const MARK: &str = "cAnArY";

/// Each field of each provider: its name, and the construction with that field set to a value.
type Build = fn(&str) -> Result<(), Error>;
const FIELDS: [(&str, Build); 12] = [
    ("sender", |value| netvisor(|it| it.sender = value.into())),
    ("customer_id", |value| netvisor(|it| it.customer_id = value.into())),
    ("customer_key", |value| netvisor(|it| it.customer_key = value.into())),
    ("partner_id", |value| netvisor(|it| it.partner_id = value.into())),
    ("partner_key", |value| netvisor(|it| it.partner_key = value.into())),
    ("organisation_id", |value| netvisor(|it| it.organisation_id = value.into())),
    ("app_key", |value| Netgiro::new(value, "secret").map(drop)),
    ("secret_key", |value| Netgiro::new("app", value).map(drop)),
    ("api_id", |value| Unleashed::new(value, "key").map(drop)),
    ("api_key", |value| Unleashed::new("id", value).map(drop)),
    ("client_type", |value| Unleashed::new("id", "key")?.client_type(value).map(drop)),
    ("api_key", |value| Vizion::new(value).map(drop)),
];

fn netvisor(change: impl FnOnce(&mut Credentials)) -> Result<(), Error> {
    Netvisor::new(changed(change)).map(drop)
}

fn changed(change: impl FnOnce(&mut Credentials)) -> Credentials {
    let mut credentials = Credentials {
        sender: "Acme".into(),
        customer_id: "FI_1".into(),
        customer_key: "ck".into(),
        partner_id: "Acm_1".into(),
        partner_key: "pk".into(),
        organisation_id: "1234567-8".into(),
    };
    change(&mut credentials);
    credentials
}

#[test]
fn l2_a_bad_field_is_refused_by_name_and_never_printed() {
    let cases = [
        (String::new(), "field-empty"),
        ("  ".to_owned(), "field-empty"),
        (format!(" {MARK}"), "field-padded"),
        (format!("{MARK} "), "field-padded"),
        (format!("{MARK}\r\n"), "field-padded"),
    ];
    let controls = (0..0x20_u8)
        .chain([0x7f])
        .map(|byte| (format!("{MARK}{}{MARK}", char::from(byte)), "field-control-character"));
    for (value, code) in cases.into_iter().chain(controls) {
        for (field, build) in FIELDS {
            let error = build(&value).unwrap_err();
            assert_eq!(error.code(), code, "{field} = {value:?}");
            let text = format!("{error} {error:#} {error:?}");
            assert!(text.contains(field) && !text.contains(MARK), "{text}");
            assert!(error.kind() == Kind::Configuration && error.provider().is_some());
        }
    }
}

#[test]
fn l2_an_ampersand_would_shift_netvisors_fields_and_is_refused() {
    for (field, build) in &FIELDS[..6] {
        let error = build(&format!("id=42&{MARK}")).unwrap_err();
        assert_eq!(error.code(), "field-ampersand", "{field}");
        assert!(!format!("{error:?}").contains(MARK));
    }
}

#[test]
fn l3_what_the_charset_lacks_is_refused_not_replaced() {
    for unmappable in ["漢", "\u{1f600}", "¤", "½", "ą", "\u{fffd}"] {
        for (field, build) in &FIELDS[..6] {
            assert_eq!(
                build(&format!("A{unmappable}B")).unwrap_err().code(),
                "field-unmappable-character",
                "{field}"
            );
        }
    }
}

#[test]
fn l3_header_bytes_are_the_bytes_that_are_hashed() {
    use hmac::{Hmac, KeyInit as _, Mac as _};

    let latin_9: [(&str, &[u8]); 4] = [("ä", b"\xe4"), ("ö", b"\xf6"), ("€", b"\xa4"), ("Š", b"\xa6")];
    for (character, byte) in latin_9 {
        let netvisor = Netvisor::new(changed(|it| it.sender = format!("A{character}B"))).unwrap();
        let mut request = http::Request::get("https://isvapi.netvisor.fi/x?a=1").body(()).unwrap();
        netvisor.sign_http(&mut request).unwrap();
        let of = |name: &str| request.headers()[&format!("x-netvisor-{name}")].as_bytes();
        assert_eq!(of("authentication-sender"), [b"A", byte, b"B"].concat());
        let text: [&[u8]; 10] = [
            b"https://isvapi.netvisor.fi/x?a=1",
            of("authentication-sender"),
            of("authentication-customerid"),
            of("authentication-timestamp"),
            of("interface-language"),
            of("organisation-id"),
            of("authentication-transactionid"),
            of("authentication-timestampunix"),
            b"ck",
            b"pk",
        ];
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"ck&pk").unwrap();
        mac.update(&text.join(&b'&'));
        assert_eq!(of("authentication-mac"), hex::encode(mac.finalize().into_bytes()).as_bytes());
    }
}
