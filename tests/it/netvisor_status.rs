//! The status of Netvisor's replies, read off a real connection.

use countersign::Error;
use countersign::fault::Kind;
use countersign::netvisor::{Failure, FailureCode, MacAlgorithm, ResponseStatus, read_status};
use reqwest::Response;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;

use crate::support::client;
use crate::support::raw_server::{RawServer, answer};
use crate::support::server::Answer;
use crate::support::subjects::netvisor;

const OK: &str =
    "<Root><ResponseStatus><Status>OK</Status><TimeStamp>26.3.2024 6.48.51</TimeStamp></ResponseStatus>";
const FAILED: &str = "<Root><ResponseStatus><Status>FAILED</Status>\
    <Status>AUTHENTICATION_FAILED :: Integration keys are not valid</Status></ResponseStatus></Root>";

/// A client that turns FAILED into an error when `strict`.
fn client_to(server: &RawServer, strict: bool) -> ClientWithMiddleware {
    let provider = netvisor(MacAlgorithm::HmacSha256).allow_origin(&server.origin()).unwrap();
    let provider = if strict { provider.fail_on_failed() } else { provider };
    ClientBuilder::new(client()).with(provider).build()
}

async fn ask(server: &RawServer, strict: bool) -> reqwest_middleware::Result<Response> {
    client_to(server, strict).get(server.origin() + "/customerlist.nv").send().await
}

/// The answer to one request, as bytes; strict.
async fn ask_for(status: u16, body: &[u8]) -> reqwest_middleware::Result<Response> {
    ask(&RawServer::answering(Answer::new(status, body).header("x-kept", "yes")).await, true).await
}

fn our_error(error: &reqwest_middleware::Error) -> &Error {
    Error::find(error).unwrap_or_else(|| panic!("not ours: {error:?}"))
}

#[tokio::test]
async fn ok_passes_whole() {
    let rest = "<Customers>ä € & ]]> \0 \u{fffd} not even XML".repeat(100_000);
    let replies = [
        format!("{OK}</Root>"),
        format!("\u{feff}<?xml version='1.0' encoding='utf-8'?>\r\n<!-- c -->{OK}</Root>"),
        format!("{OK}{rest}"),
    ];
    for reply in replies {
        for status in [200, 403, 500] {
            let response = ask_for(status, reply.as_bytes()).await.unwrap();
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(response.headers()["x-kept"], "yes");
            assert_eq!(response.url().path(), "/customerlist.nv");
            assert!(response.remote_addr().is_some());
            assert_eq!(response.content_length(), Some(reply.len() as u64));
            assert!(response.bytes().await.unwrap() == reply, "{} bytes", reply.len());
        }
    }
}

#[tokio::test]
async fn failed_is_an_error_whatever_the_http_status() {
    let codes = [
        ("AUTHENTICATION_FAILED", FailureCode::AuthenticationFailed, "netvisor-authentication-failed"),
        ("REQUEST_NOT_UNIQUE", FailureCode::RequestNotUnique, "netvisor-request-not-unique"),
        ("INVALID_DATA", FailureCode::InvalidData, "netvisor-failed"),
        ("INVALID_DATA_SIZE", FailureCode::InvalidDataSize, "netvisor-failed"),
        ("DUPLICATE_DATA", FailureCode::DuplicateData, "netvisor-failed"),
        ("PERIOD_LOCK", FailureCode::PeriodLock, "netvisor-failed"),
        ("SERVICE_ACCESS_ERROR", FailureCode::ServiceAccessError, "netvisor-failed"),
        ("SYSTEM_MAINTANANCE", FailureCode::SystemMaintenance, "netvisor-failed"),
        ("SYSTEM_MAINTENANCE", FailureCode::SystemMaintenance, "netvisor-failed"),
        ("TECHNICAL_ERROR", FailureCode::TechnicalError, "netvisor-failed"),
        ("SOMETHING_NEW", FailureCode::Unknown("SOMETHING_NEW".into()), "netvisor-failed"),
    ];
    for (word, failure_code, code) in codes {
        let body = FAILED.replace("AUTHENTICATION_FAILED", word);
        for status in [200, 403, 500, 503] {
            let error = ask_for(status, body.as_bytes()).await.unwrap_err();
            let error = our_error(&error);
            assert_eq!(
                (error.code(), error.provider(), error.kind()),
                (code, Some("netvisor"), Kind::Refused)
            );
            let failure: &Failure = error.fault().unwrap();
            assert_eq!((&failure.code, &*failure.text), (&failure_code, "Integration keys are not valid"));
            assert!(error.notes().contains(&format!("the reply's status was {status}")), "{error}");
        }
    }
}

#[tokio::test]
async fn by_default_failed_passes_and_its_status_is_one_call_away() {
    let server = RawServer::answering(Answer::new(200, FAILED)).await;
    let response = ask(&server, false).await.unwrap();
    let (status, response) = read_status(response).await.unwrap();
    let Some(ResponseStatus::Failed(failure)) = status else { panic!("{status:?}") };
    assert_eq!(failure.code, FailureCode::AuthenticationFailed);
    assert_eq!(response.text().await.unwrap(), FAILED);
}

#[tokio::test]
async fn only_the_status_of_the_response_counts() {
    let without = [
        "<Root><BankStatus>FAILED</BankStatus></Root>",
        "<Root><Status>FAILED</Status></Root>",
        "<Root><Voucher><ResponseStatus><Status>FAILED</Status></ResponseStatus></Voucher></Root>",
        "<Replies><InsertedDataIdentifier>123</InsertedDataIdentifier></Replies>",
        "<!-- <Root><ResponseStatus><Status>FAILED</Status></ResponseStatus></Root> --><Root/><a></a>",
    ];
    for body in without {
        let server = RawServer::answering(Answer::new(200, body)).await;
        let (status, response) = read_status(ask(&server, true).await.unwrap()).await.unwrap();
        assert_eq!(status, None, "{body}");
        assert_eq!(response.text().await.unwrap(), body);
    }
    let with = format!(
        "{OK}<BankStatus>FAILED</BankStatus><ResponseStatus><Status>FAILED</Status></ResponseStatus></Root>"
    );
    assert_eq!(ask_for(200, with.as_bytes()).await.unwrap().text().await.unwrap(), with);
}

#[tokio::test]
async fn the_declared_charset_is_used() {
    let declared = FAILED.replace("Integration keys are not valid", "Väärä €-määrä");
    let mut body = b"<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?>".to_vec();
    body.extend(encoding_rs::ISO_8859_15.encode(&declared).0.iter());
    let error = ask_for(200, &body).await.unwrap_err();
    assert_eq!(our_error(&error).fault::<Failure>().unwrap().text, "Väärä €-määrä");
}

#[tokio::test]
async fn what_ends_too_early_or_is_no_xml_is_an_error() {
    let whole = format!("<?xml version='1.0'?>{FAILED}");
    let last = whole.find("</ResponseStatus>").unwrap() + "</ResponseStatus>".len();
    let server = RawServer::start(move |request, mut stream| {
        let cut: usize = request.query().parse().unwrap();
        let reply = Answer::new(200, &whole.as_bytes()[..cut]);
        async move { answer(&mut stream, reply).await }
    })
    .await;
    let client = client_to(&server, true);
    for cut in 0..last {
        let error = client.get(format!("{}?{cut}", server.origin())).send().await.unwrap_err();
        assert_eq!(our_error(&error).code(), "netvisor-reply-unreadable", "cut at {cut}");
    }
    for body in ["Bad Gateway", "<html><body>502", "<Root></Wrong>", &OK.replace("OK", "MAYBE")] {
        let error = ask_for(200, body.as_bytes()).await.unwrap_err();
        assert_eq!(our_error(&error).code(), "netvisor-reply-unreadable", "{body}");
    }
}

/// Something in front of Netvisor said so: a retry layer must see the status, not an error that it takes for fatal.
#[tokio::test]
async fn an_overloaded_gateway_keeps_its_status_and_its_words() {
    for status in [429, 500, 502, 503, 504] {
        for body in ["", "Bad Gateway", "<html><body>502"] {
            let response = ask_for(status, body.as_bytes()).await.unwrap();
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(response.text().await.unwrap(), body);
        }
    }
}

/// A server that announces more than it sends, and closes.
async fn closing_after(body: String) -> RawServer {
    RawServer::start(move |_, mut stream| {
        let reply = format!("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{body}");
        async move { stream.write_all(reply.as_bytes()).await.unwrap() }
    })
    .await
}

#[tokio::test]
async fn a_broken_connection_stays_an_error_of_the_transport() {
    let before_the_status = closing_after(OK[..40].to_owned()).await;
    let error = ask(&before_the_status, true).await.unwrap_err();
    assert!(matches!(error, reqwest_middleware::Error::Reqwest(_)), "{error:?}");
    let response = ask(&before_the_status, false).await.unwrap();
    assert!(matches!(read_status(response).await.unwrap_err(), reqwest_middleware::Error::Reqwest(_)));

    let behind_the_status = closing_after(format!("{OK}{}", " ".repeat(2_000))).await;
    let response = ask(&behind_the_status, true).await.unwrap();
    response.bytes().await.expect_err("the rest never came");
}

#[tokio::test]
async fn a_huge_reply_is_not_read_whole_to_find_its_status() {
    const LENGTH: usize = 50_000_000;
    let (report, mut sent) = mpsc::unbounded_channel();
    let server = RawServer::start(move |_, mut stream| {
        let report = report.clone();
        async move {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {LENGTH}\r\n\r\n{OK}");
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut written = OK.len();
            while written < LENGTH {
                let more = b"<Customer>1</Customer>".repeat(1_000);
                let more = &more[..more.len().min(LENGTH - written)];
                // Waits where the client does not read on, and fails once it has gone away.
                if stream.write_all(more).await.is_err() {
                    break;
                }
                written += more.len();
            }
            report.send(written).unwrap();
        }
    })
    .await;
    for strict in [true, false] {
        let response = ask(&server, strict).await.unwrap();
        let (status, response) = read_status(response).await.unwrap();
        assert_eq!(status, Some(ResponseStatus::Ok));
        drop(response);
        let written = sent.recv().await.unwrap();
        assert!(written < LENGTH, "the server got rid of all of it");
    }
}
