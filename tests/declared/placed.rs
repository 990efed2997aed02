//! What is placed is signed with what surrounds it, whatever it is made of; and each message has its own stamps.

use countersign::declared::Declaration;
use http::Request;

use crate::messages::{post, scheme, signed, verified};

/// <https://pusher.com/docs/channels/library_auth_reference/rest-api/>: the digest of the body is a pair of the signed query.
const PUSHER: &str = r#"
name = "pusher"
[credentials]
key = "id"
secret = "secret"
[stamp]
time = "unix"
[let]
digest = { text = "{body}", hash = "md5", as = "hex" }
sorted = { pairs = ["query"], sort = "name", each = "{name|lower}={value}" }
signature = { text = "{method}\n{path}\n{sorted}", mac = "sha256", as = "hex" }
[send.query]
auth_key = "{key}"
auth_timestamp = "{time}"
auth_version = "1.0"
body_md5 = "{body|md5|hex}"
auth_signature = "{signature}"
[[vector]]
source = "https://pusher.com/docs/channels/library_auth_reference/rest-api/"
credentials = { key = "278d425bdf160c739803", secret = "7ad3773142a6692b25b8" }
stamp = { time = "1353088179" }
method = "POST"
url = "https://api.pusherapp.com/apps/3/events?auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0&body_md5=ec365a775a4cd0599faeb73354201b6f&auth_signature=da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c"
headers = { content-type = "application/json" }
body = '''{"name":"foo","channels":["project-3"],"data":"{\"some\":\"data\"}"}'''
"#;

/// What keeps each vector of a file from being made, verified, and refused when tampered with.
fn wrong(file: &str) -> Vec<String> {
    let declaration = Declaration::from_toml(file).unwrap_or_else(|error| panic!("{error}"));
    let vectors = declaration.check().vectors;
    assert!(!vectors.is_empty());
    vectors.into_iter().flat_map(|vector| vector.why).collect()
}

#[test]
fn a_digest_of_the_body_in_the_query_is_signed_with_it() {
    let as_a_value = PUSHER.replace("{body|md5|hex}", "{digest}");
    for file in [PUSHER, &as_a_value] {
        assert_eq!(wrong(file), [""; 0], "{file}");
        let warnings: Vec<_> =
            Declaration::from_toml(file).unwrap().warnings().iter().map(|one| one.code).collect();
        assert!(!warnings.contains(&"body-not-covered"), "{warnings:?}");
    }
}

#[test]
fn the_names_of_signed_headers_are_signed_in_the_query_that_lists_them() {
    let file = r#"
name = "acme"
[credentials]
secret = "secret"
[stamp]
time = "unix"
[let]
covered = { headers = ["host", "x-*"], names = ";" }
signature = { text = "{query}\n{covered}", mac = "sha256", as = "hex" }
[send.query]
time = "{time}"
names = "{covered.names}"
signature = "{signature}"
"#;
    let scheme = scheme(file, &[("secret", "s")]);
    let request = Request::get("https://h/p").header("x-a", "1").body(Vec::new()).unwrap();
    let good = signed(&scheme, &[("time", "5")], request);
    assert!(good.uri().query().unwrap().starts_with("time=5&names=host%3Bx-a&signature="), "{}", good.uri());
    assert_eq!(verified(&scheme, &good), Ok(()));
    let judged = |names: &str| {
        let mut message = good.clone();
        *message.uri_mut() = good.uri().to_string().replace("host%3Bx-a", names).parse().unwrap();
        verified(&scheme, &message)
    };
    assert_eq!(judged("host"), Err("declared-signature-mismatch"));
    assert_eq!(judged("host;x-a"), Err("declared-signature-mismatch"), "the query is signed as it is sent");
}

#[test]
fn what_is_made_of_the_part_that_it_is_placed_in_is_no_part_of_it() {
    let file = PUSHER
        .replace("{body|md5|hex}", "{query|md5|hex}")
        .split_once("[[vector]]")
        .map(|(file, _)| file.to_owned())
        .unwrap();
    let scheme = scheme(&file, &[("key", "k"), ("secret", "s")]);
    let message = signed(&scheme, &[("time", "5")], post("https://h/p?a=1", "body"));
    assert_eq!(verified(&scheme, &message), Ok(()));
    let mut other = message.clone();
    *other.uri_mut() = message.uri().to_string().replace("a=1", "a=2").parse().unwrap();
    assert!(verified(&scheme, &other).is_err());
}

#[test]
fn a_key_that_is_a_mac_of_constants_is_made_once() {
    // Made with Python's hmac, by <https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app>.
    let file = r#"
name = "telegram"
[credentials]
token = "secret"
[stamp]
time = "unix"
[let]
fields = { pairs = ["query"], drop = ["hash"], sort = "name", join = "\n" }
key = { text = "{token}", mac = "sha256", key = "WebAppData" }
signature = { text = "{fields}", mac = "sha256", key = "{key}", as = "hex" }
[send.query]
auth_date = "{time}"
hash = "{signature}"
[[vector]]
source = "made with Python's hmac"
credentials = { token = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11" }
stamp = { time = "1700000000" }
method = "GET"
url = "https://shop.example/login?query_id=AA&user=%7B%22id%22%3A1%7D&auth_date=1700000000&hash=1aff49e6e25b83aa579a2147d836e519a589c51c35927533064cb5ead06b3494"
"#;
    assert_eq!(wrong(file), [""; 0]);
}

#[test]
fn each_of_a_list_may_have_a_secret_beside_it_and_its_name_in_another_case() {
    // SHA-IN of Ingenico e-Commerce, made with Python's hashlib.
    let file = r#"
name = "ogone"
[credentials]
passphrase = "secret"
[let]
fields = { pairs = ["form"], drop = ["SHASIGN"], drop-empty = true, case = "upper", sort = "name", each = "{name}={value}{passphrase}", join = "" }
signature = { text = "{fields}", hash = "sha1", as = "HEX" }
[send.form]
SHASIGN = "{signature}"
[[vector]]
source = "made with Python's hashlib"
credentials = { passphrase = "Mysecretsig1875!?" }
method = "POST"
url = "https://secure.ogone.com/ncol/test/orderdirect.asp"
headers = { content-type = "application/x-www-form-urlencoded" }
body = "PSPID=MyPSPID&ORDERID=1234&AMOUNT=1500&currency=EUR&CN=&operation=RES&SHASIGN=EB52902BCC4B50DC1250E5A7C1068ECF97751256"
"#;
    assert_eq!(wrong(file), [""; 0]);
    let sent = file.replace("[[vector]]", "[send.header]\nx-fields = \"{fields}\"\n[[vector]]");
    assert_eq!(Declaration::from_toml(&sent).unwrap_err().code(), "declaration-secret-placed");
}

/// Bitstamp's replies have no stamp of their own, and sign the request's; the vector is made with Python's hmac.
const REPLIED: &str = r#"
name = "bitstamp"
[credentials]
key = "id"
secret = "secret"
[stamp]
nonce = "uuid"
time = "unix-ms"
[let]
signature = { text = "BITSTAMP {key}{method}{host}{path}{query|before:?}{header.content-type}{nonce}{time}v2{body}", mac = "sha256", as = "HEX" }
[send.header]
x-auth = "BITSTAMP {key}"
x-auth-signature = "{signature}"
x-auth-nonce = "{nonce}"
x-auth-timestamp = "{time}"
x-auth-version = "v2"
[reply.let]
signature = { text = "{request.nonce}{request.time}{header.content-type}{body}", mac = "sha256", as = "hex" }
[reply.send.header]
x-server-auth-signature = "{signature}"
[[vector]]
source = "made with Python's hmac"
credentials = { key = "k1", secret = "a-secret-of-enough-bytes" }
stamp = { nonce = "f93c979d-b00d-43a9-9b9c-fd4cd9547fa6", time = "1567755304968" }
method = "POST"
url = "https://www.bitstamp.net/api/v2/user_transactions/"
body = "offset=1"
reply = { status = 200, headers = { content-type = "application/json", x-server-auth-signature = "44548748ebb849303adec3adae7137813c26567d4730184d30d3c96c710b77f3" }, body = '{"ok":true}' }
[vector.headers]
content-type = "application/x-www-form-urlencoded"
x-auth = "BITSTAMP k1"
x-auth-signature = "9176811ED4BE42E738F309900E3C4C650F4FAE2EA16F038BF6A0888CBE54A0A5"
x-auth-nonce = "f93c979d-b00d-43a9-9b9c-fd4cd9547fa6"
x-auth-timestamp = "1567755304968"
x-auth-version = "v2"
"#;

#[test]
fn a_reply_needs_none_of_the_stamps_but_those_that_it_names() {
    let warned = |file: &str| {
        let declaration = Declaration::from_toml(file).unwrap_or_else(|error| panic!("{error}"));
        declaration.warnings().iter().map(|one| one.code).collect::<Vec<_>>()
    };
    assert_eq!(wrong(REPLIED), [""; 0]);
    assert!(!warned(REPLIED).contains(&"no-stamp"));
    let stale = REPLIED.replace("{request.nonce}{request.time}", "");
    assert!(warned(&stale).contains(&"no-stamp"), "nothing tells such a reply from a copy");
    for (old, new, code) in [
        ("{request.nonce}", "{nonce}", "declaration-stamp-unplaced"),
        ("200, headers", "200, stamp = { time = \"1\" }, headers", "declaration-vector"),
    ] {
        let error = Declaration::from_toml(&REPLIED.replace(old, new)).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
}
