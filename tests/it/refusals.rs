//! What a refusal says besides its reason.

use std::time::Duration;

use countersign::fault::Kind;
use countersign::{Error, ErrorStatus};
use reqwest_middleware::ClientBuilder;

use crate::support::chains::{self, fault, netvisor};
use crate::support::netgiro::{client, provider, reply_to};
use crate::support::received::Received;
use crate::support::server::{Answer, Server, Step};

const LONG_AGO: &str = "Thu, 01 Jan 1970 00:10:00 GMT";
const FAILED: &str = "<Root><ResponseStatus><Status>FAILED</Status><Status>AUTHENTICATION_FAILED :: no</Status>\
    </ResponseStatus></Root>";

fn answer(request: &Received) -> Answer {
    match &*request.target {
        "/forged" => reply_to(request).without("netgiro_nonce"),
        "/failed" => Answer::new(401, FAILED),
        "/gateway" => Answer::new(503, "<html>down"),
        "/unreadable" => Answer::new(400, "<html>bad"),
        path => Answer::new(path[1..].parse().unwrap(), ""),
    }
    .header("date", LONG_AGO)
}

#[tokio::test]
async fn each_providers_refusal_tells_how_far_the_clock_is_off() {
    let server = Server::start(|request, _| answer(request)).await;
    let forged = client(provider(server.origin())).get(server.url("/forged")).send().await.unwrap_err();
    let failing = netvisor().allow_origin(server.origin()).unwrap().fail_on_failed();
    let bare = ClientBuilder::new(countersign::client_builder().build().unwrap());
    let failed = bare.with(failing).build().get(server.url("/failed")).send().await.unwrap_err();

    let [_, _, unleashed, vizion] = chains::all(server.origin()).map(|chain| chain.recommended());
    let forbidden = unleashed.get(server.url("/403")).send().await.unwrap();
    let forbidden = countersign::unleashed::error_for_status(forbidden).await.unwrap_err();
    let denied = vizion.get(server.url("/401")).send().await.unwrap();
    let denied = countersign::vizion::error_for_status(denied).await.unwrap_err();

    for (error, code) in [
        (fault(&forged), "reply-nonce-missing"),
        (fault(&failed), "netvisor-authentication-failed"),
        (&forbidden, "unleashed-forbidden"),
        (&denied, "vizion-no-permission"),
    ] {
        assert_eq!(error.code(), code);
        let note = error.notes().last().unwrap();
        assert!(
            note.starts_with("the local clock is ") && note.contains("ahead of the provider's Date"),
            "{note}"
        );
    }
}

#[tokio::test]
async fn every_error_status_is_an_error_and_no_other() {
    use countersign::{unleashed, vizion};
    let server = Server::start(|request, _| answer(request)).await;
    let [_, _, unleashed, vizion] = chains::all(server.origin()).map(|chain| chain.recommended());
    for (status, expected) in [
        (200, [None, None]),
        (204, [None, None]),
        (304, [None, None]),
        (400, [Some("error-status"), Some("error-status")]),
        (401, [Some("error-status"), Some("vizion-no-permission")]),
        (403, [Some("unleashed-forbidden"), Some("vizion-no-valid-key")]),
        (429, [Some("error-status"), Some("error-status")]),
        (503, [Some("error-status"), Some("error-status")]),
    ] {
        let get = async |client: &reqwest_middleware::ClientWithMiddleware| {
            client.get(server.url(&format!("/{status}"))).send().await.unwrap()
        };
        let errors = [
            unleashed::error_for_status(get(&unleashed).await).await.err(),
            vizion::error_for_status(get(&vizion).await).await.err(),
        ];
        assert_eq!(errors.each_ref().map(|error| error.as_ref().map(Error::code)), expected);
        for error in errors.iter().flatten().filter(|error| error.code() == "error-status") {
            assert!(
                error.kind() == Kind::Refused && error.to_string().contains(&status.to_string()),
                "{error}"
            );
            assert_eq!(error.next_step().starts_with("Try again"), [429, 503].contains(&status));
        }
    }
}

/// The error that an answer with a status of 4xx or 5xx ends in, over a connection.
async fn refused(answer: Answer, steps: impl Fn(&Answer) -> Vec<Step> + Send + Sync + 'static) -> Error {
    let server = Server::start(move |_, _| steps(&answer)).await;
    let [_, _, unleashed, _] = chains::all(server.origin()).map(|chain| chain.recommended());
    let response = unleashed.get(server.url("/Customers")).send().await.unwrap();
    countersign::unleashed::error_for_status(response).await.unwrap_err()
}

fn whole(answer: &Answer) -> Vec<Step> {
    vec![answer.step()]
}

#[tokio::test]
async fn an_error_status_hands_on_what_the_provider_says_and_prints_none_of_it() {
    let said = r#"{"Description":"canary: no such customer"}"#;
    let error = refused(Answer::new(429, said).header("retry-after", "7"), whole).await;
    let refused = error.fault::<ErrorStatus>().unwrap();
    assert_eq!((refused.status().as_u16(), refused.body()), (429, said));
    assert_eq!(refused.retry_after(), Some(Duration::from_secs(7)));
    let printed = format!("{error} {error:#} {error:?} {refused} {refused:?}");
    assert!(
        !printed.contains("canary") && printed.contains(&format!("body_length: {}", said.len())),
        "{printed}"
    );
    assert!(error.to_string().contains("429"), "{error}");
}

#[tokio::test]
async fn of_a_body_without_end_the_beginning_is_read() {
    let endless = |answer: &Answer| vec![Step::Send(answer.head()), Step::Endless(b"word ".repeat(100))];
    let error = refused(Answer::new(500, "").header("transfer-encoding", "x"), endless).await;
    let kept = error.fault::<ErrorStatus>().unwrap().body().len();
    assert!((4090..=4096).contains(&kept), "{kept}");
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_its_status_and_its_beginning() {
    let cut =
        |answer: &Answer| vec![Step::Send([answer.head(), answer.body[..9].to_vec()].concat()), Step::Close];
    let error = refused(Answer::new(502, "the gateway says more"), cut).await;
    let refused = error.fault::<ErrorStatus>().unwrap();
    assert_eq!((refused.status().as_u16(), refused.body()), (502, "the gatew"));
}

#[tokio::test]
async fn netvisor_turns_each_no_into_an_error() {
    let server = Server::start(|request, _| match &*request.target {
        "/ok" => Answer::new(200, "<Root><ResponseStatus><Status>OK</Status></ResponseStatus></Root>"),
        "/none" => Answer::new(200, "<Root><Customers/></Root>"),
        "/failed" => Answer::new(200, FAILED),
        "/failed-500" => Answer::new(500, FAILED),
        "/gateway" => Answer::new(503, "<html>down").header("retry-after", "9"),
        "/refused" => Answer::new(404, "<html><body/></html>"),
        _ => Answer::new(200, "<html>"),
    })
    .await;
    let [netvisor, ..] = chains::all(server.origin()).map(|chain| chain.recommended());
    for (path, expected) in [
        ("/ok", None),
        ("/none", None),
        ("/failed", Some("netvisor-authentication-failed")),
        ("/failed-500", Some("netvisor-authentication-failed")),
        ("/gateway", Some("error-status")),
        ("/refused", Some("error-status")),
        ("/unreadable", Some("netvisor-reply-unreadable")),
    ] {
        let response = netvisor.get(server.url(path)).send().await.unwrap();
        match countersign::netvisor::error_for_status(response).await {
            Ok(response) => {
                assert!(response.text().await.unwrap().ends_with("</Root>"));
                assert_eq!(expected, None, "{path}");
            }
            Err(error) => {
                assert_eq!(Some(fault(&error).code()), expected, "{path}");
                let refused = fault(&error).fault::<ErrorStatus>();
                assert_eq!(refused.is_some(), expected == Some("error-status"));
                if path == "/gateway" {
                    let refused = refused.unwrap();
                    assert_eq!(refused.body(), "<html>down");
                    assert_eq!(refused.retry_after(), Some(Duration::from_secs(9)));
                }
            }
        }
    }
}

#[tokio::test]
async fn a_gateways_answer_is_left_to_the_retry_layer_under_fail_on_failed() {
    let server = Server::start(|request, _| answer(request)).await;
    let failing = netvisor().allow_origin(server.origin()).unwrap().fail_on_failed();
    let client = ClientBuilder::new(countersign::client_builder().build().unwrap()).with(failing).build();
    let response = client.get(server.url("/gateway")).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (503, "<html>down"));
    let error = client.get(server.url("/unreadable")).send().await.unwrap_err();
    assert_eq!(fault(&error).code(), "netvisor-reply-unreadable");
}
