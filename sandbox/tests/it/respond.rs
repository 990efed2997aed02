//! Replies of a test's or a script's choice.

use std::path::Path;

use countersign::netgiro::{ApiResponse, ResultCode};
use countersign::netvisor::{FailureCode, ResponseStatus};
use countersign_sandbox::{
    Credentials, Matcher, Refusal, Reply, ReplyError, Sandbox, Script, StartError, Vendor,
};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use serde::de::IgnoredAny;

use crate::support::{client, client_of, last_refusal, send, signed, signed_for, url_of};

const SIGNATURE: &str = "netgiro_signature";
const UNAVAILABLE: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

fn processed(sandbox: &Sandbox) -> usize {
    sandbox.exchanges().iter().filter(|exchange| exchange.was_processed()).count()
}

#[tokio::test]
async fn a_reply_is_given_to_what_matches_as_often_as_it_says_and_is_signed() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client_of(&sandbox, Vendor::Netgiro);
    let matcher = Matcher::any().method(Method::GET).path("/v1/sales/*").query("for", "a b");
    let written = || Reply::new(StatusCode::OK, r#"{"Success":true,"ResultCode":7}"#);
    sandbox.respond("netgiro", matcher.clone(), written().times(2)).unwrap();
    sandbox.respond("netgiro", matcher, Reply::ready("declined")).unwrap();
    let told = async |method: Method, target: &str| {
        // The middleware verifies each.
        let url = format!("{}{target}", sandbox.netgiro_url());
        let reply = client.request(method, url).send().await.unwrap();
        assert_eq!(
            reply.headers()["content-type"].to_str().unwrap().split(';').next(),
            Some("application/json")
        );
        reply.text().await.unwrap()
    };
    for other in ["/v1/sales/list", "/v1/sales/list?for=a", "/v1/sale?for=a+b", "/v2/sales/?for=a+b"] {
        assert!(told(Method::GET, other).await.contains(r#""ResultCode":200"#), "{other}");
    }
    assert!(told(Method::POST, "/v1/sales/list?for=a+b").await.contains(r#""ResultCode":200"#));
    for code in ["7", "7", "10302", "10302"] {
        let text = told(Method::GET, "/v1/sales/list?x=y&for=a%20b").await;
        assert!(text.contains(&format!(r#""ResultCode":{code}"#)), "{text}");
    }
    sandbox.heal();
    assert!(told(Method::GET, "/v1/sales/list?for=a+b").await.contains(r#""ResultCode":200"#));
}

#[tokio::test]
async fn only_an_accepted_request_is_answered_with_it_and_whatever_the_keys() {
    let mut real = Credentials::demo();
    real.netgiro.secret_key = "a real key".into();
    for credentials in [Credentials::demo(), real] {
        let has_demo_key = credentials.has_demo_keys(Vendor::Netgiro);
        let sandbox = Sandbox::builder().credentials(credentials).start().await.unwrap();
        let reply = Reply::new(StatusCode::CREATED, "{}")
            .header(HeaderName::from_static(SIGNATURE), HeaderValue::from_static("chosen"));
        sandbox.respond("netgiro", Matcher::any(), reply.times(1)).unwrap();
        let mut wrong = signed(&sandbox, Vendor::Netgiro);
        wrong.headers_mut().insert(SIGNATURE, HeaderValue::from_static("00"));
        let unsigned = Request::post(wrong.uri()).body("").unwrap();
        for refused in [wrong, unsigned] {
            let answer = send(refused).await;
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.headers().contains_key(SIGNATURE), has_demo_key);
        }
        let answer = send(signed(&sandbox, Vendor::Netgiro)).await;
        assert_eq!(answer.status(), 201);
        assert_eq!(answer.headers().get_all(SIGNATURE).iter().count(), 1);
        assert_eq!(answer.headers()[SIGNATURE].len(), 64);
    }
}

/// "503, retried, done once", with the transaction id that makes a Netvisor write at-most-once.
#[tokio::test]
async fn a_503_before_the_effect_can_be_sent_again_and_one_after_it_is_known_to_the_provider() {
    for (reply, repeated) in [
        (Reply::new(UNAVAILABLE, "").before_effect(), false),
        (Reply::new(UNAVAILABLE, "").after_effect(), true),
    ] {
        let sandbox = Sandbox::start().await.unwrap();
        sandbox.respond("netvisor", Matcher::any(), reply.once()).unwrap();
        let request = signed(&sandbox, Vendor::Netvisor);
        assert_eq!(send(request.clone()).await.status(), UNAVAILABLE);
        assert_eq!(processed(&sandbox), usize::from(repeated));
        send(request).await;
        let refused = last_refusal(&sandbox);
        assert_eq!(matches!(refused, Some(Refusal::Repeated(_))), repeated, "{refused:?}");
        assert_eq!(processed(&sandbox), 1, "it is done once");
    }
}

#[tokio::test]
async fn a_gateways_answer_is_unsigned_and_a_nonce_is_used_up_only_where_it_took_effect() {
    let sandbox = Sandbox::start().await.unwrap();
    let request = signed(&sandbox, Vendor::Netgiro);
    sandbox
        .respond("netgiro", Matcher::any(), Reply::new(UNAVAILABLE, "{}").before_effect().times(2))
        .unwrap();
    sandbox.respond("netgiro", Matcher::any(), Reply::new(UNAVAILABLE, "{}").after_effect().once()).unwrap();
    for _ in 0..3 {
        let answer = send(request.clone()).await;
        assert_eq!((answer.status(), answer.headers().contains_key(SIGNATURE)), (UNAVAILABLE, false));
    }
    assert_eq!(processed(&sandbox), 1);
    send(request).await;
    assert!(matches!(last_refusal(&sandbox), Some(Refusal::Repeated(_))));
}

#[tokio::test]
async fn the_ready_replies_are_what_the_library_reads_them_as() {
    let sandbox = Sandbox::start().await.unwrap();
    for (name, code) in [
        ("paid", Ok(ResultCode::PaymentCompleted)),
        ("pending", Ok(ResultCode::PendingCustomerConfirmation)),
        ("cancelled", Ok(ResultCode::PaymentCanceled)),
        ("declined", Err("netgiro-declined")),
        ("failed", Err("netgiro-failed")),
    ] {
        for (accept, start) in [("application/json", "{"), ("application/xml", "<?xml")] {
            sandbox.heal();
            sandbox.respond("netgiro", Matcher::any(), Reply::ready(name)).unwrap();
            let url = format!("{}/v1/checkout/CheckCart", sandbox.netgiro_url());
            let client = client_of(&sandbox, Vendor::Netgiro);
            let reply = client.get(url).header("accept", accept).send().await.unwrap().text().await.unwrap();
            assert!(reply.starts_with(start), "{reply}");
            let read = ApiResponse::<IgnoredAny>::from_slice(reply.as_bytes());
            let read = read.map(|read| read.response.result_code);
            assert_eq!(
                read.as_ref().map_err(countersign::Error::code),
                code.as_ref().map_err(|code| *code),
                "{name}"
            );
        }
    }
    for code in ["INVALID_DATA", "PERIOD_LOCK", "SERVICE_ACCESS_ERROR", "SYSTEM_MAINTANANCE"] {
        sandbox.heal();
        sandbox.respond("netvisor", Matcher::any(), Reply::ready(format!("failed={code}"))).unwrap();
        let reply = send(signed(&sandbox, Vendor::Netvisor)).await.text().await.unwrap();
        let Ok(Some(ResponseStatus::Failed(failure))) = ResponseStatus::from_slice(reply.as_bytes()) else {
            panic!("{reply}")
        };
        assert_eq!(failure.code, FailureCode::from(code));
    }
    for (vendor, name, status, text) in [
        (Vendor::Netvisor, "inserted", 200, "<InsertedDataIdentifier>"),
        (Vendor::Netvisor, "customers", 200, "<Name>Brook &amp; Sons</Name>"),
        (Vendor::Netvisor, "invoices", 200, "<OpenSum>244,00</OpenSum>"),
        (Vendor::Unleashed, "page", 200, r#""Pagination":{"NumberOfItems":3"#),
        (Vendor::Unleashed, "forbidden", 403, ""),
        (Vendor::Unleashed, "too-many-requests", 429, ""),
        (Vendor::Vizion, "references", 200, "SBXU1234567"),
        (Vendor::Vizion, "unauthorized", 401, "Unauthorized"),
        (Vendor::Vizion, "forbidden", 403, "Forbidden"),
        (Vendor::Vizion, "not-found", 404, "Not Found"),
        (Vendor::Vizion, "too-many-requests", 429, "Too Many Requests"),
    ] {
        sandbox.heal();
        sandbox.respond(vendor.name(), Matcher::any(), Reply::ready(name)).unwrap();
        let answer = send(signed(&sandbox, vendor)).await;
        assert_eq!(answer.status(), status, "{name}");
        let retry_after = answer.headers().get(header::RETRY_AFTER).cloned();
        assert_eq!(retry_after.is_some(), (vendor, status) == (Vendor::Unleashed, 429), "{name}");
        let body = answer.text().await.unwrap();
        assert!(body.contains(text) && body.is_empty() == text.is_empty(), "{name}: {body}");
    }
}

#[tokio::test]
async fn what_no_provider_answers_is_refused_and_the_names_that_exist_are_told() {
    let sandbox = Sandbox::start().await.unwrap();
    let refused = |provider: &str, reply| sandbox.respond(provider, Matcher::any(), reply).unwrap_err();
    let error = refused("paypal", Reply::ready("paid"));
    assert!(error.to_string().ends_with("there are netvisor, netgiro, unleashed, vizion"), "{error}");
    let error = refused("netgiro", Reply::ready("failed=PERIOD_LOCK"));
    assert!(error.to_string().ends_with("it has paid, pending, cancelled, declined, failed"), "{error}");
    assert!(matches!(refused("vizion", Reply::new(StatusCode::CONTINUE, "")), ReplyError::Informational(_)));
    let framed = Reply::new(StatusCode::OK, "").header(header::CONTENT_LENGTH, HeaderValue::from_static("9"));
    assert_eq!(refused("vizion", framed), ReplyError::Framing(header::CONTENT_LENGTH));
}

#[tokio::test]
async fn a_request_without_any_header_of_a_signature_is_told_that_it_is_not_signed() {
    let sandbox = Sandbox::start().await.unwrap();
    for vendor in Vendor::ALL {
        let unsigned = Request::get(format!("{}/list", url_of(&sandbox, vendor))).body("").unwrap();
        let answer = send(unsigned).await;
        let told = answer.headers()["x-countersign-diagnosis"].to_str().unwrap();
        assert!(
            told.starts_with("unsigned; the request is not signed at all: it has none of the headers "),
            "{told}"
        );
        let Some(Refusal::Unsigned(names)) = last_refusal(&sandbox) else { panic!("{vendor}") };
        for name in names {
            let mut almost = signed(&sandbox, vendor);
            almost.headers_mut().remove(*name);
            send(almost).await;
            let refused = last_refusal(&sandbox);
            assert_eq!(
                matches!(refused, Some(Refusal::Unsigned(_))),
                names.len() == 1,
                "{name}: {refused:?}"
            );
        }
    }
}

/// Writes a script and reads it.
fn script(folder: &Path, text: &str) -> Result<Script, String> {
    let path = folder.join("script.toml");
    std::fs::write(&path, text).unwrap();
    Script::read(path).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_script_is_a_list_of_replies() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("pages")).unwrap();
    std::fs::write(folder.path().join("pages/one.json"), r#"{"Items":["one"]}"#).unwrap();
    let text = r#"
        [[reply]]
        provider = "unleashed"
        method = "get"
        path = "/Customers/*"
        query = { pageSize = "2" }
        file = "pages/one.json"
        headers = { x-note = "scripted" }
        times = 1

        [[reply]]
        provider = "netvisor"
        status = 503
        effect = "after"
        times = 1

        [[reply]]
        provider = "vizion"
        status = 404
        body = "gone"
    "#;
    let sandbox = Sandbox::builder().script(script(folder.path(), text).unwrap()).start().await.unwrap();
    let page = format!("{}/Customers/1?pageSize=2", sandbox.unleashed_url());
    let answer = client(sandbox.unleashed()).get(&page).send().await.unwrap();
    assert_eq!(answer.headers()["x-note"], "scripted");
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.text().await.unwrap(), r#"{"Items":["one"]}"#);
    let answer = client(sandbox.unleashed()).get(&page).send().await.unwrap().text().await.unwrap();
    assert!(answer.contains("Pagination"), "{answer}");
    assert_eq!(send(signed(&sandbox, Vendor::Netvisor)).await.status(), 503);
    assert_eq!(send(signed(&sandbox, Vendor::Netvisor)).await.status(), 200);
    for _ in 0..2 {
        let answer = send(signed_for(&sandbox, Vendor::Vizion, "/references/1")).await;
        assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (404, "gone"));
    }
}

#[tokio::test]
async fn a_script_that_cannot_be_used_is_an_error_at_start_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    for (entry, told) in [
        ("status = 99", "line 3: `status` is not one of HTTP's"),
        ("status = \"ok\"", "line 5: invalid type"),
        ("times = 0", "line 5: invalid value: integer `0`"),
        ("effect = \"later\"", "line 5: unknown variant `later`"),
        ("matcher = \"x\"", "line 5: unknown field `matcher`"),
        ("ready = \"paid\"\nstatus = 200", "line 3: `ready` has its own"),
        ("body = \"a\"\nfile = \"b\"", "line 3: give `body` or `file`"),
        ("method = \"G T\"", "line 3: `method`"),
        ("headers = { \"a b\" = \"c\" }", "line 3: `headers`: \"a b\""),
        ("headers = { a = \"b\\r\\nc\" }", "line 3: `headers`: \"a\""),
        ("file = \"missing.json\"", "line 3: `file`: "),
        ("status =", "line 5: "),
    ] {
        let error =
            script(folder.path(), &format!("# A comment\n\n[[reply]]\nprovider = \"netgiro\"\n{entry}\n"));
        let error = error.unwrap_err();
        assert!(error.starts_with(&format!("the script, {told}")), "{entry}: {error}");
    }
    for (entry, told) in [
        (
            "provider = \"paypal\"",
            "the script, line 2: there is no provider \"paypal\": there are netvisor, ",
        ),
        (
            "provider = \"vizion\"\nready = \"paid\"",
            "the script, line 2: vizion has no ready reply \"paid\": it has references, ",
        ),
        ("provider = \"vizion\"\nstatus = 101", "the script, line 2: a reply cannot have the status 101"),
        (
            "provider = \"vizion\"\nheaders = { Content-Length = \"1\" }",
            "the script, line 2: a reply cannot set the header content-length",
        ),
    ] {
        let script = script(folder.path(), &format!("\n[[reply]]\n{entry}\n")).unwrap();
        let error = Sandbox::builder().script(script).start().await.unwrap_err();
        assert!(matches!(error, StartError::Script(_)) && error.to_string().starts_with(told), "{error}");
    }
    assert!(
        Script::read(folder.path().join("none.toml"))
            .unwrap_err()
            .to_string()
            .starts_with("the script, line 0: ")
    );
}

#[tokio::test]
async fn a_script_names_no_file_outside_its_folder() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("inner");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(outer.path().join("secret"), "outside").unwrap();
    std::fs::write(folder.join("beside"), "inside").unwrap();
    std::fs::create_dir(folder.join("directory")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outer.path().join("secret"), folder.join("link")).unwrap();
    let read = |name: &str| script(&folder, &format!("[[reply]]\nprovider = \"vizion\"\nfile = {name:?}\n"));
    read("beside").unwrap();
    let absolute = outer.path().join("secret");
    for name in ["../secret", "directory/../../secret", "./../secret", absolute.to_str().unwrap(), "link"] {
        let error = read(name).unwrap_err();
        assert_eq!(error, "the script, line 1: `file`: it is not in the script's folder", "{name}");
    }
    assert!(read("directory").unwrap_err().ends_with("it is not a file"));
    assert!(read("").is_err());
}

#[tokio::test]
async fn an_answer_to_head_has_no_body_and_verifies() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.respond("netgiro", Matcher::any(), Reply::ready("paid")).unwrap();
    let url = format!("{}/v1/checkout", sandbox.netgiro_url());
    let answer = client_of(&sandbox, Vendor::Netgiro).head(url).send().await.unwrap();
    assert_eq!(answer.bytes().await.unwrap().len(), 0);
    assert_eq!(processed(&sandbox), 1);
}
