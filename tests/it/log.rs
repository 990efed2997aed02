//! What the log says of a reply: who forges replies is worth an alarm, a gateway that is down is not.

use reqwest_middleware::ClientWithMiddleware;

use crate::support::chains;
use crate::support::netgiro::{client, provider, reply_to};
use crate::support::server::{Answer, Server};
use crate::webhooks::log::Log;

async fn server() -> Server {
    Server::start(|request, _| match &*request.target {
        "/forged" => reply_to(request).without("netgiro_nonce"),
        "/tampered" => {
            let honest = reply_to(request);
            Answer { status: 203, body: b"{}".to_vec(), ..honest }
        }
        "/503" => Answer::new(503, "<html>").header("netgiro_referenceid", "ref-1"),
        _ => reply_to(request),
    })
    .await
}

/// What each call of a client leaves in the log: the lines of this crate, without what comes before the level.
async fn logged(client: &ClientWithMiddleware, urls: &[String]) -> Vec<Vec<String>> {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false)
        .without_time()
        .with_max_level(tracing::Level::DEBUG);
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let call = async |url: &String| match client.get(url).send().await {
        Ok(response) => drop(response.bytes().await),
        Err(error) => drop(error),
    };
    // A callsite first met by a test without a subscriber is remembered as one that nobody listens to.
    for url in urls {
        call(url).await;
    }
    tracing::callsite::rebuild_interest_cache();
    log.take();
    let mut logged = Vec::new();
    for url in urls {
        call(url).await;
        let text = log.take();
        let ours = text.lines().filter(|line| line.contains(" countersign::"));
        logged.push(ours.map(|line| line.trim_start().to_owned()).collect());
    }
    logged
}

/// Whether a line has the level and each part.
fn is(line: &str, level: &str, parts: &[&str]) -> bool {
    line.starts_with(level) && parts.iter().all(|part| line.contains(part))
}

#[tokio::test]
async fn a_reply_that_does_not_verify_is_a_warning_with_origin_status_and_code() {
    let server = server().await;
    let origin = format!("origin=\"{}\"", server.origin());
    let urls = ["/forged", "/tampered"].map(|path| server.url(path));
    let parts = [
        ["code=\"reply-nonce-missing\"", "status=200", "reference_id=\"ref-1\"", &origin],
        ["code=\"reply-signature-mismatch\"", "status=203", "reference_id=\"ref-1\"", &origin],
    ];
    for netgiro in [
        provider(server.origin()),
        provider(server.origin()).dangerous_stream_replies(),
        provider(server.origin()).dangerous_report_only(),
    ] {
        let logged = logged(&client(netgiro), &urls).await;
        for (lines, parts) in logged.iter().zip(parts) {
            assert!(lines.len() == 1 && is(&lines[0], "WARN", &parts), "{lines:#?}");
        }
    }
}

#[tokio::test]
async fn a_gateways_503_is_no_warning() {
    let server = server().await;
    let logged = logged(&client(provider(server.origin())), &[server.url("/503")]).await;
    let origin = format!("origin=\"{}\"", server.origin());
    let parts = ["code=\"reply-signature-missing\"", "status=503", &origin];
    assert!(logged[0].len() == 1 && is(&logged[0][0], "INFO", &parts), "{logged:#?}");
}

#[tokio::test]
async fn other_refusals_are_for_who_looks_for_them() {
    let server = server().await;
    let elsewhere = "https://elsewhere.example/".to_owned();
    for chain in chains::all(server.origin()) {
        let logged = logged(&chain.recommended(), std::slice::from_ref(&elsewhere)).await;
        assert!(logged[0].len() == 1 && is(&logged[0][0], "DEBUG", &["origin-not-allowed"]), "{logged:#?}");
    }
    let short = client(provider(server.origin()).reply_limit(9));
    let logged = logged(&short, &[server.url("/honest")]).await;
    assert!(logged[0].len() == 1 && is(&logged[0][0], "DEBUG", &["reply-too-long"]), "{logged:#?}");
}
