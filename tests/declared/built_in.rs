//! The providers that are built in, declared: both give the same bytes, and judge alike.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign::RequestRef;
use countersign::Signer;
use countersign::declared::{Declaration, Declared, Sent};
use countersign::netgiro::{self, Netgiro, SentRequest};
use countersign::netvisor::{self, Credentials, Language, MacAlgorithm, Netvisor, TransactionId};
use countersign::unleashed::{self, Unleashed};
use countersign::{SignedForm, vizion};
use http::{HeaderMap, Method, Request, StatusCode};

const CASES: u64 = 10_000;

/// Numbers that are as good as random, and the same in each run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn text(&mut self, longest: usize, alphabet: &[&str]) -> String {
        (0..self.below(longest)).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }

    /// A request to `origin`, with a query and a body more often than not.
    fn request(&mut self, origin: &str) -> Request<Vec<u8>> {
        const LETTERS: [&str; 11] = ["a", "B", "7", "-", "_", "~", "%20", "%C3%A4", "%2F", "%2b", "+"];
        let method = [Method::GET, Method::POST, Method::PUT, Method::DELETE][self.below(4)].clone();
        let mut url = format!("{origin}/{}", self.text(12, &LETTERS));
        for pair in 0..self.below(4) {
            let mark = if pair == 0 { '?' } else { '&' };
            url = format!("{url}{mark}{}={}", self.text(6, &LETTERS), self.text(12, &LETTERS));
        }
        let body = self.text(200, &["{", "}", "\"", "ä", "€", "\n", "a", "1", ":", ","]);
        Request::builder().method(method).uri(url).body(body.into_bytes()).unwrap()
    }
}

fn declared(file: &str, credentials: &[(&str, &str)]) -> Declared {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/declared");
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let declaration = Declaration::from_toml(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let find =
        |name: &str| credentials.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
    declaration.with_credentials(find).unwrap()
}

/// The headers of a request that is signed in Rust.
fn in_rust<S: countersign::Scheme>(
    provider: &Signer<S>,
    request: &Request<Vec<u8>>,
    stamp: S::Stamp,
) -> HeaderMap {
    let mut headers = request.headers().clone();
    provider.sign_with(&RequestRef::from_http(request).unwrap(), stamp).unwrap().apply(&mut headers);
    headers
}

/// The headers of a request that is signed by its declaration, and verified by it.
fn by_file(signer: &Declared, request: &Request<Vec<u8>>, stamps: &[(&str, &str)]) -> HeaderMap {
    let scheme = signer.scheme();
    let (stamps, mut signed) = (scheme.given_stamps(stamps.iter().copied()).unwrap(), request.clone());
    let outgoing = RequestRef::from_http(request).unwrap();
    signer.sign_with(&outgoing, stamps.into()).unwrap().apply(signed.headers_mut());
    scheme.verify(&RequestRef::from_http(&signed).unwrap()).unwrap();
    signed.headers().clone()
}

#[test]
fn netvisor_is_signed_alike_by_either_algorithm() {
    const KEYS: [&str; 2] = ["customer key Š", "partner/key€"];
    let credentials = || Credentials {
        sender: "Hämeen Š ja kumpp.".into(),
        customer_id: "FI_1".into(),
        customer_key: KEYS[0].into(),
        partner_id: "Acm_1".into(),
        partner_key: KEYS[1].into(),
        organisation_id: "1234567-8".into(),
    };
    let given = [
        ("sender", "Hämeen Š ja kumpp."),
        ("customer_id", "FI_1"),
        ("customer_key", KEYS[0]),
        ("partner_id", "Acm_1"),
        ("partner_key", KEYS[1]),
        ("organisation_id", "1234567-8"),
        ("language", "EN"),
    ];
    let pairs = [
        (MacAlgorithm::HmacSha256, declared("netvisor.toml", &given)),
        (MacAlgorithm::Sha256, declared("netvisor-sha256.toml", &given)),
    ];
    let mut numbers = Numbers(1);
    for (algorithm, scheme) in pairs {
        let provider = Netvisor::new(credentials()).unwrap().algorithm(algorithm);
        for case in 0..CASES / 2 {
            let request = numbers.request("https://integration.netvisor.fi");
            let unix = 1_700_000_000 + i64::try_from(case).unwrap();
            let at = UNIX_EPOCH + Duration::from_secs(unix.unsigned_abs());
            let id = TransactionId::new(&format!("id-{}", numbers.next())).unwrap();
            let text =
                chrono::DateTime::from_timestamp(unix, 0).unwrap().format("%Y-%m-%d %H:%M:%S").to_string();
            let stamp = netvisor::Stamp::at(at, id.clone(), Language::En).unwrap();
            let (unix, id) = (unix.to_string(), id.text());
            let mut stamps =
                vec![("timestamp", &*text), ("transaction_id", &*id), ("timestamp_unix", &*unix)];
            stamps.truncate(if algorithm == MacAlgorithm::HmacSha256 { 3 } else { 2 });
            assert_eq!(by_file(&scheme, &request, &stamps), in_rust(&provider, &request, stamp));
        }
    }
}

#[test]
fn netgiro_is_signed_alike() {
    let scheme =
        declared("netgiro.toml", &[("app_key", "app"), ("secret", "a secret of thirty bytes or so")]);
    let provider = Netgiro::new("app", "a secret of thirty bytes or so").unwrap();
    let mut numbers = Numbers(2);
    for _ in 0..CASES {
        let request = numbers.request("https://api.netgiro.is");
        let nonce = numbers.next().to_string();
        let stamp = netgiro::Stamp::with_nonce(&nonce).unwrap();
        assert_eq!(by_file(&scheme, &request, &[("nonce", &nonce)]), in_rust(&provider, &request, stamp));
    }
}

#[test]
fn unleashed_is_signed_alike() {
    let given = [("api_id", "an id"), ("api_key", "a key"), ("client_type", "acme/stock")];
    let scheme = declared("unleashed.toml", &given);
    let provider = Unleashed::new("an id", "a key")
        .unwrap()
        .client_type("acme/stock")
        .unwrap()
        .signed_form(SignedForm::Decoded);
    let mut numbers = Numbers(3);
    for _ in 0..CASES {
        let request = numbers.request("https://api.unleashedsoftware.com");
        assert_eq!(by_file(&scheme, &request, &[]), in_rust(&provider, &request, ()));
    }
}

/// One change in a good message, of several kinds.
fn changed(message: &Request<Vec<u8>>, kind: usize, at: usize) -> Request<Vec<u8>> {
    let mut changed = message.clone();
    let (headers, names) = (message.headers(), message.headers().keys().cloned().collect::<Vec<_>>());
    let name = &names[at % names.len()];
    match kind {
        0 => {}
        1 => _ = changed.headers_mut().remove(name),
        2 => {
            // A digit: other letters may name an optional parameter, which only the provider in Rust does without.
            let mut value = headers[name].as_bytes().to_vec();
            let at = at % value.len();
            let digit = value.iter_mut().skip(at).find(|byte| byte.is_ascii_digit());
            digit.into_iter().for_each(|digit| *digit = if *digit == b'1' { b'2' } else { b'1' });
            changed.headers_mut().insert(name, value.as_slice().try_into().unwrap());
        }
        3 => _ = changed.headers_mut().append(name, headers[name].clone()),
        4 => changed.body_mut().push(b' '),
        5 => *changed.uri_mut() = format!("{}x", message.uri()).parse().unwrap(),
        _ => *changed.method_mut() = Method::PUT,
    }
    changed
}

/// Compares the judgements of good and changed deliveries.
fn judged_alike(
    signer: &Declared,
    origin: &str,
    mut make: impl FnMut(&mut Numbers) -> (Request<Vec<u8>>, SystemTime),
    in_rust: impl Fn(&Request<Vec<u8>>, SystemTime) -> bool,
) {
    const KINDS: usize = 7;
    let builder = signer.scheme().declaration().webhooks(origin).unwrap();
    let verifier = builder.key(signer).unwrap().build();
    let (mut numbers, mut accepted) = (Numbers(4), 0);
    for case in 0..CASES {
        let (good, now) = make(&mut numbers);
        let kind = usize::try_from(case).unwrap() % KINDS;
        let delivery = changed(&good, kind, numbers.below(1000));
        let now = now + Duration::from_secs([0, 10, 299, 301, 4000][numbers.below(5)]);
        let (parts, body) = parts(&delivery);
        let by_file = verifier.verify(&parts, &body, now).is_ok();
        assert_eq!(by_file, in_rust(&delivery, now), "{case}: {delivery:?}");
        accepted += u64::from(by_file);
    }
    let share = CASES / u64::try_from(KINDS).unwrap();
    assert!((share / 4..CASES * 2 / 3).contains(&accepted), "{accepted} accepted");
}

fn parts(request: &Request<Vec<u8>>) -> (http::request::Parts, Vec<u8>) {
    request.clone().into_parts()
}

#[test]
fn webhooks_of_vizion_are_judged_alike() {
    let scheme =
        declared("vizion.toml", &[("key_id", "hmac-key-1"), ("secret", "a secret of thirty bytes or so")]);
    let verifier = vizion::webhook::Verifier::builder("https://hooks.example.com")
        .unwrap()
        .key("hmac-key-1", "a secret of thirty bytes or so")
        .unwrap()
        .build();
    let make = |numbers: &mut Numbers| {
        let now = UNIX_EPOCH + Duration::from_millis(1_700_000_000_000 + numbers.next() % 1_000_000);
        let body = format!("{{\"event\":{}}}", numbers.next());
        let url = format!("https://hooks.example.com/in?n={}", numbers.next());
        let signed =
            vizion::webhook::testing::sign("hmac-key-1", "a secret of thirty bytes or so", &url, body, now)
                .unwrap();
        (signed.map(|body| body.to_vec()), now)
    };
    judged_alike(&scheme, "https://hooks.example.com", make, |delivery, now| {
        let (parts, body) = parts(delivery);
        verifier.verify(&parts, &body, now).is_ok()
    });
}

#[test]
fn webhooks_of_unleashed_are_judged_alike() {
    let scheme = declared("unleashed-webhook.toml", &[("signing_key", "a key of at least sixteen bytes")]);
    let verifier = unleashed::webhook::Verifier::builder()
        .signing_key("a key of at least sixteen bytes")
        .unwrap()
        .build();
    let make = |numbers: &mut Numbers| {
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000 + numbers.next() % 1_000_000);
        let body = format!("{{\"event\":{}}}", numbers.next());
        let signed = unleashed::webhook::testing::sign(
            "a key of at least sixteen bytes",
            "https://h.example/in",
            body,
            now,
        )
        .unwrap();
        (signed.map(|body| body.to_vec()), now)
    };
    judged_alike(&scheme, "https://h.example", make, |delivery, now| {
        let (parts, body) = parts(delivery);
        verifier.verify(&parts, &body, now).is_ok()
    });
}

#[test]
fn callbacks_of_netgiro_are_judged_alike() {
    let scheme = declared("netgiro-callback.toml", &[("secret", "a secret of thirty bytes or so")]);
    let builder = netgiro::webhook::Verifier::builder("https://shop.example").unwrap();
    let verifier = builder.secret("a secret of thirty bytes or so").unwrap().build();
    let make = |numbers: &mut Numbers| {
        let body = format!("{{\"Success\":true,\"n\":{}}}", numbers.next());
        let url = format!("https://shop.example/in?n={}", numbers.next());
        let nonce = 100_000_000_000_000_000 + numbers.next() % 1_000_000_000;
        let signed =
            netgiro::webhook::testing::sign("a secret of thirty bytes or so", &url, body, nonce).unwrap();
        (signed.map(|body| body.to_vec()), UNIX_EPOCH)
    };
    judged_alike(&scheme, "https://shop.example", make, |delivery, now| {
        let (parts, body) = parts(delivery);
        verifier.verify(&parts, &body, now).is_ok()
    });
}

#[test]
fn replies_of_netgiro_are_judged_alike() {
    let scheme =
        declared("netgiro.toml", &[("app_key", "app"), ("secret", "a secret of thirty bytes or so")])
            .scheme();
    let provider = Netgiro::new("app", "a secret of thirty bytes or so").unwrap();
    let mut numbers = Numbers(5);
    for case in 0..CASES {
        let request = numbers.request("https://api.netgiro.is");
        let outgoing = RequestRef::from_http(&request).unwrap();
        let nonce = format!("9{:018}", numbers.next() % 1_000_000_000);
        let stamps = scheme.given_stamps([("nonce", &*nonce)]).unwrap();
        let mut signed = request.clone();
        scheme.sign_http(&mut signed, &stamps).unwrap();
        let sent = Sent { request: &outgoing, stamps: &stamps, status: StatusCode::OK };

        let body = format!("{{\"Success\":true,\"n\":{}}}", numbers.next()).into_bytes();
        let reply_nonce = format!("6{:017}", numbers.next() % 1_000_000_000);
        let reply_stamps = scheme.given_stamps([("nonce", &*reply_nonce)]).unwrap();
        let none = HeaderMap::new();
        let (placed, _) = scheme.place_reply(&sent, &sent.reply(&none, &body), &reply_stamps).unwrap();
        let mut reply = Request::new(body);
        reply.headers_mut().extend(placed.headers);

        // What is not signed of a reply is the app key, whose change both notice in their own way.
        let kind = [0, 2, 3, 4][usize::try_from(case % 4).unwrap()];
        let mut reply = changed(&reply, kind, numbers.below(1000));
        if reply.headers().get_all("netgiro_appkey").iter().ne(["app"]) {
            reply.headers_mut().insert("netgiro_appkey", "app".try_into().unwrap());
        }
        let by_file = scheme.verify_reply(&sent, &sent.reply(reply.headers(), reply.body())).is_ok();
        let in_rust = SentRequest::new(&RequestRef::from_http(&signed).unwrap());
        let in_rust = provider.verify_reply(&in_rust, reply.headers(), reply.body()).is_ok();
        assert_eq!(by_file, in_rust, "{case}: {reply:?}");
        assert!(by_file || kind != 0);
    }
}
