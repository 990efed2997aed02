//! What goes wrong on demand, as the library's middleware sees it.

use std::time::Duration;

use countersign::Error;
use countersign_sandbox::{Fault, Sandbox, Vendor};
use reqwest_middleware::ClientBuilder;

use crate::support::{client, client_of, last, url_of};

#[tokio::test]
async fn each_forged_reply_is_refused_by_its_code() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(sandbox.netgiro());
    // The codes of an extended and of a stale reply come after the MAC: both verify under the bare formula.
    let forgeries = [
        (Fault::WrongSignature, "reply-signature-mismatch"),
        (Fault::Tampered, "reply-signature-mismatch"),
        (Fault::Reflected, "reply-reflected"),
        (Fault::Extended, "reply-not-utf8"),
        (Fault::Stale, "reply-replayed"),
        (Fault::Redirect(None), "reply-signature-missing"),
    ];
    for (fault, code) in forgeries {
        for accept in ["application/json", "application/xml"] {
            let get = || client.get(sandbox.netgiro_url()).header("accept", accept).send();
            let post = || client.post(sandbox.netgiro_url()).header("accept", accept).body("{}").send();
            get().await.unwrap();
            post().await.unwrap();
            sandbox.inject(fault.clone());
            for error in [get().await.unwrap_err(), post().await.unwrap_err()] {
                assert_eq!(Error::find(&error).unwrap().code(), code, "{fault} {accept}");
            }
            sandbox.heal();
        }
    }
}

#[tokio::test]
async fn a_forgery_leaves_the_vendors_that_sign_no_reply_alone() {
    let sandbox = Sandbox::builder().fault(Fault::WrongSignature).start().await.unwrap();
    for vendor in [Vendor::Netvisor, Vendor::Unleashed, Vendor::Vizion] {
        let response = client_of(&sandbox, vendor).get(url_of(&sandbox, vendor)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{vendor}");
    }
}

#[tokio::test]
async fn a_redirect_leads_to_another_port_and_shows_what_was_taken_along() {
    let sandbox = Sandbox::builder().fault(Fault::Redirect(None)).start().await.unwrap();
    for vendor in [Vendor::Netvisor, Vendor::Unleashed, Vendor::Vizion] {
        let url = format!("{}/a?b=c", url_of(&sandbox, vendor));
        let response = client_of(&sandbox, vendor).get(&url).send().await.unwrap();
        assert_eq!((response.status().as_u16(), last(&sandbox).vendor()), (307, vendor));
        let location = response.headers()["location"].to_str().unwrap();
        assert!(location.ends_with("/a?b=c") && !location.starts_with(url_of(&sandbox, vendor)));
    }
    let careless = ClientBuilder::new(reqwest::Client::new()).with(sandbox.unleashed()).build();
    let error = careless.get(sandbox.unleashed_url()).send().await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().code(), "redirect-exposed-credentials");
    let exposed = last(&sandbox);
    assert_eq!(exposed.vendor(), Vendor::Netvisor);
    assert!(exposed.headers().any(|(name, _)| *name == "api-auth-signature"));
}

#[tokio::test]
async fn a_redirect_may_lead_to_a_given_url() {
    let sandbox = Sandbox::start().await.unwrap();
    let target = format!("{}/elsewhere", sandbox.vizion_url());
    sandbox.inject_next(1, Fault::Redirect(Some(target.parse().unwrap())));
    let careless = ClientBuilder::new(reqwest::Client::new()).with(sandbox.unleashed()).build();
    let error = careless.get(sandbox.unleashed_url()).send().await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().code(), "redirect-exposed-credentials");
    assert_eq!(last(&sandbox).url(), target);

    sandbox.inject_next(1, Fault::Redirect(Some(target.parse().unwrap())));
    let following = client(sandbox.unleashed().follow_redirects(5));
    let error = following.get(sandbox.unleashed_url()).send().await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().code(), "redirect-cross-origin");
    assert_eq!(last(&sandbox).vendor(), Vendor::Unleashed);
}

#[tokio::test]
async fn a_gateways_answer_keeps_its_status_and_is_over_when_it_is_said_to_be() {
    let sandbox = Sandbox::start().await.unwrap();
    for vendor in Vendor::ALL {
        let client = client_of(&sandbox, vendor);
        sandbox.inject_next(2, Fault::Unavailable);
        for status in [503, 503, 200] {
            assert_eq!(
                client.get(url_of(&sandbox, vendor)).send().await.unwrap().status(),
                status,
                "{vendor}"
            );
        }
    }
}

#[tokio::test]
async fn a_slow_answer_runs_into_the_clients_time_out() {
    let sandbox = Sandbox::builder().fault(Fault::Slow(Duration::from_secs(3600))).start().await.unwrap();
    for vendor in Vendor::ALL {
        let request =
            client_of(&sandbox, vendor).get(url_of(&sandbox, vendor)).timeout(Duration::from_millis(100));
        assert!(request.send().await.unwrap_err().is_timeout(), "{vendor}");
    }
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_a_transport_error() {
    let sandbox = Sandbox::builder().fault(Fault::CutOff).start().await.unwrap();
    for vendor in Vendor::ALL {
        let sent = client_of(&sandbox, vendor).get(url_of(&sandbox, vendor)).send().await;
        let error = match sent {
            // Netgíró's reply is read before it is handed on.
            Err(reqwest_middleware::Error::Reqwest(error)) => {
                assert_eq!(vendor, Vendor::Netgiro);
                error
            }
            Err(error) => panic!("{vendor}: {error:?}"),
            Ok(response) => {
                assert_eq!(response.status(), 200, "{vendor}");
                response.bytes().await.unwrap_err()
            }
        };
        assert!(error.is_body() || error.is_decode(), "{vendor}: {error:?}");
    }
}
