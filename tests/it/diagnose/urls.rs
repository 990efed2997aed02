//! The URL: another case, another order of parameters, another text than the one that is sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use countersign::explain::Transcript;
use countersign::netgiro::{self, Netgiro};
use countersign::unleashed::Unleashed;
use countersign::{RequestRef, SignedForm};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Extensions, HeaderMap, Method};
use sha2::{Digest as _, Sha256};

use super::subject::{NONCE, SECRET};

const SALES: &str = "https://api.netgiro.is/v1/sales/GetList?AllForCompany=true&name=J%C3%BCrgen%20A&z=%2f";

/// What is said of a request to Netgíró with `sent` as its URL, where `signed` was signed.
fn code(sent: &str, signed: &str) -> String {
    diagnosed(|transcript| transcript, sent, signed)
}

fn diagnosed(add: impl FnOnce(Transcript) -> Transcript, sent: &str, signed: &str) -> String {
    let (url, headers, extensions) = (sent.parse().unwrap(), HeaderMap::new(), Extensions::new());
    let request = RequestRef::new(&Method::GET, &url, &headers, &extensions, b"");
    let netgiro = Netgiro::new("app-key", SECRET).unwrap();
    let transcript =
        Transcript::with_stamp(&netgiro, &request, netgiro::Stamp::with_nonce(NONCE).unwrap()).unwrap();
    let received = hex::encode(Sha256::digest(format!("{SECRET}{NONCE}{signed}")));
    add(transcript).diagnose(&received).code().to_owned()
}

/// The same for Unleashed, which signs the query.
fn code_of_query(sent: &str, signed: &str) -> String {
    code_of_list(&format!("https://api.unleashedsoftware.com/Customers/1?{sent}"), signed, SignedForm::AsSent)
}

fn code_of_decoded_query(sent: &str, signed: &str) -> String {
    code_of_list(sent, signed, SignedForm::Decoded)
}

fn code_of_list(sent: &str, signed: &str, form: SignedForm) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(signed);
    said_of(sent, &BASE64.encode(mac.finalize().into_bytes()), form)
}

pub(super) fn code_of_signature(sent: &str, received: &str) -> String {
    said_of(sent, received, SignedForm::AsSent)
}

fn said_of(sent: &str, received: &str, form: SignedForm) -> String {
    let (url, headers, extensions) = (sent.parse().unwrap(), HeaderMap::new(), Extensions::new());
    let request = RequestRef::new(&Method::GET, &url, &headers, &extensions, b"");
    let unleashed = Unleashed::new("api-id", SECRET).unwrap().signed_form(form);
    countersign::diagnose::diagnose(&unleashed, &request, (), received).unwrap().code().to_owned()
}

#[test]
fn an_end_without_a_parameter_is_no_parameter_left_out() {
    assert!(!code_of_query("a=1&", "a=1").contains("parameter-missing"));
    assert_eq!(code_of_query("a=1&b=2", "a=1"), "parameter-missing");
    assert_eq!(code_of_query("a=1&a=2&b=3&b=4", "a=1&b=3"), "parameter-missing");
}

/// Of a request to Unleashed, whose path ends in the page's number.
#[test]
fn a_secret_that_a_file_of_settings_cuts_is_recognised() {
    for sign in ['=', '#', '$', '&', '%'] {
        let secret = format!("begin{sign}end");
        let request = http::Request::get("https://api.unleashedsoftware.com/Customers?a=1").body(()).unwrap();
        let unleashed = Unleashed::new("api-id", &*secret).unwrap();
        let mac = Hmac::<Sha256>::new_from_slice(b"begin").unwrap().chain_update("a=1");
        let received = BASE64.encode(mac.finalize().into_bytes());
        let outgoing = RequestRef::from_http(&request).unwrap();
        let diagnosis = countersign::diagnose::diagnose(&unleashed, &outgoing, (), &received).unwrap();
        assert_eq!(diagnosis.code(), "secret-cut", "{sign}");
    }
}

#[test]
fn the_path_with_and_without_its_page_is_recognised() {
    let query = "pageSize=200&modifiedSince=2024-01-01";
    let signed = [
        "/Customers/1?",
        "Customers/1?",
        "Customers?",
        "/Customers?",
        "Customers/?",
        "/Customers/?",
        "https://api.unleashedsoftware.com/Customers?",
        "api.unleashedsoftware.com/Customers?",
        "Customers",
        "/Customers",
        "1?",
    ];
    for before in signed {
        assert_eq!(code_of_query(query, &format!("{before}{query}")), "path-included", "{before}");
    }
    for alone in ["/Customers/1", "Customers/1", "Customers", "/Customers", "Customers/", "1"] {
        assert_eq!(code_of_query(query, alone), "path-included", "{alone}");
    }
    // Signed encoded, and the page left out, where the query is sent so and signed decoded.
    let (sent, guid) = ("https://api.unleashedsoftware.com/Customers?a=%40", "3f7b-11");
    assert_eq!(code_of_decoded_query(sent, "Customers?a=%40"), "path-included");
    assert_eq!(code_of_decoded_query(sent, "/Customers/1?a=@"), "path-included");
    let sent = format!("https://api.unleashedsoftware.com/Customers/{guid}?a=%40");
    assert_eq!(code_of_decoded_query(&sent, &format!("{guid}?a=@")), "path-included");
}

#[test]
fn another_case_of_one_piece_is_recognised() {
    let pieces = [
        // The pair that Netgíró published, both ways.
        ("/sales/", "/Sales/"),
        ("/v1/", "/V1/"),
        ("/GetList", "/getList"),
        ("/GetList", "/getlist"),
        ("/GetList", "/GETLIST"),
        ("/v1/sales/GetList", "/V1/Sales/GetList"),
        ("/v1/sales/GetList", "/v1/Sales/getList"),
        ("/v1/sales/GetList", "/V1/SALES/GETLIST"),
        ("AllForCompany", "allForCompany"),
        ("AllForCompany", "allforcompany"),
        ("=true", "=True"),
        ("=true", "=TRUE"),
        ("=J%C3%BCrgen", "=j%C3%BCrgen"),
        ("name=", "Name="),
        ("api.netgiro.is", "API.Netgiro.is"),
        ("api.netgiro.is", "Api.Netgiro.Is"),
        ("api.netgiro.is", "API.NETGIRO.IS"),
        ("https:", "HTTPS:"),
        ("https://api.netgiro.is", "HTTPS://API.NETGIRO.IS"),
        ("%2f", "%2F"),
        ("%C3%BC", "%c3%bc"),
    ];
    for (sent, signed) in pieces {
        let other = SALES.replace(sent, signed);
        assert_ne!(other, SALES);
        assert_eq!(code(SALES, &other), "url-case", "{signed}");
    }
    for (sent, signed) in [
        ("/sales/", "/Sales/"),
        ("/GetList", "/getList"),
        ("=true", "=True"),
        ("%2f", "%2F"),
        ("rgen", "RGEN"),
    ] {
        assert_eq!(code(&SALES.replace(sent, signed), SALES), "url-case", "{sent} for {signed}");
    }
    assert_eq!(code(SALES, &SALES.to_lowercase()), "url-case");
    let title = "Https://Api.Netgiro.Is/V1/Sales/GetList?AllForCompany=True&Name=J%C3%BCrgen%20A&Z=%2f";
    assert_eq!(code(SALES, title), "url-case");
    let path = SALES.replace("/v1/sales/GetList", "/V1/Sales/getList");
    assert_eq!(code(SALES, &path), "url-case");
    let lower = "https://api.netgiro.is/customerlist.nv?forcompany=true";
    for (sent, signed) in
        [("customerlist", "CustomerList"), ("customerlist", "customerList"), ("forc", "forC")]
    {
        assert_eq!(code(lower, &lower.replace(sent, signed)), "url-case", "{signed}");
    }
    let camel = SALES.replace("AllForCompany", "allForCompany").replace("name=", "Name=");
    assert_eq!(code(SALES, &camel), "url-case");
}

#[test]
fn another_case_in_a_long_query_is_recognised() {
    let parameters = |form: fn(usize) -> String| (0..20).map(form).collect::<Vec<_>>().join("&");
    let sent = parameters(|n| format!("Name{n}=Value{n}"));
    let cases = [
        parameters(|n| format!("name{n}=Value{n}")),
        parameters(|n| format!("Name{n}=value{n}")),
        parameters(|n| if n == 17 { "name17=Value17".to_owned() } else { format!("Name{n}=Value{n}") }),
        parameters(|n| if n == 19 { "Name19=VALUE19".to_owned() } else { format!("Name{n}=Value{n}") }),
    ];
    for signed in cases {
        assert_eq!(code_of_query(&sent, &signed), "url-case", "{signed}");
    }
}

#[test]
fn the_case_of_hex_digits_is_no_other_encoding() {
    for (sent, signed) in [("a=%2f", "a=%2F"), ("a=%2F", "a=%2f"), ("a=%2F&b=%C3%BC", "a=%2f&b=%c3%bc")] {
        assert_eq!(code_of_query(sent, signed), "url-case", "{signed}");
    }
    // .NET's `UrlEncode` writes lower-case digits and `+`.
    assert_eq!(code_of_query("a=%2F&b=x%20y", "a=%2f&b=x+y"), "query-encoded");
    assert_eq!(code_of_query("a=%2f&b=x+y", "a=%2F&b=x%20y"), "query-encoded");
}

#[test]
fn every_order_of_a_few_parameters_is_recognised() {
    for all in [&["b=1", "a=2", "d=3", "c=4"][..], &["B=1", "a=2", "C=3", "d=4", "A=5"]] {
        let sent = all.join("&");
        let mut orders = vec![Vec::new()];
        for _ in all {
            let longer = |order: Vec<&'static str>| {
                let left: Vec<_> = all.iter().filter(|one| !order.contains(one)).collect();
                left.into_iter().map(move |next| [&order[..], &[*next]].concat())
            };
            orders = orders.into_iter().flat_map(longer).collect();
        }
        for order in orders {
            let expected = if order == all { "matches" } else { "query-reordered" };
            assert_eq!(code_of_query(&sent, &order.join("&")), expected, "{order:?}");
        }
    }
}

#[test]
fn a_parameter_more_or_less_is_recognised() {
    let all = ["pageSize=200", "modifiedSince=2024-01-01", "code=", "orderBy=code", "x="];
    let sent = all.join("&");
    for left_out in 0..all.len() {
        let mut some = all.to_vec();
        some.remove(left_out);
        assert_eq!(code_of_query(&sent, &some.join("&")), "parameter-missing", "{left_out}");
        if left_out > 0 {
            assert_eq!(code_of_query(&sent, &all[..left_out].join("&")), "parameter-missing", "{left_out}");
        }
    }
    assert_eq!(
        code_of_query(&sent, "pageSize=200&modifiedSince=2024-01-01&orderBy=code"),
        "parameter-missing"
    );
    assert_eq!(code_of_query("a=1", ""), "query-missing");
}

#[test]
fn a_sorted_query_of_any_length_is_recognised() {
    let all: Vec<String> =
        (0..20).map(|n| format!("{}{}=v{n}", if n % 3 == 0 { "P" } else { "p" }, n * 7 % 20)).collect();
    // A name that sorts before its own extension only without what follows it.
    let all = [all, vec!["p1x=9".to_owned(), "p-x=8".to_owned(), "p=7".to_owned()]].concat();
    let sent = all.join("&");
    let name = |parameter: &String| parameter.split('=').next().unwrap().to_owned();
    type Sort = (&'static str, fn(&mut Vec<String>));
    let sorts: [Sort; 6] = [
        ("by byte", |all| all.sort()),
        ("ignoring case", |all| all.sort_by_key(|one| one.to_lowercase())),
        ("reversed", |all| all.reverse()),
        ("descending", |all| {
            all.sort();
            all.reverse();
        }),
        ("by name", |all| all.sort_by_key(|one| one.split('=').next().unwrap().to_owned())),
        ("by name, ignoring case", |all| {
            all.sort_by_key(|one| one.split('=').next().unwrap().to_lowercase());
        }),
    ];
    for (how, sort) in sorts {
        let mut sorted = all.clone();
        sort(&mut sorted);
        assert_ne!(sorted, all);
        assert_eq!(code_of_query(&sent, &sorted.join("&")), "query-reordered", "{how}");
    }
    let mut by_name = all.clone();
    by_name.sort_by_key(name);
    let mut by_byte = all;
    by_byte.sort();
    assert_ne!(by_name, by_byte, "the two orders are told apart here");
}

#[test]
fn what_was_typed_is_tried_too() {
    let typed = [
        ("url-case", "https://API.Netgiro.is/v1/x"),
        ("url-as-typed", "https://api.netgiro.is/a/../v1/x"),
        ("url-as-typed", "https://api.netgiro.is\\v1/x"),
        ("url-as-typed", "HTTPS://api.netgiro.is/v1/./x#part"),
    ];
    for (expected, typed) in typed {
        let said = diagnosed(|transcript| transcript.typed_url(typed), typed, typed);
        assert_eq!(said, expected, "{typed}");
    }
}

#[test]
fn the_other_encoding_is_named() {
    let sent = "name=J%C3%BCrgen%20A%40x&b=a%2Fb";
    for (signed, said) in [
        ("name=J%C3%BCrgen+A%40x&b=a%2Fb", "`+` for `%20`"),
        ("name=J%C3%BCrgen%20A%40x&b=a/b", "as Python's quote"),
        ("name=J%C3%BCrgen%20A@x&b=a/b", "as JavaScript's encodeURI"),
        ("name=J%25C3%25BCrgen%2520A%2540x&b=a%252Fb", "encoded twice"),
        ("name=J%C3%BCrgen%20A%40x&amp;b=a%2Fb", "`&amp;` for `&`"),
        ("name%3DJ%25C3%25BCrgen%2520A%2540x%26b%3Da%252Fb", "the whole query"),
    ] {
        let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(signed);
        let url = format!("https://api.unleashedsoftware.com/Customers?{sent}");
        let received = BASE64.encode(mac.finalize().into_bytes());
        let request = http::Request::get(&url).body(()).unwrap();
        let unleashed = Unleashed::new("api-id", SECRET).unwrap().signed_form(SignedForm::AsSent);
        let outgoing = RequestRef::from_http(&request).unwrap();
        let diagnosis = countersign::diagnose::diagnose(&unleashed, &outgoing, (), &received).unwrap();
        assert_eq!(diagnosis.code(), "query-encoded", "{signed}");
        assert!(diagnosis.sentence().contains(said), "{signed}: {diagnosis}");
    }
}

#[test]
fn a_query_with_some_escapes_undone_is_recognised() {
    let sent = "name=J%C3%BCrgen%20%26%20A&b=a%2Fb%25";
    assert_eq!(code_of_query(sent, "name=Jürgen %26 A&b=a%2Fb%"), "query-decoded");
    assert_eq!(code_of_query(sent, "name=Jürgen %26 A&b=a%2Fb%25"), "query-decoded");
    assert_eq!(code_of_query("name=%C3&b=%20", "name=%C3&b= "), "query-decoded");
    // A sign that is half of a letter is no text.
    assert_eq!(code_of_query("name=%C3&b=%20", "name=\u{c3}&b= "), "query-decoded");
    let url = |query: &str| format!("https://api.netgiro.is/v1/a?{query}");
    assert_eq!(code(&url(sent), &url("name=Jürgen %26 A&b=a%2Fb%25")), "query-decoded");
}

/// The commonest of all: a date, as a form writes it.
#[test]
fn a_query_signed_as_it_is_sent_is_recognised_where_it_is_signed_decoded() {
    let list = "https://api.unleashedsoftware.com/Customers?";
    for sent in ["modifiedSince=2026-08-01T00%3A00%3A00", "mail=a%40b&name=J%C3%BCrgen%20A", "a=%25"] {
        let request = http::Request::get(format!("{list}{sent}")).body(()).unwrap();
        let unleashed = Unleashed::new("api-id", SECRET).unwrap();
        let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(sent);
        let received = BASE64.encode(mac.finalize().into_bytes());
        let outgoing = RequestRef::from_http(&request).unwrap();
        let diagnosis = countersign::diagnose::diagnose(&unleashed, &outgoing, (), &received).unwrap();
        assert_eq!(diagnosis.code(), "query-not-decoded", "{sent}");
        assert!(diagnosis.fix().contains("`SignedForm::AsSent`"), "{diagnosis}");
    }
}

#[test]
fn a_plus_that_was_read_in_the_other_way_is_recognised() {
    for (sent, signed) in [("a=x+y&b=%3A", "a=x y&b=:"), ("a=x%20y&b=%3A", "a=x+y&b=:"), ("a=1+1", "a=1 1")] {
        let sent = format!("https://api.unleashedsoftware.com/Customers?{sent}");
        assert_eq!(code_of_decoded_query(&sent, signed), "query-plus", "{signed}");
    }
}

#[test]
fn a_word_in_place_of_a_query_is_recognised() {
    for word in ["undefined", "null", "{}", "None", "[object Object]"] {
        let sent = "https://api.unleashedsoftware.com/Customers";
        assert_eq!(code_of_list(sent, word, SignedForm::AsSent), "query-converted", "{word}");
    }
    assert_eq!(code_of_query("a=1", "[object Object]"), "query-converted");
}
