//! Messages that are made, and read back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign::RequestRef;
use countersign::declared::{Declaration, Declared, Scheme, Sent, Stamps};
use countersign::random::OsRandomness;
use countersign::signing::{Charset, Segment, SegmentKind, SignedText, Source};
use http::{HeaderMap, Request, StatusCode};

pub(crate) fn scheme(file: &str, credentials: &[(&str, &str)]) -> Scheme {
    (*signer(file, credentials).scheme()).clone()
}

pub(crate) fn signer(file: &str, credentials: &[(&str, &str)]) -> Declared {
    let declaration = Declaration::from_toml(file).unwrap_or_else(|error| panic!("{error}"));
    let find =
        |name: &str| credentials.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
    declaration.with_credentials(find).unwrap()
}

/// What verifying a message comes to: nothing, or a code.
pub(crate) fn verified(scheme: &Scheme, message: &Request<Vec<u8>>) -> Result<(), &'static str> {
    let message = RequestRef::from_http(message).unwrap();
    scheme.verify(&message).map(drop).map_err(|error| error.code())
}

pub(crate) fn signed(
    scheme: &Scheme,
    stamps: &[(&str, &str)],
    message: Request<Vec<u8>>,
) -> Request<Vec<u8>> {
    let (mut message, stamps) = (message, scheme.given_stamps(stamps.iter().copied()).unwrap());
    scheme.sign_http(&mut message, &stamps).unwrap();
    message
}

/// The text that is signed of a message, without its secrets.
pub(crate) fn text(scheme: &Scheme, stamps: &Stamps, message: &Request<Vec<u8>>) -> String {
    let mut text = Vec::new();
    let mut sink = |segment: Segment<'_>| text.extend_from_slice(segment.public_bytes().unwrap_or_default());
    scheme.state(&RequestRef::from_http(message).unwrap(), stamps, &mut SignedText::new(&mut sink)).unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

pub(crate) fn post(url: &str, body: &str) -> Request<Vec<u8>> {
    Request::post(url).body(body.into()).unwrap()
}

pub(crate) fn header<'m>(message: &'m Request<Vec<u8>>, name: &str) -> &'m str {
    message.headers()[name].to_str().unwrap()
}

pub(crate) const LISTED: &str = r#"
name = "acme"
webhook = { tolerance = "5m" }

[credentials]
secret = "secret"

[stamp]
time = "unix"

[let]
signature = { text = "{time}.{body}", mac = "sha256", as = "hex" }

[send.header]
x-signature = { text = ["t={time}", "v1={signature}"], join = "," }
"#;

#[test]
fn every_value_of_a_repeated_label_is_tried_and_others_are_passed_over() {
    let (ours, theirs) = (scheme(LISTED, &[("secret", "ours")]), scheme(LISTED, &[("secret", "theirs")]));
    let message = signed(&ours, &[("time", "5")], post("https://h/", "body"));
    let other = signed(&theirs, &[("time", "5")], post("https://h/", "body"));
    let signature = |message| header(message, "x-signature").split_once("v1=").unwrap().1.to_owned();
    let (right, wrong) = (signature(&message), signature(&other));
    let judged = |value: String| {
        let mut message = message.clone();
        message.headers_mut().insert("x-signature", value.try_into().unwrap());
        verified(&ours, &message)
    };
    for value in [
        format!("t=5,v1={right}"),
        format!("t=5,v1={wrong},v1={right}"),
        format!("v1={right}, v0={wrong}, t=5"),
        format!("t=5,v1={},v1=x", right.to_uppercase()),
    ] {
        assert_eq!(judged(value.clone()), Ok(()), "{value}");
    }
    for (value, code) in [
        (format!("t=5,v1={wrong},v1={wrong}"), "declared-signature-mismatch"),
        (format!("t=6,v1={right}"), "declared-signature-mismatch"),
        (format!("t=5,v0={right}"), "declared-malformed"),
        (format!("v1={right}"), "declared-malformed"),
        ("t=5,v1=".to_owned(), "declared-signature-mismatch"),
        (format!("t=5,t=6,v1={right}"), "declared-duplicate"),
        (format!("t=,v1={right}"), "declared-malformed"),
        (format!("t=5;v1={right}"), "declared-malformed"),
    ] {
        assert_eq!(judged(value.clone()), Err(code), "{value}");
    }
}

#[test]
fn what_is_placed_is_there_once() {
    let scheme = scheme(LISTED, &[("secret", "ours")]);
    let mut message = signed(&scheme, &[("time", "5")], post("https://h/", "body"));
    let value = message.headers()["x-signature"].clone();
    message.headers_mut().append("x-signature", value);
    assert_eq!(verified(&scheme, &message), Err("declared-duplicate"));
    message.headers_mut().remove("x-signature");
    assert_eq!(verified(&scheme, &message), Err("declared-missing"));
}

const EVERYWHERE: &str = r#"
name = "acme"
[credentials]
account = "id"
secret = "secret"
[stamp]
nonce = "rising-ms"
[let]
signature = { text = "{url}.{body}", mac = "sha256", as = "base64" }
[send.header]
x-account = "Acme id={account}"
[send.query]
nonce = "{nonce}"
sign = "{signature}"
"#;

#[test]
fn a_message_is_changed_where_something_is_placed_and_nowhere_else() {
    let scheme = scheme(EVERYWHERE, &[("account", "a 1"), ("secret", "s")]);
    let url = |url: &str| {
        let message = signed(&scheme, &[("nonce", "7")], post(url, "b"));
        assert_eq!(verified(&scheme, &message), Ok(()));
        assert_eq!(header(&message, "x-account"), "Acme id=a 1");
        assert!(message.headers()["x-account"].is_sensitive());
        message.uri().to_string()
    };
    let sign = |url: &str| url.split_once("sign=").unwrap().1.split('&').next().unwrap().to_owned();
    let made = url("https://h/p?x=%2f+&&y");
    assert!(made.starts_with("https://h/p?x=%2f+&&y&nonce=7&sign="), "{made}");
    let again = url("https://h/p?sign=old&x=%2f+&&nonce=1&y");
    assert_eq!(again, format!("https://h/p?sign={}&x=%2f+&&nonce=7&y", sign(&again)));
    assert!(url("https://h/p").starts_with("https://h/p?nonce=7&sign="));
}

#[test]
fn an_id_of_somebody_else_is_told_from_a_wrong_secret() {
    let ours = scheme(EVERYWHERE, &[("account", "a"), ("secret", "s")]);
    let message = signed(&ours, &[("nonce", "7")], post("https://h/", "b"));
    for (account, secret, code) in
        [("b", "s", "declared-id-unknown"), ("a", "t", "declared-signature-mismatch")]
    {
        let other = scheme(EVERYWHERE, &[("account", account), ("secret", secret)]);
        assert_eq!(verified(&other, &message), Err(code));
    }
    // Several keys at once: the message is read once, and each is asked.
    let others = ["x", "y", "s"].map(|secret| scheme(EVERYWHERE, &[("account", "a"), ("secret", secret)]));
    let outgoing = RequestRef::from_http(&message).unwrap();
    let claim = ours.declaration().read(&outgoing).unwrap();
    assert_eq!(others.iter().position(|other| other.confirm(&claim, &outgoing).is_ok()), Some(2));
    assert!(claim.ids().eq([("account", "a")]) && claim.stamps().eq([("nonce", "7")]));
}

#[test]
fn members_are_placed_in_json_as_deep_as_they_are_declared() {
    let file = r#"
name = "acme"
[credentials]
secret = "secret"
[stamp]
time = "unix"
token = "hex-32"
[let]
signature = { text = "{time}{token}", mac = "sha256", as = "hex" }
[send.json]
signature.time = "{time|bare}"
signature.token = "{token}"
signature.sign = "{signature}"
"#;
    let scheme = scheme(file, &[("secret", "s")]);
    let message = signed(&scheme, &[("time", "5"), ("token", "t")], post("https://h/", r#"{"a":1.0}"#));
    let body = String::from_utf8(message.body().clone()).unwrap();
    assert!(body.starts_with(r#"{"a":1.0,"signature":{"time":5,"token":"t","sign":""#), "{body}");
    assert_eq!(verified(&scheme, &message), Ok(()));
    let judged = |body: String| verified(&scheme, &post("https://h/", &body));
    assert_eq!(judged(body.replace("\"t\"", "\"u\"")), Err("declared-signature-mismatch"));
    assert_eq!(judged(body.replace("\"a\":1.0", "\"a\":2")), Ok(()), "the body is not covered");
    assert_eq!(judged(body.replace("\"time\":5", "\"time\":5,\"time\":5")), Err("declared-duplicate"));
    assert_eq!(judged("[]".into()), Err("declared-missing"));
}

#[test]
fn a_token_of_json_is_read_however_it_is_printed() {
    let file = r#"
name = "acme"
[credentials]
key = "id"
secret = "secret"
[stamp]
time = "unix"
[let]
head = { json = { alg = "HS256", typ = "JWT" }, as = "base64url-nopad" }
claims = { json = { sub = "{key}", iat = "{time|bare}", scope = { all = true, level = 3 } }, as = "base64url-nopad" }
signature = { text = "{head}.{claims}", mac = "sha256", as = "base64url-nopad" }
[send.header]
authorization = "Bearer {head}.{claims}.{signature}"
"#;
    let scheme = scheme(file, &[("key", "k"), ("secret", "s")]);
    let message = signed(&scheme, &[("time", "5")], post("https://h/", ""));
    assert_eq!(verified(&scheme, &message), Ok(()));
    // As another library prints it: other order, blanks, a further claim.
    let encode = |json: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json)
    };
    let token = |claims: &str| {
        let text = format!("{}.{}", encode(r#"{"typ": "JWT", "alg": "HS256"}"#), encode(claims));
        let mut mac =
            countersign::signing::MacKey::hmac_sha256(b"s", countersign::signing::Encoding::Base64UrlNoPad)
                .unwrap()
                .start();
        mac.update(text.as_bytes());
        let mut message = post("https://h/", "");
        let value = format!("Bearer {text}.{}", mac.finish().expose_text());
        message.headers_mut().insert("authorization", value.try_into().unwrap());
        verified(&scheme, &message)
    };
    let claims = r#"{"scope": {"level": 3, "all": true}, "iat": 5, "aud": "x", "sub": "k"}"#;
    assert_eq!(token(claims), Ok(()));
    assert_eq!(token(&claims.replace("\"k\"", "\"other\"")), Err("declared-id-unknown"));
    assert_eq!(token(&claims.replace("true", "false")), Err("declared-value-mismatch"));
    assert_eq!(token(&claims.replace("\"iat\": 5, ", "")), Err("declared-missing"));
    assert_eq!(token("{"), Err("declared-malformed"));
}

const COVERED: &str = r#"
name = "acme"
[credentials]
secret = "secret"
[stamp]
time = "unix"
[let]
digest = { text = "{body}", hash = "sha256", as = "base64" }
covered = { headers = ["(request-target)", "host", "digest"], add = { "(request-target)" = "{method|lower} {target}" }, each = "{name}: {value}", join = "\n" }
signature = { text = "{covered}\n{time}", mac = "sha256", as = "base64" }
[send.header]
digest = "SHA-256={digest}"
signature = { text = ['time="{time}"', 'headers="{covered.names}"', 'signature="{signature}"'], join = ", " }
"#;

#[test]
fn a_list_of_covered_headers_is_taken_from_the_message_and_holds_what_must_be_covered() {
    let scheme = scheme(COVERED, &[("secret", "s")]);
    let good = signed(&scheme, &[("time", "5")], post("https://h/p?q=1", "body"));
    assert!(header(&good, "signature").contains(r#"headers="(request-target) host digest""#));
    assert_eq!(verified(&scheme, &good), Ok(()));
    let judged = |from: &str, to: &str| {
        let mut message = good.clone();
        let value = header(&good, "signature").replace(from, to);
        message.headers_mut().insert("signature", value.try_into().unwrap());
        verified(&scheme, &message)
    };
    assert_eq!(judged(" digest\"", "\""), Err("declared-not-covered"));
    assert_eq!(judged("host digest", "digest host"), Err("declared-signature-mismatch"));
    assert_eq!(judged("host digest", "host digest x-more"), Err("declared-missing"));
    for list in ["host host digest", "host  digest", "Host digest", "host digest *"] {
        assert_eq!(judged("host digest", list), Err("declared-malformed"), "{list}");
    }
    let more = |count: usize| (0..count).map(|n| format!(" x{n}")).collect::<String>();
    for (count, code) in [(61, "declared-missing"), (62, "declared-malformed"), (63, "declared-malformed")] {
        assert_eq!(judged("host digest", &format!("host digest{}", more(count))), Err(code), "{count}");
    }
    let mut other = good.clone();
    other.body_mut().push(b'x');
    assert_eq!(verified(&scheme, &other), Err("declared-value-mismatch"), "the digest is of another body");
}

const REPLIED: &str = r#"
name = "acme"
[credentials]
secret = "secret"
[stamp]
time = "unix"
[let]
signature = { text = "{time}.{url}.{body}", mac = "sha256", as = "hex" }
[send.header]
x-time = "{time}"
x-signature = "{signature}"
[reply.let]
signature = { text = "{status}.{request.time}.{request.body}.{request.header.x-more}.{time}.{body}", mac = "sha256", as = "hex" }
[reply.send.header]
x-time = "{time}"
x-signature = "{signature}"
"#;

#[test]
fn a_reply_has_a_text_of_its_own_or_that_of_requests() {
    let same = REPLIED.split_once("[reply.let]").unwrap().0.to_owned() + "[reply]\nsame = true\n";
    for file in [REPLIED, &same] {
        let scheme = scheme(file, &[("secret", "s")]);
        assert!(scheme.declaration().signs_replies());
        let mut request = post("https://h/p", "question");
        request.headers_mut().insert("x-more", "more".try_into().unwrap());
        let outgoing = RequestRef::from_http(&request).unwrap();
        let (stamps, later) =
            (scheme.given_stamps([("time", "5")]).unwrap(), scheme.given_stamps([("time", "6")]).unwrap());
        let sent = Sent { request: &outgoing, stamps: &stamps, status: StatusCode::OK };
        let none = HeaderMap::new();
        let (placed, _) = scheme.place_reply(&sent, &sent.reply(&none, b"answer"), &later).unwrap();
        let headers: HeaderMap = placed.headers.into_iter().collect();
        let judged = |sent: &Sent<'_>, headers: &HeaderMap, body: &[u8]| {
            scheme.verify_reply(sent, &sent.reply(headers, body)).map(drop).map_err(|error| error.code())
        };
        assert_eq!(judged(&sent, &headers, b"answer"), Ok(()));
        assert_eq!(judged(&sent, &headers, b"another"), Err("declared-signature-mismatch"));
        assert_eq!(judged(&sent, &none, b"answer"), Err("declared-missing"));
        let other = post("https://h/other", "other question");
        let other = RequestRef::from_http(&other).unwrap();
        let of_other = Sent { request: &other, ..sent };
        assert_eq!(judged(&of_other, &headers, b"answer"), Err("declared-signature-mismatch"));
        let created = Sent { status: StatusCode::CREATED, ..sent };
        assert_eq!(
            judged(&created, &headers, b"answer").is_ok(),
            file == same,
            "the status is in a text of its own"
        );
        // Our own request sent back is signed by ourselves, and proves nothing.
        let (ours, _) = scheme.place(&outgoing, &stamps).unwrap();
        let reflected: HeaderMap = ours.headers.into_iter().collect();
        assert_eq!(judged(&sent, &reflected, b"question"), Err("declared-reflected"));
    }
    assert!(!scheme(LISTED, &[("secret", "s")]).declaration().signs_replies());
}

#[test]
fn stamps_are_drawn_from_one_reading_of_the_clock_and_given_by_name() {
    let file = LISTED.replace("time = \"unix\"", "time = \"unix\"\nday = \"%Y-%m-%d\"\nnonce = \"uuid\"");
    let file = file.replace("\"t={time}\"", "\"t={time}\", \"d={day}\", \"n={nonce}\"");
    let scheme = scheme(&file, &[("secret", "s")]);
    let clock = || UNIX_EPOCH + Duration::from_secs(86_400);
    let drawn = scheme.draw(&clock, &OsRandomness).unwrap();
    let texts: Vec<_> = drawn.texts().collect();
    assert_eq!(texts[..2], ["86400", "1970-01-02"]);
    assert_ne!(drawn, scheme.draw(&clock, &OsRandomness).unwrap());
    let given = [("time", "1"), ("day", "2"), ("nonce", "3")];
    assert!(scheme.given_stamps(given).unwrap().texts().eq(["1", "2", "3"]));
    for wrong in [&given[..2], &[given[0], given[1], given[1]], &[("other", "1"), given[0], given[1]]] {
        assert_eq!(scheme.given_stamps(wrong.iter().copied()).unwrap_err().code(), "declared-stamp");
    }
    let early = || SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(scheme.draw(&early, &OsRandomness).unwrap_err().code(), "clock-out-of-range");
}

#[test]
fn credentials_are_those_of_variables_that_begin_with_the_name() {
    let file = LISTED
        .replace("\"acme\"", "\"acme-pay\"")
        .replace("secret = \"secret\"", "account = \"id\"\nsecret = \"secret\"");
    let declaration = Declaration::from_toml(&file).unwrap();
    let asked = std::cell::RefCell::new(Vec::new());
    let lookup = |name: &str| {
        asked.borrow_mut().push(name.to_owned());
        None
    };
    let error = declaration.from_variables(lookup).unwrap_err();
    assert_eq!(*asked.borrow(), ["ACME_PAY_ACCOUNT", "ACME_PAY_SECRET"]);
    assert_eq!(error.to_string(), "not set: ACME_PAY_ACCOUNT, ACME_PAY_SECRET");
    assert!(declaration.from_variables(|name| Some(name.to_lowercase())).is_ok());
    for (value, code) in [("", "field-empty"), (" x", "field-padded"), ("a\nb", "field-control-character")] {
        assert_eq!(declaration.with_credentials(|_| Some(value.into())).unwrap_err().code(), code);
    }
    let unreadable = LISTED.replace("mac = ", "key = \"{secret|unbase64}\", mac = ");
    let error = Declaration::from_toml(&unreadable)
        .unwrap()
        .with_credentials(|_| Some("canary!*".into()))
        .unwrap_err();
    assert_eq!(error.code(), "declared-unwritable");
    assert!(!format!("{error:#} {error:?}").contains("canary"));
}

#[test]
fn secrets_are_stated_as_such_and_shown_nowhere() {
    let file = r#"
name = "acme"
[credentials]
account = "id"
secret = "secret"
[let]
hashed = "{secret|md5|hex}"
wrapped = "<{secret}>"
token = { json = { key = "{secret}" } }
written = { text = "{query}{secret}", as = "base64" }
fields = { pairs = ["query"], add = { key = "{secret}" } }
signature = { text = "{account}.{secret|lower}.{hashed}.{wrapped}.{token}.{written}.{fields}.{body}", hash = "sha512", as = "hex" }
[send.header]
x-account = "{account}"
x-signature = "{signature}"
"#;
    let scheme = scheme(file, &[("account", "me"), ("secret", "Canary")]);
    let request = post("https://h/p?q=1", "body");
    let outgoing = RequestRef::from_http(&request).unwrap();
    let (stamps, mut shown, mut hidden) = (scheme.given_stamps([]).unwrap(), String::new(), 0);
    let mut sink = |segment: Segment<'_>| match segment.public_bytes() {
        Some(bytes) => shown.push_str(&String::from_utf8_lossy(bytes)),
        None => {
            assert_eq!(segment.kind(), SegmentKind::Secret);
            hidden += 1;
        }
    };
    scheme.state(&outgoing, &stamps, &mut SignedText::new(&mut sink)).unwrap();
    assert_eq!(shown, "me...<>...=&=.body");
    assert_eq!(
        hidden, 9,
        "the secret, its digest, within a step, within JSON, encoded with other text, and each name and value of the list"
    );
    let text = format!("{scheme:?} {:?} {stamps:?}", scheme.declaration());
    assert!(!text.contains("Canary") && !text.contains("canary"), "{text}");
    assert_eq!(text.matches("acme").count(), 2, "scheme and declaration tell their name: {text}");
}

#[test]
fn each_part_of_the_text_says_where_it_is_from() {
    let file = r#"
name = "acme"
[credentials]
account = "id"
secret = "secret"
[stamp]
time = "unix"
nonce = "uuid"
[let]
front = { text = "{account}", hash = "sha256", as = "hex" }
signature = { text = "{account}{time}{nonce}{header.x-a}{query.b}{json.c}{json.d|latin9}{body|lower}{front}", mac = "sha256", as = "hex" }
[send.header]
x-account = "{account}"
x-time = "{time}"
x-nonce = "{nonce}"
x-signature = "{signature}"
"#;
    let scheme = scheme(file, &[("account", "me"), ("secret", "s")]);
    let mut request = post("https://h/p?b=1", r#"{"c":1,"d":"2"}"#);
    request.headers_mut().insert("x-a", "3".try_into().unwrap());
    let outgoing = RequestRef::from_http(&request).unwrap();
    let stamps = scheme.given_stamps([("time", "5"), ("nonce", "6")]).unwrap();
    let mut found = Vec::new();
    let mut sink = |segment: Segment<'_>| {
        assert!(segment.public_bytes().is_some(), "{} is no secret", segment.name());
        found.push((segment.name().to_owned(), segment.source(), segment.charset()));
    };
    scheme.state(&outgoing, &stamps, &mut SignedText::new(&mut sink)).unwrap();
    let expected = [
        ("account", Source::Credential, Charset::Utf8),
        ("time", Source::Clock, Charset::Utf8),
        ("nonce", Source::Drawn, Charset::Utf8),
        ("header.x-a", Source::RequestHeader, Charset::Utf8),
        ("query.b", Source::RequestQuery, Charset::Utf8),
        ("json.c", Source::Body, Charset::Utf8),
        ("json.d", Source::Body, Charset::Latin9),
        ("body", Source::Body, Charset::Bytes),
        ("front", Source::Unstated, Charset::Bytes),
    ];
    assert_eq!(found, expected.map(|(name, source, charset)| (name.to_owned(), source, charset)));
}

/// A file that signs one template, under `[let]` and `[send]` tables that it needs.
fn of_text(text: &str, more: &str) -> Scheme {
    let file = format!(
        "name = \"acme\"\n[credentials]\nsecret = \"secret\"\n{more}\n[send.header]\nx-signature = \"{{signature}}\"\n\
         [let.signature]\ntext = \"{text}\"\nmac = \"sha256\"\nas = \"hex\"\n"
    );
    scheme(&file, &[("secret", "s")])
}

/// As [`text`], where no stamp is declared.
fn stampless(scheme: &Scheme, message: &Request<Vec<u8>>) -> String {
    text(scheme, &scheme.given_stamps([]).unwrap(), message)
}

#[test]
fn the_port_is_that_of_the_url_or_of_its_scheme() {
    let scheme = of_text("{hostname} {port}", "");
    for (url, expected) in [
        ("https://h/", "h 443"),
        ("http://h/", "h 80"),
        ("https://h:8443/", "h 8443"),
        ("http://[::1]:81/", "[::1] 81"),
    ] {
        assert_eq!(stampless(&scheme, &post(url, "")), expected);
    }
}

#[test]
fn a_pattern_stands_for_no_letter_twice() {
    let scheme = of_text("{kept}", "[let]\nkept = { pairs = [\"query\"], keep = [\"a*a\", \"bc*cb\"] }");
    let message = post("https://h/?a=1&aa=2&aba=3&bcb=4&bccb=5&bc=6", "");
    assert_eq!(stampless(&scheme, &message), "aa=2&aba=3&bccb=5");
}

#[test]
fn a_question_mark_stays_if_the_query_is_empty_without_the_signature() {
    let scheme = of_text("{url}", "[send.query]\nsign = \"{signature}\"");
    for url in ["https://h/p", "https://h/p?", "https://h/p?a=1"] {
        assert_eq!(stampless(&scheme, &post(url, "")), url);
    }
}

#[test]
fn a_header_that_a_message_has_is_kept_instead_of_the_default() {
    let scheme = of_text("{body}", "[send.default]\ncontent-type = \"application/json\"");
    let mut message = post("https://h/", "{}");
    assert_eq!(header(&signed(&scheme, &[], message.clone()), "content-type"), "application/json");
    message.headers_mut().insert("content-type", "text/plain".try_into().unwrap());
    assert_eq!(header(&signed(&scheme, &[], message), "content-type"), "text/plain");
}

#[test]
fn what_stands_around_a_value_is_read_strictly_and_the_value_as_it_is() {
    let file = LISTED.replace("secret = \"secret\"", "account = \"id\"\nsecret = \"secret\"")
        + "x-account = \"id={account};\"\nx-version = \"1\"\n";
    let scheme = scheme(&file, &[("account", "a;b"), ("secret", "s")]);
    let good = signed(&scheme, &[("time", "5")], post("https://h/", "body"));
    assert_eq!(verified(&scheme, &good), Ok(()), "a value may have in it what stands behind it");
    let mut other = good.clone();
    other.headers_mut().insert("x-version", "2".try_into().unwrap());
    assert_eq!(verified(&scheme, &other), Err("declared-malformed"));
}

#[test]
fn the_signature_is_the_one_that_is_placed() {
    let signer = signer(LISTED, &[("secret", "s")]);
    let message = post("https://h/", "body");
    let outgoing = RequestRef::from_http(&message).unwrap();
    let stamps = signer.scheme().given_stamps([("time", "5")]).unwrap();
    let signature = signer.signature(&outgoing, &stamps.into()).unwrap().unwrap();
    let placed = signed(&signer.scheme(), &[("time", "5")], message.clone());
    assert_eq!(header(&placed, "x-signature"), format!("t=5,v1={}", signature.expose_text()));
}

#[test]
fn the_work_for_a_message_is_bounded_by_its_length() {
    let doubling_to = |last: usize, first: &str, each: &str| {
        let steps: String =
            (1..=last).map(|n| format!("s{n} = \"{}\"\n", each.replace('#', &(n - 1).to_string()))).collect();
        let text = format!("[let]\ns0 = {first}\n{steps}");
        LISTED.replace("{body}", &format!("{{s{last}}}")).replace("[let]\n", &text)
    };
    let doubling = |first: &str, each: &str| doubling_to(59, first, each);
    let digest =
        |n: usize| format!("s{} = {{ text = \"{{s{n}}}{{s{n}}}\", hash = \"md5\", as = \"hex\" }}\n", n + 1);
    let digests = format!("[let]\ns0 = \"{{body}}\"\n{}", (0..59).map(digest).collect::<String>());
    for file in [
        doubling("\"{body}\"", "{s#}{s#}"),
        doubling("\"\"", "{s#}{s#}"),
        doubling("[{ methods = [\"PUT\"], text = \"x\" }]", "{s#}{s#}"),
        doubling("{ pairs = [\"query\"] }", "{s#}{s#}"),
        doubling("\"{json.a}\"", "{s#}{s#}"),
        doubling("\"{body}\"", "{s#|hex|hex|hex|hex|hex|hex|hex|hex}"),
        doubling("\"{body}\"", "{s#|lower}{s#|lower}"),
        LISTED.replace("{body}", "{body|hex|hex|hex|hex|hex|hex|hex|first:4}"),
        // Short digests of a long value, a few hundred times.
        doubling_to(8, "\"{body|lower}\"", "{s#|sha256|hex}{s#|sha256|hex}"),
        // Digests that are placed before they are made.
        LISTED.replace("[let]\n", &digests) + "[send.query]\nx = \"{s59}\"\n",
    ] {
        let scheme = scheme(&file, &[("secret", "s")]);
        let message = post("https://h/p?a=1", &"x".repeat(10_000));
        let stamps = scheme.given_stamps([("time", "5")]).unwrap();
        let error = scheme.place(&RequestRef::from_http(&message).unwrap(), &stamps).unwrap_err();
        assert_eq!(error.code(), "declared-too-long", "{file}");
    }
    let once = of_text("{fields}{json.a}", "[let]\nfields = { pairs = [\"query\"] }");
    let long = "x".repeat(10_000);
    assert!(
        stampless(&once, &post(&format!("https://h/?{long}={long}"), &format!("{{\"b\":\"{long}\"}}"))).len()
            > 20_000
    );
}
