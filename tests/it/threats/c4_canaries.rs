//! C4: no secret is printed: not by an error, not in the TRACE output of a whole run.

use std::fmt::Write as _;
use std::process::Command;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use countersign::netgiro::Netgiro;
use countersign::netvisor::{Credentials, Netvisor, TransactionId};
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;
use countersign::{Error, ErrorStatus, RequestRef};
use http::{Extensions, HeaderMap, Method};
use reqwest::{Request, Response};
use reqwest_middleware::{ClientBuilder, Middleware, Next, Result};
use tracing_subscriber::fmt::MakeWriter;

use crate::support::chains::{self, CUSTOMER_KEY, PARTNER_KEY, Setup, UNLEASHED_KEY, VIZION_KEY, unleashed};
use crate::support::netgiro::{APP_KEY, OFFLINE, SECRET, headers, provider, reply_to, sent};
use crate::support::received::Received;
use crate::support::server::{Answer, Server, Step};

/// Each secret in each form in which it could be printed.
fn canaries() -> Vec<String> {
    // As good as the key: the signature of a request without a query.
    let constant = {
        let mut headers = HeaderMap::new();
        let (url, extensions) = ("https://api.unleashedsoftware.com/".parse().unwrap(), Extensions::new());
        let request = HeaderMap::new();
        unleashed()
            .sign(&RequestRef::new(&Method::GET, &url, &request, &extensions, b""))
            .unwrap()
            .apply(&mut headers);
        headers["api-auth-signature"].to_str().unwrap().to_owned()
    };
    let joined = format!("{CUSTOMER_KEY}&{PARTNER_KEY}");
    [CUSTOMER_KEY, PARTNER_KEY, &joined, SECRET, UNLEASHED_KEY, VIZION_KEY, &constant]
        .into_iter()
        .flat_map(|secret| {
            let percent = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC);
            [
                secret.to_owned(),
                hex::encode(secret),
                hex::encode_upper(secret),
                // Without its last group, so that a longer text that starts like it is found too.
                STANDARD.encode(secret)[..secret.len() / 3 * 4].to_owned(),
                URL_SAFE.encode(secret)[..secret.len() / 3 * 4].to_owned(),
                percent.to_string(),
                format!("{:?}", secret.as_bytes()),
            ]
        })
        .collect()
}

pub(super) fn assert_clean(text: &str) {
    for canary in canaries() {
        assert!(!text.contains(&canary), "{canary} is printed in: {text}");
    }
}

pub(super) fn credentials(customer_key: &str, partner_key: &str) -> Credentials {
    Credentials {
        sender: "Acme".into(),
        customer_id: "FI_1".into(),
        customer_key: customer_key.into(),
        partner_id: "Acm_1".into(),
        partner_key: partner_key.into(),
        organisation_id: "1234567-8".into(),
    }
}

#[test]
fn c4_no_refusal_of_a_secret_prints_it() {
    let mut refused = 0;
    for spoil in [" {}", "{}\n", "{}\r\nx", "\0{}", "{}&", "{}漢", "{}\u{85}x"] {
        let spoilt = |secret: &str| spoil.replace("{}", secret);
        let errors = [
            Netvisor::new(credentials(&spoilt(CUSTOMER_KEY), PARTNER_KEY)).err(),
            Netvisor::new(credentials(CUSTOMER_KEY, &spoilt(PARTNER_KEY))).err(),
            Netgiro::new(APP_KEY, spoilt(SECRET)).err(),
            Unleashed::new("id", spoilt(UNLEASHED_KEY)).err(),
            Unleashed::new(spoilt(UNLEASHED_KEY), "key").err(),
            Unleashed::new("id", "key").unwrap().client_type(spoilt(UNLEASHED_KEY)).err(),
            Vizion::new(spoilt(VIZION_KEY)).err(),
            TransactionId::new(&spoilt(PARTNER_KEY)).err(),
        ];
        for error in errors.into_iter().flatten() {
            assert_clean(&format!("{error} {error:#} {error:?} {error:#?}"));
            refused += 1;
        }
    }
    assert!(refused > 30, "{refused}");
}

/// Stands below the signer and checks what it was handed.
struct AllSensitive(&'static [&'static str]);

#[async_trait::async_trait]
impl Middleware for AllSensitive {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        for name in self.0 {
            assert!(request.headers()[*name].is_sensitive(), "{name}");
        }
        assert_clean(&format!("{request:?}"));
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn c4_every_header_of_ours_is_marked_sensitive() {
    let server = Server::start(|request, _| reply_to(request)).await;
    for chain in chains::all(server.origin()) {
        ClientBuilder::new(countersign::client_builder().build().unwrap())
            .with_arc(chain.middleware)
            .with(AllSensitive(chain.auth_headers))
            .build()
            .get(server.url("/"))
            .send()
            .await
            .unwrap();
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Every provider, over answers that are right, wrong, late, cut and elsewhere. The `Debug` text of what came of it.
async fn run_everything() -> String {
    let elsewhere = Server::start(|_, _| Answer::new(200, "")).await;
    let target = elsewhere.url("/");
    let server = Server::start(move |request, _| match &*request.target {
        "/good" => vec![reply_to(request).step()],
        "/forged" => {
            vec![reply_to(request).without("netgiro_signature").header("netgiro_signature", "00").step()]
        }
        "/denied" => vec![Answer::new(403, "no").header("date", "Thu, 01 Jan 1970 00:10:00 GMT").step()],
        "/down" => vec![Answer::new(503, "down").step()],
        "/echo" => vec![Answer::new(400, echo(request)).step()],
        "/away" => vec![Answer::redirect(307, &target).step()],
        "/reset" => vec![Step::Reset],
        _ => vec![Step::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx".to_vec()), Step::Close],
    })
    .await;
    let mut text = String::new();
    let paths = ["/good", "/forged", "/denied", "/down", "/echo", "/away", "/reset", "/cut"];
    for redirects in [0, 1] {
        for chain in chains::set_up(Setup { origins: &[server.origin()], redirects, ..Setup::default() }) {
            for client in [chain.recommended(), chain.over(reqwest::Client::builder())] {
                for url in paths.map(|path| server.url(path)).into_iter().chain([elsewhere.url("/")]) {
                    match client.post(url).body("{}").send().await {
                        Ok(response) => {
                            write!(text, "{response:?}").unwrap();
                            let refused = countersign::unleashed::error_for_status(response).await;
                            write!(text, "{refused:?} {:?}", refused.is_ok()).unwrap();
                            let status = refused.as_ref().err().and_then(Error::fault::<ErrorStatus>);
                            text.extend(status.map(ErrorStatus::body));
                        }
                        Err(error) => write!(text, "{error} {error:?} {error:#?}").unwrap(),
                    }
                }
            }
        }
    }
    text
}

/// What a server sees of a request, as some send it back where they refuse it.
fn echo(request: &Received) -> String {
    let line = |(name, value): &(String, Vec<u8>)| format!("{name}: {}\n", String::from_utf8_lossy(value));
    request.headers.iter().map(line).collect()
}

/// Set in the process that is to do the run.
const RUN: &str = "COUNTERSIGN_TEST_RUN";

#[test]
fn c4_no_error_and_no_log_line_of_a_whole_run_holds_a_secret() {
    if std::env::var_os(RUN).is_some() {
        return check_a_whole_run();
    }
    // A process of its own: which events are heard is global, and the other tests' threads hear none.
    let name = "threats::c4_canaries::c4_no_error_and_no_log_line_of_a_whole_run_holds_a_secret";
    let mut process = Command::new(std::env::current_exe().unwrap());
    assert!(process.args(["--exact", name]).env(RUN, "1").status().unwrap().success());
}

fn check_a_whole_run() {
    // reqwest logs by `log`; its records go to the same subscriber.
    tracing_log::LogTracer::init().unwrap();
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // One thread, so that this subscriber hears everything.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let text = tracing::subscriber::with_default(subscriber, || runtime.block_on(run_everything()));
    assert_clean(&text);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for source in ["reqwest::", "hyper_util::", "countersign"] {
        assert!(log.contains(source), "nothing heard from {source}");
    }
    assert!(log.contains("reply-signature-malformed"), "{log}");
    assert!(text.contains("redirect-exposed-credentials") && text.contains("x-api-key: (masked)"));
    assert_clean(&log);
}

#[test]
fn c4_a_reply_that_is_judged_prints_no_secret() {
    let sent = sent(&OFFLINE, "https://api.netgiro.is/x");
    let error = OFFLINE.verify_reply(&sent, &headers("1", &"0".repeat(64)), b"{}").unwrap_err();
    assert_clean(&format!("{error:#} {error:?} {sent:?} {:?}", provider("http://127.0.0.1:1")));
}
