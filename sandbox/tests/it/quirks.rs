//! What a provider does in another way than by default.

use countersign::netgiro::ReplyFault;
use countersign::netvisor::{MacAlgorithm, Netvisor};
use countersign::{Error, SignedForm, netvisor};
use countersign_sandbox::{Builder, Credentials, Quirk, Refusal, Sandbox, Vendor};

use crate::support::{client, client_of, last_refusal, url_of};

const TARGET: &str = "/list?name=a%20b";
const NOBODYS_CART: &str = "/v1/checkout/CheckCart?transactionId=00000000-0000-0000-0000-000000000000";

async fn with(quirk: Quirk) -> Sandbox {
    Sandbox::builder().quirk(quirk).start().await.unwrap()
}

#[test]
fn a_quirk_reads_back_from_its_name_and_an_unknown_one_is_told_those_that_there_are() {
    for quirk in Quirk::ALL {
        assert_eq!(quirk.to_string().parse::<Quirk>().unwrap(), quirk);
    }
    for wrong in ["", "netvisor", "Netvisor-decoded", "netvisor-decoded "] {
        let unknown = wrong.parse::<Quirk>().unwrap_err().to_string();
        assert!(Quirk::ALL.iter().all(|quirk| unknown.contains(quirk.name())), "{unknown}");
    }
}

/// A client of the sandbox's own is accepted, and one that signs as without the quirk is not.
#[tokio::test]
async fn with_a_quirk_of_form_or_algorithm_the_default_is_refused() {
    for (quirk, vendor) in [
        (Quirk::UnleashedAsSent, Vendor::Unleashed),
        (Quirk::NetvisorDecoded, Vendor::Netvisor),
        (Quirk::NetvisorSha256Only, Vendor::Netvisor),
    ] {
        let sandbox = with(quirk).await;
        let url = format!("{}{TARGET}", url_of(&sandbox, vendor));
        client_of(&sandbox, vendor).get(&url).send().await.unwrap();
        assert_eq!(last_refusal(&sandbox), None, "{quirk}");
        match vendor {
            Vendor::Netvisor => {
                let netvisor = sandbox.netvisor().signed_form(SignedForm::AsSent);
                client(netvisor.algorithm(MacAlgorithm::HmacSha256)).get(&url).send().await.unwrap()
            }
            _ => client(sandbox.unleashed().signed_form(SignedForm::Decoded)).get(&url).send().await.unwrap(),
        };
        assert_eq!(last_refusal(&sandbox).as_ref().map(Refusal::code), Some("signature-mismatch"), "{quirk}");
    }
}

#[tokio::test]
async fn a_netvisor_of_utf_8_takes_utf_8_and_no_latin_9() {
    let sandbox = with(Quirk::NetvisorUtf8).await;
    // The bytes of ä in UTF-8 are these two characters in ISO-8859-15.
    for (sender, refusal) in
        [("Acme", None), ("Acme \u{c3}\u{20ac}", None), ("Acme ä", Some("header-malformed"))]
    {
        let credentials = netvisor::Credentials { sender: sender.to_owned(), ..Credentials::demo().netvisor };
        let netvisor = Netvisor::new(credentials).unwrap().allow_origin(sandbox.netvisor_url()).unwrap();
        client(netvisor).get(format!("{}{TARGET}", sandbox.netvisor_url())).send().await.unwrap();
        assert_eq!(last_refusal(&sandbox).as_ref().map(Refusal::code), refusal, "{sender}");
    }
}

#[tokio::test]
async fn nobodys_cart_is_a_signed_error_unless_errors_are_unsigned() {
    for (quirk, fault) in
        [(None, None), (Some(Quirk::NetgiroErrorsUnsigned), Some(ReplyFault::SignatureMissing))]
    {
        let sandbox = quirk.into_iter().fold(Sandbox::builder(), Builder::quirk);
        let sandbox = sandbox.start().await.unwrap();
        let get = async |target| {
            client(sandbox.netgiro()).get(format!("{}{target}", sandbox.netgiro_url())).send().await
        };
        assert_eq!(get(TARGET).await.unwrap().status(), 200, "{quirk:?}");
        match (get(NOBODYS_CART).await, fault) {
            (Ok(reply), None) => {
                assert_eq!(reply.status(), 404);
                assert!(reply.text().await.unwrap().contains(r#""Success":false"#));
            }
            (Err(error), Some(fault)) => {
                assert_eq!(Error::find(&error).unwrap().fault(), Some(&fault));
            }
            (reply, _) => panic!("{quirk:?}: {reply:?}"),
        }
    }
}

#[tokio::test]
async fn a_reply_signed_with_the_nonce_of_its_request_does_not_verify() {
    let sandbox = with(Quirk::NetgiroReplyRequestNonce).await;
    let refused = client(sandbox.netgiro()).get(format!("{}{TARGET}", sandbox.netgiro_url())).send().await;
    let error = refused.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().fault(), Some(&ReplyFault::Mismatch));
    assert_eq!(last_refusal(&sandbox), None);
}
