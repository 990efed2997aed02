//! What a refusal says besides its reason.

use reqwest_middleware::ClientBuilder;

use crate::support::chains::{self, fault, netvisor};
use crate::support::netgiro::{client, provider, reply_to};
use crate::support::received::Received;
use crate::support::server::{Answer, Server};

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
    let forbidden = countersign::unleashed::error_for_status(forbidden).unwrap_err();
    let denied = vizion.get(server.url("/401")).send().await.unwrap();
    let denied = countersign::vizion::error_for_status(denied).unwrap_err();

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
    use countersign::{Error, unleashed, vizion};
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
            unleashed::error_for_status(get(&unleashed).await).err(),
            vizion::error_for_status(get(&vizion).await).err(),
        ];
        assert_eq!(errors.each_ref().map(|error| error.as_ref().map(Error::code)), expected);
        for error in errors.iter().flatten().filter(|error| error.code() == "error-status") {
            assert!(error.is_refused() && error.to_string().contains(&status.to_string()), "{error}");
            assert_eq!(error.next_step().starts_with("Try again"), [429, 503].contains(&status));
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
