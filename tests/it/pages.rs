//! Lists, page by page.

use countersign::Error;
use countersign::unleashed::pages;
use countersign::vizion::Page;
use countersign_sandbox::{Matcher, Reply, Sandbox};
use futures_util::{StreamExt as _, TryStreamExt as _};
use http::StatusCode;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Customer {
    customer_code: String,
}

fn client(sandbox: &Sandbox) -> ClientWithMiddleware {
    ClientBuilder::new(countersign::client_builder().build().unwrap()).with(sandbox.unleashed()).build()
}

#[tokio::test]
async fn the_pages_of_a_list_are_asked_for_one_after_the_other_and_each_is_signed() {
    let sandbox = Sandbox::start().await.unwrap();
    for (path, size, expected) in [
        ("/Customers", 2, vec![vec!["C1", "C2"], vec!["C3"]]),
        ("/Customers/", 3, vec![vec!["C1", "C2", "C3"]]),
    ] {
        let url = format!("{}{path}?pageSize={size}", sandbox.unleashed_url());
        let client = client(&sandbox);
        let pages: Vec<_> = pages::<Customer>(&client, &url).try_collect().await.unwrap();
        let codes: Vec<Vec<_>> = pages
            .iter()
            .map(|page| page.items.iter().map(|item| item.customer_code.as_str()).collect())
            .collect();
        assert_eq!(codes, expected);
        assert_eq!(pages[0].pagination.number_of_items, 3);
    }
    assert_eq!(sandbox.exchanges().iter().filter(|exchange| exchange.was_processed()).count(), 3);
    // Nothing is asked for ahead.
    let client = client(&sandbox);
    let url = format!("{}/Customers?pageSize=1", sandbox.unleashed_url());
    let mut pages = std::pin::pin!(pages::<Customer>(&client, &url));
    pages.next().await.unwrap().unwrap();
    assert_eq!(sandbox.exchanges().len(), 4);
}

#[tokio::test]
async fn a_page_that_cannot_be_had_ends_the_stream_with_its_error() {
    let sandbox = Sandbox::start().await.unwrap();
    for (reply, code) in [
        (Reply::ready("forbidden"), "unleashed-forbidden"),
        (Reply::ready("too-many-requests"), "error-status"),
        (Reply::new(StatusCode::OK, "{}"), "page-unreadable"),
        (Reply::new(StatusCode::OK, r#"{"Pagination":{"NumberOfItems":1},"Items":[]}"#), "page-unreadable"),
    ] {
        sandbox.heal();
        sandbox.respond("unleashed", Matcher::any().path("/Customers/2"), reply).unwrap();
        let url = format!("{}/Customers?pageSize=1", sandbox.unleashed_url());
        let client = client(&sandbox);
        let mut pages = std::pin::pin!(pages::<Customer>(&client, &url));
        pages.next().await.unwrap().unwrap();
        let error = pages.next().await.unwrap().unwrap_err();
        assert_eq!(Error::find(&error).map(Error::code), Some(code), "{error}");
        assert!(pages.next().await.is_none());
    }
    let client = client(&sandbox);
    let mut pages = std::pin::pin!(pages::<Customer>(&client, "no url"));
    assert!(pages.next().await.unwrap().is_err());
}

#[test]
fn a_page_of_vizions_is_read_with_its_metadata() {
    let page = |body: &[u8]| Page::<serde_json::Value>::from_slice(body);
    let last = br#"{"data":[{"id":1}],"metadata":{"page":2,"page_count":2,"per_page":1,"item_count":2}}"#;
    let last = page(last).unwrap();
    assert_eq!((last.data.len(), last.metadata.item_count, last.metadata.next_page()), (1, 2, None));
    // Without `include_metadata=true` there are only the items.
    assert_eq!(page(br#"[{"id":1}]"#).unwrap_err().code(), "page-unreadable");
}

#[test]
fn the_path_is_told_as_it_is_sent() {
    for (url, path) in [
        ("https://h/a%20b/c?d=/e", "/a%20b/c"),
        ("https://h", "/"),
        ("https://h?x=/y", "/"),
        ("https://h:1/?", "/"),
    ] {
        let request = http::Request::get(url).body(()).unwrap();
        let outgoing = countersign::RequestRef::from_http(&request);
        let Ok(outgoing) = outgoing else { panic!("{url}") };
        assert_eq!(outgoing.path_as_sent(), path, "{url}");
    }
}
